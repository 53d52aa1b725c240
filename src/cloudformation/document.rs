//! `Fn::ToJsonString`: a value as the text of a JSON document, its unknown parts as holes.

use super::call::Call;
use super::scope::Scope;
use super::stack::Stack;
use crate::value::{Entries, Kind, Part, Piece, Text, Type, Unknown, Value};
use std::sync::Arc;

impl Stack<'_> {
    pub(super) fn to_json_string(&self, found: Call<'_>, scope: &Scope) -> Value {
        if !self.template.has_extensions() {
            let message = "`Fn::ToJsonString` wants `Transform: AWS::LanguageExtensions`";
            self.error("language-extensions", message, found.span);
        }
        let Some(value) = self.arg(found, scope) else {
            return self.bad(found, "a mapping or a list");
        };
        let mut texts = Vec::new();
        match &value.kind {
            Kind::Mapping { .. } | Kind::Sequence { .. } => write(&value, &mut texts),
            Kind::Unknown(u) => return self.unknown_from(u, Type::String, found.span),
            _ => return self.bad(found, "a mapping or a list"),
        }
        let text = Text::of(texts.iter().map(Piece::Text));
        let sensitive = value.has_sensitive();
        let mut out = Value::new(
            Kind::String(Text::encoded(text, Arc::new(value))),
            found.span,
        );
        out.sensitive = sensitive;
        out
    }
}

/// The pieces of the JSON text.
fn write(value: &Value, out: &mut Vec<Text>) {
    let mut lit = |text: &str| out.push(Text::plain(text));
    match &value.kind {
        Kind::Null(_) => lit("null"),
        Kind::Bool(b) => lit(&b.to_string()),
        Kind::Number(n) => lit(&n.to_string()),
        Kind::String(text) => quoted(text, out),
        Kind::Unknown(u) if u.ty == Type::String => {
            quoted(&Text::hole(u.clone()), out);
        }
        Kind::Unknown(u) => out.push(Text::hole(u.clone())),
        Kind::Sequence { items, more, .. } => {
            lit("[");
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(Text::plain(","));
                }
                write(item, out);
            }
            rest(more.as_ref(), items.is_empty(), out);
            out.push(Text::plain("]"));
        }
        Kind::Mapping { entries, more, .. } => {
            lit("{");
            for (i, (key, item)) in in_order(entries).into_iter().enumerate() {
                if i > 0 {
                    out.push(Text::plain(","));
                }
                quoted(&Text::plain(key.clone()), out);
                out.push(Text::plain(":"));
                write(item, out);
            }
            rest(more.as_ref(), entries.is_empty(), out);
            out.push(Text::plain("}"));
        }
    }
}

/// Entries in the order of the text.
fn in_order(entries: &Entries) -> Vec<(&Arc<str>, &Value)> {
    let mut out: Vec<_> = entries.iter().collect();
    out.sort_by_key(|(_, value)| value.place.key.map(|k| (k.file, k.start)));
    out
}

fn rest(more: Option<&Arc<Unknown>>, empty: bool, out: &mut Vec<Text>) {
    if let Some(more) = more {
        if !empty {
            out.push(Text::plain(","));
        }
        out.push(Text::hole(more.clone()));
    }
}

fn quoted(text: &Text, out: &mut Vec<Text>) {
    out.push(Text::plain("\""));
    for part in text.parts() {
        match part {
            Part::Hole(hole) => out.push(Text::hole(hole.clone())),
            Part::Lit(lit) => {
                let escaped = serde_json::Value::from(&*lit.text).to_string();
                let inner = escaped.get(1..escaped.len() - 1).unwrap_or_default();
                match lit.span(0, lit.text.len()) {
                    Some(span) => out.push(Text::at(inner, span)),
                    None => out.push(Text::plain(inner)),
                }
            }
        }
    }
    out.push(Text::plain("\""));
}
