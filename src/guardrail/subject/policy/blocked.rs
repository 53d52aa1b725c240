//! What keeps out whom a policy lets in: the policies of the organisation, those of the input and those of `existing`. A finding
//! stays a finding, as they may be taken away or be attached to other accounts; it says that they block it.

use super::{Answer, Attached, Document, Policy, PolicyKind, Scope, existing};
use crate::iam::kleene::Tri;
use crate::inventory::{self, Resource};
use std::sync::Arc;

/// A policy of the organisation that binds, or may bind, an account.
struct Control {
    name: String,
    sure: bool,
    attached: Attached,
}

/// The words for it, where policies of the organisation keep out everybody whom `ask` finds. `caller`: the account of the
/// organisation that they are all of.
pub(super) fn words(
    policy: &Policy<'_>,
    caller: Option<&str>,
    ask: impl Fn(&super::Scene) -> Answer,
) -> Option<String> {
    let controls = controls(policy, caller);
    let blocks = |controls: &[&Control]| {
        let mut scene = policy.scene.clone();
        let added = controls.iter().map(|c| c.attached.clone());
        scene.policies.extend(added);
        !controls.is_empty() && ask(&scene).is_no()
    };
    let sure: Vec<&Control> = controls.iter().filter(|c| c.sure).collect();
    let all: Vec<&Control> = controls.iter().collect();
    let by = [sure, all].into_iter().find(|some| blocks(some))?;
    // those that are not needed are not named
    let alone = by.iter().find(|one| blocks(&[one]));
    let by = alone.map_or_else(|| by.clone(), |one| vec![one]);
    let names: Vec<&str> = by.iter().map(|c| c.name.as_str()).collect();
    let attached = match by.iter().all(|c| c.sure) {
        true => "",
        false => " where that is attached",
    };
    Some(format!(
        ", currently blocked by `{}`{attached}",
        names.join("`, `")
    ))
}

/// Resource control policies bind the account of the resource, service control policies that of the caller.
fn controls(policy: &Policy<'_>, caller: Option<&str>) -> Vec<Control> {
    let account = policy.resource.raw.account.as_str();
    let owner = (PolicyKind::ResourceControl, account, true);
    let own = caller.is_some() && caller == account;
    let caller = caller.map(|c| (PolicyKind::ServiceControl, Some(c), own));
    let mut out = Vec::new();
    for (kind, account, own) in std::iter::once(owner).chain(caller) {
        out.extend(of_input(policy, kind, account, own));
        out.extend(of_existing(policy, kind, account, own));
    }
    out
}

fn of_input<'a>(
    policy: &'a Policy<'_>,
    kind: PolicyKind,
    account: Option<&'a str>,
    own: bool,
) -> impl Iterator<Item = Control> + 'a {
    let inventory = policy.context.inventory;
    let wanted = match kind {
        PolicyKind::ServiceControl => "SERVICE_CONTROL_POLICY",
        _ => "RESOURCE_CONTROL_POLICY",
    };
    let control = move |(position, resource): (usize, &Resource)| {
        if resource.field("type").as_str() != Some(wanted) {
            return None;
        }
        let binds = inventory::holds(&inventory.targets(position), account, own);
        let (document, _) = Document::read(&resource.field("policy"), kind);
        binds.may().then(|| Control {
            name: resource.raw.address.clone(),
            sure: binds == Tri::True && resource.raw.exists == Some(true),
            attached: attached(kind, document),
        })
    };
    let all = inventory.of_kind("organization_policy");
    all.filter_map(control)
}

/// Those that the config says to bind the account that the code is deployed to.
fn of_existing(
    policy: &Policy<'_>,
    kind: PolicyKind,
    account: Option<&str>,
    own: bool,
) -> Vec<Control> {
    let world = policy.context.world;
    let target = world.target.account.as_deref();
    let binds = match kind {
        PolicyKind::ServiceControl => own || (account.is_some() && account == target),
        _ => existing::covers(world, policy.resource),
    };
    if !binds {
        return Vec::new();
    }
    let control = |(name, document): (String, Document)| Control {
        name,
        sure: true,
        attached: attached(kind, document),
    };
    (existing::controls(world, kind).into_iter().map(control)).collect()
}

/// Only what it denies counts: whatever it allows is allowed already, or denied by not being so, which is not known here.
fn attached(kind: PolicyKind, mut document: Document) -> Attached {
    document
        .statements
        .retain(|s| s.effect != crate::iam::document::Effect::Allow);
    Attached {
        name: kind.words().into(),
        document: Arc::new(document),
        scope: Scope::V2,
    }
}
