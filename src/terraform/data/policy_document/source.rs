//! Documents that are given as JSON text, read as the provider reads them: names in any case, `Statement` a list.

use super::super::render::{Node, word};
use super::CODE;
use super::model::{Document, FIELDS, Statement};
use super::parts::{Conditions, Ids, Principals};
use crate::diagnostic::Diagnostic;
use crate::syntax::json::parse_text;
use crate::value::{Kind, Number, Value};
use std::sync::Arc;

/// The document that an element of `argument` says; one of which nobody can tell what it says is open.
pub(super) fn read(value: &Value, argument: &str) -> Result<Document, Diagnostic> {
    let text = match &value.kind {
        Kind::Unknown(u) => return Ok(Document::unclear(u)),
        Kind::String(text) => text,
        _ => return Err(wrong(value, argument, "string required")),
    };
    let mut tree = match text.json() {
        Some(json) => (**json).clone(),
        None => match parse_text(text, value.place.span) {
            Ok(tree) => tree,
            Err(error) => {
                let hole = error
                    .hole
                    .or_else(|| text.first_hole().map(|u| Arc::new(u.clone())));
                return match hole {
                    Some(hole) => Ok(Document::unclear(&hole)),
                    None => Err(wrong(value, argument, &error.message)),
                };
            }
        },
    };
    tree.place.inherit(&value.place);
    tree.sensitive |= value.sensitive;
    document(&tree, argument)
}

fn wrong(value: &Value, argument: &str, why: &str) -> Diagnostic {
    let why = value.wrong(why.to_owned());
    Diagnostic::error(
        CODE,
        format!("`{argument}` holds something that is no policy document: {why}"),
    )
    .at(value.place.span)
}

/// An entry by its name in any case.
fn field(object: &Value, name: &str) -> Option<Value> {
    let same = |(key, _): &(Arc<str>, Value)| key.eq_ignore_ascii_case(name);
    object
        .entries()
        .into_iter()
        .rev()
        .find(same)
        .map(|(_, v)| v)
        .filter(|v| !v.is_null())
}

fn document(tree: &Value, argument: &str) -> Result<Document, Diagnostic> {
    match (&tree.kind, tree.more()) {
        (Kind::Unknown(u), _) => return Ok(Document::unclear(u)),
        (Kind::Mapping { .. }, Some(u)) => return Ok(Document::unclear(u)),
        (Kind::Mapping { .. }, None) => {}
        _ => return Err(wrong(tree, argument, "an object is required")),
    }
    let text = |name: &str| field(tree, name).filter(|v| v.as_str() != Some(""));
    let mut document = Document {
        version: text("Version"),
        id: text("Id"),
        ..Document::default()
    };
    let Some(statements) = field(tree, "Statement") else {
        return Ok(document);
    };
    match &statements.kind {
        Kind::Unknown(u) => document.more = Some(u.clone()),
        Kind::Sequence { more, .. } => {
            document.more.clone_from(more);
            for item in statements.items() {
                match (&item.kind, item.more()) {
                    (Kind::Unknown(u), _) => document.more = Some(u.clone()),
                    (Kind::Mapping { .. }, Some(u)) => document.more = Some(u.clone()),
                    (Kind::Mapping { .. }, None) => document.statements.push(statement(&item)),
                    (Kind::Null(_), _) => {}
                    _ => return Err(wrong(&item, argument, "a statement is an object")),
                }
            }
        }
        _ => return Err(wrong(&statements, argument, "`Statement` must be a list")),
    }
    Ok(document)
}

fn statement(object: &Value) -> Statement {
    let mut statement = Statement::new(object.place.span);
    for name in FIELDS {
        let Some(value) = field(object, name) else {
            continue;
        };
        let node = match name {
            "Sid" | "Effect" if value.as_str() == Some("") => None,
            "Principal" | "NotPrincipal" => principals(&value),
            "Condition" => conditions(&value),
            _ => Some(Node::of(&value)),
        };
        if let Some(node) = node {
            statement.set(name, value.place.key, node);
        }
    }
    statement
}

fn principals(value: &Value) -> Option<Node> {
    match &value.kind {
        Kind::String(_) => return Some(word("*", value.place.span)), // any text counts as everybody
        Kind::Mapping { .. } => {}
        _ => return Some(Node::of(value)),
    }
    let mut principals = Principals::new(value.place.span);
    if let Some(more) = value.more() {
        principals.open(more);
    }
    for (kind, ids) in value.entries() {
        let name = Value::text(kind, ids.place.key.unwrap_or(ids.place.span));
        let ids = match &ids.kind {
            Kind::Sequence { more, .. } => Ids::Many(ids.items(), more.clone()),
            Kind::Unknown(_) => Ids::Unclear(ids),
            _ => Ids::One(ids),
        };
        principals.add(&name, ids);
    }
    principals.into_node()
}

fn conditions(value: &Value) -> Option<Node> {
    let Kind::Mapping { .. } = &value.kind else {
        return Some(Node::of(value));
    };
    let mut conditions = Conditions::new(value.place.span);
    if let Some(more) = value.more() {
        conditions.open(more);
    }
    for (test, variables) in value.entries() {
        let test = Value::text(test, variables.place.key.unwrap_or(variables.place.span));
        if let Some(u) = variables.as_unknown().or(variables.more().map(|u| &**u)) {
            conditions.open(u);
        }
        for (variable, values) in variables.entries() {
            let name = Value::text(variable, values.place.key.unwrap_or(values.place.span));
            match &values.kind {
                Kind::Sequence { more, .. } => {
                    let items = values.items().into_iter().map(word_of).collect();
                    conditions.add(&test, &name, items, more.as_ref());
                }
                Kind::Unknown(u) => conditions.add(&test, &name, Vec::new(), Some(u)),
                Kind::Number(_) | Kind::Null(_) => {} // the provider drops a bare number
                _ => conditions.add(&test, &name, vec![word_of(values)], None),
            }
        }
    }
    conditions.into_node()
}

/// Booleans and numbers as texts.
fn word_of(mut value: Value) -> Value {
    let word = match &value.kind {
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => Number::to_string(n),
        _ => return value,
    };
    value.kind = Kind::String(crate::value::Text::plain(word));
    value
}
