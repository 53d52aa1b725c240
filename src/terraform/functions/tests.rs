//! Calls with terraform's own recorded answers, and what terraform cannot be asked: places, holes, and what is remembered.

use super::*;
use crate::span::Files;
use crate::syntax::hcl::{Expr, ExprKind, Step, TemplatePart, UnaryOp, parse_expression};
use crate::terraform::convert::{text, type_of};
use crate::value::{Part, Piece, Role, Text};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What a table needs of an evaluator; `None`: more than that.
fn value(expr: &Expr, context: &Context) -> Option<Result<Value, FunctionError>> {
    macro_rules! known {
        ($expr:expr) => {
            match value($expr, context)? {
                Ok(v) => v,
                Err(e) => return Some(Err(e)),
            }
        };
    }
    let span = expr.span;
    Some(Ok(match &expr.kind {
        ExprKind::Null => Value::null(span),
        ExprKind::Bool(b) => Value::bool(*b, span),
        ExprKind::Number(n) => Value::number(Number::parse(n)?, span),
        ExprKind::Literal(t) => match t.known() {
            Some(s) if *text(s) == *s => Value::new(Kind::String(t.clone()), span),
            _ => Value::text(text(t.known()?), span),
        },
        ExprKind::Template(parts) => {
            let mut texts = Vec::new();
            for part in parts {
                texts.push(match part {
                    TemplatePart::Lit(t, _) => t.clone(),
                    TemplatePart::Interpolation(e) => match known!(e).kind {
                        Kind::String(t) => t,
                        Kind::Unknown(u) => Text::hole(u),
                        _ => return None,
                    },
                    _ => return None,
                });
            }
            Value::new(Kind::String(Text::of(texts.iter().map(Piece::Text))), span)
        }
        ExprKind::Tuple(items) => {
            let mut values = Vec::new();
            for item in items {
                values.push(known!(item));
            }
            Value::tuple(values, span)
        }
        ExprKind::Object(items) => {
            let mut entries = BTreeMap::new();
            for item in items {
                let key =
                    crate::terraform::convert::convert(&known!(&item.key), &Type::String).ok()?;
                let mut entry = known!(&item.value);
                entry.place.key = Some(item.key.span);
                entries.insert(text(key.as_str()?), entry);
            }
            Value::object(entries.into(), span)
        }
        ExprKind::Unary(UnaryOp::Negate, e) => match known!(e).kind {
            Kind::Number(n) => Value::number(n.negated(), span),
            _ => return None,
        },
        ExprKind::Parens(e) => known!(e),
        ExprKind::Call(c) => {
            let mut args = Vec::new();
            for argument in &c.arguments {
                args.push(known!(argument));
            }
            if c.expand {
                let last = args.pop()?;
                args.extend(last.items());
            }
            return Some(call(&c.name.text, args, context, span));
        }
        ExprKind::Traverse(root, steps) => match (&root.kind, steps.as_slice()) {
            (ExprKind::Variable(v), [Step::Attr(name)]) if &**v == "local" => {
                let ty = match &*name.text {
                    "unk" => Type::Dynamic,
                    "unks" => Type::String,
                    "unkn" => Type::Number,
                    "unkb" => Type::Bool,
                    _ => return None,
                };
                let not_null = ty == Type::String;
                let unknown = Unknown {
                    not_null,
                    ..Unknown::because("known after apply").of(ty)
                };
                Value::unknown(unknown, span)
            }
            (ExprKind::Variable(v), [Step::Attr(_)]) if &**v == "path" => Value::text(".", span),
            _ => return None,
        },
        _ => return None,
    }))
}

/// Whether the value is what terraform says; parts that terraform does not know may be known here.
fn agrees(ours: &Value, value: &Json, unknown: &Json) -> bool {
    if *unknown == Json::Bool(true) {
        return !ours.is_wholly_known();
    }
    let none = Json::Bool(false);
    match (&ours.kind, value) {
        (Kind::Null(_), Json::Null) => true,
        (Kind::Bool(b), Json::Bool(j)) => b == j,
        (Kind::Number(n), Json::Number(j)) => j
            .as_i64()
            .map_or(n.to_f64() == j.as_f64().unwrap(), |j| n.to_i64() == Some(j)),
        (Kind::String(t), Json::String(j)) => t.known() == Some(j),
        (
            Kind::Sequence {
                items, more: None, ..
            },
            Json::Array(j),
        ) => {
            items.len() == j.len()
                && (items.iter().zip(j).enumerate())
                    .all(|(i, (item, j))| agrees(item, j, unknown.get(i).unwrap_or(&none)))
        }
        (
            Kind::Mapping {
                entries,
                more: None,
                ..
            },
            Json::Object(j),
        ) => {
            j.keys().all(|k| entries.contains_key(k.as_str()))
                && (entries.iter()).all(|(k, v)| {
                    let unknown = unknown.get(&**k).unwrap_or(&none);
                    agrees(v, j.get(&**k).unwrap_or(&Json::Null), unknown)
                })
        }
        _ => false,
    }
}

fn directory() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("fx")).unwrap();
    for (name, text) in [
        ("t.txt", "hello\n"),
        ("t.tftpl", "hi"),
        ("pol.json.tftpl", "{}"),
    ] {
        std::fs::write(dir.path().join("fx").join(name), text).unwrap();
    }
    dir
}

fn ask(expr: &str, files: &Files, root: &Path) -> Option<Result<Value, FunctionError>> {
    let id = files.add("main.tf", expr);
    let parsed = parse_expression(files, id).ok()?;
    let context = Context {
        files,
        root,
        shown: "root",
        project: &Project::default(),
    };
    value(&parsed, &context)
}

/// Answers of ours that differ from terraform's, each for a reason.
const DIFFERENT: &[(&str, &str)] = &[
    (
        "base64gzip(\"a\")",
        "the compressed bytes depend on the compressor; unknown here",
    ),
    ("rsadecrypt(\"\", \"\")", "not computed here"),
    (
        "formatdate(\"'fixed'\", plantimestamp())",
        "no clock; unknown here",
    ),
    (
        "toset([{a=2},null])",
        "a null of any type counts as one of the other elements' type",
    ),
    (
        "sort([\"b\", local.unks])",
        "the elements are known to be in the result, at no known place",
    ),
    (
        "yamldecode(\"<<: [{a: 1},{a: 2, b: 3}]\\na: 0\")",
        "a list of merges is merged, as YAML 1.1 has it",
    ),
    (
        "jsondecode(\"{\\\"a\\\":\\\"\\\\ud800\\\"}\")",
        "half of a surrogate pair is refused",
    ),
];

#[test]
fn recorded_answers() {
    let dir = directory();
    let cases = include_str!("../../../testdata/terraform/functions.jsonl");
    let (mut asked, mut wrong) = (0, Vec::new());
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let expr = case["expr"].as_str().unwrap();
        if DIFFERENT.iter().any(|(e, _)| *e == expr) {
            continue;
        }
        let files = Files::default();
        let Some(answer) = ask(expr, &files, dir.path()) else {
            continue;
        };
        asked += 1;
        match (answer, case.get("error")) {
            (Err(_), Some(_)) => {}
            (Ok(v), Some(e)) => {
                wrong.push(format!("{expr}\n  ours {:?}\n  theirs error {e}", v.kind))
            }
            (Err(e), None) => wrong.push(format!(
                "{expr}\n  ours error {}\n  theirs {}",
                e.message, case["value"]
            )),
            (Ok(v), None) => {
                let ty = type_of(&v).to_json();
                let typed = case["type"].is_null()
                    || !v.is_wholly_known()
                    || v.is_null()
                    || ty == case["type"];
                let sensitive = case.get("sensitive").is_some() == v.has_sensitive();
                let unknown = case.get("unknown").unwrap_or(&Json::Bool(false));
                if !agrees(&v, &case["value"], unknown) || !typed || !sensitive {
                    wrong.push(format!(
                        "{expr}\n  ours {:?} {ty}\n  theirs {} {}",
                        v.kind, case["value"], case["type"]
                    ));
                }
            }
        }
    }
    println!("{asked} asked of {}", cases.lines().count());
    assert!(
        wrong.is_empty(),
        "{} of {asked} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(asked > 450, "only {asked} could be asked");
}

fn fine(expr: &str, files: &Files) -> Value {
    ask(expr, files, Path::new(".")).unwrap().unwrap()
}

/// Where a value's text is shown.
fn source(files: &Files, value: &Value) -> String {
    files.text(value.place.span)
}

#[test]
fn what_was_encoded_keeps_its_places() {
    let files = Files::default();
    let decoded = fine(
        "jsondecode(jsonencode({ a = [\"x\", local.unks], b = toset([\"z\"]) }))",
        &files,
    );
    let a = decoded.get("a").unwrap();
    let items = a.items();
    assert_eq!(source(&files, &items[0]), "\"x\"");
    assert_eq!(source(&files, &items[1]), "local.unks");
    assert!(items[1].as_unknown().is_some());
    assert_eq!(files.text(a.place.key.unwrap()), "a");
    assert_eq!(
        type_of(&decoded.get("b").unwrap()).to_json(),
        serde_json::json!(["tuple", ["string"]])
    );
}

#[test]
fn an_encoded_text_knows_where_its_characters_stand() {
    let files = Files::default();
    let encoded = fine("jsonencode({ key = \"ab<cd\", u = local.unks })", &files);
    let text = encoded.as_text().unwrap();
    let [Part::Lit(lit), Part::Hole(_), Part::Lit(end)] = text.parts() else {
        panic!("{text:?}")
    };
    assert_eq!(&*lit.text, "{\"key\":\"ab\\u003ccd\",\"u\":\"");
    assert_eq!(&*end.text, "\"}");
    for part in ["key", "ab", "cd"] {
        let at = lit.text.find(part).unwrap();
        assert_eq!(files.text(lit.span(at, at + part.len()).unwrap()), part);
    }
}

#[test]
fn elements_keep_their_places() {
    let files = Files::default();
    for (expr, at, want) in [
        ("concat([\"a\"], [\"b\"])", 1, "\"b\""),
        ("flatten([[\"a\"], [[\"b\"]]])", 1, "\"b\""),
        ("tolist([1, \"b\"])", 0, "1"),
        ("sort([\"b\", \"a\"])", 0, "\"a\""),
        ("distinct([\"a\", \"a\", \"c\"])", 1, "\"c\""),
        ("values({ x = \"v\" })", 0, "\"v\""),
        ("keys({ x = \"v\" })", 0, "x"),
        ("formatlist(\"%s\", [\"q\"])", 0, "\"q\""),
        ("setunion([\"b\"], [\"a\"])", 0, "\"a\""),
    ] {
        let value = fine(expr, &files);
        assert_eq!(source(&files, &value.items()[at]), want, "{expr}");
    }
    let merged = fine("merge({ a = 1 }, { a = 2 })", &files);
    assert_eq!(source(&files, &merged.get("a").unwrap()), "2");
}

/// A text with a hole for the account.
fn arn(files: &Files, suffix: &str) -> Value {
    let id = files.add("arn", "x");
    let span = Span::new(id, 0, 1);
    let hole = Arc::new(Unknown::because("the account is not known").role(Role::Account));
    let pieces = [
        Piece::Lit("arn:aws:iam::", None),
        Piece::Hole(hole),
        Piece::Lit(suffix, None),
    ];
    Value::new(Kind::String(Text::of(pieces)), span)
}

fn spell(value: &Value) -> String {
    match &value.kind {
        Kind::String(t) => (t.parts().iter())
            .map(|p| match p {
                Part::Lit(l) => l.text.to_string(),
                Part::Hole(h) => format!("<{}>", h.role.map_or("?", |_| "role")),
            })
            .collect(),
        Kind::Bool(b) => b.to_string(),
        Kind::Unknown(_) => "?".to_owned(),
        Kind::Sequence { items, more, .. } => {
            let items: Vec<String> = items.iter().map(spell).collect();
            format!(
                "[{}]{}",
                items.join(" "),
                if more.is_some() { "+" } else { "" }
            )
        }
        Kind::Mapping { entries, .. } => entries
            .iter()
            .map(|(k, v)| format!("{k}={} ", spell(v)))
            .collect(),
        other => format!("{other:?}"),
    }
}

#[test]
fn holes_for_accounts_and_regions_are_seen_through() {
    let files = Files::default();
    let context = Context {
        files: &files,
        root: Path::new("."),
        shown: "",
        project: &Project::default(),
    };
    let one = arn(&files, ":root");
    let span = one.place.span;
    let t = |s: &str| Value::text(s, span);
    for (name, args, want) in [
        (
            "split",
            vec![t(":"), one.clone()],
            "[arn aws iam  <role> root]",
        ),
        ("split", vec![t("1"), one.clone()], "?"),
        (
            "replace",
            vec![one.clone(), t(":root"), t("")],
            "arn:aws:iam::<role>",
        ),
        ("replace", vec![one.clone(), t("1"), t("2")], "?"),
        (
            "trimsuffix",
            vec![one.clone(), t(":root")],
            "arn:aws:iam::<role>",
        ),
        (
            "trimprefix",
            vec![one.clone(), t("arn:")],
            "aws:iam::<role>:root",
        ),
        ("startswith", vec![one.clone(), t("arn:aws")], "true"),
        ("endswith", vec![one.clone(), t(":user")], "false"),
        (
            "lower",
            vec![arn(&files, ":ROOT")],
            "arn:aws:iam::<role>:root",
        ),
        ("upper", vec![one.clone()], "?"),
        (
            "coalesce",
            vec![t(""), one.clone()],
            "arn:aws:iam::<role>:root",
        ),
        (
            "compact",
            vec![Value::tuple(vec![t(""), one.clone()], span)],
            "[arn:aws:iam::<role>:root]",
        ),
        (
            "format",
            vec![t("%s/%s"), one.clone(), t("x")],
            "arn:aws:iam::<role>:root/x",
        ),
        (
            "join",
            vec![t(","), Value::tuple(vec![one.clone(), t("b")], span)],
            "arn:aws:iam::<role>:root,b",
        ),
        (
            "provider::aws::arn_parse",
            vec![one.clone()],
            "account_id=<role> partition=aws region= resource=root service=iam ",
        ),
        (
            "provider::aws::trim_iam_role_path",
            vec![arn(&files, ":role/a/b/c")],
            "arn:aws:iam::<role>:role/c",
        ),
    ] {
        let got = call(name, args, &context, span).unwrap();
        assert_eq!(spell(&got), want, "{name}");
    }
}

#[test]
fn what_unknown_collections_certainly_hold() {
    let files = Files::default();
    for (expr, want) in [
        ("concat([\"a\"], local.unk)", "[a]+"),
        ("flatten([[\"a\"], local.unk])", "[a]+"),
        ("compact([\"a\", local.unks])", "[a]+"),
        ("length(concat([\"a\"], local.unk))", "?"),
        ("contains(concat([\"a\"], local.unk), \"a\")", "true"),
        ("contains(concat([\"a\"], local.unk), \"b\")", "?"),
        ("element(concat([\"a\"], local.unk), 0)", "?"),
        ("merge({ a = \"x\" }, local.unk, { b = \"y\" })", "a=? b=y "),
        ("lookup(merge(local.unk, { b = \"y\" }), \"b\", \"z\")", "y"),
        ("lookup(merge(local.unk, { b = \"y\" }), \"c\", \"z\")", "?"),
        ("join(\",\", concat([\"a\"], local.unk))", "?"),
        ("keys(merge(local.unk, { b = \"y\" }))", "?"),
    ] {
        assert_eq!(spell(&fine(expr, &files)), want, "{expr}");
    }
}

#[test]
fn a_file_keeps_its_own_places() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("p.json"), "{\n  \"a\": \"x\"\n}\n").unwrap();
    std::fs::write(dir.path().join("p.yaml"), "a:\n  - x\n").unwrap();
    let files = Files::default();
    let json = ask("jsondecode(file(\"p.json\"))", &files, dir.path())
        .unwrap()
        .unwrap();
    let leaf = files.location(json.get("a").unwrap().place.span);
    assert_eq!(
        (leaf.path.as_str(), leaf.line, leaf.column),
        ("root/p.json", 2, 8)
    );
    let yaml = ask("yamldecode(file(\"./p.yaml\"))", &files, dir.path())
        .unwrap()
        .unwrap();
    let leaf = files.location(yaml.get("a").unwrap().items()[0].place.span);
    assert_eq!(
        (leaf.path.as_str(), leaf.line, leaf.column),
        ("root/p.yaml", 2, 5)
    );
}

#[test]
fn errors_name_the_argument() {
    let files = Files::default();
    let error = |expr| ask(expr, &files, Path::new(".")).unwrap().unwrap_err();
    assert_eq!(
        error("upper(null)"),
        FunctionError::argument(0, "argument must not be null")
    );
    assert_eq!(error("split(\",\")").message, "missing value for `str`");
    assert_eq!(
        error("nosuchfn(1)").message,
        "there is no function named `nosuchfn`"
    );
    assert_eq!(error("concat([], \"a\")").argument, Some(1));
}

/// Texts that some function takes for more than a text.
const ODD: [&str; 30] = [
    "",
    "a",
    "é👍🏽",
    "%",
    "%[",
    "%[9]*d",
    "%5.3q",
    "/(/",
    "/a(b)?/",
    "'",
    "''x",
    "10.0.0.0/8",
    "fd00::/0",
    "0.0.0.0/0",
    "-1",
    "1",
    "9223372036854775807",
    "1e99999",
    "Inf",
    "{",
    "[1,",
    "{\"a\": 1}",
    "a: &b [*b]",
    "2018-01-02T03:04:05Z",
    "-1h2.5m",
    "arn:aws:iam::1:role/a/b",
    "YQ==",
    "\n\r\n",
    "a,b\n1",
    "$1${x",
];

fn config(cases: u32) -> proptest::prelude::ProptestConfig {
    let mut config = proptest::prelude::ProptestConfig::with_cases(cases);
    config.failure_persistence = None;
    config
}

fn any_value() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::*;
    let files = Files::default();
    let span = Span::new(files.add("a", "a"), 0, 1);
    let open = || Some(Arc::new(Unknown::because("`var.x` has no value")));
    let leaf = prop_oneof![
        8 => (0..ODD.len()).prop_map(move |i| Value::text(ODD[i], span)),
        1 => ".{0,6}".prop_map(move |s: String| Value::text(text(&s), span)),
        1 => any::<bool>().prop_map(move |b| Value::bool(b, span)),
        4 => (-70i64..70).prop_map(move |n| Value::number(n, span)),
        1 => any::<i64>().prop_map(move |n| Value::number(n, span)),
        1 => any::<f64>().prop_map(move |n| Value::number(Number::from_f64(n).unwrap_or(Number::from(0)), span)),
        1 => Just(Value::null(span)),
        1 => Just(Value::unknown(Unknown::because("`var.x` has no value"), span)),
        1 => Just(arn(&Files::default(), ":root")),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        let list = (
            prop::collection::vec(inner.clone(), 0..4),
            any::<bool>(),
            any::<bool>(),
        );
        let map = (
            prop::collection::btree_map("[ab]", inner, 0..3),
            any::<bool>(),
        );
        prop_oneof![
            list.prop_map(move |(items, set, more)| {
                let mut value = Value::tuple(items, span);
                if set
                    && let Ok(set) =
                        crate::terraform::convert::convert(&value, &Type::Set(Box::default()))
                {
                    value = set;
                }
                if let (Kind::Sequence { more: slot, .. }, true) = (&mut value.kind, more) {
                    *slot = open();
                }
                value
            }),
            map.prop_map(move |(entries, more)| {
                let entries = entries
                    .into_iter()
                    .map(|(k, v)| (k.as_str().into(), v))
                    .collect();
                let mut value = Value::object(entries, span);
                if let (Kind::Mapping { more: slot, .. }, true) = (&mut value.kind, more) {
                    *slot = open();
                }
                value
            }),
        ]
    })
}

proptest::proptest! {
    #![proptest_config(config(300))]
    #[test]
    fn no_argument_makes_a_function_panic(args in proptest::collection::vec(any_value(), 0..5)) {
        let files = Files::default();
        let span = Span::new(files.add("a", "a"), 0, 1);
        let context = Context { files: &files, root: Path::new("/nonexistent"), shown: "", project: &Project::default() };
        for function in table::FUNCTIONS {
            let result = call(function.name, args.clone(), &context, span);
            if let Ok(value) = result {
                let _ = json::encode(&value).known().map(str::len);
            }
        }
    }
}

/// The value with some parts made unknown, as `mask` says.
fn hidden(value: &Value, mask: &mut dyn Iterator<Item = u8>) -> Value {
    let why = |ty| Unknown {
        not_null: true,
        ..Unknown::because("`var.x` has no value").of(ty)
    };
    let choice = mask.next().unwrap_or(9);
    let span = value.place.span;
    match (&value.kind, choice) {
        (Kind::Null(_), 0) => Value::unknown(Unknown::because("`var.x` has no value"), span),
        (Kind::Bool(_) | Kind::Number(_), 0) => Value::unknown(why(type_of(value)), span),
        (Kind::String(_), 0) => Value::unknown(why(Type::String), span),
        (Kind::String(t), 1) => {
            let known = t.known().unwrap_or_default();
            let at = known
                .char_indices()
                .nth(1)
                .map_or(known.len(), |(at, _)| at);
            let pieces = [
                Piece::Lit(known.get(..at).unwrap(), None),
                Piece::Hole(Arc::new(why(Type::String))),
            ];
            Value::new(Kind::String(Text::of(pieces)), span)
        }
        (Kind::Sequence { .. } | Kind::Mapping { .. }, 0) => {
            Value::unknown(why(Type::Dynamic), span)
        }
        (Kind::Sequence { shape, items, .. }, _) => {
            let items = items.iter().map(|v| hidden(v, mask)).collect();
            let kind = Kind::Sequence {
                shape: shape.clone(),
                items,
                more: None,
            };
            let hidden = Value::new(kind, span);
            match shape {
                crate::value::Sequence::Set(of) => {
                    crate::terraform::convert::set(of.clone(), hidden.items(), span)
                }
                _ => hidden,
            }
        }
        (Kind::Mapping { shape, entries, .. }, _) => {
            let entries = entries
                .iter()
                .map(|(k, v)| (k.clone(), hidden(v, mask)))
                .collect();
            Value::new(
                Kind::Mapping {
                    shape: shape.clone(),
                    entries,
                    more: None,
                },
                span,
            )
        }
        _ => value.clone(),
    }
}

/// Whether what is known of `seen` is true of the `whole`.
pub(in crate::terraform) fn true_of(seen: &Value, whole: &Value) -> bool {
    match (&seen.kind, &whole.kind) {
        (Kind::Null(_), Kind::Null(_)) => true,
        (Kind::Unknown(u), _) => !(u.not_null && whole.is_null()),
        (Kind::String(s), Kind::String(w)) => match (s.known(), w.known()) {
            (Some(s), Some(w)) => s == w,
            (None, Some(w)) => {
                w.starts_with(s.known_prefix()) && w.ends_with(super::text::known_suffix(s))
            }
            _ => false,
        },
        (
            Kind::Sequence {
                more: Some(_),
                items,
                ..
            },
            Kind::Sequence { items: all, .. },
        ) => items.iter().all(|i| all.iter().any(|w| true_of(i, w))),
        (
            Kind::Sequence {
                shape: crate::value::Sequence::Set(_),
                items,
                ..
            },
            Kind::Sequence { items: all, .. },
        ) => {
            items.iter().all(|i| all.iter().any(|w| true_of(i, w)))
                && (!seen.is_wholly_known() || items.len() == all.len())
        }
        (Kind::Sequence { items, .. }, Kind::Sequence { items: all, .. }) => {
            items.len() == all.len() && items.iter().zip(all).all(|(i, w)| true_of(i, w))
        }
        (Kind::Mapping { entries, more, .. }, Kind::Mapping { entries: all, .. }) => {
            (more.is_some() || entries.len() == all.len())
                && (entries.iter()).all(|(k, v)| all.get(k).is_some_and(|w| true_of(v, w)))
        }
        // an element of another type may make texts of numbers and booleans, in terraform's answers as in ours
        _ => {
            let text = |v| crate::terraform::convert::convert(v, &Type::String).ok();
            let same = |a: Value, b: Value| crate::terraform::convert::equal(&a, &b) == Some(true);
            text(seen).zip(text(whole)).is_some_and(|(a, b)| same(a, b))
        }
    }
}

proptest::proptest! {
    #![proptest_config(config(400))]
    /// What a function says about unknown arguments is true whatever they turn out to be.
    #[test]
    fn what_is_claimed_is_true(
        args in proptest::collection::vec(any_value(), 1..4),
        mask in proptest::collection::vec(0u8..5, 40),
    ) {
        if !args.iter().all(Value::is_wholly_known) {
            return Ok(());
        }
        let files = Files::default();
        let span = Span::new(files.add("a", "a"), 0, 1);
        let context = Context { files: &files, root: Path::new("/nonexistent"), shown: "", project: &Project::default() };
        let mut mask = mask.into_iter();
        let partly: Vec<Value> = args.iter().map(|v| hidden(v, &mut mask)).collect();
        // the order of a set with unknown elements is not known, yet its encoding has to write one
        let unordered = partly.iter().any(unordered);
        let writes = |name: &str| ["jsonencode", "format", "formatlist"].contains(&name);
        for function in table::FUNCTIONS.iter().filter(|f| !(unordered && writes(f.name))) {
            let Ok(whole) = call(function.name, args.clone(), &context, span) else {
                continue;
            };
            let seen = match call(function.name, partly.clone(), &context, span) {
                Ok(seen) => seen,
                Err(e) => panic!("{} refuses {} of {}: {}", function.name, list(&partly), list(&args), e.message),
            };
            if !whole.is_wholly_known() {
                continue;
            }
            let (p, a) = (list(&partly), list(&args));
            assert!(true_of(&seen, &whole), "{} of {p} is {}, of {a} {}", function.name, spell(&seen), spell(&whole));
        }
    }
}

fn unordered(value: &Value) -> bool {
    let set = matches!(&value.kind, Kind::Sequence { shape: crate::value::Sequence::Set(_), items, .. } if items.len() > 1);
    (set && !value.is_wholly_known())
        || value.items().iter().any(unordered)
        || value.entries().iter().any(|(_, v)| unordered(v))
}

fn list(args: &[Value]) -> String {
    args.iter().map(spell).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_table_is_sorted_and_complete() {
    assert!(table::FUNCTIONS.is_sorted_by(|a, b| a.name < b.name));
    assert!(exists("core::upper") && exists("provider::aws::arn_parse") && !exists("try"));
    assert_eq!(
        table::FUNCTIONS.len(),
        118 - 4 + 4 + 2,
        "core's, four of them elsewhere, aws's, terraform's but one"
    );
}
