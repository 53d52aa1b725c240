//! What controls spare, and whom they are for: conditions that somebody of the organisation sets, such as tags.

use super::Control;
use crate::iam::condition::{Base, Operator, spelling};
use crate::iam::document::{Condition, Effect, Statement};
use crate::iam::facts;
use serde_json::{Value as Json, json};

/// Conditions of requests that a question is not about, and the words for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Exempt {
    pub(super) spared: Vec<Json>,
    pub(super) except: Vec<String>,
    pub(super) only_for: Vec<String>,
}

/// Whether a statement speaks of an action of ECR.
pub(super) fn is_about_ecr(statement: &Statement) -> bool {
    let open = (statement.actions.iter().flat_map(|a| &a.words)).any(|w| w.known().is_none());
    open || facts::actions(statement)
        .iter()
        .any(|a| a.name.starts_with("ecr:"))
}

/// What the statements of controls that serve an objective spare by keys of a sort.
pub(super) fn of(
    controls: &[&Control],
    serves: impl Fn(&Statement) -> bool,
    is_ours: impl Fn(&str) -> bool,
) -> Exempt {
    let mut out = Exempt::default();
    for control in controls {
        for statement in control.document.statements.iter().filter(|s| serves(s)) {
            for condition in &statement.conditions {
                let key = condition.key.to_lowercase();
                if is_ours(&key) {
                    let secret = control.document.sensitive;
                    out.take(condition, &key, (statement.effect == Effect::Deny, secret));
                }
            }
        }
    }
    out
}

impl Exempt {
    /// A Deny does not reach whom a negated operator names, and reaches only whom a positive one does; an Allow that asks for
    /// a tag is for those who have it.
    fn take(&mut self, condition: &Condition, key: &str, (deny, secret): (bool, bool)) {
        let Some(operator) = Operator::parse(&condition.operator) else {
            return;
        };
        let values: Option<Vec<&str>> = condition.values.iter().map(|w| w.known()).collect();
        let Some(values) = values else {
            return;
        };
        let name = spelling(key);
        let shown = match secret {
            true => format!("{name} is (sensitive) {}", self.spared.len() + 1),
            false => format!("{name} is {}", values.join(" or ")),
        };
        match (operator.base, deny) {
            (Base::Bool, true) => {
                let other = if values == ["false"] { "true" } else { "false" };
                self.spare(json!({"Bool": {key: other}}), format!("{name} is {other}"));
            }
            (Base::Null, true) if values == ["true"] => {
                self.spare(json!({"Null": {key: "false"}}), format!("{name} is there"));
            }
            (Base::Null, true) => {
                self.only(json!({"Null": {key: "true"}}), format!("{name} is there"));
            }
            (base, _) => {
                let Some((positive, negative)) = words(base) else {
                    return;
                };
                match (deny, operator.negated) {
                    (true, true) | (false, false) => {
                        self.spare(json!({positive: {key: values}}), shown)
                    }
                    (true, false) => self.only(json!({negative: {key: values}}), shown),
                    (false, true) => {}
                }
            }
        }
    }

    fn spare(&mut self, condition: Json, words: String) {
        if !self.except.contains(&words) {
            self.spared.push(condition);
            self.except.push(words);
        }
    }

    fn only(&mut self, condition: Json, words: String) {
        if !self.only_for.contains(&words) {
            self.spared.push(condition);
            self.only_for.push(words);
        }
    }
}

/// The positive and the negated operator.
fn words(base: Base) -> Option<(&'static str, &'static str)> {
    match base {
        Base::Equals => Some(("StringEquals", "StringNotEquals")),
        Base::EqualsIgnoreCase => Some(("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")),
        Base::Like => Some(("StringLike", "StringNotLike")),
        Base::Arn => Some(("ArnLike", "ArnNotLike")),
        _ => None,
    }
}

/// The known values of a key in conditions of statements about ECR.
pub(super) fn values(controls: &[&Control], key: &str) -> Vec<String> {
    let mut out = Vec::new();
    for control in controls {
        let statements = control
            .document
            .statements
            .iter()
            .filter(|s| is_about_ecr(s));
        let conditions = statements.flat_map(|s| &s.conditions);
        for condition in conditions.filter(|c| c.key.eq_ignore_ascii_case(key)) {
            out.extend(
                condition
                    .values
                    .iter()
                    .filter_map(|w| w.known().map(str::to_owned)),
            );
        }
    }
    out.sort();
    out.dedup();
    out
}
