//! The policies of the input: of resources, of files that are nothing but a policy, and the one that `existing` names.

use super::{Estate, Policy};
use crate::diagnostic::Diagnostic;
use crate::iam::document::{Document, Effect, PolicyKind, Word};
use crate::inventory::Resource;
use crate::resource::document::printed;
use crate::span::{Files, Span};
use crate::syntax::json;
use crate::value::{Text, Unknown, Value};
use std::sync::Arc;

impl Estate {
    pub(super) fn policies_of_resources(&self) -> Vec<Policy> {
        let mut out = Vec::new();
        for (position, resource) in self.inventory.resources.iter().enumerate() {
            let Some(kind) = kind_of(resource) else {
                continue;
            };
            let value = resource.field("policy");
            if value.is_null() {
                continue;
            }
            let (mut document, _) = Document::read(&value, kind);
            if let (None, Some(doubt)) = (resource.raw.exists, &resource.raw.doubt) {
                doubt_all(&mut document, &doubt.why);
            }
            out.push(Policy {
                name: resource.raw.address.as_str().into(),
                document: Arc::new(document),
                resource: Some(position),
                existing: false,
            });
        }
        out
    }

    /// A file that is nothing but a policy: of an organisation or of an endpoint, by how it is written.
    pub(super) fn add_document(&mut self, path: String, text: String) {
        let (value, problem) = parsed(&self.files, &path, &text);
        self.diagnostics.extend(problem);
        let (probe, _) = Document::read(&value, PolicyKind::Identity);
        let allows = probe.statements.iter().any(|s| s.effect == Effect::Allow);
        let named = probe.statements.iter().any(|s| s.principals.is_some());
        let kind = match (named, allows) {
            (false, _) => PolicyKind::ServiceControl,
            (true, true) => PolicyKind::VpcEndpoint,
            (true, false) => PolicyKind::ResourceControl,
        };
        let (document, mut problems) = Document::read(&value, kind);
        // examples have placeholders in the place of actions, too: they match nothing
        let actions = document
            .statements
            .iter()
            .filter_map(|s| s.actions.as_ref());
        let placeholder = |w: &&Word| {
            w.known()
                .is_some_and(|k| k.starts_with('<') && k.ends_with('>'))
        };
        let open: Vec<Span> = (actions.flat_map(|a| &a.words).filter(placeholder))
            .map(|w| w.place.span)
            .collect();
        problems.retain(|p| !open.contains(&p.place.span));
        let told = |p: crate::iam::document::Problem| {
            Diagnostic::error("policy-file", p.message).at(p.place.primary())
        };
        self.diagnostics.extend(problems.into_iter().map(told));
        self.policies.push(Policy {
            name: path.into(),
            document: Arc::new(document),
            resource: None,
            existing: false,
        });
    }

    /// The policies that `existing` names.
    pub(super) fn add_existing(&mut self) {
        let existing = self.world.existing.clone();
        let registry = existing.registry_policy.into_iter();
        let service = existing.service_control_policies.into_iter();
        let resource = existing.resource_control_policies.into_iter();
        let all = (registry.map(|t| (PolicyKind::Registry, t)))
            .chain(service.map(|t| (PolicyKind::ServiceControl, t)))
            .chain(resource.map(|t| (PolicyKind::ResourceControl, t)));
        for (kind, (text, path)) in all {
            let (value, problem) = parsed(&self.files, &path, &text);
            self.diagnostics.extend(problem);
            let (document, _) = Document::read(&printed(value), kind);
            self.policies.push(Policy {
                name: path.into(),
                document: Arc::new(document),
                resource: None,
                existing: true,
            });
        }
    }
}

/// What the policy of a resource hangs on.
fn kind_of(resource: &Resource) -> Option<PolicyKind> {
    Some(match resource.kind.name {
        "repository" | "repository_policy" => PolicyKind::Repository,
        "public_repository" | "public_repository_policy" => PolicyKind::PublicRepository,
        "registry_policy" => PolicyKind::Registry,
        "creation_template" => PolicyKind::CreationTemplate,
        "vpc_endpoint" | "vpc_endpoint_policy" => PolicyKind::VpcEndpoint,
        "identity_policy" => PolicyKind::Identity,
        "organization_policy" => match resource.field("type").as_str() {
            Some("SERVICE_CONTROL_POLICY") => PolicyKind::ServiceControl,
            Some("RESOURCE_CONTROL_POLICY") => PolicyKind::ResourceControl,
            _ => return None,
        },
        _ => return None,
    })
}

/// Says of every statement that it may not be there.
pub(crate) fn doubt_all(document: &mut Document, why: &Arc<Unknown>) {
    for statement in &mut document.statements {
        statement.unknown = statement.unknown.take().or_else(|| Some(why.clone()));
    }
}

/// The value of a file of JSON, and what is wrong with it.
pub(crate) fn parsed(files: &Files, path: &str, text: &str) -> (Value, Option<Diagnostic>) {
    let file = files.add(path, text);
    let span = Span::new(file, 0, text.len());
    match json::parse_text(&Text::at(text, span), span) {
        Ok(value) => (value, None),
        Err(error) => {
            let problem = Diagnostic::error("json-syntax", error.message).at(error.span);
            (Value::null(span), Some(problem))
        }
    }
}
