//! Access that is there in one state and not in the other, as `diff` and `registry-scope` tell it.

use super::access::{Statement, by, cell, inside, statement, tri};
use super::one_line;
use crate::finding::Witness;
use crate::question::access::{class, shown};
use crate::question::change::{Change, words};
use crate::question::estate::Located;
use crate::span::Files;
use crate::value::Reason;
use serde::Serialize;
use std::io::{self, Write};

/// A change in JSON.
#[derive(Serialize)]
pub(super) struct One<'a> {
    who: Who,
    access: Vec<String>,
    actions: &'a [&'static str],
    outcome: &'static str,
    network: bool,
    statement: Option<Statement<'a>>,
    denied_by: Option<Statement<'a>>,
    witness: Option<Witness>,
    because: &'a [Reason],
}

#[derive(Serialize)]
struct Who {
    class: &'static str,
    name: String,
    inside: &'static str,
}

/// Changes in JSON: the statement stands in the first files, the one that denies in the second.
pub(super) fn json<'a>(changes: &'a [Change], files: (&Files, &Files)) -> Vec<One<'a>> {
    let one = |c: &'a Change| One {
        who: Who {
            class: class(&c.party),
            name: shown(&c.party, c.secret),
            inside: tri(c.inside),
        },
        access: words(&c.actions),
        actions: &c.actions,
        outcome: if c.doubtful { "unknown" } else { "yes" },
        network: c.network,
        statement: c.statement.as_ref().map(|s| statement(s, files.0)),
        denied_by: c.denied_by.as_ref().map(|s| statement(s, files.1)),
        witness: c.witness.as_ref().map(Witness::from),
        because: &c.because,
    };
    changes.iter().map(one).collect()
}

/// How a place is shown.
pub(super) type Shown<'a> = &'a dyn Fn(&Located) -> String;

/// A line for each change, with its statements and a request below.
pub(super) fn write(
    sign: char,
    changes: &[Change],
    (own, other): (Shown<'_>, Shown<'_>),
    out: &mut dyn Write,
) -> io::Result<()> {
    for change in changes {
        let (party, access) = (
            shown(&change.party, change.secret),
            words(&change.actions).join(", "),
        );
        let network = if change.network {
            ", from named networks only"
        } else {
            ""
        };
        let perhaps = if change.doubtful { "perhaps " } else { "" };
        let near = inside(change.inside);
        writeln!(out, "  {sign} {perhaps}{party}: {access}{network}  {near}")?;
        if let Some(statement) = &change.statement {
            writeln!(out, "      by {}  {}", by(statement), own(statement))?;
        }
        if let Some(statement) = &change.denied_by {
            writeln!(
                out,
                "      denied by {}  {}",
                by(statement),
                other(statement)
            )?;
        }
        if let Some(w) = &change.witness {
            writeln!(out, "      request: {}", Witness::from(w))?;
        }
        for reason in &change.because {
            writeln!(out, "      because {}", one_line(reason))?;
        }
    }
    Ok(())
}

/// A row for each change.
pub(super) fn rows(
    sign: &str,
    name: &str,
    changes: &[Change],
    (own, other): (Shown<'_>, Shown<'_>),
) -> Vec<String> {
    let row = |c: &Change| {
        let perhaps = if c.doubtful { "perhaps " } else { "" };
        let party = cell(&shown(&c.party, c.secret));
        let near = match c.inside {
            i if !i.may() => "**outside**".to_owned(),
            i => inside(i).to_owned(),
        };
        let mut places = Vec::new();
        places.extend(
            c.statement
                .as_ref()
                .map(|s| format!("{} `{}`", cell(&by(s)), own(s))),
        );
        places.extend(
            c.denied_by
                .as_ref()
                .map(|s| format!("denied by {} `{}`", cell(&by(s)), other(s))),
        );
        places.extend(c.because.iter().map(|r| cell(r)));
        let access = words(&c.actions).join(", ");
        format!(
            "| {sign} | {name} | {perhaps}{party} | {near} | {} | {} |",
            cell(&access),
            places.join("; ")
        )
    };
    changes.iter().map(row).collect()
}
