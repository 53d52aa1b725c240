//! What bounds a principal: its permissions boundary, and the policies of the organisation.

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/build";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/build/s1";
const USER: &str = "arn:aws:iam::111122223333:user/ann";
const PUSH: &str = "ecr:PutImage";

/// A role and a user whose boundary allows pulls only.
const BOUNDED: &str = r#"
resource "aws_iam_policy" "pull" {
  name   = "pull"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ecr:BatchGetImage", Resource = "*" }] })
}
resource "aws_iam_role" "build" {
  name                 = "build"
  permissions_boundary = aws_iam_policy.pull.arn
  assume_role_policy   = "{}"
}
resource "aws_iam_user" "ann" {
  name                 = "ann"
  permissions_boundary = aws_iam_policy.pull.arn
}
"#;

fn to(who: &str) -> String {
    let allow = with_policy(&format!(
        r#"{{ Effect = "Allow", Principal = {who}, Action = "ecr:*" }}"#
    ));
    format!("{allow}{BOUNDED}")
}

#[test]
fn a_boundary_limits_what_is_granted_to_a_role_and_not_to_a_user_or_a_session() {
    let aws = |arn: &str| to(&format!(r#"{{ AWS = "{arn}" }}"#));
    use Verdict::{Allow, Deny};
    for (code, who, wanted) in [
        (aws(ROLE), ROLE, Deny),
        (aws(ROLE), SESSION, Deny),
        (aws(SESSION), SESSION, Allow),
        (aws(USER), USER, Allow),
        (to("\"*\""), ROLE, Allow),
    ] {
        assert_eq!(
            decision(&code, &asked(who, PUSH, None)),
            wanted,
            "{who} {code}"
        );
    }
    let pull = asked(ROLE, "ecr:BatchGetImage", None);
    assert_eq!(decision(&aws(ROLE), &pull), Allow);
    let answers = ask(&estate(&aws(ROLE)), &asked(ROLE, PUSH, None)).unwrap();
    assert_eq!(
        answers[0].missing,
        [format!(
            "an Allow of {PUSH} in the permissions boundary of {ROLE}"
        )]
    );
}

#[test]
fn a_deny_with_not_principal_hits_whoever_has_a_boundary() {
    let code = |bounded: &str| {
        let policy = with_policy(&format!(
            r#"{{ Effect = "Allow", Principal = "*", Action = "ecr:*" }},
               {{ Effect = "Deny", NotPrincipal = {{ AWS = ["{ROLE}", "arn:aws:iam::111122223333:root"] }}, Action = "ecr:BatchGetImage" }}"#
        ));
        format!("{policy}{bounded}")
    };
    let pull = |who: &str| asked(who, "ecr:BatchGetImage", None);
    assert_eq!(decision(&code(BOUNDED), &pull(ROLE)), Verdict::Deny);
    assert_eq!(decision(&code(""), &pull(ROLE)), Verdict::Allow);
}

#[test]
fn whom_an_account_beside_its_role_spares_is_not_told() {
    let code = with_policy(&format!(
        r#"{{ Effect = "Allow", Principal = "*", Action = "ecr:*" }},
           {{ Effect = "Deny", NotPrincipal = {{ AWS = ["{ROLE}", "arn:aws:iam::111122223333:root"] }}, Action = "ecr:*" }}"#
    ));
    let of = |who: &str| ask(&estate(&code), &asked(who, PUSH, Some(ALLOW_ALL))).unwrap();
    assert_eq!(of(ROLE)[0].decision, Verdict::Allow);
    assert_eq!(of("111122223333")[0].decision, Verdict::Allow);
    assert_eq!(of(FOREIGN)[0].decision, Verdict::Deny);
    let other = &of(OWN)[0];
    assert_eq!(other.decision, Verdict::Unknown);
    assert!(other.reasons[0].starts_with("A2:"), "{:?}", other.reasons);
}

/// Whether the role `dev` may push, with service control policies that the config states, and its repository policy's Allow.
fn with_stated(policies: &[&str], who: &str) -> Answer {
    let code = with_policy(r#"{ Effect = "Allow", Principal = "*", Action = "ecr:*" }"#);
    let mut world = world();
    let stated = policies.iter().enumerate();
    world.existing.service_control_policies = stated
        .map(|(n, text)| ((*text).to_owned(), format!("scp{n}.json")))
        .collect();
    let read = Read {
        inputs: vec![Input::Text(code)],
        ..Read::default()
    };
    let estate = Estate::read(&read, world, &Arc::new(Files::default())).unwrap();
    ask(&estate, &asked(who, PUSH, Some(ALLOW_ALL)))
        .unwrap()
        .remove(0)
}

#[test]
fn what_service_control_policies_do_not_allow_is_denied() {
    const S3: &str =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    const ECR: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"*"}}"#;
    const NO_S3: &str =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;
    const NO_ECR: &str =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"ecr:*","Resource":"*"}}"#;
    use Verdict::{Allow, Deny, Unknown};
    for (policies, wanted) in [
        (&[S3] as &[&str], Deny),
        (&[S3, NO_S3], Deny),
        (&[ECR], Allow),
        (&[NO_S3], Allow), // beside it stands what AWS attaches
        (&[ECR, NO_S3], Allow),
        (&[ECR, NO_ECR], Deny),
        (&[S3, ECR], Unknown), // on one level or on two
    ] {
        assert_eq!(with_stated(policies, OWN).decision, wanted, "{policies:?}");
        let outside = with_stated(policies, FOREIGN).decision;
        assert_eq!(outside, Allow, "{policies:?}");
    }
    assert_eq!(
        with_stated(&[S3], OWN).missing,
        [
            "an Allow of ecr:PutImage in the service control policies that bind the account, which allow other things only"
        ]
    );
    assert_eq!(
        with_stated(&[S3, ECR], OWN).reasons[0].to_string(),
        "whether `scp0.json` and `scp1.json` are attached to the same level of the organisation is not known"
    );
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/ecr.amazonaws.com/AWSServiceRoleForECRTemplate";
    for policies in [&[S3], &[NO_ECR]] {
        assert_eq!(with_stated(policies, linked).decision, Allow);
        let session = "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECRTemplate/s";
        assert_eq!(with_stated(policies, session).decision, Unknown);
    }
}

#[test]
fn beside_an_attached_list_of_what_is_allowed_all_may_be_allowed() {
    let code = |action: &str, target: &str| {
        let policy = with_policy(r#"{ Effect = "Allow", Principal = "*", Action = "ecr:*" }"#);
        format!(
            r#"{policy}
resource "aws_organizations_policy" "scp" {{
  name    = "scp"
  content = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "{action}", Resource = "*" }}] }})
}}
resource "aws_organizations_policy_attachment" "a" {{
  policy_id = aws_organizations_policy.scp.id
  target_id = "{target}"
}}"#
        )
    };
    use Verdict::{Allow, Unknown};
    for (action, target, wanted) in [
        ("s3:*", "111122223333", Unknown),
        ("s3:*", "ou-ab12-cdefghij", Unknown),
        ("s3:*", "444455556666", Allow),
        ("ecr:*", "111122223333", Allow),
        ("ecr:*", "ou-ab12-cdefghij", Allow),
    ] {
        let asked = asked(OWN, PUSH, Some(ALLOW_ALL));
        assert_eq!(
            decision(&code(action, target), &asked),
            wanted,
            "{action} {target}"
        );
    }
}

#[test]
fn no_policy_is_asked_of_the_root_user_and_an_empty_list_says_that_there_is_none() {
    let code = with_policy("");
    let root = asked("arn:aws:iam::111122223333:root", PUSH, None);
    assert_eq!(decision(&code, &root), Verdict::Allow);
    let denied = with_policy(r#"{ Effect = "Deny", Principal = "*", Action = "ecr:*" }"#);
    assert_eq!(decision(&denied, &root), Verdict::Deny);
    let none = asked(OWN, PUSH, Some(r#"{"Statement": []}"#));
    assert_eq!(decision(&code, &none), Verdict::Deny);
    let nothing = asked(OWN, PUSH, Some("{}"));
    assert!(ask(&estate(&code), &nothing).is_err());
}
