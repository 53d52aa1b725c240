//! What is claimed to be known about an expression stays right once its unknown inputs have values.

use super::{Case, show};
use crate::terraform::functions::tests::claims::true_of;
use crate::value::{Kind, Value};
use crate::world::World;
use proptest::prelude::*;

/// The inputs: type and a value.
const INPUTS: [(&str, &str, &str); 8] = [
    ("s", "string", "\"a\""),
    ("t", "string", "\"b\""),
    ("u", "string", "\"0\""),
    ("n", "number", "1"),
    ("b", "bool", "true"),
    ("l", "list(string)", "[\"b\", \"a\"]"),
    ("m", "map(string)", "{ a = \"b\", c = \"a\" }"),
    ("d", "any", "[\"a\", null, 2]"),
];

/// Texts, with the names that iterations bring along.
fn text(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("\"a\"".to_owned()),
        Just("\"b\"".to_owned()),
        Just("var.s".to_owned()),
        Just("var.t".to_owned()),
        Just("var.u".to_owned()),
        Just("var.d[0]".to_owned()),
        Just("each_or_not".to_owned()),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let d = depth - 1;
    prop_oneof![
        3 => leaf,
        1 => text(d).prop_map(|s| format!("\"${{{s}}}-x\"")),
        1 => (truth(d), text(d), text(d)).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})")),
        2 => (list(d), 0..3).prop_map(|(l, i)| format!("{l}[{i}]")),
        1 => (list(d), number()).prop_map(|(l, i)| format!("{l}[{i}]")),
        2 => (map(d), text(d)).prop_map(|(m, k)| format!("{m}[{k}]")),
        1 => map(d).prop_map(|m| format!("{m}.a")),
        2 => (text(d), text(d)).prop_map(|(a, b)| format!("try({a}, {b})")),
        1 => (text(d), text(d)).prop_map(|(a, b)| format!("{{ n = tonumber({a}), m = {b} }}.m")),
        1 => text(d).prop_map(|a| format!("tostring(tonumber({a}))")),
        1 => (map(d), text(d), text(d)).prop_map(|(m, k, a)| format!("lookup({m}, {k}, {a})")),
        1 => list(d).prop_map(|l| format!("join(\",\", {l})")),
        1 => (text(d), text(d)).prop_map(|(a, b)| format!("jsonencode([{a}, {b}])")),
        1 => (list(d), text(d)).prop_map(|(l, s)| format!("\"%{{ for x in {l} }}${{x}}${{{s}}}%{{ endfor }}\"")),
        1 => list(d).prop_map(|l| format!("\"%{{ for x in toset({l}) }}${{x}},%{{ endfor }}\"")),
        1 => (truth(d), text(d)).prop_map(|(c, s)| format!("\"p%{{ if {c} }}${{{s}}}%{{ endif }}q\"")),
    ]
    .boxed()
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("0".to_owned()),
        Just("1".to_owned()),
        Just("var.n".to_owned()),
        Just("(var.n - 1)".to_owned()),
        Just("length(var.l)".to_owned()),
    ]
}

fn truth(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("var.b".to_owned()),
        Just("true".to_owned()),
        Just("(var.n > 1)".to_owned()),
        Just("(var.s == \"a\")".to_owned()),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let d = depth - 1;
    prop_oneof![
        2 => leaf,
        1 => (text(d), text(d)).prop_map(|(a, b)| format!("({a} == {b})")),
        1 => (list(d), list(d)).prop_map(|(a, b)| format!("({a} == {b})")),
        1 => (truth(d), truth(d)).prop_map(|(a, b)| format!("({a} && {b})")),
        1 => truth(d).prop_map(|a| format!("!{a}")),
        1 => (list(d), text(d)).prop_map(|(l, s)| format!("contains({l}, {s})")),
        1 => (list(d), number()).prop_map(|(l, n)| format!("(length({l}) == {n})")),
        1 => (list(d), 0..3).prop_map(|(l, i)| format!("can({l}[{i}])")),
        1 => (map(d), text(d)).prop_map(|(m, k)| format!("can({m}[{k}])")),
    ]
    .boxed()
}

fn list(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![Just("var.l".to_owned()), Just("[\"a\", \"b\"]".to_owned())];
    if depth == 0 {
        return leaf.boxed();
    }
    let d = depth - 1;
    let inside = || text(d).prop_map(|s| s.replace("each_or_not", "x"));
    let condition = || truth(d).prop_map(|s| s.replace("each_or_not", "x"));
    prop_oneof![
        2 => leaf,
        2 => (text(d), text(d)).prop_map(|(a, b)| format!("[{a}, {b}]")),
        1 => (truth(d), list(d), list(d)).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})")),
        2 => (list(d), inside()).prop_map(|(l, s)| format!("[for x in {l} : {s}]")),
        2 => (list(d), condition()).prop_map(|(l, c)| format!("[for x in {l} : x if {c}]")),
        2 => (list(d), inside()).prop_map(|(l, s)| format!("[for x in toset({l}) : {s}]")),
        1 => list(d).prop_map(|l| format!("[for i, x in {l} : \"${{i}}${{x}}\"]")),
        1 => (map(d), inside()).prop_map(|(m, s)| format!("[for k, x in {m} : {s}]")),
        1 => map(d).prop_map(|m| format!("keys({m})")),
        1 => list(d).prop_map(|l| format!("tolist(toset({l}))")),
        1 => list(d).prop_map(|l| format!("toset({l})[*]")),
        1 => (list(d), list(d)).prop_map(|(a, b)| format!("concat({a}, {b})")),
    ]
    .boxed()
}

fn map(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![Just("var.m".to_owned()), Just("{ a = \"b\" }".to_owned())];
    if depth == 0 {
        return leaf.boxed();
    }
    let d = depth - 1;
    let inside = || text(d).prop_map(|s| s.replace("each_or_not", "x"));
    let pair = (text(d), text(d), text(d), text(d));
    prop_oneof![
        2 => leaf,
        2 => pair.prop_map(|(a, b, c, e)| format!("{{ ({a}) = {b}, ({c}) = {e} }}")),
        1 => (list(d), inside()).prop_map(|(l, s)| format!("{{ for x in toset({l}) : x => {s} }}")),
        1 => (list(d), inside()).prop_map(|(l, s)| format!("{{ for x in {l} : {s} => x... }}")),
        1 => (list(d), inside()).prop_map(|(l, s)| format!("{{ for x in toset({l}) : {s} => x... }}")),
        1 => (map(d), map(d)).prop_map(|(a, b)| format!("merge({a}, {b})")),
        1 => (truth(d), map(d), map(d)).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})")),
    ]
    .boxed()
}

/// The value of an expression, the inputs given or not, and what was told. `late`: texts that are not given are known after
/// apply.
fn value(expr: &str, given: &[bool], late: bool) -> (Option<Value>, Vec<String>) {
    let mut code = String::new();
    let mut expr = expr.to_owned();
    for ((name, ty, value), given) in INPUTS.iter().zip(given) {
        if late && !given && *ty == "string" {
            let id = format!("terraform_data.{name}.id");
            expr = expr.replace(&format!("var.{name}"), &id);
            code.push_str(&format!("resource \"terraform_data\" \"{name}\" {{}}\n"));
            continue;
        }
        let default = if *given {
            format!("default = {value}")
        } else {
            "nullable = false".to_owned()
        };
        code.push_str(&format!(
            "variable \"{name}\" {{\n  type = {ty}\n  {default}\n}}\n"
        ));
    }
    code.push_str(&format!("output \"o\" {{\n  value = {expr}\n}}\n"));
    let files = crate::span::Files::default();
    let id = files.add("main.tf", code);
    let (root, diagnostics) = crate::terraform::evaluate_text(&files, id, &World::default());
    let told = diagnostics.iter().map(|d| d.message.clone()).collect();
    (root.outputs.get("o").cloned(), told)
}

/// As [`true_of`], and one of the possible values is the one that comes.
fn holds(seen: &Value, whole: &Value) -> bool {
    match (&seen.kind, &whole.kind) {
        (Kind::Unknown(u), _) if !u.either.is_empty() => u.either.iter().any(|case| match case {
            Some(case) => holds(case, whole),
            None => whole.is_null(),
        }),
        _ => true_of(seen, whole),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]
    #[test]
    fn what_is_claimed_of_an_expression_is_true(
        expr in prop_oneof![text(3), list(3), map(3), truth(3)],
        given in prop::collection::vec(any::<bool>(), INPUTS.len()),
        late in any::<bool>(),
    ) {
        let expr = expr.replace("each_or_not", "\"e\"");
        let (whole, told) = value(&expr, &[true; INPUTS.len()], false);
        if !told.is_empty() {
            return Ok(());
        }
        let (seen, told) = value(&expr, &given, late);
        // what fails where it is not chosen is refused where nobody knows what is chosen
        if told.iter().any(|t| t.contains("types that do not fit")) {
            return Ok(());
        }
        prop_assert!(told.is_empty(), "{expr}: {told:?} without {given:?}");
        let (seen, whole) = (seen.unwrap(), whole.unwrap());
        prop_assert!(holds(&seen, &whole), "{expr} is {}, with all inputs {}", show(&seen), show(&whole));
    }
}

#[test]
fn elements_of_unknown_order_are_not_numbered() {
    let case = Case::one(
        r#"
variable "x" {}
variable "y" {}
locals {
  set   = toset(["b", "a", var.x])
  list  = [for s in local.set : s]
  splat = local.set[*]
  some  = concat([for s in ["a"] : s if var.y], ["b"])
}
resource "aws_ecr_repository" "r" {
  count = var.y ? 1 : 0
  name  = "r"
}
output "first" { value = [local.list[0], local.splat[0], "%{ for s in local.set }${s}%{ endfor }"] }
output "numbered" { value = [for i, s in local.some : i] }
output "names" { value = aws_ecr_repository.r[*].name }
output "failing" { value = var.y ? ["a"][0] : ["a"][1] }
output "groups" { value = { for s in [var.x, "c"] : s => 1... } }
"#,
    );
    assert_eq!(case.told(), Vec::<String>::new());
    let (x, y) = ("<`var.x` has no value>", "<`var.y` has no value>");
    assert_eq!(case.output("first"), format!("[{x}, {x}, {x}]"));
    assert_eq!(case.output("numbered"), format!("[{y} …{y}]"));
    assert_eq!(case.output("names"), format!("[ …{y}]"));
    assert_eq!(case.output("failing"), y);
    assert_eq!(case.output("groups"), format!("{{c: [1 …{x}] …{x}}}"));
}

#[test]
fn what_the_code_refuses_is_told() {
    let code = r#"
variable "x" {
  default = "bad"
  validation {
    condition     = startswith(var.x, "good")
    error_message = "It must be good."
  }
  validation {
    condition     = var.y == 1
    error_message = "nobody knows"
  }
}
variable "y" {}
resource "aws_ecr_repository" "r" {
  name = "r"
  lifecycle {
    precondition {
      condition     = var.x != "bad"
      error_message = "no ${var.y}"
    }
    precondition {
      condition     = var.y
      error_message = "no"
    }
    postcondition {
      condition     = self.image_tag_mutability == "IMMUTABLE"
      error_message = "tags move"
    }
    postcondition {
      condition     = self.registry_id == "111122223333"
      error_message = "nobody knows"
    }
  }
}
"#;
    let given = [("main.tf", code), ("terraform.tfvars", "x = \"bad\"\n")];
    assert_eq!(
        Case::of(&given, &World::default()).told(),
        [
            "terraform.tfvars:1: the value of `var.x` is refused: It must be good",
            "main.tf:17: a precondition of `aws_ecr_repository.r` does not hold",
        ]
    );
    let good = code.replace("\"bad\"\n  v", "\"good\"\n  v");
    assert_eq!(
        Case::one(&good).told(),
        ["main.tf:25: a postcondition of `aws_ecr_repository.r` does not hold: tags move"]
    );
    let name = "name = \"r\"\n";
    let better = good.replace(
        name,
        &format!("{name}  image_tag_mutability = \"IMMUTABLE\"\n"),
    );
    assert_eq!(Case::one(&better).told(), Vec::<String>::new());
}

#[test]
fn what_terraform_refuses_of_outputs_and_keys_is_told() {
    let code = r#"
variable "token" {
  ephemeral = true
  default   = "t"
}
variable "secret" {
  sensitive = true
  default   = ["a"]
}
data "aws_region" "r" {
  lifecycle {
    precondition {
      condition     = length(var.secret) > 1
      error_message = "more"
    }
  }
}
resource "aws_ecr_repository" "n" {
  for_each = toset([1, 2])
  name     = each.key
}
resource "aws_ecr_repository" "s" {
  for_each = toset(var.secret)
  name     = each.key
}
resource "aws_ecr_repository" "v" {
  for_each = { a = sensitive("x") }
  name     = each.key
}
output "o" {
  value = 1
  precondition {
    condition     = length(["a"]) == 2
    error_message = "two"
  }
}
output "t" {
  value = [ephemeralasnull(var.token), ephemeralasnull({ a = "x-${var.token}", b = 1 })]
}
output "u" {
  value = { a = "x-${var.token}" }
}
output "c" {
  value = can(var.token)
}
output "e" {
  value     = 1
  ephemeral = true
}
resource "terraform_data" "t" {
  input = [var.token]
}
resource "aws_ecr_repository" "t" {
  count = var.token
  name  = "t"
}
"#;
    let case = Case::one(code);
    assert_eq!(
        case.told(),
        [
            "main.tf:32: a precondition of `output.o` does not hold: two",
            "main.tf:12: a precondition of `data.aws_region.r` does not hold: more",
            "main.tf:19: `for_each` is a set of something else than texts",
            "main.tf:23: `for_each` is sensitive, and its keys would be shown",
            "main.tf:51: `input` holds an ephemeral value: `var.token` is ephemeral",
            "main.tf:54: `count` is ephemeral",
            "main.tf:46: output `e` of the root module cannot be ephemeral",
            "main.tf:40: output `u` holds an ephemeral value: `var.token` is ephemeral",
        ]
    );
    assert_eq!(case.output("t"), "[null, {a: null, b: 1}]");
    assert_eq!(case.output("c"), "<`var.token` is ephemeral>");
}

#[test]
fn ephemeral_values_go_through_modules() {
    let inner = r#"
variable "plain" {}
variable "token" {
  ephemeral = true
}
output "plain" {
  value = var.plain
}
output "token" {
  value     = upper(var.token)
  ephemeral = true
}
output "kept" {
  value = var.token
}
"#;
    let main = r#"
module "m" {
  source = "./m"
  plain  = { a = terraform.applying }
  token  = "known, but ephemeral in there"
}
output "token" {
  value = module.m.token
}
output "others" {
  value = [module.m.plain, module.m.kept]
}
output "computed" {
  value = length(module.m.token) > 1
}
output "null" {
  value = ephemeralasnull(module.m.token)
}
"#;
    let case = Case::of(
        &[("main.tf", main), ("m/main.tf", inner)],
        &World::default(),
    );
    let mut told = case.told();
    told.sort();
    assert_eq!(
        told,
        [
            "m/main.tf:13: output `kept` holds an ephemeral value: `module.m.var.token` is ephemeral",
            "main.tf:4: argument `plain` holds an ephemeral value: `terraform.applying` is ephemeral",
            "main.tf:7: output `token` holds an ephemeral value: `module.m.output.token` is ephemeral",
        ]
    );
    assert_eq!(case.output("null"), "null");
}
