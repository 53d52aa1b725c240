//! Pseudo parameters. Account, region, partition and URL suffix are typed holes where the target does not say them.
//! Partitions and suffixes: botocore's `partitions.json`.

use crate::span::Span;
use crate::value::{Role, Type, Unknown, Value};
use crate::world::Target;
use crate::world::region::{partition_of, url_suffix};

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
    said.or_else(|| partition_of(target.region.as_deref()?).map(str::to_owned))
}
