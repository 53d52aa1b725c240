//! Registries of others, through endpoints and by own identities.

use super::*;

fn endpoint(statements: Json) -> Scene {
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    let mut scene = scene(&policy);
    scene.policies = vec![attached(&policy, PolicyKind::VpcEndpoint)];
    scene.known = trusted();
    scene
}

#[test]
fn endpoints_that_are_open() {
    let org = |key: &str| (key.to_owned(), json!("o-trusted0001"));
    let equals = |keys: &[&str]| {
        let entries: serde_json::Map<String, Json> = keys.iter().map(|k| org(k)).collect();
        json!({"StringEquals": entries})
    };
    for (condition, resource, expected) in [
        (json!({}), "*", "yes"),
        (equals(&["aws:PrincipalOrgID"]), "*", "yes"),
        (equals(&["aws:ResourceOrgID"]), "*", "yes"),
        (
            equals(&["aws:PrincipalOrgID", "aws:ResourceOrgID"]),
            "*",
            "no",
        ),
        (
            equals(&["aws:PrincipalOrgID"]),
            "arn:aws:ecr:*:111122223333:repository/*",
            "no",
        ),
        (
            json!({"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}),
            "*",
            "yes",
        ),
    ] {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": resource, "Condition": condition}});
        let mut scene = scene(&policy);
        scene.policies = vec![attached(&policy, PolicyKind::VpcEndpoint)];
        assert_eq!(word(&endpoint_open(&scene)), expected, "{policy}");
        scene.account = None;
        scene.organization = None;
        // nobody knows whose account and organisation the policy names
        let names = resource != "*" || condition.to_string().contains("\"o-");
        let expected = if names && expected == "yes" {
            "unknown"
        } else {
            expected
        };
        assert_eq!(
            word(&endpoint_open(&scene)),
            expected,
            "unknown deployment: {policy}"
        );
    }
}

/// Both sides by a variable: who brings credentials of an account of his own reaches the registry of that.
#[test]
fn a_stranger_reaches_his_own_registry() {
    let allow = |condition: Json| json!([{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}]);
    let deny = |condition: Json| {
        json!([
            {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition},
        ])
    };
    let one = |operator: &str, key: &str, value: &str| json!({operator: {key: value}});
    let (equals, differs, lax) = ("StringEquals", "StringNotEquals", "StringNotEqualsIfExists");
    let resource_account = ("aws:ResourceAccount", "${aws:PrincipalAccount}");
    let principal_account = ("aws:PrincipalAccount", "${aws:ResourceAccount}");
    let resource_org = ("aws:ResourceOrgID", "${aws:PrincipalOrgID}");
    let principal_org = ("aws:PrincipalOrgID", "${aws:ResourceOrgID}");
    let paths =
        json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "${aws:ResourceOrgID}/*"}});
    let mut open = vec![allow(paths)];
    for (key, value) in [
        resource_account,
        principal_account,
        resource_org,
        principal_org,
    ] {
        open.push(allow(one(equals, key, value)));
        open.push(deny(one(differs, key, value)));
        open.push(deny(one(lax, key, value)));
    }
    for statements in open {
        let mut scene = endpoint(statements.clone());
        assert_eq!(word(&endpoint_open(&scene)), "yes", "{statements}");
        assert_eq!(word(&stranger(&scene)), "yes", "{statements}");
        (scene.account, scene.organization, scene.known) = (None, None, Trusted::default());
        assert_eq!(
            word(&endpoint_open(&scene)),
            "yes",
            "nobody configured: {statements}"
        );
    }
    let both = json!({"StringEquals": {"aws:PrincipalOrgID": "o-trusted0001", "aws:ResourceAccount": "${aws:PrincipalAccount}"}});
    assert_eq!(word(&endpoint_open(&endpoint(allow(both)))), "no");
}

/// What the policies name counts as the owner's only where he says so.
#[test]
fn registries_that_are_named() {
    let only = |key: &str, values: &[&str]| {
        let condition = json!({"StringNotEqualsIfExists": {key: values}});
        endpoint(json!([
            {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition},
        ]))
    };
    let (account, organization) = ("aws:ResourceAccount", "aws:ResourceOrgID");
    let told = |scene: &Scene| [word(&abroad(scene)), word(&abroad_untrusted(scene))];
    let ours = only(account, &["111122223333", "444455556666"]);
    assert_eq!(told(&ours), ["no", "no"]);
    let mut foreign = only(account, &["111122223333", "999999999999"]);
    assert_eq!(told(&foreign), ["no", "yes"]);
    foreign.known.accounts = None;
    assert_eq!(told(&foreign), ["no", "unknown"]);
    foreign.known.trusted_accounts = ["999999999999".to_owned()].into();
    assert_eq!(told(&foreign), ["no", "no"]);
    assert_eq!(told(&only(organization, &["o-trusted0001"])), ["no", "no"]);
    let mut foreign = only(organization, &["o-trusted0001", "o-zzzzzzzzzz"]);
    assert_eq!(told(&foreign), ["no", "yes"]);
    (foreign.organization, foreign.known.organization) = (None, None);
    assert_eq!(told(&foreign), ["no", "unknown"]);
}

/// A foreign account that is let in to its own registry.
#[test]
fn strangers_that_are_named() {
    let condition = |accounts: &[&str]| json!({"StringEquals": {"aws:PrincipalAccount": accounts, "aws:ResourceAccount": "${aws:PrincipalAccount}"}});
    let allow = |accounts: &[&str]| {
        endpoint(
            json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition(accounts)}),
        )
    };
    let ours = allow(&["111122223333", "444455556666"]);
    assert_eq!(word(&stranger_untrusted(&ours)), "no");
    let foreign = allow(&["111122223333", "999999999999"]);
    assert_eq!(word(&stranger(&foreign)), "no");
    assert_eq!(word(&stranger_untrusted(&foreign)), "yes");
}

/// A registry's other repositories.
#[test]
fn any_repository_but_some() {
    let allow = |resource: &str| {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "ecr:*", "Resource": resource}});
        let mut scene = scene(&policy);
        scene.policies = vec![attached(&policy, PolicyKind::Registry)];
        scene
    };
    let own = ["app", "any"].map(str::to_owned);
    for (name, any, other) in [
        ("app", "yes", "no"),
        ("any", "yes", "no"),
        ("other", "yes", "yes"),
        ("app*", "yes", "yes"),
        ("*", "yes", "yes"),
    ] {
        let resource = format!("arn:aws:ecr:us-east-1:111122223333:repository/{name}");
        let mut scene = allow(&resource);
        scene.repository = Repository::Any;
        assert_eq!(word(&public(&scene)), any, "{name}");
        scene.repository = Repository::Except(Arc::new(own.clone().into()));
        assert_eq!(word(&public(&scene)), other, "{name}");
    }
    let mut all = allow("*");
    all.repository = Repository::Except(Arc::new(own.into()));
    assert!(
        public(&all)
            .witness()
            .unwrap()
            .resource
            .ends_with("/any-other")
    );
}
