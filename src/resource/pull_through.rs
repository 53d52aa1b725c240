//! Pull-through cache rules.
//! Sources: AWS::ECR::PullThroughCacheRule; Terraform's aws_ecr_pull_through_cache_rule.

use super::{Default, Field, Kind, Shape};

/// The kinds of this room.
pub const KINDS: &[Kind] = &[Kind {
    name: "pull_through_rule",
    terraform: &["aws_ecr_pull_through_cache_rule"],
    cloudformation: &["AWS::ECR::PullThroughCacheRule"],
    fields: RULE,
}];

const RULE: &[Field] = &[
    Field::new(
        "prefix",
        Shape::Text,
        ["ecr_repository_prefix", "EcrRepositoryPrefix"],
        Default::Null,
        "the prefix of the repositories that it makes",
    ),
    Field::new(
        "upstream_url",
        Shape::Text,
        ["upstream_registry_url", "UpstreamRegistryUrl"],
        Default::Null,
        "the upstream's host",
    ),
    Field::new(
        "upstream_kind",
        Shape::Text,
        ["", "UpstreamRegistry"],
        Default::Null,
        "docker-hub, ecr, ecr-public, …",
    ),
    Field::new(
        "upstream_prefix",
        Shape::Text,
        ["upstream_repository_prefix", "UpstreamRepositoryPrefix"],
        Default::Null,
        "the prefix upstream",
    ),
    Field::new(
        "credential",
        Shape::Text,
        ["credential_arn", "CredentialArn"],
        Default::Null,
        "the secret with the credentials",
    ),
    Field::new(
        "role",
        Shape::Text,
        ["custom_role_arn", "CustomRoleArn"],
        Default::Null,
        "the role for an ECR upstream in another account",
    ),
];
