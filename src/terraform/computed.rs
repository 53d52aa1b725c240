//! What the provider fills in: names and ARNs that follow from the code, defaults, and everything else as unknown.

use super::convert::convert;
use super::provider::hole;
use super::schema::{self, Nested, Schema};
use crate::raw::{Mode, RawResource};
use crate::span::Span;
use crate::value::{
    Cause, Kind, Number, Part, Piece, Reason, Role, Sequence, Text, Type, Unknown, Value,
};
use crate::world::World;
use crate::world::region::{partition_of, url_suffix};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Attributes by name.
pub(super) type Values = BTreeMap<Arc<str>, Value>;

/// All attributes of a resource as terraform's plan shows them: those in the code, defaults, null for what is left out,
/// unknown for what is known after apply; what follows from the code's account and region is known as far as these are.
/// `known` is what [`known`] says, and what a data source renders.
pub(super) fn complete(raw: &RawResource, known: Values) -> Value {
    let schema = schema::of(raw.mode, &raw.kind);
    let mut full = filled(&raw.attributes, schema, raw, "", raw.span);
    if let Kind::Mapping { entries, more, .. } = &mut full.kind {
        for (name, value) in known {
            let left_out = raw.attributes.get(&name).is_none_or(|v| v.is_null());
            if left_out {
                entries.insert(name, value);
            }
        }
        if schema.is_none() {
            *more = Some(Arc::new(after_apply(raw, "", Type::Dynamic)));
        }
    }
    full
}

/// What follows from the code and from where it is deployed to: it stands in for what the code leaves out.
pub(super) fn known(raw: &RawResource, world: &World) -> Values {
    let surroundings = Surroundings::of(raw, world);
    let mut known = match raw.mode {
        Mode::Managed => surroundings.managed(raw),
        Mode::Data => surroundings.data(raw, world),
    };
    // what is made of a secret name is one, too
    let named = ["name", "name_prefix", "repository", "repository_name"];
    let named = named.map(|name| raw.attributes.get(name));
    if named.iter().flatten().any(Value::has_sensitive) {
        known.values_mut().for_each(|value| value.sensitive = true);
    }
    known
}

/// One attribute as [`complete`] has it, where it is no block and the schema knows it.
pub(super) fn attribute(raw: &RawResource, known: &Values, name: &str) -> Option<Value> {
    let attribute = schema::of(raw.mode, &raw.kind)?.attributes.get(name)?;
    let Kind::Mapping { entries, .. } = &raw.attributes.kind else {
        return None;
    };
    let written = entries.get(name).filter(|v| !v.is_null());
    let mut value = (written.or_else(|| known.get(name)).cloned())
        .unwrap_or_else(|| left_out(attribute, raw, name, raw.span));
    value.place.inherit(&raw.attributes.place);
    value.sensitive |= raw.attributes.sensitive;
    Some(value)
}

/// What an attribute is that nobody says anything of. `path` leads to it from the resource.
fn left_out(attribute: &schema::Attribute, raw: &RawResource, path: &str, span: Span) -> Value {
    match &attribute.default {
        Some(default) => of_json(default, span),
        None if attribute.computed => {
            Value::unknown(after_apply(raw, path, attribute.ty.clone()), span)
        }
        None => Value::new(Kind::Null(attribute.ty.clone()), span),
    }
}

/// Whether everything that is made has this attribute; `""` is the whole thing. What else the provider may fill in, it may
/// leave null, too: a key that AWS chooses, a date.
fn never_null(attribute: &str) -> bool {
    const ALWAYS: [&str; 9] = [
        "",
        "arn",
        "id",
        "key_id",
        "name",
        "registry_id",
        "repository_uri",
        "repository_url",
        "unique_id",
    ];
    ALWAYS.contains(&attribute)
}

/// What stands for an attribute that only the provider knows.
pub(super) fn after_apply(raw: &RawResource, attribute: &str, ty: Type) -> Unknown {
    let address = &raw.address;
    let reason = match raw.mode {
        Mode::Managed if attribute.is_empty() => late(format!("`{address}` is known after apply")),
        Mode::Managed => late(format!("`{address}.{attribute}` is known after apply")),
        Mode::Data => format!("`{address}` is read by terraform").into(),
    };
    Unknown {
        not_null: raw.mode == Mode::Managed && never_null(attribute),
        source: Some((raw.address.as_str().into(), attribute.into())),
        ..Unknown::because(reason).of(ty)
    }
}

fn late(words: String) -> Reason {
    Reason::new(Cause::AfterApply, words)
}

fn filled(
    from: &Value,
    schema: Option<&Schema>,
    raw: &RawResource,
    path: &str,
    span: Span,
) -> Value {
    let Some(schema) = schema else {
        return from.clone();
    };
    let mut out = from.clone();
    let Kind::Mapping { entries, .. } = &mut out.kind else {
        return out;
    };
    for (name, attribute) in &schema.attributes {
        if entries.get(name).is_some_and(|v| !v.is_null()) {
            continue;
        }
        let value = left_out(attribute, raw, &format!("{path}{name}"), span);
        entries.insert((*name).into(), value);
    }
    for (name, nested) in &schema.blocks {
        let given = entries.remove(name);
        let value = match given {
            None if nested.single => Value::null(span),
            None => Value::tuple(Vec::new(), span),
            Some(value) => blocks(value, nested, raw, &format!("{path}{name}."), span),
        };
        entries.insert((*name).into(), value);
    }
    out
}

/// The blocks of one kind, each filled in; those that are a set in terraform's order.
fn blocks(mut value: Value, nested: &Nested, raw: &RawResource, path: &str, span: Span) -> Value {
    let Kind::Sequence { items, more, .. } = &mut value.kind else {
        return value;
    };
    for item in items.iter_mut() {
        let span = item.place.span;
        *item = filled(item, Some(&nested.schema), raw, path, span);
    }
    if nested.single && more.is_none() {
        return items.pop().unwrap_or_else(|| Value::null(span));
    }
    if nested.set && items.iter().all(Value::is_wholly_known) {
        let ty = Type::Set(Box::new(nested.schema.to_type()));
        let Ok(set) = convert(&value, &ty) else {
            return value;
        };
        return set;
    }
    value
}

fn of_json(json: &serde_json::Value, span: Span) -> Value {
    match json {
        serde_json::Value::Bool(b) => Value::bool(*b, span),
        serde_json::Value::Number(n) => match n.as_i64() {
            Some(n) => Value::new(Kind::Number(Number::from(n)), span),
            None => Value::null(span),
        },
        serde_json::Value::String(s) => Value::text(s.as_str(), span),
        _ => Value::null(span),
    }
}

/// Where a resource is deployed to.
struct Surroundings {
    account: Text,
    region: Text,
    partition: Text,
    suffix: Text,
    span: Span,
}

impl Surroundings {
    fn of(raw: &RawResource, world: &World) -> Self {
        let span = raw.span;
        let partition = match raw.region.as_str() {
            Some(region) => Value::text(partition_of(region).unwrap_or("aws"), span),
            None => match &world.target.partition {
                Some(partition) => Value::text(partition.as_str(), span),
                None => hole(Role::Partition, span),
            },
        };
        let suffix = match partition.as_str() {
            Some(partition) => Value::text(url_suffix(partition).unwrap_or("amazonaws.com"), span),
            None => hole(Role::UrlSuffix, span),
        };
        Surroundings {
            account: piece(&raw.account),
            region: piece(&raw.region),
            partition: piece(&partition),
            suffix: piece(&suffix),
            span,
        }
    }

    fn text(&self, pieces: &[&Text]) -> Value {
        let text = Text::of(pieces.iter().map(|t| Piece::Text(t)));
        simple(text, self.span)
    }

    /// `arn:PARTITION:SERVICE:REGION:ACCOUNT:` and the rest.
    fn arn(&self, service: &str, region: bool, rest: &[&Text]) -> Value {
        let lit = Text::plain;
        let service = Text::plain(format!(":{service}:"));
        let (start, colon) = (lit("arn:"), lit(":"));
        let empty = Text::default();
        let region = if region { &self.region } else { &empty };
        let mut pieces = vec![
            &start,
            &self.partition,
            &service,
            region,
            &colon,
            &self.account,
            &colon,
        ];
        pieces.extend(rest);
        self.text(&pieces)
    }

    fn managed(&self, raw: &RawResource) -> Values {
        let given = |name: &str| {
            raw.attributes
                .get(name)
                .filter(|v| !v.is_null())
                .map(|v| piece(&v))
        };
        let mut out = Values::new();
        let mut put = |name: &str, value: Value| drop(out.insert(name.into(), value));
        match raw.kind.as_str() {
            "aws_ecr_repository" => {
                put("registry_id", self.text(&[&self.account]));
                if let Some(name) = given("name") {
                    self.repository(&name, &mut put);
                }
            }
            "aws_ecrpublic_repository" => {
                put("registry_id", self.text(&[&self.account]));
                if let Some(name) = given("repository_name") {
                    put(
                        "arn",
                        self.arn("ecr-public", false, &[&Text::plain("repository/"), &name]),
                    );
                    put("id", self.text(&[&name]));
                }
            }
            "aws_iam_role" => self.iam(raw, "role", &mut put),
            "aws_iam_user" => self.iam(raw, "user", &mut put),
            "aws_iam_policy" => self.iam(raw, "policy", &mut put),
            "aws_kms_alias" => {
                if let Some(name) = given("name") {
                    put("arn", self.arn("kms", true, &[&name]));
                    put("id", self.text(&[&name]));
                }
            }
            "aws_ecr_repository_policy" | "aws_ecr_lifecycle_policy" => {
                put("registry_id", self.text(&[&self.account]));
                if let Some(name) = given("repository") {
                    put("id", self.text(&[&name]));
                }
            }
            kind if kind.starts_with("aws_ecr_") => {
                put("registry_id", self.text(&[&self.account]));
            }
            "aws_organizations_organization" => put("id", hole(Role::Organization, self.span)),
            _ => {}
        }
        if schema::of(raw.mode, &raw.kind).is_some_and(|s| s.attributes.contains_key("region")) {
            out.insert("region".into(), self.text(&[&self.region]));
        }
        out
    }

    /// What follows from a repository's name.
    fn repository(&self, name: &Text, put: &mut impl FnMut(&str, Value)) {
        let lit = Text::plain;
        put("arn", self.arn("ecr", true, &[&lit("repository/"), name]));
        let (dkr, dot, slash) = (lit(".dkr.ecr."), lit("."), lit("/"));
        let url = [
            &self.account,
            &dkr,
            &self.region,
            &dot,
            &self.suffix,
            &slash,
            name,
        ];
        put("repository_url", self.text(&url));
        put("id", self.text(&[name]));
    }

    /// The ARN of whoever runs terraform: a user, a role's session or the root user, of the account.
    fn caller(&self, raw: &RawResource) -> Value {
        let lit = Text::plain;
        let hole = Unknown {
            not_null: true,
            source: None,
            ..after_apply(raw, "arn", Type::String)
        };
        let hole = Text::hole(Arc::new(hole));
        let (start, colon, colons) = (lit("arn:"), lit(":"), lit("::"));
        let account = &self.account;
        self.text(&[
            &start,
            &self.partition,
            &colon,
            &hole,
            &colons,
            account,
            &colon,
            &hole,
        ])
    }

    /// What follows from the path and the name of a role, a user or a policy.
    fn iam(&self, raw: &RawResource, what: &str, put: &mut impl FnMut(&str, Value)) {
        let given = |name: &str| {
            raw.attributes
                .get(name)
                .filter(|v| !v.is_null())
                .map(|v| piece(&v))
        };
        // a role whose name is left out gets one, after the prefix where there is one
        let made = || {
            let made = Text::hole(Arc::new(after_apply(raw, "name", Type::String)));
            let prefix = given("name_prefix").unwrap_or_default();
            Text::of([&prefix, &made].map(Piece::Text))
        };
        let Some(name) = given("name").or_else(|| (what == "role").then(made)) else {
            return;
        };
        let path = given("path").unwrap_or_else(|| Text::plain("/"));
        let what_text = Text::plain(what);
        let arn = self.arn("iam", false, &[&what_text, &path, &name]);
        if what == "policy" {
            put("id", arn.clone());
        } else {
            put("id", self.text(&[&name]));
        }
        put("arn", arn);
    }

    fn data(&self, raw: &RawResource, world: &World) -> Values {
        let mut out = Values::new();
        let mut put = |name: &str, value: Value| drop(out.insert(name.into(), value));
        match raw.kind.as_str() {
            "aws_caller_identity" => {
                put("account_id", self.text(&[&self.account]));
                put("id", self.text(&[&self.account]));
                put("arn", self.caller(raw));
            }
            "aws_region" => {
                let region = (raw.attributes.get("region")).or_else(|| raw.attributes.get("name"));
                let region = region
                    .filter(|v| !v.is_null())
                    .map_or_else(|| self.region.clone(), |v| piece(&v));
                for name in ["id", "name", "region"] {
                    put(name, self.text(&[&region]));
                }
            }
            "aws_partition" => {
                put("id", self.text(&[&self.partition]));
                put("partition", self.text(&[&self.partition]));
                put("dns_suffix", self.text(&[&self.suffix]));
                if let Some(suffix) = self.suffix.known() {
                    let reversed: Vec<&str> = suffix.split('.').rev().collect();
                    put(
                        "reverse_dns_prefix",
                        Value::text(reversed.join("."), self.span),
                    );
                }
            }
            "aws_organizations_organization" => self.organization(world, &mut put),
            "aws_iam_policy" => self.managed_policy(raw, &mut put),
            "aws_vpc_endpoint_service" => self.endpoint_service(raw, &mut put),
            "aws_ecr_repository" => {
                let registry = raw.attributes.get("registry_id").filter(|v| !v.is_null());
                let at = Surroundings {
                    account: registry.map_or_else(|| self.account.clone(), |v| piece(&v)),
                    region: self.region.clone(),
                    partition: self.partition.clone(),
                    suffix: self.suffix.clone(),
                    span: self.span,
                };
                put("registry_id", at.text(&[&at.account]));
                if let Some(name) = raw.attributes.get("name") {
                    at.repository(&piece(&name), &mut put);
                }
            }
            _ => {}
        }
        if schema::of(raw.mode, &raw.kind).is_some_and(|s| s.attributes.contains_key("region")) {
            out.entry("region".into())
                .or_insert_with(|| self.text(&[&self.region]));
        }
        out
    }

    /// The name of a service that is looked up: how it begins, AWS says.
    fn endpoint_service(&self, raw: &RawResource, put: &mut impl FnMut(&str, Value)) {
        let service = raw.attributes.get("service").filter(|v| !v.is_null());
        if let Some(service) = service {
            let begin = Text::hole(Arc::new(after_apply(raw, "service_name", Type::String)));
            let name = [&begin, &Text::plain("."), &piece(&service)];
            put("service_name", self.text(&name));
        }
    }

    /// A managed policy that is looked up, by its ARN or by its name: in whose account and under which path, AWS says.
    fn managed_policy(&self, raw: &RawResource, put: &mut impl FnMut(&str, Value)) {
        let given = |name: &str| raw.attributes.get(name).filter(|v| !v.is_null());
        let arn = match (given("arn"), given("name")) {
            (Some(arn), _) => piece(&arn),
            (None, Some(name)) => {
                let begin = Text::hole(Arc::new(after_apply(raw, "arn", Type::String)));
                Text::of([&begin, &Text::plain("/"), &piece(&name)].map(Piece::Text))
            }
            (None, None) => return,
        };
        for name in ["arn", "id"] {
            put(name, self.text(&[&arn]));
        }
    }

    fn organization(&self, world: &World, put: &mut impl FnMut(&str, Value)) {
        let organization = world.organization(self.partition.known());
        match organization.and_then(|o| o.id.as_deref()) {
            Some(id) => put("id", Value::text(id, self.span)),
            None => put("id", hole(Role::Organization, self.span)),
        }
        let Some(accounts) = organization.and_then(|o| o.accounts.as_ref()) else {
            return;
        };
        let unknown = Unknown::because("the organisation's accounts are read by terraform");
        let objects = accounts.iter().map(|id| {
            let id = ("id".into(), Value::text(id.as_str(), self.span));
            let mut object = Value::object([id].into(), self.span);
            if let Kind::Mapping { more, .. } = &mut object.kind {
                *more = Some(Arc::new(unknown.clone()));
            }
            object
        });
        let kind = Kind::Sequence {
            shape: Sequence::Tuple,
            items: objects.collect(),
            more: None,
        };
        put("accounts", Value::new(kind, self.span));
    }
}

/// A value as part of a text.
fn piece(value: &Value) -> Text {
    match &value.kind {
        Kind::String(text) => text.clone(),
        Kind::Unknown(unknown) => Text::hole(unknown.clone()),
        Kind::Bool(_) | Kind::Number(_) => match convert(value, &Type::String) {
            Ok(Value {
                kind: Kind::String(text),
                ..
            }) => text,
            _ => no_text(),
        },
        _ => no_text(),
    }
}

/// What stands for a part of a text that is no text: something, never nothing.
fn no_text() -> Text {
    let unknown = Unknown::because("a part of it is no text");
    Text::hole(Arc::new(unknown.of(Type::String)))
}

/// A text; one that is nothing but a hole is an unknown value.
fn simple(text: Text, span: Span) -> Value {
    if let [Part::Hole(hole)] = text.parts() {
        return Value::new(Kind::Unknown(hole.clone()), span);
    }
    Value::new(Kind::String(text), span)
}
