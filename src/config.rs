//! What the user settles for the whole of a project: `ecr-guard.yaml`.

use schemars::JsonSchema;
use serde::Deserialize;

pub mod error;

pub use self::error::Error;

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
