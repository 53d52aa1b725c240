//! What keeps out whom a policy lets in: the resource control policies of the input. A finding stays a finding, as they may be taken
//! away or be attached to other accounts; it says that they block it.

use super::{Answer, Attached, Document, Policy, PolicyKind, Scope};
use std::sync::Arc;

/// The words for it, where the resource control policies of the input keep out everybody whom `ask` finds.
pub(super) fn words(policy: &Policy<'_>, ask: impl Fn(&super::Scene) -> Answer) -> Option<String> {
    let controls: Vec<(String, Attached)> = controls(policy);
    let mut names: Vec<&str> = Vec::new();
    let mut scene = policy.scene.clone();
    for (name, attached) in &controls {
        scene.policies.push(attached.clone());
        names.push(name);
        if ask(&scene).is_no() {
            // those that are not needed are not named
            let alone = controls.iter().find(|(_, one)| {
                let mut scene = policy.scene.clone();
                scene.policies.push(one.clone());
                ask(&scene).is_no()
            });
            let names = alone.map_or_else(|| names.join("`, `"), |(name, _)| name.clone());
            return Some(format!(
                ", currently blocked by `{names}` where that is attached"
            ));
        }
    }
    None
}

/// The resource control policies of the input, by address.
fn controls(policy: &Policy<'_>) -> Vec<(String, Attached)> {
    let all = policy.context.inventory.of_kind("organization_policy");
    let control = |r: &crate::inventory::Resource| {
        r.field("type").as_str() == Some("RESOURCE_CONTROL_POLICY")
    };
    all.filter(|(_, r)| control(r))
        .map(|(_, r)| {
            let (document, _) = Document::read(&r.field("policy"), PolicyKind::ResourceControl);
            let attached = Attached {
                name: PolicyKind::ResourceControl.words().into(),
                document: Arc::new(document),
                scope: Scope::V2,
            };
            (r.raw.address.clone(), attached)
        })
        .collect()
}
