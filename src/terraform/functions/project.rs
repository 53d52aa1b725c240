//! How far files are read. What is judged is often somebody else's change, and its report is read by many: an expression
//! must not put what else lies on the machine into findings, nor let verdicts hang on it.

use super::{Call, Context};
use crate::span;
use crate::value::{SENSITIVE, Type, Unknown, Value};
use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};

/// The directories that functions read files from: the checkout of git that the root module lies in; without one, the
/// current directory where the root module lies below it, else the root module's own; and those of the modules.
#[derive(Debug, Default)]
pub struct Project {
    directory: OnceCell<Option<PathBuf>>,
    modules: RefCell<Vec<PathBuf>>,
}

impl Project {
    /// Takes the directory of a module in.
    pub(in crate::terraform) fn add(&self, module: &Path) {
        self.modules.borrow_mut().push(module.to_owned());
    }

    /// Whether a path, its links followed, stays inside.
    fn holds(&self, root: &Path, path: &Path) -> bool {
        let directory = self.directory.get_or_init(|| span::project(root));
        let inside = |directory: &Path| span::stays_in(path, directory);
        directory.as_deref().is_some_and(inside)
            || (self.modules.borrow().iter())
                .filter_map(|module| module.canonicalize().ok())
                .any(|module| inside(&module))
    }
}

/// Why a file is not read; `None` where it may be.
pub fn outside(context: &Context, path: &str, of: &[Value]) -> Option<Unknown> {
    if (context.project).holds(context.root, &context.root.join(path)) {
        return None;
    }
    let hidden = of.iter().any(Value::has_sensitive);
    let shown = if hidden { SENSITIVE } else { path };
    let reason = format!("`{shown}` lies outside of the project and is not read");
    Some(Unknown::because(reason).settle("start in a directory that holds both"))
}

/// The result of a call that asks about a file outside of the project.
pub(super) fn kept_out(call: &Call, path: &str, ty: Type) -> Option<Value> {
    Some(call.unknown(&outside(call.context, path, &call.args)?, ty))
}
