//! The CloudFormation Hook: one invocation in, one response out. What carries them (standard streams, HTTP, the runtime API
//! of Lambda) is apart from what they say; files, the network and the clock are handed in.

use crate::diagnostic::{Diagnostic, Level};
use crate::engine::{self, Options, Report, Rules};
use crate::span::Files;
use crate::world::{Existing, Target};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub mod address;
pub mod fetch;
pub mod judges;
#[cfg(feature = "server")]
pub mod lambda;
pub mod log;
pub mod request;
pub mod response;
#[cfg(feature = "server")]
pub mod serve;
#[cfg(feature = "server")]
pub mod task;
pub mod targets;
mod model;
mod payload;
mod roots;
#[cfg(feature = "server")]
mod wire;

use self::fetch::{Fetch, Wanted};
use self::judges::Judges;
use self::request::{Malformed, Request, Subject};
use self::response::{CLOUD_CONTROL_MESSAGE, MESSAGE, Response};
use self::roots::{Found, Outcome};

/// No invocation is larger: Lambda takes 6 MB.
pub const LARGEST_INVOCATION: usize = 8 << 20;

/// How long an invocation may take: CloudFormation waits for 30 seconds.
pub const PATIENCE: Duration = Duration::from_secs(25);

/// Everything that is settled before the first invocation.
pub struct Setup {
    /// What is judged, and how; or why that could not be read.
    pub rules: Result<Rules, String>,
    /// The texts of the config and of the guardrails.
    pub files: Files,
    /// Gets what stands behind a URL.
    pub fetch: Box<dyn Fetch>,
    /// The day that waivers and `block_from` are compared with.
    pub today: Box<dyn Fn() -> jiff::civil::Date + Send + Sync>,
    /// The threads that judge.
    pub judges: Judges,
}

/// A response, and what may be logged of it.
#[derive(Debug)]
pub struct Answer {
    /// The response.
    pub response: Response,
    /// What was asked; `None` where that could not be read.
    pub request: Option<Asked>,
    /// What it rests on; `None` where nothing was judged.
    pub report: Option<Report>,
}

/// What an invocation asked, in words that may be logged.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `RESOURCE`, `CLOUD_CONTROL`, `STACK` or `CHANGE_SET`.
    pub operation: &'static str,
    /// `CREATE`, `UPDATE` or `DELETE`.
    pub action: Option<&'static str>,
    /// The resource's type.
    pub kind: Option<String>,
    /// The resource's logical id.
    pub id: Option<String>,
    /// The stack's name.
    pub stack: Option<String>,
    /// Where it is deployed.
    pub place: Target,
}

impl Setup {
    fn fails_on_error(&self) -> bool {
        (self.rules.as_ref()).map_or(true, |rules| rules.config().hook.fail_on_error)
    }
}

/// Answers an invocation; whatever it holds, there is an answer within the time.
pub fn answer(setup: &Arc<Setup>, body: &[u8], within: Duration) -> Answer {
    let until = Instant::now() + within;
    let files = Arc::new(setup.files.fork());
    let request = match request::read(&files, body) {
        Ok(request) => request,
        Err(Malformed { token, message }) => {
            let fails = setup.fails_on_error();
            return Answer {
                response: Response::trouble(&token, &message, fails, CLOUD_CONTROL_MESSAGE),
                request: None,
                report: None,
            };
        }
    };
    let limit = match request.is_cloud_control() {
        true => CLOUD_CONTROL_MESSAGE,
        false => MESSAGE,
    };
    let asked = asked(&request);
    let token = request.token.clone();
    let (response, report) = match judged(setup, request, files, until) {
        Ok(Judged::Nothing(why)) => (Response::success(&token, &why, limit), None),
        Ok(Judged::Report(report, notes)) => {
            let response = concluded(setup, &token, &report, &notes, limit);
            (response, Some(*report))
        }
        Err(why) => {
            let fails = setup.fails_on_error();
            (Response::trouble(&token, &why, fails, limit), None)
        }
    };
    Answer {
        response,
        request: Some(asked),
        report,
    }
}

/// What an invocation came to.
enum Judged {
    Nothing(String),
    Report(Box<Report>, Vec<String>),
}

fn judged(
    setup: &Arc<Setup>,
    request: Request,
    files: Arc<Files>,
    until: Instant,
) -> Result<Judged, String> {
    if let Some(why) = roots::settled(&request) {
        return Ok(Judged::Nothing(why));
    }
    let rules = setup.rules.as_ref().map_err(Clone::clone)?;
    let rules = at(rules, &request.place);
    let payload = match &request.subject {
        Subject::Resource { .. } => None,
        Subject::Stack { payload } | Subject::ChangeSet { payload } => {
            let wanted = Wanted {
                url: payload,
                hosts: &rules.config().hook.payload_hosts,
                partition: rules.world().target.partition.as_deref(),
                until,
            };
            Some(fetch::payload(&*setup.fetch, &wanted)?)
        }
    };
    let today = (setup.today)();
    let work = move || judge(&rules, &request, payload, &files, today);
    setup.judges.work(until, work)?
}

/// The rules where an invocation is deployed. What exists outside the code is that of one account and region.
fn at(rules: &Rules, place: &Target) -> Rules {
    let said = &rules.config().target;
    let target = Target {
        account: place.account.clone().or_else(|| said.account.clone()),
        region: place.region.clone().or_else(|| said.region.clone()),
        partition: place.partition.clone().or_else(|| said.partition.clone()),
    };
    let other = |said: &Option<String>, here: &Option<String>| said.is_some() && said != here;
    let elsewhere = other(&said.account, &target.account) || other(&said.region, &target.region);
    let existing = match elsewhere {
        true => Existing::default(),
        false => rules.world().existing.clone(),
    };
    rules.at(target, existing)
}

fn judge(
    rules: &Rules,
    request: &Request,
    payload: Option<Vec<u8>>,
    files: &Arc<Files>,
    today: jiff::civil::Date,
) -> Result<Judged, String> {
    let name = request.root();
    let found = match roots::roots(request, payload, rules.world(), files)? {
        Outcome::Nothing(why) => return Ok(Judged::Nothing(why)),
        Outcome::Judge(found) => found,
    };
    let Found {
        sources,
        only,
        notes,
    } = *found;
    let options = Options {
        allow_empty: true,
        ..Options::new(vec![name], today)
    };
    let judged = engine::judge(&options, rules, sources, files);
    let mut report = judged.map_err(|mistakes| words(&mistakes))?;
    if let Some(only) = only {
        let counts = |address: &str| only.contains(address);
        (report.findings).retain(|f| f.resource.as_ref().is_none_or(|r| counts(&r.address)));
    }
    Ok(Judged::Report(Box::new(report), notes))
}

/// Mistakes in one line.
fn words(mistakes: &[crate::config::Error]) -> String {
    let all: Vec<&str> = mistakes.iter().map(|m| m.message.as_str()).collect();
    all.join("; ")
}

/// The response to a report: a finding that blocks weighs more than a part that could not be judged.
fn concluded(
    setup: &Setup,
    token: &str,
    report: &Report,
    notes: &[String],
    limit: usize,
) -> Response {
    let told = |d: &&Diagnostic| d.level == Level::Error;
    let errors = report.diagnostics.iter().filter(told);
    let errors: Vec<&str> = errors.map(|d| d.message.as_str()).collect();
    let notes: Vec<String> = notes.iter().cloned().chain(doubts(report)).collect();
    if errors.is_empty() {
        return Response::verdict(token, report, &notes, limit);
    }
    let why = format!("part of it cannot be judged: {}", errors.join("; "));
    if report.findings.iter().any(|f| f.blocks) {
        let notes: Vec<String> = notes.into_iter().chain([why]).collect();
        return Response::verdict(token, report, &notes, limit);
    }
    Response::trouble(token, &why, setup.fails_on_error(), limit)
}

/// Warnings that a response tells; more are counted.
const DOUBTS: usize = 3;

/// What is not judged, or looks wrong, in words. Waivers that nothing needed are no news: they are for other requests.
fn doubts(report: &Report) -> Vec<String> {
    let told = |d: &&Diagnostic| d.level == Level::Warning && !d.code.starts_with("waiver-");
    let all: Vec<&str> = (report.diagnostics.iter().filter(told))
        .map(|d| d.message.as_str())
        .collect();
    let mut out: Vec<String> = all.iter().take(DOUBTS).map(|m| (*m).to_owned()).collect();
    if all.len() > DOUBTS {
        out.push(format!("and {} more warnings", all.len() - DOUBTS));
    }
    out
}

fn asked(request: &Request) -> Asked {
    let (kind, id) = match &request.subject {
        Subject::Resource { kind, id, .. } => (Some(kind), Some(id)),
        Subject::Stack { .. } | Subject::ChangeSet { .. } => (None, None),
    };
    Asked {
        operation: request.operation(),
        action: request.action.map(|a| match a {
            request::Action::Create => "CREATE",
            request::Action::Update => "UPDATE",
            request::Action::Delete => "DELETE",
        }),
        kind: kind.map(|k| request::shown(k)),
        id: id.map(|i| request::shown(i)),
        stack: request.stack.clone(),
        place: request.place.clone(),
    }
}

#[cfg(test)]
mod tests;
