//! The program as a whole: what it prints, where, and its exit code.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run came to.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// Everything in one text, for snapshots.
    fn all(&self) -> String {
        format!(
            "exit code {}\n----- stdout\n{}----- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

/// Runs the program in a directory, with nothing of the environment that could change what it does.
fn run_with(dir: &Path, arguments: &[&str], input: &[u8], environment: &[(&str, &str)]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input); // it need not read
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run(dir: &Path, arguments: &[&str]) -> Ran {
    run_with(dir, arguments, b"", &[])
}

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

const MUTABLE: &str = "resource \"aws_ecr_repository\" \"web\" {\n  name = \"web\"\n}\n";

const FINE: &str = r#"resource "aws_ecr_repository" "web" {
  name                 = "web"
  image_tag_mutability = "IMMUTABLE"
  image_scanning_configuration {
    scan_on_push = true
  }
}
"#;

#[test]
fn a_finding_that_blocks_exits_with_1() {
    let dir = project(&[("main.tf", MUTABLE)]);
    let ran = run(
        dir.path(),
        &["check", "--guardrail", "repository-tags-mutable"],
    );
    insta::assert_snapshot!(ran.all());
}

#[test]
fn nothing_that_blocks_exits_with_0() {
    let dir = project(&[("main.tf", FINE)]);
    let ran = run(dir.path(), &["check"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let ran = run(dir.path(), &["check", "--fail-on", "low"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
}

#[test]
fn code_without_ecr_exits_with_0_and_nothing_at_all_with_2() {
    let dir = project(&[
        ("main.tf", "resource \"aws_s3_bucket\" \"b\" {}\n"),
        ("docs/a.md", "#"),
    ]);
    let ran = run(dir.path(), &["check"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let ran = run(dir.path(), &["check", "docs"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    let ran = run(dir.path(), &["check", "--allow-empty", "docs"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
}

#[test]
fn what_cannot_be_read_exits_with_2_beside_findings() {
    let dir = project(&[
        ("main.tf", MUTABLE),
        ("broken.tf", "resource \"aws_ecr_repository\" {\n"),
    ]);
    let ran = run(dir.path(), &["check", "--format", "json"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["diagnostics"][0]["severity"], "error");
    assert!(
        !report["findings"].as_array().unwrap().is_empty(),
        "{}",
        ran.all()
    );
}

#[test]
fn mistakes_are_told_on_standard_error_with_the_next_step() {
    let dir = project(&[
        ("main.tf", FINE),
        ("bad.yaml", "organization:\n  acounts: [210987654321]\n"),
        ("bad/mine.yaml", "title: x\nseverity: huge\n"),
    ]);
    let cases: [&[&str]; 11] = [
        &["check", "missing"],
        &["check", "--config", "missing.yaml"],
        &["check", "--config", "bad.yaml"],
        &["check", "--policies", "bad"],
        &["check", "--var", "x"],
        &["check", "--var-file", "missing.tfvars"],
        &["check", "--format", "sarif", "--format", "json"],
        &["check", "--format", "xml"],
        &["check", "--guardrail", "repository-tag-mutable"],
        &["explain", "repository-tag-mutable"],
        &["chek"],
    ];
    let mut all = String::new();
    for arguments in cases {
        let ran = run(dir.path(), arguments);
        all.push_str(&format!(
            "$ ecr-guard {}\n{}\n",
            arguments.join(" "),
            ran.stderr
        ));
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.all());
        assert_eq!(ran.stdout, "", "{arguments:?}");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn several_formats_come_from_one_run() {
    let dir = project(&[("main.tf", MUTABLE)]);
    let ran = run(
        dir.path(),
        &[
            "check",
            "--format",
            "human",
            "--format",
            "json=a.json",
            "--format=sarif=b.sarif",
            "--format=markdown=c.md",
        ],
    );
    assert_eq!(ran.code, 1, "{}", ran.all());
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let json: serde_json::Value = serde_json::from_str(&read("a.json")).unwrap();
    let sarif: serde_json::Value = serde_json::from_str(&read("b.sarif")).unwrap();
    let findings = json["findings"].as_array().unwrap().len();
    assert_eq!(
        sarif["runs"][0]["results"].as_array().unwrap().len(),
        findings
    );
    assert!(read("c.md").starts_with("### ecr-guard: "));
}

#[test]
fn standard_input_is_a_path() {
    let dir = project(&[]);
    let ran = run_with(
        dir.path(),
        &["check", "-", "--format", "json"],
        MUTABLE.as_bytes(),
        &[],
    );
    assert_eq!(ran.code, 1, "{}", ran.all());
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["findings"][0]["location"]["path"], "-");
    let ran = run_with(dir.path(), &["check", "-"], b"\xff\xfe", &[]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (2, "error: standard input is not UTF-8 from byte 0 on\n")
    );
}

#[test]
fn the_last_of_the_variables_wins() {
    let code = "variable \"m\" {}\nresource \"aws_ecr_repository\" \"web\" {\n  name = \"web\"\n  image_tag_mutability = var.m\n}\n";
    let dir = project(&[("main.tf", code), ("a.tfvars", "m = \"MUTABLE\"\n")]);
    let check = |further: &[&str], environment: &[(&str, &str)]| {
        let arguments = [
            &["check", "--guardrail", "repository-tags-mutable"],
            further,
        ]
        .concat();
        run_with(dir.path(), &arguments, b"", environment).code
    };
    assert_eq!(check(&["--undetermined", "fail"], &[]), 1);
    assert_eq!(
        check(&["--undetermined", "fail"], &[("TF_VAR_m", "IMMUTABLE")]),
        0
    );
    assert_eq!(
        check(&["--var", "m=IMMUTABLE", "--var-file", "a.tfvars"], &[]),
        1
    );
    assert_eq!(
        check(
            &[
                "--var-file",
                "a.tfvars",
                "--var",
                "m=IMMUTABLE",
                "--undetermined",
                "fail"
            ],
            &[]
        ),
        0
    );
    assert_eq!(
        check(&["--var-file", "a.tfvars"], &[("TF_VAR_m", "IMMUTABLE")]),
        1
    );
}

#[test]
fn colours_follow_the_option_and_the_environment() {
    let dir = project(&[("main.tf", MUTABLE)]);
    let colored = |arguments: &[&str], environment: &[(&str, &str)]| {
        let arguments = [&["check"], arguments].concat();
        run_with(dir.path(), &arguments, b"", environment)
            .stdout
            .contains("\u{1b}[")
    };
    assert!(!colored(&[], &[]));
    assert!(colored(&["--color", "always"], &[]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn the_output_does_not_depend_on_threads() {
    let many: String = (0..200)
        .map(|i| format!("resource \"aws_ecr_repository\" \"r{i}\" {{\n  name = \"r{i}\"\n}}\n"))
        .collect();
    let dir = project(&[
        ("a/main.tf", &many),
        ("b/main.tf", &many),
        ("c/main.tf", MUTABLE),
    ]);
    let with = |threads| {
        let environment = [("RAYON_NUM_THREADS", threads)];
        run_with(
            dir.path(),
            &["check", "--format", "json"],
            b"",
            &environment,
        )
        .stdout
    };
    assert_eq!(with("1"), with("8"));
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let dir = project(&[("main.tf", MUTABLE)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args(["check", "--format", "json"])
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn requests_are_answered_in_their_order() {
    let line = |id: u32, account: &str| {
        format!(
            r#"{{"id": {id}, "request": {{"principal": "arn:aws:iam::{account}:role/r", "action": "ecr:BatchGetImage", "resource": {{"resource": "arn:aws:ecr:eu-west-1:111122223333:repository/web", "accountId": "111122223333"}}, "contextVariables": {{}}}}, "identityPolicies": [], "resourcePolicy": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam::111122223333:role/r"}}, "Action": "ecr:*"}}]}}}}"#
        )
    };
    let text = format!(
        "{}\n\n{}\n",
        line(1, "111122223333"),
        line(2, "444455556666")
    );
    let dir = project(&[]);
    let ran = run_with(
        dir.path(),
        &["can", "--requests", "-"],
        text.as_bytes(),
        &[],
    );
    let answers: Vec<serde_json::Value> = (ran.stdout.lines())
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let short: Vec<_> = (answers.iter())
        .map(|a| (a["id"].as_u64().unwrap(), a["decision"].as_str().unwrap()))
        .collect();
    assert_eq!(
        (ran.code, short),
        (0, vec![(1, "allow"), (2, "deny")]),
        "{}",
        ran.stderr
    );
    let ran = run_with(dir.path(), &["can", "--requests", "-"], b"{}\nx\n", &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("-:1: ") && ran.stderr.contains("-:2: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn guardrails_of_the_user_are_tried_on_their_cases() {
    let guardrail = "title: Named web\nseverity: low\ntarget: repository\nrequire: repository.name != \"web\"\nmessage: no\nwhy: no\n";
    let dir = project(&[
        ("mine/named-web.yaml", guardrail),
        ("cases/named-web/fail.tf", MUTABLE),
        (
            "cases/named-web/pass.tf",
            "resource \"aws_ecr_repository\" \"a\" {\n  name = \"app\"\n}\n",
        ),
    ]);
    let ran = run(dir.path(), &["test", "cases", "--policies", "mine"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "2 tests of 1 guardrail: all hold\n"),
        "{}",
        ran.stderr
    );
    std::fs::remove_file(dir.path().join("cases/named-web/pass.tf")).unwrap();
    std::fs::write(dir.path().join("cases/named-web/pass-too.tf"), MUTABLE).unwrap();
    let ran = run(dir.path(), &["test", "cases", "--policies", "mine"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.stdout,
        "wrong: cases/named-web/pass-too.tf (named-web)\n    cases/named-web/pass-too.tf:1:1: violated: no\n2 tests of 1 guardrail: 1 wrong\n"
    );
}

#[test]
fn no_config_means_none() {
    let dir = project(&[
        ("main.tf", MUTABLE),
        ("ecr-guard.yaml", "fail_on: critical\n"),
    ]);
    assert_eq!(run(dir.path(), &["check"]).code, 0);
    let ran = run_with(
        dir.path(),
        &["check", "--no-config"],
        b"",
        &[("ECR_GUARD_CONFIG", "missing.yaml")],
    );
    assert_eq!(ran.code, 1, "{}", ran.all());
}
