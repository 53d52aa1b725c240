//! Features of ECR that a region or partition does not have. Sources: the regions that the resource types are registered in
//! (October 2026), the user guide's pages on pull-through caches and on encryption at rest.

use crate::diagnostic::Diagnostic;
use crate::raw::RawResource;
use crate::world::region::partition_of;

/// Regions without signing configurations.
const UNSIGNED: [&str; 16] = [
    "ap-east-2",
    "ap-northeast-3",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-2",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "mx-central-1",
];

/// Kinds that say how images are encrypted.
const ENCRYPTED: [&str; 2] = ["repository", "creation_template"];

/// Why a resource may not be had in its region, where that is known.
pub fn problem(raw: &RawResource) -> Option<Diagnostic> {
    let region = raw.region.as_str()?;
    let partition = partition_of(region)?;
    let words: Vec<&str> = raw.kind.split("::").collect();
    let public = raw.kind.contains("ecrpublic_repository")
        || raw.kind.contains("ecr_public_repository")
        || words.as_slice() == ["AWS", "ECR", "PublicRepository"];
    let cache = raw.kind.ends_with("ecr_pull_through_cache_rule")
        || words.as_slice() == ["AWS", "ECR", "PullThroughCacheRule"];
    let signing = raw.kind.ends_with("ecr_signing_configuration")
        || words.as_slice() == ["AWS", "ECR", "SigningConfiguration"];
    let commercial = ["aws", "aws-cn", "aws-us-gov"].contains(&partition);
    let lacks = |what: &str| {
        let message = format!("{what} are not offered in `{region}`");
        Some(Diagnostic::warning("region-feature", message).at(raw.span))
    };
    if public && commercial && region != "us-east-1" {
        let help = "the public registry is managed in `us-east-1`";
        return lacks("repositories of the public registry").map(|d| d.help(help));
    }
    if cache && ["aws-cn", "aws-us-gov"].contains(&partition) {
        return lacks("pull-through caches");
    }
    if signing && UNSIGNED.contains(&region) {
        return lacks("signing configurations");
    }
    double_encryption(partition, region, raw)
}

/// Two layers of encryption are offered in GovCloud only.
fn double_encryption(partition: &str, region: &str, raw: &RawResource) -> Option<Diagnostic> {
    let kind = super::kind_of(&raw.kind).filter(|k| ENCRYPTED.contains(&k.name))?;
    let encryption = super::read(kind, raw).get("encryption_type")?;
    if partition == "aws-us-gov" || encryption.as_str() != Some("KMS_DSSE") {
        return None;
    }
    let message = format!("the encryption type `KMS_DSSE` is not offered in `{region}`");
    let problem = Diagnostic::warning("region-feature", message).at(encryption.place.span);
    Some(problem.help("use `KMS`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::testing::{at, object, resource, value};

    fn told(kind: &str, region: &str, encryption: &str) -> Option<String> {
        let encryption = object(&[("EncryptionType", value(encryption))]);
        let mut raw = resource(kind, object(&[("EncryptionConfiguration", encryption)]));
        raw.region = value(region);
        problem(&raw).map(|d| d.message)
    }

    #[test]
    fn what_a_region_lacks_is_told() {
        let cases = [
            ("AWS::ECR::Repository", "us-east-1", "KMS_DSSE", true),
            ("AWS::ECR::Repository", "us-gov-west-1", "KMS_DSSE", false),
            ("AWS::ECR::Repository", "us-east-1", "KMS", false),
            ("AWS::ECR::Repository", "${region}", "KMS_DSSE", false),
            (
                "AWS::ECR::RepositoryCreationTemplate",
                "eu-west-1",
                "KMS_DSSE",
                true,
            ),
            ("AWS::ECR::PublicRepository", "us-east-1", "KMS", false),
            ("AWS::ECR::PublicRepository", "eu-west-1", "KMS", true),
            ("aws_ecrpublic_repository", "eu-west-1", "KMS", true),
            ("awscc_ecr_public_repository", "us-gov-east-1", "KMS", true),
            (
                "AWS::ECR::PullThroughCacheRule",
                "us-gov-west-1",
                "KMS",
                true,
            ),
            ("aws_ecr_pull_through_cache_rule", "cn-north-1", "KMS", true),
            ("AWS::ECR::PullThroughCacheRule", "us-east-1", "KMS", false),
            (
                "AWS::ECR::SigningConfiguration",
                "eu-central-2",
                "KMS",
                true,
            ),
            (
                "AWS::ECR::SigningConfiguration",
                "eu-central-1",
                "KMS",
                false,
            ),
        ];
        for (kind, region, encryption, is) in cases {
            let told = told(kind, region, encryption);
            assert_eq!(told.is_some(), is, "{kind} {region} {encryption}: {told:?}");
        }
    }

    #[test]
    fn the_place_is_that_of_the_wrong_value() {
        let encryption = object(&[("EncryptionType", value("KMS_DSSE"))]);
        let attributes = object(&[("EncryptionConfiguration", encryption)]);
        let mut raw = resource("AWS::ECR::Repository", attributes);
        raw.region = value("us-east-1");
        assert_eq!(problem(&raw).and_then(|d| d.span), Some(at()));
    }
}
