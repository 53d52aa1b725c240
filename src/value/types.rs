//! Terraform's types; CloudFormation's values are dynamic.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A type, as in a variable's `type` or in plan JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Type {
    /// Any type, or not known.
    #[default]
    Dynamic,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(T)`
    List(Box<Type>),
    /// `set(T)`
    Set(Box<Type>),
    /// `map(T)`
    Map(Box<Type>),
    /// `tuple([...])`
    Tuple(Vec<Type>),
    /// `object({...})`
    Object(BTreeMap<Arc<str>, Type>),
}

impl Type {
    /// Terraform's JSON notation: `"string"`, `["list","string"]`, `["object",{"a":"number"}]`.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::json;
        match self {
            Type::Dynamic => json!("dynamic"),
            Type::Bool => json!("bool"),
            Type::Number => json!("number"),
            Type::String => json!("string"),
            Type::List(t) => json!(["list", t.to_json()]),
            Type::Set(t) => json!(["set", t.to_json()]),
            Type::Map(t) => json!(["map", t.to_json()]),
            Type::Tuple(ts) => json!(["tuple", ts.iter().map(Type::to_json).collect::<Vec<_>>()]),
            Type::Object(attributes) => {
                let attributes: serde_json::Map<_, _> = (attributes.iter())
                    .map(|(k, t)| (k.to_string(), t.to_json()))
                    .collect();
                json!(["object", attributes])
            }
        }
    }
}
