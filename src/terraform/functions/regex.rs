//! Regular expressions in the syntax of RE2, whose `\d`, `\w`, `\s` and `\b` know ASCII only.

use super::{Call, FunctionError, Outcome};
use crate::value::{Kind, Type, Value};
use ::regex::{Captures, Regex, RegexBuilder};

/// Compiles a pattern, which is the argument of that index.
pub(super) fn compile(pattern: &str, argument: usize) -> Result<Regex, FunctionError> {
    let wrong = |reason: &str| {
        FunctionError::argument(argument, format!("invalid regexp pattern: {reason}"))
    };
    let translated = translated(pattern).map_err(|e| wrong(&e))?;
    let compiled = RegexBuilder::new(&translated).size_limit(1 << 22).build();
    compiled.map_err(|e| {
        let reason = e.to_string();
        let reason = reason
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: ");
        wrong(reason)
    })
}

/// The same pattern for our engine, with RE2's meaning of the Perl classes and of what is no repetition.
///
/// # Errors
/// What RE2 refuses and our engine takes.
fn translated(pattern: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = pattern;
    let mut class = false;
    let mut repeated = Repeated::No;
    while let Some(c) = rest.chars().next() {
        let here = rest;
        rest = here.get(c.len_utf8()..).unwrap_or_default();
        let before = std::mem::replace(&mut repeated, Repeated::No);
        match c {
            '\\' => rest = escape(rest, class, &mut out),
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
            '*' | '+' | '?' | '{' if !class => {
                let Some(length) = repetition(here) else {
                    out.push_str(r"\{");
                    continue;
                };
                repeated = match (before, c) {
                    (Repeated::No, _) => Repeated::Once,
                    (Repeated::Once, '?') => Repeated::Lazily,
                    _ => return Err(format!("invalid nested repetition operator `{c}`")),
                };
                let (operator, behind) = here.split_at_checked(length).unwrap_or((here, ""));
                out.push_str(operator);
                rest = behind;
            }
            '(' if !class && unknown_flags(rest) => {
                return Err("invalid or unsupported Perl syntax".to_owned());
            }
            other => out.push(other),
        }
    }
    // `[]a]` and `[^]a]`: a bracket that stands first is a character; `[[:alpha:]]` is a class
    Ok(out.replace(r"[\[:", "[[:"))
}

/// Whether what came before is repeated already.
enum Repeated {
    No,
    Once,
    Lazily,
}

/// What an escape sequence means, whose backslash was taken; what follows it.
fn escape<'p>(rest: &'p str, class: bool, out: &mut String) -> &'p str {
    let Some(c) = rest.chars().next() else {
        out.push('\\');
        return rest;
    };
    let octal = |b: &u8| matches!(b, b'0'..=b'7');
    let digits = rest.bytes().take(3).take_while(octal).count();
    if digits > 1 || c == '0' {
        let (code, behind) = rest.split_at_checked(digits).unwrap_or((rest, ""));
        let code = u32::from_str_radix(code, 8).unwrap_or_default();
        out.push_str(&format!("\\x{{{code:x}}}"));
        return behind;
    }
    let behind = rest.get(c.len_utf8()..).unwrap_or_default();
    match c {
        'd' => out.push_str(if class { "0-9" } else { "[0-9]" }),
        'w' => out.push_str(if class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
        's' => out.push_str(if class { r"\t\n\f\r " } else { r"[\t\n\f\r ]" }),
        'D' => out.push_str("[^0-9]"),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        'S' => out.push_str(r"[^\t\n\f\r ]"),
        'b' if !class => out.push_str(r"(?-u:\b)"),
        'Q' => {
            let (quoted, behind) = behind.split_once("\\E").unwrap_or((behind, ""));
            out.push_str(&::regex::escape(quoted));
            return behind;
        }
        'p' | 'P' | 'x' if behind.starts_with('{') => {
            let end = behind.find('}').map_or(behind.len(), |i| i + 1);
            let (named, behind) = behind.split_at_checked(end).unwrap_or((behind, ""));
            out.extend(['\\', c]);
            out.push_str(named);
            return behind;
        }
        other => out.extend(['\\', other]),
    }
    behind
}

/// The length of the repetition that a text begins with; `None`: its brace is a character.
fn repetition(text: &str) -> Option<usize> {
    let Some(inside) = text.strip_prefix('{') else {
        return Some(1);
    };
    let (inside, _) = inside.split_once('}')?;
    let number = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let right = number(least) && (most.is_empty() || number(most));
    right.then_some(inside.len() + 2)
}

/// Whether a group sets flags that RE2 does not have; its parenthesis was taken.
fn unknown_flags(group: &str) -> bool {
    let Some(flags) = group.strip_prefix('?') else {
        return false;
    };
    let flag = |c: &char| !matches!(c, ':' | ')' | 'P' | '<' | '=' | '!');
    let known = |c: char| matches!(c, 'i' | 'm' | 's' | 'U' | '-');
    !flags.chars().take_while(flag).all(known)
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
