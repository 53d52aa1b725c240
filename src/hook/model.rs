//! Resources of an invocation: properties that CloudFormation has worked out, apart from what it leaves for later.

use crate::raw::{Mode, RawResource};
use crate::span::Span;
use crate::syntax::scalar::Scalars;
use crate::syntax::tree::Tree;
use crate::value::{Kind, Part, Piece, Role, Text, Type, Unknown, Value};
use crate::world::Target;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a change set shows for a value that is known when the change is carried out.
const AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";
/// What is shown for the value of a parameter that is not to be echoed.
const NO_ECHO: &str = "****";

/// A resource with its properties.
pub(super) fn resource(
    kind: &str,
    id: &str,
    span: Span,
    properties: Value,
    at: &Target,
) -> RawResource {
    let text = |text: &Option<String>, what: &str, role| match text {
        Some(text) => Value::text(text.as_str(), span),
        None => {
            let why = Unknown::because(format!("the invocation does not tell the {what}"));
            Value::unknown(why.role(role), span)
        }
    };
    RawResource {
        address: id.to_owned(),
        mode: Mode::Managed,
        kind: kind.to_owned(),
        exists: Some(true),
        doubt: None,
        span,
        extent: span,
        attributes: properties,
        account: text(&at.account, "account", Role::Account),
        region: text(&at.region, "region", Role::Region),
        change: None,
        meta: BTreeMap::new(),
    }
}

/// The properties of a resource; what a resource leaves out is told at `header`.
pub(super) fn properties(tree: &Tree, header: Span) -> Value {
    let mut value = open(tree.to_value(Scalars::Json));
    value.place.span = header;
    value
}

/// A value with what is left for later as unknown parts.
fn open(mut value: Value) -> Value {
    value.kind = match value.kind {
        Kind::String(text) => opened(text),
        Kind::Sequence { shape, items, more } => Kind::Sequence {
            shape,
            items: items.into_iter().map(open).collect(),
            more,
        },
        Kind::Mapping {
            shape,
            entries,
            more,
        } => Kind::Mapping {
            shape,
            entries: entries.into_iter().map(|(k, v)| (k, open(v))).collect(),
            more,
        },
        kind => kind,
    };
    value
}

fn opened(text: Text) -> Kind {
    let [Part::Lit(lit)] = text.parts() else {
        return Kind::String(text);
    };
    if &*lit.text == NO_ECHO {
        return Kind::Unknown(hole(
            "the value of a `NoEcho` parameter is not shown".to_owned(),
        ));
    }
    let mut pieces = Vec::new();
    let mut done = 0;
    let part = |from: usize, to: usize| {
        let text = lit.text.get(from..to).unwrap_or_default();
        Piece::Lit(text, lit.span(from, to))
    };
    while let Some((start, end)) = next(&lit.text, done) {
        let inner = lit.text.get(start + 2..end - 2).unwrap_or_default();
        pieces.push(part(done, start));
        pieces.push(Piece::Hole(hole(match inner.starts_with("resolve:") {
            true => format!("dynamic reference `{inner}` is resolved at deployment"),
            false => "the change set tells this value only when it is carried out".to_owned(),
        })));
        done = end;
    }
    if pieces.is_empty() {
        return Kind::String(text);
    }
    pieces.push(part(done, lit.text.len()));
    let out = Text::of(pieces);
    match out.parts() {
        [Part::Hole(hole)] => Kind::Unknown(hole.clone()),
        _ => Kind::String(out),
    }
}

/// Where the next placeholder begins and ends.
fn next(text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let dynamic = rest.find("{{resolve:").and_then(|start| {
        let length = rest.get(start..)?.find("}}")? + 2;
        Some((start, start + length))
    });
    let later = (rest.find(AFTER_APPLY)).map(|start| (start, start + AFTER_APPLY.len()));
    let (start, end) = dynamic.into_iter().chain(later).min()?;
    Some((from + start, from + end))
}

/// Of no type: a whole property may be left for later.
fn hole(reason: String) -> Arc<Unknown> {
    let mut unknown = Unknown::because(reason).of(Type::Dynamic);
    unknown.not_null = true;
    Arc::new(unknown)
}
