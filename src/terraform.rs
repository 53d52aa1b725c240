//! Terraform: modules, their inputs, and the evaluation of their expressions into resources.
//!
//! Evaluation is driven by demand: the list of a root module's resources asks for attributes, these for what they refer
//! to, each thing worked out once. What depends on the deployment, on inputs without value or on AWS becomes a typed
//! unknown with its reason; everything else is exactly what terraform would say.

use crate::diagnostic::Diagnostic;
use crate::raw::{RawResource, Root};
use crate::span::{FileId, Files};
use crate::syntax::hcl;
use crate::value::Value;
use crate::world::World;
use std::path::Path;
use std::rc::Rc;

pub mod convert;
pub mod data;
pub mod functions;
pub mod plan;
mod attempt;
mod blocks;
mod calls;
mod collection;
mod computed;
mod conditions;
mod doubt;
mod enabled;
mod ephemeral;
mod expand;
mod expression;
mod failure;
mod hushed;
mod inputs;
mod installed;
mod json;
mod keys;
mod memo;
mod module;
mod names;
mod operators;
mod provider;
mod references;
mod resources;
mod room;
mod run;
mod schema;
mod tfvars;
mod traverse;
mod types;
mod unseen;

pub(crate) use self::inputs::UNDECLARED;

pub(crate) use self::room::on_threads;

/// What is asked of an evaluation.
#[derive(Clone, Copy, Debug, Default)]
pub enum Demand {
    /// All that a plan would show.
    #[default]
    Everything,
    /// Some managed resources. Everything else is looked at where one of them refers to it; what is wrong with the rest is
    /// terraform's business. What a module may hold that cannot be read is told all the same.
    Resources(Wanted),
}

/// What is asked of managed resources.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Of which types.
    pub types: fn(&str) -> bool,
    /// Of a type, which arguments and blocks.
    pub attributes: fn(&str, &str) -> bool,
}

/// Evaluates the root module in a directory, all of it. `shown` is the directory as the user calls it.
pub fn evaluate(files: &Files, dir: &Path, shown: &str, world: &World) -> (Root, Vec<Diagnostic>) {
    evaluate_for(files, dir, shown, world, Demand::Everything)
}

/// Evaluates a text that is a whole root module in one file, all of it.
#[cfg(test)]
pub(crate) fn evaluate_text(files: &Files, id: FileId, world: &World) -> (Root, Vec<Diagnostic>) {
    evaluate_text_for(files, id, world, Demand::Everything)
}

/// Evaluates what is asked of the root module in a directory.
pub fn evaluate_for(
    files: &Files,
    dir: &Path,
    shown: &str,
    world: &World,
    demand: Demand,
) -> (Root, Vec<Diagnostic>) {
    with_room(shown, || {
        let run = run::Run::new(files, dir, shown, world, demand);
        let module = match run.module(&run.dir, shown) {
            Ok(module) => module,
            Err(e) => {
                let message = format!("cannot read `{shown}`: {e}");
                return (empty(shown), vec![Diagnostic::error("unreadable", message)]);
            }
        };
        run.collect_inputs();
        list(run, module)
    })
}

/// Evaluates what is asked of a text that is a whole root module in one file.
pub fn evaluate_text_for(
    files: &Files,
    id: FileId,
    world: &World,
    demand: Demand,
) -> (Root, Vec<Diagnostic>) {
    let shown = files.get(id).map_or_else(String::new, |f| f.path.clone());
    with_room(&shown, || {
        let run = run::Run::new(files, Path::new("."), &shown, world, demand);
        let module = run.module_of_text(id);
        run.collect_given();
        list(run, module)
    })
}

fn list(run: run::Run, module: Rc<module::Module>) -> (Root, Vec<Diagnostic>) {
    run.check_given(&module);
    let root = Rc::new(run::Instance::new(module, run.dir.clone()));
    let list = run.list(&root);
    root.release();
    (list, run.diagnostics())
}

fn empty(shown: &str) -> Root {
    Root {
        name: shown.to_owned(),
        ..Root::default()
    }
}

/// Runs an evaluation where it can nest.
fn with_room(
    shown: &str,
    work: impl FnOnce() -> (Root, Vec<Diagnostic>) + Send,
) -> (Root, Vec<Diagnostic>) {
    let result = room::with(work);
    result.unwrap_or_else(|| {
        let message = format!("`{shown}` cannot be evaluated");
        (
            empty(shown),
            vec![Diagnostic::error("terraform-evaluation", message)],
        )
    })
}

/// Parses a file in either syntax.
fn parse(files: &Files, id: FileId) -> (hcl::Body, Vec<Diagnostic>) {
    let file = files.get(id);
    let text = file.as_ref().map_or("", |f| &*f.text);
    if text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('{')
    {
        json::parse(files, id)
    } else {
        hcl::parse(files, id)
    }
}

/// All attributes of a resource or data source as terraform's plan shows them: with defaults, null for what is left out
/// and unknown for what is known after apply.
pub fn planned(raw: &RawResource, world: &World) -> Value {
    let rendered = data::attribute_values(&raw.kind, &raw.attributes, raw.span);
    let mut known = computed::known(raw, world);
    known.extend(rendered.and_then(Result::ok).unwrap_or_default());
    computed::complete(raw, known)
}

/// The local directories that a file's module calls name: `./…`, `../…`, as written: what `source` finds in bytes.
#[cfg(test)]
pub(crate) fn local_calls(text: &str) -> Vec<String> {
    if memchr::memmem::find(text.as_bytes(), b"module").is_none() {
        return Vec::new();
    }
    let files = Files::default();
    let id = files.add("", text);
    let (body, _) = parse(&files, id);
    (body.blocks("module"))
        .filter_map(|block| block.body.attribute("source")?.expr.as_literal())
        .filter(|source| source.starts_with("./") || source.starts_with("../"))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
