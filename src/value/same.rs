//! Whether two values are the same: of two revisions of the code, or of before and after.

use super::{Kind, Number, Part, Text, Unknown, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Value {
    /// Whether both are surely the same, or surely not; `Err`: it hangs on this. Places do not count, null is as good as an
    /// entry that is left out, and a number or boolean is the same as its text (hooks are given texts).
    ///
    /// # Errors
    /// What is unknown of either.
    pub fn same(&self, other: &Value) -> Result<bool, Arc<Unknown>> {
        match (&self.kind, &other.kind) {
            (Kind::Unknown(a), Kind::Unknown(b)) if alike(a, b) => Ok(true),
            (Kind::Unknown(u), _) | (_, Kind::Unknown(u)) => match u.not_null {
                true if self.is_null() || other.is_null() => Ok(false),
                _ => Err(u.clone()),
            },
            (Kind::Null(_), Kind::Null(_)) => Ok(true),
            (Kind::Sequence { items: a, .. }, Kind::Sequence { items: b, .. }) => {
                sequences(a, b, self.more().or(other.more()))
            }
            (Kind::Mapping { .. }, Kind::Mapping { .. }) => mappings(self, other),
            (Kind::String(a), Kind::String(b)) => a.same(b),
            (a, b) => match (scalar(a), scalar(b)) {
                (Some(a), Some(b)) => a.same(&b),
                _ => Ok(false),
            },
        }
    }
}

impl Unknown {
    /// Whether it is surely the same thing: one input of the root, or one part of the deployment.
    pub fn is_same(&self, other: &Unknown) -> bool {
        let input = self.identity.is_some() && self.identity == other.identity;
        input || (self.role.is_some() && self.role == other.role)
    }
}

/// Whether it is surely the same thing, or the same attribute of a resource.
fn alike(a: &Unknown, b: &Unknown) -> bool {
    a.is_same(b) || (a.source.is_some() && a.source == b.source)
}

fn sequences(a: &[Value], b: &[Value], more: Option<&Arc<Unknown>>) -> Result<bool, Arc<Unknown>> {
    if let Some(why) = more {
        return Err(why.clone());
    }
    if a.len() != b.len() {
        return Ok(false);
    }
    all(a.iter().zip(b).map(|(a, b)| a.same(b)))
}

fn mappings(a: &Value, b: &Value) -> Result<bool, Arc<Unknown>> {
    let (Kind::Mapping { entries: own, .. }, Kind::Mapping { entries: its, .. }) =
        (&a.kind, &b.kind)
    else {
        return Ok(false);
    };
    let keys: BTreeSet<&Arc<str>> = own.keys().chain(its.keys()).collect();
    let each = keys
        .into_iter()
        .map(|key| match (own.get(key), its.get(key)) {
            (Some(a), Some(b)) => a.same(b),
            (Some(v), None) | (None, Some(v)) => v.same(&Value::null(v.place.span)),
            (None, None) => Ok(true),
        });
    match (all(each), a.more().or(b.more())) {
        (Ok(true), Some(why)) => Err(why.clone()),
        (answer, _) => answer,
    }
}

/// Kleene's and: one that surely does not hold settles it, whatever the others are.
///
/// # Errors
/// The first of the unknown ones, where they decide.
pub fn all(
    answers: impl IntoIterator<Item = Result<bool, Arc<Unknown>>>,
) -> Result<bool, Arc<Unknown>> {
    let mut doubt = None;
    for answer in answers {
        match answer {
            Ok(false) => return Ok(false),
            Ok(true) => {}
            Err(why) => doubt = doubt.or(Some(why)),
        }
    }
    doubt.map_or(Ok(true), Err)
}

/// Kleene's or.
///
/// # Errors
/// As [`all`].
pub fn any(
    answers: impl IntoIterator<Item = Result<bool, Arc<Unknown>>>,
) -> Result<bool, Arc<Unknown>> {
    let not = |answer: Result<bool, Arc<Unknown>>| answer.map(|b| !b);
    not(all(answers.into_iter().map(not)))
}

impl Text {
    /// As [`Value::same`].
    ///
    /// # Errors
    /// What is unknown of either.
    pub fn same(&self, other: &Text) -> Result<bool, Arc<Unknown>> {
        let Some(hole) = self.first_hole().or(other.first_hole()) else {
            return Ok(self.known() == other.known());
        };
        let same = |(a, b): (&Part, &Part)| match (a, b) {
            (Part::Lit(a), Part::Lit(b)) => a.text == b.text,
            (Part::Hole(a), Part::Hole(b)) => alike(a, b),
            _ => false,
        };
        let (own, its) = (self.parts(), other.parts());
        match own.len() == its.len() && own.iter().zip(its).all(same) {
            true => Ok(true),
            false => Err(Arc::new(hole.clone())),
        }
    }
}

/// A scalar as text.
fn scalar(kind: &Kind) -> Option<Text> {
    let number = |n: &Number| n.to_string();
    match kind {
        Kind::Bool(b) => Some(Text::plain(b.to_string())),
        Kind::Number(n) => Some(Text::plain(number(n))),
        Kind::String(t) => Some(t.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
