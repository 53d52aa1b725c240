//! Creation templates: the settings of repositories that ECR makes by itself.
//! Sources: AWS::ECR::RepositoryCreationTemplate; Terraform's aws_ecr_repository_creation_template.

use super::repository::{ENCRYPTION_TYPE, EXCLUSION_FILTERS, KMS_KEY, TAG_MUTABILITY};
use super::{Default, Field, Kind, Shape};

/// The kinds of this room.
pub const KINDS: &[Kind] = &[Kind {
    name: "creation_template",
    terraform: &["aws_ecr_repository_creation_template"],
    cloudformation: &["AWS::ECR::RepositoryCreationTemplate"],
    fields: TEMPLATE,
}];

const TEMPLATE: &[Field] = &[
    Field::new(
        "prefix",
        Shape::Text,
        ["prefix", "Prefix"],
        Default::Null,
        "the prefix of the repositories; ROOT: those of no other template",
    ),
    Field::new(
        "applied_for",
        Shape::Texts,
        ["applied_for", "AppliedFor"],
        Default::Empty,
        "REPLICATION, PULL_THROUGH_CACHE, CREATE_ON_PUSH",
    ),
    TAG_MUTABILITY,
    EXCLUSION_FILTERS,
    ENCRYPTION_TYPE,
    KMS_KEY,
    Field::new(
        "policy",
        Shape::Any,
        ["repository_policy", "RepositoryPolicy"],
        Default::Null,
        "the repository policy that it gives",
    ),
    Field::new(
        "lifecycle_policy",
        Shape::Any,
        ["lifecycle_policy", "LifecyclePolicy"],
        Default::Null,
        "the lifecycle policy that it gives",
    ),
    Field::new(
        "role",
        Shape::Text,
        ["custom_role_arn", "CustomRoleArn"],
        Default::Null,
        "the role that ECR makes the repositories with",
    ),
    Field::new(
        "tags",
        Shape::Map,
        ["resource_tags", "ResourceTags"],
        Default::Null,
        "the tags that it gives",
    ),
];
