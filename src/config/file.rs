//! The shape of `ecr-guard.yaml`.

use crate::finding::{Enforcement, Severity};
use crate::world::is_account;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// `ecr-guard.yaml`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "ecr-guard config")]
pub struct File {
    /// The organisation whose guardrails these are.
    pub organization: Option<Organization>,
    /// Several of them, one per partition.
    pub organizations: Vec<Organization>,
    /// Where the code is deployed, as far as known.
    pub target: Target,
    /// What stands outside the code.
    pub existing: Existing,
    /// Which guardrails run.
    pub profile: Profile,
    /// The state of the built-in guardrails that may block, e.g. `2026-11`; newer ones only report.
    pub edition: Option<String>,
    /// From which severity on a violation blocks; left out: medium.
    pub fail_on: Option<Severity>,
    /// What an undetermined finding does.
    pub undetermined: Option<Undetermined>,
    /// Directories of further guardrails, relative to this file.
    pub policies: Vec<String>,
    /// What is settled for single guardrails, by id.
    pub guardrails: BTreeMap<String, Choice>,
    /// What is settled otherwise for a part of the resources; a later one counts before an earlier one.
    pub overrides: Vec<Override>,
    /// Findings that somebody accepted.
    pub waivers: Vec<Waiver>,
    /// Settings of the CloudFormation Hook.
    pub hook: Hook,
    /// Not supported yet.
    #[schemars(skip)]
    pub extends: Option<serde_json::Value>,
    /// Not supported yet.
    #[schemars(skip)]
    pub locked: Option<serde_json::Value>,
}

/// An organisation.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Organization {
    /// The partition it is for; left out: any.
    pub partition: Option<String>,
    /// Its id, `o-…`.
    pub id: Option<String>,
    /// Its accounts: all of them.
    pub accounts: Option<Vec<Account>>,
    /// A file that `aws organizations list-accounts` printed, relative to this file; only active accounts count.
    pub accounts_file: Option<String>,
    /// Accounts outside that are trusted, and why.
    pub trusted_accounts: BTreeMap<Account, String>,
    /// Regions that may hold images.
    pub regions: Option<Vec<String>>,
    /// Upstream registries that may be cached.
    pub upstream_registries: Option<Vec<String>>,
    /// Networks that are its own.
    pub networks: Networks,
}

/// Networks of an organisation.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Networks {
    /// Public address ranges in CIDR form.
    pub cidrs: Vec<String>,
    /// `vpc-…`
    pub vpcs: Vec<String>,
    /// `vpce-…`
    pub vpc_endpoints: Vec<String>,
}

/// Where the code is deployed.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Target {
    /// The account.
    pub account: Option<Account>,
    /// The region.
    pub region: Option<String>,
    /// The partition; left out: that of the region.
    pub partition: Option<String>,
}

/// What stands outside the code.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Existing {
    /// The private registry of the target's account and region.
    pub registry: Registry,
    /// What the organisation says of the target's account.
    pub organization: Controls,
}

/// The policies of an organisation that bind an account, by being attached to it or above it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Controls {
    /// The files that hold its service control policies, relative to this file.
    pub service_control_policies: Vec<String>,
    /// The files that hold its resource control policies, relative to this file.
    pub resource_control_policies: Vec<String>,
}

/// A private registry as it is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Registry {
    /// The scope of its registry policy.
    pub policy_scope: Option<PolicyScope>,
    /// How it scans.
    pub scanning: Option<Scanning>,
    /// The file that holds its registry policy, relative to this file.
    pub policy: Option<String>,
}

/// The account setting REGISTRY_POLICY_SCOPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum PolicyScope {
    /// Three actions only.
    V1,
    /// Every action.
    V2,
}

/// How a registry scans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scanning {
    /// Enhanced scanning of every repository.
    Enhanced,
    /// Basic scanning of every repository on push.
    OnPush,
    /// No rule scans.
    None,
}

/// A named set of guardrails.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Deserialize,
    JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Everything that is not off by default.
    #[default]
    Baseline,
    /// Everything.
    Strict,
    /// What Security Hub and Control Tower check.
    AwsFoundational,
    /// Who outside can get at images, and where images go.
    DataPerimeter,
}

/// What an undetermined finding does to the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Undetermined {
    /// It is shown.
    #[default]
    Warn,
    /// It counts as a violation.
    Fail,
    /// It is left out.
    Ignore,
}

/// What is settled for one guardrail: `off`, `on`, or its settings.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(with = "ChoiceSchema")]
pub struct Choice(pub Settings);

/// The settings of one guardrail.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether it runs, whatever the profile.
    pub enabled: Option<bool>,
    /// How bad a violation is.
    pub severity: Option<Severity>,
    /// What a violation does to the run.
    pub enforcement: Option<Enforcement>,
    /// From this day on a violation blocks.
    pub block_from: Option<Day>,
    /// Its parameters by name.
    pub parameters: BTreeMap<String, serde_json::Value>,
}

/// How [`Choice`] is written.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "it is there for its schema")]
enum ChoiceSchema {
    /// false: off.
    Switch(bool),
    /// Off or on.
    Word(Switch),
    /// Settings.
    Settings(Settings),
}

/// Off or on.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "it is there for its schema")]
enum Switch {
    /// It does not run.
    Off,
    /// It runs, whatever the profile.
    On,
}

/// What is settled otherwise for a part of the resources.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Which resources.
    #[serde(rename = "match")]
    pub of: Match,
    /// What is settled for single guardrails, by id; what is left out here stays as it is.
    pub guardrails: BTreeMap<String, Choice>,
}

/// Which resources an override is about: those that everything given here holds for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    /// They are deployed to one of these accounts.
    pub accounts: Option<Vec<Account>>,
    /// They are deployed to a region that one of these patterns with `*` matches.
    pub regions: Option<Vec<String>>,
    /// They stand in a file that one of these patterns matches, which are written as in a `.gitignore` beside this file.
    pub paths: Option<Vec<String>>,
}

/// Findings that somebody accepted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The guardrail's id.
    pub guardrail: String,
    /// The addresses of resources, as a pattern with `*`.
    #[serde(default)]
    pub resource: Option<String>,
    /// The paths of files as reports show them, as a pattern with `*`.
    #[serde(default)]
    pub path: Option<String>,
    /// What a waiver of an access guardrail accepts, and nothing wider.
    #[serde(default)]
    pub accepts: Option<Accepts>,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day that it holds.
    #[serde(default)]
    pub until: Option<Day>,
}

/// Access that a waiver accepts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accepts {
    /// Accounts; `*` for anyone.
    pub accounts: OneOrMany<Who>,
    /// What they may do.
    pub actions: OneOrMany<Actions>,
}

/// Groups of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Actions {
    /// Reading images.
    Pull,
    /// Writing images.
    Push,
    /// Bringing images or repositories in by replication, import or creation.
    Replicate,
    /// Reading other things: policies, scan findings, tags.
    Read,
    /// Everything but reading and writing images.
    Administer,
}

/// One, or a list of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected one of the known words, or a list of them"
)]
pub enum OneOrMany<T> {
    /// One.
    One(T),
    /// A list.
    Many(Vec<T>),
}

/// Settings of the CloudFormation Hook.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Hook {
    /// Hosts besides S3's that a payload may be fetched from.
    pub payload_hosts: Vec<String>,
    /// What happens where the job could not be done; left out: fail.
    pub on_error: Option<OnError>,
}

/// What the hook answers where the job could not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// The operation fails.
    Fail,
    /// The operation goes on.
    Pass,
}

/// An account id: twelve digits, leading zeros kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(transparent, extend("type" = ["string", "integer"]))]
pub struct Account(#[schemars(regex(pattern = "^[0-9]{12}$"))] pub String);

/// An account id, or `*` for anyone.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(transparent, extend("type" = ["string", "integer"]))]
pub struct Who(#[schemars(regex(pattern = "^([0-9]{12}|\\*)$"))] pub String);

/// A day, e.g. `2027-01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String", extend("format" = "date"))]
pub struct Day(pub Date);

impl Profile {
    /// As in the config.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Baseline => "baseline",
            Profile::Strict => "strict",
            Profile::AwsFoundational => "aws-foundational",
            Profile::DataPerimeter => "data-perimeter",
        }
    }
}

impl<T> OneOrMany<T> {
    /// As a list.
    pub fn into_vec(self) -> Vec<T> {
        match self {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }
    }
}

struct AccountVisitor;

impl Visitor<'_> for AccountVisitor {
    type Value = Account;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an account id of 12 digits")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Account, E> {
        if is_account(text) {
            return Ok(Account(text.to_owned()));
        }
        Err(E::custom(format!(
            "`{text}` is no account id: it takes 12 digits"
        )))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Account, E> {
        self.visit_str(&number.to_string())
    }
}

impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AccountVisitor)
    }
}

impl<'de> Deserialize<'de> for Who {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "*" {
            return Ok(Who(text));
        }
        AccountVisitor
            .visit_str(&text)
            .map(|account| Who(account.0))
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let no_day = |_| de::Error::custom(format!("`{text}` is no day: write it as 2027-01-31"));
        text.parse().map(Day).map_err(no_day)
    }
}

struct ChoiceVisitor;

impl<'de> Visitor<'de> for ChoiceVisitor {
    type Value = Choice;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("off, on, or settings of the guardrail")
    }

    fn visit_bool<E: de::Error>(self, on: bool) -> Result<Choice, E> {
        Ok(Choice(Settings {
            enabled: Some(on),
            ..Settings::default()
        }))
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Choice, E> {
        match word {
            "off" => self.visit_bool(false),
            "on" => self.visit_bool(true),
            _ => Err(E::custom(format!("`{word}` is neither `off` nor `on`"))),
        }
    }

    fn visit_unit<E: de::Error>(self) -> Result<Choice, E> {
        Ok(Choice::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Choice, A::Error> {
        Settings::deserialize(de::value::MapAccessDeserializer::new(map)).map(Choice)
    }
}

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ChoiceVisitor)
    }
}

/// The JSON Schema of `ecr-guard.yaml`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(File).to_value()
}
