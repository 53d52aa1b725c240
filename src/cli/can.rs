//! `can`: may a principal make a request? One request against the policies of the input; or many with their own policies,
//! one JSON object a line.

use super::asked::Asked as Input;
use super::failure::{usage, usage_help};
use super::given;
use super::guardrails::Listing;
use super::sink::{to_stdout, to_stdout_kept};
use crate::config::Error;
use crate::engine::Failure;
use crate::iam::action;
use crate::iam::can::answer_line;
use crate::iam::evaluate::Verdict;
use crate::question::can::{Asked, ask, overall};
use crate::report::can::{write_human, write_json};
use clap::ArgMatches;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The options of `can`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Who asks: the ARN of a role, a user or a role session, an account's id, or a service.
    #[arg(long, value_name = "ARN", required_unless_present = "requests")]
    pub principal: Option<String>,
    /// What for, e.g. ecr:BatchGetImage; pull and push stand for all that they take; may be repeated.
    #[arg(long, value_name = "ACTION", required_unless_present = "requests")]
    pub action: Vec<String>,
    /// Of what: the ARN, the name or the address of a repository; `*` for the registry.
    #[arg(long, value_name = "ARN", required_unless_present = "requests")]
    pub resource: Option<String>,
    /// A context key of the request; KEY= says that it has none; may be repeated, for keys of several values, too.
    #[arg(long, value_name = "KEY=VALUE")]
    pub context: Vec<String>,
    /// A policy of the principal itself, as JSON; may be repeated. Together they are all that it has.
    #[arg(long, value_name = "FILE")]
    pub identity: Vec<String>,
    /// The address of the VPC endpoint that the request goes through.
    #[arg(long, value_name = "ADDRESS")]
    pub endpoint: Option<String>,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Listing::Human)]
    pub format: Listing,
    /// Requests with their policies, one JSON object a line, instead of all that; `-` is standard input. See docs/output.md.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["principal", "action", "resource", "context", "identity", "endpoint"])]
    pub requests: Option<String>,
    /// What is read.
    #[command(flatten)]
    pub input: Input,
}

/// Decides and gives the exit code: 0 where all of it is allowed, 1 where not, 2 where the job could not be done.
pub fn run(args: &Args, matches: &ArgMatches) -> Result<u8, Failure> {
    if let Some(requests) = &args.requests {
        return lines(requests);
    }
    let asked = Asked {
        principal: args.principal.clone().unwrap_or_default(),
        actions: actions(&args.action)?,
        resource: args.resource.clone().unwrap_or_default(),
        context: context(&args.context)?,
        identity: (args.identity.iter())
            .map(|path| Ok((path.clone(), given::read(path, "--identity")?)))
            .collect::<Result<_, Failure>>()?,
        endpoint: args.endpoint.clone(),
    };
    let estate = args.input.estate(matches)?;
    let answers = ask(&estate, &asked).map_err(|r| usage_help(r.message, r.help))?;
    to_stdout_kept(&[&estate.files], |out| match args.format {
        Listing::Json => write_json(&estate, &answers, out),
        Listing::Human => write_human(&estate, &answers, super::look(&std::io::stdout()), out),
    })?;
    Ok(match overall(&answers) {
        _ if estate.has_errors() => 2,
        Verdict::Allow => 0,
        Verdict::Deny | Verdict::Unknown => 1,
    })
}

/// The actions by their full names.
pub fn actions(given: &[String]) -> Result<Vec<String>, Failure> {
    let mut out: Vec<String> = Vec::new();
    for name in given {
        let found = match name.as_str() {
            "pull" => action::PULL.iter().map(|a| (*a).to_owned()).collect(),
            "push" => action::PUSH.iter().map(|a| (*a).to_owned()).collect(),
            name => vec![full(name)?],
        };
        out.extend(found);
    }
    Ok(out)
}

fn full(name: &str) -> Result<String, Failure> {
    let all = || action::all().iter();
    let prefixed = match name.contains(':') {
        true => name.to_owned(),
        false => format!("ecr:{name}"),
    };
    match all().find(|a| a.name.eq_ignore_ascii_case(&prefixed)) {
        Some(action) => Ok(action.name.clone()),
        None => {
            let error = Error::new(format!("there is no action `{prefixed}` of Amazon ECR"));
            Err(error
                .did_you_mean(&prefixed, all().map(|a| a.name.as_str()))
                .into())
        }
    }
}

fn context(given: &[String]) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for text in given {
        let Some((key, value)) = text.split_once('=').filter(|(k, _)| k.contains(':')) else {
            let message = format!("--context `{text}` is no key and value");
            return Err(usage_help(
                message,
                "write --context aws:SourceIp=203.0.113.7",
            ));
        };
        let values = out.entry(key.trim().to_lowercase()).or_default();
        values.extend(Some(value.to_owned()).filter(|v| !v.is_empty()));
    }
    Ok(out)
}

/// Answers every line in its order and gives the exit code: 2 where a line is no request.
fn lines(requests: &str) -> Result<u8, Failure> {
    let text = match given::stdin(&[requests.to_owned()])? {
        Some(text) => text,
        None => given::read(requests, "--requests")?,
    };
    let lines: Vec<(usize, &str)> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
        .collect();
    if lines.is_empty() {
        let message = format!("there are no requests in `{requests}`");
        return Err(usage_help(message, "write one JSON object a line"));
    }
    let answers: Vec<_> = (lines.par_iter())
        .map(|(number, line)| answer_line(line).map_err(|e| (*number, e)))
        .collect();
    to_stdout(|out| {
        for answer in answers.iter().flatten() {
            writeln!(out, "{answer}")?;
        }
        Ok(())
    })?;
    let mut failure = Failure::default();
    for (number, error) in answers.iter().filter_map(|a| a.as_ref().err()) {
        let message = format!("{requests}:{number}: {error}");
        failure.mistakes.extend(usage(message).mistakes);
    }
    match failure.mistakes.is_empty() {
        true => Ok(0),
        false => Err(failure),
    }
}
