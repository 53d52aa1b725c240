//! What a plan calls unknown although it follows from what is known: names and addresses of what is still to be made, and
//! policy documents that are read during apply.

use crate::diagnostic::Diagnostic;
use crate::raw::{Mode, RawResource};
use crate::terraform::{self, data};
use crate::value::{Kind, Value};
use crate::world::World;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Attributes that only the provider sets, and that follow from others: names and addresses.
const FOLLOWING: [&str; 5] = [
    "arn",
    "id",
    "registry_id",
    "repository_url",
    "repository_uri",
];

/// Fills in what follows from the name, the account and the region of something that is still to be made.
pub(super) fn names(resource: &mut RawResource, world: &World) {
    let open =
        |(name, value): &(Arc<str>, Value)| value.as_unknown().is_some().then(|| name.clone());
    let open: BTreeSet<Arc<str>> = resource
        .attributes
        .entries()
        .iter()
        .filter_map(open)
        .collect();
    if resource.mode != Mode::Managed || !FOLLOWING.iter().any(|name| open.contains(*name)) {
        return;
    }
    let mut known = resource.clone();
    if let Kind::Mapping { entries, .. } = &mut known.attributes.kind {
        entries.retain(|name, _| !open.contains(name));
    }
    let full = terraform::planned(&known, world);
    let Kind::Mapping { entries, .. } = &mut resource.attributes.kind else {
        return;
    };
    for name in FOLLOWING.iter().filter(|name| open.contains(**name)) {
        let follows = full.get(name).filter(|v| match v.as_unknown() {
            Some(unknown) => unknown.role.is_some(),
            None => v.as_text().is_some(),
        });
        if let (Some(value), Some(follows)) = (entries.get_mut(name), follows) {
            value.kind = follows.kind;
        }
    }
}

/// Renders a data source that terraform puts off to apply because a part of it is unknown.
pub(super) fn document(resource: &mut RawResource) -> Vec<Diagnostic> {
    if resource.mode != Mode::Data {
        return Vec::new();
    }
    let computed = match data::attribute_values(&resource.kind, &resource.attributes, resource.span)
    {
        Some(Ok(computed)) => computed,
        Some(Err(problems)) => return problems,
        None => return Vec::new(),
    };
    let Kind::Mapping { entries, .. } = &mut resource.attributes.kind else {
        return Vec::new();
    };
    for (name, value) in computed {
        let open = |v: &Value| v.first_unknown().is_some() || v.is_null();
        if entries.get(&name).is_none_or(open) {
            entries.insert(name, value);
        }
    }
    Vec::new()
}
