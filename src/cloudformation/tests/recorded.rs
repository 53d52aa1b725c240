//! The templates of `testdata/templates`, each with what the language says it resolves to (`expected.json`).

use super::*;
use crate::syntax::json;
use serde_json::{Value as Json, json};
use std::path::Path;

fn read(path: &Path) -> Json {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A value as JSON: unknown is `{"$unknown": …}`, a text that holds JSON is that JSON, sensitive is `{"$sensitive": true}`.
fn shown(value: &Value) -> Json {
    if value.sensitive {
        return json!({"$sensitive": true});
    }
    match &value.kind {
        Kind::Null(_) => Json::Null,
        Kind::Bool(b) => json!(b),
        Kind::Number(n) => n.to_json(),
        Kind::Unknown(u) => json!({"$unknown": &*u.reason}),
        Kind::String(text) => {
            if json::looks_like_json(text)
                && let Ok(inner) = json::parse_text(text, value.place.span)
            {
                return shown(&inner);
            }
            text.known()
                .map_or_else(|| json!({"$unknown": "partial"}), |t| json!(t))
        }
        Kind::Sequence { items, .. } => items.iter().map(shown).collect(),
        Kind::Mapping { more: Some(u), .. } => json!({"$unknown": &*u.reason}),
        Kind::Mapping { entries, .. } => {
            let entries = entries.iter().map(|(k, v)| (k.to_string(), shown(v)));
            Json::Object(entries.collect())
        }
    }
}

fn scalar(value: &Json) -> String {
    match value {
        Json::String(s) => s.clone(),
        other => other.to_string(),
    }
}

fn inner(value: &Json) -> Json {
    match value {
        Json::String(s) if s.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(s).unwrap_or_else(|_| value.clone())
        }
        _ => value.clone(),
    }
}

/// What does not fit; scalars compare by their text.
fn misfit(want: &Json, have: &Json, secrets: &[Json]) -> Option<String> {
    let (want, have) = (inner(want), inner(have));
    if have.get("$sensitive").is_some() {
        return (!secrets.contains(&want)).then(|| "said to be sensitive".into());
    }
    let unknown = have.get("$unknown").is_some();
    if want.get("$unknown").is_some() {
        let derived = want.get("$derivable") == Some(&have);
        return (!unknown && !derived).then(|| format!("known: {have}, not knowable: {want}"));
    }
    match (&want, &have) {
        _ if unknown => Some(format!("unknown: {have}, knowable: {want}")),
        (Json::Object(w), Json::Object(h)) => {
            let keys = w.keys().chain(h.keys());
            keys.into_iter().find_map(|k| match (w.get(k), h.get(k)) {
                (Some(w), Some(h)) => misfit(w, h, secrets).map(|e| format!("{k}: {e}")),
                (w, h) => Some(format!("{k}: want {w:?}, have {h:?}")),
            })
        }
        (Json::Array(w), Json::Array(h)) if w.len() == h.len() => {
            w.iter().zip(h).find_map(|(w, h)| misfit(w, h, secrets))
        }
        _ if scalar(&want) == scalar(&have) => None,
        _ => Some(format!("want {want}, have {have}")),
    }
}

fn world(params: &Json) -> World {
    let pseudo = |name: &str| params["pseudo"][name].as_str().map(str::to_owned);
    let given = Given {
        template: "",
        parameters: &params["parameters"].to_string(),
        target: Target {
            account: pseudo("AWS::AccountId"),
            region: pseudo("AWS::Region"),
            partition: None,
        },
    };
    given.world()
}

fn problems(folder: &Path) -> Vec<String> {
    let names = ["template.yaml", "template.json"].map(|n| folder.join(n));
    let path = names.iter().find(|p| p.exists()).unwrap();
    let want = read(&folder.join("expected.json"));
    let files = Files::default();
    let text = std::fs::read_to_string(path).unwrap();
    let id = files.add(path.to_str().unwrap(), text);
    let (root, diagnostics) = resolve(&files, id, &world(&read(&folder.join("params.json"))));
    let errors: Vec<&Diagnostic> = (diagnostics.iter())
        .filter(|d| d.level == Level::Error)
        .collect();
    let mut out = Vec::new();
    if (want["template_status"] == "ok") != errors.is_empty() {
        out.push(format!("{}: {errors:?}", want["template_status"]));
    }
    let secrets = want["must_not_print"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    for resource in want["resources"].as_array().unwrap() {
        let id = resource["logical_id"].as_str().unwrap();
        if id == "*" {
            if root.blind_spots.is_empty() {
                out.push("a blind spot is due".into());
            }
            continue;
        }
        let path = resource["stack_path"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let path = path.iter().map(|s| format!("{}.", s.as_str().unwrap()));
        let address = path.collect::<String>() + id;
        let Some(have) = root.resources.iter().find(|r| r.address == address) else {
            out.push(format!("{address} is missing"));
            continue;
        };
        let exists = have.exists.map_or(json!("unknown"), |e| json!(e));
        if exists != resource["exists"] {
            out.push(format!("{address} exists: {exists}"));
        }
        if resource["exists"] != false {
            let problem = misfit(&resource["properties"], &shown(&have.attributes), &secrets);
            out.extend(problem.map(|p| format!("{address}: {p}")));
        }
    }
    out
}

#[test]
fn templates_resolve_as_the_language_says() {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/templates");
    let mut folders: Vec<_> = std::fs::read_dir(all)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    folders.sort();
    assert!(folders.len() > 30);
    let wrong: Vec<String> = (folders.iter())
        .flat_map(|f| {
            let name = f.file_name().unwrap().to_string_lossy().into_owned();
            problems(f).into_iter().map(move |p| format!("{name}: {p}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
