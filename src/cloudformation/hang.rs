//! What the parts of a template hang on: the conditions and parameters that decide how a resource comes out, those of nested
//! stacks included. A condition of a nested stack goes by its address (`Stack.IsProd`), a parameter is always one of the stack
//! that is looked at: what a nested stack is given stands for its own parameters.

use super::call::{self, Function};
use super::foreach::Entry;
use super::resources::{is_nested, kind, matters};
use super::scope::Scope;
use super::stack::Stack;
use crate::syntax::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// References that are followed from one part of a template; what lies further is not known.
const FOLLOWED: usize = 500;

/// What something hangs on.
#[derive(Clone, Default)]
pub(super) struct Part {
    /// Conditions by their addresses.
    pub(super) conditions: BTreeSet<String>,
    /// Parameters by their names.
    pub(super) parameters: BTreeSet<String>,
    /// There is more that nobody has followed.
    pub(super) cut: bool,
}

/// A resource that is judged, or that others are judged by.
pub(super) struct Judged {
    pub(super) kind: String,
    /// The conditions that it exists under.
    pub(super) there: BTreeSet<String>,
    /// What its properties and policies hang on.
    pub(super) own: Part,
}

/// What a template's conditions, outputs and resources hang on.
#[derive(Default)]
pub(super) struct Map {
    /// What stands in each condition, the conditions that it names included.
    pub(super) conditions: BTreeMap<String, Part>,
    pub(super) resources: Vec<Judged>,
    /// What it hangs on which templates the nested stacks have.
    pub(super) templates: Part,
    pub(super) outputs: BTreeMap<String, Part>,
}

impl Part {
    fn add(&mut self, other: &Part) {
        self.conditions.extend(other.conditions.iter().cloned());
        self.parameters.extend(other.parameters.iter().cloned());
        self.cut |= other.cut;
    }
}

impl Map {
    /// Reads a stack and those that are nested in it.
    pub(super) fn of(stack: &Stack<'_>) -> Self {
        Level::new(stack).map()
    }

    /// All that some conditions hang on.
    pub(super) fn behind<'n>(&self, names: impl Iterator<Item = &'n String>) -> Part {
        let mut out = Part::default();
        let mut next: Vec<String> = names.cloned().collect();
        while let Some(name) = next.pop() {
            if out.conditions.contains(&name) {
                continue;
            }
            if let Some(part) = self.conditions.get(&name) {
                next.extend(part.conditions.iter().cloned());
                out.parameters.extend(part.parameters.iter().cloned());
                out.cut |= part.cut;
            }
            out.conditions.insert(name);
        }
        out
    }
}

/// One stack while it is read.
struct Level<'l, 's> {
    stack: &'l Stack<'s>,
    conditions: BTreeSet<String>,
    /// The nested stacks, in terms of their own parameters.
    nested: BTreeMap<String, Map>,
}

/// What has been met on the way from one part of a template.
#[derive(Default)]
struct Met {
    out: Part,
    seen: BTreeSet<String>,
}

impl<'l, 's> Level<'l, 's> {
    fn new(stack: &'l Stack<'s>) -> Self {
        let map = |entry: &Entry<'s>| {
            let map = stack.with_child(entry, |child| Map::of(child))?;
            Some((entry.name.clone(), map))
        };
        Level {
            stack,
            conditions: stack.conditions.keys().cloned().collect(),
            nested: stack.nested_entries().filter_map(map).collect(),
        }
    }

    fn map(&self) -> Map {
        let mut out = Map::default();
        let template = self.stack.template;
        for entry in self.entries("Conditions") {
            let mut met = Met::default();
            self.condition(entry.tree, &entry.scope, &mut met);
            let address = self.stack.address(&entry.name);
            out.conditions.entry(address).or_default().add(&met.out);
        }
        for entry in self.entries("Outputs") {
            let mut met = Met::default();
            self.tree(entry.tree, &entry.scope, &mut met);
            met.out.conditions.extend(self.there(&entry));
            out.outputs.entry(entry.name).or_default().add(&met.out);
        }
        for entry in &self.stack.resources {
            if !matters(kind(entry)) {
                continue;
            }
            let mut met = Met::default();
            for part in ["Properties", "DeletionPolicy", "UpdateReplacePolicy"] {
                let tree = entry.tree.get(part).filter(|_| !is_nested(entry));
                if let Some(tree) = tree {
                    self.tree(tree, &entry.scope, &mut met);
                }
            }
            let globals = template.tree.get("Globals");
            if let Some(tree) = globals.filter(|_| kind(entry).starts_with("AWS::Serverless::")) {
                self.tree(tree, &Scope::default(), &mut met);
            }
            out.resources.push(Judged {
                kind: kind(entry).to_owned(),
                there: self.there(entry).into_iter().collect(),
                own: met.out,
            });
            if is_nested(entry) {
                self.add_nested(entry, &mut out);
            }
        }
        out
    }

    fn entries(&self, section: &str) -> Vec<Entry<'s>> {
        let section = self.stack.template.section(section);
        self.stack.expanded(section, &Scope::default())
    }

    /// The condition that something exists under.
    fn there(&self, entry: &Entry<'_>) -> Option<String> {
        let name = entry.tree.get("Condition").and_then(Tree::str)?;
        let name = entry.scope.key(name);
        let known = self.conditions.contains(&name);
        known.then(|| self.stack.address(&name))
    }

    /// What a nested stack holds, in terms of the parameters here.
    fn add_nested(&self, entry: &Entry<'s>, out: &mut Map) {
        let properties = entry.tree.get("Properties");
        if let Some(url) = properties.and_then(|p| p.get("TemplateURL")) {
            let mut met = Met::default();
            self.tree(url, &entry.scope, &mut met);
            out.templates.add(&met.out);
        }
        let Some(nested) = self.nested.get(&entry.name) else {
            return;
        };
        let lifted = |part: &Part| {
            let mut met = Met::default();
            self.lift(entry, part, &mut met);
            met.out
        };
        let conditions = nested.conditions.iter();
        (out.conditions).extend(conditions.map(|(name, part)| (name.clone(), lifted(part))));
        out.templates.add(&lifted(&nested.templates));
        let outer = self.there(entry);
        for resource in &nested.resources {
            let mut there = resource.there.clone();
            there.extend(outer.clone());
            out.resources.push(Judged {
                kind: resource.kind.clone(),
                there,
                own: lifted(&resource.own),
            });
        }
    }

    /// Puts what a nested stack is given in the place of its parameters.
    fn lift(&self, entry: &Entry<'s>, part: &Part, met: &mut Met) {
        met.out.conditions.extend(part.conditions.iter().cloned());
        met.out.cut |= part.cut;
        let properties = entry.tree.get("Properties");
        let Some(given) = properties.and_then(|p| p.get("Parameters")) else {
            return;
        };
        let written = given.entries().iter().any(|(key, _)| {
            let name = key.str().unwrap_or_default();
            name.starts_with("Fn::") || name == "Ref"
        });
        for name in &part.parameters {
            let tree = match given.get(name) {
                _ if written || given.tag.is_some() => given,
                Some(tree) => tree,
                None => continue, // the default of the nested template: nobody can give another one
            };
            if met.seen.insert(format!("{} {name}", entry.name)) {
                self.tree(tree, &entry.scope, met);
            }
        }
    }

    /// What stands in a condition.
    fn condition(&self, tree: &Tree, scope: &Scope, met: &mut Met) {
        if let Some(text) = tree.str() {
            let name = scope.key(text);
            if self.conditions.contains(&name) {
                met.out.conditions.insert(self.stack.address(&name));
            }
            self.text(&name, met);
        }
        tree.items()
            .iter()
            .for_each(|t| self.condition(t, scope, met));
        for (_, value) in tree.entries() {
            self.condition(value, scope, met);
        }
    }

    /// What stands in any other part.
    fn tree(&self, tree: &Tree, scope: &Scope, met: &mut Met) {
        if let Some(found) = call::call(tree)
            && found.function == Function::If
            && let Some(name) = found.arg.items().first().and_then(Tree::str)
        {
            let name = scope.key(name);
            if self.conditions.contains(&name) {
                met.out.conditions.insert(self.stack.address(&name));
            }
        }
        if let Some(text) = tree.str() {
            self.text(&scope.key(text), met);
        }
        tree.items().iter().for_each(|t| self.tree(t, scope, met));
        for (_, value) in tree.entries() {
            self.tree(value, scope, met);
        }
    }

    /// What a text may name: a parameter or a resource, as an argument or in `${…}`. A text that merely looks like a name does
    /// no harm: what it names is looked at without need.
    fn text(&self, text: &str, met: &mut Met) {
        let inner = text.split("${").skip(1).filter_map(|t| t.split('}').next());
        for name in inner.chain([text]) {
            if self.stack.parameters.contains_key(name) {
                met.out.parameters.insert(name.to_owned());
            }
            let (id, attribute) = name.split_once('.').unwrap_or((name, ""));
            let Some(entry) = self.stack.resource(id) else {
                continue;
            };
            if is_nested(entry) {
                self.output(entry, attribute, met);
            } else if met.seen.insert(id.to_owned()) {
                self.named(entry, met);
            }
        }
    }

    /// The name of a resource: the only properties that its attributes are made of.
    fn named(&self, entry: &Entry<'s>, met: &mut Met) {
        if met.seen.len() > FOLLOWED {
            met.out.cut = true;
            return;
        }
        let properties = entry.tree.get("Properties").map_or(&[][..], Tree::entries);
        for (key, tree) in properties {
            let key = key.str().unwrap_or_default();
            if key.ends_with("Name") || key == "Path" || key.starts_with("Fn::") {
                self.tree(tree, &entry.scope, met);
            }
        }
    }

    /// An output of a nested stack; every one where it is not said which.
    fn output(&self, entry: &Entry<'s>, attribute: &str, met: &mut Met) {
        let Some(nested) = self.nested.get(&entry.name) else {
            return;
        };
        let wanted = attribute.strip_prefix("Outputs.");
        for (name, part) in &nested.outputs {
            let other = wanted.is_some_and(|w| w != name);
            if !other && met.seen.insert(format!("{}.{name}", entry.name)) {
                self.lift(entry, part, met);
            }
        }
    }
}
