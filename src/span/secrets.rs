//! Texts that nobody should read, wherever they would be shown. Marks on values keep them out of most places; what is said
//! of a value (it is no JSON, there is no such function) is text, and has lost the mark.

use super::Files;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

/// Shorter ones would be found in other words; they are no secrets anyway.
const SHORTEST: usize = 4;

/// As many are looked for.
const MOST: usize = 10_000;

/// What stands for a secret.
const SHOWN: &str = "(sensitive)";

/// Lines of texts that nobody should read.
#[derive(Debug, Default)]
pub(super) struct Secrets(RwLock<BTreeSet<Box<str>>>);

impl Clone for Secrets {
    fn clone(&self) -> Self {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Secrets(RwLock::new(known.clone()))
    }
}

impl Files {
    /// Keeps a text from being said: each of its lines.
    pub fn keep_secret(&self, text: &str) {
        let lines = text.lines().map(str::trim).filter(|l| l.len() >= SHORTEST);
        let mut known = (self.secrets.0.write()).unwrap_or_else(PoisonError::into_inner);
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
        let known = (self.secrets.0.read()).unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<&str> = (known.iter().map(|s| &**s))
            .filter(|s| text.contains(s))
            .collect();
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        // one may stand in another
        found.sort_by_key(|s| std::cmp::Reverse(s.len()));
        let mut out = text.to_owned();
        for secret in found {
            out = out.replace(secret, SHOWN);
        }
        Cow::Owned(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_secret_is_not_said() {
        let files = Files::default();
        files.keep_secret("hunter2");
        files.keep_secret("hunter2-too\n  second line\nab");
        let said = files.without_secrets("`hunter2`, hunter2-too, second line, ab");
        assert_eq!(said, "`(sensitive)`, (sensitive), (sensitive), ab");
        assert!(matches!(files.without_secrets("ab"), Cow::Borrowed("ab")));
        assert_eq!(files.fork().without_secrets("hunter2"), SHOWN);
        files.keep_secret("p\"word");
        assert_eq!(
            files.without_secrets(&format!("{:?}", "p\"word")),
            "\"(sensitive)\""
        );
    }
}
