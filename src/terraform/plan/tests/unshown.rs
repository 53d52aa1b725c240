//! What may stand in a `dynamic` block, of which a plan shows nothing.

use super::*;
use crate::value::Cause;
use serde_json::json;

/// A plan of a key, of which `unknown` is known after apply, a role of the root module and one of the module `m`; `root` and
/// `inner` are the other resources of the two modules as the configuration has them, `key` is what `m` is called with.
fn plan(relevant: &str, unknown: &str, root: serde_json::Value, inner: &str, key: &str) -> String {
    let made = |address: &str, unknown: serde_json::Value| {
        json!({"address": address, "mode": "managed", "type": "aws_iam_role",
            "change": {"actions": ["create"], "after": {"name": "r"}, "after_unknown": unknown}})
    };
    let late = json!({"arn": true, "inline_policy": true, "managed_policy_arns": true});
    let mut resource_key = made("aws_kms_key.k", json!({unknown: true}));
    resource_key["type"] = json!("aws_kms_key");
    let role =
        json!({"address": "aws_iam_role.r", "expressions": {"name": {"constant_value": "r"}}});
    let user = json!({"address": "aws_x.y", "expressions": {"name": {"references": [inner]}}});
    json!({
        "format_version": "1.2",
        "planned_values": {},
        "resource_changes": [resource_key, made("aws_iam_role.r", late.clone()), made("module.m.aws_iam_role.r", late)],
        "relevant_attributes": [{"resource": relevant, "attribute": ["arn"]}],
        "configuration": {"root_module": {
            "resources": [role, root],
            "module_calls": {"m": {
                "expressions": {"key": {"references": [key]}},
                "module": {"resources": [role, user]},
            }},
        }},
    })
    .to_string()
}

/// Whether nobody knows what policies stand in the role of the root module, and in the one of `m`.
fn open(plan: &str) -> (bool, bool) {
    let (root, diagnostics) = evaluate_text(plan);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let open = |address| {
        let attributes = &resource(&root, address).attributes;
        assert!(attributes.get("managed_policy_arns").is_none());
        let value = attributes.get("inline_policy");
        let unknown = value.as_ref().and_then(|v| v.as_unknown());
        unknown.is_some_and(|u| u.reason.cause == Cause::AfterApply)
    };
    (open("aws_iam_role.r"), open("module.m.aws_iam_role.r"))
}

#[test]
fn what_no_shown_expression_takes_may_go_into_a_dynamic_block() {
    let (key, none) = ("aws_kms_key.k", json!({"address": "aws_x.z"}));
    let shown = |r: &[&str]| json!({"address": "aws_x.z", "expressions": {"a": [{"b": {"references": r}}]}});
    let cases = [
        // nothing shown takes the key's ARN
        (
            plan(key, "arn", none.clone(), "var.key", "var.x"),
            (true, false),
        ),
        // another resource takes it, or all of the key, or something else of it
        (
            plan(
                key,
                "arn",
                shown(&["aws_kms_key.k.arn", key]),
                "var.key",
                "var.x",
            ),
            (false, false),
        ),
        (
            plan(key, "arn", shown(&[key]), "var.key", "var.x"),
            (false, false),
        ),
        (
            plan(
                key,
                "arn",
                shown(&["aws_kms_key.k.id", key]),
                "var.key",
                "var.x",
            ),
            (true, false),
        ),
        // it is known
        (
            plan(key, "id", none.clone(), "var.key", "var.x"),
            (false, false),
        ),
        // it is the role's own
        (
            plan("aws_iam_role.r", "id", none.clone(), "var.key", "var.x"),
            (false, false),
        ),
        // a module takes it, and shows where it goes or not
        (
            plan(key, "arn", none.clone(), "var.key", "aws_kms_key.k.arn"),
            (false, false),
        ),
        (
            plan(key, "arn", none.clone(), "var.keys", "aws_kms_key.k.arn"),
            (false, true),
        ),
        // it goes there by a local
        (
            plan(key, "arn", none.clone(), "var.key", "local.key"),
            (true, false),
        ),
        (
            plan(key, "arn", none, "var.keys", "local.key"),
            (true, true),
        ),
    ];
    for (i, (plan, want)) in cases.iter().enumerate() {
        assert_eq!(open(plan), *want, "case {i}");
    }
}

#[test]
fn the_code_of_the_plan_tells_whether_there_is_one() {
    let role = |inner: &str| {
        format!(
            r#"
resource "aws_kms_key" "k" {{}}
resource "aws_iam_role" "r" {{
  name = "r"
  {inner}
}}
"#
        )
    };
    let dynamic = r#"dynamic "inline_policy" {
    for_each = toset([aws_kms_key.k.arn])
    content {
      name   = "x"
      policy = inline_policy.value
    }
  }"#;
    let shown =
        json!({"address": "aws_x.z", "expressions": {"b": {"references": ["aws_kms_key.k"]}}});
    let shown = plan("aws_kms_key.k", "arn", shown, "var.key", "var.x");
    let hidden = plan(
        "aws_kms_key.k",
        "arn",
        json!({"address": "aws_x.z"}),
        "var.key",
        "var.x",
    );
    for (text, code, planned, want) in [
        (&shown, role(dynamic), true, true),
        (&hidden, role(""), true, false),
        (&hidden, role(""), false, true),
    ] {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("main.tf"), code).unwrap();
        let code = Code {
            directory: directory.path().to_owned(),
            shown: "code".to_owned(),
            planned,
        };
        let files = Files::default();
        let id = files.add("plan.json", text.as_str());
        let (root, _) = evaluate(&files, id, &World::default(), Some(&code));
        let inline = resource(&root, "aws_iam_role.r")
            .attributes
            .get("inline_policy");
        let open = inline.is_some_and(|v| v.first_unknown().is_some());
        assert_eq!(open, want, "{planned} {text}");
    }
}
