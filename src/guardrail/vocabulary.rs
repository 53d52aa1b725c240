//! What a guardrail may speak of: targets, their variables and fields.

use crate::finding::{Access, Witness};
use crate::resource::{Field, Shape};
use crate::value::{Place, Value};
use std::collections::BTreeMap;

mod change;
mod others;
mod perimeter;
mod policies;

use self::others::{
    IMAGE_REFERENCE, LIFECYCLE_POLICY, LIFECYCLE_RULE, REGISTRY_SCANNING, REGISTRY_SETTING,
    SIGNING_RULE, TAG, VPC_ENDPOINT,
};
use self::perimeter::{ACCOUNT, ATTACHMENT, IDENTITY_POLICY, ORGANIZATION_POLICY};
use self::policies::{CONDITION, GRANT, POLICY, PROBLEM, STATEMENT};

/// Something that guardrails are judged on: one evaluation and one place for each.
#[derive(Debug)]
pub struct Target {
    /// As in `target:` of a guardrail.
    pub name: &'static str,
    /// The variables of its conditions with their fields; the first is the target itself.
    pub variables: &'static [(&'static str, &'static [Field])],
    /// What it is.
    pub doc: &'static str,
}

/// One thing to judge.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What sort of thing.
    pub target: &'static Target,
    /// The root it belongs to, by position in the inventory.
    pub root: usize,
    /// The resource that holds it, by position in the inventory.
    pub resource: usize,
    /// The target's variables: objects whose entries are the fields. A field that cannot be known is unknown, never left out.
    pub variables: BTreeMap<&'static str, Value>,
    /// Where it stands.
    pub place: Place,
    /// The request that shows why a field of the first variable is true.
    pub witnesses: BTreeMap<&'static str, Witness>,
    /// What such a field is about: who gets in and what they may do.
    pub access: BTreeMap<&'static str, Access>,
}

/// Variables that every guardrail has besides its target's: the organisation and the registry.
pub const COMMON: &[(&str, &[Field])] = &[("organization", ORGANIZATION), ("registry", REGISTRY)];

const ORGANIZATION: &[Field] = &[
    Field::computed("id", Shape::Text, "the organisation's id"),
    Field::computed("accounts", Shape::Texts, "its own accounts"),
    Field::computed(
        "trusted_accounts",
        Shape::Texts,
        "accounts outside that are trusted",
    ),
    Field::computed("regions", Shape::Texts, "regions that may hold images"),
    Field::computed(
        "upstream_registries",
        Shape::Texts,
        "upstream registries that may be cached",
    ),
];

const REGISTRY: &[Field] = &[
    Field::computed(
        "account",
        Shape::Text,
        "the account that the resource is deployed to",
    ),
    Field::computed(
        "region",
        Shape::Text,
        "the region that the resource is deployed to",
    ),
    Field::computed("partition", Shape::Text, "its partition"),
    Field::computed("policy_scope", Shape::Text, "V1 or V2"),
];

const FILTER: &[Field] = &[
    Field::computed("filter", Shape::Text, "the tags' pattern"),
    Field::computed("takes_every_tag", Shape::Bool, "whether it takes every tag"),
];

// what a repository has, and what a creation template gives it
const TAG_MUTABILITY: Field = Field::computed(
    "tag_mutability",
    Shape::Text,
    "MUTABLE, IMMUTABLE, MUTABLE_WITH_EXCLUSION or IMMUTABLE_WITH_EXCLUSION",
);
const EXCLUSION_FILTERS: Field = Field::computed(
    "exclusion_filters",
    Shape::List(FILTER),
    "tags that are excluded from its tag mutability",
);
const ENCRYPTION_TYPE: Field =
    Field::computed("encryption_type", Shape::Text, "AES256, KMS or KMS_DSSE");
const KMS_KEY: Field = Field::computed(
    "kms_key",
    Shape::Text,
    "the key's ARN, id or alias; null: the AWS managed key",
);
const CUSTOMER_KEY: Field = Field::computed(
    "customer_key",
    Shape::Bool,
    "whether a key of the customer encrypts it",
);

const REPOSITORY: &[Field] = &[
    Field::computed("name", Shape::Text, "its name; null where AWS makes one up"),
    Field::computed(
        "name_problem",
        Shape::Text,
        "why ECR would refuse the name; null where it would not",
    ),
    TAG_MUTABILITY,
    EXCLUSION_FILTERS,
    Field::computed("scan_on_push", Shape::Bool, "its own flag"),
    Field::computed(
        "scanned",
        Shape::Bool,
        "whether new images are scanned, by its own flag or by the registry's rules",
    ),
    Field::computed(
        "scan_note",
        Shape::Text,
        "in words: why its own flag does not count, where it is on and does not; else empty",
    ),
    ENCRYPTION_TYPE,
    KMS_KEY,
    CUSTOMER_KEY,
    Field::computed(
        "force_delete",
        Shape::Bool,
        "whether deleting it deletes its images",
    ),
    Field::computed(
        "has_lifecycle_policy",
        Shape::Bool,
        "whether a lifecycle policy is written inside it or attached to it",
    ),
    Field::computed(
        "made_by",
        Shape::Text,
        "the program that writes its template, where nobody can mend it: AWS SAM CLI (the stack beside that of functions), AWS CDK (its bootstrap stack); else null",
    ),
    Field::computed("tags", Shape::Map, "its tags"),
];

const PUBLIC_REPOSITORY: &[Field] = &[
    Field::computed("name", Shape::Text, "its name; null where AWS makes one up"),
    Field::computed("tags", Shape::Map, "its tags"),
];

const ACCOUNT_SETTING: &[Field] = &[
    Field::computed(
        "name",
        Shape::Text,
        "REGISTRY_POLICY_SCOPE, BASIC_SCAN_TYPE_VERSION or BLOB_MOUNTING",
    ),
    Field::computed("value", Shape::Text, "its value"),
];

const DESTINATION: &[Field] = &[
    Field::computed("account", Shape::Text, "the destination account"),
    Field::computed("region", Shape::Text, "the destination region"),
    Field::computed(
        "inside",
        Shape::Bool,
        "whether the account is the deploying one, one of the organisation or a trusted one",
    ),
    Field::computed(
        "known_region",
        Shape::Bool,
        "whether the region is one that AWS has",
    ),
    Field::computed(
        "same_partition",
        Shape::Bool,
        "whether the region is in the partition of the registry",
    ),
];

const REPLICATION_RULE: &[Field] = &[
    Field::computed("number", Shape::Number, "its position, from 1"),
    Field::computed(
        "filters",
        Shape::List(PREFIX),
        "which repositories; none: every one",
    ),
    Field::computed("problems", Shape::List(PROBLEM), "why ECR would refuse it"),
    Field::computed(
        "carried",
        Shape::Bool,
        "whether creation templates for REPLICATION cover what it makes in each destination",
    ),
];

const PREFIX: &[Field] = &[Field::computed(
    "filter",
    Shape::Text,
    "a prefix of the name",
)];

const PULL_THROUGH_RULE: &[Field] = &[
    Field::computed(
        "prefix",
        Shape::Text,
        "the prefix of the repositories that it makes",
    ),
    Field::computed("upstream", Shape::Text, "the upstream's host"),
    Field::computed(
        "upstream_account",
        Shape::Text,
        "the account of an ECR upstream; null for others",
    ),
    Field::computed(
        "upstream_inside",
        Shape::Bool,
        "whether an ECR upstream is in an account of the organisation or a trusted one, in the same partition; null for others",
    ),
    Field::computed(
        "allowed",
        Shape::Bool,
        "whether the organisation allows the upstream",
    ),
    Field::computed(
        "has_credentials",
        Shape::Bool,
        "whether it names credentials or a role",
    ),
    Field::computed(
        "needs_credentials",
        Shape::Bool,
        "whether ECR takes the upstream with credentials or a role only",
    ),
    Field::computed(
        "has_template",
        Shape::Bool,
        "whether a creation template for PULL_THROUGH_CACHE covers its prefix",
    ),
];

const CREATION_TEMPLATE: &[Field] = &[
    Field::computed(
        "prefix",
        Shape::Text,
        "the prefix of the repositories; ROOT: those of no other template",
    ),
    Field::computed(
        "applied_for",
        Shape::Texts,
        "REPLICATION, PULL_THROUGH_CACHE, CREATE_ON_PUSH",
    ),
    TAG_MUTABILITY,
    EXCLUSION_FILTERS,
    ENCRYPTION_TYPE,
    KMS_KEY,
    CUSTOMER_KEY,
    Field::computed(
        "has_lifecycle_policy",
        Shape::Bool,
        "whether it gives a lifecycle policy",
    ),
    Field::computed(
        "role",
        Shape::Text,
        "the role that ECR makes the repositories with",
    ),
    Field::computed("tags", Shape::Map, "the tags that it gives"),
];

/// Every target.
pub const TARGETS: &[Target] = &[
    Target {
        name: "repository",
        variables: &[("repository", REPOSITORY)],
        doc: "a repository of the private registry",
    },
    Target {
        name: "public_repository",
        variables: &[("repository", PUBLIC_REPOSITORY)],
        doc: "a repository of the public gallery",
    },
    Target {
        name: "policy",
        variables: &[("policy", POLICY)],
        doc: "a resource policy: of a repository, the registry, a creation template",
    },
    Target {
        name: "statement",
        variables: &[("statement", STATEMENT), ("policy", POLICY)],
        doc: "a statement of such a policy",
    },
    Target {
        name: "condition",
        variables: &[
            ("condition", CONDITION),
            ("statement", STATEMENT),
            ("policy", POLICY),
        ],
        doc: "one key of a condition of such a statement",
    },
    Target {
        name: "grant",
        variables: &[
            ("grant", GRANT),
            ("statement", STATEMENT),
            ("policy", POLICY),
        ],
        doc: "a principal of such a statement",
    },
    Target {
        name: "account_setting",
        variables: &[("setting", ACCOUNT_SETTING)],
        doc: "an account setting of ECR",
    },
    Target {
        name: "replication_rule",
        variables: &[("rule", REPLICATION_RULE)],
        doc: "a rule of the replication configuration",
    },
    Target {
        name: "replication_destination",
        variables: &[("destination", DESTINATION), ("rule", REPLICATION_RULE)],
        doc: "a destination of such a rule",
    },
    Target {
        name: "pull_through_rule",
        variables: &[("rule", PULL_THROUGH_RULE)],
        doc: "a pull-through cache rule",
    },
    Target {
        name: "creation_template",
        variables: &[("template", CREATION_TEMPLATE)],
        doc: "a creation template",
    },
    Target {
        name: "lifecycle_policy",
        variables: &[("lifecycle", LIFECYCLE_POLICY)],
        doc: "a lifecycle policy, inline or attached",
    },
    Target {
        name: "lifecycle_rule",
        variables: &[("rule", LIFECYCLE_RULE), ("lifecycle", LIFECYCLE_POLICY)],
        doc: "a rule of such a policy",
    },
    Target {
        name: "registry_setting",
        variables: &[("setting", REGISTRY_SETTING)],
        doc: "a setting of which an account and region have only one",
    },
    Target {
        name: "registry_scanning",
        variables: &[("scanning", REGISTRY_SCANNING)],
        doc: "the scanning configuration of a registry",
    },
    Target {
        name: "signing_rule",
        variables: &[("rule", SIGNING_RULE)],
        doc: "a rule of the signing configuration of a registry",
    },
    Target {
        name: "tag",
        variables: &[("tag", TAG)],
        doc: "a tag of a repository or a creation template",
    },
    Target {
        name: "vpc_endpoint",
        variables: &[("endpoint", VPC_ENDPOINT)],
        doc: "a VPC endpoint for ecr.api or ecr.dkr",
    },
    Target {
        name: "organization_policy",
        variables: &[("policy", ORGANIZATION_POLICY)],
        doc: "a service control policy or a resource control policy",
    },
    Target {
        name: "identity_policy",
        variables: &[("policy", IDENTITY_POLICY)],
        doc: "a policy of users, roles or groups that allows something of ECR",
    },
    Target {
        name: "managed_policy_attachment",
        variables: &[("attachment", ATTACHMENT)],
        doc: "a managed policy that is attached to a user, a role or a group",
    },
    Target {
        name: "account",
        variables: &[("account", ACCOUNT)],
        doc: "the account that a root is deployed to",
    },
    Target {
        name: "image_reference",
        variables: &[("image", IMAGE_REFERENCE)],
        doc: "an image that a task, a function, a job or a build uses",
    },
    Target {
        name: "change",
        variables: &[("change", change::CHANGE)],
        doc: "what a deployment does with a resource, those that go included; without a plan or an older template, what a template says of its repositories",
    },
];

/// The target of a name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|t| t.name == name)
}
