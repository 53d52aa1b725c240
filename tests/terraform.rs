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

/// Where the reports of the next two go.
const REPORT: &str = "json=../report.json";

/// Guardrail, outcome and place of every violation that a run reports.
fn violations(bench: &Bench, command: &mut Command) -> BTreeSet<String> {
    let output = command.output().unwrap();
    let Ok(text) = std::fs::read_to_string(bench.path("report.json")) else {
        panic!("{:?}", texts(&output));
    };
    std::fs::remove_file(bench.path("report.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let told = findings.filter(|f| f["outcome"] == "violated").map(|f| {
        let place = &f["location"];
        let (guardrail, resource) = (&f["guardrail"], &f["resource"]["address"]);
        let (path, line, column) = (&place["path"], &place["line"], &place["column"]);
        format!("{guardrail} {resource} {path}:{line}:{column}")
    });
    told.collect()
}

#[test]
fn the_plan_is_judged_as_its_code_is() {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/parse/plan/references");
    let read = |name: &str| std::fs::read_to_string(recorded.join(name)).unwrap();
    let bench = Bench::new(&read("main.tf"), &read("plan.json"));
    std::fs::create_dir_all(bench.path("root/m")).unwrap();
    std::fs::write(bench.path("root/m/main.tf"), read("m/main.tf")).unwrap();
    let by_plan = violations(&bench, &mut bench.plan(&["--format", REPORT], &["plan"]));
    let check = [
        "check",
        "--no-config",
        "--exclude",
        "plan.json",
        "--format",
        REPORT,
    ];
    let by_code = violations(&bench, &mut bench.command(&check));
    assert!(by_code.len() > 10, "{by_code:?}");
    assert_eq!(by_plan, by_code);
}

/// Whether a binary is on PATH.
fn is_there(binary: &str) -> bool {
    let run = Command::new(binary)
        .arg("version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    run.is_ok_and(|s| s.success())
}

fn quiet(command: &mut Command) -> &mut Command {
    command
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
}

#[test]
fn terraform_itself_is_run() {
    if !is_there("terraform") {
        eprintln!("SKIPPED: there is no terraform on PATH");
        return;
    }
    let main = format!(
        "variable \"s\" {{\n  sensitive = true\n  default   = \"{CANARY}\"\n}}\nresource \"terraform_data\" \"a\" {{\n  input = var.s\n}}\nmodule \"m\" {{\n  source = \"./m\"\n}}\n"
    );
    let bench = Bench::new(&main, "{}");
    std::fs::remove_file(bench.path("root/plan.json")).unwrap();
    std::fs::create_dir_all(bench.path("root/m")).unwrap();
    std::fs::write(
        bench.path("root/m/main.tf"),
        "resource \"terraform_data\" \"b\" {}\n",
    )
    .unwrap();
    let mut init = Command::new("terraform");
    init.args(["init", "-no-color"])
        .current_dir(bench.path("root"));
    assert!(quiet(&mut init).output().unwrap().status.success());
    let mut run = bench.command(&["terraform", "--no-config", "plan", "-detailed-exitcode"]);
    let output = quiet(&mut run).output().unwrap();
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(2), "{out}{err}");
    assert!(
        out.contains("2 to add") && out.contains("nothing found"),
        "{out}"
    );
    assert!(!out.contains(CANARY));
    let mut wrong = bench.command(&["terraform", "--no-config", "plan", "-no-such-option"]);
    assert_eq!(quiet(&mut wrong).output().unwrap().status.code(), Some(1));
    bench.is_clean();

    let mut save = bench.command(&["terraform", "--no-config", "plan", "-out=p.tfplan"]);
    assert_eq!(quiet(&mut save).output().unwrap().status.code(), Some(0));
    for changed in [false, true] {
        if changed {
            std::fs::write(bench.path("root/m/main.tf"), "# gone\n").unwrap();
        }
        let mut check = bench.command(&["check", "--no-config", "p.tfplan"]);
        let output = quiet(&mut check).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{:?}", texts(&output));
        bench.is_clean();
    }
    let mut without = bench.command(&[
        "check",
        "--no-config",
        "--terraform-bin",
        "no-such-binary",
        "p.tfplan",
    ]);
    let output = without.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(texts(&output).1.contains("only terraform can read it"));
}

/// The stub provider of the oracle; what it is attached by.
fn stub(folder: &Path) -> (Started, String) {
    let script = "import sys; sys.path.insert(0, sys.argv[1]); import oracle\nwith oracle.Stub() as r:\n  print(r, flush=True); sys.stdin.read()";
    let mut command = Command::new("python3");
    command
        .args(["-B", "-c", script])
        .arg(folder.join("terraform"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = Started(command.spawn().unwrap());
    let mut line = String::new();
    let out = child.0.stdout.take().unwrap();
    BufReader::new(out).read_line(&mut line).unwrap();
    (child, line.trim().to_owned())
}

#[test]
fn over_the_stub_provider_the_plan_is_judged_as_its_code_is() {
    let folder = std::env::var_os("ECR_GUARD_ORACLE").filter(|v| !v.is_empty());
    let (Some(folder), true) = (folder.map(PathBuf::from), is_there("terraform")) else {
        eprintln!(
            "SKIPPED: plans over the stub provider: ECR_GUARD_ORACLE is not set, or there is no terraform"
        );
        return;
    };
    let (mut stub, attached) = stub(&folder);
    for entry in std::fs::read_dir(folder.join("terraform/configs")).unwrap() {
        let from = entry.unwrap().path();
        let bench = Bench::new("", "{}");
        let root = bench.path("root");
        std::fs::remove_dir_all(&root).unwrap();
        let copied = Command::new("cp").arg("-r").arg(&from).arg(&root).status();
        assert!(copied.unwrap().success());
        let _ = std::fs::remove_file(root.join("plan.json"));
        let mut init = Command::new("terraform");
        init.args(["init", "-no-color"])
            .current_dir(&root)
            .env("TF_REATTACH_PROVIDERS", &attached);
        assert!(
            quiet(&mut init).output().unwrap().status.success(),
            "{}",
            from.display()
        );
        let plan = [
            "terraform",
            "--no-config",
            "--format",
            REPORT,
            "plan",
            "-lock=false",
        ];
        let mut run = bench.command(&plan);
        let by_plan = violations(&bench, quiet(run.env("TF_REATTACH_PROVIDERS", &attached)));
        let check = ["check", "--no-config", "--format", REPORT];
        let by_code = violations(&bench, &mut bench.command(&check));
        let lost: Vec<&String> = by_code.difference(&by_plan).collect();
        let more: Vec<&String> = by_plan.difference(&by_code).collect();
        eprintln!(
            "{}: {} violations, {lost:#?} by the code alone, {more:#?} by the plan alone",
            from.display(),
            by_plan.len()
        );
        // the account is the stub's: what hangs on it is settled by the plan
        assert!(lost.is_empty(), "{}: {lost:#?}\n{more:#?}", from.display());
    }
    stub.0.stdin.take().unwrap().flush().unwrap();
}
