//! Decides one request (R14).

use super::document::PolicyKind;
use super::kleene::Tri;
use super::pattern::{Context, Fact};
use super::principal::{Caller, Principals, is_service_linked};
use super::rule::{Policy, Rule};
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who makes it.
    pub caller: Caller,
    /// e.g. `ecr:PutImage`.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
    /// The account that owns the resource.
    pub owner: String,
    /// Its context.
    pub context: Context,
}

/// All policies that apply to a request.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// Of the caller.
    pub identity: Vec<Policy>,
    /// The caller's permissions boundary.
    pub boundary: Vec<Policy>,
    /// Of the repository and its registry: each grants, and a Deny of either wins (A1: how the two combine is not written down).
    pub resource: Vec<Policy>,
    /// Service control policies, level by level: each level must allow.
    pub service_control: Vec<Vec<Policy>>,
    /// Resource control policies: in practice they only deny.
    pub resource_control: Vec<Policy>,
    /// Of the VPC endpoint that the call uses; empty: none is attached.
    pub endpoint: Vec<Policy>,
}

/// What comes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It passes.
    Allow,
    /// It does not.
    Deny,
    /// It cannot be told.
    Unknown,
}

/// A statement that a decision rests on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Because {
    /// The policy's name.
    pub policy: Arc<str>,
    /// The statement's position, from 0.
    pub statement: usize,
    /// Allow or Deny.
    pub effect: &'static str,
}

/// A decision and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What comes of the request.
    pub verdict: Verdict,
    /// Denies that match; else the Allows that let it pass; else, where it cannot be told, what may match. Empty: nothing allows.
    pub because: Vec<Because>,
}

/// What a set of policies says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Says {
    deny: Tri,
    direct: Tri,
    account: Tri,
}

impl Says {
    fn allow(self) -> Tri {
        self.direct.or(self.account)
    }
}

/// How a rule matches a request: directly and by the caller's account.
fn matches(rule: &Rule, request: &Request) -> (Tri, Tri) {
    let level = rule.caller(&request.caller, &request.context);
    if level.any() == Tri::False {
        return (Tri::False, Tri::False);
    }
    let action = rule.action(&request.action);
    if action == Tri::False {
        return (Tri::False, Tri::False);
    }
    let rest = action
        .and(rule.resource(&request.resource, &request.context))
        .and(rule.conditions(&request.context))
        .and(rule.certain());
    (level.direct.and(rest), level.account.and(rest))
}

fn says<'a>(policies: impl IntoIterator<Item = &'a Policy>, request: &Request) -> Says {
    let mut out = Says {
        deny: Tri::False,
        direct: Tri::False,
        account: Tri::False,
    };
    for rule in policies.into_iter().flat_map(|p| &p.rules) {
        let (direct, account) = matches(rule, request);
        if rule.deny {
            out.deny = out.deny.or(direct).or(account);
        } else {
            out.direct = out.direct.or(direct);
            out.account = out.account.or(account);
        }
    }
    out
}

/// The rules of a policy that match a request, or may, and how surely.
pub fn matching<'a>(policy: &'a Policy, request: &Request) -> Vec<(&'a Rule, Tri)> {
    let fits = |rule: &Rule| {
        let (direct, account) = matches(rule, request);
        direct.or(account)
    };
    let all = policy.rules.iter().map(|rule| (rule, fits(rule)));
    all.filter(|(_, tri)| tri.may()).collect()
}

/// Whether the policies of a resource let a caller do something, whatever the caller's own policies are worth: what a cross-account
/// caller needs from the other side.
pub fn granted(policies: &[Policy], request: &Request) -> Tri {
    let says = says(policies, request);
    says.allow().and(says.deny.negate())
}

/// As [`granted`], for a caller whose own policies allow everything: what [`decide`] says with such policies, too.
pub fn passes(policies: &[Policy], request: &Request) -> Tri {
    let says = says(policies, request);
    let deny = says.deny.negate();
    (says.allow().and(deny)).and(core(request, says, Tri::True).and(deny))
}

/// What the policies on the side of the resource, and the caller's own, come to, but for Denies.
fn core(request: &Request, resource: Says, own: Tri) -> Tri {
    match request.caller.account() {
        None => resource.direct,
        Some(account) if account == request.owner => resource.direct.or(own),
        Some(_) => resource.allow().and(own),
    }
}

/// Whether a statement names the caller itself, not only the caller's role or account, so that no boundary has a say.
fn names_itself(rule: &Rule, request: &Request) -> Tri {
    let named = |p: &Principals| p.names_itself(&request.caller, &request.context);
    rule.principals.as_ref().map_or(Tri::True, named)
}

/// Whether policies allow a request to the caller itself.
pub fn allows_itself(policies: &[Policy], request: &Request) -> Tri {
    let rules = policies.iter().flat_map(|p| &p.rules);
    let allows = rules.filter(|r| !r.deny).map(|r| {
        let (direct, _) = matches(r, request);
        direct.and(names_itself(r, request))
    });
    Tri::any(allows)
}

/// Decides a request.
pub fn decide(request: &Request, policies: &Policies) -> Decision {
    let mut resource = says(&policies.resource, request);
    let identity = says(&policies.identity, request);
    let boundary = says(&policies.boundary, request);
    let bounded = match (policies.boundary.as_slice(), request.context.view.bounded) {
        ([], _) => Tri::True,
        (_, Tri::Unknown) => boundary.direct.or(Tri::Unknown),
        _ => boundary.direct,
    };
    if bounded != Tri::True && request.caller.account().is_some() {
        let itself = allows_itself(&policies.resource, request);
        resource.direct = itself.or(resource.direct.and(bounded));
    }
    let own = identity.direct.and(bounded);
    let core = core(request, resource, own);
    let mut deny = resource.deny.or(identity.deny).or(boundary.deny);
    let mut gates = Tri::True;
    let levels = policies.service_control.iter();
    for level in levels.filter(|_| binds(PolicyKind::ServiceControl, request)) {
        let level = says(level, request);
        deny = deny.or(level.deny);
        gates = gates.and(level.direct);
    }
    if binds(PolicyKind::ResourceControl, request) {
        deny = deny.or(says(&policies.resource_control, request).deny);
    }
    if !policies.endpoint.is_empty() {
        let endpoint = says(&policies.endpoint, request);
        deny = deny.or(endpoint.deny);
        gates = gates.and(endpoint.allow());
    }
    let verdict = match core.and(deny.negate()).and(gates) {
        Tri::True => Verdict::Allow,
        Tri::False => Verdict::Deny,
        Tri::Unknown => Verdict::Unknown,
    };
    Decision {
        verdict,
        because: because(request, policies, verdict, deny),
    }
}

/// Whether policies of a kind have a say in a request: those of an organisation have none in what a service-linked role does, and
/// service control policies none in what services do (AWS Organizations User Guide).
fn binds(kind: PolicyKind, request: &Request) -> bool {
    let arn = match request.context.facts.get("aws:principalarn") {
        Some(Fact::One(arn)) => arn,
        _ => request.caller.words(),
    };
    match kind {
        PolicyKind::ServiceControl => request.caller.account().is_some() && !is_service_linked(arn),
        PolicyKind::ResourceControl => !is_service_linked(arn),
        _ => true,
    }
}

fn because(request: &Request, policies: &Policies, verdict: Verdict, deny: Tri) -> Vec<Because> {
    let all = (policies.identity.iter())
        .chain(&policies.boundary)
        .chain(&policies.resource)
        .chain(policies.service_control.iter().flatten())
        .chain(&policies.resource_control)
        .chain(&policies.endpoint);
    let mut out = Vec::new();
    for policy in all {
        if !binds(policy.kind, request) {
            continue;
        }
        for rule in &policy.rules {
            let (direct, account) = matches(rule, request);
            let fits = direct.or(account);
            let counts = match verdict {
                Verdict::Allow => !rule.deny && fits.must(),
                Verdict::Deny => rule.deny && deny.must() && fits.must(),
                Verdict::Unknown => fits.may(),
            };
            if counts {
                out.push(Because {
                    policy: policy.name.clone(),
                    statement: rule.index,
                    effect: if rule.deny { "Deny" } else { "Allow" },
                });
            }
        }
    }
    out.dedup();
    out
}
