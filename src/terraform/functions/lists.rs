//! Functions on lists, tuples and sets.

use super::collections::at;
use super::{Call, FunctionError, Outcome};
use crate::terraform::convert::{convert, equal, friendly, type_of, unify};
use crate::value::{Kind, Sequence, Text, Type, Unknown, Value};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

/// The elements of the first argument, which must be a list or tuple.
fn ordered(
    call: &Call,
    otherwise: impl Into<Cow<'static, str>>,
) -> Result<Vec<Value>, FunctionError> {
    match &call.get(0)?.kind {
        Kind::Sequence {
            shape: Sequence::Tuple | Sequence::List(_),
            ..
        } => call.items(0),
        _ => Err(FunctionError::new(otherwise)),
    }
}

/// A sequence of the same sort (list or tuple) as the first argument.
fn alike(call: &Call, items: Vec<Value>) -> Outcome {
    let shape = match &call.get(0)?.kind {
        Kind::Sequence {
            shape: Sequence::List(t) | Sequence::Set(t),
            ..
        } => Sequence::List(t.clone()),
        _ => Sequence::Tuple,
    };
    Ok(call.value(Kind::Sequence {
        shape,
        items: items.into(),
        more: None,
    }))
}

pub(super) fn element(call: &Call) -> Outcome {
    let ty = friendly(&type_of(call.get(0)?));
    let items = ordered(call, format!("cannot read elements from {ty}"))?;
    if items.is_empty() {
        return Err(FunctionError::new(
            "cannot use element function with an empty list",
        ));
    }
    let index = (usize::try_from(call.whole(1)?)).map_err(|_| {
        FunctionError::argument(1, "cannot use element function with a negative index")
    })?;
    at(&items, index.checked_rem(items.len()).unwrap_or(0))
}

pub(super) fn slice(call: &Call) -> Outcome {
    let items = ordered(
        call,
        "cannot slice a set, because its elements do not have indices",
    )
    .map_err(|e| FunctionError::argument(0, e.message))?;
    let (start, end) = (call.whole(1)?, call.whole(2)?);
    let Ok(from) = usize::try_from(start) else {
        return Err(FunctionError::argument(
            1,
            "start index must not be less than zero",
        ));
    };
    if start > end {
        return Err(FunctionError::argument(
            1,
            "start index must not be greater than end index",
        ));
    }
    let chosen = usize::try_from(end).ok().and_then(|to| items.get(from..to));
    let Some(chosen) = chosen else {
        let message = "end index must not be greater than the length of the list";
        return Err(FunctionError::argument(2, message));
    };
    alike(call, chosen.to_vec())
}

pub(super) fn reverse(call: &Call) -> Outcome {
    let Kind::Sequence { .. } = &call.get(0)?.kind else {
        let ty = friendly(&type_of(call.get(0)?));
        return Err(FunctionError::argument(
            0,
            format!("can only reverse list or tuple values, not {ty}"),
        ));
    };
    let mut items = call.items(0)?;
    if let Some(u) = unordered(call.get(0)?) {
        return Ok(somewhere(call, element_type(call.get(0)?), items, u));
    }
    items.reverse();
    alike(call, items)
}

pub(super) fn one(call: &Call) -> Outcome {
    let wrong = "must be a list, set, or tuple value with either zero or one elements";
    let Kind::Sequence { .. } = &call.get(0)?.kind else {
        return Err(FunctionError::argument(0, wrong));
    };
    if let Some(u) = unordered(call.get(0)?) {
        return Ok(call.unknown(u, element_type(call.get(0)?)));
    }
    match call.items(0)?.as_slice() {
        [] => Ok(Value::null(call.span)),
        [only] => Ok(only.clone()),
        _ => Err(FunctionError::argument(0, wrong)),
    }
}

/// Sequences one after the other. Where one of them is unknown, what the others hold is known to be in the result.
pub(super) fn concat(call: &Call) -> Outcome {
    if call.args.is_empty() {
        return Err(FunctionError::new("at least one argument is required"));
    }
    let mut items = Vec::new();
    let mut more: Option<Arc<Unknown>> = None;
    let mut types = Vec::new();
    for (i, arg) in call.args.iter().enumerate() {
        match &arg.kind {
            Kind::Sequence {
                shape, more: open, ..
            } if !matches!(shape, Sequence::Set(_)) => {
                items.extend(arg.items());
                more = more.or_else(|| open.as_ref().map(elements));
                types.push(match shape {
                    Sequence::List(t) => Some(t.clone()),
                    _ => None,
                });
            }
            Kind::Unknown(u) => {
                more = more.or_else(|| Some(u.clone()));
                types.push(match &u.ty {
                    Type::List(t) => Some((**t).clone()),
                    _ => None,
                });
            }
            _ => {
                let got = friendly(&type_of(arg));
                let message = format!("all arguments must be lists or tuples; got {got}");
                return Err(FunctionError::argument(i, message));
            }
        }
    }
    let lists: Option<Vec<Type>> = types.into_iter().collect();
    let common = lists.filter(|l| !l.is_empty()).and_then(|l| unify(&l));
    let (shape, items) = match common {
        Some(t) => {
            let items = items
                .iter()
                .map(|v| convert(v, &t))
                .collect::<Result<_, _>>();
            (Sequence::List(t), items.map_err(FunctionError::new)?)
        }
        None => (Sequence::Tuple, items),
    };
    if let (Some(u), true) = (&more, items.is_empty()) {
        return Ok(call.unknown(u, Type::Dynamic));
    }
    let items = items.into();
    Ok(call.value(Kind::Sequence { shape, items, more }))
}

pub(super) fn flatten(call: &Call) -> Outcome {
    let Kind::Sequence { .. } = &call.get(0)?.kind else {
        return Err(FunctionError::new(
            "can only flatten lists, sets and tuples",
        ));
    };
    let (mut items, mut more) = (Vec::new(), None);
    flatten_into(call.get(0)?, &mut items, &mut more);
    if let (Some(u), true) = (&more, items.is_empty()) {
        return Ok(call.unknown(u, Type::Dynamic));
    }
    Ok(call.value(Kind::Sequence {
        shape: Sequence::Tuple,
        items: items.into(),
        more,
    }))
}

fn flatten_into(sequence: &Value, items: &mut Vec<Value>, more: &mut Option<Arc<Unknown>>) {
    if let Some(open) = sequence.more() {
        more.get_or_insert_with(|| elements(open));
    }
    if let Some(u) = unordered(sequence) {
        more.get_or_insert_with(|| Arc::new(u.clone()));
    }
    for item in sequence.items() {
        match &item.kind {
            Kind::Sequence { .. } => flatten_into(&item, items, more),
            Kind::Unknown(u) if may_be_sequence(&u.ty) => {
                more.get_or_insert_with(|| u.clone());
            }
            _ => items.push(item),
        }
    }
}

/// The reason why elements are unknown, for another collection that holds them.
fn elements(more: &Arc<Unknown>) -> Arc<Unknown> {
    Arc::new(Unknown {
        order_only: false,
        ..(**more).clone()
    })
}

/// Why nobody knows the order of a set's elements, nor whether all of them are different.
fn unordered(value: &Value) -> Option<&Unknown> {
    match &value.kind {
        Kind::Sequence {
            shape: Sequence::Set(_),
            items,
            ..
        } if items.len() > 1 => value.first_unknown(),
        _ => None,
    }
}

fn may_be_sequence(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_)
    )
}

pub(super) fn contains(call: &Call) -> Outcome {
    let (list, wanted) = (call.get(0)?, call.get(1)?);
    let Kind::Sequence { items, more, .. } = &list.kind else {
        return Err(FunctionError::new("argument must be list, tuple, or set"));
    };
    let mut unsure = more.as_deref();
    for item in items {
        match equal(item, wanted) {
            Some(true) => return Ok(call.bool(true)),
            Some(false) => {}
            None => unsure = unsure.or(item.first_unknown()).or(wanted.first_unknown()),
        }
    }
    Ok(match unsure {
        Some(u) => call.unknown(u, Type::Bool),
        None => call.bool(false),
    })
}

pub(super) fn index(call: &Call) -> Outcome {
    let items = ordered(call, "argument must be a list or tuple")?;
    if items.is_empty() {
        return Err(FunctionError::new("cannot search an empty list"));
    }
    let wanted = call.get(1)?;
    for (i, item) in items.iter().enumerate() {
        match equal(item, wanted) {
            Some(true) => return Ok(call.count(i)),
            Some(false) => {}
            None => {
                let unsure = item
                    .first_unknown()
                    .or(wanted.first_unknown())
                    .cloned()
                    .unwrap_or_default();
                return Ok(call.unknown(&unsure, Type::Number));
            }
        }
    }
    Err(FunctionError::new("item not found"))
}

/// The elements of a list whose order or number is not certain: they are in the result, and nobody knows where.
fn somewhere(call: &Call, of: Type, items: Vec<Value>, because: &Unknown) -> Value {
    let more = Unknown {
        order_only: false,
        role: None,
        prefix: None,
        source: None,
        either: Vec::new(),
        ..because.clone()
    };
    let shape = Sequence::List(of);
    call.value(Kind::Sequence {
        shape,
        items: items.into(),
        more: Some(Arc::new(more)),
    })
}

fn element_type(value: &Value) -> Type {
    match type_of(value) {
        Type::List(t) | Type::Set(t) => *t,
        _ => Type::Dynamic,
    }
}

pub(super) fn compact(call: &Call) -> Outcome {
    let mut kept = Vec::new();
    let mut unsure: Option<Unknown> = call.get(0)?.more().map(|u| (**u).clone());
    for item in call.items(0)? {
        match &item.kind {
            Kind::Null(_) => {}
            Kind::String(text) if text.known() == Some("") => {}
            Kind::String(text) if certainly_filled(text) => kept.push(item),
            _ => {
                let why = item.first_unknown().cloned().unwrap_or_default();
                unsure.get_or_insert(why);
            }
        }
    }
    Ok(match unsure {
        Some(u) if kept.is_empty() => call.unknown(&u, Type::List(Box::new(Type::String))),
        Some(u) => somewhere(call, Type::String, kept, &u),
        None => call.list(Type::String, kept),
    })
}

fn certainly_filled(text: &Text) -> bool {
    !text.known_prefix().is_empty()
        || text.parts().len() > 1
        || text.first_hole().is_some_and(|h| h.role.is_some())
}

pub(super) fn distinct(call: &Call) -> Outcome {
    let of = element_type(call.get(0)?);
    let mut unsure: Option<Unknown> = call.get(0)?.more().map(|u| (**u).clone());
    let mut kept: Vec<Value> = Vec::new();
    for item in call.items(0)? {
        let mut known = false;
        for other in &kept {
            match equal(other, &item) {
                Some(true) => known = true,
                Some(false) => {}
                None => {
                    let why = item
                        .first_unknown()
                        .or(other.first_unknown())
                        .cloned()
                        .unwrap_or_default();
                    unsure.get_or_insert(why);
                }
            }
        }
        if !known {
            kept.push(item);
        }
    }
    Ok(match unsure {
        Some(u) => somewhere(call, of, kept, &u),
        None => call.list(of, kept),
    })
}

pub(super) fn sort(call: &Call) -> Outcome {
    let list = call.get(0)?;
    let mut items = call.items(0)?;
    if let Some(u) = list.first_unknown() {
        let settled = list.more().is_none_or(|m| m.order_only);
        let mut sorted = somewhere(call, Type::String, items, u);
        if let Kind::Sequence {
            more: Some(more), ..
        } = &mut sorted.kind
        {
            Arc::make_mut(more).order_only = settled;
        }
        return Ok(sorted);
    }
    if items.iter().any(Value::is_null) {
        return Err(FunctionError::argument(
            0,
            "given list element is null; cannot sort a null string",
        ));
    }
    items.sort_by(|a, b| {
        a.as_str()
            .partial_cmp(&b.as_str())
            .unwrap_or(Ordering::Equal)
    });
    Ok(call.list(Type::String, items))
}

pub(super) fn chunklist(call: &Call) -> Outcome {
    let of = element_type(call.get(0)?);
    let items = call.items(0)?;
    let Ok(size) = usize::try_from(call.whole(1)?) else {
        return Err(FunctionError::new("the size argument must be positive"));
    };
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunks = items
        .chunks(size)
        .map(|c| call.list(of.clone(), c.to_vec()))
        .collect();
    Ok(call.list(Type::List(Box::new(of)), chunks))
}

pub(super) fn matchkeys(call: &Call) -> Outcome {
    let (values, keys, wanted) = (call.items(0)?, call.items(1)?, call.items(2)?);
    if values.len() != keys.len() {
        return Err(FunctionError::new(
            "length of keys and values should be equal",
        ));
    }
    let Some(ty) = unify(&[element_type(call.get(1)?), element_type(call.get(2)?)]) else {
        return Err(FunctionError::new(
            "keys and searchset must be of the same type",
        ));
    };
    let same = |a: &Value, b: &Value| match (convert(a, &ty), convert(b, &ty)) {
        (Ok(a), Ok(b)) => equal(&a, &b) == Some(true),
        _ => false,
    };
    let chosen = (values.into_iter().zip(keys))
        .filter(|(_, key)| wanted.iter().any(|w| same(key, w)))
        .map(|(value, _)| value)
        .collect();
    Ok(call.list(element_type(call.get(0)?), chosen))
}

/// Looks for an element of that truth; the first unknown one decides.
fn any_is(call: &Call, truth: bool) -> Outcome {
    let mut unsure = None;
    for item in call.items(0)? {
        match &item.kind {
            Kind::Bool(b) if *b == truth => return Ok(call.bool(truth)),
            Kind::Null(_) if !truth => return Ok(call.bool(false)),
            Kind::Unknown(u) if truth => unsure = unsure.or(Some(u.clone())),
            Kind::Unknown(u) => return Ok(call.unknown(u, Type::Bool)),
            _ => {}
        }
    }
    Ok(match unsure {
        Some(u) => call.unknown(&u, Type::Bool),
        None => call.bool(!truth),
    })
}

pub(super) fn alltrue(call: &Call) -> Outcome {
    any_is(call, false)
}

pub(super) fn anytrue(call: &Call) -> Outcome {
    any_is(call, true)
}
