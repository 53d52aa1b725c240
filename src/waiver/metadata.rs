//! Waivers in a template's metadata: `Metadata: {ecr-guard: {waive: [{guardrail: ID, reason: …, until: …}]}}`.

use super::comment::accepts;
use super::{Scope, Waiver};
use crate::config::Accepts;
use crate::diagnostic::Diagnostic;
use crate::raw::RawResource;
use crate::value::{Kind, Value};

/// The waivers of a resource's metadata.
pub fn of_metadata(root: &str, resource: &RawResource) -> (Vec<Waiver>, Vec<Diagnostic>) {
    let mut waivers = Vec::new();
    let mut diagnostics = Vec::new();
    let said = (resource.meta.get("Metadata"))
        .and_then(|m| m.get("ecr-guard"))
        .and_then(|g| g.get("waive"));
    for entry in said.iter().flat_map(one_or_many) {
        match waiver(root, resource, &entry) {
            Ok(waiver) => waivers.push(waiver),
            Err(message) => diagnostics.push(
                Diagnostic::warning("waiver-malformed", message)
                    .at(entry.place.span)
                    .help("write `{guardrail: ID, reason: …, until: 2027-01-31}`"),
            ),
        }
    }
    (waivers, diagnostics)
}

fn one_or_many(value: &Value) -> Vec<Value> {
    match &value.kind {
        Kind::Sequence { .. } => value.items(),
        _ => vec![value.clone()],
    }
}

fn waiver(root: &str, resource: &RawResource, entry: &Value) -> Result<Waiver, String> {
    let known = ["guardrail", "id", "reason", "until", "owner", "accepts"];
    let entries = entry.entries();
    if let Some((key, _)) = entries.iter().find(|(k, _)| !known.contains(&&**k)) {
        return Err(format!("unknown key `{key}` in a waiver"));
    }
    let guardrails = texts(entry.get("guardrail").or_else(|| entry.get("id")));
    if guardrails.is_empty() {
        return Err("a waiver names its `guardrail`".to_owned());
    }
    let reason = texts(entry.get("reason")).join(" ");
    if reason.trim().is_empty() {
        return Err("a waiver has a reason".to_owned());
    }
    let until = match texts(entry.get("until")).first() {
        Some(day) => Some(day.parse().map_err(|_| format!("`{day}` is no day"))?),
        None => None,
    };
    Ok(Waiver {
        guardrails,
        scope: Scope::Resource {
            root: root.to_owned(),
            address: resource.address.clone(),
        },
        accepts: entry.get("accepts").map(|a| accepted(&a)).transpose()?,
        reason,
        owner: texts(entry.get("owner")).into_iter().next(),
        until,
        span: entry.place.span,
    })
}

fn accepted(value: &Value) -> Result<Accepts, String> {
    let (accounts, actions) = (texts(value.get("accounts")), texts(value.get("actions")));
    if accounts.is_empty() || actions.is_empty() {
        return Err("`accepts` has `accounts` and `actions`".to_owned());
    }
    accepts(accounts, actions)
}

/// One text or several; a number is taken for a text.
fn texts(value: Option<Value>) -> Vec<String> {
    let text = |v: Value| match &v.kind {
        Kind::Number(n) => Some(n.to_string()),
        _ => v.as_str().map(str::to_owned),
    };
    let all = value.iter().flat_map(one_or_many);
    all.filter_map(text).collect()
}
