//! Why something is unknown: words for the user, and the sort of cause where something hangs on that.

use std::ops::Deref;
use std::sync::Arc;

/// Of what sort the cause of an unknown is. Nobody reads that out of the words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// Nothing hangs on its sort.
    #[default]
    Other,
    /// Terraform does not know it either, before it has applied.
    AfterApply,
    /// It is ephemeral: another one in each phase of a run.
    Ephemeral,
    /// A parameter is not held to its default.
    Defaulted,
    /// It may stand outside of the input.
    Elsewhere,
    /// An error among the diagnostics says it already.
    Diagnosed,
}

/// Why something is unknown. It goes wherever the unknown goes, through other rooms' answers, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reason {
    /// In words for the user: lower case, no full stop, e.g. "`var.x` has no value".
    pub words: Arc<str>,
    /// Of what sort it is.
    pub cause: Cause,
}

impl Reason {
    /// A reason of a sort.
    pub fn new(cause: Cause, words: impl Into<Arc<str>>) -> Self {
        Reason {
            words: words.into(),
            cause,
        }
    }
}

impl Deref for Reason {
    type Target = str;

    fn deref(&self) -> &str {
        &self.words
    }
}

impl<T: Into<Arc<str>>> From<T> for Reason {
    fn from(words: T) -> Self {
        Reason::new(Cause::Other, words)
    }
}

impl serde::Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.words)
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words)
    }
}
