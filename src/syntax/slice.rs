//! Parts of a text that keep their places.

use crate::value::{Lit, Part, Piece, Text};
use std::ops::Range;

/// The part of a text whose known bytes lie in `range`; holes count no bytes, and those strictly inside are kept.
pub fn slice(text: &Text, range: Range<usize>) -> Text {
    cut(text, &range, |at| range.start < at && at < range.end)
}

/// As [`slice`], with the holes at both ends.
pub fn slice_with_ends(text: &Text, range: Range<usize>) -> Text {
    cut(text, &range, |at| range.start <= at && at <= range.end)
}

fn cut(text: &Text, range: &Range<usize>, keeps: impl Fn(usize) -> bool) -> Text {
    let mut pieces = Vec::new();
    let mut base = 0;
    for part in text.parts() {
        match part {
            Part::Lit(lit) => {
                let end = base + lit.text.len();
                let from = range.start.clamp(base, end) - base;
                let to = range.end.clamp(base, end) - base;
                pieces.extend(lit_pieces(lit, from..to));
                base = end;
            }
            Part::Hole(hole) if keeps(base) => pieces.push(Piece::Hole(hole.clone())),
            Part::Hole(_) => {}
        }
    }
    Text::of(pieces)
}

/// The pieces that make up a range of a literal; nothing where the range does not lie on character boundaries.
pub fn lit_pieces(lit: &Lit, range: Range<usize>) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let first = lit
        .map
        .partition_point(|(o, _)| *o as usize <= range.start)
        .saturating_sub(1);
    for (i, (offset, span)) in lit.map.iter().enumerate().skip(first) {
        let start = *offset as usize;
        if start >= range.end {
            break;
        }
        let end = (lit.map.get(i + 1)).map_or(lit.text.len(), |(o, _)| *o as usize);
        let from = range.start.max(start);
        let to = range.end.min(end);
        let Some(text) = lit.text.get(from..to) else {
            continue;
        };
        let span = span.map(|s| {
            if s.len() == end - start {
                s.slice(from - start, to - start)
            } else {
                s
            }
        });
        out.push(Piece::Lit(text, span));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Files, Span};
    use crate::value::Unknown;
    use std::sync::Arc;

    #[test]
    fn a_slice_keeps_places_and_inner_holes() {
        let files = Files::default();
        let id = files.add("a", "abc${X}def");
        let text = Text::of([
            Piece::Lit("abc", Some(Span::new(id, 0, 3))),
            Piece::Hole(Arc::new(Unknown::because("x"))),
            Piece::Lit("def", Some(Span::new(id, 7, 10))),
        ]);
        let part = slice(&text, 1..5);
        let [Part::Lit(a), Part::Hole(_), Part::Lit(b)] = part.parts() else {
            panic!("three parts")
        };
        assert_eq!((&*a.text, &*b.text), ("bc", "de"));
        assert_eq!(a.span(0, 2), Some(Span::new(id, 1, 3)));
        assert_eq!(b.span(1, 2), Some(Span::new(id, 8, 9)));
        assert_eq!(slice(&text, 0..3).known(), Some("abc"));
        assert_eq!(slice_with_ends(&text, 0..3).parts().len(), 2);
    }
}
