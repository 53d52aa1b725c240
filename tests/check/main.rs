//! `check` as a whole: what its options, the config and waivers do to findings and to the exit code.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod reports;
mod settings;
mod waivers;

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// A directory with files.
fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

/// Runs the program in a directory, with nothing of the environment that could change what it does.
fn run(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .env("GITHUB_SHA", "f".repeat(40))
        .output()
        .unwrap()
}

/// The exit code of `check` and its report.
fn check(dir: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = run(
        dir,
        &[
            &["check", "--format", "json", "--today", "2026-11-22"],
            arguments,
        ]
        .concat(),
    );
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| {
        Value::from(format!("{e}: {}", String::from_utf8_lossy(&output.stderr)))
    });
    (output.status.code().unwrap(), report)
}

fn codes(report: &Value) -> Vec<&str> {
    let all = report["diagnostics"].as_array().unwrap();
    all.iter().map(|d| d["code"].as_str().unwrap()).collect()
}

const TAGS: &str = "repository-tags-mutable";
const ONLY_TAGS: [&str; 2] = ["--guardrail", TAGS];
const MUTABLE: &str = "resource \"aws_ecr_repository\" \"web\" {\n  name = \"web\"\n}\n";

/// A plan with a repository policy that is known after apply only.
const PLAN: &str = r#"{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {}},
 "resource_changes": [{"address": "aws_ecr_repository_policy.p", "mode": "managed", "type": "aws_ecr_repository_policy",
  "name": "p", "provider_name": "registry.terraform.io/hashicorp/aws",
  "change": {"actions": ["create"], "before": null, "after": {"repository": "web"}, "after_unknown": {"policy": true, "id": true},
   "before_sensitive": false, "after_sensitive": {}}}],
 "configuration": {"root_module": {}}}"#;

#[test]
fn doubt_about_a_critical_guardrail_blocks_on_a_plan_unless_the_user_says_otherwise() {
    let code = "variable \"p\" {}\nresource \"aws_ecr_repository_policy\" \"p\" {\n  repository = \"web\"\n  policy = var.p\n}\n";
    let dir = project(&[
        ("plan.json", PLAN),
        ("tf/main.tf", code),
        ("warn.yaml", "undetermined: warn\n"),
    ]);
    let public = ["--guardrail", "policy-public-access"];
    let cases: [(&[&str], i32, usize); 7] = [
        (&["plan.json"], 1, 1),
        (&["tf"], 0, 1),
        (&["tf", "--undetermined", "fail"], 1, 1),
        (&["plan.json", "--undetermined", "warn"], 0, 1),
        (&["plan.json", "--undetermined", "ignore"], 0, 0),
        (&["plan.json", "--config", "warn.yaml"], 0, 1),
        (
            &[
                "plan.json",
                "--config",
                "warn.yaml",
                "--undetermined",
                "fail",
            ],
            1,
            1,
        ),
    ];
    for (arguments, wanted, findings) in cases {
        let (code, report) = check(dir.path(), &[&public[..], arguments].concat());
        let found = report["findings"].as_array().unwrap().len();
        assert_eq!(
            (code, found),
            (wanted, findings),
            "{arguments:?}: {report:#}"
        );
    }
    let (code, report) = check(
        dir.path(),
        &["--guardrail", "policy-malformed", "plan.json"],
    );
    assert_eq!(
        report["findings"][0]["outcome"], "undetermined",
        "{report:#}"
    );
    assert_eq!(code, 0, "it is not critical");
    let human = run(dir.path(), &["check", "plan.json", public[0], public[1]]);
    let human = String::from_utf8(human.stdout).unwrap();
    assert!(human.contains("= blocks: until it is settled"), "{human}");
    assert!(
        human.contains("1 blocking (1 critical; 1 cannot be told)"),
        "{human}"
    );
}

/// What a module reads from beside itself is found from wherever the check is run.
#[test]
fn a_module_reads_files_from_beside_itself_wherever_the_check_is_run() {
    let root = "module \"m\" {\n  source = \"./modules/m\"\n}\n";
    let module = "resource \"aws_ecr_repository\" \"r\" {\n  name = trimspace(file(\"${path.module}/name.txt\"))\n}\n";
    let dir = project(&[
        ("live/main.tf", root),
        ("live/modules/m/main.tf", module),
        ("live/modules/m/name.txt", "app\n"),
    ]);
    let live = dir.path().join("live");
    let whole = live.to_str().unwrap();
    for (from, path) in [
        (dir.path(), "live"),
        (live.as_path(), "."),
        (&live, "./"),
        (&live, whole),
    ] {
        let (_, report) = check(from, &[path]);
        assert_eq!(codes(&report), Vec::<&str>::new(), "{path}");
        assert_eq!(report["summary"]["resources"], 1);
    }
}
