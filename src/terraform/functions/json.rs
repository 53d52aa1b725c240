//! `jsonencode` and `jsondecode`. What was encoded here remembers its value, so that a policy's leaves keep the places
//! where they were written.

use super::{Call, FunctionError, Outcome};
use crate::span::Span;
use crate::syntax::json::parse_text;
use crate::value::{Builder, Kind, Lit, Mapping, Part, Sequence, Text, Type, Unknown, Value};
use std::sync::Arc;

pub(super) fn jsonencode(call: &Call) -> Outcome {
    Ok(call.value(Kind::String(encode(call.get(0)?))))
}

pub(super) fn jsondecode(call: &Call) -> Outcome {
    let argument = call.get(0)?;
    let text = call.text(0)?;
    let mut value = match text.json() {
        Some(encoded) => (**encoded).clone(),
        None => match parse_text(text, argument.place.span) {
            Ok(value) => value,
            Err(error) => match (&error.hole, text.first_hole()) {
                (None, Some(_)) if !could_begin(text.known_prefix()) => {
                    return Err(FunctionError::argument(0, error.message));
                }
                (Some(hole), _) => return Ok(call.unknown(hole, Type::Dynamic)),
                (None, Some(hole)) => return Ok(call.unknown(hole, Type::Dynamic)),
                (None, None) => return Err(FunctionError::new(error.message)),
            },
        },
    };
    value.place.inherit(&argument.place);
    Ok(value)
}

/// Whether a JSON text could start with this.
fn could_begin(prefix: &str) -> bool {
    let first = prefix
        .trim_start_matches([' ', '\t', '\r', '\n'])
        .chars()
        .next();
    first.is_none_or(|c| c.is_ascii_digit() || "{[\"-tfn".contains(c))
}

/// The JSON text of a value as Terraform writes it: compact, keys sorted, with `<`, `>` and `&` escaped. Unknown parts are
/// holes; the characters of a text keep their places; the whole remembers the value.
pub fn encode(value: &Value) -> Text {
    let mut out = Writer::default();
    out.value(value);
    Text::encoded(out.finish(), Arc::new(as_json(value)))
}

/// Whether a value is of JSON's types all through.
fn is_json(value: &Value) -> bool {
    match &value.kind {
        Kind::Null(ty) => *ty == Type::Dynamic,
        Kind::Sequence { shape, items, .. } => {
            *shape == Sequence::Tuple && items.iter().all(is_json)
        }
        Kind::Mapping { shape, entries, .. } => {
            *shape == Mapping::Object && entries.values().all(is_json)
        }
        Kind::Unknown(u) => u.ty == Type::Dynamic || scalar(&u.ty),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => true,
    }
}

/// The same value in JSON's types: tuples and objects only.
fn as_json(value: &Value) -> Value {
    if is_json(value) {
        return value.clone();
    }
    let kind = match &value.kind {
        Kind::Null(_) => Kind::Null(Type::Dynamic),
        Kind::Sequence { items, more, .. } => Kind::Sequence {
            shape: Sequence::Tuple,
            items: items.iter().map(as_json).collect(),
            more: more.clone(),
        },
        Kind::Mapping { entries, more, .. } => Kind::Mapping {
            shape: Mapping::Object,
            entries: entries
                .iter()
                .map(|(k, v)| (k.clone(), as_json(v)))
                .collect(),
            more: more.clone(),
        },
        Kind::Unknown(u) if !scalar(&u.ty) => Kind::Unknown(Arc::new(Unknown {
            ty: Type::Dynamic,
            ..(**u).clone()
        })),
        other => other.clone(),
    };
    Value {
        kind,
        place: value.place.clone(),
        sensitive: value.sensitive,
    }
}

fn scalar(ty: &Type) -> bool {
    matches!(ty, Type::Bool | Type::Number | Type::String)
}

/// Writes JSON texts piece by piece.
#[derive(Default)]
pub(in crate::terraform) struct Writer {
    out: Builder,
}

impl Writer {
    /// Punctuation and computed characters.
    pub(in crate::terraform) fn plain(&mut self, text: &str) {
        self.out.plain(text);
    }

    /// Something unknown of any type.
    pub(in crate::terraform) fn hole(&mut self, unknown: &Arc<Unknown>) {
        self.out.hole(unknown.clone());
    }

    /// A value, compact and with sorted keys.
    pub(in crate::terraform) fn value(&mut self, value: &Value) {
        match &value.kind {
            Kind::Null(_) => self.plain("null"),
            Kind::Bool(b) => self.plain(if *b { "true" } else { "false" }),
            Kind::Number(n) => self.plain(&n.to_string()),
            Kind::String(text) => self.string(text),
            Kind::Unknown(u) if u.ty == Type::String && u.not_null => {
                self.plain("\"");
                self.hole(u);
                self.plain("\"");
            }
            Kind::Unknown(u) => self.hole(u),
            Kind::Sequence { items, more, .. } => {
                self.plain("[");
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.plain(",");
                    }
                    self.value(item);
                }
                if let Some(more) = more {
                    self.hole(more);
                }
                self.plain("]");
            }
            Kind::Mapping {
                more: Some(more), ..
            } => {
                self.plain("{");
                self.hole(more);
                self.plain("}");
            }
            Kind::Mapping { entries, .. } => {
                self.plain("{");
                for (i, (key, entry)) in entries.iter().enumerate() {
                    if i > 0 {
                        self.plain(",");
                    }
                    self.key(key, entry.place.key);
                    self.plain(":");
                    self.value(entry);
                }
                self.plain("}");
            }
        }
    }

    /// A text in quotes.
    pub(in crate::terraform) fn string(&mut self, text: &Text) {
        self.plain("\"");
        for part in text.parts() {
            match part {
                Part::Hole(hole) => self.hole(hole),
                Part::Lit(lit) => self.escaped(lit),
            }
        }
        self.plain("\"");
    }

    /// The name of an entry in quotes, and where it stands.
    pub(in crate::terraform) fn key(&mut self, name: &str, place: Option<Span>) {
        self.plain("\"");
        self.segment(name, place);
        self.plain("\"");
    }

    /// The characters of a literal, segment by segment of its map.
    fn escaped(&mut self, lit: &Lit) {
        let mut segments = lit.map.iter().peekable();
        while let Some((start, span)) = segments.next() {
            let end = segments.peek().map_or(lit.text.len(), |(o, _)| *o as usize);
            let text = lit.text.get(*start as usize..end);
            self.segment(text.unwrap_or_default(), *span);
        }
    }

    /// Characters of one segment, in runs that need no escape. `span` is theirs byte by byte where the lengths are equal.
    fn segment(&mut self, text: &str, span: Option<Span>) {
        let exact = span.filter(|s| s.len() == text.len());
        let place = |start, end| exact.map(|s| s.slice(start, end)).or(span);
        let mut run = 0;
        for (at, byte) in text.bytes().enumerate() {
            if !may_need_escape(byte) {
                continue;
            }
            let c = text.get(at..).and_then(|rest| rest.chars().next());
            let Some((c, escape)) = c.and_then(|c| Some((c, escape(c)?))) else {
                continue;
            };
            let end = at + c.len_utf8();
            self.out
                .at(text.get(run..at).unwrap_or_default(), place(run, at));
            self.out.at(&escape, place(at, end));
            run = end;
        }
        let rest = text.get(run..).unwrap_or_default();
        self.out.at(rest, place(run, text.len()));
    }

    /// What was written.
    pub(in crate::terraform) fn finish(self) -> Text {
        self.out.finish()
    }
}

/// Whether a byte begins a character that [`escape`] may write otherwise.
fn may_need_escape(byte: u8) -> bool {
    byte < b' ' || matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&' | 0xe2)
}

/// How JSON writes a character that cannot stand for itself; as in Terraform also those that HTML knows.
fn escape(c: char) -> Option<String> {
    Some(match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => format!("\\u{:04x}", u32::from(c)),
        c if c < ' ' => format!("\\u{:04x}", u32::from(c)),
        _ => return None,
    })
}
