//! What resources look like where parameters have other values than their defaults: for each resource, every consistent
//! combination of the conditions that it uses is in some case. `!If [IsProd, IMMUTABLE, MUTABLE]` is judged both ways,
//! whatever `IsProd` is by default.

use super::{CASES, Case, Found, Group, Hung, Search, TRIES, Truths, Variant, case, truths};
use crate::cloudformation::foreach::Entry;
use crate::cloudformation::resources::{conditions_that_matter, uses};
use crate::cloudformation::stack::Stack;
use std::collections::{BTreeMap, BTreeSet};

/// Conditions that one resource hangs on.
pub(super) struct Demand {
    /// The conditions that it uses, each with its position among the names.
    names: Vec<(usize, String)>,
    /// The position of the condition that it exists under; in cases where that does not hold, it looks like nothing.
    exists: Option<usize>,
    /// Parameters at their defaults that these conditions hang on.
    parameters: BTreeSet<String>,
}

impl Demand {
    /// What a case says about the conditions; `None` where the resource does not exist in it.
    fn view(&self, truths: &Truths) -> Option<Truths> {
        let truth = |i: usize| truths.get(i).copied().flatten();
        let there = self.exists.is_none_or(|i| truth(i) != Some(false));
        there.then(|| self.names.iter().map(|(i, _)| truth(*i)).collect())
    }
}

/// The conditions that resources use and that hang on defaults, those of the most conditions first.
pub(super) fn demands(stack: &Stack<'_>, hung: &Hung<'_>, names: &[String]) -> Vec<Demand> {
    let position = |name: &String| names.iter().position(|n| n == name);
    let mut sets: Vec<(BTreeSet<String>, Option<usize>)> = Vec::new();
    for used in uses(stack) {
        let exists = used.exists.as_ref().and_then(position);
        if let Some(name) = used.exists.filter(|_| used.counts_absent) {
            sets.push((BTreeSet::from([name]), None));
        }
        sets.push((used.conditions, exists));
    }
    sets.sort_by_key(|(set, _)| std::cmp::Reverse(set.len()));
    let mut kept: Vec<(BTreeSet<String>, Option<usize>)> = Vec::new();
    for (set, exists) in sets {
        let within = |(other, e): &(BTreeSet<String>, _)| *e == exists && set.is_subset(other);
        if !set.is_empty() && !kept.iter().any(within) {
            kept.push((set, exists));
        }
    }
    let demand = |(set, exists): (BTreeSet<String>, Option<usize>)| Demand {
        parameters: (set.iter())
            .chain(exists.and_then(|i| names.get(i)))
            .flat_map(|name| hung.on(name))
            .collect(),
        names: (set.into_iter())
            .filter_map(|name| Some((position(&name)?, name)))
            .collect(),
        exists,
    };
    let all = kept.into_iter().map(demand);
    all.filter(|d| !d.parameters.is_empty()).collect()
}

impl<'a> Search<'a, '_> {
    /// Adds the combinations that no case has yet: first those that one parameter off its default makes, then all others.
    /// `left` gets the parameters of those for which there is no room.
    pub(super) fn combine(
        &self,
        groups: &mut Vec<(usize, Group<'a>)>,
        seen: &mut Vec<Truths>,
        left: &mut BTreeSet<String>,
    ) {
        for demand in &self.demands {
            let single = |p: &String| BTreeSet::from([p.clone()]);
            let mut sets: Vec<BTreeSet<String>> = demand.parameters.iter().map(single).collect();
            if sets.len() > 1 {
                sets.push(demand.parameters.clone());
            }
            for set in sets {
                if self.tries.get() >= TRIES {
                    left.extend(demand.parameters.iter().cloned());
                    break;
                }
                self.tries.set(self.tries.get() + 1);
                let group = self.freeing(&set, demand, seen, left);
                groups.extend(group);
            }
        }
    }

    /// The combinations that no case has yet and that some parameters off their defaults make.
    fn freeing(
        &self,
        set: &BTreeSet<String>,
        demand: &Demand,
        seen: &mut Vec<Truths>,
        left: &mut BTreeSet<String>,
    ) -> Option<(usize, Group<'a>)> {
        let mut stack = self.without_defaults(set);
        let mut picked = Vec::new();
        for case in self.told_apart(&stack, demand) {
            let truths = truths(&self.names, &mut stack, &case);
            let Some(view) = demand.view(&truths) else {
                continue;
            };
            let known = |s: &Truths| demand.view(s).as_ref() == Some(&view);
            if seen.iter().any(known) {
                continue;
            }
            if seen.len() >= CASES || view.contains(&None) {
                left.extend(set.iter().cloned());
                break;
            }
            seen.push(truths.clone());
            picked.push(Found { case, truths });
        }
        let first = demand.first(&picked.first()?.truths, seen);
        let group = Group {
            stack,
            found: Vec::new(),
            picked,
        };
        Some((first, group))
    }

    /// The cases of all conditions that matter; of the demand's alone where those are too many.
    fn told_apart(&self, stack: &Stack<'_>, demand: &Demand) -> Vec<Case> {
        let cases = case::cases(stack, &self.names.iter().cloned().collect());
        let open = |(_, name): &(usize, String)| stack.truth(name).is_none();
        match cases.as_slice() {
            [only] if only.label.is_none() && demand.names.iter().any(open) => {
                let own = demand.names.iter().map(|(_, name)| name.clone());
                let exists = demand.exists.and_then(|i| self.names.get(i).cloned());
                case::cases(stack, &own.chain(exists).collect())
            }
            _ => cases,
        }
    }
}

impl Demand {
    /// The first of the conditions that are not as they are by default.
    fn first(&self, truths: &Truths, seen: &[Truths]) -> usize {
        let default = seen.first();
        let other = |i: &usize| default.is_none_or(|d| d.get(*i) != truths.get(*i));
        let mut all = self.names.iter().map(|(i, _)| *i);
        all.find(other).unwrap_or_default()
    }
}

impl<'a> Search<'a, '_> {
    /// Adds a variant for each nested stack whose conditions are open where its arguments are not held to defaults: their
    /// cases are told apart when it is evaluated. `reached`: the parameters that some variant frees for a stack.
    pub(super) fn open_nested(
        &self,
        reached: &BTreeMap<String, BTreeSet<String>>,
        out: &mut Vec<Variant<'a>>,
        left: &mut BTreeSet<String>,
    ) {
        for nested in self.nested.iter().filter(|_| self.run.every_case) {
            let opened = |set: &BTreeSet<String>| {
                self.tries.set(self.tries.get() + 1);
                let stack = self.without_defaults(set);
                let entry = stack.resource(&nested.name)?;
                (cases_within(&stack, entry) > nested.cases).then_some(stack)
            };
            if self.tries.get() + nested.parameters.len() >= TRIES {
                left.extend(nested.parameters.iter().cloned());
                continue;
            }
            let singles = nested.parameters.iter().filter(|p| {
                let set = BTreeSet::from([(*p).clone()]);
                opened(&set).is_some()
            });
            let mut set: BTreeSet<String> = singles.cloned().collect();
            if set.is_empty() {
                set.clone_from(&nested.parameters);
            }
            if reached.get(&nested.name).is_some_and(|r| set.is_subset(r)) {
                continue;
            }
            if let Some(stack) = opened(&set) {
                let cases = case::cases(&stack, &conditions_that_matter(&stack));
                out.push(Variant { stack, cases });
            }
        }
    }
}

/// How many cases the conditions of a nested stack have.
pub(super) fn cases_within(stack: &Stack<'_>, entry: &Entry<'_>) -> usize {
    if stack.exists(entry) == Some(false) {
        return 0;
    }
    let before = stack.run.open.take();
    stack.nested(entry);
    let found = stack.run.open.take().map_or(0, |(_, cases)| cases.len());
    stack.run.open.replace(before);
    found
}
