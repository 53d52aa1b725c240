//! SARIF 2.1.0 for code scanning: results, rules with their help, the way of a value as a code flow, and problems with
//! the input as notifications. Written against the limits of GitHub's code scanning.

use self::shapes::*;
use super::from_root;
use crate::diagnostic::{Diagnostic, Level};
use crate::engine::{GuardrailInfo, Report};
use crate::finding::{Enforcement, Finding, Outcome, Severity, Status, Waived};
use crate::span::Span;
use std::collections::BTreeMap;
use std::io::{self, Write};

mod shapes;

/// Code scanning refuses a run with more results.
const MOST_RESULTS: usize = 25_000;
/// Code scanning refuses a rule with more tags.
const MOST_TAGS: usize = 20;
/// Code scanning refuses a result with more places.
const MOST_PLACES: usize = 100;

/// Writes the report as one SARIF log and a line end.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &log(report))?;
    writeln!(out)
}

fn log(report: &Report) -> Log {
    let index: BTreeMap<&str, usize> = (report.guardrails.iter().enumerate())
        .map(|(i, g)| (g.id.as_str(), i))
        .collect();
    let kept = worst(report);
    let against_baseline = (report.findings.iter()).any(|f| f.status == Status::Baseline);
    let results = kept.iter().map(|f| Result {
        baseline_state: against_baseline.then_some(match f.status {
            Status::Baseline => "unchanged",
            Status::New | Status::Waived => "new",
        }),
        ..result(report, f, &index)
    });
    Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: tool(report),
            results: results.collect(),
            invocations: [invocation(report, report.findings.len() - kept.len())],
            column_kind: "unicodeCodePoints",
        }],
    }
}

/// All findings, or the worst ones where there are too many, in the order of the report.
fn worst(report: &Report) -> Vec<&Finding> {
    let mut order: Vec<(usize, &Finding)> = report.findings.iter().enumerate().collect();
    if order.len() > MOST_RESULTS {
        order.sort_by_key(|(i, f)| (f.status != Status::New, std::cmp::Reverse(f.severity), *i));
        order.truncate(MOST_RESULTS);
        order.sort_by_key(|(i, _)| *i);
    }
    order.into_iter().map(|(_, f)| f).collect()
}

fn tool(report: &Report) -> Tool {
    Tool {
        driver: Driver {
            name: env!("CARGO_PKG_NAME"),
            semantic_version: env!("CARGO_PKG_VERSION"),
            rules: report.guardrails.iter().map(rule).collect(),
        },
    }
}

fn rule(guardrail: &GuardrailInfo) -> Rule {
    let mut tags = vec!["security".to_owned(), "ecr".to_owned()];
    tags.extend(guardrail.controls.iter().cloned());
    tags.truncate(MOST_TAGS);
    Rule {
        id: guardrail.id.clone(),
        short_description: Message::text(&guardrail.title),
        full_description: Message::text(guardrail.why.trim()),
        help: help(guardrail),
        help_uri: (guardrail.references.iter())
            .find(|r| r.starts_with("https://"))
            .cloned(),
        default_configuration: Configuration {
            level: level(guardrail.severity),
        },
        properties: RuleProperties {
            security_severity: score(guardrail.severity),
            precision: "high",
            tags,
        },
    }
}

fn help(guardrail: &GuardrailInfo) -> Help {
    let why = guardrail.why.trim();
    let mut text = why.to_owned();
    let mut markdown = why.to_owned();
    if let Some(fix) = &guardrail.fix {
        text.push_str(&format!("\n\nFix: {}", fix.trim()));
        markdown.push_str(&format!("\n\n**Fix:** {}", fix.trim()));
    }
    if !guardrail.references.is_empty() {
        text.push_str("\n\nReferences:");
        markdown.push_str("\n\n**References**\n");
    }
    for reference in &guardrail.references {
        text.push_str(&format!("\n{reference}"));
        markdown.push_str(&format!("\n- <{reference}>"));
    }
    Help { text, markdown }
}

/// GitHub shows 9.0 and above as critical, 7.0 as high, 4.0 as medium, above 0 as low.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn result(report: &Report, finding: &Finding, index: &BTreeMap<&str, usize>) -> Result {
    let kind = match finding.outcome {
        Outcome::Violated => "fail",
        Outcome::Undetermined => "open",
        Outcome::Satisfied => "pass",
    };
    let level = match (finding.outcome, finding.enforcement) {
        (Outcome::Undetermined | Outcome::Satisfied, _) => "none",
        (_, Enforcement::Block) => "error",
        (_, Enforcement::Warn) => "warning",
        (_, Enforcement::Report) => "note",
    };
    let related = (finding.related.iter().take(MOST_PLACES).enumerate())
        .map(|(i, (message, span))| place(report, *span, Some(message), Some(i + 1), finding));
    Result {
        rule_id: finding.guardrail.clone(),
        rule_index: index.get(finding.guardrail.as_str()).copied(),
        kind,
        level,
        message: Message::text(&message(finding)),
        locations: [place(report, finding.span, None, None, finding)],
        related_locations: related.collect(),
        code_flows: code_flow(report, finding).into_iter().collect(),
        partial_fingerprints: Fingerprints {
            own: finding.fingerprint.clone(),
        },
        suppressions: (finding.waived.iter())
            .map(|w| suppression(report, w))
            .collect(),
        baseline_state: None,
    }
}

/// A waiver, beside the code or elsewhere, with its reason and who answers for it until when.
fn suppression(report: &Report, waived: &Waived) -> Suppression {
    let mut justification = waived.reason.trim().to_owned();
    if let Some(owner) = &waived.owner {
        justification.push_str(&format!("; owner: {owner}"));
    }
    if let Some(until) = waived.until {
        justification.push_str(&format!("; until: {until}"));
    }
    Suppression {
        kind: match waived.in_source {
            true => "inSource",
            false => "external",
        },
        status: "accepted",
        justification,
        location: Place {
            id: None,
            physical_location: physical(report, waived.span),
            logical_locations: Vec::new(),
            message: None,
        },
    }
}

/// The message with what shows it, why it cannot be told and how to mend it: alerts show nothing else.
fn message(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    if let Some(when) = &finding.when {
        text.push_str(&format!(" (when {when})"));
    }
    if let Some(w) = &finding.witness {
        text.push_str(&format!("\nRequest: {w}"));
    }
    for because in &finding.because {
        text.push_str(&format!("\nBecause: {because}"));
    }
    if let Some(settle) = &finding.settle {
        text.push_str(&format!("\nTo settle it: {settle}"));
    }
    text
}

fn place(
    report: &Report,
    span: Span,
    message: Option<&str>,
    id: Option<usize>,
    finding: &Finding,
) -> Place {
    let logical = (finding.resource.iter())
        .filter(|_| id.is_none())
        .map(|r| Logical {
            fully_qualified_name: r.address.clone(),
            kind: "resource",
        });
    Place {
        id,
        physical_location: physical(report, span),
        logical_locations: logical.collect(),
        message: message.map(Message::text),
    }
}

fn physical(report: &Report, span: Span) -> Physical {
    let location = report.files.location(span);
    let path = from_root(&report.run.checkout.directory, &location.path);
    Physical {
        artifact_location: artifact(&path),
        region: Region {
            start_line: location.line,
            start_column: location.column,
            end_line: location.end_line,
            end_column: location.end_column,
        },
    }
}

/// Relative paths are relative to the root of the checkout; bytes that a URI cannot hold are percent-encoded.
fn artifact(path: &str) -> Artifact {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~');
    let encoded = utf8_percent_encode(path, KEPT).to_string();
    if path.starts_with('/') {
        return Artifact {
            uri: format!("file://{encoded}"),
            uri_base_id: None,
        };
    }
    Artifact {
        uri: encoded,
        uri_base_id: Some("%SRCROOT%"),
    }
}

/// From where the value was written to where it does harm.
fn code_flow(report: &Report, finding: &Finding) -> Option<CodeFlow> {
    if finding.related.is_empty() {
        return None;
    }
    let way = (finding.related.iter().take(MOST_PLACES).rev())
        .map(|(message, span)| (message.as_str(), *span));
    let end = (finding.message.as_str(), finding.span);
    let locations = way.chain(std::iter::once(end)).map(|(message, span)| Step {
        location: Place {
            id: None,
            physical_location: physical(report, span),
            logical_locations: Vec::new(),
            message: Some(Message::text(message)),
        },
    });
    Some(CodeFlow {
        thread_flows: [ThreadFlow {
            locations: locations.collect(),
        }],
    })
}

fn invocation(report: &Report, cut: usize) -> Invocation {
    let mut notes: Vec<Notification> = (report.diagnostics.iter())
        .map(|d| notification(d, report))
        .collect();
    if cut > 0 {
        let text = format!("{cut} findings are left out: code scanning takes {MOST_RESULTS}");
        notes.push(Notification::plain("results-cut", "warning", &text));
    }
    for entry in &report.not_run {
        let text = format!("`{}` did not run: {}", entry.guardrail, entry.because);
        notes.push(Notification::plain("guardrail-not-run", "note", &text));
    }
    Invocation {
        execution_successful: !report.has_errors(),
        exit_code: report.exit_code(),
        tool_execution_notifications: notes,
    }
}

fn notification(problem: &Diagnostic, report: &Report) -> Notification {
    let level = match problem.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let mut text = problem.message.clone();
    if let Some(help) = &problem.help {
        text.push_str(&format!("\nHelp: {help}"));
    }
    let place = problem.span.map(|span| Place {
        id: None,
        physical_location: physical(report, span),
        logical_locations: Vec::new(),
        message: None,
    });
    Notification {
        locations: place.into_iter().collect(),
        ..Notification::plain(problem.code, level, &text)
    }
}

#[cfg(test)]
mod tests;
