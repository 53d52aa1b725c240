//! Operators: operands are converted, unknown operands make an unknown result.

use super::convert::{convert, equal};
use super::expression::{opaque, reason_of};
use super::run::{Failure, Outcome};
use crate::span::Span;
use crate::syntax::hcl::{BinaryOp, UnaryOp};
use crate::value::{Kind, Number, Type, Value};
use unicode_segmentation::UnicodeSegmentation;

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
        Equal | NotEqual => Ok(match equal(left, right).or_else(|| apart(left, right)) {
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
            let holds = |a: &Number, b: &Number| match op {
                Less => a < b,
                LessEqual => a <= b,
                Greater => a > b,
                _ => a >= b,
            };
            if let (Some((a, b)), Some((c, d))) = (left.range(), right.range()) {
                let answer = holds(a, d);
                if answer == holds(b, c) {
                    return Ok(made(Kind::Bool(answer), &[left, right], span));
                }
            }
            numbers(left, right, Type::Bool, span, |a, b| {
                Ok(Kind::Bool(holds(a, b)))
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

/// Whether something is known, or surely turns out to be of a type that is not null.
pub(super) fn is_a(value: &Value, ty: &Type) -> bool {
    match value.as_unknown() {
        Some(unknown) => unknown.not_null && unknown.ty == *ty,
        None => value.is_wholly_known(),
    }
}

/// Whether an operator that works with this operand works whatever is unknown in it.
pub(super) fn surely_negates(op: UnaryOp, value: &Value) -> bool {
    match op {
        UnaryOp::Negate => is_a(value, &Type::Number),
        UnaryOp::Not => is_a(value, &Type::Bool),
    }
}

/// Whether an operator that works with these operands works whatever is unknown in them.
pub(super) fn surely_works(op: BinaryOp, left: &Value, right: &Value) -> bool {
    use BinaryOp::*;
    let both = |ty| is_a(left, &ty) && is_a(right, &ty);
    match op {
        Equal | NotEqual => true,
        Or | And => both(Type::Bool),
        Less | LessEqual | Greater | GreaterEqual | Add | Subtract | Multiply => both(Type::Number),
        Divide | Modulo => is_a(left, &Type::Number) && right.is_wholly_known(),
    }
}

/// That two values differ, although one of them is not known: by the range of a number, or by how a text begins.
fn apart(left: &Value, right: &Value) -> Option<bool> {
    if let (Some((a, b)), Some((c, d))) = (left.range(), right.range()) {
        return (b < c || d < a).then_some(false);
    }
    let (left, right) = (left.as_text()?, right.as_text()?);
    let (hidden, known) = match (left.known(), right.known()) {
        (Some(known), None) => (right, known),
        (None, Some(known)) => (left, known),
        _ => return None,
    };
    (!known.starts_with(settled(hidden.known_prefix()))).then_some(false)
}

/// What stays of the beginning of a text, whatever follows: all but a last character that may combine with others. Those
/// that commonly part words do not, for terraform.
fn settled(prefix: &str) -> &str {
    const DELIMITERS: &str = "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";
    let last = prefix.graphemes(true).next_back().unwrap_or_default();
    if DELIMITERS.contains(last) {
        return prefix;
    }
    prefix.strip_suffix(last).unwrap_or_default()
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
