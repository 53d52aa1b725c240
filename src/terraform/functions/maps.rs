//! Functions on maps and objects.

use super::{Call, FunctionError, Outcome};
use crate::terraform::convert::{convert, friendly, set, type_of};
use crate::value::{Kind, Mapping, Sequence, Type, Unknown, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn keys(call: &Call) -> Outcome {
    let Kind::Mapping { shape, entries, .. } = &call.get(0)?.kind else {
        return Err(FunctionError::argument(0, "must have map or object type"));
    };
    let key = |(key, value): (&Arc<str>, &Value)| {
        let span = value.place.key.unwrap_or(value.place.span);
        Value::text(key.clone(), span)
    };
    let items: Vec<Value> = entries.iter().map(key).collect();
    Ok(match shape {
        Mapping::Map(_) => call.list(Type::String, items),
        Mapping::Object => Value::tuple(items, call.span),
    })
}

pub(super) fn values(call: &Call) -> Outcome {
    let map = call.get(0)?;
    let Kind::Mapping { shape, more, .. } = &map.kind else {
        return Err(FunctionError::new(
            "values() requires a map as the first argument",
        ));
    };
    let items = map.entries().into_iter().map(|(_, v)| v).collect();
    let shape = match shape {
        Mapping::Map(t) => Sequence::List(t.clone()),
        Mapping::Object => Sequence::Tuple,
    };
    Ok(call.value(Kind::Sequence {
        shape,
        items,
        more: more.clone(),
    }))
}

pub(super) fn lookup(call: &Call) -> Outcome {
    let (map, key) = (call.get(0)?, call.str(1)?);
    if call.args.len() > 3 {
        return Err(FunctionError::new("lookup() takes two or three arguments"));
    }
    let Kind::Mapping { shape, more, .. } = &map.kind else {
        return Err(FunctionError::argument(
            0,
            "lookup() requires a map as the first argument",
        ));
    };
    let default = match (shape, call.args.get(2)) {
        (Mapping::Map(of), Some(default)) => Some(convert(default, of).map_err(|_| {
            FunctionError::argument(
                2,
                "the default value must have the same type as the map elements",
            )
        })?),
        (_, default) => default.cloned(),
    };
    if let Some(found) = map.get(key) {
        return Ok(found);
    }
    if let Some(more) = more {
        return Ok(call.unknown(more, Type::Dynamic));
    }
    default.ok_or_else(|| match shape {
        Mapping::Object => {
            FunctionError::argument(0, format!("the given object has no attribute \"{key}\""))
        }
        Mapping::Map(_) => FunctionError::new(format!("lookup failed to find key \"{key}\"")),
    })
}

/// Mappings one over the other. After an unknown one only what comes later is certain.
pub(super) fn merge(call: &Call) -> Outcome {
    let mut entries: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    let mut more: Option<Arc<Unknown>> = None;
    let mut maps: Option<Vec<Type>> = Some(Vec::new());
    for (i, arg) in call.args.iter().enumerate() {
        if arg.is_null() {
            continue;
        }
        match &arg.kind {
            Kind::Mapping {
                shape, more: open, ..
            } => {
                if let Some(open) = open {
                    doubt(&mut entries, open);
                    more = more.or_else(|| Some(open.clone()));
                }
                entries.extend(arg.entries());
                match (shape, &mut maps) {
                    (Mapping::Map(t), Some(types)) => types.push(t.clone()),
                    _ => maps = None,
                }
            }
            Kind::Unknown(u) if matches!(u.ty, Type::Dynamic | Type::Map(_) | Type::Object(_)) => {
                doubt(&mut entries, u);
                more = more.or_else(|| Some(u.clone()));
                maps = None;
            }
            _ => {
                let got = friendly(&type_of(arg));
                if let Some(u) = call.args.iter().take(i).find_map(Value::as_unknown) {
                    return Ok(call.unknown(u, Type::Dynamic));
                }
                let message = format!("arguments must be maps or objects, got \"{got}\"");
                return Err(FunctionError::argument(i, message));
            }
        }
    }
    if let (Some(u), true) = (&more, entries.is_empty()) {
        return Ok(call.unknown(u, Type::Dynamic));
    }
    let same = maps.and_then(|types| match types.as_slice() {
        [first, rest @ ..] if rest.iter().all(|t| t == first) => Some(first.clone()),
        _ => None,
    });
    let shape = same.map_or(Mapping::Object, Mapping::Map);
    Ok(call.value(Kind::Mapping {
        shape,
        entries: entries.into(),
        more,
    }))
}

/// What an unknown mapping may have overridden is no longer known.
fn doubt(entries: &mut BTreeMap<Arc<str>, Value>, because: &Unknown) {
    for entry in entries.values_mut() {
        let unknown = Unknown {
            reason: because.reason.clone(),
            settle: because.settle.clone(),
            ..Unknown::default()
        };
        entry.kind = Kind::Unknown(Arc::new(unknown));
    }
}

pub(super) fn zipmap(call: &Call) -> Outcome {
    let keys = call.items(0)?;
    let shape = match &call.get(1)?.kind {
        Kind::Sequence {
            shape: Sequence::List(of),
            ..
        } => Mapping::Map(of.clone()),
        Kind::Sequence {
            shape: Sequence::Tuple,
            ..
        } => Mapping::Object,
        _ => {
            let message = "values parameter must be a list or tuple value";
            return Err(FunctionError::argument(1, message));
        }
    };
    let values = call.items(1)?;
    if keys.len() != values.len() {
        let (k, v) = (keys.len(), values.len());
        let message = format!("number of keys ({k}) does not match number of values ({v})");
        return Err(FunctionError::new(message));
    }
    let mut entries: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    for (key, mut value) in keys.iter().zip(values) {
        let Some(name) = key.as_str() else {
            return Err(FunctionError::argument(0, "a key must not be null"));
        };
        value.place.key = Some(key.place.span);
        value.sensitive |= key.sensitive;
        entries.insert(name.into(), value);
    }
    Ok(call.value(Kind::Mapping {
        shape,
        entries: entries.into(),
        more: None,
    }))
}

pub(super) fn transpose(call: &Call) -> Outcome {
    let mut columns: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (key, list) in call.get(0)?.entries() {
        for item in list.items() {
            let Some(name) = item.as_str() else {
                return Err(FunctionError::argument(0, "an element must not be null"));
            };
            let span = list.place.key.unwrap_or(list.place.span);
            columns
                .entry(name.into())
                .or_default()
                .push(Value::text(key.clone(), span));
        }
    }
    let of = Type::List(Box::new(Type::String));
    let entries = (columns.into_iter())
        .map(|(name, items)| {
            let sorted = set(Type::String, items, call.span);
            (name, call.list(Type::String, sorted.items()))
        })
        .collect();
    Ok(call.value(Kind::Mapping {
        shape: Mapping::Map(of),
        entries,
        more: None,
    }))
}
