//! `resolve`: what the evaluator knows about a root, for people and as JSON (version 1, frozen).

use super::json::{OneDiagnostic, Place, diagnostics, location};
use super::{Look, human, one_line};
use crate::diagnostic::Diagnostic;
use crate::raw::{Mode, RawResource, Root};
use crate::span::Files;
use crate::terraform::convert::type_of;
use crate::value::{Kind, SENSITIVE, Text, Type, Unknown, Value};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::io::{self, Write};

pub use self::trace::{Trace, trace};

mod trace;

/// What `resolve` found out.
#[derive(Clone, Copy, Debug)]
pub struct Resolved<'a> {
    /// The texts that spans point into.
    pub files: &'a Files,
    /// The root.
    pub root: &'a Root,
    /// Problems with the input.
    pub diagnostics: &'a [Diagnostic],
    /// Print sensitive values in clear.
    pub show_sensitive: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    resources: Vec<Resource<'a>>,
    outputs: Map<String, Json>,
    diagnostics: Vec<OneDiagnostic<'a>>,
}

#[derive(Serialize)]
struct Resource<'a> {
    address: &'a str,
    mode: &'static str,
    #[serde(rename = "type")]
    kind: &'a str,
    exists: Json,
    location: Place,
    attributes: Json,
}

/// Writes one JSON document and a line end.
pub fn write_json(resolved: &Resolved<'_>, out: &mut dyn Write) -> io::Result<()> {
    let printer = Printer {
        clear: resolved.show_sensitive,
        files: resolved.files,
    };
    let document = Document {
        version: 1,
        resources: (resolved.root.resources.iter())
            .map(|r| resource(r, resolved.files, printer))
            .collect(),
        outputs: (resolved.root.outputs.iter())
            .map(|(name, value)| (name.clone(), output(value, printer)))
            .collect(),
        diagnostics: diagnostics(resolved.diagnostics, resolved.files),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Writes a listing: each resource with its place and the attributes that are set, then the outputs and the problems.
pub fn write_human(resolved: &Resolved<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let printer = Printer {
        clear: resolved.show_sensitive,
        files: resolved.files,
    };
    for r in &resolved.root.resources {
        let place = resolved.files.location(r.span);
        let exists = match r.exists {
            Some(true) => "",
            Some(false) => "  does not exist",
            None => "  may not exist",
        };
        let (path, line) = (&place.path, place.line);
        writeln!(out, "{}  ({})  {path}:{line}{exists}", r.address, r.kind)?;
        for (name, value) in r.attributes.entries() {
            if !matches!(value.kind, Kind::Null(_)) {
                writeln!(out, "    {name} = {}", printer.line(&value))?;
            }
        }
    }
    for (name, value) in &resolved.root.outputs {
        writeln!(out, "output.{name} = {}", printer.line(value))?;
    }
    human::write_problems(resolved.diagnostics, resolved.files, look, out)
}

fn resource<'a>(resource: &'a RawResource, files: &Files, printer: Printer<'_>) -> Resource<'a> {
    Resource {
        address: &resource.address,
        mode: match resource.mode {
            Mode::Managed => "managed",
            Mode::Data => "data",
        },
        kind: &resource.kind,
        exists: resource.exists.map_or_else(|| json!("unknown"), Json::from),
        location: location(resource.span, files),
        attributes: printer.value(&resource.attributes, false),
    }
}

fn output(value: &Value, printer: Printer<'_>) -> Json {
    json!({
        "value": printer.value(value, false),
        "type": match value.is_null() || (value.sensitive && !printer.clear) {
            true => Type::Dynamic, // its attributes would be named
            false => type_of(value),
        }
        .to_json(),
        "sensitive": value.has_sensitive(),
    })
}

/// Values as JSON.
#[derive(Clone, Copy)]
struct Printer<'a> {
    /// Sensitive values, too.
    clear: bool,
    /// What knows the secrets that reasons may quote.
    files: &'a Files,
}

impl Printer<'_> {
    /// Why something is unknown.
    fn reason(self, unknown: &Unknown) -> Json {
        let reason = one_line(&unknown.reason);
        match self.clear {
            true => reason.into(),
            false => (self.files.without_secrets(&reason).into_owned()).into(),
        }
    }

    /// A value for people. What is unknown says so in words; JSON in a text stands as it is, not escaped once more.
    fn line(self, value: &Value) -> String {
        match self.value(value, false) {
            Json::Object(known) => match known.get("$unknown").and_then(Json::as_str) {
                Some(reason) => unknown_line(reason, &known),
                None if known.contains_key("$sensitive") => SENSITIVE.to_owned(),
                None => Json::Object(known).to_string(),
            },
            Json::String(text) => match serde_json::from_str(&text) {
                Ok(inner @ (Json::Object(_) | Json::Array(_))) => format!("JSON {inner}"),
                _ => Json::String(text).to_string(),
            },
            other => other.to_string(),
        }
    }

    /// A value; `hidden`: it stands in something sensitive.
    fn value(self, value: &Value, hidden: bool) -> Json {
        let hidden = hidden || value.sensitive;
        if hidden && !self.clear {
            return json!({"$sensitive": true});
        }
        match &value.kind {
            Kind::Null(_) => Json::Null,
            Kind::Bool(b) => Json::Bool(*b),
            Kind::Number(n) => n.to_json(),
            Kind::String(text) => self.text(text),
            Kind::Sequence {
                items,
                more: Some(more),
                ..
            } if more.order_only => {
                let one = Json::Object(self.unknown(&in_some_order(value, more)));
                Json::Array(vec![one; items.len()])
            }
            Kind::Sequence { items, more, .. } => {
                let items = items.iter().map(|v| self.value(v, hidden)).collect();
                self.perhaps_more(Json::Array(items), more.as_deref(), value)
            }
            Kind::Mapping { entries, more, .. } => {
                let entries = (entries.iter())
                    .map(|(k, v)| (k.to_string(), self.value(v, hidden)))
                    .collect();
                self.perhaps_more(Json::Object(entries), more.as_deref(), value)
            }
            Kind::Unknown(unknown) => Json::Object(self.unknown(unknown)),
        }
    }

    fn text(self, text: &Text) -> Json {
        let Some(hole) = text.first_hole() else {
            return Json::String(text.known().unwrap_or_default().to_owned());
        };
        let mut out = Map::new();
        out.insert("$unknown".into(), self.reason(hole));
        out.insert("$type".into(), Type::String.to_json());
        if !text.known_prefix().is_empty() {
            out.insert("$prefix".into(), text.known_prefix().into());
        }
        if let Some(json) = text.json() {
            out.insert("$json".into(), self.value(json, false));
        }
        Json::Object(out)
    }

    /// A container that may hold more than is known is unknown as a whole; `$known` says what is.
    fn perhaps_more(self, known: Json, more: Option<&Unknown>, value: &Value) -> Json {
        let Some(more) = more else { return known };
        let mut out = Map::new();
        out.insert("$unknown".into(), self.reason(more));
        out.insert("$type".into(), type_of(value).to_json());
        out.insert("$known".into(), known);
        Json::Object(out)
    }

    fn unknown(self, unknown: &Unknown) -> Map<String, Json> {
        let mut out = Map::new();
        out.insert("$unknown".into(), self.reason(unknown));
        if unknown.ty != Type::Dynamic {
            out.insert("$type".into(), unknown.ty.to_json());
        }
        if let Some(prefix) = &unknown.prefix {
            out.insert("$prefix".into(), prefix.to_string().into());
        }
        if !unknown.either.is_empty() {
            let either = unknown.either.iter().map(|v| match v {
                Some(v) => self.value(v, false),
                None => json!({"$absent": true}),
            });
            out.insert("$either".into(), either.collect());
        }
        out
    }
}

/// What is known of each element of a list of which only the order is unknown: it is one of them.
fn in_some_order(list: &Value, more: &Unknown) -> Unknown {
    let items = list.items().into_iter().map(Some);
    Unknown::because(more.reason.clone()).one_of(items)
}

/// "(unknown: `var.x` has no value; starts with "a")"
fn unknown_line(reason: &str, known: &Map<String, Json>) -> String {
    let mut out = format!("(unknown: {reason}");
    let parts = [
        ("$prefix", "starts with"),
        ("$either", "one of"),
        ("$json", "JSON"),
        ("$known", "known of it:"),
    ];
    for (key, words) in parts {
        let said = key == "$prefix" && known.contains_key("$json");
        if let Some(part) = known.get(key).filter(|_| !said) {
            out.push_str(&format!("; {words} {part}"));
        }
    }
    out.push(')');
    out
}

#[cfg(test)]
mod tests;
