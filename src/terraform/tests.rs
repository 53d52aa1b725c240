mod accepted;
mod claims;
mod deployment;
mod doubts;
mod files;
mod problems;
mod recorded;
mod ways;

use super::*;
use crate::value::{Kind, Part, Via};
use crate::world::{Inputs, Target, VariableInput};

struct Case {
    files: Files,
    root: Root,
    diagnostics: Vec<Diagnostic>,
}

impl Case {
    /// Evaluates the files of a root module; `a/b.tf` stands in a directory of its own.
    fn of(texts: &[(&str, &str)], world: &World) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in texts {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let files = Files::default();
        let (root, diagnostics) = evaluate(&files, dir.path(), ".", world);
        Case {
            files,
            root,
            diagnostics,
        }
    }

    fn one(text: &str) -> Self {
        Case::of(&[("main.tf", text)], &World::default())
    }

    fn told(&self) -> Vec<String> {
        let at = |d: &Diagnostic| {
            let l = self.files.location(d.span.unwrap());
            format!("{}:{}: {}", l.path, l.line, d.message)
        };
        self.diagnostics.iter().map(at).collect()
    }

    fn resource(&self, address: &str) -> &RawResource {
        let found = self.root.resources.iter().find(|r| r.address == address);
        found.unwrap_or_else(|| panic!("{address} is not among {:?}", self.addresses()))
    }

    fn addresses(&self) -> Vec<&str> {
        self.root
            .resources
            .iter()
            .map(|r| r.address.as_str())
            .collect()
    }

    fn get(&self, address: &str, attribute: &str) -> Value {
        self.resource(address).attributes.get(attribute).unwrap()
    }

    fn output(&self, name: &str) -> String {
        show(&self.root.outputs[name])
    }

    /// The way of a value, the outermost step first: what and `path:line`.
    fn way(&self, value: &Value) -> Vec<String> {
        let place = |span| {
            let l = self.files.location(span);
            format!("{}:{}", l.path, l.line)
        };
        let name = |via: &Via| match via {
            Via::Variable(n) => format!("var.{n}"),
            Via::Default(n) => format!("default {n}"),
            Via::Input(n) => format!("input {n}"),
            Via::Argument(n) => format!("argument {n}"),
            Via::Local(n) => format!("local.{n}"),
            Via::Output(n) => format!("output {n}"),
            Via::Reference(a, n) => format!("{a}.{n}"),
            Via::Other(n) => n.to_string(),
        };
        let steps = value
            .place
            .steps()
            .map(|s| format!("{} {}", name(&s.via), place(s.span)));
        steps.chain([place(value.place.span)]).collect()
    }
}

/// A value for comparisons: unknown parts as `<reason>`.
fn show(value: &Value) -> String {
    let more = |m: &Option<std::sync::Arc<crate::value::Unknown>>| match m {
        Some(u) => format!(" …<{}>", u.reason),
        None => String::new(),
    };
    match &value.kind {
        Kind::Null(_) => "null".to_owned(),
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => n.to_string(),
        Kind::String(t) => (t.parts().iter())
            .map(|p| match p {
                Part::Lit(l) => l.text.to_string(),
                Part::Hole(u) => match u.role {
                    Some(role) => format!("<{role:?}>"),
                    None => format!("<{}>", u.reason),
                },
            })
            .collect(),
        Kind::Sequence { items, more: m, .. } => {
            let items: Vec<_> = items.iter().map(show).collect();
            format!("[{}{}]", items.join(", "), more(m))
        }
        Kind::Mapping {
            entries, more: m, ..
        } => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(k, v)| format!("{k}: {}", show(v)))
                .collect();
            format!("{{{}{}}}", entries.join(", "), more(m))
        }
        Kind::Unknown(u) => match u.role {
            Some(role) => format!("<{role:?}>"),
            None => format!("<{}>", u.reason),
        },
    }
}

fn outputs(text: &str, expected: &[(&str, &str)]) {
    let case = Case::one(text);
    assert_eq!(case.told(), Vec::<String>::new());
    for (name, want) in expected {
        assert_eq!(case.output(name), *want, "{name}");
    }
}

#[test]
fn inputs_come_in_order_of_precedence() {
    let declared = (0..7).map(|i| format!("variable \"v{i}\" {{\n default = \"d\"\n}}\noutput \"o{i}\" {{\n value = var.v{i}\n}}\n"));
    let main: String = declared.collect();
    let set = |from: usize, value: &str| {
        (from..7)
            .map(|i| format!("v{i} = \"{value}\"\n"))
            .collect::<String>()
    };
    let json = |from: usize, value: &str| {
        let entries: Vec<_> = (from..7)
            .map(|i| format!("\"v{i}\": \"{value}\""))
            .collect();
        format!("{{{}}}", entries.join(","))
    };
    let environment = (1..7)
        .map(|i| (format!("v{i}"), "env".to_owned()))
        .collect();
    let file = VariableInput::File {
        path: "x.tfvars".to_owned(),
        text: set(6, "file"),
    };
    let value = |name: &str| VariableInput::Value {
        name: name.to_owned(),
        value: "var".to_owned(),
    };
    let world = World {
        inputs: Inputs {
            environment,
            variables: vec![value("v6"), file, value("v5")],
            ..Inputs::default()
        },
        ..World::default()
    };
    let case = Case::of(
        &[
            ("main.tf", &main),
            ("terraform.tfvars", &set(2, "tfvars")),
            ("terraform.tfvars.json", &json(3, "json")),
            ("a.auto.tfvars", &set(4, "auto")),
        ],
        &world,
    );
    let got: Vec<_> = (0..7).map(|i| case.output(&format!("o{i}"))).collect();
    assert_eq!(got, ["d", "env", "tfvars", "json", "auto", "var", "file"]);
}

#[test]
fn given_text_is_an_expression_for_complex_types_only() {
    let environment = [("a", "[\"x\"]"), ("b", "[\"x\"]"), ("c", "12")];
    let environment = environment
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into();
    let world = World {
        inputs: Inputs {
            environment,
            ..Inputs::default()
        },
        ..World::default()
    };
    let main = "variable \"a\" {}\nvariable \"b\" {\n type = list(string)\n}\nvariable \"c\" {\n type = number\n}\noutput \"o\" {\n value = [var.a, var.b[0], var.c + 1]\n}\n";
    let case = Case::of(&[("main.tf", main)], &world);
    assert_eq!(case.output("o"), "[[\"x\"], x, 13]");
}

#[test]
fn what_has_no_value_says_so() {
    let case = Case::one(
        "variable \"x\" {\n type = string\n}\nresource \"aws_ecr_repository\" \"r\" {\n  name = \"a-${var.x}\"\n  image_tag_mutability = var.x\n}\n",
    );
    assert_eq!(case.told(), Vec::<String>::new());
    assert_eq!(
        show(&case.get("aws_ecr_repository.r", "name")),
        "a-<`var.x` has no value>"
    );
    let value = case.get("aws_ecr_repository.r", "image_tag_mutability");
    let unknown = value.as_unknown().unwrap();
    assert_eq!(
        unknown.settle.as_deref(),
        Some("pass --var x=… or --var-file")
    );
}

#[test]
fn instances_have_their_keys_in_their_addresses() {
    let case = Case::one(
        r#"
variable "n" {}
resource "aws_ecr_repository" "a" {
  count = 2
  name  = "a${count.index}"
}
resource "aws_ecr_repository" "b" {
  for_each = { x = "1", "y\"z" = "2" }
  name     = "${each.key}-${each.value}"
}
resource "aws_ecr_repository" "none" {
  count = 0
  name  = "none"
}
resource "aws_ecr_repository" "open" {
  for_each = toset(var.n)
  name     = each.key
}
resource "aws_ecr_repository" "switch" {
  count = var.n ? 1 : 0
  name  = "switch"
}
output "names" { value = [aws_ecr_repository.a[*].name, [for k, r in aws_ecr_repository.b : r.name], length(aws_ecr_repository.none), aws_ecr_repository.switch[0].name] }
"#,
    );
    assert_eq!(case.told(), Vec::<String>::new());
    assert_eq!(
        case.addresses(),
        [
            "aws_ecr_repository.a[0]",
            "aws_ecr_repository.a[1]",
            "aws_ecr_repository.b[\"x\"]",
            "aws_ecr_repository.b[\"y\\\"z\"]",
            "aws_ecr_repository.open[*]",
            "aws_ecr_repository.switch[*]",
        ]
    );
    assert_eq!(case.output("names"), "[[a0, a1], [x-1, y\"z-2], 0, switch]");
    assert_eq!(case.resource("aws_ecr_repository.a[0]").exists, Some(true));
    assert_eq!(case.resource("aws_ecr_repository.open[*]").exists, None);
    assert_eq!(
        show(&case.get("aws_ecr_repository.open[*]", "name")),
        "<`var.n` has no value>"
    );
}

#[test]
fn references_name_the_resource_and_the_attribute() {
    let case = Case::one(
        r#"
resource "aws_ecr_repository" "a" {
  for_each = toset(["x"])
  name     = each.key
}
resource "aws_ecr_repository_policy" "direct" {
  repository = aws_ecr_repository.a["x"].name
  policy     = "{}"
}
resource "aws_ecr_repository_policy" "each" {
  for_each   = aws_ecr_repository.a
  repository = each.value.name
  policy     = each.value.arn
}
resource "aws_ecr_repository_policy" "loop" {
  repository = [for r in aws_ecr_repository.a : r.name][0]
  policy     = "{}"
}
"#,
    );
    assert_eq!(case.told(), Vec::<String>::new());
    for address in ["direct", "each[\"x\"]", "loop"] {
        let value = case.get(
            &format!("aws_ecr_repository_policy.{address}"),
            "repository",
        );
        let references: Vec<_> = value.place.references().collect();
        assert_eq!(
            references,
            [("aws_ecr_repository.a[\"x\"]", "name")],
            "{address}"
        );
        assert_eq!(show(&value), "x");
    }
    let arn = case.get("aws_ecr_repository_policy.each[\"x\"]", "policy");
    assert_eq!(
        show(&arn),
        "arn:<Partition>:ecr:<Region>:<Account>:repository/x"
    );
}

#[test]
fn blocks_are_sequences_of_objects() {
    let case = Case::one(
        r#"
variable "more" {}
resource "x_y" "r" {
  a { n = 1 }
  dynamic "a" {
    for_each = ["p", "q"]
    iterator = it
    content {
      n = "${it.key}${it.value}"
      dynamic "b" {
        for_each = it.key == 0 ? [] : [it.value]
        content { m = b.value }
      }
    }
  }
  dynamic "c" {
    for_each = var.more
    content { n = c.value }
  }
  c { n = 2 }
  lifecycle { prevent_destroy = true }
}
"#,
    );
    assert_eq!(case.told(), Vec::<String>::new());
    assert_eq!(
        show(&case.resource("x_y.r").attributes),
        "{a: [{n: 1}, {b: [], n: 0p}, {b: [{m: q}], n: 1q}], c: [{n: 2} …<`var.more` has no value>]}"
    );
}

#[test]
fn expressions_have_terraforms_values() {
    outputs(
        r#"
variable "u" {}
locals { m = { b = 2, a = 1 } }
output "order" { value = [for k, v in local.m : "${k}${v}"] }
output "group" { value = { for i, s in ["a", "b", "a"] : s => i... } }
output "filter" { value = [for s in ["a", "b"] : s if s != "a"] }
output "unify" { value = [true ? 1 : "a", false ? null : 2] }
output "template" { value = "%{ for x in [1, 2] ~} ${x}, %{ endfor }%{ if false }no%{ else }yes%{ endif }" }
output "splat" { value = [[{ a = 1 }, { a = 2 }][*].a, null[*], "x"[*]] }
output "try" { value = [try(local.m.c, "none"), can(local.m.c), can(local.m.a), try(var.u.x, 1)] }
output "either" { value = var.u ? "a" : "b" }
output "logic" { value = ["true" && true, 3 + "4", 1 == "1", !false, -(1)] }
output "call" { value = [upper("x"), max([1, 5]...), element(["a"], 0)] }
output "unknown_key" { value = { "${var.u}:sub" = 1, aud = 2 } }
output "path" { value = [path.module, path.root] }
"#,
        &[
            ("order", "[a1, b2]"),
            ("group", "{a: [0, 2], b: [1]}"),
            ("filter", "[b]"),
            ("unify", "[1, 2]"),
            ("template", "1, 2, yes"),
            ("splat", "[[1, 2], [], [x]]"),
            ("try", "[none, false, true, <`var.u` has no value>]"),
            ("either", "<`var.u` has no value>"),
            ("logic", "[true, 7, false, true, -1]"),
            ("call", "[X, 5, a]"),
            ("unknown_key", "{aud: 2 …<`var.u` has no value>}"),
            ("path", "[., .]"),
        ],
    );
}

#[test]
fn a_conditional_that_cannot_be_decided_is_one_of_two() {
    let case = Case::one(
        "variable \"u\" {}\noutput \"o\" {\n  value = { a = var.u ? \"x\" : null }.a\n}\n",
    );
    let unknown = case.root.outputs["o"].as_unknown().unwrap();
    let cases: Vec<_> = (unknown.either.iter())
        .map(|e| e.as_ref().map(show))
        .collect();
    assert_eq!(cases, [Some("x".to_owned()), None]);
}

#[test]
fn optional_attributes_get_their_defaults() {
    outputs(
        "variable \"v\" {\n  type = map(object({ a = optional(string, \"d\"), b = optional(object({ c = optional(number, 1) }), {}) }))\n  default = { x = {} }\n}\noutput \"o\" {\n  value = var.v\n}\n",
        &[("o", "{x: {a: d, b: {c: 1}}}")],
    );
}

#[test]
fn a_module_that_calls_itself_ends() {
    let case = Case::one("module \"m\" {\n  source = \"./\"\n}\n");
    assert_eq!(case.diagnostics.len(), 1);
}

#[test]
fn local_calls_are_found() {
    let text = "module \"a\" {\n  source = \"./x\"\n}\nmodule \"b\" {\n  source = \"reg/y\"\n}\nmodule \"c\" {\n  source = \"../z\"\n}\n";
    assert_eq!(local_calls(text), ["./x", "../z"]);
    assert_eq!(
        local_calls(r#"{"module": {"a": {"source": "./x"}}}"#),
        ["./x"]
    );
}

#[test]
fn what_a_plan_shows_is_filled_in() {
    let case = Case::one("resource \"aws_ecr_repository\" \"r\" {\n  name = \"r\"\n}\n");
    let planned = planned(case.resource("aws_ecr_repository.r"), &World::default());
    assert_eq!(
        show(&planned.get("image_tag_mutability").unwrap()),
        "MUTABLE"
    );
    assert_eq!(
        show(&planned.get("encryption_configuration").unwrap()),
        "[]"
    );
    assert!(planned.get("force_delete").unwrap().is_null());
}

#[test]
fn what_may_not_be_there_is_not_certain() {
    outputs(
        r#"
variable "u" {}
resource "aws_ecr_repository" "r" {
  count = var.u ? 1 : 0
  name  = "r"
}
resource "random_pet" "p" {}
locals {
  some = [for s in ["a", "b"] : s if s == "b" || s == var.u]
}
output "first" { value = local.some[0] }
output "try_instance" { value = try(aws_ecr_repository.r[0].name, "none") }
output "can_instance" { value = can(aws_ecr_repository.r[0].name) }
output "try_attribute" { value = try(random_pet.p.id, "none") }
output "try_convert" { value = try(tonumber(random_pet.p.id), 0) }
output "try_node" { value = try(local.some, []) }
output "length" { value = [length(local.some), length(aws_ecr_repository.r), length(random_pet.p)] }
output "join" { value = join(",", aws_ecr_repository.r[*].name) }
output "element" { value = element(aws_ecr_repository.r[*].name, 0) }
output "contains" { value = contains(local.some, "a") }
output "merge" { value = merge({ a = 1 }, { for s in local.some : s => 2 }) }
output "lookup" { value = lookup({ for s in local.some : s => 2 }, "a", 3) }
output "keys" { value = keys({ for s in local.some : s => 2 }) }
output "equal" { value = [local.some == ["b"], local.some == []] }
output "other" { value = [one(local.some), alltrue([for s in local.some : true]), coalescelist(local.some, ["z"]), index(local.some, "b"), reverse(local.some), slice(local.some, 0, 1), zipmap(local.some, local.some), setintersection(local.some, ["a"]), tostring(length(local.some))] }
"#,
        &[
            ("first", "<`var.u` has no value>"),
            ("try_instance", "<`var.u` has no value>"),
            ("can_instance", "<`var.u` has no value>"),
            ("try_attribute", "<`random_pet.p.id` is known after apply>"),
            ("try_convert", "<`random_pet.p.id` is known after apply>"),
        ],
    );
}

#[test]
fn nesting_without_end_is_told_and_survived() {
    let too_deep = |locals: String| {
        let told = Case::one(&format!("locals {{\n{locals}}}\n")).told();
        !told.is_empty() && told.iter().all(|t| t.contains("levels deep"))
    };
    let wrapped = |i| format!("  l{i} = [local.l{}]\n", i - 1);
    assert!(too_deep(
        "  l0 = 1\n".to_owned() + &(1..900).map(wrapped).collect::<String>()
    ));
    let behind = |i| format!("  l{i} = local.l{}\n", i + 1);
    assert!(too_deep(
        (0..6000).map(behind).collect::<String>() + "  l6000 = 1\n"
    ));
    let brackets = ["[".repeat(300), "]".repeat(300)].join("1");
    let case = Case::one(&format!("output \"o\" {{\n  value = {brackets}\n}}\n"));
    assert_eq!(case.told(), Vec::<String>::new());
}
