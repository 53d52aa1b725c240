use super::*;
use crate::resource::testing::{list, object, value, written};
use proptest::prelude::*;

/// Why ECR would refuse a policy, and what that hangs on.
fn problems_of(policy: &Value) -> (Vec<Problem>, Vec<Arc<Unknown>>) {
    let policy = lifecycle_policy(policy);
    (policy.problems, policy.unknown)
}

fn said(policy: &Value) -> String {
    let (problems, unknown) = problems_of(policy);
    let problems = problems.into_iter().map(|p| p.message);
    let unknown = unknown.iter().map(|u| format!("unknown: {}", u.reason));
    problems.chain(unknown).collect::<Vec<_>>().join("; ")
}

/// A policy of rules given as (priority, selection, action).
fn policy(rules: &[(u32, &str, &str)]) -> String {
    let rules: Vec<String> = (rules.iter())
        .map(|(p, s, a)| {
            format!(r#"{{"rulePriority": {p}, "selection": {{{s}}}, "action": {{{a}}}}}"#)
        })
        .collect();
    format!(r#"{{"rules": [{}]}}"#, rules.join(", "))
}

const COUNT: &str = r#""countType": "imageCountMoreThan", "countNumber": 5"#;
const PUSHED: &str = r#""countType": "sinceImagePushed", "countUnit": "days", "countNumber": 5"#;
const EXPIRE: &str = r#""type": "expire""#;
const ARCHIVE: &str = r#""type": "transition", "targetStorageClass": "archive""#;

fn any(count: &str) -> String {
    format!(r#""tagStatus": "any", {count}"#)
}

#[test]
fn rules_that_ecr_takes() {
    let tagged = |list: &str| format!(r#""tagStatus": "tagged", {list}, {COUNT}"#);
    let untagged = format!(r#""tagStatus": "untagged", {PUSHED}"#);
    let pulled = any(r#""countType": "sinceImagePulled", "countUnit": "days", "countNumber": 90"#);
    let archived = any(
        r#""storageClass": "archive", "countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": 90"#,
    );
    let cases = [
        policy(&[(1, &any(COUNT), EXPIRE)]),
        policy(&[(1, &any(PUSHED), ARCHIVE)]),
        policy(&[(1, &pulled, ARCHIVE), (2, &archived, EXPIRE)]),
        policy(&[(7, &untagged, EXPIRE), (9, &any(COUNT), EXPIRE)]),
        policy(&[
            (1, &tagged(r#""tagPatternList": ["*a*b*c*", "v*"]"#), EXPIRE),
            (2, &tagged(r#""tagPrefixList": ["v", "r"]"#), EXPIRE),
        ]),
    ];
    for case in cases {
        assert_eq!(said(&value(&case)), "", "{case}");
    }
    assert_eq!(said(&value("null")), "");
}

#[test]
fn selections_and_actions_that_ecr_refuses() {
    let tagged = r#""tagStatus": "tagged""#;
    let cases = [
        (format!("{tagged}, {COUNT}"), EXPIRE, "`tagged` images need"),
        (
            format!(r#"{tagged}, "tagPrefixList": [], {COUNT}"#),
            EXPIRE,
            "`tagged` images need",
        ),
        (
            format!(r#"{tagged}, "tagPrefixList": ["a"], "tagPatternList": ["a*"], {COUNT}"#),
            EXPIRE,
            "`tagPatternList` and `tagPrefixList` exclude each other",
        ),
        (
            format!(r#""tagStatus": "untagged", "tagPrefixList": ["a"], {COUNT}"#),
            EXPIRE,
            "`untagged` images are not chosen by tags",
        ),
        (
            format!(r#"{tagged}, "tagPatternList": ["*1*2*3*4*"], {COUNT}"#),
            EXPIRE,
            "a pattern has at most four `*`",
        ),
        (
            format!(r#"{tagged}, "tagPrefixList": "a", {COUNT}"#),
            EXPIRE,
            "`tagPrefixList` is not a list",
        ),
        (
            format!(r#"{tagged}, "tagPrefixList": [1], {COUNT}"#),
            EXPIRE,
            "`tagPrefixList` holds something that is not a text",
        ),
        (
            format!(r#""tagStatus": "TAGGED", {COUNT}"#),
            EXPIRE,
            "`tagStatus` is `TAGGED`; it is one of `tagged`, `untagged`, `any`",
        ),
        (COUNT.to_owned(), EXPIRE, "`tagStatus` is missing"),
        (
            any(&format!(r#"{COUNT}, "countUnit": "days""#)),
            EXPIRE,
            "`imageCountMoreThan` takes no",
        ),
        (
            any(r#""countType": "sinceImagePushed", "countNumber": 5"#),
            EXPIRE,
            "`sinceImagePushed` needs the `countUnit`",
        ),
        (
            any(r#""countType": "sinceImagePushed", "countUnit": "weeks", "countNumber": 5"#),
            EXPIRE,
            "`countUnit` is `weeks`; it can be `days` only",
        ),
        (
            any(r#""countType": "imageCountMoreThan", "countNumber": 0"#),
            EXPIRE,
            "`countNumber` is not a whole",
        ),
        (
            any(r#""countType": "imageCountMoreThan", "countNumber": "5""#),
            EXPIRE,
            "`countNumber` is a text",
        ),
        (
            any(r#""countType": "imageCountMoreThan", "countNumber": 1.5"#),
            EXPIRE,
            "`countNumber` is not a whole",
        ),
        (
            any(&format!(r#"{COUNT}, "countUnit": null"#)),
            EXPIRE,
            "`countUnit` is null; leave it out",
        ),
        (
            any(&format!(r#"{COUNT}, "count": 1"#)),
            EXPIRE,
            "`selection` has no `count`",
        ),
        (any(COUNT), r#""type": "delete""#, "`type` is `delete`"),
        (
            any(COUNT),
            r#""type": "transition""#,
            "`transition` needs the `targetStorageClass`",
        ),
        (any(COUNT), "", "`type` is missing"),
        (
            any(r#""countType": "sinceImagePulled", "countUnit": "days", "countNumber": 5"#),
            EXPIRE,
            "`sinceImagePulled` can only `transition`",
        ),
        (
            any(r#""countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": 90"#),
            EXPIRE,
            "`sinceImageTransitioned` needs the `storageClass`",
        ),
        (
            any(&format!(r#""storageClass": "archive", {PUSHED}"#)),
            EXPIRE,
            "`archive` images are counted by",
        ),
    ];
    for (selection, action, expected) in cases {
        let said = said(&value(&policy(&[(1, &selection, action)])));
        assert!(
            said.starts_with(expected) && !said.contains("; unknown"),
            "{selection}: {said}"
        );
    }
}

#[test]
fn documents_that_ecr_refuses() {
    let long = format!(r#"{{"rules": [], "x": "{}"}}"#, "a".repeat(30_720));
    let many = vec![(1, "", ""); 51];
    let cases = [
        ("[]", "the policy is not an object"),
        ("{}", "the policy has no `rules`"),
        (r#"{"rules": {}}"#, "`rules` is not a list"),
        (r#"{"rules": [1]}"#, "a rule is not an object"),
        (
            r#"{"rules": [{}]}"#,
            "`selection` is missing; `action` is missing; `rulePriority` is missing",
        ),
        (
            r#"{"rules": [{"selection": 1, "action": 1, "rulePriority": 1}]}"#,
            "`selection` is not an object; `action` is not an object",
        ),
        (r#"{"rules": ["#, "it is not JSON"),
        ("", "it is not JSON"),
        (&long, "it is longer than 30720 characters"),
        (&policy(&many), "51 rules; ECR takes at most 50"),
        (
            r#"{"rules": [{"rule_priority": 1}]}"#,
            "a rule has no `rule_priority`",
        ),
    ];
    for (document, expected) in cases {
        let said = said(&value(document));
        assert!(said.starts_with(expected), "{document}: {said}");
    }
    let padded = format!(
        "{}{}",
        policy(&[(1, &any(COUNT), EXPIRE)]),
        " ".repeat(40_000)
    );
    assert_eq!(said(&value(&padded)), "");
}

#[test]
fn what_is_refused_for_its_size_is_not_gone_through() {
    let many: Vec<(u32, &str, &str)> = (0..500).map(|_| (1, "", "")).collect();
    let read = lifecycle_policy(&value(&policy(&many)));
    assert_eq!((read.rules.len(), read.unknown.len()), (RULES, 1));
    let many: Vec<(u32, &str, &str)> = (0..10_000).map(|_| (1, "", "")).collect();
    let read = lifecycle_policy(&value(&policy(&many)));
    assert_eq!((read.rules.len(), read.unknown.len()), (0, 1));
}

#[test]
fn rules_that_ecr_refuses_beside_each_other() {
    let every = any(COUNT);
    let untagged = format!(r#""tagStatus": "untagged", {COUNT}"#);
    let tagged = format!(r#""tagStatus": "tagged", "tagPrefixList": ["v"], {COUNT}"#);
    let patterns = format!(r#""tagStatus": "tagged", "tagPatternList": ["v"], {COUNT}"#);
    let cases = [
        (
            vec![(1, &patterns, EXPIRE), (1, &tagged, EXPIRE)],
            "rule 1 has the priority 1, too",
        ),
        (
            vec![(1, &every, EXPIRE), (2, &untagged, EXPIRE)],
            "the rule for `any` images must have the highest priority number; rule 2 has a higher one",
        ),
        (
            vec![(1, &untagged, EXPIRE), (2, &untagged, EXPIRE)],
            "rule 1 is for `untagged` images, too",
        ),
        (
            vec![(1, &tagged, EXPIRE), (2, &tagged, EXPIRE)],
            "rule 1 has the prefix `v`, too",
        ),
        (vec![(1, &patterns, EXPIRE), (2, &patterns, EXPIRE)], ""),
    ];
    for (rules, expected) in cases {
        let rules: Vec<_> = rules.iter().map(|(p, s, a)| (*p, s.as_str(), *a)).collect();
        assert_eq!(said(&value(&policy(&rules))), expected);
    }
}

#[test]
fn what_is_unknown_is_told_unless_something_is_wrong_anyway() {
    let number = any(r#""countType": "imageCountMoreThan", "countNumber": ${x}"#);
    let status = format!(r#""tagStatus": "${{x}}", {COUNT}"#);
    let open = "unknown: `x` has no value";
    let cases = [
        ("${x}".to_owned(), open),
        (r#"{"rules": ${x}}"#.to_owned(), open),
        (r#"{"rules": [${x}]}"#.to_owned(), open),
        (policy(&[(1, &number, EXPIRE)]), open),
        (policy(&[(1, &status, EXPIRE)]), open),
        (policy(&[(1, &any(COUNT), r#""type": "${x}""#)]), open),
    ];
    for (document, expected) in cases {
        assert_eq!(said(&value(&document)), expected, "{document}");
    }
    let odd = said(&value(&policy(&[(1, &any(COUNT), r#""type": "E${x}""#)])));
    assert!(
        odd.starts_with("`type` is none of `expire`, `transition`"),
        "{odd}"
    );
}

#[test]
fn an_object_is_read_like_its_json() {
    let rule = object(&[
        ("rulePriority", value("1")),
        (
            "selection",
            object(&[
                ("tagStatus", value("any")),
                ("countType", value("imageCountMoreThan")),
                ("countNumber", value("5")),
            ]),
        ),
        ("action", object(&[("type", value("expire"))])),
    ]);
    let policy = lifecycle_policy(&object(&[("rules", list(vec![rule]))]));
    assert!(policy.problems.is_empty() && policy.unknown.is_empty());
    let [rule] = policy.rules.as_slice() else {
        panic!("one rule")
    };
    assert_eq!((rule.position, rule.number.as_i64()), (1, Some(5)));
    assert_eq!(rule.action.as_str(), Some("expire"));
}

#[test]
fn a_problem_stands_where_the_wrong_part_is_written() {
    let source = policy(&[(
        1,
        &any(r#""countType": "weekly", "countNumber": 5, "days": 1"#),
        EXPIRE,
    )]);
    let (files, policy) = written(&source);
    let (problems, _) = problems_of(&policy);
    let texts: Vec<String> = problems.iter().map(|p| files.text(p.place.span)).collect();
    assert!(
        texts[0].contains("days") && !texts[0].contains('1'),
        "{texts:?}"
    );
    assert!(
        texts[1].contains("weekly") && !texts[1].contains("countType"),
        "{texts:?}"
    );
}

proptest! {
    #[test]
    fn no_document_is_too_odd(text in r#"[\[\]{}",:0-9a ]{0,60}"#) {
        let _ = said(&value(&text));
    }

    #[test]
    fn a_hole_is_never_held_against_one_of_its_values(
        status in "(any|tagged|untagged)", count in "(imageCountMoreThan|sinceImagePushed|sinceImagePulled)",
        unit in "(|, \"countUnit\": \"days\")", action in "(expire|transition)", hole in 0usize..3,
    ) {
        let write = |words: [&str; 3]| policy(&[(
            1,
            &format!(r#""tagStatus": "{}", "countType": "{}", "countNumber": 1{unit}"#, words[0], words[1]),
            &format!(r#""type": "{}""#, words[2]),
        )]);
        let words = [status.as_str(), count.as_str(), action.as_str()];
        let mut open = words;
        open[hole] = "${x}";
        let (known, _) = problems_of(&value(&write(words)));
        let (part, unknown) = problems_of(&value(&write(open)));
        prop_assert!(!unknown.is_empty());
        prop_assert!(part.iter().all(|p| known.iter().any(|k| k.message == p.message)));
    }
}
