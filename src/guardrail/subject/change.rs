//! What a deployment does with a resource, as a target: whether it is replaced or destroyed, what would keep it, and which
//! protections go.

use super::{Context, Entry, flag, null, text, texts};
use crate::guardrail::vocabulary::Subject;
use crate::inventory::Resource;
use crate::raw::{Action, Change, Form};
use crate::value::{Place, Unknown, Value};
use std::sync::Arc;

mod deny;
mod loss;
mod rules;

use self::loss::Losses;

pub(super) fn subjects(
    context: &Context<'_>,
    resource: &Resource,
    position: usize,
) -> Vec<Subject> {
    let form = context.inventory.roots.get(resource.root).map(|r| r.form);
    let form = form.unwrap_or_default();
    let change = resource.raw.change.as_deref();
    let told = change.is_some() || form == Form::Plan;
    let holds_images = ["repository", "public_repository"].contains(&resource.kind.name);
    let says_what_it_keeps = holds_images && form == Form::CloudFormation;
    if !told && !says_what_it_keeps {
        return Vec::new();
    }
    let place = Place::at(resource.raw.span);
    let losses = loss::of(context, resource, position);
    let entries = entries(resource, form, told, losses, &place);
    let here = (position, resource);
    let subject = context.subject("change", here, &place, vec![("change", entries)]);
    subject.into_iter().collect()
}

fn entries(
    resource: &Resource,
    form: Form,
    told: bool,
    losses: Losses,
    place: &Place,
) -> Vec<Entry> {
    let change = resource.raw.change.as_deref();
    let silent = || {
        Arc::new(Unknown::because(
            "the plan does not tell what is done with it",
        ))
    };
    let (replaced, deleted) = match change {
        Some(change) => (replaced(change), deleted(change)),
        None if told => (Err(silent()), Err(silent())),
        None => (Ok(false), Ok(false)),
    };
    let policies = ["DeletionPolicy", "UpdateReplacePolicy"];
    let [on_delete, on_replace] = policies.map(|p| policy(resource, form, p, place));
    let fate = fate(change, &replaced, &deleted, &on_delete, &on_replace);
    vec![
        ("kind", text(resource.kind.name, place)),
        ("name", name(resource, place)),
        ("told", flag(Ok(told), place)),
        ("replaced", flag(replaced, place)),
        ("forced_by", forced_by(resource, place)),
        ("deleted", flag(deleted, place)),
        ("deletion_policy", on_delete),
        ("update_replace_policy", on_replace),
        ("fate", text(fate, place)),
        ("losses", losses.field(place)),
    ]
}

fn replaced(change: &Change) -> Result<bool, Arc<Unknown>> {
    match (change.action, &change.doubt) {
        (Action::Replace, None) => Ok(true),
        (Action::Replace, Some(why)) => Err(why.clone()),
        (Action::Delete, Some(why)) if !change.forced_by.is_empty() => Err(why.clone()),
        _ => Ok(false),
    }
}

fn deleted(change: &Change) -> Result<bool, Arc<Unknown>> {
    match (change.action, &change.doubt) {
        (Action::Delete, None) => Ok(true),
        (Action::Delete, Some(why)) => Err(why.clone()),
        _ => Ok(false),
    }
}

/// The name that it had, as images are pulled by it; the address of what has none.
fn name(resource: &Resource, place: &Place) -> Value {
    let before = resource.field_before("name").filter(|n| !n.is_null());
    let name = before.unwrap_or_else(|| resource.field("name"));
    match name.is_null() {
        true => text(resource.raw.address.clone(), place),
        false => name,
    }
}

/// The attributes that force a replacement, at the place of the first one as it is now.
fn forced_by(resource: &Resource, place: &Place) -> Value {
    let ways = resource.raw.change.iter().flat_map(|c| &c.forced_by);
    let first = ways
        .clone()
        .next()
        .map(|way| way.last(&resource.raw.attributes));
    let whole = resource.raw.attributes.place.span;
    let at = first.filter(|v| v.place.span != whole).map(|v| v.place);
    texts(
        ways.map(ToString::to_string).collect(),
        at.as_ref().unwrap_or(place),
    )
}

/// A policy of CloudFormation about what it lets go of: of what goes, the one that it had. A template that says none has
/// `Delete`; what is no template says nothing.
fn policy(resource: &Resource, form: Form, name: &str, place: &Place) -> Value {
    let change = resource.raw.change.as_ref().filter(|_| resource.is_gone());
    let meta = change.map_or(&resource.raw.meta, |c| &c.meta);
    match meta.get(name) {
        Some(value) => value.clone(),
        None if form == Form::CloudFormation => text("Delete", place),
        None => null(place),
    }
}

/// What becomes of it, in words.
fn fate(
    change: Option<&Change>,
    replaced: &Result<bool, Arc<Unknown>>,
    deleted: &Result<bool, Arc<Unknown>>,
    on_delete: &Value,
    on_replace: &Value,
) -> String {
    let because = change.and_then(|c| c.because.as_deref());
    if matches!(deleted, Ok(true)) {
        let because = because.map(|b| format!(", as {b}")).unwrap_or_default();
        return format!("is destroyed{because}");
    }
    if matches!(replaced, Ok(true)) {
        let ways: Vec<String> = (change.iter().flat_map(|c| &c.forced_by))
            .map(|way| format!("`{way}`"))
            .collect();
        let why = match (ways.as_slice(), because) {
            ([], None) => String::new(),
            ([], Some(because)) => format!(", as {because}"),
            ([way], _) => format!(", as {way} changes"),
            (_, _) => format!(", as {} change", ways.join(" and ")),
        };
        return format!("is destroyed and made again{why}");
    }
    let retains = |v: &Value| v.as_str().is_some_and(|p| p.starts_with("Retain"));
    match (on_delete.is_null(), retains(on_delete), retains(on_replace)) {
        (true, ..) | (_, true, true) => String::new(),
        (_, false, _) => "is deleted when the stack goes or no longer has it".to_owned(),
        (_, true, false) => "is deleted when a change replaces it".to_owned(),
    }
}
