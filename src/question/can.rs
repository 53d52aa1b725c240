//! May a principal make a request? The decision, the chain of policies that led to it, and what is missing.
//!
//! The evaluation is that of `iam::evaluate` (IAM User Guide, policy evaluation logic): an explicit Deny wins; inside an account
//! either side suffices, across accounts both are needed; `ecr:GetAuthorizationToken` is of the identity's side alone.

use super::estate::{Estate, sid};
use crate::iam::action;
use crate::iam::document::{Document, PolicyKind};
use crate::iam::evaluate::{Policies, Request, Verdict, allows_itself, decide, matching};
use crate::iam::kleene::Tri;
use crate::iam::rule::{Policy, Rule, Scope, Setting};
use crate::span::Span;
use crate::value::Reason;
use std::collections::BTreeMap;
use std::sync::Arc;

mod context;
mod identity;
mod levels;
mod managed;
mod missing;
mod others;
mod principal;
mod reasons;
mod target;
#[cfg(test)]
mod tests;

use self::levels::Attached;
use self::principal::Principal;
use self::target::Target;

/// What no policy of ECR Public decides.
pub const PULLED: &str = "anyone pulls images of ECR Public: no policy has a say in it";

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// An ARN of a user, a role or a role session; an account's id; the name of a service.
    pub principal: String,
    /// The actions, e.g. `ecr:BatchGetImage`.
    pub actions: Vec<String>,
    /// The ARN, the name or the address of a repository; `*` for what is done to the registry.
    pub resource: String,
    /// Context keys with their values; none: the request does not have the key.
    pub context: BTreeMap<String, Vec<String>>,
    /// The principal's own policies, all of them: path and text.
    pub identity: Vec<(String, String)>,
    /// The address of the VPC endpoint that the request goes through.
    pub endpoint: Option<String>,
}

/// The answer for one action.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Who asks, as given.
    pub principal: String,
    /// What for.
    pub action: String,
    /// The ARN of what it is done to.
    pub resource: String,
    /// The context keys that the policies ask about and that are known.
    pub context: BTreeMap<String, String>,
    /// What comes of it.
    pub decision: Verdict,
    /// Every policy that was asked, in the order of the evaluation.
    pub chain: Vec<Link>,
    /// What would have to change for the request to pass.
    pub missing: Vec<String>,
    /// Why it cannot be told.
    pub reasons: Vec<Reason>,
    /// What is taken for granted.
    pub assumes: Vec<Arc<str>>,
}

/// What one policy says.
#[derive(Clone, Debug)]
pub struct Link {
    /// What it hangs on.
    pub kind: PolicyKind,
    /// Its name.
    pub name: Arc<str>,
    /// Where it stands; `None`: it stands for what is not in the input.
    pub span: Option<Span>,
    /// What it says of the request.
    pub says: Says,
    /// What allows it names the principal, not only its account as a whole.
    pub direct: bool,
    /// What allows it names the principal, not only its role or account: no permissions boundary has a say.
    pub itself: bool,
    /// The statements that match, or may.
    pub statements: Vec<Matched>,
}

/// What a policy says of a request, what counts more last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Says {
    /// Neither that it is allowed nor that it is denied.
    Nothing,
    /// It allows it.
    Allows,
    /// It cannot be told.
    Unknown,
    /// It denies it.
    Denies,
}

/// A statement that matches a request, or may.
#[derive(Clone, Debug)]
pub struct Matched {
    /// Its position, from 0.
    pub index: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// Deny, else Allow.
    pub deny: bool,
    /// It surely matches.
    pub sure: bool,
    /// Where it stands.
    pub span: Option<Span>,
}

/// A policy that is asked.
#[derive(Clone, Debug)]
struct Asking {
    name: Arc<str>,
    document: Arc<Document>,
    scope: Scope,
    /// It stands in a file.
    placed: bool,
    /// It surely belongs to the principal.
    sure: bool,
    /// Of a service control policy: where it stands.
    attached: Attached,
}

/// The question cannot be asked as it is put: what is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub message: String,
    /// The next step.
    pub help: String,
}

impl Refused {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Refused {
            message: message.into(),
            help: help.into(),
        }
    }
}

/// Decides a request for each of its actions.
///
/// # Errors
/// A principal or a resource that is none, or that names several things.
pub fn ask(estate: &Estate, asked: &Asked) -> Result<Vec<Answer>, Refused> {
    let principal = Principal::parse(&asked.principal)?;
    let targets = Target::find(estate, asked, &principal)?;
    let mut cases: Vec<Vec<Answer>> = Vec::new();
    for target in &targets {
        let others = others::find(estate, asked, &principal, target)?;
        let actions = target.actions(&asked.actions)?;
        let answer = |action: &String| {
            let on_resource = target.asking.iter().filter(|a| a.is_asked(action));
            let asking: Vec<Asking> = on_resource.chain(&others).cloned().collect();
            one(estate, asked, (&principal, target), action, &asking)
        };
        cases.push(actions.iter().map(answer).collect());
    }
    let whens: Vec<&str> = targets.iter().filter_map(|t| t.when.as_deref()).collect();
    Ok(agreed(cases, &whens))
}

/// The answers that hold in every case of a template's undecided conditions; where the cases differ it cannot be told.
fn agreed(cases: Vec<Vec<Answer>>, whens: &[&str]) -> Vec<Answer> {
    let mut cases = cases.into_iter();
    let mut out = cases.next().unwrap_or_default();
    let first: Vec<Verdict> = out.iter().map(|a| a.decision).collect();
    for (number, case) in (1..).zip(cases) {
        for ((answer, other), first) in out.iter_mut().zip(case).zip(&first) {
            if other.decision != *first {
                let when = |n: usize| whens.get(n).copied().unwrap_or("a condition holds");
                let words = |v: &Verdict| match v {
                    Verdict::Allow => "allowed",
                    Verdict::Deny => "denied",
                    Verdict::Unknown => "unknown",
                };
                for (n, verdict) in [(0, first), (number, &other.decision)] {
                    let reason = format!("when {} it is {}", when(n), words(verdict));
                    if !answer.reasons.iter().any(|r| **r == *reason) {
                        answer.reasons.push(reason.into());
                    }
                }
                answer.decision = Verdict::Unknown;
                answer.missing.clear();
            }
        }
    }
    out
}

/// Allow where every answer is; deny where one is; else unknown.
pub fn overall(answers: &[Answer]) -> Verdict {
    let any = |verdict| answers.iter().any(|a| a.decision == verdict);
    match (any(Verdict::Deny), any(Verdict::Unknown)) {
        (true, _) => Verdict::Deny,
        (false, true) => Verdict::Unknown,
        (false, false) => Verdict::Allow,
    }
}

/// The statements that the decision rests on: Denies that match, else Allows; where it cannot be told, what may match.
pub fn deciding(answer: &Answer) -> impl Iterator<Item = (&Link, &Matched)> {
    let all = (answer.chain.iter()).flat_map(|l| l.statements.iter().map(move |s| (l, s)));
    let decision = answer.decision;
    all.filter(move |(_, s)| match decision {
        Verdict::Allow => !s.deny && s.sure,
        Verdict::Deny => s.deny && s.sure,
        Verdict::Unknown => true,
    })
}

impl Asking {
    /// Whether it is asked about an action: a repository's policy has no say in what is done to the registry, and none but the
    /// identity's own policies in who gets a token (R16).
    fn is_asked(&self, action: &str) -> bool {
        let known = action::all().iter().find(|a| a.name == action);
        match self.document.kind {
            PolicyKind::Registry => action != "ecr:GetAuthorizationToken",
            _ => known.is_none_or(|a| a.on_repository),
        }
    }
}

fn one(
    estate: &Estate,
    asked: &Asked,
    (principal, target): (&Principal, &Target),
    action: &str,
    asking: &[Asking],
) -> Answer {
    let made: Vec<Policy> = asking.iter().map(|a| made(a, target)).collect();
    let secret = asking.iter().any(|a| a.document.sensitive);
    let mut known = context::of(estate, asked, (principal, target), &made, secret);
    let bounded = bounded(asking);
    for context in &mut known.contexts {
        context.view.bounded = bounded;
    }
    let request = |context| Request {
        caller: principal.caller.clone(),
        action: action.to_owned(),
        resource: target.arn.clone(),
        owner: target.account.clone(),
        context,
    };
    let policies = grouped(asking, &made);
    let all = known.contexts.iter().map(|c| request(c.clone()));
    let decision = in_all(all, &policies);
    let request = request(known.contexts.first().cloned().unwrap_or_default());
    let links = asking.iter().zip(&made).map(|(a, p)| link(a, p, &request));
    let mut answer = Answer {
        principal: asked.principal.clone(),
        action: action.to_owned(),
        resource: target.shown(),
        context: known.shown,
        decision,
        chain: chain(links),
        missing: Vec::new(),
        reasons: Vec::new(),
        assumes: Vec::new(),
    };
    let registry = |l: &Link| l.kind == PolicyKind::Registry && l.says != Says::Nothing;
    if answer.chain.iter().any(registry) {
        answer.assumes.clone_from(&target.assumes);
    }
    match decision {
        Verdict::Unknown => {
            answer.reasons = reasons::of(&made, &request);
            (answer.reasons).extend(levels::open(&policies.service_control, &request));
            answer.reasons.extend(known.open);
            once(&mut answer.reasons, bounded);
        }
        Verdict::Deny if levels::bar(&policies.service_control, &request) => {
            answer.missing.push(levels::missing(action));
        }
        _ => {}
    }
    let before = missing::of(&answer, principal, target);
    answer.missing.splice(0..0, before);
    answer
}

/// What comes of a request, whichever of these it is.
fn in_all(requests: impl Iterator<Item = Request>, policies: &Policies) -> Verdict {
    let mut verdicts: Vec<Verdict> = requests.map(|r| decide(&r, policies).verdict).collect();
    verdicts.dedup();
    match verdicts.as_slice() {
        [one] => *one,
        _ => Verdict::Unknown,
    }
}

/// Each reason once, with that for a boundary that may be another principal's.
fn once(reasons: &mut Vec<Reason>, bounded: Tri) {
    if bounded == Tri::Unknown {
        reasons.push(
            "whether the principal has the permissions boundary of the input is not known".into(),
        );
    }
    let mut seen = Vec::new();
    reasons.retain(|r| {
        let new = !seen.contains(r);
        seen.push(r.clone());
        new
    });
}

/// Whether the principal has a permissions boundary.
fn bounded(asking: &[Asking]) -> Tri {
    let boundaries = asking
        .iter()
        .filter(|a| a.document.kind == PolicyKind::Boundary);
    Tri::any(boundaries.map(|a| Tri::from(a.sure).or(Tri::Unknown)))
}

/// A policy ready to be asked.
fn made(asking: &Asking, target: &Target) -> Policy {
    let setting = Setting {
        binding: target.binding.clone(),
        scope: asking.scope.clone(),
    };
    Policy::new(asking.name.clone(), &asking.document, &setting)
}

fn grouped(asking: &[Asking], made: &[Policy]) -> Policies {
    let mut out = Policies::default();
    let mut service_control = Vec::new();
    for (asking, policy) in asking.iter().zip(made.iter().cloned()) {
        match policy.kind {
            PolicyKind::Identity => out.identity.push(policy),
            PolicyKind::Boundary => out.boundary.push(policy),
            PolicyKind::ServiceControl => service_control.push((asking.attached.clone(), policy)),
            PolicyKind::ResourceControl => out.resource_control.push(policy),
            PolicyKind::VpcEndpoint => out.endpoint.push(policy),
            _ => out.resource.push(policy),
        }
    }
    out.service_control = levels::of(&service_control);
    out
}

/// One link for each policy: the statements of one that is asked in two parts stand together.
fn chain(links: impl Iterator<Item = Link>) -> Vec<Link> {
    let mut out: Vec<Link> = Vec::new();
    for link in links {
        let same =
            |l: &&mut Link| l.kind == link.kind && l.name == link.name && l.span == link.span;
        match out.iter_mut().find(same) {
            Some(known) => {
                known.says = known.says.max(link.says);
                known.direct |= link.direct;
                known.itself |= link.itself;
                known.statements.extend(link.statements);
                known.statements.sort_by_key(|s| (s.index, s.deny));
            }
            None => out.push(link),
        }
    }
    out
}

fn link(asking: &Asking, policy: &Policy, request: &Request) -> Link {
    let matching = matching(policy, request);
    let of = |deny: bool| {
        Tri::any(
            matching
                .iter()
                .filter(|(r, _)| r.deny == deny)
                .map(|(_, t)| *t),
        )
    };
    let says = match (of(true), of(false)) {
        (Tri::True, _) => Says::Denies,
        (Tri::Unknown, _) | (_, Tri::Unknown) => Says::Unknown,
        (_, Tri::True) => Says::Allows,
        _ => Says::Nothing,
    };
    let statement = |(rule, tri): &(&Rule, Tri)| {
        let found = (asking.document.statements.iter()).find(|s| s.index == rule.index);
        Matched {
            index: rule.index,
            sid: found.and_then(|s| sid(&asking.document, s)),
            deny: rule.deny,
            sure: tri.must(),
            span: found.filter(|_| asking.placed).map(|s| s.place.primary()),
        }
    };
    let direct = |(rule, tri): &(&Rule, Tri)| {
        let level = rule.caller(&request.caller, &request.context);
        !rule.deny && tri.must() && level.direct.must()
    };
    Link {
        direct: matching.iter().any(direct),
        itself: allows_itself(std::slice::from_ref(policy), request).must(),
        kind: policy.kind,
        name: asking.name.clone(),
        span: asking.placed.then(|| asking.document.place.primary()),
        says,
        statements: matching.iter().map(statement).collect(),
    }
}
