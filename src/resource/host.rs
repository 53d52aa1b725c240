//! Host names of registries.
//! Sources: the ECR user guide's pages on private registries, dual-stack endpoints and pull-through caches.

use super::arn::{Account, account};
use super::symbols::{map_known, split};
use crate::value::Text;
use crate::world::region::partition_of;

/// A private registry of ECR, as its host name tells it.
#[derive(Clone, Debug)]
pub struct EcrHost {
    /// Whose it is.
    pub account: Account,
    /// Where it is.
    pub region: Text,
    /// The region's partition, where that is known.
    pub partition: Option<&'static str>,
}

/// The ECR registry that a host name is of: `ACCOUNT.dkr.ecr[-fips].REGION.SUFFIX` or `ACCOUNT.dkr-ecr[-fips].REGION.on.aws`.
/// A hole between known dots is taken to stand for one label.
pub fn ecr(host: &Text) -> Option<EcrHost> {
    let host = lower(host);
    let labels = split(&host, '.', usize::MAX);
    let known: Vec<Option<&str>> = labels.iter().map(Text::known).collect();
    let region = match known.as_slice() {
        [_, Some("dkr"), Some("ecr" | "ecr-fips"), _, suffix @ ..] if !suffix.is_empty() => 3,
        [
            _,
            Some("dkr-ecr" | "dkr-ecr-fips"),
            _,
            Some("on"),
            Some("aws"),
        ] => 2,
        _ => return None,
    };
    let region = labels.get(region)?.clone();
    let partition = region.known().and_then(partition_of);
    let account = match account(labels.first()?) {
        Account::Absent | Account::Other(_) => return None,
        account => account,
    };
    Some(EcrHost {
        account,
        region,
        partition,
    })
}

/// A host name as it is compared: lower case, no scheme, nothing after the host.
pub(super) fn normal(text: &Text) -> Text {
    let text = lower(text);
    let mut parts = split(&text, '/', usize::MAX).into_iter();
    let first = parts.next().unwrap_or_default();
    match (first.known(), parts.next().as_ref().and_then(Text::known)) {
        (Some("https:" | "http:"), Some("")) => parts.next().unwrap_or_default(),
        _ => first,
    }
}

/// The text in lower case.
pub(super) fn lower(text: &Text) -> Text {
    map_known(text, str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::testing::{shown, text};

    #[test]
    fn ecr_hosts_tell_account_and_region() {
        let is = |t: &str| {
            let host = ecr(&text(t))?;
            let partition = host.partition.unwrap_or("?");
            let account = match host.account {
                Account::Known(id) => id,
                Account::Own => "own".into(),
                Account::Unknown(_) => "?".into(),
                other => panic!("{other:?}"),
            };
            Some(format!("{account} {} {partition}", shown(&host.region)))
        };
        let some = |s: &str| Some(s.to_owned());
        let cases = [
            (
                "123456789012.dkr.ecr.us-east-1.amazonaws.com",
                some("123456789012 us-east-1 aws"),
            ),
            (
                "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
                some("123456789012 us-gov-west-1 aws-us-gov"),
            ),
            (
                "123456789012.dkr-ecr.cn-north-1.on.aws",
                some("123456789012 cn-north-1 aws-cn"),
            ),
            (
                "${account}.dkr.ecr.${region}.${suffix}",
                some("own ${region} ?"),
            ),
            (
                "${x}.dkr.ecr.${region}.amazonaws.com",
                some("? ${region} ?"),
            ),
            ("123456789012.dkr.ecr.us-east-1", None),
            ("x.dkr.ecr.us-east-1.amazonaws.com", None),
            ("public.ecr.aws", None),
            ("${x}", None),
        ];
        for (host, expected) in cases {
            assert_eq!(is(host), expected, "{host}");
        }
    }

    #[test]
    fn schemes_and_paths_are_no_part_of_a_host() {
        let cases = [
            ("https://Quay.io/", "quay.io"),
            ("registry.k8s.io/a/b", "registry.k8s.io"),
            ("https://${x}/", "${x}"),
            ("ghcr.io", "ghcr.io"),
        ];
        for (url, host) in cases {
            assert_eq!(shown(&normal(&text(url))), host);
        }
    }
}
