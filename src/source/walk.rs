//! Finds what there is to read under the given paths. Ignore files steer what is found here and nothing else: what a
//! module loads, its evaluator reads.

use super::Error;
use crate::diagnostic::Diagnostic;
use crate::span::why;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{DirEntry, FileType};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the given paths lead to, by real path, so that nothing is found twice.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Directories with Terraform files.
    pub(super) directories: BTreeMap<PathBuf, Entry>,
    /// Files that may be templates or plans: their content tells.
    pub(super) documents: BTreeMap<PathBuf, Entry>,
    /// How many were left out, by reason.
    pub(super) skipped: BTreeMap<String, usize>,
    /// What could not be read.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A file or directory that was found.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// How to reach it.
    pub(super) path: PathBuf,
    /// How people know it.
    pub(super) shown: String,
    /// Whether it was named on the command line itself.
    pub(super) named: bool,
}

impl Found {
    /// Counts something that was left out.
    pub(super) fn skip(&mut self, reason: &str) {
        *self.skipped.entry(reason.to_owned()).or_default() += 1;
    }

    fn unreadable(&mut self, shown: &str, error: &std::io::Error) {
        let message = format!("`{shown}` cannot be read: {}", why(error));
        self.diagnostics
            .push(Diagnostic::error("unreadable", message));
    }
}

/// How a path is shown: with `/`, without `.` steps and without a slash at its end.
pub(super) fn shown(path: &str) -> String {
    let path = if cfg!(windows) {
        path.replace('\\', "/")
    } else {
        path.to_owned()
    };
    let steps: Vec<&str> = (path.split('/'))
        .filter(|s| !s.is_empty() && *s != ".")
        .collect();
    match (path.starts_with('/'), steps.is_empty()) {
        (true, _) => format!("/{}", steps.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => steps.join("/"),
    }
}

/// The shown path of an entry of a shown directory.
pub(super) fn join(directory: &str, name: &str) -> String {
    match directory {
        "." => name.to_owned(),
        "/" => format!("/{name}"),
        _ => format!("{directory}/{name}"),
    }
}

/// Whether terraform or tofu loads a file of this name as part of a module.
pub(super) fn is_terraform(name: &str) -> bool {
    let editors = name.starts_with('.') || name.ends_with('~') || name.starts_with('#');
    let loaded = [".tf", ".tofu", ".tf.json", ".tofu.json"];
    !editors && loaded.iter().any(|end| name.ends_with(end))
}

/// Whether a file of this name may be a template or a plan.
fn may_be_document(name: &str) -> bool {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    let known = ["yaml", "yml", "json", "template", "tmpl", "cfn"];
    extension.is_some_and(|e| known.contains(&e.as_str()))
}

/// The patterns of `--exclude`, in the notation of `.gitignore`.
pub(super) fn exclusions(patterns: &[String]) -> Result<Gitignore, Error> {
    let mut builder = GitignoreBuilder::new("");
    let refused = |e: ignore::Error| Error(format!("--exclude: {e}"));
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(refused)?;
    }
    builder.build().map_err(refused)
}

/// Walks the given paths.
///
/// # Errors
/// A path that does not exist.
pub(super) fn walk(paths: &[&str], exclude: &Gitignore) -> Result<Found, Error> {
    let mut found = Found::default();
    for path in paths {
        let named = Path::new(path);
        let real = named.canonicalize().map_err(|e| missing(path, &e))?;
        let entry = Entry {
            path: named.to_owned(),
            shown: shown(path),
            named: true,
        };
        if real.is_dir() {
            let above = Rules::above(&real);
            Walk::of(&mut found, exclude, real).run(entry, above);
        } else {
            file(&mut found, exclude, entry, real);
        }
    }
    Ok(found)
}

/// Takes a path as it is: a directory as a module, without looking for others below it.
///
/// # Errors
/// A path that does not exist.
pub(super) fn named(path: &str) -> Result<Found, Error> {
    let real = Path::new(path)
        .canonicalize()
        .map_err(|e| missing(path, &e))?;
    if !real.is_dir() {
        return walk(&[path], &Gitignore::empty());
    }
    let mut found = Found::default();
    let holds = |e: std::io::Result<DirEntry>| {
        e.is_ok_and(|e| is_terraform(&e.file_name().to_string_lossy()))
    };
    if std::fs::read_dir(&real).is_ok_and(|entries| entries.into_iter().any(holds)) {
        let entry = Entry {
            path: PathBuf::from(path),
            shown: shown(path),
            named: true,
        };
        found.directories.insert(real, entry);
    }
    Ok(found)
}

fn missing(path: &str, error: &std::io::Error) -> Error {
    Error(format!("`{path}` cannot be read: {}", why(error)))
}

/// A file that was named: a file of a module stands for the module.
fn file(found: &mut Found, exclude: &Gitignore, entry: Entry, real: PathBuf) {
    if exclude.matched(&entry.shown, false).is_ignore() {
        return found.skip("files excluded by --exclude");
    }
    if !real.is_file() {
        let message = format!("`{}` is no regular file", entry.shown);
        let help = "pass it on standard input: ecr-guard check -";
        let problem = Diagnostic::error("unreadable", message).help(help);
        return found.diagnostics.push(problem);
    }
    let name = (entry.path.file_name()).map(|n| n.to_string_lossy().into_owned());
    if !name.is_some_and(|n| is_terraform(&n)) {
        found.documents.insert(real, entry);
        return;
    }
    let parent = |p: &Path| match p.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let path = parent(&entry.path);
    let shown = shown(&path.to_string_lossy());
    let entry = Entry {
        path,
        shown,
        named: true,
    };
    found
        .directories
        .entry(parent(&real))
        .and_modify(|e| e.named = true)
        .or_insert(entry);
}

/// The ignore files that hold for a directory: its own and those above it, the nearest first.
#[derive(Debug)]
struct Rules {
    own: Gitignore,
    above: Option<Arc<Rules>>,
}

impl Rules {
    /// Those above a directory, up to the root of the git repository that it lies in; none outside of a repository.
    fn above(real: &Path) -> Option<Arc<Rules>> {
        if real.join(".git").exists() {
            return None;
        }
        let depth = (real.ancestors().skip(1)).position(|a| a.join(".git").exists())?;
        let mut above: Vec<&Path> = real.ancestors().skip(1).take(depth + 1).collect();
        above.reverse();
        (above.into_iter()).fold(None, |rules, d| Rules::of(d, rules))
    }

    fn of(real: &Path, above: Option<Arc<Rules>>) -> Option<Arc<Rules>> {
        let mut builder = GitignoreBuilder::new(real);
        for name in [".git/info/exclude", ".gitignore", ".ignore"] {
            let file = real.join(name);
            if file.is_file() {
                builder.add(file); // a pattern that is none is passed over, as git does
            }
        }
        match builder.build() {
            Ok(own) if !own.is_empty() => Some(Arc::new(Rules { own, above })),
            _ => above,
        }
    }

    fn ignore(&self, real: &Path, directory: bool) -> bool {
        let matched = self.own.matched(real, directory);
        if matched.is_none() {
            return (self.above.as_ref()).is_some_and(|r| r.ignore(real, directory));
        }
        matched.is_ignore()
    }
}

/// A directory to go through.
struct Step {
    entry: Entry,
    /// Its path from the given one, for `--exclude`.
    inside: String,
    real: PathBuf,
    rules: Option<Arc<Rules>>,
}

struct Walk<'a> {
    found: &'a mut Found,
    exclude: &'a Gitignore,
    /// The given directory.
    base: PathBuf,
    seen: BTreeSet<PathBuf>,
    to_do: Vec<Step>,
    /// Symbolic links to directories wait: what can be reached without one is known by that path.
    links: Vec<Step>,
    /// Why files of the directory at hand that terraform would load were left out.
    left_out_modules: Vec<&'static str>,
}

impl<'a> Walk<'a> {
    fn of(found: &'a mut Found, exclude: &'a Gitignore, base: PathBuf) -> Self {
        Walk {
            found,
            exclude,
            base,
            seen: BTreeSet::new(),
            to_do: Vec::new(),
            links: Vec::new(),
            left_out_modules: Vec::new(),
        }
    }

    fn run(&mut self, entry: Entry, rules: Option<Arc<Rules>>) {
        let real = self.base.clone();
        self.to_do.push(Step {
            entry,
            inside: String::new(),
            real,
            rules,
        });
        loop {
            if let Some(step) = self.to_do.pop() {
                self.directory(&step);
            } else if let Some(link) = self.links.pop() {
                self.link(link);
            } else {
                return;
            }
        }
    }

    fn link(&mut self, mut step: Step) {
        let real = match step.real.canonicalize() {
            Ok(real) => real,
            Err(e) => return self.found.unreadable(&step.entry.shown, &e),
        };
        if !real.starts_with(&self.base) {
            return self.found.skip("symbolic links that lead out of the input");
        }
        step.real = real;
        self.to_do.push(step);
    }

    fn directory(&mut self, step: &Step) {
        if !self.seen.insert(step.real.clone()) {
            return;
        }
        let listed = std::fs::read_dir(&step.entry.path).and_then(Iterator::collect);
        let mut entries: Vec<DirEntry> = match listed {
            Ok(entries) => entries,
            Err(e) => return self.found.unreadable(&step.entry.shown, &e),
        };
        entries.sort_by_key(DirEntry::file_name);
        let rules = Rules::of(&step.real, step.rules.clone());
        self.left_out_modules.clear();
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            match entry.file_type() {
                Ok(kind) => self.entry(step, rules.as_ref(), &name, &entry.path(), kind),
                Err(e) => (self.found).unreadable(&join(&step.entry.shown, &name), &e),
            }
        }
        // beside a file that counts, terraform loads those that do not, too
        for reason in std::mem::take(&mut self.left_out_modules) {
            if !self.found.directories.contains_key(&step.real) {
                self.found.skip(reason);
            }
        }
    }

    /// An entry of a directory.
    fn entry(
        &mut self,
        step: &Step,
        rules: Option<&Arc<Rules>>,
        name: &str,
        path: &Path,
        kind: FileType,
    ) {
        let linked = kind.is_symlink();
        let (directory, regular) = match linked.then(|| std::fs::metadata(path)) {
            Some(Ok(meta)) => (meta.is_dir(), meta.is_file()),
            Some(Err(_)) => (false, false),
            None => (kind.is_dir(), kind.is_file()),
        };
        let never = name == "node_modules" || name.starts_with('.');
        let wanted = match directory {
            true => !never,
            false => is_terraform(name) || may_be_document(name),
        };
        if !wanted {
            return;
        }
        let inside = match step.inside.as_str() {
            "" => name.to_owned(),
            inside => join(inside, name),
        };
        let next = Step {
            entry: Entry {
                path: path.to_owned(),
                shown: join(&step.entry.shown, name),
                named: false,
            },
            inside,
            real: step.real.join(name),
            rules: rules.cloned(),
        };
        let reason = self.left_out(&next, directory);
        match (directory, reason) {
            (false, reason) if is_terraform(name) => self.module(step, reason),
            (_, Some(reason)) => self.found.skip(reason),
            (true, None) if linked => self.links.push(next),
            (true, None) => self.to_do.push(next),
            (false, None) if regular => {
                let target = linked.then(|| path.canonicalize().ok()).flatten();
                let real = target.unwrap_or(next.real);
                self.found.documents.entry(real).or_insert(next.entry);
            }
            (false, None) => {
                let reason = "neither files nor directories, or links that lead nowhere";
                self.found.skip(reason);
            }
        }
    }

    /// A file makes its directory a module. Whatever is wrong with the file, the module's evaluator says so.
    fn module(&mut self, step: &Step, left_out: Option<&'static str>) {
        if let Some(reason) = left_out {
            return self.left_out_modules.push(reason);
        }
        let module = self.found.directories.entry(step.real.clone());
        module.or_insert_with(|| Entry {
            named: false,
            ..step.entry.clone()
        });
    }

    /// Why something is left out.
    fn left_out(&self, step: &Step, directory: bool) -> Option<&'static str> {
        let excluded = |path: &str| self.exclude.matched(path, directory).is_ignore();
        let excluded = excluded(&step.inside) || excluded(&step.entry.shown);
        let rules = step.rules.as_ref();
        let ignored = rules.is_some_and(|r| r.ignore(&step.real, directory));
        match (excluded, ignored, directory) {
            (true, _, true) => Some("directories excluded by --exclude"),
            (true, _, false) => Some("files excluded by --exclude"),
            (_, true, true) => Some("directories that an ignore file names"),
            (_, true, false) => Some("files that an ignore file names"),
            _ => None,
        }
    }
}
