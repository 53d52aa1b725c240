//! The fields of policies and of their parts.

use crate::resource::{Field, Shape};

pub(super) const PROBLEM: &[Field] = &[Field::computed("message", Shape::Text, "what is wrong")];

pub(super) const POLICY: &[Field] = &[
    Field::computed(
        "kind",
        Shape::Text,
        "repository, public_repository, registry, creation_template, vpc_endpoint",
    ),
    Field::computed(
        "made_by",
        Shape::Text,
        "the program that wrote all of it, where nobody can mend it: AWS SAM CLI; else null",
    ),
    Field::computed(
        "public",
        Shape::Bool,
        "whether some principal of an account and organisation that no policy names, from a network that no policy names, can do some ECR action; AWS services do not count, nor does who looks at a repository of the public gallery",
    ),
    Field::computed(
        "public_access",
        Shape::Text,
        "in words: who can do what, where it is public",
    ),
    Field::computed(
        "outside",
        Shape::Bool,
        "whether some principal outside the organisation and its trusted accounts can do some ECR action",
    ),
    Field::computed(
        "outside_access",
        Shape::Text,
        "in words: who can do what, where somebody outside can",
    ),
    Field::computed(
        "pushers",
        Shape::List(PUSHER),
        "other accounts that may push or create images",
    ),
    Field::computed(
        "problems",
        Shape::List(PROBLEM),
        "why ECR or IAM would refuse it",
    ),
    Field::computed(
        "rewritable",
        Shape::Bool,
        "whether somebody outside can set or delete the policy, or change tags that its conditions ask for",
    ),
    Field::computed(
        "rewritable_by",
        Shape::Text,
        "in words: who can do what, where somebody outside can",
    ),
    Field::computed(
        "denied_to_all",
        Shape::Texts,
        "actions that it allows and that nobody can do, as its Deny statements take back every request; without those that a Deny names on purpose",
    ),
    Field::computed(
        "v2_gives",
        Shape::Text,
        "of a registry policy: who can do what only under REGISTRY_POLICY_SCOPE V2; null where nobody",
    ),
    Field::computed(
        "v2_takes",
        Shape::Text,
        "of a registry policy: who can do what only under REGISTRY_POLICY_SCOPE V1; null where nobody",
    ),
];

const PUSHER: &[Field] = &[
    Field::computed("account", Shape::Text, "its id; `*` for any account"),
    Field::computed(
        "inside",
        Shape::Bool,
        "whether it is one of the organisation or trusted",
    ),
    Field::computed("access", Shape::Text, "in words: who can do what"),
];

pub(super) const STATEMENT: &[Field] = &[
    Field::computed("sid", Shape::Text, "its Sid"),
    Field::computed("number", Shape::Number, "its position, from 1"),
    Field::computed("effect", Shape::Text, "Allow or Deny"),
    Field::computed("actions", Shape::Texts, "its actions as written"),
    Field::computed(
        "wildcard_action",
        Shape::Bool,
        "whether it names `*` or `ecr:*`",
    ),
    Field::computed("principals", Shape::Texts, "its principals as written"),
    Field::computed("not_principal", Shape::Bool, "whether it has NotPrincipal"),
    Field::computed("resources", Shape::Texts, "its resources as written"),
    Field::computed(
        "every_repository",
        Shape::Bool,
        "whether its resources take in every repository",
    ),
    Field::computed(
        "to_other_account",
        Shape::Bool,
        "whether it names an account that is not the deploying one, or everyone",
    ),
    Field::computed(
        "named_accounts",
        Shape::Texts,
        "accounts that it names in principals, resources and conditions, placeholders such as <ACCOUNT> included, unless the organisation lists them",
    ),
    Field::computed("dead", Shape::Bool, "whether no request matches it"),
    Field::computed(
        "shadowed",
        Shape::Bool,
        "whether other statements decide the same about every request that matches it",
    ),
    Field::computed(
        "without_effect",
        Shape::Texts,
        "its actions that a policy of this kind cannot give or take",
    ),
    Field::computed(
        "inert_under_v1",
        Shape::Texts,
        "of a registry policy: its actions, where REGISTRY_POLICY_SCOPE V1 asks about none of them",
    ),
];

pub(super) const CONDITION: &[Field] = &[
    Field::computed("operator", Shape::Text, "its operator as written"),
    Field::computed("key", Shape::Text, "its key as written"),
    Field::computed("values", Shape::Texts, "its values"),
    Field::computed(
        "keeps_nobody_out",
        Shape::Bool,
        "whether a principal whom no policy names meets it and is let in by the statement",
    ),
    Field::computed(
        "never_matches",
        Shape::Bool,
        "whether no request that the statement speaks of has one of its values",
    ),
    Field::computed("why_useless", Shape::Text, "why it keeps nobody out"),
    Field::computed("why_never", Shape::Text, "why it never matches"),
];

pub(super) const GRANT: &[Field] = &[
    Field::computed("effect", Shape::Text, "Allow or Deny"),
    Field::computed("principal", Shape::Text, "the principal as written"),
    Field::computed(
        "kind",
        Shape::Text,
        "everyone, account, role, user, session, service, federated or other",
    ),
    Field::computed(
        "account",
        Shape::Text,
        "its account; null where it has none",
    ),
    Field::computed("own", Shape::Bool, "whether that is the deploying account"),
    Field::computed(
        "trusted",
        Shape::Bool,
        "whether that is an account of the organisation or a trusted one",
    ),
    Field::computed(
        "narrowed",
        Shape::Bool,
        "whether a condition narrows it to named principals",
    ),
    Field::computed(
        "sourced",
        Shape::Bool,
        "whether a condition on aws:SourceAccount, aws:SourceArn or aws:SourceOrgID holds for it, or for the services that everyone is narrowed to",
    ),
];
