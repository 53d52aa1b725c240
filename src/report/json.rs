//! `check --format json`, version 1: frozen. The shapes are this file's own, so that a change of the live types cannot
//! change what others read.

use crate::diagnostic::Diagnostic;
use crate::engine::Report;
use crate::finding::{Enforcement, Finding, Outcome, ResourceRef, Severity, Status, Witness};
use crate::span::{Files, Location};
use serde::Serialize;
use std::io::{self, Write};

/// Writes the report as one JSON document and a line end.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report))?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    run: Run<'a>,
    findings: Vec<OneFinding<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<Check<'a>>,
    diagnostics: Vec<OneDiagnostic<'a>>,
    not_run: Vec<NotRun<'a>>,
    skipped: Vec<Skipped<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Run<'a> {
    revision: Option<&'a str>,
    profile: &'a str,
    edition: Option<&'a str>,
    config_sha256: Option<&'a str>,
    policies_sha256: &'a str,
    target: Target<'a>,
}

#[derive(Serialize)]
struct Target<'a> {
    account: Option<&'a str>,
    region: Option<&'a str>,
    partition: Option<&'a str>,
}

#[derive(Serialize)]
struct OneFinding<'a> {
    guardrail: &'a str,
    severity: &'static str,
    enforcement: &'static str,
    outcome: &'static str,
    status: &'static str,
    resource: Option<Resource<'a>>,
    message: &'a str,
    location: Place,
    related: Vec<Related>,
    when: Option<&'a str>,
    because: &'a [String],
    witness: Option<&'a Witness>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct Resource<'a> {
    address: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    root: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    construct: Option<&'a str>,
}

/// Lines and columns from 1, ends exclusive.
#[derive(Serialize)]
pub(super) struct Place {
    path: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

#[derive(Serialize)]
struct Related {
    message: String,
    location: Place,
}

#[derive(Serialize)]
struct Check<'a> {
    guardrail: &'a str,
    resource: Option<Resource<'a>>,
    outcome: &'static str,
}

#[derive(Serialize)]
pub(super) struct OneDiagnostic<'a> {
    code: &'a str,
    severity: &'static str,
    message: &'a str,
    location: Option<Place>,
}

#[derive(Serialize)]
struct NotRun<'a> {
    guardrail: &'a str,
    because: &'a str,
}

#[derive(Serialize)]
struct Skipped<'a> {
    because: &'a str,
    count: usize,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    skipped: usize,
    resources: usize,
    guardrails: usize,
    violated: usize,
    undetermined: usize,
    waived: usize,
    baseline: usize,
}

fn document(report: &Report) -> Document<'_> {
    let files = &*report.files;
    let checks = report.checks.iter().map(|c| Check {
        guardrail: &c.guardrail,
        resource: c.resource.as_ref().map(resource),
        outcome: outcome(c.outcome),
    });
    let not_run = report.not_run.iter().map(|n| NotRun {
        guardrail: &n.guardrail,
        because: &n.because,
    });
    let skipped = (report.skipped.iter()).map(|(because, count)| Skipped {
        because,
        count: *count,
    });
    Document {
        version: 1,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        run: run(report),
        findings: (report.findings.iter())
            .map(|f| finding(f, files))
            .collect(),
        checks: checks.collect(),
        diagnostics: diagnostics(&report.diagnostics, files),
        not_run: not_run.collect(),
        skipped: skipped.collect(),
        summary: summary(report),
    }
}

fn run(report: &Report) -> Run<'_> {
    let run = &report.run;
    Run {
        revision: run.checkout.revision.as_deref(),
        profile: &run.profile,
        edition: run.edition.as_deref(),
        config_sha256: run.config_sha256.as_deref(),
        policies_sha256: &run.policies_sha256,
        target: Target {
            account: run.target.account.as_deref(),
            region: run.target.region.as_deref(),
            partition: run.target.partition.as_deref(),
        },
    }
}

fn summary(report: &Report) -> Summary {
    let s = &report.summary;
    Summary {
        files: s.files,
        skipped: s.skipped,
        resources: s.resources,
        guardrails: s.guardrails,
        violated: s.violated,
        undetermined: s.undetermined,
        waived: s.waived,
        baseline: s.baseline,
    }
}

fn finding<'a>(finding: &'a Finding, files: &Files) -> OneFinding<'a> {
    let way = finding.related.iter().map(|(message, span)| Related {
        message: message.clone(),
        location: place(files.location(*span)),
    });
    let also = finding.also.iter().map(|address| Related {
        message: format!("also {address}"),
        location: place(files.location(finding.span)),
    });
    OneFinding {
        guardrail: &finding.guardrail,
        severity: severity(finding.severity),
        enforcement: enforcement(finding.enforcement),
        outcome: outcome(finding.outcome),
        status: status(finding.status),
        resource: finding.resource.as_ref().map(resource),
        message: &finding.message,
        location: place(files.location(finding.span)),
        related: way.chain(also).collect(),
        when: finding.when.as_deref(),
        because: &finding.because,
        witness: finding.witness.as_ref(),
        fingerprint: &finding.fingerprint,
    }
}

fn resource(resource: &ResourceRef) -> Resource<'_> {
    Resource {
        address: &resource.address,
        kind: &resource.kind,
        root: &resource.root,
        construct: resource.construct.as_deref(),
    }
}

fn place(location: Location) -> Place {
    Place {
        path: location.path,
        line: location.line,
        column: location.column,
        end_line: location.end_line,
        end_column: location.end_column,
    }
}

/// Problems with the input, as `check` and `resolve` give them.
pub(super) fn diagnostics<'a>(list: &'a [Diagnostic], files: &Files) -> Vec<OneDiagnostic<'a>> {
    let one = |d: &'a Diagnostic| OneDiagnostic {
        code: d.code,
        severity: match d.level {
            crate::diagnostic::Level::Error => "error",
            crate::diagnostic::Level::Warning => "warning",
        },
        message: &d.message,
        location: d.span.map(|s| place(files.location(s))),
    };
    list.iter().map(one).collect()
}

/// The place of a span.
pub(super) fn location(span: crate::span::Span, files: &Files) -> Place {
    place(files.location(span))
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

fn enforcement(enforcement: Enforcement) -> &'static str {
    match enforcement {
        Enforcement::Block => "block",
        Enforcement::Warn => "warn",
        Enforcement::Report => "report",
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Satisfied => "satisfied",
        Outcome::Violated => "violated",
        Outcome::Undetermined => "undetermined",
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::New => "new",
        Status::Baseline => "baseline",
        Status::Waived => "waived",
    }
}

#[cfg(test)]
mod tests;
