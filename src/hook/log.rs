//! What is told of each answer: a line of JSON, and lines of CloudWatch's embedded metric format. Names and numbers only:
//! nothing of a template's text.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use super::Answer;
use super::response::{ErrorCode, HookStatus};
use crate::finding::{Finding, Outcome, Status};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The namespace of the metrics.
const NAMESPACE: &str = "ecr-guard";

/// Where and what is logged.
pub struct Log {
    /// Whether verdicts are logged.
    pub verdicts: bool,
    /// Whether metrics are.
    pub metrics: bool,
    /// The config that verdicts rest on.
    pub config: Basis,
    /// What time it is.
    pub now: fn() -> jiff::Timestamp,
    /// Takes a line of the log.
    pub print: Box<dyn Fn(&str) + Send + Sync>,
    /// Takes a line of metrics.
    pub measure: Box<dyn Fn(&str) + Send + Sync>,
}

/// The config that verdicts rest on.
#[derive(Clone, Debug, Default)]
pub struct Basis {
    /// Its fingerprint.
    pub sha256: Option<String>,
    /// When it was last changed.
    pub modified: Option<jiff::Timestamp>,
}

impl Log {
    /// Logs an answer.
    pub fn verdict(&self, answer: &Answer, took: Duration) {
        let now = (self.now)();
        if self.verdicts {
            (self.print)(&self.line(answer, took, now).to_string());
        }
        if self.metrics {
            for line in metrics(answer, took, now) {
                (self.measure)(&line.to_string());
            }
        }
    }

    /// Logs something that went wrong beside an answer.
    pub fn trouble(&self, message: &str) {
        if self.verdicts {
            let time = (self.now)().to_string();
            let line =
                json!({"time": time, "level": "error", "event": "trouble", "message": message});
            (self.print)(&line.to_string());
        }
    }

    fn line(&self, answer: &Answer, took: Duration, now: jiff::Timestamp) -> Json {
        let response = &answer.response;
        let mut line = Map::new();
        let mut put = |key: &str, value: Json| {
            if !value.is_null() {
                line.insert(key.to_owned(), value);
            }
        };
        put("time", json!(now.to_string()));
        put("level", json!(level(answer)));
        put("event", json!("verdict"));
        put(
            "token",
            json!(super::request::shown(&response.client_request_token)),
        );
        if let Some(asked) = &answer.request {
            put("operation", json!(asked.operation));
            put("action", json!(asked.action));
            put("type", json!(asked.kind));
            put("resource", json!(asked.id));
            put("stack", json!(asked.stack));
            put("account", json!(asked.place.account));
            put("region", json!(asked.place.region));
        }
        put("status", json!(response.hook_status));
        put("code", json!(response.error_code));
        if answer.report.is_none() {
            put("message", json!(response.message));
        }
        if let Some(report) = &answer.report {
            put("violated", json!(ids(&report.findings, Outcome::Violated)));
            put(
                "undetermined",
                json!(ids(&report.findings, Outcome::Undetermined)),
            );
            put("waived", json!(report.summary.waived));
            let not_run: Vec<&str> = report
                .not_run
                .iter()
                .map(|n| n.guardrail.as_str())
                .collect();
            put("not_run", json!(not_run));
            let problems: BTreeSet<&str> = report.diagnostics.iter().map(|d| d.code).collect();
            put("problems", json!(problems));
            put("policies_sha256", json!(report.run.policies_sha256));
        }
        put("config_sha256", json!(self.config.sha256));
        let age = self
            .config
            .modified
            .map(|m| now.duration_since(m).as_secs());
        put("config_age_s", json!(age));
        put("duration_ms", json!(millis(took)));
        Json::Object(line)
    }
}

fn level(answer: &Answer) -> &'static str {
    match (answer.response.error_code, answer.response.hook_status) {
        (Some(ErrorCode::InternalFailure), _) => "error",
        (Some(ErrorCode::NonCompliant), _) | (None, HookStatus::Failed) => "warn",
        (None, HookStatus::Success) => "info",
    }
}

fn ids(findings: &[Finding], outcome: Outcome) -> BTreeSet<&str> {
    let of = |f: &&Finding| f.outcome == outcome && f.status == Status::New;
    findings
        .iter()
        .filter(of)
        .map(|f| f.guardrail.as_str())
        .collect()
}

/// In milliseconds, to the microsecond.
fn millis(took: Duration) -> f64 {
    f64::from(u32::try_from(took.as_micros()).unwrap_or(u32::MAX)) / 1000.0
}

/// One line for the answer, with its duration, and one for each guardrail and what it came to.
fn metrics(answer: &Answer, took: Duration, now: jiff::Timestamp) -> Vec<Json> {
    let verdict = match answer.response.error_code {
        Some(ErrorCode::NonCompliant) => "NonCompliant",
        Some(ErrorCode::InternalFailure) => "InternalFailure",
        None => "Success",
    };
    let milliseconds = json!({"Name": "Duration", "Unit": "Milliseconds"});
    let count = |name: &str| json!({"Name": name, "Unit": "Count"});
    let about = |dimensions: Json, metrics: Json| {
        json!({
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics}],
        })
    };
    let mut lines = vec![json!({
        "_aws": about(json!(["Verdict"]), json!([count("Invocations"), milliseconds])),
        "Verdict": verdict,
        "Invocations": 1,
        "Duration": millis(took),
    })];
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for finding in answer.report.iter().flat_map(|r| &r.findings) {
        let outcome = match (finding.status, finding.outcome) {
            (Status::Waived, _) => "Waived",
            (_, Outcome::Violated) => "Violated",
            _ => "Undetermined",
        };
        *counts.entry((&finding.guardrail, outcome)).or_default() += 1;
    }
    for ((guardrail, outcome), findings) in counts {
        lines.push(json!({
            "_aws": about(json!(["Verdict", "Guardrail", "Outcome"]), json!([count("Findings")])),
            "Verdict": verdict,
            "Guardrail": guardrail,
            "Outcome": outcome,
            "Findings": findings,
        }));
    }
    lines
}
