//! What is missing where a request is denied: each way in which the two sides can come together.

use super::*;

fn lacking(code: &str, asked: &Asked) -> Vec<String> {
    let answers = ask(&estate(code), asked).unwrap();
    assert_eq!(answers[0].decision, Verdict::Deny, "{code}");
    answers[0].missing.clone()
}

#[test]
fn what_is_missing_is_named() {
    const PULL: &str = "ecr:BatchGetImage";
    const DENY: &str =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"ecr:*","Resource":"*"}}"#;
    let policy = |effect: &str, who: &str| {
        with_policy(&format!(
            r#"{{ Effect = "{effect}", Principal = {{ AWS = "{who}" }}, Action = "{PULL}" }}"#
        ))
    };
    let by_policy = |who: &str| format!("an Allow of {PULL} for {who} in the policy of app");
    let by_own = |who: &str| format!("an Allow of {PULL} in a policy of {who} itself");
    let across = "across accounts both sides have to allow";
    let cases = [
        (
            with_policy(""),
            (OWN, ALLOW_NOTHING),
            vec![format!(
                "{}, or {}: inside an account one of the two is enough",
                by_policy(OWN),
                by_own(OWN)
            )],
        ),
        (
            policy("Allow", "arn:aws:iam::111122223333:root"),
            (OWN, ALLOW_NOTHING),
            vec![format!(
                "{}: the policy of app lets in the account as a whole, whose own policies then decide",
                by_own(OWN)
            )],
        ),
        (
            policy("Allow", OWN),
            (OWN, DENY),
            vec!["statement 1 of the identity policy `identity.json` must not deny it".to_owned()],
        ),
        (
            policy("Deny", OWN),
            (OWN, ALLOW_ALL),
            vec![
                "statement 1 of the repository policy `aws_ecr_repository_policy.app` must not deny it"
                    .to_owned(),
            ],
        ),
        (
            policy("Allow", FOREIGN),
            (FOREIGN, ALLOW_NOTHING),
            vec![format!("{}: {across}", by_own(FOREIGN))],
        ),
        (
            with_policy(""),
            (FOREIGN, ALLOW_ALL),
            vec![format!(
                "{}, or in that of its registry under V2: {across}",
                by_policy(FOREIGN)
            )],
        ),
        (
            with_policy(""),
            (FOREIGN, ALLOW_NOTHING),
            vec![
                format!(
                    "{}, or in that of its registry under V2: {across}",
                    by_policy(FOREIGN)
                ),
                format!("{}: {across}", by_own(FOREIGN)),
            ],
        ),
    ];
    for (code, (who, identity), wanted) in cases {
        assert_eq!(lacking(&code, &asked(who, PULL, Some(identity))), wanted);
    }
    let service = asked("lambda.amazonaws.com", PULL, None);
    assert_eq!(
        lacking(&with_policy(""), &service),
        [by_policy("lambda.amazonaws.com")]
    );
}

/// A policy of the repository says nothing of tokens, whatever it allows.
#[test]
fn a_token_is_missing_on_the_identitys_side() {
    let token = "ecr:GetAuthorizationToken";
    for who in [OWN, FOREIGN] {
        let code = with_policy(&format!(
            r#"{{ Effect = "Allow", Principal = {{ AWS = "{who}" }}, Action = "ecr:*" }}"#
        ));
        let asked = Asked {
            resource: "*".into(),
            ..asked(who, token, Some(ALLOW_NOTHING))
        };
        assert_eq!(
            lacking(&code, &asked),
            [format!("an Allow of {token} in a policy of {who} itself")]
        );
    }
}
