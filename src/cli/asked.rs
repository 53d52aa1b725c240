//! The input of the commands that answer questions about it.

use super::failure::usage;
use super::given::{Given, Surroundings, stdin};
use crate::engine::Failure;
use crate::question::estate::{Estate, Read};
use crate::source::Input;
use clap::ArgMatches;

/// What is read.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// Files and directories; `-` is standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<String>,
    /// Inputs.
    #[command(flatten)]
    pub given: Given,
    /// Leave out what matches, as in .gitignore; may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
}

impl Asked {
    /// Reads the config and the input.
    pub fn estate(&self, matches: &ArgMatches) -> Result<Estate, Failure> {
        let read = Read {
            inputs: inputs(&self.paths)?,
            exclude: self.exclude.clone(),
            documents: Vec::new(),
        };
        self.read(matches, &read)
    }

    /// Reads the config, the one that is named or the nearest to the input.
    pub fn surroundings(&self, matches: &ArgMatches) -> Result<Surroundings, Failure> {
        let near = self.paths.iter().find(|p| *p != "-");
        let near = near.map_or(".", String::as_str);
        self.given.surroundings(matches, near)
    }

    /// Reads the config and what is given.
    pub fn read(&self, matches: &ArgMatches, read: &Read) -> Result<Estate, Failure> {
        let surroundings = self.surroundings(matches)?;
        Estate::read(read, surroundings.world, &surroundings.files)
            .map_err(|error| usage(error.to_string()))
    }
}

/// Paths as inputs, standard input read.
pub fn inputs(paths: &[String]) -> Result<Vec<Input>, Failure> {
    let text = stdin(paths)?;
    let input = |path: &String| match &text {
        Some(text) if path == "-" => Input::Text(text.clone()),
        _ => Input::Path(path.clone()),
    };
    Ok(paths.iter().map(input).collect())
}
