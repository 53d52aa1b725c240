//! Which policies of an organisation are attached where: to an account, a root or an organisational unit.
//! Sources: aws_organizations_policy_attachment; `TargetIds` of AWS::Organizations::Policy.

use crate::raw::{RawResource, Root};
use crate::value::Value;

/// An attachment.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The name of the root that says so.
    pub root: String,
    /// The address of the policy.
    pub policy: String,
    /// An account's id, a root's (`r-…`) or a unit's (`ou-…`).
    pub target: Value,
}

/// The attachments that are sure to exist.
pub(super) fn of_roots(roots: &[Root]) -> Vec<Attachment> {
    let mut out = Vec::new();
    for root in roots {
        for resource in root.resources.iter().filter(|r| r.exists == Some(true)) {
            out.extend(of_resource(root, resource));
        }
    }
    out
}

fn of_resource(root: &Root, resource: &RawResource) -> Vec<Attachment> {
    let attributes = &resource.attributes;
    let one = |policy: &str, target: Value| Attachment {
        root: root.name.clone(),
        policy: policy.to_owned(),
        target,
    };
    match resource.kind.as_str() {
        "AWS::Organizations::Policy" | "awscc_organizations_policy" => {
            let targets = (attributes.get("TargetIds")).or_else(|| attributes.get("target_ids"));
            let targets = targets.map(|t| t.items()).unwrap_or_default();
            (targets.into_iter())
                .map(|t| one(&resource.address, t))
                .collect()
        }
        "aws_organizations_policy_attachment" => {
            let (policy, target) = (attributes.get("policy_id"), attributes.get("target_id"));
            let (Some(policy), Some(target)) = (policy, target) else {
                return Vec::new();
            };
            let source = policy.as_unknown().and_then(|u| u.source.clone());
            let named = policy.place.references().next().map(|(a, _)| a.to_owned());
            let address = named.or_else(|| source.map(|(address, _)| address.to_string()));
            address.map(|a| one(&a, target)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
