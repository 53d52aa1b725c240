//! Finds where the characters of a decoded scalar stand: line folding, indentation and escapes come in between.

use crate::span::Span;
use crate::syntax::tree::Style;
use crate::value::{Piece, Text};

/// The text of a scalar with the places of its characters. What cannot be aligned stands at the whole scalar.
pub(super) fn align(text: &str, raw: &str, style: Style, span: Span) -> Text {
    if text == raw {
        return Text::at(text, span);
    }
    let inner = (raw.len() >= 2 && style == Style::Quoted)
        .then(|| raw.get(1..raw.len() - 1))
        .flatten();
    if inner == Some(text) {
        return Text::at(text, span.slice(1, raw.len() - 1));
    }
    let mut aligner = Aligner {
        text,
        raw,
        at: 0,
        from: 0,
        pieces: Vec::new(),
    };
    let done = match style {
        Style::Plain => aligner.flow(raw.len(), Quote::None),
        Style::Quoted => {
            aligner.from = 1;
            let quote = if raw.starts_with('"') {
                Quote::Double
            } else {
                Quote::Single
            };
            aligner.flow(raw.len().saturating_sub(1), quote)
        }
        Style::Block => aligner.block(),
    };
    if done.is_none() || aligner.at < text.len() {
        aligner.pieces.push((aligner.at, text.len(), 0, raw.len()));
    }
    Text::of((aligner.pieces.iter()).filter_map(|(a, b, from, to)| {
        let place = span.slice(*from, *to);
        Some(Piece::Lit(text.get(*a..*b)?, Some(place)))
    }))
}

#[derive(Clone, Copy, PartialEq)]
enum Quote {
    None,
    Single,
    Double,
}

/// Walks both texts at once; `None` from a step: they do not fit.
struct Aligner<'a> {
    text: &'a str,
    raw: &'a str,
    at: usize,
    from: usize,
    /// Bytes of the text, bytes of the raw text.
    pieces: Vec<(usize, usize, usize, usize)>,
}

impl Aligner<'_> {
    fn push(&mut self, text: usize, raw: usize) {
        self.pieces
            .push((self.at, self.at + text, self.from, self.from + raw));
        self.at += text;
        self.from += raw;
    }

    /// Copies bytes that are the same in both, as long as `stop` does not say otherwise.
    fn same(&mut self, end: usize, stop: impl Fn(u8) -> bool) {
        let raw = self.raw.as_bytes().get(self.from..end).unwrap_or_default();
        let text = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let mut n = (raw.iter().zip(text))
            .take_while(|(a, b)| a == b && !stop(**a))
            .count();
        while !self.text.is_char_boundary(self.at + n) {
            n -= 1;
        }
        if n > 0 {
            self.push(n, n);
        }
    }

    /// Plain and quoted scalars.
    fn flow(&mut self, end: usize, quote: Quote) -> Option<()> {
        while self.from < end {
            let rest = self.raw.get(self.from..end)?;
            if let Some(len) = line_break(rest) {
                let breaks = rest.get(..len)?.matches('\n').count();
                let decoded = if breaks > 1 { breaks - 1 } else { 1 };
                self.push(decoded, len);
                continue;
            }
            match (rest.bytes().next()?, quote) {
                (b'\'', Quote::Single) => self.push(1, 2),
                (b'\\', Quote::Double) => self.escape(rest)?,
                (b' ' | b'\t', _) => self.push(1, 1),
                _ => {
                    let before = self.from;
                    self.same(end, |b| {
                        matches!(b, b' ' | b'\t' | b'\n' | b'\r')
                            || (b == b'\'' && quote == Quote::Single)
                            || (b == b'\\' && quote == Quote::Double)
                    });
                    if self.from == before {
                        return None;
                    }
                }
            }
        }
        Some(())
    }

    fn escape(&mut self, rest: &str) -> Option<()> {
        let kind = rest.chars().nth(1)?;
        let len = match kind {
            '\n' | '\r' => {
                let tail = rest.get(1..)?;
                let blank = tail.len() - tail.trim_start_matches([' ', '\t', '\n', '\r']).len();
                let breaks = tail.get(..blank)?.matches('\n').count();
                self.push(breaks.saturating_sub(1), 1 + blank);
                return Some(());
            }
            'x' => 4,
            'u' => 6,
            'U' => 10,
            other => 1 + other.len_utf8(),
        };
        let code = rest.get(2..6).and_then(|h| u32::from_str_radix(h, 16).ok());
        let pair = kind == 'u' && code.is_some_and(|c| (0xd800..0xdc00).contains(&c));
        let decoded = self.text.get(self.at..)?.chars().next()?.len_utf8();
        self.push(decoded, if pair { len * 2 } else { len });
        Some(())
    }

    /// Literal and folded blocks: line by line without the indentation.
    fn block(&mut self) -> Option<()> {
        let indent = self.block_indent()?;
        let mut line_start = 0;
        let mut first = true;
        while line_start < self.raw.len() {
            let rest = self.raw.get(line_start..)?;
            let end = rest.find('\n').unwrap_or(rest.len());
            let line = rest.get(..end)?.trim_end_matches('\r');
            // The raw text begins behind the indentation of its first line.
            let strip = if first { 0 } else { indent };
            first = false;
            let content = line.get(strip.min(line.len())..)?;
            let blank = line.bytes().take(strip).all(|b| b == b' ');
            if blank && !content.is_empty() {
                self.line(content, line_start + strip)?;
            }
            line_start += end + 1;
        }
        let tail = self.text.len() - self.at;
        if tail > 0 {
            let raw = self.raw.len().saturating_sub(self.from);
            self.push(tail, raw);
        }
        Some(())
    }

    /// One line's content; what the text has before it is the line break between, a blank where folded.
    fn line(&mut self, content: &str, start: usize) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let mut gap = 0;
        while !rest.get(gap..)?.starts_with(content) {
            if !matches!(rest.as_bytes().get(gap)?, b' ' | b'\n') {
                return None;
            }
            gap += 1;
        }
        if gap > 0 {
            self.push(gap, start - self.from);
        }
        self.from = start;
        self.push(content.len(), content.len());
        Some(())
    }

    /// The indentation that all lines but the first have, as far as they have content: the first line tells it by what
    /// the text keeps of the others.
    fn block_indent(&self) -> Option<usize> {
        let mut lines = self.raw.split('\n').skip(1);
        let least = lines
            .by_ref()
            .map(|l| l.trim_end_matches('\r'))
            .filter(|l| !l.trim_matches(' ').is_empty())
            .map(|l| l.len() - l.trim_start_matches(' ').len())
            .min();
        Some(least.unwrap_or(0))
    }
}

/// The length of blanks around line breaks, where there is a line break.
fn line_break(rest: &str) -> Option<usize> {
    let blank = rest.trim_start_matches([' ', '\t']);
    if !blank.starts_with(['\n', '\r']) {
        return None;
    }
    Some(rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len())
}
