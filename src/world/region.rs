//! Regions and partitions.
//! Source: botocore's partitions.json (release 1.44.5).

/// A partition: its id, its URL suffix, the first words of its regions' names, and its regions.
type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const PARTITIONS: &[Row] = &[
    (
        "aws",
        "amazonaws.com",
        &["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"],
        &[
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "me-west-1",
            "mx-central-1",
            "sa-east-1",
            "sa-west-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
    ),
    (
        "aws-cn",
        "amazonaws.com.cn",
        &["cn"],
        &["cn-north-1", "cn-northwest-1"],
    ),
    (
        "aws-eusc",
        "amazonaws.eu",
        &["eusc-de"],
        &["eusc-de-east-1"],
    ),
    (
        "aws-iso",
        "c2s.ic.gov",
        &["us-iso"],
        &["us-iso-east-1", "us-iso-west-1"],
    ),
    (
        "aws-iso-b",
        "sc2s.sgov.gov",
        &["us-isob"],
        &["us-isob-east-1", "us-isob-west-1"],
    ),
    (
        "aws-iso-e",
        "cloud.adc-e.uk",
        &["eu-isoe"],
        &["eu-isoe-west-1"],
    ),
    (
        "aws-iso-f",
        "csp.hci.ic.gov",
        &["us-isof"],
        &["us-isof-east-1", "us-isof-south-1"],
    ),
    (
        "aws-us-gov",
        "amazonaws.com",
        &["us-gov"],
        &["us-gov-east-1", "us-gov-west-1"],
    ),
];

/// Whether AWS has a region of this name.
pub fn is_known_region(region: &str) -> bool {
    PARTITIONS.iter().any(|(.., rs)| rs.contains(&region))
}

/// The partition of a region, also of one that is newer than the table: its first words tell.
pub fn partition_of(region: &str) -> Option<&'static str> {
    let (rest, number) = region.rsplit_once('-')?;
    let (first, direction) = rest.rsplit_once('-')?;
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if !digits || direction.is_empty() || !direction.bytes().all(word) {
        return None;
    }
    let row = PARTITIONS.iter().find(|(_, _, fs, _)| fs.contains(&first));
    row.map(|(id, ..)| *id)
}

/// Whether AWS has a partition of this name.
pub fn is_known_partition(partition: &str) -> bool {
    PARTITIONS.iter().any(|(id, ..)| *id == partition)
}

/// The URL suffix of a partition, e.g. `amazonaws.com`.
pub fn url_suffix(partition: &str) -> Option<&'static str> {
    let row = PARTITIONS.iter().find(|(id, ..)| *id == partition);
    row.map(|(_, suffix, ..)| *suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_is_of_the_partition_that_lists_it() {
        for (id, _, _, regions) in PARTITIONS {
            for region in *regions {
                assert_eq!(partition_of(region), Some(*id), "{region}");
                assert!(is_known_region(region));
            }
        }
    }

    #[test]
    fn a_newer_region_is_told_by_its_first_words() {
        let cases = [
            ("eu-northwest-9", Some("aws")),
            ("us-gov-south-1", Some("aws-us-gov")),
            ("us-iso-north-1", Some("aws-iso")),
            ("us-gov-1", Some("aws")),
            ("xx-east-1", None),
            ("us-east", None),
            ("us-east-", None),
            ("us--1", None),
            ("us-east-1a", None),
            ("aws-global", None),
            ("", None),
        ];
        for (region, expected) in cases {
            assert_eq!(partition_of(region), expected, "{region}");
            assert!(!is_known_region(region), "{region}");
        }
    }

    #[test]
    fn suffixes_follow_from_partitions() {
        assert_eq!(url_suffix("aws-us-gov"), Some("amazonaws.com"));
        assert_eq!(url_suffix("aws-cn"), Some("amazonaws.com.cn"));
        assert_eq!(url_suffix("aws-xx"), None);
        assert!(is_known_partition("aws-eusc") && !is_known_partition("AWS"));
    }
}
