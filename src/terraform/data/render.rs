//! JSON documents whose keys stand in a given order.

use crate::span::Span;
use crate::terraform::functions::Writer;
use crate::value::{Kind, Mapping, Sequence, Text, Type, Unknown, Value};
use std::sync::Arc;

/// A JSON value; objects in the order of their entries.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A scalar or something unknown.
    Leaf(Value),
    /// An array.
    List {
        items: Vec<Node>,
        more: Option<Arc<Unknown>>,
        span: Span,
    },
    /// An object.
    Object {
        entries: Vec<Entry>,
        more: Option<Arc<Unknown>>,
        span: Span,
    },
}

/// An entry of an object.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: Arc<str>,
    /// Where the key, or the argument that it is made from, is written.
    pub(super) place: Option<Span>,
    pub(super) node: Node,
}

impl Entry {
    pub(super) fn new(key: impl Into<Arc<str>>, place: Option<Span>, node: Node) -> Self {
        Entry {
            key: key.into(),
            place,
            node,
        }
    }
}

impl Node {
    /// A value with everything inside, keys sorted.
    pub(super) fn of(value: &Value) -> Self {
        match &value.kind {
            Kind::Sequence { more, .. } => Node::List {
                items: value.items().iter().map(Node::of).collect(),
                more: more.clone(),
                span: value.place.span,
            },
            Kind::Mapping { more, .. } => Node::Object {
                entries: (value.entries().into_iter())
                    .map(|(key, v)| Entry::new(key, v.place.key, Node::of(&v)))
                    .collect(),
                more: more.clone(),
                span: value.place.span,
            },
            _ => Node::Leaf(value.clone()),
        }
    }

    /// The value that it is as JSON.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Node::Leaf(value) => value.clone(),
            Node::List { items, more, span } => {
                let items = items.iter().map(Node::to_value).collect();
                Value::new(
                    Kind::Sequence {
                        shape: Sequence::Tuple,
                        items,
                        more: more.clone(),
                    },
                    *span,
                )
            }
            Node::Object {
                entries,
                more,
                span,
            } => {
                let entries = (entries.iter())
                    .map(|entry| {
                        let mut value = entry.node.to_value();
                        value.place.key = entry.place;
                        (entry.key.clone(), value)
                    })
                    .collect();
                Value::new(
                    Kind::Mapping {
                        shape: Mapping::Object,
                        entries,
                        more: more.clone(),
                    },
                    *span,
                )
            }
        }
    }

    /// The document as a text that remembers its value: indented by two spaces, or compact.
    pub(super) fn to_text(&self, indented: bool) -> Text {
        let mut out = Writer::default();
        self.write(&mut out, indented.then_some(0));
        Text::encoded(out.finish(), Arc::new(self.to_value()))
    }

    fn write(&self, out: &mut Writer, indent: Option<usize>) {
        let inner = indent.map(|n| n + 2);
        match self {
            Node::Leaf(value) => out.value(value),
            Node::List { items, more, .. } => {
                out.plain("[");
                for (i, item) in items.iter().enumerate() {
                    out.plain(if i > 0 { "," } else { "" });
                    line(out, inner);
                    item.write(out, inner);
                }
                close(out, "]", items.is_empty(), more.as_ref(), indent);
            }
            Node::Object { entries, more, .. } => {
                out.plain("{");
                for (i, entry) in entries.iter().enumerate() {
                    out.plain(if i > 0 { "," } else { "" });
                    line(out, inner);
                    out.key(&entry.key, None);
                    out.plain(if indent.is_some() { ": " } else { ":" });
                    entry.node.write(out, inner);
                }
                close(out, "}", entries.is_empty(), more.as_ref(), indent);
            }
        }
    }
}

fn line(out: &mut Writer, indent: Option<usize>) {
    if let Some(n) = indent {
        out.plain("\n");
        for _ in 0..n {
            out.plain(" ");
        }
    }
}

fn close(
    out: &mut Writer,
    bracket: &str,
    empty: bool,
    more: Option<&Arc<Unknown>>,
    indent: Option<usize>,
) {
    if let Some(more) = more {
        out.hole(more);
    }
    if !empty {
        line(out, indent);
    }
    out.plain(bracket);
}

/// A text attribute that holds a document.
pub(super) fn document(node: &Node, indented: bool, sensitive: bool, span: Span) -> Value {
    let text = node.to_text(indented);
    Value {
        sensitive,
        ..Value::new(Kind::String(text), span)
    }
}

/// A known text.
pub(super) fn word(text: &str, span: Span) -> Node {
    Node::Leaf(Value::text(text, span))
}

/// Something unknown of any type, for a reason.
pub(super) fn unclear(because: &Unknown) -> Arc<Unknown> {
    Arc::new(Unknown {
        ty: Type::Dynamic,
        reason: because.reason.clone(),
        settle: because.settle.clone(),
        ..Unknown::default()
    })
}
