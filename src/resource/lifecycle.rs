//! Lifecycle policies: resources of their own, and what their documents say.
//! Sources: Terraform's aws_ecr_lifecycle_policy; in CloudFormation they stand inside AWS::ECR::Repository; the ECR user
//! guide's pages on lifecycle policies and their properties; messages of PutLifecyclePolicy, which checks a document against
//! a JSON schema (types, enumerations, no further keys) and then its rules against each other.

use super::document::{Unread, document};
use super::problem::Problem;
use super::symbols::{Symbol, symbols};
use super::{Default, Field, Kind, Shape};
use crate::value::{Kind as ValueKind, Place, Text, Unknown, Value};
use std::borrow::Cow;
use std::sync::Arc;

mod among;
mod rule;

/// The kinds of this room.
pub const KINDS: &[Kind] = &[Kind {
    name: "lifecycle_policy",
    terraform: &["aws_ecr_lifecycle_policy"],
    cloudformation: &[],
    fields: LIFECYCLE_POLICY,
}];

const LIFECYCLE_POLICY: &[Field] = &[
    Field::new(
        "repository",
        Shape::Text,
        ["repository", ""],
        Default::Null,
        "the name of the repository that it is of",
    ),
    Field::new(
        "policy",
        Shape::Any,
        ["policy", ""],
        Default::Null,
        "its document",
    ),
];

/// Characters of a document. Its minimum of 100 is not held against anybody: every rule takes more.
const LENGTH: usize = 30_720;
/// Rules of a document.
const RULES: usize = 50;

/// A lifecycle policy's document.
#[derive(Clone, Debug, std::default::Default)]
pub struct Policy {
    /// Its rules in the order in which they are written; those that are no objects are left out.
    pub rules: Vec<LifecycleRule>,
    /// Why ECR would refuse it.
    pub problems: Vec<Problem>,
    /// What the verdict on it hangs on, where there is no problem.
    pub unknown: Vec<Arc<Unknown>>,
}

/// A rule. A part that is left out is null at the place of the object that leaves it out; any part may be unknown.
#[derive(Clone, Debug)]
pub struct LifecycleRule {
    /// Its position, from 1.
    pub position: usize,
    /// The lowest is applied first.
    pub priority: Value,
    /// `tagged`, `untagged` or `any`.
    pub tag_status: Value,
    /// Patterns of tags; an image must have tags that match all of them.
    pub patterns: Value,
    /// Prefixes of tags; an image must have tags that begin with all of them.
    pub prefixes: Value,
    /// `standard` or `archive`; null: `standard`.
    pub storage_class: Value,
    /// `imageCountMoreThan`, `sinceImagePushed`, `sinceImagePulled` or `sinceImageTransitioned`.
    pub count_type: Value,
    /// `days`.
    pub unit: Value,
    /// How many images or days.
    pub number: Value,
    /// `expire` or `transition`.
    pub action: Value,
    /// `archive`, where the action is `transition`.
    pub target_storage_class: Value,
    /// Where it stands.
    pub place: Place,
}

impl LifecycleRule {
    /// The storage class whose images it takes, where it is known.
    fn class(&self) -> Option<&str> {
        match self.storage_class.is_null() {
            true => Some("standard"),
            false => self.storage_class.as_str(),
        }
    }
}

/// Reads and checks a document: an object or JSON text. Null: there is none.
pub fn lifecycle_policy(policy: &Value) -> Policy {
    let mut out = Policy::default();
    if policy.is_null() {
        return out;
    }
    if let Some(text) = policy.as_text()
        && compact_length(text) > LENGTH
    {
        let message = "it is longer than 30720 characters";
        out.problems.push(Problem::new(message, &policy.place));
        out.open(unread("a policy that is too long is not read"));
        return out;
    }
    let root = match document(policy) {
        Ok(root) => root,
        Err(Unread::Problem(problem)) => {
            out.problems.push(problem);
            return out;
        }
        Err(Unread::Unknown(unknown)) => {
            out.open(unknown);
            return out;
        }
    };
    let typed = policy.as_text().is_some();
    out.read_rules(&root, typed);
    among::check(&mut out);
    out
}

impl Policy {
    fn refuse(&mut self, message: impl Into<Cow<'static, str>>, at: &Value) {
        self.problems.push(Problem::new(message, &at.place));
    }

    /// Notes what the verdict hangs on, each reason once.
    fn open(&mut self, unknown: Arc<Unknown>) {
        if !self.unknown.iter().any(|u| u.reason == unknown.reason) {
            self.unknown.push(unknown);
        }
    }

    /// `typed`: it is JSON, so that a text is no number.
    fn read_rules(&mut self, root: &Value, typed: bool) {
        if !matches!(root.kind, ValueKind::Mapping { .. }) {
            return self.refuse("the policy is not an object", root);
        }
        let rules = match (root.get("rules"), root.more()) {
            (Some(rules), _) => rules,
            (None, Some(more)) => return self.open(more.clone()),
            (None, None) => return self.refuse("the policy has no `rules`", root),
        };
        match &rules.kind {
            ValueKind::Unknown(unknown) => return self.open(unknown.clone()),
            ValueKind::Sequence { more, .. } => {
                if let Some(more) = more {
                    self.open(more.clone());
                }
            }
            _ => return self.refuse("`rules` is not a list", &rules),
        }
        let items = rules.items();
        if let Some(rule) = items.get(RULES) {
            self.refuse(
                format!("{} rules; ECR takes at most {RULES}", items.len()),
                rule,
            );
            self.open(unread("the rules beyond those that ECR takes are not read"));
        }
        for (i, item) in items.iter().take(RULES).enumerate() {
            match &item.kind {
                ValueKind::Unknown(unknown) => self.open(unknown.clone()),
                ValueKind::Mapping { .. } => {
                    let rule = rule::read(self, i + 1, item, typed);
                    self.rules.push(rule);
                }
                _ => self.refuse("a rule is not an object", item),
            }
        }
    }
}

/// What ECR refuses for its size is not gone through: rules are compared with each other.
fn unread(reason: &str) -> Arc<Unknown> {
    Arc::new(Unknown::because(reason))
}

/// The least number of characters of the document without white space between its parts, which Terraform takes away.
fn compact_length(text: &Text) -> usize {
    let holes = text.known().is_none();
    let (mut inside, mut escaped, mut length) = (false, false, 0);
    for symbol in symbols(text) {
        let Symbol::Char(c) = symbol else {
            continue;
        };
        let space = c.is_ascii_whitespace() && (holes || !inside);
        length += usize::from(!space);
        inside ^= c == '"' && !escaped;
        escaped = c == '\\' && inside && !escaped;
    }
    length
}

#[cfg(test)]
mod tests;
