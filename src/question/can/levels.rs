//! What service control policies allow: on each level of an organisation (its root, the units, the account) some policy has to.
//!
//! AWS attaches FullAWSAccess to all of them; whether that was taken away is seen only where a policy that allows something else
//! stands in its place. Source: AWS Organizations User Guide, SCP evaluation.

use super::reasons;
use crate::iam::document::PolicyKind;
use crate::iam::evaluate::{Request, matching};
use crate::iam::kleene::Tri;
use crate::iam::rule::Policy;
use crate::value::Reason;
use std::collections::BTreeMap;

/// Where a service control policy stands, as far as that is known.
#[derive(Clone, Debug, Default)]
pub(super) enum Attached {
    /// The config states it among those that bind the account, on a level that it does not tell.
    #[default]
    Stated,
    /// The input attaches it to these, which hold the account.
    To(Vec<String>),
    /// Whether it binds the account is not known.
    Perhaps(Reason),
    /// The input attaches it to other accounts only.
    Elsewhere,
}

/// The levels, each of which has to allow a request; what denies stands in the first.
pub(super) fn of(policies: &[(Attached, Policy)]) -> Vec<Vec<Policy>> {
    if policies.is_empty() {
        return Vec::new();
    }
    let mut first: Vec<Policy> = policies.iter().map(|(_, p)| only(p, true)).collect();
    first.push(full(None));
    let mut out = vec![first];
    let allowing: Vec<(&Attached, Policy)> = (policies.iter())
        .filter(|(_, p)| p.rules.iter().any(|r| !r.deny))
        .map(|(attached, p)| (attached, only(p, false)))
        .collect();
    out.extend(stated(&allowing));
    let mut at: BTreeMap<&str, Vec<Policy>> = BTreeMap::new();
    for (attached, policy) in &allowing {
        match attached {
            Attached::To(targets) => {
                for target in targets {
                    at.entry(target).or_default().push(policy.clone());
                }
            }
            Attached::Perhaps(why) => out.push(vec![policy.clone(), full(Some(why.clone()))]),
            Attached::Stated | Attached::Elsewhere => {}
        }
    }
    for (target, mut level) in at {
        let names: Vec<String> = level.iter().map(|p| format!("`{}`", p.name)).collect();
        let why = format!(
            "whether FullAWSAccess is attached to {target} beside {} is not in the input",
            names.join(", ")
        );
        level.push(full(Some(why.into())));
        out.push(level);
    }
    out
}

/// Levels of the policies that the config states: all that bind the account, but any two of them may share a level or not.
fn stated(allowing: &[(&Attached, Policy)]) -> Vec<Vec<Policy>> {
    let all: Vec<&Policy> = (allowing.iter())
        .filter(|(attached, _)| matches!(attached, Attached::Stated))
        .map(|(_, policy)| policy)
        .collect();
    let beside = |position: usize, own: &Policy| {
        let others = all.iter().enumerate().filter(|(n, _)| *n != position);
        let mut level: Vec<Policy> = others
            .map(|(_, other)| {
                let why = format!(
                    "whether `{}` and `{}` are attached to the same level of the organisation is not known",
                    own.name, other.name
                );
                doubted((*other).clone(), &why.into())
            })
            .collect();
        level.push(own.clone());
        level
    };
    all.iter().enumerate().map(|(n, p)| beside(n, p)).collect()
}

/// Why it cannot be told whether each level allows a request.
pub(super) fn open(levels: &[Vec<Policy>], request: &Request) -> Vec<Reason> {
    let open = levels.iter().filter(|l| allows(l, request) == Tri::Unknown);
    open.flat_map(|l| reasons::of(l, request)).collect()
}

/// Whether some level surely does not allow a request.
pub(super) fn bar(levels: &[Vec<Policy>], request: &Request) -> bool {
    levels.iter().any(|l| allows(l, request) == Tri::False)
}

/// What is missing where one does not.
pub(super) fn missing(action: &str) -> String {
    format!(
        "an Allow of {action} in the service control policies that bind the account, which allow other things only"
    )
}

fn allows(level: &[Policy], request: &Request) -> Tri {
    let all = level.iter().flat_map(|p| matching(p, request));
    Tri::any(all.filter(|(r, _)| !r.deny).map(|(_, tri)| tri))
}

/// What of a policy denies, or what allows.
fn only(policy: &Policy, deny: bool) -> Policy {
    let mut out = policy.clone();
    out.rules.retain(|r| r.deny == deny);
    out
}

fn full(why: Option<Reason>) -> Policy {
    let all = Policy::everything("FullAWSAccess", PolicyKind::ServiceControl);
    match why {
        Some(why) => doubted(all, &why),
        None => all,
    }
}

fn doubted(mut policy: Policy, why: &Reason) -> Policy {
    for rule in &mut policy.rules {
        rule.doubt.get_or_insert_with(|| why.clone());
    }
    policy
}
