//! Repositories of a private registry and of the public gallery.
//! Sources: AWS::ECR::Repository, AWS::ECR::PublicRepository; Terraform's aws_ecr_repository, aws_ecrpublic_repository.

use super::{Default, Field, Kind, Shape};

/// The kinds of this room.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "repository",
        terraform: &["aws_ecr_repository"],
        cloudformation: &["AWS::ECR::Repository"],
        fields: REPOSITORY,
    },
    Kind {
        name: "public_repository",
        terraform: &["aws_ecrpublic_repository"],
        cloudformation: &["AWS::ECR::PublicRepository"],
        fields: PUBLIC_REPOSITORY,
    },
];

const REPOSITORY: &[Field] = &[
    Field::new(
        "name",
        Shape::Text,
        ["name", "RepositoryName"],
        Default::Null,
        "its name; null where AWS makes one up",
    ),
    TAG_MUTABILITY,
    EXCLUSION_FILTERS,
    Field::new(
        "scan_on_push",
        Shape::Bool,
        [
            "image_scanning_configuration.scan_on_push",
            "ImageScanningConfiguration.ScanOnPush",
        ],
        Default::Bool(false),
        "its own flag; the registry's scanning rules may say more",
    ),
    ENCRYPTION_TYPE,
    KMS_KEY,
    Field::new(
        "force_delete",
        Shape::Bool,
        ["force_delete", "EmptyOnDelete"],
        Default::Bool(false),
        "whether deleting it deletes its images",
    ),
    Field::new(
        "lifecycle_policy",
        Shape::Any,
        ["", "LifecyclePolicy.LifecyclePolicyText"],
        Default::Null,
        "the lifecycle policy written inside it",
    ),
    Field::new(
        "policy",
        Shape::Any,
        ["", "RepositoryPolicyText"],
        Default::Null,
        "the repository policy written inside it",
    ),
    Field::new(
        "tags",
        Shape::Map,
        ["tags+tags_all", "Tags"],
        Default::Null,
        "its tags",
    ),
];

const PUBLIC_REPOSITORY: &[Field] = &[
    Field::new(
        "name",
        Shape::Text,
        ["repository_name", "RepositoryName"],
        Default::Null,
        "its name; null where AWS makes one up",
    ),
    Field::new(
        "policy",
        Shape::Any,
        ["", "RepositoryPolicyText"],
        Default::Null,
        "the repository policy written inside it",
    ),
    Field::new(
        "tags",
        Shape::Map,
        ["tags+tags_all", "Tags"],
        Default::Null,
        "its tags",
    ),
];

const EXCLUSION_FILTER: &[Field] = &[Field::new(
    "filter",
    Shape::Text,
    ["filter", "ImageTagMutabilityExclusionFilterValue"],
    Default::Null,
    "the tags' pattern",
)];

/// Whether a tag can be moved to another image; shared with creation templates.
pub(super) const TAG_MUTABILITY: Field = Field::new(
    "tag_mutability",
    Shape::Text,
    ["image_tag_mutability", "ImageTagMutability"],
    Default::Text("MUTABLE"),
    "MUTABLE, IMMUTABLE, MUTABLE_WITH_EXCLUSION or IMMUTABLE_WITH_EXCLUSION",
);

/// Tags excluded from the mutability; shared with creation templates.
pub(super) const EXCLUSION_FILTERS: Field = Field::new(
    "exclusion_filters",
    Shape::List(EXCLUSION_FILTER),
    [
        "image_tag_mutability_exclusion_filter",
        "ImageTagMutabilityExclusionFilters",
    ],
    Default::Empty,
    "tags that are excluded from its tag mutability",
);

/// How images are encrypted at rest; shared with creation templates.
pub(super) const ENCRYPTION_TYPE: Field = Field::new(
    "encryption_type",
    Shape::Text,
    [
        "encryption_configuration.encryption_type",
        "EncryptionConfiguration.EncryptionType",
    ],
    Default::Text("AES256"),
    "AES256, KMS or KMS_DSSE",
);

/// The key; shared with creation templates.
pub(super) const KMS_KEY: Field = Field::new(
    "kms_key",
    Shape::Text,
    [
        "encryption_configuration.kms_key",
        "EncryptionConfiguration.KmsKey",
    ],
    Default::Null,
    "the key's ARN, id or alias; null: the AWS managed key alias/aws/ecr",
);
