//! `testdata/terraform/expressions.jsonl`: expressions, and what terraform 1.11.4 makes of them.

use super::Case;
use crate::terraform::convert::type_of;
use crate::value::{Kind, Value};
use crate::world::World;
use serde_json::{Value as Json, json};
use std::fmt::Write as _;

/// What the expressions may refer to.
const SURROUNDINGS: &str = r#"
resource "terraform_data" "unk" {}
locals {
  unks = terraform_data.unk.id
  unk  = jsondecode(terraform_data.unk.id)
  unkn = tonumber(terraform_data.unk.id)
  unkb = tobool(terraform_data.unk.id)
  tpl  = "hi $${name} %%{ for x in list }$${x},%%{ endfor }"
}
"#;

const FILES: [(&str, &str); 3] = [
    ("fx/t.txt", "hello\n"),
    (
        "fx/t.tftpl",
        "hi ${name}\n%{ for x in list ~}\n- ${x}\n%{ endfor ~}\n",
    ),
    (
        "fx/pol.json.tftpl",
        "{\"Version\":\"2012-10-17\",\"Statement\":[%{ for i, p in principals }%{ if i > 0 },%{ endif }{\"Effect\":\"${deny ? \"Deny\" : \"Allow\"}\",\"Principal\":{\"AWS\":\"${p}\"},\"Action\":[\"ecr:BatchGetImage\"]}%{ endfor }]}",
    ),
];

/// Of which more is known here than terraform says: its `try` lets go of all that is known in part.
const KNOWN_IN_PART: [&str; 1] = ["e-00581f8621"];

#[test]
fn expressions_have_the_values_that_terraform_recorded() {
    let cases: Vec<Json> = (include_str!("../../../testdata/terraform/expressions.jsonl").lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut texts: Vec<(String, String)> = FILES.map(|(n, t)| (n.to_owned(), t.to_owned())).into();
    texts.push(("main.tf".to_owned(), SURROUNDINGS.to_owned()));
    for (i, case) in cases.iter().enumerate() {
        let hidden = match &case["sensitive"] {
            Json::Null | Json::Bool(false) => "",
            _ => "  sensitive = true\n",
        };
        let expr = case["expr"].as_str().unwrap();
        let text = format!("output \"c{i:04}\" {{\n  value = {expr}\n{hidden}}}\n");
        texts.push((format!("c{i:04}.tf"), text));
    }
    let texts: Vec<(&str, &str)> = (texts.iter())
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    let run = Case::of(&texts, &World::default());
    let mut wrong = String::new();
    for (i, case) in cases.iter().enumerate() {
        let file = format!("c{i:04}.tf");
        let told = run.told().into_iter().find(|t| t.starts_with(&file));
        let value = run.root.outputs.get(&format!("c{i:04}"));
        let same = match (&case["error"], value) {
            (Json::Null, Some(value)) => told.is_none() && fits(case, value),
            (Json::Null, None) => false,
            _ => told.is_some(),
        };
        let id = case["id"].as_str().unwrap();
        if !same && !KNOWN_IN_PART.contains(&id) {
            let have = value.map(|v| (show(v), type_of(v).to_json().to_string()));
            writeln!(wrong, "{id} {}: {have:?} {told:?}", case["expr"]).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn fits(case: &Json, value: &Value) -> bool {
    let want = overlay(&case["value"], &case["unknown"]);
    let typed = case["type"].is_null() || case["type"] == type_of(value).to_json();
    let hidden = !matches!(case["sensitive"], Json::Null | Json::Bool(false));
    show(value) == want && typed && value.has_sensitive() == hidden
}

/// The recorded value, unknown parts as `"?"`, numbers as text.
fn overlay(value: &Json, unknown: &Json) -> Json {
    match (value, unknown) {
        (_, Json::Bool(true)) => json!("?"),
        (_, Json::Object(parts)) => {
            let mut out = value.as_object().cloned().unwrap_or_default();
            for v in out.values_mut() {
                *v = overlay(v, &Json::Null);
            }
            for (k, u) in parts {
                let part = value.get(k).cloned().unwrap_or_default();
                out.insert(k.clone(), overlay(&part, u));
            }
            Json::Object(out)
        }
        (_, Json::Array(parts)) => {
            let items = value.as_array().cloned().unwrap_or_default();
            let at = |i: usize| items.get(i).cloned().unwrap_or_default();
            let len = items.len().max(parts.len());
            (0..len)
                .map(|i| overlay(&at(i), parts.get(i).unwrap_or(&Json::Null)))
                .collect()
        }
        (Json::Object(entries), _) => entries
            .iter()
            .map(|(k, v)| (k.clone(), overlay(v, &Json::Null)))
            .collect(),
        (Json::Array(items), _) => items.iter().map(|v| overlay(v, &Json::Null)).collect(),
        (Json::Number(n), _) => number(n.as_f64().unwrap()),
        (other, _) => other.clone(),
    }
}

fn number(n: f64) -> Json {
    json!(format!("{:.12e}", if n == 0.0 { 0.0 } else { n }))
}

fn show(value: &Value) -> Json {
    match &value.kind {
        Kind::Null(_) => Json::Null,
        Kind::Bool(b) => json!(b),
        Kind::Number(n) => number(n.to_f64()),
        Kind::String(t) => t.known().map_or(json!("?"), |s| json!(s)),
        Kind::Sequence {
            items,
            more: Some(more),
            ..
        } if more.order_only => items.iter().map(|_| json!("?")).collect(),
        Kind::Sequence { items, more, .. } => (items.iter().map(show))
            .chain(more.iter().map(|_| json!("…")))
            .collect(),
        Kind::Mapping { entries, more, .. } => (entries.iter())
            .map(|(k, v)| (k.to_string(), show(v)))
            .chain(more.iter().map(|_| ("…".to_owned(), Json::Null)))
            .collect(),
        Kind::Unknown(_) => json!("?"),
    }
}
