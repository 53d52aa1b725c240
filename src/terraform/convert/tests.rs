use super::*;
use crate::span::{FileId, Files, Span};
use crate::value::Number;

fn span() -> Span {
    Span::new(file(), 0, 1)
}

fn file() -> FileId {
    Files::default().add("a.tf", "x")
}

/// JSON with `"?T"` for an unknown of type T, `"?"` for one of any type.
fn v(json: serde_json::Value) -> Value {
    use serde_json::Value as J;
    match json {
        J::Null => Value::null(span()),
        J::Bool(b) => Value::bool(b, span()),
        J::Number(n) => Value::number(Number::parse(&n.to_string()).unwrap(), span()),
        J::String(s) => match s.strip_prefix('?') {
            Some(t) => {
                let ty = match t {
                    "string" => Type::String,
                    "number" => Type::Number,
                    _ => Type::Dynamic,
                };
                Value::unknown(Unknown::because("`var.x` has no value").of(ty), span())
            }
            None => Value::text(text(&s), span()),
        },
        J::Array(items) => Value::tuple(items.into_iter().map(v).collect(), span()),
        J::Object(o) => Value::object(
            o.into_iter()
                .map(|(k, x)| (k.as_str().into(), v(x)))
                .collect(),
            span(),
        ),
    }
}

fn show(value: &Value) -> serde_json::Value {
    use serde_json::Value as J;
    match &value.kind {
        Kind::Null(_) => J::Null,
        Kind::Bool(b) => J::Bool(*b),
        Kind::Number(n) => n.to_json(),
        Kind::String(t) => t.known().map_or(J::from("?"), J::from),
        Kind::Unknown(_) => J::from("?"),
        Kind::Sequence { items, .. } => items.iter().map(show).collect(),
        Kind::Mapping { entries, .. } => J::Object(
            entries
                .iter()
                .map(|(k, x)| (k.to_string(), show(x)))
                .collect(),
        ),
    }
}

fn any(of: fn(Box<Type>) -> Type) -> Type {
    of(Box::new(Type::Dynamic))
}

use serde_json::json;

#[test]
fn collections_of_any_single_type() {
    let (list, set, map) = (any(Type::List), any(Type::Set), any(Type::Map));
    let strings = |what: &str| json!([what, "string"]);
    for (to, from, want, ty) in [
        (&list, json!([1, "a"]), json!(["1", "a"]), strings("list")),
        (
            &list,
            json!([1, null]),
            json!([1, null]),
            json!(["list", "number"]),
        ),
        (
            &list,
            json!([{"a": 1}, {"b": "x"}]),
            json!([{"a": "1"}, {"b": "x"}]),
            json!(["list", ["map", "string"]]),
        ),
        (
            &list,
            json!([[1], ["a", 2]]),
            json!([["1"], ["a", "2"]]),
            json!(["list", ["list", "string"]]),
        ),
        (
            &list,
            json!([[1], ["a"]]),
            json!([["1"], ["a"]]),
            json!(["list", ["tuple", ["string"]]]),
        ),
        (
            &list,
            json!([{"a": null}, {"a": "x"}]),
            json!([{"a": null}, {"a": "x"}]),
            json!(["list", ["object", {"a": "string"}]]),
        ),
        (&list, json!([]), json!([]), json!(["list", "dynamic"])),
        (
            &set,
            json!(["b", "a", "b"]),
            json!(["a", "b"]),
            strings("set"),
        ),
        (
            &set,
            json!([3, 10, 2]),
            json!([2, 3, 10]),
            json!(["set", "number"]),
        ),
        (&set, json!([1, "1"]), json!(["1"]), strings("set")),
        (
            &set,
            json!([[10], [9]]),
            json!([[10], [9]]),
            json!(["set", ["tuple", ["number"]]]),
        ),
        (
            &set,
            json!(["b", null, "a"]),
            json!(["a", "b", null]),
            strings("set"),
        ),
        (
            &set,
            json!([{"b": 1, "a": "z"}, {"b": 2, "a": "a"}]),
            json!([{"a": "a", "b": 2}, {"a": "z", "b": 1}]),
            json!(["set", ["object", {"a": "string", "b": "number"}]]),
        ),
        (
            &set,
            json!(["a", "?string"]),
            json!(["a", "?"]),
            strings("set"),
        ),
        (
            &map,
            json!({"a": 1, "b": "x"}),
            json!({"a": "1", "b": "x"}),
            strings("map"),
        ),
        (
            &map,
            json!({"a": {"x": 1}, "b": {"y": "1"}}),
            json!({"a": {"x": "1"}, "b": {"y": "1"}}),
            json!(["map", ["map", "string"]]),
        ),
    ] {
        let got = convert(&v(from.clone()), to).unwrap();
        assert_eq!(show(&got), want, "{from}");
        assert_eq!(type_of(&got).to_json(), ty, "{from}");
    }
}

#[test]
fn what_cannot_be_converted() {
    for (to, from, want) in [
        (Type::Number, json!("0x1f"), "a number is required"),
        (Type::Number, json!(true), "number required"),
        (Type::Bool, json!("True"), "a bool is required"),
        (Type::Bool, json!(1), "bool required"),
        (Type::String, json!([1]), "string required"),
        (
            any(Type::List),
            json!("a"),
            "list of any single type required",
        ),
        (
            any(Type::List),
            json!([1, [2]]),
            "all list elements must have the same type",
        ),
        (
            any(Type::Map),
            json!({"a": 1, "b": [1]}),
            "all map elements must have the same type",
        ),
        (
            Type::List(Box::new(Type::Number)),
            json!([1, "x"]),
            "element 1: a number is required",
        ),
    ] {
        assert_eq!(convert(&v(from.clone()), &to).unwrap_err(), want, "{from}");
    }
}

#[test]
fn unification() {
    let o = |t: Type| Type::Object([("a".into(), t)].into());
    let l = |t: Type| Type::List(Box::new(t));
    let s = |t: Type| Type::Set(Box::new(t));
    for (types, want) in [
        (vec![Type::Number, Type::String], Some(Type::String)),
        (vec![Type::Number, Type::Bool], None),
        (vec![Type::Dynamic, Type::Bool], Some(Type::Bool)),
        (
            vec![o(Type::Number), o(Type::String)],
            Some(o(Type::String)),
        ),
        (
            vec![o(Type::Number), Type::Object([].into())],
            Some(Type::Map(Box::new(Type::Number))),
        ),
        (
            vec![l(Type::String), s(Type::String)],
            Some(l(Type::String)),
        ),
        (
            vec![s(Type::String), Type::Tuple(vec![Type::Number])],
            Some(s(Type::String)),
        ),
        (
            vec![
                Type::Tuple(vec![Type::Number, Type::Bool]),
                Type::Tuple(vec![Type::String]),
            ],
            Some(l(Type::String)),
        ),
        (vec![o(Type::Number), o(Type::Bool)], None),
        (
            vec![
                o(Type::Number),
                o(Type::Bool),
                Type::Object([("b".into(), Type::String)].into()),
            ],
            Some(Type::Map(Box::new(Type::String))),
        ),
        (
            vec![
                Type::Tuple(vec![Type::Number]),
                Type::Tuple(vec![Type::Bool]),
            ],
            None,
        ),
        (vec![Type::Tuple(vec![]), o(Type::Number)], None),
        (vec![Type::String, l(Type::String)], None),
    ] {
        assert_eq!(unify(&types), want, "{types:?}");
    }
}

#[test]
fn equality_is_of_type_and_value() {
    for (a, b, want) in [
        (json!(1), json!("1"), Some(false)),
        (json!(null), json!(null), Some(true)),
        (json!({"a": null}), json!({"a": null}), Some(true)),
        (json!({"a": 1}), json!({"a": 1, "b": 2}), Some(false)),
        (json!(["?string", 1]), json!(["a", 2]), None),
        (json!([1, "?string"]), json!([2, "a"]), Some(false)),
        (json!("?"), json!(null), None),
        (json!("?number"), json!("a"), Some(false)),
        (json!("é"), json!("e\u{301}"), Some(true)),
    ] {
        assert_eq!(equal(&v(a.clone()), &v(b.clone())), want, "{a} == {b}");
    }
    let set = convert(&v(json!(["a"])), &any(Type::Set)).unwrap();
    let list = convert(&v(json!(["a"])), &any(Type::List)).unwrap();
    assert_eq!(equal(&set, &list), Some(false));
}

#[test]
fn optional_attributes_are_filled_in() {
    let attribute = |constraint, default: Option<serde_json::Value>| Attribute {
        constraint,
        optional: true,
        default: default.map(v),
    };
    let inner =
        Constraint::Object([("n".into(), attribute(Constraint::Number, Some(json!(5))))].into());
    let object = Constraint::Object(
        [
            (
                "name".into(),
                Attribute {
                    constraint: Constraint::String,
                    ..Attribute::default()
                },
            ),
            (
                "tag".into(),
                attribute(Constraint::String, Some(json!("latest"))),
            ),
            ("note".into(), attribute(Constraint::String, None)),
            ("deep".into(), attribute(inner, Some(json!({})))),
        ]
        .into(),
    );
    let list = Constraint::List(Box::new(object));
    let given = json!([{"name": 1, "extra": true}, {"name": "b", "tag": null, "deep": {"n": "7"}}]);
    let got = apply(&list, v(given)).unwrap();
    assert_eq!(
        show(&got),
        json!([
            {"name": "1", "tag": "latest", "note": null, "deep": {"n": 5}},
            {"name": "b", "tag": "latest", "note": null, "deep": {"n": 7}}
        ])
    );
    let error = apply(&list, v(json!([{}]))).unwrap_err();
    assert_eq!(error, "element 0: attribute \"name\" is required");
}

#[test]
fn a_set_is_sensitive_where_an_element_is() {
    let mut secret = v(json!("b"));
    secret.sensitive = true;
    let set = convert(
        &Value::tuple(vec![secret, v(json!("a"))], span()),
        &any(Type::Set),
    )
    .unwrap();
    assert!(set.sensitive && set.items().iter().all(|i| i.sensitive));
}
