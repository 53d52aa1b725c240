//! Policies that mean something else than they seem to.

use super::*;

#[test]
fn variables() {
    for (condition, expected) in [
        (
            json!({"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}),
            ("yes", "yes"),
        ),
        (
            json!({"StringEquals": {"aws:PrincipalOrgID": "${aws:PrincipalOrgID}"}}),
            ("yes", "yes"),
        ),
        (
            json!({"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}),
            ("no", "no"),
        ),
        (
            json!({"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}),
            ("no", "no"),
        ),
        (
            json!({"StringNotEquals": {"aws:PrincipalTag/team": "${aws:PrincipalTag/team}"}}),
            ("yes", "yes"),
        ),
        (
            json!({"StringEquals": {"aws:PrincipalTag/team": "${aws:PrincipalAccount}", "aws:PrincipalOrgID": "o-trusted0001"}}),
            ("no", "no"),
        ),
        (
            json!({"StringEquals": {"aws:PrincipalTag/owner": "${aws:ResourceAccount}"}}),
            ("yes", "yes"),
        ),
    ] {
        let scene = scene(&allow(json!("*"), condition.clone()));
        assert_eq!(both(&scene), expected, "{condition}");
    }
    let mut policy = allow(json!("*"), json!({}));
    policy["Statement"][0]["Resource"] =
        json!("arn:aws:ecr:*:111122223333:repository/${aws:PrincipalTag/repo}");
    assert_eq!(both(&scene(&policy)), ("yes", "yes"));
    policy["Statement"][0]["Resource"] =
        json!("arn:aws:ecr:*:111122223333:repository/x-${aws:PrincipalTag/repo}");
    assert_eq!(both(&scene(&policy)), ("no", "no"));
}

/// Traps: what looks narrow and is not, and the other way round.
#[test]
fn traps() {
    let star = |condition: Json| allow(json!("*"), condition);
    let minus = |condition: Json| {
        let mut policy = star(json!({}));
        let deny =
            json!({"Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Condition": condition});
        policy["Statement"].as_array_mut().unwrap().push(deny);
        policy
    };
    for (policy, expected) in [
        // a role may be named like an account, an organisation may start like another one
        (
            star(json!({"StringLike": {"aws:PrincipalArn": "*444455556666*"}})),
            ("yes", "yes"),
        ),
        (
            star(json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666*"}})),
            ("no", "no"),
        ),
        (
            star(json!({"StringLike": {"aws:PrincipalOrgID": "o-trusted0001*"}})),
            ("yes", "yes"),
        ),
        (
            star(json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-trusted0001*"}})),
            ("yes", "yes"),
        ),
        (
            star(json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-trusted0001/*"}})),
            ("no", "no"),
        ),
        (
            star(json!({"StringLike": {"aws:PrincipalAccount": "44445555666?"}})),
            ("yes", "yes"),
        ),
        (
            star(
                json!({"StringLike": {"aws:SourceVpce": ["vpce-0a*"], "aws:PrincipalOrgID": "o-trusted0001"}}),
            ),
            ("no", "no"),
        ),
        (
            star(
                json!({"StringLike": {"aws:SourceVpce": "vpce-0a*"}, "StringNotEquals": {"aws:SourceVpce": "vpce-0a"}}),
            ),
            ("yes", "yes"),
        ),
        // vacuous operators
        (
            star(json!({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-trusted0001"}})),
            ("yes", "yes"),
        ),
        (
            star(
                json!({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-trusted0001"}, "Null": {"aws:PrincipalOrgID": "false"}}),
            ),
            ("no", "no"),
        ),
        (
            star(json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-trusted0001"}})),
            ("yes", "yes"),
        ),
        (
            star(json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-foreign0002"}})),
            ("yes", "yes"),
        ),
        // keys of the owner, of the caller, and keys that are never there
        (
            star(json!({"StringEquals": {"aws:ResourceAccount": "111122223333"}})),
            ("yes", "yes"),
        ),
        (
            star(json!({"StringEquals": {"aws:PrincipalTag/team": "x"}})),
            ("yes", "yes"),
        ),
        (
            star(json!({"StringEquals": {"aws:PrincipalOrganizationID": "o-trusted0001"}})),
            ("no", "no"),
        ),
        (
            star(json!({"StringEquals": {"aws:SourceAccount": "111122223333"}})),
            ("no", "no"),
        ),
        (
            star(json!({"Bool": {"aws:PrincipalIsAWSService": "true"}})),
            ("no", "yes"),
        ),
        (
            star(
                json!({"StringEquals": {"aws:PrincipalType": "User"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}),
            ),
            ("no", "no"),
        ),
        // networks
        (
            star(json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})),
            ("no", "no"),
        ),
        (
            star(json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})),
            ("no", "yes"),
        ),
        (
            star(json!({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}})),
            ("yes", "yes"),
        ),
        (
            star(json!({"StringEquals": {"aws:SourceVpce": "vpce-0a"}})),
            ("no", "yes"),
        ),
        (
            minus(json!({"IpAddress": {"aws:SourceIp": ["0.0.0.0/0", "::/0"]}})),
            ("yes", "yes"),
        ),
        (
            minus(json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})),
            ("no", "yes"),
        ),
        // denies
        (
            minus(json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-trusted0001"}})),
            ("no", "no"),
        ),
        (
            minus(json!({"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": "o-trusted0001"}})),
            ("yes", "yes"),
        ),
        (
            minus(
                json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-trusted0001"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}),
            ),
            ("no", "yes"),
        ),
        (
            minus(
                json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-trusted0001", "aws:SourceVpce": "vpce-0a"}}),
            ),
            ("no", "yes"),
        ),
        // numbers and dates
        (
            star(json!({"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}})),
            ("yes", "yes"),
        ),
        (
            star(
                json!({"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}, "NumericGreaterThan": {"aws:MultiFactorAuthAge": "300"}}),
            ),
            ("no", "no"),
        ),
        (
            star(
                json!({"DateGreaterThan": {"aws:CurrentTime": "2025-01-01"}, "DateLessThan": {"aws:EpochTime": "1735600000"}}),
            ),
            ("no", "no"),
        ),
    ] {
        assert_eq!(both(&scene(&policy)), expected, "{policy}");
    }
}

/// An account that no policy names stands for every such account: that the organisation has one of the same digits lets
/// nobody out of sight.
#[test]
fn own_accounts_do_not_stand_for_strangers() {
    let policy = allow(
        json!("*"),
        json!({"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718", "aws:PrincipalType": "AssumedRole"}}),
    );
    let scene = scene(&policy);
    let mut trusted = trusted();
    assert_eq!(word(&outside(&scene, &trusted)), "yes");
    let Answer::Yes(witness) = outside(&scene, &trusted) else {
        return;
    };
    Arc::make_mut(trusted.accounts.get_or_insert_default()).extend(witness.account);
    assert_eq!(word(&outside(&scene, &trusted)), "yes");
}
