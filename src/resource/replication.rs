//! Replication of images to other regions and accounts.
//! Sources: AWS::ECR::ReplicationConfiguration; Terraform's aws_ecr_replication_configuration.

use super::{Default, Field, Kind, Shape};

/// The kinds of this room.
pub const KINDS: &[Kind] = &[Kind {
    name: "replication",
    terraform: &["aws_ecr_replication_configuration"],
    cloudformation: &["AWS::ECR::ReplicationConfiguration"],
    fields: REPLICATION,
}];

const REPLICATION: &[Field] = &[Field::new(
    "rules",
    Shape::List(RULE),
    [
        "replication_configuration.rule",
        "ReplicationConfiguration.Rules",
    ],
    Default::Empty,
    "its rules",
)];

const RULE: &[Field] = &[
    Field::new(
        "destinations",
        Shape::List(DESTINATION),
        ["destination", "Destinations"],
        Default::Empty,
        "where images go",
    ),
    Field::new(
        "filters",
        Shape::List(FILTER),
        ["repository_filter", "RepositoryFilters"],
        Default::Empty,
        "which repositories; none: every one",
    ),
];

const DESTINATION: &[Field] = &[
    Field::new(
        "region",
        Shape::Text,
        ["region", "Region"],
        Default::Null,
        "the destination region",
    ),
    Field::new(
        "account",
        Shape::Text,
        ["registry_id", "RegistryId"],
        Default::Null,
        "the destination account",
    ),
];

const FILTER: &[Field] = &[
    Field::new(
        "filter",
        Shape::Text,
        ["filter", "Filter"],
        Default::Null,
        "a prefix of the name",
    ),
    Field::new(
        "type",
        Shape::Text,
        ["filter_type", "FilterType"],
        Default::Null,
        "PREFIX_MATCH",
    ),
];
