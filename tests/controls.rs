//! Policies of the organisation that keep out whom a finding is about: the finding stays, and says so where they are attached.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use ecr_guard::engine::{self, Options};
use std::fs;

const OWN: &str = "210987654321";

const RESOURCE: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Resource": "*",
  "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}]}"#;

const SERVICE: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"},
  {"Effect": "Deny", "Action": ["ecr:PutImage", "ecr:*Layer*"], "Resource": "*"}]}"#;

/// A repository that an outsider pulls from, and an own account pushes to.
const REPOSITORY: &str = r#"
resource "aws_ecr_repository_policy" "app" {
  repository = "app"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::999999999999:role/scanner" }, Action = "ecr:BatchGetImage" },
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::345678901234:role/build" }, Action = ["ecr:PutImage", "ecr:InitiateLayerUpload"] },
    ]
  })
}
"#;

fn control(kind: &str, content: &str) -> String {
    format!(
        "resource \"aws_organizations_policy\" \"this\" {{\n  name = \"this\"\n  type = \"{kind}\"\n  content = <<-EOT\n{content}\n  EOT\n}}\n"
    )
}

fn attached(target: &str) -> String {
    format!(
        "resource \"aws_organizations_policy_attachment\" \"this\" {{\n  policy_id = aws_organizations_policy.this.id\n  target_id = {target}\n}}\n"
    )
}

/// The messages of two guardrails, with what the config says to exist.
fn said(code: &str, existing: &str, files: &[(&str, &str)]) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let config = format!(
        "organization: {{id: o-a1b2c3d4e5, accounts: [{OWN}, 345678901234]}}\ntarget: {{account: {OWN}, region: eu-west-1}}\n{existing}"
    );
    fs::write(path("ecr-guard.yaml"), config).unwrap();
    fs::write(path("main.tf"), format!("{REPOSITORY}\n{code}")).unwrap();
    for (name, text) in files {
        fs::write(path(name), text).unwrap();
    }
    let paths = vec![directory.path().to_string_lossy().into_owned()];
    let mut options = Options::new(paths, jiff::civil::Date::default());
    options.config = Some(path("ecr-guard.yaml").to_string_lossy().into_owned());
    let wanted = [
        "policy-access-outside-organization",
        "policy-push-from-other-account",
    ];
    options.only = wanted.map(str::to_owned).to_vec();
    let report = engine::run(&options).unwrap_or_else(|_| panic!("it runs"));
    let problems: Vec<_> = report.diagnostics.iter().map(|d| &d.message).collect();
    assert!(problems.is_empty(), "{problems:?}");
    let prefix = directory.path().to_string_lossy().into_owned();
    let said = |m: &String| m.replace(&format!("{prefix}/"), "");
    report.findings.iter().map(|f| said(&f.message)).collect()
}

#[test]
fn a_finding_says_what_blocks_it() {
    let pull = "account 999999999999 can pull images of app";
    let push = "another account may push: account 345678901234 can push images to app";
    let code = "aws_organizations_policy.this";
    let sure = |by: &str| format!(", currently blocked by `{by}`");
    let perhaps = |by: &str| format!("{} where that is attached", sure(by));
    let none = String::new;
    let data = "data \"aws_organizations_organization\" \"this\" {}\nvariable \"unit\" {\n  type = string\n}\n";
    let resource = control("RESOURCE_CONTROL_POLICY", RESOURCE);
    let service = control("SERVICE_CONTROL_POLICY", SERVICE);
    let cases = [
        (resource.clone(), none(), none()), // an unattached policy blocks nobody
        (
            resource.clone() + &attached("\"r-a1b2\""),
            sure(code),
            none(),
        ),
        (
            resource.clone() + &attached(&format!("\"{OWN}\"")),
            sure(code),
            none(),
        ),
        (
            resource.clone() + &attached("\"111111111111\""),
            none(),
            none(),
        ),
        (
            resource.clone() + &attached("\"ou-a1b2-11111111\""),
            perhaps(code),
            none(),
        ),
        (
            format!("{resource}{data}{}", attached("var.unit")),
            perhaps(code),
            none(),
        ),
        (
            format!(
                "{resource}{data}{}",
                attached("data.aws_organizations_organization.this.roots[0].id")
            ),
            sure(code),
            none(),
        ),
        (
            service.clone() + &attached("\"r-a1b2\""),
            none(),
            sure(code),
        ),
        (
            service.clone() + &attached("\"345678901234\""),
            none(),
            sure(code),
        ),
        (
            service.clone() + &attached(&format!("\"{OWN}\"")),
            none(),
            none(),
        ),
        (
            service.clone() + &attached("\"ou-a1b2-11111111\""),
            none(),
            perhaps(code),
        ),
    ];
    for (code, pulled, pushed) in cases {
        let wanted = [format!("{pull}{pulled}"), format!("{push}{pushed}")];
        let said = said(&code, "", &[]);
        let all = wanted.iter().all(|w| {
            said.iter().any(|s| {
                s.starts_with(w.as_str()) && s.contains("blocked") == w.contains("blocked")
            })
        });
        assert!(all, "{code}\nsaid {said:#?}\nnot {wanted:#?}");
    }
}

/// `aws organizations describe-policy` prints the policy as a text.
#[test]
fn what_the_config_states_blocks_as_well() {
    let printed = serde_json::json!({"Policy": {
        "PolicySummary": {"Id": "p-1", "Type": "RESOURCE_CONTROL_POLICY"}, "Content": RESOURCE,
    }});
    let files = [
        ("rcp.json", RESOURCE),
        ("printed.json", &printed.to_string()),
    ];
    for name in ["rcp.json", "printed.json"] {
        let existing =
            format!("existing: {{organization: {{resource_control_policies: [{name}]}}}}\n");
        let said = said("", &existing, &files);
        let wanted = format!("currently blocked by `{name}`");
        assert!(said.iter().any(|s| s.contains(&wanted)), "{said:#?}");
    }
}
