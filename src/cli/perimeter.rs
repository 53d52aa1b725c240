//! `perimeter`: which objectives of the data perimeter are met; `--emit` writes the control that is missing.

use super::asked::{Asked, inputs};
use super::failure::usage_help;
use super::given;
use super::guardrails::Listing;
use super::sink::{to_stdout, to_stdout_kept};
use crate::config::Error;
use crate::engine::Failure;
use crate::question::estate::Read;
use crate::question::perimeter::{self, emit};
use crate::report::perimeter::{is_met, write_human, write_json};
use clap::ArgMatches;
use std::path::Path;

/// The options of `perimeter`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Exit with 1 where one of these is not met, e.g. identity-on-resource,replication-destinations.
    #[arg(long, value_name = "OBJECTIVE", value_delimiter = ',')]
    pub require: Vec<String>,
    /// Write a control for the organisation of the config instead.
    #[arg(long, value_enum, value_name = "CONTROL", conflicts_with = "require")]
    pub emit: Option<Emit>,
    /// The language of the control.
    #[arg(long, value_enum, value_name = "LANG", default_value_t = Lang::Json, requires = "emit")]
    pub lang: Lang,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Listing::Human)]
    pub format: Listing,
    /// What is read; files of JSON that are nothing but a policy are taken, too.
    #[command(flatten)]
    pub input: Asked,
}

/// Controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Emit {
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// A policy for the VPC endpoints of ECR.
    Endpoint,
    /// A rule that watches what no policy stops.
    Eventbridge,
}

/// Languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// The document alone.
    Json,
    /// Terraform.
    Tf,
    /// CloudFormation.
    Cfn,
}

/// Runs the command and gives its exit code: 1 where something that is required is not met, 2 where the job could not be done.
pub fn run(args: &Args, matches: &ArgMatches) -> Result<u8, Failure> {
    for id in &args.require {
        if !perimeter::names().any(|n| n == id) {
            let error = Error::new(format!("there is no objective `{id}`"));
            return Err(error.did_you_mean(id, perimeter::names()).into());
        }
    }
    if let Some(what) = args.emit {
        return emit(args, what, matches);
    }
    let (paths, documents) = documents(&args.input.paths)?;
    let read = Read {
        inputs: inputs(&paths)?,
        exclude: args.input.exclude.clone(),
        documents,
    };
    let estate = args.input.read(matches, &read)?;
    let card = perimeter::of(&estate);
    let look = super::look(&std::io::stdout());
    to_stdout_kept(&[&estate.files], |out| match args.format {
        Listing::Human => write_human(&estate, &card, &args.require, look, out),
        Listing::Json => write_json(&estate, &card, &args.require, out),
    })?;
    Ok(match args.require.iter().all(|id| is_met(&card, id)) {
        _ if estate.has_errors() => 2,
        true => 0,
        false => 1,
    })
}

/// Paths, and the files among them that are nothing but a policy: path and text.
type Sorted = (Vec<String>, Vec<(String, String)>);

fn documents(paths: &[String]) -> Result<Sorted, Failure> {
    let (mut others, mut documents) = (Vec::new(), Vec::new());
    for path in paths {
        let json = Path::new(path)
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("json"));
        if json && Path::new(path).is_file() {
            let text = given::read(path, "the file")?;
            if is_policy(&text) {
                documents.push((path.clone(), text));
                continue;
            }
        }
        others.push(path.clone());
    }
    Ok((others, documents))
}

fn is_policy(text: &str) -> bool {
    let parsed: Option<serde_json::Value> = serde_json::from_str(text).ok();
    parsed.is_some_and(|p| p.get("Statement").is_some() && p.get("Resources").is_none())
}

fn emit(args: &Args, what: Emit, matches: &ArgMatches) -> Result<u8, Failure> {
    let world = args.input.surroundings(matches)?.world;
    let what = match what {
        Emit::Scp => emit::What::Scp,
        Emit::Rcp => emit::What::Rcp,
        Emit::Endpoint => emit::What::Endpoint,
        Emit::Eventbridge => emit::What::EventBridge,
    };
    let language = match args.lang {
        Lang::Json => emit::Language::Json,
        Lang::Tf => emit::Language::Terraform,
        Lang::Cfn => emit::Language::CloudFormation,
    };
    let text = emit::write(what, language, world.organization(None), &world.target)
        .map_err(|why| usage_help(why, "set it in ecr-guard.yaml"))?;
    to_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(0)
}
