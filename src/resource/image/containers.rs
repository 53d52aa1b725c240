//! Images of container definitions.
//! Sources: AWS::ECS::TaskDefinition ContainerDefinition, the Batch API's ContainerProperties.

use crate::resource::document::{Unread, document};
use crate::resource::problem::Problem;
use crate::value::{Kind, Unknown, Value};
use std::sync::Arc;

/// The images of container definitions.
#[derive(Clone, Debug, Default)]
pub struct Images {
    /// Their references; an unknown value stands for all containers that are not known.
    pub images: Vec<Value>,
    /// Why they cannot be read.
    pub problems: Vec<Problem>,
}

/// The images of a list of containers or of a single one, as objects or as JSON text. Keys count in any case, as
/// Terraform's provider takes them.
pub fn images(containers: &Value) -> Images {
    let mut out = Images::default();
    if containers.is_null() {
        return out;
    }
    let unknown = |unknown: Arc<Unknown>, at: &Value| Value {
        kind: Kind::Unknown(unknown),
        ..at.clone()
    };
    let read = match document(containers) {
        Ok(read) => read,
        Err(Unread::Unknown(reason)) => {
            out.images.push(unknown(reason, containers));
            return out;
        }
        Err(Unread::Problem(problem)) => {
            out.problems.push(problem);
            return out;
        }
    };
    let (items, more) = match &read.kind {
        Kind::Sequence { more, .. } => (read.items(), more.clone()),
        _ => (vec![read.clone()], None),
    };
    for item in items {
        match &item.kind {
            Kind::Unknown(reason) => out.images.push(unknown(reason.clone(), &item)),
            Kind::Mapping { more, .. } => {
                let image = item
                    .entries()
                    .into_iter()
                    .find(|(k, _)| k.eq_ignore_ascii_case("image"));
                match (image, more) {
                    (Some((_, image)), _) if !image.is_null() => out.images.push(image),
                    (_, Some(reason)) => out.images.push(unknown(reason.clone(), &item)),
                    _ => {}
                }
            }
            _ => out
                .problems
                .push(Problem::new("a container is not an object", &item.place)),
        }
    }
    if out.images.iter().all(|image| image.as_unknown().is_none()) {
        out.images.extend(more.map(|reason| unknown(reason, &read)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::testing::{list, object, value, written};

    fn said(containers: &Value) -> Vec<String> {
        let found = images(containers);
        let one = |v: &Value| match v.as_unknown() {
            Some(u) => u.reason.to_string(),
            None => v.as_str().unwrap_or("?").to_owned(),
        };
        let problems = found.problems.iter().map(|p| p.message.clone());
        found.images.iter().map(one).chain(problems).collect()
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
        assert!(said(&value("[")).join("").starts_with("it is not JSON"));
    }

    #[test]
    fn an_image_in_a_text_has_its_own_place() {
        let (files, containers) = written(r#"[{"image": "a:1"}]"#);
        let found = images(&containers);
        let place = &found.images.first().unwrap().place;
        assert!(files.text(place.span).contains("a:1"));
        assert!(!files.text(place.span).contains("image"));
    }
}
