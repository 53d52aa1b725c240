//! What the user gives besides the code: variables, parameters, the environment. Read here, so that nothing below touches
//! the command line or the environment.

use super::failure::{usage, usage_help};
use crate::config::{self, Config};
use crate::engine::Failure;
use crate::span::{Files, why};
use crate::world::{Inputs, VariableInput, World};
use clap::{ArgMatches, Args};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Options about inputs, common to several commands.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Inputs")]
pub struct Given {
    /// Value of a Terraform variable; may be repeated.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub var: Vec<String>,
    /// File of Terraform variables; may be repeated. The order among --var and --var-file counts.
    #[arg(long = "var-file", value_name = "FILE")]
    pub var_file: Vec<String>,
    /// File of CloudFormation parameters (JSON or YAML); may be repeated.
    #[arg(long, value_name = "FILE")]
    pub parameters: Vec<String>,
    /// The config; found upward from the input where it is left out.
    #[arg(long, value_name = "FILE", env = "ECR_GUARD_CONFIG")]
    pub config: Option<String>,
    /// Use no config, not even one that is found.
    #[arg(long)]
    pub no_config: bool,
}

/// What the user gives, taken together.
#[derive(Debug)]
pub struct Surroundings {
    /// The texts that spans point into.
    pub files: Arc<Files>,
    /// The config; empty where there is none.
    pub config: Config,
    /// What verdicts rest on besides the code.
    pub world: World,
}

impl Given {
    /// Reads the config, the one that is named or the nearest to a path, and the inputs.
    pub fn surroundings(&self, matches: &ArgMatches, path: &str) -> Result<Surroundings, Failure> {
        let files = Arc::new(Files::default());
        let near = if path == "-" { "." } else { path };
        let named = self.config().map(PathBuf::from);
        let found = || config::find(Path::new(near)).filter(|_| !self.no_config);
        let config = match named.or_else(found) {
            None => Config::default(),
            Some(file) => Config::load(&files, &file).map_err(|mistakes| Failure {
                files: files.clone(),
                mistakes,
            })?,
        };
        let world = World {
            exports: Vec::new(),
            target: config.target.clone(),
            organizations: config.organizations.clone(),
            existing: config.existing.clone(),
            inputs: self.inputs(matches)?,
        };
        Ok(Surroundings {
            files,
            config,
            world,
        })
    }

    /// The config that is named.
    pub fn config(&self) -> Option<String> {
        self.config.clone().filter(|_| !self.no_config)
    }

    /// Reads the files and the environment.
    pub fn inputs(&self, matches: &ArgMatches) -> Result<Inputs, Failure> {
        let mut parameters = Vec::new();
        for path in &self.parameters {
            parameters.push((shown(path), read(path, "--parameters")?));
        }
        Ok(Inputs {
            variables: self.variables(matches)?,
            environment: environment()?,
            parameters,
            workspace: (std::env::var("TF_WORKSPACE").ok()).filter(|w| !w.is_empty()),
        })
    }

    /// `--var` and `--var-file` in the order of the command line: the last one wins, as in Terraform.
    fn variables(&self, matches: &ArgMatches) -> Result<Vec<VariableInput>, Failure> {
        let mut out = Vec::new();
        for (at, text) in indexed(matches, "var", &self.var) {
            let Some((name, value)) = text.split_once('=') else {
                let message = format!("--var `{text}` has no `=`");
                return Err(usage_help(message, "write --var NAME=VALUE"));
            };
            let (name, value) = (name.trim().to_owned(), value.to_owned());
            out.push((at, VariableInput::Value { name, value }));
        }
        for (at, path) in indexed(matches, "var_file", &self.var_file) {
            let text = read(path, "--var-file")?;
            let path = shown(path);
            out.push((at, VariableInput::File { path, text }));
        }
        out.sort_by_key(|(at, _)| *at);
        Ok(out.into_iter().map(|(_, input)| input).collect())
    }
}

fn indexed<'a>(
    matches: &ArgMatches,
    id: &str,
    values: &'a [String],
) -> impl Iterator<Item = (usize, &'a String)> {
    let places: Vec<usize> = (matches.indices_of(id)).map_or_else(Vec::new, Iterator::collect);
    places.into_iter().zip(values)
}

/// `TF_VAR_…` without the prefix.
pub(super) fn environment() -> Result<BTreeMap<String, String>, Failure> {
    let mut out = BTreeMap::new();
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().and_then(|n| n.strip_prefix("TF_VAR_")) else {
            continue;
        };
        let Ok(value) = value.into_string() else {
            let message = format!("the environment's `TF_VAR_{name}` is not UTF-8");
            return Err(usage(message));
        };
        out.insert(name.to_owned(), value);
    }
    Ok(out)
}

/// Standard input as text, where one of the paths is `-`.
pub fn stdin(paths: &[String]) -> Result<Option<String>, Failure> {
    if !paths.iter().any(|p| p == "-") {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|e| usage(format!("standard input cannot be read: {e}")))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(e) => Err(usage(format!(
            "standard input is not UTF-8 from byte {} on",
            e.utf8_error().valid_up_to()
        ))),
    }
}

/// The text of a file that an option names.
pub fn read(path: &str, option: &str) -> Result<String, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|e| usage(format!("{option} `{path}` cannot be read: {}", why(&e))))?;
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        usage(format!("{option} `{path}` is not UTF-8 from byte {at} on"))
    })
}

/// A path as shown: with `/`, without a leading `./`.
pub(super) fn shown(path: &str) -> String {
    let path = path.replace(std::path::MAIN_SEPARATOR, "/");
    match path.strip_prefix("./") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => path,
    }
}
