//! Parts of texts, with the places of their characters.

use crate::value::{Lit, Part, Piece, Text};

/// A part of a literal, or a whole hole.
#[derive(Clone, Debug)]
pub(super) enum Bit<'a> {
    Lit(&'a Lit, usize, usize),
    Part(&'a Part),
    Own(String),
}

/// The text made of bits.
pub(super) fn build(bits: &[Bit]) -> Text {
    Text::of(bits.iter().map(|bit| match bit {
        Bit::Lit(lit, start, end) => Piece::Lit(
            lit.text.get(*start..*end).unwrap_or_default(),
            lit.span(*start, *end),
        ),
        Bit::Part(Part::Lit(lit)) => Piece::Lit(&lit.text, lit.span(0, lit.text.len())),
        Bit::Part(Part::Hole(hole)) => Piece::Hole(hole.clone()),
        Bit::Own(text) => Piece::Lit(text, None),
    }))
}

/// The bytes `start..end` of a text without holes.
pub(super) fn slice(text: &Text, start: usize, end: usize) -> Text {
    match text.parts() {
        [Part::Lit(lit)] => build(&[Bit::Lit(lit, start, end)]),
        _ => Text::default(),
    }
}

/// Whether every hole stands for an account, a region or the like: twelve digits or lower-case names with `-` and `.`.
pub(super) fn plain_holes(text: &Text) -> bool {
    (text.parts().iter()).all(|part| match part {
        Part::Lit(_) => true,
        Part::Hole(hole) => hole.role.is_some(),
    })
}

/// What stands between the occurrences of a separator, all of which are in literals.
pub(super) fn split<'a>(text: &'a Text, separator: &str) -> Vec<Vec<Bit<'a>>> {
    let mut fields = Vec::new();
    let mut field = Vec::new();
    for part in text.parts() {
        let Part::Lit(lit) = part else {
            field.push(Bit::Part(part));
            continue;
        };
        let mut from = 0;
        for (at, found) in lit.text.match_indices(separator) {
            field.push(Bit::Lit(lit, from, at));
            fields.push(std::mem::take(&mut field));
            from = at + found.len();
        }
        field.push(Bit::Lit(lit, from, lit.text.len()));
    }
    fields.push(field);
    fields
}

/// The known characters that a text ends with.
pub(super) fn known_suffix(text: &Text) -> &str {
    match text.parts().last() {
        Some(Part::Lit(lit)) => &lit.text,
        _ => "",
    }
}

/// The text with each occurrence in its literals replaced.
pub(in crate::terraform) fn replace_literal(text: &Text, wanted: &str, by: &str) -> Text {
    let mut bits: Vec<Bit> = Vec::new();
    for (i, field) in split(text, wanted).into_iter().enumerate() {
        if i > 0 {
            bits.push(Bit::Own(by.to_owned()));
        }
        bits.extend(field);
    }
    build(&bits)
}
