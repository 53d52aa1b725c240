//! What a deployment with other parameters than the defaults would break is found at the defaults, too.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use serde_json::Value as Json;
use std::process::Command;

/// The violations of a guardrail: severity, and the case.
fn found(guardrail: &str, template: &str) -> Vec<(String, Option<String>)> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("t.yaml"), template).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args([
            "check",
            "--no-config",
            "--profile",
            "strict",
            "--format",
            "json",
        ])
        .args(["--guardrail", guardrail, "t.yaml"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let violated = findings.filter(|f| f["outcome"] == "violated");
    let text = |v: &Json| v.as_str().map(str::to_owned);
    violated
        .map(|f| (text(&f["severity"]).unwrap(), text(&f["when"])))
        .collect()
}

fn critical(when: &str) -> Vec<(String, Option<String>)> {
    vec![("critical".to_owned(), Some(when.to_owned()))]
}

#[test]
fn the_condition_of_a_resource_and_those_inside_it_are_freed_together() {
    let template = r#"Parameters:
  Create: {Type: String, Default: "false", AllowedValues: ["true", "false"]}
  Public: {Type: String, Default: "false", AllowedValues: ["true", "false"]}
Conditions:
  DoCreate: !Equals [!Ref Create, "true"]
  IsPublic: !Equals [!Ref Public, "true"]
Resources:
  R:
    Type: AWS::ECR::Repository
    Condition: DoCreate
    Properties:
      RepositoryPolicyText: !If
        - IsPublic
        - Version: "2012-10-17"
          Statement: [{Effect: Allow, Principal: "*", Action: "ecr:BatchGetImage"}]
        - !Ref AWS::NoValue
"#;
    let wanted = critical("IsPublic is true");
    assert_eq!(found("policy-public-access", template), wanted);
}

#[test]
fn permission_sets_have_cases() {
    let template = r#"Parameters: {Env: {Type: String, Default: prod}}
Conditions: {Dev: !Equals [!Ref Env, dev]}
Resources:
  P:
    Type: AWS::SSO::PermissionSet
    Properties:
      Name: p
      InstanceArn: arn:aws:sso:::instance/ssoins-1234567890abcdef
      InlinePolicy: !If
        - Dev
        - {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "ecr:*", Resource: "*"}]}
        - !Ref AWS::NoValue
"#;
    let found = found("identity-policy-wildcard", template);
    assert_eq!(
        found,
        [("medium".to_owned(), Some("Dev is true".to_owned()))]
    );
}

#[test]
fn the_worst_case_tells_the_severity() {
    let template = |dev: u32, other: u32| {
        format!(
            r#"Parameters: {{Env: {{Type: String, Default: prod}}}}
Conditions: {{Dev: !Equals [!Ref Env, dev]}}
Resources:
  R:
    Type: AWS::ECR::Repository
    Properties:
      LifecyclePolicy:
        LifecyclePolicyText: !Sub
          - '{{"rules": [{{"rulePriority": 1, "selection": {{"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": ${{N}}}}, "action": {{"type": "expire"}}}}]}}'
          - {{N: !If [Dev, {dev}, {other}]}}
"#
        )
    };
    let severities = |text: &str| -> Vec<String> {
        let all = found("lifecycle-expires-protected-tags", text);
        all.into_iter().map(|(severity, _)| severity).collect()
    };
    assert_eq!(severities(&template(1, 20)), ["high"]);
    assert_eq!(severities(&template(20, 1)), ["high"]);
}

#[test]
fn the_uri_of_a_repository_without_a_tag_is_latest() {
    let template = r#"Resources:
  R: {Type: AWS::ECR::Repository}
  T:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - {Name: a, Image: !GetAtt R.RepositoryUri}
        - {Name: b, Image: !Sub '${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/${R}'}
        - {Name: c, Image: !Sub '${R.RepositoryUri}:v1'}
"#;
    let found = found("image-latest-tag", template);
    assert_eq!(found.len(), 2, "{found:?}");
}
