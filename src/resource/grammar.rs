//! Regular grammars run over texts with holes: certain, certainly not, or hanging on a hole.

use super::symbols::{Symbol, first_hole, shape, symbols};
use crate::value::{Text, Unknown};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// A deterministic automaton. INVARIANT: it treats all digits alike and all lower-case letters alike, so that a sample
/// stands for every value of a typed hole.
pub(super) struct Grammar {
    /// The next state; `None`: the character is refused.
    pub(super) step: fn(u8, char) -> Option<u8>,
    /// Whether the text may end in a state.
    pub(super) ends: fn(u8) -> bool,
    /// Characters that stand for every class that some state takes.
    pub(super) alphabet: &'static str,
    /// The number of characters.
    pub(super) length: RangeInclusive<usize>,
}

/// What a grammar says about a text.
pub(super) enum Outcome {
    /// Every value of the holes makes a text of the grammar.
    Taken,
    /// No value of the holes does.
    Refused(Refusal),
    /// It hangs on the hole.
    Unknown(Arc<Unknown>),
}

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A character is refused after another; `None`: at the start.
    Char(char, Option<char>),
    /// It may not end with this character; `None`: it may not be empty.
    End(Option<char>),
    /// It has fewer characters than the least number.
    Short,
    /// It has more characters than the greatest number.
    Long,
}

/// Runs a grammar, which begins in state 0.
pub(super) fn run(grammar: &Grammar, text: &Text) -> Outcome {
    let mut states = BTreeSet::from([0]);
    let mut last = None;
    let (mut min, mut max) = (0usize, Some(0usize));
    for symbol in symbols(text) {
        match symbol {
            Symbol::Char(c) => {
                states = states
                    .iter()
                    .filter_map(|s| (grammar.step)(*s, c))
                    .collect();
                if states.is_empty() {
                    return Outcome::Refused(Refusal::Char(c, last));
                }
                last = Some(c);
                min += 1;
                max = max.map(|m| m + 1);
            }
            Symbol::Hole(hole) => {
                let shape = shape(hole);
                states = match &shape {
                    Some(s) => after(grammar, &states, s.sample),
                    None => reach(grammar, states),
                };
                if states.is_empty() {
                    return Outcome::Refused(Refusal::Char('?', last));
                }
                last = shape.as_ref().and_then(|s| s.sample.chars().last());
                min += shape.as_ref().map_or(0, |s| s.min);
                max = shape.and_then(|s| max.map(|m| m + s.max));
            }
        }
    }
    let lengths = (min, max);
    verdict(grammar, text, &states, last, lengths)
}

fn verdict(
    grammar: &Grammar,
    text: &Text,
    states: &BTreeSet<u8>,
    last: Option<char>,
    (min, max): (usize, Option<usize>),
) -> Outcome {
    let (least, most) = (*grammar.length.start(), *grammar.length.end());
    if min > most {
        return Outcome::Refused(Refusal::Long);
    }
    if !states.iter().any(|s| (grammar.ends)(*s)) {
        return Outcome::Refused(Refusal::End(last));
    }
    if max.is_some_and(|m| m < least) {
        return Outcome::Refused(Refusal::Short);
    }
    let sure = states.len() == 1 && min >= least && max.is_some_and(|m| m <= most);
    match first_hole(text) {
        Some(hole) if !sure => Outcome::Unknown(hole),
        _ => Outcome::Taken,
    }
}

fn after(grammar: &Grammar, states: &BTreeSet<u8>, sample: &str) -> BTreeSet<u8> {
    let run = |s: &u8| sample.chars().try_fold(*s, grammar.step);
    states.iter().filter_map(run).collect()
}

/// Every state that some text leads to.
fn reach(grammar: &Grammar, mut states: BTreeSet<u8>) -> BTreeSet<u8> {
    loop {
        let next: BTreeSet<u8> = (states.iter())
            .flat_map(|s| (grammar.alphabet.chars()).filter_map(|c| (grammar.step)(*s, c)))
            .chain(states.iter().copied())
            .collect();
        if next == states {
            return states;
        }
        states = next;
    }
}
