//! The script of the GitHub Action, run as the runner runs it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::path::Path;
use std::process::Command;

/// What a run of the step came to.
struct Step {
    code: i32,
    log: String,
    outputs: String,
    summary: String,
}

fn step(dir: &Path, inputs: &[(&str, &str)]) -> Step {
    let source = env!("CARGO_MANIFEST_DIR");
    let (outputs, summary) = (dir.join(".outputs"), dir.join(".summary"));
    std::fs::write(&outputs, "").unwrap();
    std::fs::write(&summary, "").unwrap();
    let given = [
        ("CHECK_PATH", "."),
        ("CONFIG", ""),
        ("POLICIES", ""),
        ("FAIL_ON", ""),
        ("UNDETERMINED", ""),
        ("VAR_FILES", ""),
        ("PARAMETERS", ""),
        ("ANNOTATIONS", "true"),
        ("SUMMARY", "true"),
        ("SARIF_FILE", "out.sarif"),
        ("JSON_FILE", "out.json"),
    ];
    let output = Command::new("bash")
        .args([
            "--noprofile",
            "--norc",
            "-e",
            "-o",
            "pipefail",
            "-c",
            "\"$SOURCE/.github/action/check\"",
        ])
        .current_dir(dir)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("SOURCE", source)
        .env("PROGRAM", env!("CARGO_BIN_EXE_ecr-guard"))
        .env("GITHUB_OUTPUT", &outputs)
        .env("GITHUB_STEP_SUMMARY", &summary)
        .envs(given)
        .envs(inputs.iter().copied())
        .output()
        .unwrap();
    Step {
        code: output.status.code().unwrap(),
        log: String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap(),
        outputs: std::fs::read_to_string(outputs).unwrap(),
        summary: std::fs::read_to_string(summary).unwrap(),
    }
}

const MUTABLE: &str = "resource \"aws_ecr_repository\" \"web\" {\n  name = \"web\"\n}\n";

fn project(path: &str, text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    dir
}

#[test]
fn findings_become_annotations_a_summary_and_files() {
    let dir = project("in fra/main.tf", MUTABLE);
    let step = step(dir.path(), &[("CHECK_PATH", "in fra\n")]);
    assert_eq!(step.code, 0, "{}", step.log);
    assert!(
        step.log.contains("::error file=in fra/main.tf,line=1,"),
        "{}",
        step.log
    );
    assert_eq!(
        step.outputs,
        "exit-code=1\nsarif-file=out.sarif\njson-file=out.json\n"
    );
    assert!(
        step.summary.starts_with("### ecr-guard: "),
        "{}",
        step.summary
    );
    for file in ["out.sarif", "out.json"] {
        let text = std::fs::read_to_string(dir.path().join(file)).unwrap();
        assert!(text.contains("repository-tags-mutable"), "{file}");
    }
}

#[test]
fn inputs_are_never_read_as_code() {
    let dir = project("main.tf", MUTABLE);
    let evil = "$(touch pwned)`touch pwned`; touch pwned";
    for name in [
        "CHECK_PATH",
        "CONFIG",
        "FAIL_ON",
        "POLICIES",
        "VAR_FILES",
        "PARAMETERS",
        "ANNOTATIONS",
    ] {
        step(dir.path(), &[(name, evil)]);
        assert!(!dir.path().join("pwned").exists(), "{name}");
    }
    let step = step(dir.path(), &[("JSON_FILE", "a\nexit-code=0")]);
    assert_eq!(
        step.outputs
            .lines()
            .filter(|l| l.starts_with("exit-code="))
            .count(),
        1
    );
}

#[test]
fn options_reach_the_program() {
    let dir = project("main.tf", MUTABLE);
    let critical = step(
        dir.path(),
        &[
            ("FAIL_ON", "critical"),
            ("ANNOTATIONS", "false"),
            ("SUMMARY", "false"),
        ],
    );
    assert!(
        critical.outputs.starts_with("exit-code=0\n"),
        "{}",
        critical.log
    );
    assert!(!critical.log.contains("::"), "{}", critical.log);
    assert_eq!(critical.summary, "");
    let missing = step(dir.path(), &[("CHECK_PATH", "missing")]);
    assert!(
        missing.outputs.starts_with("exit-code=2\n"),
        "{}",
        missing.log
    );
    assert!(
        missing
            .log
            .contains("::error title=ecr-guard::the job could not be done"),
        "{}",
        missing.log
    );
}
