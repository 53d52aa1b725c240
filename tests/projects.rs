//! What whole projects come to, as people and machines see it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use serde_json::Value;
use std::process::Command;

/// Exit code and standard output of a run in the root of the repository, as the README tells it.
fn check(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .arg("check")
        .args(arguments)
        .args(["--today", "2026-01-01"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.is_empty(), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), text)
}

/// The report of a run as JSON.
fn report(arguments: &[&str]) -> Value {
    let (_, text) = check(&[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&text).unwrap()
}

/// Compares a printed report with its snapshot; what changes with every release or commit is left out.
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r#""revision": "[0-9a-f]{40}""#, r#""revision": "[COMMIT]""#);
    settings.add_filter(
        r#""revisionId": "[0-9a-f]{40}""#,
        r#""revisionId": "[COMMIT]""#,
    );
    settings.add_filter(r#"_sha256": "[0-9a-f]{64}""#, r#"_sha256": "[SHA256]""#);
    settings.add_filter(
        r#"[vV]ersion": "\d+\.\d+\.\d+""#,
        r#"version": "[VERSION]""#,
    );
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn the_shop_in_every_format() {
    for format in ["human", "json", "sarif", "github", "markdown"] {
        let (code, text) = check(&["testdata/projects/shop", "--format", format]);
        assert_eq!(code, 1, "{text}");
        snapshot(&format!("shop_{format}"), &text);
    }
}

#[test]
fn a_newcomer_without_a_config() {
    for format in ["human", "json", "sarif", "github"] {
        let (code, text) = check(&["testdata/projects/newcomer", "--format", format]);
        assert_eq!(code, 1, "{text}");
        snapshot(&format!("newcomer_{format}"), &text);
    }
}

#[test]
fn modules_in_modules() {
    let (code, text) = check(&["testdata/projects/platform"]);
    assert_eq!(code, 1, "{text}");
    snapshot("platform_human", &text);
}

#[test]
fn a_template_that_the_cdk_made() {
    let (code, text) = check(&["testdata/projects/cdk"]);
    assert_eq!(code, 1, "{text}");
    snapshot("cdk_human", &text);
}

#[test]
fn the_settings_of_a_registry() {
    let (code, text) = check(&["testdata/projects/registry"]);
    assert_eq!(code, 1, "{text}");
    snapshot("registry_human", &text);
}

/// What each project violates, with the path's end and the line: the reason why it is here.
#[test]
fn each_fault_is_found_where_it_was_written() {
    const FAULTS: &[(&str, &str, &str, u64)] = &[
        (
            "platform",
            "repository-tags-mutable",
            "modules/repository/main.tf",
            16,
        ),
        (
            "platform",
            "repository-force-deletable",
            "modules/repository/main.tf",
            17,
        ),
        (
            "platform",
            "repository-not-scanned",
            "modules/repository/main.tf",
            20,
        ),
        (
            "platform",
            "policy-access-outside-organization",
            "modules/repository/main.tf",
            36,
        ),
        (
            "cdk",
            "policy-access-outside-organization",
            "Images.template.json",
            24,
        ),
        ("cdk", "repository-not-scanned", "Images.template.json", 43),
        ("cdk", "repository-tags-mutable", "Images.template.json", 43),
        (
            "cdk",
            "repository-force-deletable",
            "Images.template.json",
            46,
        ),
        ("cdk", "image-latest-tag", "Images.template.json", 59),
        ("registry", "registry-scope-v1", "main.tf", 9),
        ("registry", "replication-without-filter", "main.tf", 26),
        ("registry", "replication-region-not-allowed", "main.tf", 34),
        (
            "registry",
            "replication-outside-organization",
            "main.tf",
            35,
        ),
        (
            "registry",
            "pull-through-upstream-not-allowed",
            "main.tf",
            53,
        ),
        ("registry", "creation-template-tags-mutable", "main.tf", 61),
    ];
    for (project, guardrail, path, line) in FAULTS {
        let report = report(&[&format!("testdata/projects/{project}")]);
        let found = report["findings"].as_array().unwrap().iter().any(|f| {
            f["guardrail"] == *guardrail
                && f["outcome"] == "violated"
                && f["location"]["path"].as_str().unwrap().ends_with(path)
                && f["location"]["line"] == *line
        });
        assert!(found, "{project}: no {guardrail} at {path}:{line}");
    }
}

/// The way of a value names the file that somebody has to change.
#[test]
fn the_way_leads_to_what_was_written() {
    let report = report(&["testdata/projects/shop"]);
    let finding = report["findings"].as_array().unwrap().iter().find(|f| {
        let message = f["message"].as_str().unwrap();
        f["guardrail"] == "policy-access-outside-organization" && message.contains("999999999999")
    });
    let related = finding.unwrap()["related"].as_array().unwrap();
    let written = related.iter().any(|r| {
        let path = r["location"]["path"].as_str().unwrap();
        path.ends_with("prod/terraform.tfvars") && r["location"]["line"] == 3
    });
    assert!(written, "{related:?}");
}

/// Shapes that people have because good tools make them: nothing in them blocks.
#[test]
fn what_is_good_blocks_nothing() {
    let (code, text) = check(&["testdata/projects/good"]);
    assert_eq!(code, 0, "{text}");
    let report = report(&["testdata/projects/good"]);
    assert_eq!(report["summary"]["resources"], 7, "{report}");
    assert_eq!(report["diagnostics"].as_array().unwrap().len(), 0);
    let blocking: Vec<&Value> = (report["findings"].as_array().unwrap().iter())
        .filter(|f| f["outcome"] == "violated" && f["enforcement"] == "block")
        .collect();
    assert!(blocking.is_empty(), "{blocking:?}");
    let severe: Vec<&Value> = (report["findings"].as_array().unwrap().iter())
        .filter(|f| f["severity"] == "critical")
        .collect();
    assert!(severe.is_empty(), "not even undetermined: {severe:?}");
}

/// The example in the README is what the program prints. `UPDATE=1 cargo test --test projects` rewrites it.
#[test]
fn the_finding_of_the_readme() {
    let (_, text) = check(&["testdata/projects/shop"]);
    let mut frames = text.split("\n\n");
    let wanted = frames
        .find(|f| f.contains("account 999999999999 can pull"))
        .unwrap();
    let block = format!(
        "<!-- finding -->\n```text\n{}\n```\n<!-- /finding -->",
        wanted.trim()
    );
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let page = std::fs::read_to_string(file).unwrap().replace("\r\n", "\n");
    let (before, rest) = page.split_once("<!-- finding -->").unwrap();
    let (_, after) = rest.split_once("<!-- /finding -->").unwrap();
    let made = format!("{before}{block}{after}");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file, made).unwrap();
        return;
    }
    assert!(
        page == made,
        "README.md: UPDATE=1 cargo test --test projects"
    );
}
