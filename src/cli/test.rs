//! `test`: judges the cases of guardrails and compares.

use super::guardrails::load;
use super::sink::to_stdout;
use crate::diagnostic::Level;
use crate::engine::{self, Failure, Options, Report};
use crate::guardrail::Library;
use crate::guardrail::test::{self, Case, Run, Tested};
use crate::report;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The options of `test`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The cases: DIR/GUARDRAIL/fail*, pass* and unknown*, files or folders.
    #[arg(value_name = "DIR", default_value = "testdata/guardrails")]
    pub directory: PathBuf,
    /// Directory of further guardrails; may be repeated.
    #[arg(long, value_name = "DIR")]
    pub policies: Vec<PathBuf>,
}

/// Runs the cases and gives the exit code: 1 where one is not as it should be.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let library = load(&args.policies)?;
    let (tested, gaps) = tested(&library, &args.directory, &args.policies)?;
    to_stdout(|out| report::tested::write(&tested, &gaps, out))?;
    let wrong = !gaps.is_empty() || tested.iter().any(|t| !t.faults.is_empty());
    Ok(u8::from(wrong))
}

/// Every case with its faults, and the guardrails that lack cases: the user's own, where there are any.
///
/// # Errors
/// Cases that cannot be read.
pub fn tested(
    library: &Library,
    directory: &Path,
    policies: &[PathBuf],
) -> Result<(Vec<Tested>, Vec<String>), Failure> {
    let cases = test::cases(directory).map_err(|mistakes| Failure {
        files: Arc::default(),
        mistakes,
    })?;
    let own = library.all().any(|g| !g.built_in);
    let looked_at = (library.all())
        .filter(|g| g.built_in != own || cases.iter().any(|c| c.guardrail == g.id))
        .map(|g| g.id.as_str());
    let gaps = test::gaps(looked_at, &cases);
    Ok((test::all(cases, |case| judged(case, policies)), gaps))
}

/// Judges a case by its guardrail alone, with no config but its own. A file is given as standard input, so that the files
/// beside it are no part of its module.
pub fn judged(case: &Case, policies: &[PathBuf]) -> Run {
    let name = |path: &Path| path.to_string_lossy().into_owned();
    let path = match case.path.is_file() {
        true => "-".to_owned(),
        false => name(&case.path),
    };
    let mut options = Options::new(vec![path.clone()], jiff::civil::Date::default());
    options.config = case.config.as_deref().map(name);
    options.no_config = case.config.is_none();
    options.policies = policies.iter().map(|p| name(p)).collect();
    options.only = vec![case.guardrail.clone()];
    options.previous = case.previous.as_deref().map(name);
    options.exclude = vec!["/previous.*".to_owned()];
    let wanted = [
        (path == "-").then_some(&case.path),
        case.parameters.as_ref(),
    ];
    let [text, parameters] = wanted.map(|p| p.map(|p| (name(p), std::fs::read_to_string(p))));
    for (path, text) in text.iter().chain(&parameters) {
        if let Err(error) = text {
            return failed(
                path.clone(),
                vec![format!(
                    "{path} cannot be read: {}",
                    crate::span::why(error)
                )],
            );
        }
    }
    options.stdin = text.and_then(|(_, text)| text.ok());
    let parameters = parameters.and_then(|(path, text)| Some((path, text.ok()?)));
    options.inputs.parameters.extend(parameters);
    match engine::run(&options) {
        Ok(report) => outcome(path, report),
        Err(failure) => {
            let mistakes = failure.mistakes.into_iter().map(|m| m.message);
            failed(path, mistakes.collect())
        }
    }
}

fn failed(path: String, errors: Vec<String>) -> Run {
    Run {
        path,
        errors,
        ..Run::default()
    }
}

fn outcome(path: String, report: Report) -> Run {
    let errors = (report.diagnostics.iter())
        .filter(|d| d.level == Level::Error)
        .map(|d| match d.span.map(|s| report.files.location(s)) {
            Some(place) => format!("{}:{}: {}", place.path, place.line, d.message),
            None => d.message.clone(),
        });
    let not_run = (report.not_run.iter()).map(|n| format!("it did not run: {}", n.because));
    Run {
        path,
        errors: errors.chain(not_run).collect(),
        findings: report.findings,
        files: report.files,
    }
}
