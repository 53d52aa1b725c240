//! `perimeter`: the scorecard; for people and as JSON (version 1, frozen).

use super::access::at;
use super::json::{OneDiagnostic, Place, diagnostics, location};
use super::{Look, human, one_line};
use crate::finding::Witness;
use crate::iam::document::PolicyKind;
use crate::question::estate::Estate;
use crate::question::perimeter::{Judged, Purpose, Scorecard, Status};
use crate::span::Files;
use crate::value::Reason;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    objectives: Vec<One<'a>>,
    considerations: Vec<One<'a>>,
    policies: Vec<OnePolicy<'a>>,
    required: Vec<Required<'a>>,
    diagnostics: Vec<OneDiagnostic<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    id: &'a str,
    title: &'a str,
    status: Status,
    by: Vec<By<'a>>,
    witness: Option<Witness>,
    only_for: &'a [String],
    except: &'a [String],
    notes: &'a [String],
    because: &'a [Reason],
}

#[derive(Serialize)]
struct By<'a> {
    what: &'a str,
    location: Option<Place>,
}

#[derive(Serialize)]
struct OnePolicy<'a> {
    policy: &'a str,
    kind: &'static str,
    serves: &'a [&'static str],
    location: Place,
}

#[derive(Serialize)]
struct Required<'a> {
    id: &'a str,
    met: bool,
}

/// Writes one JSON document and a line end.
pub fn write_json(
    estate: &Estate,
    card: &Scorecard,
    required: &[String],
    out: &mut dyn Write,
) -> io::Result<()> {
    let files = &estate.files;
    let document = Document {
        version: 1,
        objectives: card.objectives.iter().map(|j| one(j, files)).collect(),
        considerations: card.considerations.iter().map(|j| one(j, files)).collect(),
        policies: (card.policies.iter())
            .filter_map(|p| policy(estate, p))
            .collect(),
        required: (required.iter())
            .map(|id| Required {
                id,
                met: is_met(card, id),
            })
            .collect(),
        diagnostics: diagnostics(&estate.diagnostics, files),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Whether an objective or a consideration holds for all.
pub fn is_met(card: &Scorecard, id: &str) -> bool {
    let mut all = card.objectives.iter().chain(&card.considerations);
    all.any(|j| j.id == id && j.status == Status::Met)
}

fn one<'a>(judged: &'a Judged, files: &Files) -> One<'a> {
    One {
        id: judged.id,
        title: judged.title,
        status: judged.status,
        by: (judged.by.iter())
            .map(|b| By {
                what: &b.words,
                location: b.span.map(|s| location(s, files)),
            })
            .collect(),
        witness: judged.witness.as_ref().map(Witness::from),
        only_for: &judged.only_for,
        except: &judged.except,
        notes: &judged.notes,
        because: &judged.because,
    }
}

fn policy<'a>(estate: &'a Estate, purpose: &'a Purpose) -> Option<OnePolicy<'a>> {
    let policy = estate.policies.get(purpose.policy)?;
    Some(OnePolicy {
        policy: &policy.name,
        kind: policy.document.kind.words(),
        serves: &purpose.serves,
        location: location(policy.document.place.primary(), &estate.files),
    })
}

/// Writes it for people.
pub fn write_human(
    estate: &Estate,
    card: &Scorecard,
    required: &[String],
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (title, all) in [
        ("Objectives", &card.objectives),
        ("Considerations", &card.considerations),
    ] {
        writeln!(out, "{title}")?;
        for judged in all {
            write_judged(judged, &estate.files, out)?;
        }
        writeln!(out)?;
    }
    if !card.policies.is_empty() {
        writeln!(out, "Policies")?;
    }
    for purpose in &card.policies {
        let Some(policy) = estate.policies.get(purpose.policy) else {
            continue;
        };
        let serves = match purpose.serves.as_slice() {
            [] => "serves no objective for ECR".to_owned(),
            some => format!("serves {}", some.join(", ")),
        };
        let kind = match policy.document.kind {
            PolicyKind::VpcEndpoint => "endpoint policy",
            kind => kind.words(),
        };
        writeln!(out, "  {} ({kind}): {serves}", policy.name)?;
    }
    for id in required.iter().filter(|id| !is_met(card, id)) {
        writeln!(out, "required, but not met: {id}")?;
    }
    human::write_problems(&estate.diagnostics, &estate.files, look, out)
}

fn write_judged(judged: &Judged, files: &Files, out: &mut dyn Write) -> io::Result<()> {
    let status = judged.status.words();
    writeln!(out, "  {:<24} {status:<18} {}", judged.id, judged.title)?;
    for by in &judged.by {
        let place = by.span.map(|s| format!("  {}", at(s, files)));
        writeln!(out, "      {}{}", by.words, place.unwrap_or_default())?;
    }
    if let Some(w) = &judged.witness {
        writeln!(out, "      passes: {}", Witness::from(w))?;
    }
    let mut lines = Vec::new();
    lines.extend(judged.only_for.iter().map(|l| ("only where", l.as_str())));
    lines.extend(judged.except.iter().map(|l| ("except where", l.as_str())));
    lines.extend(judged.because.iter().map(|l| ("because", &**l)));
    lines.extend(judged.notes.iter().map(|l| ("note:", l.as_str())));
    for (name, line) in lines {
        writeln!(out, "      {name} {}", one_line(line))?;
    }
    Ok(())
}
