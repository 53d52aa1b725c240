//! `diff`: access granted and removed between two states of the code.

use super::asked::{Asked, inputs};
use super::failure::{usage, usage_help};
use super::revision::{self, Tree};
use super::sink::to_stdout_kept;
use crate::engine::Failure;
use crate::question::diff::{self, Changed, Side};
use crate::question::estate::{Estate, Read};
use crate::report::diff::{Compared, Format, write};
use crate::source::Input;
use crate::span::Files;
use clap::ArgMatches;
use std::path::Path;
use std::sync::Arc;

/// The options of `diff`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to compare with: a revision of git, or a file or directory.
    #[arg(long, value_name = "REV|PATH")]
    pub base: String,
    /// Exit with 1 where this is found.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub fail_on: Option<FailOn>,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// What is read.
    #[command(flatten)]
    pub input: Asked,
}

/// What fails a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// Somebody outside the organisation gets access that was not there before.
    NewExternalAccess,
    /// The same, or somebody of whom that cannot be told.
    PerhapsNewExternalAccess,
}

/// Runs the command and gives its exit code: 1 where `--fail-on` finds something, 2 where some of the input could not be read.
pub fn run(args: &Args, matches: &ArgMatches) -> Result<u8, Failure> {
    let paths = &args.input.paths;
    if paths.iter().any(|p| p == "-") {
        return Err(usage("standard input has no other state to compare with"));
    }
    let (base, _tree) = base(args, matches)?;
    let head = Side {
        estate: args.input.estate(matches)?,
        prefix: match Path::new(&args.base).exists() {
            true => paths
                .first()
                .map_or_else(String::new, |p| revision::slashed(p)),
            false => String::new(),
        },
        label: String::new(),
    };
    let changed = diff::of(&base, &head);
    let compared = Compared {
        name: &args.base,
        base: &base,
        head: &head,
        changed: &changed,
    };
    let look = super::look(&std::io::stdout());
    to_stdout_kept(&[&base.estate.files, &head.estate.files], |out| {
        write(compared, args.format, look, out)
    })?;
    let fails = match args.fail_on {
        None => false,
        Some(FailOn::NewExternalAccess) => changed.iter().any(Changed::is_external),
        Some(FailOn::PerhapsNewExternalAccess) => changed.iter().any(Changed::may_be_external),
    };
    let failed = base.estate.has_errors() || head.estate.has_errors();
    Ok(if failed { 2 } else { u8::from(fails) })
}

/// The state to compare with; its files stay as long as the tree is kept.
fn base(args: &Args, matches: &ArgMatches) -> Result<(Side, Option<Tree>), Failure> {
    let paths = &args.input.paths;
    if Path::new(&args.base).exists() {
        let bare = !args.base.contains(['/', '\\', '.']);
        if bare && revision::is_revision(&args.base) {
            let message = format!("`{}` is both a path and a revision of git", args.base);
            let help = format!("write `./{0}` or `refs/heads/{0}`", args.base);
            return Err(usage_help(message, help));
        }
        if paths.len() > 1 {
            let help = "give one path, or a revision of git";
            return Err(usage_help(
                "a path can be compared with one path only",
                help,
            ));
        }
        let given = std::slice::from_ref(&args.base);
        let read = Read {
            inputs: inputs(given)?,
            exclude: args.input.exclude.clone(),
            documents: Vec::new(),
        };
        let side = Side {
            estate: args.input.read(matches, &read)?,
            prefix: revision::slashed(&args.base),
            label: match args.base.ends_with('/') {
                true => args.base.clone(),
                false if Path::new(&args.base).is_dir() => format!("{}/", args.base),
                false => args.base.clone(),
            },
        };
        return Ok((side, None));
    }
    let tree = revision::tree(&args.base).map_err(|e| usage_help(e.message, e.help))?;
    let there: Vec<Input> = (paths.iter())
        .filter_map(|p| tree.path(p))
        .filter(|p| Path::new(p).exists())
        .map(Input::Path)
        .collect();
    let surroundings = args.input.surroundings(matches)?;
    let read = Read {
        inputs: there,
        exclude: args.input.exclude.clone(),
        documents: Vec::new(),
    };
    let files = Arc::new(Files::default());
    let mut estate = Estate::read(&read, surroundings.world, &files)
        .map_err(|error| usage(error.to_string()))?;
    estate.diagnostics.extend(tree.problems());
    let side = Side {
        estate,
        prefix: tree.here(),
        label: format!("{}:", args.base),
    };
    Ok((side, Some(tree)))
}
