//! What is wrong with something that the user wrote for us: the config, a guardrail, an option. Neither a finding nor a
//! problem of the infrastructure code; the run exits with 2.

use crate::span::Span;

/// A mistake in the config, a guardrail or an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// Where, if it has a place in a file.
    pub span: Option<Span>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Error {
    /// A mistake without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Error {
            message: message.into(),
            span: None,
            help: None,
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

    /// Adds "did you mean" where one of the names is near to what was written.
    #[must_use]
    pub fn did_you_mean<'a>(self, written: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(written, names) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }
}

/// The name that is nearest to what was written, if any is near enough to have been meant.
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |name: &&str| {
        let allowed = (written.chars().count().max(3)) / 3;
        let distance = strsim::damerau_levenshtein(&written.to_lowercase(), &name.to_lowercase());
        (distance <= allowed).then_some(distance)
    };
    names
        .into_iter()
        .filter_map(|n| Some((near(&n)?, n)))
        .min()
        .map(|(_, n)| n)
}

/// A mistake that `serde` found in a tree, in the user's words.
pub fn explain((span, said): (Span, String)) -> Error {
    let ticked = || said.split('`').skip(1).step_by(2);
    let first = ticked().next().unwrap_or_default();
    let others: Vec<&str> = ticked().skip(1).collect();
    let known = || format!("known: {}", others.join(", "));
    if said.starts_with("unknown field") {
        let error = Error::new(format!("unknown key `{first}`"))
            .at(span)
            .help(known());
        error.did_you_mean(first, others.iter().copied())
    } else if said.starts_with("unknown variant") {
        let error = Error::new(format!("`{first}` cannot stand here"))
            .at(span)
            .help(known());
        error.did_you_mean(first, others.iter().copied())
    } else if said.starts_with("missing field") {
        Error::new(format!("`{first}` is missing")).at(span)
    } else {
        Error::new(said).at(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Files;

    #[test]
    fn near_names_only() {
        let names = ["startsWith", "endsWith", "id"];
        assert_eq!(nearest("startWith", names), Some("startsWith"));
        assert_eq!(nearest("StartsWith", names), Some("startsWith"));
        assert_eq!(nearest("ids", names), Some("id"));
        assert_eq!(nearest("colour", names), None);
    }

    #[test]
    fn what_serde_says_is_put_in_words() {
        let span = Span::new(Files::default().add("a", ""), 0, 0);
        let error = explain((
            span,
            "unknown field `sevrity`, expected one of `title`, `severity`".into(),
        ));
        assert_eq!(error.message, "unknown key `sevrity`");
        assert_eq!(error.help.as_deref(), Some("did you mean `severity`?"));
    }
}
