//! Settings of a registry as a whole, one of each for an account and region: scanning, account settings, signing,
//! pull-time exclusions.
//! Sources: AWS::ECR::RegistryScanningConfiguration, AWS::ECR::SigningConfiguration, AWS::ECR::PullTimeUpdateExclusion (no
//! CloudFormation type for account settings); Terraform's aws_ecr_registry_scanning_configuration, aws_ecr_account_setting.

use super::{Default, Field, Kind, Shape};

/// The kinds of this room.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "registry_scanning",
        terraform: &["aws_ecr_registry_scanning_configuration"],
        cloudformation: &["AWS::ECR::RegistryScanningConfiguration"],
        fields: SCANNING,
    },
    Kind {
        name: "account_setting",
        terraform: &["aws_ecr_account_setting"],
        cloudformation: &[],
        fields: ACCOUNT_SETTING,
    },
    Kind {
        name: "signing",
        terraform: &["aws_ecr_signing_configuration"],
        cloudformation: &["AWS::ECR::SigningConfiguration"],
        fields: SIGNING,
    },
    Kind {
        name: "pull_time_exclusion",
        terraform: &["aws_ecr_pull_time_update_exclusion"],
        cloudformation: &["AWS::ECR::PullTimeUpdateExclusion"],
        fields: PULL_TIME_EXCLUSION,
    },
];

const SCANNING: &[Field] = &[
    Field::new(
        "scan_type",
        Shape::Text,
        ["scan_type", "ScanType"],
        Default::Text("BASIC"),
        "BASIC or ENHANCED",
    ),
    Field::new(
        "rules",
        Shape::List(SCANNING_RULE),
        ["rule", "Rules"],
        Default::Empty,
        "which repositories are scanned when",
    ),
];

const SCANNING_RULE: &[Field] = &[
    Field::new(
        "frequency",
        Shape::Text,
        ["scan_frequency", "ScanFrequency"],
        Default::Null,
        "SCAN_ON_PUSH, CONTINUOUS_SCAN or MANUAL",
    ),
    Field::new(
        "filters",
        Shape::List(FILTER),
        ["repository_filter", "RepositoryFilters"],
        Default::Empty,
        "the names that it covers",
    ),
];

const FILTER: &[Field] = &[Field::new(
    "filter",
    Shape::Text,
    ["filter", "Filter"],
    Default::Null,
    "a name's pattern: with `*` the whole name, without it any part of it",
)];

const ACCOUNT_SETTING: &[Field] = &[
    Field::new(
        "name",
        Shape::Text,
        ["name", ""],
        Default::Null,
        "REGISTRY_POLICY_SCOPE, BASIC_SCAN_TYPE_VERSION or BLOB_MOUNTING",
    ),
    Field::new(
        "value",
        Shape::Text,
        ["value", ""],
        Default::Null,
        "its value",
    ),
];

const SIGNING: &[Field] = &[Field::new(
    "rules",
    Shape::List(SIGNING_RULE),
    ["rule", "Rules"],
    Default::Empty,
    "which images are signed by which profile",
)];

const SIGNING_RULE: &[Field] = &[
    Field::new(
        "profile",
        Shape::Text,
        ["signing_profile_arn", "SigningProfileArn"],
        Default::Null,
        "the signing profile's ARN",
    ),
    Field::new(
        "filters",
        Shape::List(FILTER),
        ["repository_filter", "RepositoryFilters"],
        Default::Empty,
        "the names that it covers",
    ),
];

const PULL_TIME_EXCLUSION: &[Field] = &[Field::new(
    "principal",
    Shape::Text,
    ["principal_arn", "PrincipalArn"],
    Default::Null,
    "whose pulls do not count",
)];
