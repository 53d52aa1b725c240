//! What the evaluator says of small configurations made at random: it stays right whatever account and region they are
//! deployed to, and it is what terraform says, where that is on the PATH.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by a panic, and says loudly what it did not run"
)]

mod conditions;
mod grammar;

use self::conditions::{EPHEMERAL, LATE, beside};
use self::grammar::{AWS, CORE, KNOWN};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const COMMON: &str = r#"
variable "s" {
  default = "s-1"
}
variable "n" {
  type    = string
  default = 12
}
variable "b" {
  type    = bool
  default = "true"
}
variable "l" {
  type    = list(string)
  default = ["b", "a", 1]
}
variable "m" {
  type    = map(string)
  default = { a = "1", b = true }
}
variable "o" {
  type = object({
    name = optional(string, "default")
    deep = optional(object({ x = optional(string, "in"), y = optional(number) }), {})
  })
  default  = { name = null }
  nullable = false
}
variable "list" {
  type    = list(object({ name = string, tags = optional(map(string), { t = "1" }) }))
  default = [{ name = "first", extra = 1 }, { name = "second", tags = null }]
}
locals {
  up = upper(var.s)
}
"#;

fn resolve(dir: &Path, config: &Value) -> Value {
    std::fs::write(dir.join("ecr-guard.yaml"), config.to_string()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args(["resolve", "--format", "json", "--show-sensitive", "."])
        .current_dir(dir)
        .env_clear()
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"))
}

/// Runs a strategy's cases one after the other, the same in each run; `PROPTEST_CASES` asks for more of them.
fn cases<S: Strategy>(number: u32, strategy: S, check: impl Fn(S::Value)) {
    let more = std::env::var("PROPTEST_CASES").ok();
    let number = more.and_then(|n| n.parse().ok()).unwrap_or(number);
    let config = ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 32,
        ..ProptestConfig::with_cases(number)
    };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let outcome = runner.run(&strategy, |value| {
        check(value);
        Ok(())
    });
    outcome.unwrap_or_else(|e| panic!("{e}"));
}

/// Whether what was seen is said of this value, too; where something is unknown, what is known of it.
fn holds(seen: &Value, whole: &Value) -> bool {
    if let Some(seen) = seen.as_object().filter(|o| o.contains_key("$unknown")) {
        let known = |key: &str| seen.get(key);
        let prefix = match (known("$prefix").and_then(Value::as_str), whole.as_str()) {
            (Some(prefix), Some(text)) => text.starts_with(prefix),
            _ => true,
        };
        let either = match known("$either").and_then(Value::as_array) {
            Some(cases) => cases
                .iter()
                .any(|c| holds(c, whole) || (whole.is_null() && c.get("$absent").is_some())),
            None => true,
        };
        let json = match (known("$json"), whole.as_str()) {
            (Some(json), Some(text)) => serde_json::from_str(text).is_ok_and(|w| holds(json, &w)),
            _ => true,
        };
        return prefix && (either || whole.get("$unknown").is_some()) && json;
    }
    match (seen, whole) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| holds(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| holds(a, b)))
        }
        (a, b) => a == b,
    }
}

/// Outputs and attributes by name.
fn values(resolved: &Value) -> Vec<(String, Value)> {
    let outputs = resolved["outputs"].as_object().unwrap().iter();
    let outputs = outputs.map(|(name, o)| (format!("output.{name}"), o["value"].clone()));
    let resources = resolved["resources"].as_array().unwrap().iter();
    let resources = resources.map(|r| (r["address"].to_string(), r["attributes"].clone()));
    outputs.chain(resources).collect()
}

#[test]
fn what_is_known_holds_in_every_account_and_region() {
    let part = (AWS.any(), AWS.text(2), AWS.list(2), AWS.map(2));
    let strategy = prop::collection::vec(part, 6);
    cases(40, strategy, |parts| {
        let mut code = format!(
            r#"{COMMON}
data "aws_caller_identity" "me" {{}}
data "aws_region" "here" {{}}
data "aws_partition" "here" {{}}
resource "aws_ecr_repository" "other" {{
  name = "other"
}}
"#
        );
        for (i, (any, text, list, map)) in parts.iter().enumerate() {
            let (text, list, map) = (closed(text, "\"\""), closed(list, "[]"), closed(map, "{}"));
            code.push_str(&format!(
                r#"output "o{i}" {{
  value = try({any}, "failed")
}}
resource "aws_ecr_repository" "r{i}" {{
  for_each = toset(try({list}, []))
  name     = "${{each.key}}-{i}"
  tags     = try({map}, {{}})
  dynamic "image_tag_mutability_exclusion_filter" {{
    for_each = try({list}, [])
    content {{
      filter      = image_tag_mutability_exclusion_filter.value
      filter_type = "WILDCARD"
    }}
  }}
}}
resource "aws_ecr_repository_policy" "p{i}" {{
  repository = aws_ecr_repository.other.name
  policy = jsonencode({{
    Statement = [{{ Effect = "Allow", Principal = {{ AWS = {text} }}, Action = {list} }}]
  }})
}}
"#
            ));
        }
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("main.tf"), &code).unwrap();
        let seen = values(&resolve(dir.path(), &json!({})));
        for (account, region) in [
            ("111122223333", "eu-west-1"),
            ("000000000042", "us-gov-west-1"),
            ("444455556666", "cn-north-1"),
        ] {
            let target = json!({"target": {"account": account, "region": region}});
            let whole = values(&resolve(dir.path(), &target));
            for (name, seen) in &seen {
                let there = whole.iter().find(|(n, _)| n == name);
                // an unknown number of instances is one that stands for all
                let Some((_, whole)) = there else {
                    assert!(
                        name.contains("[*]"),
                        "{name} is missing in {region}:\n{code}"
                    );
                    continue;
                };
                assert!(
                    holds(seen, whole),
                    "{name}\nwithout a target: {seen}\nin {region}: {whole}\n{code}"
                );
            }
        }
    });
}

/// Outside of iterations, where `x` names nothing.
fn closed(expr: &str, fallback: &str) -> String {
    format!("try(one([for x in [\"e\"] : {expr}]), {fallback})")
}

/// The program of that name on the PATH, in a version that knows all that the configurations hold.
fn terraform() -> Option<Command> {
    let mut command = Command::new("terraform");
    let output = command.arg("version").output().ok()?;
    let told = String::from_utf8_lossy(&output.stdout);
    let minor = told.strip_prefix("Terraform v1.")?.split('.').next()?;
    let minor: u32 = minor.parse().ok()?;
    (output.status.success() && minor >= 11).then(|| {
        let mut command = Command::new("terraform");
        command
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1");
        command
    })
}

fn run_terraform(dir: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = terraform().unwrap();
    command.args(arguments).current_dir(dir).output().unwrap()
}

/// Terraform's planned outputs: the value with unknown parts as `{"$unknown": true}`, and whether it is sensitive.
fn planned(dir: &Path) -> Value {
    let init = run_terraform(dir, &["init", "-input=false", "-no-color"]);
    assert!(init.status.success(), "{init:?}");
    let plan = run_terraform(
        dir,
        &["plan", "-input=false", "-no-color", "-lock=false", "-out=p"],
    );
    let errors = String::from_utf8_lossy(&plan.stderr);
    assert!(plan.status.success(), "{errors}");
    let shown = run_terraform(dir, &["show", "-json", "p"]);
    serde_json::from_slice(&shown.stdout).unwrap()
}

fn overlay(value: &Value, unknown: &Value) -> Value {
    match unknown {
        Value::Bool(true) => json!({"$unknown": true}),
        Value::Object(parts) if !parts.is_empty() => {
            let mut out = value.as_object().cloned().unwrap_or_default();
            for (key, part) in parts {
                let own = out.get(key).cloned().unwrap_or_default();
                out.insert(key.clone(), overlay(&own, part));
            }
            Value::Object(out)
        }
        Value::Array(parts) if !parts.is_empty() => {
            let own = value.as_array().cloned().unwrap_or_default();
            let at = |i: usize| own.get(i).cloned().unwrap_or_default();
            (0..own.len().max(parts.len()))
                .map(|i| overlay(&at(i), parts.get(i).unwrap_or(&Value::Null)))
                .collect()
        }
        _ => value.clone(),
    }
}

/// Whether a value of ours may be terraform's before it has applied, and another one after: its expression may fail then.
fn may_change(ours: &Value, theirs: &Value) -> bool {
    let reason = ours.get("$unknown").and_then(Value::as_str);
    let late = reason.is_some_and(|r| r.ends_with("is known after apply"));
    let mut cases = ours["$either"].as_array().into_iter().flatten();
    let fits = |case: &Value| match case.get("$absent") {
        Some(_) => theirs.is_null(),
        None => agrees(case, theirs),
    };
    late && cases.any(fits)
}

/// Whether we say what terraform says; more may be known here where it knows nothing.
fn agrees(ours: &Value, theirs: &Value) -> bool {
    let unknown = |v: &Value| v.as_object().is_some_and(|o| o.contains_key("$unknown"));
    match (ours, theirs) {
        (_, t) if unknown(t) => true,
        (o, t) if unknown(o) && may_change(o, t) => true,
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agrees(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(k, a)| b.get(k).is_some_and(|b| agrees(a, b)))
        }
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (a, b) => a == b,
    }
}

const MODULE: &str = r#"
variable "s" {
  type    = string
  default = "none"
}
variable "l" {
  type     = set(string)
  default  = ["x"]
  nullable = false
}
variable "m" {
  type = map(object({ v = optional(string, "v"), w = optional(list(string), ["w"]) }))
}
output "all" {
  value = { s = var.s, l = var.l, m = var.m, first = one(slice(sort(var.l), 0, min(1, length(var.l)))) }
}
"#;

#[test]
fn random_configurations_are_as_terraform_plans_them() {
    if terraform().is_none() {
        eprintln!(
            "NOT RUN: there is no terraform 1.11 or later on the PATH, so nothing was compared with it"
        );
        return;
    }
    let part = (
        CORE.any(),
        CORE.text(2),
        CORE.list(2),
        CORE.map(2),
        KNOWN.list(2),
    );
    cases(8, prop::collection::vec(part, 12), |parts| {
        let dir = tempfile::tempdir().unwrap();
        let mut code = format!("{COMMON}\n{LATE}");
        for (i, (any, text, list, map, counted)) in parts.iter().enumerate() {
            let counted = closed(counted, "[]");
            let (text, list, map) = (closed(text, "null"), closed(list, "[]"), closed(map, "{}"));
            code.push_str(&format!(
                r#"output "o{i}" {{
  value = try({any}, "failed")
}}
module "m{i}" {{
  source   = "./m"
  for_each = toset(["a", "b"])
  s        = {text}
  l        = try(toset([for x in {list} : "${{x}}-${{each.key}}"]), null)
  m        = {{ for k, x in try(tomap({map}), {{}}) : "k-${{k}}" => {{ v = x }} }}
}}
output "m{i}" {{
  value = module.m{i}
}}
resource "terraform_data" "r{i}" {{
  count = try(length({counted}), 0)
  input = try({counted}[count.index], {list}[count.index], count.index)
}}
output "r{i}" {{
  value = terraform_data.r{i}[*].input
}}
{others}"#,
                others = beside(i, &text, &counted),
            ));
        }
        std::fs::create_dir(dir.path().join("e")).unwrap();
        std::fs::write(dir.path().join("e/main.tf"), EPHEMERAL).unwrap();
        std::fs::create_dir(dir.path().join("m")).unwrap();
        std::fs::write(dir.path().join("m/main.tf"), MODULE).unwrap();
        std::fs::write(dir.path().join("main.tf"), &code).unwrap();
        compare(dir.path(), &code);
    });
}

fn compare(dir: &Path, code: &str) {
    let plan = planned(dir);
    let resolved = resolve(dir, &json!({}));
    let errors = resolved["diagnostics"].to_string();
    for (name, change) in plan["output_changes"].as_object().unwrap() {
        let theirs = overlay(&change["after"], &change["after_unknown"]);
        let ours = &resolved["outputs"][name]["value"];
        assert!(
            agrees(ours, &theirs),
            "output {name}\nterraform: {theirs}\nours: {ours}\n{errors}\n{code}"
        );
    }
}
