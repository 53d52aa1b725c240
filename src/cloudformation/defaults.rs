//! What a template holds but does not make as long as its parameters have their defaults. A default is a value that any
//! deployment may replace: such resources, and what conditions make of others, are judged in further cases, in which as few
//! parameters as possible are anything else, so that nothing is left out silently.

use self::combinations::{Demand, demands};
use super::case::{self, CASES, Case};
use super::condition::Assumption;
use super::foreach::Entry;
use super::hang::Hung;
use super::resources::{conditions_of_resources, conditions_that_matter, is_nested, matters};
use super::stack::Stack;
use super::template::Template;
use super::{GivenValues, Run};
use crate::syntax::tree::Tree;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

mod combinations;

/// Sets of parameters that are tried.
const TRIES: usize = 64;

/// Parameters of one condition that are tried in pairs.
const PAIRS: usize = 5;

/// Conditions that the words of the case at the defaults list; more are said together.
const WORDS: usize = 1;

/// A case in words that no condition of the template tells from the one at the defaults.
pub(super) const ELSEWHERE: &str = "the parameters have other values than their defaults";

/// A template under one choice of the parameters that keep their defaults, with the cases that are looked at.
pub(super) struct Variant<'a> {
    pub(super) stack: Stack<'a>,
    pub(super) cases: Vec<Case>,
}

type Truths = Vec<Option<bool>>;

/// The defaults first, then what else is needed for every resource that matters to exist in some case, and to look in some
/// case as any deployment can make it look.
pub(super) fn variants<'a>(
    run: &'a Run<'a>,
    template: &'a Template,
    given: &GivenValues,
) -> Vec<Variant<'a>> {
    let stack = outermost(run, template, given);
    let cases = case::cases(&stack, &conditions_that_matter(&stack));
    let mut base = Variant { stack, cases };
    run.aside.set(true);
    let search = Search::new(run, template, given, &mut base);
    let mut out = vec![base];
    if !search.absent.is_empty() || !search.nested.is_empty() || !search.demands.is_empty() {
        search.add_to(&mut out);
    }
    run.aside.set(false);
    out
}

/// The stack that is deployed by itself, its parameters as given, else at their defaults.
pub(super) fn outermost<'a>(
    run: &'a Run<'a>,
    template: &'a Template,
    given: &GivenValues,
) -> Stack<'a> {
    let prefix = String::new();
    Stack::new(run, template, given, prefix, 0, Assumption::default())
}

/// The search for the cases that the defaults leave out.
struct Search<'a, 'g> {
    run: &'a Run<'a>,
    template: &'a Template,
    given: &'g GivenValues,
    /// Conditions that matter: those of `absent` first.
    names: Vec<String>,
    /// Conditions that keep a resource from existing, with the defaulted parameters that they hang on.
    absent: Vec<(String, BTreeSet<String>)>,
    /// Nested stacks in which resources do not exist, or may look otherwise, with the defaulted parameters that their
    /// arguments hang on.
    nested: Vec<Nested>,
    /// Conditions that resources hang on, for those that are to be seen in every combination.
    demands: Vec<Demand>,
    /// What each defaulted parameter is where it is not held to its default.
    freed: GivenValues,
    tries: Cell<usize>,
}

/// A case that was found, with what it says about the conditions.
struct Found {
    case: Case,
    truths: Truths,
}

/// A nested stack whose arguments hang on defaults.
struct Nested {
    name: String,
    /// Resources that it leaves out.
    absent: BTreeSet<String>,
    parameters: BTreeSet<String>,
    /// How many cases its conditions have while the parameters are at their defaults.
    cases: usize,
}

/// What was found for one condition.
struct Group<'a> {
    stack: Stack<'a>,
    found: Vec<Found>,
    picked: Vec<Found>,
}

impl<'a, 'g> Search<'a, 'g> {
    fn new(
        run: &'a Run<'a>,
        template: &'a Template,
        given: &'g GivenValues,
        base: &mut Variant<'a>,
    ) -> Self {
        let relevant = conditions_that_matter(&base.stack);
        let mut wanted = conditions_of_resources(&base.stack);
        let mut nested: Option<BTreeMap<String, BTreeSet<String>>> = None;
        let cases = base.cases.clone();
        for case in cases {
            base.stack.assume(case.assumption);
            wanted.retain(|name| base.stack.truth(name) == Some(false));
            let here = left_out(&base.stack);
            nested = Some(match nested {
                Some(before) => common(before, &here),
                None => here,
            });
        }
        let stack = &base.stack;
        let hung = Hung::new(stack, given);
        let absent: Vec<(String, BTreeSet<String>)> = (wanted.into_iter())
            .map(|name| (name.clone(), hung.on(&name)))
            .filter(|(_, parameters)| !parameters.is_empty())
            .collect();
        let mut names: Vec<String> = absent.iter().map(|(n, _)| n.clone()).collect();
        let others = relevant.into_iter().filter(|n| !names.contains(n));
        let others: Vec<String> = others.collect();
        names.extend(others);
        let left_out = nested.unwrap_or_default();
        let nested = hanging(stack, &hung, &left_out);
        let nested = nested.filter(|n| run.every_case || !n.absent.is_empty());
        let nested = nested.collect();
        let freed = hung.defaulted.iter().filter_map(|name| {
            let parameter = stack.parameters.get(name)?;
            Some((name.clone(), parameter.freed()))
        });
        let demands = match run.every_case {
            true => demands(stack, &hung, &names),
            false => Vec::new(),
        };
        Search {
            run,
            template,
            given,
            names,
            demands,
            freed: freed.collect(),
            absent,
            nested,
            tries: Cell::new(0),
        }
    }

    fn add_to(self, out: &mut Vec<Variant<'a>>) {
        let mut seen: Vec<Truths> = Vec::new();
        if let Some(base) = out.first_mut() {
            for case in base.cases.clone() {
                seen.push(truths(&self.names, &mut base.stack, &case));
            }
        }
        let bases = seen.len();
        let mut left = BTreeSet::new();
        let mut groups: Vec<(usize, Group<'a>)> = Vec::new();
        for (i, (name, parameters)) in self.absent.iter().enumerate() {
            match self.group(name, parameters) {
                Ok(Some(group)) => groups.push((i, group)),
                Ok(None) => {}
                Err(()) => left.extend(parameters.iter().cloned()),
            }
        }
        self.pick(&mut groups, &mut seen, &mut left);
        self.combine(&mut groups, &mut seen, &mut left);
        let mut further = Vec::new();
        for (wanted, group) in groups {
            let cases = group.picked.into_iter().map(|mut found| {
                found.case.label = Some(self.label(wanted, &found.truths, &seen));
                found.case
            });
            further.push(Variant {
                cases: cases.collect(),
                stack: group.stack,
            });
        }
        let room = CASES.saturating_sub(seen.len());
        let reached = self.add_nested(room, &mut further, &mut left);
        self.open_nested(&reached, &mut further, &mut left);
        if !left.is_empty() {
            further.push(Variant {
                cases: vec![Case::open()],
                stack: self.without_defaults(&left),
            });
        }
        further.retain(|variant| !variant.cases.is_empty());
        let base = out.first_mut().filter(|_| !further.is_empty());
        for (i, case) in base
            .into_iter()
            .flat_map(|b| b.cases.iter_mut().enumerate())
        {
            case.label = Some(self.base_label(i, &seen, bases, case.label.take()));
        }
        out.extend(further);
    }

    /// First one case for every resource, then what else there is; `left` gets the parameters of those without a case.
    fn pick(
        &self,
        groups: &mut [(usize, Group<'a>)],
        seen: &mut Vec<Truths>,
        left: &mut BTreeSet<String>,
    ) {
        for (i, group) in groups.iter_mut() {
            let holds = |truths: &Truths| truths.get(*i).copied().flatten() == Some(true);
            if seen.iter().any(holds) {
                continue;
            }
            if seen.len() < CASES && !group.found.is_empty() {
                let first = group.found.remove(0);
                seen.push(first.truths.clone());
                group.picked.push(first);
            } else if let Some((_, parameters)) = self.absent.get(*i) {
                left.extend(parameters.iter().cloned());
            }
        }
        for (_, group) in groups.iter_mut() {
            for found in std::mem::take(&mut group.found) {
                if seen.len() < CASES && !seen.contains(&found.truths) {
                    seen.push(found.truths.clone());
                    group.picked.push(found);
                }
            }
        }
    }

    /// The cases in which a condition holds, with as few parameters as possible off their defaults; `None` where it never
    /// does, an error where that takes too long to tell.
    fn group(&self, name: &str, parameters: &BTreeSet<String>) -> Result<Option<Group<'a>>, ()> {
        let Some(all) = self.attempt(name, parameters)? else {
            return Ok(None);
        };
        let single: Vec<BTreeSet<String>> = (parameters.iter())
            .map(|p| BTreeSet::from([p.clone()]))
            .collect();
        let mut sets = if single.len() > 1 { single } else { Vec::new() };
        if (3..=PAIRS).contains(&parameters.len()) {
            for (i, one) in parameters.iter().enumerate() {
                let others = parameters.iter().skip(i + 1);
                sets.extend(others.map(|other| BTreeSet::from([one.clone(), other.clone()])));
            }
        }
        for set in sets {
            match self.attempt(name, &set) {
                Ok(None) => {}
                Ok(Some(group)) => return Ok(Some(group)),
                Err(()) => break,
            }
        }
        Ok(Some(all))
    }

    fn attempt(&self, name: &str, parameters: &BTreeSet<String>) -> Result<Option<Group<'a>>, ()> {
        if self.tries.get() >= TRIES {
            return Err(());
        }
        self.tries.set(self.tries.get() + 1);
        let mut stack = self.without_defaults(parameters);
        if stack.truth(name) == Some(false) {
            return Ok(None);
        }
        let mut cases = case::cases(&stack, &self.names.iter().cloned().collect());
        if let [only] = cases.as_slice()
            && only.label.is_none()
            && stack.truth(name).is_none()
        {
            cases = case::cases(&stack, &BTreeSet::from([name.to_owned()]));
        }
        let mut found = Vec::new();
        for case in cases {
            let truths = truths(&self.names, &mut stack, &case);
            if stack.truth(name) != Some(false) {
                found.push(Found { case, truths });
            }
        }
        let picked = Vec::new();
        Ok((!found.is_empty()).then_some(Group {
            stack,
            found,
            picked,
        }))
    }

    /// Adds what it takes for the resources of nested stacks to exist; their own cases are told apart when they are
    /// evaluated. Gives the parameters that they take, by stack.
    fn add_nested(
        &self,
        mut room: usize,
        out: &mut Vec<Variant<'a>>,
        left: &mut BTreeSet<String>,
    ) -> BTreeMap<String, BTreeSet<String>> {
        let mut reached = BTreeMap::new();
        for nested in self.nested.iter().filter(|n| !n.absent.is_empty()) {
            let mut sets: Vec<BTreeSet<String>> = (nested.parameters.iter())
                .map(|p| BTreeSet::from([p.clone()]))
                .collect();
            sets.push(nested.parameters.clone());
            let found = (sets.into_iter()).find_map(|set| Some((self.reached(nested, &set)?, set)));
            match found {
                Some((variant, set)) if variant.cases.len() <= room => {
                    room -= variant.cases.len();
                    out.push(variant);
                    reached.insert(nested.name.clone(), set);
                }
                Some(_) => left.extend(nested.parameters.iter().cloned()),
                None if self.tries.get() >= TRIES => left.extend(nested.parameters.iter().cloned()),
                None => {}
            }
        }
        reached
    }

    /// The cases in which resources of a nested stack exist that the defaults leave out.
    fn reached(&self, nested: &Nested, parameters: &BTreeSet<String>) -> Option<Variant<'a>> {
        if self.tries.get() >= TRIES {
            return None;
        }
        self.tries.set(self.tries.get() + 1);
        let mut stack = self.without_defaults(parameters);
        let mut cases = case::cases(&stack, &conditions_that_matter(&stack));
        cases.retain(|case| {
            stack.assume(case.assumption.clone());
            let out = left_out(&stack);
            let still = out.get(&nested.name);
            still.is_none_or(|still| !nested.absent.is_subset(still))
        });
        (!cases.is_empty()).then_some(Variant { stack, cases })
    }

    /// The template with some parameters not held to their defaults.
    fn without_defaults(&self, parameters: &BTreeSet<String>) -> Stack<'a> {
        let mut given = self.given.clone();
        let freed = (self.freed.iter()).filter(|(name, _)| parameters.contains(*name));
        given.extend(freed.map(|(name, value)| (name.clone(), value.clone())));
        outermost(self.run, self.template, &given)
    }

    /// A further case in words: the condition that it is there for, and what tells it from the others.
    fn label(&self, wanted: usize, truths: &Truths, all: &[Truths]) -> String {
        let first = |list: &mut Vec<Option<bool>>| {
            if wanted < list.len() {
                let moved = list.remove(wanted);
                list.insert(0, moved);
            }
        };
        let mut truths = truths.clone();
        first(&mut truths);
        let mut all = all.to_vec();
        all.iter_mut().for_each(first);
        let mut names: Vec<&String> = self.names.iter().collect();
        if wanted < names.len() {
            let moved = names.remove(wanted);
            names.insert(0, moved);
        }
        let words = case::label("", &names, &truths, &all);
        match words.as_str() {
            "" => ELSEWHERE.to_owned(),
            _ => words,
        }
    }

    /// A case at the defaults in words, where there are others beside it.
    fn base_label(
        &self,
        index: usize,
        all: &[Truths],
        bases: usize,
        before: Option<String>,
    ) -> String {
        let names: Vec<&String> = self.names.iter().collect();
        let further = all.len() > bases;
        let truths = all.get(index).filter(|_| further);
        let words = truths.map_or_else(String::new, |t| case::label("", &names, t, all));
        let listed = words.split(" and ").count() <= WORDS && !words.is_empty();
        match before {
            _ if listed => words,
            Some(before) => format!("{before} and the other parameters have their defaults"),
            None => "the parameters have their defaults".to_owned(),
        }
    }
}

/// The nested stacks that hang on defaults, by their arguments or by their condition.
fn hanging<'s>(
    stack: &'s Stack<'_>,
    hung: &'s Hung<'_>,
    absent: &'s BTreeMap<String, BTreeSet<String>>,
) -> impl Iterator<Item = Nested> + 's {
    let arguments = |entry: &Entry<'_>| {
        let properties = entry.tree.get("Properties");
        let arguments = properties.and_then(|p| p.get("Parameters"));
        let mut all = arguments.map_or_else(BTreeSet::new, |tree| hung.of(tree, &entry.scope));
        if let Some(condition) = entry.tree.get("Condition").and_then(Tree::str) {
            all.extend(hung.on(&entry.scope.key(condition)));
        }
        all
    };
    let stacks = stack.resources.iter().filter(|e| is_nested(e) && !e.open);
    let one = move |entry: &Entry<'_>| Nested {
        name: entry.name.clone(),
        absent: absent.get(&entry.name).cloned().unwrap_or_default(),
        parameters: arguments(entry),
        cases: combinations::cases_within(stack, entry),
    };
    stacks.map(one).filter(|n| !n.parameters.is_empty())
}

/// What a case says about some conditions; leaves the stack in it.
fn truths(names: &[String], stack: &mut Stack<'_>, case: &Case) -> Truths {
    stack.assume(case.assumption.clone());
    names.iter().map(|name| stack.truth(name)).collect()
}

/// The resources that matter and do not exist, by the nested stack that they stand in (at any depth).
fn left_out(stack: &Stack<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let mut out = BTreeMap::new();
    let nested = |e: &&Entry<'_>| is_nested(e) && !e.open;
    for entry in stack.resources.iter().filter(nested) {
        let condition = entry.tree.get("Condition").and_then(Tree::str);
        if condition.is_some_and(|c| stack.truth(&entry.scope.key(c)) == Some(false)) {
            continue;
        }
        let resources = &stack.nested(entry).resources;
        let absent = resources
            .iter()
            .filter(|r| r.exists == Some(false) && matters(&r.kind));
        let absent: BTreeSet<String> = absent.map(|r| r.address.clone()).collect();
        if !absent.is_empty() {
            out.insert(entry.name.clone(), absent);
        }
    }
    // What a nested stack leaves open is looked at when it is evaluated for good.
    stack.run.open.take();
    out
}

fn common(
    before: BTreeMap<String, BTreeSet<String>>,
    here: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeMap<String, BTreeSet<String>> {
    let both = before.into_iter().filter_map(|(name, mut absent)| {
        let here = here.get(&name)?;
        absent.retain(|address| here.contains(address));
        (!absent.is_empty()).then_some((name, absent))
    });
    both.collect()
}
