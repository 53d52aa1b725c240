//! Which account and region a planned resource goes to: what the resource itself says, else its provider, else the target.
//! Where the provider takes it from elsewhere, it is unknown.

use super::configuration::Configuration;
use crate::raw::{Mode, RawResource};
use crate::span::Span;
use crate::syntax::scalar::Scalars;
use crate::syntax::tree::Tree;
use crate::terraform::provider::hole;
use crate::value::{Role, Unknown, Value};
use crate::world::World;
use std::collections::BTreeMap;

/// Sets account and region of every resource.
pub(super) fn place(resources: &mut [RawResource], configuration: &Configuration, world: &World) {
    let identities = identities(resources, configuration);
    for resource in resources {
        let provider = configuration.provider(&resource.address);
        let known = provider.and_then(|(key, _)| identities.get(key));
        let region = own_region(resource)
            .or_else(|| provider.and_then(|p| provider_region(p, resource.span)))
            .or_else(|| known.and_then(|k| k.region.clone()));
        let account = own_account(resource)
            .or_else(|| known.and_then(|k| k.account.clone()))
            .or_else(|| provider.and_then(|p| provider_account(p, resource.span)));
        let target = &world.target;
        let otherwise = |known: &Option<String>, role| match known {
            Some(text) => Value::text(text.as_str(), resource.span),
            None => hole(role, resource.span),
        };
        resource.region = region.unwrap_or_else(|| otherwise(&target.region, Role::Region));
        resource.account = account.unwrap_or_else(|| otherwise(&target.account, Role::Account));
    }
}

/// What data sources have told about a provider.
#[derive(Default)]
struct Identity {
    account: Option<Value>,
    region: Option<Value>,
}

/// What was read of `aws_caller_identity` and `aws_region` while planning, by provider.
fn identities<'a>(
    resources: &[RawResource],
    configuration: &Configuration<'a>,
) -> BTreeMap<&'a str, Identity> {
    let mut identities: BTreeMap<&str, Identity> = BTreeMap::new();
    for resource in resources.iter().filter(|r| r.mode == Mode::Data) {
        let Some((key, _)) = configuration.provider(&resource.address) else {
            continue;
        };
        match resource.kind.as_str() {
            "aws_caller_identity" => {
                let account = known(resource, "account_id");
                identities.entry(key).or_default().account = account;
            }
            "aws_region" => {
                // `name`, or `region`, may be an argument: then it tells nothing about the provider
                let told = known(resource, "endpoint").is_some();
                let region = known(resource, "id").or_else(|| known(resource, "name"));
                let named = (configuration.resource(&super::address::parse(&resource.address)))
                    .and_then(|r| r.get("expressions"))
                    .is_some_and(|e| !e.entries().is_empty());
                if told && !named {
                    identities.entry(key).or_default().region = region;
                }
            }
            _ => {}
        }
    }
    identities
}

fn known(resource: &RawResource, attribute: &str) -> Option<Value> {
    let value = resource.attributes.get(attribute)?;
    value
        .as_str()
        .is_some_and(|s| !s.is_empty())
        .then_some(value)
}

/// The `region` argument, or the region of a known ARN.
fn own_region(resource: &RawResource) -> Option<Value> {
    let argument = || known(resource, "region");
    argument()
        .filter(|_| resource.mode == Mode::Managed)
        .or_else(|| own_arn(resource, 3))
}

/// The account of a known ARN, or ECR's `registry_id`.
fn own_account(resource: &RawResource) -> Option<Value> {
    own_arn(resource, 4).or_else(|| {
        let ecr = resource.mode == Mode::Managed && resource.kind.starts_with("aws_ecr_");
        ecr.then(|| known(resource, "registry_id")).flatten()
    })
}

/// A part of the ARN of a managed resource, from 0.
fn own_arn(resource: &RawResource, part: usize) -> Option<Value> {
    if resource.mode == Mode::Data {
        return None;
    }
    let arn = known(resource, "arn")?;
    part_of(&arn, part)
}

fn part_of(arn: &Value, part: usize) -> Option<Value> {
    let text = arn.as_str()?.strip_prefix("arn:")?;
    let part = text.splitn(5, ':').nth(part - 1)?;
    (!part.is_empty()).then(|| Value::text(part, arn.place.span))
}

/// What a provider's block says about the region; `None` where it says nothing.
fn provider_region((key, block): (&str, &Tree), span: Span) -> Option<Value> {
    let region = block.get("expressions")?.get("region")?;
    Some(constant(region).unwrap_or_else(|| elsewhere("region", key, span)))
}

/// What a provider's block says about the account; `None` where it says nothing.
fn provider_account((key, block): (&str, &Tree), span: Span) -> Option<Value> {
    let expressions = block.get("expressions")?;
    if let Some(role) = expressions.get("assume_role") {
        let blocks = if role.items().is_empty() {
            std::slice::from_ref(role)
        } else {
            role.items()
        };
        // roles may be assumed one after the other: the last one counts
        let arn = blocks.last().and_then(|b| b.get("role_arn"));
        let account = arn.and_then(constant).and_then(|a| part_of(&a, 4));
        return Some(account.unwrap_or_else(|| elsewhere("account", key, span)));
    }
    let allowed = expressions.get("allowed_account_ids");
    if let Some([one]) = allowed
        .and_then(|a| a.get("constant_value"))
        .map(Tree::items)
    {
        return Some(one.to_value(Scalars::Text));
    }
    let others = ["assume_role_with_web_identity", "profile", "access_key"];
    let aliased = block.get("alias").is_some();
    let other = aliased && others.iter().any(|o| expressions.get(o).is_some());
    other.then(|| elsewhere("account", key, span))
}

fn constant(expression: &Tree) -> Option<Value> {
    let value = expression.get("constant_value")?.to_value(Scalars::Json);
    // OpenTofu and some versions of terraform repeat the source text of what is not constant
    let literal = value.as_str().is_some_and(|s| !s.contains("${"));
    literal.then_some(value)
}

fn elsewhere(what: &str, provider: &str, span: Span) -> Value {
    let reason = format!("the plan does not tell the {what} of provider `{provider}`");
    Value::unknown(Unknown::because(reason), span)
}
