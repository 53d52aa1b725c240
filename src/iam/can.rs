//! Answers requests that are written as JSON, one a line: the shape of the npm type `Simulation` of iam-simulate, with a
//! registry policy beside it.

use super::document::{Document, PolicyKind};
use super::evaluate::{Decision, Policies, Request, decide};
use super::pattern::{Context, Fact, View};
use super::principal::Caller;
use super::rule::{Policy, Scope, Setting};
use crate::span::{Files, Span};
use crate::value::{Number, Value};
use serde_json::Value as Json;
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// Answers one line with `{"id", "decision", "because": [{"policy", "statement", "effect"}]}`.
pub fn answer_line(line: &str) -> Result<String, String> {
    let case: Json =
        serde_json::from_str(line).map_err(|e| format!("the line is not JSON: {e}"))?;
    let (request, policies) = read(&case)?;
    let Decision { verdict, because } = decide(&request, &policies);
    let id = case.get("id").cloned().unwrap_or(Json::Null);
    Ok(serde_json::json!({"id": id, "decision": verdict, "because": because}).to_string())
}

/// The request and the policies of a case.
pub fn read(case: &Json) -> Result<(Request, Policies), String> {
    let files = Files::default();
    let span = Span::new(files.add("request", ""), 0, 0);
    let mut request = request(case.get("request").ok_or("there is no `request`")?)?;
    let scope = match case.get("registryPolicyScope") {
        None | Some(Json::Null) => Scope::V2,
        Some(scope) => match scope.as_str() {
            Some("V1") => Scope::V1,
            Some("V2") => Scope::V2,
            _ => return Err("`registryPolicyScope` is neither `V1` nor `V2`".into()),
        },
    };
    let setting = Setting {
        scope,
        ..Setting::default()
    };
    let reader = Reader { span, setting };
    let mut policies = Policies {
        identity: reader.named(case, "identityPolicies", PolicyKind::Identity)?,
        boundary: reader.named(case, "permissionBoundaryPolicies", PolicyKind::Identity)?,
        endpoint: reader.named(case, "vpcEndpointPolicies", PolicyKind::VpcEndpoint)?,
        ..Policies::default()
    };
    request.context.view.bounded = (!policies.boundary.is_empty()).into();
    for (key, kind, name) in [
        (
            "resourcePolicy",
            PolicyKind::Repository,
            "repository policy",
        ),
        ("registryPolicy", PolicyKind::Registry, "registry policy"),
    ] {
        if let Some(policy) = case.get(key).filter(|p| !p.is_null()) {
            policies.resource.push(reader.policy(name, policy, kind)?);
        }
    }
    for level in list(case, "serviceControlPolicies")? {
        let level = reader.named(level, "policies", PolicyKind::ServiceControl)?;
        policies.service_control.push(level);
    }
    for level in list(case, "resourceControlPolicies")? {
        let level = reader.named(level, "policies", PolicyKind::ResourceControl)?;
        policies.resource_control.extend(level);
    }
    Ok((request, policies))
}

fn request(json: &Json) -> Result<Request, String> {
    let text = |value: Option<&Json>, name: &str| {
        let text = value.and_then(Json::as_str).map(str::to_owned);
        text.ok_or_else(|| format!("`{name}` is not a text"))
    };
    let caller = match json.get("principal") {
        Some(Json::String(name)) => Caller::parse(name),
        Some(Json::Object(_)) => Caller::Anonymous,
        _ => return Err("`principal` is neither a text nor an object".into()),
    };
    let resource = json.get("resource");
    let mut context = Context {
        view: View::default(),
        ..Context::default()
    };
    if let Some(Json::Object(variables)) = json.get("contextVariables") {
        for (key, value) in variables {
            if let Some(fact) = fact(value) {
                context.facts.insert(key.to_lowercase(), fact);
            }
        }
    }
    Ok(Request {
        caller,
        action: text(json.get("action"), "action")?,
        resource: text(
            resource.and_then(|r| r.get("resource")),
            "resource.resource",
        )?,
        owner: text(
            resource.and_then(|r| r.get("accountId")),
            "resource.accountId",
        )?,
        context,
    })
}

fn fact(value: &Json) -> Option<Fact> {
    let text = |v: &Json| match v {
        Json::String(s) => s.clone(),
        other => other.to_string(),
    };
    match value {
        Json::Null => None,
        Json::Array(items) => Some(Fact::Many(items.iter().map(text).collect())),
        one => Some(Fact::One(text(one))),
    }
}

fn list<'a>(case: &'a Json, key: &str) -> Result<&'a [Json], String> {
    match case.get(key) {
        None | Some(Json::Null) => Ok(&[]),
        Some(Json::Array(items)) => Ok(items),
        Some(_) => Err(format!("`{key}` is not a list")),
    }
}

struct Reader {
    span: Span,
    setting: Setting,
}

impl Reader {
    fn named(&self, case: &Json, key: &str, kind: PolicyKind) -> Result<Vec<Policy>, String> {
        (list(case, key)?.iter())
            .map(|entry| {
                let name = entry.get("name").and_then(Json::as_str).unwrap_or(key);
                let policy = entry.get("policy");
                let policy =
                    policy.ok_or_else(|| format!("an entry of `{key}` has no `policy`"))?;
                self.policy(name, policy, kind)
            })
            .collect()
    }

    fn policy(&self, name: &str, json: &Json, kind: PolicyKind) -> Result<Policy, String> {
        let (document, problems) = Document::read(&value(json, self.span, 0), kind);
        let fatal = problems.first().filter(|_| document.statements.is_empty());
        match fatal {
            Some(problem) => Err(format!("{name}: {}", problem.message)),
            None => Ok(Policy::new(name, &document, &self.setting)),
        }
    }
}

/// The value of plain JSON. Deeper than any policy is null: the reader refuses it.
pub(super) fn value(json: &Json, span: Span, depth: usize) -> Value {
    if depth > 32 {
        return Value::null(span);
    }
    match json {
        Json::Null => Value::null(span),
        Json::Bool(b) => Value::bool(*b, span),
        Json::Number(n) => match n.as_i64() {
            Some(n) => Value::number(Number::from(n), span),
            None => Value::text(n.to_string(), span),
        },
        Json::String(s) => Value::text(s.as_str(), span),
        Json::Array(items) => {
            let items = items.iter().map(|v| value(v, span, depth + 1)).collect();
            Value::tuple(items, span)
        }
        Json::Object(entries) => {
            let entries = (entries.iter())
                .map(|(k, v)| (Arc::from(k.as_str()), value(v, span, depth + 1)))
                .collect();
            Value::object(entries, span)
        }
    }
}
