//! Policy variables (R12).

use super::{Context, Element, Fact, Set, Tok};
use std::sync::Arc;

/// A policy variable: `${key}` or `${key, 'default'}` (R12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The condition key, in lower case.
    pub key: String,
    /// What stands in where the key has no value.
    pub default: Option<String>,
    /// The case of its value does not matter, as that of the text around it.
    pub fold: bool,
}

impl Variable {
    /// A value in its place.
    pub(super) fn spelled(&self, value: &str) -> impl Iterator<Item = Tok> {
        let fold = self.fold;
        value.chars().map(move |c| match fold {
            true => Tok::One(Set::Fold(c)),
            false => Tok::One(Set::Char(c)),
        })
    }

    /// Its value; `None`: it has none; `Some(None)`: unknown. Multivalued keys may not be used as variables.
    pub(super) fn value<'a>(&'a self, context: &'a Context) -> Option<Option<&'a str>> {
        if context.view.relax {
            return Some(None);
        }
        match context.facts.get(&self.key) {
            Some(Fact::One(v)) if !v.is_empty() => Some(Some(v)),
            Some(Fact::Unknown(_)) => Some(None),
            _ => self.default.as_deref().map(Some),
        }
    }
}

/// A variable at the front of `first` and `tail`, and what follows it.
pub(super) fn variable<'a>(
    first: &Element,
    tail: &'a [Element],
    fold: bool,
) -> Option<(Tok, &'a [Element])> {
    let (Element::Char('$'), [Element::Char('{'), inner @ ..]) = (first, tail) else {
        return None;
    };
    let end = inner.iter().position(|e| matches!(e, Element::Char('}')))?;
    let (body, after) = inner.split_at_checked(end)?;
    let after = after.get(1..)?;
    let hole = body.iter().find_map(|e| match e {
        Element::Hole(u) => Some(u.clone()),
        Element::Char(_) => None,
    });
    if let Some(hole) = hole {
        return Some((Tok::Hole(hole), after));
    }
    let body: String = (body.iter())
        .filter_map(|e| match e {
            Element::Char(c) => Some(*c),
            Element::Hole(_) => None,
        })
        .collect();
    let tok = match body.as_str() {
        "*" => Tok::One(Set::Char('*')),
        "?" => Tok::One(Set::Char('?')),
        "$" => Tok::One(Set::Char('$')),
        _ => Tok::Variable(Arc::new(parse_variable(&body, fold))),
    };
    Some((tok, after))
}

fn parse_variable(body: &str, fold: bool) -> Variable {
    let quoted = body.split_once(',').and_then(|(key, default)| {
        let default = default.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        Some((key, default))
    });
    match quoted {
        Some((key, default)) => Variable {
            key: key.trim().to_lowercase(),
            default: Some(default.to_owned()),
            fold,
        },
        None => Variable {
            key: body.trim().to_lowercase(),
            default: None,
            fold,
        },
    }
}
