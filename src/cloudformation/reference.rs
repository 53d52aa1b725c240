//! `Ref` and `Fn::GetAtt`: parameters, pseudo parameters, and attributes of resources. An attribute that follows from a
//! name that the template gives is computed, with typed holes for account, region and partition.
//! Return values: the resource types' pages of the template reference.

use super::call::Call;
use super::foreach::Entry;
use super::pseudo;
use super::scope::Scope;
use super::stack::Stack;
use super::strings::Bit;
use crate::diagnostic::{Diagnostic, nearest};
use crate::span::Span;
use crate::syntax::tree::{Node, Tree};
use crate::value::{Kind, Role, Text, Type, Unknown, Value, Via};
use std::sync::Arc;

/// The name of a repository.
const REPOSITORY: &str = "RepositoryName";

const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

impl Stack<'_> {
    /// What a name refers to; `None`: `AWS::NoValue`.
    pub(super) fn refer(&self, name: &str, scope: &Scope, span: Span) -> Option<Value> {
        if let Some(bound) = scope.get(name) {
            return Some(bound.clone());
        }
        if name == "AWS::NoValue" {
            return None;
        }
        if let Some(value) = pseudo::value(name, &self.run.world.target, span) {
            return Some(value);
        }
        if let Some(parameter) = self.parameters.get(name) {
            let judged = self.state.borrow().tried.is_none();
            if self.veiled && judged && parameter.no_echo {
                return Some(parameter.veiled(span));
            }
            let given = parameter.value.clone();
            let known = match given {
                Some(value) if value.as_unknown().is_none() => Some(value),
                open => self.assumed(name).or(open),
            };
            let mut value =
                known.unwrap_or_else(|| Value::unknown(parameter.unknown(), parameter.span));
            value.sensitive |= parameter.no_echo;
            return Some(value.through(Via::Variable(name.into()), span));
        }
        if self.resource(name).is_some() {
            return Some(self.attribute_of(name, "Ref", span));
        }
        Some(self.unresolved(name, "Ref", span))
    }

    pub(super) fn get_att_call(&self, found: Call<'_>, scope: &Scope) -> Value {
        let wrong = || self.bad(found, "a resource and an attribute");
        let text = |tree: &Tree| match &tree.node {
            Node::Scalar { .. } if tree.tag.is_none() => match tree.str() {
                Some(text) => Ok(scope.key(text)),
                None => Err(Box::new(wrong())),
            },
            _ => {
                let name = self.value(tree, scope);
                let name = name.and_then(|value| self.name_in(&value, found));
                name.unwrap_or_else(|| Err(Box::new(wrong())))
            }
        };
        let parts = match &found.arg.node {
            Node::Scalar { .. } => {
                let split = found.arg.str().and_then(|t| t.split_once('.'));
                let names = split.map(|(id, attribute)| vec![scope.key(id), scope.key(attribute)]);
                names.ok_or_else(|| Box::new(wrong()))
            }
            Node::Sequence(items) if items.len() > 1 => items.iter().map(text).collect(),
            _ => Err(Box::new(wrong())),
        };
        match parts {
            Ok(parts) => match parts.split_first() {
                Some((id, rest)) => self.get_att(id, &rest.join("."), found.span),
                None => wrong(),
            },
            Err(value) => *value,
        }
    }

    /// The name that a value is; unknown where it is not known, or not to be echoed: names are printed. `None`: it is none.
    pub(super) fn name_in(
        &self,
        value: &Value,
        found: Call<'_>,
    ) -> Option<Result<String, Box<Value>>> {
        if value.has_sensitive() {
            let unknown = Unknown::because("a name that is not to be echoed");
            return Some(Err(Box::new(Value::unknown(unknown, found.span))));
        }
        if let Some(name) = value.as_str() {
            return Some(Ok(name.to_owned()));
        }
        let unknown = value.first_unknown()?;
        let unknown = self.unknown_from(unknown, Type::Dynamic, found.span);
        Some(Err(Box::new(unknown)))
    }

    /// An attribute of a resource.
    pub(super) fn get_att(&self, id: &str, attribute: &str, span: Span) -> Value {
        if self.resource(id).is_none() {
            return self.unresolved(id, attribute, span);
        }
        self.attribute_of(id, attribute, span)
    }

    fn attribute_of(&self, id: &str, attribute: &str, span: Span) -> Value {
        let via = Via::Reference(self.address(id).into(), attribute.into());
        self.attribute(id, attribute).through(via, span)
    }

    /// A name that nothing bears; where a macro may have made it, it is unknown.
    pub(super) fn unresolved(&self, name: &str, attribute: &str, span: Span) -> Value {
        if let Some((transform, _)) = self.template.macros().next() {
            let reason = format!("`{name}` is made by `{transform}` at deployment");
            return Value::unknown(Unknown::because(reason), span);
        }
        let open = self.resources.iter().any(|e| {
            let kind = e.tree.get("Type").and_then(Tree::str);
            e.open || e.name == "Fn::Transform" || kind.is_some_and(|k| k.ends_with("::MODULE"))
        });
        if open {
            let reason = format!("`{name}` may be made by a transform, a module or a loop");
            return Value::unknown(Unknown::because(reason), span);
        }
        let message = if attribute == "Ref" {
            format!("there is no parameter or resource `{name}`")
        } else {
            format!("there is no resource `{name}`")
        };
        let resources = self.resources.iter().map(|e| e.name.as_str());
        let names = resources
            .chain(self.parameters.keys().map(String::as_str))
            .chain(PSEUDO);
        let mut problem = Diagnostic::error("reference-undefined", message.clone()).at(span);
        if let Some(near) = nearest(name, names) {
            problem = problem.help(format!("did you mean `{near}`?"));
        }
        self.run.tell(problem);
        Value::unknown(Unknown::because(message), span)
    }

    /// The attribute, computed once; `Ref` is one, too.
    fn attribute(&self, id: &str, attribute: &str) -> Value {
        let key = (id.to_owned(), attribute.to_owned());
        if let Some(known) = self.state.borrow().attributes.get(&key) {
            return known.clone();
        }
        let Some(entry) = self.resource(id).cloned() else {
            return Value::unknown(
                Unknown::because("no such resource"),
                self.template.tree.span,
            );
        };
        if !self.state.borrow_mut().visiting.insert(key.clone()) {
            let message = format!("`{id}` depends on itself");
            self.error("reference-cycle", message.clone(), entry.key.span);
            return Value::unknown(Unknown::because(message), entry.key.span);
        }
        let value = self.compute(&entry, attribute);
        let mut state = self.state.borrow_mut();
        state.visiting.remove(&key);
        state.attributes.insert(key, value.clone());
        value
    }

    fn compute(&self, entry: &Entry<'_>, attribute: &str) -> Value {
        let kind = entry.tree.get("Type").and_then(Tree::str).unwrap_or("");
        let named = |property| self.name_of(entry, property);
        match (kind, attribute) {
            ("AWS::ECR::Repository" | "AWS::ECR::PublicRepository", "Ref") => named(REPOSITORY),
            ("AWS::ECR::Repository", "Arn") => {
                let fields = [Some(Role::Region), Some(Role::Account)];
                self.arn(entry, "ecr", fields, "repository/", named(REPOSITORY))
            }
            ("AWS::ECR::PublicRepository", "Arn") => {
                let fields = [None, Some(Role::Account)];
                let name = named(REPOSITORY);
                self.arn(entry, "ecr-public", fields, "repository/", name)
            }
            ("AWS::ECR::Repository", "RepositoryUri") => self.repository_uri(entry),
            ("AWS::ECR::Repository", _) => self.no_attribute(entry, attribute),
            ("AWS::IAM::Role", "Ref") => named("RoleName"),
            ("AWS::IAM::Role", "Arn") => self.iam_arn(entry, "role", "RoleName"),
            ("AWS::IAM::User", "Ref") => named("UserName"),
            ("AWS::IAM::User", "Arn") => self.iam_arn(entry, "user", "UserName"),
            ("AWS::IAM::Group", "Ref") => named("GroupName"),
            ("AWS::IAM::Group", "Arn") => self.iam_arn(entry, "group", "GroupName"),
            ("AWS::IAM::ManagedPolicy", "Ref" | "PolicyArn") => {
                self.iam_arn(entry, "policy", "ManagedPolicyName")
            }
            (
                "AWS::ECR::RegistryPolicy"
                | "AWS::ECR::ReplicationConfiguration"
                | "AWS::ECR::RegistryScanningConfiguration",
                "Ref" | "RegistryId",
            ) => self.target(Role::Account, entry.key.span),
            ("AWS::CloudFormation::Stack", _) => match attribute.strip_prefix("Outputs.") {
                Some(output) => self.nested_output(entry, output),
                None => self.later(entry, attribute),
            },
            _ => self.later(entry, attribute),
        }
    }

    fn no_attribute(&self, entry: &Entry<'_>, attribute: &str) -> Value {
        let message = format!("`{}` has no attribute `{attribute}`", entry.name);
        self.error("reference-undefined", message.clone(), entry.key.span);
        Value::unknown(Unknown::because(message), entry.key.span)
    }

    /// An attribute that only the deployment knows.
    pub(super) fn later(&self, entry: &Entry<'_>, attribute: &str) -> Value {
        let name = &entry.name;
        let reason = match attribute {
            "Ref" => format!("the id of `{name}` is known after deployment"),
            _ => format!("`{attribute}` of `{name}` is known after deployment"),
        };
        let mut unknown = Unknown::because(reason);
        unknown.not_null = true;
        unknown.source = Some((self.address(name).into(), attribute.into()));
        Value::unknown(unknown, entry.key.span)
    }

    /// The name that a property gives; without it CloudFormation makes one.
    fn name_of(&self, entry: &Entry<'_>, property: &str) -> Value {
        self.property(entry, property).unwrap_or_else(|| {
            let mut value = self.later(entry, "Ref");
            if let Kind::Unknown(made) = &mut value.kind {
                let made = Arc::make_mut(made);
                made.ty = Type::String;
                if property == REPOSITORY {
                    // what images and policies are told apart by
                    made.source = Some((self.address(&entry.name).into(), property.into()));
                }
            }
            value
        })
    }

    /// A property of a resource.
    pub(super) fn property(&self, entry: &Entry<'_>, name: &str) -> Option<Value> {
        let properties = entry.tree.get("Properties")?;
        if let Some(tree) = properties.get(name) {
            return self.value(tree, &entry.scope);
        }
        let loops = (properties.entries().iter())
            .any(|(k, _)| k.str().is_some_and(|k| k.starts_with("Fn::")));
        if !loops {
            return None;
        }
        let all = self.value(properties, &entry.scope)?;
        if let Some(unknown) = all.as_unknown() {
            return Some(self.unknown_from(unknown, Type::Dynamic, properties.span));
        }
        match (all.get(name), all.more()) {
            (None, Some(more)) => Some(self.unknown_from(more, Type::Dynamic, properties.span)),
            (found, _) => found,
        }
    }

    fn target(&self, role: Role, span: Span) -> Value {
        let name = match role {
            Role::Account => "AWS::AccountId",
            Role::Region => "AWS::Region",
            Role::Partition => "AWS::Partition",
            Role::UrlSuffix | Role::Organization => "AWS::URLSuffix",
        };
        pseudo::value(name, &self.run.world.target, span)
            .unwrap_or_else(|| Value::unknown(pseudo::hole(role), span))
    }

    fn arn(
        &self,
        entry: &Entry<'_>,
        service: &str,
        fields: [Option<Role>; 2],
        before: &str,
        name: Value,
    ) -> Value {
        let span = entry.key.span;
        let text = |t: &str| Bit::Text(Text::plain(t));
        let [region, account] =
            fields.map(|f| f.map_or_else(|| text(""), |role| Bit::Value(self.target(role, span))));
        let bits = vec![
            text("arn:"),
            Bit::Value(self.target(Role::Partition, span)),
            text(&format!(":{service}:")),
            region,
            text(":"),
            account,
            text(&format!(":{before}")),
            Bit::Value(name),
        ];
        self.compose(bits, span)
    }

    /// `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`
    fn iam_arn(&self, entry: &Entry<'_>, kind: &str, name: &str) -> Value {
        let span = entry.key.span;
        let path = self.property(entry, "Path");
        let name = self.name_of(entry, name);
        let mut tail = vec![Bit::Text(Text::plain("/"))];
        if let Some(path) = path {
            tail = vec![Bit::Value(path)];
        }
        tail.push(Bit::Value(name));
        let tail = self.compose(tail, span);
        self.arn(entry, "iam", [None, Some(Role::Account)], kind, tail)
    }

    /// `ACCOUNT.dkr.ecr.REGION.SUFFIX/NAME`
    fn repository_uri(&self, entry: &Entry<'_>) -> Value {
        let span = entry.key.span;
        let text = |t: &str| Bit::Text(Text::plain(t));
        let bits = vec![
            Bit::Value(self.target(Role::Account, span)),
            text(".dkr.ecr."),
            Bit::Value(self.target(Role::Region, span)),
            text("."),
            Bit::Value(self.target(Role::UrlSuffix, span)),
            text("/"),
            Bit::Value(self.name_of(entry, REPOSITORY)),
        ];
        self.compose(bits, span)
    }
}
