//! What the endpoints of a VPC have to say about each other: ECR takes two, and S3 for the layers.

use super::super::coverage::same_text;
use super::endpoint::{Service, service};
use super::{Context, Document, PolicyKind};
use crate::iam::document::Effect;
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Binding, Context as Facts};
use crate::iam::principal::Who;
use crate::iam::rule::{Policy, Rule, Setting};
use crate::inventory::Resource;
use crate::value::{Kind, Unknown, Value};
use std::sync::Arc;

type Known = Result<bool, Arc<Unknown>>;

/// Whether the VPC lacks the other one of the two endpoints that ECR takes. Of a VPC that is made elsewhere, and that has no further
/// endpoint here, the others may stand elsewhere, too.
pub(super) fn pair_missing(context: &Context<'_>, resource: &Resource) -> Known {
    let other = match service(resource) {
        Service::Named("ecr.api") => "ecr.dkr",
        Service::Named("ecr.dkr") => "ecr.api",
        Service::Named(_) | Service::Other => return Ok(false),
        Service::Unknown(why) => return Err(why),
    };
    let own = resource.field("vpc");
    let (mut doubt, mut all_here) = (None, is_made_here(&own));
    for endpoint in beside(context, resource) {
        let vpc = endpoint.field("vpc");
        let same = same_text(&vpc, &own);
        all_here |= same == Some(true);
        match service(endpoint) {
            Service::Named(name) if name == other => {}
            Service::Unknown(why) => {
                doubt = doubt.or(Some(why));
                continue;
            }
            Service::Named(_) | Service::Other => continue,
        }
        match same {
            Some(true) => return Ok(false),
            Some(false) => {}
            None => doubt = doubt.or_else(|| Some(super::super::why(&vpc, "the VPC is not known"))),
        }
    }
    match doubt {
        Some(why) => Err(why),
        None if all_here => Ok(true),
        None => Err(super::super::elsewhere("the other endpoints of the VPC")),
    }
}

/// Whether a VPC is a resource of the code.
fn is_made_here(vpc: &Value) -> bool {
    let source = vpc.as_unknown().and_then(|u| u.source.as_ref());
    let mut addresses = (source.map(|(address, _)| &**address).into_iter())
        .chain(vpc.place.references().map(|(address, _)| address));
    addresses.any(|a| !a.starts_with("data.") && !a.contains(".data."))
}

/// The other endpoints of the same root.
fn beside<'a>(
    context: &'a Context<'_>,
    resource: &'a Resource,
) -> impl Iterator<Item = &'a Resource> {
    let all = context.inventory.of_kind("vpc_endpoint").map(|(_, r)| r);
    all.filter(|r| r.root == resource.root && r.raw.address != resource.raw.address)
}

/// What the policy of an S3 endpoint says about the layers of ECR's images.
pub(super) struct Layers {
    /// It leaves out the bucket.
    pub(super) blocked: Known,
    /// It lets anyone read any bucket.
    pub(super) open: Known,
}

/// Judged only where the code has an endpoint for ECR: there S3's is on the way of each pull.
pub(super) fn layers(
    context: &Context<'_>,
    resource: &Resource,
    policy: &Result<Option<Value>, Arc<Unknown>>,
) -> Layers {
    let none = Layers {
        blocked: Ok(false),
        open: Ok(false),
    };
    let ecr = |r: &Resource| matches!(service(r), Service::Named("ecr.api" | "ecr.dkr"));
    let s3 = matches!(service(resource), Service::Named("s3"));
    if !s3 || !beside(context, resource).any(ecr) {
        return none;
    }
    match policy {
        Ok(None) => Layers {
            open: Ok(true),
            ..none
        },
        Ok(Some(value)) => match &value.kind {
            Kind::Unknown(why) => unknown(why),
            _ => judge(context, resource, value),
        },
        Err(why) => unknown(why),
    }
}

fn unknown(why: &Arc<Unknown>) -> Layers {
    Layers {
        blocked: Err(why.clone()),
        open: Err(why.clone()),
    }
}

fn judge(context: &Context<'_>, resource: &Resource, value: &Value) -> Layers {
    let (document, _) = Document::read(value, PolicyKind::VpcEndpoint);
    let target = &context.world.target;
    let region = resource.raw.region.as_str().map(str::to_owned);
    let region = region.or_else(|| target.region.clone());
    let bucket = region.unwrap_or_else(|| "region-0".to_owned());
    let setting = Setting {
        binding: Binding {
            account: target.account.clone(),
            region: Some(bucket.clone()),
            partition: target.partition.clone(),
            ..Binding::default()
        },
        ..Setting::default()
    };
    let policy = Policy::new("endpoint", &document, &setting);
    let facts = Facts::default();
    let speaks = |r: &Rule, object: &str| {
        let at = format!("arn:aws:s3:::{object}");
        r.action("s3:GetObject")
            .and(r.resource(&at, &facts))
            .and(r.certain())
    };
    let layer = format!("prod-{bucket}-starport-layer-bucket/sha256/layer");
    let allows = |object: &str, plain: bool| {
        let rules = policy
            .rules
            .iter()
            .filter(|r| !r.deny && (!plain || is_plain(r)));
        Tri::any(rules.map(|r| speaks(r, object)))
    };
    let denied = (policy.rules.iter()).any(|r| r.deny && is_plain(r) && speaks(r, &layer).must());
    let why = || {
        let open = document
            .statements
            .iter()
            .find(|s| s.effect == Effect::Allow);
        let first = open.and_then(|_| document.first_unknown());
        Arc::new(
            first
                .cloned()
                .unwrap_or_else(|| Unknown::because("the policy is not known")),
        )
    };
    let blocked = match allows(&layer, false) {
        _ if denied => Ok(true),
        Tri::False => Ok(true),
        Tri::True => Ok(false),
        Tri::Unknown => Err(why()),
    };
    let open = match allows("any-other-bucket/any", true) {
        Tri::True => Ok(true),
        Tri::False => Ok(false),
        Tri::Unknown => Err(why()),
    };
    Layers { blocked, open }
}

/// For everybody, whatever the circumstances.
fn is_plain(rule: &Rule) -> bool {
    let everyone = |who: &Who| matches!(who, Who::Everyone);
    let principals = rule.principals.as_ref();
    rule.clauses.is_empty() && principals.is_none_or(|p| !p.negated && p.who.iter().any(everyone))
}
