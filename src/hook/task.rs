//! Run tasks of HCP Terraform and Terraform Enterprise: a run asks, its plan is fetched and judged, the result is sent back.
//! <https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run-tasks/run-tasks-integration>
//!
//! The token of a request stays in memory, and goes to the hosts that are meant only.

use super::Setup;
use super::address::Address;
use super::fetch::{Ask, Got};
use super::judges::STACK;
use super::serve::Server;
use crate::diagnostic::Level;
use crate::engine::{self, Options, Report};
use crate::finding::{Finding, Outcome, Severity, Status};
use crate::report::{count, one_line};
use crate::source::Sources;
use crate::terraform::plan;
use hmac::{Hmac, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha512;
use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Runs that are judged at one time.
const MOST: usize = 8;
/// No plan is larger.
const LARGEST_PLAN: u64 = 256 << 20;
/// No other answer is.
const LARGEST_ANSWER: u64 = 1 << 20;
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pauses before a request is sent again.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(200),
    Duration::from_secs(2),
    Duration::from_secs(10),
];
/// Findings that a result lists.
const LISTED: usize = 100;
/// The hosts of HCP Terraform.
const HOSTS: [&str; 2] = ["app.terraform.io", "app.eu.terraform.io"];
/// Where HCP Terraform keeps plans.
const STORES: [&str; 2] = ["archivist.terraform.io", "archivist.eu.terraform.io"];

/// What run tasks take.
pub struct Tasks {
    /// The key that requests are signed with.
    pub key: Vec<u8>,
    /// Hosts besides those of HCP Terraform.
    pub hosts: Vec<String>,
    /// How many are being worked on.
    pub running: Arc<AtomicUsize>,
}

/// What a run asks.
struct Task {
    stage: String,
    token: String,
    plan: Option<Address>,
    callback: Address,
    workspace: String,
}

/// Gives the place back when the work is done.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Takes a request whose signature is good: the answer to it is given at once, the result is sent later.
///
/// # Errors
/// The status of HTTP to answer with, and why.
pub(super) fn take(
    server: &Arc<Server>,
    signature: Option<&str>,
    body: &[u8],
) -> Result<(), (u16, String)> {
    let Some(tasks) = &server.tasks else {
        return Err((404, "there is nothing here".to_owned()));
    };
    if !is_signed(&tasks.key, signature.unwrap_or_default(), body) {
        return Err((401, "the signature is not that of this key".to_owned()));
    }
    let Some(task) = read(tasks, body).map_err(|why| (400, why))? else {
        return Ok(()); // HCP Terraform looks whether anybody is here
    };
    let place = Place(tasks.running.clone());
    if tasks.running.fetch_add(1, Ordering::SeqCst) >= MOST {
        return Err((503, "too many runs at one time".to_owned()));
    }
    let server = server.clone();
    let work = move || {
        let _place = place;
        if let Err(why) = work(&server, &task) {
            server.log.trouble(&format!("run task: {why}"));
        }
    };
    let started = std::thread::Builder::new().stack_size(STACK).spawn(work);
    match started {
        Ok(_) => Ok(()),
        Err(_) => Err((503, "no thread can be started".to_owned())),
    }
}

/// Whether a body is signed with a key; the time it takes tells nothing of the right signature.
fn is_signed(key: &[u8], signature: &str, body: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha512>::new_from_slice(key) else {
        return false;
    };
    mac.update(body);
    !key.is_empty() && bytes(signature).is_some_and(|s| mac.verify_slice(&s).is_ok())
}

/// Bytes that are written in hexadecimal.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |b: &u8| {
        char::from(*b)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    hex.as_bytes().chunks(2).map(pair).collect()
}

/// Reads a request; `None`: it only asks whether anybody is here.
fn read(tasks: &Tasks, body: &[u8]) -> Result<Option<Task>, String> {
    let json: Json = serde_json::from_slice(body).map_err(|e| format!("not JSON: {e}"))?;
    let text = |key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default();
    if json.get("payload_version").and_then(Json::as_u64) != Some(1) {
        return Err("only `payload_version` 1 is known".to_owned());
    }
    if text("stage") == "test" {
        return Ok(None);
    }
    let ours = |host: &str| {
        HOSTS.contains(&host) || tasks.hosts.iter().any(|h| h.eq_ignore_ascii_case(host))
    };
    let address = |key: &str| {
        let address = Address::read(text(key)).map_err(|why| format!("`{key}`: {why}"))?;
        (address.must_lead_to(ours)).map_err(|why| format!("`{key}`: {why}"))?;
        Ok::<Address, String>(address)
    };
    let plan = (!text("plan_json_api_url").is_empty()).then(|| address("plan_json_api_url"));
    Ok(Some(Task {
        stage: super::request::shown(text("stage")),
        token: text("access_token").to_owned(),
        plan: plan.transpose()?,
        callback: address("task_result_callback_url")?,
        workspace: super::request::shown(text("workspace_name")),
    }))
}

/// Judges a plan and sends the result.
fn work(server: &Server, task: &Task) -> Result<(), String> {
    let result = match (&task.plan, task.stage.as_str()) {
        (Some(plan), "post_plan" | "pre_apply") => match judged(server, task, plan) {
            Ok(report) => result(&report, server.setup.fails_on_error()),
            Err(why) => not_judged(&why, server.setup.fails_on_error()),
        },
        (None, "post_plan" | "pre_apply") => {
            not_judged("the request names no plan", server.setup.fails_on_error())
        }
        _ => attributes("passed", "nothing is judged at this stage", Vec::new()),
    };
    let body = result.to_string();
    let ask = Ask {
        address: &task.callback,
        token: Some(&task.token),
        patch: Some(("application/vnd.api+json", body.as_bytes())),
        limit: LARGEST_ANSWER,
        within: PATIENCE,
    };
    let got = patiently(&server.setup, &ask)?;
    match got.status {
        200..300 => Ok(()),
        status => Err(format!("the result is answered with status {status}")),
    }
}

fn judged(server: &Server, task: &Task, plan: &Address) -> Result<Report, String> {
    let setup = &server.setup;
    let rules = setup.rules.as_ref().map_err(Clone::clone)?;
    let text = fetched(server, task, plan)?;
    let text = String::from_utf8(text).map_err(|_| "the plan is not UTF-8".to_owned())?;
    let files = Arc::new(setup.files.fork());
    let name = format!("workspace:{}", task.workspace);
    let id = files.add(name.as_str(), text);
    let (root, diagnostics) = plan::evaluate(&files, id, rules.world(), None);
    let sources = Sources {
        roots: vec![root],
        diagnostics,
        files: 1,
        skipped: Vec::new(),
    };
    let options = Options {
        allow_empty: true,
        ..Options::new(vec![name], (setup.today)())
    };
    engine::judge(&options, rules, sources, &files).map_err(|m| super::words(&m))
}

/// The plan: its address leads to a store, for which the token is not meant.
fn fetched(server: &Server, task: &Task, plan: &Address) -> Result<Vec<u8>, String> {
    let told = |why: String| format!("the plan cannot be fetched: {why}");
    let ask = Ask {
        address: plan,
        token: Some(&task.token),
        patch: None,
        limit: LARGEST_PLAN,
        within: PATIENCE,
    };
    let first = patiently(&server.setup, &ask).map_err(told)?;
    let got = match (first.status, first.location) {
        (301 | 302 | 303 | 307 | 308, Some(location)) => {
            let store = Address::read(&location).map_err(told)?;
            let hosts = server.tasks.iter().flat_map(|t| &t.hosts);
            let hosts: Vec<&str> = hosts.map(String::as_str).chain(STORES).collect();
            let known = |host: &str| {
                host == plan.host || hosts.iter().any(|h| h.eq_ignore_ascii_case(host))
            };
            store.must_lead_to(known).map_err(told)?;
            let same = (&store.host, store.port) == (&plan.host, plan.port);
            let ask = Ask {
                address: &store,
                token: Some(task.token.as_str()).filter(|_| same),
                ..ask
            };
            patiently(&server.setup, &ask).map_err(told)?
        }
        (status, location) => Got {
            status,
            location,
            body: first.body,
        },
    };
    match got.status {
        200 => Ok(got.body),
        204 => Err(told("there is none yet".to_owned())),
        status => Err(told(format!("the answer has status {status}"))),
    }
}

/// Asks again where the trouble may pass.
fn patiently(setup: &Setup, ask: &Ask<'_>) -> Result<Got, String> {
    let mut pauses = PAUSES.iter();
    loop {
        let got = setup.fetch.ask(ask);
        let passes = match &got {
            Ok(got) => super::fetch::passes(got.status),
            Err(_) => true,
        };
        match pauses.next() {
            Some(pause) if passes => std::thread::sleep(*pause),
            _ => return got,
        }
    }
}

fn not_judged(why: &str, fails: bool) -> Json {
    let status = if fails { "failed" } else { "passed" };
    attributes(status, &format!("not judged: {why}"), Vec::new())
}

/// The result of a report, the worst finding first.
fn result(report: &Report, fails: bool) -> Json {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.retain(|f| f.status == Status::New);
    findings.sort_by_key(|f| (Reverse((f.blocks, f.severity)), &f.guardrail));
    let errors = (report.diagnostics.iter()).filter(|d| d.level == Level::Error);
    let errors: Vec<&str> = errors.map(|d| d.message.as_str()).collect();
    let blocking = findings.iter().filter(|f| f.blocks).count();
    let open = (findings.iter())
        .filter(|f| f.outcome == Outcome::Undetermined)
        .count();
    let mut said = vec![
        format!("{blocking} blocking"),
        format!("{} reported", findings.len() - blocking),
        format!("{open} cannot be told"),
    ];
    said.push(count(report.summary.resources, "resource"));
    if !errors.is_empty() {
        said.push(format!(
            "part of it cannot be judged: {}",
            errors.join("; ")
        ));
    }
    let failed = blocking > 0 || (fails && !errors.is_empty());
    let status = if failed { "failed" } else { "passed" };
    let outcomes = findings.iter().take(LISTED).map(|f| outcome(report, f));
    attributes(status, &said.join(", "), outcomes.collect())
}

fn outcome(report: &Report, finding: &Finding) -> Json {
    let address = finding.resource.as_ref().map_or("", |r| r.address.as_str());
    let status = match (finding.blocks, finding.outcome) {
        (true, _) => ("Failed", "error"),
        (false, Outcome::Undetermined) => ("Cannot tell", "warning"),
        (false, _) => ("Reported", "info"),
    };
    let level = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "info",
    };
    let info = report.guardrails.iter().find(|g| g.id == finding.guardrail);
    let mut body = format!("{}\n", one_line(&finding.message));
    for because in &finding.because {
        body.push_str(&format!("\n- {}", one_line(because)));
    }
    if let Some(fix) = &finding.fix {
        body.push_str(&format!("\n\n**Fix**: {}\n", one_line(fix)));
    }
    if let Some(info) = info {
        body.push_str(&format!("\n\n{}\n", info.why));
    }
    let link = info.and_then(|i| i.references.first()).cloned();
    let mut attributes = json!({
        "outcome-id": finding.guardrail,
        "description": super::response::cut(&format!("{}: {}", address, one_line(&finding.message)), 1024),
        "tags": {
            "Status": [{"label": status.0, "level": status.1}],
            "Severity": [{"label": finding.severity.name(), "level": level}],
        },
        "body": super::response::cut(&body, 16 << 10),
    });
    if let (Some(link), Some(map)) = (link, attributes.as_object_mut()) {
        map.insert("url".to_owned(), json!(link));
    }
    json!({"type": "task-result-outcomes", "attributes": attributes})
}

fn attributes(status: &str, message: &str, outcomes: Vec<Json>) -> Json {
    json!({
        "data": {
            "type": "task-results",
            "attributes": {"status": status, "message": super::response::cut(message, 4096)},
            "relationships": {"outcomes": {"data": outcomes}},
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_one_key_and_one_body() {
        // RFC 4231, test case 2
        let good = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
        let body = b"what do ya want for nothing?";
        assert!(is_signed(b"Jefe", good, body));
        assert!(is_signed(b"Jefe", &good.to_uppercase(), body));
        assert!(!is_signed(b"Jefe", good, b"what do ya want for nothing!"));
        assert!(!is_signed(b"jefe", good, body));
        assert!(!is_signed(b"Jefe", good.get(..126).unwrap(), body));
        assert!(!is_signed(b"Jefe", good.get(..127).unwrap(), body));
        assert!(!is_signed(b"Jefe", "", body));
        assert!(!is_signed(b"Jefe", "zz", body));
        assert!(!is_signed(b"", "", body));
    }
}
