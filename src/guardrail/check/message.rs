//! Messages with expressions in them, and the way to the caret.

use super::{Problem, Scope, expression};
use crate::diagnostic::nearest;
use crate::guardrail::expression::{Expr, Type};

/// A part of a message.
#[derive(Debug)]
pub enum Part {
    /// Text as it stands.
    Text(String),
    /// What an expression comes to.
    Hole(Expr),
}

/// The way to the value that the caret points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The variable to start from.
    pub variable: &'static str,
    /// The steps from there.
    pub steps: Vec<Step>,
}

/// A step of [`At`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To a field.
    Field(&'static str),
    /// To an element, from 0.
    Element(usize),
}

/// Reads a message: text with expressions in `{}`; `{{` and `}}` are braces.
///
/// # Errors
/// Every mistake in it.
pub fn template(source: &str, scope: &Scope) -> Result<Vec<Part>, Vec<Problem>> {
    let mut parts = Vec::new();
    let mut problems = Vec::new();
    let mut text = String::new();
    let mut at = 0;
    while let Some(c) = source.get(at..).and_then(|s| s.chars().next()) {
        let rest = source.get(at..).unwrap_or_default();
        if rest.starts_with("{{") || rest.starts_with("}}") {
            text.push(c);
            at += 2;
        } else if c == '{' {
            let Some(length) = hole_length(rest) else {
                problems.push(Problem {
                    range: at..source.len(),
                    message: "`{` without `}`".to_owned(),
                    help: Some("write `{{` for a brace".to_owned()),
                });
                break;
            };
            let inner = source.get(at + 1..at + length - 1).unwrap_or_default();
            match expression(inner, scope) {
                _ if inner.trim().is_empty() => problems.push(Problem {
                    range: at..at + length,
                    message: "`{}` holds no expression".to_owned(),
                    help: Some("write `{{}}` for braces".to_owned()),
                }),
                Ok((expr, _)) => {
                    if !text.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut text)));
                    }
                    parts.push(Part::Hole(expr));
                }
                Err(found) => problems.extend(found.into_iter().map(|p| Problem {
                    range: p.range.start + at + 1..p.range.end + at + 1,
                    ..p
                })),
            }
            at += length;
        } else {
            text.push(c);
            at += c.len_utf8();
        }
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    if problems.is_empty() {
        Ok(parts)
    } else {
        Err(problems)
    }
}

/// The bytes of a hole, braces included: up to the brace that closes it outside quotes.
fn hole_length(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut quote = None;
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Reads the way to the caret: `field`, `list[0].field`, or `variable.field` for a variable other than the target.
///
/// # Errors
/// The mistake in it.
pub fn at(source: &str, scope: &Scope) -> Result<At, Vec<Problem>> {
    let mut place = 0;
    let mut found: Option<(At, Type)> = None;
    for segment in source.split('.') {
        let (name, indexes) = segment.split_once('[').map_or((segment, ""), |(n, _)| {
            (n, segment.get(n.len()..).unwrap_or_default())
        });
        let problem = |message: String, names: Vec<&'static str>| {
            vec![Problem {
                range: place..place + name.len().max(1),
                message,
                help: nearest(name, names).map(|n| format!("did you mean `{n}`?")),
            }]
        };
        let (mut way, mut kind) = match found {
            None => start(name, scope).map_err(|(m, names)| problem(m, names))?,
            Some((mut way, Type::Object(fields))) => {
                let field = fields.iter().find(|f| f.name == name).ok_or_else(|| {
                    let names = fields.iter().map(|f| f.name).collect();
                    problem(format!("there is no field `{name}` here"), names)
                })?;
                way.steps.push(Step::Field(field.name));
                (way, Type::of(field.shape))
            }
            Some((_, kind)) => {
                let message = format!("{} has no field `{name}`", kind.words());
                return Err(problem(message, Vec::new()));
            }
        };
        for index in indexes.split('[').skip(1) {
            let number = index.strip_suffix(']').and_then(|n| n.parse().ok());
            let (Some(number), Type::List(element)) = (number, kind) else {
                let message = format!("`[{index}` is no element of a list");
                return Err(problem(message, Vec::new()));
            };
            way.steps.push(Step::Element(number));
            kind = *element;
        }
        found = Some((way, kind));
        place += segment.len() + 1;
    }
    found.map(|(way, _)| way).ok_or_else(Vec::new)
}

/// The first segment of a way: a field of the target, else a variable.
fn start(name: &str, scope: &Scope) -> Result<(At, Type), (String, Vec<&'static str>)> {
    let Some((target, fields)) = scope.variables.first() else {
        return Err(("there is no target".to_owned(), Vec::new()));
    };
    if let Some(field) = fields.iter().find(|f| f.name == name) {
        let way = At {
            variable: target,
            steps: vec![Step::Field(field.name)],
        };
        return Ok((way, Type::of(field.shape)));
    }
    match scope.variables.iter().find(|(v, _)| *v == name) {
        Some((variable, fields)) => {
            let steps = Vec::new();
            Ok((At { variable, steps }, Type::Object(fields)))
        }
        None => {
            let variables = scope.variables.iter().map(|(v, _)| *v);
            let names = fields.iter().map(|f| f.name).chain(variables).collect();
            Err((format!("`{target}` has no field `{name}`"), names))
        }
    }
}
