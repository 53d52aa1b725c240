//! `try` and `can`: what an expression's failure means, and when that cannot be known yet.

use super::expression::{opaque, reason_of};
use super::run::{Doubting, Failure, Outcome, Run, Scope};
use crate::span::Span;
use crate::syntax::hcl::Call;
use crate::value::{CASES, Type, Unknown, Value};

impl Run<'_> {
    /// `try(a, b, …)`: the first that has a value. Where the first may yet fail, the result is one of those up to the
    /// first that cannot.
    pub(super) fn try_each(&self, call: &Call, span: Span, scope: Scope) -> Outcome {
        let mut cases: Vec<Value> = Vec::new();
        let mut last = None;
        for expr in &call.arguments {
            let (outcome, doubt) = self.with_doubt(|| self.eval(expr, scope));
            match outcome {
                Ok(value) => {
                    let certain = match doubt {
                        Doubting::None => true,
                        Doubting::AfterApply => value.is_wholly_known(),
                        Doubting::Any => false,
                    };
                    cases.push(value);
                    if certain {
                        break;
                    }
                }
                Err(failure) if failure.silent => return Err(failure),
                Err(failure) => last = Some(failure),
            }
        }
        match cases.len() {
            0 => {
                let why = last.map_or("it takes at least one".to_owned(), |f| f.message);
                let message = format!("`try`: no argument has a value; the last one: {why}");
                Err(Failure::new(span, message))
            }
            1 => Ok(cases.swap_remove(0)),
            _ => {
                self.doubtful();
                Ok(one_of(cases, span))
            }
        }
    }

    /// `can(a)`: whether it has a value.
    pub(super) fn can(&self, call: &Call, span: Span, scope: Scope) -> Outcome {
        let [expr] = call.arguments.as_slice() else {
            return Err(Failure::new(span, "`can` takes one argument"));
        };
        let (outcome, doubt) = self.with_doubt(|| self.eval(expr, scope));
        match outcome {
            Ok(value) if doubt == Doubting::Any || !value.is_wholly_known() => {
                let unknown = opaque(&reason_of(&value), Type::Bool);
                Ok(Value::unknown(unknown, span))
            }
            Ok(_) => Ok(Value::bool(true, span)),
            Err(failure) if failure.silent => Err(failure),
            Err(_) => Ok(Value::bool(false, span)),
        }
    }
}

/// Something unknown that is one of these.
fn one_of(values: Vec<Value>, span: Span) -> Value {
    let sensitive = values.iter().any(Value::has_sensitive);
    let unknown = values.iter().find(|v| !v.is_wholly_known());
    let why = unknown.map_or_else(
        || Unknown::because("it is not known which of several values it takes"),
        reason_of,
    );
    let mut either = Vec::new();
    for value in values {
        match value.as_unknown() {
            Some(unknown) if unknown.either.is_empty() && unknown.role.is_none() => {
                either.clear();
                break;
            }
            Some(unknown) if !unknown.either.is_empty() => {
                either.extend(unknown.either.iter().cloned());
            }
            _ => either.push(Some(value).filter(|v| !v.is_null())),
        }
    }
    if either.len() > CASES {
        either.clear();
    }
    let mut out = Value::unknown(Unknown { either, ..why }, span);
    out.sensitive = sensitive;
    out
}
