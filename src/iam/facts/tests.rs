use super::*;
use crate::iam::can::value;
use crate::iam::document::{Document, PolicyKind};
use crate::iam::reach::Attached;
use crate::iam::rule::Scope;
use crate::span::{Files, Span};
use serde_json::{Value as Json, json};

fn read(json: &Json) -> Document {
    let files = Files::default();
    let span = Span::new(files.add("policy", ""), 0, 0);
    Document::read(&value(json, span, 0), PolicyKind::Repository).0
}

fn statement(principal: Json, condition: Json) -> Json {
    json!({"Effect": "Allow", "Principal": principal, "Action": "ecr:BatchGetImage", "Condition": condition})
}

fn scene(statements: &[Json]) -> Scene {
    let document = read(&json!({"Version": "2012-10-17", "Statement": statements}));
    Scene {
        account: Some("111122223333".into()),
        region: Some("us-east-1".into()),
        policies: vec![Attached {
            name: "p".into(),
            document: Arc::new(document),
            scope: Scope::V2,
        }],
        ..Scene::default()
    }
}

fn first(scene: &Scene) -> (Statement, Grant) {
    let statement = scene.policies[0].document.statements[0].clone();
    let grant = grants(&statement, &Binding::default()).remove(0);
    (statement, grant)
}

#[test]
fn a_source_condition_counts_where_it_holds() {
    let own = json!("111122223333");
    for (condition, expected) in [
        (json!({}), false),
        (json!({"StringEquals": {"aws:SourceAccount": own}}), true),
        (
            json!({"StringEquals": {"aws:SourceAccount": "999999999999"}}),
            true,
        ),
        (
            json!({"StringEqualsIfExists": {"aws:SourceAccount": own}}),
            false,
        ),
        (
            json!({"ForAllValues:StringEquals": {"aws:SourceAccount": own}}),
            false,
        ),
        (json!({"StringLike": {"aws:SourceAccount": "*"}}), false),
        (
            json!({"StringNotEquals": {"aws:SourceAccount": own}}),
            false,
        ),
        (
            json!({"ArnLike": {"aws:sourceARN": "arn:aws:lambda:us-east-1:111122223333:function:*"}}),
            true,
        ),
        (
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:*"}}),
            false,
        ),
        (
            json!({"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}}),
            true,
        ),
        (json!({"StringLike": {"aws:SourceOrgID": "o-*"}}), false),
        (
            json!({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),
            false,
        ),
    ] {
        let scene = scene(&[statement(
            json!({"Service": "lambda.amazonaws.com"}),
            condition.clone(),
        )]);
        let (statement, grant) = first(&scene);
        assert_eq!(
            sourced(&Alone::new(&scene, 0, &statement), &grant),
            Ok(expected),
            "{condition}"
        );
    }
}

#[test]
fn a_deny_can_hold_too() {
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"StringNotEquals": {"aws:SourceAccount": "111122223333"}}});
    let scene = scene(&[
        statement(json!({"Service": "lambda.amazonaws.com"}), json!({})),
        deny,
    ]);
    let (statement, grant) = first(&scene);
    assert_eq!(
        sourced(&Alone::new(&scene, 0, &statement), &grant),
        Ok(true)
    );
}

#[test]
fn everyone_who_is_left_to_services_needs_a_source_too() {
    let everyone = |condition: Json, more: &[Json]| {
        let mut all = vec![statement(json!("*"), condition)];
        all.extend(more.iter().cloned());
        let scene = scene(&all);
        let (statement, grant) = first(&scene);
        sourced(&Alone::new(&scene, 0, &statement), &grant)
    };
    let deny = |condition: Json| json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": condition});
    let services = json!({"Bool": {"aws:PrincipalIsAWSService": "true"}});
    let lambda = json!({"StringEquals": {"aws:PrincipalServiceName": "lambda.amazonaws.com"}});
    let ours = json!({"Bool": {"aws:PrincipalIsAWSService": "true"}, "StringEquals": {"aws:SourceAccount": "111122223333"}});
    let network = json!({"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}});
    let people = deny(json!({"Bool": {"aws:PrincipalIsAWSService": "false"}}));
    assert_eq!(everyone(services.clone(), &[]), Ok(false));
    assert_eq!(everyone(lambda, &[]), Ok(false));
    assert_eq!(everyone(json!({}), &[people]), Ok(false));
    // a source, none but people, and what is said of people and services alike
    assert_eq!(everyone(ours, &[]), Ok(true));
    assert_eq!(everyone(network, &[]), Ok(true));
    assert_eq!(everyone(json!({}), &[]), Ok(true));
    assert_eq!(everyone(json!({}), &[deny(services)]), Ok(true));
}

#[test]
fn an_account_is_narrowed_by_named_principals_only() {
    for (condition, expected) in [
        (json!({}), false),
        (
            json!({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::999999999999:role/ci"}}),
            true,
        ),
        (
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::999999999999:role/ci-*"}}),
            true,
        ),
        (
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::999999999999:role/*"}}),
            false,
        ),
        (
            json!({"ArnEqualsIfExists": {"aws:PrincipalArn": "arn:aws:iam::999999999999:role/ci"}}),
            true,
        ),
        (
            json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
            false,
        ),
        (
            json!({"StringEquals": {"aws:PrincipalTag/team": "a"}}),
            false,
        ),
        (
            json!({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::999999999999:role/ci"}}),
            false,
        ),
    ] {
        let scene = scene(&[statement(json!({"AWS": "999999999999"}), condition.clone())]);
        let (statement, grant) = first(&scene);
        assert_eq!(
            narrowed(&Alone::new(&scene, 0, &statement), &grant),
            Ok(expected),
            "{condition}"
        );
    }
}

#[test]
fn principals_have_a_kind() {
    let all = json!({"AWS": ["*", "999999999999", "arn:aws:iam::999999999999:root", "arn:aws:iam::999999999999:role/team/ci",
        "arn:aws:iam::999999999999:user/bob", "arn:aws:sts::999999999999:assumed-role/ci/s", "AIDAEXAMPLEID234567", "arn:aws:iam::9:root"]});
    let document = read(&json!({"Statement": statement(all, json!({}))}));
    let kinds: Vec<&str> = grants(&document.statements[0], &Binding::default())
        .iter()
        .map(|g| g.kind.word())
        .collect();
    assert_eq!(
        kinds,
        [
            "everyone", "account", "account", "role", "user", "session", "other", "other"
        ]
    );
}

#[test]
fn actions_resources_and_accounts() {
    let document = read(&json!({"Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": ["ecr:Put*", "ECR:*"]},
        {"Effect": "Allow", "Principal": "*", "NotAction": "ecr:*", "Resource": "arn:aws:ecr:us-east-1:111122223333:repository/*"},
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::<ACCOUNT_ID>:root"}, "Action": "ecr:PutImage", "Resource": "arn:aws:ecr:us-east-1:111122223333:repository/a/*"},
    ]}));
    let [all, rest, one] = document.statements.as_slice() else {
        panic!("three")
    };
    assert_eq!(
        wildcard_action(all).unwrap().and_then(Word::known),
        Some("ECR:*")
    );
    assert!(wildcard_action(rest).unwrap().is_none() && wildcard_action(one).unwrap().is_none());
    assert_eq!(
        (actions(all).len(), actions(rest).len(), actions(one).len()),
        (65, 23, 1)
    );
    let scene = Scene::default();
    let every: Vec<Tri> = [all, rest, one]
        .map(|s| every_repository(s, &scene))
        .to_vec();
    assert_eq!(every, [Tri::True, Tri::True, Tri::False]);
    let names: Vec<String> = named_accounts(one).into_iter().map(|(a, _)| a).collect();
    assert_eq!(names, ["<ACCOUNT_ID>", "111122223333"]);
}

#[test]
fn every_action_has_many_spellings() {
    for (action, every) in [
        ("*", true),
        ("**", true),
        ("ecr:*", true),
        ("ECR:**", true),
        ("ec*:*", true),
        ("*:*", true),
        ("ecr-public:*", true),
        ("ecr:Put*", false),
        ("s3:*", false),
        ("ecs*:*", false),
        ("ecr:", false),
    ] {
        let document =
            read(&json!({"Statement": {"Effect": "Allow", "Principal": "*", "Action": action}}));
        let found = wildcard_action(&document.statements[0]).unwrap().is_some();
        assert_eq!(found, every, "{action}");
    }
}

#[test]
fn accounts_stand_alone() {
    let document = read(
        &json!({"Statement": {"Effect": "Allow", "Principal": {"AWS": ["a210987654321b", "arn:aws:iam::<id>:role/<name>"]}, "Action": "ecr:PutImage"}}),
    );
    let named = named_accounts(&document.statements[0]);
    let names: Vec<&str> = named.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(names, ["<id>", "<name>"]);
}
