//! Keeps what is marked as sensitive out of everything that is shown.

use super::{Kind, Part, Text, Value};
use crate::span::{Files, Span};

/// Containers inside each other are gone through so far.
const DEEP: usize = 64;

impl Value {
    /// Keeps the sensitive texts and numbers inside from being said, and hides them in the lines that reports show.
    pub fn conceal(&self, files: &Files) {
        conceal(self, false, files, DEEP);
    }
}

fn conceal(value: &Value, inside: bool, files: &Files, left: usize) {
    let sensitive = inside || value.sensitive;
    let Some(left) = left.checked_sub(1) else {
        return;
    };
    match &value.kind {
        Kind::String(text) if sensitive => conceal_text(text, files),
        Kind::Number(number) if sensitive => {
            let number = number.to_string();
            let span = value.place.span;
            let written = files.text(span);
            if written.trim_matches('"') == number {
                files.hide(span);
            }
            files.keep_secret(&number);
        }
        Kind::Sequence { items, .. } => {
            (items.iter()).for_each(|v| conceal(v, sensitive, files, left));
        }
        Kind::Mapping { entries, .. } => {
            (entries.values()).for_each(|v| conceal(v, sensitive, files, left));
        }
        _ => {}
    }
}

/// What encodes values is no secret as a whole: what is secret in it has been a value before. The lines of another document
/// are hidden where it stands, but not looked for elsewhere: they are too common.
fn conceal_text(text: &Text, files: &Files) {
    if text.json().is_some() {
        return;
    }
    let prefix = text.known_prefix();
    let document = matches!(prefix.trim_start().bytes().next(), Some(b'{' | b'['));
    for part in text.parts() {
        let Part::Lit(lit) = part else { continue };
        let places: Vec<Span> = lit.places().collect();
        places.into_iter().for_each(|span| files.hide(span));
        if !document || !lit.text.trim().contains('\n') {
            files.keep_secret(&lit.text);
        }
    }
}
