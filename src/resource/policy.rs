//! Resources that are nothing but a policy: of a repository, a public repository, the registry, an organisation; and what watches.
//! Sources: AWS::ECR::RegistryPolicy, AWS::Organizations::Policy; Terraform's aws_ecr_repository_policy,
//! aws_ecr_registry_policy, aws_ecrpublic_repository_policy, aws_organizations_policy.

use super::{Default, Field, Kind, Shape};

/// The kinds of this room.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "repository_policy",
        terraform: &["aws_ecr_repository_policy"],
        cloudformation: &[],
        fields: REPOSITORY_POLICY,
    },
    Kind {
        name: "public_repository_policy",
        terraform: &["aws_ecrpublic_repository_policy"],
        cloudformation: &[],
        fields: PUBLIC_REPOSITORY_POLICY,
    },
    Kind {
        name: "registry_policy",
        terraform: &["aws_ecr_registry_policy"],
        cloudformation: &["AWS::ECR::RegistryPolicy"],
        fields: REGISTRY_POLICY,
    },
    Kind {
        name: "organization_policy",
        terraform: &["aws_organizations_policy"],
        cloudformation: &["AWS::Organizations::Policy"],
        fields: ORGANIZATION_POLICY,
    },
    Kind {
        name: "organization_policy_attachment",
        terraform: &["aws_organizations_policy_attachment"],
        cloudformation: &[],
        fields: ORGANIZATION_POLICY_ATTACHMENT,
    },
    Kind {
        name: "detective_control",
        terraform: &["aws_cloudwatch_event_rule", "aws_cloudtrail"],
        cloudformation: &["AWS::Events::Rule", "AWS::CloudTrail::Trail"],
        fields: DETECTIVE_CONTROL,
    },
];

const REPOSITORY_POLICY: &[Field] = &[
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

const PUBLIC_REPOSITORY_POLICY: &[Field] = &[
    Field::new(
        "repository",
        Shape::Text,
        ["repository_name", ""],
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

const REGISTRY_POLICY: &[Field] = &[Field::new(
    "policy",
    Shape::Any,
    ["policy", "PolicyText"],
    Default::Null,
    "its document",
)];

const ORGANIZATION_POLICY: &[Field] = &[
    Field::new(
        "name",
        Shape::Text,
        ["name", "Name"],
        Default::Null,
        "its name",
    ),
    Field::new(
        "type",
        Shape::Text,
        ["type", "Type"],
        Default::Text("SERVICE_CONTROL_POLICY"),
        "SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY and others",
    ),
    Field::new(
        "policy",
        Shape::Any,
        ["content", "Content"],
        Default::Null,
        "its document",
    ),
    Field::new(
        "targets",
        Shape::Texts,
        ["", "TargetIds"],
        Default::Empty,
        "the accounts, roots and units that it is attached to",
    ),
];

const ORGANIZATION_POLICY_ATTACHMENT: &[Field] = &[
    Field::new(
        "policy",
        Shape::Text,
        ["policy_id", ""],
        Default::Null,
        "the policy that is attached",
    ),
    Field::new(
        "target",
        Shape::Text,
        ["target_id", ""],
        Default::Null,
        "the account, root or unit that it is attached to",
    ),
];

const DETECTIVE_CONTROL: &[Field] = &[Field::new(
    "pattern",
    Shape::Any,
    ["event_pattern", "EventPattern"],
    Default::Null,
    "the events that a rule takes; null for a trail, and for a rule by time",
)];
