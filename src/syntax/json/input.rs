//! The characters of a text with holes, by byte offsets; a hole takes no byte.

use super::JsonError;
use crate::span::Span;
use crate::syntax::slice::lit_pieces;
use crate::value::{Lit, Part, Piece, Text, Unknown};
use std::borrow::Cow;
use std::sync::Arc;

/// What comes next.
#[derive(Clone, Debug)]
pub(super) enum Peek {
    Byte(u8),
    Hole(Arc<Unknown>),
    End,
}

impl PartialEq for Peek {
    fn eq(&self, other: &Self) -> bool {
        matches!((self, other), (Peek::Byte(a), Peek::Byte(b)) if a == b)
            || matches!((self, other), (Peek::End, Peek::End))
    }
}

pub(super) struct Input<'a> {
    text: Cow<'a, str>,
    lits: Vec<(usize, &'a Lit)>,
    holes: Vec<(usize, Arc<Unknown>)>,
    fallback: Span,
    position: usize,
    next_hole: usize,
}

/// A part of a string.
enum Bit {
    Run(usize, usize),
    Escape(char, usize, usize),
    Hole(Arc<Unknown>),
}

impl<'a> Input<'a> {
    pub(super) fn new(text: &'a Text, fallback: Span) -> Self {
        let mut all = String::new();
        let mut lits = Vec::new();
        let mut holes = Vec::new();
        for part in text.parts() {
            match part {
                Part::Lit(lit) => {
                    lits.push((all.len(), lit));
                    if text.parts().len() > 1 {
                        all.push_str(&lit.text);
                    }
                }
                Part::Hole(hole) => holes.push((all.len(), hole.clone())),
            }
        }
        let text = match text.parts() {
            [Part::Lit(lit)] => Cow::Borrowed(&*lit.text),
            _ => Cow::Owned(all),
        };
        Input {
            text,
            lits,
            holes,
            fallback,
            position: 0,
            next_hole: 0,
        }
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn peek(&self) -> Peek {
        match self.holes.get(self.next_hole) {
            Some((at, hole)) if *at == self.position => Peek::Hole(hole.clone()),
            _ => match self.text.as_bytes().get(self.position) {
                Some(b) => Peek::Byte(*b),
                None => Peek::End,
            },
        }
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.position += bytes;
    }

    pub(super) fn skip_hole(&mut self) {
        self.next_hole += 1;
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is = self.peek() == Peek::Byte(byte);
        if is {
            self.position += 1;
        }
        is
    }

    pub(super) fn text(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The character at the position.
    pub(super) fn current(&self) -> char {
        let rest = self.text.get(self.position..).unwrap_or_default();
        rest.chars().next().unwrap_or(' ')
    }

    /// Where the bytes `start..end` stand.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let last = end.max(start + 1).min(self.text.len());
        let first = self.byte(start.min(last.saturating_sub(1)));
        match (first, self.byte(last.saturating_sub(1))) {
            (Some(a), Some(b)) if a.file == b.file && a.start <= b.start => a.to(b),
            (Some(a), _) => a,
            (None, Some(b)) => b,
            (None, None) => self.fallback,
        }
    }

    /// Where the next character stands; behind the last one at the end.
    pub(super) fn here(&self) -> Span {
        if self.position < self.text.len() {
            return self.span(self.position, self.position + self.current().len_utf8());
        }
        let last = self.span(self.position.saturating_sub(1), self.position);
        last.slice(last.len(), last.len())
    }

    /// Where the hole at the position stands: between its neighbours, where these stand in the source.
    pub(super) fn hole_span(&self) -> Span {
        let before = self.position.checked_sub(1).and_then(|at| self.byte(at));
        let after = self.byte(self.position);
        match (before, after) {
            (Some(a), Some(b)) if a.file == b.file && a.end < b.start => Span {
                start: a.end,
                end: b.start,
                ..a
            },
            _ => self.fallback,
        }
    }

    fn byte(&self, at: usize) -> Option<Span> {
        let i = self.lits.partition_point(|(base, _)| *base <= at);
        let (base, lit) = self.lits.get(i.checked_sub(1)?)?;
        if at - base >= lit.text.len() {
            return None;
        }
        lit.span(at - base, at - base + 1)
    }

    /// The bytes `start..end`, which hold no hole, as a text with its places.
    pub(super) fn run(&self, start: usize, end: usize) -> Text {
        Text::of(self.pieces(start, end))
    }

    fn pieces(&self, start: usize, end: usize) -> Vec<Piece<'a>> {
        let i = self.lits.partition_point(|(base, _)| *base <= start);
        match i.checked_sub(1).and_then(|i| self.lits.get(i)) {
            Some((base, lit)) => lit_pieces(lit, start - base..end.saturating_sub(*base)),
            None => Vec::new(),
        }
    }

    /// The rest of a string after its opening quote, the closing one included.
    pub(super) fn string_body(&mut self) -> Result<Text, JsonError> {
        let mut bits = Vec::new();
        loop {
            let start = self.position;
            self.skip_plain();
            if self.position > start {
                bits.push(Bit::Run(start, self.position));
            }
            match self.peek() {
                Peek::Hole(hole) => {
                    bits.push(Bit::Hole(hole));
                    self.skip_hole();
                }
                Peek::Byte(b'"') => {
                    self.position += 1;
                    return Ok(self.assemble(&bits));
                }
                Peek::Byte(b'\\') => {
                    let start = self.position;
                    let char = self.escape()?;
                    bits.push(Bit::Escape(char, start, self.position));
                }
                Peek::Byte(_) => {
                    return Err(self.error("a control character must be escaped in a string"));
                }
                Peek::End => return Err(self.error("the string does not end")),
            }
        }
    }

    /// Steps over what stands for itself in a string.
    fn skip_plain(&mut self) {
        let limit = (self.holes.get(self.next_hole)).map_or(self.text.len(), |(at, _)| *at);
        let rest = self.text.as_bytes().get(self.position..limit);
        let plain = rest.unwrap_or_default().iter();
        self.position += plain
            .take_while(|b| !matches!(b, b'"' | b'\\' | 0..=0x1f))
            .count();
    }

    fn assemble(&self, bits: &[Bit]) -> Text {
        let chars: Vec<String> = bits
            .iter()
            .map(|b| match b {
                Bit::Escape(c, ..) => c.to_string(),
                _ => String::new(),
            })
            .collect();
        let mut pieces = Vec::new();
        for (bit, char) in bits.iter().zip(&chars) {
            match bit {
                Bit::Run(start, end) => pieces.extend(self.pieces(*start, *end)),
                Bit::Escape(_, start, end) => {
                    let span = self.byte(*start).map(|_| self.span(*start, *end));
                    pieces.push(Piece::Lit(char, span));
                }
                Bit::Hole(hole) => pieces.push(Piece::Hole(hole.clone())),
            }
        }
        Text::of(pieces)
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        self.position += 1;
        let Peek::Byte(byte) = self.peek() else {
            return Err(self.error("the escape sequence does not end"));
        };
        let char = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(self.error("no such escape sequence in JSON")),
        };
        self.position += 1;
        Ok(char)
    }

    fn unicode(&mut self) -> Result<char, JsonError> {
        let first = self.hex()?;
        let code = if (0xd800..0xdc00).contains(&first) {
            let low = if self.take(b'\\') && self.peek() == Peek::Byte(b'u') {
                self.hex()?
            } else {
                0
            };
            if !(0xdc00..0xe000).contains(&low) {
                return Err(self.error("half of a surrogate pair"));
            }
            0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00)
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.error("half of a surrogate pair"))
    }

    /// `uXXXX`
    fn hex(&mut self) -> Result<u32, JsonError> {
        self.position += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = match self.peek() {
                Peek::Byte(b) => char::from(b).to_digit(16),
                _ => None,
            };
            let Some(digit) = digit else {
                return Err(self.error("`\\u` wants four hexadecimal digits"));
            };
            code = code * 16 + digit;
            self.position += 1;
        }
        Ok(code)
    }

    fn error(&self, message: &str) -> JsonError {
        let hole = match self.peek() {
            Peek::Hole(hole) => Some(hole),
            _ => None,
        };
        JsonError {
            message: message.to_owned(),
            span: self.here(),
            hole,
        }
    }
}
