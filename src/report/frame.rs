//! Frames as rustc draws them: a title, the lines of source it is about, notes.
//!
//! Only the lines that matter are handed to the drawing crate, cleaned of byte order marks and line ends, so that a
//! frame costs what it shows, however long the file is.

use super::{Look, one_line};
use crate::span::{FileId, Files, SourceFile, Span};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// Lines longer than this (minified JSON) are not shown.
const LONGEST_LINE: usize = 1_000;
/// A span of more lines than this is underlined in its first line only.
const MOST_LINES: u32 = 6;
/// Places further apart than this are shown as two excerpts.
const WIDEST_GAP: u32 = 300;

/// How a frame's title starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// `error`
    Error,
    /// `warning`
    Warning,
    /// `note`
    Note,
    /// `cannot tell`
    CannotTell,
}

impl Word {
    /// As printed.
    pub fn name(self) -> &'static str {
        match self {
            Word::Error => "error",
            Word::Warning => "warning",
            Word::Note => "note",
            Word::CannotTell => "cannot tell",
        }
    }

    fn level(self) -> Level<'static> {
        match self {
            Word::Error => Level::ERROR,
            Word::Warning => Level::WARNING,
            Word::Note => Level::NOTE,
            Word::CannotTell => Level::WARNING.with_name("cannot tell"),
        }
    }
}

/// A place to underline.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Where.
    pub span: Span,
    /// What stands beside it.
    pub label: Option<String>,
}

/// What a frame says.
#[derive(Clone, Debug)]
pub struct Frame {
    /// How it starts.
    pub word: Word,
    /// What stands in brackets behind that.
    pub id: Option<String>,
    /// The sentence.
    pub title: String,
    /// The places; the first one is the primary one.
    pub marks: Vec<Mark>,
    /// Names and texts of the lines below; a line without a name is only its text.
    pub notes: Vec<(&'static str, String)>,
}

impl Frame {
    /// The frame as text, line end included.
    pub fn draw(&self, files: &Files, look: Look) -> String {
        let mut title = (self.word.level()).primary_title(one_line(&self.title));
        if let Some(id) = &self.id {
            title = title.id(id.as_str());
        }
        let mut group = Group::with_title(title);
        for excerpt in excerpts(files, &self.marks) {
            group = excerpt.add_to(group);
        }
        for (name, text) in &self.notes {
            let level = match *name {
                "" => Level::NOTE.no_name(),
                name => Level::NOTE.with_name(name),
            };
            group = group.element(level.message(one_line(text)));
        }
        let renderer = if look.color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut text = renderer.term_width(look.width).render(&[group]);
        text.push('\n');
        text
    }
}

/// Marks of one file that are shown together.
struct Excerpt {
    file: std::sync::Arc<SourceFile>,
    marks: Vec<Lines>,
}

/// A mark in lines and byte columns (from 0) of the cleaned lines.
struct Lines {
    primary: bool,
    first: u32,
    last: u32,
    start: usize,
    end: usize,
    column: u32,
    /// Stands in lines that are too long to be shown.
    long: bool,
    label: Option<String>,
}

/// The excerpts in the order of their first marks.
fn excerpts(files: &Files, marks: &[Mark]) -> Vec<Excerpt> {
    let mut out: Vec<(FileId, Excerpt)> = Vec::new();
    for (i, mark) in marks.iter().enumerate() {
        let Some(file) = files.get(mark.span.file) else {
            continue;
        };
        let lines = Lines::of(&file, mark, i == 0);
        let near = (out.iter_mut()).find(|(id, e)| *id == mark.span.file && e.takes(&lines));
        match near {
            Some((_, excerpt)) => excerpt.marks.push(lines),
            _ => {
                let marks = vec![lines];
                out.push((mark.span.file, Excerpt { file, marks }));
            }
        }
    }
    out.into_iter().map(|(_, e)| e).collect()
}

impl Lines {
    fn of(file: &SourceFile, mark: &Mark, primary: bool) -> Self {
        let (first, column) = file.line_column(mark.span.start);
        let (mut last, end_column) = file.line_column(mark.span.end.max(mark.span.start));
        let long = is_long(file, first) || is_long(file, last);
        let mut lines = Lines {
            primary,
            first,
            last: first,
            start: 0,
            end: 0,
            column,
            long,
            label: mark.label.as_deref().map(one_line),
        };
        if long {
            return lines;
        }
        let mut end = byte_of(clean_line(file, last), end_column);
        if last > first && end == 0 {
            last -= 1;
            end = clean_line(file, last).len();
        }
        if last - first >= MOST_LINES {
            last = first;
            end = clean_line(file, first).trim_end().len();
        }
        lines.start = byte_of(clean_line(file, first), column);
        lines.last = last;
        lines.end = if last == first {
            end.max(lines.start)
        } else {
            end
        };
        lines
    }
}

fn is_long(file: &SourceFile, line: u32) -> bool {
    file.line_text(line).len() > LONGEST_LINE
}

impl Excerpt {
    fn takes(&self, lines: &Lines) -> bool {
        (self.marks.iter())
            .any(|m| m.long == lines.long && m.first.abs_diff(lines.first) <= WIDEST_GAP)
    }

    fn add_to<'a>(self, group: Group<'a>) -> Group<'a> {
        if self.marks.iter().any(|m| m.long) {
            return self.place_only(group);
        }
        let first = self.marks.iter().map(|m| m.first).min().unwrap_or(1);
        let last = self.marks.iter().map(|m| m.last).max().unwrap_or(first);
        let mut source = String::new();
        let mut starts = Vec::new();
        for line in first..=last {
            starts.push(source.len());
            let shown = self.file.shown_line(line);
            source.push_str(short(clean(&shown)));
            source.push('\n');
        }
        let at = |line: u32, column: usize| {
            let start = starts.get((line - first) as usize).copied();
            start.unwrap_or(source.len()) + column
        };
        let annotations: Vec<Annotation<'a>> = (self.marks.iter())
            .map(|m| annotation(m, at(m.first, m.start)..at(m.last, m.end)))
            .collect();
        let snippet = Snippet::source(source)
            .line_start(first as usize)
            .path(self.file.path.clone())
            .annotations(annotations);
        group.element(snippet)
    }

    /// For lines that are too long to be shown.
    fn place_only<'a>(self, mut group: Group<'a>) -> Group<'a> {
        for mark in self.marks {
            let origin = Origin::path(self.file.path.clone())
                .line(mark.first as usize)
                .char_column(mark.column as usize);
            group = group.element(origin);
            if let Some(label) = mark.label.filter(|l| !l.is_empty()) {
                group = group.element(Level::NOTE.with_name("here").message(label));
            }
        }
        group
    }
}

fn annotation<'a>(mark: &Lines, range: Range<usize>) -> Annotation<'a> {
    let kind = if mark.primary {
        AnnotationKind::Primary
    } else {
        AnnotationKind::Context
    };
    kind.span(range).label(mark.label.clone())
}

/// A line without a byte order mark.
fn clean_line(file: &SourceFile, line: u32) -> &str {
    clean(file.line_text(line))
}

fn clean(line: &str) -> &str {
    line.strip_prefix('\u{feff}').unwrap_or(line)
}

/// The line, cut where it is too long.
fn short(line: &str) -> &str {
    let cut = (0..=LONGEST_LINE.min(line.len()))
        .rev()
        .find(|i| line.is_char_boundary(*i));
    cut.and_then(|i| line.get(..i)).unwrap_or_default()
}

/// The byte that a column (in characters, from 1) starts at.
fn byte_of(line: &str, column: u32) -> usize {
    (line.char_indices())
        .nth(column.saturating_sub(1) as usize)
        .map_or(line.len(), |(i, _)| i)
}

#[cfg(test)]
mod tests;
