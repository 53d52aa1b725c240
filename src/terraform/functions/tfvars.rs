//! `provider::terraform::encode_tfvars` and `encode_expr`: a value as Terraform's own formatter would write it. (The way
//! back, `decode_tfvars`, needs the evaluator.)
//! <https://developer.hashicorp.com/terraform/language/functions/terraform-encode_tfvars>

use super::{Call, FunctionError, Outcome};
use crate::value::{Kind, Value};

/// One line without its indentation.
#[derive(Default)]
struct Line {
    text: String,
    /// Brackets opened less brackets closed.
    opened: i32,
    /// Where its `=` stands.
    equals: Option<usize>,
}

#[derive(Default)]
struct Writer {
    lines: Vec<Line>,
    line: Line,
}

pub(super) fn encode_expr(call: &Call) -> Outcome {
    let mut writer = Writer::default();
    writer.value(call.get(0)?);
    writer.end();
    let text = writer.text();
    Ok(call.made(text.strip_suffix('\n').unwrap_or(&text)))
}

pub(super) fn encode_tfvars(call: &Call) -> Outcome {
    let value = call.get(0)?;
    let Kind::Mapping { entries, .. } = &value.kind else {
        let message = "an object is required, whose attributes become the variables";
        return Err(FunctionError::new(message));
    };
    if let Some(name) = entries.keys().find(|k| !is_name(k)) {
        let message = format!("{name:?} is no valid name of a variable");
        return Err(FunctionError::new(message));
    }
    let mut writer = Writer::default();
    writer.entries(value);
    Ok(call.made(writer.text()))
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.line.text.push_str(text);
    }

    fn bracket(&mut self, text: &str, opened: i32) {
        self.put(text);
        self.line.opened += opened;
    }

    fn end(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
    }

    fn value(&mut self, value: &Value) {
        match &value.kind {
            Kind::Sequence { .. } => {
                self.bracket("[", 1);
                for (i, item) in value.items().iter().enumerate() {
                    self.put(if i > 0 { ", " } else { "" });
                    self.value(item);
                }
                self.bracket("]", -1);
            }
            Kind::Mapping { entries, .. } => {
                self.bracket("{", 1);
                if !entries.is_empty() {
                    self.end();
                    self.entries(value);
                }
                self.bracket("}", -1);
            }
            Kind::String(text) => self.put(&quoted(text.known().unwrap_or_default())),
            Kind::Number(n) => self.put(&n.to_string()),
            Kind::Bool(b) => self.put(if *b { "true" } else { "false" }),
            Kind::Null(_) | Kind::Unknown(_) => self.put("null"),
        }
    }

    /// Each entry on lines of its own.
    fn entries(&mut self, mapping: &Value) {
        for (key, value) in mapping.entries() {
            match is_name(&key) {
                true => self.put(&key),
                false => self.put(&quoted(&key)),
            }
            self.line.equals = Some(self.line.text.len());
            self.put(" = ");
            self.value(&value);
            self.end();
        }
    }

    /// The lines, aligned and indented.
    fn text(mut self) -> String {
        self.align();
        let mut out = String::new();
        let mut open: Vec<i32> = Vec::new();
        for line in &self.lines {
            let mut closed = line.opened.saturating_neg();
            while closed > 0 {
                let Some(last) = open.pop() else { break };
                if last > closed {
                    open.push(last - closed);
                }
                closed -= last;
            }
            out.push_str(&"  ".repeat(open.len()));
            out.push_str(&line.text);
            out.push('\n');
            if line.opened > 0 {
                open.push(line.opened);
            }
        }
        out
    }

    /// Brings the `=` of neighbouring entries of one line each below each other.
    fn align(&mut self) {
        let single = |l: &Line| l.equals.filter(|_| l.opened == 0);
        let wide = |l: &Line, at: usize| l.text.get(..at).map_or(0, |k| k.chars().count());
        for group in self
            .lines
            .chunk_by_mut(|a, b| single(a).is_some() && single(b).is_some())
        {
            let widths = group.iter().filter_map(|l| single(l).map(|at| wide(l, at)));
            let widest = widths.max().unwrap_or(0);
            for line in group {
                if let Some(at) = single(line) {
                    let missing = widest.saturating_sub(wide(line, at));
                    line.text.insert_str(at, &" ".repeat(missing));
                }
            }
        }
    }
}

/// Whether a key needs no quotes.
fn is_name(key: &str) -> bool {
    let mut chars = key.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' => out.extend(['\\', c]),
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([c, c]),
            c if c.is_control() || is_blank(c) => match u32::from(c) {
                code @ ..=0xffff => out.push_str(&format!("\\u{code:04x}")),
                code => out.push_str(&format!("\\U{code:08x}")),
            },
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether a character cannot be seen: spaces but the plain one, and marks of formatting.
fn is_blank(c: char) -> bool {
    let format = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    format || (c.is_whitespace() && c != ' ')
}
