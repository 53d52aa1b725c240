//! `hook`: the backend of a CloudFormation Hook.

use super::check::{Rules as RuleOptions, today};
use super::failure;
use super::sink::to_stdout;
use crate::config;
use crate::engine::{Failure, Options, Rules};
use crate::hook::fetch::Fetch;
use crate::hook::{self, Setup};
use crate::report::Look;
use crate::span::Files;
use clap::Subcommand;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "server")]
mod server;

/// Where a layer of Lambda puts a config.
const LAYER: &str = "/opt/ecr-guard";

/// The options of `hook`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How invocations come.
    #[command(subcommand)]
    pub way: Way,
}

/// How invocations come.
#[derive(Debug, Subcommand)]
pub enum Way {
    /// Answer one invocation from standard input.
    Handle(Handle),
    /// List the resource types to ask about: the target filter of the Hook's deployment.
    Targets(Handle),
    /// Answer invocations over HTTP, and run tasks of HCP Terraform.
    #[cfg(feature = "server")]
    Serve(Serve),
    /// Answer invocations of AWS Lambda; also what a program named `bootstrap` does.
    #[cfg(feature = "server")]
    Lambda(Lambda),
}

/// The options of `hook handle` and of `hook targets`.
#[derive(Debug, clap::Args)]
pub struct Handle {
    /// What is judged.
    #[command(flatten)]
    pub given: Given,
}

/// The options of `hook serve`.
#[cfg(feature = "server")]
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Where to listen: POST / takes invocations, GET /healthz answers `ok`.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,
    /// Seconds that a request may take to arrive, and an answer to leave.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub timeout: u64,
    /// File with the HMAC key of a run task of HCP Terraform: POST /run-task takes its requests.
    #[arg(long, value_name = "FILE")]
    pub run_task_key: Option<PathBuf>,
    /// Host of Terraform Enterprise that run tasks may come from; may be repeated.
    #[arg(long, value_name = "HOST")]
    pub run_task_host: Vec<String>,
    /// What is logged.
    #[command(flatten)]
    pub logged: Logged,
    /// What is judged.
    #[command(flatten)]
    pub given: Given,
}

/// The options of `hook lambda`.
#[cfg(feature = "server")]
#[derive(Debug, clap::Args)]
pub struct Lambda {
    /// The runtime API.
    #[arg(long, value_name = "ADDRESS", env = "AWS_LAMBDA_RUNTIME_API")]
    pub api: String,
    /// What is logged.
    #[command(flatten)]
    pub logged: Logged,
    /// What is judged.
    #[command(flatten)]
    pub given: Given,
}

/// Options about what is logged, to standard error.
#[cfg(feature = "server")]
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Log")]
pub struct Logged {
    /// One line of JSON for each verdict, or none.
    #[arg(long, value_enum, value_name = "WHAT", env = "ECR_GUARD_LOG", default_value_t = Lines::Json)]
    pub log: Lines,
    /// Lines of CloudWatch's embedded metric format.
    #[arg(long, value_enum, value_name = "WHAT", env = "ECR_GUARD_METRICS", default_value_t = Metrics::Off)]
    pub metrics: Metrics,
}

/// What is logged.
#[cfg(feature = "server")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Lines {
    /// Lines of JSON.
    Json,
    /// Nothing.
    Off,
}

/// Which metrics are written.
#[cfg(feature = "server")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Metrics {
    /// CloudWatch's embedded metric format.
    Emf,
    /// None.
    Off,
}

/// Options about what is judged, and how.
#[derive(Debug, Default, clap::Args)]
pub struct Given {
    /// The config [default: ecr-guard.yaml upward from the current directory, else in /opt/ecr-guard].
    #[arg(long, value_name = "FILE", env = "ECR_GUARD_CONFIG")]
    pub config: Option<String>,
    /// Use no config, not even one that is found.
    #[arg(long)]
    pub no_config: bool,
    /// What is judged, and what blocks.
    #[command(flatten)]
    pub rules: RuleOptions,
    /// The day to compare dates of waivers and of `block_from` with [default: today in UTC].
    #[arg(long, value_name = "DATE")]
    pub today: Option<jiff::civil::Date>,
    /// PEM file with the authorities to trust when a payload is fetched [default: those that browsers trust].
    #[arg(long, value_name = "FILE", env = "AWS_CA_BUNDLE")]
    pub ca_bundle: Option<PathBuf>,
}

/// What the program is asked to do: Lambda starts it without arguments, by the name `bootstrap`.
pub fn as_bootstrap(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let [program] = arguments.as_slice() else {
        return arguments;
    };
    let bootstrap = Path::new(program)
        .file_stem()
        .is_some_and(|n| n == "bootstrap");
    let lambda = std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some();
    if cfg!(feature = "server") && (bootstrap || lambda) {
        arguments.extend(["hook", "lambda"].map(OsString::from));
    }
    arguments
}

/// Runs the command and gives its exit code.
pub fn run(args: &Args) -> Result<u8, Failure> {
    match &args.way {
        Way::Handle(args) => handle(args),
        Way::Targets(args) => targets(args),
        #[cfg(feature = "server")]
        Way::Serve(args) => server::serve(args),
        #[cfg(feature = "server")]
        Way::Lambda(args) => server::lambda(args),
    }
}

/// Whatever comes, there is a response: the exit code is 0.
fn handle(args: &Handle) -> Result<u8, Failure> {
    let mut body = Vec::new();
    let most = hook::LARGEST_INVOCATION as u64 + 1;
    let read = std::io::stdin().lock().take(most).read_to_end(&mut body);
    read.map_err(|e| failure::usage(format!("standard input cannot be read: {e}")))?;
    let setup = Arc::new(args.given.setup());
    let answer = hook::answer(&setup, &body, hook::PATIENCE);
    to_stdout(|out| {
        out.write_all(&answer.response.json())?;
        writeln!(out)
    })?;
    Ok(0)
}

/// One type in a line.
fn targets(args: &Handle) -> Result<u8, Failure> {
    let setup = args.given.setup();
    let rules = setup.rules.map_err(failure::usage)?;
    let types = hook::targets::types(&rules).map_err(|mistakes| Failure {
        files: Arc::new(setup.files),
        mistakes,
    })?;
    to_stdout(|out| types.iter().try_for_each(|name| writeln!(out, "{name}")))?;
    Ok(0)
}

impl Given {
    /// Reads the config and the guardrails. A mistake in them is the answer to every invocation.
    pub fn setup(&self) -> Setup {
        let files = Arc::new(Files::default());
        let rules = Rules::load(&self.options(), &files);
        let told = |mistakes| {
            let failure = Failure {
                files: files.clone(),
                mistakes,
            };
            let text = failure::text(&failure, Look::PLAIN);
            format!("ecr-guard is not set up: {}", text.trim())
        };
        let given = self.today;
        let setup = |rules, fetch| Setup {
            rules,
            files: files.fork(),
            fetch,
            today: Box::new(move || given.unwrap_or_else(today)),
            judges: hook::judges::Judges::default(),
        };
        match self.fetch() {
            Ok(fetch) => setup(rules.map_err(told), fetch),
            Err(why) => setup(Err(why), Box::new(hook::fetch::Nothing)),
        }
    }

    fn options(&self) -> Options {
        let here = vec![".".to_owned()];
        Options {
            config: self.config(),
            no_config: self.no_config,
            policies: self.rules.policies.clone(),
            only: self.rules.only.clone(),
            profile: self.rules.profile,
            fail_on: self.rules.fail_on,
            undetermined: self.rules.undetermined,
            ..Options::new(here, self.today.unwrap_or_else(today))
        }
    }

    /// The config that is named, else the bundle's (found by the engine), else the layer's.
    fn config(&self) -> Option<String> {
        if self.no_config || self.config.is_some() {
            return self.config.clone().filter(|_| !self.no_config);
        }
        let layer = Path::new(LAYER).join(config::NAME);
        let found = config::find(Path::new(".")).is_none() && layer.is_file();
        found.then(|| layer.to_string_lossy().into_owned())
    }

    #[cfg(feature = "https")]
    fn fetch(&self) -> Result<Box<dyn Fetch>, String> {
        let Some(path) = &self.ca_bundle else {
            return Ok(Box::new(hook::fetch::Http::new(None)?));
        };
        let told = |why: String| format!("--ca-bundle `{}`: {why}", path.display());
        let pem = std::fs::read(path).map_err(|e| told(crate::span::why(&e)))?;
        let http = hook::fetch::Http::new(Some(&pem)).map_err(told)?;
        Ok(Box::new(http))
    }

    #[cfg(not(feature = "https"))]
    fn fetch(&self) -> Result<Box<dyn Fetch>, String> {
        Ok(Box::new(hook::fetch::Nothing))
    }
}
