//! The organisations that a caller, a service's source or an endpoint's owner may belong to, with the paths in them.

use super::ground::{Ground, is_organization};
use crate::iam::automaton::{Exhausted, Look, classes};
use crate::iam::pattern::{Glob, Set, Tok};
use std::collections::BTreeSet;

/// An organisation and a path in it: `o-…/r-…/ou-…/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Membership {
    pub(super) id: String,
    pub(super) path: String,
}

/// The characters of a text as pieces.
pub(super) fn spelled(text: &str) -> Vec<Tok> {
    text.chars().map(|c| Tok::One(Set::Char(c))).collect()
}

/// At least one character of a set.
pub(super) fn some(set: Set) -> Vec<Tok> {
    vec![Tok::One(set), Tok::Star(set)]
}

/// The pattern of a text that stands among others: a text that is found and is one of them is told apart.
pub(super) fn one_of(texts: &BTreeSet<String>) -> impl Fn(&str) -> Option<Vec<Tok>> + '_ {
    |found| texts.contains(found).then(|| spelled(found))
}

/// All memberships that the policies can tell apart, by the keys for the id and for the path (`aws:PrincipalOrgID` and
/// `aws:PrincipalOrgPaths`); the owner's organisation and `more` first, then those that are named, then one that nobody names.
pub(super) fn memberships(
    ground: &Ground,
    keys: (&str, &str),
    more: Option<&str>,
) -> Result<Vec<Membership>, Exhausted> {
    let (ids, id_patterns) = ground.patterns(keys.0);
    let (paths, path_patterns) = ground.patterns(keys.1);
    let mut patterns: Vec<Vec<Tok>> = path_patterns.iter().map(|g| g.toks().to_vec()).collect();
    patterns.extend(id_patterns.iter().map(before_slash));
    let toks: Vec<&[Tok]> = patterns.iter().map(Vec::as_slice).collect();
    let avoid: String = ids.iter().chain(&paths).map(String::as_str).collect();
    let known = named(ground, &ids, more);
    let atom = |path: &str| {
        let id = path.split('/').next().unwrap_or_default();
        if paths.contains(path) {
            return Some(spelled(path));
        }
        known.iter().any(|k| k == id).then(|| {
            let mut toks = spelled(&format!("{id}/"));
            toks.push(Tok::Star(Set::Any));
            toks
        })
    };
    let look = Look {
        patterns: &toks,
        avoid: &avoid,
        named: &atom,
        work: &ground.work,
    };
    let mut out = Vec::new();
    for id in &known {
        out.extend(of_id(&spelled(id), &look)?);
    }
    for path in &paths {
        let id = path.split('/').next().unwrap_or_default();
        if is_organization(id) {
            out.push(membership(path.clone()));
        }
    }
    let mut generic = spelled("o-");
    generic.extend(some(Set::Id));
    if toks.is_empty() {
        let taken = |id: &String| known.contains(id);
        let ids = (0..100).map(|n| format!("o-unnamed{n:04}"));
        let id = ids.into_iter().find(|i| !taken(i)).unwrap_or_default();
        out.extend(of_id(&spelled(&id), &look)?);
    } else {
        let found = of_id(&generic, &look)?;
        out.extend(found.into_iter().filter(|m| !known.contains(&m.id)));
    }
    out.dedup();
    Ok(out)
}

/// The organisations that are named, the owner's first.
fn named(ground: &Ground, ids: &BTreeSet<String>, more: Option<&str>) -> Vec<String> {
    let names = std::iter::once(ground.organization.as_str())
        .chain(ground.binding.organization.as_deref())
        .chain(more)
        .chain(ground.names.organizations.iter().map(String::as_str))
        .chain(
            ids.iter()
                .map(String::as_str)
                .filter(|i| is_organization(i)),
        );
    let mut known: Vec<String> = Vec::new();
    for name in names {
        if !known.iter().any(|k| k == name) {
            known.push(name.to_owned());
        }
    }
    known
}

/// A pattern of an organisation's id as one of a path.
fn before_slash(glob: &Glob) -> Vec<Tok> {
    let narrow = |t: &Tok| match t {
        Tok::One(Set::Any) => Tok::One(Set::NotSlash),
        Tok::Star(Set::Any) | Tok::Hole(_) | Tok::Variable(_) => Tok::Star(Set::NotSlash),
        other => other.clone(),
    };
    let mut out: Vec<Tok> = glob.toks().iter().map(narrow).collect();
    out.extend([Tok::One(Set::Char('/')), Tok::Star(Set::Any)]);
    out
}

fn membership(path: String) -> Membership {
    let id = path.split('/').next().unwrap_or_default().to_owned();
    Membership { id, path }
}

fn of_id(id: &[Tok], look: &Look<'_>) -> Result<Vec<Membership>, Exhausted> {
    if look.patterns.is_empty() {
        let id: String = (id.iter())
            .filter_map(|t| match t {
                Tok::One(Set::Char(c)) => Some(*c),
                _ => None,
            })
            .collect();
        return Ok(vec![membership(format!("{id}/r-root/ou-root-any/"))]);
    }
    let mut root = id.to_vec();
    root.extend(spelled("/r-"));
    root.extend(some(Set::Id));
    root.push(Tok::One(Set::Char('/')));
    let mut unit = root.clone();
    unit.extend(spelled("ou-"));
    unit.extend(some(Set::Lower));
    unit.push(Tok::One(Set::Char('/')));
    let mut out = Vec::new();
    for shape in [unit, root] {
        let found = classes(look, &shape)?;
        out.extend(found.into_iter().map(membership));
    }
    Ok(out)
}
