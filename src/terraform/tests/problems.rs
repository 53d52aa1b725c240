//! What is told, and what goes on all the same.

use super::*;

#[test]
fn problems_are_told_once_and_the_rest_goes_on() {
    let case = Case::one(
        r#"
locals {
  a = local.b
  b = local.a
}
resource "aws_ecr_repository" "r" {
  count = 2
  name  = nosuch.thing.name
  tags  = { x = 1 + "a" }
  image_tag_mutability = "IMMUTABLE"
}
output "o" { value = local.a }
output "v" { value = var.nowhere }
output "b" { value = [1, 2 }
"#,
    );
    let told = case.told();
    assert_eq!(told.len(), 5, "{told:#?}");
    assert_eq!(
        show(&case.get("aws_ecr_repository.r[1]", "image_tag_mutability")),
        "IMMUTABLE"
    );
    assert!(case.output("o").contains("depends on itself"));
}

#[test]
fn a_sensitive_output_must_be_declared() {
    let case = Case::one(
        "variable \"s\" {\n  sensitive = true\n  default = \"x\"\n}\noutput \"a\" {\n  value = var.s\n}\noutput \"b\" {\n  value = \"${var.s}!\"\n  sensitive = true\n}\n",
    );
    assert_eq!(
        case.told(),
        ["main.tf:5: output `a` holds a sensitive value"]
    );
    assert!(case.root.outputs["b"].sensitive);
}

/// A rule of another variable may have asked for the local before the default is refused.
#[test]
fn what_was_made_of_a_refused_default_is_made_anew() {
    let case = Case::one(
        r#"variable "a" {
  default = 1
  validation {
    condition     = local.mode != "x"
    error_message = "no"
  }
}
variable "b" {
  default = "IMMUTABLE"
  validation {
    condition     = var.b != "IMMUTABLE"
    error_message = "no"
  }
}
locals { mode = var.b }
resource "aws_ecr_repository" "r" {
  name                 = "app"
  image_tag_mutability = local.mode
}"#,
    );
    let mode = case.get("aws_ecr_repository.r", "image_tag_mutability");
    assert!(mode.as_unknown().is_some(), "{}", show(&mode));
}
