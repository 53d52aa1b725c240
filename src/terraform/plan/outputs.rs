//! The outputs of a plan.

use super::overlay;
use crate::syntax::tree::{Node, Tree};
use crate::terraform::convert;
use crate::value::{Type, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The root module's outputs: their planned values, with what is unknown from `output_changes`.
pub(super) fn read(tree: &Tree) -> BTreeMap<String, Value> {
    let planned = (tree.get("planned_values")).and_then(|v| v.get("outputs"));
    let changes = tree.get("output_changes");
    let mut outputs = BTreeMap::new();
    for (name, output) in planned.map(Tree::entries).unwrap_or_default() {
        let Some(name) = name.str() else { continue };
        let change = changes.and_then(|c| c.get(name));
        let side = |key: &str| change.and_then(|c| c.get(key));
        let known = output.get("value").or_else(|| side("after"));
        let found = overlay::value(known, side("after_unknown"), output.get("sensitive"));
        let Some(value) = found else { continue };
        let ty = output.get("type").and_then(read_type);
        let value = match ty {
            Some(ty) => convert::convert(&value, &ty).unwrap_or(value),
            None => value,
        };
        outputs.insert(name.to_owned(), value);
    }
    outputs
}

/// A type in Terraform's JSON notation.
fn read_type(tree: &Tree) -> Option<Type> {
    if let Some(name) = tree.str() {
        return Some(match name {
            "string" => Type::String,
            "number" => Type::Number,
            "bool" => Type::Bool,
            "dynamic" => Type::Dynamic,
            _ => return None,
        });
    }
    let [name, inner] = tree.items() else {
        return None;
    };
    let one = || read_type(inner).map(Box::new);
    Some(match name.str()? {
        "list" => Type::List(one()?),
        "set" => Type::Set(one()?),
        "map" => Type::Map(one()?),
        "tuple" => Type::Tuple(inner.items().iter().map(read_type).collect::<Option<_>>()?),
        "object" if matches!(inner.node, Node::Mapping(_)) => {
            let attribute = |(k, t): &(Tree, Tree)| Some((Arc::from(k.str()?), read_type(t)?));
            Type::Object(
                inner
                    .entries()
                    .iter()
                    .map(attribute)
                    .collect::<Option<_>>()?,
            )
        }
        _ => return None,
    })
}
