//! How much work an evaluation may take, and what of it is kept.

use super::{Val, Why};
use regex::Regex;
use std::collections::HashMap;

/// Steps at most. Conditions of one to three lines take hundreds; this many take a tenth of a second.
pub const STEPS: usize = 2_000_000;

/// What is left of the steps, and the regular expressions that were met.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    regexes: HashMap<String, Option<Regex>>,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            left: STEPS,
            regexes: HashMap::new(),
        }
    }
}

impl Budget {
    /// Takes some steps.
    ///
    /// # Errors
    /// There are none left.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Why> {
        self.left = self.left.saturating_sub(steps);
        match self.left {
            0 => Err(Why::because("it takes too many steps")),
            _ => Ok(()),
        }
    }

    /// Whether there are none left.
    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// The regular expression of a pattern, made once; `None`: it is none.
    pub(super) fn regex(&mut self, pattern: &str) -> Result<Option<&Regex>, Why> {
        if !self.regexes.contains_key(pattern) {
            self.spend(COMPILED + pattern.len())?;
            self.regexes
                .insert(pattern.to_owned(), Regex::new(pattern).ok());
        }
        Ok(self.regexes.get(pattern).and_then(Option::as_ref))
    }
}

/// What a regular expression costs, in steps.
const COMPILED: usize = 1000;

/// What it costs to look at all of a value, in steps.
pub(super) fn weight(value: &Val<'_>) -> usize {
    match value {
        Val::Text(text) => text.len() / 64,
        Val::List(items, _) => items.len(),
        _ => 0,
    }
}
