//! The other condition keys: the values that the policies can tell apart, and their absence (R11, R13).

use super::ground::Ground;
use super::organizations::{one_of, some};
use super::question::{Concern, Question};
use super::solve::{Dimension, Part};
use super::{callers, networks};
use crate::iam::automaton::{Exhausted, Look, classes};
use crate::iam::condition::{Base, MULTIVALUED, can_be_present, instant, number};
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Fact, Glob, Set, Tok};
use crate::value::Reason;
use std::collections::{BTreeMap, BTreeSet};

/// Keys that every request has.
const ALWAYS: &[&str] = &[
    "aws:securetransport",
    "aws:viaawsservice",
    "aws:currenttime",
];

/// A dimension for each key that is asked about and that no other dimension gives a value to; keys that always have the same
/// value share one.
pub(super) fn dimensions(ground: &Ground) -> Result<Vec<Dimension>, Exhausted> {
    let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for key in &ground.used {
        let covered = ground.fixed.contains_key(key)
            || callers::KEYS.contains(&key.as_str())
            || networks::KEYS.contains(&key.as_str());
        if !covered && can_be_present(key) != Tri::False {
            groups
                .entry(canonical(key))
                .or_default()
                .insert(key.clone());
        }
    }
    groups
        .into_iter()
        .map(|(name, keys)| dimension(ground, &name, keys))
        .collect()
}

/// Keys under two names: the time, and tags of resources.
fn canonical(key: &str) -> String {
    match key.split_once(':') {
        Some(("aws", "epochtime")) => "aws:currenttime".to_owned(),
        Some(("ecr" | "ecr-public", tag)) => format!("aws:{tag}"),
        _ => key.to_owned(),
    }
}

fn dimension(ground: &Ground, name: &str, keys: BTreeSet<String>) -> Result<Dimension, Exhausted> {
    let mut values: Vec<Option<Fact>> = Vec::new();
    if can_be_present(name) == Tri::Unknown {
        let key = ground.said(name);
        let reason: Reason = format!("who has a value for the key `{key}` is not known").into();
        values.push(Some(Fact::Unknown(reason)));
    } else {
        let texts = texts(ground, name, &keys)?;
        if MULTIVALUED.contains(&name) {
            values.extend(subsets(&texts).into_iter().map(|s| Some(Fact::Many(s))));
        } else {
            values.extend(texts.into_iter().map(|t| Some(Fact::One(t))));
        }
    }
    if !ALWAYS.contains(&name) {
        values.push(None);
    }
    let part = |value: Option<Fact>| Part {
        facts: (keys.iter())
            .filter_map(|k| Some((k.clone(), value.clone()?)))
            .collect(),
        ..Part::default()
    };
    Ok(Dimension {
        parts: values.into_iter().map(part).collect(),
        keys: keys.clone(),
    })
}

/// A unique id that a policy names belongs to a principal that it names: not to anybody.
pub(super) fn asked(ground: &Ground, question: &Question<'_>, facts: &[(String, Fact)]) -> Concern {
    let (_, Fact::One(value)) = facts.iter().find(|(key, _)| key == "aws:userid")? else {
        return None;
    };
    let id = value.split(':').next().unwrap_or_default();
    // in any case: no other value looks like one
    let unique = id.len() >= 16
        && id.starts_with(['A', 'a'])
        && id.bytes().all(|b| b.is_ascii_alphanumeric());
    let account = ground.names_account(id);
    if !unique && !account {
        return None;
    }
    match question {
        Question::Public | Question::AnyRole(_) => Some((Tri::False, None)),
        _ => {
            let id = ground.said(id);
            let reason = format!("whose unique id `{id}` is cannot be told");
            Some((Tri::Unknown, Some(reason.into())))
        }
    }
}

/// The values that the clauses on some keys can tell apart.
fn texts(ground: &Ground, name: &str, keys: &BTreeSet<String>) -> Result<Vec<String>, Exhausted> {
    if ["aws:securetransport", "aws:viaawsservice"].contains(&name) {
        return Ok(vec!["true".into(), "false".into()]);
    }
    let mut literals = BTreeSet::new();
    let mut wild = Vec::new();
    let mut bases = Vec::new();
    for key in keys {
        let (more, globs) = ground.patterns(key);
        literals.extend(more);
        wild.extend(globs);
        let clauses = ground.clauses().filter(|c| c.key == *key);
        bases.extend(clauses.filter_map(|c| c.operator).map(|o| o.base));
    }
    let mut out = Vec::new();
    if bases.iter().any(|b| matches!(b, Base::Numeric(_))) {
        let at = points(literals.iter().filter_map(|l| number(l)));
        out.extend(at.iter().map(f64::to_string));
    }
    if bases.iter().any(|b| matches!(b, Base::Date(_))) {
        let at = points(literals.iter().filter_map(|l| instant(l)));
        out.extend(at.iter().map(f64::to_string));
    }
    if bases.contains(&Base::Bool) {
        out.extend(["true".to_owned(), "false".to_owned()]);
    }
    if bases.iter().all(|b| *b == Base::Null) || bases.iter().any(|b| is_text(*b)) {
        out.extend(words(ground, literals, &wild)?);
    }
    let mut seen = BTreeSet::new();
    out.retain(|t| seen.insert(t.clone()));
    Ok(out)
}

/// Whether an operator compares texts.
fn is_text(base: Base) -> bool {
    !matches!(
        base,
        Base::Numeric(_) | Base::Date(_) | Base::Bool | Base::Null
    )
}

/// Texts that are named, and one of each class of others.
fn words(
    ground: &Ground,
    literals: BTreeSet<String>,
    wild: &[Glob],
) -> Result<Vec<String>, Exhausted> {
    let mut out = Vec::new();
    if wild.is_empty() {
        let generic = ["any", "other", "else", "unnamed"].map(str::to_owned);
        out.extend(generic.into_iter().find(|g| !literals.contains(g)));
    } else {
        let avoid: String = literals.iter().map(String::as_str).collect();
        let toks: Vec<&[Tok]> = wild.iter().map(Glob::toks).collect();
        let look = Look {
            patterns: &toks,
            avoid: &avoid,
            named: &one_of(&literals),
            work: &ground.work,
        };
        out.extend(classes(&look, &some(Set::Any))?);
    }
    out.extend(literals);
    Ok(out)
}

/// Each number of a list, one between each two, and one on either side.
fn points(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let (Some(first), Some(last)) = (sorted.first().copied(), sorted.last().copied()) else {
        return vec![0.0];
    };
    let middles = sorted
        .iter()
        .zip(sorted.iter().skip(1))
        .map(|(a, b)| f64::midpoint(*a, *b));
    let mut out = vec![first - 1.0, last + 1.0];
    out.extend(middles);
    out.extend(&sorted);
    out
}

/// Sets of values of a multivalued key: all where they are few, else those of one or two.
fn subsets(values: &[String]) -> Vec<Vec<String>> {
    let mut out: Vec<Vec<String>> = vec![Vec::new()];
    let most = if values.len() <= 8 { values.len() } else { 2 };
    for value in values {
        let with: Vec<Vec<String>> = (out.iter())
            .filter(|s| s.len() < most)
            .map(|s| s.iter().cloned().chain([value.clone()]).collect())
            .collect();
        out.extend(with);
    }
    out.retain(|s| !s.is_empty());
    out.sort_by_key(Vec::len);
    out
}
