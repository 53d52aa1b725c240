//! `schema/*.json` and the page of the vocabulary are what the code says: `UPDATE=1 cargo test --test schema` writes them
//! anew.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use serde_json::Value;
use std::path::{Path, PathBuf};

fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn compare_schema(relative: &str, schema: &Value) {
    compare(
        relative,
        &(serde_json::to_string_pretty(schema).unwrap() + "\n"),
    );
}

fn compare(relative: &str, wanted: &str) {
    let path = path(relative);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found.replace("\r\n", "\n") == wanted,
        "{relative} is out of date: run UPDATE=1 cargo test --test schema"
    );
}

#[test]
fn the_schema_of_the_config_is_up_to_date() {
    compare_schema("schema/config.json", &ecr_guard::config::file::schema());
}

#[test]
fn the_schema_of_a_guardrail_is_up_to_date() {
    compare_schema(
        "schema/guardrail.json",
        &ecr_guard::guardrail::schema::schema(),
    );
}

#[test]
fn the_page_of_the_vocabulary_is_up_to_date() {
    compare(
        "policies/VOCABULARY.md",
        &ecr_guard::guardrail::schema::vocabulary(),
    );
}

/// What the schema says of a YAML text.
fn faults(schema: &Value, text: &str) -> Vec<String> {
    let instance: Value = serde_yaml::from_str(text).unwrap();
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors = validator.iter_errors(&instance);
    errors
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect()
}

#[test]
fn every_built_in_guardrail_fits_the_schema() {
    let schema = ecr_guard::guardrail::schema::schema();
    let mut seen = 0;
    for entry in std::fs::read_dir(path("policies")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "yaml") {
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(
                faults(&schema, &text),
                Vec::<String>::new(),
                "{}",
                path.display()
            );
            seen += 1;
        }
    }
    assert!(seen > 20);
    assert!(!faults(&schema, "title: x").is_empty());
}

#[test]
fn a_config_fits_the_schema() {
    let schema = ecr_guard::config::file::schema();
    let good = "
organization:
  id: o-a1b2c3d4e5
  accounts: ['210987654321', 345678901234]
  trusted_accounts: {'456789012345': scanner}
guardrails:
  a: off
  b: false
  c: {severity: high, block_from: '2027-03-01', parameters: {x: [1]}}
waivers:
  - {guardrail: a, resource: b, accepts: {accounts: '*', actions: [pull]}, reason: c}
";
    assert_eq!(faults(&schema, good), Vec::<String>::new());
    for bad in [
        "organization: {accounts: ['123']}",
        "guardrails: {a: offf}",
        "guardrails: {a: {sev: high}}",
        "profile: none",
        "waivers: [{guardrail: a}]",
        "overrides: [{guardrails: {}}]",
    ] {
        assert!(!faults(&schema, bad).is_empty(), "{bad}");
    }
}
