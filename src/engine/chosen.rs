//! Which guardrails run for which resources, and with what settings: the config's overrides make that differ.

use super::NotRun;
use super::judged::Active;
use crate::config::{Config, Override};
use crate::diagnostic::Diagnostic;
use crate::guardrail::pattern::glob;
use crate::inventory::{Inventory, Resource};
use crate::span::Files;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// For every resource, the guardrails that run.
pub(super) struct Chosen<'a> {
    /// The guardrails that run under each set of overrides that some resource has; the first is that without any.
    sets: Vec<Vec<Active<'a>>>,
    /// By resource, the position of its set.
    of: Vec<usize>,
    /// Guardrails that are asked for but lack something.
    pub(super) not_run: Vec<NotRun>,
}

/// The overrides of each resource.
pub(super) struct Overridden {
    /// Each set that some resource has, as positions in the config; the first is the empty one.
    pub(super) sets: Vec<Vec<usize>>,
    of: Vec<usize>,
    /// Overrides that cannot be told to hold or not.
    pub(super) doubts: Vec<Diagnostic>,
}

/// Works out the overrides of each resource. One that cannot be told to hold does not hold, which is said.
pub(super) fn overridden(config: &Config, inventory: &Inventory, files: &Files) -> Overridden {
    let mut out = Overridden {
        sets: vec![Vec::new()],
        of: Vec::new(),
        doubts: Vec::new(),
    };
    if config.overrides.is_empty() {
        return out;
    }
    let mut paths = Paths::of(&config.directory);
    let mut known = BTreeMap::from([(Vec::new(), 0)]);
    let mut open = BTreeMap::new();
    for resource in &inventory.resources {
        let path = files.get(resource.raw.span.file).map(|f| f.path.clone());
        let path = path.and_then(|shown| paths.below(&shown));
        let mut set = Vec::new();
        for (i, one) in config.overrides.iter().enumerate() {
            match holds(one, resource, path.as_deref()) {
                Some(true) => set.push(i),
                Some(false) => {}
                None => *open.entry(i).or_insert(0usize) += 1,
            }
        }
        let next = out.sets.len();
        let position = *known.entry(set.clone()).or_insert(next);
        if position == next {
            out.sets.push(set);
        }
        out.of.push(position);
    }
    let doubt = |(i, count)| config.overrides.get(i).map(|one| doubt(one, count));
    out.doubts = open.into_iter().filter_map(doubt).collect();
    out
}

fn doubt(one: &Override, count: usize) -> Diagnostic {
    let resources = match count {
        1 => "one resource".to_owned(),
        n => format!("{n} resources"),
    };
    let message = format!(
        "this override is not applied to {resources}: the account or the region is not known"
    );
    Diagnostic::warning("override", message)
        .at(one.span)
        .help("say where the code is deployed: `target` in the config")
}

/// Whether an override is about a resource; `None`: that hangs on what is not known.
fn holds(one: &Override, resource: &Resource, path: Option<&Path>) -> Option<bool> {
    let in_path = one.paths.as_ref().map(|patterns| {
        let found = |path| {
            patterns
                .matched_path_or_any_parents(path, false)
                .is_ignore()
        };
        Some(path.is_some_and(found))
    });
    let in_account = (one.accounts.as_ref()).map(|accounts| {
        let account = resource.raw.account.as_str()?;
        Some(accounts.iter().any(|a| a == account))
    });
    let in_region = (one.regions.as_ref()).map(|regions| {
        let region = resource.raw.region.as_str()?;
        Some(regions.iter().any(|pattern| glob(pattern, region)))
    });
    let mut all = [in_path, in_account, in_region].into_iter().flatten();
    let answers: Vec<Option<bool>> = all.by_ref().collect();
    if answers.contains(&Some(false)) {
        return Some(false);
    }
    answers.iter().all(Option::is_some).then_some(true)
}

/// Paths of files as they are below the config's directory.
struct Paths {
    base: Option<PathBuf>,
    known: BTreeMap<String, Option<PathBuf>>,
}

impl Paths {
    fn of(directory: &Path) -> Self {
        let directory = match directory.as_os_str().is_empty() {
            true => Path::new("."),
            false => directory,
        };
        Paths {
            base: directory.canonicalize().ok(),
            known: BTreeMap::new(),
        }
    }

    /// The path of a file below the directory; `None`: it is elsewhere, or no file.
    fn below(&mut self, shown: &str) -> Option<PathBuf> {
        let base = self.base.as_ref()?;
        let find = || {
            let real = Path::new(shown).canonicalize().ok()?;
            real.strip_prefix(base).ok().map(Path::to_owned)
        };
        (self.known.entry(shown.to_owned()).or_insert_with(find)).clone()
    }
}

impl<'a> Chosen<'a> {
    /// `sets`: what runs under each of the sets of overrides, and what lacks something there.
    pub(super) fn new(sets: Vec<(Vec<Active<'a>>, Vec<NotRun>)>, overridden: Overridden) -> Self {
        let (sets, lacking): (Vec<_>, Vec<_>) = sets.into_iter().unzip();
        let mut not_run: Vec<NotRun> = lacking.into_iter().flatten().collect();
        not_run.sort_by(|a, b| a.guardrail.cmp(&b.guardrail));
        not_run.dedup_by(|a, b| a.guardrail == b.guardrail);
        Chosen {
            sets,
            of: overridden.of,
            not_run,
        }
    }

    /// The guardrails that run for a resource.
    pub(super) fn of(&self, resource: usize) -> &[Active<'a>] {
        let set = self.of.get(resource).copied().unwrap_or(0);
        self.sets.get(set).map_or(&[], Vec::as_slice)
    }

    /// The guardrails that run for some resource, each once, by id.
    pub(super) fn all(&self) -> Vec<&Active<'a>> {
        let mut seen = BTreeSet::new();
        let mut all: Vec<_> = (self.sets.iter().flatten())
            .filter(|a| seen.insert(a.guardrail.id.as_str()))
            .collect();
        all.sort_by_key(|a| a.guardrail.id.as_str());
        all
    }
}
