//! The one type that values of several types can all be converted to.

use super::{possible, type_of};
use crate::value::{Type, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The type that the values can all be converted to, as for the elements of a list or the branches of a conditional.
pub fn unify_values(values: &[Value]) -> Option<Type> {
    let types: Vec<Type> = values.iter().map(type_of).collect();
    unify(&types)
}

/// The type that all of these can be converted to; [`Type::Dynamic`] (an untyped null, an unknown) asks for nothing, and is
/// what is left where the others do not fit each other.
pub fn unify(types: &[Type]) -> Option<Type> {
    let open = types.contains(&Type::Dynamic);
    common(types).or(open.then_some(Type::Dynamic))
}

fn common(types: &[Type]) -> Option<Type> {
    let mut known: Vec<&Type> = Vec::new();
    for ty in types {
        if *ty != Type::Dynamic && !known.contains(&ty) {
            known.push(ty);
        }
    }
    let [first, rest @ ..] = known.as_slice() else {
        return Some(Type::Dynamic);
    };
    if rest.is_empty() {
        return Some((*first).clone());
    }
    let all = |f: fn(&Type) -> bool| known.iter().all(|t| f(t));
    let primitive = |t: &Type| matches!(t, Type::Bool | Type::Number | Type::String);
    if all(primitive) {
        return known.contains(&&Type::String).then_some(Type::String);
    }
    if all(|t| matches!(t, Type::Object(_))) {
        return same_attributes(&known).unwrap_or_else(|| collection(&known).map(map_of));
    }
    // an object that is no map by itself stays one
    if all(|t| matches!(t, Type::Object(_) | Type::Map(_)))
        && known.iter().all(|t| collection(&[*t]).is_some())
        && let Some(of) = collection(&known)
    {
        return Some(map_of(of));
    }
    if all(|t| matches!(t, Type::Tuple(_))) {
        return same_length(&known).unwrap_or_else(|| collection(&known).map(list_of));
    }
    if all(|t| matches!(t, Type::Tuple(_) | Type::List(_)))
        && let Some(of) = collection(&known)
    {
        return Some(list_of(of));
    }
    if all(|t| matches!(t, Type::Set(_))) {
        return collection(&known).map(set_of);
    }
    let fits = |want: &&&Type| known.iter().all(|t| possible(t, want));
    let list = known.iter().filter(|t| matches!(t, Type::List(_)));
    (list.chain(&known).find(fits)).map(|t| (**t).clone())
}

fn map_of(t: Type) -> Type {
    Type::Map(Box::new(t))
}

fn list_of(t: Type) -> Type {
    Type::List(Box::new(t))
}

fn set_of(t: Type) -> Type {
    Type::Set(Box::new(t))
}

/// The common type of everything inside.
fn collection(types: &[&Type]) -> Option<Type> {
    let mut inside = Vec::new();
    for ty in types {
        match ty {
            Type::List(t) | Type::Set(t) | Type::Map(t) => inside.push((**t).clone()),
            Type::Tuple(ts) => inside.extend(ts.iter().cloned()),
            Type::Object(ts) => inside.extend(ts.values().cloned()),
            _ => return None,
        }
    }
    unify(&inside)
}

/// Objects of the same attributes, attribute by attribute; `None` where their attributes are not the same.
fn same_attributes(types: &[&Type]) -> Option<Option<Type>> {
    let mut columns: BTreeMap<Arc<str>, Vec<Type>> = BTreeMap::new();
    for ty in types {
        let Type::Object(attributes) = ty else {
            return None;
        };
        for (name, t) in attributes {
            columns.entry(name.clone()).or_default().push(t.clone());
        }
    }
    let complete = columns.values().all(|c| c.len() == types.len());
    let unified = (columns.into_iter())
        .map(|(name, column)| unify(&column).map(|t| (name, t)))
        .collect::<Option<_>>();
    complete.then(|| unified.map(Type::Object))
}

/// Tuples of the same length, element by element; `None` where their lengths are not the same.
fn same_length(types: &[&Type]) -> Option<Option<Type>> {
    let mut columns: Vec<Vec<Type>> = Vec::new();
    for (i, ty) in types.iter().enumerate() {
        let Type::Tuple(elements) = ty else {
            return None;
        };
        if i == 0 {
            columns = vec![Vec::new(); elements.len()];
        }
        if columns.len() != elements.len() {
            return None;
        }
        for (column, t) in columns.iter_mut().zip(elements) {
            column.push(t.clone());
        }
    }
    let unified = columns.iter().map(|c| unify(c)).collect::<Option<_>>();
    Some(unified.map(Type::Tuple))
}
