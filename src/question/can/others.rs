//! The policies that are not of the resource: the principal's own, those of the organisation, the endpoint's.

use super::super::estate::{Estate, Policy as Held, doubt_all, parsed};
use super::identity;
use super::levels::Attached;
use super::principal::Principal;
use super::target::Target;
use super::{Asked, Asking, Refused};
use crate::iam::document::{Document, Effect, PolicyKind, Statement};
use crate::iam::principal::is_service_linked;
use crate::iam::rule::Scope;
use crate::inventory::{self, Link};
use crate::span::{Files, Span};
use crate::value::{Kind, Unknown, Value};
use crate::world::is_account;
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
        sure: true,
        attached: Attached::default(),
    }
}

/// Service control policies bind the principals of the organisation's accounts, resource control policies their resources.
///
/// Neither binds a service-linked role; a session of one looks like that of any role of such a name.
fn of_organization(estate: &Estate, principal: &Principal, target: &Target) -> Vec<Asking> {
    let mut out = Vec::new();
    let arn = principal.arn.as_deref().unwrap_or_default();
    if is_service_linked(arn) {
        return out;
    }
    let linked = matches!(&principal.name, Some(("role", n)) if n.starts_with("AWSServiceRoleFor"));
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
            let doubt = match attached(estate, target, policy, account) {
                true if !linked => None,
                true => Some(format!(
                    "whether `{arn}` is a service-linked role, which no policy of the organisation binds, is not known"
                )),
                false => Some(format!(
                    "whether `{}` is attached to account {account} is not in the input",
                    policy.name
                )),
            };
            let mut document = policy.document.clone();
            if let Some(why) = &doubt {
                let mut doubtful = Document::clone(&document);
                let why = Arc::new(Unknown::because(why.clone()));
                // what allows is weighed level by level
                let denies = |s: &&mut Statement| {
                    kind == PolicyKind::ResourceControl || s.effect != Effect::Allow
                };
                for statement in doubtful.statements.iter_mut().filter(denies) {
                    statement.unknown.get_or_insert_with(|| why.clone());
                }
                document = Arc::new(doubtful);
            }
            out.push(Asking {
                attached: level(estate, policy, account, doubt),
                ..placed(policy, document)
            });
        }
    }
    out
}

/// Where a service control policy stands.
fn level(estate: &Estate, policy: &Held, account: &str, doubt: Option<String>) -> Attached {
    let targets = policy.resource.map(|p| estate.inventory.targets(p));
    let targets = targets.unwrap_or_default();
    let elsewhere = |t: &Value| (t.as_str()).is_some_and(|id| is_account(id) && id != account);
    match doubt {
        Some(_) if !targets.is_empty() && targets.iter().all(elsewhere) => Attached::Elsewhere,
        Some(why) => Attached::Perhaps(why.into()),
        None if policy.existing => Attached::Stated,
        None => {
            let known = targets.iter().filter(|t| !elsewhere(t));
            Attached::To(
                known
                    .map(|t| t.as_str().unwrap_or(account).to_owned())
                    .collect(),
            )
        }
    }
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
        // an empty list says that there is none
        let none = value.get("Statement").is_some_and(
            |s| matches!(&s.kind, Kind::Sequence { items, more: None, .. } if items.is_empty()),
        );
        if problem.is_some() || (document.statements.is_empty() && !none) {
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
            sure: true,
            attached: Attached::default(),
        });
    }
    if !asked.identity.is_empty() {
        return Ok(out);
    }
    if principal.sort == Some("Account") {
        out.push(everything("the root user's own rights".into(), None));
        return Ok(out);
    }
    out.extend(identity::of_input(estate, principal, target));
    let why = format!(
        "what the own policies of `{}` allow is not in the input: --identity FILE",
        asked.principal
    );
    out.push(everything("the principal's own policies".into(), Some(why)));
    Ok(out)
}

/// What allows a principal everything, or perhaps does: what policies outside the input may allow. Of an account's root user no
/// policy is asked (IAM User Guide, root user).
fn everything(name: String, doubt: Option<String>) -> Asking {
    let file = Files::default().add("", "");
    let span = Span::new(file, 0, 0);
    let text = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let (mut document, _) = Document::read(&Value::text(text, span), PolicyKind::Identity);
    if let Some(why) = doubt {
        doubt_all(&mut document, &Arc::new(Unknown::because(why)));
    }
    Asking {
        name: name.into(),
        document: Arc::new(document),
        scope: Scope::V2,
        placed: false,
        sure: true,
        attached: Attached::default(),
    }
}
