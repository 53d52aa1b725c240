//! GitHub Actions workflow commands: annotations on the changed lines of a pull request, without any permission.
//!
//! The runner keeps ten annotations of a kind for each step, so that the ten worst are annotations and the rest are
//! lines of the log. Nothing that stands in the input can start a command: texts are escaped, and lines of the log
//! never begin with `::` nor hold `##[`.

use super::{from_root, human, one_line};
use crate::diagnostic::{Diagnostic, Level};
use crate::engine::Report;
use crate::finding::{Enforcement, Finding, Outcome, Status};
use crate::span::{Location, Span};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Annotations of one kind that the runner keeps for a step.
const MOST_OF_A_KIND: usize = 10;

/// A command, or the line of the log that stands in for it.
struct Note {
    kind: &'static str,
    title: String,
    message: String,
    location: Option<Location>,
}

/// Writes the report.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut notes: Vec<Note> = (report.diagnostics.iter())
        .map(|d| problem(d, report))
        .collect();
    let mut findings: Vec<&Finding> = (report.findings.iter())
        .filter(|f| f.status == Status::New)
        .collect();
    findings.sort_by_key(|f| std::cmp::Reverse((f.blocks, f.severity)));
    notes.extend(findings.iter().map(|f| finding(report, f)));
    let mut written: BTreeMap<&str, usize> = BTreeMap::new();
    for note in &notes {
        let n = written.entry(note.kind).or_default();
        *n += 1;
        if *n <= MOST_OF_A_KIND {
            writeln!(out, "{}", note.command())?;
        } else {
            writeln!(out, "{}", note.log_line())?;
        }
    }
    writeln!(out, "{}", harmless(&human::summary(report)))
}

/// Where a span lies, seen from the root of the checkout: pull requests know files by that.
fn place(report: &Report, span: Span) -> Location {
    let location = report.files.location(span);
    Location {
        path: from_root(&report.run.checkout.directory, &location.path),
        ..location
    }
}

fn problem(problem: &Diagnostic, report: &Report) -> Note {
    let mut message = problem.message.clone();
    if let Some(help) = &problem.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    Note {
        kind: match problem.level {
            Level::Error => "error",
            Level::Warning => "warning",
        },
        title: problem.code.to_owned(),
        message,
        location: problem.span.map(|s| place(report, s)),
    }
}

fn finding(report: &Report, finding: &Finding) -> Note {
    let mut message = finding.message.clone();
    if let Some(resource) = &finding.resource {
        message.push_str(&format!("\nresource: {}", resource.shown()));
    }
    if let Some(when) = &finding.when {
        message.push_str(&format!("\nwhen: {when}"));
    }
    if let Some(w) = &finding.witness {
        message.push_str(&format!("\nrequest: {w}"));
    }
    for because in &finding.because {
        message.push_str(&format!("\nbecause: {because}"));
    }
    if let Some(text) = finding.settle.as_ref().or(finding.fix.as_ref()) {
        message.push_str(&format!("\n{}", text.trim()));
    }
    let cannot_tell = finding.outcome == Outcome::Undetermined;
    Note {
        kind: match finding.enforcement {
            _ if finding.blocks => "error",
            _ if cannot_tell => "warning",
            Enforcement::Warn | Enforcement::Block => "warning",
            Enforcement::Report => "notice",
        },
        title: match cannot_tell {
            true => format!("cannot tell: {}", finding.guardrail),
            false => finding.guardrail.clone(),
        },
        message,
        location: Some(place(report, finding.span)),
    }
}

impl Note {
    /// `::error file=a.tf,line=1,col=2,endLine=1,endColumn=5,title=id::message`
    fn command(&self) -> String {
        let mut properties = Vec::new();
        if let Some(l) = &self.location {
            properties.push(format!("file={}", property(&l.path)));
            properties.push(format!("line={}", l.line));
            if l.line == l.end_line {
                properties.push(format!("col={}", l.column));
            }
            properties.push(format!("endLine={}", l.end_line));
            if l.line == l.end_line {
                properties.push(format!("endColumn={}", l.end_column));
            }
        }
        properties.push(format!("title={}", property(&self.title)));
        format!(
            "::{} {}::{}",
            self.kind,
            properties.join(","),
            data(&self.message)
        )
    }

    fn log_line(&self) -> String {
        let place = (self.location.iter())
            .map(|l| format!("{}:{}:{}: ", l.path, l.line, l.column))
            .collect::<String>();
        let message = self.message.lines().next().unwrap_or_default();
        harmless(&format!("{}[{}] {place}{message}", self.kind, self.title))
    }
}

/// A text in a command (actions/runner, `ActionCommand`).
fn data(text: &str) -> String {
    (text.replace('%', "%25"))
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property's value in a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line of the log that is no command, whatever it says: commands of the old kind may stand anywhere in a line.
fn harmless(line: &str) -> String {
    let line = one_line(line).replace("##[", "## [");
    match line.starts_with("::") {
        true => format!("- {line}"),
        false => line,
    }
}

#[cfg(test)]
mod tests;
