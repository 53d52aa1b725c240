//! What would have to change for a request to pass that is denied.

use super::principal::Principal;
use super::target::Target;
use super::{Answer, Link, Says};
use crate::iam::document::PolicyKind;
use crate::iam::evaluate::Verdict;

/// In the words of the user; empty where the request passes or where it cannot be told.
pub(super) fn of(answer: &Answer, principal: &Principal, target: &Target) -> Vec<String> {
    if answer.decision != Verdict::Deny {
        return Vec::new();
    }
    let denials: Vec<String> = answer.chain.iter().flat_map(denials).collect();
    if !denials.is_empty() {
        return denials;
    }
    let mut out = Vec::new();
    let says = |kinds: &[PolicyKind]| {
        let mut of = answer.chain.iter().filter(|l| kinds.contains(&l.kind));
        of.any(|l| l.says == Says::Allows)
    };
    let resource = says(&[
        PolicyKind::Repository,
        PolicyKind::Registry,
        PolicyKind::CreationTemplate,
    ]);
    let own = says(&[PolicyKind::Identity]);
    let (who, what) = (&answer.principal, &answer.action);
    let by_resource = format!(
        "an Allow of {what} for {who} in the policy of {}",
        target.words
    );
    let by_own = format!("an Allow of {what} in a policy of {who} itself");
    let token = what == "ecr:GetAuthorizationToken";
    let inside = principal.account() == Some(target.account.as_str());
    match principal.account() {
        None if !resource => out.push(by_resource),
        None => {}
        Some(_) if token && !own => out.push(by_own),
        Some(account) if account == target.account && (resource || own) => {}
        Some(account) if account == target.account => {
            out.push(format!(
                "{by_resource}, or {by_own}: inside an account one of the two is enough"
            ));
        }
        Some(_) => {
            if !resource {
                out.push(format!("{by_resource}, or in that of its registry under V2: across accounts both sides have to allow"));
            }
            if !own {
                out.push(format!(
                    "{by_own}: across accounts both sides have to allow"
                ));
            }
        }
    }
    let mut boundaries = (answer.chain.iter())
        .filter(|l| l.kind == PolicyKind::Boundary)
        .peekable();
    let bounded = boundaries.peek().is_some() && !boundaries.any(|l| l.says == Says::Allows);
    if bounded && !(resource && inside) {
        out.push(format!(
            "an Allow of {what} in the permissions boundary of {who}"
        ));
    }
    let mut endpoints = answer
        .chain
        .iter()
        .filter(|l| l.kind == PolicyKind::VpcEndpoint)
        .peekable();
    if endpoints.peek().is_some() && !endpoints.any(|l| l.says == Says::Allows) {
        out.push(format!(
            "an Allow of {what} in the policy of the VPC endpoint"
        ));
    }
    out
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
