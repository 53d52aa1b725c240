//! Functions on texts.

use super::text::{Bit, build, known_suffix, plain_holes, slice, split as fields};
use super::{Call, FunctionError, Outcome, regex};
use crate::value::{Kind, Part, Piece, Text, Type, Unknown, Value};
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

/// What a text with holes makes of a function that cannot look through them.
fn blind(call: &Call, text: &Text, ty: Type) -> Value {
    match text.first_hole() {
        Some(hole) => call.unknown(hole, ty),
        None => call.unknown(&Unknown::default(), ty),
    }
}

/// A character in lower case: one for one, as Go has it.
fn lowered(c: char) -> std::char::ToLowercase {
    match c {
        '\u{130}' => 'I'.to_lowercase(),
        c => c.to_lowercase(),
    }
}

pub(super) fn lower(call: &Call) -> Outcome {
    let text = call.text(0)?;
    if !plain_holes(text) {
        return Ok(blind(call, text, Type::String));
    }
    let lowered: Vec<Bit> = (text.parts().iter())
        .map(|part| match part {
            Part::Lit(lit) => Bit::Own(lit.text.chars().flat_map(lowered).collect()),
            Part::Hole(_) => Bit::Part(part),
        })
        .collect();
    Ok(call.value(Kind::String(build(&lowered))))
}

/// One character for one, as in Terraform: `ß` has no upper case.
fn upper_char(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

pub(super) fn upper(call: &Call) -> Outcome {
    Ok(call.made(call.str(0)?.chars().map(upper_char).collect::<String>()))
}

/// The letters that are two in one have a form of their own at the start of a word; Georgian ones have none.
/// <https://www.unicode.org/Public/UCD/latest/ucd/UnicodeData.txt>, simple title case.
fn title_char(c: char) -> char {
    match c {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        'ა'..='ჺ' | 'ჽ'..='ჿ' => c,
        _ => upper_char(c),
    }
}

pub(super) fn title(call: &Call) -> Outcome {
    let separates = |c: char| {
        if c.is_ascii() {
            !c.is_ascii_alphanumeric() && c != '_'
        } else {
            c.is_whitespace()
        }
    };
    let mut before = ' ';
    let mut out = String::new();
    for c in call.str(0)?.chars() {
        out.push(if separates(before) { title_char(c) } else { c });
        before = c;
    }
    Ok(call.made(out))
}

/// The part that is left of the first argument, which has no holes, with its place.
fn rest(call: &Call, left: &str) -> Outcome {
    let whole = call.str(0)?;
    let start = (left.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    let text = slice(call.text(0)?, start, start + left.len());
    Ok(call.value(Kind::String(text)))
}

pub(super) fn trim(call: &Call) -> Outcome {
    let cutset: Vec<char> = call.str(1)?.chars().collect();
    rest(call, call.str(0)?.trim_matches(cutset.as_slice()))
}

pub(super) fn trimspace(call: &Call) -> Outcome {
    rest(call, call.str(0)?.trim())
}

pub(super) fn chomp(call: &Call) -> Outcome {
    rest(call, call.str(0)?.trim_end_matches(['\r', '\n']))
}

pub(super) fn trimprefix(call: &Call) -> Outcome {
    let (text, prefix) = (call.text(0)?, call.str(1)?);
    match starts(text, prefix) {
        Some(false) => Ok(call.value(Kind::String(text.clone()))),
        Some(true) => {
            let bits: Vec<Bit> = (text.parts().iter().enumerate())
                .map(|(i, part)| match part {
                    Part::Lit(lit) if i == 0 => Bit::Lit(lit, prefix.len(), lit.text.len()),
                    _ => Bit::Part(part),
                })
                .collect();
            Ok(call.value(Kind::String(build(&bits))))
        }
        None => Ok(blind(call, text, Type::String)),
    }
}

pub(super) fn trimsuffix(call: &Call) -> Outcome {
    let (text, suffix) = (call.text(0)?, call.str(1)?);
    let last = text.parts().len().saturating_sub(1);
    match ends(text, suffix) {
        Some(false) => Ok(call.value(Kind::String(text.clone()))),
        Some(true) => {
            let bits: Vec<Bit> = (text.parts().iter().enumerate())
                .map(|(i, part)| match part {
                    Part::Lit(lit) if i == last => {
                        Bit::Lit(lit, 0, lit.text.len().saturating_sub(suffix.len()))
                    }
                    _ => Bit::Part(part),
                })
                .collect();
            Ok(call.value(Kind::String(build(&bits))))
        }
        None => Ok(blind(call, text, Type::String)),
    }
}

/// Whether a text starts with some characters, as far as its known start tells.
fn starts(text: &Text, prefix: &str) -> Option<bool> {
    let known = text.known_prefix();
    if known.starts_with(prefix) {
        return Some(true);
    }
    let whole = text.known().is_some();
    if whole || !prefix.starts_with(known) {
        Some(false)
    } else {
        None
    }
}

/// Whether a text ends with some characters, as far as its known end tells.
fn ends(text: &Text, suffix: &str) -> Option<bool> {
    let known = known_suffix(text);
    if known.ends_with(suffix) {
        return Some(true);
    }
    let whole = text.known().is_some();
    if whole || !suffix.ends_with(known) {
        Some(false)
    } else {
        None
    }
}

pub(super) fn startswith(call: &Call) -> Outcome {
    let text = call.text(0)?;
    Ok(match starts(text, call.str(1)?) {
        Some(yes) => call.bool(yes),
        None => blind(call, text, Type::Bool),
    })
}

pub(super) fn endswith(call: &Call) -> Outcome {
    let text = call.text(0)?;
    Ok(match ends(text, call.str(1)?) {
        Some(yes) => call.bool(yes),
        None => blind(call, text, Type::Bool),
    })
}

pub(super) fn strcontains(call: &Call) -> Outcome {
    Ok(call.bool(call.str(0)?.contains(call.str(1)?)))
}

pub(super) fn strrev(call: &Call) -> Outcome {
    Ok(call.made(call.str(0)?.graphemes(true).rev().collect::<String>()))
}

pub(super) fn substr(call: &Call) -> Outcome {
    let (text, offset, length) = (call.str(0)?, call.whole(1)?, call.whole(2)?);
    let total = i64::try_from(text.graphemes(true).count()).unwrap_or(i64::MAX);
    let start = if offset < 0 {
        total.saturating_add(offset).max(0)
    } else {
        offset
    };
    // Terraform looks for the end from a start that it has not moved to, and an end at 0 it never meets
    let end = if length < 0 || (length == 0 && offset < 0) {
        total
    } else {
        start.saturating_add(length).min(total)
    };
    let byte = |n: i64| {
        let n = usize::try_from(n).unwrap_or(0);
        text.grapheme_indices(true)
            .nth(n)
            .map_or(text.len(), |(at, _)| at)
    };
    let (from, to) = (byte(start), byte(end));
    rest(call, text.get(from..to.max(from)).unwrap_or_default())
}

pub(super) fn indent(call: &Call) -> Outcome {
    let spaces = usize::try_from(call.whole(0)?)
        .map_err(|_| FunctionError::argument(0, "the number of spaces must not be negative"))?
        .min(10_000);
    let text = call.text(1)?;
    if !plain_holes(text) {
        return Ok(blind(call, text, Type::String));
    }
    let between = format!("\n{}", " ".repeat(spaces));
    Ok(call.value(Kind::String(joined(
        fields(text, "\n"),
        &[Bit::Own(between)],
    ))))
}

fn joined<'a>(fields: Vec<Vec<Bit<'a>>>, between: &[Bit<'a>]) -> Text {
    let mut bits: Vec<Bit> = Vec::new();
    for (i, field) in fields.into_iter().enumerate() {
        if i > 0 {
            bits.extend_from_slice(between);
        }
        bits.extend(field);
    }
    build(&bits)
}

pub(super) fn split(call: &Call) -> Outcome {
    let (separator, text) = (call.str(0)?, call.text(1)?);
    if let (Some(known), true) = (text.known(), separator.is_empty()) {
        let one = |(at, c): (usize, char)| slice(text, at, at + c.len_utf8());
        let items = known
            .char_indices()
            .map(|at| call.value(Kind::String(one(at))))
            .collect();
        return Ok(call.list(Type::String, items));
    }
    if !text.occurs_in_literals_only(separator) {
        return Ok(blind(call, text, Type::List(Box::new(Type::String))));
    }
    let place = &call.get(1)?.place;
    let items = fields(text, separator)
        .iter()
        .map(|bits| Value {
            place: place.clone(),
            ..call.value(Kind::String(build(bits)))
        })
        .collect();
    Ok(call.list(Type::String, items))
}

pub(super) fn replace(call: &Call) -> Outcome {
    let (text, wanted, by) = (call.text(0)?, call.str(1)?, call.text(2)?);
    let pattern = wanted.strip_prefix('/').and_then(|w| w.strip_suffix('/'));
    if let Some(pattern) = pattern {
        let (Some(text), Some(by)) = (text.known(), by.known()) else {
            return Ok(blind(
                call,
                if text.known().is_some() { by } else { text },
                Type::String,
            ));
        };
        let regex = regex::compile(pattern, 1)?;
        return Ok(call.made(regex.replace_all(text, by)));
    }
    if let (Some(text), Some(by)) = (text.known(), by.known()) {
        return Ok(call.made(text.replace(wanted, by)));
    }
    if !text.occurs_in_literals_only(wanted) || wanted.is_empty() {
        let blinding = if text.known().is_some() { by } else { text };
        return Ok(blind(call, blinding, Type::String));
    }
    let between: Vec<Bit> = by.parts().iter().map(Bit::Part).collect();
    Ok(call.value(Kind::String(joined(fields(text, wanted), &between))))
}

pub(super) fn join(call: &Call) -> Outcome {
    if call.args.len() < 2 {
        return Err(FunctionError::new("at least one list is required"));
    }
    let separator = call.text(0)?.clone();
    let mut elements: Vec<Text> = Vec::new();
    for (i, list) in call.args.iter().enumerate().skip(1) {
        let Kind::Sequence { items, more, .. } = &list.kind else {
            continue;
        };
        for (n, item) in items.iter().enumerate() {
            elements.push(match &item.kind {
                Kind::String(text) => text.clone(),
                Kind::Unknown(u) => Text::hole(u.clone()),
                _ => {
                    let message = format!("element {n} is null; cannot concatenate null values");
                    return Err(FunctionError::argument(i, message));
                }
            });
        }
        if let Some(more) = more {
            let more = Arc::new(Unknown {
                role: None,
                prefix: None,
                ..(**more).clone()
            });
            return Ok(call.unknown(&more, Type::String));
        }
    }
    let mut pieces = Vec::new();
    for (i, element) in elements.iter().enumerate() {
        if i > 0 {
            pieces.push(Piece::Text(&separator));
        }
        pieces.push(Piece::Text(element));
    }
    Ok(call.value(Kind::String(Text::of(pieces))))
}
