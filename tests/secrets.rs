//! What is marked as sensitive stands in no output: neither in a message that quotes a value, nor in the lines around a
//! place, whatever the value was made into on its way.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::process::Command;

/// Every place where something quotes the value that it is about.
const CODE: &str = r#"
variable "token" {
  sensitive = true
  default   = "hunter2-default"
}
locals {
  other = sensitive("hunter2-local")
}
resource "aws_ecr_repository" "a" {
  name                 = var.token
  image_tag_mutability = upper(local.other)
  tags                 = { "dp:exclude:x" = var.token }
}
resource "aws_ecr_repository_policy" "whole" {
  repository = aws_ecr_repository.a.name
  policy     = var.token
}
resource "aws_ecr_repository_policy" "part" {
  repository = "app"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Sid = var.token, Effect = "Allow", Action = ["ecr:BatchGetImage", var.token]
    Principal = { AWS = "arn:aws:iam::999999999999:role/${var.token}" }
  }] })
}
resource "aws_ecr_lifecycle_policy" "l" {
  repository = "app"
  policy     = <<EOT
{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "${local.other}", "countNumber": 1}, "action": {"type": "expire"}}]}
EOT
}
data "aws_iam_policy_document" "d" {
  version                 = var.token
  source_policy_documents = [lower(local.other)]
}
resource "aws_ecr_registry_policy" "r" {
  policy = data.aws_iam_policy_document.d.json
}
resource "aws_ecr_repository" "wrong" {
  for_each     = { x = 1 }
  name         = file("no-such-${var.token}")
  force_delete = { a = 1 }[var.token]
}
resource "aws_ecs_task_definition" "t" {
  family                = "x"
  container_definitions = "[{\"image\": \"${var.token}:latest\"},"
}
"#;

fn said(dir: &std::path::Path, words: &[&str]) -> String {
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

#[test]
fn nothing_sensitive_is_said() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.tf"), CODE).unwrap();
    std::fs::write(dir.path().join("o.tfvars"), "token = \"hunter2-file\"\n").unwrap();
    let asked: &[&[&str]] = &[
        &["check", "--format", "human"],
        &["check", "--format", "json", "--include", "satisfied"],
        &["check", "--format", "sarif"],
        &["check", "--format", "github"],
        &["check", "--format", "markdown"],
        &["check", "--var-file", "o.tfvars"],
        &["check", "--var", "token=hunter2-given"],
        &["resolve", "."],
        &["resolve", ".", "--format", "json"],
        &["access"],
        &["access", "--format", "json"],
        &["perimeter"],
        &["registry-scope"],
    ];
    for words in asked {
        let said = said(dir.path(), words);
        assert!(!said.is_empty());
        let told = said.to_lowercase();
        assert!(!told.contains("hunter2"), "{words:?} tells\n{said}");
    }
}
