//! `terraform plan`: runs the real binary with the user's arguments, then judges the plan that it made. What terraform shows
//! stays as it is; the plan as JSON stays in memory.

use super::check::{self, Rules};
use super::failure::{self, usage, usage_help};
use super::sink::{self, Sink};
use crate::engine::{self, Failure, Options, Plan};
use crate::report::{self, Look};
use crate::terraform::plan::Code;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

mod arguments;
mod archive;
mod process;
mod saved;

use self::arguments::Call;
use self::process::Watch;

pub use self::saved::{Saved, read as saved};

/// A finding blocks.
const BLOCKED: u8 = 10;

/// The job could not be done.
const FAILED: u8 = 11;

/// The options of `terraform`, before terraform's own.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The binary that is run.
    #[arg(long = "bin", value_name = "BIN", default_value = BINARY, env = "ECR_GUARD_TERRAFORM_BIN")]
    pub binary: PathBuf,
    /// human, json, sarif, github or markdown; =FILE writes to a file; may be repeated.
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub format: Vec<Sink>,
    /// The config; found upward from the root module where it is left out.
    #[arg(long, value_name = "FILE", env = "ECR_GUARD_CONFIG")]
    pub config: Option<String>,
    /// Use no config, not even one that is found.
    #[arg(long)]
    pub no_config: bool,
    /// What is judged, and what blocks.
    #[command(flatten)]
    pub rules: Rules,
    /// The day to compare dates of waivers and of `block_from` with [default: today in UTC].
    #[arg(long, value_name = "DATE")]
    pub today: Option<jiff::civil::Date>,
    /// What terraform is given: [-chdir=DIR] plan [OPTIONS].
    #[arg(
        value_name = "ARGS",
        trailing_var_arg = true,
        allow_hyphen_values = true,
        required = true
    )]
    pub arguments: Vec<OsString>,
}

/// The binary that is run where nobody names another one.
pub const BINARY: &str = "terraform";

/// Runs the command and gives its exit code: terraform's own where it fails, 10 where a finding blocks, 11 where judging
/// fails.
pub fn run(args: &Args) -> Result<u8, Failure> {
    match guarded(args) {
        Ok(code) => Ok(code),
        Err(failure) => {
            let mut stderr = anstream::stderr().lock();
            let text = failure::text(&failure, super::look(&io::stderr()));
            let _ = stderr.write_all(text.as_bytes()); // nowhere left to complain
            Ok(FAILED)
        }
    }
}

/// The exit code of a command line that is no command: terraform's own codes stay apart.
pub fn usage_code(arguments: &[OsString], code: u8) -> u8 {
    let command = arguments.iter().skip(1).find(|a| {
        let text = a.to_string_lossy();
        !text.starts_with('-')
    });
    match command.is_some_and(|c| c == "terraform") && code != 0 {
        true => FAILED,
        false => code,
    }
}

fn guarded(args: &Args) -> Result<u8, Failure> {
    let sinks = sink::chosen(args.format.clone())?;
    let call = Call::of(&args.arguments, |name| std::env::var(name).ok())?;
    let directory = call.directory();
    let room = room()?;
    let watch = Watch::start();
    let (arguments, plan) = call.with_plan(&room.path().join("plan"));
    let code =
        process::stream(&args.binary, &arguments, &watch).map_err(|e| not_run(&args.binary, &e))?;
    let planned = code == 0 || (code == 2 && call.flag("detailed-exitcode"));
    if !planned || call.asks_for_help() {
        return Ok(code);
    }
    let plan = Path::new(&directory).join(plan);
    if !plan.is_file() {
        let message = format!(
            "{} wrote no plan to `{}`",
            name(&args.binary),
            plan.display()
        );
        return Err(usage(message));
    }
    let shown = process::show(&args.binary, Path::new(&directory), &plan, &watch);
    let text = match (shown, watch.stopped()) {
        (Err(_), Some(stopped)) => return Ok(stopped),
        (shown, _) => shown?,
    };
    let options = options(args, &call, directory, text)?;
    drop(room);
    let report = engine::run(&options)?;
    if let Some(stopped) = watch.stopped() {
        return Ok(stopped);
    }
    if args.format.is_empty() && call.flag("json") {
        beside(&report)?; // standard output is for machines
    } else {
        sink::to_stdout(|out| match args.format.is_empty() {
            true => writeln!(out),
            false => Ok(()),
        })?;
        check::print(&report, &sinks)?;
    }
    Ok(match report.exit_code() {
        0 => code,
        1 => BLOCKED,
        _ => FAILED,
    })
}

/// Writes the report to standard error.
fn beside(report: &engine::Report) -> Result<(), Failure> {
    let look: Look = super::look(&io::stderr());
    let mut stderr = anstream::stderr().lock();
    report::write(report, report::Format::Human, look, &mut stderr)
        .map_err(|e| usage(format!("standard error cannot be written: {e}")))
}

fn options(args: &Args, call: &Call, directory: String, text: String) -> Result<Options, Failure> {
    let today = args.today.unwrap_or_else(check::today);
    let mut options = Options::new(vec![directory.clone()], today);
    options.config = args.config.clone().filter(|_| !args.no_config);
    options.no_config = args.no_config;
    options.policies = args.rules.policies.clone();
    options.only = args.rules.only.clone();
    options.profile = args.rules.profile;
    options.fail_on = args.rules.fail_on;
    options.undetermined = args.rules.undetermined;
    options.inputs = call.inputs(&directory)?;
    options.checkout = super::checkout::of(&options.paths);
    let plan = Plan {
        name: directory.clone(),
        text,
        code: Some(Code {
            directory: directory.clone().into(),
            shown: directory.clone(),
            planned: true,
        }),
    };
    options.plans.insert(directory, plan);
    Ok(options)
}

/// A directory that nobody else can look into, gone when it is dropped.
fn room() -> Result<tempfile::TempDir, Failure> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("ecr-guard-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    let made = builder.tempdir();
    made.map_err(|e| usage(format!("no temporary directory can be made: {e}")))
}

/// A binary as people call it.
fn name(binary: &Path) -> String {
    binary.display().to_string()
}

fn not_run(binary: &Path, error: &io::Error) -> Failure {
    let name = name(binary);
    match error.kind() {
        io::ErrorKind::NotFound => usage_help(
            format!("there is no `{name}`"),
            "install it, or name the binary: --bin tofu",
        ),
        _ => usage(format!("`{name}` cannot be run: {error}")),
    }
}
