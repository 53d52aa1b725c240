//! One tree for YAML and JSON. Every node knows its place; a scalar keeps its raw text, so that an account id written
//! `012345678901` is still there whatever a schema makes of it.

use super::scalar::{self, Scalar, Scalars};
use crate::span::Span;
use crate::value::{Kind, Mapping, Number, Part, Sequence, Text, Type, Unknown, Value, Via};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// How deep input may nest, JSON and YAML alike (`serde_json` stops at the same depth).
pub const DEPTH: usize = 127;

/// A node with its place.
#[derive(Clone, Debug)]
pub struct Tree {
    /// What it is.
    pub node: Node,
    /// Where it stands, quotes and brackets included, tag and anchor left out.
    pub span: Span,
    /// Its explicit tag.
    pub tag: Option<Tag>,
    /// Where the alias or merge key stands that brought it here.
    pub alias: Option<Span>,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Node {
    /// A scalar.
    Scalar {
        /// Its raw text, escapes resolved, with the places of its characters.
        text: Text,
        /// How it is written.
        style: Style,
    },
    /// A sequence.
    Sequence(Vec<Tree>),
    /// A mapping in the order of the text; no key twice.
    Mapping(Vec<(Tree, Tree)>),
    /// Something unknown in the place of a value: only in the tree of a text that has holes.
    Hole(Arc<Unknown>),
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: a schema decides what it is.
    Plain,
    /// In single or double quotes: text.
    Quoted,
    /// A literal or folded block: text.
    Block,
}

/// An explicit tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// As resolved: `!Ref`, `tag:yaml.org,2002:str`, `!` for "no type but the plain one".
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// A step into a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seg {
    /// The value of a key.
    Key(String),
    /// An element, from 0.
    Index(usize),
}

impl Tree {
    /// A node without tag.
    pub fn new(node: Node, span: Span) -> Self {
        Tree {
            node,
            span,
            tag: None,
            alias: None,
        }
    }

    /// Its place with its tag.
    pub fn full_span(&self) -> Span {
        self.tag
            .as_ref()
            .map_or(self.span, |t| t.span.to(self.span))
    }

    /// The raw text of a scalar without holes.
    pub fn str(&self) -> Option<&str> {
        match &self.node {
            Node::Scalar { text, .. } => text.known(),
            _ => None,
        }
    }

    /// The entries of a mapping in the order of the text; none for anything else.
    pub fn entries(&self) -> &[(Tree, Tree)] {
        match &self.node {
            Node::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a sequence; none for anything else.
    pub fn items(&self) -> &[Tree] {
        match &self.node {
            Node::Sequence(items) => items,
            _ => &[],
        }
    }

    /// Key and value of an entry of a mapping.
    pub fn entry(&self, key: &str) -> Option<&(Tree, Tree)> {
        self.entries().iter().find(|(k, _)| k.str() == Some(key))
    }

    /// The value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The node at the end of a path.
    pub fn at(&self, path: &[Seg]) -> Option<&Tree> {
        path.iter().try_fold(self, |node, seg| match seg {
            Seg::Key(key) => node.get(key),
            Seg::Index(i) => node.items().get(*i),
        })
    }

    /// What it is as a scalar: `None` for anything but a scalar without holes.
    pub fn scalar(&self, scalars: Scalars) -> Option<Scalar> {
        let Node::Scalar { text, style } = &self.node else {
            return None;
        };
        let raw = text.known()?;
        let read = |s| scalar::read(raw, s);
        Some(match (self.tag.as_ref().map(|t| &*t.name), style) {
            (None, Style::Plain) => read(scalars),
            (Some("tag:yaml.org,2002:null"), _) => Scalar::Null,
            (Some("tag:yaml.org,2002:bool" | "tag:yaml.org,2002:int"), _) => read(scalars),
            (Some("tag:yaml.org,2002:float"), _) => read(scalars),
            (Some(tag), Style::Plain) if tag.len() > 1 && tag.starts_with('!') => read(scalars),
            _ => Scalar::Text,
        })
    }

    /// Whether it is a null under a reading of scalars.
    pub fn is_null(&self, scalars: Scalars) -> bool {
        self.scalar(scalars) == Some(Scalar::Null)
    }

    /// The value; tags other than YAML's own are not looked at.
    pub fn to_value(&self, scalars: Scalars) -> Value {
        let kind = match &self.node {
            Node::Scalar { text, .. } => self.scalar_kind(text, scalars),
            Node::Hole(unknown) => Kind::Unknown(unknown.clone()),
            Node::Sequence(items) => Kind::Sequence {
                shape: Sequence::Tuple,
                items: items.iter().map(|t| t.to_value(scalars)).collect(),
                more: items.iter().find_map(Tree::splice),
            },
            Node::Mapping(entries) => mapping(entries, scalars),
        };
        let mut value = Value::new(kind, self.span);
        if let Node::Scalar { text, .. } = &self.node
            && let Some(origin) = foreign(text, self.span)
        {
            let via = Via::Other(Via::PUT_INTO.into());
            value = Value::new(value.kind, origin).through(via, self.span);
        }
        match self.alias {
            Some(span) => value.through(Via::Other("a YAML alias".into()), span),
            None => value,
        }
    }

    fn scalar_kind(&self, text: &Text, scalars: Scalars) -> Kind {
        match self.scalar(scalars) {
            Some(Scalar::Null) => Kind::Null(Type::Dynamic),
            Some(Scalar::Bool(b)) => Kind::Bool(b),
            Some(Scalar::Number(n)) => number(&n).unwrap_or_else(|| Kind::String(text.clone())),
            Some(Scalar::Text) | None => Kind::String(text.clone()),
        }
    }

    /// A hole among the elements of a sequence may stand for several of them.
    fn splice(&self) -> Option<Arc<Unknown>> {
        match &self.node {
            Node::Hole(unknown) if unknown.role.is_none() => Some(unknown.clone()),
            _ => None,
        }
    }

    /// The tree as plain JSON, by the core schema; account ids (12 digits) and digits with a leading zero stay text.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.node {
            Node::Scalar { text, .. } => {
                let raw = text.known().unwrap_or_default();
                match self.scalar(Scalars::Core) {
                    Some(Scalar::Null) => Json::Null,
                    Some(Scalar::Bool(b)) => Json::Bool(b),
                    Some(Scalar::Number(n)) if !is_id(raw) => {
                        serde_json::from_str(&n).unwrap_or_else(|_| Json::String(raw.to_owned()))
                    }
                    _ => Json::String(raw.to_owned()),
                }
            }
            Node::Sequence(items) => Json::Array(items.iter().map(Tree::to_json).collect()),
            Node::Mapping(entries) => Json::Object(
                (entries.iter())
                    .filter_map(|(k, v)| Some((k.str()?.to_owned(), v.to_json())))
                    .collect(),
            ),
            Node::Hole(_) => Json::Null,
        }
    }

    /// Reads the tree as a type of ours; what does not fit comes back with its place.
    ///
    /// # Errors
    /// The place and the reason where the tree does not have the shape of `T`.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, (Span, String)> {
        serde_path_to_error::deserialize(self.to_json()).map_err(|error| {
            let message = error.inner().to_string();
            let mut node = self;
            let mut parent = self;
            for seg in error.path() {
                if let Some(next) = step(node, seg) {
                    parent = std::mem::replace(&mut node, next);
                }
            }
            let unknown = message
                .strip_prefix("unknown field `")
                .and_then(|rest| rest.split('`').next());
            let key = unknown.and_then(|name| node.entry(name).or_else(|| parent.entry(name)));
            (key.map_or(node.span, |(k, _)| k.span), message)
        })
    }
}

/// Exactly twelve digits, or digits with a leading zero: an id, never a number.
fn is_id(raw: &str) -> bool {
    let digits = raw.bytes().all(|b| b.is_ascii_digit());
    digits && (raw.len() == 12 || (raw.len() > 1 && raw.starts_with('0')))
}

/// Where the one part of a scalar that was written elsewhere (the value of a variable inside a policy's text) stands.
fn foreign(text: &Text, span: Span) -> Option<Span> {
    let inside = |s: &Span| s.file == span.file && s.start >= span.start && s.end <= span.end;
    let mut found = None;
    for part in text.parts() {
        let Part::Lit(lit) = part else { continue };
        for place in lit.map.iter().filter_map(|(_, s)| *s) {
            if !inside(&place) && found.replace(place).is_some_and(|f| f != place) {
                return None;
            }
        }
    }
    found
}

fn step<'a>(node: &'a Tree, seg: &serde_path_to_error::Segment) -> Option<&'a Tree> {
    use serde_path_to_error::Segment;
    match seg {
        Segment::Map { key } => node.get(key),
        Segment::Enum { variant } => node.get(variant),
        Segment::Seq { index } => node.items().get(*index),
        Segment::Unknown => None,
    }
}

fn mapping(entries: &[(Tree, Tree)], scalars: Scalars) -> Kind {
    let mut known: Vec<(Arc<str>, Value)> = Vec::new();
    let mut more = None;
    for (key, tree) in entries {
        let Node::Scalar { text, .. } = &key.node else {
            continue;
        };
        match text.known_shared() {
            Some(name) => {
                let mut value = tree.to_value(scalars);
                value.place.key = Some(key.span);
                known.push((name, value));
            }
            None => more = more.or_else(|| text.first_hole().map(|u| Arc::new(u.clone()))),
        }
    }
    Kind::Mapping {
        shape: Mapping::Object,
        entries: known.into_iter().collect(),
        more,
    }
}

/// A number from its decimal notation.
fn number(decimal: &str) -> Option<Kind> {
    Number::parse(decimal).map(Kind::Number)
}

#[cfg(test)]
mod tests;
