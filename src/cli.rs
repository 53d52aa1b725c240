//! The command line: what may be asked, and one small file for each command that asks the library and prints.

use self::failure::usage;
use crate::engine::Failure;
use crate::report::Look;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::io::{self, Write};

pub mod access;
pub mod asked;
pub mod can;
pub mod check;
pub mod checkout;
pub mod diff;
pub mod failure;
pub mod given;
pub mod guardrails;
pub mod hook;
pub mod perimeter;
pub mod registry_scope;
pub mod resolve;
pub mod revision;
pub mod schema;
pub mod sink;
pub mod terraform;
pub mod test;

/// What `ecr-guard` is asked to do.
#[derive(Debug, Parser)]
#[command(
    name = "ecr-guard",
    version,
    about = "Tells before deployment whether images in Amazon ECR can be read, replaced, replicated or lost in ways you do not want",
    after_help = "Examples:
  ecr-guard check infra                               Terraform, plans and templates in a directory
  terraform show -json plan.out | ecr-guard check -   a plan, with every value that terraform knows
  ecr-guard explain repository-tags-mutable           what the id of a finding stands for

Exit codes: 0 nothing blocks, 1 a finding blocks, 2 the job could not be done for some of the input",
    max_term_width = 100,
    arg_required_else_help = true
)]
pub struct App {
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge Terraform and CloudFormation by the guardrails (the main job).
    Check(check::Args),
    /// Tell who can pull, push, replicate, administer and read what, and by which statement.
    Access(access::Args),
    /// Tell what access is granted and removed since a revision.
    Diff(diff::Args),
    /// Tell why a guardrail matters, what it demands and how to mend a violation.
    Explain(guardrails::ExplainArgs),
    /// Show what is known of a root module, a plan or a template.
    Resolve(resolve::Args),
    /// Tell whether a principal may make a request, by which policies, and what is missing.
    Can(can::Args),
    /// Run `terraform plan` as it is given, and judge the plan.
    Terraform(terraform::Args),
    /// Answer invocations of a CloudFormation Hook.
    Hook(hook::Args),
    /// Tell what V2 of the registry policy scope adds and takes away, and how to get there.
    RegistryScope(registry_scope::Args),
    /// Tell which objectives of the data perimeter are met, and write the control that is missing.
    Perimeter(perimeter::Args),
    /// List the guardrails.
    Guardrails(guardrails::Args),
    /// Try guardrails on their test cases.
    Test(test::Args),
    /// Print the JSON Schema of the config or of a guardrail's file.
    Schema(schema::Args),
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set; `CLICOLOR_FORCE` means always.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Does what the arguments ask and gives the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = hook::as_bootstrap(arguments.into_iter().collect());
    let parsed = App::command()
        .try_get_matches_from(&arguments)
        .and_then(|m| Ok((App::from_arg_matches(&m)?, m)));
    let (app, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            let _ = error.print(); // nowhere left to complain
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return terraform::usage_code(&arguments, code);
        }
    };
    app.color.apply();
    match run(app, &matches) {
        Ok(code) => code,
        Err(failure) => {
            let mut stderr = anstream::stderr().lock();
            let look = look(&io::stderr());
            let _ = stderr.write_all(failure::text(&failure, look).as_bytes()); // nowhere left to complain
            2
        }
    }
}

fn run(app: App, matches: &ArgMatches) -> Result<u8, Failure> {
    let Some((_, matches)) = matches.subcommand() else {
        return Err(usage("no command"));
    };
    match app.command {
        Command::Check(args) => check::run(&args, matches),
        Command::Terraform(args) => terraform::run(&args),
        Command::Access(args) => access::run(&args, matches),
        Command::Diff(args) => diff::run(&args, matches),
        Command::Perimeter(args) => perimeter::run(&args, matches),
        Command::RegistryScope(args) => registry_scope::run(&args, matches),
        Command::Explain(args) => guardrails::explain(&args),
        Command::Resolve(args) => resolve::run(&args, matches),
        Command::Can(args) => can::run(&args, matches),
        Command::Hook(args) => hook::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Guardrails(args) => guardrails::list(&args),
    }
}

impl Color {
    fn apply(self) {
        let choice = match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// How text looks on a stream: colours as asked for, the terminal's width.
fn look(stream: &impl anstream::stream::RawStream) -> Look {
    let color = anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never;
    let width = match stream.is_terminal() {
        true => terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
        false => None,
    };
    Look {
        color,
        width: width.unwrap_or(Look::PLAIN.width).max(40),
    }
}
