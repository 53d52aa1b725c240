//! The functions of the aws provider: ARNs and user agents.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>

use super::text::{Bit, build, split};
use super::{Call, FunctionError, Outcome};
use crate::value::{Kind, Piece, Text, Type, Value};

pub(super) fn arn_build(call: &Call) -> Outcome {
    let mut pieces = vec![Piece::Lit("arn", None)];
    for i in 0..call.args.len() {
        pieces.push(Piece::Lit(":", None));
        pieces.push(Piece::Text(call.text(i)?));
    }
    Ok(call.value(Kind::String(Text::of(pieces))))
}

/// The six sections of an ARN; the last may hold colons. `None`: nobody knows where they part.
fn sections<'a>(call: &'a Call) -> Result<Option<[Vec<Bit<'a>>; 6]>, FunctionError> {
    let text = call.text(0)?;
    if !text.occurs_in_literals_only(":") {
        return Ok(None);
    }
    if !text.known_prefix().starts_with("arn:") {
        return Err(FunctionError::argument(0, "arn: invalid prefix"));
    }
    let mut all = split(text, ":");
    if all.len() < 6 {
        return Err(FunctionError::argument(0, "arn: not enough sections"));
    }
    let tail = all.split_off(5);
    let mut resource = Vec::new();
    for (i, bits) in tail.into_iter().enumerate() {
        if i > 0 {
            resource.push(Bit::Own(":".to_owned()));
        }
        resource.extend(bits);
    }
    all.push(resource);
    Ok(all.try_into().ok())
}

pub(super) fn arn_parse(call: &Call) -> Outcome {
    let names = ["partition", "service", "region", "account_id", "resource"];
    let Some([_, partition, service, region, account, resource]) = sections(call)? else {
        let ty = Type::Object(names.iter().map(|n| ((*n).into(), Type::String)).collect());
        let hole = call.text(0)?.first_hole().cloned().unwrap_or_default();
        return Ok(call.unknown(&hole, ty));
    };
    let bits = [partition, service, region, account, resource];
    let place = &call.get(0)?.place;
    let entries = (names.iter().zip(bits))
        .map(|(name, bits)| {
            let value = call.value(Kind::String(build(&bits)));
            (
                (*name).into(),
                Value {
                    place: place.clone(),
                    ..value
                },
            )
        })
        .collect();
    Ok(Value::object(entries, call.span))
}

pub(super) fn trim_iam_role_path(call: &Call) -> Outcome {
    let text = call.text(0)?;
    if !text.occurs_in_literals_only("/") {
        let hole = text.first_hole().cloned().unwrap_or_default();
        return Ok(call.unknown(&hole, Type::String));
    }
    if sections(call)?.is_none() {
        return Err(FunctionError::argument(0, "arn: not enough sections"));
    }
    let fields = split(text, "/");
    let [first, .., last] = fields.as_slice() else {
        return Ok(call.value(Kind::String(text.clone())));
    };
    let mut bits = first.clone();
    bits.push(Bit::Own("/".to_owned()));
    bits.extend(last.iter().cloned());
    Ok(call.value(Kind::String(build(&bits))))
}

pub(super) fn user_agent(call: &Call) -> Outcome {
    let (name, version, comment) = (call.str(0)?, call.str(1)?, call.str(2)?);
    let version = if version.is_empty() {
        String::new()
    } else {
        format!("/{version}")
    };
    let comment = if comment.is_empty() {
        String::new()
    } else {
        format!(" ({comment})")
    };
    Ok(call.made(format!("{name}{version}{comment}")))
}
