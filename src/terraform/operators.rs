//! Operators: operands are converted, unknown operands make an unknown result.

use super::convert::{convert, equal};
use super::expression::{opaque, reason_of};
use super::run::{Failure, Outcome};
use crate::span::Span;
use crate::syntax::hcl::{BinaryOp, UnaryOp};
use crate::value::{Kind, Number, Type, Value};

/// `-x`, `!x`
pub(super) fn unary(op: UnaryOp, value: &Value, span: Span) -> Outcome {
    let ty = match op {
        UnaryOp::Negate => Type::Number,
        UnaryOp::Not => Type::Bool,
    };
    let operand = operand(value, &ty, span)?;
    let kind = match &operand.kind {
        Kind::Number(n) => Kind::Number(n.negated()),
        Kind::Bool(b) => Kind::Bool(!b),
        _ => return Ok(unknown(&[&operand], ty, span)),
    };
    Ok(made(kind, &[value], span))
}

/// `x + y` and the like.
pub(super) fn binary(op: BinaryOp, left: &Value, right: &Value, span: Span) -> Outcome {
    use BinaryOp::*;
    match op {
        Equal | NotEqual => Ok(match equal(left, right) {
            Some(same) => made(Kind::Bool(same == (op == Equal)), &[left, right], span),
            None => unknown(&[left, right], Type::Bool, span),
        }),
        Or | And => {
            let (a, b) = (
                operand(left, &Type::Bool, span)?,
                operand(right, &Type::Bool, span)?,
            );
            Ok(match (&a.kind, &b.kind) {
                (Kind::Bool(x), Kind::Bool(y)) => {
                    let result = if op == Or { *x || *y } else { *x && *y };
                    made(Kind::Bool(result), &[left, right], span)
                }
                _ => unknown(&[&a, &b], Type::Bool, span),
            })
        }
        Less | LessEqual | Greater | GreaterEqual => {
            numbers(left, right, Type::Bool, span, |a, b| {
                Ok(Kind::Bool(match op {
                    Less => a < b,
                    LessEqual => a <= b,
                    Greater => a > b,
                    _ => a >= b,
                }))
            })
        }
        Add | Subtract | Multiply | Divide | Modulo => {
            numbers(left, right, Type::Number, span, |a, b| {
                let result = match op {
                    Add => a.add(b),
                    Subtract => a.subtract(b),
                    Multiply => a.multiply(b),
                    Divide => a.divide(b),
                    _ => a.remainder(b),
                };
                result
                    .map(Kind::Number)
                    .map_err(|_| "the result is undefined".to_owned())
            })
        }
    }
}

fn numbers(
    left: &Value,
    right: &Value,
    ty: Type,
    span: Span,
    compute: impl Fn(&Number, &Number) -> Result<Kind, String>,
) -> Outcome {
    let a = operand(left, &Type::Number, span)?;
    let b = operand(right, &Type::Number, span)?;
    match (&a.kind, &b.kind) {
        (Kind::Number(x), Kind::Number(y)) => {
            let kind = compute(x, y).map_err(|e| Failure::new(span, e))?;
            Ok(made(kind, &[left, right], span))
        }
        _ => Ok(unknown(&[&a, &b], ty, span)),
    }
}

fn operand(value: &Value, ty: &Type, span: Span) -> Outcome {
    if value.is_null() {
        return Err(Failure::new(span, "an operand is null"));
    }
    convert(value, ty).map_err(|e| Failure::new(span, format!("unsuitable operand: {e}")))
}

fn made(kind: Kind, from: &[&Value], span: Span) -> Value {
    let mut value = Value::new(kind, span);
    value.sensitive = from.iter().any(|v| v.has_sensitive());
    value.place.made_of(from.iter().copied(), "operator");
    value
}

fn unknown(from: &[&Value], ty: Type, span: Span) -> Value {
    let why = from.iter().find(|v| !v.is_wholly_known());
    let mut unknown = why.map_or_else(Default::default, |v| reason_of(v));
    unknown.not_null = true;
    let mut value = Value::unknown(opaque(&unknown, ty), span);
    value.sensitive = from.iter().any(|v| v.has_sensitive());
    value
}
