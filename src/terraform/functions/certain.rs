//! Which calls work whatever their arguments turn out to be.

use super::find;
use super::signature::Works;
use crate::value::{Kind, Sequence, Type, Value};

/// Whether a call that works with these arguments works whatever is unknown in them.
pub fn surely_works(name: &str, arguments: &[Value]) -> bool {
    if name == "jsonencode" || arguments.iter().all(Value::is_wholly_known) {
        return true;
    }
    let text = |v: &Value, null: bool| match &v.kind {
        Kind::String(_) => true,
        Kind::Unknown(u) => u.ty == Type::String && (null || u.not_null),
        _ => false,
    };
    if name == "coalesce" {
        let filled = |v: &Value| v.as_str().is_some_and(|s| !s.is_empty());
        return arguments.iter().any(filled) && arguments.iter().all(|v| text(v, true));
    }
    let carried = |v: &Value| match &v.kind {
        Kind::Sequence { .. } | Kind::Mapping { .. } => is_settled(v),
        _ => v.is_wholly_known(),
    };
    match find(name).map(|function| function.works) {
        Some(Works::AnyText) => arguments.iter().all(|v| text(v, false)),
        Some(Works::AnyForm) => arguments.iter().all(carried),
        Some(Works::Perhaps) | None => false,
    }
}

/// Whether the form of a value is known, and of each unknown part its type. The elements of a set may fall together.
fn is_settled(value: &Value) -> bool {
    match &value.kind {
        Kind::Unknown(u) => matches!(u.ty, Type::Bool | Type::Number | Type::String),
        Kind::Sequence {
            shape: Sequence::Set(_),
            ..
        } => value.is_wholly_known(),
        Kind::Sequence { items, more, .. } => more.is_none() && items.iter().all(is_settled),
        Kind::Mapping { entries, more, .. } => more.is_none() && entries.values().all(is_settled),
        Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => true,
    }
}
