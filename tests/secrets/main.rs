//! What is marked as sensitive stands in no output: neither in a message that quotes a value, nor in the lines around a
//! place, whatever the value was made into on its way.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// Every place where something quotes the value that it is about. The canary is `q7z`, too short to be found by its text.
const CODE: &str = include_str!("everything.tf");

/// A module whose variables are sensitive, or are given something that is.
const MODULE: &str = include_str!("module.tf");

/// Expressions that fail, or whose value is quoted, as the name and the mutability of a repository.
const EXPRESSIONS: &str = include_str!("expressions.txt");

/// A template with parameters that are not to be echoed.
const TEMPLATE: &str = include_str!("template.yaml");

/// Who gets in is sensitive. The account's canary is `999999717717`.
const WHO: &str = include_str!("who.tf");

/// A plan in which values are marked.
const PLAN: &str = include_str!("plan.json");

fn written(dir: &Path) {
    let mut code = CODE.to_owned();
    for (i, expression) in EXPRESSIONS.lines().enumerate() {
        let block = format!(
            "resource \"aws_ecr_repository\" \"r{i}\" {{\n  name = {expression}\n  image_tag_mutability = {expression}\n  tags = {{ t = {expression} }}\n}}\noutput \"o{i}\" {{\n  value = {expression}\n}}\nresource \"aws_ecr_repository_policy\" \"p{i}\" {{\n  repository = \"app\"\n  policy = {expression}\n}}\n"
        );
        code.write_str(&block).unwrap();
    }
    std::fs::create_dir(dir.join("m")).unwrap();
    std::fs::write(dir.join("main.tf"), code).unwrap();
    std::fs::write(dir.join("m/main.tf"), MODULE).unwrap();
    std::fs::write(dir.join("t.tpl"), "${key} ${none} ${file(key)}").unwrap();
    std::fs::write(dir.join("o.tfvars"), "token = \"q7z-file\"\n").unwrap();
    std::fs::write(dir.join("plan.json"), PLAN).unwrap();
    std::fs::create_dir(dir.join("who")).unwrap();
    std::fs::write(dir.join("who/main.tf"), WHO).unwrap();
    let config = "organization: {id: o-abcdef1234, accounts: [\"123456789012\"]}\ntarget: {account: \"123456789012\", region: eu-west-1}\n";
    std::fs::write(dir.join("who/ecr-guard.yaml"), config).unwrap();
    std::fs::create_dir(dir.join("cfn")).unwrap();
    std::fs::write(dir.join("cfn/t.yaml"), TEMPLATE).unwrap();
    std::fs::write(
        dir.join("cfn/p.json"),
        r#"{"Token": "q7z-given", "Words": "q7z,q7z q", "None": "q7z"}"#,
    )
    .unwrap();
}

fn said(dir: &Path, words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args(words)
        .current_dir(dir)
        .env_clear()
        .env("TF_VAR_unused", "x")
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8(text).unwrap()
}

const ASKED: &[&[&str]] = &[
    // all formats of one run
    &[
        "check",
        ".",
        "--format",
        "human",
        "--format",
        "json=json",
        "--format",
        "sarif=sarif",
        "--format",
        "github=github",
        "--format",
        "markdown=markdown",
        "--include",
        "satisfied",
    ],
    &[
        "check",
        "cfn",
        "--var",
        "token=q7z-given",
        "--parameters",
        "cfn/p.json",
    ],
    &["check", "m", "--var", "hidden=q7z-given"],
    &["check", "plan.json"],
    &["resolve", "."],
    &["resolve", ".", "--format", "json", "--var-file", "o.tfvars"],
    &[
        "resolve",
        ".",
        "--trace",
        "aws_ecr_repository_policy.element",
    ],
    &["resolve", "cfn/t.yaml"],
    &["resolve", "cfn/t.yaml", "--format", "json"],
    &[
        "resolve",
        "cfn/t.yaml",
        "--format",
        "json",
        "--parameters",
        "cfn/p.json",
    ],
    &["resolve", "plan.json"],
    &["resolve", "plan.json", "--format", "json"],
    &["access", "who", "cfn", "plan.json"],
    &["access", "who", "--format", "json"],
    &["access", "who", "--format", "markdown"],
    &["access", "who", "--format", "dot"],
    &["access", "who", "--format", "svg"],
    &["check", "who"],
    &["check", "who", "--format", "json"],
    &[
        "can",
        "who",
        "--principal",
        "arn:aws:iam::123456789012:role/x",
        "--action",
        "ecr:BatchGetImage",
        "--resource",
        "open",
    ],
    &["perimeter", "who"],
    &["perimeter", "who", "--format", "json"],
    &["registry-scope", "who"],
    &["registry-scope", "who", "--format", "json"],
    &["diff", "who", "--base", "cfn"],
    &["diff", "cfn", "--base", "who", "--format", "json"],
];

/// Where a secret is told, or what is made of it.
fn telling(said: &str) -> Vec<usize> {
    let said = said.to_lowercase();
    let secrets = ["q7z", "z7q", "ctd6", "717.5", "717717"].into_iter();
    let mut places: Vec<usize> = secrets
        .flat_map(|s| said.match_indices(s).map(|(at, _)| at))
        .collect();
    places.sort_unstable();
    places.dedup_by(|b, a| b.abs_diff(*a) < 100);
    places
}

#[test]
fn nothing_sensitive_is_said() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let mut wrong = BTreeSet::new();
    for words in ASKED {
        let mut said = said(dir.path(), words);
        for file in ["json", "sarif", "github", "markdown"] {
            let file = dir.path().join(file);
            said.push_str(&std::fs::read_to_string(&file).unwrap_or_default());
            std::fs::remove_file(&file).unwrap_or_default();
        }
        assert!(said.len() > 200, "{words:?} says {said}");
        for at in telling(&said) {
            let from = said.floor_char_boundary(at.saturating_sub(160));
            let to = said.floor_char_boundary((at + 60).min(said.len()));
            let shown = said.get(from..to).unwrap().replace('\n', " ⏎ ");
            wrong.insert(format!("{words:?}: …{shown}…"));
        }
    }
    let told: Vec<&str> = wrong.iter().map(String::as_str).take(200).collect();
    assert!(
        told.is_empty(),
        "{} times:\n{}",
        wrong.len(),
        told.join("\n")
    );
}

#[test]
fn what_is_sensitive_is_hidden_where_nobody_asks_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let partner = r#"{ account = "999988887777", id = "q7z-local" }"#;
    let code = format!(
        r#"locals {{ partner = {partner} }}
locals {{ unused = [sensitive("q7z-unused"), {partner}.account] }}
resource "aws_iam_role" "r" {{ assume_role_policy = jsonencode({{ id = sensitive(local.partner.id) }}) }}
resource "aws_db_instance" "d" {{ password = sensitive("q7z-other") }}
output "o" {{ value = sensitive("q7z-output") }}
resource "aws_ecr_repository_policy" "p" {{
  repository = "app"
  policy = jsonencode({{
    Statement = [{{ Effect = "Allow", Principal = local.partner.account, Action = "ecr:BatchGetImage" }}]
  }})
}}
"#
    );
    std::fs::write(dir.path().join("main.tf"), code).unwrap();
    let config = "organization: {id: o-abcdef1234, accounts: [\"123456789012\"]}\n";
    std::fs::write(dir.path().join("ecr-guard.yaml"), config).unwrap();
    let shown = said(dir.path(), &["check", "."]);
    assert!(shown.contains("id = \"*********\""), "{shown}");
    assert!(!shown.contains("q7z"), "{shown}");
}
