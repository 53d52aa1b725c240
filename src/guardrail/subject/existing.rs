//! What stands outside the code: what `existing` in the config says of the target's account and region.

use crate::diagnostic::Diagnostic;
use crate::iam::document::{Document, Effect, PolicyKind, Problem};
use crate::inventory::Resource;
use crate::resource::document::printed;
use crate::span::{Files, Span};
use crate::syntax::json;
use crate::value::{Text, Value};
use crate::world::World;

/// Whether a resource is deployed to the account and region that `existing` speaks of, as far as is known.
pub(super) fn covers(world: &World, resource: &Resource) -> bool {
    let other = |own: &Value, target: &Option<String>| match (own.as_str(), target) {
        (Some(own), Some(target)) => own != target,
        _ => false,
    };
    let target = &world.target;
    !other(&resource.raw.account, &target.account) && !other(&resource.raw.region, &target.region)
}

/// The Deny statements of the registry's policy, and those that nobody can tell from them: what it allows is not judged, as
/// it is not in the code.
pub(super) fn denials(world: &World) -> Option<Document> {
    let text = world.existing.registry_policy.as_ref()?;
    let (mut document, _) = read(text, PolicyKind::Registry, &Files::default());
    document.statements.retain(|s| s.effect != Effect::Allow);
    Some(document)
}

/// The policies of a kind by which the organisation binds the target's account, by path.
pub(super) fn controls(world: &World, kind: PolicyKind) -> Vec<(String, Document)> {
    let files = Files::default();
    let texts = match kind {
        PolicyKind::ServiceControl => &world.existing.service_control_policies,
        PolicyKind::ResourceControl => &world.existing.resource_control_policies,
        _ => return Vec::new(),
    };
    let document = |text: &(String, String)| (text.1.clone(), read(text, kind, &files).0);
    texts.iter().map(document).collect()
}

/// Why the policies cannot be used.
pub(super) fn problems(world: &World, files: &Files) -> Vec<Diagnostic> {
    let existing = &world.existing;
    let of = |kind: PolicyKind, text: &(String, String), help: &str| {
        let (_, problems) = read(text, kind, files);
        let diagnostic = |p: Problem| {
            Diagnostic::error("existing-policy", p.message)
                .at(p.place.primary())
                .help(help)
        };
        problems.into_iter().map(diagnostic).collect::<Vec<_>>()
    };
    let registry = "existing.registry.policy names a file with the policy, or with what `aws ecr get-registry-policy` prints";
    let organization = "existing.organization names files with a policy each, or with what `aws organizations describe-policy` prints";
    let registry =
        (existing.registry_policy.iter()).map(|text| of(PolicyKind::Registry, text, registry));
    let service = (existing.service_control_policies.iter())
        .map(|text| of(PolicyKind::ServiceControl, text, organization));
    let resource = (existing.resource_control_policies.iter())
        .map(|text| of(PolicyKind::ResourceControl, text, organization));
    registry.chain(service).chain(resource).flatten().collect()
}

fn read(
    (content, path): &(String, String),
    kind: PolicyKind,
    files: &Files,
) -> (Document, Vec<Problem>) {
    let file = files.add(path.clone(), content.clone());
    let span = Span::new(file, 0, content.len());
    let text = Text::at(content.clone(), span);
    let whole = Value {
        kind: crate::value::Kind::String(text.clone()),
        ..Value::null(span)
    };
    let value = match json::parse_text(&text, span) {
        Ok(parsed) => printed(parsed),
        Err(_) => whole,
    };
    Document::read(&value, kind)
}
