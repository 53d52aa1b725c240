//! What a guardrail may speak of: targets, their variables and fields.

use crate::finding::Witness;
use crate::resource::{Field, Shape};
use crate::value::{Place, Value};
use std::collections::BTreeMap;

/// Something that guardrails are judged on: one evaluation and one place for each.
#[derive(Debug)]
pub struct Target {
    /// As in `target:` of a guardrail.
    pub name: &'static str,
    /// The variables of its conditions with their fields; the first is the target itself.
    pub variables: &'static [(&'static str, &'static [Field])],
    /// What it is.
    pub doc: &'static str,
}

/// One thing to judge.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What sort of thing.
    pub target: &'static Target,
    /// The root it belongs to, by position in the inventory.
    pub root: usize,
    /// The resource that holds it, by position in the inventory.
    pub resource: usize,
    /// The target's variables: objects whose entries are the fields. A field that cannot be known is unknown, never left out.
    pub variables: BTreeMap<&'static str, Value>,
    /// Where it stands.
    pub place: Place,
    /// The request that shows why a field of the first variable is true.
    pub witnesses: BTreeMap<&'static str, Witness>,
}

/// Variables that every guardrail has besides its target's: the organisation and the registry.
pub const COMMON: &[(&str, &[Field])] = &[("organization", ORGANIZATION), ("registry", REGISTRY)];

const ORGANIZATION: &[Field] = &[
    Field::computed("id", Shape::Text, "the organisation's id"),
    Field::computed("accounts", Shape::Texts, "its own accounts"),
    Field::computed(
        "trusted_accounts",
        Shape::Texts,
        "accounts outside that are trusted",
    ),
    Field::computed("regions", Shape::Texts, "regions that may hold images"),
    Field::computed(
        "upstream_registries",
        Shape::Texts,
        "upstream registries that may be cached",
    ),
];

const REGISTRY: &[Field] = &[
    Field::computed(
        "account",
        Shape::Text,
        "the account that the resource is deployed to",
    ),
    Field::computed(
        "region",
        Shape::Text,
        "the region that the resource is deployed to",
    ),
    Field::computed("partition", Shape::Text, "its partition"),
    Field::computed("policy_scope", Shape::Text, "V1 or V2"),
];

/// Every target.
pub const TARGETS: &[Target] = &[];

/// The target of a name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|t| t.name == name)
}
