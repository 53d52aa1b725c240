//! `try` and `can`: what an expression's failure means, and when that cannot be known yet.

use super::convert::type_of;
use super::expression::opaque;
use super::run::{Failure, Outcome, Run, Scope, Sort};
use crate::span::Span;
use crate::syntax::hcl::Call;
use crate::value::{CASES, Type, Unknown, Value};

impl Run<'_> {
    /// `try(a, b, …)`: the first that has a value. Where the first may yet fail, the result is one of those up to the
    /// first that cannot; what terraform takes for certain before it has applied, a later plan may take otherwise.
    pub(super) fn try_each(&self, call: &Call, span: Span, scope: Scope) -> Outcome {
        let mut cases: Vec<Value> = Vec::new();
        let mut last = None;
        let mut why = None;
        let mut certain = false;
        for expr in &call.arguments {
            let (outcome, doubt) = self.with_doubt(|| self.eval(expr, scope));
            match outcome {
                Ok(value) => cases.push(value),
                Err(failure) if failure.sort == Sort::Silent => return Err(failure),
                Err(failure) => {
                    last = Some(failure);
                    continue;
                }
            }
            certain = doubt.is_none();
            if certain {
                break;
            }
            why = why.or(doubt);
        }
        let why = why.unwrap_or_default();
        if !certain && !cases.is_empty() {
            self.doubtful(&why);
        }
        match cases.len() {
            0 => {
                let why = last.map_or("it takes at least one".to_owned(), |f| f.message);
                let message = format!("`try`: no argument has a value; the last one: {why}");
                Err(Failure::new(span, message))
            }
            1 => Ok(cases.swap_remove(0)),
            _ => Ok(one_of(cases, why, span)),
        }
    }

    /// `can(a)`: whether it has a value.
    pub(super) fn can(&self, call: &Call, span: Span, scope: Scope) -> Outcome {
        let [expr] = call.arguments.as_slice() else {
            return Err(Failure::new(span, "`can` takes one argument"));
        };
        let (outcome, doubt) = self.with_doubt(|| self.eval(expr, scope));
        match outcome {
            Ok(value) => match doubt.as_ref().or_else(|| value.first_unknown()) {
                Some(why) => Ok(Value::unknown(opaque(why, Type::Bool), span)),
                None => Ok(Value::bool(true, span)),
            },
            Err(failure) if failure.sort == Sort::Silent => Err(failure),
            Err(_) => Ok(Value::bool(false, span)),
        }
    }
}

/// Something that is one of these, for this reason nobody knows which; all of them, where they are the same.
fn one_of(mut values: Vec<Value>, why: Unknown, span: Span) -> Value {
    let sensitive = values.iter().any(Value::has_sensitive);
    let alike = |a: &Value, b: &Value| {
        a.is_wholly_known() && type_of(a) == type_of(b) && matches!(a.same(b), Ok(true))
    };
    let mut pairs = values.iter().zip(values.iter().skip(1));
    if pairs.all(|(a, b)| alike(a, b)) {
        let mut value = values.swap_remove(0);
        value.sensitive |= sensitive;
        return value;
    }
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
