//! What a plan calls unknown although it follows from what is known: names of repositories that are still to be made, and
//! policy documents that are read during apply.

use crate::diagnostic::Diagnostic;
use crate::raw::{Mode, RawResource};
use crate::terraform::data;
use crate::value::{Kind, Piece, Role, Text, Unknown, Value};
use crate::world::World;
use std::sync::Arc;

/// Fills in what follows for a repository: its ARN, its URL, its registry.
pub(super) fn repository(resource: &mut RawResource, world: &World) {
    if resource.kind != "aws_ecr_repository" || resource.mode != Mode::Managed {
        return;
    }
    let get = |name: &str| resource.attributes.get(name);
    let Some(name) = get("name").filter(|n| n.as_text().is_some()) else {
        return;
    };
    let (account, region) = (&resource.account, &resource.region);
    let target = world.target.partition.as_deref();
    let unknown = |role, reason: &str| Arc::new(Unknown::because(reason).role(role));
    let partition = match target {
        Some(partition) => Text::plain(partition),
        None => Text::hole(unknown(Role::Partition, "the partition is not known")),
    };
    let suffix = match target {
        Some("aws" | "aws-us-gov") => Text::plain("amazonaws.com"),
        Some("aws-cn") => Text::plain("amazonaws.com.cn"),
        _ => Text::hole(unknown(Role::UrlSuffix, "the partition is not known")),
    };
    let (account, region, name) = (text(account), text(region), text(&name));
    let lit = |text| Piece::Lit(text, None);
    let arn = Text::of([
        lit("arn:"),
        Piece::Text(&partition),
        lit(":ecr:"),
        Piece::Text(&region),
        lit(":"),
        Piece::Text(&account),
        lit(":repository/"),
        Piece::Text(&name),
    ]);
    let url = Text::of([
        Piece::Text(&account),
        lit(".dkr.ecr."),
        Piece::Text(&region),
        lit("."),
        Piece::Text(&suffix),
        lit("/"),
        Piece::Text(&name),
    ]);
    fill(resource, "arn", arn);
    fill(resource, "repository_url", url);
    fill(resource, "registry_id", account);
    fill(resource, "id", name);
}

fn text(value: &Value) -> Text {
    match &value.kind {
        Kind::String(text) => text.clone(),
        Kind::Unknown(unknown) => Text::hole(unknown.clone()),
        _ => Text::default(),
    }
}

/// Sets an attribute that the plan leaves unknown.
fn fill(resource: &mut RawResource, name: &str, text: Text) {
    let Kind::Mapping { entries, .. } = &mut resource.attributes.kind else {
        return;
    };
    if let Some(value) = entries.get_mut(name).filter(|v| v.as_unknown().is_some()) {
        value.kind = Kind::String(text);
    }
}

/// Renders a data source that terraform puts off to apply because a part of it is unknown.
pub(super) fn document(resource: &mut RawResource) -> Vec<Diagnostic> {
    if resource.mode != Mode::Data {
        return Vec::new();
    }
    let computed = match data::attribute_values(&resource.kind, &resource.attributes, resource.span)
    {
        Some(Ok(computed)) => computed,
        Some(Err(problems)) => return problems,
        None => return Vec::new(),
    };
    let Kind::Mapping { entries, .. } = &mut resource.attributes.kind else {
        return Vec::new();
    };
    for (name, value) in computed {
        let open = |v: &Value| v.first_unknown().is_some() || v.is_null();
        if entries.get(&name).is_none_or(open) {
            entries.insert(name, value);
        }
    }
    Vec::new()
}
