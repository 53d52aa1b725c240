//! `try` and `can`: what an expression's failure means, and when that cannot be known yet.

use super::expression::{opaque, reason_of};
use super::run::{Failure, Outcome, Run, Scope};
use crate::span::Span;
use crate::syntax::hcl::{Call, Expr, ExprKind};
use crate::value::{Type, Value};

impl Run<'_> {
    /// `try(a, b, …)`: the first that has a value.
    pub(super) fn try_each(&self, call: &Call, span: Span, scope: Scope) -> Outcome {
        let mut last = None;
        for expr in &call.arguments {
            match self.eval(expr, scope) {
                Ok(value) if certain(expr, &value) => return Ok(value),
                Ok(value) => return Ok(undecided(&value, Type::Dynamic, span)),
                Err(failure) if failure.silent => return Err(failure),
                Err(failure) => last = Some(failure),
            }
        }
        let why = last.map_or("it takes at least one".to_owned(), |f| f.message);
        Err(Failure::new(
            span,
            format!("`try`: no argument has a value; the last one: {why}"),
        ))
    }

    /// `can(a)`: whether it has a value.
    pub(super) fn can(&self, call: &Call, span: Span, scope: Scope) -> Outcome {
        let [expr] = call.arguments.as_slice() else {
            return Err(Failure::new(span, "`can` takes one argument"));
        };
        match self.eval(expr, scope) {
            Ok(value) if certain(expr, &value) => Ok(Value::bool(true, span)),
            Ok(value) => Ok(undecided(&value, Type::Bool, span)),
            Err(failure) if failure.silent => Err(failure),
            Err(_) => Ok(Value::bool(false, span)),
        }
    }
}

/// Whether the expression has this value whatever turns out about its unknown parts. A plain reference that arrived
/// somewhere did not go through anything unknown, but for references into unknown values, whose result has no source.
fn certain(expr: &Expr, value: &Value) -> bool {
    if value.is_wholly_known() {
        return true;
    }
    match &expr.kind {
        ExprKind::Traverse(..) => value
            .as_unknown()
            .is_none_or(|u| u.source.is_some() || u.role.is_some()),
        ExprKind::Parens(inner) | ExprKind::Wrap(inner) => certain(inner, value),
        _ => false,
    }
}

fn undecided(value: &Value, ty: Type, span: Span) -> Value {
    let mut out = Value::unknown(opaque(&reason_of(value), ty), span);
    out.sensitive = value.has_sensitive();
    out
}
