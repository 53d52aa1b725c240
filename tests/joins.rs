//! What belongs together in a root, and what only may.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use ecr_guard::engine::{self, Options};
use ecr_guard::finding::Outcome;

/// Violated guardrails with `-`, undetermined ones with `?`, of those that are asked about.
fn judged(text: &str, guardrail: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.tf"), text).unwrap();
    let paths = vec![dir.path().to_str().unwrap().to_owned()];
    let mut options = Options::new(paths, jiff::civil::date(2026, 11, 22));
    options.only = vec![guardrail.to_owned()];
    options.no_config = true;
    let report = engine::run(&options).unwrap();
    let shown = report.findings.iter().map(|f| {
        let mark = match f.outcome {
            Outcome::Violated => '-',
            _ => '?',
        };
        let resource = f.resource.as_ref().unwrap();
        format!("{mark}{}", resource.address.rsplit('.').next().unwrap())
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn lifecycle(repository: &str, policy: &str) -> String {
    let text = format!(
        r#"
variable "names" {{ type = map(string) }}
variable "name" {{ type = string }}
resource "aws_ecr_repository" "r" {{
  name = {repository}
  tags = {{ other = "y" }}
}}
resource "aws_ecr_lifecycle_policy" "l" {{
  repository = {policy}
  policy     = "{{}}"
}}
"#
    );
    judged(&text, "repository-without-lifecycle-policy")
}

#[test]
fn a_lifecycle_policy_belongs_to_the_repository_that_it_names() {
    let cases = [
        ("\"x\"", "\"x\"", ""),
        ("\"x\"", "\"y\"", "-r"),
        ("\"x\"", "aws_ecr_repository.r.name", ""),
        ("\"x\"", "aws_ecr_repository.r.tags[\"other\"]", "-r"),
        ("var.name", "var.name", ""),
        ("\"${var.name}-x\"", "\"${var.name}-x\"", ""),
        ("\"${var.name}-x\"", "\"${var.name}-y\"", "?r"),
        ("\"${var.name}-x\"", "lower(\"${var.name}-x\")", "?r"),
        ("var.names[\"a\"]", "var.names[\"a\"]", ""),
        ("var.names[\"b\"]", "var.names[\"a\"]", "?r"),
    ];
    for (repository, policy, expected) in cases {
        assert_eq!(
            lifecycle(repository, policy),
            expected,
            "{repository} {policy}"
        );
    }
}

fn scanning(repository: &str, scanning: &str) -> String {
    let text = format!(
        r#"
variable "on" {{ type = bool }}
variable "a" {{ type = string }}
variable "b" {{ type = string }}
provider "aws" {{
  alias  = "a"
  region = var.a
}}
provider "aws" {{
  alias  = "b"
  region = var.b
}}
resource "aws_ecr_repository" "r" {{
  name = "x"
  {repository}
}}
resource "aws_ecr_registry_scanning_configuration" "s" {{
  {scanning}
  scan_type = "BASIC"
  rule {{
    scan_frequency = "SCAN_ON_PUSH"
    repository_filter {{
      filter      = "*"
      filter_type = "WILDCARD"
    }}
  }}
}}
"#
    );
    judged(&text, "repository-not-scanned")
}

#[test]
fn a_registry_setting_counts_where_it_surely_is_there() {
    let cases = [
        ("", "", ""),
        ("", "count = var.on ? 1 : 0", "?r"),
        ("count = var.on ? 1 : 0", "count = var.on ? 1 : 0", ""),
        ("provider = aws.a", "provider = aws.a", ""),
        ("provider = aws.a", "provider = aws.b", "?r"),
        ("provider = aws.a", "", "?r"),
    ];
    for (repository, setting, expected) in cases {
        let found = scanning(repository, setting).replace("r[*]", "r");
        assert_eq!(found, expected, "{repository} | {setting}");
    }
}

#[test]
fn a_deny_of_a_registry_policy_that_may_not_be_there_protects_nothing_for_sure() {
    let with = |count: &str| {
        let text = format!(
            r#"
variable "on" {{ type = bool }}
resource "aws_ecr_account_setting" "s" {{
  name  = "REGISTRY_POLICY_SCOPE"
  value = "V2"
}}
resource "aws_ecr_registry_policy" "registry" {{
  {count}
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{
    Effect = "Deny", Principal = "*", Action = "ecr:*", Resource = "*",
    Condition = {{ StringNotEquals = {{ "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }} }}
  }}] }})
}}
resource "aws_ecr_repository_policy" "p" {{
  repository = "x"
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{
    Effect = "Allow", Principal = "*", Action = "ecr:BatchGetImage"
  }}] }})
}}
"#
        );
        judged(&text, "policy-public-access")
    };
    assert_eq!(with(""), "");
    assert_eq!(with("count = var.on ? 1 : 0"), "?p");
}

#[test]
fn destinations_and_filters_that_nobody_knows_are_told() {
    let dynamic = r#"
variable "to" { type = list(string) }
resource "aws_ecr_replication_configuration" "c" {
  replication_configuration {
    rule {
      dynamic "destination" {
        for_each = var.to
        content {
          region      = "eu-west-1"
          registry_id = destination.value
        }
      }
    }
  }
}
"#;
    assert_eq!(judged(dynamic, "replication-outside-organization"), "?c");
    let filters = r#"
variable "f" { type = any }
resource "awscc_ecr_repository" "r" {
  image_tag_mutability                   = "IMMUTABLE_WITH_EXCLUSION"
  image_tag_mutability_exclusion_filters = [var.f]
}
"#;
    assert_eq!(judged(filters, "repository-tags-mutable"), "?r");
}

#[test]
fn a_key_that_may_be_the_managed_one_is_not_taken_for_the_customers() {
    let with = |key: &str| {
        let text = format!(
            r#"
variable "x" {{ type = string }}
resource "aws_kms_key" "k" {{}}
resource "aws_ecr_repository" "r" {{
  name = "r"
  encryption_configuration {{
    encryption_type = "KMS"
    kms_key         = {key}
  }}
}}
"#
        );
        judged(&text, "repository-without-customer-key")
    };
    let cases = [
        ("null", "-r"),
        ("\"alias/aws/ecr\"", "-r"),
        ("\"alias/${var.x}/ecr\"", "?r"),
        ("\"alias/${var.x}\"", "?r"),
        ("\"alias/shop-${var.x}\"", ""),
        ("aws_kms_key.k.arn", ""),
        ("\"arn:aws:kms:eu-west-1:210987654321:key/1\"", ""),
    ];
    for (key, expected) in cases {
        assert_eq!(with(key), expected, "{key}");
    }
}

#[test]
fn instances_that_are_wrong_for_different_values_are_told_apart() {
    let text = r#"
resource "aws_ecr_repository" "r" {
  for_each             = { a = "MUTABLE", b = "MUTABLE", c = "IMMUTABLE" }
  name                 = each.key
  image_tag_mutability = each.value
}
resource "aws_ecr_repository" "s" {
  for_each             = toset(["a", "b"])
  name                 = each.key
  image_tag_mutability = "MUTABLE"
}
"#;
    let found = judged(text, "repository-tags-mutable");
    assert_eq!(found, "-r[\"a\"] -r[\"b\"] -s[\"a\"]");
}

#[test]
fn what_a_statement_may_hold_besides_is_no_pass() {
    let policy = |statement: &str| {
        format!(
            "variable \"s\" {{\n  type = map(string)\n}}\nresource \"aws_ecr_repository_policy\" \"p\" {{\n  repository = \"r\"\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{statement}] }})\n}}\n"
        )
    };
    let open = policy(
        "merge({ Effect = \"Allow\", Principal = { AWS = \"arn:aws:iam::210987654321:role/x\" } }, var.s)",
    );
    assert_eq!(judged(&open, "policy-wildcard-action"), "?p");
}
