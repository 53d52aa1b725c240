use super::*;
use crate::span::Span;
use crate::value::{Mapping, Piece, Sequence};
use std::collections::BTreeMap;
use std::sync::Arc;

fn unknown() -> Unknown {
    Unknown::because("`var.x` has no value").of(Type::String)
}

fn object(entries: Vec<(&str, Value)>, span: Span) -> Value {
    let entries = entries
        .into_iter()
        .map(|(k, v)| (Arc::from(k), v))
        .collect();
    Value::object(entries, span)
}

/// A repository with one attribute of each sort.
fn root(files: &Files) -> Root {
    let id = files.add("main.tf", "resource \"aws_ecr_repository\" \"app\" {}");
    let span = Span::new(id, 0, 35);
    let text = |s: &str| Value::text(s, span);
    let hole = Arc::new(unknown());
    let mut secret = text("hunter2");
    secret.sensitive = true;
    let inner = object(
        vec![
            ("a", text("b")),
            ("c", Value::unknown(unknown(), span)),
            ("d", secret.clone()),
        ],
        span,
    );
    let holes = Text::of([Piece::Lit("arn:", None), Piece::Hole(hole.clone())]);
    let policy = Text::encoded(
        Text::of([Piece::Lit("{\"a\":", None), Piece::Hole(hole.clone())]),
        Arc::new(inner),
    );
    let mut either = unknown();
    either.either = vec![Some(text("x")), Some(secret.clone()), None];
    let more = |items: Vec<Value>| Kind::Sequence {
        shape: Sequence::List(Type::String),
        items: items.into(),
        more: Some(hole.clone()),
    };
    let attributes = object(
        vec![
            ("either", Value::unknown(either, span)),
            ("force", Value::bool(true, span)),
            ("list", Value::new(more(vec![text("one")]), span)),
            ("name", Value::new(Kind::String(holes), span)),
            ("none", Value::null(span)),
            ("policy", Value::new(Kind::String(policy), span)),
            ("secret", secret.clone()),
        ],
        span,
    );
    let map = Kind::Mapping {
        shape: Mapping::Map(Type::String),
        entries: [(Arc::from("k"), secret)].into(),
        more: None,
    };
    Root {
        name: ".".into(),
        resources: vec![RawResource {
            address: "aws_ecr_repository.app".into(),
            mode: Mode::Managed,
            kind: "aws_ecr_repository".into(),
            exists: None,
            doubt: None,
            span,
            extent: span,
            attributes,
            account: Value::null(span),
            region: Value::null(span),
            change: None,
            meta: BTreeMap::new(),
        }],
        outputs: BTreeMap::from([
            ("map".to_owned(), Value::new(map, span)),
            ("number".to_owned(), Value::number(3, span)),
        ]),
        ..Root::default()
    }
}

fn printed(show_sensitive: bool, human: bool) -> String {
    let files = Files::default();
    let root = root(&files);
    let diagnostics = [Diagnostic::error("hcl-syntax", "this is no HCL")];
    let resolved = Resolved {
        files: &files,
        root: &root,
        diagnostics: &diagnostics,
        show_sensitive,
    };
    let mut out = Vec::new();
    match human {
        true => write_human(&resolved, Look::PLAIN, &mut out).unwrap(),
        false => write_json(&resolved, &mut out).unwrap(),
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn as_json() {
    insta::assert_snapshot!(printed(false, false));
}

#[test]
fn as_a_listing() {
    insta::assert_snapshot!(printed(false, true));
}

#[test]
fn secrets_only_where_asked_for() {
    assert!(!printed(false, false).contains("hunter2"));
    assert!(!printed(false, true).contains("hunter2"));
    assert_eq!(printed(true, false).matches("hunter2").count(), 4);
}
