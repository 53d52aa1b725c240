#![allow(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::span::{Files, Span};
use crate::value::{Piece, Role};
use std::collections::BTreeMap;

fn at() -> Span {
    Span::new(Files::default().add("a", "x"), 0, 1)
}

fn text(text: &str) -> Value {
    Value::text(text, at())
}

fn hole(unknown: Unknown) -> Value {
    let pieces = [Piece::Lit("a-", None), Piece::Hole(Arc::new(unknown))];
    Value {
        kind: Kind::String(Text::of(pieces)),
        ..text("")
    }
}

fn object(entries: &[(&str, Value)]) -> Value {
    let entries: BTreeMap<_, _> = (entries.iter())
        .map(|(k, v)| (Arc::from(*k), v.clone()))
        .collect();
    Value::object(entries.into(), at())
}

#[test]
fn known_values_are_compared_by_what_they_say() {
    let null = || Value::null(at());
    let list = |items: &[&str]| Value::tuple(items.iter().map(|t| text(t)).collect(), at());
    for (a, b, want) in [
        (text("a"), text("a"), true),
        (text("a"), text("b"), false),
        (text("true"), Value::bool(true, at()), true),
        (text("3"), Value::number(3, at()), true),
        (text("a"), null(), false),
        (list(&["a"]), list(&["a"]), true),
        (list(&["a"]), list(&["a", "b"]), false),
        (list(&["a"]), text("a"), false),
        (object(&[("a", null())]), object(&[]), true),
        (object(&[("a", text("x"))]), object(&[]), false),
    ] {
        assert_eq!(a.same(&b).unwrap(), want, "{a:?} {b:?}");
        assert_eq!(b.same(&a).unwrap(), want, "{b:?} {a:?}");
    }
}

#[test]
fn unknowns_are_the_same_only_where_that_is_sure() {
    let input = |name: &str| Unknown {
        identity: Some(name.into()),
        ..Unknown::because("it has no value")
    };
    let role = || Unknown::because("x").role(Role::Account);
    let plain = || Unknown::because("x");
    let value = |u: Unknown| Value::unknown(u, at());
    assert!(value(input("a")).same(&value(input("a"))).unwrap());
    assert!(value(input("a")).same(&value(input("b"))).is_err());
    assert!(value(plain()).same(&value(plain())).is_err());
    assert!(value(plain()).same(&text("a")).is_err());
    assert!(hole(role()).same(&hole(role())).unwrap());
    assert!(hole(plain()).same(&hole(plain())).is_err());
    assert!(!value(role()).same(&Value::null(at())).unwrap());
}

#[test]
fn one_difference_settles_it() {
    let open = || Value::unknown(Unknown::because("x"), at());
    let a = object(&[("a", open()), ("b", text("x"))]);
    let b = object(&[("a", open()), ("b", text("y"))]);
    assert!(!a.same(&b).unwrap());
    assert!(a.same(&a).is_err());
}
