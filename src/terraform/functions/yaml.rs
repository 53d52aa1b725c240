//! `yamldecode` and `yamlencode`: YAML 1.2 with the booleans of YAML 1.1, as Terraform reads it.

use super::{Call, FunctionError, Outcome, json};
use crate::span::{Files, Span};
use crate::syntax::tree::{Node, Style, Tree};
use crate::syntax::yaml::parse;
use crate::terraform::convert::text as normalised;
use crate::value::{Kind, Number, Part, Piece, Text, Value};
use std::sync::Arc;

pub(super) fn yamldecode(call: &Call) -> Outcome {
    let argument = call.get(0)?;
    let own = Files::default();
    let id = own.add("yaml", call.str(0)?);
    let (documents, problems) = parse(&own, id);
    let error = problems
        .iter()
        .find(|p| p.level == crate::diagnostic::Level::Error && p.code != "duplicate-key");
    if let Some(problem) = error {
        let at = problem.span.map(|s| own.location(s));
        let at = at.map_or(String::new(), |l| {
            format!("on line {}, column {}: ", l.line, l.column)
        });
        return Err(FunctionError::new(format!("{at}{}", problem.message)));
    }
    let tree = match documents.as_slice() {
        [] => return Err(FunctionError::new("missing start of document")),
        [one] => one,
        _ => return Err(FunctionError::new("unexpected extra content after value")),
    };
    let reader = Reader {
        text: call.text(0)?,
        argument,
    };
    let mut value = reader.value(tree)?;
    value.place.inherit(&argument.place);
    Ok(value)
}

/// Makes values of a tree whose spans are offsets in a text that has a map of its own.
struct Reader<'a> {
    text: &'a Text,
    argument: &'a Value,
}

impl Reader<'_> {
    fn span(&self, span: Span) -> Span {
        let found = match self.text.parts() {
            [Part::Lit(lit)] => lit.span(span.start as usize, span.end as usize),
            _ => None,
        };
        found.unwrap_or(self.argument.place.span)
    }

    /// A scalar's text with the places of its characters.
    fn scalar_text(&self, text: &Text) -> Text {
        let mut pieces = Vec::new();
        for part in text.parts() {
            let Part::Lit(lit) = part else {
                continue;
            };
            for (i, (start, span)) in lit.map.iter().enumerate() {
                let end = lit
                    .map
                    .get(i + 1)
                    .map_or(lit.text.len(), |(next, _)| *next as usize);
                let piece = lit.text.get(*start as usize..end).unwrap_or_default();
                pieces.push(Piece::Lit(piece, span.map(|s| self.span(s))));
            }
        }
        let out = Text::of(pieces);
        match out.known() {
            Some(known) if *normalised(known) != *known => Text::plain(normalised(known)),
            _ => out,
        }
    }

    fn value(&self, tree: &Tree) -> Outcome {
        let span = self.span(tree.span);
        let tag = tree
            .tag
            .as_ref()
            .map(|t| t.name.trim_start_matches("tag:yaml.org,2002:"));
        let value = match (&tree.node, tag) {
            (Node::Hole(u), _) => Value::new(Kind::Unknown(u.clone()), span),
            (Node::Sequence(items), None | Some("seq" | "!")) => {
                let items = items
                    .iter()
                    .map(|t| self.value(t))
                    .collect::<Result<_, _>>()?;
                Value::tuple(items, span)
            }
            (Node::Mapping(entries), None | Some("map" | "!")) => self.mapping(entries, span)?,
            (Node::Scalar { text, style }, None) => {
                Value::new(self.scalar(text, *style == Style::Plain)?, span)
            }
            (Node::Scalar { text, .. }, Some("str" | "!" | "binary")) => {
                Value::new(Kind::String(self.scalar_text(text)), span)
            }
            (Node::Scalar { .. }, Some("null")) => Value::null(span),
            (Node::Scalar { text, style }, Some("int" | "float" | "bool" | "timestamp")) => {
                Value::new(self.scalar(text, *style == Style::Plain)?, span)
            }
            (_, Some(tag)) => {
                return Err(FunctionError::new(format!("unsupported tag \"{tag}\"")));
            }
        };
        Ok(value)
    }

    fn mapping(&self, entries: &[(Tree, Tree)], span: Span) -> Outcome {
        let mut out: Vec<(Arc<str>, Value)> = Vec::new();
        for (key, entry) in entries {
            let name = match &self.value(key)?.kind {
                Kind::String(text) => text.known().map(normalised),
                Kind::Bool(b) => Some(b.to_string().into()),
                Kind::Number(n) => Some(n.to_string().into()),
                Kind::Null(_) => return Err(FunctionError::new("mapping key cannot be null")),
                _ => None,
            };
            let Some(name) = name else {
                return Err(FunctionError::new(
                    "only strings are allowed as mapping keys",
                ));
            };
            let mut value = self.value(entry)?;
            value.place.key = Some(self.span(key.span));
            out.push((name, value));
        }
        Ok(Value::object(out.into_iter().collect(), span))
    }

    fn scalar(&self, text: &Text, plain: bool) -> Result<Kind, FunctionError> {
        let string = || Kind::String(self.scalar_text(text));
        let Some(raw) = text.known().filter(|_| plain) else {
            return Ok(string());
        };
        let null = Kind::Null(crate::value::Type::Dynamic);
        Ok(match raw {
            "" | "~" | "null" | "Null" | "NULL" => null,
            "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
                Kind::Bool(true)
            }
            "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off"
            | "OFF" => Kind::Bool(false),
            ".nan" | ".NaN" | ".NAN" => {
                return Err(FunctionError::new("floating point NaN is not supported"));
            }
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
                Kind::Number(Number::infinity(false))
            }
            "-.inf" | "-.Inf" | "-.INF" => Kind::Number(Number::infinity(true)),
            _ => match number(raw) {
                Some(n) => Kind::Number(n),
                None => match timestamp(raw) {
                    Some(time) => Kind::String(Text::plain(time)),
                    None => string(),
                },
            },
        })
    }
}

fn number(raw: &str) -> Option<Number> {
    let based = |digits: &str, base: u32| i64::from_str_radix(digits, base).ok().map(Number::from);
    if let Some(digits) = raw.strip_prefix("0x") {
        return based(digits, 16);
    }
    if let Some(digits) = raw.strip_prefix("0o") {
        return based(digits, 8);
    }
    if !raw.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return None;
    }
    Number::parse(raw)
        .filter(|n| n.is_finite())
        .map(|n| if n.is_zero() { Number::from(0) } else { n })
}

/// A date or a point in time, as RFC 3339 has it without fraction.
fn timestamp(raw: &str) -> Option<String> {
    let date = raw.get(..10)?;
    let shape = |s: &str, pattern: &str| {
        s.len() == pattern.len()
            && (s.bytes().zip(pattern.bytes())).all(|(b, p)| {
                if p == b'0' {
                    b.is_ascii_digit()
                } else {
                    b == p
                }
            })
    };
    if !shape(date, "0000-00-00") || date.parse::<jiff::civil::Date>().is_err() {
        return None;
    }
    let rest = raw.get(10..)?;
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let time = rest.trim_start_matches(['t', 'T', ' ']);
    let clock = time.get(..8).filter(|c| shape(c, "00:00:00"))?;
    let zone = time
        .get(8..)?
        .trim_start_matches(|c: char| c == '.' || c.is_ascii_digit())
        .trim();
    match zone {
        "" | "Z" | "z" => Some(format!("{date}T{clock}Z")),
        zone if shape(zone.get(1..)?, "00:00") => Some(format!("{date}T{clock}{zone}")),
        _ => None,
    }
}

pub(super) fn yamlencode(call: &Call) -> Outcome {
    let mut out = String::new();
    let value = call.get(0)?;
    block(value, 0, &mut out);
    if matches!(value.kind, Kind::Null(_) | Kind::Bool(_) | Kind::Number(_)) {
        out.push_str("...\n");
    }
    Ok(call.made(out))
}

/// Writes a value from the current column on, and ends the line.
fn block(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match &value.kind {
        Kind::Sequence { items, .. } if !items.is_empty() => {
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(&pad);
                }
                out.push_str("- ");
                block(item, indent + 2, out);
            }
        }
        Kind::Mapping { entries, .. } if !entries.is_empty() => {
            for (i, (key, entry)) in entries.iter().enumerate() {
                if i > 0 {
                    out.push_str(&pad);
                }
                out.push_str(&quoted(key));
                out.push(':');
                nested(entry, indent, out);
            }
        }
        _ => {
            out.push_str(&scalar(value, indent.max(2)));
            out.push('\n');
        }
    }
}

/// The value of a key: on the same line, or below it (lists at the key's own column).
fn nested(value: &Value, indent: usize, out: &mut String) {
    let below = match &value.kind {
        Kind::Sequence { items, .. } if !items.is_empty() => Some(indent),
        Kind::Mapping { entries, .. } if !entries.is_empty() => Some(indent + 2),
        _ => None,
    };
    match below {
        Some(column) => {
            out.push('\n');
            out.push_str(&" ".repeat(column));
            block(value, column, out);
        }
        None => {
            out.push(' ');
            out.push_str(&scalar(value, indent + 2));
            out.push('\n');
        }
    }
}

fn scalar(value: &Value, indent: usize) -> String {
    match &value.kind {
        Kind::Sequence { .. } => "[]".to_owned(),
        Kind::Mapping { .. } => "{}".to_owned(),
        Kind::String(text) => {
            let text = text.known().unwrap_or_default();
            let block = text.contains('\n') && text.chars().all(|c| c == '\n' || !c.is_control());
            if block {
                literal(text, indent)
            } else {
                quoted(text)
            }
        }
        _ => json::encode(value).known().unwrap_or_default().to_owned(),
    }
}

fn literal(text: &str, indent: usize) -> String {
    let start = if text.starts_with([' ', '\n']) {
        "2"
    } else {
        ""
    };
    let end = match (text.ends_with('\n'), text.ends_with("\n\n")) {
        (true, true) => "+",
        (true, false) => "",
        _ => "-",
    };
    let pad = " ".repeat(indent);
    let mut out = format!("|{start}{end}");
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&pad);
            out.push_str(line);
        }
    }
    out
}

/// A text in double quotes with YAML's escapes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{a0}' => out.push_str("\\_"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            c if c > '\u{ffff}' => out.push_str(&format!("\\U{:08X}", u32::from(c))),
            c if c.is_control() => out.push_str(&format!("\\x{:02X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
