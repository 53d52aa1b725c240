//! `diff`: access granted and removed; for people, as JSON (version 1, frozen) and as Markdown for a pull request's comment.

use super::access::{Named, OneCopy, at, cell, copy, copy_inside, named, to};
use super::changes::{self, One};
use super::json::diagnostics;
use super::{Look, count, human};
use crate::diagnostic::Diagnostic;
use crate::question::diff::{Changed, Side};
use crate::question::estate::{Estate, Located, Repository};
use serde::Serialize;
use std::io::{self, Write};

/// The formats of `diff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// Version 1 of docs/output.md.
    Json,
    /// For a comment on a pull request.
    Markdown,
}

/// Both states and what is between them.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    /// What it is compared with, as given.
    pub name: &'a str,
    /// That state.
    pub base: &'a Side,
    /// The state of the code.
    pub head: &'a Side,
    /// What has changed.
    pub changed: &'a [Changed],
}

#[derive(Serialize)]
struct OneRepository<'a> {
    #[serde(flatten)]
    repository: Named<'a>,
    state: &'static str,
    granted: Vec<One<'a>>,
    removed: Vec<One<'a>>,
    replication_added: Vec<OneCopy<'a>>,
    replication_removed: Vec<OneCopy<'a>>,
    unknown: Option<&'static str>,
}

#[derive(Serialize)]
struct Summary {
    granted: usize,
    removed: usize,
    external: usize,
    unknown: usize,
}

/// Writes the answer.
pub fn write(
    compared: Compared<'_>,
    format: Format,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Human => write_human(compared, look, out),
        Format::Json => write_json(compared, out),
        Format::Markdown => write_markdown(compared, out),
    }
}

fn summary(changed: &[Changed]) -> Summary {
    let sum = |f: &dyn Fn(&Changed) -> usize| changed.iter().map(f).sum();
    Summary {
        granted: sum(&|c| c.granted.len() + c.copied.len()),
        removed: sum(&|c| c.removed.len() + c.uncopied.len()),
        external: sum(&|c| {
            let copied = c.copied.iter().filter(|c| c.inside == Some(false));
            c.granted.iter().filter(|g| g.is_external()).count() + copied.count()
        }),
        unknown: sum(&|c| {
            let all = c.granted.iter().chain(&c.removed);
            all.filter(|g| g.doubtful).count() + usize::from(c.failed.is_some())
        }),
    }
}

/// The repository that a change is about, and its state.
fn repository<'a>(
    compared: Compared<'a>,
    changed: &Changed,
) -> Option<(&'a Estate, &'a Repository, &'static str)> {
    let of = |side: &'a Side, at: usize| Some((&side.estate, side.estate.repositories.get(at)?));
    let (found, state) = match (changed.base, changed.head) {
        (Some(_), Some(head)) => (of(compared.head, head), "changed"),
        (None, Some(head)) => (of(compared.head, head), "new"),
        (Some(base), None) => (of(compared.base, base), "gone"),
        (None, None) => (None, ""),
    };
    found.map(|(estate, repository)| (estate, repository, state))
}

fn problems(compared: Compared<'_>) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> = compared.head.estate.diagnostics.clone();
    for problem in &compared.base.estate.diagnostics {
        let place = problem.span.map(|s| compared.base.estate.files.location(s));
        let place = place.map(|p| {
            format!(
                " ({}:{}:{})",
                compared.base.shown(&p.path),
                p.line,
                p.column
            )
        });
        let message = format!(
            "in {}: {}{}",
            compared.name,
            problem.message,
            place.unwrap_or_default()
        );
        out.push(Diagnostic {
            message,
            span: None,
            related: Vec::new(),
            ..problem.clone()
        });
    }
    out
}

fn write_json(compared: Compared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (before, after) = (&*compared.base.estate.files, &*compared.head.estate.files);
    let one = |c: &'_ Changed| -> Option<serde_json::Value> {
        let (estate, found, state) = repository(compared, c)?;
        serde_json::to_value(OneRepository {
            repository: named(estate, found),
            state,
            granted: changes::json(&c.granted, (after, before)),
            removed: changes::json(&c.removed, (before, after)),
            replication_added: c.copied.iter().map(|c| copy(c, after)).collect(),
            replication_removed: c.uncopied.iter().map(|c| copy(c, before)).collect(),
            unknown: c.failed,
        })
        .ok()
    };
    let problems = problems(compared);
    let mut repositories: Vec<serde_json::Value> =
        compared.changed.iter().filter_map(one).collect();
    for repository in &mut repositories {
        relabel(repository, compared.base);
    }
    let document = serde_json::json!({
        "version": 1,
        "base": compared.name,
        "repositories": repositories,
        "summary": summary(compared.changed),
        "diagnostics": diagnostics(&problems, after),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Shows the paths of the base as people know them.
fn relabel(json: &mut serde_json::Value, base: &Side) {
    match json {
        serde_json::Value::Object(entries) => {
            for (key, value) in entries {
                match value {
                    serde_json::Value::String(text) if key == "path" || key == "root" => {
                        if !base.prefix.is_empty() && text.starts_with(&base.prefix) {
                            *text = base.shown(text);
                        }
                    }
                    other => relabel(other, base),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|i| relabel(i, base)),
        _ => {}
    }
}

fn write_human(compared: Compared<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let old = |l: &Located| place(compared.base, l);
    let new = |l: &Located| place(compared.head, l);
    for changed in compared.changed {
        let Some((_, found, state)) = repository(compared, changed) else {
            continue;
        };
        let state = match state {
            "changed" => String::new(),
            state => format!("  {state}"),
        };
        writeln!(
            out,
            "{}  ({}){state}",
            found.words(),
            super::access::place_of(found)
        )?;
        changes::write('+', &changed.granted, (&new, &old), out)?;
        changes::write('-', &changed.removed, (&old, &new), out)?;
        for (sign, copies, side) in [
            ('+', &changed.copied, compared.head),
            ('-', &changed.uncopied, compared.base),
        ] {
            for copy in copies {
                let at = side.shown(&at(copy.span, &side.estate.files));
                writeln!(
                    out,
                    "  {sign} images are copied {}  {}  {at}",
                    to(copy),
                    copy_inside(copy)
                )?;
            }
        }
        if let Some(why) = changed.failed {
            writeln!(out, "  cannot tell: {why}")?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}", sentence(compared))?;
    let problems = problems(compared);
    human::write_problems(&problems, &compared.head.estate.files, look, out)
}

fn place(side: &Side, located: &Located) -> String {
    side.shown(&at(located.span, &side.estate.files))
}

fn sentence(compared: Compared<'_>) -> String {
    let summary = summary(compared.changed);
    if compared.changed.is_empty() {
        return format!("access is the same as in {}", compared.name);
    }
    format!(
        "compared with {}, {} granted ({} to outsiders), {} removed, {} cannot be told",
        compared.name,
        count(summary.granted, "permission"),
        summary.external,
        summary.removed,
        summary.unknown
    )
}

fn write_markdown(compared: Compared<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### ecr-guard: {}\n", cell(&sentence(compared)))?;
    let old = |l: &Located| place(compared.base, l);
    let new = |l: &Located| place(compared.head, l);
    let mut rows = Vec::new();
    for changed in compared.changed {
        let Some((_, found, _)) = repository(compared, changed) else {
            continue;
        };
        let name = cell(&found.words());
        rows.extend(changes::rows(
            "granted",
            &name,
            &changed.granted,
            (&new, &old),
        ));
        rows.extend(changes::rows(
            "removed",
            &name,
            &changed.removed,
            (&old, &new),
        ));
        for (word, copies, side) in [
            ("granted", &changed.copied, compared.head),
            ("removed", &changed.uncopied, compared.base),
        ] {
            rows.extend(copies.iter().map(|c| {
                let at = side.shown(&at(c.span, &side.estate.files));
                format!(
                    "| {word} | {name} | images are copied {} | {} | replication | `{at}` |",
                    to(c),
                    copy_inside(c)
                )
            }));
        }
        rows.extend(
            changed
                .failed
                .map(|why| format!("| cannot tell | {name} | | | | {why} |")),
        );
    }
    if !rows.is_empty() {
        writeln!(
            out,
            "| | repository | who | | what | by |\n|---|---|---|---|---|---|"
        )?;
    }
    for row in rows {
        writeln!(out, "{row}")?;
    }
    Ok(())
}
