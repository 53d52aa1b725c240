//! What the code leaves to the provider. A plan shows it as unknown, like a value that the code computes from something
//! unknown; the configuration tells them apart: only the latter has an expression.

use super::address;
use super::configuration::Configuration;
use crate::raw::RawResource;
use crate::syntax::tree::Tree;
use crate::terraform::schema::{self, Schema};
use crate::value::{Kind, Value};

/// What the provider fills in though the code may set it: a role's policies that are attached elsewhere. (An `inline_policy` of a
/// `dynamic` block over something unknown looks the same: the code beside the plan tells.)
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
    let attached = ATTACHED.iter().filter(|(kind, _)| *kind == resource.kind);
    let names = attached.map(|(_, name)| *name);
    let silent = |name: &&str| expressions.is_some_and(|e| e.get(name).is_none());
    let silent: Vec<&str> = names.filter(silent).collect();
    if let Kind::Mapping { entries, .. } = &mut resource.attributes.kind {
        entries.retain(|name, v| v.as_unknown().is_none() || !silent.contains(&&**name));
    }
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
