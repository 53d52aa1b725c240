//! Resources that are nothing but a policy: of a repository, a public repository, the registry, an organisation, an identity.
//! Sources: AWS::ECR::RegistryPolicy, AWS::Organizations::Policy, AWS::IAM::*; Terraform's aws_ecr_repository_policy,
//! aws_ecr_registry_policy, aws_ecrpublic_repository_policy, aws_organizations_policy, aws_iam_*_policy.

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
        name: "identity_policy",
        terraform: &[
            "aws_iam_policy",
            "aws_iam_role_policy",
            "aws_iam_user_policy",
            "aws_iam_group_policy",
        ],
        cloudformation: &[
            "AWS::IAM::Policy",
            "AWS::IAM::ManagedPolicy",
            "AWS::IAM::RolePolicy",
            "AWS::IAM::UserPolicy",
            "AWS::IAM::GroupPolicy",
        ],
        fields: IDENTITY_POLICY,
    },
    Kind {
        name: "managed_policies",
        terraform: &[
            "aws_iam_role_policy_attachment",
            "aws_iam_user_policy_attachment",
            "aws_iam_group_policy_attachment",
            "aws_iam_policy_attachment",
        ],
        cloudformation: &["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"],
        fields: MANAGED_POLICIES,
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
];

const IDENTITY_POLICY: &[Field] = &[
    Field::new(
        "name",
        Shape::Text,
        ["name", "PolicyName"],
        Default::Null,
        "its name",
    ),
    Field::new(
        "policy",
        Shape::Any,
        ["policy", "PolicyDocument"],
        Default::Null,
        "its document",
    ),
];

const MANAGED_POLICIES: &[Field] = &[
    Field::new(
        "policy",
        Shape::Text,
        ["policy_arn", ""],
        Default::Null,
        "the managed policy that is attached",
    ),
    Field::new(
        "policies",
        Shape::Texts,
        ["", "ManagedPolicyArns"],
        Default::Empty,
        "the managed policies that are attached",
    ),
];

const DETECTIVE_CONTROL: &[Field] = &[Field::new(
    "pattern",
    Shape::Any,
    ["event_pattern", "EventPattern"],
    Default::Null,
    "the events that a rule takes; null for a trail, and for a rule by time",
)];
