//! Images of container definitions.
//! Sources: AWS::ECS::TaskDefinition ContainerDefinition, the Batch API's ContainerProperties.

use crate::resource::document::{Unread, document};
use crate::value::{Kind, Place, Unknown, Value};
use std::sync::Arc;

/// The images of a list of containers or of a single one, as objects or as JSON text. Containers that are not known or
/// cannot be read are one unknown value each, which tells why. Keys count in any case, as Terraform's provider takes them.
pub fn container_images(containers: &Value) -> Vec<Value> {
    if containers.is_null() {
        return Vec::new();
    }
    let read = match document(containers) {
        Ok(read) => read,
        Err(Unread::Unknown(reason)) => return vec![unknown(reason, &containers.place)],
        Err(Unread::Problem(problem)) => {
            let reason = format!("the containers cannot be read: {}", problem.message);
            return vec![unreadable(reason, &problem.place)];
        }
    };
    let (items, more) = match &read.kind {
        Kind::Sequence { more, .. } => (read.items(), more.clone()),
        _ => (vec![read.clone()], None),
    };
    let mut out: Vec<Value> = items.iter().filter_map(image).collect();
    if out.iter().all(|image| image.as_unknown().is_none()) {
        out.extend(more.map(|reason| unknown(reason, &read.place)));
    }
    out
}

/// The image of a container; `None` where it surely has none.
fn image(container: &Value) -> Option<Value> {
    let place = &container.place;
    match &container.kind {
        Kind::Unknown(reason) => Some(unknown(reason.clone(), place)),
        Kind::Mapping { more, .. } => {
            let mut entries = container.entries().into_iter();
            let image = entries.find(|(k, v)| k.eq_ignore_ascii_case("image") && !v.is_null());
            let more = || more.clone().map(|reason| unknown(reason, place));
            image.map(|(_, image)| image).or_else(more)
        }
        _ => Some(unreadable("a container is not an object".into(), place)),
    }
}

fn unreadable(reason: String, place: &Place) -> Value {
    unknown(Arc::new(Unknown::because(reason)), place)
}

fn unknown(reason: Arc<Unknown>, place: &Place) -> Value {
    Value {
        kind: Kind::Unknown(reason),
        place: place.clone(),
        sensitive: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::testing::{list, object, value, written};

    fn said(containers: &Value) -> Vec<String> {
        let one = |v: &Value| match v.as_unknown() {
            Some(u) => u.reason.to_string(),
            None => v.as_str().unwrap_or("?").to_owned(),
        };
        container_images(containers).iter().map(one).collect()
    }

    #[test]
    fn containers_are_objects_or_json() {
        let container =
            |key: &str, image: &str| object(&[("name", value("a")), (key, value(image))]);
        let objects = list(vec![container("image", "a:1"), container("Image", "b:2")]);
        assert_eq!(said(&objects), ["a:1", "b:2"]);
        assert_eq!(said(&container("image", "a:1")), ["a:1"]);
        assert_eq!(
            said(&value(r#"[{"image": "a:1"}, {"image": "b"}]"#)),
            ["a:1", "b"]
        );
        assert_eq!(
            said(&value(r#"[{"image": "a:1", "command": "${x}"}]"#)),
            ["a:1"]
        );
        assert_eq!(said(&value(r#"{"image": "a:1"}"#)), ["a:1"]);
        assert!(said(&value("null")).is_empty());
        assert!(said(&value(r#"[{"name": "a"}]"#)).is_empty());
    }

    #[test]
    fn what_is_unknown_stays_an_image() {
        for containers in ["${x}", r#"[${x}]"#, r#"[{"image": ${x}}]"#] {
            assert_eq!(
                said(&value(containers)),
                ["`x` has no value"],
                "{containers}"
            );
        }
    }

    #[test]
    fn what_is_no_container_is_told() {
        assert_eq!(said(&value("[1]")), ["a container is not an object"]);
        assert_eq!(said(&value("true")), ["a container is not an object"]);
        assert!(
            said(&value("["))
                .join("")
                .starts_with("the containers cannot be read: it is not JSON")
        );
    }

    #[test]
    fn an_image_in_a_text_has_its_own_place() {
        let (files, containers) = written(r#"[{"image": "a:1"}]"#);
        let found = container_images(&containers);
        let place = &found.first().unwrap().place;
        assert!(files.text(place.span).contains("a:1"));
        assert!(!files.text(place.span).contains("image"));
    }
}
