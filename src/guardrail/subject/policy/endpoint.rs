//! VPC endpoints for ECR, and whether their policies let anything through.

use super::{
    Answer, Attached, Context, Document, Entry, PolicyKind, Scene, Scope, flag, reach, text,
};
use crate::guardrail::vocabulary::Subject;
use crate::inventory::{Attached as Joined, Link, Resource};
use crate::value::{Kind, Part, Unknown, Value};
use std::sync::Arc;

/// The endpoint as a target; `None` for endpoints of other services.
pub(super) fn subject(context: &Context<'_>, here: (usize, &Resource)) -> Option<Subject> {
    let (position, resource) = here;
    let service = service(&resource.field("service"))?;
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
    let entries: Vec<Entry> = vec![
        ("service", text(service, &resource.field("service").place)),
        ("vpc", resource.field("vpc")),
        ("has_policy", flag(has, &place)),
        ("open", flag(open, &place)),
        ("open_access", text(words, &place)),
    ];
    context.subject("vpc_endpoint", here, &place, vec![("endpoint", entries)])
}

/// Whether a resource is an endpoint for ECR, or the policy of one.
pub(super) fn is_ecr(context: &Context<'_>, position: usize) -> bool {
    let ecr = |r: &Resource| service(&r.field("service")).is_some_and(|s| s.starts_with("ecr."));
    let resource = context.inventory.resources.get(position);
    match (resource, context.inventory.link(position)) {
        (Some(r), _) if r.kind.name == "vpc_endpoint" => ecr(r),
        (_, Some(Link::To(found) | Link::Perhaps(found, _))) => found
            .iter()
            .any(|i| context.inventory.resources.get(*i).is_some_and(ecr)),
        _ => false,
    }
}

/// `ecr.api`, `ecr.dkr` or `s3`, from `com.amazonaws.REGION.SERVICE`.
fn service(name: &Value) -> Option<&'static str> {
    let tail = match name.as_text()?.parts().last()? {
        Part::Lit(l) => &*l.text,
        Part::Hole(_) => return None,
    };
    ["ecr.api", "ecr.dkr", "s3"].into_iter().find(|s| {
        tail.strip_suffix(s)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
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

/// Whether a stranger's identity gets through, or an own identity to a stranger's registry. An endpoint's policy grants
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
            .and_then(crate::resource::region::partition_of)
            .map(Arc::from),
        organization: organization.and_then(|o| o.id.as_deref()).map(Arc::from),
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
