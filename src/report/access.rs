//! `access`: who can do what; for people, as JSON (version 1, frozen), as Markdown and as a graph.

use super::json::{OneDiagnostic, Place, diagnostics, location};
use super::{Look, count, human, one_line};
use crate::finding::Witness;
use crate::iam::kleene::Tri;
use crate::question::access::{Access, Copy, Grant, because, class};
use crate::question::estate::{Estate, Located, Repository, Sort};
use crate::span::{Files, Span};
use crate::value::Reason;
use serde::Serialize;
use std::io::{self, Write};
use std::sync::Arc;

pub mod graph;
pub mod tried;

/// The formats of `access`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// Version 1 of docs/output.md.
    Json,
    /// A table for each repository.
    Markdown,
    /// A graph in the language of Graphviz.
    Dot,
    /// The graph as a picture.
    Svg,
}

/// Writes the answer.
pub fn write(
    estate: &Estate,
    answer: &[Access],
    format: Format,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Human => write_human(estate, answer, look, out),
        Format::Json => write_json(estate, answer, out),
        Format::Markdown => write_markdown(estate, answer, out),
        Format::Dot => graph::write_dot(estate, answer, out),
        Format::Svg => graph::write_svg(estate, answer, out),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    repositories: Vec<OneRepository<'a>>,
    diagnostics: Vec<OneDiagnostic<'a>>,
}

#[derive(Serialize)]
struct OneRepository<'a> {
    #[serde(flatten)]
    repository: Named<'a>,
    access: Vec<OneGrant<'a>>,
    replication: Vec<OneCopy<'a>>,
    unknown: Vec<Failed>,
    assumes: &'a [Arc<str>],
}

/// Which repository is meant.
#[derive(Serialize)]
pub(super) struct Named<'a> {
    repository: String,
    sort: &'static str,
    address: &'a str,
    root: &'a str,
    when: Option<&'a str>,
    location: Option<Place>,
}

#[derive(Serialize)]
struct OneGrant<'a> {
    action: &'static str,
    who: Who<'a>,
    outcome: &'static str,
    network: bool,
    statement: Option<Statement<'a>>,
    witness: Option<Witness>,
    because: &'a [Reason],
}

/// Somebody.
#[derive(Serialize)]
pub(super) struct Who<'a> {
    class: &'static str,
    name: String,
    inside: &'static str,
    account: Option<&'a str>,
}

/// A statement.
#[derive(Serialize)]
pub(super) struct Statement<'a> {
    policy: &'a str,
    kind: &'static str,
    statement: usize,
    sid: Option<&'a str>,
    location: Place,
}

/// A destination of replication.
#[derive(Serialize)]
pub(super) struct OneCopy<'a> {
    account: Option<&'a str>,
    region: Option<&'a str>,
    inside: &'static str,
    sure: bool,
    location: Place,
}

#[derive(Serialize)]
struct Failed {
    action: &'static str,
    because: &'static str,
}

fn write_json(estate: &Estate, answer: &[Access], out: &mut dyn Write) -> io::Result<()> {
    let repositories = answer.iter().filter_map(|a| {
        let repository = estate.repositories.get(a.repository)?;
        Some(OneRepository {
            repository: named(estate, repository),
            access: (a.grants.iter()).map(|g| grant(g, &estate.files)).collect(),
            replication: (a.copies.iter()).map(|c| copy(c, &estate.files)).collect(),
            unknown: (a.failed.iter())
                .map(|(what, because)| Failed {
                    action: what.word(),
                    because,
                })
                .collect(),
            assumes: &repository.assumes,
        })
    });
    let document = Document {
        version: 1,
        repositories: repositories.collect(),
        diagnostics: diagnostics(&estate.diagnostics, &estate.files),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// The words for a sort of repository.
fn sort(sort: Sort) -> &'static str {
    match sort {
        Sort::Repository => "repository",
        Sort::Elsewhere => "elsewhere",
        Sort::Template => "template",
        Sort::Registry => "registry",
    }
}

pub(super) fn named<'a>(estate: &'a Estate, repository: &'a Repository) -> Named<'a> {
    Named {
        repository: repository.words(),
        sort: sort(repository.sort),
        address: &repository.address,
        root: estate.root(repository.resource),
        when: repository.when.as_deref(),
        location: repository.span.map(|s| location(s, &estate.files)),
    }
}

fn grant<'a>(grant: &'a Grant, files: &Files) -> OneGrant<'a> {
    let holder = &grant.holder;
    let witness = grant.request();
    OneGrant {
        action: grant.what.word(),
        who: Who {
            class: class(&holder.party),
            name: grant.who(),
            inside: tri(holder.inside),
            account: witness.and_then(|w| w.account.as_deref()),
        },
        outcome: if holder.answer.is_yes() {
            "yes"
        } else {
            "unknown"
        },
        network: holder.network,
        statement: grant.statement.as_ref().map(|s| statement(s, files)),
        witness: witness.map(Witness::from),
        because: because(holder),
    }
}

pub(super) fn statement<'a>(located: &'a Located, files: &Files) -> Statement<'a> {
    Statement {
        policy: &located.policy,
        kind: located.kind.words(),
        statement: located.statement,
        sid: located.sid.as_deref(),
        location: location(located.span, files),
    }
}

pub(super) fn copy<'a>(copy: &'a Copy, files: &Files) -> OneCopy<'a> {
    OneCopy {
        account: copy.account.as_deref(),
        region: copy.region.as_deref(),
        inside: match copy.inside {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        },
        sure: copy.sure,
        location: location(copy.span, files),
    }
}

pub(super) fn tri(tri: Tri) -> &'static str {
    match tri {
        Tri::True => "yes",
        Tri::False => "no",
        Tri::Unknown => "unknown",
    }
}

/// The address of a repository, and the case that it stands in.
pub(super) fn place_of(repository: &Repository) -> String {
    match &repository.when {
        Some(when) => format!("{}, when {when}", repository.address),
        None => repository.address.clone(),
    }
}

/// How near somebody is, in one word.
pub(super) fn inside(tri: Tri) -> &'static str {
    match tri {
        Tri::True => "inside",
        Tri::False => "OUTSIDE",
        Tri::Unknown => "perhaps outside",
    }
}

pub(super) fn at(span: Span, files: &Files) -> String {
    let place = files.location(span);
    format!("{}:{}:{}", place.path, place.line, place.column)
}

/// The words for a statement.
pub(super) fn by(located: &Located) -> String {
    let sid = located.sid.as_ref().map(|s| format!(" ({s})"));
    let number = located.statement + 1;
    format!(
        "statement {number}{} of {}",
        sid.unwrap_or_default(),
        located.policy
    )
}

/// The words for a destination.
pub(super) fn to(copy: &Copy) -> String {
    let account = copy
        .account
        .as_deref()
        .unwrap_or("an account that is not known");
    let region = copy
        .region
        .as_deref()
        .unwrap_or("a region that is not known");
    let perhaps = if copy.sure { "" } else { "perhaps " };
    format!("{perhaps}to {account} in {region}")
}

pub(super) fn copy_inside(copy: &Copy) -> &'static str {
    inside(copy.inside.map_or(Tri::Unknown, Tri::from))
}

fn write_human(
    estate: &Estate,
    answer: &[Access],
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let files = &estate.files;
    for access in answer {
        let Some(repository) = estate.repositories.get(access.repository) else {
            continue;
        };
        let place = repository.span.map(|s| format!(", {}", at(s, files)));
        let (words, address) = (repository.words(), place_of(repository));
        writeln!(out, "{words}  ({address}{})", place.unwrap_or_default())?;
        for grant in &access.grants {
            write_grant(grant, files, out)?;
        }
        for copy in &access.copies {
            let (to, inside, at) = (to(copy), copy_inside(copy), at(copy.span, files));
            writeln!(out, "  copied      {to}  {inside}  {at}")?;
        }
        for (what, why) in &access.failed {
            writeln!(out, "  {:<10}  cannot tell: {why}", what.word())?;
        }
        if access.grants.is_empty() && access.copies.is_empty() && access.failed.is_empty() {
            writeln!(out, "  nobody but what the account's own policies allow")?;
        }
        for assumed in &repository.assumes {
            writeln!(out, "  assuming: {assumed}")?;
        }
        writeln!(out)?;
    }
    let what = answer.len();
    match what {
        0 => writeln!(out, "there is no repository in the input")?,
        n => writeln!(out, "{}", count(n, "entry"))?,
    }
    human::write_problems(&estate.diagnostics, files, look, out)
}

fn write_grant(grant: &Grant, files: &Files, out: &mut dyn Write) -> io::Result<()> {
    let holder = &grant.holder;
    let who = grant.who();
    let network = if holder.network {
        ", from named networks only"
    } else {
        ""
    };
    let inside = inside(holder.inside);
    let perhaps = holder.answer.witness().is_none();
    let perhaps = if perhaps { "perhaps " } else { "" };
    let place = (grant.statement.as_ref()).map(|s| format!("  {} {}", at(s.span, files), by(s)));
    writeln!(
        out,
        "  {:<10}  {perhaps}{who}{network}  {inside}{}",
        grant.what.word(),
        place.unwrap_or_default()
    )?;
    for reason in because(holder) {
        writeln!(out, "              because {}", one_line(reason))?;
    }
    Ok(())
}

fn write_markdown(estate: &Estate, answer: &[Access], out: &mut dyn Write) -> io::Result<()> {
    let files = &estate.files;
    for access in answer {
        let Some(repository) = estate.repositories.get(access.repository) else {
            continue;
        };
        writeln!(out, "### {}\n", cell(&repository.words()))?;
        if access.grants.is_empty() && access.copies.is_empty() && access.failed.is_empty() {
            writeln!(out, "Nobody but what the account's own policies allow.\n")?;
            continue;
        }
        writeln!(out, "| | who | | by |\n|---|---|---|---|")?;
        for grant in &access.grants {
            let holder = &grant.holder;
            let sure = holder.answer.witness().is_some();
            let who = cell(&grant.who());
            let who = if sure { who } else { format!("perhaps {who}") };
            let place = grant.statement.as_ref();
            let place = place.map(|s| format!("{} `{}`", cell(&by(s)), at(s.span, files)));
            let place = place.unwrap_or_else(|| {
                because(holder)
                    .iter()
                    .map(|r| cell(r))
                    .collect::<Vec<_>>()
                    .join("; ")
            });
            let (what, inside) = (grant.what.word(), inside(holder.inside));
            writeln!(out, "| {what} | {who} | {inside} | {place} |")?;
        }
        for copy in &access.copies {
            let (to, inside, at) = (to(copy), copy_inside(copy), at(copy.span, files));
            writeln!(out, "| copied | {to} | {inside} | `{at}` |")?;
        }
        for (what, why) in &access.failed {
            writeln!(out, "| {} | cannot tell | | {why} |", what.word())?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Text in a cell of a table.
pub(super) fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        if matches!(c, '|' | '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
