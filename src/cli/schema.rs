//! `schema`: the JSON Schemas of the files that users write, for editors.

use super::sink::to_stdout;
use crate::engine::Failure;

/// The options of `schema`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Of what.
    #[arg(value_enum)]
    pub name: Name,
}

/// Files that users write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Name {
    /// `ecr-guard.yaml`
    Config,
    /// A guardrail's file.
    Guardrail,
}

/// Prints the schema.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let schema = match args.name {
        Name::Config => crate::config::file::schema(),
        Name::Guardrail => crate::guardrail::schema::schema(),
    };
    to_stdout(|out| {
        serde_json::to_writer_pretty(&mut *out, &schema)?;
        writeln!(out)
    })?;
    Ok(0)
}
