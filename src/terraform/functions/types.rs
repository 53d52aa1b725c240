//! Functions on types and marks, and those whose result is another one at each run.

use super::{Call, FunctionError, Outcome, is_open};
use crate::terraform::convert::{convert, friendly, type_of};
use crate::terraform::ephemeral;
use crate::value::{Type, Unknown};

fn converted(call: &Call, to: &Type) -> Outcome {
    let value = call.get(0)?;
    convert(value, to).map_err(|_| FunctionError::argument(0, reason(call, to)))
}

fn reason(call: &Call, to: &Type) -> String {
    let Ok(value) = call.get(0) else {
        return format!("{} required", friendly(to));
    };
    let shown = match value.as_str() {
        Some(text) if !value.sensitive => format!("{text:?}"),
        _ => bare(&type_of(value)).to_owned(),
    };
    let hint = match (to, value.as_str()) {
        (Type::Number, Some(_)) => "; given string must be a decimal representation of a number",
        (Type::Bool, Some(_)) => "; only the strings \"true\" or \"false\" are allowed",
        _ => "",
    };
    match to {
        Type::Number | Type::Bool => format!("cannot convert {shown} to {}{hint}", friendly(to)),
        _ => format!(
            "cannot convert {} to {}",
            bare(&type_of(value)),
            friendly(to)
        ),
    }
}

fn bare(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "a value".to_owned(),
        other => friendly(other),
    }
}

pub(super) fn tostring(call: &Call) -> Outcome {
    converted(call, &Type::String)
}

pub(super) fn tonumber(call: &Call) -> Outcome {
    converted(call, &Type::Number)
}

pub(super) fn tobool(call: &Call) -> Outcome {
    converted(call, &Type::Bool)
}

pub(super) fn tolist(call: &Call) -> Outcome {
    converted(call, &Type::List(Box::default()))
}

pub(super) fn toset(call: &Call) -> Outcome {
    converted(call, &Type::Set(Box::default()))
}

pub(super) fn tomap(call: &Call) -> Outcome {
    converted(call, &Type::Map(Box::default()))
}

pub(super) fn ephemeralasnull(call: &Call) -> Outcome {
    let mut value = call.get(0)?.clone();
    ephemeral::as_null(&mut value);
    Ok(value)
}

pub(super) fn sensitive(call: &Call) -> Outcome {
    let mut value = call.get(0)?.clone();
    value.sensitive = true;
    value.conceal(call.context.files);
    Ok(value)
}

pub(super) fn nonsensitive(call: &Call) -> Outcome {
    let mut value = call.get(0)?.clone();
    value.sensitive = false;
    Ok(value)
}

pub(super) fn issensitive(call: &Call) -> Outcome {
    let value = call.get(0)?;
    match value.first_unknown() {
        Some(u) if !value.sensitive && is_open(value) => Ok(call.unknown(u, Type::Bool)),
        _ => Ok(call.bool(value.sensitive)),
    }
}

pub(super) fn impure_text(call: &Call) -> Outcome {
    let unknown = Unknown::because("the function gives another result at each run");
    Ok(call.unknown(&unknown, Type::String))
}
