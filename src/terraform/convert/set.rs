//! Terraform's sets: distinct elements in a fixed order.

use crate::span::Span;
use crate::value::{Kind, Number, Sequence, Type, Value};
use std::cmp::Ordering;

/// The set of these elements, which are of type `of` already: equal ones once (the first stays), in Terraform's order;
/// the set is sensitive where any part of an element is.
pub fn set(of: Type, items: Vec<Value>, span: Span) -> Value {
    let sensitive = items.iter().any(Value::has_sensitive);
    let mut keyed: Vec<(Key, Value)> = (items.into_iter())
        .map(|v| (Key::of(&v), plain(v)))
        .collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    keyed.dedup_by(|b, a| a.0 == b.0 && !matches!(a.0, Key::Unknown) && a.1.is_wholly_known());
    let items = keyed.into_iter().map(|(_, v)| v).collect();
    let kind = Kind::Sequence {
        shape: Sequence::Set(of),
        items,
        more: None,
    };
    Value {
        sensitive,
        ..Value::new(kind, span)
    }
}

/// Without marks, which the whole set has.
fn plain(mut value: Value) -> Value {
    value.sensitive = false;
    match &mut value.kind {
        Kind::Sequence { items, .. } => {
            for item in items.iter_mut() {
                *item = plain(item.clone());
            }
        }
        Kind::Mapping { entries, .. } => {
            for entry in entries.values_mut() {
                *entry = plain(entry.clone());
            }
        }
        _ => {}
    }
    value
}

/// What Terraform orders the elements of a set by: known before unknown before null; bools, numbers and texts by value,
/// anything else by a text made of its parts.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Bool(bool),
    Number(Number),
    Text(String),
    Other(String, Exact),
    Unknown,
    Null,
}

/// Parts that look alike in the ordering text (numbers of more than ten digits) still are different elements.
#[derive(Debug)]
struct Exact(Value);

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        super::equal(&self.0, &other.0) == Some(true)
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl Key {
    fn of(value: &Value) -> Self {
        match &value.kind {
            Kind::Null(_) => Key::Null,
            Kind::Unknown(_) => Key::Unknown,
            Kind::Bool(b) => Key::Bool(*b),
            Kind::Number(n) => Key::Number(n.clone()),
            Kind::String(t) => t.known().map_or(Key::Unknown, |s| Key::Text(s.to_owned())),
            Kind::Sequence { .. } | Kind::Mapping { .. } => {
                let mut out = String::new();
                describe(value, &mut out);
                Key::Other(out, Exact(value.clone()))
            }
        }
    }
}

/// The text that structures are ordered by: brackets, and each part followed by `;`.
fn describe(value: &Value, out: &mut String) {
    match &value.kind {
        Kind::Null(_) => out.push('~'),
        Kind::Unknown(_) => out.push('?'),
        Kind::Bool(b) => out.push(if *b { 'T' } else { 'F' }),
        Kind::Number(n) => out.push_str(&n.brief()),
        Kind::String(t) => match t.known() {
            Some(s) => out.push_str(&format!("{s:?}")),
            None => out.push('?'),
        },
        Kind::Sequence { shape, items, .. } => {
            let tuple = *shape == Sequence::Tuple;
            out.push(if tuple { '<' } else { '[' });
            for item in items {
                describe(item, out);
                out.push(';');
            }
            out.push(if tuple { '>' } else { ']' });
        }
        Kind::Mapping { shape, entries, .. } => {
            let object = *shape == crate::value::Mapping::Object;
            out.push(if object { '<' } else { '{' });
            for (key, entry) in entries {
                if !object {
                    out.push_str(&format!("{key:?}:"));
                }
                describe(entry, out);
                out.push(';');
            }
            out.push(if object { '>' } else { '}' });
        }
    }
}
