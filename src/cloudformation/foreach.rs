//! `Fn::ForEach` of the language extensions, written out as entries with their bindings.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>

use super::scope::{Scope, as_text};
use super::stack::Stack;
use crate::syntax::tree::{Node, Tree};
use crate::value::{Kind, Text, Type, Unknown, Value};

/// Entries that loops may make of one section.
const ENTRIES: usize = 10_000;

/// Turns that all loops may take in one pass over the template.
const TURNS: usize = 50_000;

/// How deep loops may nest.
const LOOPS: usize = 5;

/// An entry of a mapping, perhaps made by a loop.
#[derive(Clone)]
pub(super) struct Entry<'t> {
    pub(super) name: String,
    pub(super) key: &'t Tree,
    pub(super) tree: &'t Tree,
    pub(super) scope: Scope,
    /// It stands for any number of entries: the loop's collection is unknown.
    pub(super) open: bool,
}

impl Stack<'_> {
    /// The entries of a mapping with its loops written out.
    pub(super) fn expanded<'t>(
        &self,
        entries: &'t [(Tree, Tree)],
        scope: &Scope,
    ) -> Vec<Entry<'t>> {
        let mut out = Vec::new();
        self.expand(entries, scope, false, 0, &mut out);
        out
    }

    fn expand<'t>(
        &self,
        entries: &'t [(Tree, Tree)],
        scope: &Scope,
        open: bool,
        depth: usize,
        out: &mut Vec<Entry<'t>>,
    ) {
        for (key, tree) in entries {
            let Some(name) = key.str() else {
                continue;
            };
            if name.starts_with("Fn::ForEach") {
                self.each(key, tree, scope, (open, depth), out);
                continue;
            }
            if out.len() >= ENTRIES {
                let message = format!("loops make more than {ENTRIES} entries");
                self.error("foreach-limit", message, key.span);
                return;
            }
            out.push(Entry {
                name: scope.key(name),
                key,
                tree,
                scope: scope.clone(),
                open,
            });
        }
    }

    fn each<'t>(
        &self,
        key: &'t Tree,
        tree: &'t Tree,
        scope: &Scope,
        (open, depth): (bool, usize),
        out: &mut Vec<Entry<'t>>,
    ) {
        if !self.template.has_extensions() {
            let message = "`Fn::ForEach` wants `Transform: AWS::LanguageExtensions`";
            self.error("language-extensions", message, key.span);
        }
        let parts = match tree.items() {
            [name, collection, body] => name.str().map(|n| (n, collection, body)),
            _ => None,
        };
        let Some((name, collection, body)) = parts else {
            let message =
                "`Fn::ForEach` wants an identifier, a collection and what to make of each";
            self.error("function-argument", message, tree.span);
            return;
        };
        if depth >= LOOPS {
            let message = format!("loops nest deeper than {LOOPS}");
            self.error("foreach-limit", message, key.span);
            return;
        }
        let members = self.members(collection, scope);
        for value in &members.0 {
            if !self.one_more_turn(key) {
                return;
            }
            let inner = scope.bind(name, value.clone());
            self.expand(body.entries(), &inner, open, depth + 1, out);
        }
        if let Some(unknown) = members.1 {
            let inner = scope.bind(name, Value::unknown(unknown, collection.span));
            self.expand(body.entries(), &inner, true, depth + 1, out);
        }
    }

    /// Counts one more turn of a loop; whether there may be one more. Loops that make nothing take their time, too.
    fn one_more_turn(&self, key: &Tree) -> bool {
        let turns = &self.run.used.turns;
        turns.set(turns.get() + 1);
        if turns.get() == TURNS + 1 {
            let message = format!("loops take more than {TURNS} turns");
            self.error("foreach-limit", message, key.span);
        }
        turns.get() <= TURNS
    }

    /// The members of a collection, and what is unknown about further ones.
    fn members(&self, collection: &Tree, scope: &Scope) -> (Vec<Value>, Option<Unknown>) {
        let found = match &collection.node {
            // Members of a written list may be lists themselves (a `Ref` to a list parameter).
            Node::Sequence(items) if collection.tag.is_none() => {
                items.iter().filter_map(|t| self.value(t, scope)).collect()
            }
            _ => self.value(collection, scope).into_iter().collect(),
        };
        let mut out = Vec::new();
        let mut more = None;
        let found: Vec<Value> = found;
        for value in found {
            match &value.kind {
                Kind::Sequence { more: open, .. } => {
                    out.extend(value.items());
                    more = more.or_else(|| open.as_deref().cloned());
                }
                Kind::Unknown(u) => more = more.or_else(|| Some((**u).clone())),
                _ if as_text(&value).as_ref().and_then(Text::known).is_some() => out.push(value),
                _ => {
                    let message = "a collection holds texts";
                    self.error("function-argument", message, value.place.span);
                }
            }
        }
        // Names are printed: what is not to be echoed makes none.
        if out.iter().any(|v| v.sensitive) {
            out.retain(|v| !v.sensitive);
            let hidden = || Unknown::because("a member is not to be echoed");
            more = more.or_else(|| Some(hidden()));
        }
        out.retain(|v| match v.as_unknown() {
            Some(u) => {
                more = more.clone().or_else(|| Some(u.clone()));
                false
            }
            None => true,
        });
        let more = more.map(|u| Unknown {
            either: Vec::new(),
            ..u.of(Type::String)
        });
        (out, more)
    }

    /// Why an entry of an unknown collection is open.
    pub(super) fn loop_reason(&self, entry: &Entry<'_>) -> String {
        let reason = entry.scope.first_unknown();
        let reason = reason.unwrap_or_else(|| "a collection is unknown".to_owned());
        format!("the loop that makes `{}` is open: {reason}", entry.name)
    }
}
