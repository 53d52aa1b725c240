//! Calls with terraform's own recorded answers, and what terraform cannot be asked: places, holes, and what is remembered.

pub(in crate::terraform) mod claims;
mod holes;

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
