//! Conditions as expressions over atoms: "the parameter `Env` is `prod`". An atom that the parameters do not decide may
//! be assumed either way; two atoms about the same subject with different values exclude each other.

use super::call::{self, Function};
use super::scope::{Scope, as_text};
use super::stack::Stack;
use crate::diagnostic::{Diagnostic, nearest};
use crate::span::Span;
use crate::syntax::tree::Tree;
use crate::value::{Kind, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A condition.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    Known(bool),
    /// The subject is this text.
    Is(Subject, String, Span),
    /// Something that holds or not, known by its text only.
    Open(String),
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    /// Another condition by its name.
    Named(String),
}

/// What an atom speaks of: a parameter (of the outermost stack that it comes from), or an expression by its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Parameter(String),
    Expression(String),
}

/// What is assumed about the atoms, and what follows for conditions.
#[derive(Clone, Debug, Default)]
pub(super) struct Assumption {
    pub(super) subjects: BTreeMap<Subject, Assumed>,
    pub(super) open: BTreeMap<String, bool>,
    /// Conditions by name, and those of nested stacks by their address from here.
    pub(super) conditions: BTreeMap<String, bool>,
}

/// What is assumed about a subject.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Assumed {
    /// It is this text, which stands here.
    Is(String, Span),
    /// It is none of these texts.
    Other(BTreeSet<String>),
}

/// The atoms of some conditions.
#[derive(Clone, Default)]
pub(super) struct Atoms {
    pub(super) subjects: BTreeMap<Subject, Vec<(String, Span)>>,
    pub(super) open: BTreeSet<String>,
    seen: BTreeSet<String>,
}

/// All conditions of a template by name.
pub(super) type Conditions = BTreeMap<String, Arc<Condition>>;

impl Atoms {
    /// Adds the atoms of a condition by its name, those of the conditions that it names included.
    pub(super) fn add(&mut self, name: &str, all: &Conditions) {
        let mut next = vec![name.to_owned()];
        while let Some(name) = next.pop() {
            if self.seen.insert(name.clone())
                && let Some(condition) = all.get(&name)
            {
                self.add_direct(condition, &mut next);
            }
        }
    }

    /// Adds those of a condition without a name, where it speaks of a subject that is among them already. Gives what it added.
    pub(super) fn add_related(&mut self, condition: &Condition, all: &Conditions) -> Atoms {
        let mut own = Atoms::default();
        let mut next = Vec::new();
        own.add_direct(condition, &mut next);
        if !own.subjects.keys().any(|s| self.subjects.contains_key(s)) {
            return Atoms::default();
        }
        next.iter().for_each(|name| own.add(name, all));
        self.extend(&own);
        own
    }

    /// Adds all of others.
    pub(super) fn extend(&mut self, other: &Atoms) {
        for (subject, texts) in &other.subjects {
            self.add_texts(subject.clone(), texts.iter().cloned());
        }
        self.open.extend(other.open.iter().cloned());
    }

    /// Adds texts that a subject may be.
    pub(super) fn add_texts(
        &mut self,
        subject: Subject,
        texts: impl IntoIterator<Item = (String, Span)>,
    ) {
        let known = self.subjects.entry(subject).or_default();
        for (text, span) in texts {
            if !known.iter().any(|(t, _)| *t == text) {
                known.push((text, span));
            }
        }
    }

    /// Whether some of them are known by their text only, so that what parameters are may decide them.
    pub(super) fn has_expressions(&self) -> bool {
        let expression = |s: &Subject| matches!(s, Subject::Expression(_));
        !self.open.is_empty() || self.subjects.keys().any(expression)
    }

    fn add_direct(&mut self, condition: &Condition, next: &mut Vec<String>) {
        match condition {
            Condition::Known(_) => {}
            Condition::Is(subject, text, span) => {
                self.add_texts(subject.clone(), [(text.clone(), *span)]);
            }
            Condition::Open(key) => {
                self.open.insert(key.clone());
            }
            Condition::Not(inner) => self.add_direct(inner, next),
            Condition::And(parts) | Condition::Or(parts) => {
                parts.iter().for_each(|c| self.add_direct(c, next));
            }
            Condition::Named(name) => next.push(name.clone()),
        }
    }
}

/// How long a chain of conditions that name one another is followed; the rest is undecided.
const CHAIN: usize = 200;

/// Works out truth under an assumption, each condition once.
pub(super) struct Judge<'a> {
    pub(super) conditions: &'a Conditions,
    pub(super) assumption: &'a Assumption,
    depth: usize,
    memo: BTreeMap<String, Option<bool>>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(conditions: &'a Conditions, assumption: &'a Assumption) -> Self {
        Judge {
            conditions,
            assumption,
            depth: 0,
            memo: BTreeMap::new(),
        }
    }

    /// Kleene's logic; `None`: undecided.
    pub(super) fn truth(&mut self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::Known(b) => Some(*b),
            Condition::Is(subject, text, _) => match self.assumption.subjects.get(subject)? {
                Assumed::Is(assumed, _) => Some(assumed == text),
                Assumed::Other(texts) => texts.contains(text).then_some(false),
            },
            Condition::Open(key) => self.assumption.open.get(key).copied(),
            Condition::Not(inner) => self.truth(inner).map(|b| !b),
            Condition::And(parts) => self.all(parts, true),
            Condition::Or(parts) => self.all(parts, false),
            Condition::Named(name) => self.named(name),
        }
    }

    /// All parts are `good` → `good`; one is not → not.
    fn all(&mut self, parts: &[Condition], good: bool) -> Option<bool> {
        let truths: Vec<Option<bool>> = parts.iter().map(|c| self.truth(c)).collect();
        if truths.contains(&Some(!good)) {
            Some(!good)
        } else if truths.contains(&None) {
            None
        } else {
            Some(good)
        }
    }

    pub(super) fn named(&mut self, name: &str) -> Option<bool> {
        if let Some(known) = self.assumption.conditions.get(name) {
            return Some(*known);
        }
        if let Some(known) = self.memo.get(name) {
            return *known;
        }
        // A cycle meets this entry: undecided.
        self.memo.insert(name.to_owned(), None);
        let condition = self.conditions.get(name)?.clone();
        if self.depth >= CHAIN {
            return None;
        }
        self.depth += 1;
        let truth = self.truth(&condition);
        self.depth -= 1;
        self.memo.insert(name.to_owned(), truth);
        truth
    }
}

impl Stack<'_> {
    /// Reads the conditions of the template.
    pub(super) fn read_conditions(&self) -> Conditions {
        let entries = self.expanded(self.template.section("Conditions"), &Scope::default());
        let mut out = Conditions::new();
        for entry in &entries {
            let condition = self.condition(entry.tree, &entry.scope);
            out.insert(entry.name.clone(), Arc::new(condition));
        }
        let suspects = unpeeled(&out);
        for entry in entries.iter().filter(|e| suspects.contains(&e.name)) {
            if reaches(&entry.name, &out) {
                let message = format!("condition `{}` depends on itself", entry.name);
                self.error("condition-cycle", message, entry.key.span);
            }
        }
        out
    }

    /// The conditions of the template where parameters are what is assumed: what a function makes of them is known then.
    pub(super) fn conditions_where(&self, assumption: &Assumption) -> Conditions {
        let tried = |assumed| std::mem::replace(&mut self.state.borrow_mut().tried, assumed);
        let before = tried(Some(assumption.subjects.clone()));
        let (read, _) = self.run.quietly(|| self.read_conditions());
        tried(before);
        read
    }

    fn condition(&self, tree: &Tree, scope: &Scope) -> Condition {
        let Some(found) = call::in_condition(tree) else {
            return self.plain_condition(tree);
        };
        let parts = || -> Vec<Condition> {
            let items = found.arg.items().iter();
            items.map(|t| self.condition(t, scope)).collect()
        };
        match found.function {
            Function::Equals => self.equals(found, scope),
            Function::Not => match <[Condition; 1]>::try_from(parts()) {
                Ok([inner]) => Condition::Not(Box::new(inner)),
                Err(_) => self.arity(found, "one condition"),
            },
            Function::And | Function::Or => {
                let parts = parts();
                if !(2..=10).contains(&parts.len()) {
                    return self.arity(found, "two to ten conditions");
                }
                match found.function {
                    Function::And => Condition::And(parts),
                    _ => Condition::Or(parts),
                }
            }
            Function::Condition => self.reference(found.arg, scope),
            _ => {
                let message = format!("`{}` is no condition", found.function.name());
                self.error("condition-form", message, found.span);
                Condition::Open(self.text_of(tree, scope))
            }
        }
    }

    fn plain_condition(&self, tree: &Tree) -> Condition {
        match tree.to_value(self.template.scalars).as_bool() {
            Some(b) => Condition::Known(b),
            None => {
                let message = "a condition is made of `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` and `Condition`";
                self.error("condition-form", message, tree.span);
                Condition::Open(self.text_of(tree, &Scope::default()))
            }
        }
    }

    fn reference(&self, arg: &Tree, scope: &Scope) -> Condition {
        let name = scope.key(arg.str().unwrap_or_default());
        if !self.has_condition(&name) {
            self.undefined_condition(&name, arg.span);
            return Condition::Open(format!("condition {name}"));
        }
        Condition::Named(name)
    }

    /// Tells that there is no such condition.
    pub(super) fn undefined_condition(&self, name: &str, span: Span) {
        let names = self.condition_names();
        let mut problem = Diagnostic::error(
            "condition-undefined",
            format!("there is no condition `{name}`"),
        );
        if let Some(near) = nearest(name, names.iter().map(String::as_str)) {
            problem = problem.help(format!("did you mean `{near}`?"));
        }
        self.run.tell(problem.at(span));
    }

    fn arity(&self, found: call::Call<'_>, wanted: &str) -> Condition {
        let message = format!("`{}` wants {wanted}", found.function.name());
        self.error("function-argument", message, found.span);
        Condition::Open(self.text_of(found.arg, &Scope::default()))
    }

    fn equals(&self, found: call::Call<'_>, scope: &Scope) -> Condition {
        match found.arg.items() {
            [left, right] => self.same(left, right, scope),
            _ => self.arity(found, "two values"),
        }
    }

    /// Whether two values are the same text.
    pub(super) fn same(&self, left: &Tree, right: &Tree, scope: &Scope) -> Condition {
        let sides = (self.value(left, scope), self.value(right, scope));
        let texts = (known_text(sides.0.as_ref()), known_text(sides.1.as_ref()));
        match texts {
            (Some(a), Some(b)) => Condition::Known(a == b),
            (Some(text), None) => self.is(right, scope, text, left.span),
            (None, Some(text)) => self.is(left, scope, text, right.span),
            (None, None) => {
                let mut both = [self.text_of(left, scope), self.text_of(right, scope)];
                both.sort();
                if both.first() == both.last() {
                    return Condition::Known(true);
                }
                Condition::Open(both.join(" == "))
            }
        }
    }

    fn is(&self, tree: &Tree, scope: &Scope, text: String, span: Span) -> Condition {
        let parameter = call::call(tree)
            .filter(|c| c.function == Function::Ref)
            .and_then(|c| c.arg.str())
            .filter(|name| scope.get(name).is_none())
            .and_then(|name| self.parameters.get(name));
        let Some(parameter) = parameter else {
            return Condition::Is(Subject::Expression(self.text_of(tree, scope)), text, span);
        };
        if !parameter.list && !parameter.stored && !self.admits(parameter, &text) {
            return Condition::Known(false);
        }
        Condition::Is(Subject::Parameter(parameter.subject.clone()), text, span)
    }

    /// What an expression is known by: its text in the file, and the loops around it.
    fn text_of(&self, tree: &Tree, scope: &Scope) -> String {
        scope.key(&self.run.files.text(tree.full_span()))
    }
}

/// The text of a scalar without holes.
fn known_text(value: Option<&Value>) -> Option<String> {
    let value = value?;
    if matches!(value.kind, Kind::Unknown(_)) {
        return None;
    }
    as_text(value)?.known().map(str::to_owned)
}

/// The conditions that a condition names.
fn named(condition: &Condition) -> Vec<String> {
    let mut next = Vec::new();
    Atoms::default().add_direct(condition, &mut next);
    next
}

/// The conditions that are part of a cycle or lead to one: what is left when those that name nothing left are taken away.
fn unpeeled(all: &Conditions) -> BTreeSet<String> {
    let mut users: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    let mut waits: BTreeMap<&String, usize> = BTreeMap::new();
    let mut free = Vec::new();
    for (name, condition) in all {
        let used: BTreeSet<String> = named(condition).into_iter().collect();
        let used: Vec<String> = used.into_iter().filter(|u| all.contains_key(u)).collect();
        if used.is_empty() {
            free.push(name);
        }
        waits.insert(name, used.len());
        for other in used {
            users.entry(other).or_default().push(name);
        }
    }
    while let Some(name) = free.pop() {
        for user in users.get(name).into_iter().flatten() {
            if let Some(count) = waits.get_mut(*user) {
                *count -= 1;
                if *count == 0 {
                    free.push(user);
                }
            }
        }
    }
    let left = waits.into_iter().filter(|(_, count)| *count > 0);
    left.map(|(name, _)| name.clone()).collect()
}

/// Whether a condition leads to itself.
fn reaches(name: &str, all: &Conditions) -> bool {
    let direct = |name: &str| all.get(name).map(|c| named(c)).unwrap_or_default();
    let mut seen = BTreeSet::new();
    let mut next = direct(name);
    while let Some(other) = next.pop() {
        if other == name {
            return true;
        }
        if seen.insert(other.clone()) {
            next.extend(direct(&other));
        }
    }
    false
}
