//! `access test`: which expectations hold.

use super::{at, location};
use crate::iam::evaluate::Verdict;
use crate::question::access::expect::Tried;
use crate::question::estate::Estate;
use crate::report::count;
use crate::report::json::Place;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    expectations: Vec<One<'a>>,
    failed: usize,
}

#[derive(Serialize)]
struct One<'a> {
    expect: &'static str,
    principal: &'a str,
    action: &'a str,
    repository: &'a str,
    decision: Verdict,
    holds: bool,
    location: Place,
    because: &'a [String],
    by: Vec<String>,
}

fn word(allow: bool) -> &'static str {
    if allow { "allow" } else { "deny" }
}

/// Writes one JSON document and a line end.
pub fn write_json(estate: &Estate, tried: &[Tried], out: &mut dyn Write) -> io::Result<()> {
    let one = |t: &'_ Tried| -> Vec<String> { t.by.iter().map(|(by, _)| by.clone()).collect() };
    let expectations = tried.iter().map(|t| One {
        expect: word(t.expectation.allow),
        principal: &t.expectation.principal,
        action: &t.expectation.action,
        repository: &t.expectation.repository,
        decision: t.decision,
        holds: t.holds(),
        location: location(t.expectation.span, &estate.files),
        because: &t.because,
        by: one(t),
    });
    let document = Document {
        version: 1,
        expectations: expectations.collect(),
        failed: tried.iter().filter(|t| !t.holds()).count(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Writes those that do not hold, and how many do.
pub fn write_human(estate: &Estate, tried: &[Tried], out: &mut dyn Write) -> io::Result<()> {
    let files = &estate.files;
    for t in tried.iter().filter(|t| !t.holds()) {
        let e = &t.expectation;
        let found = match t.decision {
            Verdict::Allow => "it is allowed",
            Verdict::Deny => "it is denied",
            Verdict::Unknown => "it cannot be told",
        };
        let (expected, who, what, of) = (word(e.allow), &e.principal, &e.action, &e.repository);
        writeln!(
            out,
            "{}: expected {expected} of {what} on {of} for {who}, but {found}",
            at(e.span, files)
        )?;
        for (by, span) in &t.by {
            let place = span.map(|s| format!(" ({})", at(s, files)));
            writeln!(out, "    by {by}{}", place.unwrap_or_default())?;
        }
        for because in &t.because {
            writeln!(out, "    because {because}")?;
        }
    }
    let held = tried.iter().filter(|t| t.holds()).count();
    writeln!(out, "{held} of {} hold", count(tried.len(), "expectation"))
}
