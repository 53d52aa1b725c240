//! What unknown parts of templates and of the world do to an answer.

mod traps;

use super::*;
use crate::iam::action::{BRING, PULL};
use crate::value::{Kind, Piece, Role, Unknown, Value};

fn hole(reason: &str) -> Arc<Unknown> {
    Arc::new(Unknown::because(reason))
}

/// A policy as text with `@x@` for unknown parts (`@account@`, `@region@`, `@org@`: of the deployment).
fn template(json: &Json) -> Scene {
    let text = json.to_string();
    let mut pieces = Vec::new();
    for (i, piece) in text.split('@').enumerate() {
        pieces.push(match (i % 2, piece) {
            (0, text) => Piece::Lit(text, None),
            (_, "account") => Piece::Hole(Arc::new(
                Unknown::because("no target account").role(Role::Account),
            )),
            (_, "org") => Piece::Hole(Arc::new(
                Unknown::because("no organisation").role(Role::Organization),
            )),
            (_, name) => Piece::Hole(hole(&format!("`var.{name}` has no value"))),
        });
    }
    let files = Files::default();
    let span = Span::new(files.add("policy", ""), 0, 0);
    let text = Value::new(Kind::String(Text::of(pieces)), span);
    let mut scene = super::scene(&json!({"Statement": []}));
    let (document, problems) = Document::read(&text, PolicyKind::Repository);
    assert!(problems.is_empty(), "{problems:?}");
    scene.policies[0].document = Arc::new(document);
    scene
}

fn allow(principal: Json, condition: Json) -> Json {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "ecr:BatchGetImage", "Condition": condition}]})
}

fn both(scene: &Scene) -> (&'static str, &'static str) {
    (word(&public(scene)), word(&outside(scene, &trusted())))
}

#[test]
fn unknown_parts_of_templates() {
    let none = json!({});
    let deny = |condition: Json| json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": condition});
    let with = |mut policy: Json, statement: Json| {
        policy["Statement"].as_array_mut().unwrap().push(statement);
        policy
    };
    for (policy, expected) in [
        // whoever it names, it is named
        (
            allow(json!({"AWS": "arn:aws:iam::@x@:root"}), none.clone()),
            ("no", "unknown"),
        ),
        (
            allow(json!({"AWS": "arn:aws:iam::@x@:user/bob"}), none.clone()),
            ("no", "unknown"),
        ),
        (
            allow(json!({"AWS": "@x@"}), none.clone()),
            ("unknown", "unknown"),
        ),
        (
            allow(json!({"AWS": "arn:aws:iam::@account@:root"}), none.clone()),
            ("no", "no"),
        ),
        (
            allow(
                json!({"AWS": "arn:aws:iam::@account@:role/@x@"}),
                none.clone(),
            ),
            ("no", "no"),
        ),
        (
            allow(
                json!("*"),
                json!({"StringEquals": {"aws:PrincipalOrgID": "@x@"}}),
            ),
            ("no", "unknown"),
        ),
        (
            allow(
                json!("*"),
                json!({"StringEquals": {"aws:PrincipalOrgID": "@org@"}}),
            ),
            ("no", "no"),
        ),
        (
            allow(
                json!("*"),
                json!({"StringLike": {"aws:PrincipalOrgID": "@x@"}}),
            ),
            ("unknown", "unknown"),
        ),
        (
            allow(
                json!("*"),
                json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "@x@"}}),
            ),
            ("yes", "yes"),
        ),
        (
            allow(
                json!("*"),
                json!({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "@x@"}}),
            ),
            ("yes", "yes"),
        ),
        (
            allow(json!("*"), json!({"IpAddress": {"aws:SourceIp": "@x@"}})),
            ("unknown", "unknown"),
        ),
        (
            allow(
                json!("*"),
                json!({"StringEquals": {"aws:SourceVpce": "@x@"}}),
            ),
            ("no", "unknown"),
        ),
        (
            allow(
                json!("*"),
                json!({"StringEquals": {"aws:SourceVpce": "@x@", "aws:PrincipalOrgID": "o-trusted0001"}}),
            ),
            ("no", "no"),
        ),
        (
            allow(
                json!("*"),
                json!({"StringEquals": {"aws:PrincipalAccount": ["444455556666", "@account@"]}}),
            ),
            ("no", "no"),
        ),
        (
            allow(
                json!({"Service": "lambda.amazonaws.com"}),
                json!({"StringEquals": {"aws:SourceAccount": "@account@"}}),
            ),
            ("no", "no"),
        ),
        (
            allow(
                json!({"Service": "lambda.amazonaws.com"}),
                json!({"StringEquals": {"aws:SourceAccount": "@x@"}}),
            ),
            ("no", "unknown"),
        ),
        // a Deny protects though the Allow is unknown
        (
            with(
                allow(json!({"AWS": "@x@"}), none.clone()),
                deny(json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-trusted0001"}})),
            ),
            ("no", "no"),
        ),
        (
            with(
                allow(json!("*"), none.clone()),
                deny(json!({"StringNotEquals": {"aws:PrincipalOrgID": "@x@"}})),
            ),
            ("no", "unknown"),
        ),
        (
            with(
                allow(json!("*"), none.clone()),
                deny(json!({"Bool": {"aws:SecureTransport": "@x@"}})),
            ),
            ("unknown", "unknown"),
        ),
        (
            allow(
                json!("*"),
                json!({"StringEquals": {"aws:PrincipalTag/team": "@x@"}}),
            ),
            ("unknown", "unknown"),
        ),
        (
            allow(
                json!("*"),
                json!({"StringLike": {"aws:PrincipalOrgPaths": "o-trusted0001/*"}}),
            ),
            ("unknown", "unknown"),
        ),
        (
            allow(json!("*"), json!({"StringEquals": {"saml:sub": "bob"}})),
            ("unknown", "unknown"),
        ),
        (
            allow(
                json!("*"),
                json!({"StringEquals": {"aws:userid": "AROAEXAMPLEID234567:s"}}),
            ),
            ("no", "unknown"),
        ),
        (
            allow(
                json!({"Service": "lambda.amazonaws.com"}),
                json!({"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::bucket"}}),
            ),
            ("no", "unknown"),
        ),
    ] {
        let scene = template(&policy);
        assert_eq!(
            both(&scene),
            expected,
            "{policy}\n{:?}",
            outside(&scene, &trusted())
        );
    }
}

#[test]
fn the_reason_is_that_of_the_part_it_hangs_on() {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::@owner@:root"}, "Action": "ecr:BatchGetImage"},
        {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "@other@"},
    ]});
    let Answer::Unknown(reasons) = outside(&template(&policy), &trusted()) else {
        panic!("not unknown")
    };
    assert_eq!(reasons, ["`var.owner` has no value".into()]);
}

#[test]
fn an_unknown_document_or_statement_is_unknown() {
    let files = Files::default();
    let span = Span::new(files.add("policy", ""), 0, 0);
    let unknown = Value::new(Kind::Unknown(hole("`var.policy` has no value")), span);
    let mut scene = scene(&allow(json!("*"), json!({})));
    assert_eq!(both(&scene), ("yes", "yes"));
    scene.policies.push(Attached {
        name: "registry policy".into(),
        document: Arc::new(Document::read(&unknown, PolicyKind::Registry).0),
        scope: Scope::V2,
    });
    assert_eq!(both(&scene), ("unknown", "unknown"));
    scene.policies.remove(0);
    assert_eq!(both(&scene), ("unknown", "unknown"));
}

#[test]
fn what_is_not_known_about_the_world() {
    let root = |a: &str| scene(&allow(json!({"AWS": a}), json!({})));
    let org = Trusted {
        organization: Some("o-trusted0001".into()),
        ..Trusted::default()
    };
    let accounts = Trusted {
        organization: None,
        ..trusted()
    };
    let vendor = Trusted {
        trusted_accounts: ["999999999999".to_owned()].into(),
        ..org.clone()
    };
    assert_eq!(word(&outside(&root("999999999999"), &org)), "unknown");
    assert_eq!(word(&outside(&root("111122223333"), &org)), "no");
    assert_eq!(word(&outside(&root("999999999999"), &accounts)), "yes");
    assert_eq!(word(&outside(&root("444455556666"), &accounts)), "no");
    assert_eq!(word(&outside(&root("999999999999"), &vendor)), "no");
    let condition = |id: &str| {
        scene(&allow(
            json!({"AWS": "999999999999"}),
            json!({"StringEquals": {"aws:PrincipalOrgID": id}}),
        ))
    };
    assert_eq!(word(&outside(&condition("o-trusted0001"), &org)), "no");
    let other = Scene {
        organization: None,
        ..scene(&allow(
            json!("*"),
            json!({"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}),
        ))
    };
    assert_eq!(word(&outside(&other, &accounts)), "unknown");
    assert_eq!(word(&outside(&other, &org)), "yes");
}

#[test]
fn an_unknown_deployment() {
    let on = |resource: &str| {
        let mut policy = allow(json!("*"), json!({}));
        policy["Statement"][0]["Resource"] = json!(resource);
        Scene {
            account: None,
            region: None,
            ..template(&policy)
        }
    };
    assert_eq!(word(&public(&on("*"))), "yes");
    assert_eq!(
        word(&public(&on("arn:aws:ecr:*:@account@:repository/app"))),
        "yes"
    );
    assert_eq!(
        word(&public(&on("arn:aws:ecr:*:@account@:repository/other"))),
        "no"
    );
    assert_eq!(
        word(&public(&on(
            "arn:aws:ecr:us-east-1:123456789012:repository/app"
        ))),
        "unknown"
    );
    assert_eq!(
        word(&public(&on(
            "arn:aws:ecr:us-east-1:123456789012:repository/other"
        ))),
        "no"
    );
    let mut named = on("arn:aws:ecr:*:*:repository/team-a/*");
    let name = [
        Piece::Lit("team-", None),
        Piece::Hole(hole("`var.name` has no value")),
    ];
    named.repository = Repository::Named(Text::of(name));
    assert_eq!(word(&public(&named)), "unknown");
    let name = [
        Piece::Lit("team-a/", None),
        Piece::Hole(hole("`var.name` has no value")),
    ];
    named.repository = Repository::Named(Text::of(name));
    assert_eq!(word(&public(&named)), "yes");
    named.repository = Repository::Any;
    assert_eq!(word(&public(&named)), "yes");
}

#[test]
fn scopes_and_resource_control_policies() {
    let pull = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage", "Resource": "*"}]});
    let mut scene = scene(&json!({"Statement": []}));
    scene.policies = vec![attached(&pull, PolicyKind::Registry)];
    scene.repository = Repository::Any;
    assert_eq!(both(&scene), ("yes", "yes"));
    scene.policies[0].scope = Scope::V1;
    assert_eq!(both(&scene), ("no", "no"));
    scene.policies[0].scope =
        Scope::Unknown("the scope of the registry policy is not known".into());
    let Answer::Unknown(reasons) = public(&scene) else {
        panic!("not unknown")
    };
    assert_eq!(
        reasons,
        ["the scope of the registry policy is not known".into()]
    );
    scene.policies[0].scope = Scope::V2;
    let control = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Resource": "*",
        "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-trusted0001"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}]});
    scene
        .policies
        .push(attached(&control, PolicyKind::ResourceControl));
    assert_eq!(both(&scene), ("no", "yes"));
}

#[test]
fn witnesses_name_policy_and_statement() {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "ecr:BatchGetImage"},
        {"Effect": "Allow", "Principal": "*", "Action": "ecr:*", "Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci"}}},
    ]});
    let scene = scene(&policy);
    let answer = public(&scene);
    let witness = answer.witness().unwrap();
    assert_eq!(
        (witness.statement, witness.policy_index, &*witness.policy),
        (1, 0, "repository policy")
    );
    assert_eq!(witness.action, "ecr:PutImage");
    assert!(
        witness.principal.ends_with(":assumed-role/ci/any-session"),
        "{witness:?}"
    );
    assert!(witness.context["aws:PrincipalArn"].ends_with(":role/ci"));
    assert_eq!(
        witness.resource,
        "arn:aws:ecr:us-east-1:111122223333:repository/app"
    );
}

#[test]
fn accounts_that_push() {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ["444455556666", "999999999999", "111122223333"]}, "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]},
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/ci"}, "Action": "ecr:PutImage"},
    ]});
    let scene = scene(&policy);
    let names = |actions: &[&'static str], all| {
        let found = accounts_with(&scene, &trusted(), actions, all);
        found
            .into_iter()
            .map(|(a, answer)| format!("{a} {}", word(&answer)))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(PULL, true), ["444455556666 yes", "999999999999 yes"]);
    assert_eq!(names(BRING, false), ["444455556666 yes"]);
    assert_eq!(names(BRING, true), [""; 0]);
    let open = super::scene(&allow(json!("*"), json!({})));
    assert_eq!(
        accounts_with(&open, &trusted(), PULL, false)
            .first()
            .map(|(a, _)| a.as_str()),
        Some("*")
    );
}
