//! Policies of identities, the roles, users and groups that hold some inline, and what attaches managed ones to them.
//! Sources: AWS::IAM::*, AWS::SSO::PermissionSet; Terraform's aws_iam_*, aws_ssoadmin_*.

use super::{Default, Field, Kind, Shape};

/// The kinds of this room.
pub const KINDS: &[Kind] = &[
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
        name: "identity",
        terraform: &["aws_iam_role", "aws_iam_user", "aws_iam_group"],
        cloudformation: &["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"],
        fields: IDENTITY,
    },
    Kind {
        name: "managed_policies",
        terraform: &[
            "aws_iam_role_policy_attachment",
            "aws_iam_user_policy_attachment",
            "aws_iam_group_policy_attachment",
            "aws_iam_policy_attachment",
            "aws_iam_role_policy_attachments_exclusive",
            "aws_iam_user_policy_attachments_exclusive",
            "aws_iam_group_policy_attachments_exclusive",
        ],
        cloudformation: &[],
        fields: MANAGED_POLICIES,
    },
    Kind {
        name: "group_membership",
        terraform: &["aws_iam_user_group_membership", "aws_iam_group_membership"],
        cloudformation: &["AWS::IAM::UserToGroupAddition"],
        fields: &[],
    },
    Kind {
        name: "permission_set",
        terraform: &[
            "aws_ssoadmin_permission_set_inline_policy",
            "aws_ssoadmin_managed_policy_attachment",
        ],
        cloudformation: &["AWS::SSO::PermissionSet"],
        fields: PERMISSION_SET,
    },
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

const IDENTITY: &[Field] = &[
    Field::new(
        "policies",
        Shape::Texts,
        ["managed_policy_arns", "ManagedPolicyArns"],
        Default::Empty,
        "the managed policies that are attached",
    ),
    Field::new(
        "inline",
        Shape::List(IDENTITY_POLICY),
        ["inline_policy", "Policies"],
        Default::Empty,
        "the policies that stand in it",
    ),
    Field::new(
        "boundary",
        Shape::Text,
        ["permissions_boundary", "PermissionsBoundary"],
        Default::Null,
        "the managed policy that bounds what all others allow",
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
        ["policy_arns", ""],
        Default::Empty,
        "the managed policies that are attached, and no others",
    ),
];

const PERMISSION_SET: &[Field] = &[
    Field::new(
        "policy",
        Shape::Text,
        ["managed_policy_arn", ""],
        Default::Null,
        "the managed policy that is attached",
    ),
    Field::new(
        "policies",
        Shape::Texts,
        ["", "ManagedPolicies"],
        Default::Empty,
        "the managed policies that are attached",
    ),
    Field::new(
        "document",
        Shape::Any,
        ["inline_policy", "InlinePolicy"],
        Default::Null,
        "the policy that stands in it",
    ),
];
