//! The registry as it is outside the code: what `existing` in the config says of the target's account and region.

use crate::diagnostic::Diagnostic;
use crate::iam::document::{Document, Effect, PolicyKind, Problem};
use crate::inventory::Resource;
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
    let (mut document, _) = read(world, &Files::default())?;
    document.statements.retain(|s| s.effect != Effect::Allow);
    Some(document)
}

/// Why the registry's policy cannot be used.
pub(super) fn problems(world: &World, files: &Files) -> Vec<Diagnostic> {
    let found = read(world, files).map(|(_, problems)| problems);
    let diagnostic = |p: Problem| {
        Diagnostic::error("existing-policy", p.message)
            .at(p.place.primary())
            .help("existing.registry.policy names a file with the policy, or with what `aws ecr get-registry-policy` prints")
    };
    let found = found.unwrap_or_default();
    found.into_iter().map(diagnostic).collect()
}

fn read(world: &World, files: &Files) -> Option<(Document, Vec<Problem>)> {
    let (content, path) = world.existing.registry_policy.as_ref()?;
    let file = files.add(path.clone(), content.clone());
    let span = Span::new(file, 0, content.len());
    let text = Text::at(content.clone(), span);
    // what the AWS CLI prints holds the policy as a text
    let printed = json::parse_text(&text, span).ok();
    let inner = printed.and_then(|p| p.get("policyText"));
    let value = inner.unwrap_or_else(|| Value {
        kind: crate::value::Kind::String(text),
        ..Value::null(span)
    });
    Some(Document::read(&value, PolicyKind::Registry))
}
