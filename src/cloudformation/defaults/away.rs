//! The deployments of a template: what its conditions come out as in each, and which of them show a resource in a way that no
//! case has yet.

use super::demand::Demand;
use super::{CASES, Found, SURVEYS, Search, Seen, TRIES, Truths};
use crate::cloudformation::case::{self, Case, FEW, Read};
use crate::cloudformation::condition::{Assumed, Assumption, Atoms, Judge, Subject};
use crate::cloudformation::parameter::Given;
use crate::cloudformation::stack::Stack;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::value::{Kind, Text, Value, Via};
use std::collections::{BTreeMap, BTreeSet};

/// Deployments that are tried for one way to come out.
const WAYS: usize = 8;

/// Deployments that come out the same way.
pub(super) struct Outcome {
    /// What the conditions are.
    pub(super) truths: Truths,
    /// Parameters that are off their defaults.
    away: BTreeSet<String>,
    /// What all of the deployments have in common.
    pub(super) assumption: Assumption,
}

impl Outcome {
    /// How many conditions are not as another case has them.
    fn differs(&self, other: &Truths) -> usize {
        let pairs = self.truths.iter().zip(other);
        pairs.filter(|(a, b)| a != b).count()
    }
}

impl<'a> Search<'a, '_> {
    /// Adds a case for each way to come out that no case shows yet: with as few parameters off their defaults as possible,
    /// and then as like the first case as possible.
    pub(super) fn meet(&self, demand: &Demand, seen: &mut Seen<'a>) {
        let leave = |seen: &mut Seen<'a>| seen.left.extend(demand.parameters.iter().cloned());
        self.tries.set(self.tries.get() + 1);
        if self.tries.get() > TRIES {
            return leave(seen);
        }
        let Some(mut outcomes) = self.outcomes(&demand.parameters, &demand.behind) else {
            return leave(seen);
        };
        let base = seen.truths.first().cloned().unwrap_or_default();
        outcomes.sort_by_key(|o| (o.away.len(), o.differs(&base)));
        let mut tried: BTreeMap<Vec<Option<Truths>>, usize> = BTreeMap::new();
        for outcome in outcomes {
            let Some(view) = demand.view(&outcome.truths) else {
                continue;
            };
            let known = |truths: &Truths| demand.view(truths).as_ref() == Some(&view);
            if seen.truths.iter().any(known) {
                continue;
            }
            let count = tried.entry(view).or_default();
            *count += 1;
            if *count > WAYS {
                leave(seen);
                continue;
            }
            let first = demand.first(&outcome.truths, seen.truths.first());
            let Some(found) = self.realized(outcome, first) else {
                continue;
            };
            if seen.truths.len() >= CASES {
                return leave(seen);
            }
            seen.truths.push(found.truths.clone());
            seen.found.push(found);
        }
    }

    /// What the conditions come out as where some parameters are not held to their defaults, told apart by the parameters
    /// that are then off them; `None` where there are too many ways to tell. `behind`: the conditions that it is about.
    pub(super) fn outcomes(
        &self,
        parameters: &BTreeSet<String>,
        behind: &BTreeSet<usize>,
    ) -> Option<Vec<Outcome>> {
        let (free, _) = (self.run).quietly(|| self.without_defaults(parameters));
        let nested = behind.iter().any(|i| *i >= self.outer);
        let all: BTreeSet<usize> = (0..self.outer).collect();
        let mut sets = [&all, behind].into_iter();
        let (mut read, assumptions) = sets.find_map(|set| {
            let atoms = self.atoms(&free, parameters, set);
            let names = set.iter().filter_map(|i| self.names.get(*i));
            let mut read = Read::new(&free, names, &atoms);
            let assumptions = case::allowed(&mut read, atoms)?;
            Some((read, assumptions))
        })?;
        if nested {
            self.surveys.set(self.surveys.get() + assumptions.len());
            if self.surveys.get() > SURVEYS {
                return None;
            }
        }
        let mut out: Vec<Outcome> = Vec::new();
        let mut index: BTreeMap<(Truths, BTreeSet<String>), usize> = BTreeMap::new();
        for assumption in assumptions {
            let away = self.away(&free, parameters, &assumption);
            let mut truths = self.outer_truths(&mut read, &assumption);
            if nested {
                truths = self.deployed_truths(&away, &assumption, &truths);
            }
            let key = (truths.clone(), away.clone());
            match index.get(&key).and_then(|i| out.get_mut(*i)) {
                Some(known) => case::intersect(&mut known.assumption, &assumption),
                None => {
                    index.insert(key, out.len());
                    out.push(Outcome {
                        truths,
                        away,
                        assumption,
                    });
                }
            }
        }
        Some(out)
    }

    /// What conditions speak of: their own atoms, with each default, and with what the conditions of nested stacks compare
    /// parameters with.
    fn atoms(
        &self,
        free: &Stack<'_>,
        parameters: &BTreeSet<String>,
        conditions: &BTreeSet<usize>,
    ) -> Atoms {
        let mut atoms = Atoms::default();
        for name in conditions.iter().filter_map(|i| self.names.get(*i)) {
            atoms.add(name, &free.conditions);
        }
        if self.names.len() > self.outer {
            let mut found = Atoms::default();
            self.run.quietly(|| add_subjects(free, &mut found));
            self.run.open.take();
            let own: BTreeSet<&String> = free.parameters.values().map(|p| &p.subject).collect();
            found
                .subjects
                .retain(|s, _| matches!(s, Subject::Parameter(name) if own.contains(name)));
            found.open.clear();
            atoms.extend(&found);
        }
        for name in parameters {
            let Some(parameter) = free.parameters.get(name).filter(|p| !p.list) else {
                continue;
            };
            let default = self.defaulted.get(name).and_then(|d| d.text.clone());
            let mut texts: Vec<(String, Span)> = default.into_iter().collect();
            if parameter.allowed.len() <= FEW {
                texts.extend(parameter.allowed.iter().cloned());
            }
            atoms.add_texts(Subject::Parameter(parameter.subject.clone()), texts);
        }
        case::add_values(free, &mut atoms);
        atoms
    }

    /// What the conditions of the outermost stack are under an assumption.
    fn outer_truths(&self, read: &mut Read<'_, '_>, assumption: &Assumption) -> Truths {
        let mut judge = Judge::new(read.conditions(assumption), assumption);
        let outer = self.names.iter().take(self.outer);
        let mut truths: Truths = outer.map(|name| judge.named(name)).collect();
        truths.resize(self.names.len(), None);
        truths
    }

    /// What all conditions are in one deployment, by those of the outermost stack.
    fn deployed_truths(
        &self,
        away: &BTreeSet<String>,
        assumption: &Assumption,
        outer: &Truths,
    ) -> Truths {
        let (mut stack, _) = self.run.quietly(|| self.deployed(away, assumption));
        let mut assumption = assumption.clone();
        self.name_truths(outer, &mut assumption);
        self.survey(&mut stack, &assumption)
    }

    /// Assumes what conditions are, by their names.
    pub(super) fn name_truths(&self, truths: &Truths, assumption: &mut Assumption) {
        let known = self.names.iter().zip(truths);
        let known = known.filter_map(|(name, truth)| Some((name.clone(), (*truth)?)));
        assumption.conditions.extend(known);
    }

    /// The parameters that are not assumed to be their defaults.
    fn away(
        &self,
        free: &Stack<'_>,
        parameters: &BTreeSet<String>,
        assumption: &Assumption,
    ) -> BTreeSet<String> {
        let default = |name: &String| self.defaulted.get(name)?.text.as_ref();
        let is_away = |name: &&String| {
            let subject = free.parameters.get(*name).map(|p| p.subject.clone());
            let assumed = subject.and_then(|s| assumption.subjects.get(&Subject::Parameter(s)));
            match (assumed, default(name)) {
                (Some(Assumed::Is(text, _)), Some((default, _))) => text != default,
                _ => true,
            }
        };
        parameters.iter().filter(is_away).cloned().collect()
    }

    /// A stack that comes out in some way, if anybody can deploy it so.
    fn realized(&self, outcome: Outcome, first: usize) -> Option<Found<'a>> {
        let Outcome {
            truths,
            away,
            mut assumption,
        } = outcome;
        let (stack, told) = (self.run).quietly(|| self.deployed(&away, &assumption));
        let outer = self.names.iter().zip(&truths).take(self.outer);
        let differs = |(name, truth): (&String, &Option<bool>)| match (stack.truth(name), truth) {
            (Some(now), Some(truth)) => now != *truth,
            _ => false,
        };
        if told.iter().any(|d| self.is_unfit(d)) || outer.into_iter().any(differs) {
            return None;
        }
        told.into_iter().for_each(|d| self.run.tell(d));
        self.name_truths(&truths, &mut assumption);
        let label = None;
        Some(Found {
            stack,
            case: Case { label, assumption },
            truths,
            first,
        })
    }

    /// Whether a problem says that nobody can deploy with such parameters, though with the defaults.
    fn is_unfit(&self, problem: &Diagnostic) -> bool {
        let told = self.run.diagnostics.borrow();
        let same = |d: &Diagnostic| d.code == problem.code && d.span == problem.span;
        ["parameter-value", "parameter-rule"].contains(&problem.code) && !told.iter().any(same)
    }

    /// The template with some parameters off their defaults: given what is assumed, or open.
    fn deployed(&self, away: &BTreeSet<String>, assumption: &Assumption) -> Stack<'a> {
        let mut given = self.given.clone();
        for name in away {
            let Some(parameter) = self.defaulted.get(name) else {
                continue;
            };
            let subject = parameter.freed.subject.clone().map(Subject::Parameter);
            let assumed = subject.and_then(|s| assumption.subjects.get(&s));
            let mut value = parameter.freed.clone();
            if let Some(Assumed::Is(text, span)) = assumed {
                let text = Kind::String(Text::at(text.as_str(), *span));
                value = Given {
                    value: Value::new(text, *span),
                    via: Via::Other("a condition's case".into()),
                    subject: None,
                    allowed: Vec::new(),
                };
            }
            given.insert(name.clone(), value);
        }
        super::outermost(self.run, self.template, &given)
    }
}

/// What the conditions of nested stacks compare with what.
fn add_subjects(stack: &Stack<'_>, out: &mut Atoms) {
    for entry in stack.nested_entries() {
        stack.with_child(entry, |child| {
            let mut atoms = Atoms::default();
            for name in child.conditions.keys() {
                atoms.add(name, &child.conditions);
            }
            case::add_values(child, &mut atoms);
            out.extend(&atoms);
            add_subjects(child, out);
        });
    }
}
