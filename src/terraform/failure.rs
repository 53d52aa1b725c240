//! Why an expression has no value.

use crate::span::Span;
use crate::value::Value;
use std::borrow::Cow;

/// Why an expression has no value.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Another place that belongs to it.
    pub(super) related: Option<(String, Span)>,
    pub(super) sort: Sort,
}

/// Sorts of failures: who tells them, and what catches them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sort {
    /// An error; `try` and `can` catch it.
    #[default]
    Plain,
    /// It has been told already, or is told elsewhere.
    Silent,
    /// What is named is declared nowhere. No `try` or `can` catches that, and what is written around it stands.
    Undeclared,
    /// It hangs on a file that a build makes, and is a warning where nothing but an argument is lost.
    Unbuilt,
}

pub(super) type Outcome<T = Value> = Result<T, Failure>;

impl Failure {
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        Failure {
            span,
            message: message.into(),
            help: None,
            related: None,
            sort: Sort::Plain,
        }
    }

    /// What is wrong with these values. Words that are made for them may quote them, and are not told where one is sensitive.
    pub(super) fn about(
        values: &[&Value],
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let told = (values.iter()).fold(message.into(), |words, value| value.wrong(words));
        Failure::new(span, told)
    }

    /// `what`, as it is written, is declared nowhere.
    pub(super) fn undeclared(span: Span, what: &str) -> Self {
        Failure {
            sort: Sort::Undeclared,
            ..Failure::new(span, format!("`{what}` is declared nowhere in its module"))
        }
    }

    /// The same where it may quote a value, which may be sensitive.
    pub(super) fn hidden_of(self, value: &Value) -> Self {
        Failure {
            message: value.wrong(self.message).into_owned(),
            ..self
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
