//! What the managed policies of AWS say of ECR. Source: Amazon ECR User Guide, AWS managed policies for Amazon ECR; AWS Managed
//! Policy Reference.

const PULL: &str =
    r#""ecr:GetAuthorizationToken","ecr:BatchGetImage","ecr:GetDownloadUrlForLayer""#;
const READ: &str = r#""ecr:BatchCheckLayerAvailability","ecr:GetRepositoryPolicy","ecr:DescribeRepositories","ecr:ListImages","ecr:DescribeImages","ecr:GetLifecyclePolicy","ecr:GetLifecyclePolicyPreview","ecr:ListTagsForResource","ecr:DescribeImageScanFindings""#;
const PUSH: &str =
    r#""ecr:InitiateLayerUpload","ecr:UploadLayerPart","ecr:CompleteLayerUpload","ecr:PutImage""#;

/// The document of a managed policy of AWS, by its name, as far as it is about ECR; `None` for all others.
pub(super) fn document(name: &str) -> Option<String> {
    let actions = match name {
        "AdministratorAccess" => r#""*""#.to_owned(),
        "AmazonEC2ContainerRegistryFullAccess" => r#""ecr:*""#.to_owned(),
        "AmazonEC2ContainerRegistryPowerUser" => format!("{PULL},{READ},{PUSH}"),
        "AmazonEC2ContainerRegistryReadOnly" => format!("{PULL},{READ}"),
        "AmazonEC2ContainerRegistryPullOnly" => format!(r#"{PULL},"ecr:BatchImportUpstreamImage""#),
        _ => return None,
    };
    Some(format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":[{actions}],"Resource":"*"}}}}"#
    ))
}
