//! `guardrails` and `explain`: which guardrails there are, and what one is about.

use super::failure::usage;
use super::sink::to_stdout;
use crate::config::Error;
use crate::config::error::nearest;
use crate::engine::Failure;
use crate::guardrail::library::Library;
use crate::report::guardrails::{write_json, write_list, write_one};
use crate::span::Files;
use std::path::PathBuf;
use std::sync::Arc;

/// The options of `guardrails`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Directory of further guardrails; may be repeated.
    #[arg(long, value_name = "DIR")]
    pub policies: Vec<PathBuf>,
    /// How they are listed.
    #[arg(long, value_enum, default_value_t = Listing::Human)]
    pub format: Listing,
}

/// The options of `explain`.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// The guardrail's id.
    pub id: String,
    /// Directory of further guardrails; may be repeated.
    #[arg(long, value_name = "DIR")]
    pub policies: Vec<PathBuf>,
}

/// How things are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Listing {
    /// For people.
    Human,
    /// For scripts.
    Json,
}

/// Lists the guardrails.
pub fn list(args: &Args) -> Result<u8, Failure> {
    let library = load(&args.policies)?;
    to_stdout(|out| match args.format {
        Listing::Human => write_list(&library, out),
        Listing::Json => write_json(&library, out),
    })?;
    Ok(0)
}

/// Explains one guardrail.
pub fn explain(args: &ExplainArgs) -> Result<u8, Failure> {
    let library = load(&args.policies)?;
    let Some(guardrail) = library.get(&args.id) else {
        return Err(unknown(&args.id, &library));
    };
    to_stdout(|out| write_one(guardrail, out))?;
    Ok(0)
}

fn unknown(id: &str, library: &Library) -> Failure {
    let ids = library.all().map(|g| g.id.as_str());
    let error = Error::new(format!("there is no guardrail `{id}`"));
    match nearest(id, ids) {
        Some(name) => error.help(format!("did you mean `{name}`?")).into(),
        None => error.help("ecr-guard guardrails lists them").into(),
    }
}

/// The guardrails, built-in and from directories.
pub(super) fn load(policies: &[PathBuf]) -> Result<Library, Failure> {
    for directory in policies {
        if !directory.exists() {
            return Err(usage(format!(
                "--policies: there is no `{}`",
                directory.display()
            )));
        }
    }
    let files = Arc::new(Files::default());
    let loaded = Library::load(&files, policies);
    loaded.map_err(|mistakes| Failure { files, mistakes })
}
