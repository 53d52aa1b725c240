//! `resolve`: what the evaluator knows of a root module, a plan or a template.

use super::failure::usage;
use super::given::{Given, stdin};
use super::guardrails::Listing;
use super::sink::{json_to_stdout, to_stdout};
use crate::diagnostic::Level;
use crate::engine::Failure;
use crate::report::resolve::{Resolved, Trace, trace, write_human, write_json};
use crate::resource::schema;
use crate::source::{self, Input};
use clap::ArgMatches;
use std::io::Write;

/// The options of `resolve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A root module, a plan or a template; `-` is standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: String,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Listing::Human)]
    pub format: Listing,
    /// Show the way of a value instead: every expression that it came through. ADDRESS.attribute, with steps into the
    /// value, also into JSON; `output.NAME`; an address alone: all of its attributes. Repeatable.
    #[arg(long, value_name = "ADDRESS.ATTRIBUTE")]
    pub trace: Vec<String>,
    /// Show sensitive values in clear.
    #[arg(long)]
    pub show_sensitive: bool,
    /// Inputs.
    #[command(flatten)]
    pub given: Given,
}

/// Runs the command and gives the exit code: 2 where something could not be evaluated.
pub fn run(args: &Args, matches: &ArgMatches) -> Result<u8, Failure> {
    let surroundings = args.given.surroundings(matches, &args.path)?;
    let files = &*surroundings.files;
    let input = match stdin(std::slice::from_ref(&args.path))? {
        Some(text) => Input::Text(text),
        None => Input::Path(args.path.clone()),
    };
    let (root, mut diagnostics) = source::read_one(&input, &surroundings.world, files)
        .map_err(|error| usage(error.to_string()))?;
    diagnostics.extend(schema::problems_of(&root));
    let resolved = Resolved {
        files,
        root: &root,
        diagnostics: &diagnostics,
        show_sensitive: args.show_sensitive,
    };
    let traces = (args.trace.iter())
        .map(|wanted| trace(&resolved, wanted).map_err(usage))
        .collect::<Result<Vec<Trace>, Failure>>()?;
    let write = |out: &mut dyn Write| match (args.format, traces.is_empty()) {
        (Listing::Json, true) => write_json(&resolved, out),
        (Listing::Human, true) => write_human(&resolved, super::look(&std::io::stdout()), out),
        (Listing::Json, false) => Trace::write_json(&traces, &resolved, out),
        (Listing::Human, false) => {
            Trace::write_human(&traces, &resolved, super::look(&std::io::stdout()), out)
        }
    };
    match args.format {
        Listing::Json => json_to_stdout(write)?,
        Listing::Human => to_stdout(write)?,
    }
    let failed = diagnostics.iter().any(|d| d.level == Level::Error);
    Ok(if failed { 2 } else { 0 })
}
