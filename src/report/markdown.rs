//! A Markdown table of the findings, for job summaries and comments.

use super::{count, human, one_line};
use crate::diagnostic::Level;
use crate::engine::Report;
use crate::finding::{Finding, Outcome, Severity, Status};
use std::io::{self, Write};

/// GitHub drops a job summary of more than 1 MiB as a whole; rows beyond this are left out.
const MOST_BYTES: usize = 900 * 1024;

/// Writes the report.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut findings: Vec<&Finding> = (report.findings.iter())
        .filter(|f| f.status == Status::New)
        .collect();
    findings.sort_by_key(|f| std::cmp::Reverse((f.blocks, rank(f))));
    writeln!(out, "### ecr-guard: {}\n", cell(&human::summary(report)))?;
    let problems = report.diagnostics.iter().map(|d| {
        let level = match d.level {
            Level::Error => "**error**",
            Level::Warning => "warning",
        };
        let place = d.span.map(|s| report.files.location(s));
        row([level.into(), code(d.code), at(place), cell(&d.message)])
    });
    let found = findings.iter().map(|f| {
        let place = report.files.location(f.span);
        row([verdict(f), code(&f.guardrail), at(Some(place)), sentence(f)])
    });
    let mut rows = problems.chain(found).peekable();
    if rows.peek().is_some() {
        writeln!(out, "| | | where | what |\n|---|---|---|---|")?;
    }
    let mut written = 0;
    while let Some(line) = rows.next() {
        written += line.len() + 1;
        if written > MOST_BYTES {
            let left = count(rows.count() + 1, "further row");
            return writeln!(out, "\n{left} left out; the other formats have them all.");
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Violations before what cannot be told, the worst first.
fn rank(finding: &Finding) -> (bool, Severity) {
    (finding.outcome == Outcome::Violated, finding.severity)
}

fn verdict(finding: &Finding) -> String {
    let word = match finding.outcome {
        Outcome::Undetermined => "cannot tell".to_owned(),
        _ => finding.severity.name().to_owned(),
    };
    match finding.blocks {
        true => format!("**{word}**"),
        false => word,
    }
}

fn sentence(finding: &Finding) -> String {
    let mut text = cell(&finding.message);
    if let Some(resource) = &finding.resource {
        text.push_str(&format!("<br>{}", code(&resource.address)));
        if let Some(construct) = &resource.construct {
            text.push_str(&format!(" {}", cell(construct)));
        }
    }
    for because in &finding.because {
        text.push_str(&format!("<br>{}", cell(because)));
    }
    text
}

fn at(location: Option<crate::span::Location>) -> String {
    location.map_or_else(String::new, |l| code(&format!("{}:{}", l.path, l.line)))
}

fn row(cells: [String; 4]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// Text in a cell: nothing in it is markup but what stands between backticks.
fn cell(text: &str) -> String {
    let text = one_line(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return plain(&text);
    }
    let part = |(i, part): (usize, &&str)| match i % 2 {
        0 => plain(part),
        _ => code(part),
    };
    parts.iter().enumerate().map(part).collect()
}

fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' | '*' | '_' | '[' | ']' | '\\' | '~' | '#' | '!' | '@' | '`' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// Text as code: in HTML, where a backtick or a bar in it does no harm.
fn code(text: &str) -> String {
    let mut out = String::from("<code>");
    for c in one_line(text).chars() {
        match c {
            c if c.is_ascii_alphanumeric() || "/.:- ".contains(c) || !c.is_ascii() => out.push(c),
            c => out.push_str(&format!("&#{};", u32::from(c))),
        }
    }
    out.push_str("</code>");
    out
}

#[cfg(test)]
mod tests;
