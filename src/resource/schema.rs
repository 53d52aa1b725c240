//! What CloudFormation would refuse about the properties of ECR's resources: unknown, missing, read-only, or of another
//! type or form than the resource type's schema wants. `schema/*.json` are our reductions of these schemas to names, types
//! and bounds (CloudFormation registry, October 2026; source: cfn-lint 1.58, MIT-0); what a guardrail judges (names, lifecycle
//! rules, replication) is left to it.

use crate::diagnostic::{Diagnostic, Level, nearest};
use crate::raw::{Form, Mode, RawResource, Root};
use crate::value::{Kind, Value};
use jsonschema::error::ValidationErrorKind as Wrong;
use jsonschema::paths::LocationSegment;
use jsonschema::{ValidationError, Validator};
use serde_json::Value as Json;
use std::sync::OnceLock;

/// The code of a property that only the service sets.
const READ_ONLY: &str = "property-read-only";

/// The schema of one resource type; made ready when a resource of the type turns up.
struct Schema {
    /// Its type; that of the `awscc` provider of Terraform is made from it.
    name: &'static str,
    text: &'static str,
    json: OnceLock<Json>,
    validator: OnceLock<Option<Validator>>,
    /// The same with the names of `awscc`.
    snake: OnceLock<Json>,
    snake_validator: OnceLock<Option<Validator>>,
}

/// All schemas.
static SCHEMAS: [Schema; 9] = [
    Schema::of(
        "PublicRepository",
        include_str!("schema/public-repository.json"),
    ),
    Schema::of(
        "PullThroughCacheRule",
        include_str!("schema/pull-through-cache-rule.json"),
    ),
    Schema::of(
        "PullTimeUpdateExclusion",
        include_str!("schema/pull-time-update-exclusion.json"),
    ),
    Schema::of(
        "RegistryPolicy",
        include_str!("schema/registry-policy.json"),
    ),
    Schema::of(
        "RegistryScanningConfiguration",
        include_str!("schema/registry-scanning-configuration.json"),
    ),
    Schema::of(
        "ReplicationConfiguration",
        include_str!("schema/replication-configuration.json"),
    ),
    Schema::of("Repository", include_str!("schema/repository.json")),
    Schema::of(
        "RepositoryCreationTemplate",
        include_str!("schema/repository-creation-template.json"),
    ),
    Schema::of(
        "SigningConfiguration",
        include_str!("schema/signing-configuration.json"),
    ),
];

impl Schema {
    const fn of(name: &'static str, text: &'static str) -> Self {
        Schema {
            name,
            text,
            json: OnceLock::new(),
            validator: OnceLock::new(),
            snake: OnceLock::new(),
            snake_validator: OnceLock::new(),
        }
    }

    fn json(&self) -> &Json {
        (self.json).get_or_init(|| serde_json::from_str(self.text).unwrap_or_default())
    }

    fn validator(&self) -> Option<&Validator> {
        let made = (self.validator).get_or_init(|| validator(self.json()));
        made.as_ref()
    }

    /// The schema as `awscc` has it.
    fn snake(&self) -> &Json {
        self.snake.get_or_init(|| {
            let mut json = self.json().clone();
            rename(&mut json);
            if let Some(properties) = json.get_mut("properties").and_then(Json::as_object_mut) {
                properties.insert("id".to_owned(), Json::Bool(true));
            }
            json
        })
    }

    fn snake_validator(&self) -> Option<&Validator> {
        let made = (self.snake_validator).get_or_init(|| validator(self.snake()));
        made.as_ref()
    }
}

/// The schema of a type of CloudFormation.
fn schema_of(kind: &str) -> Option<&'static Schema> {
    let name = kind.strip_prefix("AWS::ECR::")?;
    SCHEMAS.iter().find(|s| s.name == name)
}

/// The schema of a type of `awscc`.
fn schema_of_awscc(kind: &str) -> Option<&'static Schema> {
    let name = kind.strip_prefix("awscc_ecr_")?;
    SCHEMAS.iter().find(|s| snake(s.name) == name)
}

/// `KmsKey` as `kms_key`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Gives the properties of a schema the names that `awscc` has for them.
fn rename(schema: &mut Json) {
    match schema {
        Json::Object(keys) => {
            for (key, value) in keys.iter_mut() {
                match (key.as_str(), &mut *value) {
                    ("properties", Json::Object(properties)) => {
                        let named = std::mem::take(properties).into_iter();
                        *properties = named.map(|(name, v)| (snake(&name), v)).collect();
                    }
                    ("required", Json::Array(names)) => {
                        for name in names {
                            *name = Json::String(snake(name.as_str().unwrap_or_default()));
                        }
                    }
                    _ => {}
                }
                rename(value);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(rename),
        _ => {}
    }
}

/// The problems of the properties of a root's resources. In a template, what CloudFormation refuses whatever it learns is an
/// error. Elsewhere everything is a warning: who hands the properties on looks at them as well; of a hook's request, which
/// has to be answered at once, only the names are looked at.
pub fn problems_of(root: &Root) -> Vec<Diagnostic> {
    let managed = root.resources.iter().filter(|r| r.mode == Mode::Managed);
    let mut out: Vec<Diagnostic> = match root.form {
        Form::Hook => managed.flat_map(strangers).collect(),
        _ => managed.flat_map(problems).collect(),
    };
    if root.form != Form::CloudFormation {
        // What the service sets is among the attributes that a plan shows.
        out.retain(|d| d.code != READ_ONLY);
        out.iter_mut().for_each(|d| d.level = Level::Warning);
    }
    out
}

/// The properties that a resource's type does not have.
fn strangers(raw: &RawResource) -> Vec<Diagnostic> {
    let known = schema_of(&raw.kind).and_then(|s| s.json().get("properties"));
    let Some(known) = known.and_then(Json::as_object) else {
        return Vec::new();
    };
    let names: Vec<String> = known.keys().cloned().collect();
    let at = At {
        value: raw.attributes.clone(),
        way: String::new(),
    };
    let entries = raw.attributes.entries().into_iter();
    let strange = entries.filter(|(name, _)| !known.contains_key(&**name));
    strange
        .map(|(name, _)| unknown_property(raw, &at, &name, &names))
        .collect()
}

/// The problems of a resource's properties. What is unknown has none. A name or a value that a later schema may know is a
/// warning.
fn problems(raw: &RawResource) -> Vec<Diagnostic> {
    let own = schema_of(&raw.kind).map(|s| (s.json(), s.validator()));
    let awscc = || schema_of_awscc(&raw.kind).map(|s| (s.snake(), s.snake_validator()));
    let Some((schema, Some(validator))) = own.or_else(awscc) else {
        return Vec::new();
    };
    // A macro may turn what stands there into anything.
    if raw.exists == Some(false) || raw.meta.contains_key("Transform") {
        return Vec::new();
    }
    let mut out = read_only(raw, schema);
    let instance = plain(&raw.attributes, schema);
    for error in validator.iter_errors(&instance) {
        if let Some(at) = find(raw, &error) {
            out.extend(told(raw, schema, &error, &at));
        }
    }
    out
}

/// Our schemas say nothing that a later draft has words for, and the schema of draft 7's schemas is ready much sooner.
fn validator(schema: &Json) -> Option<Validator> {
    jsonschema::draft7::new(schema).ok()
}

/// Attributes that only the service sets.
fn read_only(raw: &RawResource, schema: &Json) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (name, value) in raw.attributes.entries() {
        let flag = schema.pointer(&format!("/properties/{name}/readOnly"));
        if flag == Some(&Json::Bool(true)) && !value.is_null() {
            let message = format!("`{name}` of `{}` is set by the service only", raw.address);
            let span = value.place.key.unwrap_or(value.place.span);
            let problem = Diagnostic::error(READ_ONLY, message).at(span);
            out.push(problem.help("remove it; `Fn::GetAtt` reads it"));
        }
    }
    out
}

/// Where an error stands: the value, the way to it in words, and its schema.
struct At {
    value: Value,
    way: String,
}

/// The value that an error is about; `None` where it is not known, part of something that is not, or not to be shown.
fn find(raw: &RawResource, error: &ValidationError<'_>) -> Option<At> {
    let mut at = At {
        value: raw.attributes.clone(),
        way: String::new(),
    };
    for segment in error.instance_path().segments() {
        match segment {
            LocationSegment::Property(name) => {
                at.value = at.value.get(&name)?;
                if !at.way.is_empty() {
                    at.way.push('.');
                }
                at.way.push_str(&name);
            }
            // A lone value stands for a list of one.
            LocationSegment::Index(i) => {
                if matches!(at.value.kind, Kind::Sequence { .. }) {
                    at.value = at.value.items().into_iter().nth(i)?;
                }
                at.way.push_str(&format!("[{i}]"));
            }
        }
    }
    let known = match &at.value.kind {
        Kind::Unknown(_) | Kind::Null(_) => false,
        Kind::String(text) => text.known().is_some(),
        _ => true,
    };
    (known && !at.value.sensitive).then_some(at)
}

/// An error in our words.
fn told(raw: &RawResource, schema: &Json, error: &ValidationError<'_>, at: &At) -> Vec<Diagnostic> {
    let what = match at.way.as_str() {
        "" => format!("`{}`", raw.address),
        way => format!("`{way}` of `{}`", raw.address),
    };
    let open = at.value.more().is_some();
    let place = at.value.place.primary();
    let refused = |message| vec![Diagnostic::error("property-value", message).at(place)];
    let doubted = |message| vec![Diagnostic::warning("property-value", message).at(place)];
    match error.kind() {
        Wrong::AdditionalProperties { unexpected } => {
            let known = properties(schema, error);
            let one = |name: &String| unknown_property(raw, at, name, &known);
            unexpected.iter().map(one).collect()
        }
        Wrong::Required { .. } if open => Vec::new(),
        Wrong::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let span = match at.way.as_str() {
                "" => raw.span,
                _ => at.value.place.key.unwrap_or(place),
            };
            let message = format!("{what} lacks `{name}`");
            vec![Diagnostic::error("property-missing", message).at(span)]
        }
        Wrong::Type { .. } => refused(format!("{what} must be {}", wanted(schema, error))),
        Wrong::Enum { options } => doubted(format!("{what} is none of {}", listed(options))),
        Wrong::Pattern { pattern } => doubted(format!("{what} does not match `{pattern}`")),
        Wrong::MinLength { limit } => doubted(format!("{what} is shorter than {limit} characters")),
        Wrong::MaxLength { limit } => doubted(format!("{what} is longer than {limit} characters")),
        Wrong::MinItems { .. } if open => Vec::new(),
        Wrong::MinItems { limit } => doubted(format!("{what} has fewer than {limit} elements")),
        Wrong::MaxItems { limit } => doubted(format!("{what} has more than {limit} elements")),
        _ => doubted(format!("{what} is not what its schema wants")),
    }
}

fn unknown_property(raw: &RawResource, at: &At, name: &str, known: &[String]) -> Diagnostic {
    let value = at.value.get(name);
    let span = value.map_or(at.value.place.span, |v| v.place.key.unwrap_or(v.place.span));
    let way = match at.way.as_str() {
        "" => format!("`{}`", raw.kind),
        way => format!("`{way}` of `{}`", raw.kind),
    };
    let message = format!("{way} has no property `{name}`");
    let near = nearest(name, known.iter().map(String::as_str));
    match near {
        Some(near) => Diagnostic::error("property-unknown", message)
            .at(span)
            .help(format!("did you mean `{near}`?")),
        None => Diagnostic::warning("property-unknown", message).at(span),
    }
}

/// The schema that an error comes from: the keyword's surroundings.
fn around<'s>(schema: &'s Json, error: &ValidationError<'_>) -> Option<&'s Json> {
    let path = error.schema_path().as_str();
    let (around, _) = path.rsplit_once('/')?;
    schema.pointer(around)
}

fn properties(schema: &Json, error: &ValidationError<'_>) -> Vec<String> {
    let known = around(schema, error).and_then(|s| s.get("properties"));
    let known = known.and_then(Json::as_object);
    known.map_or_else(Vec::new, |known| known.keys().cloned().collect())
}

/// The type that is wanted, in words.
fn wanted(schema: &Json, error: &ValidationError<'_>) -> &'static str {
    let ty = around(schema, error).and_then(|s| s.get("type"));
    match ty.and_then(Json::as_str) {
        Some("boolean") => "`true` or `false`",
        Some("integer") => "a whole number",
        Some("array") => "a list",
        Some("object") => "a mapping",
        Some("string") => "a text",
        _ => "a mapping or a text",
    }
}

fn listed(options: &Json) -> String {
    let options = options.as_array().into_iter().flatten();
    let options: Vec<String> = options
        .filter_map(|o| Some(format!("`{}`", o.as_str()?)))
        .collect();
    options.join(", ")
}

/// A value as JSON, its scalars as the schema wants them where CloudFormation turns one into the other (`"true"` is true,
/// 12 is `"12"`). What is unknown is null.
fn plain(value: &Value, schema: &Json) -> Json {
    let wants = |ty: &str| schema.get("type").is_some_and(|t| t == ty);
    let inner = |key: &str| schema.get(key).unwrap_or(&Json::Null);
    let scalar = !matches!(
        value.kind,
        Kind::Sequence { .. } | Kind::Unknown(_) | Kind::Null(_)
    );
    if wants("array") && scalar {
        return Json::Array(vec![plain(value, inner("items"))]);
    }
    match &value.kind {
        Kind::Null(_) | Kind::Unknown(_) => Json::Null,
        Kind::Bool(b) if wants("string") => Json::String(b.to_string()),
        Kind::Bool(b) => Json::Bool(*b),
        Kind::Number(n) if wants("string") => Json::String(n.to_string()),
        Kind::Number(n) => (n.to_i64()).map_or_else(|| Json::String(n.to_string()), Json::from),
        Kind::String(text) => match text.known() {
            None => Json::Null,
            Some("true") if wants("boolean") => Json::Bool(true),
            Some("false") if wants("boolean") => Json::Bool(false),
            Some(known) => Json::String(known.to_owned()),
        },
        Kind::Sequence { .. } => {
            let items = value.items();
            Json::Array(items.iter().map(|v| plain(v, inner("items"))).collect())
        }
        Kind::Mapping { .. } => {
            let entries = value.entries().into_iter();
            let entry = |(name, value): (std::sync::Arc<str>, Value)| {
                let schema = inner("properties").get(&*name).unwrap_or(&Json::Null);
                (name.to_string(), plain(&value, schema))
            };
            Json::Object(entries.map(entry).collect())
        }
    }
}

#[cfg(test)]
mod tests;
