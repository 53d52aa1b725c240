//! What the code leaves to the provider. A plan shows it as unknown, like a value that the code computes from something
//! unknown; the configuration tells them apart: only the latter has an expression.

use super::address;
use super::configuration::Configuration;
use super::unshown::Unshown;
use crate::raw::RawResource;
use crate::syntax::tree::Tree;
use crate::terraform::schema::{self, Schema};
use crate::value::{Cause, Kind, Reason, Unknown, Value};
use std::cell::LazyCell;
use std::sync::Arc;

/// What the provider fills in though the code may set it: a role's policies that are attached elsewhere.
const ATTACHED: [(&str, &str); 2] = [
    ("aws_iam_role", "inline_policy"),
    ("aws_iam_role", "managed_policy_arns"),
];

/// Leaves out what is unknown, has no expression, and is an attribute that the provider computes. Anything else without
/// an expression may stand in a `dynamic` block, of which the configuration says nothing.
pub(super) fn drop(resource: &mut RawResource, configuration: &Configuration) {
    let block = configuration.resource(&address::parse(&resource.address));
    let expressions = block.and_then(|b| b.get("expressions"));
    let schema = schema::of(resource.mode, &resource.kind);
    if let (Some(expressions), Some(schema)) = (expressions, schema) {
        from(&mut resource.attributes, expressions, schema);
    }
}

/// Leaves out, of what is unknown of a role, what no expression sets: it is attached elsewhere. A block may yet be a `dynamic`
/// one, where something unknown goes to where the plan does not show it.
pub(super) fn drop_attached(
    resource: &mut RawResource,
    configuration: &Configuration,
    unshown: &LazyCell<Unshown, impl FnOnce() -> Unshown>,
) {
    let address = address::parse(&resource.address);
    let block = configuration.resource(&address);
    let Some(expressions) = block.and_then(|b| b.get("expressions")) else {
        return;
    };
    let schema = schema::of(resource.mode, &resource.kind);
    let Kind::Mapping { entries, .. } = &mut resource.attributes.kind else {
        return;
    };
    for name in attached(&resource.kind) {
        let unknown = entries.get_mut(name).filter(|v| v.as_unknown().is_some());
        let Some(value) = unknown.filter(|_| expressions.get(name).is_none()) else {
            continue;
        };
        let block = schema.is_some_and(|s| s.blocks.contains_key(name));
        if block && unshown.may_reach(&address) {
            value.kind = Kind::Unknown(Arc::new(dynamic(name)));
        } else {
            entries.remove(name);
        }
    }
}

/// Leaves out what the code that a plan was made of does not set.
pub(super) fn drop_unwritten(resource: &mut RawResource, written: &Value) {
    let Kind::Mapping { entries, .. } = &mut resource.attributes.kind else {
        return;
    };
    for name in attached(&resource.kind) {
        let unknown = entries.get(name).is_some_and(|v| v.as_unknown().is_some());
        if unknown && written.get(name).is_none_or(|v| v.is_null()) {
            entries.remove(name);
        }
    }
}

/// What is attached elsewhere to a kind of resource.
fn attached(kind: &str) -> impl Iterator<Item = &'static str> {
    let own = ATTACHED.iter().filter(move |(k, _)| *k == kind);
    own.map(|(_, name)| *name)
}

/// Why nobody knows whether there are blocks of a kind.
fn dynamic(name: &str) -> Unknown {
    let words = format!("the plan does not show whether a `dynamic` block makes an `{name}`");
    let reason = Reason::new(Cause::AfterApply, words);
    Unknown::because(reason).settle("check the Terraform files, too")
}

fn from(value: &mut Value, expressions: &Tree, schema: &Schema) {
    let Kind::Mapping { entries, .. } = &mut value.kind else {
        return;
    };
    let computed = |name: &str| schema.attributes.get(name).is_some_and(|a| a.computed);
    entries.retain(|name, value| {
        value.as_unknown().is_none() || expressions.get(name).is_some() || !computed(name)
    });
    for (name, value) in entries {
        let nested = schema.blocks.get(&**name);
        let blocks = expressions.get(name).map(Tree::items).unwrap_or_default();
        let (Some(nested), Kind::Sequence { items, .. }) = (nested, &mut value.kind) else {
            continue;
        };
        if items.len() == blocks.len() {
            for (item, expressions) in items.iter_mut().zip(blocks) {
                from(item, expressions, &nested.schema);
            }
        }
    }
}
