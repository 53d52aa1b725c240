//! Rules of a lifecycle policy among each other. ECR holds them to these for each storage class by itself.

use super::{LifecycleRule, Policy};
use crate::value::Value;
use std::collections::BTreeMap;

/// Checks priorities, `any` and `untagged` rules and prefixes.
pub(super) fn check(policy: &mut Policy) {
    let rules = std::mem::take(&mut policy.rules);
    priorities(policy, &rules);
    any_last(policy, &rules);
    one_untagged(policy, &rules);
    prefixes(policy, &rules);
    policy.rules = rules;
}

fn priorities(policy: &mut Policy, rules: &[LifecycleRule]) {
    let mut seen: BTreeMap<i64, usize> = BTreeMap::new();
    for rule in rules {
        let Some(priority) = rule.priority.as_i64() else {
            continue;
        };
        match seen.get(&priority) {
            Some(first) => {
                let message = format!("rule {first} has the priority {priority}, too");
                policy.refuse(message, &rule.priority);
            }
            None => {
                seen.insert(priority, rule.position);
            }
        }
    }
}

/// Whether both rules surely take images of one storage class.
fn same_class(a: &LifecycleRule, b: &LifecycleRule) -> bool {
    a.class().is_some() && a.class() == b.class()
}

fn any_last(policy: &mut Policy, rules: &[LifecycleRule]) {
    for rule in rules {
        if rule.tag_status.as_str() != Some("any") {
            continue;
        }
        let Some(priority) = rule.priority.as_i64() else {
            continue;
        };
        let later = (rules.iter())
            .filter(|other| same_class(rule, other))
            .find(|other| other.priority.as_i64().is_some_and(|p| p > priority));
        if let Some(later) = later {
            let message = format!(
                "the rule for `any` images must have the highest priority number; rule {} has a higher one",
                later.position
            );
            policy.refuse(message, &rule.priority);
        }
    }
}

fn one_untagged(policy: &mut Policy, rules: &[LifecycleRule]) {
    let untagged: Vec<&LifecycleRule> = (rules.iter())
        .filter(|r| r.tag_status.as_str() == Some("untagged"))
        .collect();
    for (i, rule) in untagged.iter().enumerate() {
        let first = untagged.iter().take(i).find(|r| same_class(r, rule));
        if let Some(first) = first {
            let message = format!("rule {} is for `untagged` images, too", first.position);
            policy.refuse(message, &rule.tag_status);
        }
    }
}

fn prefixes(policy: &mut Policy, rules: &[LifecycleRule]) {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for rule in rules {
        let Some(class) = rule.class() else {
            continue;
        };
        let items: Vec<Value> = rule.prefixes.items();
        for item in items {
            let Some(prefix) = item.as_str() else {
                continue;
            };
            let key = (class.to_owned(), prefix.to_owned());
            let first = *seen.entry(key).or_insert(rule.position);
            if first != rule.position {
                let message = format!("rule {first} has the prefix `{prefix}`, too");
                policy.refuse(message, &item);
            }
        }
    }
}
