//! The report for people: frames, problems with the input, and what it comes to.

use super::frame::{Frame, Mark, Word};
use super::{Look, count};
use crate::diagnostic::{Diagnostic, Level};
use crate::engine::Report;
use crate::finding::{Enforcement, Finding, Outcome, ResourceRef, Severity, Status};
use crate::span::{Files, Span};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// So many findings of one guardrail are shown with their source; the rest in one line each.
const FRAMES_PER_GUARDRAIL: usize = 10;
/// So many further resources are named in a frame.
const NAMES_PER_FRAME: usize = 3;

/// Writes the report.
pub fn write(report: &Report, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let groups = grouped(report);
    let mut shown: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for group in &groups {
        let Some(first) = group.first() else { continue };
        let key = (first.guardrail.as_str(), first.outcome == Outcome::Violated);
        let shown = shown.entry(key).or_default();
        *shown += 1;
        if *shown <= FRAMES_PER_GUARDRAIL {
            let frame = finding(group);
            writeln!(out, "{}", frame.draw(&report.files, look))?;
        } else {
            writeln!(out, "{}", in_one_line(report, group))?;
        }
    }
    if shown.values().any(|n| *n > FRAMES_PER_GUARDRAIL) {
        writeln!(out)?;
    }
    for problem in &report.diagnostics {
        let frame = diagnostic(problem);
        writeln!(out, "{}", frame.draw(&report.files, look))?;
    }
    writeln!(out, "{}", summary(report))?;
    for line in remarks(report) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// A problem with the input, config or guardrails as a frame.
pub fn diagnostic(problem: &Diagnostic) -> Frame {
    let word = match problem.level {
        Level::Error => Word::Error,
        Level::Warning => Word::Warning,
    };
    let mut marks = Vec::new();
    if let Some(span) = problem.span {
        marks.push(Mark { span, label: None });
    }
    marks.extend(related(&problem.related, problem.span));
    Frame {
        word,
        id: Some(problem.code.to_owned()),
        title: problem.message.clone(),
        marks,
        notes: (problem.help.iter()).map(|h| ("help", h.clone())).collect(),
    }
}

/// Findings that differ in the resource only stand together (the instances of one block), and what cannot be told for
/// one and the same reason does, wherever in a root it is used and whichever guardrails ask. The worst one stands first.
fn grouped(report: &Report) -> Vec<Vec<&Finding>> {
    let mut out: Vec<Vec<&Finding>> = Vec::new();
    let mut places: BTreeMap<_, usize> = BTreeMap::new();
    for finding in report.findings.iter().filter(|f| f.status == Status::New) {
        let way: Vec<Span> = finding.related.iter().map(|r| r.1).collect();
        let root = finding.resource.as_ref().map(|r| r.root.as_str());
        let subject = match (finding.outcome, &finding.settle) {
            (Outcome::Undetermined, Some(_)) => {
                let origin = way.last().copied().unwrap_or(finding.span);
                (None, root, vec![origin])
            }
            (Outcome::Undetermined, None) => (Some(finding.span), None, way),
            _ => (Some(finding.span), Some(finding.guardrail.as_str()), way),
        };
        let open = finding.outcome == Outcome::Undetermined;
        let message = open.then_some(&finding.message);
        let key = (
            (open, subject, message),
            &finding.when,
            &finding.because,
            &finding.settle,
        );
        let next = out.len();
        let place = *places.entry(key).or_insert(next);
        match out.get_mut(place) {
            Some(group) => group.push(finding),
            None => out.push(vec![finding]),
        }
    }
    for group in &mut out {
        group.sort_by_key(|f| std::cmp::Reverse((f.blocks, f.severity)));
    }
    out
}

fn finding(group: &[&Finding]) -> Frame {
    let Some(first) = group.first() else {
        return Frame {
            word: Word::Note,
            id: None,
            title: String::new(),
            marks: Vec::new(),
            notes: Vec::new(),
        };
    };
    let mut marks = vec![Mark {
        span: first.span,
        label: first.label.clone(),
    }];
    marks.extend(related(&first.related, Some(first.span)));
    Frame {
        word: word(first),
        id: Some(first.guardrail.clone()),
        title: first.message.clone(),
        marks,
        notes: notes(first, group),
    }
}

fn word(finding: &Finding) -> Word {
    match (finding.outcome, finding.enforcement) {
        (Outcome::Undetermined, _) => Word::CannotTell,
        _ if finding.blocks => Word::Error,
        (_, Enforcement::Warn) => Word::Warning,
        _ => Word::Note,
    }
}

/// The places of the way; one that holds the primary place in itself says nothing new.
fn related(places: &[(String, Span)], primary: Option<Span>) -> Vec<Mark> {
    let mut seen: Vec<Span> = Vec::new();
    let mut out = Vec::new();
    for (label, span) in places {
        let around = primary
            .is_some_and(|p| p.file == span.file && span.start <= p.start && p.end <= span.end);
        if !around && !seen.contains(span) {
            seen.push(*span);
            out.push(Mark {
                span: *span,
                label: Some(label.clone()),
            });
        }
    }
    out
}

fn notes(first: &Finding, group: &[&Finding]) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let mut resources = resources(group);
    if !resources.is_empty() {
        let address = resources.remove(0);
        let named = first.resource.as_ref().filter(|r| r.address == address);
        let shown = named.map_or_else(|| address.to_owned(), ResourceRef::shown);
        out.push(("resource", shown));
    }
    if !resources.is_empty() {
        out.push(("also", also(&resources)));
    }
    let guardrails = distinct(group, |f| Some(&f.guardrail));
    if let [_, others @ ..] = guardrails.as_slice()
        && !others.is_empty()
    {
        out.push(("the same for", others.join(", ")));
    }
    if let Some(when) = &first.when {
        out.push(("when", when.clone()));
    }
    if let Some(witness) = &first.witness {
        out.push(("request", witness.to_string()));
    }
    let because = first.because.iter().filter(|b| **b != first.message);
    out.extend(because.map(|b| ("because", b.clone())));
    if let Some(settle) = &first.settle {
        out.push(("", settle.clone()));
    }
    if first.blocks && first.outcome == Outcome::Undetermined {
        let way = "until it is settled; --undetermined warn lets it pass";
        out.push(("blocks", way.to_owned()));
    }
    if let Some(fix) = (first.fix.as_ref()).filter(|_| first.outcome == Outcome::Violated) {
        out.push(("fix", format!("{}{}", fix.trim_end(), replaces(first))));
    }
    out
}

/// What the findings of a group say, each thing once, in their order.
fn distinct<'a>(
    group: &[&'a Finding],
    what: impl Fn(&'a Finding) -> Option<&'a str>,
) -> Vec<&'a str> {
    let mut out = Vec::new();
    for thing in group.iter().filter_map(|f| what(f)) {
        if !out.contains(&thing) {
            out.push(thing);
        }
    }
    out
}

/// The further resources of a group.
fn also(names: &[&str]) -> String {
    let shown: Vec<&str> = names.iter().copied().take(NAMES_PER_FRAME).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn replaces(finding: &Finding) -> &'static str {
    match finding.replaces {
        Some(true) => " (replaces the resource: what it holds is lost)",
        Some(false) => " (does not replace the resource)",
        None => "",
    }
}

fn in_one_line(report: &Report, group: &[&Finding]) -> String {
    let Some(first) = group.first() else {
        return String::new();
    };
    let place = report.files.location(first.span);
    let resources = match resources(group).as_slice() {
        [] => String::new(),
        [one] => format!(" ({one})"),
        [one, more @ ..] => format!(" ({one} and {} more)", more.len()),
    };
    format!(
        "{}:{}:{}: {}[{}]: {}{resources}",
        place.path,
        place.line,
        place.column,
        word(first).name(),
        first.guardrail,
        super::one_line(&first.message),
    )
}

/// The addresses of a group, each once.
fn resources<'a>(group: &[&'a Finding]) -> Vec<&'a str> {
    let mut out = distinct(group, |f| f.resource.as_ref().map(|r| r.address.as_str()));
    out.extend(group.iter().flat_map(|f| f.also.iter().map(String::as_str)));
    out
}

/// `2 blocking (1 critical, 1 high; 1 cannot be told) · 3 reported · 1 cannot tell · 4 resources in 3 files`
pub fn summary(report: &Report) -> String {
    let new = || report.findings.iter().filter(|f| f.status == Status::New);
    let blocking: Vec<&Finding> = new().filter(|f| f.blocks).collect();
    let open = (new())
        .filter(|f| f.outcome == Outcome::Undetermined && !f.blocks)
        .count();
    let reported = new()
        .filter(|f| f.outcome == Outcome::Violated && !f.blocks)
        .count();
    let problems = |level| {
        report
            .diagnostics
            .iter()
            .filter(|d| d.level == level)
            .count()
    };
    let mut parts = Vec::new();
    match problems(Level::Error) {
        0 => {}
        n => parts.push(format!("{}: not everything was judged", count(n, "error"))),
    }
    match blocking.len() {
        0 => {}
        n => parts.push(format!("{n} blocking ({})", severities(&blocking))),
    }
    let numbers = [
        (reported, "reported"),
        (open, "cannot tell"),
        (report.summary.waived, "waived"),
        (report.summary.baseline, "in the baseline"),
    ];
    parts.extend(
        numbers
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}")),
    );
    if parts.is_empty() {
        parts.push("nothing found".to_owned());
    }
    match problems(Level::Warning) {
        0 => {}
        n => parts.push(count(n, "warning")),
    }
    parts.push(format!(
        "{} in {}",
        count(report.summary.resources, "resource"),
        count(report.summary.files, "file")
    ));
    parts.join(" · ")
}

fn severities(findings: &[&Finding]) -> String {
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.severity).or_default() += 1;
    }
    let words: Vec<String> = (counts.iter().rev())
        .map(|(severity, n)| format!("{n} {}", severity.name()))
        .collect();
    let words = words.join(", ");
    let open = |f: &&&Finding| f.outcome == Outcome::Undetermined;
    match findings.iter().filter(open).count() {
        0 => words,
        n => format!("{words}; {n} cannot be told"),
    }
}

/// What was left out: guardrails and files.
fn remarks(report: &Report) -> Vec<String> {
    let mut out = Vec::new();
    if !report.not_run.is_empty() {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in &report.not_run {
            *reasons.entry(&entry.because).or_default() += 1;
        }
        let n = count(report.not_run.len(), "guardrail");
        out.push(format!(
            "{n} did not run: {}; see docs/config.md",
            listed(&reasons)
        ));
    }
    if !report.skipped.is_empty() {
        let reasons: BTreeMap<&str, usize> = (report.skipped.iter())
            .map(|(reason, n)| (reason.as_str(), *n))
            .collect();
        let n = count(reasons.values().sum(), "file");
        out.push(format!("{n} left out: {}", listed(&reasons)));
    }
    out
}

/// `organization.id is not set (5), organization.regions is not set (3)`; the number only where there are several.
fn listed(reasons: &BTreeMap<&str, usize>) -> String {
    let several = reasons.len() > 1;
    let words: Vec<String> = (reasons.iter())
        .map(|(reason, n)| match several {
            true => format!("{reason} ({n})"),
            false => (*reason).to_owned(),
        })
        .collect();
    words.join(", ")
}

/// A frame for every problem, for errors that keep a run from starting.
pub fn problems(problems: &[Diagnostic], files: &Files, look: Look) -> String {
    let frames: Vec<String> = (problems.iter())
        .map(|p| diagnostic(p).draw(files, look))
        .collect();
    frames.join("\n")
}

/// The same below an answer, where there are any.
pub(super) fn write_problems(
    found: &[Diagnostic],
    files: &Files,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    match found {
        [] => Ok(()),
        found => write!(out, "\n{}", problems(found, files, look)),
    }
}

#[cfg(test)]
mod tests;
