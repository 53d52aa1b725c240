//! `resolve --trace`: the way of a value, for people and as JSON.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use serde_json::Value;
use std::path::Path;
use std::process::Command;

const FILES: [(&str, &str); 4] = [
    (
        "main.tf",
        r#"variable "org" {
  default = "Acme"
}
variable "mutability" {
  type    = string
  default = "IMMUTABLE"
}
variable "pullers" {
  type    = list(string)
  default = ["111122223333"]
}
variable "secret" {
  default   = "hunter2"
  sensitive = true
}
variable "team" {
  type = string
}
locals {
  prefix = lower(var.org)
  arns   = [for id in var.pullers : format("arn:aws:iam::%s:root", id)]
}
module "repo" {
  source     = "./repo"
  for_each   = toset(["api"])
  name       = "${local.prefix}/${each.key}"
  mutability = var.mutability
  pullers    = concat(local.arns, ["arn:aws:iam::222233334444:root"])
}
output "urls" {
  value = { for key, made in module.repo : key => made.url }
}
output "hidden" {
  value     = join("-", [var.secret, var.team])
  sensitive = true
}
"#,
    ),
    ("prod.auto.tfvars", "mutability = \"MUTABLE\"\n"),
    (
        "repo/main.tf",
        r#"variable "name" {}
variable "mutability" {}
variable "pullers" {
  type = set(string)
}
resource "aws_ecr_repository" "this" {
  name                 = var.name
  image_tag_mutability = upper(var.mutability)
  image_scanning_configuration {
    scan_on_push = true
  }
}
resource "aws_ecr_repository_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = var.pullers }, Action = "ecr:BatchGetImage" }]
  })
}
output "url" {
  value = aws_ecr_repository.this.repository_url
}
"#,
    ),
    (
        "stack.yaml",
        r"Parameters:
  Tags:
    Type: String
    Default: MUTABLE
Resources:
  Repo:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryName: app
      ImageTagMutability: !Ref Tags
",
    ),
];

fn project() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

/// Exit code, standard output and standard error.
fn resolve(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .arg("resolve")
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn the_way_of_a_value_is_told() {
    let dir = project();
    let repo = "module.repo[\"api\"].aws_ecr_repository";
    let mut all = String::new();
    for wanted in [
        format!("{repo}.this.image_tag_mutability"),
        format!("{repo}.this.name"),
        format!("{repo}.this.image_scanning_configuration[0].scan_on_push"),
        format!("{repo}.this.repository_url"),
        format!("{repo}_policy.this.policy.Statement[0].Principal"),
        format!("{repo}_policy.this.repository"),
        "output.urls".to_owned(),
        "output.hidden".to_owned(),
    ] {
        let (code, stdout, stderr) = resolve(dir.path(), &[".", "--trace", &wanted]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{wanted}");
        all.push_str(&format!("$ resolve --trace {wanted}\n{stdout}\n"));
    }
    let (_, stdout, _) = resolve(
        dir.path(),
        &["stack.yaml", "--trace", "Repo.ImageTagMutability"],
    );
    all.push_str(&format!("$ resolve stack.yaml\n{stdout}"));
    assert!(!all.contains("hunter2"), "{all}");
    insta::assert_snapshot!(all);
}

#[test]
fn as_json_each_step_has_its_place() {
    let dir = project();
    let name = "module.repo[\"api\"].aws_ecr_repository.this.name";
    let (code, stdout, _) = resolve(dir.path(), &[".", "--format", "json", "--trace", name]);
    assert_eq!(code, 0);
    serde_json::from_str::<Value>(&stdout).unwrap();
    insta::assert_snapshot!(stdout);
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let dir = project();
    let mut all = String::new();
    for wanted in [
        "aws_ecr_repository.none.name",
        "module.repo[\"api\"].aws_ecr_repository.this.nam",
        "module.repo[\"api\"].aws_ecr_repository_policy.this.policy.Statement[1]",
        "output.urls[",
    ] {
        let (code, stdout, stderr) = resolve(dir.path(), &[".", "--trace", wanted]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{wanted}");
        all.push_str(&stderr);
    }
    insta::assert_snapshot!(all);
}
