//! Tests of guardrails: `DIR/ID/fail*`, `pass*` and `unknown*`, each a file or a folder that is judged by just the guardrail
//! ID. A `config.yaml` beside it, or in the folder, is its config; a `parameters.json` in the folder gives parameters, and a
//! `previous.yaml` or `previous.json` is the template that is deployed before the one in the folder.
//!
//! A line that ends with the comment `# expect` (or `// expect`) has a finding on it; where any line is marked, no other line
//! has one. `# expect: WORDS` has a finding that says these words.

use crate::config::Error;
use crate::finding::{Finding, Outcome, Status};
use crate::span::{Files, why};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The guardrail.
    pub guardrail: String,
    /// The file or folder that is judged.
    pub path: PathBuf,
    /// What should come out.
    pub wanted: Wanted,
    /// Its config.
    pub config: Option<PathBuf>,
    /// Its parameters of CloudFormation.
    pub parameters: Option<PathBuf>,
    /// The template that is deployed now.
    pub previous: Option<PathBuf>,
}

/// What should come out of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// A violation.
    Fail,
    /// Neither a violation nor anything undetermined.
    Pass,
    /// Something undetermined and no violation.
    Unknown,
}

/// What came of judging a case.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The path that was judged, as the findings' places name it: `-` for a file that was given as standard input, so that
    /// the other tests beside it are no part of its module.
    pub path: String,
    /// The findings of the guardrail.
    pub findings: Vec<Finding>,
    /// The texts that their spans point into.
    pub files: Arc<Files>,
    /// What could not be read or evaluated: a test has nothing of that.
    pub errors: Vec<String>,
}

/// A case with what is wrong with its outcome.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The case.
    pub case: Case,
    /// What is wrong; empty: it is as it should be.
    pub faults: Vec<String>,
}

impl Wanted {
    /// The start of the names of such cases.
    pub fn name(self) -> &'static str {
        match self {
            Wanted::Fail => "fail",
            Wanted::Pass => "pass",
            Wanted::Unknown => "unknown",
        }
    }

    fn of(name: &str) -> Option<Self> {
        [Wanted::Fail, Wanted::Pass, Wanted::Unknown]
            .into_iter()
            .find(|w| name.starts_with(w.name()))
    }
}

/// The tests of a directory, in the order of their paths.
///
/// # Errors
/// What cannot be read, or is no test.
pub fn cases(directory: &Path) -> Result<Vec<Case>, Vec<Error>> {
    let mut out = Vec::new();
    let mut errors = Vec::new();
    for folder in entries(directory).map_err(|e| vec![e])? {
        if !folder.is_dir() {
            continue;
        }
        let guardrail = name(&folder);
        let config = Some(folder.join("config.yaml")).filter(|p| p.is_file());
        match entries(&folder) {
            Ok(paths) => {
                for path in paths.iter().filter(|p| !is_support(p)) {
                    match case(&guardrail, path, config.as_ref()) {
                        Ok(case) => out.push(case),
                        Err(error) => errors.push(error),
                    }
                }
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(out)
    } else {
        Err(errors)
    }
}

fn case(guardrail: &str, path: &Path, config: Option<&PathBuf>) -> Result<Case, Error> {
    let wanted = Wanted::of(&name(path)).ok_or_else(|| {
        let message = format!("`{}` is no test", path.display());
        Error::new(message).help("name it fail*, pass* or unknown*")
    })?;
    let inside = |name: &str| Some(path.join(name)).filter(|p| p.is_file());
    Ok(Case {
        guardrail: guardrail.to_owned(),
        path: path.to_owned(),
        wanted,
        config: inside("config.yaml").or_else(|| config.cloned()),
        parameters: inside("parameters.json"),
        previous: inside("previous.yaml").or_else(|| inside("previous.json")),
    })
}

/// What may stand beside tests.
fn is_support(path: &Path) -> bool {
    let name = name(path);
    name == "config.yaml" || name.starts_with('.') || name.ends_with(".md")
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let fault = |e: std::io::Error| {
        Error::new(format!(
            "cannot read `{}`: {}",
            directory.display(),
            why(&e)
        ))
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(fault)? {
        paths.push(entry.map_err(fault)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Runs every case and compares; `run` judges a case by its guardrail alone.
pub fn all(cases: Vec<Case>, run: impl Fn(&Case) -> Run + Sync) -> Vec<Tested> {
    use rayon::prelude::*;
    (cases.into_par_iter())
        .map(|case| Tested {
            faults: faults(&case, &run(&case)),
            case,
        })
        .collect()
}

/// What is wrong with the outcome of a case.
pub fn faults(case: &Case, run: &Run) -> Vec<String> {
    let mut out = run.errors.clone();
    let of = |outcome: Outcome| -> Vec<&Finding> {
        let fresh = run.findings.iter().filter(|f| f.status == Status::New);
        fresh.filter(|f| f.outcome == outcome).collect()
    };
    let (violated, undetermined) = (of(Outcome::Violated), of(Outcome::Undetermined));
    let tell = |f: &&Finding| {
        let place = run.files.location(f.span);
        let (path, line, column) = (place.path, place.line, place.column);
        format!(
            "{path}:{line}:{column}: {}: {}",
            outcome(f.outcome),
            f.message
        )
    };
    let marked = match case.wanted {
        Wanted::Fail => {
            if violated.is_empty() {
                out.push("nothing is violated".to_owned());
                out.extend(undetermined.iter().map(tell));
            }
            &violated
        }
        Wanted::Pass => {
            out.extend(violated.iter().chain(&undetermined).map(tell));
            return out;
        }
        Wanted::Unknown => {
            if undetermined.is_empty() {
                out.push("nothing is undetermined".to_owned());
            }
            out.extend(violated.iter().map(tell));
            &undetermined
        }
    };
    out.extend(compare(run, marked));
    out
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Satisfied => "satisfied",
        Outcome::Violated => "violated",
        Outcome::Undetermined => "undetermined",
    }
}

/// Findings against marked lines; nothing to say where no line is marked.
fn compare(run: &Run, findings: &[&Finding]) -> Vec<String> {
    let marks = marks(run);
    if marks.is_empty() {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut met = BTreeSet::new();
    for finding in findings {
        let place = run.files.location(finding.span);
        let line = (place.path.clone(), place.line);
        match marks.get(&line) {
            Some(words) if finding.message.contains(words.as_str()) => {
                met.insert(line);
            }
            Some(words) => out.push(format!(
                "{}:{}: expected `{words}`, found `{}`",
                place.path, place.line, finding.message
            )),
            None => out.push(format!(
                "{}:{}:{}: not expected here: {}",
                place.path, place.line, place.column, finding.message
            )),
        }
    }
    let missing = marks.iter().filter(|(line, _)| !met.contains(*line));
    out.extend(missing.map(|((path, line), _)| format!("{path}:{line}: expected, not found")));
    out
}

/// The marked lines of what was judged, with the words that they want.
fn marks(run: &Run) -> BTreeMap<(String, u32), String> {
    let own = run.path.strip_prefix("./").unwrap_or(&run.path);
    let below = |path: &str| {
        let rest = path.strip_prefix("./").unwrap_or(path).strip_prefix(own);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut out = BTreeMap::new();
    for (_, file) in run.files.all() {
        if !below(&file.path) {
            continue;
        }
        for (line, text) in (1..).zip(file.text.lines()) {
            if let Some(words) = mark(text) {
                out.insert((file.path.clone(), line), words.to_owned());
            }
        }
    }
    out
}

/// The words after the mark at the end of a line, if there is one.
fn mark(line: &str) -> Option<&str> {
    let after = ["# expect", "// expect"]
        .iter()
        .find_map(|m| line.split_once(m));
    let (_, words) = after?;
    let words = words.trim();
    match words.strip_prefix(':') {
        Some(words) => Some(words.trim()),
        None => words.is_empty().then_some(""),
    }
}

/// Guardrails without a test that fails or one that passes, and tests of no guardrail.
pub fn gaps<'a>(guardrails: impl Iterator<Item = &'a str>, cases: &[Case]) -> Vec<String> {
    let mut wanted: BTreeMap<&str, BTreeSet<Wanted>> = BTreeMap::new();
    for case in cases {
        wanted
            .entry(&case.guardrail)
            .or_default()
            .insert(case.wanted);
    }
    let mut out = Vec::new();
    for id in guardrails {
        let has = wanted.remove(id).unwrap_or_default();
        for missing in [Wanted::Fail, Wanted::Pass] {
            if !has.contains(&missing) {
                out.push(format!(
                    "guardrail `{id}` has no test `{}*`",
                    missing.name()
                ));
            }
        }
    }
    out.extend(
        wanted
            .keys()
            .map(|id| format!("tests of `{id}`, which is no guardrail")),
    );
    out
}

#[cfg(test)]
mod tests;
