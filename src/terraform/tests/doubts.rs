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

#[test]
fn groups_of_what_is_not_known_are_open() {
    let text = r#"
variable "who" {}
locals {
  by_key = { for k in ["a", "b", var.who] : k => k... }
  by_if  = { for k in ["a", "b"] : "all" => k... if k == "a" ? true : var.who == "c" }
}
output "a" {
  value = local.by_key["a"]
}
output "all" {
  value = local.by_if["all"]
}
"#;
    let case = Case::one(text);
    assert_eq!(case.output("a"), "[a …<`var.who` has no value>]");
    assert_eq!(case.output("all"), "[a …<`var.who` has no value>]");
}

#[test]
fn the_workspace_is_not_guessed() {
    let text = r#"
resource "aws_ecr_repository" "app" {
  name = "app"
  lifecycle {
    precondition {
      condition     = terraform.workspace != "default"
      error_message = "select a workspace"
    }
  }
}
output "w" {
  value = terraform.workspace
}
"#;
    let case = Case::one(text);
    let outside = "<`terraform.workspace` is chosen outside of the code>";
    assert_eq!(case.output("w"), outside);
    assert_eq!(case.told(), Vec::<String>::new());
    let of = |name: &str, world: &World| {
        let files = [("main.tf", text), (".terraform/environment", name)];
        let case = Case::of(&files, world);
        (case.output("w"), case.told().len())
    };
    let selected = World::default();
    assert_eq!(of("prod\n", &selected), ("prod".to_owned(), 0));
    assert_eq!(of("default", &selected), ("default".to_owned(), 1));
    let mut given = World::default();
    given.inputs.workspace = Some("default".to_owned());
    assert_eq!(of("prod", &given), ("default".to_owned(), 1));
}

#[test]
fn the_directory_where_terraform_runs_is_known_by_its_name() {
    let text = r#"
output "cwd" {
  value = path.cwd
}
output "name" {
  value = basename(path.cwd)
}
output "same" {
  value = basename(path.cwd) == basename(abspath(path.root))
}
"#;
    let case = Case::one(text);
    assert!(case.output("cwd").contains("where terraform is run"));
    assert!(!case.output("name").contains('<'));
    assert_eq!(case.output("same"), "true");
}

#[test]
fn a_resource_may_not_be_enabled() {
    let text = r#"
variable "on" {
  default = true
}
resource "aws_ecr_repository" "a" {
  name = "a"
  lifecycle {
    enabled = var.on
  }
}
output "name" {
  value = try(aws_ecr_repository.a.name, "none")
}
"#;
    let on = Case::one(text);
    assert_eq!(on.addresses(), ["aws_ecr_repository.a"]);
    assert_eq!(on.output("name"), "a");
    let off = Case::one(&text.replace("= true", "= false"));
    assert_eq!(off.addresses(), Vec::<&str>::new());
    assert_eq!(off.output("name"), "none");
    let open = Case::one(&text.replace("default = true", ""));
    assert_eq!(open.root.resources[0].exists, None);
    assert!(open.root.resources[0].doubt.is_some());
    assert_ne!(open.output("name"), "a");
    let json = r#"{"resource": {"aws_ecr_repository": {"a": {"name": "a", "lifecycle": {"enabled": false}}}}}"#;
    let json = Case::of(&[("main.tf.json", json)], &World::default());
    assert_eq!(json.addresses(), Vec::<&str>::new());
}

#[test]
fn what_the_provider_may_leave_null_is_not_compared_with_null() {
    let text = r#"
resource "aws_ecr_repository" "a" {
  name = "a"
  encryption_configuration {
    encryption_type = "KMS"
  }
}
output "key" {
  value = aws_ecr_repository.a.encryption_configuration[0].kms_key == null
}
output "arn" {
  value = aws_ecr_repository.a.arn == null
}
"#;
    let case = Case::one(text);
    assert_eq!(case.output("arn"), "false");
    let key = case.output("key");
    assert!(key.starts_with('<'), "{key}");
}

#[test]
fn values_that_double_are_bounded() {
    for (twice, first) in [
        ("\"${local.x}${local.x}\"", "\"abcdefgh\""),
        ("[local.x, local.x]", "[]"),
        ("var.y == 1 ? local.x : local.x", "var.y == 2 ? 1 : 2"),
    ] {
        let mut text = format!("variable \"y\" {{}}\nlocals {{\n  l00 = {first}\n");
        for i in 1..60 {
            let before = format!("local.l{:02}", i - 1);
            text.push_str(&format!(
                "  l{i:02} = {}\n",
                twice.replace("local.x", &before)
            ));
        }
        text.push_str("}\noutput \"o\" {\n  value = local.l59\n}\n");
        let case = Case::one(&text);
        let value = &case.root.outputs["o"];
        assert!(!value.is_wholly_known(), "{twice}");
    }
}

#[test]
fn a_module_that_calls_itself_is_not_evaluated() {
    let case = Case::of(
        &[
            ("main.tf", "module \"m\" {\n  source = \"./m\"\n}"),
            ("m/main.tf", "module \"again\" {\n  source = \"../m\"\n}"),
        ],
        &World::default(),
    );
    assert_eq!(case.told(), ["m/main.tf:1: module `again` calls itself"]);
    assert_eq!(case.root.blind_spots.len(), 1);
}

#[test]
fn a_way_without_end_is_shortened() {
    let file = Files::default().add("a", "");
    let mut value = Value::null(crate::span::Span::new(file, 0, 0));
    for i in 0..100_000 {
        let name = i.to_string().into();
        let span = value.place.span;
        value = value.through(Via::Local(name), span);
    }
    let steps: Vec<_> = value.place.steps().map(|s| s.via.clone()).collect();
    assert!(steps.len() <= 64);
    assert_eq!(steps[0], Via::Local("99999".into()));
    assert_eq!(steps[steps.len() - 1], Via::Local("0".into()));
}

#[test]
fn what_stands_around_an_undeclared_name_can_still_be_read() {
    let case = Case::one(
        "output \"text\" { value = \"a ${var.nowhere} z\" }\n\
         output \"tried\" { value = try(local.nowhere, \"b\") }\n\
         output \"object\" { value = { known = 1, other = aws_iam_role.nowhere.arn } }\n",
    );
    let mut told = case.told();
    told.sort();
    assert_eq!(
        told,
        [
            "main.tf:1: `var.nowhere` is declared nowhere in its module",
            "main.tf:2: `local.nowhere` is declared nowhere in its module",
            "main.tf:3: `aws_iam_role.nowhere` is declared nowhere in its module",
        ]
    );
    assert!(
        case.output("text").starts_with("a <"),
        "{}",
        case.output("text")
    );
    assert_ne!(case.output("tried"), "b");
    assert!(case.output("object").contains("known: 1"));
}

/// What terraform plans before it has applied need not be what it plans then.
#[test]
fn what_may_fail_after_apply_is_not_certain() {
    let text = r#"
resource "terraform_data" "x" {}
resource "aws_ecr_repository" "r" {
  name                 = "r"
  image_tag_mutability = try({ n = tonumber(terraform_data.x.id), m = "IMMUTABLE" }.m, "MUTABLE")
}
output "can" { value = can({ n = tonumber(terraform_data.x.id), m = 1 }.m) }
output "nested" { value = try(try({ n = tonumber(terraform_data.x.id), m = 1 }.m), 2) }
output "same" { value = try({ n = tonumber(terraform_data.x.id), m = 1 }.m, 1) }
output "carried" { value = try(lookup({ n = terraform_data.x.id, m = "a" }, "m", "b"), "c") }
output "equal" { value = try({ n = terraform_data.x.id == "a", m = 1 }.m, 2) }
output "sum" { value = try({ n = terraform_data.x.id + 1, m = 1 }.m, 2) }
"#;
    let case = Case::one(text);
    let late = "<`terraform_data.x.id` is known after apply>";
    let mutability = case.get("aws_ecr_repository.r", "image_tag_mutability");
    assert_eq!(show(&mutability), late);
    let either = &mutability.as_unknown().unwrap().either;
    let either: Vec<String> = either.iter().flatten().map(show).collect();
    assert_eq!(either, ["IMMUTABLE", "MUTABLE"]);
    for (name, value) in [
        ("can", late),
        ("nested", late),
        ("same", "1"),
        ("carried", "a"),
        ("equal", "1"),
        ("sum", late),
    ] {
        assert_eq!(case.output(name), value, "{name}");
    }
}
