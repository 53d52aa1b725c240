//! Images of container definitions.
//! Sources: AWS::ECS::TaskDefinition ContainerDefinition; the Batch API's ContainerProperties, EcsProperties, NodeProperties
//! and EksProperties.

use crate::resource::document::{Unread, document};
use crate::value::{Kind, Place, Unknown, Value};
use std::sync::Arc;

/// What leads from an AWS Batch job to its containers, without the case and the `_` that the forms differ in.
const AROUND: [&str; 8] = [
    "container",
    "containers",
    "initcontainers",
    "taskproperties",
    "noderangeproperties",
    "ecsproperties",
    "eksproperties",
    "podproperties",
];

/// How deep a container may lie: `nodeRangeProperties`, `ecsProperties`, `taskProperties`, `containers`, and blocks are
/// lists.
const DEPTH: usize = 8;

/// The images of a list of containers or of a single one, or of what is around them in an AWS Batch job, as objects or as
/// JSON text. Containers that are not known or cannot be read are one unknown value each, which tells why. Keys count in
/// any case, as Terraform's provider takes them.
pub fn container_images(containers: &Value) -> Vec<Value> {
    if containers.is_null() {
        return Vec::new();
    }
    let mut out = Vec::new();
    match document(containers) {
        Ok(read) => collect(&read, DEPTH, &mut out),
        Err(Unread::Unknown(reason)) => out.push(unknown(reason, &containers.place)),
        Err(Unread::Problem(problem)) => {
            let reason = format!("the containers cannot be read: {}", problem.message);
            out.push(unreadable(reason, &problem.place));
        }
    }
    out
}

/// The images of one or several containers.
fn collect(containers: &Value, depth: usize, out: &mut Vec<Value>) {
    let Kind::Sequence { more, .. } = &containers.kind else {
        return images(containers, depth, out);
    };
    let begin = out.len();
    for item in containers.items() {
        images(&item, depth, out);
    }
    let told = |images: &[Value]| images.iter().any(|image| image.as_unknown().is_some());
    if !told(out.get(begin..).unwrap_or_default()) {
        out.extend((more.clone()).map(|reason| unknown(reason, &containers.place)));
    }
}

/// The image of a container, or those of the containers in what is around them; none where it surely has none.
fn images(container: &Value, depth: usize, out: &mut Vec<Value>) {
    let place = &container.place;
    let Kind::Mapping { more, .. } = &container.kind else {
        out.push(match &container.kind {
            Kind::Unknown(reason) => unknown(reason.clone(), place),
            _ => unreadable("a container is not an object".into(), place),
        });
        return;
    };
    let mut complete = false;
    for (key, value) in container.entries() {
        let key = key.replace('_', "").to_ascii_lowercase();
        if value.is_null() {
            continue;
        }
        if key == "image" {
            complete = true;
            out.push(value);
        } else if AROUND.contains(&&*key) {
            match depth.checked_sub(1) {
                Some(depth) => collect(&value, depth, out),
                None => out.push(unreadable("its containers lie too deep".into(), place)),
            }
        }
    }
    if !complete {
        out.extend((more.clone()).map(|reason| unknown(reason, place)));
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
    fn jobs_have_containers_in_other_places() {
        let ecs = r#"{"taskProperties": [{"containers": [{"image": "a"}, {"image": "b"}]}]}"#;
        assert_eq!(said(&value(ecs)), ["a", "b"]);
        let nodes = format!(
            r#"{{"mainNode": 0, "nodeRangeProperties": [{{"targetNodes": "0:", "container": {{"image": "c"}}}},
                {{"ecsProperties": {ecs}}}, {{"eksProperties": {{"podProperties": {{"containers": [{{"image": "d"}}],
                "initContainers": [{{"image": "e"}}]}}}}}}]}}"#
        );
        assert_eq!(said(&value(&nodes)), ["c", "a", "b", "d", "e"]);
        let block = |name: &str, inner: Value| object(&[(name, list(vec![inner]))]);
        let container = object(&[("image", value("f")), ("name", value("null"))]);
        let pods = block("pod_properties", block("init_containers", container));
        assert_eq!(said(&list(vec![pods])), ["f"]);
        let open = r#"{"taskProperties": ${x}}"#;
        assert_eq!(said(&value(open)), ["`x` has no value"]);
        assert!(said(&value(r#"{"taskProperties": [{"image_pull": "a"}]}"#)).is_empty());
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
