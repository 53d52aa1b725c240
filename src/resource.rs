//! The kinds of resources that the product judges: each file says, side by side, what a kind is called in Terraform
//! (`aws_*`), in CloudFormation and (derived from that) in Terraform's `awscc_*`, and what its attributes are called and
//! default to. Reading a resource turns any of these forms into one object of fields under our own names.

use crate::raw::RawResource;
use crate::terraform::Wanted;
use crate::value::{Kind as ValueKind, Place, Text, Value};
use foldhash::{HashMap, HashMapExt};
use std::collections::BTreeMap;
use std::sync::Arc;

pub mod arn;
pub mod availability;
pub mod consumer;
pub mod creation_template;
pub mod document;
pub mod glob;
mod grammar;
pub mod host;
pub mod identity;
pub mod image;
pub mod lifecycle;
pub mod name;
pub mod policy;
pub mod problem;
pub mod pull_through;
pub mod registry;
pub mod replication;
pub mod repository;
pub mod scanning;
pub mod schema;
mod symbols;
#[cfg(test)]
mod testing;
pub mod vpc_endpoint;

/// A kind of resource.
#[derive(Debug)]
pub struct Kind {
    /// Our name, also that of the target in guardrails.
    pub name: &'static str,
    /// Types of Terraform's aws provider.
    pub terraform: &'static [&'static str],
    /// Types of CloudFormation. The awscc provider's names follow from them.
    pub cloudformation: &'static [&'static str],
    /// Its fields.
    pub fields: &'static [Field],
}

/// A field of a kind, or of an element of a field that is a list.
#[derive(Debug)]
pub struct Field {
    /// Our name.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// The way to it from Terraform's attributes, e.g. `image_scanning_configuration.scan_on_push`; a step from a block
    /// goes to its first instance. Empty: the aws provider has no such attribute.
    pub terraform: &'static str,
    /// The way to it from CloudFormation's properties; the awscc provider's follows from it. Empty: no such property.
    pub cloudformation: &'static str,
    /// What AWS takes where it is left out.
    pub default: Default,
    /// What it is: shown in the vocabulary's page.
    pub doc: &'static str,
}

impl Field {
    /// A field: its name, what it holds, the ways to it in Terraform and in CloudFormation, its default, what it is.
    const fn new(
        name: &'static str,
        shape: Shape,
        ways: [&'static str; 2],
        default: Default,
        doc: &'static str,
    ) -> Self {
        let [terraform, cloudformation] = ways;
        Field {
            name,
            shape,
            terraform,
            cloudformation,
            default,
            doc,
        }
    }
}

impl Field {
    /// A field that no attribute holds: it is worked out.
    pub const fn computed(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Field::new(name, shape, ["", ""], Default::Null, doc)
    }
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A text.
    Text,
    /// A boolean.
    Bool,
    /// A number.
    Number,
    /// Anything; a guardrail can only hand it to a function or compare it with null.
    Any,
    /// A mapping of texts by keys that the user chooses (tags).
    Map,
    /// A list of texts.
    Texts,
    /// A list of objects with these fields.
    List(&'static [Field]),
    /// An object with these fields.
    Object(&'static [Field]),
}

/// What AWS takes where a field is left out.
#[derive(Clone, Copy, Debug)]
pub enum Default {
    /// Nothing: the field is null.
    Null,
    /// A text.
    Text(&'static str),
    /// A boolean.
    Bool(bool),
    /// An empty list.
    Empty,
}

/// The names that a resource's attributes are read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Terraform,
    CloudFormation,
    CloudControl,
}

/// Every kind, in the order of the documentation.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    let rooms: [&'static [Kind]; 10] = [
        repository::KINDS,
        policy::KINDS,
        identity::KINDS,
        registry::KINDS,
        replication::KINDS,
        pull_through::KINDS,
        creation_template::KINDS,
        lifecycle::KINDS,
        vpc_endpoint::KINDS,
        consumer::KINDS,
    ];
    rooms.into_iter().flatten()
}

/// The properties whose change makes CloudFormation replace a resource of a kind, with what AWS takes where they are left
/// out; only those of kinds that hold images. Source: `createOnlyProperties` of the resource types' schemas.
pub fn create_only(kind: &Kind) -> &'static [(&'static str, Option<&'static str>)] {
    match kind.name {
        "repository" => &[
            ("RepositoryName", None),
            ("EncryptionConfiguration.EncryptionType", Some("AES256")),
            ("EncryptionConfiguration.KmsKey", None),
        ],
        "public_repository" => &[("RepositoryName", None)],
        _ => &[],
    }
}

/// The kind of a resource type; `None` for types that the product does not judge.
pub fn kind_of(resource_type: &str) -> Option<&'static Kind> {
    static BY_TYPE: std::sync::LazyLock<HashMap<String, &'static Kind>> =
        std::sync::LazyLock::new(|| {
            let mut out = HashMap::new();
            for kind in kinds() {
                for name in kind.terraform {
                    out.insert((*name).to_owned(), kind);
                }
                for name in kind.cloudformation {
                    out.insert((*name).to_owned(), kind);
                    out.insert(cloud_control_type(name), kind);
                }
            }
            out
        });
    BY_TYPE.get(resource_type).copied()
}

/// Whether anything is said of a resource type: a kind of ours, and whatever else belongs to ECR.
pub fn matters(resource_type: &str) -> bool {
    resource_type.contains("_ecr") || kind_of(resource_type).is_some()
}

/// Whether an argument or a block of a Terraform resource is read. Of what belongs to ECR, all of them are: what is wrong
/// with the rest of such a resource is worth knowing.
pub fn reads(resource_type: &str, attribute: &str) -> bool {
    if resource_type.contains("_ecr") || !resource_type.starts_with("aws_") {
        return true;
    }
    let ways = |f: &'static Field| f.terraform.split('+');
    kind_of(resource_type).is_none_or(|kind| {
        let mut ways = kind.fields.iter().flat_map(ways);
        ways.any(|way| way.split('.').next() == Some(attribute))
    })
}

/// What is asked of Terraform's resources to judge them.
pub const WANTED: Wanted = Wanted {
    types: matters,
    attributes: reads,
};

/// The awscc provider's name of a CloudFormation type: `AWS::ECR::PublicRepository` is `awscc_ecr_public_repository`. The
/// service is one word in lower case: `AWS::AppRunner::Service` is `awscc_apprunner_service`.
fn cloud_control_type(cloudformation: &str) -> String {
    let mut parts = cloudformation.split("::").skip(1);
    let service = parts.next().unwrap_or_default().to_lowercase();
    let rest = parts.map(snake_case);
    ["awscc".to_owned(), service]
        .into_iter()
        .chain(rest)
        .collect::<Vec<_>>()
        .join("_")
}

/// `VPCEndpoint` is `vpc_endpoint`; `ImageTagMutability` is `image_tag_mutability`.
fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let at = |i: usize| chars.get(i).copied();
    let mut out = String::new();
    for (i, c) in chars.iter().enumerate() {
        let after_lower =
            i > 0 && at(i - 1).is_some_and(|p| p.is_lowercase() || p.is_ascii_digit());
        let starts_word = i > 0
            && at(i - 1).is_some_and(char::is_uppercase)
            && at(i + 1).is_some_and(char::is_lowercase);
        if c.is_uppercase() && (after_lower || starts_word) {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// Reads a resource's attributes under our names: an object with every field of the kind. A field that is left out has its
/// default at the place of the nearest enclosing block that is written, else of the resource's header.
pub fn read(kind: &Kind, raw: &RawResource) -> Value {
    read_attributes(kind, raw, &raw.attributes)
}

/// As [`read`], with other attributes of the same resource: what it was before.
pub fn read_attributes(kind: &Kind, raw: &RawResource, attributes: &Value) -> Value {
    let names = if raw.kind.starts_with("awscc_") {
        Names::CloudControl
    } else if raw.kind.contains("::") {
        Names::CloudFormation
    } else {
        Names::Terraform
    };
    let mut attributes = attributes.clone();
    attributes.place = Place::at(raw.span);
    object(kind.fields, names, &attributes)
}

fn object(fields: &[Field], names: Names, from: &Value) -> Value {
    let entries = fields
        .iter()
        .map(|f| (Arc::from(f.name), field(f, names, from)));
    Value {
        place: from.place.clone(),
        ..Value::object(entries.collect(), from.place.span)
    }
}

fn field(field: &Field, names: Names, from: &Value) -> Value {
    let path = match names {
        Names::Terraform => field.terraform.to_owned(),
        Names::CloudFormation => field.cloudformation.to_owned(),
        Names::CloudControl => snake_case(field.cloudformation),
    };
    if path.is_empty() {
        return default(field, &from.place);
    }
    let at = match path.split_once('+') {
        Some((first, others)) => union(reached(first, from), reached(others, from)),
        None => reached(&path, from),
    };
    if at.is_null() {
        return default(field, &at.place);
    }
    shaped(field.shape, names, at)
}

/// What stands at the end of a way, as far as that is known.
fn reached(path: &str, from: &Value) -> Value {
    let mut at = from.clone();
    for step in path.split('.') {
        at = descend(&at, step);
        if at.is_null() || at.as_unknown().is_some() {
            break;
        }
    }
    at
}

/// The entries of two mappings; those of the first count before those of the second. What is no mapping adds nothing to
/// one.
fn union(mut first: Value, second: Value) -> Value {
    match (&mut first.kind, second.kind.clone()) {
        (
            ValueKind::Mapping { entries, more, .. },
            ValueKind::Mapping {
                entries: others,
                more: further,
                ..
            },
        ) => {
            let own = std::mem::take(entries);
            *entries = others.into_iter().chain(own).collect();
            *more = more.take().or(further);
            first
        }
        (ValueKind::Mapping { .. }, _) | (_, ValueKind::Null(_)) => first,
        (_, _) => second,
    }
}

/// One step into an object, or into the first instance of a block; a null at the container's place where there is none.
fn descend(from: &Value, step: &str) -> Value {
    let absent = |place: &Place| Value {
        place: place.clone(),
        ..Value::null(place.span)
    };
    match &from.kind {
        ValueKind::Unknown(_) => from.clone(),
        ValueKind::Sequence { .. } => match (from.items().into_iter().next(), from.more()) {
            (Some(first), _) => descend(&first, step),
            (None, Some(more)) => Value {
                kind: ValueKind::Unknown(more.clone()),
                ..from.clone()
            },
            (None, None) => absent(&from.place),
        },
        ValueKind::Mapping { more, .. } => match (from.get(step), more) {
            (Some(value), _) if value.is_null() => absent(&value.place),
            (Some(value), _) => value,
            (None, Some(more)) => Value {
                kind: ValueKind::Unknown(more.clone()),
                ..from.clone()
            },
            (None, None) => absent(&from.place),
        },
        _ => absent(&from.place),
    }
}

/// A default stands at the key of what leaves it out, where that has one: a mapping of YAML begins at its first entry.
fn default(field: &Field, place: &Place) -> Value {
    let place = &Place {
        span: place.key.unwrap_or(place.span),
        ..place.clone()
    };
    let mut value = match field.default {
        Default::Null => Value::null(place.span),
        Default::Text(t) => Value::text(t, place.span),
        Default::Bool(b) => Value::bool(b, place.span),
        Default::Empty => Value::tuple(Vec::new(), place.span),
    };
    value.place = place.clone();
    value
}

/// The value in the field's shape: CloudFormation takes `"true"` for true, and a lone object for a list of one.
fn shaped(shape: Shape, names: Names, value: Value) -> Value {
    if value.as_unknown().is_some() {
        return value;
    }
    match shape {
        Shape::Bool => match value.as_bool() {
            Some(b) => with(&value, ValueKind::Bool(b)),
            None => value,
        },
        Shape::Text => match &value.kind {
            ValueKind::Number(n) => with(&value, ValueKind::String(Text::plain(n.to_string()))),
            ValueKind::Bool(b) => with(&value, ValueKind::String(Text::plain(b.to_string()))),
            _ => value,
        },
        Shape::Object(fields) => match &value.kind {
            ValueKind::Sequence { .. } => (value.items().into_iter().next()).map_or_else(
                || with(&value, Value::null(value.place.span).kind),
                |v| object(fields, names, &v),
            ),
            _ => object(fields, names, &value),
        },
        Shape::List(fields) => list(value, |v| object(fields, names, &v)),
        Shape::Texts => list(value, |v| shaped(Shape::Text, names, v)),
        Shape::Map if matches!(value.kind, ValueKind::Sequence { .. }) => tags(&value),
        Shape::Map | Shape::Any | Shape::Number => value,
    }
}

fn with(value: &Value, kind: ValueKind) -> Value {
    Value {
        kind,
        ..value.clone()
    }
}

fn list(value: Value, each: impl Fn(Value) -> Value) -> Value {
    let items = match &value.kind {
        ValueKind::Sequence { .. } => value.items(),
        _ => vec![value.clone()],
    };
    let each_known = |v: Value| if v.as_unknown().is_some() { v } else { each(v) };
    let kind = ValueKind::Sequence {
        shape: crate::value::Sequence::Tuple,
        items: items.into_iter().map(each_known).collect(),
        more: value.more().cloned(),
    };
    with(&value, kind)
}

/// CloudFormation's list of `{Key, Value}` (awscc: `{key, value}`) as a mapping.
fn tags(value: &Value) -> Value {
    let mut entries = BTreeMap::new();
    let mut more = value.more().cloned();
    for item in value.items() {
        let either = |a: &str, b: &str| item.get(a).or_else(|| item.get(b));
        match either("Key", "key") {
            Some(key) if key.as_str().is_some() => {
                let name = key.as_str().unwrap_or_default();
                let tag = either("Value", "value").unwrap_or_else(|| Value::null(item.place.span));
                entries.insert(Arc::from(name), tag);
            }
            Some(key) => more = key.first_unknown().map(|u| Arc::new(u.clone())).or(more),
            None => more = item.first_unknown().map(|u| Arc::new(u.clone())).or(more),
        }
    }
    let kind = ValueKind::Mapping {
        shape: crate::value::Mapping::Object,
        entries: entries.into(),
        more,
    };
    with(value, kind)
}

#[cfg(test)]
mod tests;
