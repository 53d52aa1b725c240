//! A problem with the input. Never says that infrastructure breaks a guardrail: that is a finding.

use crate::span::Span;

/// How bad a problem with the input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The job could not be done for some part of the input: the run exits with 2.
    Error,
    /// Worth knowing; the verdict stands.
    Warning,
}

/// A problem with the input, with its place, its reason and the next step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// Stable kebab-case name of the kind of problem, e.g. `hcl-syntax`, `module-not-installed`.
    pub code: &'static str,
    /// Error or warning.
    pub level: Level,
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// Where, if it has a place in a file.
    pub span: Option<Span>,
    /// What to do about it.
    pub help: Option<String>,
    /// Further places with what stands there.
    pub related: Vec<(String, Span)>,
}

impl Diagnostic {
    /// A problem that leaves part of the input unjudged.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Level::Error, message.into())
    }

    /// A problem that leaves the verdict as it is.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Level::Warning, message.into())
    }

    fn new(code: &'static str, level: Level, message: String) -> Self {
        Diagnostic {
            code,
            level,
            message,
            span: None,
            help: None,
            related: Vec::new(),
        }
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Sets the next step.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn related(mut self, message: impl Into<String>, span: Span) -> Self {
        self.related.push((message.into(), span));
        self
    }
}

/// The closest of some names, where one is close: what was meant, perhaps.
pub fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let near = |other: &&str| strsim::damerau_levenshtein(name, other);
    names.min_by_key(near).filter(|other| {
        let limit = (name.chars().count() / 3).max(1);
        near(other) <= limit
    })
}
