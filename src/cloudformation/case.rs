//! The consistent cases of undecided conditions.

use super::condition::{Assumed, Assumption, Atoms, Judge, Subject};
use super::stack::Stack;
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Cases that are told apart; with more, the undecided parts are unknown.
pub(super) const CASES: usize = 16;

/// Assignments of atoms that are tried.
const ASSIGNMENTS: usize = 4096;

/// One case.
#[derive(Clone)]
pub(super) struct Case {
    /// The fewest conditions that tell it from the others, e.g. "IsProd is false"; `None` where there is one case only.
    pub(super) label: Option<String>,
    pub(super) assumption: Assumption,
}

impl Case {
    /// Nothing assumed.
    pub(super) fn open() -> Self {
        Case {
            label: None,
            assumption: Assumption::default(),
        }
    }
}

/// The cases that the conditions of these names distinguish; the open one where there are none, or too many.
pub(super) fn cases(stack: &Stack<'_>, names: &BTreeSet<String>) -> Vec<Case> {
    let undecided: Vec<&String> = (names.iter())
        .filter(|n| stack.truth(n).is_none())
        .collect();
    if undecided.is_empty() {
        return vec![Case::open()];
    }
    let Some(found) = distinct(stack, &undecided) else {
        return vec![Case::open()];
    };
    let truths: Vec<Vec<Option<bool>>> = found.keys().cloned().collect();
    let assumptions = found.into_values();
    let alone = truths.len() == 1;
    let mut out = Vec::new();
    for (truth, mut assumption) in truths.iter().zip(assumptions) {
        for (name, holds) in undecided.iter().zip(truth) {
            if let Some(holds) = holds {
                assumption.conditions.insert((*name).clone(), *holds);
            }
        }
        let label = (!alone).then(|| label(&stack.prefix, &undecided, truth, &truths));
        out.push(Case { label, assumption });
    }
    out
}

/// A truth that no assignment changes.
pub(super) fn settled(stack: &Stack<'_>, name: &str) -> Option<bool> {
    let name = name.to_owned();
    let found = distinct(stack, &[&name])?;
    let mut truths = found.keys();
    match (truths.next(), truths.next()) {
        (Some(one), None) => one.first().copied().flatten(),
        _ => None,
    }
}

type Found = BTreeMap<Vec<Option<bool>>, Assumption>;

/// The distinct truths of some conditions, each with what all assignments that lead to it have in common.
fn distinct(stack: &Stack<'_>, names: &[&String]) -> Option<Found> {
    let mut atoms = Atoms::default();
    for name in names {
        atoms.add(name, &stack.conditions);
    }
    let mut found = Found::new();
    for assumption in allowed(stack, atoms)? {
        let mut judge = Judge::new(&stack.conditions, &assumption);
        let truth: Vec<Option<bool>> = names.iter().map(|n| judge.named(n)).collect();
        match found.get_mut(&truth) {
            Some(common) => intersect(common, &assumption),
            None => {
                found.insert(truth, assumption);
            }
        }
        if found.len() > CASES {
            return None;
        }
    }
    Some(found)
}

/// The assignments of the atoms that no rule of the template refuses. Rules that refuse all of them are a mistake that is
/// told elsewhere, and rules that make too many are left out: then there are more cases than can be.
fn allowed(stack: &Stack<'_>, mut atoms: Atoms) -> Option<Vec<Assumption>> {
    let plain = || assignments(stack, &atoms);
    if stack.demands().next().is_none() {
        return plain();
    }
    let before = plain();
    for demand in stack.demands() {
        atoms.add_related(demand, &stack.conditions);
    }
    let Some(mut with_rules) = assignments(stack, &atoms) else {
        return before;
    };
    with_rules.retain(|assumption| {
        let mut judge = Judge::new(&stack.conditions, assumption);
        (stack.demands()).all(|demand| judge.truth(demand) != Some(false))
    });
    match with_rules.is_empty() {
        true => before,
        false => Some(with_rules),
    }
}

fn intersect(common: &mut Assumption, other: &Assumption) {
    let text = |v: &Assumed| match v {
        Assumed::Is(text, _) => Ok(text.clone()),
        Assumed::Other(texts) => Err(texts.clone()),
    };
    (common.subjects)
        .retain(|subject, value| other.subjects.get(subject).map(text) == Some(text(value)));
    common
        .open
        .retain(|key, holds| other.open.get(key) == Some(holds));
}

/// Every consistent assignment of the atoms; `None` where there are too many.
fn assignments(stack: &Stack<'_>, atoms: &Atoms) -> Option<Vec<Assumption>> {
    let mut out = vec![Assumption::default()];
    for (subject, texts) in &atoms.subjects {
        let options = options(stack, subject, texts);
        let mut next = Vec::new();
        for assumption in &out {
            for option in &options {
                let mut assumption = assumption.clone();
                assumption.subjects.insert(subject.clone(), option.clone());
                next.push(assumption);
            }
        }
        out = next;
        if out.len() > ASSIGNMENTS {
            return None;
        }
    }
    for key in &atoms.open {
        let mut next = Vec::new();
        for assumption in &out {
            for holds in [true, false] {
                let mut assumption = assumption.clone();
                assumption.open.insert(key.clone(), holds);
                next.push(assumption);
            }
        }
        out = next;
        if out.len() > ASSIGNMENTS {
            return None;
        }
    }
    Some(out)
}

/// What a subject may be: one of the texts that it is compared with, or something else; allowed values and what is
/// assumed already narrow that.
fn options(stack: &Stack<'_>, subject: &Subject, texts: &[(String, Span)]) -> Vec<Assumed> {
    let mut excluded = match stack.assumption.subjects.get(subject) {
        Some(known @ Assumed::Is(..)) => return vec![known.clone()],
        Some(Assumed::Other(excluded)) => excluded.clone(),
        None => BTreeSet::new(),
    };
    let open = texts.iter().filter(|(t, _)| !excluded.contains(t));
    let mut out: Vec<Assumed> = open.map(|(t, s)| Assumed::Is(t.clone(), *s)).collect();
    excluded.extend(texts.iter().map(|(t, _)| t.clone()));
    let allowed = match subject {
        Subject::Parameter(name) => {
            let mut parameters = stack.parameters.values();
            let found = parameters.find(|p| p.subject == *name);
            found.map_or(&[][..], |p| &p.allowed)
        }
        Subject::Expression(_) => &[],
    };
    let mut others = allowed
        .iter()
        .filter(|(value, _)| !excluded.contains(value));
    match (others.next(), others.next()) {
        (Some((only, span)), None) => out.push(Assumed::Is(only.clone(), *span)),
        (None, _) if !allowed.is_empty() => {}
        _ => out.push(Assumed::Other(excluded)),
    }
    out
}

/// The fewest conditions, in words, that hold in this case only.
pub(super) fn label(
    prefix: &str,
    names: &[&String],
    truth: &[Option<bool>],
    all: &[Vec<Option<bool>>],
) -> String {
    // Of conditions that always go together, the first is enough.
    let mut columns = BTreeSet::new();
    let mut kept: Vec<usize> = (0..names.len())
        .filter(|i| columns.insert(all.iter().map(|t| t.get(*i).copied()).collect::<Vec<_>>()))
        .collect();
    for drop in kept.clone().into_iter().rev() {
        let fewer: Vec<usize> = kept.iter().copied().filter(|i| *i != drop).collect();
        let fits =
            |other: &&Vec<Option<bool>>| fewer.iter().all(|i| other.get(*i) == truth.get(*i));
        if all.iter().filter(fits).count() == 1 {
            kept = fewer;
        }
    }
    let words = kept.iter().filter_map(|i| {
        let holds = (*truth.get(*i)?)?;
        Some(format!("{prefix}{} is {holds}", names.get(*i)?))
    });
    words.collect::<Vec<_>>().join(" and ")
}
