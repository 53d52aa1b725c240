//! A stack being evaluated: a template with its parameters under an assumption about its conditions.

use super::call::{self, Call, Function};
use super::case;
use super::condition::{Assumed, Assumption, Conditions, Judge, Subject};
use super::foreach::Entry;
use super::nested::Nested;
use super::parameter::{Parameter, parameters};
use super::resources::is_nested;
use super::rule::Rule;
use super::scope::Scope;
use super::template::Template;
use super::{GivenValues, Run, strings};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::scalar::Scalars;
use crate::syntax::tree::{self, Node, Tree};
use crate::value::{Kind, Mapping, Sequence, Text, Type, Unknown, Value, Via};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

/// How deep a value may lie in others, references followed: what a text may nest, and some references on top.
const DEPTH: usize = tree::DEPTH + 64;

/// Conditions that are looked at whether they come out the same in every case.
const SETTLED: usize = 200;

/// A stack.
pub(super) struct Stack<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) template: &'a Template,
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) conditions: Conditions,
    pub(super) rules: Vec<Rule>,
    /// Its resources, loops written out.
    pub(super) resources: Vec<Entry<'a>>,
    /// What stands before a logical id in an address: nothing, or `Stack.`.
    pub(super) prefix: String,
    /// How many stacks it is nested in.
    pub(super) depth: usize,
    pub(super) assumption: Assumption,
    /// What holds in every case.
    settled: Assumption,
    /// Values that are not to be echoed stay hidden from here on: what is judged may be quoted.
    pub(super) veiled: bool,
    pub(super) state: RefCell<State>,
    index: HashMap<String, usize>,
    condition_names: Vec<String>,
}

/// What is worked out once under an assumption.
#[derive(Default)]
pub(super) struct State {
    pub(super) attributes: HashMap<(String, String), Value>,
    pub(super) visiting: HashSet<(String, String)>,
    pub(super) nested: HashMap<String, Rc<Nested>>,
    pub(super) blind: Vec<BlindSpot>,
    /// What is assumed for a moment while conditions are read.
    pub(super) tried: Option<BTreeMap<Subject, Assumed>>,
}

/// A part of the template that may hold resources which nobody can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BlindSpot {
    pub(super) reason: String,
    pub(super) settle: Option<String>,
}

impl BlindSpot {
    pub(super) fn unknown(self) -> Arc<Unknown> {
        let mut unknown = Unknown::because(self.reason);
        unknown.settle = self.settle.map(Into::into);
        Arc::new(unknown)
    }
}

impl<'a> Stack<'a> {
    pub(super) fn new(
        run: &'a Run<'a>,
        template: &'a Template,
        given: &GivenValues,
        prefix: String,
        depth: usize,
        inherited: Assumption,
    ) -> Self {
        let mut stack = Stack {
            run,
            template,
            parameters: parameters(template, given, &prefix),
            conditions: Conditions::new(),
            rules: Vec::new(),
            resources: Vec::new(),
            prefix,
            depth,
            assumption: inherited,
            settled: Assumption::default(),
            veiled: false,
            state: RefCell::default(),
            index: HashMap::new(),
            condition_names: Vec::new(),
        };
        stack.check_parameters();
        let names = template.section("Conditions").iter();
        stack.condition_names = names
            .filter_map(|(k, _)| k.str().map(str::to_owned))
            .collect();
        // Names first: while conditions and loops are read, references to resources must be known to exist.
        stack.set_resources(stack.expanded(template.section("Resources"), &Scope::default()));
        stack.conditions = stack.read_conditions();
        stack.rules = stack.read_rules();
        stack.settle_conditions();
        stack.check_rules();
        stack.check_limits();
        stack.veiled = run.by_case;
        stack.settled = stack.assumption.clone();
        stack.state = RefCell::default();
        stack
    }

    fn set_resources(&mut self, entries: Vec<Entry<'a>>) {
        let named = entries.iter().enumerate();
        self.index = named.map(|(i, e)| (e.name.clone(), i)).collect();
        self.resources = entries;
    }

    /// Decides the conditions that come out the same whatever the parameters are.
    fn settle_conditions(&mut self) {
        let open: Vec<String> = (self.conditions.keys())
            .filter(|name| self.truth(name).is_none())
            .cloned()
            .collect();
        // A template of that many open conditions keeps them open: worth no effort, and never wrong.
        for name in open.into_iter().take(SETTLED) {
            if let Some(truth) = case::settled(self, &name) {
                self.assumption.conditions.insert(name, truth);
            }
        }
    }

    /// Assumes something about the conditions on top of what is settled.
    pub(super) fn assume(&mut self, assumption: Assumption) {
        self.assumption = self.settled.clone();
        self.assumption.subjects.extend(assumption.subjects);
        self.assumption.open.extend(assumption.open);
        self.assumption.conditions.extend(assumption.conditions);
        self.state = RefCell::default();
    }

    /// Whether a condition holds; `None`: undecided.
    pub(super) fn truth(&self, name: &str) -> Option<bool> {
        Judge::new(&self.conditions, &self.assumption).named(name)
    }

    pub(super) fn has_condition(&self, name: &str) -> bool {
        self.conditions.contains_key(name) || self.condition_names.iter().any(|n| n == name)
    }

    pub(super) fn condition_names(&self) -> &[String] {
        &self.condition_names
    }

    pub(super) fn resource(&self, id: &str) -> Option<&Entry<'a>> {
        self.index.get(id).and_then(|i| self.resources.get(*i))
    }

    /// The resources that are stacks of their own; not those of a loop that nobody can write out.
    pub(super) fn nested_entries(&self) -> impl Iterator<Item = &Entry<'a>> {
        self.resources.iter().filter(|e| is_nested(e) && !e.open)
    }

    pub(super) fn address(&self, id: &str) -> String {
        format!("{}{id}", self.prefix)
    }

    pub(super) fn error(&self, code: &'static str, message: impl Into<String>, span: Span) {
        self.run.tell(Diagnostic::error(code, message).at(span));
    }

    pub(super) fn blind(&self, reason: impl Into<String>, settle: Option<&str>) {
        self.state.borrow_mut().blind.push(BlindSpot {
            reason: reason.into(),
            settle: settle.map(str::to_owned),
        });
    }

    /// A value that is unknown because another one is.
    pub(super) fn unknown_from(&self, cause: &Unknown, ty: Type, span: Span) -> Value {
        let mut unknown = Unknown::because(cause.reason.clone()).of(ty);
        unknown.settle.clone_from(&cause.settle);
        Value::unknown(unknown, span)
    }

    /// Tells that a function's argument is not what it wants.
    pub(super) fn bad(&self, found: Call<'_>, wanted: &str) -> Value {
        let message = format!("`{}` wants {wanted}", found.function.name());
        self.error("function-argument", message.clone(), found.span);
        Value::unknown(Unknown::because(message), found.span)
    }

    /// The value of a node; `None`: it is left out (`AWS::NoValue`).
    pub(super) fn value(&self, tree: &Tree, scope: &Scope) -> Option<Value> {
        let depth = self.run.depth.get();
        if depth >= DEPTH {
            let message = "references nest too deeply";
            self.error("reference-depth", message, tree.span);
            return Some(Value::unknown(Unknown::because(message), tree.span));
        }
        self.run.depth.set(depth + 1);
        let value = match call::call(tree) {
            Some(found) => self.called(found, scope),
            None => Some(self.literal(tree, scope)),
        };
        self.run.depth.set(depth);
        match (value, tree.alias) {
            (Some(value), Some(alias)) => {
                Some(value.through(Via::Other("a YAML alias".into()), alias))
            }
            (value, _) => value,
        }
    }

    /// The value of a function's only argument.
    pub(super) fn arg(&self, found: Call<'_>, scope: &Scope) -> Option<Value> {
        if !found.tagged {
            return self.value(found.arg, scope);
        }
        match call::long(found.arg) {
            Some(inner) => self.called(inner, scope),
            None => Some(self.literal(found.arg, scope)),
        }
    }

    fn called(&self, found: Call<'_>, scope: &Scope) -> Option<Value> {
        Some(match found.function {
            Function::Ref => {
                return match self.referred(found, scope) {
                    Ok(name) => self.refer(&name, scope, found.span),
                    Err(unknown) => Some(*unknown),
                };
            }
            Function::If => return self.choose(found, scope),
            Function::GetAtt => self.get_att_call(found, scope),
            Function::Sub => self.sub(found, scope),
            Function::Join => self.join(found, scope),
            Function::Select => return self.select(found, scope),
            Function::Split => self.split(found, scope),
            Function::FindInMap => return self.find_in_map(found, scope),
            Function::Cidr => self.cidr(found, scope),
            Function::Base64 => self.base64(found, scope),
            Function::Length => self.length(found, scope),
            Function::ToJsonString => self.to_json_string(found, scope),
            Function::ImportValue => self.import(found, scope),
            Function::GetAzs => Value::unknown(
                Unknown::because("the availability zones are those of the account at deployment")
                    .of(Type::List(Box::new(Type::String))),
                found.span,
            ),
            Function::GetStackOutput => {
                Value::unknown(Unknown::because("it is another stack's output"), found.span)
            }
            Function::Transform => self.transform(found),
            Function::Equals
            | Function::And
            | Function::Or
            | Function::Not
            | Function::Condition
            | Function::Unknown => self.misplaced(found),
        })
    }

    /// The name that a `Ref` refers to; written, or computed (language extensions).
    fn referred(&self, found: Call<'_>, scope: &Scope) -> Result<String, Box<Value>> {
        let computed = !found.tagged && call::call(found.arg).is_some();
        if let (Some(name), false) = (found.arg.str(), computed) {
            return Ok(scope.key(name));
        }
        let name = self.arg(found, scope);
        let name = name.and_then(|name| self.name_in(&name, found));
        name.unwrap_or_else(|| Err(Box::new(self.bad(found, "a name"))))
    }

    fn misplaced(&self, found: Call<'_>) -> Value {
        let message = match found.function {
            Function::Unknown => {
                let text = self.run.files.text(found.span);
                let name = text.split([' ', '\n', ':']).next().unwrap_or_default();
                format!("there is no function `{}`", name.trim_matches(['{', '"']))
            }
            known => format!("`{}` stands outside of `Conditions`", known.name()),
        };
        self.error("unknown-function", message.clone(), found.span);
        Value::unknown(Unknown::because(message), found.span)
    }

    pub(super) fn transform(&self, found: Call<'_>) -> Value {
        Value::unknown(Unknown::because(transform_reason(found.arg)), found.span)
    }

    /// A scalar, sequence or mapping; the node's own tag is not looked at.
    fn literal(&self, tree: &Tree, scope: &Scope) -> Value {
        match &tree.node {
            Node::Scalar { text, .. } => {
                let mut value = Tree {
                    alias: None,
                    tag: tree.tag.clone().filter(|t| !t.name.starts_with('!')),
                    ..tree.clone()
                }
                .to_value(self.template.scalars);
                if matches!(value.kind, Kind::String(_)) && !scope.is_empty() {
                    value.kind = Kind::String(self.substituted(text, scope));
                }
                self.dynamic(value)
            }
            Node::Hole(_) => tree.to_value(Scalars::Json),
            Node::Sequence(items) => {
                let items = items.iter().filter_map(|t| self.value(t, scope));
                Value::tuple(items.collect(), tree.span)
            }
            Node::Mapping(entries) => self.mapping(entries, tree.span, scope),
        }
    }

    /// A mapping, loops written out.
    pub(super) fn mapping(&self, entries: &[(Tree, Tree)], span: Span, scope: &Scope) -> Value {
        let mut known = BTreeMap::new();
        let mut more = None;
        for entry in self.expanded(entries, scope) {
            if entry.name == "Fn::Transform" {
                more = Some(Arc::new(Unknown::because(transform_reason(entry.tree))));
                continue;
            }
            if entry.open {
                more = Some(Arc::new(Unknown::because(self.loop_reason(&entry))));
                continue;
            }
            if let Some(hole) = entry.scope.fill(&entry.name, None).first_hole() {
                more = Some(Arc::new(Unknown::because(hole.reason.clone())));
                continue;
            }
            if entry.name.starts_with("Fn::") {
                let message = format!("`{}` stands beside other keys", entry.name);
                self.error("unknown-function", message, entry.key.span);
            }
            if let Some(mut value) = self.value(entry.tree, &entry.scope) {
                value.place.key = Some(entry.key.span);
                known.insert(Arc::from(entry.name.as_str()), value);
            }
        }
        let kind = Kind::Mapping {
            shape: Mapping::Object,
            entries: known.into(),
            more,
        };
        Value::new(kind, span)
    }

    /// A text with the placeholders of loops replaced: `${Name}` and `&{Name}`.
    pub(super) fn substituted(&self, text: &Text, scope: &Scope) -> Text {
        let known = text.known().filter(|_| !scope.is_empty());
        let filled = known.map(|k| scope.fill(k, strings::place_of(text)));
        match filled {
            Some(filled) if filled.known() != known => filled,
            _ => text.clone(),
        }
    }

    /// `Fn::If`
    fn choose(&self, found: Call<'_>, scope: &Scope) -> Option<Value> {
        let [name, yes, no] = found.arg.items() else {
            return Some(self.bad(found, "a condition's name and two values"));
        };
        let name_text = scope.key(name.str().unwrap_or_default());
        if !self.has_condition(&name_text) {
            self.undefined_condition(&name_text, name.span);
        }
        match self.truth(&name_text) {
            Some(true) => self.value(yes, scope),
            Some(false) => self.value(no, scope),
            None => {
                let arms = [self.value(yes, scope), self.value(no, scope)];
                Some(self.undecided(&name_text, arms, found.span))
            }
        }
    }

    fn undecided(&self, name: &str, arms: [Option<Value>; 2], span: Span) -> Value {
        let mut unknown = Unknown::because(format!("condition `{name}` is undecided"));
        unknown.settle = Some("pass --parameters FILE".into());
        unknown.not_null = arms.iter().all(Option::is_some);
        let sensitive = arms.iter().flatten().any(Value::has_sensitive);
        let mut value = Value::unknown(unknown.one_of(arms), span);
        value.sensitive = sensitive;
        value
    }

    /// What an assumption says about a parameter that has no value.
    pub(super) fn assumed(&self, name: &str) -> Option<Value> {
        let subject = Subject::Parameter(self.parameters.get(name)?.subject.clone());
        let state = self.state.borrow();
        let subjects = state.tried.as_ref().unwrap_or(&self.assumption.subjects);
        let Assumed::Is(text, span) = subjects.get(&subject)? else {
            return None;
        };
        let value = Value::new(Kind::String(Text::at(text.as_str(), *span)), *span);
        Some(value.through(Via::Other("a condition's case".into()), *span))
    }
}

/// Why the result of a transform is unknown.
pub(super) fn transform_reason(arg: &Tree) -> String {
    let name = transform_name(arg);
    format!("`{name}` is carried out at deployment")
}

/// The name of a transform.
pub(super) fn transform_name(arg: &Tree) -> &str {
    arg.get("Name").and_then(Tree::str).unwrap_or("a transform")
}

/// An empty tuple's kind with elements.
pub(super) fn tuple(items: Vec<Value>, more: Option<Arc<Unknown>>) -> Kind {
    Kind::Sequence {
        shape: Sequence::Tuple,
        items: items.into(),
        more,
    }
}
