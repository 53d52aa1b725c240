//! Type constraints of variables: types whose objects may have optional attributes with defaults.
//! <https://developer.hashicorp.com/terraform/language/expressions/type-constraints#optional-object-type-attributes>

use super::convert;
use crate::value::{Kind, Mapping, Type, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A variable's `type`.
#[derive(Clone, Debug, Default)]
pub enum Constraint {
    /// `any`
    #[default]
    Dynamic,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(T)`
    List(Box<Constraint>),
    /// `set(T)`
    Set(Box<Constraint>),
    /// `map(T)`
    Map(Box<Constraint>),
    /// `tuple([...])`
    Tuple(Vec<Constraint>),
    /// `object({...})`
    Object(BTreeMap<Arc<str>, Attribute>),
}

/// An attribute of an object constraint.
#[derive(Clone, Debug, Default)]
pub struct Attribute {
    /// Its type.
    pub constraint: Constraint,
    /// Whether it may be left out: `optional(T)`.
    pub optional: bool,
    /// What stands in for it where it is left out or null: `optional(T, DEFAULT)`.
    pub default: Option<Value>,
}

impl Constraint {
    /// The type that a value has once the constraint was applied.
    pub fn to_type(&self) -> Type {
        let boxed = |c: &Constraint| Box::new(c.to_type());
        match self {
            Constraint::Dynamic => Type::Dynamic,
            Constraint::Bool => Type::Bool,
            Constraint::Number => Type::Number,
            Constraint::String => Type::String,
            Constraint::List(c) => Type::List(boxed(c)),
            Constraint::Set(c) => Type::Set(boxed(c)),
            Constraint::Map(c) => Type::Map(boxed(c)),
            Constraint::Tuple(cs) => Type::Tuple(cs.iter().map(Self::to_type).collect()),
            Constraint::Object(attributes) => {
                let types = attributes.iter();
                Type::Object(
                    types
                        .map(|(k, a)| (k.clone(), a.constraint.to_type()))
                        .collect(),
                )
            }
        }
    }
}

/// The value as a variable of this constraint has it: defaults filled in, then converted. Filled-in values stand where
/// the default is written; a left-out attribute without default is a null at the place of its object.
pub fn apply(constraint: &Constraint, value: Value) -> Result<Value, String> {
    convert(&filled(constraint, value), &constraint.to_type())
}

fn filled(constraint: &Constraint, mut value: Value) -> Value {
    match (constraint, &mut value.kind) {
        (Constraint::List(c) | Constraint::Set(c), Kind::Sequence { items, .. }) => {
            *items = std::mem::take(items)
                .into_iter()
                .map(|v| filled(c, v))
                .collect();
        }
        (Constraint::Tuple(cs), Kind::Sequence { items, .. }) => {
            for (item, c) in items.iter_mut().zip(cs) {
                *item = filled(c, item.clone());
            }
        }
        (Constraint::Map(c), Kind::Mapping { entries, .. }) => {
            for entry in entries.values_mut() {
                *entry = filled(c, entry.clone());
            }
        }
        (
            Constraint::Object(attributes),
            Kind::Mapping {
                shape,
                entries,
                more,
            },
        ) => {
            let span = value.place.span;
            for (name, attribute) in attributes {
                let given = entries.remove(name);
                if given.is_none() && (!attribute.optional || more.is_some()) {
                    continue; // converting says that it is required, or unknown
                }
                let given = given.unwrap_or_else(|| Value::null(span));
                let given = match (&attribute.default, given.is_null()) {
                    (Some(default), true) => default.clone(),
                    _ => given,
                };
                *shape = Mapping::Object;
                entries.insert(name.clone(), filled(&attribute.constraint, given));
            }
        }
        _ => {}
    }
    value
}
