//! The policies that are not of the resource: the principal's own, those of the organisation, the endpoint's.

use super::super::estate::{Estate, Policy as Held, doubt_all, parsed};
use super::identity;
use super::principal::Principal;
use super::target::Target;
use super::{Asked, Asking, Refused};
use crate::iam::document::{Document, PolicyKind};
use crate::iam::rule::Scope;
use crate::inventory::{self, Link};
use crate::span::{Files, Span};
use crate::value::{Unknown, Value};
use std::sync::Arc;

/// The policies in the order of the evaluation: the organisation's, the endpoint's, the principal's own.
pub(super) fn find(
    estate: &Estate,
    asked: &Asked,
    principal: &Principal,
    target: &Target,
) -> Result<Vec<Asking>, Refused> {
    let mut out = of_organization(estate, principal, target);
    out.extend(endpoint(estate, asked)?);
    out.extend(own(estate, asked, principal, target)?);
    Ok(out)
}

fn placed(held: &Held, document: Arc<Document>) -> Asking {
    Asking {
        name: held.name.clone(),
        document,
        scope: Scope::V2,
        placed: true,
    }
}

/// Service control policies bind the principals of the organisation's accounts, resource control policies their resources.
fn of_organization(estate: &Estate, principal: &Principal, target: &Target) -> Vec<Asking> {
    let mut out = Vec::new();
    let account = principal.account();
    let owner = Some(target.account.as_str());
    for (kind, account) in [
        (PolicyKind::ServiceControl, account),
        (PolicyKind::ResourceControl, owner),
    ] {
        let Some(account) = account.filter(|a| inside(estate, target, a) != Some(false)) else {
            continue;
        };
        for (_, policy) in estate.policies_of(kind) {
            let mut document = policy.document.clone();
            if !attached(estate, target, policy, account) {
                let why = format!(
                    "whether `{}` is attached to account {account} is not in the input",
                    policy.name
                );
                let mut doubtful = Document::clone(&document);
                doubt_all(&mut doubtful, &Arc::new(Unknown::because(why)));
                document = Arc::new(doubtful);
            }
            out.push(placed(policy, document));
        }
    }
    out
}

/// Whether an account is of the owner's organisation; `None`: nobody has said.
pub(super) fn inside(estate: &Estate, target: &Target, account: &str) -> Option<bool> {
    let organization = estate.organization(Some(&target.region))?;
    if account == target.account {
        return Some(true);
    }
    organization.accounts.as_ref().map(|a| a.contains(account))
}

/// Whether a policy is attached to an account, or to a whole organisation that the account is of: the input says so, or the config.
/// Not to be known where neither says it is.
fn attached(estate: &Estate, target: &Target, policy: &Held, account: &str) -> bool {
    if policy.existing {
        let stated = estate.world.target.account.as_deref();
        return stated.unwrap_or(&target.account) == account;
    }
    let Some(position) = policy.resource else {
        return false;
    };
    let targets = estate.inventory.targets(position);
    let named = targets.iter().any(|t| t.as_str() == Some(account));
    let resource = estate.inventory.resources.get(position);
    let own = resource.and_then(|r| r.raw.account.as_str()) == Some(account);
    let holds = inventory::holds(&targets, Some(account), own).must();
    holds && (named || inside(estate, target, account) == Some(true))
}

/// The policy of the endpoint that the request goes through; none where it has none of its own.
fn endpoint(estate: &Estate, asked: &Asked) -> Result<Vec<Asking>, Refused> {
    let Some(address) = asked.endpoint.as_deref() else {
        return Ok(Vec::new());
    };
    let mut endpoints = estate.inventory.of_kind("vpc_endpoint");
    let Some((position, _)) = endpoints.find(|(_, r)| r.raw.address == address) else {
        let message = format!("there is no VPC endpoint `{address}` in the input");
        let help = "give the address of one, as `ecr-guard resolve` shows it";
        return Err(Refused::new(message, help));
    };
    let is_its = |held: &&Held| {
        let Some(by) = held.resource else {
            return false;
        };
        let linked =
            matches!(estate.inventory.link(by), Some(Link::To(to)) if to.contains(&position));
        by == position || linked
    };
    let policies = estate.policies_of(PolicyKind::VpcEndpoint).map(|(_, p)| p);
    Ok((policies.filter(is_its))
        .map(|p| placed(p, p.document.clone()))
        .collect())
}

/// The principal's own policies: those that are given, all of them; else those of the input, and what others may allow.
fn own(
    estate: &Estate,
    asked: &Asked,
    principal: &Principal,
    target: &Target,
) -> Result<Vec<Asking>, Refused> {
    if principal.account().is_none() {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    for (path, text) in &asked.identity {
        let (value, problem) = parsed(&estate.files, path, text);
        let (document, _) = Document::read(&value, PolicyKind::Identity);
        if problem.is_some() || document.statements.is_empty() {
            let help = "give a file with a policy document in JSON";
            return Err(Refused::new(
                format!("--identity `{path}` holds no policy"),
                help,
            ));
        }
        out.push(Asking {
            name: path.as_str().into(),
            document: Arc::new(document),
            scope: Scope::V2,
            placed: true,
        });
    }
    if !asked.identity.is_empty() {
        return Ok(out);
    }
    out.extend(identity::of_input(estate, principal, target));
    out.push(perhaps(&asked.principal));
    Ok(out)
}

/// What policies outside the input may allow a principal.
fn perhaps(principal: &str) -> Asking {
    let file = Files::default().add("", "");
    let span = Span::new(file, 0, 0);
    let text = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let (mut document, _) = Document::read(&Value::text(text, span), PolicyKind::Identity);
    let why = format!(
        "what the own policies of `{principal}` allow is not in the input: --identity FILE"
    );
    doubt_all(&mut document, &Arc::new(Unknown::because(why)));
    Asking {
        name: "the principal's own policies".into(),
        document: Arc::new(document),
        scope: Scope::V2,
        placed: false,
    }
}
