//! What holds for each guardrail in a run: whether it runs, how bad it is, what it blocks, its parameters.

use super::evaluate::ParameterValue;
use crate::finding::Severity;
use std::collections::BTreeMap;

/// The settings of one guardrail.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The severity that the config sets; it counts before every adjustment.
    pub severity: Option<Severity>,
    /// Every parameter with its value.
    pub parameters: BTreeMap<String, ParameterValue>,
}
