//! The shape of a guardrail's file.

use crate::config::Profile;
use crate::finding::Severity;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A guardrail as its file says it. The file's name without `.yaml` is its id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "ecr-guard guardrail")]
pub struct Definition {
    /// The bad pattern in a few words, without a full stop.
    pub title: String,
    /// How bad a violation is.
    pub severity: Severity,
    /// What it is judged on: one evaluation and one place for each.
    pub target: String,
    /// What has to be in sight for a verdict.
    #[serde(default)]
    pub needs: Needs,
    /// Which settings of the organisation it needs; used with `needs: organization`.
    #[serde(default)]
    pub needs_keys: Keys,
    /// What happens where that is not in sight.
    #[serde(default)]
    pub without: Without,
    /// What the config may set, by name; `parameters.NAME` in conditions.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
    /// A CEL condition: what it is about. Where it is false, the guardrail does not apply.
    #[serde(default)]
    pub when: Option<String>,
    /// A CEL condition: what has to hold.
    pub require: String,
    /// Other severities where a condition certainly holds; the first that does counts.
    #[serde(default)]
    pub adjust: Vec<Adjust>,
    /// The field that the caret of a finding points at, as a path from the target; left out: the target itself.
    #[serde(default)]
    pub at: Option<String>,
    /// What a finding says: one sentence without a full stop, with CEL expressions in `{}`.
    pub message: String,
    /// What the caret says, with CEL expressions in `{}`.
    #[serde(default)]
    pub label: Option<String>,
    /// Why it matters: what `explain` shows.
    pub why: String,
    /// How to mend it, in one sentence without a full stop, with CEL expressions in `{}`.
    #[serde(default)]
    pub fix: Option<String>,
    /// Whether the mend replaces the resource, so that images are lost: true, false, or a CEL condition.
    #[serde(default)]
    pub replaces: Option<Replaces>,
    /// Ids of controls and of other tools' checks that say the same.
    #[serde(default)]
    pub controls: Vec<String>,
    /// Pages to read.
    #[serde(default)]
    pub references: Vec<String>,
    /// The version that brought it.
    #[serde(default)]
    pub since: Option<String>,
    /// Whether it can be waived.
    #[serde(default = "yes")]
    pub waivable: bool,
    /// Profiles that it is part of besides `baseline` and `strict`.
    #[serde(default)]
    pub profiles: Vec<Profile>,
    /// Not part of `baseline`: only profile `strict`, or the config that names it, runs it.
    #[serde(default)]
    pub off_by_default: bool,
}

/// What has to be in sight for a verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Needs {
    /// The target itself.
    #[default]
    #[serde(rename = "self")]
    Itself,
    /// What is attached to it.
    Attached,
    /// The settings of the account and region.
    Registry,
    /// The account that the code is deployed to: where nobody says which, what hangs on it is said once and not at each place.
    Target,
    /// The organisation's settings in the config.
    Organization,
}

/// Settings of the organisation that a guardrail needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// At least one of these.
    pub any: Vec<OrganizationKey>,
    /// Each of these.
    pub all: Vec<OrganizationKey>,
}

/// A setting of the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationKey {
    /// `organization.id`
    Id,
    /// `organization.accounts`
    Accounts,
    /// `organization.regions`
    Regions,
    /// `organization.upstream_registries`
    UpstreamRegistries,
}

/// What happens where what a guardrail needs is not in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Without {
    /// It does not run; the report says so once.
    #[default]
    NotRun,
    /// It runs, with the missing things unknown.
    Undetermined,
}

/// What the config may set for a guardrail.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: ParameterKind,
    /// Its value where the config sets none; left out: null.
    #[serde(default)]
    pub default: Option<serde_json::Value>,
    /// Without a value the guardrail does not run.
    #[serde(default)]
    pub required: bool,
    /// What it is.
    pub doc: String,
}

/// What a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// True or false.
    Bool,
    /// A list of texts.
    Texts,
}

/// Another severity where a condition holds.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjust {
    /// The CEL condition.
    pub when: String,
    /// The severity then.
    pub severity: Severity,
}

/// Whether a mend replaces the resource.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected true, false or a CEL condition")]
pub enum Replaces {
    /// Always or never.
    Always(bool),
    /// Where this CEL condition holds.
    When(String),
}

impl OrganizationKey {
    /// As in the config.
    pub fn name(self) -> &'static str {
        match self {
            OrganizationKey::Id => "id",
            OrganizationKey::Accounts => "accounts",
            OrganizationKey::Regions => "regions",
            OrganizationKey::UpstreamRegistries => "upstream_registries",
        }
    }
}

fn yes() -> bool {
    true
}
