//! Texts: `Fn::Sub`, `Fn::Join`, `Fn::Base64`, and what is resolved only at deployment inside a text.

use super::call::{self, Call, Function};
use super::scope::{Scope, as_text};
use super::stack::Stack;
use crate::span::Span;
use crate::syntax::json;
use crate::syntax::slice::{lit_pieces, slice, slice_with_ends};
use crate::syntax::tree::{Node, Tree};
use crate::value::{Kind, Part, Piece, Step, Text, Type, Unknown, Value, Via};
use base64::Engine;
use std::sync::Arc;

/// Texts longer than this are not put together (a template is at most 1 MB), nor are texts of more pieces.
const LONGEST: usize = 1 << 21;
const MOST_PIECES: usize = 1 << 14;

/// A piece of a text that is put together.
pub(super) enum Bit {
    Text(Text),
    Value(Value),
}

/// The known characters of a text; its holes take none.
pub(super) fn flat(text: &Text) -> String {
    let lits = text.parts().iter().map(|p| match p {
        Part::Lit(l) => &*l.text,
        Part::Hole(_) => "",
    });
    lits.collect()
}

/// Where the characters of a text begin, where they stand somewhere.
pub(super) fn place_of(text: &Text) -> Option<Span> {
    match text.parts() {
        [Part::Lit(l)] => l.span(0, l.text.len()),
        _ => None,
    }
}

/// A text without the blanks around it.
pub(super) fn trimmed(text: &Text) -> Text {
    let known = flat(text);
    let holes_first = matches!(text.parts().first(), Some(Part::Hole(_)));
    let holes_last = matches!(text.parts().last(), Some(Part::Hole(_)));
    if known.trim().len() == known.len() || holes_first || holes_last {
        return text.clone();
    }
    let start = known.len() - known.trim_start().len();
    slice(text, start..known.trim_end().len())
}

/// Texts with another between them.
pub(super) fn joined(texts: &[Text], between: &Text) -> Text {
    let mut pieces = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        if i > 0 {
            pieces.push(Piece::Text(between));
        }
        pieces.push(Piece::Text(text));
    }
    Text::of(pieces)
}

/// The parts of a text between a delimiter, as far as they are certain; what an unknown part may hold is `more`.
/// A typed hole that cannot hold the delimiter stays inside its part.
pub(super) fn split(text: &Text, delimiter: &str) -> (Vec<Text>, Option<Arc<Unknown>>) {
    if delimiter.is_empty() {
        return (vec![text.clone()], None);
    }
    let mut out = Vec::new();
    let mut current: Vec<Text> = Vec::new();
    for (i, part) in text.parts().iter().enumerate() {
        match part {
            Part::Hole(hole) if !text.is_clear_of(i, delimiter) => {
                let mut rest = (**hole).clone();
                rest.identity = None; // a part of it
                return (out, Some(Arc::new(rest)));
            }
            Part::Hole(hole) => current.push(Text::hole(hole.clone())),
            Part::Lit(lit) => {
                let whole = Text::of(lit_pieces(lit, 0..lit.text.len()));
                let mut start = 0;
                for (at, _) in lit.text.match_indices(delimiter) {
                    current.push(slice(&whole, start..at));
                    out.push(joined(&std::mem::take(&mut current), &Text::default()));
                    start = at + delimiter.len();
                }
                current.push(slice(&whole, start..lit.text.len()));
            }
        }
    }
    out.push(joined(&current, &Text::default()));
    (out, None)
}

impl Stack<'_> {
    /// Puts a text together. A single value stays itself; of several, one that came some way lends its way.
    pub(super) fn compose(&self, bits: Vec<Bit>, span: Span) -> Value {
        let bits: Vec<Bit> = bits
            .into_iter()
            .filter(|b| !matches!(b, Bit::Text(t) if t.parts().is_empty()))
            .collect();
        if let [Bit::Value(value)] = bits.as_slice()
            && matches!(value.kind, Kind::String(_) | Kind::Unknown(_))
        {
            return value.clone();
        }
        let mut texts = Vec::new();
        let mut sensitive = false;
        for bit in &bits {
            match bit {
                Bit::Text(text) => texts.push(text.clone()),
                Bit::Value(value) => {
                    sensitive |= value.sensitive;
                    texts.push(self.part(value, span));
                }
            }
        }
        let mut out = if too_long(&texts) {
            let message = "the text is longer than a template may be";
            self.error("text-too-long", message, span);
            Value::unknown(Unknown::because(message).of(Type::String), span)
        } else {
            let text = joined(&texts, &Text::default());
            Value::new(Kind::String(text), span)
        };
        out.sensitive = sensitive;
        lend_way(&bits, &mut out);
        self.dynamic(out)
    }

    fn part(&self, value: &Value, span: Span) -> Text {
        if let Some(text) = as_text(value) {
            return text;
        }
        if !value.is_null() {
            self.error(
                "function-argument",
                "a list or mapping stands where a text is wanted",
                span,
            );
        }
        let reason = "a list or mapping stands where a text is wanted";
        Text::hole(Arc::new(Unknown::because(reason)))
    }

    /// Replaces `{{resolve:…}}`: such a reference is resolved when the stack is deployed.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>
    pub(super) fn dynamic(&self, mut value: Value) -> Value {
        let Kind::String(text) = &value.kind else {
            return value;
        };
        let known = flat(text);
        if !known.contains("{{resolve:") {
            return value;
        }
        let mut pieces: Vec<Text> = Vec::new();
        let mut done = 0;
        while let Some(start) = find(&known, done, "{{resolve:") {
            let Some(end) = find(&known, start, "}}") else {
                break;
            };
            pieces.push(slice_with_ends(text, done..start));
            let name = known.get(start + 2..end).unwrap_or_default();
            let reason = match value.sensitive {
                true => "a dynamic reference is resolved at deployment".to_owned(),
                false => format!("dynamic reference `{name}` is resolved at deployment"),
            };
            let mut unknown = Unknown::because(reason).of(Type::String);
            unknown.not_null = true;
            pieces.push(Text::hole(Arc::new(unknown)));
            done = end + 2;
        }
        pieces.push(slice_with_ends(text, done..known.len()));
        let text = joined(&pieces, &Text::default());
        value.kind = match text.parts() {
            [Part::Hole(hole)] => Kind::Unknown(hole.clone()),
            _ => Kind::String(text),
        };
        value
    }

    /// `Fn::Sub`, as a text or as a text with a mapping of names.
    pub(super) fn sub(&self, found: Call<'_>, scope: &Scope) -> Value {
        if let Some(inner) = call::long(found.arg).filter(|c| c.function == Function::Transform) {
            return self.transform(inner);
        }
        let none: &[(Tree, Tree)] = &[];
        let (template, names) = match &found.arg.node {
            Node::Scalar { .. } => (found.arg, none),
            Node::Sequence(items) => match items.as_slice() {
                [template, names] if matches!(names.node, Node::Mapping(_)) => {
                    (template, names.entries())
                }
                _ => return self.bad(found, "a text and a mapping"),
            },
            _ => return self.bad(found, "a text, or a text and a mapping"),
        };
        let Node::Scalar { text, .. } = &template.node else {
            return self.bad(found, "a text, or a text and a mapping");
        };
        let text = self.substituted(text, scope);
        let known = flat(&text);
        let mut bits = Vec::new();
        let mut done = 0;
        while let Some(start) = find(&known, done, "${") {
            let Some(end) = find(&known, start, "}") else {
                break;
            };
            bits.push(Bit::Text(slice_with_ends(&text, done..start)));
            let name = known.get(start + 2..end).unwrap_or_default().trim();
            if let Some(open) = slice(&text, start..end + 1).first_hole() {
                let open = Unknown::because(open.reason.clone()).of(Type::String);
                bits.push(Bit::Text(Text::hole(Arc::new(open))));
            } else if name.starts_with('!') {
                bits.push(Bit::Text(slice(&text, start..start + 2)));
                bits.push(Bit::Text(slice(&text, start + 3..end + 1)));
            } else {
                let part = slice(&text, start..end + 1);
                let span = place_of(&part).unwrap_or(found.span);
                bits.extend(self.variable(name, names, scope, span).map(Bit::Value));
            }
            done = end + 1;
        }
        bits.push(Bit::Text(slice_with_ends(&text, done..known.len())));
        self.compose(bits, found.span)
    }

    /// What `${name}` stands for.
    fn variable(
        &self,
        name: &str,
        names: &[(Tree, Tree)],
        scope: &Scope,
        span: Span,
    ) -> Option<Value> {
        let mapped = names
            .iter()
            .find(|(k, _)| k.str().is_some_and(|k| scope.key(k) == name));
        if let Some((_, tree)) = mapped {
            return self.value(tree, scope);
        }
        let name = scope.key(name);
        match name.split_once('.') {
            Some((id, attribute)) if !self.parameters.contains_key(&name) => {
                Some(self.get_att(id, attribute, span))
            }
            _ => self.refer(&name, scope, span),
        }
    }

    /// `Fn::Join`
    pub(super) fn join(&self, found: Call<'_>, scope: &Scope) -> Value {
        let [delimiter, list] = found.arg.items() else {
            return self.bad(found, "a delimiter and a list");
        };
        let delimiter = self.value(delimiter, scope).and_then(|v| as_text(&v));
        let Some(delimiter) = delimiter else {
            return self.bad(found, "a delimiter and a list");
        };
        let Some(list) = self.value(list, scope) else {
            return self.compose(Vec::new(), found.span);
        };
        let Kind::Sequence { more, .. } = &list.kind else {
            return match &list.kind {
                Kind::Unknown(u) => self.unknown_from(u, Type::String, found.span),
                _ => self.bad(found, "a delimiter and a list"),
            };
        };
        let mut bits = Vec::new();
        for (i, item) in list.items().into_iter().enumerate() {
            if i > 0 {
                bits.push(Bit::Text(delimiter.clone()));
            }
            bits.push(Bit::Value(item));
        }
        if let Some(more) = more {
            bits.push(Bit::Text(Text::hole(more.clone())));
        }
        self.compose(bits, found.span)
    }

    /// `Fn::Base64`
    pub(super) fn base64(&self, found: Call<'_>, scope: &Scope) -> Value {
        let Some(value) = self.arg(found, scope) else {
            return self.bad(found, "a text");
        };
        let Some(text) = as_text(&value) else {
            return self.bad(found, "a text");
        };
        let mut out = match (text.known(), text.first_hole()) {
            (Some(known), _) => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(known);
                Value::text(encoded, found.span)
            }
            (None, hole) => {
                let reason = hole.map_or_else(|| "unknown".into(), |u| u.reason.clone());
                Value::unknown(Unknown::because(reason).of(Type::String), found.span)
            }
        };
        out.sensitive = value.sensitive;
        out
    }
}

/// Whether texts are too much to be put together.
fn too_long(texts: &[Text]) -> bool {
    let size = |part: &Part| match part {
        Part::Lit(l) => (l.text.len(), l.map.len()),
        Part::Hole(_) => (0, 1),
    };
    let sizes = texts.iter().flat_map(|t| t.parts().iter().map(size));
    let (bytes, pieces) = sizes.fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    bytes > LONGEST || pieces > MOST_PIECES
}

/// Where a text is made of literals and one value that came some way, it came that way, too. It is not that value:
/// references are told as plain steps, so that nothing is joined by them. The parts of a document in JSON stand where
/// they were written: one of them does not lend its way to all.
fn lend_way(bits: &[Bit], out: &mut Value) {
    if out.as_text().is_some_and(json::looks_like_json) {
        return;
    }
    let mut ways = bits.iter().filter_map(|b| match b {
        Bit::Value(v) if v.place.trail.is_some() => Some(v),
        _ => None,
    });
    let (Some(one), None) = (ways.next(), ways.next()) else {
        return;
    };
    let steps: Vec<Step> = one.place.steps().cloned().collect();
    for step in steps.into_iter().rev() {
        let via = match step.via {
            Via::Reference(address, attribute) => {
                Via::Other(format!("`{attribute}` of `{address}`").into())
            }
            other => other,
        };
        out.place.push(via, step.span);
    }
}

fn find(text: &str, from: usize, needle: &str) -> Option<usize> {
    text.get(from..)?.find(needle).map(|at| from + at)
}
