use super::*;
use crate::span::{Files, Span};

fn map(entries: &[(&str, Value)], span: Span) -> Value {
    let entries = entries.iter().map(|(k, v)| (Arc::from(*k), v.clone()));
    Value::object(entries.collect(), span)
}

#[test]
fn names_of_the_cloud_control_provider_follow_from_cloudformation() {
    let cases = [
        ("AWS::ECR::Repository", "awscc_ecr_repository"),
        ("AWS::ECR::PublicRepository", "awscc_ecr_public_repository"),
        ("AWS::EC2::VPCEndpoint", "awscc_ec2_vpc_endpoint"),
        (
            "AWS::ECR::SigningConfiguration",
            "awscc_ecr_signing_configuration",
        ),
        ("AWS::ECS::TaskDefinition", "awscc_ecs_task_definition"),
        ("AWS::Lambda::Function", "awscc_lambda_function"),
        ("AWS::AppRunner::Service", "awscc_apprunner_service"),
        ("AWS::Batch::JobDefinition", "awscc_batch_job_definition"),
        ("AWS::SageMaker::Model", "awscc_sagemaker_model"),
        ("AWS::CodeBuild::Project", "awscc_codebuild_project"),
        ("AWS::CloudTrail::Trail", "awscc_cloudtrail_trail"),
        ("AWS::Organizations::Policy", "awscc_organizations_policy"),
        ("AWS::SSO::PermissionSet", "awscc_sso_permission_set"),
        ("AWS::IAM::ManagedPolicy", "awscc_iam_managed_policy"),
        ("AWS::Events::Rule", "awscc_events_rule"),
    ];
    for (cloudformation, expected) in cases {
        assert_eq!(cloud_control_type(cloudformation), expected);
    }
    let steps = [
        "ImageTagMutability",
        "KmsKey",
        "VpcId",
        "ImageTagMutabilityExclusionFilterValue",
    ];
    let snake = [
        "image_tag_mutability",
        "kms_key",
        "vpc_id",
        "image_tag_mutability_exclusion_filter_value",
    ];
    assert_eq!(steps.map(snake_case), snake);
}

#[test]
fn every_field_has_a_name_in_some_form_and_a_description() {
    for kind in kinds() {
        for field in kind.fields {
            assert!(
                !(field.terraform.is_empty() && field.cloudformation.is_empty()),
                "{}.{}",
                kind.name,
                field.name
            );
            assert!(!field.doc.is_empty(), "{}.{}", kind.name, field.name);
        }
    }
}

#[test]
fn one_repository_reads_the_same_in_three_forms() {
    let files = Files::default();
    let at = Span::new(files.add("a", "x"), 0, 1);
    let text = |t: &str| Value::text(t, at);
    let block = |entries: &[(&str, Value)]| Value::tuple(vec![map(entries, at)], at);
    let aws = map(
        &[
            ("name", text("app")),
            (
                "image_scanning_configuration",
                block(&[("scan_on_push", Value::bool(true, at))]),
            ),
            (
                "image_tag_mutability_exclusion_filter",
                block(&[("filter", text("dev*"))]),
            ),
            ("tags", map(&[("team", text("a"))], at)),
        ],
        at,
    );
    let cfn = map(
        &[
            ("RepositoryName", text("app")),
            (
                "ImageScanningConfiguration",
                map(&[("ScanOnPush", text("true"))], at),
            ),
            (
                "ImageTagMutabilityExclusionFilters",
                block(&[("ImageTagMutabilityExclusionFilterValue", text("dev*"))]),
            ),
            (
                "Tags",
                block(&[("Key", text("team")), ("Value", text("a"))]),
            ),
        ],
        at,
    );
    let awscc = map(
        &[
            ("repository_name", text("app")),
            (
                "image_scanning_configuration",
                map(&[("scan_on_push", Value::bool(true, at))], at),
            ),
            (
                "image_tag_mutability_exclusion_filters",
                block(&[("image_tag_mutability_exclusion_filter_value", text("dev*"))]),
            ),
            (
                "tags",
                block(&[("key", text("team")), ("value", text("a"))]),
            ),
        ],
        at,
    );
    for (kind, attributes) in [
        ("aws_ecr_repository", aws),
        ("AWS::ECR::Repository", cfn),
        ("awscc_ecr_repository", awscc),
    ] {
        let read = read(kind_of(kind).unwrap(), &testing::resource(kind, attributes));
        let get = |name: &str| read.get(name).unwrap();
        assert_eq!(get("name").as_str(), Some("app"), "{kind}");
        assert!(
            matches!(get("scan_on_push").kind, ValueKind::Bool(true)),
            "{kind}"
        );
        assert_eq!(get("tag_mutability").as_str(), Some("MUTABLE"), "{kind}");
        assert_eq!(
            get("exclusion_filters").items()[0]
                .get("filter")
                .unwrap()
                .as_str(),
            Some("dev*"),
            "{kind}"
        );
        assert_eq!(
            get("tags").get("team").unwrap().as_str(),
            Some("a"),
            "{kind}"
        );
        assert!(get("kms_key").is_null(), "{kind}");
    }
}

#[test]
fn what_is_read_of_a_resource_is_what_its_fields_say() {
    assert!(reads("aws_iam_role", "inline_policy"));
    assert!(!reads("aws_iam_role", "assume_role_policy"));
    assert!(!reads("aws_lambda_function", "environment"));
    // of what belongs to ECR, of other providers and of what is no kind, everything
    assert!(reads("aws_ecr_repository", "timeouts") && reads("aws_ecrpublic_repository", "x"));
    assert!(reads("awscc_iam_role", "assume_role_policy_document") && reads("null_resource", "x"));
    for kind in kinds() {
        for (resource_type, field) in kind
            .terraform
            .iter()
            .flat_map(|t| kind.fields.iter().map(move |f| (t, f)))
        {
            for way in field.terraform.split('+').filter(|w| !w.is_empty()) {
                let first = way.split('.').next().unwrap();
                assert!(reads(resource_type, first), "{resource_type}: {way}");
            }
        }
    }
}
