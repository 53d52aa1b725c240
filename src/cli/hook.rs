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
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
}

/// The options of `hook handle`.
#[derive(Debug, clap::Args)]
pub struct Handle {
    /// What is judged.
    #[command(flatten)]
    pub given: Given,
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

/// Runs the command and gives its exit code.
pub fn run(args: &Args) -> Result<u8, Failure> {
    match &args.way {
        Way::Handle(args) => handle(args),
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
        let pem = std::fs::read(path).map_err(|e| told(super::given::plain(&e)))?;
        let http = hook::fetch::Http::new(Some(&pem)).map_err(told)?;
        Ok(Box::new(http))
    }

    #[cfg(not(feature = "https"))]
    fn fetch(&self) -> Result<Box<dyn Fetch>, String> {
        Ok(Box::new(hook::fetch::Nothing))
    }
}
