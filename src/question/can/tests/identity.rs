//! The principal's own policies, as the input has them.

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/build";
const USER: &str = "arn:aws:iam::111122223333:user/ann";
const PULL: &str = "ecr:BatchGetImage";

fn document(effect: &str, action: &str) -> String {
    format!(
        r#"jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "{effect}", Action = "{action}", Resource = "*" }}] }})"#
    )
}

fn repository() -> String {
    "resource \"aws_ecr_repository\" \"app\" {\n  name = \"app\"\n}\n".to_owned()
}

fn role(inside: &str) -> String {
    format!(
        "resource \"aws_iam_role\" \"build\" {{\n  name = \"build\"\n  assume_role_policy = \"{{}}\"\n{inside}\n}}\n"
    )
}

fn managed(name: &str, effect: &str, action: &str) -> String {
    let policy = document(effect, action);
    format!(
        "resource \"aws_iam_policy\" \"{name}\" {{\n  name = \"{name}\"\n  policy = {policy}\n}}\n"
    )
}

fn attachment(arn: &str) -> String {
    format!(
        "resource \"aws_iam_role_policy_attachment\" \"a\" {{\n  role = aws_iam_role.build.name\n  policy_arn = {arn}\n}}\n"
    )
}

/// What is decided for the role, with this code beside the repository and the role.
fn role_may(code: &str) -> Verdict {
    decision(&format!("{}{code}", repository()), &asked(ROLE, PULL, None))
}

#[test]
fn policies_that_are_attached_or_stand_in_a_role_count() {
    let allow = document("Allow", PULL);
    let pull = managed("pull", "Allow", PULL);
    let aws = "\"arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly\"";
    let codes = [
        format!(
            "{}{pull}{}",
            role(""),
            attachment("aws_iam_policy.pull.arn")
        ),
        format!(
            "{}{pull}{}",
            role(""),
            attachment("\"arn:aws:iam::111122223333:policy/pull\"")
        ),
        format!("{}{}", role(""), attachment(aws)),
        role(&format!("  managed_policy_arns = [{aws}]")),
        role(&format!(
            "  inline_policy {{\n    name = \"pull\"\n    policy = {allow}\n  }}"
        )),
        format!(
            "{}resource \"aws_iam_role_policy\" \"p\" {{\n  role = aws_iam_role.build.id\n  policy = {allow}\n}}\n",
            role("")
        ),
        format!(
            "{}{pull}resource \"aws_iam_policy_attachment\" \"all\" {{\n  name = \"all\"\n  roles = [\"other\", aws_iam_role.build.name]\n  policy_arn = aws_iam_policy.pull.arn\n}}\n",
            role("")
        ),
    ];
    for code in codes {
        assert_eq!(role_may(&code), Verdict::Allow, "{code}");
    }
}

#[test]
fn what_is_of_others_does_not_count() {
    let pull = managed("pull", "Allow", PULL);
    let other = "resource \"aws_iam_role_policy_attachment\" \"a\" {\n  role = \"other\"\n  policy_arn = aws_iam_policy.pull.arn\n}\n";
    for code in [
        format!("{}{pull}", role("")),
        format!("{}{pull}{other}", role("")),
    ] {
        assert_eq!(role_may(&code), Verdict::Unknown, "{code}");
    }
    // the role of another account that has the same name
    let code = format!(
        "{}{}{pull}{}",
        with_policy(&format!(
            r#"{{ Effect = "Allow", Principal = {{ AWS = "{FOREIGN}" }}, Action = "{PULL}" }}"#
        )),
        role("").replace("name = \"build\"", "name = \"ci\""),
        attachment("aws_iam_policy.pull.arn")
    );
    assert_eq!(
        decision(&code, &asked(FOREIGN, PULL, None)),
        Verdict::Unknown
    );
}

#[test]
fn a_deny_that_may_be_the_principals_keeps_an_allow_from_being_said() {
    let granted = with_policy(&format!(
        r#"{{ Effect = "Allow", Principal = {{ AWS = "{ROLE}" }}, Action = "{PULL}" }}"#
    ));
    let denied = |role: &str| {
        format!(
            "variable \"env\" {{\n  type = string\n}}\nresource \"aws_iam_role_policy\" \"p\" {{\n  role = {role}\n  policy = {}\n}}\n",
            document("Deny", PULL)
        )
    };
    for (role, wanted) in [
        ("\"build\"", Verdict::Deny),
        ("\"other\"", Verdict::Allow),
        ("var.env", Verdict::Unknown),
        ("\"${var.env}-web\"", Verdict::Allow),
        ("\"${var.env}d\"", Verdict::Unknown),
    ] {
        let code = format!("{granted}{}", denied(role));
        assert_eq!(decision(&code, &asked(ROLE, PULL, None)), wanted, "{role}");
    }
}

#[test]
fn the_boundary_of_another_role_does_not_count() {
    let bound = |name: &str, boundary: &str| {
        let role = role(&format!("  permissions_boundary = {boundary}"));
        role.replace("name = \"build\"", &format!("name = \"{name}\""))
    };
    let granted = with_policy(&format!(
        r#"{{ Effect = "Allow", Principal = {{ AWS = "{ROLE}" }}, Action = "{PULL}" }}"#
    ));
    let hidden = "\"arn:aws:iam::111122223333:policy/hidden\"";
    for (name, boundary, wanted) in [
        ("other", hidden, Verdict::Allow),
        ("other", "var.boundary", Verdict::Allow),
        ("${var.boundary}-web", hidden, Verdict::Allow),
        ("${var.boundary}", hidden, Verdict::Unknown),
        ("build", hidden, Verdict::Unknown),
    ] {
        let variable = "variable \"boundary\" {\n  type = string\n}\n";
        let code = format!("{granted}{variable}{}", bound(name, boundary));
        let found = decision(&code, &asked(ROLE, PULL, None));
        assert_eq!(found, wanted, "{name} {boundary}");
    }
}

#[test]
fn a_boundary_bounds_what_own_policies_allow() {
    let bound = |name: &str| {
        let own = role(&format!(
            "  permissions_boundary = aws_iam_policy.{name}.arn"
        ));
        let pull = managed("pull", "Allow", PULL);
        let other = managed("other", "Allow", "s3:*");
        format!(
            "{own}{pull}{other}{}",
            attachment("aws_iam_policy.pull.arn")
        )
    };
    assert_eq!(role_may(&bound("pull")), Verdict::Allow);
    assert_eq!(role_may(&bound("other")), Verdict::Deny);
    let code = format!("{}{}", repository(), bound("other"));
    let answers = ask(&estate(&code), &asked(ROLE, PULL, None)).unwrap();
    assert_eq!(
        answers[0].missing,
        [format!(
            "an Allow of {PULL} in the permissions boundary of {ROLE}"
        )]
    );
    let elsewhere = role("  permissions_boundary = \"arn:aws:iam::111122223333:policy/limits\"");
    let code = format!(
        "{elsewhere}{}{}",
        managed("pull", "Allow", PULL),
        attachment("aws_iam_policy.pull.arn")
    );
    assert_eq!(role_may(&code), Verdict::Unknown);
}

#[test]
fn a_user_has_the_policies_of_its_groups() {
    let group = "resource \"aws_iam_group\" \"devs\" {\n  name = \"devs\"\n}\n";
    let policy = format!(
        "resource \"aws_iam_group_policy\" \"p\" {{\n  group = aws_iam_group.devs.name\n  policy = {}\n}}\n",
        document("Allow", PULL)
    );
    let by_user = "resource \"aws_iam_user_group_membership\" \"m\" {\n  user = \"ann\"\n  groups = [aws_iam_group.devs.name]\n}\n";
    let by_group = "resource \"aws_iam_group_membership\" \"m\" {\n  name = \"m\"\n  group = \"devs\"\n  users = [\"bob\", \"ann\"]\n}\n";
    let other = "resource \"aws_iam_group_membership\" \"m\" {\n  name = \"m\"\n  group = \"devs\"\n  users = [\"bob\"]\n}\n";
    for (membership, wanted) in [
        (by_user, Verdict::Allow),
        (by_group, Verdict::Allow),
        (other, Verdict::Unknown),
    ] {
        let code = format!("{}{group}{policy}{membership}", repository());
        assert_eq!(decision(&code, &asked(USER, PULL, None)), wanted, "{code}");
    }
}

#[test]
fn templates_are_read_alike() {
    let template = r#"
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  App:
    Type: AWS::ECR::Repository
    Properties: {RepositoryName: app}
  Build:
    Type: AWS::IAM::Role
    Properties:
      RoleName: build
      AssumeRolePolicyDocument: {}
      ManagedPolicyArns: [!Ref Pull]
      PermissionsBoundary: !Ref Pull
  Pull:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "ecr:BatchGetImage", Resource: "*"}}
  Ann:
    Type: AWS::IAM::User
    Properties: {UserName: ann, Groups: [!Ref Devs]}
  Devs:
    Type: AWS::IAM::Group
    Properties:
      GroupName: devs
      Policies:
        - PolicyName: pull
          PolicyDocument: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "ecr:BatchGetImage", Resource: "*"}}
"#;
    for who in [ROLE, USER] {
        assert_eq!(
            decision(template, &asked(who, PULL, None)),
            Verdict::Allow,
            "{who}"
        );
        let push = decision(template, &asked(who, "ecr:PutImage", None));
        let wanted = match who {
            ROLE => Verdict::Deny, // beyond its boundary
            _ => Verdict::Unknown,
        };
        assert_eq!(push, wanted, "{who}");
    }
}
