//! VPC endpoints for ECR, and whether their policies let anything through.

use super::super::about;
use super::{
    Answer, Attached, Context, Document, Entry, PolicyKind, Scene, Scope, flag, layers, placed,
    reach, text,
};
use crate::guardrail::vocabulary::Subject;
use crate::iam::reach::Trusted;
use crate::inventory::{Attached as Joined, Link, Resource};
use crate::resource::glob;
use crate::value::{Kind, Part, Text, Unknown, Value};
use std::sync::Arc;

/// What an endpoint is for.
pub(super) enum Service {
    /// `ecr.api`, `ecr.dkr` or `s3`.
    Named(&'static str),
    /// None of these, or none of ECR's for sure.
    Other,
    /// It may be one of ECR's.
    Unknown(Arc<Unknown>),
}

/// The endpoint as a target; `None` for endpoints of other services.
pub(super) fn subject(context: &Context<'_>, here: (usize, &Resource)) -> Option<Subject> {
    let (position, resource) = here;
    let name = resource.field("service");
    let service = match service(resource) {
        Service::Named(service) => text(service, &name.place),
        Service::Unknown(why) => placed(Kind::Unknown(about(&why)), &name.place),
        Service::Other => return None,
    };
    let policy = policy(context, position, resource);
    let place = match &policy {
        Ok(Some(policy)) => policy.place.clone(),
        _ => resource.raw.attributes.place.clone(),
    };
    let has = policy.as_ref().map(|p| p.is_some()).map_err(Arc::clone);
    let (open, words) = match &policy {
        Err(why) => (Err(why.clone()), String::new()),
        Ok(None) => (
            Ok(true),
            "this endpoint has no policy of its own: any identity can reach any registry through it".to_owned(),
        ),
        Ok(Some(policy)) => judge(context, resource, policy),
    };
    let layers = layers::layers(context, resource, &policy);
    let entries: Vec<Entry> = vec![
        ("service", service),
        ("vpc", resource.field("vpc")),
        ("has_policy", flag(has, &place)),
        ("open", flag(open, &place)),
        ("open_access", text(words, &place)),
        (
            "pair_missing",
            flag(layers::pair_missing(context, resource), &name.place),
        ),
        ("layers_blocked", flag(layers.blocked, &place)),
        ("layers_open", flag(layers.open, &place)),
    ];
    context.subject("vpc_endpoint", here, &place, vec![("endpoint", entries)])
}

/// Whether a resource is, or may be, an endpoint for ECR, or the policy of one.
pub(in crate::guardrail::subject) fn is_ecr(context: &Context<'_>, position: usize) -> bool {
    let ecr = |r: &Resource| match service(r) {
        Service::Named(name) => name.starts_with("ecr."),
        Service::Unknown(_) => true,
        Service::Other => false,
    };
    let resource = context.inventory.resources.get(position);
    match (resource, context.inventory.link(position)) {
        (Some(r), _) if r.kind.name == "vpc_endpoint" => ecr(r),
        (_, Some(Link::To(found) | Link::Perhaps(found, _))) => found
            .iter()
            .any(|i| context.inventory.resources.get(*i).is_some_and(ecr)),
        _ => false,
    }
}

/// What an endpoint is for, by its service's name: `com.amazonaws.REGION.SERVICE`.
pub(super) fn service(endpoint: &Resource) -> Service {
    let found = named(&endpoint.field("service"));
    // ECR has interface endpoints only
    let gateway = endpoint.field("type").as_str() == Some("Gateway");
    match found {
        Service::Unknown(_) if gateway => Service::Other,
        found => found,
    }
}

fn named(name: &Value) -> Service {
    let whole;
    let text = match &name.kind {
        Kind::Unknown(why) if !why.either.is_empty() => return one_of(why),
        Kind::Unknown(why) => {
            whole = Text::hole(why.clone());
            &whole
        }
        Kind::String(text) => text,
        _ => return Service::Other,
    };
    let mut open = false;
    for service in ["ecr.api", "ecr.dkr", "s3"] {
        if text.known() == Some(service) {
            return Service::Named(service);
        }
        match glob::matches(&format!("*.{service}"), text) {
            Some(true) => return Service::Named(service),
            Some(false) => {}
            None => open |= service != "s3" && suits(text, service),
        }
    }
    let hole = text.first_hole().filter(|_| open);
    hole.map_or(Service::Other, |hole| {
        Service::Unknown(Arc::new(hole.clone()))
    })
}

/// Whether what stands behind the region, as far as it is known, begins the service's name.
fn suits(text: &Text, service: &str) -> bool {
    let mut known = String::new();
    for part in text.parts() {
        match part {
            Part::Lit(lit) => known.push_str(&lit.text),
            Part::Hole(hole) if hole.role.is_some() => known.push_str("any"),
            Part::Hole(hole) => {
                known.push_str(hole.prefix.as_deref().unwrap_or_default());
                break;
            }
        }
    }
    let behind = known.split_once("amazonaws.").map_or("", |(_, rest)| rest);
    let start = behind.split_once('.').map_or("", |(_, rest)| rest);
    service.starts_with(start)
}

/// What an endpoint is for whose service's name is one of several.
fn one_of(why: &Arc<Unknown>) -> Service {
    let mut found = why.either.iter().map(|case| match case {
        Some(Value {
            kind: Kind::Unknown(_),
            ..
        }) => Service::Unknown(why.clone()),
        Some(name) => named(name),
        None => Service::Other,
    });
    let first = found.next().unwrap_or(Service::Other);
    found.fold(first, |all, next| match (all, next) {
        (Service::Named(a), Service::Named(b)) if a == b => Service::Named(a),
        (Service::Other | Service::Named("s3"), Service::Other | Service::Named("s3")) => {
            Service::Other
        }
        _ => Service::Unknown(why.clone()),
    })
}

fn policy(
    context: &Context<'_>,
    position: usize,
    resource: &Resource,
) -> Result<Option<Value>, Arc<Unknown>> {
    let own = resource.field("policy");
    if !own.is_null() {
        return Ok(Some(own));
    }
    match context.inventory.attached(position, "vpc_endpoint_policy") {
        Joined::Yes(found) => Ok((found.first())
            .and_then(|i| context.inventory.resources.get(*i))
            .map(|r| r.field("policy"))),
        Joined::No => Ok(None),
        Joined::Unknown(why) => Err(why),
    }
}

/// Whether a stranger's identity gets through, to our registry or its own, or an own identity to a stranger's registry. An endpoint's policy grants
/// nothing; what it lets through is judged as if it did.
fn judge(
    context: &Context<'_>,
    resource: &Resource,
    policy: &Value,
) -> (Result<bool, Arc<Unknown>>, String) {
    if let Kind::Unknown(why) = &policy.kind {
        return (Err(why.clone()), String::new());
    }
    let (document, _) = Document::read(policy, PolicyKind::VpcEndpoint);
    let scene = scene(context, resource, document);
    if reach::public(&scene).is_yes() {
        let words = "any identity, of any account, gets through this endpoint";
        return (Ok(true), words.to_owned());
    }
    if reach::stranger(&scene).is_yes() {
        let words = "any identity, of any account, reaches its own registry through this endpoint";
        return (Ok(true), words.to_owned());
    }
    match reach::endpoint_open(&scene) {
        Answer::Yes(_) => {
            let words = "through this endpoint any registry can be reached, of any account";
            (Ok(true), words.to_owned())
        }
        Answer::No => (Ok(false), String::new()),
        Answer::Unknown(reasons) => {
            let reason = reasons.first().cloned();
            let reason = reason.unwrap_or_else(|| "it is not known".into());
            (Err(Arc::new(Unknown::because(reason))), String::new())
        }
    }
}

fn scene(context: &Context<'_>, resource: &Resource, document: Document) -> Scene {
    let organization = context.organization_of(resource);
    let known = |v: &Value| v.as_str().map(Arc::from);
    Scene {
        account: known(&resource.raw.account),
        region: known(&resource.raw.region),
        partition: (resource.raw.region.as_str())
            .and_then(crate::world::region::partition_of)
            .map(Arc::from),
        organization: organization.and_then(|o| o.id.as_deref()).map(Arc::from),
        known: organization.map(Trusted::from).unwrap_or_default(),
        policies: vec![Attached {
            name: PolicyKind::VpcEndpoint.words().into(),
            document: Arc::new(Document {
                kind: PolicyKind::Registry,
                ..document
            }),
            scope: Scope::V2,
        }],
        ..Scene::default()
    }
}
