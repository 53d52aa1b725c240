//! The ways that values came.

use super::*;

#[test]
fn a_value_tells_the_way_it_came() {
    let case = Case::of(
        &[
            (
                "main.tf",
                "module \"m\" {\n  source = \"./m\"\n  name   = var.name\n}\n",
            ),
            (
                "variables.tf",
                "variable \"name\" {\n  default = \"a\"\n}\n",
            ),
            ("terraform.tfvars", "\nname = \"b\"\n"),
            (
                "m/main.tf",
                "variable \"name\" {}\nlocals {\n  n = var.name\n}\nresource \"aws_ecr_repository\" \"r\" {\n  name = local.n\n}\n",
            ),
        ],
        &World::default(),
    );
    assert_eq!(case.told(), Vec::<String>::new());
    let name = case.get("module.m.aws_ecr_repository.r", "name");
    assert_eq!(show(&name), "b");
    assert_eq!(
        case.way(&name),
        [
            "local.n m/main.tf:6",
            "var.name m/main.tf:3",
            "argument name main.tf:3",
            "var.name main.tf:3",
            "input terraform.tfvars terraform.tfvars:2",
            "terraform.tfvars:2",
        ]
    );
    let key = case.files.location(name.place.key.unwrap());
    assert_eq!((key.path.as_str(), key.line), ("m/main.tf", 6));
}

#[test]
fn a_leaf_inside_an_encoded_policy_tells_the_way_it_came() {
    let case = Case::one(
        r#"
variable "accounts" {
  default = ["111122223333"]
}
resource "aws_ecr_repository_policy" "p" {
  repository = "x"
  policy = jsonencode({
    Statement = [{ Principal = { AWS = [for a in var.accounts : a] } }]
  })
}
"#,
    );
    assert_eq!(case.told(), Vec::<String>::new());
    let policy = case.get("aws_ecr_repository_policy.p", "policy");
    let tree = policy.as_text().unwrap().json().unwrap();
    let leaf = &tree.get("Statement").unwrap().items()[0]
        .get("Principal")
        .unwrap()
        .get("AWS")
        .unwrap()
        .items()[0];
    assert_eq!(show(leaf), "111122223333");
    assert_eq!(
        case.way(leaf),
        [
            "var.accounts main.tf:8",
            "default accounts main.tf:3",
            "main.tf:3"
        ]
    );
}
