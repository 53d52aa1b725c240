//! `can`: the decision, the chain of policies that led to it, what is missing; for people and as JSON (version 1, frozen).

use super::json::{OneDiagnostic, Place, diagnostics, location};
use super::{Look, human, one_line};
use crate::iam::evaluate::Verdict;
use crate::question::can::{Answer, Link, Matched, Says, deciding, overall};
use crate::question::estate::Estate;
use crate::span::{Files, Span};
use crate::value::Reason;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    decision: Verdict,
    answers: Vec<One<'a>>,
    diagnostics: Vec<OneDiagnostic<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    request: Request<'a>,
    decision: Verdict,
    because: Vec<Because<'a>>,
    chain: Vec<Asked<'a>>,
    missing: &'a [String],
    reasons: &'a [Reason],
    assumes: &'a [Arc<str>],
}

#[derive(Serialize)]
struct Request<'a> {
    principal: &'a str,
    action: &'a str,
    resource: &'a str,
    context: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Because<'a> {
    policy: &'a str,
    statement: usize,
    effect: &'static str,
    location: Option<Place>,
}

#[derive(Serialize)]
struct Asked<'a> {
    kind: &'static str,
    policy: &'a str,
    location: Option<Place>,
    says: Says,
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
struct Statement<'a> {
    statement: usize,
    sid: Option<&'a str>,
    effect: &'static str,
    matches: &'static str,
    location: Option<Place>,
}

/// Writes one JSON document and a line end.
pub fn write_json(estate: &Estate, answers: &[Answer], out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        decision: overall(answers),
        answers: answers.iter().map(|a| one(a, &estate.files)).collect(),
        diagnostics: diagnostics(&estate.diagnostics, &estate.files),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn one<'a>(answer: &'a Answer, files: &Files) -> One<'a> {
    let place = |span: Option<Span>| span.map(|s| location(s, files));
    let statement = |s: &'a Matched| Statement {
        statement: s.index,
        sid: s.sid.as_deref(),
        effect: effect(s),
        matches: if s.sure { "yes" } else { "unknown" },
        location: place(s.span),
    };
    let asked = |l: &'a Link| Asked {
        kind: l.kind.words(),
        policy: &l.name,
        location: place(l.span),
        says: l.says,
        statements: l.statements.iter().map(statement).collect(),
    };
    let because = deciding(answer).map(|(link, s)| Because {
        policy: &link.name,
        statement: s.index,
        effect: effect(s),
        location: place(s.span),
    });
    One {
        request: Request {
            principal: &answer.principal,
            action: &answer.action,
            resource: &answer.resource,
            context: &answer.context,
        },
        decision: answer.decision,
        because: because.collect(),
        chain: answer.chain.iter().map(asked).collect(),
        missing: &answer.missing,
        reasons: &answer.reasons,
        assumes: &answer.assumes,
    }
}

fn effect(statement: &Matched) -> &'static str {
    if statement.deny { "Deny" } else { "Allow" }
}

/// Writes the answers one after another.
pub fn write_human(
    estate: &Estate,
    answers: &[Answer],
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (i, answer) in answers.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        write_answer(answer, &estate.files, out)?;
    }
    if !estate.diagnostics.is_empty() {
        let problems = human::problems(&estate.diagnostics, &estate.files, look);
        write!(out, "\n{problems}")?;
    }
    Ok(())
}

fn write_answer(answer: &Answer, files: &Files, out: &mut dyn Write) -> io::Result<()> {
    let word = match answer.decision {
        Verdict::Allow => "allow",
        Verdict::Deny => "deny",
        Verdict::Unknown => "cannot tell",
    };
    let (who, what, of) = (&answer.principal, &answer.action, &answer.resource);
    writeln!(out, "{word}: {what} on {of} by {who}")?;
    for (key, value) in &answer.context {
        writeln!(out, "    with {key} = {value}")?;
    }
    if answer.chain.is_empty() {
        writeln!(out, "  no policy of the input has a say in it")?;
    }
    for link in &answer.chain {
        let says = match link.says {
            Says::Denies => "denies it",
            Says::Allows => "allows it",
            Says::Nothing => "says nothing about it",
            Says::Unknown => "cannot tell",
        };
        let kind = link.kind.words();
        match place(link.span, files) {
            Some(at) => writeln!(out, "  {kind} {} ({at}): {says}", link.name)?,
            None => writeln!(out, "  {}: {says}", link.name)?,
        }
        for s in link.statements.iter().filter(|s| s.span.is_some()) {
            let sid = s.sid.as_ref().map(|sid| format!(" {sid}"));
            let at = place(s.span, files).unwrap_or_default();
            let sure = if s.sure { "" } else { ", perhaps" };
            let effect = effect(s);
            let number = s.index + 1;
            writeln!(
                out,
                "    statement {number}{}: {effect}{sure} ({at})",
                sid.unwrap_or_default()
            )?;
        }
    }
    let lists: [(&str, Vec<&str>); 3] = [
        (
            "missing",
            answer.missing.iter().map(String::as_str).collect(),
        ),
        ("because", answer.reasons.iter().map(|r| &**r).collect()),
        ("assuming", answer.assumes.iter().map(|r| &**r).collect()),
    ];
    for (name, lines) in lists {
        for line in lines {
            writeln!(out, "  {name}: {}", one_line(line))?;
        }
    }
    Ok(())
}

fn place(span: Option<Span>, files: &Files) -> Option<String> {
    let at = files.location(span?);
    Some(format!("{}:{}:{}", at.path, at.line, at.column))
}
