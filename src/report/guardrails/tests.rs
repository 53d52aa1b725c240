use super::*;
use crate::span::Files;

fn text(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const EXAMPLE: &str = r#"
title: Somebody comes in
severity: high
target: repository
needs: organization
needs_keys: {any: [id, accounts], all: [regions]}
parameters:
  names: {type: texts, default: ["a"], doc: names that may}
when: "repository.name != 'x'"
require: >-
  repository.name in
  parameters.names
adjust: [{when: "repository.name == 'y'", severity: low}]
message: no
why: |
  Because.

  And so.
fix: lock it
replaces: false
off_by_default: true
profiles: [data-perimeter]
controls: [CKV_AWS_1]
references: [https://example.com/]
waivable: false
"#;

#[test]
fn one_tells_all() {
    let files = Files::default();
    let id = files.add("policies/somebody.yaml", EXAMPLE);
    let guardrail = Guardrail::read("somebody", &files, id, true).unwrap();
    insta::assert_snapshot!(text(|out| write_one(&guardrail, Look::PLAIN, out)));
}

#[test]
fn the_list_has_a_line_for_each() {
    let files = Files::default();
    let library = Library::load(&files, &[]).unwrap();
    let list = text(|out| write_list(&library, out));
    assert_eq!(list.lines().count(), library.all().count() + 2);
    assert!(list.contains("\nrepository-tags-mutable "), "{list}");
    let json: serde_json::Value =
        serde_json::from_str(&text(|out| write_json(&library, out))).unwrap();
    assert_eq!(
        json["guardrails"].as_array().unwrap().len(),
        library.all().count()
    );
}
