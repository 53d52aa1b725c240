//! Texts with holes, character by character: what grammars, patterns and splits are worked out over.

use crate::value::{Kind, Part, Piece, Role, Text, Unknown, Value};
use std::sync::Arc;

/// One position of a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Symbol<'a> {
    /// A known character.
    Char(char),
    /// Unknown characters, perhaps none.
    Hole(&'a Arc<Unknown>),
}

/// The positions of a text in order.
pub(super) fn symbols(text: &Text) -> Vec<Symbol<'_>> {
    let mut out = Vec::new();
    for part in text.parts() {
        match part {
            Part::Lit(lit) => out.extend(lit.text.chars().map(Symbol::Char)),
            Part::Hole(hole) => out.push(Symbol::Hole(hole)),
        }
    }
    out
}

/// What every value of a typed hole looks like.
pub(super) struct Shape {
    /// A text of the same classes of characters: digits, lower-case letters, and single separators between them.
    pub(super) sample: &'static str,
    /// The least number of characters.
    pub(super) min: usize,
    /// The greatest number of characters.
    pub(super) max: usize,
}

/// The shape of what a hole stands for; `None`: it may be any text.
pub(super) fn shape(hole: &Unknown) -> Option<Shape> {
    let (sample, min, max) = match hole.role? {
        Role::Account => ("000000000000", 12, 12),
        Role::Region => ("aa-aaaa-0", 9, 25),
        Role::Partition => ("aws", 3, 16),
        Role::UrlSuffix => ("a0a.aa.aaa", 10, 32),
        Role::Organization => ("o-a0a0a0a0a0", 12, 34),
    };
    Some(Shape { sample, min, max })
}

/// Whether a hole may hold a character.
pub(super) fn may_hold(hole: &Unknown, c: char) -> bool {
    match hole.role {
        Some(Role::Account) => c.is_ascii_digit(),
        Some(_) => c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'),
        None => true,
    }
}

/// The text of a value, where it is or may be one: an unknown value is its known prefix and a hole.
pub(super) fn text_of(value: &Value) -> Option<Text> {
    match &value.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(n) => Some(Text::plain(n.to_string())),
        Kind::Unknown(u) => Some(Text::of([
            Piece::Lit(u.prefix.as_deref().unwrap_or_default(), None),
            Piece::Hole(u.clone()),
        ])),
        _ => None,
    }
}

/// The first unknown part of a text.
pub(super) fn first_hole(text: &Text) -> Option<Arc<Unknown>> {
    text.parts().iter().find_map(|p| match p {
        Part::Hole(u) => Some(u.clone()),
        Part::Lit(_) => None,
    })
}

/// The first unknown part anywhere inside a value.
pub(super) fn first_unknown(value: &Value) -> Option<Arc<Unknown>> {
    value.first_unknown().map(|u| Arc::new(u.clone()))
}

/// The parts between known separators, at most `max` of them, each with its places. A hole that holds a separator is not
/// split: it counts as a piece of one part.
pub(super) fn split(text: &Text, separator: char, max: usize) -> Vec<Text> {
    let mut groups: Vec<Vec<Piece<'_>>> = vec![Vec::new()];
    for part in text.parts() {
        match part {
            Part::Hole(hole) => push(&mut groups, Piece::Hole(hole.clone())),
            Part::Lit(lit) => {
                let mut from = 0;
                let ends = lit.text.match_indices(separator).map(|(i, _)| i);
                for end in ends {
                    if groups.len() >= max {
                        break;
                    }
                    push_lit(&mut groups, lit, from, end);
                    groups.push(Vec::new());
                    from = end + separator.len_utf8();
                }
                push_lit(&mut groups, lit, from, lit.text.len());
            }
        }
    }
    groups.into_iter().map(Text::of).collect()
}

fn push_lit<'a>(
    groups: &mut [Vec<Piece<'a>>],
    lit: &'a crate::value::Lit,
    from: usize,
    end: usize,
) {
    match lit.text.get(from..end) {
        Some(text) if !text.is_empty() => push(groups, Piece::Lit(text, lit.span(from, end))),
        _ => {}
    }
}

fn push<'a>(groups: &mut [Vec<Piece<'a>>], piece: Piece<'a>) {
    if let Some(last) = groups.last_mut() {
        last.push(piece);
    }
}

/// The parts before and after the last known separator; `None` where there is none.
pub(super) fn split_last(text: &Text, separator: char) -> Option<(Text, Text)> {
    let mut parts = split(text, separator, usize::MAX);
    let last = parts.pop()?;
    let mut rest = parts.into_iter();
    let first = rest.next()?;
    let before = rest.fold(first, |a, b| join(&a, separator, &b));
    Some((before, last))
}

/// Two texts with a separator between them.
pub(super) fn join(a: &Text, separator: char, b: &Text) -> Text {
    let mut buffer = [0; 4];
    let separator: &str = separator.encode_utf8(&mut buffer);
    Text::of([Piece::Text(a), Piece::Lit(separator, None), Piece::Text(b)])
}

/// The text with its known characters changed one for one, each part keeping its place.
pub(super) fn map_known(text: &Text, each: impl Fn(&str) -> String) -> Text {
    let changed: Vec<String> = (text.parts().iter())
        .map(|part| match part {
            Part::Lit(lit) => each(&lit.text),
            Part::Hole(_) => String::new(),
        })
        .collect();
    Text::of(
        (text.parts().iter().zip(&changed)).map(|(part, changed)| match part {
            Part::Lit(lit) => Piece::Lit(changed, lit.span(0, lit.text.len())),
            Part::Hole(hole) => Piece::Hole(hole.clone()),
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::testing::{text, values};

    #[test]
    fn a_split_keeps_holes_and_places() {
        let (files, value) = crate::resource::testing::written("arn:aws:iam::root");
        let parts = split(value.as_text().unwrap(), ':', 3);
        assert_eq!(values(&parts), ["arn", "aws", "iam::root"]);
        let [Part::Lit(lit)] = parts[1].parts() else {
            panic!("one part")
        };
        assert_eq!(files.text(lit.span(0, 3).unwrap()), "aws");
        let parts = split(&text("a:${x}b:${account}"), ':', usize::MAX);
        assert_eq!(values(&parts), ["a", "${x}b", "${account}"]);
        assert_eq!(values(&split(&text(""), ':', 9)), [""]);
    }

    #[test]
    fn the_last_separator_splits_in_two() {
        let (a, b) = split_last(&text("a/b${x}/c:${y}"), '/').unwrap();
        assert_eq!(values(&[a, b]), ["a/b${x}", "c:${y}"]);
        assert!(split_last(&text("${x}"), '/').is_none());
    }
}
