//! What a file must hold to matter, looked for in its bytes before anything is parsed. A file that may hide what is
//! looked for (escapes, transforms, modules from elsewhere) matters.

use memchr::memmem;

/// What the types of Terraform resources that matter start with, without `aws`.
const TERRAFORM: [&[u8]; 16] = [
    b"_ecr",
    b"cc_",
    b"_vpc_endpoint",
    b"_organizations_policy",
    b"_cloudtrail",
    b"_cloudwatch_event_rule",
    b"_iam_policy",
    b"_iam_group_policy",
    b"_iam_role_policy",
    b"_iam_user_policy",
    b"_ssoadmin_",
    b"_ecs_task_definition",
    b"_apprunner_service",
    b"_batch_job_definition",
    b"_sagemaker_model",
    b"_codebuild_project",
];

/// What the types of CloudFormation resources that matter start with, without `AWS::`.
const CLOUDFORMATION: [&[u8]; 18] = [
    b"ECR::",
    b"EC2::VPCEndpoint",
    b"Organizations::Policy",
    b"CloudTrail::Trail",
    b"Events::Rule",
    b"IAM::Policy",
    b"IAM::ManagedPolicy",
    b"IAM::GroupPolicy",
    b"IAM::RolePolicy",
    b"IAM::UserPolicy",
    b"SSO::PermissionSet",
    b"Serverless",
    b"ECS::TaskDefinition",
    b"AppRunner::",
    b"Batch::",
    b"SageMaker::",
    b"CodeBuild::",
    b"CloudFormation::Stack",
];

/// Whether a text holds one of the continuations of a beginning.
fn holds(bytes: &[u8], beginning: &[u8], continuations: &[&[u8]]) -> bool {
    memmem::find_iter(bytes, beginning).any(|i| {
        let rest = bytes.get(i + beginning.len()..).unwrap_or_default();
        continuations.iter().any(|c| rest.starts_with(c))
    })
}

fn has(bytes: &[u8], needle: &str) -> bool {
    memmem::find(bytes, needle.as_bytes()).is_some()
}

/// Whether a Terraform file names a type that matters; an escape may hide one. A function matters for its image only, a role
/// for its policies, and an attribute's name cannot be computed.
pub(super) fn terraform(bytes: &[u8]) -> bool {
    holds(bytes, b"aws", &TERRAFORM)
        || (has(bytes, "aws_lambda_function") && has(bytes, "image_uri"))
        || (has(bytes, "aws_iam_role")
            && (has(bytes, "inline_policy") || has(bytes, "managed_policy_arns")))
        || has(bytes, "\\u")
        || has(bytes, "\\U")
}

/// Whether a template names a type that matters, or may get one from elsewhere: a transform, a module, an escape. A role, a
/// user or a group matters for the policies that it holds or lists only.
pub(super) fn template(bytes: &[u8]) -> bool {
    const ELSEWHERE: [&str; 9] = [
        "Transform",
        "::MODULE",
        "ForEach",
        "\\u",
        "\\U",
        "\\x",
        "\\\n",
        "\\\r",
        "<<",
    ];
    holds(bytes, b"AWS::", &CLOUDFORMATION)
        || (has(bytes, "AWS::Lambda::Function") && has(bytes, "ImageUri"))
        || (holds(bytes, b"AWS::IAM::", &[b"Role", b"User", b"Group"])
            && (has(bytes, "ManagedPolicyArns") || has(bytes, "Policies")))
        || ELSEWHERE.iter().any(|needle| has(bytes, needle))
}

/// Whether a template may export something.
pub(super) fn exports(bytes: &[u8]) -> bool {
    has(bytes, "Export")
}

/// What a file seems to be by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// The JSON of a plan.
    Plan,
    /// The JSON of a state.
    State,
    /// Perhaps a template.
    Template,
    /// None of our business.
    Other,
}

/// What a file seems to be.
pub(super) fn guess(bytes: &[u8]) -> Guess {
    let start = bytes.trim_ascii_start();
    if start.first() == Some(&b'{') && has(bytes, "\"format_version\"") {
        let planned = ["\"planned_values\"", "\"resource_changes\""];
        if planned.iter().any(|key| has(bytes, key)) {
            return Guess::Plan;
        }
        if has(bytes, "\"terraform_version\"") {
            return Guess::State;
        }
    }
    let says_so = has(bytes, "AWSTemplateFormatVersion");
    let typed = has(bytes, "Type") && (has(bytes, "::") || hidden(bytes));
    if says_so || (has(bytes, "Resources") && typed) || (hidden(bytes) && start.starts_with(b"{")) {
        return Guess::Template;
    }
    Guess::Other
}

/// Whether the file claims to be a template in so many words, so that it must not be passed over when it is broken.
pub(super) fn claims_template(bytes: &[u8]) -> bool {
    has(bytes, "AWSTemplateFormatVersion")
        || memmem::find_iter(bytes, b"AWS::").any(|i| {
            let before = bytes.get(..i).unwrap_or_default();
            let trim = |b: &u8| matches!(b, b' ' | b'"' | b'\'' | b':' | b'\t');
            let end = before.iter().rposition(|b| !trim(b)).map_or(0, |e| e + 1);
            before.get(..end).unwrap_or_default().ends_with(b"Type")
        })
}

/// Whether an escape stands in a text that could spell any key or type.
fn hidden(bytes: &[u8]) -> bool {
    has(bytes, "\\u0")
}

/// Whether `Resources` stands where a template has it, as far as bytes can tell: a key in JSON, or one at the start of a
/// line in YAML.
pub(super) fn has_resources(bytes: &[u8]) -> bool {
    let key = b"Resources";
    memmem::find_iter(bytes, key).any(|i| {
        let before = i.checked_sub(1).and_then(|i| bytes.get(i).copied());
        let after = bytes.get(i + key.len()..).unwrap_or_default();
        match before {
            None | Some(b'\n') => after.starts_with(b":"),
            Some(quote @ (b'"' | b'\'')) => {
                after.first() == Some(&quote)
                    && (after.get(1..).unwrap_or_default().trim_ascii_start()).starts_with(b":")
            }
            _ => false,
        }
    })
}

/// Whether a text has a line that starts a block of Terraform's own syntax.
pub(super) fn looks_like_module(text: &str) -> bool {
    const BLOCKS: [&str; 13] = [
        "resource",
        "data",
        "module",
        "variable",
        "locals",
        "output",
        "provider",
        "terraform",
        "check",
        "moved",
        "import",
        "removed",
        "ephemeral",
    ];
    let text = text.trim_start_matches('\u{feff}');
    text.lines().any(|line| {
        let (word, rest) = line.split_once([' ', '"', '{', '\t']).unwrap_or((line, ""));
        BLOCKS.contains(&word) && !rest.trim_start().starts_with([':', '='])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_is_seen() {
        for text in [
            "resource \"aws_ecr_repository\" \"a\" {}",
            "resource awscc_ecr_repository a {}",
            "resource \"aws_\\u0065cr_repository\" \"a\" {}",
            "data \"aws_iam_policy_document\" \"a\" {}",
        ] {
            assert!(terraform(text.as_bytes()), "{text}");
        }
        assert!(!terraform(b"resource \"aws_s3_bucket\" \"ecr\" {}"));
        let function = "resource \"aws_lambda_function\" \"a\" {\n";
        assert!(!terraform(function.as_bytes()));
        assert!(terraform(
            format!("{function} image_uri = \"x\"\n}}").as_bytes()
        ));
        for text in [
            "Type: AWS::ECR::Repository",
            "Type: AWS::Serverless::Function",
            "Transform: X",
            r#""Type": "AWS::\u0045CR::Repository""#,
        ] {
            assert!(template(text.as_bytes()), "{text}");
        }
        assert!(!template(b"Type: AWS::S3::Bucket"));
    }

    #[test]
    fn files_are_told_apart() {
        let cases = [
            (
                r#"{"format_version":"1.2","planned_values":{}}"#,
                Guess::Plan,
            ),
            (
                r#"{"format_version":"1.0","terraform_version":"1.11.4","values":{}}"#,
                Guess::State,
            ),
            (
                r#"{"format_version":"1.0","provider_schemas":{}}"#,
                Guess::Other,
            ),
            (
                "Resources:\n  A:\n    Type: AWS::ECR::Repository\n",
                Guess::Template,
            ),
            (
                r#"{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}"#,
                Guess::Template,
            ),
            ("AWSTemplateFormatVersion: [", Guess::Template),
            ("kind: Pod\nspec:\n  resources: {}\n", Guess::Other),
            (r#"{"name": "x", "version": "1.0.0"}"#, Guess::Other),
        ];
        for (text, want) in cases {
            assert_eq!(guess(text.as_bytes()), want, "{text}");
        }
    }

    #[test]
    fn resources_is_a_key() {
        for text in [
            "Resources:\n",
            "A: 1\nResources: {}",
            r#"{"Resources" : {}}"#,
        ] {
            assert!(has_resources(text.as_bytes()), "{text}");
        }
        for text in ["  Resources:\n", "# see Resources", r#"{"a": "Resources"}"#] {
            assert!(!has_resources(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_module_is_known_by_its_blocks() {
        assert!(looks_like_module("# x\nresource \"a\" \"b\" {\n}"));
        assert!(looks_like_module("\u{feff}locals {"));
        assert!(!looks_like_module("resource: x\ndata: {}\n"));
        assert!(!looks_like_module("the resource \"x\" {"));
    }

    #[test]
    fn a_broken_template_says_what_it_is() {
        assert!(claims_template(
            b"Resources:\n  A:\n    Type: AWS::ECR::Repository\n   B: ["
        ));
        assert!(claims_template(
            br#"{"Resources": {"A": {"Type": "AWS::S3::Bucket"}"#
        ));
        assert!(!claims_template(b"see AWS::S3::Bucket in the guide: ["));
    }
}
