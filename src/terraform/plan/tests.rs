//! Small plans written by hand, and one that terraform made of `testdata/parse/plan/references`.

mod places;
mod unshown;

use super::*;
use crate::diagnostic::Level;
use crate::raw::Way;
use crate::value::{Kind, Role, Type};
use crate::world::Target;

fn evaluate_text(text: &str) -> (Root, Vec<Diagnostic>) {
    let files = Files::default();
    let id = files.add("plan.json", text);
    evaluate(&files, id, &World::default(), None)
}

/// A plan of one resource.
fn one(change: &str) -> RawResource {
    let text = format!(
        r#"{{"format_version": "1.2", "planned_values": {{}}, "resource_changes": [
            {{"address": "aws_x.y", "mode": "managed", "type": "aws_x", "name": "y", "change": {change}}}]}}"#
    );
    let (root, diagnostics) = evaluate_text(&text);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    root.resources.into_iter().next().unwrap()
}

fn made() -> Root {
    let text = include_str!("../../../testdata/parse/plan/references/plan.json");
    let (root, diagnostics) = evaluate_text(text);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    root
}

fn resource<'a>(root: &'a Root, address: &str) -> &'a RawResource {
    root.resources
        .iter()
        .find(|r| r.address == address)
        .unwrap_or_else(|| panic!("{address}"))
}

/// The references of an attribute, and why it is unknown.
fn way(root: &Root, address: &str, attribute: &str) -> (Vec<String>, Option<String>) {
    let value = resource(root, address).attributes.get(attribute).unwrap();
    let references = value.place.references().map(|(a, b)| format!("{a}.{b}"));
    let reason = value.as_unknown().map(|u| u.reason.to_string());
    (references.collect(), reason)
}

fn refused(text: &str) -> Diagnostic {
    let (root, diagnostics) = evaluate_text(text);
    assert!(root.resources.is_empty());
    let [problem] = diagnostics.as_slice() else {
        panic!("{diagnostics:?}")
    };
    assert_eq!(problem.level, Level::Error);
    problem.clone()
}

#[test]
fn what_is_no_plan_is_refused() {
    let cases = [
        (
            r#"{"format_version": "2.0", "planned_values": {}}"#,
            "plans of format version `2.0` are not known, only 0.x and 1.x",
        ),
        (
            r#"{"format_version": "1.0", "terraform_version": "1.11.4", "values": {}}"#,
            "this is a state, not a plan",
        ),
        (
            r#"{"format_version": "1.0"}"#,
            "this is something else, not a plan",
        ),
        (
            r#"{"planned_values": {}}"#,
            "this is no plan: it has no `format_version`",
        ),
        (r#"{"format_version": 1, "planned_values": {}"#, ""),
    ];
    for (text, message) in cases {
        let problem = refused(text);
        assert!(problem.span.is_some());
        if !message.is_empty() {
            assert_eq!(problem.message, message);
        }
    }
}

#[test]
fn unknown_keys_and_minor_versions_are_passed_over() {
    let (_, diagnostics) =
        evaluate_text(r#"{"format_version": "1.99", "planned_values": {}, "new": [1]}"#);
    assert!(diagnostics.is_empty());
}

#[test]
fn a_plan_that_stopped_is_an_error_and_read_all_the_same() {
    let text = r#"{"format_version": "1.2", "errored": true, "resource_changes": [
        {"address": "a.b", "type": "a", "change": {"actions": ["create"], "after": {}}}]}"#;
    let (root, diagnostics) = evaluate_text(text);
    assert_eq!(
        (root.resources.len(), diagnostics[0].code),
        (1, "plan-errored")
    );
}

#[test]
fn a_change_that_does_not_say_what_it_is_about_is_an_error() {
    for entry in [
        r#"{"type": "a", "change": {}}"#,
        r#"{"address": "a.b", "change": {}}"#,
        r#"{"address": "a.b", "type": "a"}"#,
        "3",
    ] {
        let text = format!(r#"{{"format_version": "1.2", "resource_changes": [{entry}]}}"#);
        assert_eq!(refused(&text).code, "plan-format");
    }
}

#[test]
fn actions_are_told_apart() {
    let action =
        |actions: &str| one(&format!(r#"{{"actions": {actions}, "after": {{}}}}"#)).action();
    for (actions, want) in [
        (r#"["create"]"#, Some(Action::Create)),
        (r#"["update"]"#, Some(Action::Update)),
        (r#"["no-op"]"#, Some(Action::Keep)),
        (r#"["delete", "create"]"#, Some(Action::Replace)),
        (r#"["create", "delete"]"#, Some(Action::Replace)),
        (r#"["create", "forget"]"#, Some(Action::Create)),
        (r#"["forget", "create"]"#, Some(Action::Create)),
        (r#"["something"]"#, None),
        ("[]", None),
    ] {
        assert_eq!(action(actions), want, "{actions}");
    }
}

#[test]
fn what_forces_a_replacement_is_named() {
    let change = r#"{"actions": ["create", "delete"], "before": {"name": "a"}, "after": {"name": "b"},
        "replace_paths": [["name"], ["encryption_configuration", 0, "kms_key"], ["tags", "0"]]}"#;
    let resource = one(change);
    let change = resource.change.as_ref().unwrap();
    let ways: Vec<String> = change.forced_by.iter().map(Way::to_string).collect();
    assert_eq!(
        ways,
        ["name", "encryption_configuration[0].kms_key", "tags.0"]
    );
    let now = change.forced_by[0].last(&resource.attributes);
    assert_eq!(now.as_str(), Some("b"));
    let before = change.before.as_ref().unwrap();
    assert_eq!(change.forced_by[0].last(before).as_str(), Some("a"));
}

#[test]
fn the_reason_of_a_replacement_is_told_in_words() {
    let text = |reason: &str| {
        format!(
            r#"{{"format_version": "1.2", "planned_values": {{}}, "resource_changes": [{{"address": "a.b", "type": "a",
            "action_reason": "{reason}", "change": {{"actions": ["delete", "create"], "after": {{}}}}}}]}}"#
        )
    };
    let because = |reason: &str| {
        let (mut root, _) = evaluate_text(&text(reason));
        let change = root.resources.remove(0).change.unwrap();
        change.because.as_deref().map(str::to_owned)
    };
    assert_eq!(
        because("replace_because_tainted").as_deref(),
        Some("it is tainted")
    );
    assert_eq!(because("replace_because_cannot_update"), None);
}

#[test]
fn what_goes_is_shown_as_it_stood() {
    let gone = one(
        r#"{"actions": ["delete"], "before": {"name": "a"}, "after": null, "after_unknown": {}}"#,
    );
    assert_eq!(
        (gone.exists, gone.action()),
        (Some(false), Some(Action::Delete))
    );
    assert_eq!(gone.attributes.get("name").unwrap().as_str(), Some("a"));
    assert!(gone.change.unwrap().before.is_some());
    let forgotten = one(r#"{"actions": ["forget"], "before": {"name": "a"}, "after": null}"#);
    assert_eq!(
        (forgotten.exists, forgotten.action()),
        (Some(false), Some(Action::Forget))
    );
    let kept = one(r#"{"actions": ["no-op"], "before": {"name": "a"}, "after": {"name": "a"}}"#);
    assert_eq!(kept.exists, Some(true));
}

#[test]
fn a_deposed_object_does_not_stand_for_the_resource() {
    let text = r#"{"format_version": "1.2", "resource_changes": [
        {"address": "a.b", "type": "a", "change": {"actions": ["no-op"], "after": {"x": 1}}},
        {"address": "a.b", "type": "a", "deposed": "0123abcd", "change": {"actions": ["delete"], "before": {}, "after": null}}]}"#;
    let (root, _) = evaluate_text(text);
    let addresses: Vec<&str> = root.resources.iter().map(|r| r.address.as_str()).collect();
    assert_eq!(addresses, ["a.b", "a.b (deposed object 0123abcd)"]);
}

#[test]
fn unknown_and_sensitive_parts_lie_over_the_values() {
    let change = r#"{"actions": ["create"],
        "after": {"a": "x", "list": ["p", null], "block": [{"k": 1}], "secret": "s", "none": null, "deep": {"s": 1, "t": 2}},
        "after_unknown": {"b": true, "a": false, "list": [false, true], "block": [{"id": true}], "tags": {"x": true}, "empty": []},
        "after_sensitive": {"secret": true, "deep": {"s": true}}}"#;
    let resource = one(change);
    let get = |name: &str| resource.attributes.get(name);
    assert_eq!(get("a").unwrap().as_str(), Some("x"));
    let b = get("b").unwrap();
    assert_eq!(
        b.as_unknown().map(|u| &*u.reason),
        Some("known after apply")
    );
    let list = get("list").unwrap().items();
    assert_eq!(list.len(), 2);
    assert!(list[0].as_str() == Some("p") && list[1].as_unknown().is_some());
    let block = get("block").unwrap().items().remove(0);
    assert_eq!(block.get("k").unwrap().as_i64(), Some(1));
    assert!(block.get("id").unwrap().as_unknown().is_some());
    assert!(
        get("tags")
            .unwrap()
            .get("x")
            .unwrap()
            .as_unknown()
            .is_some()
    );
    assert!(get("empty").is_none());
    assert!(get("none").unwrap().is_null());
    assert!(get("secret").unwrap().sensitive);
    let deep = get("deep").unwrap();
    assert!(deep.get("s").unwrap().sensitive && !deep.get("t").unwrap().sensitive);
}

#[test]
fn what_follows_for_a_repository_is_filled_in() {
    let root = made();
    let get = |address: &str, name: &str| resource(&root, address).attributes.get(name).unwrap();
    assert_eq!(
        get("aws_ecr_repository.dr", "registry_id").as_str(),
        Some("222233334444")
    );
    assert_eq!(get("aws_ecr_repository.dr", "id").as_str(), Some("dr"));
    let arn = get("aws_ecr_repository.dr", "arn");
    assert_eq!(
        arn.as_str(),
        Some("arn:aws:ecr:eu-central-1:222233334444:repository/dr")
    );
    let role = get("aws_iam_role.puller", "arn");
    assert_eq!(role.as_text().unwrap().parts().len(), 3);
    let hidden = resource(&root, "aws_ecr_repository.each[\"a\"]");
    assert!(hidden.attributes.get("arn").is_none());
}

#[test]
fn the_target_stands_in_where_the_plan_is_silent() {
    let files = Files::default();
    let text = r#"{"format_version": "1.2", "resource_changes": [
        {"address": "aws_x.y", "type": "aws_x", "change": {"actions": ["create"], "after": {}}}]}"#;
    let id = files.add("p", text);
    let target = Target {
        account: Some("111122223333".to_owned()),
        ..Target::default()
    };
    let world = World {
        target,
        ..World::default()
    };
    let (root, _) = evaluate(&files, id, &world, None);
    assert_eq!(root.resources[0].account.as_str(), Some("111122223333"));
    let role = root.resources[0].region.as_unknown().and_then(|u| u.role);
    assert_eq!(role, Some(Role::Region));
}

#[test]
fn outputs_have_their_types_and_marks() {
    let root = made();
    assert!(root.outputs["secret"].sensitive);
    assert!(root.outputs["arn"].as_unknown().is_some());
    let Kind::Sequence { shape, .. } = &root.outputs["names"].kind else {
        panic!("{:?}", root.outputs["names"])
    };
    assert_eq!(*shape, crate::value::Sequence::Set(Type::String));
}

#[test]
fn data_that_was_read_is_listed() {
    let text = r#"{"format_version": "1.2", "planned_values": {}, "prior_state": {"values": {"root_module": {
        "resources": [{"address": "aws_x.old", "mode": "managed", "type": "aws_x", "values": {}}],
        "child_modules": [{"resources": [
            {"address": "module.a.data.aws_caller_identity.this", "mode": "data", "type": "aws_caller_identity",
             "values": {"account_id": "111122223333"}, "sensitive_values": {}}]}]}}},
        "resource_changes": [{"address": "module.a.aws_x.y", "mode": "managed", "type": "aws_x", "change": {"actions": ["create"], "after": {}}}],
        "configuration": {"provider_config": {"aws": {"name": "aws"}}, "root_module": {"module_calls": {"a": {"module": {"resources": [
            {"address": "aws_x.y", "provider_config_key": "aws"}, {"address": "data.aws_caller_identity.this", "provider_config_key": "aws"}]}}}}}}"#;
    let (root, _) = evaluate_text(text);
    let listed: Vec<(&str, Mode)> = root
        .resources
        .iter()
        .map(|r| (r.address.as_str(), r.mode))
        .collect();
    assert_eq!(
        listed,
        [
            ("module.a.aws_x.y", Mode::Managed),
            ("module.a.data.aws_caller_identity.this", Mode::Data)
        ]
    );
    assert_eq!(root.resources[0].account.as_str(), Some("111122223333"));
}

#[test]
fn what_is_put_off_is_a_blind_spot() {
    let text = r#"{"format_version": "1.2", "planned_values": {}, "complete": false, "deferred_changes": [{"reason": "x"}]}"#;
    assert_eq!(evaluate_text(text).0.blind_spots.len(), 1);
}

#[test]
fn a_plan_of_a_part_says_so() {
    let text = r#"{"format_version": "1.2", "planned_values": {}, "complete": false}"#;
    let (root, told) = evaluate_text(text);
    assert_eq!(root.blind_spots.len(), 1);
    assert_eq!(told[0].code, "plan-incomplete");
    assert_eq!(told[0].level, Level::Warning);
}

#[test]
fn what_has_planned_values_only_may_hold_more() {
    let text = r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": [
        {"type": "aws_x"},
        {"address": "aws_x.y", "mode": "managed", "type": "aws_x", "values": {"a": [{"b": 1}]}}]}}}"#;
    let (root, told) = evaluate_text(text);
    assert_eq!(told[0].code, "plan-format");
    let attributes = &resource(&root, "aws_x.y").attributes;
    assert!(attributes.more().is_some());
    let block = attributes.get("a").unwrap().items().remove(0);
    assert!(block.more().is_some());
}

#[test]
fn a_policy_is_the_document_that_terraform_puts_off() {
    let root = made();
    let policy = |address: &str| {
        let value = resource(&root, address).attributes.get("policy").unwrap();
        let references = value
            .place
            .references()
            .map(|(a, b)| format!("{a}.{b}"))
            .collect::<Vec<_>>();
        let text = value.as_text().unwrap_or_else(|| panic!("{value:?}"));
        let json = text.json().unwrap_or_else(|| panic!("{text:?}"));
        (references, (**json).clone())
    };
    let late = vec!["data.aws_iam_policy_document.late.json".to_owned()];
    for address in [
        "aws_ecr_repository_policy.each[\"a\"]",
        "module.m.aws_ecr_repository_policy.this",
    ] {
        let (references, json) = policy(address);
        assert_eq!(references, late, "{address}");
        let statements = json.get("Statement").unwrap().items();
        assert_eq!(statements.len(), 2);
        let principal = statements[0].get("Principal").unwrap().get("AWS").unwrap();
        let why = principal.first_unknown().map(|u| u.reason.to_string());
        assert_eq!(
            why.as_deref(),
            Some("`aws_iam_role.puller.arn` is known after apply")
        );
        assert_eq!(statements[1].get("Principal").unwrap().as_str(), Some("*"));
        let statement = json.get("Statement").unwrap();
        assert_eq!(
            statement.more().map(|u| &*u.reason),
            Some("the plan does not tell what else the expression adds")
        );
    }
}

#[test]
fn what_the_code_leaves_to_the_provider_is_left_out() {
    let text = |inner: &str| {
        format!(
            r#"{{"format_version": "1.2", "planned_values": {{}}, "resource_changes": [
        {{"address": "aws_ecr_repository.a", "mode": "managed", "type": "aws_ecr_repository", "change": {{"actions": ["create"],
          "after": {{"name": "a", "encryption_configuration": [{{"encryption_type": "KMS"}}]}},
          "after_unknown": {{"tags_all": true, "image_tag_mutability": true, "encryption_configuration": [{{"kms_key": true}}]}}}}}}],
        "configuration": {{"root_module": {{"resources": [{{"address": "aws_ecr_repository.a", "expressions": {{
          "name": {{"constant_value": "a"}}, {inner}}}}}]}}}}}}"#
        )
    };
    let read = |inner: &str| {
        let (mut root, diagnostics) = evaluate_text(&text(inner));
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        root.resources.remove(0).attributes
    };
    let key = |a: &Value| a.get("encryption_configuration").unwrap().items()[0].get("kms_key");
    let left = read(
        r#""image_tag_mutability": {"references": ["var.x"]}, "encryption_configuration": [{"encryption_type": {"constant_value": "KMS"}}]"#,
    );
    assert!(
        left.get("image_tag_mutability")
            .unwrap()
            .as_unknown()
            .is_some()
    );
    assert!(left.get("tags_all").is_none() && key(&left).is_none());
    let given = read(
        r#""image_tag_mutability": {}, "encryption_configuration": [{"kms_key": {"references": ["aws_kms_key.a.arn"]}}]"#,
    );
    assert!(key(&given).unwrap().as_unknown().is_some());
    let dynamic = read(r#""image_tag_mutability": {}"#);
    assert!(key(&dynamic).unwrap().as_unknown().is_some());
    let files = Files::default();
    let id = files.add("p", text(r#""image_tag_mutability": {}"#));
    let whole = resolve(&files, id, &World::default(), None).0;
    assert!(whole.resources[0].attributes.get("tags_all").is_some());
}

/// The values of a tree, counted from the outside in.
fn nth<'a>(json: &'a mut serde_json::Value, n: &mut usize) -> Option<&'a mut serde_json::Value> {
    if *n == 0 {
        return Some(json);
    }
    *n -= 1;
    match json {
        serde_json::Value::Array(items) => items.iter_mut().find_map(|v| nth(v, n)),
        serde_json::Value::Object(map) => map.values_mut().find_map(|v| nth(v, n)),
        _ => None,
    }
}

proptest::proptest! {
    #[test]
    fn odd_plans_do_no_harm(at in 1_usize..1500, by in 0_usize..8) {
        let text = include_str!("../../../testdata/parse/plan/references/plan.json");
        let mut plan: serde_json::Value = serde_json::from_str(text).unwrap();
        let others = ["null", "true", "3", "\"x\"", "[]", "{}", "[null]", r#"["module.m.name", "var.a", "each.value.x"]"#];
        if let Some(value) = nth(&mut plan, &mut { at }) {
            *value = serde_json::from_str(others[by]).unwrap();
        }
        evaluate_text(&plan.to_string());
    }
}
