//! What a Hook answers.
//! <https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/lambda-hooks-create-lambda-function.html>

use crate::engine::{GuardrailInfo, Report};
use crate::finding::{Finding, Outcome, Severity, Status as FindingStatus};
use crate::report::{count, one_line};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Bytes of a message that CloudFormation keeps.
pub const MESSAGE: usize = 4096;
/// Bytes of a message that Cloud Control keeps.
pub const CLOUD_CONTROL_MESSAGE: usize = 1024;
/// Bytes of a text of an annotation:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Annotation.html>.
const ANNOTATION: usize = 16 << 10;
/// Annotations of one answer.
const ANNOTATIONS: usize = 100;

/// The response of a Hook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Whether the operation may go on.
    pub hook_status: HookStatus,
    /// Why not; only where it may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<ErrorCode>,
    /// For people: the ids of the violated guardrails, the worst first, and what is wrong.
    pub message: String,
    /// As in the invocation.
    pub client_request_token: String,
    /// One for each guardrail that is violated or cannot be told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}

/// Whether the operation may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HookStatus {
    /// It may.
    Success,
    /// It may not, unless the Hook only warns.
    Failed,
}

/// Why an operation may not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ErrorCode {
    /// A finding blocks.
    NonCompliant,
    /// The job could not be done.
    InternalFailure,
}

/// What one guardrail came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Annotation {
    /// The guardrail's id.
    pub annotation_name: String,
    /// Failed, or skipped where it cannot be told.
    pub status: AnnotationStatus,
    /// What is wrong.
    pub status_message: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation_message: Option<String>,
    /// What to read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation_link: Option<String>,
    /// How bad it is.
    pub severity_level: &'static str,
}

/// What one guardrail came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AnnotationStatus {
    /// It is violated, or cannot be told and fails for that.
    Failed,
    /// It cannot be told.
    Skipped,
}

impl Response {
    /// The operation may go on.
    pub fn success(token: &str, message: &str, limit: usize) -> Self {
        Response {
            hook_status: HookStatus::Success,
            error_code: None,
            message: cut(message, limit),
            client_request_token: token.to_owned(),
            annotations: Vec::new(),
        }
    }

    /// The job could not be done; the config says whether the operation fails for that.
    pub fn trouble(token: &str, why: &str, fails: bool, limit: usize) -> Self {
        if !fails {
            return Self::success(token, &format!("not judged: {why}"), limit);
        }
        Response {
            hook_status: HookStatus::Failed,
            error_code: Some(ErrorCode::InternalFailure),
            ..Self::success(token, why, limit)
        }
    }

    /// What the findings of a report come to.
    pub fn verdict(token: &str, report: &Report, notes: &[String], limit: usize) -> Self {
        let mut findings: Vec<&Finding> = (report.findings.iter())
            .filter(|f| f.status == FindingStatus::New)
            .collect();
        findings.sort_by_key(|f| (Reverse((f.blocks, violated(f), f.severity)), &f.guardrail));
        let blocked = findings.iter().any(|f| f.blocks);
        Response {
            hook_status: match blocked {
                true => HookStatus::Failed,
                false => HookStatus::Success,
            },
            error_code: blocked.then_some(ErrorCode::NonCompliant),
            message: cut(&message(report, &findings, notes), limit),
            client_request_token: token.to_owned(),
            annotations: annotations(report, &findings),
        }
    }

    /// As JSON.
    pub fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default() // texts and names: nothing here can fail
    }
}

fn violated(finding: &Finding) -> bool {
    finding.outcome == Outcome::Violated
}

/// Ids first, the worst first of all, so that a cut takes away words and not guardrails.
fn message(report: &Report, findings: &[&Finding], notes: &[String]) -> String {
    let named: Vec<&Finding> = (findings.iter().copied())
        .filter(|f| f.blocks || violated(f))
        .collect();
    let mut parts = vec![match named.iter().any(|f| f.blocks) {
        true => format!("not compliant: {}", ids(named.iter().filter(|f| f.blocks))),
        false => "compliant".to_owned(),
    }];
    let reported = ids(named.iter().filter(|f| !f.blocks));
    if !reported.is_empty() {
        parts.push(format!("reported, not blocking: {reported}"));
    }
    let open = findings
        .iter()
        .filter(|f| !f.blocks && !violated(f))
        .count();
    if open > 0 {
        parts.push(format!("{open} cannot be told"));
    }
    if report.summary.waived > 0 {
        parts.push(format!("{} waived", report.summary.waived));
    }
    if let Some(first) = report.not_run.first() {
        let guardrails = count(report.not_run.len(), "guardrail");
        parts.push(format!("{guardrails} did not run: {}", first.because));
    }
    parts.extend(notes.iter().cloned());
    let mut out = parts.join("; ");
    for finding in named {
        out.push('\n');
        out.push_str(&line(finding));
    }
    out
}

fn ids<'a>(findings: impl Iterator<Item = &'a &'a Finding>) -> String {
    let mut out: Vec<&str> = Vec::new();
    for finding in findings {
        if !out.contains(&finding.guardrail.as_str()) {
            out.push(&finding.guardrail);
        }
    }
    out.join(", ")
}

/// One finding in one line.
fn line(finding: &Finding) -> String {
    let mut out = format!("{} {}", finding.severity.name(), finding.guardrail);
    if let Some(resource) = &finding.resource {
        out.push_str(&format!(" at {}", one_line(&resource.address)));
    }
    out.push_str(&format!(": {}", said(finding)));
    out
}

/// What is wrong, or why it cannot be told.
fn said(finding: &Finding) -> String {
    let mut out = one_line(&finding.message);
    if let Some(when) = &finding.when {
        out.push_str(&format!(" (when {})", one_line(when)));
    }
    if !violated(finding) {
        let because = finding.because.iter().filter(|b| **b != finding.message);
        let because: Vec<String> = because.map(|b| one_line(b)).collect();
        if !because.is_empty() {
            out.push_str(&format!(": cannot be told, since {}", because.join(", ")));
        }
    }
    out
}

/// One for each guardrail, the worst first.
fn annotations(report: &Report, findings: &[&Finding]) -> Vec<Annotation> {
    let infos: BTreeMap<&str, &GuardrailInfo> = (report.guardrails.iter())
        .map(|g| (g.id.as_str(), g))
        .collect();
    let mut groups: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|(id, _)| *id == finding.guardrail) {
            Some((_, group)) => group.push(finding),
            None => groups.push((&finding.guardrail, vec![finding])),
        }
    }
    (groups.into_iter().take(ANNOTATIONS))
        .map(|(id, group)| annotation(id, &group, infos.get(id).copied()))
        .collect()
}

fn annotation(id: &str, group: &[&Finding], info: Option<&GuardrailInfo>) -> Annotation {
    let failed = group.iter().any(|f| f.blocks || violated(f));
    let told: Vec<String> = (group.iter())
        .map(|f| match &f.resource {
            Some(resource) => format!("{}: {}", one_line(&resource.address), said(f)),
            None => said(f),
        })
        .collect();
    let worst = group.iter().map(|f| f.severity).max();
    let fix = group.iter().find_map(|f| f.fix.clone());
    let fix = fix.or_else(|| group.iter().find_map(|f| f.settle.clone()));
    let link = info.and_then(|i| i.references.iter().find(|r| r.starts_with("https://")));
    Annotation {
        annotation_name: id.to_owned(),
        status: match failed {
            true => AnnotationStatus::Failed,
            false => AnnotationStatus::Skipped,
        },
        status_message: cut(&told.join("; "), ANNOTATION),
        remediation_message: fix.map(|f| cut(&one_line(&f), ANNOTATION)),
        remediation_link: link.cloned(),
        severity_level: level(worst.unwrap_or(Severity::Info)),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "INFORMATIONAL",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

/// A text of no more than so many bytes, cut between characters; a cut is marked.
pub fn cut(text: &str, limit: usize) -> String {
    const MARK: &str = "…";
    if text.len() <= limit {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(limit.saturating_sub(MARK.len()));
    format!("{}{MARK}", text.get(..end).unwrap_or_default())
}
