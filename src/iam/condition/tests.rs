use super::*;
use crate::iam::pattern::View;

fn holds(operator: &str, key: &str, values: &[&str], facts: &[(&str, &[&str])]) -> Tri {
    let texts: Vec<Text> = values.iter().map(|v| Text::plain(*v)).collect();
    let clause = Clause::new(operator, key, &texts, true, &Binding::default());
    let fact = |vs: &[&str]| match vs {
        [one] => Fact::One((*one).to_owned()),
        many => Fact::Many(many.iter().map(|v| (*v).to_owned()).collect()),
    };
    clause.holds(&Context {
        facts: (facts.iter())
            .map(|(k, v)| (k.to_lowercase(), fact(v)))
            .collect(),
        view: View::default(),
    })
}

const T: Tri = Tri::True;
const F: Tri = Tri::False;
const U: Tri = Tri::Unknown;

#[test]
fn missing_keys() {
    for (operator, expected) in [
        ("StringEquals", F),
        ("StringNotEquals", T),
        ("StringEqualsIfExists", T),
        ("StringNotEqualsIfExists", T),
        ("ArnLike", F),
        ("NotIpAddress", T),
        ("ForAllValues:StringEquals", T),
        ("ForAllValues:StringNotEquals", T),
        ("ForAnyValue:StringEquals", F),
        ("ForAnyValue:StringNotEquals", F),
        ("ForAnyValue:StringEqualsIfExists", U),
        ("Bool", F),
        ("NumericLessThan", F),
        ("Frobnicate", U),
        ("Null", F),
    ] {
        assert_eq!(
            holds(operator, "aws:k", &["1"], &[]),
            expected,
            "{operator}"
        );
    }
    assert_eq!(holds("Null", "aws:k", &["true"], &[]), T);
    assert_eq!(holds("Null", "aws:k", &["true", "false"], &[]), T);
    assert_eq!(holds("Null", "aws:k", &["False"], &[("aws:K", &["x"])]), T);
}

#[test]
fn values_are_or_ed_and_negated_operators_are_nor() {
    let org = |op, values: &[&str]| {
        holds(
            op,
            "AWS:PrincipalORGID",
            values,
            &[("aws:PrincipalOrgID", &["o-a"])],
        )
    };
    assert_eq!(org("stringequals", &["o-b", "o-a"]), T);
    assert_eq!(org("StringNotEquals", &["o-b", "o-a"]), F);
    assert_eq!(org("StringNotEquals", &["o-b", "o-c"]), T);
    assert_eq!(org("StringEquals", &["O-A"]), F);
    assert_eq!(org("StringEqualsIgnoreCase", &["O-A"]), T);
    assert_eq!(org("StringEquals", &["o-*"]), F);
    assert_eq!(org("StringLike", &["o-*"]), T);
    assert_eq!(org("StringEquals", &[]), F);
    assert_eq!(org("StringNotEquals", &[]), T);
}

#[test]
fn set_operators() {
    let tags =
        |op, values: &[&str]| holds(op, "aws:TagKeys", values, &[("aws:TagKeys", &["a", "b"])]);
    assert_eq!(tags("ForAllValues:StringEquals", &["a", "b", "c"]), T);
    assert_eq!(tags("ForAllValues:StringEquals", &["a"]), F);
    assert_eq!(tags("ForAnyValue:StringEquals", &["a"]), T);
    assert_eq!(tags("ForAnyValue:StringNotEquals", &["a"]), T);
    assert_eq!(tags("ForAnyValue:StringNotEquals", &["a", "b"]), F);
    assert_eq!(tags("StringEquals", &["a"]), F);
}

#[test]
fn arns_differ_from_strings() {
    let arn = |op, p: &str| {
        holds(
            op,
            "aws:PrincipalArn",
            &[p],
            &[(
                "aws:PrincipalArn",
                &["arn:aws:iam::999999999999:role/444455556666"],
            )],
        )
    };
    assert_eq!(arn("StringLike", "*444455556666*"), T);
    assert_eq!(arn("ArnLike", "*444455556666*"), F);
    assert_eq!(arn("ArnEquals", "arn:aws:iam::*:role/*"), T);
    assert_eq!(arn("StringEquals", "arn:aws:iam::*:role/*"), F);
    assert_eq!(arn("ArnNotEquals", "arn:aws:iam::*:user/*"), T);
}

#[test]
fn addresses() {
    let ip = |op, p: &str, v: &str| holds(op, "aws:SourceIp", &[p], &[("aws:SourceIp", &[v])]);
    assert_eq!(ip("IpAddress", "203.0.113.0/24", "203.0.113.9"), T);
    assert_eq!(ip("IpAddress", "203.0.113.7/24", "203.0.113.9"), T);
    assert_eq!(ip("IpAddress", "203.0.113.7", "203.0.113.9"), F);
    assert_eq!(ip("IpAddress", "0.0.0.0/0", "8.8.8.8"), T);
    assert_eq!(ip("IpAddress", "0.0.0.0/0", "2001:db8::1"), F);
    assert_eq!(ip("NotIpAddress", "0.0.0.0/0", "2001:db8::1"), T);
    assert_eq!(ip("IpAddress", "2001:db8::1", "2001:db8:0:0:0:0:0:1"), T);
}

#[test]
fn numbers_dates_and_truth() {
    let one = |op, p: &str, v: &str| holds(op, "aws:k", &[p], &[("aws:k", &[v])]);
    assert_eq!(one("NumericLessThan", "300", "100"), T);
    assert_eq!(one("NumericEquals", "3600.0", "3600"), T);
    assert_eq!(one("NumericNotEquals", "3600", "x"), T);
    assert_eq!(one("NumericGreaterThanEquals", "3600", "3600"), T);
    assert_eq!(
        one(
            "DateGreaterThan",
            "2025-01-01T00:00:00Z",
            "2026-01-01T00:00:00Z"
        ),
        T
    );
    assert_eq!(one("DateLessThan", "2025-01-01", "1767225600"), F);
    assert_eq!(one("DateEquals", "1735689600", "2025-01-01T00:00:00Z"), T);
    assert_eq!(
        one(
            "DateEquals",
            "2025-01-01T02:00:00+02:00",
            "2025-01-01T00:00Z"
        ),
        T
    );
    assert_eq!(one("Bool", "True", "true"), T);
    assert_eq!(one("Bool", "yes", "yes"), F);
    assert_eq!(one("StringEquals", "${aws:k}", "x"), T);
}

#[test]
fn variables_without_value() {
    let eq = |op| {
        holds(
            op,
            "aws:ResourceOrgID",
            &["${aws:PrincipalOrgID}"],
            &[("aws:ResourceOrgID", &["o-a"])],
        )
    };
    assert_eq!(eq("StringEquals"), F);
    assert_eq!(eq("StringNotEquals"), T);
}

#[test]
fn operators_are_parsed_without_regard_to_case() {
    for bad in [
        "",
        "StringEqual",
        "ForAll:StringEquals",
        "NullIfExists",
        "ForAnyValue:Null",
        "Numeric",
        "IfExists",
    ] {
        assert_eq!(Operator::parse(bad), None, "{bad}");
    }
    let o = Operator::parse("foranyvalue:STRINGNOTLIKEIFEXISTS").unwrap();
    assert_eq!(
        (o.quantifier, o.base, o.negated, o.if_exists),
        (Some(Quantifier::Any), Base::Like, true, true)
    );
}
