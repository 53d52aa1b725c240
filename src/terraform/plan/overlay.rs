//! Lays what is unknown and what is sensitive over the values of a plan: three trees of one shape, where `true` in the
//! second or third stands for everything below it.

use super::is_true;
use crate::syntax::scalar::Scalars;
use crate::syntax::tree::{Node, Tree};
use crate::value::{Cause, Kind, Reason, Unknown, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a value of a plan is unknown.
pub(super) const LATER: &str = "known after apply";

/// The value, with its unknown and sensitive parts marked; `None` where there is nothing at all.
pub(super) fn value(
    value: Option<&Tree>,
    unknown: Option<&Tree>,
    sensitive: Option<&Tree>,
) -> Option<Value> {
    let mut out = shape(value, unknown, sensitive)?;
    out.sensitive |= sensitive.is_some_and(is_true);
    Some(out)
}

fn shape(known: Option<&Tree>, unknown: Option<&Tree>, sensitive: Option<&Tree>) -> Option<Value> {
    if let Some(mark) = unknown.filter(|t| is_true(t)) {
        let span = known.map_or(mark.span, |v| v.span);
        return Some(Value::unknown(later(), span));
    }
    let marks = unknown.filter(|t| matters(t));
    let Some(tree) = known else {
        return marks.map(|m| marked(m, sensitive));
    };
    match &tree.node {
        Node::Mapping(_) => Some(mapping(tree, marks, sensitive)),
        Node::Sequence(items) => {
            let length = items.len().max(marks.map_or(0, |m| m.items().len()));
            let items =
                (0..length).filter_map(|i| value(items.get(i), item(marks, i), item(sensitive, i)));
            Some(Value::tuple(items.collect(), tree.span))
        }
        // null where a structure with unknown parts goes
        Node::Scalar { .. } if marks.is_some() && tree.is_null(Scalars::Json) => {
            marks.map(|m| marked(m, sensitive))
        }
        _ => Some(tree.to_value(Scalars::Json)),
    }
}

/// A structure of which only the unknown parts are told.
fn marked(marks: &Tree, sensitive: Option<&Tree>) -> Value {
    match &marks.node {
        Node::Sequence(items) => {
            let items = items.iter().filter_map(|m| value(None, Some(m), None));
            Value::tuple(items.collect(), marks.span)
        }
        _ => mapping(marks, Some(marks), sensitive),
    }
}

fn mapping(tree: &Tree, marks: Option<&Tree>, sensitive: Option<&Tree>) -> Value {
    let only_marks = marks.is_some_and(|m| std::ptr::eq(m, tree));
    let own = if only_marks { &[] } else { tree.entries() };
    let own = own.iter().map(|(k, v)| (k, Some(v)));
    let added = marks.map(Tree::entries).unwrap_or_default();
    let added = added.iter().map(|(k, _)| (k, None));
    let mut entries: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    for (key, known) in own.chain(added) {
        let Some(name) = key.str().filter(|n| !entries.contains_key(*n)) else {
            continue;
        };
        if let Some(mut value) = value(known, entry(marks, name), entry(sensitive, name)) {
            value.place.key = Some(key.span);
            entries.insert(name.into(), value);
        }
    }
    Value::object(entries.into(), tree.span)
}

fn item(tree: Option<&Tree>, index: usize) -> Option<&Tree> {
    tree.and_then(|t| t.items().get(index))
}

fn entry<'a>(tree: Option<&'a Tree>, key: &str) -> Option<&'a Tree> {
    tree.and_then(|t| t.get(key))
}

/// Whether anything in a tree of marks is marked.
pub(super) fn matters(marks: &Tree) -> bool {
    is_true(marks)
        || marks.items().iter().any(matters)
        || marks.entries().iter().any(|(_, m)| matters(m))
}

/// Leaves objects open: `planned_values` has no marks, and nothing in place of what is unknown.
pub(super) fn open(value: &mut Value) {
    match &mut value.kind {
        Kind::Mapping { entries, more, .. } => {
            entries.values_mut().for_each(open);
            more.get_or_insert_with(|| Arc::new(later()));
        }
        Kind::Sequence { items, .. } => items.iter_mut().for_each(open),
        _ => {}
    }
}

/// What a plan leaves open.
pub(super) fn later() -> Unknown {
    Unknown::because(Reason::new(Cause::AfterApply, LATER))
        .settle("check the Terraform files, too: they may tell more of it")
}
