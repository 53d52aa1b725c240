//! The fields of what is neither a repository nor a policy of one.

use super::policies::PROBLEM;
use crate::resource::{Field, Shape};

pub(super) const LIFECYCLE_POLICY: &[Field] = &[
    Field::computed("problems", Shape::List(PROBLEM), "why ECR would refuse it"),
    Field::computed(
        "expires_untagged",
        Shape::Bool,
        "whether a rule expires untagged images",
    ),
    Field::computed(
        "expires_tagged",
        Shape::Bool,
        "whether a rule expires images whatever their tags are",
    ),
    Field::computed(
        "tagged_days",
        Shape::Number,
        "the days after which images expire whatever their tags are; null where no rule counts days",
    ),
];

pub(super) const LIFECYCLE_RULE: &[Field] = &[
    Field::computed("number", Shape::Number, "its position, from 1"),
    Field::computed("priority", Shape::Number, "the lowest is applied first"),
    Field::computed("tag_status", Shape::Text, "tagged, untagged or any"),
    Field::computed("action", Shape::Text, "expire or transition"),
    Field::computed(
        "takes",
        Shape::Texts,
        "patterns of the tags of images that it takes; none for untagged images",
    ),
    Field::computed(
        "keeps",
        Shape::Number,
        "how many of the newest images stay; null where it counts days",
    ),
    Field::computed(
        "unreachable",
        Shape::Bool,
        "whether a rule that is applied earlier takes all its images",
    ),
    Field::computed("taken_by", Shape::Number, "that rule's position"),
];

pub(super) const SIGNING_RULE: &[Field] = &[
    Field::computed("profile", Shape::Text, "the signing profile's ARN"),
    Field::computed("account", Shape::Text, "the profile's account"),
    Field::computed(
        "inside",
        Shape::Bool,
        "whether that is the deploying account, one of the organisation or a trusted one",
    ),
];

pub(super) const REGISTRY_SETTING: &[Field] = &[
    Field::computed(
        "kind",
        Shape::Text,
        "registry_policy, replication, registry_scanning, account_setting or signing",
    ),
    Field::computed(
        "duplicated",
        Shape::Bool,
        "whether the code sets it before for the same account and region",
    ),
    Field::computed("others", Shape::Texts, "where"),
];

pub(super) const REGISTRY_SCANNING: &[Field] = &[
    Field::computed("scan_type", Shape::Text, "BASIC or ENHANCED"),
    Field::computed(
        "frequencies",
        Shape::Texts,
        "of each rule: SCAN_ON_PUSH, CONTINUOUS_SCAN or MANUAL",
    ),
];

pub(super) const TAG: &[Field] = &[
    Field::computed("key", Shape::Text, "its key"),
    Field::computed("value", Shape::Text, "its value"),
];

pub(super) const VPC_ENDPOINT: &[Field] = &[
    Field::computed("service", Shape::Text, "ecr.api, ecr.dkr or s3"),
    Field::computed("vpc", Shape::Text, "the VPC"),
    Field::computed(
        "has_policy",
        Shape::Bool,
        "whether it has a policy of its own",
    ),
    Field::computed(
        "open",
        Shape::Bool,
        "whether its policy is the default one, or lets any identity in or out to any registry",
    ),
    Field::computed("open_access", Shape::Text, "in words: what passes"),
    Field::computed(
        "pair_missing",
        Shape::Bool,
        "of one for ECR: whether the VPC lacks the other one of ecr.api and ecr.dkr",
    ),
    Field::computed(
        "layers_blocked",
        Shape::Bool,
        "of one for S3 beside one for ECR: whether its policy leaves out the bucket that holds ECR's layers",
    ),
    Field::computed(
        "layers_open",
        Shape::Bool,
        "of one for S3 beside one for ECR: whether its policy lets anyone read any bucket",
    ),
];

pub(super) const IMAGE_REFERENCE: &[Field] = &[
    Field::computed("reference", Shape::Text, "as written"),
    Field::computed("tag", Shape::Text, "its tag; null where there is none"),
    Field::computed(
        "digest",
        Shape::Text,
        "its digest; null where there is none",
    ),
    Field::computed(
        "registry",
        Shape::Text,
        "its registry; null for the default one",
    ),
    Field::computed(
        "host",
        Shape::Text,
        "its registry's host; docker.io where none is named, null for the images of CodeBuild itself",
    ),
    Field::computed(
        "inside",
        Shape::Bool,
        "whether that is a private registry of the deploying account, one of the organisation or a trusted one, or CodeBuild has the image itself",
    ),
];
