//! What is wrong with something that the user wrote for us: the config, a guardrail, an option. Neither a finding nor a
//! problem of the infrastructure code; the run exits with 2.

use crate::diagnostic::nearest;
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
        Error::new(mismatch(&said).unwrap_or(said)).at(span)
    }
}

/// What `serde` says of a value of the wrong type, in YAML's words.
fn mismatch(said: &str) -> Option<String> {
    let rest = (said.strip_prefix("invalid type: ")).or(said.strip_prefix("invalid value: "))?;
    let (given, wanted) = rest.rsplit_once(", expected ")?;
    let given = match given.split_once(' ') {
        _ if given == "sequence" => "a list".to_owned(),
        _ if given == "map" => "a mapping".to_owned(),
        _ if given == "unit value" => "nothing".to_owned(),
        Some(("string", text)) => format!("`{}`", text.trim_matches('"')),
        Some((_, value)) if value.starts_with('`') => value.to_owned(),
        _ => given.to_owned(),
    };
    let wanted = match wanted {
        "a sequence" => "a list",
        "a map" => "a mapping",
        "a string" => "a text",
        "string or map" => "a word",
        _ if wanted.starts_with("struct ") => "a mapping",
        _ => wanted,
    };
    Some(format!("expected {wanted}, not {given}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Files;

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

    #[test]
    fn types_are_named_as_yaml_names_them() {
        for (said, want) in [
            (
                "invalid type: sequence, expected struct Organization",
                "expected a mapping, not a list",
            ),
            (
                "invalid type: integer `5`, expected a sequence",
                "expected a list, not `5`",
            ),
            (
                "invalid type: string \"x\", expected a map",
                "expected a mapping, not `x`",
            ),
            (
                "invalid type: map, expected string or map",
                "expected a word, not a mapping",
            ),
        ] {
            assert_eq!(mismatch(said).as_deref(), Some(want), "{said}");
        }
        assert_eq!(mismatch("`x` is no day"), None);
    }
}
