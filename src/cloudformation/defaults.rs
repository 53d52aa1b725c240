//! What a template makes where its parameters do not have their defaults. A default is a value that any deployment may
//! replace: so each resource is seen in every way that the conditions of the template can make it come out, and what it is
//! judged by as well. Of all deployments that show it in one way the one is looked at in which as few parameters as possible
//! are off their defaults. What there is no room for is looked at with its parameters open, so that nothing is left out
//! silently.

use self::away::Outcome;
use self::demand::{Demand, demands};
use super::case::{self, CASES, Case};
use super::condition::Assumption;
use super::foreach::Entry;
use super::hang::{Map, Part};
use super::resources::conditions_that_matter;
use super::stack::Stack;
use super::template::Template;
use super::{GivenValues, Run};
use crate::span::Span;
use crate::world::Export;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

mod away;
mod demand;

/// Demands that are looked into.
const TRIES: usize = 64;

/// Deployments whose nested stacks are looked into.
const SURVEYS: usize = 512;

/// Conditions that the words of the case at the defaults list; more are said together.
const WORDS: usize = 1;

/// A case in words that no condition of the template tells from the one at the defaults.
pub(super) const ELSEWHERE: &str = "the parameters have other values than their defaults";

/// A template under one choice of the parameters that keep their defaults, with the cases that are looked at.
pub(super) struct Variant<'a> {
    pub(super) stack: Stack<'a>,
    pub(super) cases: Vec<Case>,
}

/// What a case says about the conditions that matter, those of nested stacks included.
type Truths = Vec<Option<bool>>;

/// The defaults first, then what else is needed for every resource that matters to look in some case as any deployment can
/// make it look; where not every case is asked for, to exist in some case.
pub(super) fn variants<'a>(
    run: &'a Run<'a>,
    template: &'a Template,
    given: &GivenValues,
) -> Vec<Variant<'a>> {
    let stack = outermost(run, template, given);
    let cases = case::cases(&stack, &conditions_that_matter(&stack));
    let mut base = Variant { stack, cases };
    run.aside.set(true);
    let mut out = Vec::new();
    let defaulted = defaulted(&base.stack, given);
    if run.every_case {
        let (open, _) = run.quietly(|| open_exports(&base.stack, given, &defaulted));
        run.exports.replace(open);
    }
    if !defaulted.is_empty() || base.stack.nested_entries().next().is_some() {
        let new = || Search::new(run, template, given, &base.stack, defaulted);
        let (search, _) = run.quietly(new);
        search.tell_nested_apart(&mut base);
        out = search.further(&mut base);
    }
    run.aside.set(false);
    out.insert(0, base);
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

/// The parameters that have their defaults.
fn defaulted(stack: &Stack<'_>, given: &GivenValues) -> BTreeMap<String, Defaulted> {
    let held = (stack.parameters.iter())
        .filter(|(name, p)| p.value.is_some() && !given.contains_key(*name));
    let defaulted = held.map(|(name, parameter)| {
        let value = parameter.value.as_ref();
        let text = value.and_then(|v| Some((v.as_str()?.to_owned(), v.place.span)));
        let freed = parameter.freed();
        (name.clone(), Defaulted { text, freed })
    });
    defaulted.collect()
}

/// The outputs whose export hangs on conditions that defaults decide, and these exports where they are not held to them: who
/// imports them cannot rely on the defaults.
fn open_exports(
    stack: &Stack<'_>,
    given: &GivenValues,
    defaulted: &BTreeMap<String, Defaulted>,
) -> (BTreeSet<String>, Vec<Export>) {
    let outputs = stack.template.section("Outputs").iter();
    if defaulted.is_empty()
        || !outputs
            .clone()
            .any(|(_, tree)| tree.get("Export").is_some())
    {
        return Default::default();
    }
    let map = Map::of(stack);
    let held = |part: &Part| -> BTreeSet<String> {
        let behind = map.behind(part.conditions.iter());
        let all = behind.cut || part.cut;
        let held = |name: &&String| all || behind.parameters.contains(*name);
        defaulted.keys().filter(held).cloned().collect()
    };
    let hanging: BTreeMap<&String, BTreeSet<String>> = (map.outputs.iter())
        .map(|(name, part)| (name, held(part)))
        .filter(|(_, held)| !held.is_empty())
        .collect();
    let mut freed = given.clone();
    for name in hanging.values().flatten() {
        let value = defaulted.get(name).map(|d| d.freed.clone());
        freed.extend(value.map(|value| (name.clone(), value)));
    }
    let open = outermost(stack.run, stack.template, &freed);
    let wanted =
        |entry: &Entry<'_>| hanging.contains_key(&entry.name) && open.exists(entry) != Some(false);
    let exports = open.exports_of(wanted);
    (hanging.into_keys().cloned().collect(), exports)
}

/// The search for the cases that the defaults leave out.
struct Search<'a, 'g> {
    run: &'a Run<'a>,
    template: &'a Template,
    given: &'g GivenValues,
    /// Conditions that matter, by address; those of the outermost stack first.
    names: Vec<String>,
    /// Where those of nested stacks begin.
    outer: usize,
    map: Map,
    demands: Vec<Demand>,
    /// Parameters that hold more than anybody has followed.
    open: BTreeSet<String>,
    /// The parameters that have their defaults, by name.
    defaulted: BTreeMap<String, Defaulted>,
    tries: Cell<usize>,
    surveys: Cell<usize>,
}

/// A parameter that has its default.
struct Defaulted {
    /// The default, where it is one text.
    text: Option<(String, Span)>,
    /// What it is given where it is not held to that.
    freed: super::parameter::Given,
}

/// A case past the defaults, with the stack that it is a case of and what it says about the conditions.
struct Found<'a> {
    stack: Stack<'a>,
    case: Case,
    truths: Truths,
    /// The condition that it is there for.
    first: usize,
}

/// What has been found so far.
struct Seen<'a> {
    /// What the cases say, those at the defaults first.
    truths: Vec<Truths>,
    found: Vec<Found<'a>>,
    /// Parameters whose other values are not all looked at.
    left: BTreeSet<String>,
}

impl<'a, 'g> Search<'a, 'g> {
    fn new(
        run: &'a Run<'a>,
        template: &'a Template,
        given: &'g GivenValues,
        stack: &Stack<'a>,
        defaulted: BTreeMap<String, Defaulted>,
    ) -> Self {
        run.used.reset();
        let map = Map::of(stack);
        let all = (map.resources.iter()).flat_map(|r| r.there.iter().chain(&r.own.conditions));
        let (outer, nested): (BTreeSet<String>, BTreeSet<String>) = all
            .cloned()
            .partition(|name| stack.conditions.contains_key(name));
        let outer: BTreeSet<String> = outer
            .into_iter()
            .chain(conditions_that_matter(stack))
            .collect();
        let mut search = Search {
            run,
            template,
            given,
            outer: outer.len(),
            names: outer.into_iter().chain(nested).collect(),
            map,
            demands: Vec::new(),
            open: BTreeSet::new(),
            defaulted,
            tries: Cell::new(0),
            surveys: Cell::new(0),
        };
        search.open = search.unfollowed();
        search.demands = demands(&search);
        search
    }

    /// Parameters of which nobody can say what hangs on them.
    fn unfollowed(&self) -> BTreeSet<String> {
        let templates = &self.map.templates;
        let mut behind = self.map.behind(templates.conditions.iter());
        behind
            .parameters
            .extend(templates.parameters.iter().cloned());
        if self.map.resources.iter().any(|r| r.own.cut) || behind.cut || templates.cut {
            return self.defaulted.keys().cloned().collect();
        }
        self.held(&behind)
    }

    /// Those parameters that have their defaults.
    fn held(&self, part: &Part) -> BTreeSet<String> {
        let held = |name: &&String| self.defaulted.contains_key(*name);
        part.parameters.iter().filter(held).cloned().collect()
    }

    /// Gives the cases at the defaults that the conditions of nested stacks tell apart, too, where there is room for them.
    fn tell_nested_apart(&self, base: &mut Variant<'a>) {
        let all: BTreeSet<usize> = (0..self.names.len()).collect();
        if self.names.len() == self.outer {
            return;
        }
        let mut outcomes = self.outcomes(&BTreeSet::new(), &all).unwrap_or_default();
        outcomes.sort_by(|a, b| a.truths.cmp(&b.truths));
        let truths: Vec<Truths> = outcomes.iter().map(|o| o.truths.clone()).collect();
        if !(2..=CASES).contains(&outcomes.len()) {
            return;
        }
        let names: Vec<&String> = self.names.iter().collect();
        let case = |outcome: Outcome| {
            let label = Some(case::label("", &names, &outcome.truths, &truths));
            let mut assumption = outcome.assumption;
            self.name_truths(&outcome.truths, &mut assumption);
            Case { label, assumption }
        };
        base.cases = outcomes.into_iter().map(case).collect();
    }

    /// The variants past the defaults; the cases at the defaults get their words.
    fn further(self, base: &mut Variant<'a>) -> Vec<Variant<'a>> {
        let truths = |case: &Case| self.survey(&mut base.stack, &case.assumption);
        let truths: Vec<Truths> = base.cases.iter().map(truths).collect();
        let bases = truths.len();
        let mut seen = Seen {
            truths,
            found: Vec::new(),
            left: self.open.clone(),
        };
        for demand in &self.demands {
            self.meet(demand, &mut seen);
        }
        let all = seen.truths;
        let mut out: Vec<Variant<'a>> = Vec::new();
        for mut found in seen.found {
            found.case.label = Some(self.label(found.first, &found.truths, &all));
            out.push(Variant {
                stack: found.stack,
                cases: vec![found.case],
            });
        }
        if !seen.left.is_empty() {
            out.push(Variant {
                cases: vec![Case::open()],
                stack: self.without_defaults(&seen.left),
            });
        }
        let labelled = base.cases.iter_mut().filter(|_| !out.is_empty());
        for (i, case) in labelled.enumerate() {
            case.label = Some(self.base_label(i, &all, bases, case.label.take()));
        }
        out
    }

    /// What a stack says about the conditions under an assumption; leaves it in that.
    fn survey(&self, stack: &mut Stack<'_>, assumption: &Assumption) -> Truths {
        stack.assume(assumption.clone());
        let mut truths = BTreeMap::new();
        self.run.used.reset();
        let nested = self.names.len() > self.outer;
        self.run.quietly(|| add_truths(stack, nested, &mut truths));
        self.run.open.take(); // a nested stack's cases are told apart when it is evaluated for good
        let truth = |name: &String| truths.get(name).copied().flatten();
        self.names.iter().map(truth).collect()
    }

    /// The template with some parameters not held to their defaults.
    fn without_defaults(&self, parameters: &BTreeSet<String>) -> Stack<'a> {
        let mut given = self.given.clone();
        let freed = (self.defaulted.iter()).filter(|(name, _)| parameters.contains(*name));
        given.extend(freed.map(|(name, parameter)| (name.clone(), parameter.freed.clone())));
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

/// What a stack, and where asked for those nested in it, say about their conditions.
fn add_truths(stack: &Stack<'_>, nested: bool, out: &mut BTreeMap<String, Option<bool>>) {
    for name in stack.conditions.keys() {
        out.insert(stack.address(name), stack.truth(name));
    }
    for entry in stack.nested_entries().filter(|_| nested) {
        if stack.exists(entry) != Some(false) {
            stack.with_child(entry, |child| add_truths(child, nested, out));
        }
    }
}
