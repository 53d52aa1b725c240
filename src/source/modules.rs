//! Which of the directories with Terraform files are roots: those that no module call of the input names. A called one is
//! judged through its callers only.

use super::calls::{self, Call};
use super::marks;
use super::walk::{Entry, is_terraform};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The root modules.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// Those that may hold what matters, themselves or in what they call.
    pub(super) roots: Vec<Entry>,
    /// How many others there are.
    pub(super) without: usize,
    /// How many files the directories of the input hold.
    pub(super) files: usize,
}

/// What a directory's files tell without being parsed.
#[derive(Debug, Default)]
struct Module {
    files: usize,
    /// Something in it matters, or nobody can tell.
    matters: bool,
    /// The directories that it calls, by real path.
    calls: Vec<PathBuf>,
}

/// Finds the roots among directories, each known by its real path.
pub(super) fn scan(directories: &BTreeMap<PathBuf, Entry>) -> Modules {
    let all = scan_all(directories.keys().cloned().collect());
    let mut reached: BTreeSet<&Path> = BTreeSet::new();
    let mut modules = Modules::default();
    let called: BTreeSet<&Path> = (all.iter())
        .flat_map(|(dir, m)| m.calls.iter().filter(move |c| *c != dir))
        .map(PathBuf::as_path)
        .collect();
    let (inner, outer): (Vec<_>, Vec<_>) =
        (directories.iter()).partition(|(d, _)| called.contains(d.as_path()));
    // modules that call each other in a circle are called by no root: one of them stands for all
    for (directory, entry) in outer.into_iter().chain(inner) {
        if reached.contains(directory.as_path()) {
            continue;
        }
        let closure = closure(&all, directory);
        if (closure.iter()).any(|d| all.get(*d).is_none_or(|m| m.matters)) {
            modules.roots.push(entry.clone());
        } else {
            modules.without += 1;
        }
        reached.extend(closure);
    }
    let own = directories.keys().filter_map(|d| all.get(d));
    modules.files = own.map(|m| m.files).sum();
    modules
}

/// A directory and everything that it calls.
fn closure<'a>(all: &'a BTreeMap<PathBuf, Module>, from: &'a Path) -> BTreeSet<&'a Path> {
    let mut closure = BTreeSet::from([from]);
    let mut to_do = vec![from];
    while let Some(directory) = to_do.pop() {
        for call in all.get(directory).into_iter().flat_map(|m| &m.calls) {
            if closure.insert(call) {
                to_do.push(call);
            }
        }
    }
    closure
}

/// Scans directories and whatever they call, wherever that lies.
fn scan_all(mut to_do: Vec<PathBuf>) -> BTreeMap<PathBuf, Module> {
    let mut all: BTreeMap<PathBuf, Module> = BTreeMap::new();
    while !to_do.is_empty() {
        let scanned: Vec<Module> = to_do.par_iter().map(|d| scan_one(d)).collect();
        let calls: BTreeSet<PathBuf> = (scanned.iter()).flat_map(|m| m.calls.clone()).collect();
        all.extend(to_do.into_iter().zip(scanned));
        to_do = (calls.into_iter())
            .filter(|c| !all.contains_key(c))
            .collect();
    }
    all
}

fn scan_one(directory: &Path) -> Module {
    let mut module = Module::default();
    let Ok(entries) = std::fs::read_dir(directory) else {
        module.matters = true; // its evaluator says what is wrong
        return module;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !is_terraform(&name) {
            continue;
        }
        module.files += 1;
        match crate::span::read_regular(entry.path()) {
            Ok(bytes) => scan_file(&mut module, directory, &name, &bytes),
            Err(_) => module.matters = true,
        }
    }
    module
}

fn scan_file(module: &mut Module, directory: &Path, name: &str, bytes: &[u8]) {
    module.matters |= marks::terraform(bytes);
    let calls = if name.ends_with(".json") {
        calls::of_json(&String::from_utf8_lossy(bytes))
    } else if calls::may_call(bytes) {
        Some(calls::of_hcl(&String::from_utf8_lossy(bytes)))
    } else {
        Some(Vec::new())
    };
    let Some(calls) = calls else {
        module.matters = true;
        return;
    };
    for call in calls {
        let Call::Local(path) = call else {
            module.matters = true;
            continue;
        };
        match directory.join(path).canonicalize() {
            Ok(called) => module.calls.push(called),
            Err(_) => module.matters = true,
        }
    }
}
