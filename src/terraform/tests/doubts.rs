//! What must not be taken for known.

use super::*;

fn account(text: &str, address: &str) -> String {
    show(&Case::one(text).resource(address).account)
}

#[test]
fn a_provider_may_assume_a_role_by_a_dynamic_block() {
    let open = r#"
variable "role" {}
provider "aws" {
  allowed_account_ids = ["111122223333"]
  dynamic "assume_role" {
    for_each = var.role == "" ? [] : [1]
    content {
      role_arn = var.role
    }
  }
}
resource "aws_ecr_repository" "a" {
  name = "a"
}
"#;
    let account_of = account(open, "aws_ecr_repository.a");
    assert!(
        account_of.starts_with("<its provider may assume a role: "),
        "{account_of}"
    );
    let given = open.replace(
        "variable \"role\" {}",
        "variable \"role\" {\n default = \"arn:aws:iam::210987654321:role/x\"\n}",
    );
    assert_eq!(account(&given, "aws_ecr_repository.a"), "210987654321");
    let none = given.replace("arn:aws:iam::210987654321:role/x", "");
    assert_eq!(account(&none, "aws_ecr_repository.a"), "111122223333");
}

#[test]
fn a_dynamic_block_of_a_provider_may_stand_in_json() {
    let json = r#"{
"variable": {"roles": {}},
"provider": {"aws": {"dynamic": {"assume_role": {
  "for_each": "${var.roles}", "content": {"role_arn": "${assume_role.value}"}}}}},
"resource": {"aws_ecr_repository": {"a": {"name": "a"}}}
}"#;
    let case = Case::of(&[("main.tf.json", json)], &World::default());
    let account = show(&case.resource("aws_ecr_repository.a").account);
    assert!(
        account.starts_with("<its provider may assume a role: "),
        "{account}"
    );
}

#[test]
fn an_account_may_be_written_as_a_number() {
    let text = r#"
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = [210987654321]
}
resource "aws_ecr_repository" "a" {
  name = "a"
}
output "arn" {
  value = aws_ecr_repository.a.arn
}
"#;
    assert_eq!(account(text, "aws_ecr_repository.a"), "210987654321");
    let arn = Case::one(text).output("arn");
    assert_eq!(arn, "arn:aws:ecr:eu-west-1:210987654321:repository/a");
}
