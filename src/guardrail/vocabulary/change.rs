//! What a guardrail may say of a deployment's changes.

use super::PROBLEM;
use crate::resource::{Field, Shape};

/// The fields of the target `change`.
pub(super) const CHANGE: &[Field] = &[
    Field::computed(
        "kind",
        Shape::Text,
        "what sort of resource: repository, public_repository, repository_policy, lifecycle_policy and so on",
    ),
    Field::computed("name", Shape::Text, "its name before, or its address"),
    Field::computed(
        "told",
        Shape::Bool,
        "whether the input says what is done with it: a plan, an update that a hook is asked about, a template beside the one that is deployed",
    ),
    Field::computed(
        "replaced",
        Shape::Bool,
        "whether it is destroyed and made again",
    ),
    Field::computed(
        "forced_by",
        Shape::Texts,
        "the attributes whose change makes that it is replaced",
    ),
    Field::computed("deleted", Shape::Bool, "whether it is destroyed"),
    Field::computed(
        "deletion_policy",
        Shape::Text,
        "DeletionPolicy of a template, `Delete` where it is left out; null for Terraform",
    ),
    Field::computed(
        "update_replace_policy",
        Shape::Text,
        "UpdateReplacePolicy of a template, `Delete` where it is left out; null for Terraform",
    ),
    Field::computed("fate", Shape::Text, "in words: what becomes of it"),
    Field::computed(
        "losses",
        Shape::List(PROBLEM),
        "protections that stood before and go: Deny statements, scanning, lifecycle policies, signing, endpoint policies",
    ),
];
