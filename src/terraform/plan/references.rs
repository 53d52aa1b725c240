//! Where the values of a plan come from. The configuration names the references of every expression but not the
//! expression: a reference is taken for the way of a value only where nothing else can be meant.

use super::address::{self, Step, key};
use super::configuration::Configuration;
use super::{list, overlay};
use crate::raw::RawResource;
use crate::syntax::tree::Tree;
use crate::terraform::functions::encode_json;
use crate::value::{Kind, Text, Unknown, Value, Via};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// How many variables, outputs and iterations a reference is followed through.
const DEPTH: usize = 32;

/// How many expressions are looked at on the way.
const STEPS: usize = 1000;

/// Attributes that stand for their resource: a value that is still unknown and refers to one of these and to nothing else
/// is taken to be it.
const IDENTITIES: [&str; 3] = ["id", "name", "arn"];

/// A resource attribute that an expression refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    /// Which of the resources.
    resource: usize,
    attribute: String,
}

/// What an expression refers to.
#[derive(Debug, Default)]
struct Targets {
    resources: BTreeSet<Target>,
    /// Something besides.
    others: bool,
    /// How many references were followed.
    steps: usize,
}

/// Where an expression stands: the calls that lead to its module, and the instance key that `each` and `count` go by.
#[derive(Clone, Copy)]
struct Scope<'a> {
    modules: &'a [(&'a str, Option<&'a str>)],
    key: Option<&'a str>,
    /// The block's `for_each`, as an expression.
    for_each: Option<&'a Tree>,
}

/// Follows the references of a plan's resources.
pub(super) struct Follower<'a> {
    configuration: &'a Configuration<'a>,
    resources: &'a [RawResource],
    by_address: HashMap<&'a str, usize>,
}

impl<'a> Follower<'a> {
    /// A follower among resources.
    pub(super) fn new(resources: &'a [RawResource], configuration: &'a Configuration<'a>) -> Self {
        let by_address = (resources.iter().enumerate()).map(|(i, r)| (r.address.as_str(), i));
        Follower {
            configuration,
            resources,
            by_address: by_address.collect(),
        }
    }

    /// The attributes of a resource, each with the way that it came as far as that can be told.
    pub(super) fn attributes(&self, resource: &RawResource) -> Option<Value> {
        let address = address::parse(&resource.address);
        let block = self.configuration.resource(&address)?;
        let scope = Scope {
            modules: &address.modules,
            key: address.key,
            for_each: block.get("for_each_expression"),
        };
        Some(self.block(&resource.attributes, block.get("expressions")?, scope))
    }

    /// The value of a block with its expressions.
    fn block(&self, value: &Value, expressions: &Tree, scope: Scope) -> Value {
        let mut value = value.clone();
        let Kind::Mapping { entries, .. } = &mut value.kind else {
            return value;
        };
        for (name, expression) in expressions.entries() {
            let Some(entry) = name.str().and_then(|n| entries.get_mut(n)) else {
                continue;
            };
            if is_leaf(expression) {
                self.leaf(entry, &self.targets(expression, scope));
                continue;
            }
            let blocks = expression.items();
            match &mut entry.kind {
                Kind::Sequence { items, .. } if items.len() == blocks.len() => {
                    for (item, expressions) in items.iter_mut().zip(blocks) {
                        *item = self.block(item, expressions, scope);
                    }
                }
                Kind::Mapping { .. } => *entry = self.block(entry, expression, scope),
                Kind::Unknown(_) => {
                    let mut targets = Targets::default();
                    self.gather(expression, scope, &mut targets);
                    self.leaf(entry, &targets);
                }
                _ => {}
            }
        }
        value
    }

    /// All references of the expressions of a block.
    fn gather(&self, tree: &Tree, scope: Scope, into: &mut Targets) {
        if is_leaf(tree) {
            let found = self.targets(tree, scope);
            into.resources.extend(found.resources);
        }
        // of a whole block, no single reference is the way
        into.others = true;
        let children = tree
            .items()
            .iter()
            .chain(tree.entries().iter().map(|(_, t)| t));
        children.for_each(|child| self.gather(child, scope, into));
    }

    /// A value with what its expression refers to.
    fn leaf(&self, value: &mut Value, targets: &Targets) {
        match &mut value.kind {
            Kind::String(text) => {
                let Some(text) = text.known() else { return };
                let equal = |t: &&Target| {
                    let other = self.value(t);
                    other.is_some_and(|o| o.as_str() == Some(text))
                };
                let mut equals = targets.resources.iter().filter(equal);
                if let (Some(one), None) = (equals.next(), equals.next()) {
                    self.push(value, one);
                }
            }
            Kind::Unknown(_) => self.unknown(value, targets),
            Kind::Sequence { items, .. } => {
                // of several elements, nobody can tell which one refers to what
                let alone = items.len() == 1;
                let targets = Targets {
                    resources: targets.resources.clone(),
                    others: targets.others || !alone,
                    steps: 0,
                };
                items.iter_mut().for_each(|i| self.leaf(i, &targets));
            }
            Kind::Mapping { entries, .. } => {
                let targets = Targets {
                    resources: targets.resources.clone(),
                    others: true,
                    steps: 0,
                };
                entries.values_mut().for_each(|v| self.leaf(v, &targets));
            }
            Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) => {}
        }
    }

    /// An unknown value is another resource's attribute, or at least unknown because of it.
    fn unknown(&self, value: &mut Value, targets: &Targets) {
        let open: Vec<&Target> = (targets.resources.iter())
            .filter(|t| self.value(t).is_some_and(|v| !v.is_wholly_known()))
            .collect();
        let only = match (open.as_slice(), targets.resources.len(), targets.others) {
            ([only], 1, false) => Some(*only),
            _ => None,
        };
        if let Some(document) = only.and_then(|t| self.document(t)) {
            let place = value.place.clone();
            *value = document;
            value.place.key = place.key;
            if let Some(target) = only {
                self.push_at(value, target, place.span);
            }
            return;
        }
        let Some(first) = only.or(open.first().copied()) else {
            return;
        };
        let (address, attribute) = self.names(first);
        if let Kind::Unknown(unknown) = &mut value.kind {
            let reason = format!("`{address}.{attribute}` is {}", overlay::LATER);
            *unknown = Arc::new(Unknown {
                reason: reason.into(),
                ..(**unknown).clone()
            });
        }
        if let Some(only) = only.filter(|t| IDENTITIES.contains(&t.attribute.as_str())) {
            self.push(value, only);
        }
    }

    /// The text that a data source renders, where the plan does not have it.
    fn document(&self, target: &Target) -> Option<Value> {
        let resource = self.resources.get(target.resource)?;
        let rendered = matches!(target.attribute.as_str(), "json" | "minified_json");
        let value = self.value(target)?;
        let document = resource.kind.ends_with("_policy_document") && rendered;
        let kind = match &value.kind {
            Kind::String(text) if document => opened(text)?,
            _ => return None,
        };
        Some(Value { kind, ..value })
    }

    fn push(&self, value: &mut Value, target: &Target) {
        let span = value.place.span;
        self.push_at(value, target, span);
    }

    fn push_at(&self, value: &mut Value, target: &Target, span: crate::span::Span) {
        let (address, attribute) = self.names(target);
        let seen = value.place.references().any(|r| r == (address, attribute));
        if !seen {
            let via = Via::Reference(address.into(), attribute.into());
            value.place.push(via, span);
        }
    }

    fn names<'t>(&'t self, target: &'t Target) -> (&'t str, &'t str) {
        let resource = self.resources.get(target.resource);
        let address = resource.map(|r| r.address.as_str()).unwrap_or_default();
        (address, &target.attribute)
    }

    fn value(&self, target: &Target) -> Option<Value> {
        let resource = self.resources.get(target.resource)?;
        resource.attributes.get(&target.attribute)
    }

    /// What an expression refers to.
    fn targets(&self, expression: &Tree, scope: Scope) -> Targets {
        let mut targets = Targets::default();
        self.expression(expression, scope, &[], DEPTH, &mut targets);
        targets
    }

    /// Adds what an expression refers to; `after` are the steps that are taken from its value.
    fn expression(
        &self,
        expression: &Tree,
        scope: Scope,
        after: &[Step],
        depth: usize,
        into: &mut Targets,
    ) {
        let Some(depth) = depth.checked_sub(1).filter(|_| into.steps < STEPS) else {
            into.others = true;
            return;
        };
        into.steps += 1;
        let references = list(expression, "references");
        let references: Vec<&str> = references.iter().filter_map(Tree::str).collect();
        for reference in longest(&references) {
            let mut steps = address::steps(reference);
            steps.extend(after);
            self.reference(&steps, scope, depth, into);
        }
    }

    fn reference(&self, steps: &[Step], scope: Scope, depth: usize, into: &mut Targets) {
        let found = match steps {
            [Step::Name("var"), Step::Name(name), after @ ..] => {
                self.variable(name, after, scope, depth, into)
            }
            [Step::Name("module"), Step::Name(name), after @ ..] => {
                self.output(name, after, scope, depth, into)
            }
            [Step::Name("each"), Step::Name("key")] => Some(()),
            [Step::Name("count"), Step::Name("index")] => Some(()),
            [Step::Name("each"), Step::Name("value"), after @ ..] => {
                scope.for_each.map(|for_each| {
                    self.expression(for_each, scope, after, depth, into);
                })
            }
            [Step::Name("local" | "path" | "terraform" | "self"), ..] => None,
            [
                Step::Name("data"),
                Step::Name(kind),
                Step::Name(name),
                after @ ..,
            ] => self.resource(&format!("data.{kind}.{name}"), after, scope, into),
            [Step::Name(kind), Step::Name(name), after @ ..] => {
                self.resource(&format!("{kind}.{name}"), after, scope, into)
            }
            _ => None,
        };
        into.others |= found.is_none();
    }

    /// A variable of a called module is what its caller gives.
    fn variable(
        &self,
        name: &str,
        after: &[Step],
        scope: Scope,
        depth: usize,
        into: &mut Targets,
    ) -> Option<()> {
        let (own, above) = scope.modules.split_last()?;
        let call = self.configuration.module(scope.modules)?.call?;
        let argument = call.get("expressions")?.get(name)?;
        let scope = Scope {
            modules: above,
            key: own.1,
            for_each: call.get("for_each_expression"),
        };
        self.expression(argument, scope, after, depth, into);
        Some(())
    }

    /// An output of a module that is called here.
    fn output(
        &self,
        name: &str,
        after: &[Step],
        scope: Scope,
        depth: usize,
        into: &mut Targets,
    ) -> Option<()> {
        let (given, after) = key(after);
        let [Step::Name(output), after @ ..] = after else {
            return None;
        };
        let mut modules = scope.modules.to_vec();
        modules.push((name, None));
        let module = self.configuration.module(&modules)?;
        let many = |key: &str| module.call.is_some_and(|c| c.get(key).is_some());
        let repeated = many("for_each_expression") || many("count_expression");
        let instance = match (given, repeated) {
            (Some(key), _) => Some(key),
            (None, true) => Some(scope.key?), // `module.x[each.key]`
            (None, false) => None,
        };
        let last = modules.last_mut()?;
        last.1 = instance;
        let output = module.module.get("outputs")?.get(output)?;
        let scope = Scope {
            modules: &modules,
            key: None,
            for_each: None,
        };
        self.expression(output.get("expression")?, scope, after, depth, into);
        Some(())
    }

    /// A resource of the same module.
    fn resource(
        &self,
        local: &str,
        after: &[Step],
        scope: Scope,
        into: &mut Targets,
    ) -> Option<()> {
        let mut address = String::new();
        for (name, key) in scope.modules {
            address.push_str(&format!("module.{name}{}.", key.unwrap_or_default()));
        }
        address.push_str(local);
        let (given, after) = key(after);
        let with = |key: &str| self.by_address.get(format!("{address}{key}").as_str());
        let resource = match given {
            Some(key) => with(key),
            None => with("").or_else(|| scope.key.and_then(with)), // `aws_x.y[each.key]`
        }?;
        let attribute = match after {
            [Step::Name(attribute)] => (*attribute).to_owned(),
            [] => self.identity(local)?, // `aws_x.y[each.key].name` leaves nothing of `.name`
            _ => return None,
        };
        into.resources.insert(Target {
            resource: *resource,
            attribute,
        });
        Some(())
    }

    /// What is meant of a resource where the plan has kept no attribute.
    fn identity(&self, local: &str) -> Option<String> {
        let attribute = match local.strip_prefix("data.") {
            Some(data) if data.contains("_policy_document.") => "json",
            Some(_) => return None,
            None if local.starts_with("aws_ecr_repository.") => "name",
            None => "id",
        };
        Some(attribute.to_owned())
    }
}

/// A document with statements that nobody knows: what else an expression makes of its only reference is not in the plan.
fn opened(text: &Text) -> Option<Kind> {
    let mut document = (**text.json()?).clone();
    let Kind::Mapping { entries, .. } = &mut document.kind else {
        return None;
    };
    let statements = entries.get_mut("Statement")?;
    if !matches!(statements.kind, Kind::Sequence { .. }) {
        *statements = Value::tuple(vec![statements.clone()], statements.place.span);
    }
    if let Kind::Sequence { more, .. } = &mut statements.kind {
        let unknown = Unknown::because("the plan does not tell what else the expression adds");
        let unknown = unknown.settle("check the Terraform files, too");
        more.get_or_insert_with(|| Arc::new(unknown));
    }
    Some(Kind::String(encode_json(&document)))
}

/// Whether a tree of the configuration is an expression, not a block.
fn is_leaf(tree: &Tree) -> bool {
    let mapping = tree.items().is_empty();
    let keys = ["references", "constant_value"];
    mapping
        && keys
            .iter()
            .any(|k| tree.get(k).is_some_and(|t| !is_expression(t)))
}

/// Whether a value of the key `references` is an expression itself: a block may have an attribute of that name.
fn is_expression(tree: &Tree) -> bool {
    tree.get("references").is_some() || tree.get("constant_value").is_some()
}

/// The plan lists with every reference the shorter ones that it holds, right after it: these are left out.
pub(super) fn longest<'a>(references: &[&'a str]) -> Vec<&'a str> {
    let mut kept: Vec<&str> = Vec::new();
    for reference in references {
        let shorter = kept.last().and_then(|k| k.strip_prefix(reference));
        if !shorter.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '['])) {
            kept.push(reference);
        }
    }
    kept
}
