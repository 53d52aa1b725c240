//! `ecr-guard terraform plan` and saved plans: with a stand-in for terraform, with terraform itself where it is on PATH, and
//! over the stub provider where ECR_GUARD_ORACLE names it.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by a panic and tells what was not run"
)]

mod real;

use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

const CANARY: &str = "canary-5f3a9c";

/// What stands in for terraform: `plan` writes what it was given to `-out`, `show` prints it.
const FAKE: &str = r#"#!/bin/sh
dir=.
out=
for a in "$@"; do
  case "$a" in
    -chdir=*) dir=${a#-chdir=} ;;
    -out=*) out=${a#-out=} ;;
    plan|show) command=$a ;;
  esac
  last=$a
done
cd "$dir" || exit 1
if [ "$command" = show ]; then
  [ -z "$TF_CLI_ARGS$TF_LOG" ] || exit 3
  cat "$last"
  exit 0
fi
echo "PLANNED $*"
[ -z "$FAKE_SLEEP" ] || { trap 'echo interrupted; exit 1' INT TERM; echo ready; while :; do sleep 0.05; done; }
[ -z "$FAKE_EMPTY" ] || exit 0
cp plan.json "$out"
exit "${FAKE_CODE:-0}"
"#;

/// A root module, a stand-in for terraform and a directory for temporary files.
struct Bench {
    dir: TempDir,
}

impl Bench {
    fn new(main: &str, plan: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let bench = Bench { dir };
        std::fs::create_dir_all(bench.path("root")).unwrap();
        std::fs::create_dir_all(bench.path("tmp")).unwrap();
        std::fs::write(bench.path("root/main.tf"), main).unwrap();
        std::fs::write(bench.path("root/plan.json"), plan).unwrap();
        std::fs::write(bench.path("fake"), FAKE).unwrap();
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(bench.path("fake"), executable).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// `ecr-guard` in the root module's directory.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecr-guard"));
        command.args(arguments).current_dir(self.path("root"));
        command.env("TMPDIR", self.path("tmp")).stdin(Stdio::null());
        for name in [
            "TF_CLI_ARGS",
            "TF_CLI_ARGS_plan",
            "TF_DATA_DIR",
            "ECR_GUARD_CONFIG",
        ] {
            command.env_remove(name);
        }
        command
    }

    /// `ecr-guard terraform` with the stand-in.
    fn plan(&self, own: &[&str], terraform: &[&str]) -> Command {
        let fake = self.path("fake");
        let mut all = vec!["terraform", "--no-config", "--bin", fake.to_str().unwrap()];
        all.extend(own);
        all.extend(terraform);
        self.command(&all)
    }

    /// That no temporary file is left.
    fn is_clean(&self) {
        let left = std::fs::read_dir(self.path("tmp")).unwrap().count();
        assert_eq!(left, 0, "temporary files are left");
    }
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

const MAIN: &str = r#"resource "aws_ecr_repository" "app" {
  name                 = "app"
  image_tag_mutability = "MUTABLE"
  image_scanning_configuration {
    scan_on_push = true
  }
}
"#;

fn plan(mutability: &str) -> String {
    let change = format!(
        r#"{{"actions": ["create"], "before": null, "after": {{"name": "app", "image_tag_mutability": "{mutability}",
        "image_scanning_configuration": [{{"scan_on_push": true}}], "force_delete": null, "tags": {{"secret": "{CANARY}"}}}},
        "after_unknown": {{"arn": true}}, "after_sensitive": {{"tags": {{"secret": true}}}}}}"#
    );
    format!(
        r#"{{"format_version": "1.2", "planned_values": {{}}, "variables": {{"s": {{"value": "{CANARY}"}}}},
        "resource_changes": [{{"address": "aws_ecr_repository.app", "mode": "managed", "type": "aws_ecr_repository", "change": {change}}}]}}"#
    )
}

#[test]
fn terraform_speaks_first_and_findings_stand_in_the_code() {
    let bench = Bench::new(MAIN, &plan("MUTABLE"));
    let output = bench
        .plan(&[], &["plan", "-compact-warnings"])
        .output()
        .unwrap();
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(10), "{out}{err}");
    assert!(out.starts_with("PLANNED plan -out="), "{out}");
    assert!(out.contains("-compact-warnings\n"), "{out}");
    assert!(out.contains("--> main.tf:3:26"), "{out}");
    bench.is_clean();
}

#[test]
fn exit_codes_keep_apart_who_failed() {
    let good = Bench::new(MAIN, &plan("IMMUTABLE"));
    /// Arguments before and after `plan`, the environment, and the exit code.
    type Case<'a> = (&'a [&'a str], &'a [&'a str], &'a [(&'a str, &'a str)], i32);
    let cases: &[Case<'_>] = &[
        (&[], &["plan"], &[], 0),
        (&[], &["plan"], &[("FAKE_CODE", "1")], 1),
        (&[], &["plan"], &[("FAKE_CODE", "2")], 2),
        (
            &[],
            &["plan", "-detailed-exitcode"],
            &[("FAKE_CODE", "2")],
            2,
        ),
        (&[], &["plan"], &[("FAKE_EMPTY", "1")], 11),
        (&["--config", "none.yaml"], &["plan"], &[], 11),
        (&[], &["apply"], &[], 11),
    ];
    for (own, terraform, environment, want) in cases {
        let mut command = match own.first() {
            Some(&"--config") => {
                let fake = good.path("fake");
                good.command(&[
                    "terraform",
                    "--bin",
                    fake.to_str().unwrap(),
                    "--config",
                    "none.yaml",
                    "plan",
                ])
            }
            _ => good.plan(own, terraform),
        };
        let output = command.envs(environment.iter().copied()).output().unwrap();
        let told = texts(&output);
        assert_eq!(
            output.status.code(),
            Some(*want),
            "{own:?} {terraform:?} {environment:?}: {told:?}"
        );
        good.is_clean();
    }
    let bad = Bench::new(MAIN, &plan("MUTABLE"));
    let output = bad
        .plan(&[], &["plan", "-detailed-exitcode"])
        .env("FAKE_CODE", "2")
        .output();
    assert_eq!(output.unwrap().status.code(), Some(10));
}

#[test]
fn what_the_user_says_about_the_plan_holds() {
    let bench = Bench::new(MAIN, &plan("IMMUTABLE"));
    let output = bench.plan(&[], &["plan", "-out=kept"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{:?}", texts(&output));
    assert!(bench.path("root/kept").is_file());
    let mut above = bench.plan(&[], &["-chdir=root", "plan", "-out=again"]);
    let output = above.current_dir(bench.dir.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{:?}", texts(&output));
    assert!(bench.path("root/again").is_file());
    let mut by_environment = bench.plan(&[], &["plan"]);
    by_environment
        .env("TF_CLI_ARGS", "-no-color")
        .env("TF_LOG", "trace");
    assert_eq!(by_environment.output().unwrap().status.code(), Some(0));
    bench.is_clean();
}

#[test]
fn output_for_machines_stays_clean() {
    let bench = Bench::new(MAIN, &plan("MUTABLE"));
    let output = bench.plan(&[], &["plan", "-json"]).output().unwrap();
    let (out, err) = texts(&output);
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(err.contains("repository-tags-mutable"), "{err}");
}

#[test]
fn nothing_sensitive_is_printed() {
    let bench = Bench::new(MAIN, &plan("MUTABLE"));
    for format in ["human", "json", "sarif", "github", "markdown"] {
        let output = bench
            .plan(&["--format", format], &["plan"])
            .output()
            .unwrap();
        let (out, err) = texts(&output);
        assert!(
            !out.contains(CANARY) && !err.contains(CANARY),
            "{format}: {out}{err}"
        );
    }
    // without its code, a plan has no other lines than its own
    std::fs::remove_file(bench.path("root/main.tf")).unwrap();
    let policy = format!(
        r#""{{\"Statement\":[{{\"Sid\":\"{CANARY}\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\"}}]}}""#
    );
    let plan = plan("MUTABLE")
        .replace(
            r#""aws_ecr_repository.app", "#,
            r#""aws_ecr_registry_policy.app", "#,
        )
        .replace(r#""aws_ecr_repository""#, r#""aws_ecr_registry_policy""#)
        .replace(r#""name": "app""#, &format!("\n\"policy\": {policy}\n"))
        .replace(
            r#"{"tags": {"secret": true}}"#,
            r#"{"policy": true, "tags": {"secret": true}}"#,
        );
    std::fs::write(bench.path("root/plan.json"), plan).unwrap();
    let output = bench
        .command(&["check", "--no-config", "plan.json"])
        .output()
        .unwrap();
    let (out, _) = texts(&output);
    assert!(
        out.contains("plan.json:3:") && !out.contains(CANARY),
        "{out}"
    );
}

/// Ends what a test started.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether the tests were started with SIGINT ignored, as shells do it for what runs in the background. Their children
/// inherit that, and a shell script cannot undo it: <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#trap>.
fn interrupts_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|l| l.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|m| u64::from_str_radix(m.trim(), 16).ok());
    mask.is_some_and(|m| m & (1 << (2 - 1)) != 0)
}

#[test]
fn a_signal_reaches_terraform_and_leaves_nothing() {
    for (signal, code) in [("INT", 1), ("TERM", 1)] {
        if signal == "INT" && interrupts_are_ignored() {
            eprintln!("SKIPPED: SIGINT is ignored by whoever started the tests; it was not tried");
            continue;
        }
        let bench = Bench::new(MAIN, &plan("MUTABLE"));
        let mut command = bench.plan(&[], &["plan"]);
        command
            .env("FAKE_SLEEP", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = Started(command.spawn().unwrap());
        let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
        let ready = lines.find(|l| l.as_ref().unwrap() == "ready");
        assert!(ready.is_some());
        let made: Vec<_> = std::fs::read_dir(bench.path("tmp")).unwrap().collect();
        assert_eq!(made.len(), 1);
        let mode = made[0]
            .as_ref()
            .unwrap()
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
        let pid = child.0.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &pid])
            .status();
        assert!(sent.unwrap().success());
        let rest: Vec<String> = lines.map(Result::unwrap).collect();
        assert_eq!(child.0.wait().unwrap().code(), Some(code), "{signal}");
        assert_eq!(rest, ["interrupted"]);
        bench.is_clean();
    }
}
