//! One evaluation of a root module: its tree of module instances, what has been worked out so far, and what went wrong.

use super::Demand;
use super::calls::Calls;
use super::expand::{Each, Expanded};
use super::expression::opaque;
pub(super) use super::failure::{Failure, Outcome, Sort};
use super::memo::Memo;
use super::module::{self, Module, Name};
use super::provider::Provider;
use crate::diagnostic::{Diagnostic, Level};
use crate::raw::Doubt;
use crate::span::{FileId, Files, Span};
use crate::syntax::hcl::Block;
use crate::value::{Cause, Kind, Part, Reason, Type, Unknown, Value};
use crate::world::World;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// Deepest nesting of expressions and of values that refer to each other.
const MAX_DEPTH: usize = 3000;

/// Deepest nesting of a value; no deeper than what can be written in one expression.
const MAX_NESTING: usize = crate::syntax::hcl::MAX_DEPTH;

/// A value that weighs more is not carried on: values made of each other grow by powers. What can be written in one file
/// weighs less.
const MAX_WEIGHT: usize = 250_000;

/// More calls of modules than this are not followed: modules that call each other several times grow by powers.
const MAX_CALLS: usize = 10_000;

/// So many bytes of a text weigh as much as an element.
const TEXT_UNIT: usize = 64;

/// One evaluation.
pub(super) struct Run<'a> {
    pub(super) files: &'a Files,
    pub(super) world: &'a World,
    pub(super) demand: Demand,
    /// The root module's directory, and as the user calls it.
    pub(super) dir: PathBuf,
    pub(super) shown: String,
    /// Variables of the root module that were given, by name: the last one of each.
    pub(super) inputs: RefCell<BTreeMap<Arc<str>, super::inputs::Input>>,
    pub(super) given: RefCell<Vec<super::inputs::Given>>,
    modules: RefCell<HashMap<PathBuf, Result<Rc<Module>, String>>>,
    /// How far functions read files.
    pub(super) project: super::functions::Project,
    pub(super) installed: super::installed::Installed,
    diagnostics: RefCell<Vec<Diagnostic>>,
    told: RefCell<HashSet<Diagnostic>>,
    pub(super) blind_spots: RefCell<Vec<Arc<Unknown>>>,
    pub(super) unseen: super::unseen::Calls,
    depth: Cell<usize>,
    /// How many calls of modules were followed so far.
    calls: Cell<usize>,
    /// Why the expression under way may yet fail: asked by `try` and `can`.
    doubting: RefCell<Doubting>,
}

/// Why an expression may yet fail: something that it goes through could turn out not to be there, or not to fit. What is known
/// after apply counts: a later plan knows it.
pub(super) type Doubting = Option<Unknown>;

/// One instance of a module in the tree.
pub(super) struct Instance {
    pub(super) module: Rc<Module>,
    /// Its directory.
    pub(super) dir: PathBuf,
    /// The names of the calls that lead here, without keys: `service.ecr`, as modules.json has them.
    pub(super) path: String,
    /// `module.a["x"].module.b`; empty for the root.
    pub(super) address: String,
    /// Why it may not exist.
    pub(super) doubt: Option<Arc<Doubt>>,
    pub(super) depth: usize,
    pub(super) caller: Option<Caller>,
    pub(super) variables: Memo<Arc<str>, Value>,
    pub(super) locals: Memo<Arc<str>, Value>,
    pub(super) outputs: Memo<Arc<str>, Value>,
    pub(super) resources: Memo<Name, Rc<Expanded>>,
    pub(super) calls: Memo<Arc<str>, Rc<Calls>>,
    pub(super) providers: Memo<super::provider::Reference, Rc<Provider>>,
}

/// Who called a module instance.
pub(super) struct Caller {
    pub(super) instance: Rc<Instance>,
    pub(super) block: Rc<Block>,
    pub(super) each: Each,
}

/// What an expression may refer to.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) instance: &'s Rc<Instance>,
    pub(super) each: &'s Each,
    pub(super) frame: Option<&'s Frame<'s>>,
    /// Only the frames count: inside a template file, and for constants.
    pub(super) closed: bool,
}

/// A name that an expression brings along: of `for`, of a dynamic block, of a template.
pub(super) struct Frame<'s> {
    pub(super) name: &'s str,
    pub(super) value: Value,
    pub(super) outer: Option<&'s Frame<'s>>,
}

impl<'s> Scope<'s> {
    /// What stands directly in a module.
    pub(super) fn of(instance: &'s Rc<Instance>, each: &'s Each) -> Self {
        Scope {
            instance,
            each,
            frame: None,
            closed: false,
        }
    }

    /// The value of a name that an expression brought along.
    pub(super) fn lookup(&self, name: &str) -> Option<&'s Value> {
        let mut frame = self.frame;
        while let Some(f) = frame {
            if f.name == name {
                return Some(&f.value);
            }
            frame = f.outer;
        }
        None
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(
        files: &'a Files,
        dir: &Path,
        shown: &str,
        world: &'a World,
        demand: Demand,
    ) -> Self {
        let dir = normal(dir);
        let installed = super::installed::Installed::read(&dir);
        Run {
            files,
            world,
            demand,
            shown: shown.to_owned(),
            inputs: RefCell::default(),
            given: RefCell::default(),
            modules: RefCell::default(),
            project: super::functions::Project::default(),
            installed,
            dir,
            diagnostics: RefCell::default(),
            told: RefCell::default(),
            blind_spots: RefCell::default(),
            unseen: super::unseen::Calls::default(),
            depth: Cell::new(0),
            calls: Cell::new(0),
            doubting: RefCell::default(),
        }
    }

    /// The module in a directory, read once.
    pub(super) fn module(&self, dir: &Path, shown: &str) -> Result<Rc<Module>, String> {
        if self.calls.get() >= MAX_CALLS {
            return Err(format!(
                "there are more than {MAX_CALLS} instances of modules"
            ));
        }
        self.calls.set(self.calls.get() + 1);
        if let Some(known) = self.modules.borrow().get(dir) {
            return known.clone();
        }
        self.project.add(dir);
        let loaded =
            module::load(self.files, dir, shown, self.demand).map(|(module, diagnostics)| {
                diagnostics.into_iter().for_each(|d| self.tell(d));
                Rc::new(module)
            });
        self.modules
            .borrow_mut()
            .insert(dir.to_owned(), loaded.clone());
        loaded
    }

    /// Puts a module that stands in no directory where the root module's would be.
    pub(super) fn module_of_text(&self, id: FileId) -> Rc<Module> {
        let (module, diagnostics) = module::of_text(self.files, id, &self.shown);
        diagnostics.into_iter().for_each(|d| self.tell(d));
        Rc::new(module)
    }

    /// Tells a problem once.
    pub(super) fn tell(&self, diagnostic: Diagnostic) {
        if self.told.borrow_mut().insert(diagnostic.clone()) {
            self.diagnostics.borrow_mut().push(diagnostic);
        }
    }

    /// Whether an error was told.
    pub(super) fn has_errors(&self) -> bool {
        let told = self.diagnostics.borrow();
        told.iter().any(|d| d.level == Level::Error)
    }

    pub(super) fn diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics.into_inner()
    }

    /// Tells a failure and gives what stands in for the value.
    pub(super) fn failed(&self, failure: Failure) -> Unknown {
        self.told_as(failure, Level::Error)
    }

    /// The value of an argument of a resource, or an unknown once the failure has been told.
    pub(super) fn settle_argument(&self, outcome: Outcome, span: Span) -> Value {
        match outcome {
            Err(failure) if failure.sort == Sort::Unbuilt => {
                let unknown = self.told_as(failure, Level::Warning);
                Value::unknown(unknown.of(Type::String), span)
            }
            outcome => self.settle(outcome, span),
        }
    }

    fn told_as(&self, failure: Failure, level: Level) -> Unknown {
        let reason = match failure.sort == Sort::Silent || level == Level::Warning {
            true => Reason::from(failure.message.clone()),
            false => {
                let words = format!("its expression is wrong: {}", failure.message);
                Reason::new(Cause::Diagnosed, words)
            }
        };
        if failure.sort != Sort::Silent {
            let mut diagnostic =
                Diagnostic::error("terraform-evaluation", failure.message).at(failure.span);
            diagnostic.level = level;
            diagnostic.help = failure.help;
            diagnostic.related.extend(failure.related);
            self.tell(diagnostic);
        }
        Unknown::because(reason)
    }

    /// The value, or an unknown once the failure has been told. What everything above walks through is bounded here.
    pub(super) fn settle(&self, outcome: Outcome, span: Span) -> Value {
        let bounded = outcome.and_then(|value| {
            let mut left = MAX_WEIGHT;
            match weigh(&value, MAX_NESTING, &mut left) {
                Ok(()) => Ok(value),
                Err(message) => Err(Failure::new(span, message)),
            }
        });
        bounded.unwrap_or_else(|failure| Value::unknown(self.failed(failure), span))
    }

    /// Notes that the expression under way may yet fail, once this is known.
    pub(super) fn doubtful(&self, why: &Unknown) {
        let mut doubting = self.doubting.borrow_mut();
        doubting.get_or_insert_with(|| opaque(why, Type::Dynamic));
    }

    /// Notes the same where something in one of these is not known.
    pub(super) fn doubtful_of<'v>(&self, values: impl IntoIterator<Item = &'v Value>) {
        if let Some(why) = values.into_iter().find_map(Value::first_unknown) {
            self.doubtful(why);
        }
    }

    /// Runs `work`; the doubt that it noted, which is not passed on.
    pub(super) fn with_doubt<T>(&self, work: impl FnOnce() -> T) -> (T, Doubting) {
        let before = self.doubting.replace(None);
        let result = work();
        (result, self.doubting.replace(before))
    }

    /// A value that is worked out once: where it fails is told there, so no doubt about it concerns who asks.
    pub(super) fn once<K: Hash + Eq + Clone, V: Clone>(
        &self,
        memo: &Memo<K, V>,
        key: &K,
        cycle: impl FnOnce() -> V,
        make: impl FnOnce() -> V,
    ) -> V {
        self.with_doubt(|| memo.get(key, cycle, make)).0
    }

    /// What stands in for a value that is asked for while it is being worked out.
    pub(super) fn cycle(&self, what: &str, span: Span) -> Value {
        let message = format!("`{what}` depends on itself");
        self.tell(Diagnostic::error("terraform-evaluation", message.clone()).at(span));
        Value::unknown(Unknown::because(message), span)
    }

    /// Runs `work` one level deeper.
    pub(super) fn deeper(&self, span: Span, work: impl FnOnce() -> Outcome) -> Outcome {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err(Failure::new(
                span,
                format!("nested more than {MAX_DEPTH} levels deep"),
            ));
        }
        self.depth.set(depth + 1);
        let result = work();
        self.depth.set(depth);
        result
    }
}

/// Takes the weight of a value from what is left; fails where it nests too deeply or weighs too much.
fn weigh(value: &Value, levels: usize, left: &mut usize) -> Result<(), String> {
    let Some(levels) = levels.checked_sub(1) else {
        return Err(format!("a value nests more than {MAX_NESTING} levels deep"));
    };
    let own = match &value.kind {
        Kind::String(text) => {
            let bytes = text.parts().iter().map(|part| match part {
                Part::Lit(lit) => lit.text.len(),
                Part::Hole(_) => 1,
            });
            1 + bytes.sum::<usize>() / TEXT_UNIT
        }
        _ => 1,
    };
    let Some(rest) = left.checked_sub(own) else {
        return Err("a value is too large: it is made of others again and again".to_owned());
    };
    *left = rest;
    match &value.kind {
        Kind::Sequence { items, .. } => items.iter().try_for_each(|v| weigh(v, levels, left)),
        Kind::Mapping { entries, .. } => entries.values().try_for_each(|v| weigh(v, levels, left)),
        Kind::Unknown(unknown) => {
            let cases = unknown.either.iter().flatten();
            cases.into_iter().try_for_each(|v| weigh(v, levels, left))
        }
        _ => Ok(()),
    }
}

/// The path without `.` and `..`, links not followed.
pub(super) fn normal(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                _ => out.push(".."),
            },
            other => out.push(other),
        }
    }
    if out.as_os_str().is_empty() {
        out.push(".");
    }
    out
}

impl Instance {
    pub(super) fn new(module: Rc<Module>, dir: PathBuf) -> Self {
        Instance {
            module,
            dir,
            path: String::new(),
            address: String::new(),
            doubt: None,
            depth: 0,
            caller: None,
            variables: Memo::default(),
            locals: Memo::default(),
            outputs: Memo::default(),
            resources: Memo::default(),
            calls: Memo::default(),
            providers: Memo::default(),
        }
    }

    /// Whether it or one of its callers stands in a directory.
    pub(super) fn is_within(&self, dir: &Path) -> bool {
        let mut instances = std::iter::successors(Some(self), |i| {
            let caller = i.caller.as_ref()?;
            Some(&caller.instance)
        });
        instances.any(|i| i.dir == dir)
    }

    /// Lets go of everything that was worked out in it and in what it calls: these things hold the instance, which holds
    /// them, and would never be freed.
    pub(super) fn release(&self) {
        drop(self.variables.take());
        self.forget();
    }

    /// Lets go of everything but the values of variables: it is worked out anew where it is asked for again.
    pub(super) fn forget(&self) {
        for call in self.calls.take() {
            call.instances.iter().for_each(|child| child.release());
        }
        drop(self.locals.take());
        drop(self.outputs.take());
        drop(self.resources.take());
        drop(self.providers.take());
    }

    /// An address inside this instance.
    pub(super) fn inside(&self, address: &str) -> String {
        match self.address.as_str() {
            "" => address.to_owned(),
            own => format!("{own}.{address}"),
        }
    }
}
