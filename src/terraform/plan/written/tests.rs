#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use super::*;
use crate::raw::Root;
use std::path::Path;

/// The recorded plan beside the code that it was made of.
fn recorded(planned: bool) -> (Files, Root) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/parse/plan/references");
    let files = Files::default();
    let text = std::fs::read_to_string(directory.join("plan.json")).unwrap();
    let id = files.add("plan.json", text);
    let code = Code {
        directory,
        shown: "code".to_owned(),
        planned,
    };
    let (root, _) = super::super::evaluate(&files, id, &World::default(), Some(&code));
    (files, root)
}

#[test]
fn resources_stand_in_the_code() {
    for planned in [true, false] {
        let (files, root) = recorded(planned);
        for resource in &root.resources {
            let place = files.location(resource.span);
            assert!(
                place.path.starts_with("code/"),
                "{}: {place:?}",
                resource.address
            );
        }
    }
}

/// The text of the line on which an attribute of a resource stands, and its kind.
fn line(files: &Files, root: &Root, address: &str, attribute: &str) -> (String, Value) {
    let resource = root.resources.iter().find(|r| r.address == address);
    let resource = resource.unwrap_or_else(|| panic!("no {address}"));
    let value = resource.attributes.get(attribute).unwrap();
    let at = files.location(value.place.primary());
    let mut text = String::new();
    for (_, file) in files.all().iter().filter(|(_, f)| f.path == at.path) {
        text = file.line_text(at.line).trim().to_owned();
    }
    (text, value)
}

#[test]
fn attributes_stand_where_they_are_written() {
    let (files, root) = recorded(false);
    for (address, attribute, want) in [
        ("aws_ecr_repository.dr", "name", "name     = \"dr\""),
        (
            "aws_ecr_lifecycle_policy.each[\"b\"]",
            "policy",
            "policy     = jsonencode({ rules = [] })",
        ),
        (
            "aws_ecr_repository.each[\"a\"]",
            "name",
            "name     = \"x-${each.key}-${aws_iam_role.puller.unique_id}\"",
        ),
        (
            "aws_ecr_repository.dr",
            "image_tag_mutability",
            "resource \"aws_ecr_repository\" \"dr\" {",
        ),
    ] {
        assert_eq!(line(&files, &root, address, attribute).0, want);
    }
}

#[test]
fn only_code_that_was_planned_tells_what_the_plan_leaves_open() {
    let name = |planned: bool| {
        let (files, root) = recorded(planned);
        line(&files, &root, "aws_ecr_repository.each[\"a\"]", "name").1
    };
    assert!(name(false).as_unknown().is_some());
    let told = name(true);
    assert_eq!(told.as_text().unwrap().known_prefix(), "x-a-");
}

/// The value of `x` in a plan beside code that says something of it.
fn beside(planned: bool, plan: &str, code: &str) -> (Files, Value) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("main.tf"),
        format!("variable \"v\" {{}}\nresource \"t\" \"r\" {{\n  x = {code}\n}}\n"),
    )
    .unwrap();
    let text = format!(
        r#"{{"format_version": "1.2", "planned_values": {{}}, "variables": {{"v": {{"value": "given"}}}}, "resource_changes": [
        {{"address": "t.r", "type": "t", "change": {{"actions": ["create"], "after": {{"x": {plan}}}}}}}]}}"#
    );
    let files = Files::default();
    let id = files.add("plan.json", text);
    let code = Code {
        directory: dir.path().to_owned(),
        shown: ".".to_owned(),
        planned,
    };
    let (root, _) = super::super::evaluate(&files, id, &World::default(), Some(&code));
    let value = root.resources[0].attributes.get("x").unwrap();
    (files, value)
}

#[test]
fn what_the_plan_says_counts() {
    let path = |(files, value): &(Files, Value)| files.location(value.place.primary()).path;
    for planned in [true, false] {
        let same = beside(planned, r#""a""#, r#""a""#);
        assert_eq!(path(&same), "main.tf");
        let given = beside(planned, r#""given""#, "var.v");
        assert_eq!(path(&given), "main.tf");
        let open = beside(planned, r#""b""#, "timestamp()");
        assert_eq!(
            (path(&open).as_str(), open.1.as_str()),
            ("main.tf", Some("b"))
        );
        let other = beside(planned, r#""b""#, r#""a""#);
        assert_eq!(other.1.as_str(), Some("b"));
        assert_eq!(path(&other), if planned { "main.tf" } else { "plan.json" });
    }
}

#[test]
fn documents_are_placed_part_by_part() {
    let plan = r#""{\"Statement\":[{\"Action\":[\"a\",\"b\"],\"Sid\":\"x\"}]}""#;
    let code = "jsonencode({\n    Statement = [{\n      Sid    = \"x\"\n      Action = [\"a\", timestamp()]\n    }]\n  })";
    let (files, value) = beside(true, plan, code);
    let json = value.as_text().unwrap().json().unwrap();
    let statement = json.get("Statement").unwrap().items().remove(0);
    let actions = statement.get("Action").unwrap().items();
    assert_eq!(actions[1].as_str(), Some("b"));
    let line = |v: &Value| files.location(v.place.primary()).line;
    assert_eq!(line(&actions[1]), 6);
    assert_eq!(line(&statement.get("Sid").unwrap()), 5);
}
