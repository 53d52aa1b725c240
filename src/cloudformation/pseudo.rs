//! Pseudo parameters. Account, region, partition and URL suffix are typed holes where the target does not say them.
//! Partitions and suffixes: botocore's `partitions.json`.

use crate::span::Span;
use crate::value::{Role, Type, Unknown, Value};
use crate::world::Target;

/// The value of `AWS::…`; `None` where there is no such pseudo parameter. `AWS::NoValue` is not a value.
pub(super) fn value(name: &str, target: &Target, span: Span) -> Option<Value> {
    let (known, role) = match name {
        "AWS::AccountId" => (target.account.clone(), Role::Account),
        "AWS::Region" => (target.region.clone(), Role::Region),
        "AWS::Partition" => (partition(target), Role::Partition),
        "AWS::URLSuffix" => {
            let suffix = partition(target).and_then(|p| url_suffix(&p));
            (suffix.map(str::to_owned), Role::UrlSuffix)
        }
        "AWS::StackName" | "AWS::StackId" => return Some(of_the_stack(name, Type::String, span)),
        "AWS::NotificationARNs" => {
            let list = Type::List(Box::new(Type::String));
            return Some(of_the_stack(name, list, span));
        }
        _ => return None,
    };
    Some(match known {
        Some(text) => Value::text(text, span),
        None => Value::unknown(hole(role), span),
    })
}

fn of_the_stack(name: &str, ty: Type, span: Span) -> Value {
    let mut unknown = Unknown::because(format!("`{name}` is known when the stack is deployed"));
    unknown.ty = ty;
    unknown.not_null = true;
    Value::unknown(unknown, span)
}

/// What is not known about where the code is deployed.
pub(super) fn hole(role: Role) -> Unknown {
    let (what, key) = match role {
        Role::Account => ("account", "target.account"),
        Role::Region => ("region", "target.region"),
        Role::Partition => ("partition", "target.partition"),
        Role::UrlSuffix => ("URL suffix", "target.region"),
        Role::Organization => ("organization", "organization.id"),
    };
    Unknown::because(format!("the {what} that it is deployed to is not known"))
        .role(role)
        .settle(format!("set `{key}` in ecr-guard.yaml"))
}

/// The partition of the target: as said, else the region's.
pub(super) fn partition(target: &Target) -> Option<String> {
    let said = target.partition.clone();
    said.or_else(|| of_region(target.region.as_deref()?).map(str::to_owned))
}

fn of_region(region: &str) -> Option<&'static str> {
    const PREFIXES: [(&str, &str); 8] = [
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
        ("cn-", "aws-cn"),
        ("aws-cn-", "aws-cn"),
    ];
    let special = (PREFIXES.iter()).find(|(prefix, _)| region.starts_with(prefix));
    if let Some((_, partition)) = special {
        return Some(partition);
    }
    let parts: Vec<&str> = region.split('-').collect();
    let [area, place, number] = parts.as_slice() else {
        return None;
    };
    let areas = ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"];
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (areas.contains(area) && !place.is_empty() && digits).then_some("aws")
}

fn url_suffix(partition: &str) -> Option<&'static str> {
    Some(match partition {
        "aws" | "aws-us-gov" => "amazonaws.com",
        "aws-cn" => "amazonaws.com.cn",
        "aws-eusc" => "amazonaws.eu",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partition_follows_from_the_region() {
        for (region, want) in [
            ("us-east-1", Some("aws")),
            ("us-gov-west-1", Some("aws-us-gov")),
            ("cn-north-1", Some("aws-cn")),
            ("us-isob-east-1", Some("aws-iso-b")),
            ("eusc-de-east-1", Some("aws-eusc")),
            ("xx-east-1", None),
            ("us-east", None),
            ("us-east-x", None),
        ] {
            assert_eq!(of_region(region), want, "{region}");
        }
    }
}
