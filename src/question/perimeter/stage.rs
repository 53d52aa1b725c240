//! What a control is judged on: the organisation's own account, a policy that grants everything beside the control, and
//! statements that narrow down whom the question is about.

use super::super::estate::{Estate, Policy};
use super::Control;
use crate::iam::document::{Document, PolicyKind};
use crate::iam::reach::{self, Attached, Scene, Trusted};
use crate::iam::rule::Scope;
use crate::inventory::{Link, Resource};
use crate::span::{Files, Span};
use crate::value::{Part, Value};
use crate::world::Organization;
use crate::world::region;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Stands for the organisation where none is configured and no policy names one.
const ORGANIZATION: &str = "o-yourorg0000";
/// Stands for an account of it.
const ACCOUNT: &str = "010101010101";

/// Whom questions are asked for.
pub(super) struct Stage<'a> {
    pub(super) organization: Option<&'a Organization>,
    pub(super) id: Option<Arc<str>>,
    pub(super) account: Arc<str>,
    pub(super) trusted: Trusted,
    region: Option<Arc<str>>,
    partition: Option<Arc<str>>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(estate: &'a Estate, controls: &[&Control]) -> Self {
        let target = &estate.world.target;
        let organization = estate.organization(target.region.as_deref());
        let configured = organization.and_then(|o| o.id.as_deref());
        let named = || controls.iter().any(|c| names_organization(&c.document));
        let id = match configured {
            Some(id) => Some(Arc::from(id)),
            None if named() => None,
            None => Some(Arc::from(ORGANIZATION)),
        };
        let mut trusted = organization.map(Trusted::from).unwrap_or_default();
        if trusted.organization.is_none() {
            trusted.organization.clone_from(&id);
        }
        let first = organization.and_then(|o| o.accounts.as_ref()?.first());
        let account = target.account.as_ref().or(first);
        let region = target.region.as_deref();
        let partition = region.and_then(region::partition_of);
        Stage {
            organization,
            id,
            account: account.map_or(ACCOUNT, String::as_str).into(),
            trusted,
            region: region.map(Arc::from),
            partition: partition.or(target.partition.as_deref()).map(Arc::from),
        }
    }

    /// The scene of controls; `granted`: beside a policy that grants everything. `spared`: conditions of requests that the
    /// question is not about.
    pub(super) fn scene(&self, controls: &[&Control], granted: bool, spared: &[Json]) -> Scene {
        let mut statements: Vec<Json> = (spared.iter())
            .map(|condition| json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": condition}))
            .collect();
        if granted {
            statements.push(json!({"Effect": "Allow", "Principal": "*", "Action": "*"}));
        }
        let mut policies = Vec::new();
        if !statements.is_empty() {
            policies.push(attached("the question", written(&statements)));
        }
        policies.extend(controls.iter().map(|c| {
            let mut document = Document::clone(&c.document);
            if document.kind == PolicyKind::VpcEndpoint {
                // it grants nothing: what it lets through is judged as if it did
                document.kind = PolicyKind::Registry;
            }
            attached(&c.name, document)
        }));
        Scene {
            account: Some(self.account.clone()),
            region: self.region.clone(),
            partition: self.partition.clone(),
            organization: self.id.clone(),
            known: self.trusted.clone(),
            repository: reach::Repository::Any,
            policies,
            ..Scene::default()
        }
    }
}

fn attached(name: &str, document: Document) -> Attached {
    Attached {
        name: name.into(),
        document: Arc::new(document),
        scope: Scope::V2,
    }
}

/// A policy of our own.
fn written(statements: &[Json]) -> Document {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let span = Span::new(Files::default().add("", ""), 0, 0);
    Document::read(&Value::text(text, span), PolicyKind::Repository).0
}

/// Whether a policy names an organisation by its id.
fn names_organization(document: &Document) -> bool {
    let mut words = document.statements.iter().flat_map(|s| s.words());
    words.any(|w| {
        let text = w.known().and_then(|t| t.strip_prefix("o-"));
        text.is_some_and(|id| id.len() >= 10 && id.bytes().all(|b| b.is_ascii_alphanumeric()))
    })
}

/// The VPC endpoints for ECR in the input.
pub(super) fn endpoints(estate: &Estate) -> Vec<(usize, &Resource)> {
    let ecr = |r: &Resource| {
        let service = r.field("service");
        let tail = service.as_text().and_then(|t| t.parts().last());
        match tail {
            Some(Part::Lit(lit)) => {
                [".ecr.api", ".ecr.dkr"]
                    .iter()
                    .any(|s| lit.text.ends_with(s))
                    || ["ecr.api", "ecr.dkr"].contains(&&*lit.text)
            }
            _ => false,
        }
    };
    let all = estate.inventory.of_kind("vpc_endpoint");
    all.filter(|(_, r)| ecr(r)).collect()
}

/// Whether the policy of an endpoint is of one for ECR; a file that is nothing but a policy is, where it lets something of ECR
/// through.
pub(super) fn is_ecr(estate: &Estate, policy: &Policy) -> bool {
    let Some(resource) = policy.resource else {
        let statements = || policy.document.statements.iter();
        let actions = statements().flat_map(crate::iam::facts::actions);
        let about_ecr = actions.into_iter().any(|a| a.name.starts_with("ecr:"));
        return about_ecr && !names_buckets(policy);
    };
    let endpoints = endpoints(estate);
    endpoints
        .iter()
        .any(|(position, _)| is_of(estate, resource, *position))
}

/// Whether a resource holds the policy of an endpoint.
pub(super) fn is_of(estate: &Estate, resource: usize, endpoint: usize) -> bool {
    let linked = match estate.inventory.link(resource) {
        Some(Link::To(to) | Link::Perhaps(to, _)) => to.contains(&endpoint),
        _ => false,
    };
    resource == endpoint || linked
}

/// Whether a policy names buckets: it is of an endpoint for S3.
fn names_buckets(policy: &Policy) -> bool {
    let statements = policy.document.statements.iter();
    let resources = statements.filter_map(|s| s.resources.as_ref());
    let mut words = resources.flat_map(|r| &r.words).filter_map(|w| w.known());
    words.any(|w| w.contains(":s3:::"))
}
