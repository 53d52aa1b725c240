//! JSON as RFC 8259 has it, with places; from a file, or from a text that may have holes (a policy inside a string).
//! What it accepts is what `serde_json` accepts (a test holds that); duplicate keys are told apart.

use super::scalar::Scalars;
use super::tree::{DEPTH, Node, Style, Tree};
use crate::diagnostic::{Diagnostic, character};
use crate::span::{FileId, Files, Span};
use crate::value::{Part, Text, Unknown, Value};
use std::collections::HashMap;
use std::sync::Arc;

use self::input::{Input, Peek};

mod input;

/// Why a text is not JSON.
#[derive(Clone, Debug)]
pub struct JsonError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// Set where an unknown part stands in the way: the text may or may not be JSON, nobody can tell.
    pub hole: Option<Arc<Unknown>>,
}

/// A key that stands twice in one object; the later one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The key.
    pub key: String,
    /// Where it stands first.
    pub first: Span,
    /// Where it stands again.
    pub again: Span,
}

/// Reads a file. A byte order mark is skipped.
pub fn parse(files: &Files, id: FileId) -> (Option<Tree>, Vec<Diagnostic>) {
    let Some(file) = files.get(id) else {
        return (None, Vec::new());
    };
    let start = if file.text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let body = file.text.get(start..).unwrap_or_default();
    let text = Text::at(body, Span::new(id, start, file.text.len()));
    let (tree, duplicates) = parse_tree(&text, Span::new(id, start, start));
    let mut diagnostics: Vec<Diagnostic> = duplicates.iter().map(Duplicate::diagnostic).collect();
    match tree {
        Ok(tree) => (Some(tree), diagnostics),
        Err(error) => {
            diagnostics.push(Diagnostic::error("json-syntax", error.message).at(error.span));
            (None, diagnostics)
        }
    }
}

/// Reads a text that may have holes. A hole in the place of a value is an unknown value, a hole inside a string a hole
/// of that string; a key with a hole makes its object open ([`Value::more`]). `fallback` is the place of what is computed.
///
/// # Errors
/// Where it is not JSON, or where a hole keeps anybody from telling ([`JsonError::hole`]).
pub fn parse_text(text: &Text, fallback: Span) -> Result<Value, JsonError> {
    parse_strictly(text, fallback).0
}

/// As [`parse_text`], yielding the keys that stand twice, too.
pub fn parse_strictly(text: &Text, fallback: Span) -> (Result<Value, JsonError>, Vec<Duplicate>) {
    let (tree, duplicates) = parse_tree(text, fallback);
    (tree.map(|tree| tree.to_value(Scalars::Json)), duplicates)
}

/// As [`parse_text`], yielding the tree, and the keys that stand twice.
pub fn parse_tree(text: &Text, fallback: Span) -> (Result<Tree, JsonError>, Vec<Duplicate>) {
    let mut parser = Parser {
        input: Input::new(text, fallback),
        duplicates: Vec::new(),
    };
    let tree = parser.document();
    (tree, parser.duplicates)
}

impl Duplicate {
    /// The problem as a diagnostic.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error("duplicate-key", format!("key `{}` stands twice", self.key))
            .at(self.again)
            .related("first here", self.first)
            .help("remove one of them; readers differ in which one counts")
    }
}

struct Parser<'a> {
    input: Input<'a>,
    duplicates: Vec<Duplicate>,
}

type Parsed<T> = Result<T, JsonError>;

impl Parser<'_> {
    fn document(&mut self) -> Parsed<Tree> {
        let tree = self.value(0)?;
        self.space();
        match self.input.peek() {
            Peek::End => Ok(tree),
            _ => Err(self.unexpected("the end of the text")),
        }
    }

    fn value(&mut self, depth: usize) -> Parsed<Tree> {
        self.space();
        if depth > DEPTH {
            return Err(self.error("the text nests too deeply"));
        }
        match self.input.peek() {
            Peek::Byte(b'{') => self.object(depth),
            Peek::Byte(b'[') => self.array(depth),
            Peek::Byte(b'"') => self.string(),
            Peek::Byte(b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') | Peek::Hole(_) => {
                self.word()
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    fn object(&mut self, depth: usize) -> Parsed<Tree> {
        let start = self.enter(depth)?;
        let mut entries: Vec<(Tree, Tree)> = Vec::new();
        let mut seen: HashMap<String, usize> = HashMap::new();
        self.space();
        if self.input.take(b'}') {
            return Ok(self.node(Node::Mapping(entries), start));
        }
        loop {
            self.space();
            if self.input.peek() != Peek::Byte(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = self.string()?;
            self.space();
            if !self.input.take(b':') {
                return Err(self.unexpected("`:`"));
            }
            let value = self.value(depth + 1)?;
            self.insert(&mut entries, &mut seen, key, value);
            self.space();
            if self.input.take(b'}') {
                return Ok(self.node(Node::Mapping(entries), start));
            }
            if !self.input.take(b',') {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
    }

    fn insert(
        &mut self,
        entries: &mut Vec<(Tree, Tree)>,
        seen: &mut HashMap<String, usize>,
        key: Tree,
        value: Tree,
    ) {
        let Some(name) = key.str().map(str::to_owned) else {
            entries.push((key, value));
            return;
        };
        let Some(at) = seen.get(&name) else {
            seen.insert(name, entries.len());
            entries.push((key, value));
            return;
        };
        if let Some(entry) = entries.get_mut(*at) {
            self.duplicates.push(Duplicate {
                key: name,
                first: entry.0.span,
                again: key.span,
            });
            *entry = (key, value);
        }
    }

    fn array(&mut self, depth: usize) -> Parsed<Tree> {
        let start = self.enter(depth)?;
        let mut items = Vec::new();
        self.space();
        if self.input.take(b']') {
            return Ok(self.node(Node::Sequence(items), start));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.input.take(b']') {
                return Ok(self.node(Node::Sequence(items), start));
            }
            if !self.input.take(b',') {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
    }

    /// Steps over an opening bracket, unless the text nests too deeply.
    fn enter(&mut self, depth: usize) -> Parsed<usize> {
        if depth >= DEPTH {
            return Err(self.error("the text nests too deeply"));
        }
        let start = self.input.position();
        self.input.skip(1);
        Ok(start)
    }

    /// A number, `true`, `false`, `null`; or an unknown, with whatever is glued to it.
    fn word(&mut self) -> Parsed<Tree> {
        let start = self.input.position();
        let mut hole: Option<(Arc<Unknown>, Span)> = None;
        let mut glued = false;
        loop {
            match self.input.peek() {
                Peek::Hole(unknown) => {
                    glued |= hole.is_some();
                    let span = self.input.hole_span();
                    hole.get_or_insert((unknown, span));
                    self.input.skip_hole();
                }
                Peek::Byte(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => {
                    glued = true;
                    self.input.skip(1);
                }
                _ => break,
            }
        }
        let end = self.input.position();
        if let Some((unknown, span)) = hole {
            let unknown = if glued {
                Arc::new(Unknown::because(unknown.reason.clone()))
            } else {
                unknown
            };
            return Ok(Tree::new(Node::Hole(unknown), span));
        }
        let raw = self.input.text(start, end);
        if super::scalar::read(raw, Scalars::Json) == super::scalar::Scalar::Text {
            let message = format!("`{raw}` is no JSON value");
            return Err(JsonError {
                message,
                span: self.input.span(start, end),
                hole: None,
            });
        }
        let node = Node::Scalar {
            text: self.input.run(start, end),
            style: Style::Plain,
        };
        Ok(self.node(node, start))
    }

    fn string(&mut self) -> Parsed<Tree> {
        let start = self.input.position();
        self.input.skip(1);
        let text = self.input.string_body()?;
        Ok(self.node(
            Node::Scalar {
                text,
                style: Style::Quoted,
            },
            start,
        ))
    }

    fn node(&self, node: Node, start: usize) -> Tree {
        Tree::new(node, self.input.span(start, self.input.position()))
    }

    fn space(&mut self) {
        while let Peek::Byte(b' ' | b'\t' | b'\n' | b'\r') = self.input.peek() {
            self.input.skip(1);
        }
    }

    fn unexpected(&self, expected: &str) -> JsonError {
        let found = match self.input.peek() {
            Peek::End => "the end of the text".to_owned(),
            Peek::Hole(unknown) => {
                return JsonError {
                    message: format!("expected {expected}, found an unknown part"),
                    span: self.input.here(),
                    hole: Some(unknown),
                };
            }
            Peek::Byte(_) => character(self.input.current()),
        };
        self.error(format!("expected {expected}, found {found}"))
    }

    fn error(&self, message: impl Into<String>) -> JsonError {
        JsonError {
            message: message.into(),
            span: self.input.here(),
            hole: None,
        }
    }
}

/// Whether a text looks like a JSON object or array: the first thing in it is a bracket.
pub fn looks_like_json(text: &Text) -> bool {
    let first = text.parts().first();
    matches!(first, Some(Part::Lit(l)) if l.text.trim_start().starts_with(['{', '[']))
}

#[cfg(test)]
mod tests;
