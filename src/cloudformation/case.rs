//! The consistent cases of undecided conditions.

use super::condition::{Assumed, Assumption, Atoms, Conditions, Judge, Subject};
use super::parameter::Parameter;
use super::stack::Stack;
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Cases that are told apart; with more, the undecided parts are unknown.
pub(super) const CASES: usize = 16;

/// Allowed values of a parameter that are told apart even where no condition compares it with them.
pub(super) const FEW: usize = 8;

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
    add_values(stack, &mut atoms);
    let mut read = Read::new(stack, names.iter().copied(), &atoms);
    let mut found = Found::new();
    for assumption in allowed(&mut read, atoms)? {
        let mut judge = Judge::new(read.conditions(&assumption), &assumption);
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

/// Adds the parameters that conditions may hang on without comparing them with anything, where they have few values.
pub(super) fn add_values(stack: &Stack<'_>, atoms: &mut Atoms) {
    let mut texts: Vec<&String> = atoms.open.iter().collect();
    texts.extend(atoms.subjects.keys().filter_map(|subject| match subject {
        Subject::Expression(text) => Some(text),
        Subject::Parameter(_) => None,
    }));
    let word = |c: char| !c.is_ascii_alphanumeric();
    let named: BTreeSet<&str> = texts.iter().flat_map(|t| t.split(word)).collect();
    let few = |p: &&Parameter| !p.list && (1..=FEW).contains(&p.allowed.len());
    let parameters = (stack.parameters.iter()).filter(|(name, _)| named.contains(name.as_str()));
    let found: Vec<&Parameter> = parameters.map(|(_, p)| p).filter(few).collect();
    for parameter in found.into_iter().filter(|p| p.is_open()) {
        let subject = Subject::Parameter(parameter.subject.clone());
        atoms.add_texts(subject, parameter.allowed.iter().cloned());
    }
}

/// The conditions of a stack as they read under assumptions.
pub(super) struct Read<'r, 'a> {
    stack: &'r Stack<'a>,
    /// Those that it is about.
    names: Vec<&'r String>,
    /// Where some are known by their text only, those that parameters decide; by what the parameters are.
    exact: Option<BTreeMap<Vec<(String, String)>, Conditions>>,
}

impl<'r, 'a> Read<'r, 'a> {
    pub(super) fn new(
        stack: &'r Stack<'a>,
        names: impl IntoIterator<Item = &'r String>,
        atoms: &Atoms,
    ) -> Self {
        Read {
            stack,
            names: names.into_iter().collect(),
            exact: atoms.has_expressions().then(BTreeMap::new),
        }
    }

    /// The conditions where parameters are what is assumed.
    pub(super) fn conditions(&mut self, assumption: &Assumption) -> &Conditions {
        let stack = self.stack;
        let is = |(subject, assumed): (&Subject, &Assumed)| match (subject, assumed) {
            (Subject::Parameter(name), Assumed::Is(text, _)) => Some((name.clone(), text.clone())),
            _ => None,
        };
        let values: Vec<(String, String)> = assumption.subjects.iter().filter_map(is).collect();
        match &mut self.exact {
            Some(exact) if !values.is_empty() => {
                (exact.entry(values)).or_insert_with(|| stack.conditions_where(assumption))
            }
            _ => &stack.conditions,
        }
    }

    /// The atoms that are left where parameters are what is assumed.
    fn left(&mut self, assumption: &Assumption) -> Atoms {
        let names = self.names.clone();
        let conditions = self.conditions(assumption);
        let mut atoms = Atoms::default();
        names.iter().for_each(|name| atoms.add(name, conditions));
        atoms
    }
}

/// The assignments of the atoms that no rule of the template refuses. Rules that refuse all of them are a mistake that is
/// told elsewhere, and rules that make too many are left out: then there are more cases than can be.
pub(super) fn allowed(read: &mut Read<'_, '_>, mut atoms: Atoms) -> Option<Vec<Assumption>> {
    let stack = read.stack;
    let before = assignments(read, &atoms, &Atoms::default());
    if stack.demands().next().is_none() {
        return before;
    }
    let mut ruled = Atoms::default();
    for demand in stack.demands() {
        ruled.extend(&atoms.add_related(demand, &stack.conditions));
    }
    let Some(mut with_rules) = assignments(read, &atoms, &ruled) else {
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

/// Leaves what two assumptions have in common.
pub(super) fn intersect(common: &mut Assumption, other: &Assumption) {
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

/// Every consistent assignment of the atoms; `None` where there are too many. What a function makes of parameters is decided
/// with these, but for the atoms of rules.
fn assignments(read: &mut Read<'_, '_>, atoms: &Atoms, ruled: &Atoms) -> Option<Vec<Assumption>> {
    let stack = read.stack;
    let mut plain = vec![Assumption::default()];
    let parameters = |s: &Subject| matches!(s, Subject::Parameter(_));
    for (subject, texts) in atoms.subjects.iter().filter(|(s, _)| parameters(s)) {
        plain = with_subject(plain, subject, &options(stack, subject, texts))?;
    }
    if !atoms.has_expressions() {
        return Some(plain);
    }
    let mut out = Vec::new();
    for assumption in plain {
        let mut left = read.left(&assumption);
        left.extend(ruled);
        left.subjects
            .retain(|s, _| !assumption.subjects.contains_key(s));
        let mut here = vec![assumption];
        for (subject, texts) in &left.subjects {
            here = with_subject(here, subject, &options(stack, subject, texts))?;
        }
        for key in &left.open {
            here = with_open(here, key)?;
        }
        out.extend(here);
        if out.len() > ASSIGNMENTS {
            return None;
        }
    }
    Some(out)
}

/// Assignments with each of the options for one more subject.
fn with_subject(
    all: Vec<Assumption>,
    subject: &Subject,
    options: &[Assumed],
) -> Option<Vec<Assumption>> {
    let mut out = Vec::new();
    for assumption in all {
        for option in options {
            let mut assumption = assumption.clone();
            assumption.subjects.insert(subject.clone(), option.clone());
            out.push(assumption);
        }
    }
    (out.len() <= ASSIGNMENTS).then_some(out)
}

/// Assignments with either truth of one more open atom.
fn with_open(all: Vec<Assumption>, key: &str) -> Option<Vec<Assumption>> {
    let mut out = Vec::new();
    for assumption in all {
        for holds in [true, false] {
            let mut assumption = assumption.clone();
            assumption.open.insert(key.to_owned(), holds);
            out.push(assumption);
        }
    }
    (out.len() <= ASSIGNMENTS).then_some(out)
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
