//! Reports: one file per output format. Nothing else prints.

use crate::engine::Report;
use std::io::{self, Write};

pub mod frame;
pub mod github;
pub mod guardrails;
pub mod human;
pub mod json;
pub mod markdown;
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
