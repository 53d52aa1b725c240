use super::*;
use crate::finding::{Access, ResourceRef, Severity, Status};
use crate::span::{Files, Span};

/// What is found in a case, at a place; `words` are its message and its fingerprint.
fn found(at: usize, case: &str, outcome: Outcome, words: &str) -> InCase {
    let span = Span::new(Files::default().add("a.yaml", ""), at, at + 1);
    let finding = Finding {
        guardrail: "some".into(),
        severity: Severity::High,
        enforcement: Enforcement::Warn,
        outcome,
        status: Status::New,
        blocks: false,
        waived: Vec::new(),
        resource: Some(ResourceRef {
            address: "A".into(),
            kind: "AWS::ECR::Repository".into(),
            root: "a.yaml".into(),
            construct: None,
        }),
        also: Vec::new(),
        resource_span: None,
        message: words.into(),
        span,
        label: None,
        related: Vec::new(),
        when: None,
        because: Vec::new(),
        cause: Cause::Other,
        settle: None,
        witness: None,
        fix: None,
        replaces: None,
        fingerprint: words.into(),
        access: None,
    };
    InCase {
        finding,
        case: (!case.is_empty()).then(|| case.to_owned()),
        cases: 2,
        roots: 2,
        supposed: false,
        doubt_blocks: false,
    }
}

fn shown(found: Vec<InCase>) -> Vec<String> {
    let line = |f: Finding| {
        let when = f.when.unwrap_or_else(|| "always".into());
        format!("{} {:?} {} {when}", f.span.start, f.outcome, f.message)
    };
    merge(found).into_iter().map(line).collect()
}

const YES: &str = "A is true";
const NO: &str = "A is false";

#[test]
fn what_holds_in_every_case_is_said_once_and_without_a_case() {
    use Outcome::Violated;
    let both = vec![found(1, YES, Violated, "x"), found(1, NO, Violated, "x")];
    assert_eq!(shown(both), ["1 Violated x always"]);
    // other words at one place are the same finding
    let renamed = vec![found(1, YES, Violated, "x"), found(1, NO, Violated, "y")];
    assert_eq!(shown(renamed), ["1 Violated x always"]);
    let one = vec![found(1, YES, Violated, "x")];
    assert_eq!(shown(one), ["1 Violated x A is true"]);
    let without = vec![InCase {
        cases: 0,
        ..found(1, "", Violated, "x")
    }];
    assert_eq!(shown(without), ["1 Violated x always"]);
}

#[test]
fn what_only_supposed_cases_break_is_not_told() {
    use Outcome::Violated;
    let supposed = |case| InCase {
        supposed: true,
        ..found(1, case, Violated, "x")
    };
    assert_eq!(shown(vec![supposed(NO)]), ["1 Undetermined x A is false"]);
    let all = vec![supposed(YES), supposed(NO)];
    assert_eq!(shown(all), ["1 Violated x always"]);
    let with_one = vec![found(1, YES, Violated, "x"), supposed(NO)];
    assert_eq!(shown(with_one), ["1 Violated x always"]);
    // in each case that it exists in, but not in every case
    let there = vec![InCase {
        cases: 1,
        ..supposed(NO)
    }];
    assert_eq!(shown(there), ["1 Undetermined x always"]);
}

#[test]
fn places_and_accesses_are_findings_of_their_own() {
    use Outcome::Violated;
    let places = vec![found(1, YES, Violated, "x"), found(2, NO, Violated, "x")];
    assert_eq!(
        shown(places),
        ["1 Violated x A is true", "2 Violated x A is false"]
    );
    let mut accesses = vec![found(1, YES, Violated, "x"), found(1, NO, Violated, "y")];
    accesses[0].finding.access = Some(Access {
        accounts: vec!["1".into()],
        actions: Vec::new(),
    });
    assert_eq!(shown(accesses).len(), 2);
    // two in one case are told apart by their fingerprints
    let twice = vec![
        found(1, YES, Violated, "x"),
        found(1, YES, Violated, "y"),
        found(1, NO, Violated, "y"),
    ];
    assert_eq!(
        shown(twice),
        ["1 Violated x A is true", "1 Violated y always"]
    );
}

#[test]
fn a_violation_outweighs_doubt_in_another_case() {
    use Outcome::{Undetermined, Violated};
    let mixed = vec![
        found(1, YES, Undetermined, "x"),
        found(1, NO, Violated, "y"),
    ];
    assert_eq!(shown(mixed), ["1 Violated y A is false"]);
    let doubts = vec![
        found(1, YES, Undetermined, "x"),
        found(1, NO, Undetermined, "x"),
    ];
    assert_eq!(shown(doubts), ["1 Undetermined x always"]);
}

#[test]
fn a_parameter_off_its_default_is_no_doubt_of_its_own() {
    let idle = |case: &str| {
        let mut one = found(1, case, Outcome::Undetermined, "x");
        one.finding.cause = Cause::Defaulted;
        one
    };
    assert!(shown(vec![idle(YES)]).is_empty());
    assert_eq!(
        shown(vec![idle(YES), idle(NO)]).len(),
        1,
        "it is so in every case"
    );
    let mut blocking = idle(YES);
    blocking.finding.enforcement = Enforcement::Block;
    assert_eq!(shown(vec![blocking]).len(), 1, "a violation would block");
    let mut other = idle(YES);
    other.finding.cause = Cause::Other;
    assert_eq!(shown(vec![other]).len(), 1, "it is another doubt");
}

#[test]
fn of_several_cases_the_worst_is_kept() {
    use Outcome::Violated;
    let mut all = vec![found(1, YES, Violated, "x"), found(1, NO, Violated, "y")];
    all[1].finding.severity = Severity::Critical;
    assert_eq!(shown(all), ["1 Violated y always"]);
    let mut all = vec![found(1, YES, Violated, "x"), found(1, NO, Violated, "y")];
    (all[0].finding.severity, all[1].finding.enforcement) =
        (Severity::Critical, Enforcement::Block);
    assert_eq!(shown(all), ["1 Violated y always"], "what blocks does more");
}

#[test]
fn cases_are_told_in_the_fewest_words() {
    for (cases, wanted) in [
        (&["A is true"][..], "A is true"),
        (&["A is true", "A is true"], "A is true"),
        (
            &["A is true and B is false", "A is true and B is true"],
            "A is true",
        ),
        (
            &["B is true and A is false", "A is false and B is false"],
            "A is false",
        ),
        (&["A is true", "B is true"], "A is true, or B is true"),
        (
            &["A is true and B is true", "A is false and B is false"],
            "A is true and B is true, or A is false and B is false",
        ),
        (
            &[
                "A is true and B is true",
                "A is true and B is false",
                "A is false and B is true",
            ],
            "A is true, or A is false and B is true",
        ),
        (
            &["the parameters have their defaults", "A is true"],
            "the parameters have their defaults, or A is true",
        ),
    ] {
        let cases = cases.iter().map(|c| (*c).to_owned()).collect();
        assert_eq!(words(cases), wanted);
    }
}
