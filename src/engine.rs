//! A run from options to a report: what it is given and what comes out.

use crate::config::{Error, Profile, Undetermined};
use crate::diagnostic::{Diagnostic, Level};
use crate::finding::{Finding, Outcome, ResourceRef, Severity};
use crate::span::Files;
use crate::world::{Inputs, Target};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use crate::source::Plan;

mod cases;
mod chosen;
mod instances;
mod judged;
mod previous;
mod rules;
mod run;
mod secrets;
mod way;

pub use self::rules::Rules;
pub use self::run::{judge, run};

/// What `check` is asked to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// Files and directories as given on the command line; `-` is standard input.
    pub paths: Vec<String>,
    /// The text of standard input, where one of the paths is `-`.
    pub stdin: Option<String>,
    /// Plans that have been read for some of the paths, by path.
    pub plans: BTreeMap<String, Plan>,
    /// The directory of the code that the given plans were made of; `None`: what stands beside them.
    pub code: Option<String>,
    /// The template that is deployed now: what the given one replaces or no longer has is judged, too.
    pub previous: Option<String>,
    /// The config file; `None`: found upward from the input.
    pub config: Option<String>,
    /// Look for no config where none is named.
    pub no_config: bool,
    /// Directories of further guardrails.
    pub policies: Vec<String>,
    /// Variables, parameters and environment, already read.
    pub inputs: Inputs,
    /// Paths to leave out, as globs.
    pub exclude: Vec<String>,
    /// Judge only these guardrails; empty: all of the profile.
    pub only: Vec<String>,
    /// The profile; `None`: the config's.
    pub profile: Option<Profile>,
    /// From which severity on a violation blocks; `None`: the config's.
    pub fail_on: Option<Severity>,
    /// What an undetermined finding does; `None`: the config's, else it is shown, and blocks where a critical guardrail
    /// cannot be told on a plan.
    pub undetermined: Option<Undetermined>,
    /// Finding nothing to check is no error.
    pub allow_empty: bool,
    /// Fill [`Report::checks`].
    pub satisfied: bool,
    /// The day that waivers and `block_from` are compared with.
    pub today: jiff::civil::Date,
    /// The checkout that the paths lie in.
    pub checkout: Checkout,
}

/// The checkout of version control that a run takes place in, as far as known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// The commit that all of the input was checked out from.
    pub revision: Option<String>,
    /// The way from the root of the checkout to the current directory, with `/`; empty: it is the root, or in no checkout.
    pub directory: String,
}

impl Options {
    /// Checks these paths with every other setting left at its default.
    pub fn new(paths: Vec<String>, today: jiff::civil::Date) -> Self {
        Options {
            paths,
            stdin: None,
            plans: BTreeMap::new(),
            code: None,
            previous: None,
            config: None,
            no_config: false,
            policies: Vec::new(),
            inputs: Inputs::default(),
            exclude: Vec::new(),
            only: Vec::new(),
            profile: None,
            fail_on: None,
            undetermined: None,
            allow_empty: false,
            satisfied: false,
            today,
            checkout: Checkout::default(),
        }
    }
}

/// Why a run did not take place: mistakes in an option, the config or a guardrail. Exit code 2.
#[derive(Clone, Debug, Default)]
pub struct Failure {
    /// The texts that spans point into.
    pub files: Arc<Files>,
    /// The mistakes.
    pub mistakes: Vec<Error>,
}

impl From<Error> for Failure {
    /// A mistake without a place, or one whose text nobody has.
    fn from(mistake: Error) -> Self {
        Failure {
            files: Arc::default(),
            mistakes: vec![mistake],
        }
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The texts that spans point into.
    pub files: Arc<Files>,
    /// Violated and undetermined ones, sorted by path, line, column, guardrail.
    pub findings: Vec<Finding>,
    /// Every outcome, where [`Options::satisfied`] asks for them.
    pub checks: Vec<Check>,
    /// Problems with the input, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Guardrails that did not run, sorted by id.
    pub not_run: Vec<NotRun>,
    /// Totals.
    pub summary: Summary,
    /// Files that were left out: the reason and how many, sorted.
    pub skipped: Vec<(String, usize)>,
    /// What the verdicts rest on besides the code.
    pub run: RunInfo,
    /// The guardrails that ran, sorted by id.
    pub guardrails: Vec<GuardrailInfo>,
}

/// The outcome of one guardrail on one target.
#[derive(Clone, Debug)]
pub struct Check {
    /// The guardrail's id.
    pub guardrail: String,
    /// The resource that was judged.
    pub resource: Option<ResourceRef>,
    /// What it came to.
    pub outcome: Outcome,
}

/// A guardrail that did not run.
#[derive(Clone, Debug)]
pub struct NotRun {
    /// Its id.
    pub guardrail: String,
    /// What it lacks, e.g. "organization.id is not set".
    pub because: String,
}

/// Totals of a run.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Infrastructure code files read.
    pub files: usize,
    /// Files left out.
    pub skipped: usize,
    /// Resources that guardrails are about.
    pub resources: usize,
    /// Guardrails that ran.
    pub guardrails: usize,
    /// New violated findings.
    pub violated: usize,
    /// New undetermined findings.
    pub undetermined: usize,
    /// Findings that somebody accepted.
    pub waived: usize,
    /// Findings that were there before.
    pub baseline: usize,
}

/// What the verdicts of a run rest on besides the code.
#[derive(Clone, Debug, Default)]
pub struct RunInfo {
    /// The checkout that the input lies in.
    pub checkout: Checkout,
    /// The profile.
    pub profile: String,
    /// Guardrails newer than this only report.
    pub edition: Option<String>,
    /// Fingerprint of the config; `None`: there is none.
    pub config_sha256: Option<String>,
    /// Fingerprint of all guardrails.
    pub policies_sha256: String,
    /// Where the code is deployed, as far as known.
    pub target: Target,
}

/// What reports tell about a guardrail.
#[derive(Clone, Debug)]
pub struct GuardrailInfo {
    /// Its id.
    pub id: String,
    /// The bad pattern in one line.
    pub title: String,
    /// How bad a violation is.
    pub severity: Severity,
    /// Why it matters: Markdown.
    pub why: String,
    /// How to mend it.
    pub fix: Option<String>,
    /// Ids of the same control elsewhere.
    pub controls: Vec<String>,
    /// Addresses to read on.
    pub references: Vec<String>,
}

impl Report {
    /// Whether the job could not be done for some part of the input.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.level == Level::Error)
    }

    /// 2 if the job could not be done for some part of the input, else 1 if a finding blocks, else 0.
    pub fn exit_code(&self) -> u8 {
        if self.has_errors() {
            2
        } else {
            u8::from(self.findings.iter().any(|f| f.blocks))
        }
    }
}
