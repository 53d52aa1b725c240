//! `registry-scope`: what V2 of the registry's policy scope would change.

use super::asked::Asked;
use super::failure::{usage, usage_help};
use super::given;
use super::guardrails::Listing;
use super::sink::to_stdout_kept;
use crate::engine::Failure;
use crate::question::estate::{Estate, Read};
use crate::question::registry_scope;
use crate::report::registry_scope::{write_human, write_json};
use clap::ArgMatches;
use serde_json::Value as Json;

/// The options of `registry-scope`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The policy of a registry as `aws ecr get-registry-policy` prints it; without PATH nothing else is read.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<String>,
    /// The setting as `aws ecr get-account-setting --name REGISTRY_POLICY_SCOPE` prints it.
    #[arg(long, value_name = "FILE")]
    pub setting: Option<String>,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Listing::Human)]
    pub format: Listing,
    /// What is read.
    #[command(flatten)]
    pub input: Asked,
}

/// Runs the command and gives its exit code: 0, or 2 where some of the input could not be read.
pub fn run(args: &Args, matches: &ArgMatches) -> Result<u8, Failure> {
    let from_command_line = Some(clap::parser::ValueSource::CommandLine);
    let paths = matches.value_source("paths") == from_command_line;
    let live = args.policy.is_some();
    let read = Read {
        inputs: match live && !paths {
            true => Vec::new(),
            false => super::asked::inputs(&args.input.paths)?,
        },
        exclude: args.input.exclude.clone(),
        documents: Vec::new(),
    };
    let mut surroundings = args.input.surroundings(matches)?;
    let world = &mut surroundings.world;
    if let Some(path) = &args.policy {
        let text = given::read(path, "--policy")?;
        if let Ok(Json::Object(printed)) = serde_json::from_str::<Json>(&text)
            && world.target.account.is_none()
        {
            let id = printed.get("registryId").and_then(Json::as_str);
            world.target.account = id.map(str::to_owned);
        }
        world.existing.registry_policy = Some((text, path.clone()));
    }
    if let Some(path) = &args.setting {
        world.existing.policy_scope = Some(scope(path, &given::read(path, "--setting")?)?);
    }
    let estate = Estate::read(&read, surroundings.world, &surroundings.files)
        .map_err(|error| usage(error.to_string()))?;
    let answer = registry_scope::of(&estate);
    let look = super::look(&std::io::stdout());
    to_stdout_kept(&[&estate.files], |out| match args.format {
        Listing::Human => write_human(&estate, &answer, look, out),
        Listing::Json => write_json(&estate, &answer, out),
    })?;
    Ok(if estate.has_errors() { 2 } else { 0 })
}

/// The scope that the AWS CLI prints.
fn scope(path: &str, text: &str) -> Result<String, Failure> {
    let printed = serde_json::from_str::<Json>(text).ok();
    let value = printed.as_ref().and_then(|p| p.get("value")?.as_str());
    match value {
        Some(scope @ ("V1" | "V2")) => Ok(scope.to_owned()),
        _ => {
            let message = format!("--setting `{path}` holds no registry policy scope");
            let help = "give what `aws ecr get-account-setting --name REGISTRY_POLICY_SCOPE` prints: {\"name\": …, \"value\": \"V1\"}";
            Err(usage_help(message, help))
        }
    }
}
