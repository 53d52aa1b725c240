//! A finding: infrastructure code breaks a guardrail, or it cannot be told whether it does.

use crate::iam::reach;
use crate::span::{Files, Location, Span};
use crate::value::Cause;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// How bad a violation is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Hygiene.
    Low,
    /// A weakness.
    Medium,
    /// Images can be lost, replaced or read by the wrong people.
    High,
    /// Anyone can.
    Critical,
}

/// What a violation does to the run.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Enforcement {
    /// The run exits with 1.
    Block,
    /// Shown as a warning.
    Warn,
    /// Shown.
    Report,
}

/// What judging one guardrail on one target came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The guardrail holds.
    Satisfied,
    /// It is broken.
    Violated,
    /// It cannot be told from the code.
    Undetermined,
}

/// What is done with a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It counts.
    New,
    /// It was there before.
    Baseline,
    /// Somebody accepted it.
    Waived,
}

/// The resource that holds the wrong value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct ResourceRef {
    /// `module.x.aws_ecr_repository.app["a"]`, `LogicalId`.
    pub address: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The root module's directory, the plan or the template.
    pub root: String,
    /// The construct of the CDK app that it was made from, e.g. `Images/Indexer/Resource`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub construct: Option<String>,
}

impl ResourceRef {
    /// The address, with the construct where there is one.
    pub fn shown(&self) -> String {
        match &self.construct {
            Some(construct) => format!("{} ({construct})", self.address),
            None => self.address.clone(),
        }
    }
}

/// One concrete request that shows what a policy allows; it can be checked by hand.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Witness {
    /// Who asks: an ARN or a service.
    pub principal: String,
    /// What for, e.g. `ecr:BatchGetImage`.
    pub action: String,
    /// Of what.
    pub resource: String,
    /// The context keys that the request carries.
    pub context: BTreeMap<String, String>,
}

impl From<&reach::Witness> for Witness {
    fn from(witness: &reach::Witness) -> Self {
        Witness {
            principal: witness.principal.clone(),
            action: witness.action.clone(),
            resource: witness.resource.clone(),
            context: witness.context.clone(),
        }
    }
}

/// The request as a sentence.
impl std::fmt::Display for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (who, what, of) = (&self.principal, &self.action, &self.resource);
        write!(f, "{who} may call {what} on {of}")?;
        for (i, (key, value)) in self.context.iter().enumerate() {
            let before = if i == 0 { " with" } else { "," };
            write!(f, "{before} {key} = {value}")?;
        }
        Ok(())
    }
}

/// A finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The guardrail's id.
    pub guardrail: String,
    /// How bad.
    pub severity: Severity,
    /// What it does to the run where it is violated.
    pub enforcement: Enforcement,
    /// Violated or undetermined (satisfied only in `checks`).
    pub outcome: Outcome,
    /// What is done with it.
    pub status: Status,
    /// Whether it makes the run exit with 1; never where somebody accepted it or it was there before.
    pub blocks: bool,
    /// Who accepted it: the waivers that cover it together.
    pub waived: Vec<Waived>,
    /// The resource that holds the wrong value.
    pub resource: Option<ResourceRef>,
    /// Further instances of the same block that are wrong in the same place for the same reason, by address.
    pub also: Vec<String>,
    /// The header of that resource, where inline waivers of the whole resource stand.
    pub resource_span: Option<Span>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where the wrong value stands.
    pub span: Span,
    /// What the caret says, if anything.
    pub label: Option<String>,
    /// The way of the value: what stands where.
    pub related: Vec<(String, Span)>,
    /// The case that it holds in, e.g. "IsProd is false"; `None`: always.
    pub when: Option<String>,
    /// Why it cannot be told; assumptions that the verdict hangs on.
    pub because: Vec<String>,
    /// Of what sort all these reasons are; `Other` where they are of several.
    pub cause: Cause,
    /// What would settle an undetermined finding.
    pub settle: Option<String>,
    /// The request that shows it.
    pub witness: Option<Witness>,
    /// How to mend it.
    pub fix: Option<String>,
    /// Whether the mend replaces the resource (images are lost): `None` where that cannot be told.
    pub replaces: Option<bool>,
    /// What makes it the same finding in another run; no lines.
    pub fingerprint: String,
    /// Principal accounts and action groups that an access finding is about, for waivers that accept just these.
    pub access: Option<Access>,
}

/// A waiver that covers a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day that it holds.
    pub until: Option<Date>,
    /// Whether it stands beside the code, in a comment or in a template's metadata, and not in the config.
    pub in_source: bool,
    /// Where it stands.
    pub span: Span,
}

/// What an access finding is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// The accounts outside that get in; `*` for anyone.
    pub accounts: Vec<String>,
    /// `pull`, `push`, `administer`.
    pub actions: Vec<String>,
}

impl Finding {
    /// Marks it as accepted: it blocks no more.
    pub fn waive(&mut self, waived: Vec<Waived>) {
        self.status = Status::Waived;
        self.blocks = false;
        self.waived = waived;
    }

    /// Path, line, column, id, address: the order of every report.
    pub fn order(&self, files: &Files) -> (Location, String, Option<ResourceRef>, Option<String>) {
        (
            files.location(self.span),
            self.guardrail.clone(),
            self.resource.clone(),
            self.when.clone(),
        )
    }
}

impl Severity {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}
