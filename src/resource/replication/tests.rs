use super::*;
use crate::resource::testing::{list, object, value};
use proptest::prelude::*;

fn destination(region: &str, account: &str) -> Value {
    object(&[("region", value(region)), ("account", value(account))])
}

fn filter(text: &str) -> Value {
    object(&[("filter", value(text)), ("type", value("PREFIX_MATCH"))])
}

fn rule(destinations: Vec<Value>, filters: Vec<Value>) -> Value {
    object(&[
        ("destinations", list(destinations)),
        ("filters", list(filters)),
    ])
}

fn check(rules: Vec<Value>) -> Checked {
    let own = Own {
        account: Some("111111111111"),
        region: Some("us-east-1"),
    };
    replication_problems(&object(&[("rules", list(rules))]), own)
}

fn said(found: &[(usize, Problem)]) -> Vec<String> {
    (found.iter())
        .map(|(n, p)| format!("{n}: {}", p.message))
        .collect()
}

fn accounts(n: usize) -> Vec<Value> {
    (0..n)
        .map(|i| destination("eu-west-1", &format!("{:012}", i + 1)))
        .collect()
}

#[test]
fn destinations_are_checked() {
    let cases = [
        ("eu-west-1", "210987654321", ""),
        ("us-east-1", "210987654321", ""),
        ("eu-west-1", "111111111111", ""),
        ("${region}", "210987654321", ""),
        (
            "us-east-1",
            "111111111111",
            "0: the destination is the registry itself",
        ),
        (
            "${region}",
            "${account}",
            "0: the destination is the registry itself",
        ),
        (
            "us-east-1",
            "${account}",
            "0: the destination is the registry itself",
        ),
        (
            "EU-west-1",
            "210987654321",
            "0: `EU-west-1` is no name of a region",
        ),
        (
            "eu-west-1",
            "1098765432",
            "0: `1098765432` is no account id",
        ),
        ("eu-west-1", "", "0: the destination names no account"),
        ("null", "210987654321", "0: the destination names no region"),
    ];
    for (region, account, expected) in cases {
        let found = check(vec![rule(vec![destination(region, account)], vec![])]);
        let said = said(&found.problems).join("; ");
        assert_eq!(
            said.is_empty(),
            expected.is_empty(),
            "{region} {account}: {said}"
        );
        assert!(said.starts_with(expected), "{region} {account}: {said}");
        assert!(found.unknown.is_empty() && found.doubts.is_empty());
    }
}

#[test]
fn unknown_destinations_are_told() {
    for (region, account) in [("${x}", "210987654321"), ("eu-west-1", "${x}")] {
        let found = check(vec![rule(vec![destination(region, account)], vec![])]);
        assert!(found.problems.is_empty());
        let [(0, unknown)] = found.unknown.as_slice() else {
            panic!("{:?}", found.unknown)
        };
        assert_eq!(&*unknown.reason, "`x` has no value");
    }
    let nowhere = replication_problems(
        &object(&[(
            "rules",
            list(vec![rule(
                vec![
                    destination("${region}", "${account}"),
                    destination("us-east-1", "${account}"),
                ],
                vec![],
            )]),
        )]),
        Own::default(),
    );
    assert_eq!(
        said(&nowhere.problems),
        ["0: the destination is the registry itself: same account, same region"]
    );
}

#[test]
fn a_destination_stands_once_in_a_rule() {
    let one = || destination("eu-west-1", "210987654321");
    let twice = check(vec![rule(vec![one(), one()], vec![])]);
    assert_eq!(
        said(&twice.problems),
        ["0: the rule names this destination twice"]
    );
    let rules = check(vec![rule(vec![one()], vec![]), rule(vec![one()], vec![])]);
    assert!(rules.problems.is_empty());
    let own = check(vec![rule(
        vec![
            destination("eu-west-1", "${account}"),
            destination("eu-west-1", "111111111111"),
        ],
        vec![],
    )]);
    assert_eq!(
        said(&own.problems),
        ["0: the rule names this destination twice"]
    );
}

#[test]
fn limits_are_those_of_the_widest_source() {
    let some = || rule(vec![destination("eu-west-1", "210987654321")], vec![]);
    let rules = |n: usize| check((0..n).map(|_| some()).collect());
    assert!(rules(10).doubts.is_empty());
    assert_eq!(
        said(&rules(11).doubts),
        ["10: 11 rules; some sources say at most 10"]
    );
    assert!(rules(25).problems.is_empty());
    assert_eq!(
        said(&rules(26).problems),
        ["25: 26 rules; ECR takes at most 25"]
    );
    let destinations = |n: usize| check(vec![rule(accounts(n), vec![])]);
    assert!(destinations(25).doubts.is_empty());
    assert_eq!(destinations(26).doubts.len(), 2);
    assert!(destinations(100).problems.is_empty());
    assert_eq!(destinations(101).problems.len(), 1);
    let filters = |n: usize| {
        check(vec![rule(
            accounts(1),
            (0..n).map(|_| filter("app")).collect(),
        )])
    };
    assert!(filters(100).problems.is_empty() && filters(100).doubts.is_empty());
    assert_eq!(filters(101).problems.len(), 1);
    assert_eq!(
        said(&check(vec![rule(vec![], vec![])]).problems),
        ["0: the rule has no destination"]
    );
}

#[test]
fn filters_are_checked() {
    let cases = [
        ("prod", ""),
        ("prod/", ""),
        ("prod/.a", ""),
        ("pr.-_", ""),
        (".a", ""),
        ("a*", "`*` is not allowed"),
        ("Prod", "`P` is not allowed"),
        ("a//b", "`/` is not allowed there"),
        (".a/b", "`/` is not allowed"),
        ("a", "the filter is shorter"),
        ("", "the filter is shorter"),
        ("null", "the filter names no prefix"),
    ];
    for (text, expected) in cases {
        let found = check(vec![rule(accounts(1), vec![filter(text)])]);
        let said: Vec<_> = found.problems.iter().map(|(_, p)| &p.message).collect();
        assert_eq!(said.is_empty(), expected.is_empty(), "{text}: {said:?}");
        assert!(
            said.iter().all(|s| s.starts_with(expected)),
            "{text}: {said:?}"
        );
    }
    let kind = object(&[("filter", value("app")), ("type", value("WILDCARD"))]);
    assert_eq!(check(vec![rule(accounts(1), vec![kind])]).problems.len(), 1);
    let open = check(vec![rule(accounts(1), vec![filter("${x}")])]);
    assert!(open.problems.is_empty() && open.unknown.len() == 1);
}

proptest! {
    #[test]
    fn filters_agree_with_the_pattern_of_the_api(text in "[aA0._/-]{2,7}") {
        let pattern = regex::Regex::new(
            r"^(?:[a-z0-9]+(?:[._-][a-z0-9]*)*/)*[a-z0-9]*(?:[._-][a-z0-9]*)*$",
        ).unwrap();
        let found = check(vec![rule(accounts(1), vec![filter(&text)])]);
        prop_assert_eq!(found.problems.is_empty(), pattern.is_match(&text));
    }
}
