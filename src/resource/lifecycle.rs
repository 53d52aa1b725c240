//! Lifecycle policies that are resources of their own.
//! Sources: Terraform's aws_ecr_lifecycle_policy; in CloudFormation they stand inside AWS::ECR::Repository.

use super::{Default, Field, Kind, Shape};

/// The kinds of this room.
pub const KINDS: &[Kind] = &[Kind {
    name: "lifecycle_policy",
    terraform: &["aws_ecr_lifecycle_policy"],
    cloudformation: &[],
    fields: LIFECYCLE_POLICY,
}];

const LIFECYCLE_POLICY: &[Field] = &[
    Field::new(
        "repository",
        Shape::Text,
        ["repository", ""],
        Default::Null,
        "the name of the repository that it is of",
    ),
    Field::new(
        "policy",
        Shape::Any,
        ["policy", ""],
        Default::Null,
        "its document",
    ),
];
