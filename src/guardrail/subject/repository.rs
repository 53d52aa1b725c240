//! Repositories, creation templates and lifecycle policies as targets.

use super::{
    Context, Entry, existing, flag, lifecycle, list, made, null, object, part, placed, text, why,
};
use crate::guardrail::vocabulary::Subject;
use crate::inventory::{Attached, Resource};
use crate::resource::problem::Verdict;
use crate::resource::{glob, name, scanning};
use crate::value::{Kind, Unknown, Value};
use std::sync::Arc;

pub(super) fn subjects(
    context: &Context<'_>,
    resource: &Resource,
    position: usize,
) -> Vec<Subject> {
    let here = (position, resource);
    let place = &resource.raw.attributes.place;
    let judge = |target: &str, variable: &'static str, entries: Vec<Entry>| {
        context.subject(target, here, place, vec![(variable, entries)])
    };
    match resource.kind.name {
        "repository" => {
            let repository = judge("repository", "repository", repository(context, here));
            repository
                .into_iter()
                .chain(lifecycle::subjects(context, here, "lifecycle_policy"))
                .collect()
        }
        "public_repository" => {
            let entries = vec![
                ("name", resource.field("name")),
                ("tags", resource.field("tags")),
            ];
            judge("public_repository", "repository", entries)
                .into_iter()
                .collect()
        }
        "creation_template" => {
            let template = judge("creation_template", "template", template(resource));
            template
                .into_iter()
                .chain(lifecycle::subjects(context, here, "lifecycle_policy"))
                .collect()
        }
        "lifecycle_policy" => lifecycle::subjects(context, here, "policy"),
        _ => Vec::new(),
    }
}

fn repository(context: &Context<'_>, (position, resource): (usize, &Resource)) -> Vec<Entry> {
    let name = resource.field("name");
    let mut entries = settings(resource);
    entries.extend([
        ("name_problem", name_problem(&name)),
        ("scan_on_push", resource.field("scan_on_push")),
        ("scanned", scanned(context, resource)),
        ("scan_note", scan_note(context, resource)),
        ("force_delete", resource.field("force_delete")),
        (
            "has_lifecycle_policy",
            has_lifecycle_policy(context, position, resource),
        ),
        ("made_by", made::by(resource, &name.place)),
        ("tags", resource.field("tags")),
        ("name", name),
    ]);
    entries
}

fn template(resource: &Resource) -> Vec<Entry> {
    let lifecycle = resource.field("lifecycle_policy");
    let mut entries = settings(resource);
    entries.extend([
        ("prefix", resource.field("prefix")),
        ("applied_for", resource.field("applied_for")),
        (
            "has_lifecycle_policy",
            flag(is_given(&lifecycle), &lifecycle.place),
        ),
        ("role", resource.field("role")),
        ("tags", resource.field("tags")),
    ]);
    entries
}

/// What repositories and creation templates have in common.
fn settings(resource: &Resource) -> Vec<Entry> {
    let key = resource.field("kms_key");
    vec![
        ("tag_mutability", resource.field("tag_mutability")),
        (
            "exclusion_filters",
            exclusion_filters(&resource.field("exclusion_filters")),
        ),
        ("encryption_type", resource.field("encryption_type")),
        ("customer_key", flag(is_customer_key(&key), &key.place)),
        ("kms_key", key),
    ]
}

fn exclusion_filters(filters: &Value) -> Value {
    if filters.as_unknown().is_some() {
        return filters.clone();
    }
    let items = filters.items().into_iter().map(|item| {
        let filter = part(&item, "filter");
        let every = scanning::takes_every_tag(&filter);
        let every = every.ok_or_else(|| why(&filter, "the filter is not known"));
        let place = filter.place.clone();
        object(
            &item.place,
            vec![("takes_every_tag", flag(every, &place)), ("filter", filter)],
        )
    });
    let mut out = list(items.collect(), &filters.place);
    if let Kind::Sequence { more, .. } = &mut out.kind {
        *more = filters.more().cloned();
    }
    out
}

/// Whether a key of the customer is named: any but the AWS managed key of ECR.
fn is_customer_key(key: &Value) -> Result<bool, Arc<Unknown>> {
    let managed = |k: &str| k == "alias/aws/ecr" || k.ends_with(":alias/aws/ecr") || k.is_empty();
    if key.is_null() {
        return Ok(false);
    }
    if let Some(known) = key.as_str() {
        return Ok(!managed(known));
    }
    if is_made_here(key) {
        return Ok(true);
    }
    let may_be_managed =
        |text| ["alias/aws/ecr", "arn:*:alias/aws/ecr"].map(|pattern| glob::matches(pattern, text));
    match key.as_text().map(may_be_managed) {
        Some([Some(false), Some(false)]) => Ok(true),
        Some([Some(true), _] | [_, Some(true)]) => Ok(false),
        _ => Err(why(key, "the key is not known")),
    }
}

/// A key that the same code makes: its id is not known, but it is the customer's, as the AWS managed key can only come
/// from a data source.
fn is_made_here(key: &Value) -> bool {
    let source = key.as_unknown().and_then(|u| u.source.as_ref());
    let addresses = (key.place.references()).chain(source.map(|(a, b)| (&**a, &**b)));
    let data = |address: &str| address.starts_with("data.") || address.contains(".data.");
    addresses.into_iter().any(|(address, _)| !data(address))
}

fn name_problem(name: &Value) -> Value {
    let place = &name.place;
    if name.is_null() {
        return null(place);
    }
    match name::repository_name(name) {
        Verdict::Valid => null(place),
        Verdict::Invalid(why) => text(why, place),
        Verdict::Unknown(u) => placed(Kind::Unknown(super::about(&u)), place),
    }
}

/// Whether new images are scanned. Where the registry's scanning configuration is known, its rules count; with ENHANCED
/// only they do. Source: the ECR user guide on image scanning.
pub(super) fn scanned(context: &Context<'_>, resource: &Resource) -> Value {
    let own = resource.field("scan_on_push");
    let own_flag = match &own.kind {
        Kind::Bool(b) => Ok(*b),
        _ => Err(why(&own, "the flag is neither true nor false")),
    };
    let beside = context.inventory.beside(resource, "registry_scanning");
    let mut answers: Vec<_> = (beside.sure.iter())
        .map(|(_, registry)| by_registry(registry, resource, own_flag.clone()))
        .collect();
    if answers.is_empty() {
        answers.push(match context.world.existing.scanning.as_deref() {
            Some("enhanced" | "on_push") if existing::covers(context.world, resource) => Ok(true),
            // `none`: the registry has no rule, so that the repository's own flag decides
            _ => own_flag.clone(),
        });
        let doubtful = beside.doubtful.iter();
        answers.extend(doubtful.map(|(r, _)| by_registry(r, resource, own_flag.clone())));
    }
    let doubt = beside.doubtful.first().map(|(_, why)| why.clone());
    flag(agreed(answers, doubt), &own.place)
}

/// What is to be said besides where it is not scanned though its own flag is on.
fn scan_note(context: &Context<'_>, resource: &Resource) -> Value {
    let own = resource.field("scan_on_push");
    let beside = context.inventory.beside(resource, "registry_scanning");
    let enhanced = |(_, r): &(usize, &Resource)| r.field("scan_type").as_str() == Some("ENHANCED");
    let words = match own.as_bool() == Some(true) && beside.sure.iter().any(enhanced) {
        true => ": the registry is set to ENHANCED, where only its rules count and not this flag",
        false => "",
    };
    text(words, &own.place)
}

/// The answer that all give; where they differ, it hangs on which of them counts.
fn agreed(
    answers: Vec<Result<bool, Arc<Unknown>>>,
    doubt: Option<Arc<Unknown>>,
) -> Result<bool, Arc<Unknown>> {
    let known: Vec<bool> = answers
        .iter()
        .filter_map(|a| a.as_ref().ok().copied())
        .collect();
    let same = known.windows(2).all(|w| w.first() == w.last());
    let unknown = answers.into_iter().find_map(Result::err);
    match (known.first(), unknown, same) {
        (Some(answer), None, true) => Ok(*answer),
        (_, Some(why), _) => Err(why),
        _ => Err(doubt.unwrap_or_else(|| {
            let why = "more than one scanning configuration is set for the registry";
            Arc::new(Unknown::because(why))
        })),
    }
}

fn by_registry(
    registry: &Resource,
    resource: &Resource,
    own: Result<bool, Arc<Unknown>>,
) -> Result<bool, Arc<Unknown>> {
    let rules = scanning::covered(&registry.field("rules"), &resource.field("name"));
    match (registry.field("scan_type").as_str(), rules) {
        (_, Ok(true)) => Ok(true),
        (Some("ENHANCED"), rules) => rules,
        (Some(_), Ok(false)) => own,
        (Some(_), Err(doubt)) => match own {
            Ok(true) => Ok(true),
            _ => Err(doubt),
        },
        (None, rules) => Err(rules.err().unwrap_or_else(|| {
            why(
                &registry.field("scan_type"),
                "the registry's scan type is not known",
            )
        })),
    }
}

/// Whether something is written, rather than left out.
fn is_given(value: &Value) -> Result<bool, Arc<Unknown>> {
    match (&value.kind, value.as_str()) {
        (Kind::Null(_), _) => Ok(false),
        (Kind::Unknown(u), _) if !u.not_null => Err(u.clone()),
        (_, Some(text)) => Ok(!text.trim().is_empty()),
        _ => Ok(true),
    }
}

pub(super) fn has_lifecycle_policy(
    context: &Context<'_>,
    position: usize,
    resource: &Resource,
) -> Value {
    let inline = resource.field("lifecycle_policy");
    let place = &resource.raw.attributes.place;
    let answer = match is_given(&inline) {
        Ok(true) => Ok(true),
        other => match context.inventory.attached(position, "lifecycle_policy") {
            Attached::Yes(_) => Ok(true),
            Attached::No => other,
            Attached::Unknown(why) => Err(why),
        },
    };
    flag(answer, place)
}
