//! Operators and functions over values that may be unknown in part.

use super::budget::Budget;
use super::{Answer, Val, Why, add as add_why, holes, number, pattern, text, unfit, words};
use crate::guardrail::expression::{Expr, Function, Order};
use crate::value::{Kind, Part, Text, Unknown, Value};
use std::borrow::Cow;
use std::cmp::Ordering;

type Operand<'x, 'a> = (&'x Expr, &'x Val<'a>);

/// Whether two values are equal.
pub(super) fn equal(a: &Val, b: &Val) -> Result<bool, Why> {
    match (a, b) {
        (Val::Unknown(u), Val::Unknown(v)) => Err(Why::of(u).and(Why::of(v))),
        (Val::Unknown(u), other) | (other, Val::Unknown(u)) => unknown_equals(u, other),
        (Val::Holes(t), Val::Holes(o)) => match compatible(t.known_prefix(), o.known_prefix()) {
            true => Err(holes(t).and(holes(o))),
            false => Ok(false),
        },
        (Val::Holes(t), Val::Text(s)) | (Val::Text(s), Val::Holes(t)) => match may_be(t, s) {
            true => Err(holes(t)),
            false => Ok(false),
        },
        (Val::Null, Val::Null) => Ok(true),
        (Val::Bool(a), Val::Bool(b)) => Ok(a == b),
        (Val::Number(a), Val::Number(b)) => Ok(a == b),
        (Val::Text(a), Val::Text(b)) => Ok(a == b),
        (Val::List(a, a_more), Val::List(b, b_more)) => {
            equal_lists((a, a_more.as_ref()), (b, b_more.as_ref()))
        }
        (Val::Map(..), Val::Map(..)) => Err(Why::because("mappings are not compared")),
        _ => Ok(false),
    }
}

type Items<'x, 'a> = (&'x [Val<'a>], Option<&'x Why>);

fn equal_lists(a: Items, b: Items) -> Result<bool, Why> {
    if let Some(why) = a.1.or(b.1) {
        return Err(why.clone());
    }
    if a.0.len() != b.0.len() {
        return Ok(false);
    }
    let mut why = None;
    for (a, b) in a.0.iter().zip(b.0) {
        match equal(a, b) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(w) => add_why(&mut why, w),
        }
    }
    why.map_or(Ok(true), Err)
}

/// Whether something unknown equals a value that is no unknown itself: decided where every possibility says the same.
fn unknown_equals(unknown: &Unknown, other: &Val) -> Result<bool, Why> {
    let why = || Why::of(unknown);
    if matches!(other, Val::Null) && unknown.not_null {
        return Ok(false);
    }
    if let (Some(prefix), Val::Text(t)) = (&unknown.prefix, other)
        && !t.starts_with(&**prefix)
    {
        return Ok(false);
    }
    let mut seen = None;
    for possibility in &unknown.either {
        // What is left out may have a default: nothing is known then.
        let answer = possibility.as_ref().and_then(|v| scalar_equals(v, other));
        match (answer, seen) {
            (None, _) => return Err(why()),
            (Some(a), Some(s)) if a != s => return Err(why()),
            (Some(a), _) => seen = Some(a),
        }
    }
    seen.ok_or_else(why)
}

fn scalar_equals(value: &Value, other: &Val) -> Option<bool> {
    match (&value.kind, other) {
        (Kind::Null(_), o) => Some(matches!(o, Val::Null)),
        (Kind::Bool(a), Val::Bool(b)) => Some(a == b),
        (Kind::Number(a), Val::Number(b)) => Some(a.to_i64() == Some(*b)),
        (Kind::String(a), Val::Text(b)) => match a.known() {
            Some(a) => Some(a == b),
            None => (!may_be(a, b)).then_some(false),
        },
        (Kind::Bool(_) | Kind::Number(_) | Kind::String(_), Val::Null) => Some(false),
        _ => None,
    }
}

/// Whether one is the start of the other.
fn compatible(a: &str, b: &str) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

/// Whether a text with holes can be a certain text.
fn may_be(text: &Text, wanted: &str) -> bool {
    let mut glob = Vec::new();
    for part in text.parts() {
        match part {
            Part::Lit(lit) => glob.extend(lit.text.chars().map(pattern::Token::One)),
            Part::Hole(_) => glob.push(pattern::Token::Many),
        }
    }
    pattern::matches(&glob, wanted)
}

/// Compares by order.
pub(super) fn order(order: Order, a: Operand, b: Operand) -> Result<bool, Why> {
    let compared = match (a.1, b.1) {
        (Val::Text(x), Val::Text(y)) => x.cmp(y),
        (Val::Number(x), Val::Number(y)) => x.cmp(y),
        (Val::Number(_), other) => return Err(unfit(b.0, other, "a number")),
        (Val::Text(_), other) => return Err(unfit(b.0, other, "a text")),
        (other, _) => return Err(unfit(a.0, other, "a number or a text")),
    };
    Ok(match order {
        Order::Less => compared == Ordering::Less,
        Order::LessOrEqual => compared != Ordering::Greater,
        Order::Greater => compared == Ordering::Greater,
        Order::GreaterOrEqual => compared != Ordering::Less,
    })
}

/// Whether a list holds an item, or a mapping a key.
pub(super) fn contained(item: &Val, container: Operand) -> Result<bool, Why> {
    match container.1 {
        Val::List(items, more) => {
            let mut why = more.clone();
            for candidate in items {
                match equal(item, candidate) {
                    Ok(true) => return Ok(true),
                    Ok(false) => {}
                    Err(w) => add_why(&mut why, w),
                }
            }
            why.map_or(Ok(false), Err)
        }
        Val::Map(entries, more) => match item {
            Val::Text(key) if entries.contains_key(key) => Ok(true),
            Val::Unknown(unknown) => Err(Why::of(unknown)),
            Val::Holes(t) => Err(holes(t)),
            _ => more.map_or(Ok(false), |m| Err(Why::of(m))),
        },
        other => Err(unfit(container.0, other, "a list")),
    }
}

/// Adds numbers, or puts texts together.
pub(super) fn add<'a>(a: &Expr, left: &Val<'a>, b: &Expr, right: &Val<'a>) -> Answer<'a> {
    match left {
        Val::Number(x) => (x.checked_add(number(b, right)?).map(Val::Number))
            .ok_or_else(|| Why::because("a sum is out of range")),
        other => {
            let mut joined = text(a, other)?.to_owned();
            joined.push_str(text(b, right)?);
            Ok(Val::Text(Cow::Owned(joined)))
        }
    }
}

/// Calls a function.
pub(super) fn call<'a>(
    function: Function,
    operands: &[(&Expr, Val<'a>)],
    budget: &mut Budget,
) -> Answer<'a> {
    match (function, operands) {
        (Function::Size, [(e, value)]) => size(e, value).map(Val::Number),
        (Function::String, [(e, value)]) => match value {
            Val::Text(_) => Ok(value.clone()),
            Val::Number(n) => Ok(Val::Text(Cow::Owned(n.to_string()))),
            Val::Bool(b) => Ok(Val::Text(Cow::Owned(b.to_string()))),
            other => Err(unfit(e, other, "a text")),
        },
        (function, [(a, left), (b, right)]) => {
            let right = text(b, right)?;
            if let Some(known) = partly_known(function, left, right) {
                return Ok(Val::Bool(known));
            }
            let left = text(a, left)?;
            Ok(Val::Bool(match function {
                Function::StartsWith => left.starts_with(right),
                Function::EndsWith => left.ends_with(right),
                Function::Contains => left.contains(right),
                Function::Glob => {
                    budget.spend(left.len().saturating_mul(right.len()) / 64)?;
                    pattern::matches(&pattern::tokens(right), left)
                }
                Function::Overlap => {
                    budget.spend(left.len().saturating_mul(right.len()))?;
                    pattern::overlap(left, right)
                }
                Function::Matches => match budget.regex(right)? {
                    Some(regex) => regex.is_match(left),
                    None => {
                        let message = format!("{} is not a regular expression", words(b));
                        return Err(Why::because(message));
                    }
                },
                Function::Size | Function::String => false,
            }))
        }
        _ => Err(Why::because("a function has the wrong number of operands")),
    }
}

fn size(e: &Expr, value: &Val) -> Result<i64, Why> {
    let count = match value {
        Val::Text(t) => t.chars().count(),
        Val::List(_, Some(why)) => return Err(why.clone()),
        Val::List(items, None) => items.len(),
        Val::Map(_, Some(unknown)) => return Err(Why::of(unknown)),
        Val::Map(entries, None) => entries.len(),
        other => return Err(unfit(e, other, "a list")),
    };
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The answer where the known parts of a text decide it.
fn partly_known(function: Function, value: &Val, wanted: &str) -> Option<bool> {
    let literal = |part: Option<&'_ Part>| match part {
        Some(Part::Lit(lit)) => lit.text.to_string(),
        _ => String::new(),
    };
    let (start, end, middle) = match value {
        Val::Holes(t) => {
            let inside = t.parts().iter().any(|p| match p {
                Part::Lit(lit) => lit.text.contains(wanted),
                Part::Hole(_) => false,
            });
            (
                literal(t.parts().first()),
                literal(t.parts().last()),
                inside,
            )
        }
        Val::Unknown(unknown) => {
            let prefix = unknown.prefix.as_deref().unwrap_or_default().to_owned();
            let inside = !prefix.is_empty() && prefix.contains(wanted);
            (prefix, String::new(), inside)
        }
        _ => return None,
    };
    match function {
        Function::StartsWith if start.starts_with(wanted) && !start.is_empty() => Some(true),
        Function::StartsWith if !wanted.starts_with(&start) => Some(false),
        Function::EndsWith if end.ends_with(wanted) && !end.is_empty() => Some(true),
        Function::EndsWith if !wanted.ends_with(&end) => Some(false),
        Function::Contains if middle => Some(true),
        _ => None,
    }
}
