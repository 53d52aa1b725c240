//! Repositories of ECR Public.

use super::*;
use crate::question::access::{self, Filter, What};

fn gallery(statements: &str) -> String {
    format!(
        r#"
resource "aws_ecrpublic_repository" "web" {{
  repository_name = "web"
}}
resource "aws_ecrpublic_repository_policy" "web" {{
  repository_name = aws_ecrpublic_repository.web.repository_name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{statements}] }})
}}
"#
    )
}

const PUSH: &str = r#""ecr-public:PutImage", "ecr-public:InitiateLayerUpload", "ecr-public:UploadLayerPart", "ecr-public:CompleteLayerUpload""#;

fn allow(who: &str, actions: &str) -> String {
    format!(r#"{{ Effect = "Allow", Principal = {{ AWS = "{who}" }}, Action = [{actions}] }}"#)
}

fn web(principal: &str, action: &str, identity: Option<&str>) -> Asked {
    Asked {
        resource: "web".into(),
        ..asked(principal, action, identity)
    }
}

#[test]
fn both_sides_count_as_for_private_ones() {
    const ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr-public:*","Resource":"*"}}"#;
    let code = gallery(&allow(FOREIGN, PUSH));
    for (who, action, identity, wanted) in [
        (FOREIGN, "ecr:PutImage", Some(ALL), Verdict::Allow),
        (FOREIGN, "ecr-public:PutImage", Some(ALL), Verdict::Allow),
        (
            FOREIGN,
            "ecr-public:PutImage",
            Some(ALLOW_ALL),
            Verdict::Deny,
        ), // ecr:* is another service
        (
            FOREIGN,
            "ecr-public:DeleteRepository",
            Some(ALL),
            Verdict::Deny,
        ),
        (
            OWN,
            "ecr-public:DeleteRepository",
            Some(ALL),
            Verdict::Allow,
        ),
        (
            OWN,
            "ecr-public:PutImage",
            Some(ALLOW_NOTHING),
            Verdict::Deny,
        ),
    ] {
        let asked = web(who, action, identity);
        assert_eq!(decision(&code, &asked), wanted, "{who} {action}");
        let arn = Asked {
            resource: "arn:aws:ecr-public::111122223333:repository/web".into(),
            ..asked
        };
        assert_eq!(decision(&code, &arn), wanted, "{who} {action}");
    }
    let pull = ask(&estate(&code), &web(FOREIGN, "ecr:BatchGetImage", None)).unwrap_err();
    assert_eq!(pull.help, PULLED);
    let private = with_policy("");
    let mixed = ask(&estate(&private), &asked(OWN, "ecr-public:PutImage", None)).unwrap_err();
    assert!(mixed.message.contains("is not done to `app`"), "{mixed:?}");
}

#[test]
fn who_pushes_is_listed() {
    let code = gallery(&allow(FOREIGN, PUSH));
    let estate = estate(&code);
    let found = access::of(&estate, &Filter::default());
    let said: Vec<String> = (found[0].grants.iter())
        .map(|g| format!("{} {}", What::word(g.what), g.who()))
        .collect();
    assert_eq!(said, [format!("push {FOREIGN}")]);
    assert_eq!(estate.repositories[0].assumes, [PULLED.into()]);
    // what is done to the gallery is not done to a private repository
    let filter = Filter {
        what: vec![What::parse("ecr-public:PutImage").unwrap()],
        ..Filter::default()
    };
    let both = format!("{code}{}", with_policy(&allow(FOREIGN, "\"*\"")));
    let found = access::of(&self::estate(&both), &filter);
    let grants: Vec<usize> = found.iter().map(|a| a.grants.len()).collect();
    assert_eq!(grants, [1, 0]);
}
