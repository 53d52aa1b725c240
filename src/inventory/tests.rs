use super::*;
use crate::span::Files;
use crate::world::World;

/// What is attached to the first repository: the addresses, "no", or why it cannot be told.
fn lifecycle(text: &str) -> String {
    let files = Files::default();
    let id = files.add("main.tf", text);
    let (root, diagnostics) = crate::terraform::evaluate_text(&files, id, &World::default());
    assert_eq!(diagnostics, []);
    told(vec![root])
}

fn told(roots: Vec<Root>) -> String {
    let inventory = Inventory::build(roots);
    let (to, _) = inventory.of_kind("repository").next().unwrap();
    match inventory.attached(to, "lifecycle_policy") {
        Attached::Yes(found) => (found.iter())
            .filter_map(|i| Some(inventory.resources.get(*i)?.raw.address.as_str()))
            .collect::<Vec<_>>()
            .join(" "),
        Attached::No => "no".to_owned(),
        Attached::Unknown(why) => why.reason.to_string(),
    }
}

/// A repository and its lifecycle policy, with what says how many there are of each.
fn pair(repository: &str, policy: &str, names: &str) -> String {
    lifecycle(&format!(
        r#"
variable "x" {{}}
variable "y" {{}}
resource "aws_ecr_repository" "r" {{
  {repository}
  name = "r"
}}
resource "aws_ecr_lifecycle_policy" "p" {{
  {policy}
  repository = {names}
  policy     = "{{}}"
}}
"#
    ))
}

#[test]
fn what_hangs_on_the_same_condition_is_attached() {
    let switch = "count = var.x ? 1 : 0";
    let set = "for_each = toset(var.x)";
    let all = "for_each = aws_ecr_repository.r";
    let (one, own) = ("aws_ecr_repository.r[0].name", "each.value.name");
    let each = "aws_ecr_repository.r[each.key].name";
    let index = "aws_ecr_repository.r[count.index].name";
    let length = "count = length(aws_ecr_repository.r)";
    for (repository, policy, names) in [
        ("", "", "aws_ecr_repository.r.name"),
        (switch, switch, one),
        (set, set, each),
        (set, all, own),
        (set, all, each),
        (switch, length, index),
        ("count = var.x", length, index),
        ("for_each = var.x ? { a = 1, b = 2 } : {}", all, own),
    ] {
        let got = pair(repository, policy, names);
        assert!(
            got.starts_with("aws_ecr_lifecycle_policy.p"),
            "{repository} {policy} {names}: {got}"
        );
    }
}

#[test]
fn what_may_be_missing_beside_a_repository_is_not_attached_for_certain() {
    let switch = "count = var.x ? 1 : 0";
    let set = "for_each = toset(var.x)";
    let one = "aws_ecr_repository.r[0].name";
    for (repository, policy, names) in [
        ("", switch, "aws_ecr_repository.r.name"),
        (switch, "count = var.x ? 0 : 1", one),
        (switch, "count = var.x && var.y ? 1 : 0", one),
        (switch, "count = var.y ? 1 : 0", one),
        // one policy does not do for all repositories
        (set, "", "aws_ecr_repository.r[\"a\"].name"),
        (set, set, "aws_ecr_repository.r[\"a\"].name"),
        ("count = var.x", "", one),
        ("count = var.x", "count = var.x", one),
    ] {
        let got = pair(repository, policy, names);
        assert!(
            got.ends_with("has no value"),
            "{repository} {policy} {names}: {got}"
        );
    }
}

#[test]
fn a_policy_of_a_surely_attached_kind_does_for_a_doubtful_repository() {
    let got = pair("count = var.x ? 1 : 0", "", "aws_ecr_repository.r[0].name");
    assert_eq!(got, "aws_ecr_lifecycle_policy.p");
}

#[test]
fn conditions_of_a_template_are_told_apart() {
    let template = |condition: &str| {
        let text = format!(
            r#"{{"Parameters": {{"P": {{"Type": "String"}}, "Q": {{"Type": "String"}}}},
            "Conditions": {{"A": {{"Fn::Equals": [{{"Ref": "P"}}, "a"]}}, "B": {{"Fn::Equals": [{{"Ref": "Q"}}, "b"]}}}},
            "Resources": {{
              "R": {{"Type": "AWS::ECR::Repository", "Condition": "A", "Properties": {{"RepositoryName": "r"}}}},
              "S": {{"Type": "AWS::EC2::VPCEndpoint", "Condition": "{condition}", "Properties": {{}}}}}}}}"#
        );
        let files = Files::default();
        let id = files.add("t.json", text.as_str());
        let (root, _) = crate::cloudformation::resolve(&files, id, &World::default());
        let doubts = (root.resources.iter()).map(|r| r.doubt.as_ref().unwrap().conditions.clone());
        doubts.collect::<Vec<_>>()
    };
    let same = template("A");
    assert_eq!(same[0], same[1]);
    let other = template("B");
    assert_ne!(other[0], other[1]);
}
