//! Reports: one file per output format. Nothing else prints.

use crate::engine::Report;
use std::io::{self, Write};

pub mod access;
pub mod can;
pub mod changes;
pub mod diff;
pub mod frame;
pub mod github;
pub mod guardrails;
pub mod human;
pub mod json;
pub mod markdown;
pub mod perimeter;
pub mod registry_scope;
pub mod resolve;
pub mod sarif;
pub mod tested;
#[cfg(test)]
mod sample;

/// The formats of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// Version 1 of docs/output.md.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// A table, for job summaries.
    Markdown,
}

/// How text for people looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// With ANSI colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Look {
    /// No colours, wide: for files and pipes.
    pub const PLAIN: Look = Look {
        color: false,
        width: 140,
    };
}

/// Writes the report of a `check`.
pub fn write(report: &Report, format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, look, out),
        Format::Json => json::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Github => github::write(report, out),
        Format::Markdown => markdown::write(report, out),
    }
}

/// `1 resource`, `2 resources`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    match (n, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{n} {stem}ies"),
        (_, None) => format!("{n} {noun}s"),
    }
}

/// A path as people know it, seen from the root of the checkout; `directory` is the way from there to the current directory.
pub(crate) fn from_root(directory: &str, path: &str) -> String {
    let mut steps: Vec<&str> = directory.split('/').filter(|s| !s.is_empty()).collect();
    if steps.is_empty() || path.starts_with('/') || path == "-" {
        return path.to_owned();
    }
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.pop().is_none() => return path.to_owned(), // leads out of the checkout
            ".." => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The text on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text in lines of no more characters than this, where its words allow it.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_root_of_the_checkout() {
        let cases = [
            ("", "a/b.tf", "a/b.tf"),
            ("infra", "b.tf", "infra/b.tf"),
            ("infra/x", "../b.tf", "infra/b.tf"),
            ("infra", "../m/./b.tf", "m/b.tf"),
            ("infra", "../../b.tf", "../../b.tf"),
            ("infra", "/b.tf", "/b.tf"),
            ("infra", "-", "-"),
        ];
        for (directory, path, wanted) in cases {
            assert_eq!(from_root(directory, path), wanted, "{directory} {path}");
        }
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("ab cd  ef\ngh", 5), ["ab cd", "ef gh"]);
        assert_eq!(wrapped("a longer-word b", 5), ["a", "longer-word", "b"]);
        assert_eq!(wrapped("éé éé", 5), ["éé éé"]);
    }

    #[test]
    fn nothing_is_too_narrow_to_be_drawn() {
        let report = sample::report();
        for (width, color) in [(1, false), (20, true), (40, true), (40, false)] {
            let mut out = Vec::new();
            let look = Look { color, width };
            write(&report, Format::Human, look, &mut out).unwrap();
            assert!(
                String::from_utf8(out)
                    .unwrap()
                    .contains("policy-public-access")
            );
        }
    }
}
