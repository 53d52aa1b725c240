//! Functions on sets.

use super::{Call, FunctionError, Outcome};
use crate::terraform::convert::{convert, equal, set, type_of, unify, unify_values};
use crate::value::{Kind, Sequence, Type, Value};

/// The sets' elements in one type.
fn operands(call: &Call) -> Result<(Type, Vec<Vec<Value>>), FunctionError> {
    let inside: Vec<Type> = (call.args.iter())
        .map(|a| match type_of(a) {
            Type::Set(t) => *t,
            _ => Type::Dynamic,
        })
        .collect();
    let Some(of) = unify(&inside) else {
        return Err(FunctionError::new(
            "given sets must all have compatible element types",
        ));
    };
    let mut sets = Vec::new();
    for arg in &call.args {
        let items = arg
            .items()
            .iter()
            .map(|v| convert(v, &of))
            .collect::<Result<Vec<_>, _>>();
        sets.push(items.map_err(FunctionError::new)?);
    }
    Ok((of, sets))
}

fn holds(set: &[Value], wanted: &Value) -> bool {
    set.iter().any(|v| equal(v, wanted) == Some(true))
}

pub(super) fn union(call: &Call) -> Outcome {
    let (of, sets) = operands(call)?;
    Ok(set(of, sets.concat(), call.span))
}

pub(super) fn intersection(call: &Call) -> Outcome {
    let (of, sets) = operands(call)?;
    let [first, rest @ ..] = sets.as_slice() else {
        return Err(FunctionError::new("at least one set is required"));
    };
    let common = |v: &&Value| rest.iter().all(|s| holds(s, v));
    Ok(set(
        of,
        first.iter().filter(common).cloned().collect(),
        call.span,
    ))
}

pub(super) fn subtract(call: &Call) -> Outcome {
    let (of, sets) = operands(call)?;
    let [from, what] = sets.as_slice() else {
        return Err(FunctionError::new("two sets are required"));
    };
    let left = from.iter().filter(|v| !holds(what, v)).cloned().collect();
    Ok(set(of, left, call.span))
}

/// As many combinations as a configuration may ask for.
const PRODUCT_LIMIT: usize = 100_000;

pub(super) fn product(call: &Call) -> Outcome {
    if call.args.len() < 2 {
        return Err(FunctionError::new("at least two arguments are required"));
    }
    let mut any_set = false;
    let mut types = Vec::new();
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for (i, arg) in call.args.iter().enumerate() {
        let Kind::Sequence { shape, items, .. } = &arg.kind else {
            return Err(FunctionError::argument(i, "a set or a list is required"));
        };
        if let (Sequence::Set(_), Some(u)) = (shape, arg.first_unknown())
            && items.len() > 1
        {
            return Ok(call.unknown(u, Type::Dynamic)); // nobody knows how many elements it has
        }
        any_set |= matches!(shape, Sequence::Set(_));
        let of = match shape {
            Sequence::Tuple => unify_values(items),
            Sequence::List(t) | Sequence::Set(t) => Some(t.clone()),
        };
        let Some(of) = of else {
            return Err(FunctionError::argument(
                i,
                "all elements must be of the same type",
            ));
        };
        let items = (arg
            .items()
            .iter()
            .map(|v| convert(v, &of))
            .collect::<Result<Vec<_>, _>>())
        .map_err(|e| FunctionError::argument(i, e))?;
        if rows.len().saturating_mul(items.len()) > PRODUCT_LIMIT {
            return Err(FunctionError::new("too many combinations"));
        }
        rows = (rows.iter())
            .flat_map(|row| {
                items
                    .iter()
                    .map(|v| [row.as_slice(), std::slice::from_ref(v)].concat())
            })
            .collect();
        types.push(of);
    }
    let of = Type::Tuple(types);
    let items: Vec<Value> = rows
        .into_iter()
        .map(|row| Value::tuple(row, call.span))
        .collect();
    if any_set {
        return Ok(set(of, items, call.span));
    }
    Ok(call.list(of, items))
}
