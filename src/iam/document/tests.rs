use super::*;
use crate::iam::reach::{Attached, Scene, Trusted, outside, public};
use crate::iam::rule::Scope;
use crate::span::{Files, Span};
use crate::value::{Piece, Role};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn read(files: &Files, text: &str, kind: PolicyKind) -> (Document, Vec<Problem>) {
    let id = files.add("policy.json", text);
    let span = Span::new(id, 0, text.len());
    let value = Value::new(Kind::String(Text::at(text, span)), span);
    Document::read(&value, kind)
}

fn problems(text: &str) -> Vec<String> {
    let files = Files::default();
    let (_, problems) = read(&files, text, PolicyKind::Repository);
    let at = |p: &Problem| files.text(p.place.span);
    problems
        .iter()
        .map(|p| format!("{} @ {}", p.message, at(p)))
        .collect()
}

#[test]
fn every_leaf_has_its_place() {
    let files = Files::default();
    let text = r#"{"Version": "2012-10-17", "Statement": {"Sid": "a", "Effect": "Allow", "Principal": {"AWS": ["*", "111122223333"]},
        "Action": "ecr:*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-a", "o-b"]}}}}"#;
    let (document, problems) = read(&files, text, PolicyKind::Repository);
    assert!(problems.is_empty());
    assert_eq!(document.version, Version::V2012);
    let words: Vec<(String, &str)> = (document.words())
        .map(|w| (files.text(w.place.span), w.known().unwrap()))
        .collect();
    for (written, word) in &words {
        assert_eq!(written.trim_matches('"'), *word);
    }
    let all: Vec<&str> = words.iter().map(|(_, w)| *w).collect();
    assert_eq!(all, ["*", "111122223333", "ecr:*", "o-a", "o-b"]);
    let [statement] = document.statements.as_slice() else {
        panic!("one statement")
    };
    assert_eq!(statement.effect, Effect::Allow);
    assert_eq!(statement.conditions.len(), 1);
    assert!(files.text(statement.place.span).starts_with("{\"Sid\""));
}

#[test]
fn what_aws_refuses_is_said_with_its_place() {
    let statement =
        |body: &str| format!(r#"{{"Version": "2012-10-17", "Statement": [{{{body}}}]}}"#);
    let whole = |principal: &str| {
        statement(&format!(
            r#""Effect": "Allow", "Principal": {principal}, "Action": "ecr:*""#
        ))
    };
    let one = |text: &str| {
        let mut found = problems(text);
        assert!(found.len() <= 1, "{text}: {found:?}");
        found.pop().unwrap_or_default()
    };
    for good in [
        r#""*""#,
        r#"{"AWS": "*"}"#,
        r#"{"AWS": ["arn:aws:iam::111122223333:root", "AIDAEXAMPLEID234567"]}"#,
        r#"{"Service": "lambda.amazonaws.com"}"#,
    ] {
        assert_eq!(one(&whole(good)), "", "{good}");
    }
    let twice = r#""Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "ecr:*", "Principal": {"AWS": "111122223333"}"#;
    assert!(one(&statement(twice)).starts_with("the key `Principal` stands twice in one element"));
    assert!(one("{").starts_with("the policy is not JSON"));
    assert!(one("").starts_with("the policy is not JSON"));
    assert!(one("[]").starts_with("the policy is not a JSON object"));
    assert!(one("{}").starts_with("the policy has no Statement"));
    assert!(one(r#"{"Version": "2012-10-18", "Statement": []}"#).ends_with(r#"@ "2012-10-18""#));
    assert!(one(r#"{"Statement": [], "Foo": 1}"#).contains("no element `Foo`"));
    assert!(one(&statement(r#""Principal": "*", "Action": "ecr:*""#)).contains("has no Effect"));
    assert!(
        one(&statement(
            r#""Effect": "allow", "Principal": "*", "Action": "ecr:*""#
        ))
        .ends_with(r#"@ "allow""#)
    );
    assert!(one(&statement(r#""Effect": "Allow", "Principal": "*""#)).contains("neither Action"));
    assert!(
        one(&statement(r#""Effect": "Allow", "Action": "ecr:*""#)).contains("neither Principal")
    );
    let both = statement(
        r#""Effect": "Allow", "Principal": "*", "Action": "ecr:*", "NotAction": "ecr:PutImage""#,
    );
    assert!(one(&both).contains("both Action"));
    assert!(one(&whole(r#"{"AWS": "arn:aws:iam::*:root"}"#)).contains("wildcard"));
    assert!(
        one(&whole(r#"{"AWS": "arn:aws:iam::111122223333:role/*"}"#))
            .ends_with(r#"@ "arn:aws:iam::111122223333:role/*""#)
    );
    assert!(one(&whole(r#"{"AWS": "<ACCOUNT>"}"#)).contains("neither an account id"));
    assert!(one(&whole(r#"{"User": "x"}"#)).contains("type `User`"));
    assert!(one(&whole(r#""999999999999""#)).contains("neither `*`"));
    let operator = statement(
        r#""Effect": "Allow", "Principal": "*", "Action": "ecr:*", "Condition": {"StringEqual": {"aws:PrincipalOrgID": "o-a"}}"#,
    );
    assert!(one(&operator).contains("no condition operator `StringEqual`"));
    assert!(
        one(&statement(
            r#""Effect": "Allow", "Principal": "*", "Action": "PutImage""#
        ))
        .contains("no service prefix")
    );
    assert!(
        one(&statement(
            r#""Effect": "Allow", "Principal": "*", "Action": [{}]"#
        ))
        .contains("is not a text")
    );
    let files = Files::default();
    let (_, scp) = read(&files, &whole(r#""*""#), PolicyKind::ServiceControl);
    assert!(scp.iter().any(|p| p.message.contains("names no principal")));
}

#[test]
fn unknown_parts_are_kept() {
    let files = Files::default();
    let span = Span::new(files.add("a", ""), 0, 0);
    let unknown = Arc::new(Unknown::because("`var.x` has no value"));
    let (document, problems) = Document::read(
        &Value::new(Kind::Unknown(unknown.clone()), span),
        PolicyKind::Repository,
    );
    assert!(problems.is_empty() && document.unknown.len() == 1);
    let account = Arc::new(Unknown::because("no target").role(Role::Account));
    let text = Text::of([
        Piece::Lit(
            r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::"#,
            None,
        ),
        Piece::Hole(account),
        Piece::Lit(r#":root"},"Action":"#, None),
        Piece::Hole(unknown.clone()),
        Piece::Lit("}]}", None),
    ]);
    let (document, problems) = Document::read(
        &Value::new(Kind::String(text), span),
        PolicyKind::Repository,
    );
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(
        document.first_unknown().map(|u| &*u.reason),
        Some("no target")
    );
    let mut more = Value::tuple(Vec::new(), span);
    if let Kind::Sequence { more, .. } = &mut more.kind {
        *more = Some(unknown);
    }
    let root = Value::object([("Statement".into(), more)].into(), span);
    let (document, problems) = Document::read(&root, PolicyKind::Repository);
    assert!(problems.is_empty() && document.unknown.len() == 1);
}

/// Any JSON made of the words of policies.
fn anything() -> impl Strategy<Value = serde_json::Value> {
    let leaf = select(LEAVES).prop_map(|l| match l {
        "null" => serde_json::Value::Null,
        "1" => serde_json::json!(1),
        "true" => serde_json::json!(true),
        text => serde_json::json!(text),
    });
    leaf.prop_recursive(5, 40, 4, |inner| {
        let object = vec((select(KEYS), inner.clone()), 0..5);
        prop_oneof![
            vec(inner, 0..4).prop_map(serde_json::Value::from),
            object.prop_map(|entries| entries
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect()),
        ]
    })
}

const LEAVES: &[&str] = &[
    "null",
    "1",
    "true",
    "*",
    "",
    "Allow",
    "Deny",
    "ecr:*",
    "ecr:PutImage",
    "2012-10-17",
    "111122223333",
    "999999999999",
    "arn:aws:iam::1:${aws:username}",
    "${",
    "${}",
    "é?*",
    "arn:aws:ecr:*:*:repository/*",
    "10.0.0.0/33",
    "0.0.0.0/0",
    "o-*",
];

const KEYS: &[&str] = &[
    "Principal",
    "AWS",
    "Service",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "Condition",
    "StringLike",
    "ForAnyValue:StringEquals",
    "ArnNotLike",
    "IpAddress",
    "NumericLessThan",
    "DateEquals",
    "Null",
    "aws:PrincipalArn",
    "aws:SourceIp",
    "aws:TagKeys",
    "aws:userid",
    "Effect",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever stands in a policy, it is read without a crash, and what was read can be judged.
    #[test]
    fn nothing_crashes(parts in vec((select(KEYS), anything()), 0..6)) {
        let mut statement = serde_json::json!({"Effect": "Allow", "Principal": "*", "Action": "ecr:*"});
        for (key, value) in parts {
            statement[key] = value;
        }
        let text = serde_json::json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        let files = Files::default();
        for kind in [PolicyKind::Repository, PolicyKind::ServiceControl] {
            let (document, _) = read(&files, &text, kind);
            let scene = Scene {
                policies: std::vec::Vec::from([Attached {
                    name: "p".into(),
                    document: Arc::new(document),
                    scope: Scope::V2,
                }]),
                ..Scene::default()
            };
            let _ = public(&scene);
            let _ = outside(&scene, &Trusted::default());
        }
    }
}
