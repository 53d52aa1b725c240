//! Regular expressions in the syntax of RE2, whose `\d`, `\w`, `\s` and `\b` know ASCII only.

use super::{Call, FunctionError, Outcome};
use crate::value::{Kind, Type, Value};
use ::regex::{Captures, Regex, RegexBuilder};

/// Compiles a pattern, which is the argument of that index.
pub(super) fn compile(pattern: &str, argument: usize) -> Result<Regex, FunctionError> {
    let compiled = RegexBuilder::new(&translated(pattern))
        .size_limit(1 << 22)
        .build();
    compiled.map_err(|e| {
        let reason = e.to_string();
        let reason = reason
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: ");
        FunctionError::argument(argument, format!("invalid regexp pattern: {reason}"))
    })
}

/// The same pattern with RE2's meaning of the Perl classes.
fn translated(pattern: &str) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars();
    let mut class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('d') => out.push_str(if class { "0-9" } else { "[0-9]" }),
                Some('w') => out.push_str(if class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
                Some('s') => out.push_str(if class { r"\t\n\f\r " } else { r"[\t\n\f\r ]" }),
                Some('D') => out.push_str("[^0-9]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('S') => out.push_str(r"[^\t\n\f\r ]"),
                Some('b') if !class => out.push_str(r"(?-u:\b)"),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '[' if !class => {
                class = true;
                out.push('[');
            }
            '[' => out.push_str(r"\["),
            ']' => {
                class = false;
                out.push(']');
            }
            '&' | '~' if class => out.extend(['\\', c]),
            other => out.push(other),
        }
    }
    // `[]a]` and `[^]a]`: a bracket that stands first is a character; `[[:alpha:]]` is a class
    out.replace(r"[\[:", "[[:")
}

/// The type of a match: a text, a tuple of texts, or an object of texts.
fn shape(regex: &Regex) -> Result<Type, FunctionError> {
    let names: Vec<_> = regex.capture_names().skip(1).collect();
    if names.is_empty() {
        return Ok(Type::String);
    }
    if names.iter().all(Option::is_none) {
        return Ok(Type::Tuple(names.iter().map(|_| Type::String).collect()));
    }
    (names.into_iter())
        .map(|n| n.map(|n| (n.into(), Type::String)))
        .collect::<Option<_>>()
        .map(Type::Object)
        .ok_or_else(|| {
            let message =
                "invalid regexp pattern: cannot mix both named and unnamed capture groups";
            FunctionError::argument(0, message)
        })
}

fn result(call: &Call, regex: &Regex, ty: &Type, found: &Captures) -> Value {
    let text = |group: Option<::regex::Match>| match group {
        Some(m) => call.made(m.as_str()),
        None => call.value(Kind::Null(Type::String)),
    };
    match ty {
        Type::Tuple(_) => Value::tuple(found.iter().skip(1).map(text).collect(), call.span),
        Type::Object(_) => {
            let entries = (regex.capture_names().flatten())
                .map(|name| (name.into(), text(found.name(name))))
                .collect();
            Value::object(entries, call.span)
        }
        _ => text(found.get(0)),
    }
}

pub(super) fn regex(call: &Call) -> Outcome {
    let regex = compile(call.str(0)?, 0)?;
    let ty = shape(&regex)?;
    match regex.captures(call.str(1)?) {
        Some(found) => Ok(result(call, &regex, &ty, &found)),
        None => Err(FunctionError::new(
            "pattern did not match any part of the given string",
        )),
    }
}

pub(super) fn regexall(call: &Call) -> Outcome {
    let regex = compile(call.str(0)?, 0)?;
    let ty = shape(&regex)?;
    let found = regex.captures_iter(call.str(1)?);
    let items = found.map(|f| result(call, &regex, &ty, &f)).collect();
    Ok(call.list(ty, items))
}
