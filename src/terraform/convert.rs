//! Terraform's type conversion: what an argument, a variable or a conditional does to a value that is of another type
//! than asked for. <https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion>

use super::expression::opaque;
use crate::value::{Entries, Kind, Mapping, Sequence, Text, Type, Unknown, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use unicode_normalization::{UnicodeNormalization, is_nfc_quick};

pub use self::constraint::{Attribute, Constraint, apply};
pub use self::equality::equal;
pub use self::set::set;
pub use self::unify::{unify, unify_values};

mod constraint;
mod equality;
mod set;
mod unify;

/// A text as Terraform keeps it: in Unicode normalisation form C.
pub fn text(text: &str) -> Arc<str> {
    match is_nfc_quick(text.chars()) {
        unicode_normalization::IsNormalized::Yes => text.into(),
        _ => text.nfc().collect::<String>().into(),
    }
}

/// The type of a value, as far as known.
pub fn type_of(value: &Value) -> Type {
    match &value.kind {
        Kind::Null(t) => t.clone(),
        Kind::Bool(_) => Type::Bool,
        Kind::Number(_) => Type::Number,
        Kind::String(_) => Type::String,
        Kind::Sequence {
            more: Some(_),
            shape: Sequence::Tuple,
            ..
        }
        | Kind::Mapping {
            more: Some(_),
            shape: Mapping::Object,
            ..
        } => Type::Dynamic,
        Kind::Sequence { shape, items, .. } => match shape {
            Sequence::Tuple => Type::Tuple(items.iter().map(type_of).collect()),
            Sequence::List(t) => Type::List(Box::new(t.clone())),
            Sequence::Set(t) => Type::Set(Box::new(t.clone())),
        },
        Kind::Mapping { shape, entries, .. } => match shape {
            Mapping::Object => Type::Object(
                entries
                    .iter()
                    .map(|(k, v)| (k.clone(), type_of(v)))
                    .collect(),
            ),
            Mapping::Map(t) => Type::Map(Box::new(t.clone())),
        },
        Kind::Unknown(u) => u.ty.clone(),
    }
}

/// How a message calls a type that is asked for.
pub fn friendly(ty: &Type) -> String {
    let of = |what: &str, t: &Type| match t {
        Type::Dynamic => format!("{what} of any single type"),
        t => format!("{what} of {}", friendly(t)),
    };
    match ty {
        Type::Dynamic => "any type".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Number => "number".to_owned(),
        Type::String => "string".to_owned(),
        Type::List(t) => of("list", t),
        Type::Set(t) => of("set", t),
        Type::Map(t) => of("map", t),
        Type::Tuple(_) => "tuple".to_owned(),
        Type::Object(_) => "object".to_owned(),
    }
}

/// The value as one of the type, each part with its place; the text of the error says what stands in the way, and quotes no
/// part of the value but keys of what is not sensitive.
pub fn convert(value: &Value, to: &Type) -> Result<Value, String> {
    let kind = match (&value.kind, to) {
        (_, Type::Dynamic) => return Ok(value.clone()),
        (Kind::Null(from), _) if possible(from, to) => Kind::Null(to.clone()),
        (Kind::Unknown(u), _) if possible(&u.ty, to) => Kind::Unknown(Arc::new(retyped(u, to))),
        (Kind::Bool(_), Type::Bool)
        | (Kind::Number(_), Type::Number)
        | (Kind::String(_), Type::String) => return Ok(value.clone()),
        (Kind::Bool(b), Type::String) => {
            Kind::String(Text::plain(if *b { "true" } else { "false" }))
        }
        (Kind::Number(n), Type::String) => Kind::String(Text::plain(n.to_string())),
        (Kind::String(t), Type::Bool | Type::Number) => scalar(t, to)?,
        (Kind::Sequence { .. }, Type::List(of)) => listed(value, of, to)?,
        (Kind::Sequence { .. }, Type::Set(of)) => return as_set(value, of),
        (
            Kind::Sequence {
                shape: Sequence::Tuple,
                items,
                more: None,
            },
            Type::Tuple(types),
        ) => tuple(items, types)?,
        (
            Kind::Sequence {
                shape: Sequence::Tuple,
                more: Some(more),
                ..
            },
            Type::Tuple(_),
        ) => Kind::Unknown(Arc::new(Unknown {
            ty: to.clone(),
            reason: more.reason.clone(),
            settle: more.settle.clone(),
            ..Unknown::default()
        })),
        (
            Kind::Mapping {
                shape,
                entries,
                more,
            },
            Type::Map(of),
        ) => map(value, shape, entries, more.clone(), of)?,
        (
            Kind::Mapping {
                shape,
                entries,
                more,
            },
            Type::Object(wanted),
        ) => object(shape, entries, more.as_ref(), wanted)?,
        // something of unknown extent is unknown to terraform, whatever its type will be
        _ => match value.more().filter(|_| type_of(value) == Type::Dynamic) {
            Some(more) => Kind::Unknown(Arc::new(opaque(more, to.clone()))),
            None => return Err(format!("{} required", friendly(to))),
        },
    };
    Ok(with(value, kind))
}

/// As a list. The order of a set with unknown parts is not known.
fn listed(value: &Value, of: &Type, to: &Type) -> Result<Kind, String> {
    let Kind::Sequence { shape, items, more } = &value.kind else {
        return Err(format!("{} required", friendly(to)));
    };
    let unsettled = items.iter().find_map(Value::first_unknown);
    let several = items.len() > 1 || more.is_some();
    if let (Sequence::Set(_), Some(u), true) = (shape, unsettled, several) {
        let list = Unknown {
            role: None,
            source: None,
            ..retyped(u, to)
        };
        return Ok(Kind::Unknown(Arc::new(list)));
    }
    let (of, items) = elements(items, &kept(shape, of), "list")?;
    Ok(Kind::Sequence {
        shape: Sequence::List(of),
        items: items.into(),
        more: more.clone(),
    })
}

fn as_set(value: &Value, of: &Type) -> Result<Value, String> {
    let (of, items) = match &value.kind {
        Kind::Sequence { shape, items, .. } => elements(items, &kept(shape, of), "set")?,
        _ => (of.clone(), Vec::new()),
    };
    let mut made = set(of, items, value.place.span);
    if let Kind::Sequence { more, .. } = &mut made.kind {
        *more = (value.more().filter(|m| !m.order_only)).cloned();
    }
    made.place = value.place.clone();
    made.sensitive |= value.sensitive;
    Ok(made)
}

fn map(
    whole: &Value,
    shape: &Mapping,
    entries: &Entries,
    more: Option<Arc<Unknown>>,
    of: &Type,
) -> Result<Kind, String> {
    let of = match (shape, of) {
        (Mapping::Map(own), Type::Dynamic) => own,
        _ => of,
    };
    let values: Vec<Value> = entries.values().cloned().collect();
    let of = common(&values, of).ok_or("all map elements must have the same type")?;
    let mut converted = Entries::new();
    for (key, value) in entries {
        let value = convert(value, &of).map_err(|e| match whole.sensitive {
            true => format!("an element: {e}"),
            false => format!("element \"{key}\": {e}"),
        })?;
        converted.insert(key.clone(), value);
    }
    Ok(Kind::Mapping {
        shape: Mapping::Map(of),
        entries: converted.into(),
        more,
    })
}

fn with(value: &Value, kind: Kind) -> Value {
    Value {
        kind,
        place: value.place.clone(),
        sensitive: value.sensitive,
    }
}

/// What is known about an unknown once it is of another type.
fn retyped(unknown: &Unknown, to: &Type) -> Unknown {
    let mut out = unknown.clone();
    if *to != Type::String {
        out.prefix = None;
        out.role = None;
    }
    out.either = (unknown.either.iter())
        .filter_map(|case| match case {
            Some(v) => convert(v, to).ok().map(Some),
            None => Some(None),
        })
        .collect();
    if out.either.len() != unknown.either.len() {
        out.either.clear();
    }
    out.ty = to.clone();
    out
}

/// Whether some values of a type can be converted to another.
fn possible(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (Type::List(f) | Type::Set(f), Type::List(t) | Type::Set(t))
        | (Type::Map(f), Type::Map(t)) => possible(f, t),
        (Type::Tuple(fs), Type::List(t) | Type::Set(t)) => fs.iter().all(|f| possible(f, t)),
        (Type::Tuple(fs), Type::Tuple(ts)) => {
            fs.len() == ts.len() && fs.iter().zip(ts).all(|(f, t)| possible(f, t))
        }
        (Type::Object(fs), Type::Map(t)) => fs.values().all(|f| possible(f, t)),
        (Type::Object(fs), Type::Object(ts)) => {
            (ts.iter()).all(|(k, t)| fs.get(k).is_some_and(|f| possible(f, t)))
        }
        (Type::Map(f), Type::Object(ts)) => ts.values().all(|t| possible(f, t)),
        (Type::Bool | Type::Number, Type::String) | (Type::String, Type::Bool | Type::Number) => {
            true
        }
        (from, to) => from == to,
    }
}

fn scalar(text: &Text, to: &Type) -> Result<Kind, String> {
    let Some(known) = text.known() else {
        let hole = text.first_hole().cloned().unwrap_or_default();
        let unknown = Unknown {
            not_null: true,
            source: None,
            either: Vec::new(),
            ..retyped(&hole, to)
        };
        return Ok(Kind::Unknown(Arc::new(unknown)));
    };
    if *to == Type::Number {
        return crate::value::Number::parse(known)
            .map(Kind::Number)
            .ok_or_else(|| "a number is required".to_owned());
    }
    match known {
        "true" | "1" => Ok(Kind::Bool(true)),
        "false" | "0" => Ok(Kind::Bool(false)),
        _ => Err("a bool is required".to_owned()),
    }
}

/// The type that the elements of a collection get.
fn common(items: &[Value], asked: &Type) -> Option<Type> {
    match asked {
        Type::Dynamic => unify_values(items).or_else(|| {
            // something of any type may bring one that fits all
            let untyped = |v: &Value| v.as_unknown().is_some_and(|u| u.ty == Type::Dynamic);
            items.iter().any(untyped).then_some(Type::Dynamic)
        }),
        t => Some(t.clone()),
    }
}

/// The type asked for; where any will do, a collection's elements keep theirs.
fn kept(shape: &Sequence, asked: &Type) -> Type {
    match (shape, asked) {
        (Sequence::List(own) | Sequence::Set(own), Type::Dynamic) => own.clone(),
        _ => asked.clone(),
    }
}

fn elements(items: &[Value], of: &Type, what: &str) -> Result<(Type, Vec<Value>), String> {
    let of =
        common(items, of).ok_or_else(|| format!("all {what} elements must have the same type"))?;
    let converted = (items.iter().enumerate())
        .map(|(i, v)| convert(v, &of).map_err(|e| format!("element {i}: {e}")))
        .collect::<Result<Vec<_>, String>>()?;
    Ok((of, converted))
}

fn tuple(items: &[Value], types: &[Type]) -> Result<Kind, String> {
    if items.len() != types.len() {
        return Err(format!("tuple of {} elements required", types.len()));
    }
    let items = (items.iter().zip(types).enumerate())
        .map(|(i, (v, t))| convert(v, t).map_err(|e| format!("element {i}: {e}")))
        .collect::<Result<Vec<_>, String>>()?;
    Ok(Kind::Sequence {
        shape: Sequence::Tuple,
        items: items.into(),
        more: None,
    })
}

fn object(
    shape: &Mapping,
    entries: &Entries,
    more: Option<&Arc<Unknown>>,
    wanted: &BTreeMap<Arc<str>, Type>,
) -> Result<Kind, String> {
    let mut out = Entries::new();
    for (name, ty) in wanted {
        let value = match (entries.get(name), more) {
            (Some(v), _) => convert(v, ty).map_err(|e| format!("attribute \"{name}\": {e}"))?,
            (None, Some(u)) => {
                let place = entries.values().next().map(|v| v.place.span);
                let Some(span) = place else {
                    let whole = opaque(u, Type::Object(wanted.clone()));
                    return Ok(Kind::Unknown(Arc::new(whole)));
                };
                Value::unknown(opaque(u, ty.clone()), span)
            }
            (None, None) if *shape == Mapping::Object => {
                return Err(format!("attribute \"{name}\" is required"));
            }
            (None, None) => return Err(format!("map element \"{name}\" is required")),
        };
        out.insert(name.clone(), value);
    }
    Ok(Kind::Mapping {
        shape: Mapping::Object,
        entries: out.into(),
        more: None,
    })
}

#[cfg(test)]
mod tests;
