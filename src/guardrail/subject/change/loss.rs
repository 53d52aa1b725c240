//! Protections that a deployment takes away: a policy's Deny, scanning, a lifecycle policy, signing, an endpoint's policy.
//! What moves to another resource of the same thing is not lost; what goes with its repository is told of that one.

use super::super::{Context, policy, problems, repository};
use super::{deny, rules};
use crate::iam::document::PolicyKind;
use crate::inventory::{Attached, Resource};
use crate::raw::{Action, Change};
use crate::resource::problem::Problem;
use crate::value::{Kind, Place, Unknown, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// Kinds that are attached to something: the field that names it, and its kind.
const OF: [(&str, &str, &str); 4] = [
    ("repository_policy", "repository", "repository"),
    (
        "public_repository_policy",
        "repository",
        "public_repository",
    ),
    ("lifecycle_policy", "repository", "repository"),
    ("vpc_endpoint_policy", "endpoint", "vpc_endpoint"),
];

/// What goes.
#[derive(Debug, Default)]
pub(super) struct Losses {
    found: Vec<Problem>,
    doubts: Vec<Arc<Unknown>>,
}

impl Losses {
    /// As a field: at the place of the first one.
    pub(super) fn field(&self, place: &Place) -> Value {
        problems(&self.found, &self.doubts, place)
    }

    pub(super) fn add(&mut self, message: impl Into<Cow<'static, str>>, place: &Place) {
        self.found.push(Problem::new(message, place));
    }

    pub(super) fn doubt(&mut self, why: &Arc<Unknown>) {
        self.doubts.push(why.clone());
    }

    /// What goes where this is so; whether it is, cannot be told.
    fn perhaps(mut self, why: &Arc<Unknown>) -> Self {
        if !self.found.is_empty() {
            self.found.clear();
            self.doubts.push(why.clone());
        }
        self
    }

    /// What of a policy's Deny statements goes.
    fn deny(&mut self, before: &Value, after: Option<&Value>, kind: PolicyKind, place: &Place) {
        let denials = deny::compare(before, after, kind);
        for name in denials.lost {
            let policy = kind.words();
            self.add(format!("Deny statement {name} of the {policy} goes"), place);
        }
        self.doubts.extend(denials.doubt);
    }
}

/// What goes with the change of a resource.
pub(super) fn of(context: &Context<'_>, resource: &Resource, position: usize) -> Losses {
    let Some(change) = resource.raw.change.as_deref() else {
        return Losses::default();
    };
    let made = matches!(
        change.action,
        Action::Create | Action::Forget | Action::Read | Action::Keep
    );
    if made || resource.before.is_none() || is_kept(resource, change) {
        return Losses::default();
    }
    if !resource.is_gone() {
        return stays(context, resource, position);
    }
    let losses = gone(context, resource);
    match &change.doubt {
        Some(why) => losses.perhaps(why),
        None => losses,
    }
}

/// Whether CloudFormation keeps what the template no longer has.
fn is_kept(resource: &Resource, change: &Change) -> bool {
    let policy = change.meta.get("DeletionPolicy").and_then(Value::as_str);
    resource.is_gone() && policy.is_some_and(|p| p.starts_with("Retain"))
}

/// What a resource that stays no longer does.
fn stays(context: &Context<'_>, resource: &Resource, position: usize) -> Losses {
    let mut out = Losses::default();
    let before = |name: &str| {
        let null = || Value::null(resource.raw.span);
        resource.field_before(name).unwrap_or_else(null)
    };
    if let Some(moved) = elsewhere(resource) {
        // it goes from where it was; what it is now stands for something else
        return match moved {
            Ok(()) => gone(context, resource),
            Err(why) => gone(context, resource).perhaps(&why),
        };
    }
    if let Some(kind) = policy::kind_of(resource) {
        let policy = resource.field("policy");
        out.deny(&before("policy"), Some(&policy), kind, &policy.place);
    }
    match resource.kind.name {
        "repository" => repository_keeps(context, resource, position, &mut out),
        "creation_template" => {
            let (was, is) = (
                before("lifecycle_policy"),
                resource.field("lifecycle_policy"),
            );
            if is_given(&was) && is.is_null() {
                out.add("its lifecycle policy goes", &is.place);
            }
        }
        "registry_scanning" => {
            rules::scanning(&before("rules"), Some(&resource.field("rules")), &mut out);
            let (was, is) = (before("scan_type"), resource.field("scan_type"));
            if was.as_str() == Some("ENHANCED") && is.as_str() == Some("BASIC") {
                out.add("enhanced scanning becomes basic scanning", &is.place);
            }
        }
        "signing" => rules::signing(&before("rules"), Some(&resource.field("rules")), &mut out),
        "vpc_endpoint" if policy::is_ecr(context, position) => {
            endpoint_keeps(context, resource, position, &before("policy"), &mut out);
        }
        _ => {}
    }
    out
}

/// Whether a resource is attached to another thing than before; `None`: to the same.
fn elsewhere(resource: &Resource) -> Option<Result<(), Arc<Unknown>>> {
    let (_, field, _) = OF.iter().find(|(kind, ..)| *kind == resource.kind.name)?;
    let (was, is) = (resource.field_before(field)?, resource.field(field));
    match was.same(&is) {
        Ok(true) => None,
        Ok(false) => Some(Ok(())),
        // it is made again, as what it is attached to is
        Err(_) if is.as_unknown().is_some() => None,
        Err(why) => Some(Err(why)),
    }
}

fn repository_keeps(context: &Context<'_>, resource: &Resource, position: usize, out: &mut Losses) {
    let was = |name: &str| resource.field_before(name);
    if was("scan_on_push").and_then(|v| v.as_bool()) == Some(true) {
        let scanned = repository::scanned(context, resource);
        match &scanned.kind {
            Kind::Bool(false) => out.add("its images are no longer scanned", &scanned.place),
            Kind::Unknown(why) => out.doubt(why),
            _ => {}
        }
    }
    if was("lifecycle_policy").as_ref().is_some_and(is_given) {
        let has = repository::has_lifecycle_policy(context, position, resource);
        match &has.kind {
            Kind::Bool(false) => out.add("its lifecycle policy goes", &has.place),
            Kind::Unknown(why) => out.doubt(why),
            _ => {}
        }
    }
}

fn endpoint_keeps(
    context: &Context<'_>,
    resource: &Resource,
    position: usize,
    before: &Value,
    out: &mut Losses,
) {
    let now = resource.field("policy");
    if !is_given(before) || !now.is_null() {
        return;
    }
    match context.inventory.attached(position, "vpc_endpoint_policy") {
        Attached::Yes(_) => {}
        Attached::No => out.add("the policy of the VPC endpoint goes", &now.place),
        Attached::Unknown(why) => out.doubt(&why),
    }
}

/// What goes with a resource.
fn gone(context: &Context<'_>, resource: &Resource) -> Losses {
    let place = &Place::at(resource.raw.span);
    let kind = resource.kind.name;
    let (heirs, doubt) = match OF.iter().find(|(k, ..)| *k == kind) {
        Some((_, field, of)) => {
            let Some(name) = resource.field_before(field) else {
                return Losses::default();
            };
            if goes_too(context, resource, of, &name) {
                return Losses::default();
            }
            attached_instead(context, resource, field, &name)
        }
        None => beside(context, resource),
    };
    let mut each: Vec<Losses> = heirs
        .iter()
        .map(|h| without(resource, Some(h), place))
        .collect();
    each.sort_by_key(|losses| (losses.found.len(), losses.doubts.len()));
    let least = each.into_iter().next();
    let losses = least.unwrap_or_else(|| without(resource, None, place));
    match doubt {
        Some(why) => losses.perhaps(&why),
        None => losses,
    }
}

/// What is lost where another resource takes the place of one that goes, or none does.
fn without(resource: &Resource, heir: Option<&Resource>, place: &Place) -> Losses {
    let mut out = Losses::default();
    let before = |name: &str| resource.field_before(name);
    let place = heir.map_or(place, |h| &h.raw.attributes.place);
    match resource.kind.name {
        "lifecycle_policy" if heir.is_none() => out.add("the lifecycle policy goes", place),
        "vpc_endpoint_policy" if heir.is_none() => {
            out.add("the policy of the VPC endpoint goes", place);
        }
        "registry_scanning" => {
            let rules = heir.map(|h| h.field("rules"));
            let was = before("rules");
            was.iter()
                .for_each(|w| rules::scanning(w, rules.as_ref(), &mut out));
        }
        "signing" => {
            let rules = heir.map(|h| h.field("rules"));
            let was = before("rules");
            was.iter()
                .for_each(|w| rules::signing(w, rules.as_ref(), &mut out));
        }
        "repository_policy" | "public_repository_policy" | "registry_policy" => {
            let (kind, was) = (policy::kind_of(resource), before("policy"));
            if let (Some(kind), Some(was)) = (kind, was) {
                let now = heir.map(|h| h.field("policy"));
                out.deny(&was, now.as_ref(), kind, place);
            }
        }
        _ => {}
    }
    if heir.is_none() {
        // where nothing is left, the place is that of what goes
        out.found.iter_mut().for_each(|p| p.place = place.clone());
    }
    out
}

/// Whether what a resource was attached to goes in the same deployment.
fn goes_too(context: &Context<'_>, resource: &Resource, kind: &str, name: &Value) -> bool {
    let named = |r: &Resource| {
        let own = [
            r.field("name"),
            r.raw
                .attributes
                .get("id")
                .unwrap_or_else(|| r.field("name")),
        ];
        own.iter().any(|n| matches!(n.same(name), Ok(true)))
    };
    let mut gone = context.inventory.gone(kind);
    gone.any(|(_, r)| r.root == resource.root && named(r))
}

/// The resources of the same kind that are attached to the same thing now; and why others may be.
fn attached_instead<'a>(
    context: &Context<'a>,
    resource: &Resource,
    field: &str,
    name: &Value,
) -> (Vec<&'a Resource>, Option<Arc<Unknown>>) {
    let (mut heirs, mut doubt) = (Vec::new(), None);
    let others = context.inventory.of_kind(resource.kind.name);
    for (_, other) in others.filter(|(_, r)| r.root == resource.root) {
        if other.raw.address == resource.raw.address {
            continue;
        }
        match other.field(field).same(name) {
            Ok(true) => heirs.push(other),
            Ok(false) => {}
            Err(why) => doubt = Some(why),
        }
    }
    (heirs, doubt)
}

/// The settings of the same sort in the same registry; and why others may be.
fn beside<'a>(
    context: &Context<'a>,
    resource: &'a Resource,
) -> (Vec<&'a Resource>, Option<Arc<Unknown>>) {
    let beside = context.inventory.beside(resource, resource.kind.name);
    let others = beside.sure.iter().map(|(_, r)| *r);
    let others = others.filter(|r| r.raw.address != resource.raw.address);
    let doubt = beside.doubtful.first().map(|(_, why)| why.clone());
    (others.collect(), doubt)
}

/// Whether something is written, rather than left out.
fn is_given(value: &Value) -> bool {
    let blank = value.as_str().is_some_and(|t| t.trim().is_empty());
    !value.is_null() && !blank
}
