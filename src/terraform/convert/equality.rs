//! Terraform's `==`.

use super::{possible, type_of};
use crate::value::{Kind, Sequence, Type, Value};

/// Whether two values are equal: of one type and alike; `None` where that cannot be known. Parts are compared in order,
/// and the first that cannot be known decides, as in Terraform.
pub fn equal(a: &Value, b: &Value) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Null(_), Kind::Null(_)) => Some(true),
        (Kind::Null(_), Kind::Unknown(u)) | (Kind::Unknown(u), Kind::Null(_)) => {
            u.not_null.then_some(false)
        }
        (Kind::Null(_), _) | (_, Kind::Null(_)) => Some(false),
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => {
            differ(&type_of(a), &type_of(b)).then_some(false)
        }
        (Kind::Bool(x), Kind::Bool(y)) => Some(x == y),
        (Kind::Number(x), Kind::Number(y)) => Some(x == y),
        (Kind::String(x), Kind::String(y)) => Some(x.known()? == y.known()?),
        (Kind::Sequence { .. }, Kind::Sequence { .. })
        | (Kind::Mapping { .. }, Kind::Mapping { .. })
            if differ(&type_of(a), &type_of(b)) =>
        {
            Some(false)
        }
        (Kind::Sequence { items: x, .. }, Kind::Sequence { items: y, .. }) => {
            if unsettled(a) || unsettled(b) {
                return None;
            }
            if x.len() != y.len() {
                return Some(false);
            }
            all(x.iter().zip(y))
        }
        (Kind::Mapping { entries: x, .. }, Kind::Mapping { entries: y, .. }) => {
            if unsettled(a) || unsettled(b) {
                return None;
            }
            if !x.keys().eq(y.keys()) {
                return Some(false);
            }
            all(x.values().zip(y.values()))
        }
        _ => Some(false),
    }
}

fn all<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    for (x, y) in pairs {
        if !equal(x, y)? {
            return Some(false);
        }
    }
    Some(true)
}

/// Whether nobody knows how many elements a collection has: there may be more, or some of a set's may be equal.
fn unsettled(value: &Value) -> bool {
    match &value.kind {
        Kind::Sequence {
            shape: Sequence::Set(_),
            items,
            more,
        } => more.is_some() || !items.iter().all(Value::is_wholly_known),
        _ => value.more().is_some(),
    }
}

/// Whether no value can be of both types.
fn differ(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => false,
        (Type::List(x), Type::List(y))
        | (Type::Set(x), Type::Set(y))
        | (Type::Map(x), Type::Map(y)) => differ(x, y),
        (Type::Tuple(x), Type::Tuple(y)) => {
            x.len() != y.len() || x.iter().zip(y).any(|(x, y)| differ(x, y))
        }
        (Type::Object(x), Type::Object(y)) => {
            !x.keys().eq(y.keys()) || x.values().zip(y.values()).any(|(x, y)| differ(x, y))
        }
        (x, y) => x != y || !possible(x, y),
    }
}
