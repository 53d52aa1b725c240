//! A text that knows where its characters stand and which parts of it are unknown.

use super::{Role, Unknown, Value};
use crate::span::Span;
use smallvec::SmallVec;
use std::sync::Arc;

/// A text of literal parts and holes, in order. INVARIANT: no literal is empty, and no two stand side by side.
///
/// Its clones share it: texts are handed on far more often than they are made.
#[derive(Clone, Debug, Default)]
pub struct Text(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    parts: SmallVec<[Part; 1]>,
    json: Option<Arc<Value>>,
}

/// A part of a [`Text`].
#[derive(Clone, Debug)]
pub enum Part {
    /// Known characters.
    Lit(Lit),
    /// Unknown characters.
    Hole(Arc<Unknown>),
}

/// Known characters and where they stand.
#[derive(Clone, Debug)]
pub struct Lit {
    /// The characters.
    pub text: Arc<str>,
    /// Where the bytes from an offset on (up to the next entry's) stand in the source: byte for byte where the lengths
    /// are equal, else (escape sequences) only as a whole. `None`: computed text. Offsets rise; the first is 0.
    pub map: SmallVec<[(u32, Option<Span>); 1]>,
}

/// A piece to build a [`Text`] from.
#[derive(Clone, Debug)]
pub enum Piece<'a> {
    /// Known characters and where they stand.
    Lit(&'a str, Option<Span>),
    /// Unknown characters.
    Hole(Arc<Unknown>),
    /// Another text.
    Text(&'a Text),
}

impl Text {
    /// A text that is computed, or whose place is that of its value.
    pub fn plain(text: impl Into<Arc<str>>) -> Self {
        Self::one(text.into(), None)
    }

    /// A text whose characters stand at `span`.
    pub fn at(text: impl Into<Arc<str>>, span: Span) -> Self {
        Self::one(text.into(), Some(span))
    }

    fn one(text: Arc<str>, span: Option<Span>) -> Self {
        if text.is_empty() {
            return Text(None);
        }
        let map = SmallVec::from_buf([(0, span)]);
        Self::made(SmallVec::from_buf([Part::Lit(Lit { text, map })]), None)
    }

    fn made(parts: SmallVec<[Part; 1]>, json: Option<Arc<Value>>) -> Self {
        let empty = parts.is_empty() && json.is_none();
        Text((!empty).then(|| Arc::new(Inner { parts, json })))
    }

    /// A text that is the JSON encoding of a value, which it remembers: whoever reads it again gets the leaves with the
    /// places where they were written and the way they came.
    pub fn encoded(text: Text, json: Arc<Value>) -> Self {
        let parts = match text.0.map(Arc::try_unwrap) {
            Some(Ok(inner)) => inner.parts,
            Some(Err(shared)) => shared.parts.clone(),
            None => SmallVec::new(),
        };
        Self::made(parts, Some(json))
    }

    /// The value that the whole text is the JSON encoding of, where it was made by encoding one. Texts made from pieces
    /// of it do not remember.
    pub fn json(&self) -> Option<&Arc<Value>> {
        self.0.as_ref()?.json.as_ref()
    }

    /// A text that is nothing but one unknown.
    pub fn hole(unknown: Arc<Unknown>) -> Self {
        Self::made(SmallVec::from_buf([Part::Hole(unknown)]), None)
    }

    /// The text made of pieces in order.
    pub fn of<'a>(pieces: impl IntoIterator<Item = Piece<'a>>) -> Self {
        let mut out = Builder::default();
        for piece in pieces {
            match piece {
                Piece::Lit(text, span) => out.at(text, span),
                Piece::Hole(hole) => out.hole(hole),
                Piece::Text(text) => {
                    for part in text.parts() {
                        match part {
                            Part::Lit(l) => out.lit(&l.text, &l.map),
                            Part::Hole(h) => out.hole(h.clone()),
                        }
                    }
                }
            }
        }
        out.finish()
    }

    /// Its parts.
    pub fn parts(&self) -> &[Part] {
        self.0.as_ref().map_or(&[], |inner| &inner.parts)
    }

    /// The whole text, where it has no hole.
    pub fn known(&self) -> Option<&str> {
        match self.parts() {
            [] => Some(""),
            [Part::Lit(l)] => Some(&l.text),
            _ => None,
        }
    }

    /// As [`known`](Self::known), sharing the text.
    pub fn known_shared(&self) -> Option<Arc<str>> {
        match self.parts() {
            [] => Some(Arc::default()),
            [Part::Lit(l)] => Some(l.text.clone()),
            _ => None,
        }
    }

    /// The first unknown part.
    pub fn first_hole(&self) -> Option<&Unknown> {
        self.parts().iter().find_map(|p| match p {
            Part::Hole(u) => Some(&**u),
            Part::Lit(_) => None,
        })
    }

    /// Whether `needle` can occur in the literals only: not inside a hole, and not across its ends.
    pub fn occurs_in_literals_only(&self, needle: &str) -> bool {
        self.known().is_some()
            || (!needle.is_empty() && (0..self.parts().len()).all(|i| self.is_clear_of(i, needle)))
    }

    /// Whether no occurrence of `needle` touches the part of this number, where that is a hole.
    pub fn is_clear_of(&self, index: usize, needle: &str) -> bool {
        let Some(Part::Hole(hole)) = self.parts().get(index) else {
            return true;
        };
        let before = index.checked_sub(1).and_then(|i| self.parts().get(i));
        clear_of(hole.role, needle, before, self.parts().get(index + 1))
    }

    /// The known characters that it starts with.
    pub fn known_prefix(&self) -> &str {
        match self.parts().first() {
            Some(Part::Lit(l)) => &l.text,
            _ => "",
        }
    }
}

impl Lit {
    /// Where the bytes `start..end` of the text stand: exactly where their segment is byte for byte, else the whole
    /// segment's place. `None` for computed text.
    pub fn span(&self, start: usize, end: usize) -> Option<Span> {
        let first = self.segment(start)?;
        let last = self.segment(end.max(start + 1) - 1)?;
        let from = first.1.map(|s| exact(first, s, start).0)?;
        let to = last.1.map(|s| exact(last, s, end).1)?;
        if end <= start || from.file != to.file || to.end < from.start {
            return Some(from.slice(0, 0));
        }
        Some(Span {
            end: to.end,
            ..from
        })
    }

    /// The places that it was written at.
    pub fn places(&self) -> impl Iterator<Item = Span> {
        self.map.iter().filter_map(|(_, span)| *span)
    }

    /// Offset, place and end of the segment that holds a byte.
    fn segment(&self, byte: usize) -> Option<(usize, Option<Span>, usize)> {
        let i = self.map.partition_point(|(o, _)| *o as usize <= byte);
        let (offset, span) = self.map.get(i.checked_sub(1)?)?;
        let end = self
            .map
            .get(i)
            .map_or(self.text.len(), |(o, _)| *o as usize);
        Some((*offset as usize, *span, end))
    }
}

/// What may stand in a hole of a role.
fn may_hold(role: Role, c: char) -> bool {
    match role {
        Role::Account => c.is_ascii_digit(),
        Role::Region | Role::Organization => {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
        }
        Role::Partition => c.is_ascii_lowercase() || c == '-',
        Role::UrlSuffix => c.is_ascii_lowercase() || c == '.',
    }
}

/// Whether no occurrence of `needle` touches a hole that stands between two parts.
fn clear_of(role: Option<Role>, needle: &str, before: Option<&Part>, after: Option<&Part>) -> bool {
    let Some(role) = role else {
        return false;
    };
    let held = |c: Option<char>| c.is_some_and(|c| may_hold(role, c));
    let neighbour = |part: Option<&Part>, matches: &dyn Fn(&str) -> bool| match part {
        Some(Part::Lit(lit)) => matches(&lit.text),
        Some(Part::Hole(_)) => true,
        None => false,
    };
    let across = needle.char_indices().skip(1).any(|(at, _)| {
        let (head, tail) = needle.split_at_checked(at).unwrap_or((needle, ""));
        let from_before = held(tail.chars().next()) && neighbour(before, &|t| t.ends_with(head));
        let into_after =
            held(head.chars().next_back()) && neighbour(after, &|t| t.starts_with(tail));
        from_before || into_after
    });
    !across && !needle.chars().all(|c| may_hold(role, c))
}

/// The place from a byte on, and the place up to a byte.
fn exact(segment: (usize, Option<Span>, usize), span: Span, at: usize) -> (Span, Span) {
    let (start, _, end) = segment;
    if span.len() != end - start {
        return (span, span);
    }
    let offset = at.saturating_sub(start);
    (span.slice(offset, span.len()), span.slice(0, offset))
}

/// A [`Text`] under construction.
#[derive(Debug, Default)]
pub struct Builder {
    parts: SmallVec<[Part; 1]>,
    text: String,
    map: SmallVec<[(u32, Option<Span>); 1]>,
}

impl Builder {
    fn base(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    fn lit(&mut self, text: &str, map: &[(u32, Option<Span>)]) {
        if text.is_empty() {
            return;
        }
        let base = self.base();
        let shifted = map.iter().map(|(o, s)| (base.saturating_add(*o), *s));
        self.map.extend(shifted);
        self.text.push_str(text);
    }

    /// Appends characters that stand at `span`.
    pub fn at(&mut self, text: &str, span: Option<Span>) {
        if span.is_none() {
            return self.plain(text);
        }
        if !text.is_empty() {
            self.map.push((self.base(), span));
            self.text.push_str(text);
        }
    }

    /// Appends computed characters.
    pub fn plain(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !matches!(self.map.last(), Some((_, None))) {
            self.map.push((self.base(), None));
        }
        self.text.push_str(text);
    }

    /// Appends something unknown.
    pub fn hole(&mut self, hole: Arc<Unknown>) {
        self.flush();
        self.parts.push(Part::Hole(hole));
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Part::Lit(Lit {
                text: std::mem::take(&mut self.text).into(),
                map: std::mem::take(&mut self.map),
            }));
        }
    }

    /// The text of all that was appended.
    pub fn finish(mut self) -> Text {
        self.flush();
        Text::made(self.parts, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Files;

    #[test]
    fn pieces_keep_their_places() {
        let files = Files::default();
        let id = files.add("a", r#""ab\"cd""#);
        let at = |s, e| Some(Span::new(id, s, e));
        let text = Text::of([
            Piece::Lit("ab", at(1, 3)),
            Piece::Lit("\"", at(3, 5)),
            Piece::Lit("cd", at(5, 7)),
        ]);
        assert_eq!(text.known(), Some("ab\"cd"));
        let [Part::Lit(lit)] = text.parts() else {
            panic!("one part")
        };
        assert_eq!(lit.span(1, 2), at(2, 3));
        assert_eq!(lit.span(1, 4), at(2, 6));
        assert_eq!(lit.span(2, 3), at(3, 5));
        assert_eq!(lit.span(3, 5), at(5, 7));
        assert_eq!(lit.span(3, 3), at(5, 5));
    }
}
