//! Texts that nobody should read, looked for wherever something is shown. It is the marks on values and places that keep
//! secrets out of what is said; this is a second net, for what a mark has been lost of, and knows long texts only.

use super::Files;
use regex::{NoExpand, Regex, RegexBuilder};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

/// Shorter ones would be found in other words.
const SHORTEST: usize = 8;

/// Longer ones are documents, and repeated nowhere.
const LONGEST: usize = 1024;

/// As many are looked for.
const MOST: usize = 2000;

/// So many bytes what finds them may take.
const MEMORY: usize = 1 << 28;

/// What stands for a secret.
const SHOWN: &str = "(sensitive)";

/// Lines of texts that nobody should read.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    known: RwLock<BTreeSet<Box<str>>>,
    /// Finds any of so many of them.
    finder: RwLock<Option<(usize, Arc<Regex>)>>,
}

impl Clone for Secrets {
    fn clone(&self) -> Self {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        Secrets {
            known: RwLock::new(known.clone()),
            finder: RwLock::default(),
        }
    }
}

impl Secrets {
    /// What finds all that are known by now; `None` where there are none.
    fn finder(&self) -> Option<Arc<Regex>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return None;
        }
        let made = self.finder.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, finder)) = made.as_ref().filter(|(of, _)| *of == known.len()) {
            return Some(finder.clone());
        }
        drop(made);
        // one may stand in another
        let mut longest_first: Vec<&str> = known.iter().map(|s| &**s).collect();
        longest_first.sort_by_key(|s| std::cmp::Reverse(s.len()));
        let any: Vec<String> = longest_first.into_iter().map(regex::escape).collect();
        let finder = RegexBuilder::new(&any.join("|")).size_limit(MEMORY).build();
        let finder = Arc::new(finder.ok()?);
        let mut made = self.finder.write().unwrap_or_else(PoisonError::into_inner);
        *made = Some((known.len(), finder.clone()));
        Some(finder)
    }
}

impl Files {
    /// Keeps a text from being said: each of its lines.
    pub fn keep_secret(&self, text: &str) {
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|l| (SHORTEST..=LONGEST).contains(&l.len()));
        let mut known = (self.secrets.known.write()).unwrap_or_else(PoisonError::into_inner);
        for line in lines {
            let quoted = format!("{line:?}"); // as messages name files
            for form in [line, quoted.trim_matches('"')] {
                if known.len() < MOST && !known.contains(form) {
                    known.insert(form.into());
                }
            }
        }
    }

    /// A text as it may be shown. What is kept secret is known once all input has been read.
    pub fn without_secrets<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.secrets.finder() {
            Some(finder) => finder.replace_all(text, NoExpand(SHOWN)),
            None => Cow::Borrowed(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_secret_is_not_said() {
        let files = Files::default();
        files.keep_secret("hunter22");
        files.keep_secret("hunter22-too\n  second line\nab");
        let said = files.without_secrets("`hunter22`, hunter22-too, second line, ab");
        assert_eq!(said, "`(sensitive)`, (sensitive), (sensitive), ab");
        assert!(matches!(files.without_secrets("ab"), Cow::Borrowed("ab")));
        assert_eq!(files.fork().without_secrets("hunter22"), SHOWN);
        files.keep_secret("pass\"word");
        assert_eq!(
            files.without_secrets(&format!("{:?}", "pass\"word")),
            "\"(sensitive)\""
        );
    }
}
