//! Image references as targets.

use super::{Context, Entry, null, placed, text};
use crate::guardrail::vocabulary::Subject;
use crate::inventory::Resource;
use crate::resource::image::{self, Part, Registry};
use crate::value::{Kind, Place, Unknown, Value};
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
            "containers" => images.extend(image::container_images(&resource.field("containers"))),
            _ => {}
        }
    }
    let judged = images
        .iter()
        .filter(|i| !i.is_null())
        .filter_map(|reference| {
            let entries = image_reference(reference);
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
        Part::Unknown(why) => unknown(&why.0),
    };
    vec![
        ("tag", part(&parsed.tag)),
        ("digest", part(&parsed.digest)),
        ("registry", registry(&parsed.registry, place)),
        ("reference", reference.clone()),
    ]
}

fn registry(registry: &Registry, place: &Place) -> Value {
    match registry {
        Registry::Named(host) => placed(Kind::String(host.clone()), place),
        Registry::Default => null(place),
        Registry::Unknown(u) => placed(Kind::Unknown(super::about(u)), place),
    }
}
