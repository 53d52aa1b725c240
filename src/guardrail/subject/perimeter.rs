//! Policies of organisations, and what watches an account, as targets.

use super::{Context, Entry, elsewhere, flag, list, object, placed, text};
use crate::guardrail::vocabulary::Subject;
use crate::iam::action;
use crate::iam::condition::{can_be_present, meant};
use crate::iam::document::{Document, Effect, PolicyKind, Problem, Statement, Word};
use crate::iam::kleene::Tri;
use crate::inventory::Resource;
use crate::value::{Kind, Place, Text, Unknown, Value};
use std::sync::Arc;

/// Characters of a policy of an organisation, by the largest limit of any source.
const LENGTH: usize = 10_240;

/// Kinds whose settings somebody has to watch.
const WATCHED: &[&str] = &[
    "repository",
    "registry_policy",
    "replication",
    "account_setting",
    "pull_through_rule",
    "creation_template",
];

pub(super) fn subjects(
    context: &Context<'_>,
    resource: &Resource,
    position: usize,
) -> Vec<Subject> {
    let here = (position, resource);
    let mut out: Vec<Subject> = match resource.kind.name {
        "organization_policy" => organization_policy(context, here).into_iter().collect(),
        _ => Vec::new(),
    };
    out.extend(account(context, here));
    out
}

fn organization_policy(context: &Context<'_>, here: (usize, &Resource)) -> Option<Subject> {
    let resource = here.1;
    let kind = match resource.field("type").as_str()? {
        "SERVICE_CONTROL_POLICY" => PolicyKind::ServiceControl,
        "RESOURCE_CONTROL_POLICY" => PolicyKind::ResourceControl,
        _ => return None,
    };
    let value = resource.field("policy");
    let (document, mut problems) = Document::read(&value, kind);
    problems.extend(refused(&document, kind, &value));
    let message = |p: &Problem| {
        let entry = ("message", text(p.message.clone(), &p.place));
        object(&p.place, vec![entry])
    };
    let at = problems.first().map_or(&value.place, |p| &p.place);
    let problems = match (problems.is_empty(), document.first_open()) {
        (true, Some(why)) => placed(Kind::Unknown(super::about(why)), &value.place),
        _ => list(problems.iter().map(message).collect(), at),
    };
    let entries: Vec<Entry> = vec![
        ("name", resource.field("name")),
        ("type", resource.field("type")),
        ("problems", problems),
        (
            "presigned_confined",
            flag(presigned_confined(context, resource), &value.place),
        ),
    ];
    context.subject(
        "organization_policy",
        here,
        &value.place,
        vec![("policy", entries)],
    )
}

/// What Organizations refuses besides IAM's grammar, and statements about ECR that cannot do what they are for. Source: the
/// Organizations User Guide, syntax of service control policies and of resource control policies.
fn refused(document: &Document, kind: PolicyKind, value: &Value) -> Vec<Problem> {
    let mut out = Vec::new();
    let mut say = |place: &Place, message: String| {
        out.push(Problem {
            message,
            place: place.clone(),
        });
    };
    let length = value
        .as_text()
        .and_then(Text::known)
        .map_or(0, |t| t.chars().count());
    if length > LENGTH {
        say(
            &value.place,
            format!("it is longer than {LENGTH} characters"),
        );
    }
    for statement in &document.statements {
        let principals = statement.principals.as_ref();
        if kind == PolicyKind::ServiceControl {
            if let Some(element) = principals {
                let message = "a service control policy has no Principal".to_owned();
                say(&element.place, message);
            }
        } else {
            for (place, message) in resource_control(statement) {
                say(&place, message.to_owned());
            }
        }
        if !speaks_of_ecr(statement) {
            continue;
        }
        for condition in &statement.conditions {
            let key = condition.key.to_lowercase();
            if let (Tri::False, Some(near)) = (can_be_present(&key), meant(&key)) {
                let message = format!(
                    "no request has the key `{}`: `{near}` is meant, perhaps",
                    condition.key
                );
                say(&condition.place, message);
            }
        }
    }
    out
}

/// Why a statement of a resource control policy is refused.
fn resource_control(statement: &Statement) -> Vec<(Place, &'static str)> {
    let mut out = Vec::new();
    if statement.effect == Effect::Allow {
        out.push((
            statement.place.clone(),
            "a resource control policy can only deny",
        ));
    }
    if let Some(element) = &statement.principals {
        let everyone = element
            .words
            .iter()
            .all(|(_, w)| w.known().is_none_or(|k| k == "*"));
        if element.negated || !everyone {
            let message = "the Principal of a resource control policy is `*`";
            out.push((element.place.clone(), message));
        }
    }
    if let Some(actions) = &statement.actions {
        if actions.negated {
            out.push((
                actions.place.clone(),
                "a resource control policy has no NotAction",
            ));
        }
        let whole = actions.words.iter().find(|w| w.known() == Some("*"));
        if let Some(word) = whole {
            let message =
                "a resource control policy names the service of each action: `*` alone is refused";
            out.push((word.place.clone(), message));
        }
    }
    out
}

fn speaks_of_ecr(statement: &Statement) -> bool {
    let words = statement.actions.iter().flat_map(|a| &a.words);
    words.into_iter().any(names_ecr)
}

fn names_ecr(word: &Word) -> bool {
    let prefix = word.text.known_prefix().to_ascii_lowercase();
    prefix.starts_with("ecr:") || prefix.starts_with("ecr*") || prefix.starts_with("ecr-public:")
}

/// Whether some service control policy of the code denies the URLs by which layers are fetched.
fn presigned_confined(context: &Context<'_>, resource: &Resource) -> Result<bool, Arc<Unknown>> {
    let mut doubt = None;
    let all = context
        .inventory
        .of_kind("organization_policy")
        .map(|(_, r)| r);
    for other in all.filter(|r| r.root == resource.root) {
        if other.field("type").as_str() != Some("SERVICE_CONTROL_POLICY") {
            continue;
        }
        let (document, _) = Document::read(&other.field("policy"), PolicyKind::ServiceControl);
        let denies = document
            .statements
            .iter()
            .filter(|s| s.effect == Effect::Deny);
        let words = denies
            .filter_map(|s| s.actions.as_ref())
            .filter(|a| !a.negated);
        let wanted = |p: &str| {
            let named = action::expand(p);
            named.iter().any(|a| a.name == "ecr:GetDownloadUrlForLayer")
        };
        if words
            .flat_map(|a| &a.words)
            .any(|w| w.known().is_some_and(wanted))
        {
            return Ok(true);
        }
        doubt = doubt.or_else(|| document.first_unknown().map(super::about));
    }
    doubt.map_or(Ok(false), Err)
}

/// The account, once for each root: at the first resource whose changes somebody has to watch.
fn account(context: &Context<'_>, here: (usize, &Resource)) -> Option<Subject> {
    let (position, resource) = here;
    let watched = |r: &Resource| r.root == resource.root && WATCHED.contains(&r.kind.name);
    let first = context.inventory.resources.iter().position(watched);
    if first != Some(position) {
        return None;
    }
    let place = &resource.raw.attributes.place;
    let entries = vec![("watched", flag(is_watched(context, resource), place))];
    context.subject("account", here, place, vec![("account", entries)])
}

/// Whether a rule of EventBridge or a trail sees the calls that change ECR. Where the code has neither, they may stand elsewhere.
fn is_watched(context: &Context<'_>, resource: &Resource) -> Result<bool, Arc<Unknown>> {
    let (mut seen, mut doubt) = (false, None);
    for (_, control) in context.inventory.of_kind("detective_control") {
        if control.root != resource.root {
            continue;
        }
        seen = true;
        let pattern = control.field("pattern");
        if pattern.is_null() {
            return Ok(true); // a trail records every management call
        }
        match shown(&pattern) {
            Some(text) if text.contains("ecr.amazonaws.com") || text.contains("aws.ecr") => {
                return Ok(true);
            }
            Some(_) => {}
            None => {
                doubt =
                    doubt.or_else(|| Some(super::why(&pattern, "the event pattern is not known")))
            }
        }
    }
    match (seen, doubt) {
        (_, Some(why)) => Err(why),
        (true, None) => Ok(false),
        (false, None) => Err(elsewhere(
            "the rules of EventBridge and the trails of the account",
        )),
    }
}

/// The texts of a pattern: it may be an object or JSON text.
fn shown(pattern: &Value) -> Option<String> {
    if let Some(text) = pattern.as_text() {
        return text.known().map(str::to_owned);
    }
    let mut out = String::new();
    collect(pattern, &mut out, 0)?;
    Some(out)
}

fn collect(value: &Value, out: &mut String, depth: usize) -> Option<()> {
    if depth > 16 || value.as_unknown().is_some() || value.more().is_some() {
        return None;
    }
    if let Some(text) = value.as_text() {
        out.push_str(text.known()?);
        out.push(' ');
    }
    let entries = match &value.kind {
        Kind::Mapping { entries, .. } => entries.values().cloned().collect(),
        _ => value.items(),
    };
    entries.iter().try_for_each(|v| collect(v, out, depth + 1))
}
