//! Who calls, for what and from where: what identities, sources and networks there are at all.

use super::*;
use crate::iam::principal::Sort;

fn star(condition: Json) -> Scene {
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage", "Condition": condition});
    scene(&json!({"Version": "2012-10-17", "Statement": [statement]}))
}

/// What `public` and `outside` say.
fn both(scene: &Scene) -> (&'static str, &'static str) {
    (word(&public(scene)), word(&outside(scene, &trusted())))
}

#[test]
fn what_is_named_in_another_case_is_named() {
    for (condition, expected) in [
        (
            json!({"StringEqualsIgnoreCase": {"aws:PrincipalOrgID": "O-TRUSTED0001"}}),
            ("no", "no"),
        ),
        (
            json!({"StringEqualsIgnoreCase": {"aws:PrincipalOrgID": "O-Foreign0002"}}),
            ("no", "yes"),
        ),
        (
            json!({"ForAnyValue:StringEqualsIgnoreCase": {"aws:PrincipalOrgPaths": "O-FOREIGN0002/R-AB12/OU-AB12-DEV/"}}),
            ("no", "yes"),
        ),
        (
            json!({"StringNotEqualsIgnoreCase": {"aws:PrincipalOrgID": "O-FOREIGN0002"}}),
            ("yes", "yes"),
        ),
        // no organisation is called so
        (
            json!({"StringEquals": {"aws:PrincipalOrgID": "O-FOREIGN0002"}}),
            ("no", "no"),
        ),
        (
            json!({"StringEqualsIgnoreCase": {"aws:SourceVpce": "VPCE-0A1B2C3D"}}),
            ("no", "yes"),
        ),
        (
            json!({"StringEqualsIgnoreCase": {"aws:userid": "aidaexampleid234567"}}),
            ("no", "unknown"),
        ),
        (
            json!({"StringEqualsIgnoreCase": {"aws:PrincipalArn": "ARN:AWS:IAM::444455556666:ROLE/CI"}}),
            ("no", "no"),
        ),
        (
            json!({"StringEqualsIgnoreCase": {"aws:PrincipalArn": "ARN:AWS:IAM::999999999999:ROLE/CI"}}),
            ("no", "yes"),
        ),
    ] {
        assert_eq!(both(&star(condition.clone())), expected, "{condition}");
    }
}

/// Roles and users have paths of any depth, and federated users have ARNs; a path holds no colon (A5).
#[test]
fn every_sort_of_identity_calls() {
    for (condition, expected) in [
        (
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/team/*"}}),
            ("yes", "yes"),
        ),
        (
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/a/b/c"}}),
            ("yes", "yes"),
        ),
        (
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*"}}),
            ("yes", "yes"),
        ),
        (
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:federated-user/*"}}),
            ("yes", "yes"),
        ),
        (
            json!({"StringEquals": {"aws:PrincipalType": "FederatedUser"}}),
            ("yes", "yes"),
        ),
        (
            json!({"StringLike": {"aws:PrincipalArn": "*:444455556666:role/ci"}}),
            ("no", "no"),
        ),
        (
            json!({"StringLike": {"aws:PrincipalArn": "arn:aws*:iam::444455556666:user/*"}}),
            ("no", "no"),
        ),
        (
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws*:iam::444455556666:user/*"}}),
            ("no", "no"),
        ),
        (
            json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/*"}}),
            ("no", "no"),
        ),
        (
            json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666:*"}}),
            ("no", "no"),
        ),
    ] {
        assert_eq!(both(&star(condition.clone())), expected, "{condition}");
    }
}

/// What a `*` of `StringLike` may run over in `aws:SourceArn`.
#[test]
fn a_source_is_pinned_where_no_other_account_can_be_called_so() {
    let like = |pattern: &str| json!({"StringLike": {"aws:SourceArn": pattern}});
    for (service, pattern, expected) in [
        (
            "lambda",
            "arn:aws:lambda:us-east-1:111122223333:function:*",
            "no",
        ),
        ("lambda", "arn:aws:lambda:*:111122223333:function:*", "no"),
        // an alarm `lambda:x:111122223333:function:y`
        ("lambda", "arn:*:lambda:*:111122223333:function:*", "yes"),
        (
            "lambda",
            "arn:aws:lambda:*:111122223333:function:*:live",
            "no",
        ),
        ("lambda", "arn:aws:lambda:*111122223333:function:*", "yes"),
        // a function `111122223333` with the alias `function-x`
        ("lambda", "arn:aws:lambda:*:111122223333:function*", "yes"),
        ("lambda", "arn:aws:lambda:*:111122223333:*", "yes"),
        ("lambda", "arn:aws:lambda:*:function:*", "yes"),
        ("lambda", "arn:aws:lambda:*:*:function:111122223333", "yes"),
        (
            "codebuild",
            "arn:aws:codebuild:*:111122223333:project/*",
            "no",
        ),
        ("codebuild", "arn:aws:codebuild:*:111122223333:*", "no"),
        ("codebuild", "arn:aws:codebuild:*111122223333*", "yes"),
        (
            "scheduler",
            "arn:aws:scheduler:*:111122223333:schedule/*/*",
            "no",
        ),
        // an alarm `x:111122223333:alarm:y`
        (
            "cloudwatch",
            "arn:aws:cloudwatch:*:111122223333:alarm:*",
            "yes",
        ),
        (
            "cloudwatch",
            "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:*",
            "no",
        ),
        ("lambda", "arn:aws:*:*:111122223333:function:*", "yes"),
        ("lambda", "*:111122223333:*", "yes"),
    ] {
        let name = format!("{service}.amazonaws.com");
        let statement = json!({"Effect": "Allow", "Principal": {"Service": name}, "Action": "ecr:BatchGetImage", "Condition": like(pattern)});
        let scene = scene(&json!({"Version": "2012-10-17", "Statement": [statement.clone()]}));
        assert_eq!(
            word(&service_for_anyone(&scene, &name)),
            expected,
            "{pattern}"
        );
        let read = scene.policies[0].document.statements[0].clone();
        let alone = Alone::new(&scene, 0, &read);
        let reached = alone.service_for_anyone(Sort::Service, &name);
        assert_eq!(reached, Ok(expected == "yes"), "{pattern}");
        let outside = outside(&scene, &trusted());
        assert_eq!(word(&outside), expected, "{pattern} {outside:?}");
    }
    // the operators on ARNs keep their wildcards in their parts
    let scene =
        star(json!({"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:*:111122223333:alarm:*"}}));
    assert_eq!(both(&scene), ("no", "no"));
}

/// Who stands for those that nobody names is none of those whom the settings name.
#[test]
fn nobody_known_stands_for_others() {
    let stand_in = |scene: &Scene| {
        let answer = public(scene);
        answer.witness().unwrap().account.clone().unwrap()
    };
    for condition in [
        json!({}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}),
        json!({"StringLike": {"aws:PrincipalAccount": "2222222222??"}}),
    ] {
        let mut scene = star(condition.clone());
        let first = stand_in(&scene);
        let mut known = vec![first];
        for _ in 0..3 {
            let ids: Vec<&str> = known.iter().map(String::as_str).collect();
            scene.known.accounts = Some(accounts(&ids));
            let next = stand_in(&scene);
            assert!(!known.contains(&next), "{condition} {next} {known:?}");
            known.push(next);
        }
        scene.known.trusted_accounts = known.iter().cloned().collect();
        assert!(!known.contains(&stand_in(&scene)), "{condition}");
    }
    let mut services = scene(
        &json!({"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "ecr:*", "Condition": {"StringLike": {"aws:SourceAccount": "2*"}}}]}),
    );
    services.known.accounts = Some(accounts(&["222222222222"]));
    let answer = outside(&services, &trusted());
    let source = answer.witness().unwrap().account.clone().unwrap();
    assert!(
        source != "222222222222" && source.starts_with('2'),
        "{source}"
    );
}
