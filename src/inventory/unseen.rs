//! What may stand where nobody can see: a module that is not installed, a stack whose template is not at hand. Where such a
//! thing is given a resource, it may attach something to it.

use super::{Inventory, Resource, references, without_key};
use crate::raw::{Form, RawResource, Root, Unseen};
use crate::value::{Part, Text, Unknown, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How deep a value is searched.
const DEPTH: usize = 16;

/// Everything of a root that may make resources that nobody can see.
pub(super) fn of(root: &Root) -> Vec<Unseen> {
    let mut out = root.unseen.clone();
    if root.form != Form::CloudFormation {
        return out;
    }
    // stacks of which there are resources
    let seen: BTreeSet<&str> = (root.resources.iter())
        .filter_map(|r| Some(r.address.rsplit_once('.')?.0))
        .collect();
    let stacks = root.resources.iter().filter(|r| makes_others(r));
    let unseen = stacks.filter(|r| !seen.contains(r.address.as_str()));
    out.extend(unseen.map(|r| Unseen {
        why: Arc::new(Unknown::because(format!(
            "what `{}` of type `{}` makes is not at hand",
            r.address, r.kind
        ))),
        given: vec![r.attributes.clone()],
    }));
    out
}

fn makes_others(resource: &RawResource) -> bool {
    let kind = resource.kind.as_str();
    let stack = ["AWS::CloudFormation::Stack", "AWS::Serverless::Application"];
    resource.exists != Some(false) && (stack.contains(&kind) || kind.ends_with("::MODULE"))
}

impl Inventory {
    /// Why something that nobody can see may be attached to a resource: something unseen is given it.
    pub(super) fn given(&self, to: &Resource) -> Option<Arc<Unknown>> {
        let root = self.roots.get(to.root)?;
        let found = (root.unseen.iter()).find(|u| u.given.iter().any(|v| names(v, to, DEPTH)))?;
        let address = &to.raw.address;
        let reason = format!("{}, and it is given `{address}`", found.why.reason);
        Some(Arc::new(Unknown {
            settle: found.why.settle.clone(),
            ..Unknown::because(reason)
        }))
    }
}

/// Whether a value is, or holds, a resource or what names it. Its URL does, too, unless a tag or a digest follows: that is
/// an image.
fn names(value: &Value, resource: &Resource, depth: usize) -> bool {
    let own = resource.raw.address.as_str();
    let meant = |address: &str| {
        let all = address == without_key(own);
        all || address == own || (own.ends_with("[*]") && without_key(address) == without_key(own))
    };
    let url = |attribute: &str| {
        ["repository_url", "RepositoryUri"].contains(&attribute) && !is_image(value)
    };
    let named = references(value, url);
    if named.iter().any(|address| meant(address)) {
        return true;
    }
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let entries = value.entries().into_iter().map(|(_, v)| v);
    (value.items().into_iter().chain(entries)).any(|v| names(&v, resource, depth))
}

/// Whether a tag or a digest stands in a text.
fn is_image(value: &Value) -> bool {
    let mut parts = value.as_text().into_iter().flat_map(Text::parts);
    parts.any(|p| matches!(p, Part::Lit(lit) if lit.text.contains([':', '@'])))
}
