//! Which parameters, of those that have their defaults, a part of a template hangs on.

use super::GivenValues;
use super::foreach::Entry;
use super::scope::Scope;
use super::stack::Stack;
use crate::syntax::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// What conditions hang on.
pub(super) struct Hung<'s> {
    conditions: BTreeMap<String, Entry<'s>>,
    /// Parameters that have their defaults.
    pub(super) defaulted: Vec<String>,
}

impl<'s> Hung<'s> {
    pub(super) fn new(stack: &Stack<'s>, given: &GivenValues) -> Self {
        let section = stack.template.section("Conditions");
        let entries = stack.expanded(section, &Scope::default());
        let defaulted = (stack.parameters.iter())
            .filter(|(name, p)| p.value.is_some() && !given.contains_key(*name));
        Hung {
            defaulted: defaulted.map(|(name, _)| name.clone()).collect(),
            conditions: entries.into_iter().map(|e| (e.name.clone(), e)).collect(),
        }
    }

    /// The defaulted parameters that a condition may hang on. A text that merely looks like a parameter's name does no
    /// harm: without its default the condition comes out as before.
    pub(super) fn on(&self, name: &str) -> BTreeSet<String> {
        self.through(vec![name.to_owned()], BTreeSet::new())
    }

    /// The same for any other part of the template.
    pub(super) fn of(&self, tree: &Tree, scope: &Scope) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        let next = self.mentioned(tree, scope, &mut out);
        self.through(next, out)
    }

    fn through(&self, mut next: Vec<String>, mut out: BTreeSet<String>) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        while let Some(name) = next.pop() {
            let Some(entry) = self.conditions.get(&name).filter(|_| !seen.contains(&name)) else {
                continue;
            };
            seen.insert(name);
            next.extend(self.mentioned(entry.tree, &entry.scope, &mut out));
        }
        out
    }

    /// The texts of a tree; the parameters that they name go to `out`.
    fn mentioned(&self, tree: &Tree, scope: &Scope, out: &mut BTreeSet<String>) -> Vec<String> {
        let mut texts = Vec::new();
        scalars(tree, &mut texts);
        let texts: Vec<String> = texts.into_iter().map(|t| scope.key(t)).collect();
        for text in &texts {
            let named = |p: &&String| text == *p || text.contains(&format!("${{{p}}}"));
            out.extend(self.defaulted.iter().filter(named).cloned());
        }
        texts
    }
}

/// Every text in a tree.
fn scalars<'t>(tree: &'t Tree, out: &mut Vec<&'t str>) {
    out.extend(tree.str());
    tree.items().iter().for_each(|t| scalars(t, out));
    for (_, value) in tree.entries() {
        scalars(value, out);
    }
}
