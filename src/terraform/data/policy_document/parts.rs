//! Principals, conditions and lists of texts, in the order in which the provider writes them.

use super::super::render::{Entry, Node, unclear};
use crate::span::Span;
use crate::value::{Kind, Unknown, Value};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What stands in a field that takes a text or a list of texts.
#[derive(Clone, Debug)]
pub(super) enum Ids {
    One(Value),
    Many(Vec<Value>, Option<Arc<Unknown>>),
    Unclear(Value),
}

impl Ids {
    /// A set of texts: each once; one stands alone, several in falling order of their bytes.
    pub(super) fn of_set(items: Vec<Value>, more: Option<Arc<Unknown>>) -> Self {
        let mut kept: Vec<Value> = Vec::new();
        for item in items {
            if item.as_str().is_none() || !kept.iter().any(|k| k.as_str() == item.as_str()) {
                kept.push(item);
            }
        }
        if more.is_none()
            && let [one] = kept.as_slice()
        {
            return Ids::One(one.clone());
        }
        falling(&mut kept);
        Ids::Many(kept, more)
    }

    pub(super) fn into_node(self, span: Span) -> Node {
        match self {
            Ids::One(value) | Ids::Unclear(value) => Node::of(&value),
            Ids::Many(items, more) => Node::List {
                items: items.iter().map(Node::of).collect(),
                more: more.as_deref().map(unclear),
                span,
            },
        }
    }

    /// Both one after the other.
    fn and(self, other: Ids) -> Ids {
        let (mut items, mut more) = self.into_list();
        let (further, open) = other.into_list();
        items.extend(further);
        more = more.or(open);
        Ids::Many(items, more)
    }

    fn into_list(self) -> (Vec<Value>, Option<Arc<Unknown>>) {
        match self {
            Ids::One(value) => (vec![value], None),
            Ids::Many(items, more) => (items, more),
            Ids::Unclear(value) => {
                let more = value.first_unknown().map(|u| Arc::new(u.clone()));
                (Vec::new(), more)
            }
        }
    }
}

/// Sorts by falling bytes, texts with holes by what they start with.
fn falling(items: &mut [Value]) {
    let key = |v: &Value| {
        v.as_text()
            .map_or_else(String::new, |t| t.known_prefix().to_owned())
    };
    items.sort_by_cached_key(|v| Reverse(key(v)));
}

/// The principals of a statement by type.
pub(super) struct Principals {
    span: Span,
    groups: BTreeMap<Arc<str>, (Option<Span>, Ids)>,
    more: Option<Arc<Unknown>>,
    count: usize,
}

impl Principals {
    pub(super) fn new(span: Span) -> Self {
        Principals {
            span,
            groups: BTreeMap::new(),
            more: None,
            count: 0,
        }
    }

    /// There may be more principals, of any type.
    pub(super) fn open(&mut self, because: &Unknown) {
        self.more.get_or_insert_with(|| unclear(because));
    }

    pub(super) fn add(&mut self, kind: &Value, ids: Ids) {
        self.count += 1;
        let Some(name) = kind.as_str() else {
            let because = kind.first_unknown().cloned().unwrap_or_default();
            self.open(&because);
            return;
        };
        let place = Some(kind.place.span);
        let ids = match ids {
            Ids::Many(mut items, more) => {
                falling(&mut items);
                Ids::Many(items, more)
            }
            other => other,
        };
        let next = match self.groups.remove(name) {
            Some((first, before)) => (first, before.and(ids)),
            None => (place, ids),
        };
        self.groups.insert(name.into(), next);
    }

    /// `None` where there are none.
    pub(super) fn into_node(self) -> Option<Node> {
        if self.count == 0 && self.more.is_none() {
            return None;
        }
        if let (1, None, Some((_, ids))) = (self.count, &self.more, self.groups.get("*")) {
            let only = match ids {
                Ids::One(value) => Some(value),
                Ids::Many(items, None) if items.len() == 1 => items.first(),
                _ => None,
            };
            if let Some(value) = only.filter(|v| v.as_str() == Some("*")) {
                return Some(Node::Leaf(value.clone()));
            }
        }
        let open = self.more.clone();
        let span = self.span;
        let entries = (self.groups.into_iter())
            .map(|(name, (place, ids))| {
                let ids = match &open {
                    Some(more) => ids.and(Ids::Many(Vec::new(), Some(more.clone()))),
                    None => ids,
                };
                Entry::new(name, place, ids.into_node(span))
            })
            .collect();
        Some(Node::Object {
            entries,
            more: self.more,
            span,
        })
    }
}

/// What a condition's variable is compared with.
struct Values {
    place: Option<Span>,
    span: Span,
    items: Vec<Value>,
    more: Option<Arc<Unknown>>,
}

type Variables = BTreeMap<Arc<str>, Values>;

/// The conditions of a statement by test and variable.
pub(super) struct Conditions {
    span: Span,
    tests: BTreeMap<Arc<str>, (Option<Span>, Variables)>,
    more: Option<Arc<Unknown>>,
}

impl Conditions {
    pub(super) fn new(span: Span) -> Self {
        Conditions {
            span,
            tests: BTreeMap::new(),
            more: None,
        }
    }

    /// There may be more conditions.
    pub(super) fn open(&mut self, because: &Unknown) {
        self.more.get_or_insert_with(|| unclear(because));
    }

    pub(super) fn add(
        &mut self,
        test: &Value,
        variable: &Value,
        values: Vec<Value>,
        more: Option<&Arc<Unknown>>,
    ) {
        let (Some(test_name), Some(name)) = (test.as_str(), variable.as_str()) else {
            let because = test.first_unknown().or(variable.first_unknown()).cloned();
            self.open(&because.unwrap_or_default());
            return;
        };
        let (_, variables) = self
            .tests
            .entry(test_name.into())
            .or_insert_with(|| (Some(test.place.span), BTreeMap::new()));
        let slot = variables.entry(name.into()).or_insert_with(|| Values {
            place: Some(variable.place.span),
            span: variable.place.span,
            items: Vec::new(),
            more: None,
        });
        slot.items.extend(values);
        if let Some(more) = more {
            slot.more.get_or_insert_with(|| unclear(more));
        }
    }

    /// `None` where there are none.
    pub(super) fn into_node(self) -> Option<Node> {
        if self.tests.is_empty() && self.more.is_none() {
            return None;
        }
        let (span, open) = (self.span, self.more.clone());
        let entries = (self.tests.into_iter())
            .map(|(test, (place, variables))| {
                let inside = (variables.into_iter())
                    .map(|(name, values)| {
                        Entry::new(name, values.place, values.into_node(open.as_ref()))
                    })
                    .collect();
                let node = Node::Object {
                    entries: inside,
                    more: open.clone(),
                    span,
                };
                Entry::new(test, place, node)
            })
            .collect();
        Some(Node::Object {
            entries,
            more: self.more,
            span,
        })
    }
}

impl Values {
    fn into_node(self, open: Option<&Arc<Unknown>>) -> Node {
        let more = self.more.or_else(|| open.cloned());
        match (self.items.as_slice(), &more) {
            ([one], None) => Node::of(one),
            ([], Some(more)) => Node::Leaf(Value::new(Kind::Unknown(more.clone()), self.span)),
            (items, _) => Node::List {
                items: items.iter().map(Node::of).collect(),
                more,
                span: self.span,
            },
        }
    }
}

/// Blocks in the order in which the provider's sets hold them, each once: by the decimal CRC-32 of what they say. Blocks
/// with unknown parts stay in the order of the text.
pub(super) fn in_set_order(
    blocks: Vec<Value>,
    texts: &[&str],
    list: &str,
    is_set: bool,
) -> Vec<Value> {
    if blocks.len() < 2 || !blocks.iter().all(Value::is_wholly_known) {
        return blocks;
    }
    let keyed: BTreeMap<String, Value> = (blocks.into_iter())
        .map(|block| (hash(&said(&block, texts, list, is_set)), block))
        .rev()
        .collect();
    keyed.into_values().collect()
}

fn hash(text: &str) -> String {
    crc32fast::hash(text.as_bytes()).to_string()
}

/// A block's arguments in one line: names in order, elements of sets in theirs.
fn said(block: &Value, texts: &[&str], list: &str, is_set: bool) -> String {
    let mut names: Vec<&str> = texts.to_vec();
    names.push(list);
    names.sort_unstable();
    let mut out = String::new();
    for name in names {
        let value = block.get(name);
        if name != list {
            let text = value.as_ref().and_then(Value::as_str).unwrap_or_default();
            out.push_str(&format!("{name}:{text};"));
            continue;
        }
        let items = value.map(|v| v.items()).unwrap_or_default();
        let mut items: Vec<String> = items
            .iter()
            .map(|i| format!("{};", i.as_str().unwrap_or_default()))
            .collect();
        if is_set {
            items.sort_by_cached_key(|i| hash(i));
            items.dedup();
        }
        let (open, close) = if is_set { ('{', '}') } else { ('(', ')') };
        out.push_str(&format!("{name}:{open}{}{close};", items.concat()));
    }
    out
}
