//! Places in the text of the input: which file, which bytes, which line and column.

mod read;
mod secrets;

pub use self::read::{project, read_inside, read_regular, read_regular_text, stays_in, why};

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, RwLock};

/// A file of the run, as a number into [`Files`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A range of bytes in one file; `end` is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`; offsets beyond 4 GiB are cut.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span {
            file,
            start: cut(start),
            end: cut(end.max(start)),
        }
    }

    /// The part `start..end` of this span, offsets counted from its start and kept inside it.
    pub fn slice(self, start: usize, end: usize) -> Self {
        let at = |n: usize| {
            self.start
                .saturating_add(u32::try_from(n).unwrap_or(u32::MAX))
                .min(self.end)
        };
        Span {
            file: self.file,
            start: at(start),
            end: at(end.max(start)),
        }
    }

    /// The smallest span that holds both; `self` where they lie in different files.
    pub fn to(self, other: Span) -> Self {
        if self.file != other.file {
            return self;
        }
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end.saturating_sub(self.start)) as usize
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// A span as people count: lines and columns from 1, columns in Unicode scalar values, ends exclusive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Location {
    /// As given on the command line, with `/`; `-` is standard input.
    pub path: String,
    /// Line of the first character.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column one past the last character.
    pub end_column: u32,
}

/// One text of the run.
#[derive(Debug)]
pub struct SourceFile {
    /// As given on the command line, with `/`; `-` is standard input.
    pub path: String,
    /// The whole text, byte order mark included.
    pub text: Arc<str>,
    line_starts: std::sync::OnceLock<Vec<u32>>,
    /// How many characters start before each block of [`BLOCK`] bytes.
    characters: std::sync::OnceLock<Vec<usize>>,
    /// Bytes that are not to be shown.
    hidden: RwLock<BTreeSet<(u32, u32)>>,
}

/// Columns of lines longer than this are counted from the block that they stand in: a plan is one line of megabytes.
const BLOCK: usize = 4096;

impl SourceFile {
    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0)
                .chain(breaks.map(|i| u32::try_from(i + 1).unwrap_or(u32::MAX)))
                .collect()
        })
    }

    /// Line and column (from 1) of a byte offset.
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let starts = self.line_starts();
        let line = starts.partition_point(|s| *s <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0) as usize;
        let end = (offset as usize).min(self.text.len());
        let mut columns = self.characters_in(start, end);
        if start == 0 && end >= BOM.len() && self.text.starts_with(BOM) {
            columns -= 1; // a byte order mark takes no column
        }
        (
            u32::try_from(line).unwrap_or(u32::MAX),
            u32::try_from(columns + 1).unwrap_or(u32::MAX),
        )
    }

    /// How many characters start in the bytes `start..end`.
    fn characters_in(&self, start: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        let count = |from: usize, to: usize| started(bytes.get(from..to).unwrap_or_default());
        if end.saturating_sub(start) <= BLOCK {
            return count(start, end);
        }
        let blocks = self.characters.get_or_init(|| {
            let counts = bytes.chunks(BLOCK).scan(0, |sum, block| {
                let before = *sum;
                *sum += started(block);
                Some(before)
            });
            counts.collect()
        });
        let before = |at: usize| {
            let block = at / BLOCK;
            let sum = blocks.get(block).or(blocks.last()).copied().unwrap_or(0);
            let from = block.min(blocks.len().saturating_sub(1)) * BLOCK;
            sum + count(from, at)
        };
        before(end) - before(start)
    }

    /// The text of a line (from 1) without its line end.
    pub fn line_text(&self, line: u32) -> &str {
        let starts = self.line_starts();
        let at = |n: u32| starts.get(n as usize).map(|s| *s as usize);
        let start = at(line.saturating_sub(1)).unwrap_or(self.text.len());
        let end = at(line).unwrap_or(self.text.len());
        self.text
            .get(start..end)
            .unwrap_or_default()
            .trim_end_matches(['\n', '\r'])
    }
}

impl SourceFile {
    /// The text of a line (from 1) as it may be shown: a star stands for every byte that is hidden.
    pub fn shown_line(&self, line: u32) -> Cow<'_, str> {
        let text = self.line_text(line);
        let hidden = self
            .hidden
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let starts = self.line_starts();
        let start = starts.get(line.saturating_sub(1) as usize).copied();
        let start = start.unwrap_or(u32::MAX);
        let end = start.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX));
        let here = |(from, to): &&(u32, u32)| *from < end && *to > start;
        if !hidden.iter().any(|h| here(&h)) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            let at = start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
            let covers = |(from, to): &(u32, u32)| *from <= at && at < *to;
            match hidden.iter().any(covers) {
                true => out.extend(std::iter::repeat_n('*', c.len_utf8())),
                false => out.push(c),
            }
        }
        Cow::Owned(out)
    }
}

/// The byte order mark.
const BOM: &str = "\u{feff}";

/// How many characters start in a piece of UTF-8.
fn started(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b & 0xc0 != 0x80).count()
}

/// All texts of a run. Grows from many threads; never forgets a text, so a [`Span`] stays good for the whole run.
#[derive(Debug, Default)]
pub struct Files {
    files: RwLock<Vec<Arc<SourceFile>>>,
    secrets: secrets::Secrets,
}

impl Files {
    /// Adds a text under the path that people know it by.
    pub fn add(&self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let file = Arc::new(SourceFile {
            path: path.into(),
            text: text.into(),
            line_starts: std::sync::OnceLock::new(),
            characters: std::sync::OnceLock::new(),
            hidden: RwLock::default(),
        });
        let mut files = self
            .files
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        files.push(file);
        FileId(u32::try_from(files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The texts of a run that goes on from here: ids of before mean the same in both, what is added later stays apart.
    pub fn fork(&self) -> Files {
        let files = self
            .files
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        Files {
            files: RwLock::new(files.clone()),
            secrets: self.secrets.clone(),
        }
    }

    /// The file of an id; `None` for an id of another run.
    pub fn get(&self, id: FileId) -> Option<Arc<SourceFile>> {
        let files = self
            .files
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        files.get(id.0 as usize).cloned()
    }

    /// All files with their ids, in the order in which they were added.
    pub fn all(&self) -> Vec<(FileId, Arc<SourceFile>)> {
        let files = self
            .files
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        (0..).map(FileId).zip(files.iter().cloned()).collect()
    }

    /// Keeps the text of a span from being shown: it holds something that nobody should read.
    pub fn hide(&self, span: Span) {
        if let Some(file) = self.get(span.file) {
            let mut hidden = file
                .hidden
                .write()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            hidden.insert((span.start, span.end));
        }
    }

    /// The text that a span covers.
    pub fn text(&self, span: Span) -> String {
        let Some(file) = self.get(span.file) else {
            return String::new();
        };
        file.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
            .to_owned()
    }

    /// Where a span lies.
    pub fn location(&self, span: Span) -> Location {
        let Some(file) = self.get(span.file) else {
            return Location {
                path: String::new(),
                line: 1,
                column: 1,
                end_line: 1,
                end_column: 1,
            };
        };
        let (line, column) = file.line_column(span.start);
        let (end_line, end_column) = file.line_column(span.end);
        Location {
            path: file.path.clone(),
            line,
            column,
            end_line,
            end_column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_skip_the_byte_order_mark() {
        let files = Files::default();
        let id = files.add("a.tf", "\u{feff}é = 1\r\nb = ü2\n");
        let at = |start, end| {
            let l = files.location(Span::new(id, start, end));
            (l.line, l.column, l.end_line, l.end_column)
        };
        assert_eq!(at(3, 5), (1, 1, 1, 2));
        assert_eq!(at(8, 9), (1, 5, 1, 6));
        assert_eq!(at(15, 18), (2, 5, 2, 7));
        assert_eq!(at(19, 19), (3, 1, 3, 1));
    }

    #[test]
    fn columns_of_long_lines_are_counted_by_blocks() {
        for piece in ["x", "é", "xé\u{1f600}", "\u{feff}ab"] {
            let text = format!("\u{feff}first\n{}\nlast", piece.repeat(3 * BLOCK));
            let files = Files::default();
            let id = files.add("a", text.as_str());
            let file = files.get(id).unwrap();
            let step = (text.char_indices()).step_by(997).map(|(i, _)| i);
            for offset in step.chain([0, 3, 8, 9, BLOCK, 2 * BLOCK, text.len()]) {
                let before = String::from_utf8_lossy(&text.as_bytes()[..offset]).into_owned();
                let line = before.rsplit('\n').next().unwrap();
                let first = !before.contains('\n');
                let mark = usize::from(first && line.starts_with(BOM));
                let column = line.chars().count() - mark + 1;
                let (_, found) = file.line_column(u32::try_from(offset).unwrap());
                assert_eq!(found as usize, column, "{piece} {offset}");
            }
        }
    }

    #[test]
    fn what_is_hidden_is_not_shown() {
        let files = Files::default();
        let id = files.add("a", "one\ntwö three\nfour\n");
        files.hide(Span::new(id, 6, 10));
        files.hide(Span::new(id, 16, 19));
        let file = files.get(id).unwrap();
        let shown = [1, 2, 3].map(|line| file.shown_line(line).into_owned());
        assert_eq!(shown, ["one", "tw****hree", "f***"]);
        assert_eq!(file.line_text(2), "twö three");
    }

    #[test]
    fn a_line_is_given_without_its_end() {
        let files = Files::default();
        let id = files.add("a", "one\r\ntwo");
        let file = files.get(id).unwrap();
        assert_eq!(
            (file.line_text(1), file.line_text(2), file.line_text(3)),
            ("one", "two", "")
        );
    }
}
