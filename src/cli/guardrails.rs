//! `guardrails` and `explain`: which guardrails there are, and what one is about.

use super::failure::usage;
use super::sink::to_stdout;
use crate::config::Error;
use crate::diagnostic::nearest;
use crate::engine::Failure;
use crate::guardrail::library::{Guardrail, Library};
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
    /// The guardrail's id, as in the brackets of a finding.
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
    let look = super::look(&std::io::stdout());
    to_stdout(|out| write_one(guardrail, look, out))?;
    Ok(0)
}

fn unknown(id: &str, library: &Library) -> Failure {
    let error = Error::new(format!("there is no guardrail `{id}`"));
    let listed = |guardrails: Vec<&Guardrail>| {
        let ids: Vec<String> = guardrails.iter().map(|g| format!("`{}`", g.id)).collect();
        ids.join(", ")
    };
    let same = |control: &String| control.eq_ignore_ascii_case(id);
    let of_control: Vec<&Guardrail> = (library.all())
        .filter(|g| g.definition.controls.iter().any(same))
        .collect();
    if !of_control.is_empty() {
        let error = Error::new(format!("`{id}` is a control of another tool"));
        return error.help(format!("see {}", listed(of_control))).into();
    }
    if let Some(name) = nearest(id, library.all().map(|g| g.id.as_str())) {
        return error.help(format!("did you mean `{name}`?")).into();
    }
    let part = id.to_lowercase().replace('_', "-");
    let holding: Vec<&Guardrail> = (library.all())
        .filter(|g| !part.is_empty() && g.id.contains(&part))
        .collect();
    match holding.is_empty() {
        true => error.help("`ecr-guard guardrails` lists them").into(),
        false => (error.help(format!("did you mean {}?", listed(holding)))).into(),
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
