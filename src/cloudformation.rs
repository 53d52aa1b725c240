//! CloudFormation templates: parameters, mappings, conditions, intrinsic functions, the `AWS::LanguageExtensions`
//! transform and local nested stacks, evaluated to resources. What only a deployment knows stays unknown, with its reason.
//!
//! A template whose conditions are not decided by its parameters is judged case by case: each case is one consistent
//! truth of the conditions that matter, so a resource with `Condition: IsProd` is seen with `!If [IsProd, …]` true.

use crate::diagnostic::{Diagnostic, Level};
use crate::raw::{Form, Root};
use crate::span::{FileId, Files};
use crate::syntax::tree::Tree;
use crate::world::{Export, World};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use self::case::Case;
use self::parameter::Given;
use self::stack::Stack;
use self::template::Template;

pub(crate) use self::parameter::UNDECLARED;
pub use self::parsed::Parsed;

mod call;
mod case;
mod condition;
mod constraint;
mod defaults;
mod document;
mod export;
mod foreach;
mod hang;
mod include;
mod limits;
mod lists;
mod nested;
mod parameter;
mod parsed;
mod pseudo;
mod reference;
mod resources;
mod rule;
mod sam;
mod scope;
mod stack;
mod strings;
mod template;

/// The stack of a thread that evaluates a template.
const STACK: usize = 16 << 20;

/// One run over one template: what everything below needs.
struct Run<'a> {
    files: &'a Files,
    world: &'a World,
    diagnostics: RefCell<Vec<Diagnostic>>,
    seen: RefCell<HashSet<Diagnostic>>,
    /// Problems of cases that only other values than the defaults lead to are kept apart.
    aside: Cell<bool>,
    apart: RefCell<Vec<Diagnostic>>,
    seen_apart: RefCell<HashSet<Diagnostic>>,
    /// Nested templates by their path, or why they cannot be had.
    templates: RefCell<HashMap<String, Result<Rc<Template>, String>>>,
    /// Whether open conditions are looked at case by case.
    by_case: bool,
    /// Whether resources are looked at in every case, and not only at the defaults of parameters if they exist there.
    every_case: bool,
    /// Whether it matters, too, where a resource does not exist: it may be deployed now.
    absence: bool,
    /// The cases of nested stacks that are being looked at, by the prefix of their addresses.
    chosen: RefCell<BTreeMap<String, Case>>,
    /// A nested stack that has cases of its own, none of which is chosen yet.
    open: RefCell<Option<(String, Vec<Case>)>>,
    /// How deep the value being worked out lies in others.
    depth: Cell<usize>,
    /// What one pass over the template has used up.
    used: Used,
    /// The exports of other stacks that it asks for.
    imports: RefCell<BTreeSet<String>>,
    /// The outputs whose export hangs on parameters at their defaults, and these exports whatever the parameters are.
    exports: RefCell<(BTreeSet<String>, Vec<Export>)>,
}

impl<'a> Run<'a> {
    fn new(files: &'a Files, world: &'a World, by_case: bool) -> Self {
        Run {
            files,
            world,
            diagnostics: RefCell::default(),
            seen: RefCell::default(),
            aside: Cell::new(false),
            apart: RefCell::default(),
            seen_apart: RefCell::default(),
            templates: RefCell::default(),
            by_case,
            every_case: false,
            absence: false,
            chosen: RefCell::default(),
            open: RefCell::default(),
            depth: Cell::new(0),
            used: Used::default(),
            imports: RefCell::default(),
            exports: RefCell::default(),
        }
    }

    /// Tells a problem, once.
    fn tell(&self, diagnostic: Diagnostic) {
        let (seen, list) = if self.aside.get() {
            (&self.seen_apart, &self.apart)
        } else {
            (&self.seen, &self.diagnostics)
        };
        if seen.borrow_mut().insert(diagnostic.clone()) {
            list.borrow_mut().push(diagnostic);
        }
    }

    /// Does something without telling anybody what problems it meets; gives these.
    fn quietly<T>(&self, work: impl FnOnce() -> T) -> (T, Vec<Diagnostic>) {
        let aside = self.aside.replace(true);
        let before = (self.apart.take(), self.seen_apart.take());
        let out = work();
        let told = self.apart.replace(before.0);
        self.seen_apart.replace(before.1);
        self.aside.set(aside);
        (out, told)
    }

    /// All problems. What only other values than the defaults lead to is a warning: nobody needs to deploy these.
    fn told(self) -> Vec<Diagnostic> {
        let seen = self.seen.into_inner();
        let mut out = self.diagnostics.into_inner();
        for mut diagnostic in self.apart.into_inner() {
            if seen.contains(&diagnostic) {
                continue;
            }
            if ["map-key-missing", "function-argument"].contains(&diagnostic.code) {
                diagnostic.level = Level::Warning;
                (diagnostic.message).push_str(", where parameters are not at their defaults");
            }
            out.push(diagnostic);
        }
        out
    }
}

/// What has limits of their own, as a short text can ask for any amount of it.
#[derive(Default)]
struct Used {
    /// Nested stacks evaluated.
    stacks: Cell<usize>,
    /// Turns of loops.
    turns: Cell<usize>,
}

impl Used {
    fn reset(&self) {
        self.stacks.set(0);
        self.turns.set(0);
    }
}

/// Whether a document is a template: it says so, or it has resources of types like `AWS::ECR::Repository`.
pub fn looks_like_template(tree: &Tree) -> bool {
    if tree.get("AWSTemplateFormatVersion").is_some() {
        return true;
    }
    let Some(resources) = tree.get("Resources") else {
        return false;
    };
    resources.entries().iter().any(|(key, entry)| {
        let kind = entry.get("Type").and_then(Tree::str).unwrap_or_default();
        kind.contains("::") || key.str().is_some_and(|k| k.starts_with("Fn::"))
    })
}

/// Evaluates a template: one root for each consistent case of the undecided conditions that matter to what we judge.
/// Where there are too many cases, one root in which the undecided parts are unknown. A default is a value that a deployment
/// may replace: it comes first, and then the cases that other values make.
pub fn evaluate(files: &Files, id: FileId, world: &World) -> (Vec<Root>, Vec<Diagnostic>) {
    evaluate_parsed(files, id, Parsed::of(files, id), world)
}

/// The same for a template that has been read.
pub fn evaluate_parsed(
    files: &Files,
    id: FileId,
    parsed: Parsed,
    world: &World,
) -> (Vec<Root>, Vec<Diagnostic>) {
    with_room(files, id, || {
        all_cases(files, id, parsed, world, Past::Every)
    })
}

/// The same for a template that is compared with another one: each resource is also looked at where it does not exist.
pub fn evaluate_compared(
    files: &Files,
    id: FileId,
    parsed: Parsed,
    world: &World,
) -> (Vec<Root>, Vec<Diagnostic>) {
    with_room(files, id, || {
        all_cases(files, id, parsed, world, Past::Compared)
    })
}

/// The same where a template is being deployed and nobody tells with which parameters: what other values than the defaults
/// make is [supposed](Root::supposed) only. `compared`: as with [`evaluate_compared`].
pub fn evaluate_requested(
    files: &Files,
    id: FileId,
    parsed: Parsed,
    world: &World,
    compared: bool,
) -> (Vec<Root>, Vec<Diagnostic>) {
    with_room(files, id, || {
        all_cases(files, id, parsed, world, Past::Supposed { compared })
    })
}

/// The same for a template whose parameters have their defaults, but for the cases that it takes for every resource which
/// matters to exist in one of them.
pub fn evaluate_deployed(
    files: &Files,
    id: FileId,
    parsed: Parsed,
    world: &World,
) -> (Vec<Root>, Vec<Diagnostic>) {
    with_room(files, id, || {
        all_cases(files, id, parsed, world, Past::Existing)
    })
}

/// What is looked at past the defaults of parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Past {
    /// Every way in which resources may come out.
    Every,
    /// The same, and the ways in which they do not exist.
    Compared,
    /// Either, where nobody tells whether it is deployed so.
    Supposed { compared: bool },
    /// What it takes for every resource to exist.
    Existing,
}

fn all_cases(
    files: &Files,
    id: FileId,
    parsed: Parsed,
    world: &World,
    past: Past,
) -> (Vec<Root>, Vec<Diagnostic>) {
    let run = Run {
        every_case: past != Past::Existing,
        absence: matches!(past, Past::Compared | Past::Supposed { compared: true }),
        ..Run::new(files, world, true)
    };
    let mut roots = Vec::new();
    if let Some(template) = Template::load(&run, id, parsed) {
        let given = parameter::inputs(&run);
        parameter::undeclared(&run, &template, &given);
        let mut variants = defaults::variants(&run, &template, &given);
        let cases = variants.iter().map(|v| v.cases.len()).sum();
        let mut budget = case::CASES.saturating_sub(cases);
        let several = variants.len() > 1;
        for (i, variant) in variants.iter_mut().enumerate() {
            run.aside.set(i > 0);
            let mut found = Vec::new();
            for case in std::mem::take(&mut variant.cases) {
                by_nested_cases(&mut variant.stack, &case, &mut budget, &mut found);
            }
            let supposed = matches!(past, Past::Supposed { .. }) && (i > 0 || found.len() > 1);
            for mut root in found {
                let elsewhere = || defaults::ELSEWHERE.to_owned();
                root.case = root.case.or_else(|| several.then(elsewhere));
                root.supposed = supposed;
                roots.push(root);
            }
        }
    }
    (roots, run.told())
}

/// Evaluates a template with one entry for each resource: what an undecided condition leaves open is unknown, with the
/// possible values, and a resource that does not exist is listed as such.
pub fn resolve(files: &Files, id: FileId, world: &World) -> (Root, Vec<Diagnostic>) {
    resolve_parsed(files, id, Parsed::of(files, id), world)
}

/// The same for a template that has been read.
pub fn resolve_parsed(
    files: &Files,
    id: FileId,
    parsed: Parsed,
    world: &World,
) -> (Root, Vec<Diagnostic>) {
    with_room(files, id, || open_case(files, id, parsed, world))
}

/// Runs an evaluation where it can nest: references that lead through many resources go deeper than a thread's stack is by
/// default.
fn with_room<T: Default + Send>(
    files: &Files,
    id: FileId,
    work: impl FnOnce() -> (T, Vec<Diagnostic>) + Send,
) -> (T, Vec<Diagnostic>) {
    let result = std::thread::scope(|scope| {
        let large = std::thread::Builder::new().stack_size(STACK);
        large.spawn_scoped(scope, work).ok()?.join().ok()
    });
    result.unwrap_or_else(|| {
        let path = files.get(id).map(|f| f.path.clone()).unwrap_or_default();
        let message = format!("`{path}` cannot be evaluated");
        (
            T::default(),
            vec![Diagnostic::error("template-evaluation", message)],
        )
    })
}

fn open_case(files: &Files, id: FileId, parsed: Parsed, world: &World) -> (Root, Vec<Diagnostic>) {
    let run = Run::new(files, world, false);
    let mut out = Root {
        form: Form::CloudFormation,
        name: files.get(id).map(|f| f.path.clone()).unwrap_or_default(),
        ..Root::default()
    };
    if let Some(template) = Template::load(&run, id, parsed) {
        let given = parameter::inputs(&run);
        parameter::undeclared(&run, &template, &given);
        let mut stack = defaults::outermost(&run, &template, &given);
        out = root(&mut stack, Case::open(), true);
    }
    (out, run.told())
}

/// The roots of one case: several where nested stacks have cases of their own. `budget` is how many more roots there may
/// be; without it, what a nested stack leaves open stays unknown.
fn by_nested_cases(stack: &mut Stack<'_>, case: &Case, budget: &mut usize, roots: &mut Vec<Root>) {
    let mut waiting = vec![BTreeMap::new()];
    while let Some(chosen) = waiting.pop() {
        stack.run.chosen.replace(chosen.clone());
        let mut root = root(stack, case.clone(), false);
        match stack.run.open.take() {
            Some((prefix, cases)) if cases.len() <= *budget + 1 => {
                *budget -= cases.len() - 1;
                for case in cases.into_iter().rev() {
                    let mut chosen = chosen.clone();
                    chosen.insert(prefix.clone(), case);
                    waiting.push(chosen);
                }
            }
            _ => {
                let nested = chosen.values().filter_map(|c| c.label.clone());
                let labels: Vec<String> = root.case.take().into_iter().chain(nested).collect();
                root.case = (!labels.is_empty()).then(|| labels.join(" and "));
                roots.push(root);
            }
        }
    }
    stack.run.chosen.take();
}

fn root(stack: &mut Stack<'_>, case: Case, with_absent: bool) -> Root {
    stack.run.used.reset();
    stack.assume(case.assumption);
    let mut found = resources::resources(stack);
    if !with_absent {
        found.retain(|r| r.exists != Some(false));
    }
    let mut blind_spots = Vec::new();
    for spot in stack.blind_spots() {
        if !blind_spots.contains(&spot) {
            blind_spots.push(spot);
        }
    }
    Root {
        name: stack.template.name.clone(),
        form: Form::CloudFormation,
        case: case.label,
        supposed: false,
        conditions: resources::conditions_that_matter(stack)
            .into_iter()
            .filter_map(|name| stack.truth(&name).map(|truth| (name, truth)))
            .collect(),
        resources: found,
        outputs: stack.outputs(),
        blind_spots: blind_spots.into_iter().map(|s| s.unknown()).collect(),
        unseen: Vec::new(),
        exports: stack.exports(),
        imports: stack.run.imports.borrow().clone(),
    }
}

/// The values that a stack is given by name.
type GivenValues = BTreeMap<String, Given>;

#[cfg(test)]
mod tests;
