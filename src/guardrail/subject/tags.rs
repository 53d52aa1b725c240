//! Tags as targets.

use super::{Context, placed, text};
use crate::guardrail::vocabulary::Subject;
use crate::inventory::Resource;
use crate::value::{Kind, Value};

/// Each tag of a resource; one whose key is not known, where there may be more.
pub(super) fn subjects(
    context: &Context<'_>,
    resource: &Resource,
    position: usize,
) -> Vec<Subject> {
    if !resource.kind.fields.iter().any(|f| f.name == "tags") {
        return Vec::new();
    }
    let tags = resource.field("tags");
    let mut found: Vec<(Value, Value)> = Vec::new();
    let open = match &tags.kind {
        Kind::Mapping { entries, more, .. } => {
            let known = entries.iter();
            found.extend(known.map(|(key, v)| (text(key.clone(), &v.place), v.clone())));
            more.clone()
        }
        Kind::Unknown(why) => Some(why.clone()),
        _ => None,
    };
    let unknown = open.map(|why| placed(Kind::Unknown(super::about(&why)), &tags.place));
    found.extend(unknown.map(|u| (u.clone(), u)));
    let subject = |(key, value): (Value, Value)| {
        let place = value.place.clone();
        let entries = vec![("key", key), ("value", value)];
        context.subject("tag", (position, resource), &place, vec![("tag", entries)])
    };
    found.into_iter().filter_map(subject).collect()
}
