//! YAML through the events of `granit-parser`, with every character's place.

use super::tree::{DEPTH, Node, Style, Tag, Tree};
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Files, Span};
use granit_parser::{Event, Parser, ScalarStyle, options};
use std::borrow::Cow;

use self::builder::Builder;
use self::words::words;

mod align;
mod builder;
mod words;

/// Nodes that aliases may bring in altogether.
const ALIASED_NODES: usize = 100_000;

/// Reads a file of any number of documents. After a syntax error the documents before it are still there.
pub fn parse(files: &Files, id: FileId) -> (Vec<Tree>, Vec<Diagnostic>) {
    let Some(file) = files.get(id) else {
        return (Vec::new(), Vec::new());
    };
    let skipped = if file.text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let text = file.text.get(skipped..).unwrap_or_default();
    let reader = Reader { id, skipped, text };
    let mut builder = Builder::new();
    let options = options! {
        emit_comments: false,
        flow_nesting_limit: DEPTH + 1,
        block_nesting_limit: DEPTH + 1,
        simple_key_max_lookahead: 65_536,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => reader.event(&mut builder, event, span),
            Err(error) => builder.fail(reader.syntax_error(&error)),
        }
        if builder.failed() {
            break;
        }
    }
    builder.finish()
}

struct Reader<'a> {
    id: FileId,
    skipped: usize,
    text: &'a str,
}

impl Reader<'_> {
    fn syntax_error(&self, error: &granit_parser::ScanError) -> Diagnostic {
        let at = self.offset(*error.marker());
        let char = self.text.get(at..).and_then(|t| t.chars().next());
        let len = (char.filter(|c| !c.is_control())).map_or(0, char::len_utf8);
        let code = match error.kind() {
            granit_parser::ErrorKind::RecursionLimitExceeded => "yaml-depth",
            _ => "yaml-syntax",
        };
        Diagnostic::error(code, words(error.kind())).at(self.span(at, at + len))
    }

    fn offset(&self, marker: granit_parser::Marker) -> usize {
        marker.byte_offset().unwrap_or(self.text.len())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.id, self.skipped + start, self.skipped + end)
    }

    fn range(&self, span: granit_parser::Span) -> (usize, usize) {
        (self.offset(span.start), self.offset(span.end))
    }

    fn tag(
        &self,
        tag: Option<Cow<'_, granit_parser::Tag>>,
        span: granit_parser::Span,
    ) -> Option<Tag> {
        let tag = tag?;
        let name = format!("{}{}", tag.handle(), tag.suffix()).into();
        let (start, end) = self.range(span.tag_span().unwrap_or(span));
        let span = self.span(start, end);
        Some(Tag { name, span })
    }

    fn event(&self, builder: &mut Builder, event: Event<'_>, at: granit_parser::Span) {
        let (start, end) = self.range(at);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let mut tree = self.scalar(&text, style, start, end);
                tree.tag = self.tag(tag, at);
                builder.node(tree, anchor);
            }
            Event::SequenceStart(_, anchor, tag) => {
                let node = Node::Sequence(Vec::new());
                builder.open(node, self.span(start, end), self.tag(tag, at), anchor);
            }
            Event::MappingStart(_, anchor, tag) => {
                let node = Node::Mapping(Vec::new());
                builder.open(node, self.span(start, end), self.tag(tag, at), anchor);
            }
            Event::SequenceEnd | Event::MappingEnd => builder.close(self.span(start, end)),
            Event::Alias(anchor) => builder.alias(anchor, self.span(start, end)),
            Event::DocumentEnd => builder.document_end(),
            _ => {}
        }
    }

    fn scalar(&self, text: &str, style: ScalarStyle, start: usize, end: usize) -> Tree {
        let raw = self.text.get(start..end).unwrap_or_default();
        let (text, style) = match style {
            // An absent value comes as `~` of no length.
            ScalarStyle::Plain if raw.is_empty() => ("", Style::Plain),
            ScalarStyle::Plain => (text, Style::Plain),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (text, Style::Quoted),
            _ => (text, Style::Block),
        };
        // the line breaks behind a block are no place that anybody looks at
        let raw = match style {
            Style::Block => raw.trim_end(),
            _ => raw,
        };
        let span = self.span(start, start + raw.len());
        let text = align::align(text, raw, style, span);
        Tree::new(Node::Scalar { text, style }, span)
    }
}

#[cfg(test)]
mod tests;
