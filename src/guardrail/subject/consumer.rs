//! Image references as targets.

use super::{Context, Entry, flag, null, placed, text};
use crate::guardrail::vocabulary::Subject;
use crate::inventory::Resource;
use crate::resource::host;
use crate::resource::image::{self, Part, Registry};
use crate::value::{self, Kind, Place, Text, Unknown, Value};
use std::sync::Arc;

pub(super) fn subjects(
    context: &Context<'_>,
    resource: &Resource,
    position: usize,
) -> Vec<Subject> {
    let mut images = Vec::new();
    for field in resource.kind.fields {
        match field.name {
            "image" => images.push(resource.field("image")),
            name @ ("containers" | "tasks" | "nodes" | "pods") => {
                images.extend(image::container_images(&resource.field(name)));
            }
            _ => {}
        }
    }
    let judged = images
        .iter()
        .filter(|i| !i.is_null())
        .filter_map(|reference| {
            let mut entries = image_reference(reference);
            entries.extend(origin(context, resource, reference));
            let variables = vec![("image", entries)];
            context.subject(
                "image_reference",
                (position, resource),
                &reference.place,
                variables,
            )
        });
    judged.collect()
}

fn image_reference(reference: &Value) -> Vec<Entry> {
    let place = &reference.place;
    let unknown = |u: &Arc<Unknown>| placed(Kind::Unknown(super::about(u)), place);
    let Ok(parsed) = image::parse(reference) else {
        let doubt = super::why(reference, "the reference of the image cannot be read");
        let parts = ["tag", "digest", "registry"].map(|name| (name, unknown(&doubt)));
        return parts
            .into_iter()
            .chain([("reference", reference.clone())])
            .collect();
    };
    let part = |part: &Part| match part {
        Part::Known(known) => text(known.clone(), place),
        Part::Absent => null(place),
        Part::Partial(text) => match text.parts() {
            [value::Part::Hole(hole)] => {
                let mut hole = Unknown::clone(&super::about(hole));
                hole.not_null = true;
                placed(Kind::Unknown(Arc::new(hole)), place)
            }
            _ => placed(Kind::String(text.clone()), place),
        },
        Part::Unknown(why) => unknown(why),
    };
    vec![
        ("tag", part(&parsed.tag)),
        ("digest", part(&parsed.digest)),
        ("registry", registry(&parsed.registry, place)),
        ("reference", reference.clone()),
    ]
}

/// Where an image comes from: the host, and whether that is a private registry of an own or trusted account, or CodeBuild.
fn origin(context: &Context<'_>, resource: &Resource, reference: &Value) -> Vec<Entry> {
    let place = &reference.place;
    let open = |why: Arc<Unknown>| {
        let unknown = placed(Kind::Unknown(super::about(&why)), place);
        vec![("host", unknown.clone()), ("inside", unknown)]
    };
    let Ok(parsed) = image::parse(reference) else {
        return open(super::why(
            reference,
            "the reference of the image cannot be read",
        ));
    };
    let host = match &parsed.registry {
        Registry::Unknown(why) => return open(why.clone()),
        Registry::Default if is_curated(resource, &parsed.repository) => {
            return vec![("host", null(place)), ("inside", flag(Ok(true), place))];
        }
        Registry::Default => {
            return vec![
                ("host", text("docker.io", place)),
                ("inside", flag(Ok(false), place)),
            ];
        }
        Registry::Named(host) => host,
    };
    let inside = match host::ecr(host) {
        Some(ecr) => context.is_inside(resource, &ecr.account, place),
        None => match host.first_hole() {
            Some(why) => Err(Arc::new(why.clone())),
            None => Ok(false),
        },
    };
    vec![
        ("host", placed(Kind::String(host.clone()), place)),
        ("inside", flag(inside, place)),
    ]
}

/// Whether an image is one of those that CodeBuild has itself, e.g. `aws/codebuild/standard:7.0`. Source: the CodeBuild user
/// guide on the images that CodeBuild provides.
fn is_curated(resource: &Resource, repository: &Text) -> bool {
    resource.kind.name == "codebuild_project"
        && repository.known_prefix().starts_with("aws/codebuild/")
}

fn registry(registry: &Registry, place: &Place) -> Value {
    match registry {
        Registry::Named(host) => placed(Kind::String(host.clone()), place),
        Registry::Default => null(place),
        Registry::Unknown(u) => placed(Kind::Unknown(super::about(u)), place),
    }
}
