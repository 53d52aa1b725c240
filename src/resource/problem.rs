//! What ECR would refuse, and what cannot be known about that.

use crate::value::{Place, Unknown};
use std::borrow::Cow;
use std::sync::Arc;

/// Why ECR would refuse something, at the place of the part that it would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// The part that is wrong.
    pub place: Place,
}

impl Problem {
    /// A problem of the part that stands at `place`.
    pub fn new(message: impl Into<Cow<'static, str>>, place: &Place) -> Self {
        Problem {
            message: place.wrong(message).into_owned(),
            place: place.clone(),
        }
    }
}

/// Whether ECR would take a single value.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It would, whatever the unknown parts are.
    Valid,
    /// It would not, whatever the unknown parts are; with the reason.
    Invalid(String),
    /// It hangs on this unknown part.
    Unknown(Arc<Unknown>),
}
