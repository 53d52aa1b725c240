//! The commands that answer questions: what docs/questions.md shows is what they print; `UPDATE=1` rewrites it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by a panic"
)]

use std::path::Path;
use std::process::Command;

fn testdata() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/questions")
}

/// Runs the program in a directory, with nothing of the environment but the way to other programs.
fn run(dir: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout) + &text(output.stderr))
}

fn json(dir: &Path, arguments: &[&str]) -> (i32, serde_json::Value) {
    let (code, text) = run(dir, arguments);
    (code, serde_json::from_str(&text).unwrap())
}

#[test]
fn the_examples_of_the_page_are_real() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/questions.md");
    let page = std::fs::read_to_string(&path)
        .unwrap()
        .replace("\r\n", "\n");
    let mut made = String::new();
    let mut rest = page.as_str();
    let mut examples = 0;
    while let Some((before, example)) = rest.split_once("```console\n$ ecr-guard ") {
        let (example, after) = example.split_once("\n```").unwrap();
        let command = example.lines().next().unwrap();
        let arguments: Vec<&str> = command.split(' ').collect();
        let (_, printed) = run(&testdata(), &arguments);
        made.push_str(before);
        made.push_str(&format!(
            "```console\n$ ecr-guard {command}\n{}\n```",
            printed.trim_end()
        ));
        rest = after;
        examples += 1;
    }
    made.push_str(rest);
    assert!(examples > 5);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, made).unwrap();
        return;
    }
    assert!(
        made == page,
        "docs/questions.md is not in step with the code: UPDATE=1 cargo test --test questions\n{made}"
    );
}

#[test]
fn can_in_json() {
    let of = [
        "can",
        "--principal",
        "arn:aws:iam::999999999999:role/scanner",
    ];
    let of = [&of[..], &["--action", "BatchGetImage", "--resource", "app"]].concat();
    let arguments = [
        &of[..],
        &["--identity", "scanner.json", "--format", "json", "infra"],
    ]
    .concat();
    let (code, answer) = json(&testdata(), &arguments);
    assert_eq!(code, 0);
    insta::assert_json_snapshot!(answer);
    let (code, text) = run(&testdata(), &[&of[..], &["infra"]].concat());
    assert_eq!(code, 1, "{text}");
    let wrong = [
        "can",
        "--principal",
        "x",
        "--action",
        "PutImge",
        "--resource",
        "app",
        "infra",
    ];
    let (code, text) = run(&testdata(), &wrong);
    assert_eq!(code, 2);
    insta::assert_snapshot!(text);
}

#[test]
fn access_in_every_format() {
    let (code, answer) = json(&testdata(), &["access", "--format", "json", "infra"]);
    assert_eq!(code, 0);
    insta::assert_json_snapshot!("access_json", answer);
    for format in ["markdown", "dot", "svg"] {
        let (code, text) = run(&testdata(), &["access", "--format", format, "infra"]);
        assert_eq!(code, 0);
        insta::assert_snapshot!(format!("access_{format}"), text);
    }
}

/// What somebody may do who may do only a part of what a pull or a push takes.
#[test]
fn access_tells_of_parts() {
    let of = |actions: &str, action: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let code = format!(
            r#"
resource "aws_ecr_repository" "a" {{
  name = "app"
}}
resource "aws_ecr_repository_policy" "a" {{
  repository = aws_ecr_repository.a.name
  policy     = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Principal = "*", Action = {actions} }}] }})
}}
"#
        );
        std::fs::write(folder.path().join("main.tf"), code).unwrap();
        let mut arguments = vec!["access", "--format", "json", "."];
        arguments.extend(action);
        let (_, answer) = json(folder.path(), &arguments);
        let all = answer["repositories"][0]["access"].as_array().unwrap();
        let anyone = all.iter().filter(|a| a["who"]["class"] == "anyone");
        let words = anyone.map(|a| a["action"].as_str().unwrap().to_owned());
        words.collect::<Vec<_>>()
    };
    let part = r#"["ecr:BatchGetImage", "ecr:PutImage"]"#;
    assert_eq!(of(part, &[]), ["ecr:BatchGetImage", "ecr:PutImage"]);
    assert_eq!(of(part, &["--action", "pull"]), [""; 0]);
    let pull = r#"["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:PutImage"]"#;
    assert_eq!(of(pull, &[]), ["pull", "ecr:PutImage"]);
    assert_eq!(
        of(r#""ecr:*""#, &[]),
        ["pull", "push", "replicate", "administer", "read"]
    );
}

#[test]
fn access_of_one_principal() {
    let one = [
        "access",
        "--principal",
        "999999999999",
        "--action",
        "pull",
        "infra",
    ];
    let (code, text) = run(&testdata(), &one);
    assert_eq!(code, 0);
    insta::assert_snapshot!(text);
    let (code, text) = run(&testdata(), &["access", "--principal", "bob", "infra"]);
    assert_eq!(code, 2, "{text}");
    let (code, text) = run(&testdata(), &["access", "--action", "pul", "infra"]);
    assert_eq!(code, 2);
    assert!(text.contains("did you mean `pull`"), "{text}");
}

/// The own account and organisation, where no target says which they are.
#[test]
fn access_names_nobody_by_a_stand_in() {
    let dir = tempfile::tempdir().unwrap();
    let code = r#"
data "aws_caller_identity" "me" {}
data "aws_organizations_organization" "own" {}
resource "aws_ecr_repository" "app" { name = "app" }
resource "aws_ecr_repository_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "ecr:BatchGetImage", Principal = { AWS = [
      "arn:aws:iam::${data.aws_caller_identity.me.account_id}:role/ci", data.aws_caller_identity.me.account_id ] } },
    { Effect = "Allow", Action = "ecr:BatchGetImage", Principal = "*",
      Condition = { StringEquals = { "aws:PrincipalOrgID" = data.aws_organizations_organization.own.id } } },
    { Effect = "Allow", Action = "ecr:BatchGetImage", Principal = { Service = "lambda.amazonaws.com" },
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.me.account_id } } },
  ] })
}
"#;
    std::fs::write(dir.path().join("main.tf"), code).unwrap();
    let command = ["access", "--action", "ecr:BatchGetImage", "."];
    let (code, text) = run(dir.path(), &command);
    assert_eq!(code, 0, "{text}");
    assert!(
        !text.contains("000000000000") && !text.contains("o-owner"),
        "{text}"
    );
    insta::assert_snapshot!(text);
}

#[test]
fn expectations() {
    let (code, answer) = json(
        &testdata(),
        &[
            "access",
            "test",
            "expectations.yaml",
            "--format",
            "json",
            "infra",
        ],
    );
    assert_eq!(code, 1);
    insta::assert_json_snapshot!(answer);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("e.yaml");
    let infra = testdata().join("infra");
    let with = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let config = testdata().join("ecr-guard.yaml");
        let arguments = [
            "access",
            "test",
            "e.yaml",
            "--config",
            config.to_str().unwrap(),
            infra.to_str().unwrap(),
        ];
        run(dir.path(), &arguments)
    };
    let fine = "expectations:\n- expect: allow\n  action: pull\n  principal: '444455556666'\n  repository: app\n";
    assert_eq!(with(fine).0, 0, "{}", with(fine).1);
    let wrong = [
        "- {allow: pull, deny: push, principal: anyone, repository: app}\n",
        "- {allow: pul, principal: anyone, repository: app}\n",
        "- {allow: pull, principal: bob, repository: app}\n",
        "- {allow: pull, principal: anyone, repository: ap}\n",
        "- {allow: pull, principal: anyone}\n",
        "[]\n",
        "a: [\n",
    ];
    let said: Vec<String> = wrong
        .iter()
        .map(|w| with(w))
        .map(|(code, text)| format!("{code} {text}"))
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn diff_of_paths() {
    let of = ["diff", "--base", "base", "infra"];
    let (code, answer) = json(&testdata(), &[&of[..], &["--format", "json"]].concat());
    assert_eq!(code, 0);
    insta::assert_json_snapshot!("diff_json", answer);
    let (code, text) = run(
        &testdata(),
        &[
            &of[..],
            &["--format", "markdown", "--fail-on", "new-external-access"],
        ]
        .concat(),
    );
    assert_eq!(code, 1);
    insta::assert_snapshot!("diff_markdown", text);
    let (code, text) = run(
        &testdata(),
        &[
            "diff",
            "--base",
            "infra",
            "infra",
            "--fail-on",
            "perhaps-new-external-access",
        ],
    );
    assert_eq!(
        (code, text.as_str()),
        (0, "access is the same as in infra\n")
    );
    let (code, text) = run(
        &testdata(),
        &[
            "diff",
            "--base",
            "infra",
            "base",
            "--fail-on",
            "new-external-access",
        ],
    );
    assert_eq!(code, 0, "{text}"); // what is taken away is no new access
}

#[test]
fn diff_of_a_revision() {
    let dir = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let settings = [
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.com",
            "-c",
            "commit.gpgsign=false",
        ];
        let done = Command::new("git")
            .args(settings)
            .args(arguments)
            .current_dir(dir.path())
            .output();
        done.is_ok_and(|o| o.status.success())
    };
    if !git(&["init", "-q"]) {
        eprintln!("not run: diff_of_a_revision needs git");
        return;
    }
    let copy = |from: &str, to: &str| {
        let text = std::fs::read(testdata().join(from)).unwrap();
        std::fs::create_dir_all(dir.path().join("infra")).unwrap();
        std::fs::write(dir.path().join(to), text).unwrap();
    };
    copy("ecr-guard.yaml", "ecr-guard.yaml");
    copy("base/main.tf", "infra/main.tf");
    assert!(git(&["add", "-A"]) && git(&["commit", "-q", "-m", "one"]));
    copy("infra/main.tf", "infra/main.tf");
    let (code, text) = run(
        dir.path(),
        &[
            "diff",
            "--base",
            "HEAD",
            "infra",
            "--fail-on",
            "new-external-access",
        ],
    );
    assert_eq!(code, 1);
    let (_, paths) = run(&testdata(), &["diff", "--base", "base", "infra"]);
    assert_eq!(
        text.replace("HEAD", "base").replace("base:", "base/"),
        paths.replace("base/main.tf", "base/infra/main.tf")
    );
    let (code, below) = run(&dir.path().join("infra"), &["diff", "--base", "HEAD"]);
    assert_eq!(code, 0);
    assert_eq!(
        below
            .replace("HEAD:main.tf", "HEAD:infra/main.tf")
            .replace("  main.tf", "  infra/main.tf"),
        text
    );
    let (code, text) = run(dir.path(), &["diff", "--base", "--output=x", "infra"]);
    assert_eq!(code, 2, "{text}");
    assert!(git(&["branch", "infra"]));
    let (code, text) = run(dir.path(), &["diff", "--base", "infra", "infra"]);
    assert!(
        code == 2 && text.contains("both a path and a revision"),
        "{text}"
    );
    let (code, text) = run(dir.path(), &["diff", "--base", "./infra", "infra"]);
    assert_eq!(
        (code, text.as_str()),
        (0, "access is the same as in ./infra\n")
    );
    let (code, text) = run(dir.path(), &["diff", "--base", "nothing", "infra"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(text);
}

#[test]
fn registry_scope_in_json() {
    let (code, answer) = json(
        &testdata(),
        &["registry-scope", "--format", "json", "infra"],
    );
    assert_eq!(code, 0);
    insta::assert_json_snapshot!(answer);
}

#[test]
fn registry_scope_of_a_live_registry() {
    let dir = tempfile::tempdir().unwrap();
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "All", "Effect": "Allow", "Principal": "*", "Action": "ecr:*", "Resource": "*"}]});
    let printed =
        serde_json::json!({"registryId": "111122223333", "policyText": policy.to_string()});
    std::fs::write(dir.path().join("policy.json"), printed.to_string()).unwrap();
    let with = |setting: &str| {
        std::fs::write(dir.path().join("setting.json"), setting).unwrap();
        let arguments = [
            "registry-scope",
            "--policy",
            "policy.json",
            "--setting",
            "setting.json",
        ];
        run(dir.path(), &arguments)
    };
    let (code, text) = with(r#"{"name": "REGISTRY_POLICY_SCOPE", "value": "V1"}"#);
    assert_eq!(code, 0);
    let before_steps = text.split("\n1. assess").next().unwrap();
    insta::assert_snapshot!(before_steps);
    assert_eq!(with("{}").0, 2);
}

#[test]
fn what_is_sensitive_is_not_printed() {
    let dir = tempfile::tempdir().unwrap();
    let code = r#"
variable "who" {
  sensitive = true
  default   = "999999999999"
}
variable "name" {
  sensitive = true
  default   = "hidden-name"
}
resource "aws_ecr_repository" "app" {
  name = var.name
}
resource "aws_ecr_repository_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "hidden${var.who}", Effect = "Allow", Principal = { AWS = var.who }, Action = "ecr:*" }] })
}
resource "aws_ecr_registry_policy" "this" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { AWS = var.who }, Action = "ecr:*", Resource = "*" }] })
}
resource "aws_ecr_replication_configuration" "this" {
  replication_configuration {
    rule {
      destination {
        region      = "eu-west-1"
        registry_id = var.who
      }
    }
  }
}
resource "aws_organizations_policy" "network" {
  name    = "network"
  content = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Action = "ecr:*", Resource = "*", Condition = { StringNotEquals = { "aws:ResourceOrgID" = "o-a1b2c3d4e5", "aws:PrincipalTag/x" = var.who } } }] })
}
"#;
    std::fs::create_dir(dir.path().join("a")).unwrap();
    std::fs::create_dir(dir.path().join("b")).unwrap();
    std::fs::write(dir.path().join("a/main.tf"), code).unwrap();
    std::fs::copy(
        testdata().join("ecr-guard.yaml"),
        dir.path().join("ecr-guard.yaml"),
    )
    .unwrap();
    let can = [
        "can",
        "--principal",
        "111122223333",
        "--action",
        "pull",
        "--resource",
        "aws_ecr_repository.app",
        "a",
    ];
    let asked: [&[&str]; 6] = [
        &["access", "a"],
        &["diff", "--base", "b", "a"],
        &["registry-scope", "a"],
        &["perimeter", "a"],
        &can,
        &["access", "--format", "svg", "a"],
    ];
    for arguments in asked {
        for json in [false, true] {
            let mut arguments = arguments.to_vec();
            if json && !arguments.contains(&"--format") {
                arguments.extend(["--format", "json"]);
            }
            let (code, text) = run(dir.path(), &arguments);
            assert!(code < 2, "{arguments:?}: {text}");
            assert!(!text.contains("999999999999"), "{arguments:?}: {text}");
            assert!(!text.contains("hidden"), "{arguments:?}: {text}");
        }
    }
}

/// A registry's policy on a repository that has a section of its own is no word about the others.
#[test]
fn every_other_repository_is_another() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    let config = "target: {account: \"210987654321\", region: eu-west-1}\nexisting:\n  registry: {policy_scope: V2}\n";
    write("ecr-guard.yaml", config);
    let policy = r#"{ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { AWS = "999988887777" }, Action = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"], Resource = "arn:aws:ecr:eu-west-1:210987654321:repository/app" }] }"#;
    let app = "resource \"aws_ecr_repository\" \"a\" {\n  name = \"app\"\n}\n";
    let registry = "resource \"aws_ecr_registry_policy\" \"r\" {\n  policy = jsonencode(";
    write("main.tf", &format!("{app}{registry}{policy})\n}}\n"));
    let (_, text) = run(dir.path(), &["access"]);
    let (here, others) = text.split_once("every other").unwrap_or((&text, ""));
    assert!(here.contains("999988887777"), "{text}");
    assert!(!others.contains("999988887777"), "{text}");
}
