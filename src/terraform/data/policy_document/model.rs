//! Policy documents as the data source merges them.

use super::super::render::{Entry, Node, unclear};
use super::DEFAULT_VERSION;
use crate::span::Span;
use crate::value::{Unknown, Value};
use std::sync::Arc;

/// The fields of a statement in the order in which they are written.
pub(super) const FIELDS: [&str; 9] = [
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
];

/// A policy document.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) version: Option<Value>,
    pub(super) id: Option<Value>,
    pub(super) statements: Vec<Statement>,
    /// There may be more statements, for this reason.
    pub(super) more: Option<Arc<Unknown>>,
}

/// A statement.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) span: Span,
    fields: Vec<Entry>,
}

/// A statement's name.
pub(super) enum Sid {
    None,
    Known(String),
    Unclear(Arc<Unknown>),
}

impl Statement {
    pub(super) fn new(span: Span) -> Self {
        Statement {
            span,
            fields: Vec::new(),
        }
    }

    pub(super) fn set(&mut self, field: &str, place: Option<Span>, node: Node) {
        self.fields.push(Entry::new(field, place, node));
    }

    pub(super) fn sid(&self) -> Sid {
        match self
            .fields
            .iter()
            .find(|e| &*e.key == "Sid")
            .map(|e| &e.node)
        {
            Some(Node::Leaf(value)) => match value.as_str() {
                Some(sid) => Sid::Known(sid.to_owned()),
                None => Sid::Unclear(Arc::new(value.first_unknown().cloned().unwrap_or_default())),
            },
            _ => Sid::None,
        }
    }

    /// Its name as a message shows it.
    pub(super) fn shown_sid(&self) -> String {
        let sid = self.fields.iter().find(|e| &*e.key == "Sid");
        match sid.map(|e| &e.node) {
            Some(Node::Leaf(value)) => value.said(value.as_str().unwrap_or_default()).into_owned(),
            _ => String::new(),
        }
    }

    fn to_node(&self) -> Node {
        let of = |field: &&str| self.fields.iter().find(|e| &*e.key == *field).cloned();
        Node::Object {
            entries: FIELDS.iter().filter_map(of).collect(),
            more: None,
            span: self.span,
        }
    }
}

impl Document {
    /// A document of which nothing is known.
    pub(super) fn unclear(because: &Arc<Unknown>) -> Self {
        Document {
            more: Some(because.clone()),
            ..Document::default()
        }
    }

    /// Adds another document: a statement with a Sid takes the place of the one that has the same. What may have been
    /// replaced by something unknown is no longer known to be there.
    pub(super) fn merge(&mut self, other: Document) {
        self.id = other.id.or(self.id.take());
        self.version = later(self.version.take(), other.version);
        if let Some(more) = other.more {
            self.doubt(&more, |sid| !matches!(sid, Sid::None));
            self.more.get_or_insert(more);
        }
        for statement in other.statements {
            match statement.sid() {
                Sid::None => self.statements.push(statement),
                Sid::Known(sid) => {
                    let same =
                        |s: &&mut Statement| matches!(s.sid(), Sid::Known(other) if other == sid);
                    if let Some(old) = self.statements.iter_mut().find(same) {
                        *old = statement;
                        continue;
                    }
                    let unsure = self.statements.iter().find_map(|s| match s.sid() {
                        Sid::Unclear(u) => Some(u),
                        _ => None,
                    });
                    if let Some(u) = unsure {
                        self.doubt(&u, |sid| matches!(sid, Sid::Unclear(_)));
                    }
                    self.statements.push(statement);
                }
                Sid::Unclear(u) => {
                    self.doubt(&u, |sid| !matches!(sid, Sid::None));
                    self.statements.push(statement);
                }
            }
        }
    }

    fn doubt(&mut self, because: &Arc<Unknown>, which: fn(&Sid) -> bool) {
        let before = self.statements.len();
        self.statements.retain(|s| !which(&s.sid()));
        if self.statements.len() < before {
            self.more.get_or_insert(because.clone());
        }
    }

    pub(super) fn to_node(&self, span: Span) -> Node {
        let mut entries = Vec::new();
        for (key, value) in [("Version", &self.version), ("Id", &self.id)] {
            if let Some(value) = value {
                entries.push(Entry::new(key, value.place.key, Node::Leaf(value.clone())));
            }
        }
        if !self.statements.is_empty() || self.more.is_some() {
            let node = Node::List {
                items: self.statements.iter().map(Statement::to_node).collect(),
                more: self.more.as_deref().map(unclear),
                span,
            };
            entries.push(Entry::new("Statement", None, node));
        }
        Node::Object {
            entries,
            more: None,
            span,
        }
    }
}

/// The later of two versions; where one is unknown, the latest there is settles it.
fn later(a: Option<Value>, b: Option<Value>) -> Option<Value> {
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        (a, b) => return a.or(b),
    };
    match (a.as_str(), b.as_str()) {
        (Some(x), Some(y)) => Some(if y > x { b } else { a }),
        (Some(DEFAULT_VERSION), None) => Some(a),
        (Some(_), None) => Some(b),
        (None, Some(DEFAULT_VERSION)) => Some(b),
        (None, _) => Some(a),
    }
}
