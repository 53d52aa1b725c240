//! What `can` decides over the policies of an input.

use super::*;
use crate::question::estate::Read;
use crate::source::Input;
use crate::span::Files;
use crate::world::{Organization, Target, World};

mod bounds;
mod identity;
mod lacks;
mod public;

fn world() -> World {
    let accounts = ["111122223333", "444455556666"].map(str::to_owned);
    World {
        target: Target {
            account: Some("111122223333".into()),
            region: Some("us-east-1".into()),
            partition: Some("aws".into()),
        },
        organizations: vec![Organization {
            id: Some("o-a1b2c3d4e5".into()),
            accounts: Some(Arc::new(accounts.into_iter().collect())),
            ..Organization::default()
        }],
        ..World::default()
    }
}

fn estate(code: &str) -> Estate {
    let read = Read {
        inputs: vec![Input::Text(code.to_owned())],
        ..Read::default()
    };
    Estate::read(&read, world(), &Arc::new(Files::default())).unwrap()
}

/// A repository `app` with a policy of these statements.
fn with_policy(statements: &str) -> String {
    format!(
        r#"
resource "aws_ecr_repository" "app" {{
  name = "app"
}}
resource "aws_ecr_repository_policy" "app" {{
  repository = aws_ecr_repository.app.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{statements}] }})
}}
"#
    )
}

const ALLOW_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}"#;
const ALLOW_NOTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;

fn asked(principal: &str, action: &str, identity: Option<&str>) -> Asked {
    Asked {
        principal: principal.to_owned(),
        actions: vec![action.to_owned()],
        resource: "app".to_owned(),
        identity: (identity.into_iter())
            .map(|text| ("identity.json".to_owned(), text.to_owned()))
            .collect(),
        ..Asked::default()
    }
}

fn decision(code: &str, asked: &Asked) -> Verdict {
    ask(&estate(code), asked).unwrap()[0].decision
}

const OWN: &str = "arn:aws:iam::111122223333:role/dev";
const FOREIGN: &str = "arn:aws:iam::999999999999:role/ci";

#[test]
fn either_side_suffices_inside_an_account_and_both_are_needed_across() {
    let pull = "ecr:BatchGetImage";
    let allow = |who: &str| {
        with_policy(&format!(
            r#"{{ Effect = "Allow", Principal = {{ AWS = "{who}" }}, Action = "{pull}" }}"#
        ))
    };
    let none = "resource \"aws_ecr_repository\" \"app\" {\n  name = \"app\"\n}\n".to_owned();
    let (all, nothing) = (Some(ALLOW_ALL), Some(ALLOW_NOTHING));
    use Verdict::{Allow, Deny, Unknown};
    let cases = [
        (&none, OWN, all, Allow),
        (&none, OWN, nothing, Deny),
        (&none, OWN, None, Unknown),
        (&none, FOREIGN, all, Deny),
        (&none, FOREIGN, None, Deny),
        (&allow(OWN), OWN, nothing, Allow),
        (&allow(OWN), OWN, None, Allow),
        (&allow("111122223333"), OWN, nothing, Deny),
        (&allow(FOREIGN), FOREIGN, all, Allow),
        (&allow(FOREIGN), FOREIGN, nothing, Deny),
        (&allow(FOREIGN), FOREIGN, None, Unknown),
        (&allow("999999999999"), FOREIGN, all, Allow),
    ];
    for (code, who, identity, wanted) in cases {
        assert_eq!(
            decision(code, &asked(who, pull, identity)),
            wanted,
            "{who} {identity:?} {code}"
        );
    }
}

#[test]
fn an_explicit_deny_wins() {
    let code = with_policy(
        r#"{ Effect = "Allow", Principal = "*", Action = "ecr:*" },
           { Effect = "Deny", Principal = { AWS = "999999999999" }, Action = "ecr:PutImage" }"#,
    );
    let push = asked(FOREIGN, "ecr:PutImage", Some(ALLOW_ALL));
    let answers = ask(&estate(&code), &push).unwrap();
    assert_eq!(answers[0].decision, Verdict::Deny);
    assert_eq!(
        answers[0].missing,
        ["statement 2 of the repository policy `aws_ecr_repository_policy.app` must not deny it"]
    );
    let pull = asked(FOREIGN, "ecr:BatchGetImage", Some(ALLOW_ALL));
    assert_eq!(decision(&code, &pull), Verdict::Allow);
}

#[test]
fn a_token_is_of_the_identitys_side_alone() {
    let code = with_policy(r#"{ Effect = "Allow", Principal = "*", Action = "ecr:*" }"#);
    let token = |identity| Asked {
        resource: "*".into(),
        ..asked(OWN, "ecr:GetAuthorizationToken", identity)
    };
    assert_eq!(decision(&code, &token(Some(ALLOW_NOTHING))), Verdict::Deny);
    assert_eq!(decision(&code, &token(Some(ALLOW_ALL))), Verdict::Allow);
    assert_eq!(decision(&code, &token(None)), Verdict::Unknown);
}

#[test]
fn a_key_that_nobody_gave_is_not_absent() {
    let code = with_policy(
        r#"{ Effect = "Allow", Principal = "*", Action = "ecr:*" },
           { Effect = "Deny", Principal = "*", Action = "ecr:*", Condition = { NotIpAddress = { "aws:SourceIp" = "203.0.113.0/24" } } }"#,
    );
    let with = |values: Option<&[&str]>| {
        let mut asked = asked(OWN, "ecr:PutImage", Some(ALLOW_ALL));
        if let Some(values) = values {
            let values = values.iter().map(|v| (*v).to_owned()).collect();
            asked.context.insert("aws:sourceip".into(), values);
        }
        decision(&code, &asked)
    };
    assert_eq!(with(None), Verdict::Unknown);
    assert_eq!(with(Some(&["203.0.113.7"])), Verdict::Allow);
    assert_eq!(with(Some(&["198.51.100.7"])), Verdict::Deny);
    assert_eq!(with(Some(&[])), Verdict::Deny);
    let null = with_policy(
        r#"{ Effect = "Allow", Principal = "*", Action = "ecr:*", Condition = { Null = { "aws:PrincipalTag/team" = "true" } } }"#,
    );
    let foreign = asked(FOREIGN, "ecr:PutImage", Some(ALLOW_ALL));
    assert_eq!(decision(&null, &foreign), Verdict::Unknown);
}

#[test]
fn the_organisation_of_a_caller_follows_from_its_account() {
    let code = with_policy(
        r#"{ Effect = "Allow", Principal = "*", Action = "ecr:*", Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } } }"#,
    );
    let of = |who: &str| decision(&code, &asked(who, "ecr:PutImage", Some(ALLOW_ALL)));
    assert_eq!(of("arn:aws:iam::444455556666:user/a/b"), Verdict::Allow);
    assert_eq!(of(FOREIGN), Verdict::Deny);
    assert_eq!(of("lambda.amazonaws.com"), Verdict::Deny);
}

#[test]
fn a_policy_of_the_organisation_counts_where_it_is_attached() {
    let code = |attached: &str| {
        format!(
            r#"{}
resource "aws_organizations_policy" "scp" {{
  name    = "scp"
  content = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Deny", Action = "ecr:PutImage", Resource = "*" }}] }})
}}
{attached}"#,
            with_policy(r#"{ Effect = "Allow", Principal = "*", Action = "ecr:*" }"#)
        )
    };
    let to = |target: &str| {
        code(&format!(
            "resource \"aws_organizations_policy_attachment\" \"a\" {{\n  policy_id = aws_organizations_policy.scp.id\n  target_id = \"{target}\"\n}}\n"
        ))
    };
    let of = |code: &str, who: &str| decision(code, &asked(who, "ecr:PutImage", Some(ALLOW_ALL)));
    assert_eq!(of(&code(""), OWN), Verdict::Unknown);
    assert_eq!(of(&to("111122223333"), OWN), Verdict::Deny);
    assert_eq!(of(&to("r-ab12"), OWN), Verdict::Deny);
    assert_eq!(of(&to("444455556666"), OWN), Verdict::Unknown);
    assert_eq!(of(&to("r-ab12"), FOREIGN), Verdict::Allow); // it does not bind other organisations
}

#[test]
fn what_is_not_in_the_input_is_not_known() {
    let code = with_policy(r#"{ Effect = "Allow", Principal = "*", Action = "ecr:*" }"#);
    let elsewhere = Asked {
        resource: "arn:aws:ecr:us-east-1:111122223333:repository/other".into(),
        ..asked(OWN, "ecr:PutImage", Some(ALLOW_ALL))
    };
    assert_eq!(decision(&code, &elsewhere), Verdict::Unknown);
    let wrong = |principal: &str, resource: &str| {
        let asked = Asked {
            resource: resource.into(),
            ..asked(principal, "ecr:PutImage", None)
        };
        ask(&estate(&code), &asked).unwrap_err().message
    };
    assert_eq!(wrong("bob", "app"), "`bob` is no principal");
    assert_eq!(wrong(OWN, "ap"), "there is no repository `ap` in the input");
    assert_eq!(
        wrong(OWN, "arn:aws:s3:::b"),
        "`arn:aws:s3:::b` is no ARN of a repository"
    );
}

#[test]
fn where_the_cases_of_a_template_differ_it_cannot_be_told() {
    let template = |other: &str| {
        format!(
            r#"
Parameters:
  Stage: {{Type: String}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  App:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryName: app
      RepositoryPolicyText:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{AWS: !If [IsProd, "999999999999", "{other}"]}}
            Action: ["ecr:BatchGetImage"]
"#
        )
    };
    let pull = asked(FOREIGN, "ecr:BatchGetImage", Some(ALLOW_ALL));
    let arn = Asked {
        resource: "arn:aws:ecr:us-east-1:111122223333:repository/app".into(),
        ..pull.clone()
    };
    for asked in [pull, arn] {
        assert_eq!(decision(&template("999999999999"), &asked), Verdict::Allow);
        assert_eq!(
            decision(&template("888888888888"), &asked),
            Verdict::Unknown
        );
    }
}
