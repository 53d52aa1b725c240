//! What the settings of a registry have to say about each other: which creation template covers a prefix, and which setting is
//! there twice.

use super::{Context, Entry, flag, list, part, text, why};
use crate::guardrail::vocabulary::Subject;
use crate::inventory::Resource;
use crate::value::{Kind, Text, Unknown, Value};
use std::sync::Arc;

type Known = Result<bool, Arc<Unknown>>;

/// Kinds of which an account and region have one.
const SINGLE: &[&str] = &[
    "registry_policy",
    "replication",
    "registry_scanning",
    "account_setting",
    "signing",
];

/// A setting of which a registry has only one, with the others of its sort.
pub(super) fn setting(context: &Context<'_>, here: (usize, &Resource)) -> Option<Subject> {
    let (position, resource) = here;
    if !SINGLE.contains(&resource.kind.name) {
        return None;
    }
    let place = &resource.raw.attributes.place;
    let name = resource.field("name");
    let same = |other: &Resource| match (name.as_str(), other.field("name").as_str()) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    let beside = context.inventory.beside(resource, resource.kind.name);
    let earlier = (beside.sure.iter()).filter(|(i, other)| *i < position && same(other));
    let others: Vec<Value> = earlier
        .map(|(_, other)| text(other.raw.address.clone(), place))
        .collect();
    let own = |r: &Resource| r.raw.address == resource.raw.address;
    let mut doubtful = beside.doubtful.iter().filter(|(r, _)| !own(r) && same(r));
    let doubt = match (others.is_empty(), doubtful.next()) {
        (true, Some((_, why))) => Err(why.clone()),
        (none, _) => Ok(!none),
    };
    let entries: Vec<Entry> = vec![
        ("kind", text(resource.kind.name, place)),
        ("duplicated", flag(doubt, place)),
        ("others", list(others, place)),
    ];
    context.subject("registry_setting", here, place, vec![("setting", entries)])
}

/// Whether a creation template of the registry of a resource, for a way in which repositories are made, covers a prefix. Where the
/// code has no template, they may stand elsewhere.
pub(super) fn has_template(
    context: &Context<'_>,
    resource: &Resource,
    prefix: &Value,
    way: &str,
) -> Known {
    let beside = context.inventory.beside(resource, "creation_template");
    let doubtful = beside.doubtful.iter().map(|(r, _)| *r);
    let sure = beside.sure.iter().map(|(_, r)| *r);
    let mut all = sure.clone().chain(doubtful).peekable();
    if all.peek().is_none() {
        return Err(elsewhere("the registry"));
    }
    match any(sure, prefix, way) {
        Ok(false) => match beside.doubtful.first() {
            Some((_, why)) => Err(why.clone()),
            None => Ok(false),
        },
        other => other,
    }
}

/// Whether the repositories that a replication rule makes get their settings from creation templates of each destination.
pub(super) fn is_carried(context: &Context<'_>, resource: &Resource, rule: &Value) -> Known {
    let mut doubt = None;
    let filters = part(rule, "filters");
    for destination in super::elements(&part(rule, "destinations")) {
        let region = part(&destination, "region");
        let there = |r: &Resource| {
            let account = part(&destination, "account");
            r.root == resource.root
                && same_text(&r.raw.region, &region) == Some(true)
                && same_text(&r.raw.account, &account) != Some(false)
        };
        let templates: Vec<&Resource> = (context.inventory.of_kind("creation_template"))
            .map(|(_, r)| r)
            .filter(|r| there(r))
            .collect();
        if templates.is_empty() {
            let name = region.said(region.as_str().unwrap_or("the destination"));
            doubt = doubt.or(Some(elsewhere(&name)));
            continue;
        }
        let root = Value::text("ROOT", rule.place.span);
        let mut prefixes: Vec<Value> = (super::elements(&filters).iter())
            .map(|f| part(f, "filter"))
            .collect();
        if prefixes.is_empty() {
            prefixes.push(root);
        }
        for prefix in &prefixes {
            match any(templates.iter().copied(), prefix, "REPLICATION") {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(why) => doubt = doubt.or(Some(why)),
            }
        }
    }
    doubt.map_or(Ok(true), Err)
}

fn elsewhere(registry: &str) -> Arc<Unknown> {
    super::elsewhere(&format!("the creation templates of {registry}"))
}

fn any<'a>(templates: impl Iterator<Item = &'a Resource>, prefix: &Value, way: &str) -> Known {
    let mut doubt = None;
    for template in templates {
        match covers(template, prefix, way) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(why) => doubt = doubt.or(Some(why)),
        }
    }
    doubt.map_or(Ok(false), Err)
}

/// Whether a template is for a way and covers a prefix: its own prefix ends before a slash.
fn covers(template: &Resource, prefix: &Value, way: &str) -> Known {
    let ways = template.field("applied_for");
    let named = super::elements(&ways);
    let open = named.iter().find_map(Value::first_unknown);
    if !named.iter().any(|w| w.as_str() == Some(way)) {
        return open.map_or(Ok(false), |why| Err(super::about(why)));
    }
    let own = template.field("prefix");
    if own.as_str() == Some("ROOT") || same_text(&own, prefix) == Some(true) {
        return Ok(true);
    }
    match (own.as_str(), prefix.as_str()) {
        (Some(own), Some(prefix)) => {
            let own = own.trim_end_matches('/');
            let prefix = prefix.trim_end_matches('/');
            let below = prefix.strip_prefix(own);
            Ok(below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        }
        (None, _) => Err(why(&own, "the template's prefix is not known")),
        (_, None) => Err(why(prefix, "the prefix is not known")),
    }
}

/// Whether two values are the same text; `None`: it cannot be told.
pub(super) fn same_text(a: &Value, b: &Value) -> Option<bool> {
    if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
        return Some(a == b);
    }
    let hole = |v: &Value| match &v.kind {
        Kind::Unknown(why) => Some(why.clone()),
        Kind::String(text) => lone(text),
        _ => None,
    };
    match (hole(a), hole(b)) {
        (Some(a), Some(b)) if a.is_same(&b) => Some(true),
        // the ids of two resources of the code
        (Some(a), Some(b)) => match (&a.source, &b.source) {
            (Some(a), Some(b)) if a == b && !a.0.contains('*') => Some(true),
            (Some(a), Some(b)) if a.1 == b.1 && !a.0.contains('*') && !b.0.contains('*') => {
                Some(false)
            }
            _ => None,
        },
        _ => None,
    }
}

fn lone(text: &Text) -> Option<Arc<Unknown>> {
    match text.parts() {
        [crate::value::Part::Hole(why)] => Some(why.clone()),
        _ => None,
    }
}
