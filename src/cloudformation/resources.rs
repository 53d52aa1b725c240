//! Resources and outputs of a stack.

use super::call::{self, Function};
use super::foreach::Entry;
use super::pseudo;
use super::scope::Scope;
use super::stack::{BlindSpot, Stack};
use crate::diagnostic::Diagnostic;
use crate::raw::{Condition, Doubt, Mode, RawResource};
use crate::span::Span;
use crate::syntax::tree::{Node, Tree};
use crate::value::{Kind, Role, Shared, Unknown, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Types whose conditions are worth a case of their own: what guardrails judge, and what they judge it by.
const RELEVANT: [&str; 15] = [
    "AWS::ECR::",
    "AWS::IAM::",
    "AWS::SSO::PermissionSet",
    "AWS::Events::Rule",
    "AWS::CloudTrail::Trail",
    "AWS::EC2::VPCEndpoint",
    "AWS::Organizations::Policy",
    "AWS::ECS::TaskDefinition",
    "AWS::Lambda::Function",
    "AWS::Serverless::",
    "AWS::AppRunner::",
    "AWS::Batch::",
    "AWS::SageMaker::",
    "AWS::CodeBuild::",
    "AWS::CloudFormation::Stack",
];

/// Transforms of AWS that add no resource of a registry and change none.
const OWN: [&str; 4] = [
    "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
    "AWS::Serverless-2016-10-31",
];

/// The type of a resource, as it is written.
pub(super) fn kind<'t>(entry: &Entry<'t>) -> &'t str {
    entry.tree.get("Type").and_then(Tree::str).unwrap_or("")
}

/// Whether resources of a type are judged, or are what others are judged by.
pub(super) fn matters(kind: &str) -> bool {
    RELEVANT.iter().any(|prefix| kind.starts_with(prefix))
}

/// Whether it is a stack of its own.
pub(super) fn is_nested(entry: &Entry<'_>) -> bool {
    kind(entry) == "AWS::CloudFormation::Stack"
}

/// The conditions that resources which matter use, by name.
pub(super) fn conditions_that_matter(stack: &Stack<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in stack.resources.iter().filter(|e| matters(kind(e))) {
        for part in ["Properties", "DeletionPolicy", "UpdateReplacePolicy"] {
            if let Some(tree) = entry.tree.get(part) {
                used(tree, &entry.scope, &mut names);
            }
        }
        let exists = entry.tree.get("Condition").and_then(Tree::str);
        names.extend(exists.map(|name| entry.scope.key(name)));
    }
    names.retain(|name| stack.conditions.contains_key(name));
    names
}

/// The conditions that `Fn::If` names inside a node.
fn used(tree: &Tree, scope: &Scope, names: &mut BTreeSet<String>) {
    if let Some(found) = call::call(tree)
        && found.function == Function::If
        && let Some(name) = found.arg.items().first().and_then(Tree::str)
    {
        names.insert(scope.key(name));
    }
    tree.items().iter().for_each(|t| used(t, scope, names));
    for (_, value) in tree.entries() {
        used(value, scope, names);
    }
}

/// The resources of a stack and of the stacks nested in it, in the order of the text.
pub(super) fn resources(stack: &Stack<'_>) -> Vec<RawResource> {
    let mut out = Vec::new();
    for (transform, span) in stack.template.macros() {
        if !OWN.contains(&transform.as_str()) {
            stack.not_judged(transform, *span);
        }
        stack.blind(
            format!("transform `{transform}` is carried out at deployment"),
            Some("check the processed template"),
        );
    }
    if let Some((key, include)) = stack.template.tree.entry("Fn::Transform") {
        stack.not_judged(super::stack::transform_name(include), key.span);
        stack.blind(super::stack::transform_reason(include), None);
    }
    for entry in &stack.resources {
        if entry.name == "Fn::Transform" {
            stack.not_judged(super::stack::transform_name(entry.tree), entry.key.span);
            stack.blind(super::stack::transform_reason(entry.tree), None);
            continue;
        }
        if let Some(resource) = stack.raw(entry) {
            let present = resource.exists != Some(false);
            let doubt = resource.doubt.clone();
            let nested = present && resource.kind == "AWS::CloudFormation::Stack";
            out.push(resource);
            if nested {
                add_nested(stack, entry, doubt.as_ref(), &mut out);
            }
        }
    }
    out
}

/// Whether a node is what a transform makes of it.
fn is_transform(tree: &Tree) -> bool {
    call::call(tree).is_some_and(|found| found.function == Function::Transform)
}

/// Marks what a nested stack is given for parameters that are not to be echoed.
fn hide_given(attributes: &mut Value, no_echo: &[String]) {
    let Kind::Mapping { entries, .. } = &mut attributes.kind else {
        return;
    };
    let Some(given) = entries.get_mut("Parameters") else {
        return;
    };
    match &mut given.kind {
        Kind::Mapping { entries, more, .. } => {
            for name in no_echo {
                if let Some(value) = entries.get_mut(name) {
                    value.sensitive = true;
                }
            }
            given.sensitive |= more.is_some() && !no_echo.is_empty();
        }
        _ => given.sensitive |= !no_echo.is_empty(),
    }
}

fn add_nested(
    stack: &Stack<'_>,
    entry: &Entry<'_>,
    doubt: Option<&Arc<Doubt>>,
    out: &mut Vec<RawResource>,
) {
    let nested = stack.nested(entry);
    if let Some(own) = out.last_mut() {
        hide_given(&mut own.attributes, &nested.no_echo);
    }
    for resource in &nested.resources {
        let mut resource = resource.clone();
        if doubt.is_some() && resource.exists != Some(false) {
            resource.exists = None;
            resource.doubt = Doubt::within(resource.doubt, doubt);
        }
        out.push(resource);
    }
    let mut state = stack.state.borrow_mut();
    state.blind.extend(nested.blind.iter().cloned());
}

impl Stack<'_> {
    /// Tells of a transform that may add or change resources.
    fn not_judged(&self, transform: &str, span: Span) {
        let message = format!(
            "`{transform}` is carried out at deployment: what it adds or changes is not judged"
        );
        let problem = Diagnostic::warning("transform", message).at(span);
        self.run.tell(problem.help("check the processed template"));
    }

    /// What may hold resources that nobody can see; complete once the resources are evaluated.
    pub(super) fn blind_spots(&self) -> Vec<BlindSpot> {
        self.state.borrow().blind.clone()
    }

    fn raw(&self, entry: &Entry<'_>) -> Option<RawResource> {
        let kind = self.checked_kind(entry)?;
        let span = entry.key.span;
        let mut address = self.address(&entry.name);
        let mut exists = self.exists(entry);
        let mut doubt = exists.is_none().then(|| self.condition_doubt(entry));
        if entry.open {
            address.push_str("[*]");
            exists = exists.filter(|e| !e);
            if exists.is_none() {
                doubt = Doubt::within(Some(self.loop_doubt(entry, &address)), doubt.as_ref());
            }
            self.blind(self.loop_reason(entry), Some("pass --parameters FILE"));
        }
        let absent = exists == Some(false);
        if !absent && (kind.ends_with("::MODULE") || kind == "AWS::Serverless::Application") {
            self.brings_others(&address, kind, span);
        }
        if kind == "AWS::CloudFormation::StackSet" && !absent {
            self.stack_set(entry);
        }
        let target = &self.run.world.target;
        let part = |name, role| {
            let value = pseudo::value(name, target, span);
            value.unwrap_or_else(|| Value::unknown(pseudo::hole(role), span))
        };
        Some(RawResource {
            address,
            mode: Mode::Managed,
            kind: kind.to_owned(),
            exists,
            doubt,
            span,
            extent: span.to(entry.tree.span),
            attributes: if absent {
                Value::object(Shared::default(), span)
            } else {
                self.with_globals(kind, self.attributes(entry))
            },
            account: part("AWS::AccountId", Role::Account),
            region: part("AWS::Region", Role::Region),
            change: None,
            meta: self.meta(entry),
        })
    }

    /// The type of a resource; tells where there is none.
    fn checked_kind<'t>(&self, entry: &Entry<'t>) -> Option<&'t str> {
        let name = &entry.name;
        if !matches!(entry.tree.node, Node::Mapping(_)) {
            if !entry.tree.is_null(self.template.scalars) {
                let message = format!("resource `{name}` must be a mapping");
                self.error("template-form", message, entry.tree.span);
            }
            return None;
        }
        let Some(kind) = entry.tree.get("Type") else {
            let message = format!("resource `{name}` has no `Type`");
            self.error("template-form", message, entry.key.span);
            return None;
        };
        let text = kind.str().filter(|_| kind.tag.is_none());
        if text.is_none() {
            let message = format!(
                "the `Type` of resource `{name}` is no plain text: what it is cannot be judged"
            );
            self.error("template-form", message, kind.span);
        }
        text
    }

    /// Tells of a module or an application: what it brings is written elsewhere.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/modules.html>
    fn brings_others(&self, address: &str, kind: &str, span: Span) {
        let reason = format!("`{address}` of type `{kind}` brings resources of its own");
        self.blind(reason, None);
        let message =
            format!("the resources that `{address}` of type `{kind}` brings are not judged");
        let problem = Diagnostic::warning("nested-template", message).at(span);
        (self.run).tell(problem.help(match kind {
            "AWS::Serverless::Application" => "check the application's template as well",
            _ => "check the processed template: `aws cloudformation get-template --template-stage Processed`",
        }));
    }

    /// Tells of a stack set: its stacks stand in other accounts or regions.
    fn stack_set(&self, entry: &Entry<'_>) {
        let body = self.property(entry, "TemplateBody");
        let harmless = |text: &str| !text.contains("AWS::ECR") && !text.contains("Transform");
        if body.as_ref().and_then(Value::as_str).is_some_and(harmless) {
            return;
        }
        let address = self.address(&entry.name);
        let message = format!(
            "the resources of stack set `{address}` are not judged: they stand in other stacks"
        );
        let problem = Diagnostic::warning("nested-template", message).at(entry.key.span);
        (self.run).tell(problem.help("check the stack set's template as well"));
    }

    pub(super) fn exists(&self, entry: &Entry<'_>) -> Option<bool> {
        let Some(condition) = entry.tree.get("Condition") else {
            return Some(true);
        };
        if condition.str().is_none() || call::call(condition).is_some() {
            let message = format!("the condition of `{}` must be a name", entry.name);
            self.error("condition-form", message, condition.span);
            return None;
        }
        let name = entry.scope.key(condition.str().unwrap_or_default());
        if !self.has_condition(&name) {
            self.undefined_condition(&name, condition.span);
        }
        self.truth(&name)
    }

    /// The doubt about a resource whose condition is undecided.
    fn condition_doubt(&self, entry: &Entry<'_>) -> Arc<Doubt> {
        let name = entry.tree.get("Condition").and_then(Tree::str);
        let name = entry.scope.key(name.unwrap_or_default());
        let why = Unknown::because(format!("condition `{name}` cannot be decided"));
        let condition = Condition {
            text: self.address(&name).into(),
            several: false,
        };
        Arc::new(Doubt::of(Arc::new(why), condition))
    }

    /// The doubt about what an open loop makes: any number, and no other loop is known to make as many.
    fn loop_doubt(&self, entry: &Entry<'_>, address: &str) -> Arc<Doubt> {
        let why = Unknown::because(self.loop_reason(entry)).settle("pass --parameters FILE");
        let condition = Condition {
            text: address.into(),
            several: true,
        };
        Arc::new(Doubt::of(Arc::new(why), condition))
    }

    fn attributes(&self, entry: &Entry<'_>) -> Value {
        let Some((key, properties)) = entry.tree.entry("Properties") else {
            return Value::object(Shared::default(), entry.key.span);
        };
        let function = call::call(properties).is_some();
        let mapping = matches!(properties.node, Node::Mapping(_)) && !function;
        if !mapping && !properties.is_null(self.template.scalars) && !is_transform(properties) {
            let message = format!("the properties of `{}` must be a mapping", entry.name);
            self.error("template-form", message, properties.span);
        }
        let value = self.value(properties, &entry.scope);
        let value = value.filter(|v| !matches!(v.kind, Kind::String(_) | Kind::Sequence { .. }));
        let mut value = value.unwrap_or_else(|| Value::object(Shared::default(), key.span));
        // What a resource leaves out is told at its header.
        value.place.span = entry.key.span;
        value.place.key = Some(key.span);
        value
    }

    fn meta(&self, entry: &Entry<'_>) -> BTreeMap<String, Value> {
        let mut out = BTreeMap::new();
        let mut macros = self.template.macros();
        if let Some((name, span)) = macros.find(|(name, _)| !OWN.contains(&name.as_str())) {
            out.insert("Transform".to_owned(), Value::text(name.as_str(), *span));
        }
        for name in ["Metadata", "DependsOn"] {
            if let Some(tree) = entry.tree.get(name) {
                out.insert(name.to_owned(), tree.to_value(self.template.scalars));
            }
        }
        self.check_dependencies(entry);
        for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
            let tree = entry.tree.get(name);
            if let Some(found) = tree.and_then(call::call)
                && self.template.lacks_extensions()
            {
                let message =
                    format!("a function in `{name}` wants `Transform: AWS::LanguageExtensions`");
                self.error("language-extensions", message, found.span);
            }
            if let Some(value) = tree.and_then(|t| self.value(t, &entry.scope)) {
                out.insert(name.to_owned(), value);
            }
        }
        out
    }

    /// Tells of resources that `DependsOn` names and nobody makes.
    fn check_dependencies(&self, entry: &Entry<'_>) {
        let Some(tree) = entry.tree.get("DependsOn") else {
            return;
        };
        for tree in tree.items().iter().chain([tree]) {
            let Some(name) = tree.str().filter(|_| tree.tag.is_none()) else {
                continue;
            };
            let name = entry.scope.key(name);
            if self.resource(&name).is_none() {
                self.unresolved(&name, "DependsOn", tree.span);
            }
        }
    }

    /// The outputs that exist.
    pub(super) fn outputs(&self) -> BTreeMap<String, Value> {
        let mut out = BTreeMap::new();
        let section = self.template.section("Outputs");
        for entry in self.expanded(section, &Scope::default()) {
            if self.exists(&entry) == Some(false) || entry.open {
                continue;
            }
            let value = entry.tree.get("Value");
            if let Some(value) = value.and_then(|t| self.value(t, &entry.scope)) {
                out.insert(entry.name, value);
            }
        }
        out
    }
}
