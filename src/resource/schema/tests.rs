//! Templates with their problems: the level, the code, the text that it points at, the message.

use super::*;
use crate::cloudformation;
use crate::span::Files;
use crate::world::World;

fn told(kind: &str, properties: &str) -> Vec<String> {
    let template = format!(
        "Parameters: {{Open: {{Type: String}}, Secret: {{Type: String, NoEcho: true, Default: hush}}}}\nConditions: {{C: !Equals [!Ref Open, x]}}\nResources:\n  R:\n    Type: {kind}\n    Properties: {properties}\n"
    );
    let files = Files::default();
    let id = files.add("t.yaml", template);
    let (root, diagnostics) = cloudformation::resolve(&files, id, &World::default());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let found = root.resources.iter().flat_map(problems);
    let shown = found.map(|d| {
        let text = d.span.map(|s| files.text(s)).unwrap_or_default();
        let help = d.help.map(|h| format!(" ({h})")).unwrap_or_default();
        format!("{:?} {} [{text}] {}{help}", d.level, d.code, d.message)
    });
    shown.collect()
}

#[test]
fn what_cloudformation_refuses_is_told_at_its_place() {
    let cases = [
        ("AWS::ECR::Repository", "{ImageTagMutabilty: IMMUTABLE}"),
        ("AWS::ECR::Repository", "{Wholly: new}"),
        ("AWS::ECR::Repository", "{ImageTagMutability: immutable}"),
        (
            "AWS::ECR::Repository",
            "{ImageScanningConfiguration: {ScanOnPush: maybe}}",
        ),
        (
            "AWS::ECR::Repository",
            "{ImageScanningConfiguration: {scanOnPush: true}}",
        ),
        (
            "AWS::ECR::Repository",
            "{EncryptionConfiguration: {KmsKey: k}}",
        ),
        ("AWS::ECR::Repository", "{EncryptionConfiguration: KMS}"),
        ("AWS::ECR::Repository", "{RepositoryName: [a]}"),
        ("AWS::ECR::Repository", "{Arn: x}"),
        ("AWS::ECR::Repository", "{Tags: [{Key: a}]}"),
        (
            "AWS::ECR::Repository",
            "{LifecyclePolicy: {LifecyclePolicyText: {rules: []}}}",
        ),
        ("AWS::ECR::RegistryPolicy", "{}"),
        (
            "AWS::ECR::RegistryScanningConfiguration",
            "{ScanType: FULL, Rules: [{ScanFrequency: SCAN_ON_PUSH, RepositoryFilters: [{Filter: 'A', FilterType: WILDCARD}]}]}",
        ),
        (
            "AWS::ECR::PullTimeUpdateExclusion",
            "{PrincipalArn: someone}",
        ),
        (
            "AWS::ECR::ReplicationConfiguration",
            "{ReplicationConfiguration: {Rules: [{Destinations: [{Region: us-east-1}]}]}}",
        ),
    ];
    let all = cases.map(|(kind, properties)| {
        format!(
            "{kind} {properties}\n  {}",
            told(kind, properties).join("\n  ")
        )
    });
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn what_is_right_or_not_known_is_not_told() {
    let cases = [
        (
            "AWS::ECR::Repository",
            "{ImageScanningConfiguration: {ScanOnPush: 'true'}, RepositoryName: 12}",
        ),
        (
            "AWS::ECR::Repository",
            "{ImageTagMutability: !Ref Open, ImageScanningConfiguration: !Ref Open}",
        ),
        (
            "AWS::ECR::Repository",
            "{ImageTagMutability: !Sub 'X${Open}'}",
        ),
        (
            "AWS::ECR::Repository",
            "{EncryptionConfiguration: {EncryptionType: !If [C, KMS, !Ref AWS::NoValue]}}",
        ),
        (
            "AWS::ECR::Repository",
            "{EncryptionConfiguration: {'Fn::Transform': {Name: X}}}",
        ),
        (
            "AWS::ECR::Repository",
            "{Tags: {Key: a, Value: b}, EmptyOnDelete: False}",
        ),
        (
            "AWS::ECR::Repository",
            "{RepositoryPolicyText: {Version: 2012-10-17, Anything: [goes]}}",
        ),
        (
            "AWS::ECR::Repository",
            "{Tags: [!If [C, {Key: a, Value: b}, !Ref AWS::NoValue]]}",
        ),
        ("AWS::S3::Bucket", "{Wholly: new}"),
    ];
    for (kind, properties) in cases {
        assert_eq!(told(kind, properties), Vec::<String>::new(), "{properties}");
    }
}

#[test]
fn values_are_never_shown() {
    let told = told(
        "AWS::ECR::Repository",
        "{ImageTagMutability: !Ref Secret, EmptyOnDelete: !Ref Secret}",
    );
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn every_schema_can_be_read_under_both_names() {
    for schema in &SCHEMAS {
        assert!(schema.json().get("properties").is_some(), "{}", schema.name);
        assert!(schema.validator().is_some(), "{}", schema.name);
        assert!(schema.snake_validator().is_some(), "{}", schema.name);
        let awscc = format!("awscc_ecr_{}", snake(schema.name));
        assert_eq!(schema_of_awscc(&awscc).unwrap().name, schema.name);
    }
    assert_eq!(
        snake("RepositoryCreationTemplate"),
        "repository_creation_template"
    );
    assert!(schema_of("AWS::ECR::Nothing").is_none());
    assert!(schema_of_awscc("awscc_s3_bucket").is_none());
}
