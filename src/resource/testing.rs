//! What the tests of this floor are written with.

use crate::raw::{Mode, RawResource};
use crate::span::{Files, Span};
use crate::value::{Part, Piece, Role, Text, Unknown, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Some place.
pub(super) fn at() -> Span {
    Span::new(Files::default().add("a", "x"), 0, 1)
}

/// A text from a template: `${account}`, `${region}`, `${partition}`, `${suffix}` and `${organization}` are typed holes,
/// `${repository_url}` is that attribute of a repository, any other `${name}` is a hole that may be any text.
pub(super) fn text(template: &str) -> Text {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').unwrap();
        pieces.push(Piece::Lit(before, None));
        pieces.push(Piece::Hole(Arc::new(hole(name))));
        rest = after;
    }
    pieces.push(Piece::Lit(rest, None));
    Text::of(pieces)
}

/// The hole that a name in a template stands for.
pub(super) fn hole(name: &str) -> Unknown {
    let unknown = Unknown::because(format!("`{name}` has no value"));
    match name {
        "account" => unknown.role(Role::Account),
        "region" => unknown.role(Role::Region),
        "partition" => unknown.role(Role::Partition),
        "suffix" => unknown.role(Role::UrlSuffix),
        "organization" => unknown.role(Role::Organization),
        "repository_url" => Unknown {
            source: Some(("aws_ecr_repository.a".into(), "repository_url".into())),
            ..unknown
        },
        _ => unknown,
    }
}

/// A value from a template; `null` and a lone `${name}` are the null and the unknown value.
pub(super) fn value(template: &str) -> Value {
    if template == "null" {
        return Value::null(at());
    }
    let text = text(template);
    match text.parts() {
        [Part::Hole(hole)] => Value::unknown((**hole).clone(), at()),
        _ => Value {
            kind: crate::value::Kind::String(text),
            ..Value::null(at())
        },
    }
}

/// A list.
pub(super) fn list(items: Vec<Value>) -> Value {
    Value::tuple(items, at())
}

/// An object.
pub(super) fn object(entries: &[(&str, Value)]) -> Value {
    let entries: BTreeMap<_, _> = (entries.iter())
        .map(|(k, v)| (Arc::from(*k), v.clone()))
        .collect();
    Value::object(entries.into(), at())
}

/// The texts as templates again.
pub(super) fn values(texts: &[Text]) -> Vec<String> {
    texts.iter().map(shown).collect()
}

/// A text as a template again.
pub(super) fn shown(text: &Text) -> String {
    let parts = text.parts().iter().map(|p| match p {
        Part::Lit(l) => l.text.to_string(),
        Part::Hole(h) => format!("${{{}}}", h.reason.split('`').nth(1).unwrap_or_default()),
    });
    parts.collect()
}

/// A text that stands in a file of its own.
pub(super) fn written(source: &str) -> (Files, Value) {
    let files = Files::default();
    let id = files.add("a", source);
    let span = Span::new(id, 0, source.len());
    let kind = crate::value::Kind::String(Text::at(source, span));
    (files, Value::new(kind, span))
}

/// A resource of a type.
pub(super) fn resource(kind: &str, attributes: Value) -> RawResource {
    RawResource {
        address: "a".into(),
        mode: Mode::Managed,
        kind: kind.into(),
        exists: Some(true),
        doubt: None,
        span: attributes.place.span,
        extent: attributes.place.span,
        account: Value::null(attributes.place.span),
        region: Value::null(attributes.place.span),
        attributes,
        change: None,
        meta: BTreeMap::new(),
    }
}
