use crate::iam::can::answer_line;
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::999999999999:role/ci";
const OWN: &str = "arn:aws:iam::111122223333:role/ci";

fn decision(case: Value) -> String {
    let answer: Value = serde_json::from_str(&answer_line(&case.to_string()).unwrap()).unwrap();
    answer["decision"].as_str().unwrap().to_owned()
}

fn case(principal: &str, action: &str) -> Value {
    json!({"id": "x", "request": {"principal": principal, "action": action, "contextVariables": {},
        "resource": {"resource": "arn:aws:ecr:us-east-1:111122223333:repository/app", "accountId": "111122223333"}}})
}

fn with(mut case: Value, key: &str, value: Value) -> Value {
    case[key] = value;
    case
}

fn all(effect: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": "*", "Resource": "*"}]})
}

fn to(principal: Value) -> Value {
    json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "ecr:*"}]})
}

#[test]
fn the_same_account_needs_one_side_and_another_account_both() {
    let identity = json!([{"name": "i", "policy": all("Allow")}]);
    let pull = "ecr:BatchGetImage";
    assert_eq!(decision(case(OWN, pull)), "deny");
    assert_eq!(
        decision(with(case(OWN, pull), "identityPolicies", identity.clone())),
        "allow"
    );
    assert_eq!(
        decision(with(
            case(OWN, pull),
            "resourcePolicy",
            to(json!({"AWS": OWN}))
        )),
        "allow"
    );
    // an account's root delegates: of itself it grants nothing in the same account
    assert_eq!(
        decision(with(
            case(OWN, pull),
            "resourcePolicy",
            to(json!({"AWS": "111122223333"}))
        )),
        "deny"
    );
    let granted = with(
        case(ROLE, pull),
        "resourcePolicy",
        to(json!({"AWS": "999999999999"})),
    );
    assert_eq!(decision(granted.clone()), "deny");
    assert_eq!(
        decision(with(granted, "identityPolicies", identity.clone())),
        "allow"
    );
    assert_eq!(
        decision(with(case(ROLE, pull), "identityPolicies", identity)),
        "deny"
    );
}

#[test]
fn services_need_the_resource_side_only() {
    let service = "lambda.amazonaws.com";
    let granted = with(
        case(service, "ecr:BatchGetImage"),
        "resourcePolicy",
        to(json!({"Service": service})),
    );
    assert_eq!(decision(granted.clone()), "allow");
    let deny =
        json!([{"orgIdentifier": "o-a", "policies": [{"name": "s", "policy": all("Deny")}]}]);
    assert_eq!(
        decision(with(granted, "serviceControlPolicies", deny)),
        "allow"
    );
}

#[test]
fn a_deny_anywhere_wins() {
    let pull = "ecr:BatchGetImage";
    let base = with(case(OWN, pull), "resourcePolicy", to(json!("*")));
    assert_eq!(decision(base.clone()), "allow");
    let deny_all = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Resource": "*"}});
    let one = |p: Value| json!([{"name": "p", "policy": p}]);
    let level =
        |p: Value| json!([{"orgIdentifier": "o-a", "policies": [{"name": "p", "policy": p}]}]);
    assert_eq!(
        decision(with(base.clone(), "identityPolicies", one(all("Deny")))),
        "deny"
    );
    assert_eq!(
        decision(with(
            base.clone(),
            "serviceControlPolicies",
            level(all("Deny"))
        )),
        "deny"
    );
    assert_eq!(
        decision(with(
            base.clone(),
            "resourceControlPolicies",
            level(deny_all.clone())
        )),
        "deny"
    );
    assert_eq!(
        decision(with(
            base.clone(),
            "vpcEndpointPolicies",
            one(deny_all.clone())
        )),
        "deny"
    );
    assert_eq!(
        decision(with(base.clone(), "registryPolicy", deny_all.clone())),
        "deny"
    );
    let v1 = with(
        with(base.clone(), "registryPolicy", deny_all),
        "registryPolicyScope",
        json!("V1"),
    );
    assert_eq!(decision(v1), "allow");
    // every level of service control policies, and the endpoint, must allow
    let nothing = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}});
    assert_eq!(
        decision(with(
            base.clone(),
            "serviceControlPolicies",
            level(nothing.clone())
        )),
        "deny"
    );
    assert_eq!(
        decision(with(
            base.clone(),
            "vpcEndpointPolicies",
            one(nothing.clone())
        )),
        "deny"
    );
    assert_eq!(
        decision(with(base, "resourceControlPolicies", level(nothing))),
        "allow"
    );
}

#[test]
fn what_the_guide_leaves_open_is_unknown() {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": OWN}, "Action": "ecr:*",
        "Condition": {"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "a"}}}]});
    assert_eq!(
        decision(with(case(OWN, "ecr:PutImage"), "resourcePolicy", policy)),
        "unknown"
    );
}
