//! Functions on collections of any kind, and the choice of a first one.

use super::{Call, FunctionError, Outcome, is_open};
use crate::terraform::convert::{convert, type_of, unify};
use crate::value::{Kind, Part, Sequence, Text, Type, Unknown, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

pub(super) fn length(call: &Call) -> Outcome {
    let value = call.get(0)?;
    match &value.kind {
        Kind::String(_) => Ok(call.count(call.str(0)?.graphemes(true).count())),
        Kind::Sequence {
            shape: Sequence::Set(_),
            items,
            ..
        } if items.len() > 1 => {
            match value.first_unknown() {
                Some(u) => Ok(call.unknown(u, Type::Number)), // two of them may turn out to be equal
                None => Ok(call.count(items.len())),
            }
        }
        Kind::Sequence { items, .. } => Ok(call.count(items.len())),
        Kind::Mapping { entries, .. } => Ok(call.count(entries.len())),
        Kind::Unknown(unknown) => Ok(lengths(call, unknown)),
        _ => Err(FunctionError::new(
            "argument must be a string, a collection type, or a structural type",
        )),
    }
}

/// How many elements something unknown has: one of the numbers that its cases have.
fn lengths(call: &Call, unknown: &Unknown) -> Value {
    let length = |case: &Option<Value>| match &case.as_ref()?.kind {
        Kind::Sequence {
            shape: Sequence::List(_) | Sequence::Tuple,
            items,
            more: None,
        } => Some(items.len()),
        Kind::Mapping {
            entries,
            more: None,
            ..
        } => Some(entries.len()),
        _ => None,
    };
    let lengths: Option<BTreeSet<usize>> = unknown.either.iter().map(length).collect();
    let lengths = lengths.unwrap_or_default();
    let mut value = call.unknown(unknown, Type::Number);
    match (lengths.len(), lengths.first()) {
        (0, _) => {}
        (1, Some(length)) => return call.count(*length),
        _ => {
            let cases = lengths.into_iter().map(|n| Some(call.count(n)));
            if let Kind::Unknown(own) = &mut value.kind {
                *own = Arc::new((**own).clone().one_of(cases));
            }
        }
    }
    value
}

/// Whether a text is empty, where that is certain.
fn empty(text: &Text) -> Option<bool> {
    if text.known() == Some("") {
        return Some(true);
    }
    let filled = |part: &Part| match part {
        Part::Lit(_) => true,
        Part::Hole(hole) => {
            hole.role.is_some() || hole.prefix.as_deref().is_some_and(|p| !p.is_empty())
        }
    };
    if text.parts().iter().any(filled) {
        Some(false)
    } else {
        None
    }
}

pub(super) fn coalesce(call: &Call) -> Outcome {
    let types: Vec<Type> = call.args.iter().map(type_of).collect();
    let untyped = |a: &Value| a.as_unknown().filter(|u| u.ty == Type::Dynamic).cloned();
    let untyped = call.args.iter().find_map(untyped);
    let ty = match (unify(&types), &untyped) {
        (Some(ty), _) => ty,
        (None, Some(u)) => return Ok(call.unknown(u, Type::Dynamic)), // it may bring a type that fits all
        (None, None) => return Err(FunctionError::new("all arguments must have the same type")),
    };
    for arg in &call.args {
        let value = convert(arg, &ty).map_err(FunctionError::new)?;
        match (&value.kind, &untyped) {
            (Kind::Null(_), _) => {}
            (Kind::String(text), _) => match empty(text) {
                Some(true) => {}
                Some(false) => return Ok(value),
                None => {
                    let hole = text.first_hole().cloned().unwrap_or_default();
                    return Ok(call.unknown(&hole, ty));
                }
            },
            (Kind::Unknown(u), _) => {
                let filled = u.not_null && (u.role.is_some() || !may_be_text(&u.ty));
                return Ok(if filled { value } else { call.unknown(u, ty) });
            }
            (Kind::Sequence { .. } | Kind::Mapping { .. }, Some(u)) => {
                return Ok(call.unknown(u, Type::Dynamic)); // it may make a set or a map of it
            }
            _ => return Ok(value),
        }
    }
    Err(FunctionError::new(
        "no non-null, non-empty-string arguments",
    ))
}

fn may_be_text(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Dynamic)
}

pub(super) fn coalescelist(call: &Call) -> Outcome {
    for (i, arg) in call.args.iter().enumerate() {
        match type_of(arg) {
            Type::Dynamic if !arg.is_null() => break,
            Type::List(_) | Type::Tuple(_) => {}
            _ if is_open(arg) => break,
            _ => {
                let message = "coalescelist arguments must be lists or tuples";
                return Err(FunctionError::argument(i, message));
            }
        }
    }
    for arg in &call.args {
        match &arg.kind {
            Kind::Unknown(u) => return Ok(call.unknown(u, Type::Dynamic)),
            Kind::Sequence {
                shape: Sequence::Tuple | Sequence::List(_),
                items,
                more,
            } => match (items.is_empty(), more) {
                (false, _) => return Ok(arg.clone()),
                (true, Some(u)) => return Ok(call.unknown(u, Type::Dynamic)),
                (true, None) => {}
            },
            _ => {
                return Err(FunctionError::new(
                    "coalescelist arguments must be lists or tuples",
                ));
            }
        }
    }
    Err(FunctionError::new("no non-null arguments"))
}

/// The value at an index that was checked.
pub(super) fn at(items: &[Value], index: usize) -> Result<Value, FunctionError> {
    (items.get(index).cloned()).ok_or_else(|| FunctionError::new("index out of range"))
}
