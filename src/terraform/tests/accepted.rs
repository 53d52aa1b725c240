//! Spellings that are easily taken for mistakes and that terraform accepts.

use super::*;
use crate::diagnostic::Level;

#[test]
fn aliases_are_keys_of_what_a_call_passes() {
    let root = r#"provider "aws" {
  alias  = "dr-1"
  region = "eu-west-1"
}
module "m" {
  source    = "./m"
  providers = {
    # the copies
    aws.copy-to = aws.dr-1
  }
}
output "arn" { value = module.m.arn }"#;
    let module = r#"terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.copy-to]
    }
  }
}
resource "aws_ecr_repository" "r" {
  provider = aws.copy-to
  name     = "app"
}
output "arn" { value = aws_ecr_repository.r.arn }"#;
    let case = Case::of(
        &[("main.tf", root), ("m/main.tf", module)],
        &World::default(),
    );
    assert_eq!(case.told(), [""; 0]);
    let arn = case.output("arn");
    assert_eq!(arn, "arn:aws:ecr:eu-west-1:<Account>:repository/app");
}

#[test]
fn a_key_with_dots_is_refused_where_it_means_a_value() {
    let case = Case::one(
        r#"locals {
  k = { a = "z" }
  i = "a"
}
output "o" {
  value = { local.k.a = 1 }
}
output "p" {
  value = { local.k["a"] = 1 }
}
output "q" {
  value = { (local.k.a) = 1, local.k[local.i] = 2 }
}"#,
    );
    let message = "the key of an object is ambiguous";
    let want = [
        format!("main.tf:6: {message}"),
        format!("main.tf:9: {message}"),
    ];
    assert_eq!(case.told(), want);
}

#[test]
fn a_resource_has_a_long_name() {
    let case = Case::one(
        r#"resource "aws_ecr_repository" "r" {
  name = "app"
}
resource "aws_ecr_repository_policy" "p" {
  repository = resource.aws_ecr_repository.r.name
  policy     = "{}"
}"#,
    );
    assert_eq!(case.told(), [""; 0]);
    let repository = case.get("aws_ecr_repository_policy.p", "repository");
    assert_eq!(repository.as_str(), Some("app"));
}

/// <https://github.com/hashicorp/terraform-provider-aws/issues/40639>: keys and buckets take a `Sid` with spaces.
#[test]
fn a_sid_holds_any_text() {
    let case = Case::one(
        r#"data "aws_iam_policy_document" "d" {
  statement {
    sid     = "Enable IAM User Permissions"
    actions = ["kms:*"]
  }
}
output "d" {
  value = jsondecode(data.aws_iam_policy_document.d.json).Statement[0].Sid
}"#,
    );
    assert_eq!(case.told(), [""; 0]);
    assert_eq!(case.output("d"), "Enable IAM User Permissions");
}

/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs#default_tags>
#[test]
fn a_provider_gives_tags() {
    let case = Case::one(
        r#"variable "x" {}
provider "aws" {
  default_tags {
    tags = { team = "a", stage = "test" }
  }
}
resource "aws_ecr_repository" "a" {
  name = "a"
  tags = { stage = "prod" }
}
resource "aws_ecr_repository" "b" {
  name = "b"
}
resource "aws_ecr_repository" "c" {
  name = "c"
  tags = var.x
}
output "o" { value = [aws_ecr_repository.a.tags_all, aws_ecr_repository.b.tags_all, aws_ecr_repository.c.tags_all] }"#,
    );
    assert_eq!(case.told(), [""; 0]);
    let unknown = "<`var.x` has no value>";
    assert_eq!(
        case.output("o"),
        format!(
            "[{{stage: prod, team: a}}, {{stage: test, team: a}}, \
             {{stage: {unknown}, team: {unknown} …{unknown}}}]"
        )
    );
}

/// OpenTofu: <https://opentofu.org/docs/language/providers/configuration/#for_each-multiple-instances-of-a-provider-configuration>
#[test]
fn a_provider_that_is_picked_gives_tags() {
    let main = |chosen: &str| {
        format!(
            r#"provider "aws" {{
  alias    = "by"
  for_each = {{ a = "eu-west-1" }}
  region   = each.value
  default_tags {{
    tags = {{ team = "a", region = each.value }}
  }}
}}
resource "aws_ecr_repository" "a" {{
  provider = {chosen}
  name     = "a"
  tags     = {{ stage = "prod" }}
}}
module "m" {{
  source    = "./m"
  providers = {{ aws = {chosen} }}
}}
output "o" {{ value = [aws_ecr_repository.a.tags_all, module.m.tags] }}"#
        )
    };
    let inner = r#"resource "aws_ecr_repository" "b" {
  name = "b"
}
output "tags" { value = aws_ecr_repository.b.tags_all }"#;
    let tags = |chosen: &str| {
        let files = [("main.tf", &*main(chosen)), ("m/main.tf", inner)];
        let case = Case::of(&files, &World::default());
        assert_eq!(case.told(), [""; 0]);
        case.output("o")
    };
    let several = "<its provider has instances>";
    let (own, both) = ("stage: prod", format!("region: {several}"));
    assert_eq!(
        tags("aws.by[\"a\"]"),
        format!("[{{{both}, {own}, team: a}}, {{{both}, team: a}}]")
    );
    for (chosen, here, there) in [
        (
            "(true ? aws.by : aws.by)",
            "its provider is chosen by an expression",
            "no provider is passed for `aws`",
        ),
        (
            "aws.other",
            "provider `aws.other` is configured nowhere",
            "provider `aws.other` is configured nowhere",
        ),
    ] {
        let want = format!("[{{{own} …<{here}>}}, <{there}>]");
        assert_eq!(tags(chosen), want);
    }
}

#[test]
fn a_refused_default_is_no_value() {
    let case = Case::one(
        r#"variable "m" {
  default = ""
  validation {
    condition     = var.m != ""
    error_message = "Say which."
  }
}
resource "aws_ecr_repository" "r" {
  name                 = "app"
  image_tag_mutability = var.m
}
output "m" { value = var.m }"#,
    );
    let problem = &case.diagnostics[0];
    assert_eq!((case.diagnostics.len(), problem.level), (1, Level::Warning));
    assert_eq!(
        problem.message,
        "`var.m` needs a value, since its default is refused: Say which"
    );
    assert_eq!(case.output("m"), "<`var.m` has no value>");
    let mutability = case.get("aws_ecr_repository.r", "image_tag_mutability");
    assert!(mutability.as_unknown().is_some());
}

#[test]
fn what_is_not_built_yet_costs_an_argument_only() {
    let case = Case::one(
        r#"resource "aws_lambda_function" "f" {
  function_name    = "f"
  image_uri        = "x:latest"
  source_code_hash = filebase64sha256("f.zip")
}
output "hash" { value = filesha256("f.zip") }"#,
    );
    let levels: Vec<Level> = case.diagnostics.iter().map(|d| d.level).collect();
    assert_eq!(levels, [Level::Warning, Level::Error], "{:?}", case.told());
    let image = case.get("aws_lambda_function.f", "image_uri");
    assert_eq!(image.as_str(), Some("x:latest"));
}

/// As real terraform says for each.
#[test]
fn an_object_stands_beside_an_empty_map() {
    outputs(
        r#"variable "x" {}
output "a" { value = true ? { a = { q = 1 }, b = { q = [1] } } : tomap({}) }
output "b" { value = true ? { a = 1, b = [1] } : tomap({}) }
output "c" { value = false ? { a = true, b = 1, c = var.x } : {} }
output "d" { value = false ? { a = true, b = 1, c = null } : {} }
"#,
        &[
            ("a", "{a: {q: 1}, b: {q: [1]}}"),
            ("b", "{a: 1, b: [1]}"),
            ("c", "{}"),
            ("d", "{}"),
        ],
    );
    for refused in [
        "true ? { a = 1, b = [1] } : tomap({ x = 1 })",
        "false ? { a = true, b = [1], c = \"x\" } : {}",
        "true ? [1, {}] : []",
    ] {
        let case = Case::one(&format!("output \"o\" {{ value = {refused} }}"));
        assert_eq!(case.diagnostics.len(), 1, "{refused}");
    }
}
