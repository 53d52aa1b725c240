use super::*;
use crate::guardrail::vocabulary::target;
use crate::span::{FileId, Files, Span};
use crate::value::{Unknown, Via};
use std::sync::Arc;

fn guardrail(text: &str) -> Guardrail {
    let files = Files::default();
    let file = files.add("policies/x.yaml", text);
    Guardrail::read("x", &files, file, true).unwrap_or_else(|e| panic!("{e:?}"))
}

const TAGS: &str = r#"
title: Tags can be moved
severity: medium
target: repository
parameters:
  allowed: {type: texts, default: null, doc: filters}
when: repository.name != "skipped"
require: >-
  repository.tag_mutability == "IMMUTABLE"
  || parameters.allowed != null && repository.exclusion_filters.all(f, f.filter in parameters.allowed)
adjust:
  - {when: repository.kms_key == "k", severity: info}
  - {when: "true", severity: high}
at: tag_mutability
message: "tags of {repository.name} can be moved: {repository.tag_mutability}"
label: not {{IMMUTABLE}}
why: because
fix: set {repository.name} to IMMUTABLE
replaces: repository.encryption_type == "KMS"
"#;

fn file() -> FileId {
    Files::default().add("main.tf", "")
}

fn at(start: usize) -> Span {
    Span::new(file(), start, start + 1)
}

fn text(value: &str, start: usize) -> Value {
    Value::text(value, at(start))
}

fn unknown(reason: &str, settle: &str) -> Value {
    let unknown = Unknown::because(reason).settle(settle);
    Value::unknown(unknown, at(9)).through(Via::Variable("v".into()), at(7))
}

fn subject(fields: &[(&str, Value)]) -> Subject {
    let target = target("repository").unwrap();
    let mut entries: BTreeMap<Arc<str>, Value> = (target.variables[0].1.iter())
        .map(|f| (Arc::from(f.name), Value::null(at(0))))
        .collect();
    for (name, value) in fields {
        assert!(entries.insert(Arc::from(*name), value.clone()).is_some());
    }
    let repository = Value::object(entries.into(), at(0));
    Subject {
        target,
        root: 0,
        resource: 0,
        variables: BTreeMap::from([("repository", repository)]),
        place: Place::at(at(0)),
        witnesses: BTreeMap::new(),
        access: BTreeMap::new(),
    }
}

fn judge(text: &str, fields: &[(&str, Value)]) -> Option<Judgement> {
    let parameters = BTreeMap::from([("allowed".to_owned(), ParameterValue::Null)]);
    let settings = Settings {
        parameters,
        ..Settings::default()
    };
    (guardrail(text).judge(&subject(fields), &settings, &BTreeMap::new())).unwrap()
}

#[test]
fn violated_with_message_place_and_fix() {
    let fields = [
        ("name", text("app", 3)),
        ("tag_mutability", text("MUTABLE", 5)),
        ("encryption_type", text("KMS", 6)),
    ];
    let judgement = judge(TAGS, &fields).unwrap();
    assert_eq!(judgement.outcome, Outcome::Violated);
    assert_eq!(judgement.message, "tags of app can be moved: MUTABLE");
    assert_eq!(judgement.label.as_deref(), Some("not {IMMUTABLE}"));
    assert_eq!(judgement.fix.as_deref(), Some("set app to IMMUTABLE"));
    assert_eq!(judgement.place.primary(), at(5));
    assert_eq!(judgement.replaces, Some(true));
    assert_eq!(judgement.severity, Severity::High);
    assert!(judgement.because.is_empty());
}

#[test]
fn satisfied_or_not_applicable() {
    let satisfied = judge(TAGS, &[("tag_mutability", text("IMMUTABLE", 5))]).unwrap();
    assert_eq!(satisfied.outcome, Outcome::Satisfied);
    assert!(judge(TAGS, &[("name", text("skipped", 3))]).is_none());
}

#[test]
fn undetermined_says_why_and_what_to_do() {
    let value = unknown("`var.v` has no value", "pass --var v=…");
    let judgement = judge(TAGS, &[("tag_mutability", value)]).unwrap();
    assert_eq!(judgement.outcome, Outcome::Undetermined);
    assert_eq!(judgement.because, ["`var.v` has no value"]);
    assert_eq!(judgement.message, "`var.v` has no value");
    assert_eq!(judgement.settle.as_deref(), Some("pass --var v=…"));
    assert_eq!(judgement.place.primary(), at(7));
    assert_eq!(judgement.replaces, Some(false));
}

#[test]
fn an_unknown_when_decides_nothing_but_a_kept_promise_is_kept() {
    let name = ("name", unknown("n", "s"));
    let violated = judge(
        TAGS,
        &[name.clone(), ("tag_mutability", text("MUTABLE", 5))],
    )
    .unwrap();
    assert_eq!(violated.outcome, Outcome::Undetermined);
    assert_eq!(violated.because, ["n"]);
    let kept = judge(TAGS, &[name, ("tag_mutability", text("IMMUTABLE", 5))]).unwrap();
    assert_eq!(kept.outcome, Outcome::Satisfied);
}

#[test]
fn severity_is_adjusted_only_by_what_is_certain_and_the_config_has_the_last_word() {
    let fields = |key: Value| [("tag_mutability", text("MUTABLE", 5)), ("kms_key", key)];
    let severity = |key| judge(TAGS, &fields(key)).unwrap().severity;
    assert_eq!(severity(text("k", 1)), Severity::Info);
    assert_eq!(severity(unknown("u", "s")), Severity::High);
    let settings = Settings {
        severity: Some(Severity::Low),
        parameters: BTreeMap::from([("allowed".to_owned(), ParameterValue::Null)]),
        ..Settings::default()
    };
    let subject = subject(&fields(text("k", 1)));
    let judgement = (guardrail(TAGS).judge(&subject, &settings, &BTreeMap::new())).unwrap();
    assert_eq!(judgement.unwrap().severity, Severity::Low);
}

#[test]
fn messages_do_not_grow_with_what_they_show() {
    let fields = [
        ("name", text(&"ä".repeat(100_000), 3)),
        ("tag_mutability", text("MUTABLE", 5)),
    ];
    let message = judge(TAGS, &fields).unwrap().message;
    assert!(message.len() < 2100);
    assert!(message.ends_with("ä… can be moved: MUTABLE"), "{message}");
}

#[test]
fn messages_show_no_secret_and_no_null() {
    let mut secret = text("hunter2", 3);
    secret.sensitive = true;
    let fields = [("name", secret), ("tag_mutability", text("MUTABLE", 5))];
    let message = judge(TAGS, &fields).unwrap().message;
    assert_eq!(message, "tags of (sensitive) can be moved: MUTABLE");
    let message = judge(TAGS, &[("tag_mutability", text("MUTABLE", 5))])
        .unwrap()
        .message;
    assert_eq!(message, "tags of (unnamed) can be moved: MUTABLE");
}

/// A guardrail of the user's that goes through 10⁸ combinations.
#[test]
fn a_condition_that_takes_too_long_is_an_error() {
    let ten = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
    let loops: String = ('a'..='h').map(|v| format!("{ten}.all({v}, ")).collect();
    let condition = format!("{loops}repository.name == 'a'{}", ")".repeat(8));
    let text = TAGS.replace(
        "when: repository.name != \"skipped\"",
        &format!("when: \"{condition}\""),
    );
    let files = Files::default();
    let file = files.add("mine/x.yaml", text);
    let judge = |built_in| {
        let guardrail = Guardrail::read("x", &files, file, built_in).unwrap();
        let subject = subject(&[("name", super::tests::text("a", 3))]);
        let settings = Settings {
            parameters: BTreeMap::from([("allowed".to_owned(), ParameterValue::Null)]),
            ..Settings::default()
        };
        guardrail.judge(&subject, &settings, &BTreeMap::new())
    };
    let error = judge(false).unwrap_err();
    assert_eq!(
        error.message,
        "`when` of guardrail `x` takes more than 2000000 steps for one `repository`"
    );
    let place = files.location(error.span.unwrap());
    assert_eq!((place.line, place.column), (7, 7));
    assert!(error.help.unwrap().contains("filter"));
    // of one of ours it cannot be told: nobody could mend it
    let judgement = judge(true).unwrap().unwrap();
    assert_eq!(judgement.outcome, Outcome::Undetermined);
    assert_eq!(judgement.because, ["it takes too many steps"]);
}
