//! Type constraints as they are written: `map(object({ name = string, tags = optional(map(string), {}) }))`.
//! <https://developer.hashicorp.com/terraform/language/expressions/type-constraints>

use super::convert::{Attribute, Constraint};
use crate::span::Span;
use crate::syntax::hcl::{Call, Expr, ExprKind, Item};
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is wrong with a constraint, and where.
pub(super) type Fault = (Span, String);

/// Works out the default of `optional(T, DEFAULT)`, which refers to nothing.
pub(super) type Constant<'a> = &'a dyn Fn(&Expr) -> Option<Value>;

/// Reads a constraint.
pub(super) fn constraint(expr: &Expr, constant: Constant) -> Result<Constraint, Fault> {
    match &expr.kind {
        ExprKind::Variable(name) => word(name, expr.span),
        ExprKind::Literal(text) => word(text.known().unwrap_or(""), expr.span),
        ExprKind::Parens(inner) => constraint(inner, constant),
        ExprKind::Call(call) => constructor(call, expr.span, constant),
        _ => Err((expr.span, "a type is a word or one of `list`, `set`, `map`, `tuple` and `object` with its argument".to_owned())),
    }
}

/// The words, among them the quoted ones and the bare collections of terraform 0.11.
fn word(name: &str, span: Span) -> Result<Constraint, Fault> {
    Ok(match name {
        "any" => Constraint::Dynamic,
        "bool" => Constraint::Bool,
        "number" => Constraint::Number,
        "string" => Constraint::String,
        "list" => Constraint::List(Box::default()),
        "set" => Constraint::Set(Box::default()),
        "map" => Constraint::Map(Box::default()),
        _ => return Err((span, format!("there is no type `{name}`"))),
    })
}

fn constructor(call: &Call, span: Span, constant: Constant) -> Result<Constraint, Fault> {
    let argument = || match call.arguments.as_slice() {
        [one] => Ok(one),
        _ => Err((span, format!("`{}` takes one argument", call.name.text))),
    };
    let of = || Ok(Box::new(constraint(argument()?, constant)?));
    Ok(match &*call.name.text {
        "list" => Constraint::List(of()?),
        "set" => Constraint::Set(of()?),
        "map" => Constraint::Map(of()?),
        "tuple" => match &argument()?.kind {
            ExprKind::Tuple(items) => Constraint::Tuple(
                items
                    .iter()
                    .map(|e| constraint(e, constant))
                    .collect::<Result<_, _>>()?,
            ),
            _ => return Err((span, "`tuple` takes a list of types".to_owned())),
        },
        "object" => match &argument()?.kind {
            ExprKind::Object(items) => Constraint::Object(attributes(items, constant)?),
            _ => return Err((span, "`object` takes names with their types".to_owned())),
        },
        other => return Err((span, format!("there is no type `{other}`"))),
    })
}

fn attributes(items: &[Item], constant: Constant) -> Result<BTreeMap<Arc<str>, Attribute>, Fault> {
    (items.iter())
        .map(|item| {
            let name = item.key.as_literal();
            let name = name.ok_or((
                item.key.span,
                "expected the name of an attribute".to_owned(),
            ))?;
            Ok((name.into(), attribute(&item.value, constant)?))
        })
        .collect()
}

fn attribute(expr: &Expr, constant: Constant) -> Result<Attribute, Fault> {
    let call = match &expr.kind {
        ExprKind::Call(call) if &*call.name.text == "optional" => call,
        _ => {
            return Ok(Attribute {
                constraint: constraint(expr, constant)?,
                ..Attribute::default()
            });
        }
    };
    let (ty, default) = match call.arguments.as_slice() {
        [ty] => (ty, None),
        [ty, default] => (ty, Some(default)),
        _ => {
            return Err((
                expr.span,
                "`optional` takes a type and a default".to_owned(),
            ));
        }
    };
    Ok(Attribute {
        constraint: constraint(ty, constant)?,
        optional: true,
        default: default.and_then(constant),
    })
}
