//! Lifecycle policies and their rules as targets.

use super::{Context, Entry, flag, list, null, number, placed, problems, text};
use crate::guardrail::vocabulary::Subject;
use crate::inventory::Resource;
use crate::resource::glob;
use crate::resource::lifecycle::{LifecycleRule, Policy, lifecycle_policy};
use crate::value::{Kind, Piece, Place, Text, Type, Unknown, Value};
use std::sync::Arc;

/// The policy in a field of a resource, and its rules.
pub(super) fn subjects(
    context: &Context<'_>,
    here: (usize, &Resource),
    field: &str,
) -> Vec<Subject> {
    let value = here.1.field(field);
    if value.is_null() {
        return Vec::new();
    }
    let policy = lifecycle_policy(&value);
    let whole = || vec![("lifecycle", entries(&policy, &value.place))];
    let mut out = Vec::new();
    out.extend(context.subject("lifecycle_policy", here, &value.place, whole()));
    for rule in &policy.rules {
        let mut variables = vec![("rule", of_rule(&policy, rule))];
        variables.extend(whole());
        out.extend(context.subject("lifecycle_rule", here, &rule.place, variables));
    }
    out
}

fn entries(policy: &Policy, place: &Place) -> Vec<Entry> {
    let untagged = |r: &LifecycleRule| status(r, &["untagged", "any"]);
    let tagged = |r: &LifecycleRule| match status(r, &["any"]) {
        Ok(false) => status(r, &["tagged"]).and_then(|t| Ok(t && takes_all(r)?)),
        other => other,
    };
    vec![
        (
            "problems",
            problems(&policy.problems, &policy.unknown, place),
        ),
        (
            "expires_untagged",
            flag(some_expires(policy, untagged), place),
        ),
        ("expires_tagged", flag(some_expires(policy, tagged), place)),
        ("tagged_days", tagged_days(policy, tagged, place)),
    ]
}

type Known = Result<bool, Arc<Unknown>>;

fn known<'v>(value: &'v Value, otherwise: &str) -> Result<&'v str, Arc<Unknown>> {
    value.as_str().ok_or_else(|| super::why(value, otherwise))
}

fn status(rule: &LifecycleRule, wanted: &[&str]) -> Known {
    known(&rule.tag_status, "the rule's tagStatus is not known").map(|s| wanted.contains(&s))
}

fn expires(rule: &LifecycleRule) -> Known {
    let action = known(&rule.action, "the rule's action is not known")?;
    // what is archived is kept
    Ok(action == "expire")
}

/// Whether a rule of tagged images takes every tag.
fn takes_all(rule: &LifecycleRule) -> Known {
    let patterns = patterns(rule)?;
    Ok(patterns.iter().all(|p| p.bytes().all(|b| b == b'*')))
}

/// The patterns that the tags of an image have to match, all of them.
fn patterns(rule: &LifecycleRule) -> Result<Vec<String>, Arc<Unknown>> {
    let mut out = Vec::new();
    for (list, prefix) in [(&rule.patterns, false), (&rule.prefixes, true)] {
        if let Some(why) = list.more() {
            return Err(why.clone());
        }
        if let Kind::Unknown(why) = &list.kind {
            return Err(why.clone());
        }
        for item in list.items() {
            let text = known(&item, "a pattern of tags is not known")?;
            out.push(if prefix {
                format!("{text}*")
            } else {
                text.to_owned()
            });
        }
    }
    Ok(out)
}

/// Whether some rule expires what `about` says; unknown rules may.
fn some_expires(policy: &Policy, about: impl Fn(&LifecycleRule) -> Known) -> Known {
    let mut doubt = policy.unknown.first().cloned();
    for rule in &policy.rules {
        match (expires(rule), about(rule)) {
            (Ok(true), Ok(true)) => return Ok(true),
            (Ok(false), _) | (_, Ok(false)) => {}
            (Err(why), _) | (_, Err(why)) => doubt = doubt.or(Some(why)),
        }
    }
    doubt.map_or(Ok(false), Err)
}

/// The least number of days after which all tagged images expire; null where no rule counts days.
fn tagged_days(policy: &Policy, tagged: impl Fn(&LifecycleRule) -> Known, place: &Place) -> Value {
    let mut least: Option<Value> = None;
    for rule in &policy.rules {
        let by_days = rule.count_type.as_str() == Some("sinceImagePushed");
        if !by_days || !matches!((expires(rule), tagged(rule)), (Ok(true), Ok(true))) {
            continue;
        }
        if rule.number.as_unknown().is_some() {
            return rule.number.clone();
        }
        let less = least
            .as_ref()
            .is_none_or(|l| rule.number.as_i64() < l.as_i64());
        if less {
            least = Some(rule.number.clone());
        }
    }
    least.unwrap_or_else(|| null(place))
}

fn of_rule(policy: &Policy, rule: &LifecycleRule) -> Vec<Entry> {
    let place = &rule.place;
    let taken = taken_by(policy, rule);
    let first = taken.as_ref().ok().copied().flatten();
    vec![
        ("number", number(rule.position, place)),
        ("priority", rule.priority.clone()),
        ("tag_status", rule.tag_status.clone()),
        ("action", rule.action.clone()),
        ("takes", takes(rule)),
        ("keeps", keeps(rule)),
        (
            "unreachable",
            flag(taken.map(|t| t.is_some()), &rule.priority.place),
        ),
        (
            "taken_by",
            first.map_or_else(|| null(place), |n| number(n, place)),
        ),
    ]
}

/// How many of the newest images stay; null where the rule counts days.
fn keeps(rule: &LifecycleRule) -> Value {
    match rule.count_type.as_str() {
        Some("imageCountMoreThan") => rule.number.clone(),
        Some(_) => null(&rule.place),
        None => rule.count_type.clone(),
    }
}

/// Patterns of the tags of images that a rule takes: `*` for all; none for a rule of untagged images.
fn takes(rule: &LifecycleRule) -> Value {
    let place = if rule.patterns.is_null() {
        &rule.prefixes.place
    } else {
        &rule.patterns.place
    };
    let unknown = |why: &Arc<Unknown>| placed(Kind::Unknown(super::about(why)), place);
    match rule.tag_status.as_str() {
        Some("any") => list(
            vec![text("*", &rule.tag_status.place)],
            &rule.tag_status.place,
        ),
        Some("untagged") => list(Vec::new(), place),
        Some(_) => match patterns(rule) {
            Ok(found) => list(
                found.iter().map(|p| text(p.clone(), place)).collect(),
                place,
            ),
            Err(why) => unknown(&why),
        },
        None => unknown(&super::why(
            &rule.tag_status,
            "the rule's tagStatus is not known",
        )),
    }
}

/// The rule that takes all images of another one first: an image that a rule's tags fit is left to that rule. Source: the ECR user
/// guide, lifecycle policy evaluation rules.
fn taken_by(policy: &Policy, rule: &LifecycleRule) -> Result<Option<usize>, Arc<Unknown>> {
    let mut doubt = None;
    for other in policy.rules.iter().filter(|o| o.position != rule.position) {
        match takes_all_of(other, rule) {
            Ok(true) => return Ok(Some(other.position)),
            Ok(false) => {}
            Err(why) => doubt = doubt.or(Some(why)),
        }
    }
    doubt.map_or(Ok(None), Err)
}

fn takes_all_of(first: &LifecycleRule, rule: &LifecycleRule) -> Known {
    let number = |r: &LifecycleRule| {
        let priority = r.priority.as_i64();
        priority.ok_or_else(|| super::why(&r.priority, "the rule's priority is not known"))
    };
    let class = |r: &LifecycleRule| match r.storage_class.is_null() {
        true => Ok("standard".to_owned()),
        false => {
            known(&r.storage_class, "the rule's storage class is not known").map(str::to_owned)
        }
    };
    if class(first)? != class(rule)? {
        return Ok(false);
    }
    let covers = match (
        known(&first.tag_status, "the rule's tagStatus is not known")?,
        known(&rule.tag_status, "the rule's tagStatus is not known")?,
    ) {
        ("any", _) => true,
        ("tagged", "tagged") => {
            let (wide, narrow) = (patterns(first)?, patterns(rule)?);
            !wide.is_empty() && wide.iter().all(|w| narrow.iter().any(|n| within(n, w)))
        }
        _ => false,
    };
    Ok(covers && number(first)? < number(rule)?)
}

/// Whether every tag that fits a pattern fits a wider one.
fn within(narrow: &str, wide: &str) -> bool {
    let any = Arc::new(Unknown::because("any").of(Type::String));
    let mut pieces = Vec::new();
    for (i, piece) in narrow.split('*').enumerate() {
        if i > 0 {
            pieces.push(Piece::Hole(any.clone()));
        }
        pieces.push(Piece::Lit(piece, None));
    }
    glob::matches(wide, &Text::of(pieces)) == Some(true)
}
