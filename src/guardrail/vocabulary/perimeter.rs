//! The fields of policies of organisations and identities, and of an account.

use super::policies::PROBLEM;
use crate::resource::{Field, Shape};

pub(super) const ORGANIZATION_POLICY: &[Field] = &[
    Field::computed("name", Shape::Text, "its name"),
    Field::computed(
        "type",
        Shape::Text,
        "SERVICE_CONTROL_POLICY or RESOURCE_CONTROL_POLICY",
    ),
    Field::computed(
        "problems",
        Shape::List(PROBLEM),
        "why Organizations would refuse it, or a statement about ECR cannot do what it is for",
    ),
    Field::computed(
        "presigned_confined",
        Shape::Bool,
        "whether some service control policy of the code denies ecr:GetDownloadUrlForLayer to somebody",
    ),
];

pub(super) const IDENTITY_POLICY: &[Field] = &[
    Field::computed("name", Shape::Text, "its name"),
    Field::computed(
        "wildcard",
        Shape::Bool,
        "whether it names `ecr:*` and allows it on every repository",
    ),
    Field::computed(
        "changes_trust",
        Shape::Texts,
        "actions that it allows and that change whom a registry trusts or where its images go",
    ),
];

pub(super) const ATTACHMENT: &[Field] = &[Field::computed(
    "policy",
    Shape::Text,
    "the managed policy's ARN",
)];

pub(super) const ACCOUNT: &[Field] = &[Field::computed(
    "watched",
    Shape::Bool,
    "whether a rule of EventBridge or a trail of the code sees the calls that change ECR",
)];
