//! `resolve --trace`: the way of a value, from the expression that uses it back to where it was written.

use super::super::json::{OneDiagnostic, Place as Location, diagnostics, location};
use super::super::{Look, human};
use super::{Printer, Resolved};
use crate::span::Span;
use crate::syntax::json::parse_text;
use crate::value::{Kind, Place, Step, Value, Via};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::HashSet;
use std::io::{self, Write};

/// Ways within ways are followed so deep.
const DEEP: usize = 24;

/// The ways of what stands at one address: of each single value in it.
#[derive(Debug)]
pub struct Trace {
    leaves: Vec<(String, Value)>,
    /// Where resources stand that leave out what has a default or follows from the rest.
    blocks: HashSet<Span>,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    traces: Vec<OneTrace>,
    diagnostics: Vec<OneDiagnostic<'a>>,
}

#[derive(Serialize)]
struct OneTrace {
    path: String,
    value: Json,
    way: Vec<OneStep>,
}

/// One expression on the way; the last has `from` where the value was made of several.
#[derive(Serialize)]
struct OneStep {
    via: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    location: Location,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    from: Vec<Vec<OneStep>>,
}

/// Finds what `--trace` names.
///
/// # Errors
/// Where there is no such thing: what is wrong, and what there is.
pub fn trace(resolved: &Resolved<'_>, wanted: &str) -> Result<Trace, String> {
    let (mut value, rest) = find(resolved, wanted)?;
    let steps = steps(rest)
        .ok_or_else(|| format!("`--trace {wanted}`: `{rest}` is no path into a value"))?;
    let mut path = wanted.strip_suffix(rest).unwrap_or(wanted).to_owned();
    for step in steps {
        value = into(&value, &step).ok_or_else(|| {
            let hidden = value.has_sensitive() && !resolved.show_sensitive;
            let help = match if hidden { String::new() } else { names(&value) }.as_str() {
                "" => String::new(),
                names => format!("; it has {names}"),
            };
            format!("`--trace {wanted}`: `{path}` has no `{step}`{help}")
        })?;
        path = joined(&path, &step);
    }
    let mut leaves = Vec::new();
    collect(path, &value, resolved.show_sensitive, &mut leaves);
    let resources = resolved.root.resources.iter();
    Ok(Trace {
        leaves,
        blocks: resources.flat_map(|r| [r.span, r.extent]).collect(),
    })
}

/// The resource or output whose name the text begins with, and the rest of it.
fn find<'a>(resolved: &Resolved<'_>, wanted: &'a str) -> Result<(Value, &'a str), String> {
    let root = resolved.root;
    let after = |name: &str| {
        let rest = wanted.strip_prefix(name)?;
        (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
    };
    let resources =
        (root.resources.iter()).filter_map(|r| Some((r.attributes.clone(), after(&r.address)?)));
    let outputs = (root.outputs.iter())
        .filter_map(|(n, v)| Some((v.clone(), after(&format!("output.{n}"))?)));
    let found = resources.chain(outputs).min_by_key(|(_, rest)| rest.len());
    found.ok_or_else(|| {
        format!("`--trace {wanted}`: there is no such resource or output; `resolve` without it lists them")
    })
}

/// `.name`, `[0]`, `["key"]` one after the other.
fn steps(text: &str) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (name, left) = after.split_at_checked(end)?;
            (!name.is_empty()).then(|| out.push(name.to_owned()))?;
            rest = left;
            continue;
        }
        let after = rest.strip_prefix('[')?;
        let end = match after.strip_prefix('"') {
            Some(quoted) => quoted.find("\"]")? + 2,
            None => after.find(']')?,
        };
        let (key, left) = after.split_at_checked(end)?;
        out.push(key.trim_matches('"').to_owned());
        rest = left.strip_prefix(']')?;
    }
    Some(out)
}

/// The element or the entry; of a text that is JSON, that of what it says.
fn into(value: &Value, step: &str) -> Option<Value> {
    match &value.kind {
        Kind::Sequence { .. } => value.items().into_iter().nth(step.parse().ok()?),
        Kind::Mapping { .. } => value.get(step),
        _ => into(&document(value)?, step),
    }
}

fn document(value: &Value) -> Option<Value> {
    let text = value.as_text()?;
    let mut inner = match text.json() {
        Some(inner) => (**inner).clone(),
        None => parse_text(text, value.place.span).ok()?,
    };
    inner.place.inherit(&value.place);
    if inner.place.origins.is_none() {
        inner.place.origins.clone_from(&value.place.origins);
    }
    inner.sensitive |= value.sensitive;
    matches!(inner.kind, Kind::Sequence { .. } | Kind::Mapping { .. }).then_some(inner)
}

/// The names of what is in a value, for a message.
fn names(value: &Value) -> String {
    let shown = |k: &str| format!("`{k}`");
    let keys: Vec<String> = match &value.kind {
        Kind::Mapping { entries, .. } => entries.keys().take(40).map(|k| shown(k)).collect(),
        Kind::Sequence { items, .. } => (0..items.len())
            .take(40)
            .map(|i| shown(&i.to_string()))
            .collect(),
        _ => return document(value).map(|d| names(&d)).unwrap_or_default(),
    };
    keys.join(", ")
}

fn joined(path: &str, step: &str) -> String {
    let plain = step
        .chars()
        .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    match step.parse::<usize>() {
        Ok(index) => format!("{path}[{index}]"),
        Err(_) if plain => format!("{path}.{step}"),
        Err(_) => format!("{path}[{step:?}]"),
    }
}

/// The single values inside, but for what is left out. Of what is sensitive, no keys unless they may be shown.
fn collect(path: String, value: &Value, clear: bool, leaves: &mut Vec<(String, Value)>) {
    let parts: Vec<(String, Value)> = match &value.kind {
        _ if value.sensitive && !clear => Vec::new(),
        Kind::Sequence { .. } => (value.items().into_iter().enumerate())
            .map(|(i, v)| (i.to_string(), v))
            .collect(),
        Kind::Mapping { .. } => (value.entries().into_iter())
            .map(|(k, v)| (k.to_string(), v))
            .collect(),
        _ => match document(value) {
            Some(inner) => return collect(path, &inner, clear, leaves),
            None => Vec::new(),
        },
    };
    if parts.is_empty() {
        if !value.is_null() || leaves.is_empty() {
            leaves.push((path, value.clone()));
        }
        return;
    }
    for (step, part) in parts.iter().filter(|(_, v)| !v.is_null()) {
        collect(joined(&path, step), part, clear, leaves);
    }
}

impl Trace {
    /// Writes one JSON document and a line end.
    pub fn write_json(
        traces: &[Self],
        resolved: &Resolved<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let printer = Printer {
            clear: resolved.show_sensitive,
            files: resolved.files,
        };
        let one = |trace: &Self, (path, value): &(String, Value)| OneTrace {
            path: path.clone(),
            value: printer.value(value, false),
            way: trace.way(&value.place, resolved, 0),
        };
        let all = traces
            .iter()
            .flat_map(|t| t.leaves.iter().map(move |l| one(t, l)));
        let document = Document {
            version: 1,
            traces: all.collect(),
            diagnostics: diagnostics(resolved.diagnostics, resolved.files),
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }

    /// Writes each value and, below it, its way: the expression that uses it first.
    pub fn write_human(
        traces: &[Self],
        resolved: &Resolved<'_>,
        look: Look,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let printer = Printer {
            clear: resolved.show_sensitive,
            files: resolved.files,
        };
        for trace in traces {
            for (path, value) in &trace.leaves {
                writeln!(out, "{path} = {}", printer.line(value))?;
                let way = trace.way(&value.place, resolved, 0);
                write_way(&way, "    ", out)?;
            }
        }
        human::write_problems(resolved.diagnostics, resolved.files, look, out)
    }

    fn way(&self, place: &Place, resolved: &Resolved<'_>, depth: usize) -> Vec<OneStep> {
        let origins = place.origins.as_deref().filter(|_| depth < DEEP);
        let own = place.steps().count();
        let shown = own.saturating_sub(origins.map_or(0, |o| o.steps));
        let mut way: Vec<OneStep> = (place.steps().take(shown))
            .map(|s| step(via(&s.via), s.span, resolved))
            .collect();
        if let Some(origins) = origins {
            let from = (origins.places.iter())
                .map(|p| self.way(p, resolved, depth + 1))
                .collect();
            let same = |s: &Step| s.span == place.span;
            match way
                .last_mut()
                .filter(|_| place.steps().take(shown).last().is_some_and(same))
            {
                Some(last) => last.from = from,
                None => way.push(OneStep {
                    from,
                    ..step(made_by(origins.by), place.span, resolved)
                }),
            }
        } else if place.steps().last().is_none_or(|s| s.span != place.span) {
            let end = match self.blocks.contains(&place.span) {
                true => "left-out",
                false => "written",
            };
            way.push(step((end, None), place.span, resolved));
        }
        way
    }
}

fn step(
    (via, name): (&'static str, Option<String>),
    span: Span,
    resolved: &Resolved<'_>,
) -> OneStep {
    OneStep {
        via,
        name,
        location: location(span, resolved.files),
        from: Vec::new(),
    }
}

/// The last step of a way that goes on in several.
fn made_by(what: &str) -> (&'static str, Option<String>) {
    let name = match what {
        "template" | "operator" => what.to_owned(),
        function => format!("{function}()"),
    };
    ("expression", Some(name))
}

fn via(via: &Via) -> (&'static str, Option<String>) {
    let (via, name) = match via {
        Via::Variable(name) => ("variable", name.to_string()),
        Via::Default(name) => ("default", name.to_string()),
        Via::Input(label) => ("input", label.to_string()),
        Via::Argument(name) => ("argument", name.to_string()),
        Via::Local(name) => ("local", name.to_string()),
        Via::Output(name) => ("output", name.to_string()),
        Via::Reference(address, attribute) if attribute.is_empty() => {
            ("reference", address.to_string())
        }
        Via::Reference(address, attribute) => ("reference", format!("{address}.{attribute}")),
        Via::Other(words) => ("expression", words.to_string()),
    };
    (via, Some(name))
}

/// What a step says to people.
fn words(step: &OneStep) -> String {
    let name = step.name.as_deref().unwrap_or_default();
    match step.via {
        "variable" => format!("uses the variable `{name}`"),
        "default" => format!("default of `{name}`"),
        "input" => format!("given: {name}"),
        "argument" => format!("given as `{name}`"),
        "local" => format!("uses `local.{name}`"),
        "output" => format!("output `{name}`"),
        "reference" => format!("uses `{name}`"),
        "left-out" => "not set here".to_owned(),
        "written" => "stands here".to_owned(),
        _ => name.to_owned(),
    }
}

/// Writes the steps of a way in lines; those that it goes on in below the last one, each from a dash.
fn write_way(way: &[OneStep], indent: &str, out: &mut dyn Write) -> io::Result<()> {
    let shown: Vec<String> = way.iter().map(|s| s.location.to_string()).collect();
    let widest = shown.iter().map(|s| s.chars().count()).max().unwrap_or(0);
    let below = indent.replace('-', " ");
    for (i, (step, place)) in way.iter().zip(shown).enumerate() {
        let indent = if i == 0 { indent } else { &below };
        writeln!(out, "{indent}{place:widest$}  {}", words(step))?;
        for from in &step.from {
            write_way(from, &format!("{below}  - "), out)?;
        }
    }
    Ok(())
}
