//! `access`: who can do what; `access test`: whether that is what people expect.

use super::asked::Asked;
use super::failure::usage_help;
use super::given;
use super::guardrails::Listing;
use super::sink::to_stdout_kept;
use crate::config::Error;
use crate::engine::Failure;
use crate::iam::principal::account_of;
use crate::question::access::{self, Filter, What, expect};
use crate::report::access::{Format, tried, write};
use crate::world::is_account;
use clap::ArgMatches;

/// The options of `access`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// What else is asked.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Only what this one can do: an ARN, an account's id or a service.
    #[arg(long, value_name = "ARN")]
    pub principal: Option<String>,
    /// Only this: pull, push, replicate, administer, read or an action; may be repeated.
    #[arg(long, value_name = "ACTION")]
    pub action: Vec<String>,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// What is read.
    #[command(flatten)]
    pub input: Asked,
}

/// What else is asked.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Compare access with a file of expectations; see docs/questions.md.
    Test(TestArgs),
}

/// The options of `access test`.
#[derive(Debug, clap::Args)]
pub struct TestArgs {
    /// The expectations: a list of {allow|deny: ACTION, principal, repository}, in YAML or JSON.
    #[arg(value_name = "FILE")]
    pub file: String,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Listing::Human)]
    pub format: Listing,
    /// What is read.
    #[command(flatten)]
    pub input: Asked,
}

/// Runs the command and gives its exit code: 0, or 2 where some of the input could not be read.
pub fn run(args: &Args, matches: &ArgMatches) -> Result<u8, Failure> {
    if let Some(Command::Test(test)) = &args.command {
        let matches = matches.subcommand().map_or(matches, |(_, m)| m);
        return run_test(test, matches);
    }
    let filter = filter(args)?;
    let estate = args.input.estate(matches)?;
    let answer = access::of(&estate, &filter);
    let look = super::look(&std::io::stdout());
    to_stdout_kept(&[&estate.files], |out| {
        write(&estate, &answer, args.format, look, out)
    })?;
    Ok(if estate.has_errors() { 2 } else { 0 })
}

fn filter(args: &Args) -> Result<Filter, Failure> {
    if let Some(principal) = &args.principal
        && !is_account(principal)
        && account_of(principal).is_none()
        && !principal.ends_with(".amazonaws.com")
    {
        let message = format!("`{principal}` is no principal");
        let help = "give the ARN of a role or user, an account's id, or a service such as lambda.amazonaws.com";
        return Err(usage_help(message, help));
    }
    let mut what = Vec::new();
    for word in &args.action {
        match What::parse(word) {
            Some(found) => what.push(found),
            None => {
                let names: Vec<&str> = What::all().into_iter().map(What::word).collect();
                let error = Error::new(format!("there is no action `{word}` on repositories"));
                return Err(error.did_you_mean(word, names).into());
            }
        }
    }
    Ok(Filter {
        principal: args.principal.clone(),
        what: if what.is_empty() { What::all() } else { what },
    })
}

/// 0 where every expectation holds, 1 where one does not, 2 where the job could not be done.
fn run_test(args: &TestArgs, matches: &ArgMatches) -> Result<u8, Failure> {
    let text = given::read(&args.file, "the file of expectations")?;
    let estate = args.input.estate(matches)?;
    let id = estate.files.add(args.file.as_str(), text);
    let fail = |mistakes| Failure {
        files: estate.files.clone(),
        mistakes,
    };
    let expectations = expect::read(&estate.files, id).map_err(fail)?;
    let (mut done, mut wrong) = (Vec::new(), Vec::new());
    for expectation in &expectations {
        match expect::test(&estate, expectation) {
            Ok(tried) => done.push(tried),
            Err(error) => wrong.push(error),
        }
    }
    if !wrong.is_empty() {
        return Err(fail(wrong));
    }
    to_stdout_kept(&[&estate.files], |out| match args.format {
        Listing::Human => tried::write_human(&estate, &done, out),
        Listing::Json => tried::write_json(&estate, &done, out),
    })?;
    Ok(match done.iter().all(expect::Tried::holds) {
        _ if estate.has_errors() => 2,
        true => 0,
        false => 1,
    })
}
