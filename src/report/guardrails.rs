//! `guardrails` lists, `explain` tells all about one.

use super::{Look, count, wrapped};
use crate::guardrail::definition::{Definition, Needs, OrganizationKey, ParameterKind, Replaces};
use crate::guardrail::library::{Guardrail, Library};
use serde::Serialize;
use std::io::{self, Write};

/// A line for each guardrail, sorted by id.
pub fn write_list(library: &Library, out: &mut dyn Write) -> io::Result<()> {
    let widest = library.all().map(|g| g.id.len()).max().unwrap_or(0);
    for guardrail in library.all() {
        let definition = &guardrail.definition;
        let off = if definition.off_by_default {
            "  (off)"
        } else {
            ""
        };
        writeln!(
            out,
            "{:<widest$}  {:<8}  {}{off}",
            guardrail.id,
            definition.severity.name(),
            definition.title
        )?;
    }
    let off = library
        .all()
        .filter(|g| g.definition.off_by_default)
        .count();
    let all = count(library.all().count(), "guardrail");
    match off {
        0 => writeln!(out, "\n{all}; ecr-guard explain ID tells more"),
        n => writeln!(
            out,
            "\n{all}, {n} of them off by default; ecr-guard explain ID tells more"
        ),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    guardrails: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'static str,
    target: &'a str,
    needs: String,
    profiles: Vec<&'static str>,
    why: &'a str,
    fix: Option<&'a str>,
    controls: &'a [String],
    references: &'a [String],
    waivable: bool,
    built_in: bool,
}

/// The guardrails as one JSON document.
pub fn write_json(library: &Library, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        guardrails: library.all().map(entry).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn entry(guardrail: &Guardrail) -> Entry<'_> {
    let d = &guardrail.definition;
    Entry {
        id: &guardrail.id,
        title: &d.title,
        severity: d.severity.name(),
        target: &d.target,
        needs: needs(d),
        profiles: profiles(d),
        why: d.why.trim_end(),
        fix: d.fix.as_deref(),
        controls: &d.controls,
        references: &d.references,
        waivable: d.waivable,
        built_in: guardrail.built_in,
    }
}

/// Lines of `explain` are no longer than this, however wide the terminal is.
const WIDEST: usize = 100;
/// The column that the texts of fields start in.
const INDENT: usize = 13;

/// All about one guardrail.
pub fn write_one(guardrail: &Guardrail, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let d = &guardrail.definition;
    let (id, severity) = (&guardrail.id, d.severity.name());
    writeln!(out, "{id} ({severity})\n{}\n", d.title)?;
    writeln!(out, "{}\n", d.why.trim_end())?;
    let width = look.width.min(WIDEST).saturating_sub(INDENT);
    for (name, text) in fields(guardrail) {
        let mut name = format!("{name}:");
        for line in wrapped(&text, width) {
            writeln!(out, "{name:<INDENT$}{line}")?;
            name.clear();
        }
    }
    Ok(())
}

fn fields(guardrail: &Guardrail) -> Vec<(&'static str, String)> {
    let d = &guardrail.definition;
    let mut out = Vec::new();
    if let Some(fix) = &d.fix {
        out.push(("Fix", format!("{}{}", fix.trim_end(), replaces(d))));
    }
    out.push(("Judged on", format!("every {}", d.target.replace('_', " "))));
    out.extend(d.when.iter().map(|when| ("Where", when.clone())));
    out.push(("Must hold", d.require.clone()));
    out.push(("Needs", needs(d)));
    for adjust in &d.adjust {
        let text = format!("{} where {}", adjust.severity.name(), adjust.when);
        out.push(("Severity", text));
    }
    for (name, parameter) in &d.parameters {
        let default = match (&parameter.default, parameter.required) {
            (_, true) => "required".to_owned(),
            (Some(value), _) => format!("default {value}"),
            (None, _) => "default null".to_owned(),
        };
        let kind = parameter_kind(parameter.kind);
        let text = format!("{name} ({kind}, {default}): {}", parameter.doc);
        out.push(("Parameter", text));
    }
    out.push(("Profiles", profiles(d).join(", ")));
    if !d.controls.is_empty() {
        out.push(("Controls", d.controls.join(", ")));
    }
    out.extend(d.references.iter().map(|r| ("Read", r.clone())));
    let waive = match d.waivable {
        true => format!(
            "# ecr-guard: waive[{}] REASON until=YYYY-MM-DD",
            guardrail.id
        ),
        false => "not possible".to_owned(),
    };
    out.push(("Waive", waive));
    out
}

fn replaces(definition: &Definition) -> &'static str {
    match &definition.replaces {
        Some(Replaces::Always(true)) => " (replaces the resource: what it holds is lost)",
        Some(Replaces::Always(false)) => " (does not replace the resource)",
        Some(Replaces::When(_)) => " (may replace the resource)",
        None => "",
    }
}

fn needs(definition: &Definition) -> String {
    match definition.needs {
        Needs::Itself => "nothing but the code of the resource".to_owned(),
        Needs::Attached => "what is attached to the resource".to_owned(),
        Needs::Registry => "the settings of the registry".to_owned(),
        Needs::Target => "target.account".to_owned(),
        Needs::Organization => organization(definition),
    }
}

fn organization(definition: &Definition) -> String {
    let names = |keys: &[OrganizationKey]| -> Vec<String> {
        (keys.iter())
            .map(|k| format!("organization.{}", k.name()))
            .collect()
    };
    let mut parts = names(&definition.needs_keys.all);
    let any = names(&definition.needs_keys.any);
    if !any.is_empty() {
        let any = any.join(" or ");
        parts.push(match parts.is_empty() {
            true => any,
            false => format!("({any})"),
        });
    }
    match parts.is_empty() {
        true => "organization".to_owned(),
        false => parts.join(" and "),
    }
}

fn profiles(definition: &Definition) -> Vec<&'static str> {
    let mut out = match definition.off_by_default {
        true => vec!["strict"],
        false => vec!["baseline", "strict"],
    };
    let further = definition.profiles.iter().map(|p| p.name());
    out.extend(further.filter(|p| *p != "baseline" && *p != "strict"));
    out
}

fn parameter_kind(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Text => "text",
        ParameterKind::Number => "number",
        ParameterKind::Bool => "true or false",
        ParameterKind::Texts => "texts",
    }
}

#[cfg(test)]
mod tests;
