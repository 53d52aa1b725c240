//! Reads `terraform show -json PLAN`: the resources as they will be, with what is only known after apply as unknowns.
//! The format is versioned: a minor version may add keys, which are passed over; another major version is refused.
//! What a plan does not tell (where a value was written, how it was made) is taken from its `configuration`, as far as
//! the references that it lists there leave no doubt.

use crate::diagnostic::Diagnostic;
use crate::raw::{Action, Form, Mode, RawResource, Root};
use crate::span::{FileId, Files, Span};
use crate::syntax::json;
use crate::syntax::scalar::{Scalar, Scalars};
use crate::syntax::tree::Tree;
use crate::value::{Unknown, Value};
use crate::world::World;
use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use self::configuration::Configuration;
use self::references::Follower;
use self::unshown::Unshown;

mod address;
mod change;
mod computed;
mod configuration;
mod left_out;
mod outputs;
mod overlay;
mod provider;
mod references;
mod unshown;
mod veil;
mod written;

pub use self::written::Code;

/// The version of the format that is read; OpenTofu writes the same.
const MAJORS: [&str; 2] = ["0", "1"];

/// How many documents deep a policy document may be made of others that are put off, too.
const ROUNDS: usize = 8;

/// The resources of a plan, with the attributes that the code sets or that a default sets: what the code leaves to the
/// provider is left out, as in the evaluation of HCL. Places are places in the plan's file, or in the code that the plan
/// was made of, where that is given.
pub fn evaluate(
    files: &Files,
    id: FileId,
    world: &World,
    code: Option<&Code>,
) -> (Root, Vec<Diagnostic>) {
    read(files, id, world, code, false)
}

/// The resources of a plan with all attributes that the plan shows.
pub fn resolve(
    files: &Files,
    id: FileId,
    world: &World,
    code: Option<&Code>,
) -> (Root, Vec<Diagnostic>) {
    read(files, id, world, code, true)
}

fn read(
    files: &Files,
    id: FileId,
    world: &World,
    code: Option<&Code>,
    whole: bool,
) -> (Root, Vec<Diagnostic>) {
    let mut root = Root {
        name: files.get(id).map(|f| f.path.clone()).unwrap_or_default(),
        form: Form::Plan,
        ..Root::default()
    };
    let (tree, mut diagnostics) = json::parse(files, id);
    let Some(tree) = tree else {
        return (root, diagnostics);
    };
    match check(&tree) {
        Ok(warnings) => diagnostics.extend(warnings),
        Err(problem) => {
            diagnostics.push(problem);
            return (root, diagnostics);
        }
    }
    (veil::sensitive(&tree).into_iter()).for_each(|span| files.hide(span));
    let configuration = Configuration::of(&tree);
    let mut plan = Plan {
        world,
        configuration,
        diagnostics,
    };
    root.resources = plan.resources(&tree);
    if !whole {
        for resource in &mut root.resources {
            left_out::drop(resource, &plan.configuration);
        }
    }
    if let Some(code) = code {
        written::locate(&mut root, &tree, code, files, world, whole);
    }
    if !whole {
        let unshown = LazyCell::new(|| Unshown::of(&tree, &plan.configuration));
        let planned = code.is_some_and(|c| c.planned);
        // of what stands in the code, that code has told
        let open = |r: &&mut RawResource| !(planned && r.span.file != id);
        for resource in root.resources.iter_mut().filter(open) {
            left_out::drop_attached(resource, &plan.configuration, &unshown);
        }
    }
    root.outputs = outputs::read(&tree);
    root.blind_spots = blind_spots(&tree);
    if let Some((why, warning)) = incomplete(&tree).filter(|_| root.blind_spots.is_empty()) {
        root.blind_spots.push(Arc::new(why));
        plan.diagnostics.push(warning);
    }
    (root, plan.diagnostics)
}

/// A plan that is being read.
struct Plan<'a> {
    world: &'a World,
    configuration: Configuration<'a>,
    diagnostics: Vec<Diagnostic>,
}

impl Plan<'_> {
    /// What changes or stays, then the data sources that were read while planning, in the plan's order.
    fn resources(&mut self, tree: &Tree) -> Vec<RawResource> {
        let mut resources = Vec::new();
        for entry in list(tree, "resource_changes") {
            match change::read(entry) {
                Ok(resource) => resources.push(resource),
                Err(problem) => self.diagnostics.push(problem),
            }
        }
        let listed: BTreeSet<String> = resources.iter().map(|r| r.address.clone()).collect();
        let absent = |r: &RawResource| !listed.contains(&r.address);
        if let Some(planned) = tree.get("planned_values") {
            let (mut planned, problems) = change::values(planned, absent);
            (planned.iter_mut()).for_each(|r| overlay::open(&mut r.attributes));
            resources.extend(planned);
            self.diagnostics.extend(problems);
        }
        if let Some(before) = tree.get("prior_state").and_then(|s| s.get("values")) {
            let read = |r: &RawResource| r.mode == Mode::Data && absent(r);
            let (read, problems) = change::values(before, read);
            resources.extend(read);
            self.diagnostics.extend(problems);
        }
        provider::place(&mut resources, &self.configuration, self.world);
        self.follow(&mut resources);
        for resource in &mut resources {
            computed::names(resource, self.world);
        }
        resources
    }

    /// Tells where values come from. Documents that terraform puts off come first, as often as one may hold another.
    fn follow(&mut self, resources: &mut [RawResource]) {
        let late = |r: &&RawResource| r.mode == Mode::Data && r.action() == Some(Action::Read);
        let rounds = resources.iter().filter(late).count().min(ROUNDS);
        let mut problems = Vec::new();
        for _ in 0..rounds {
            self.annotate(resources, |r| late(&r));
            problems = (resources.iter_mut().filter(|r| late(&&**r)))
                .flat_map(computed::document)
                .collect();
        }
        self.diagnostics.extend(problems);
        self.annotate(resources, |r| !late(&r));
    }

    fn annotate(&self, resources: &mut [RawResource], which: impl Fn(&RawResource) -> bool) {
        let follower = Follower::new(resources, &self.configuration);
        let annotated = resources.iter().map(|r| match which(r) {
            true => follower.attributes(r),
            false => None,
        });
        let annotated: Vec<Option<Value>> = annotated.collect();
        for (resource, attributes) in resources.iter_mut().zip(annotated) {
            if let Some(attributes) = attributes {
                resource.attributes = attributes;
            }
        }
    }
}

/// Refuses what is no plan, or one that does not say what will be.
fn check(tree: &Tree) -> Result<Vec<Diagnostic>, Diagnostic> {
    let Some(version) = tree.get("format_version") else {
        let message = "this is no plan: it has no `format_version`";
        return Err(Diagnostic::error("plan-format", message)
            .at(start(tree))
            .help("make it with `terraform show -json PLANFILE`"));
    };
    let number = version.str().unwrap_or_default();
    let major = number.split('.').next().unwrap_or_default();
    if !MAJORS.contains(&major) {
        let message = format!("plans of format version `{number}` are not known, only 0.x and 1.x");
        return Err(Diagnostic::error("plan-format", message).at(version.span));
    }
    if tree.get("planned_values").is_none() && tree.get("resource_changes").is_none() {
        let state = tree.get("values").is_some();
        let what = if state { "a state" } else { "something else" };
        let message = format!("this is {what}, not a plan");
        return Err(Diagnostic::error("plan-format", message)
            .at(start(tree))
            .help(
                "plan first: `terraform plan -out PLANFILE`, then `terraform show -json PLANFILE`",
            ));
    }
    if let Some(errored) = tree.get("errored").filter(|t| is_true(t)) {
        let message = "this plan stopped at an error: what it says is not all that it would do";
        return Ok(vec![
            Diagnostic::error("plan-errored", message)
                .at(errored.span)
                .help("mend what terraform complains of, and plan again"),
        ]);
    }
    Ok(Vec::new())
}

/// What terraform put off to a later plan.
fn blind_spots(tree: &Tree) -> Vec<Arc<Unknown>> {
    let deferred = list(tree, "deferred_changes").len();
    if deferred == 0 {
        return Vec::new();
    }
    let reason = format!("terraform put off {deferred} changes to a later plan");
    vec![Arc::new(
        Unknown::because(reason).settle("apply this plan, and check the next one"),
    )]
}

/// What a plan leaves out that was made for a part of the code, with `-target`, or that could not go on.
fn incomplete(tree: &Tree) -> Option<(Unknown, Diagnostic)> {
    let complete = tree.get("complete")?;
    if complete.scalar(Scalars::Json) != Some(Scalar::Bool(false)) {
        return None;
    }
    let message = "this plan covers a part of the code only";
    let settle = "plan without `-target`";
    let warning = Diagnostic::warning("plan-incomplete", message).at(complete.span);
    Some((
        Unknown::because(message).settle(settle),
        warning.help(settle),
    ))
}

/// The elements of a list that may be left out.
fn list<'a>(tree: &'a Tree, key: &str) -> &'a [Tree] {
    tree.get(key).map(Tree::items).unwrap_or_default()
}

fn is_true(tree: &Tree) -> bool {
    tree.scalar(Scalars::Json) == Some(Scalar::Bool(true))
}

/// The first byte of a tree: the whole file makes no caret.
fn start(tree: &Tree) -> Span {
    tree.span.slice(0, 1)
}

#[cfg(test)]
mod tests;
