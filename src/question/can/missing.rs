//! What would have to change for a request to pass that is denied.

use super::principal::Principal;
use super::target::Target;
use super::{Answer, Link, Says};
use crate::iam::action::Service;
use crate::iam::document::PolicyKind;
use crate::iam::evaluate::Verdict;

/// Policies on the side of the resource.
const RESOURCE: &[PolicyKind] = &[
    PolicyKind::Repository,
    PolicyKind::PublicRepository,
    PolicyKind::Registry,
    PolicyKind::CreationTemplate,
];

/// In the words of the user; empty where the request passes or where it cannot be told.
pub(super) fn of(answer: &Answer, principal: &Principal, target: &Target) -> Vec<String> {
    if answer.decision != Verdict::Deny {
        return Vec::new();
    }
    let denials: Vec<String> = answer.chain.iter().flat_map(denials).collect();
    if !denials.is_empty() {
        return denials;
    }
    let mut out = grants(answer, principal, target);
    let (who, what) = (&answer.principal, &answer.action);
    let inside = principal.account() == Some(target.account.as_str());
    let itself = allowing(answer, RESOURCE).any(|l| l.itself);
    if lacks(answer, PolicyKind::Boundary) && !(itself && inside) {
        out.push(format!(
            "an Allow of {what} in the permissions boundary of {who}"
        ));
    }
    if lacks(answer, PolicyKind::VpcEndpoint) {
        out.push(format!(
            "an Allow of {what} in the policy of the VPC endpoint"
        ));
    }
    out
}

/// The policies of these kinds that allow it.
fn allowing<'a>(answer: &'a Answer, kinds: &'a [PolicyKind]) -> impl Iterator<Item = &'a Link> {
    let of = answer.chain.iter().filter(|l| kinds.contains(&l.kind));
    of.filter(|l| l.says == Says::Allows)
}

/// Whether policies of a kind bound the request, and none of them allows it.
fn lacks(answer: &Answer, kind: PolicyKind) -> bool {
    let bounds = answer.chain.iter().any(|l| l.kind == kind);
    bounds && allowing(answer, &[kind]).next().is_none()
}

/// What the sides of the resource and of the principal would have to allow.
fn grants(answer: &Answer, principal: &Principal, target: &Target) -> Vec<String> {
    let resource = allowing(answer, RESOURCE).next().is_some();
    let direct = allowing(answer, RESOURCE).any(|l| l.direct);
    let own = allowing(answer, &[PolicyKind::Identity]).next().is_some();
    let (who, what) = (&answer.principal, &answer.action);
    let by_resource = format!(
        "an Allow of {what} for {who} in the policy of {}",
        target.words
    );
    let by_own = format!("an Allow of {what} in a policy of {who} itself");
    let token = what == "ecr:GetAuthorizationToken";
    let inside = principal.account() == Some(target.account.as_str());
    match principal.account() {
        None if !resource => vec![by_resource],
        None => Vec::new(),
        Some(_) if token && !own => vec![by_own],
        Some(_) if inside && (direct || own) => Vec::new(),
        Some(_) if inside && resource => vec![format!(
            "{by_own}: the policy of {} lets in the account as a whole, whose own policies then decide",
            target.words
        )],
        Some(_) if inside => vec![format!(
            "{by_resource}, or {by_own}: inside an account one of the two is enough"
        )],
        Some(_) => {
            let registry = match target.service {
                Service::Ecr => ", or in that of its registry under V2",
                Service::EcrPublic => "",
            };
            let across = "across accounts both sides have to allow";
            let theirs = (!resource).then(|| format!("{by_resource}{registry}: {across}"));
            let own = (!own).then(|| format!("{by_own}: {across}"));
            theirs.into_iter().chain(own).collect()
        }
    }
}

/// The statements that deny.
fn denials(link: &Link) -> Vec<String> {
    let sure = link.statements.iter().filter(|s| s.deny && s.sure);
    sure.map(|s| {
        let number = s.index + 1;
        format!(
            "statement {number} of the {} `{}` must not deny it",
            link.kind.words(),
            link.name
        )
    })
    .collect()
}
