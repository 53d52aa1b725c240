//! `can`: may a principal make a request? Many answers at once, one JSON object a line.

use super::failure::{usage, usage_help};
use super::given;
use super::sink::to_stdout;
use crate::engine::Failure;
use crate::iam::can::answer_line;
use rayon::prelude::*;

/// The options of `can`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Requests with their policies, one JSON object a line; `-` is standard input. See docs/output.md.
    #[arg(long, value_name = "FILE")]
    pub requests: String,
}

/// Answers every line in its order and gives the exit code: 2 where a line is no request.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let text = match given::stdin(std::slice::from_ref(&args.requests))? {
        Some(text) => text,
        None => given::read(&args.requests, "--requests")?,
    };
    let lines: Vec<(usize, &str)> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
        .collect();
    if lines.is_empty() {
        let message = format!("there are no requests in `{}`", args.requests);
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
        let message = format!("{}:{number}: {error}", args.requests);
        failure.mistakes.extend(usage(message).mistakes);
    }
    match failure.mistakes.is_empty() {
        true => Ok(0),
        false => Err(failure),
    }
}
