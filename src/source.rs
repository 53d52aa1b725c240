//! From paths and texts to roots: which files are infrastructure code, which directories are root modules, and who
//! evaluates them. The only walker of directories.

use crate::cloudformation::{self, Parsed};
use crate::diagnostic::{Diagnostic, Level};
use crate::raw::{Form, Root};
use crate::span::{FileId, Files};
use crate::terraform::plan::Code;
use crate::terraform::{self, Demand};
use crate::world::World;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

mod assembly;
mod bytes;
mod calls;
mod document;
mod exports;
mod marks;
mod modules;
mod walk;

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file or a directory, as given on the command line.
    Path(String),
    /// The text of standard input.
    Text(String),
    /// A plan that has been read already.
    Plan(Plan),
}

/// A plan that stands in no file as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The name of its root.
    pub name: String,
    /// The plan, as `terraform show -json` prints it.
    pub text: String,
    /// The code that it was made of, where that is known.
    pub code: Option<Code>,
}

/// What is read and what is not.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Patterns in the notation of `.gitignore`, against paths as shown and as counted from the input: what they match is
    /// no root. A module that is called is read all the same.
    pub exclude: Vec<String>,
    /// The directory of the code that plans were surely made of; `None`: code beside a plan lends it places only.
    pub code: Option<String>,
    /// What is asked of root modules.
    pub demand: Demand,
    /// Templates are looked at as they are deployed with the defaults of their parameters; else in every case.
    pub at_defaults: bool,
    /// Templates are compared with others, so that it matters where a resource does not exist.
    pub compared: bool,
}

/// What the input holds.
#[derive(Debug, Default)]
pub struct Sources {
    /// Everything that is deployed as a whole and may hold what matters, sorted by name and case.
    pub roots: Vec<Root>,
    /// Problems with the input, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Files of infrastructure code that were read, those without anything that matters included.
    pub files: usize,
    /// What was left out: the reason, and how many.
    pub skipped: Vec<(String, usize)>,
}

/// The input cannot be read as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(pub String);

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// What an evaluator yields.
type Evaluated<T> = (T, Vec<Diagnostic>);

/// Who evaluates what: the evaluators of the two languages, or others in tests.
#[derive(Clone, Copy)]
struct Evaluators {
    module: fn(&Files, &Path, &str, &World, Demand) -> Evaluated<Root>,
    module_text: fn(&Files, FileId, &World, Demand) -> Evaluated<Root>,
    plan: fn(&Files, FileId, &World, Option<&Code>) -> Evaluated<Root>,
    template: fn(&Files, FileId, Parsed, &World) -> Evaluated<Vec<Root>>,
}

const EVALUATORS: Evaluators = Evaluators {
    module: terraform::evaluate_for,
    module_text: terraform::evaluate_text_for,
    plan: terraform::plan::evaluate,
    template: cloudformation::evaluate_parsed,
};

/// Reads everything that is given, each root by itself and in parallel; what cannot hold anything that matters is
/// counted and not evaluated.
///
/// # Errors
/// A path that does not exist, a pattern that is none.
pub fn read(
    inputs: &[Input],
    world: &World,
    files: &Files,
    options: &Options,
) -> Result<Sources, Error> {
    let evaluators = Evaluators {
        template: match (options.at_defaults, options.compared) {
            (true, _) => cloudformation::evaluate_deployed,
            (false, true) => cloudformation::evaluate_compared,
            (false, false) => cloudformation::evaluate_parsed,
        },
        ..EVALUATORS
    };
    read_with(evaluators, inputs, world, files, options)
}

fn read_with(
    evaluators: Evaluators,
    inputs: &[Input],
    world: &World,
    files: &Files,
    options: &Options,
) -> Result<Sources, Error> {
    let exclude = walk::exclusions(&options.exclude)?;
    let (mut paths, mut texts, mut plans) = (Vec::new(), Vec::new(), Vec::new());
    for input in inputs {
        match input {
            Input::Path(path) => paths.push(path.as_str()),
            Input::Text(text) => texts.push(text.clone()),
            Input::Plan(plan) => plans.push(plan),
        }
    }
    let reader = document::Reader {
        evaluators,
        world,
        files,
        code: options.code.as_deref(),
        demand: options.demand,
    };
    let mut found = walk::walk(&paths, &exclude)?;
    assembly::narrow(&mut found);
    let mut parts = vec![Part {
        skipped: found.skipped,
        diagnostics: found.diagnostics,
        ..Part::default()
    }];
    let modules = modules::scan(&found.directories);
    let mut counted = Part {
        files: modules.files,
        ..Part::default()
    };
    if modules.without > 0 {
        let reason = "root modules without anything that matters here";
        counted.skipped.insert(reason.to_owned(), modules.without);
    }
    parts.push(counted);
    let evaluate = |entry: &walk::Entry| {
        let (root, diagnostics) =
            (evaluators.module)(files, &entry.path, &entry.shown, world, options.demand);
        Part::of(vec![root], diagnostics)
    };
    parts.extend(terraform::on_threads(&modules.roots, evaluate));
    let documents: Vec<&walk::Entry> = found.documents.values().collect();
    parts.extend(exports::read(reader, &documents));
    parts.extend(texts.into_iter().map(|text| reader.standard_input(text)));
    parts.extend(plans.into_iter().map(|plan| reader.made(plan)));
    let mut sources = gathered(files, parts, modules.without > 0);
    order(files, &mut sources.diagnostics);
    keep_secrets(&sources.roots, &mut sources.diagnostics, files);
    Ok(sources)
}

/// Keeps what resources hold of sensitive things from being said, by the diagnostics to begin with.
fn keep_secrets(roots: &[Root], diagnostics: &mut [Diagnostic], files: &Files) {
    let resources = roots.iter().flat_map(|root| &root.resources);
    resources.for_each(|resource| resource.attributes.conceal(files));
    for diagnostic in diagnostics {
        let texts = [&mut diagnostic.message].into_iter();
        let texts = texts.chain(diagnostic.help.as_mut());
        for text in texts.chain(diagnostic.related.iter_mut().map(|(says, _)| says)) {
            if let Cow::Owned(shown) = files.without_secrets(text) {
                *text = shown;
            }
        }
    }
}

/// How many roots of a form were evaluated.
fn evaluated(parts: &[Part], form: Form) -> usize {
    let roots = parts.iter().flat_map(|p| &p.roots);
    let names: BTreeSet<&str> = roots
        .filter(|r| r.form == form)
        .map(|r| r.name.as_str())
        .collect();
    names.len()
}

/// What one root does not declare may be meant for another: it is told where none declares it.
fn undeclared(diagnostics: &mut Vec<Diagnostic>, code: &str, roots: usize) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for diagnostic in diagnostics.iter().filter(|d| d.code == code) {
        *count.entry(diagnostic.message.clone()).or_default() += 1;
    }
    let by_all = |d: &Diagnostic| count.get(&d.message).is_some_and(|by| *by >= roots);
    diagnostics.retain(|d| d.code != code || by_all(d));
}

/// Puts the parts together; what no root declares is told once.
fn gathered(files: &Files, parts: Vec<Part>, unseen: bool) -> Sources {
    let templates = evaluated(&parts, Form::CloudFormation);
    let modules_evaluated = evaluated(&parts, Form::Terraform);
    let mut sources = collect(files, parts);
    let told = &mut sources.diagnostics;
    undeclared(told, terraform::UNDECLARED, modules_evaluated);
    undeclared(told, cloudformation::UNDECLARED, templates);
    for diagnostic in told.iter_mut().filter(|d| d.code == terraform::UNDECLARED) {
        if unseen {
            diagnostic.level = Level::Warning; // one that was not looked at may declare it
        }
    }
    sources
}

/// What one root or file adds.
#[derive(Debug, Default)]
struct Part {
    /// The text, where it is a template's.
    template: Option<FileId>,
    /// A template that holds nothing that matters, but perhaps something that another one takes.
    exporter: bool,
    roots: Vec<Root>,
    diagnostics: Vec<Diagnostic>,
    files: usize,
    skipped: BTreeMap<String, usize>,
}

impl Part {
    fn of(roots: Vec<Root>, diagnostics: Vec<Diagnostic>) -> Self {
        Part {
            roots,
            diagnostics,
            ..Part::default()
        }
    }

    fn problem(diagnostic: Diagnostic) -> Self {
        Part::of(Vec::new(), vec![diagnostic])
    }

    fn skipped(reason: &str) -> Self {
        Part {
            skipped: BTreeMap::from([(reason.to_owned(), 1)]),
            ..Part::default()
        }
    }

    fn file() -> Self {
        Part {
            files: 1,
            ..Part::default()
        }
    }
}

/// Puts the parts together, in an order that does not depend on threads.
fn collect(files: &Files, parts: Vec<Part>) -> Sources {
    let mut sources = Sources::default();
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    for part in parts {
        sources.roots.extend(part.roots);
        sources.diagnostics.extend(part.diagnostics);
        sources.files += part.files;
        for (reason, count) in part.skipped {
            *skipped.entry(reason).or_default() += count;
        }
    }
    sources.skipped = skipped.into_iter().collect();
    drop_nested(files, &mut sources.roots);
    (sources.roots).sort_by(|a, b| (&a.name, &a.case).cmp(&(&b.name, &b.case)));
    sources
}

/// A template that another one nests is judged through that one: where its resources are among those of a root of
/// another name, it is no root of its own. Of templates that nest each other in a circle, one stands for all.
fn drop_nested(files: &Files, roots: &mut Vec<Root>) {
    if roots.len() < 2 {
        return;
    }
    let real = |path: &str| Path::new(path).canonicalize().ok();
    let mut nests: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for root in roots.iter().filter(|r| r.form == Form::CloudFormation) {
        let Some(own) = real(&root.name) else {
            continue;
        };
        let mut ids: Vec<FileId> = root.resources.iter().map(|r| r.span.file).collect();
        ids.sort_unstable();
        ids.dedup();
        let paths = ids.into_iter().filter_map(|id| files.get(id));
        let others = paths.filter_map(|f| real(&f.path)).filter(|p| *p != own);
        let others: BTreeSet<PathBuf> = others.collect();
        nests.entry(own).or_default().extend(others);
    }
    let judged = judged_through_others(&nests);
    let is_judged = |r: &Root| real(&r.name).is_some_and(|p| judged.contains(&p));
    roots.retain(|r| judged.is_empty() || r.form != Form::CloudFormation || !is_judged(r));
}

/// The templates that are part of another one that is kept; `nests`: those whose resources each template's roots hold.
fn judged_through_others(nests: &BTreeMap<PathBuf, BTreeSet<PathBuf>>) -> BTreeSet<PathBuf> {
    let nested: BTreeSet<&PathBuf> = nests.values().flatten().collect();
    let (inner, outer): (Vec<_>, Vec<_>) = nests.keys().partition(|p| nested.contains(p));
    let mut judged: BTreeSet<PathBuf> = BTreeSet::new();
    for path in outer.into_iter().chain(inner) {
        if judged.contains(path) {
            continue;
        }
        // what a template's resources come from is told in full: no need to follow it further
        let others = nests.get(path).into_iter().flatten().cloned();
        judged.extend(others);
    }
    judged
}

/// Whether the text of a template can hold anything that matters, looked for in its bytes.
pub fn may_matter(template: &str) -> bool {
    marks::template(template.as_bytes())
}

/// Sorts by place; two roots that load one file say the same thing once.
fn order(files: &Files, diagnostics: &mut Vec<Diagnostic>) {
    let key = |d: &Diagnostic| {
        let location = d.span.map(|s| files.location(s));
        (location, d.code, d.message.clone())
    };
    diagnostics.sort_by_cached_key(|d| (key(d), d.help.is_none()));
    diagnostics.dedup_by_key(|d| key(d));
}

/// Reads exactly one root in full, as `resolve` shows it: a module's directory (or one of its files), a plan, a template,
/// or standard input.
///
/// # Errors
/// A path that does not exist, or that is nothing of the kind.
pub fn read_one(
    input: &Input,
    world: &World,
    files: &Files,
) -> Result<(Root, Vec<Diagnostic>), Error> {
    let whole = |files: &Files, id: FileId, parsed: Parsed, world: &World| {
        let (root, diagnostics) = cloudformation::resolve_parsed(files, id, parsed, world);
        (vec![root], diagnostics)
    };
    let planned = |files: &Files, dir: &Path, shown: &str, world: &World, demand| {
        complete(
            terraform::evaluate_for(files, dir, shown, world, demand),
            world,
        )
    };
    let planned_text = |files: &Files, id: FileId, world: &World, demand| {
        complete(
            terraform::evaluate_text_for(files, id, world, demand),
            world,
        )
    };
    let evaluators = Evaluators {
        module: planned,
        module_text: planned_text,
        plan: terraform::plan::resolve,
        template: whole,
    };
    read_one_with(evaluators, input, world, files)
}

/// The attributes of a module's resources as terraform's plan shows them.
fn complete((mut root, diagnostics): Evaluated<Root>, world: &World) -> Evaluated<Root> {
    for resource in &mut root.resources {
        resource.attributes = terraform::planned(resource, world);
    }
    (root, diagnostics)
}

fn read_one_with(
    evaluators: Evaluators,
    input: &Input,
    world: &World,
    files: &Files,
) -> Result<(Root, Vec<Diagnostic>), Error> {
    let reader = document::Reader {
        evaluators,
        world,
        files,
        code: None,
        demand: Demand::Everything,
    };
    let path = match input {
        Input::Path(path) => path,
        Input::Text(text) => return only(files, "-", reader.standard_input(text.clone())),
        Input::Plan(plan) => return only(files, &plan.name, reader.made(plan)),
    };
    let found = walk::named(path)?;
    if let Some(entry) = found.directories.values().next() {
        let all = Demand::Everything;
        let (root, mut diagnostics) =
            (evaluators.module)(files, &entry.path, &entry.shown, world, all);
        order(files, &mut diagnostics);
        keep_secrets(std::slice::from_ref(&root), &mut diagnostics, files);
        return Ok((root, diagnostics));
    }
    match found.documents.values().next() {
        Some(entry) => only(files, &entry.shown, reader.read_whole(entry)),
        None => Err(Error(format!(
            "`{path}` is no root module, plan or template"
        ))),
    }
}

fn only(files: &Files, name: &str, part: Part) -> Result<(Root, Vec<Diagnostic>), Error> {
    let mut diagnostics = part.diagnostics;
    order(files, &mut diagnostics);
    keep_secrets(&part.roots, &mut diagnostics, files);
    match part.roots.into_iter().next() {
        Some(root) => Ok((root, diagnostics)),
        None if !diagnostics.is_empty() => {
            let root = Root {
                name: name.to_owned(),
                ..Root::default()
            };
            Ok((root, diagnostics))
        }
        None => Err(Error(format!("`{name}` is no plan or template"))),
    }
}

#[cfg(test)]
mod tests;
