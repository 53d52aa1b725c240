//! What the code leaves to the provider. A plan shows it as unknown, like a value that the code computes from something
//! unknown; the configuration tells them apart: only the latter has an expression.

use super::address;
use super::configuration::Configuration;
use crate::raw::RawResource;
use crate::syntax::tree::Tree;
use crate::terraform::schema::{self, Schema};
use crate::value::{Kind, Value};

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
