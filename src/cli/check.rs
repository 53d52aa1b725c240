//! `check`: judge infrastructure code by the guardrails.

use super::checkout;
use super::given::{Given, stdin};
use super::sink::{self, Sink};
use super::terraform::{self, Saved};
use crate::config::{Profile, Undetermined};
use crate::engine::{self, Failure, Options, Report};
use crate::finding::Severity;
use crate::report::{self, Format, Look};
use clap::ArgMatches;
use std::io;
use std::path::PathBuf;

/// The options of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and directories; `-` is standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<String>,
    /// human, json, sarif, github or markdown; =FILE writes to a file; may be repeated.
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub format: Vec<Sink>,
    /// Inputs.
    #[command(flatten)]
    pub given: Given,
    /// What is judged, and what blocks.
    #[command(flatten)]
    pub rules: Rules,
    /// The binary that shows saved plans.
    #[arg(long = "terraform-bin", value_name = "BIN", default_value = terraform::BINARY, env = "ECR_GUARD_TERRAFORM_BIN")]
    pub binary: PathBuf,
    /// The code that the given plans were made of; what stands beside a plan lends it lines only.
    #[arg(long, value_name = "DIR")]
    pub code: Option<String>,
    /// The template that is deployed now: what the given one replaces or drops is judged, too.
    #[arg(long, value_name = "FILE")]
    pub previous: Option<String>,
    /// Leave out what matches, as in .gitignore; may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Finding nothing to check is no error.
    #[arg(long)]
    pub allow_empty: bool,
    /// Tell further outcomes in JSON.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub include: Vec<Include>,
    /// The day to compare dates of waivers and of `block_from` with [default: today in UTC].
    #[arg(long, value_name = "DATE")]
    pub today: Option<jiff::civil::Date>,
}

/// Options about guardrails.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Guardrails")]
pub struct Rules {
    /// Directory of further guardrails; may be repeated.
    #[arg(long, value_name = "DIR")]
    pub policies: Vec<String>,
    /// The set of guardrails [default: the config's, else baseline].
    #[arg(long, value_enum)]
    pub profile: Option<Profile>,
    /// Judge by this guardrail only; may be repeated.
    #[arg(long = "guardrail", value_name = "ID")]
    pub only: Vec<String>,
    /// From which severity on a violation blocks [default: the config's, else medium].
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// What an undetermined finding does [default: the config's, else warn, and fail for
    /// critical ones of a plan].
    #[arg(long, value_enum, value_name = "WHAT")]
    pub undetermined: Option<Undetermined>,
}

/// Further outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Include {
    /// Every outcome of every guardrail.
    Satisfied,
}

/// Runs the command and gives its exit code.
pub fn run(args: &Args, matches: &ArgMatches) -> Result<u8, Failure> {
    let sinks = sink::chosen(args.format.clone())?;
    let mut options = options(args, matches)?;
    let saved = saved(args)?;
    let plans = saved.iter().map(|s| (s.plan.name.clone(), s.plan.clone()));
    options.plans.extend(plans);
    let report = engine::run(&options)?;
    drop(saved);
    print(&report, &sinks)?;
    Ok(report.exit_code())
}

/// The saved plans among the paths, as terraform shows them.
fn saved(args: &Args) -> Result<Vec<Saved>, Failure> {
    let binary = args.binary.as_path();
    let read = |path: &String| terraform::saved(path, binary, args.code.as_deref()).transpose();
    args.paths.iter().filter_map(read).collect()
}

/// What the engine is asked to do.
pub fn options(args: &Args, matches: &ArgMatches) -> Result<Options, Failure> {
    Ok(Options {
        paths: args.paths.clone(),
        stdin: stdin(&args.paths)?,
        plans: std::collections::BTreeMap::new(),
        code: args.code.clone(),
        previous: args.previous.clone(),
        config: args.given.config(),
        no_config: args.given.no_config,
        policies: args.rules.policies.clone(),
        inputs: args.given.inputs(matches)?,
        exclude: args.exclude.clone(),
        only: args.rules.only.clone(),
        profile: args.rules.profile,
        fail_on: args.rules.fail_on,
        undetermined: args.rules.undetermined,
        allow_empty: args.allow_empty,
        satisfied: args.include.contains(&Include::Satisfied),
        today: args.today.unwrap_or_else(today),
        checkout: checkout::of(&args.paths),
    })
}

/// The day in UTC.
pub fn today() -> jiff::civil::Date {
    (jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC)).date()
}

/// Writes the report to every sink.
pub fn print(report: &Report, sinks: &[Sink]) -> Result<(), Failure> {
    for sink in sinks {
        match &sink.file {
            Some(path) => sink::to_file(path, |out| {
                report::write(report, sink.format, Look::PLAIN, out)
            })?,
            None if matches!(sink.format, Format::Json | Format::Sarif) => {
                sink::json_to_stdout(|out| report::write(report, sink.format, Look::PLAIN, out))?;
            }
            None => sink::to_stdout(|out| {
                report::write(report, sink.format, super::look(&io::stdout()), out)
            })?,
        }
    }
    Ok(())
}
