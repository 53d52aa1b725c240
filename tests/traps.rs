//! Code that is bad and written so that it might pass; each trap was fallen into once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::path::Path;
use std::process::Command;

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

/// What a check of a directory comes to: its exit code and its report.
fn check(dir: &Path, arguments: &[&str]) -> (i32, serde_json::Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args(["check", "--format", "json"])
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), report)
}

/// The codes of the diagnostics.
fn codes(report: &serde_json::Value) -> Vec<&str> {
    let all = report["diagnostics"].as_array().unwrap();
    all.iter().map(|d| d["code"].as_str().unwrap()).collect()
}

#[test]
fn a_waiver_accepts_all_of_the_access_or_none() {
    let config = |accounts: &str, actions: &str| {
        format!(
            "organization: {{id: o-a1b2c3d4e5, accounts: [210987654321]}}\nwaivers:\n- {{guardrail: policy-access-outside-organization, resource: '*', reason: r, accepts: {{accounts: {accounts}, actions: {actions}}}}}\n"
        )
    };
    let policy = |principals: &str, actions: &str| {
        format!(
            "resource \"aws_ecr_repository_policy\" \"p\" {{\n  repository = \"web\"\n  policy = jsonencode({{Statement = [{{Effect = \"Allow\", Principal = {principals}, Action = {actions}}}]}})\n}}\n"
        )
    };
    let pull = "[\"ecr:BatchGetImage\", \"ecr:DescribeImages\"]";
    let both = "{AWS = [\"456789012345\", \"999999999999\"]}";
    let one = "{AWS = \"456789012345\"}";
    for (principals, actions, accounts, accepted, code) in [
        (one, pull, "[456789012345]", "pull", 0),
        (
            one,
            "[\"ecr:BatchGetImage\", \"ecr:GetRepositoryPolicy\"]",
            "[456789012345]",
            "pull",
            1,
        ),
        (
            one,
            "[\"ecr:BatchGetImage\", \"ecr:DescribeImageScanFindings\"]",
            "[456789012345]",
            "pull",
            1,
        ),
        (
            one,
            "[\"ecr:BatchGetImage\", \"ecr:GetRepositoryPolicy\"]",
            "[456789012345]",
            "[pull, read]",
            0,
        ),
        (one, "\"ecr:PutImage\"", "[456789012345]", "push", 0),
        (
            one,
            "[\"ecr:PutImage\", \"ecr:CreateRepository\"]",
            "[456789012345]",
            "push",
            1,
        ),
        (
            one,
            "[\"ecr:PutImage\", \"ecr:CreateRepository\"]",
            "[456789012345]",
            "[push, replicate]",
            0,
        ),
        (
            one,
            "\"ecr:SetRepositoryPolicy\"",
            "[456789012345]",
            "[pull, push, replicate, read]",
            1,
        ),
        (both, pull, "[456789012345]", "pull", 1),
        (both, pull, "[456789012345, 999999999999]", "pull", 0),
        (one, "\"ecr:*\"", "[456789012345]", "pull", 1),
        (one, "\"ecr:*\"", "[456789012345]", "[pull, push]", 1),
        (
            one,
            "\"ecr:*\"",
            "[456789012345]",
            "[pull, push, administer]",
            0,
        ),
        ("\"*\"", pull, "[456789012345]", "pull", 1),
        ("\"*\"", pull, "'*'", "pull", 0),
        (
            "{AWS = \"456789012345\", Service = \"ecs-tasks.amazonaws.com\"}",
            pull,
            "[456789012345]",
            "pull",
            1,
        ),
    ] {
        let dir = project(&[
            ("main.tf", &policy(principals, actions)),
            ("ecr-guard.yaml", &config(accounts, accepted)),
        ]);
        let only = ["--guardrail", "policy-access-outside-organization"];
        let (got, report) = check(dir.path(), &only);
        assert_eq!(got, code, "{principals} {actions} {accepted}: {report:#}");
        let narrow = codes(&report).contains(&"waiver-too-narrow");
        assert_eq!(narrow, code == 1, "{principals} {actions}: {report:#}");
    }
}
