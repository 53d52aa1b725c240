//! A problem with the input. Never says that infrastructure breaks a guardrail: that is a finding.

use crate::span::{Files, Span};

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

/// A character as messages name it.
pub fn character(c: char) -> String {
    match c.is_control() || (c.is_whitespace() && c != ' ') {
        true => format!("the character U+{:04X}", u32::from(c)),
        false => format!("`{c}`"),
    }
}

/// The name that is nearest to what was written, if any is near enough to have been meant.
pub fn nearest<'n>(written: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let allowed = (written.chars().count() / 3).max(1);
    let written = written.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&written, &name.to_lowercase());
    let near = (names.into_iter()).map(|name| (distance(name), name));
    near.filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// The text of a file's bytes.
///
/// # Errors
/// Where it is not UTF-8. The text is in `files` then, with a mark for each wrong byte.
pub fn utf8(files: &Files, shown: &str, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        // up to the first wrong byte the lossy text is byte for byte the file
        let lossy = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let id = files.add(shown, lossy);
        let wide = char::REPLACEMENT_CHARACTER.len_utf8();
        Diagnostic::error("not-utf8", format!("`{shown}` is not UTF-8 from here on"))
            .at(Span::new(id, at, at + wide))
            .help("save it as UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_only() {
        let names = ["startsWith", "endsWith", "id"];
        assert_eq!(nearest("startWith", names), Some("startsWith"));
        assert_eq!(nearest("StartsWith", names), Some("startsWith"));
        assert_eq!(nearest("ids", names), Some("id"));
        assert_eq!(nearest("colour", names), None);
    }

    #[test]
    fn the_place_of_a_wrong_byte_is_told() {
        let files = Files::default();
        let problem = utf8(&files, "a.yaml", b"ok: 1\nx: \xff\xfe".to_vec()).unwrap_err();
        let location = files.location(problem.span.unwrap());
        assert_eq!((location.line, location.column), (2, 4));
        assert_eq!(utf8(&files, "a", "ä".as_bytes().to_vec()).unwrap(), "ä");
    }
}
