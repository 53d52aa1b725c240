//! Plain data about the surroundings of the code: where it is deployed, who the organisation is, what exists outside it,
//! and what the user gave as inputs. Nothing here reads a file.

use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub mod region;

/// Everything that verdicts rest on besides the code itself.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Where the code is deployed, as far as known.
    pub target: Target,
    /// The organisations, one per partition; empty where the config names none.
    pub organizations: Vec<Organization>,
    /// What stands outside the code.
    pub existing: Existing,
    /// What was given on the command line and in the environment.
    pub inputs: Inputs,
    /// What other stacks of the input export.
    pub exports: Vec<Export>,
}

/// An export of a stack: an output that other stacks of the same account and region take by `Fn::ImportValue`.
#[derive(Clone, Debug)]
pub struct Export {
    /// Unique in an account and region.
    pub name: String,
    /// The output's value.
    pub value: Value,
    /// The account and the region of the stack, where known.
    pub target: (Option<String>, Option<String>),
}

impl World {
    /// The organisation of a partition (the target's where `None`): the entry that names it, else the one that names none.
    pub fn organization(&self, partition: Option<&str>) -> Option<&Organization> {
        let partition = partition.or(self.target.partition.as_deref());
        let named = |o: &&Organization| partition.is_some() && o.partition.as_deref() == partition;
        let open = |o: &&Organization| o.partition.is_none();
        let only = || match self.organizations.as_slice() {
            [one] if partition.is_none() => Some(one),
            _ => None,
        };
        (self.organizations.iter().find(named))
            .or_else(|| self.organizations.iter().find(open))
            .or_else(only)
    }
}

/// Where the code is deployed; `None` is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Twelve digits.
    pub account: Option<String>,
    /// e.g. `us-east-1`.
    pub region: Option<String>,
    /// e.g. `aws`, `aws-us-gov`; follows from the region where that is known.
    pub partition: Option<String>,
}

/// Whether a text is an account id: twelve digits.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The organisation whose guardrails these are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    /// The partition this entry is for; `None`: any.
    pub partition: Option<String>,
    /// `o-…`.
    pub id: Option<String>,
    /// Own accounts; exhaustive where given. They may be many, and much is judged by them.
    pub accounts: Option<Arc<BTreeSet<String>>>,
    /// Accounts outside that are trusted, with the reason.
    pub trusted_accounts: BTreeMap<String, String>,
    /// Regions that may hold images.
    pub regions: Option<Vec<String>>,
    /// Upstream registries that may be cached.
    pub upstream_registries: Option<Vec<String>>,
    /// Expected networks.
    pub networks: Networks,
}

/// Networks that the organisation calls its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks {
    /// Public address ranges in CIDR form.
    pub cidrs: Vec<String>,
    /// `vpc-…`
    pub vpcs: Vec<String>,
    /// `vpce-…`
    pub vpc_endpoints: Vec<String>,
}

/// What stands outside the code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Existing {
    /// `V1` or `V2`.
    pub policy_scope: Option<String>,
    /// Registry scanning: `enhanced`, `on_push` or `none`.
    pub scanning: Option<String>,
    /// The registry policy's text with the path that it was read from.
    pub registry_policy: Option<(String, String)>,
    /// The service control policies that bind the target's account: texts with their paths.
    pub service_control_policies: Vec<(String, String)>,
    /// The resource control policies that bind it: texts with their paths.
    pub resource_control_policies: Vec<(String, String)>,
}

/// What the user gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// `--var` and `--var-file` in the order of the command line.
    pub variables: Vec<VariableInput>,
    /// `TF_VAR_name` of the environment.
    pub environment: BTreeMap<String, String>,
    /// Texts of `--parameters` files with their paths, in order.
    pub parameters: Vec<(String, String)>,
    /// `TF_WORKSPACE`.
    pub workspace: Option<String>,
}

/// One `--var` or `--var-file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableInput {
    /// `--var NAME=VALUE`
    Value {
        /// The variable.
        name: String,
        /// Its raw text.
        value: String,
    },
    /// `--var-file FILE`, already read.
    File {
        /// As given.
        path: String,
        /// Its text.
        text: String,
    },
}
