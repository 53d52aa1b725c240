//! Keeps what is marked as sensitive out of everything that is shown.

use super::{Kind, Number, Part, Place, Text, Value};
use crate::span::{Files, Span};
use std::borrow::Cow;

/// What is shown in the place of something sensitive.
pub const SENSITIVE: &str = "(sensitive)";

/// What is told in the place of words that may quote something sensitive.
pub const UNSAID: &str = "what is wrong with something sensitive is not shown";

/// Containers inside each other are gone through so far.
const DEEP: usize = 64;

impl Value {
    /// What is said of the value, or quoted from it, where no part of it is sensitive. Every message that puts a value into
    /// words goes through here, or through something that looks at the mark itself.
    pub fn said<'w>(&self, words: impl Into<Cow<'w, str>>) -> Cow<'w, str> {
        match self.has_sensitive() {
            true => Cow::Borrowed(SENSITIVE),
            false => words.into(),
        }
    }

    /// What is wrong with the value. Words that are made for it may quote it, and are not told where a part is sensitive.
    pub fn wrong(&self, words: impl Into<Cow<'static, str>>) -> Cow<'static, str> {
        told(words.into(), || self.has_sensitive())
    }

    /// Keeps the sensitive texts and numbers inside from being said, and hides them in the lines that reports show.
    pub fn conceal(&self, files: &Files) {
        conceal(self, false, files, DEEP);
    }
}

impl Place {
    /// What is said of something that was read there, or quoted from it, where it is not sensitive.
    pub fn said<'w>(&self, words: impl Into<Cow<'w, str>>) -> Cow<'w, str> {
        match self.secret {
            true => Cow::Borrowed(SENSITIVE),
            false => words.into(),
        }
    }

    /// What is wrong with something that was read there. Words that are made for it may quote it, and are not told where it
    /// is sensitive.
    pub fn wrong(&self, words: impl Into<Cow<'static, str>>) -> Cow<'static, str> {
        told(words.into(), || self.secret)
    }
}

fn told(words: Cow<'static, str>, hidden: impl Fn() -> bool) -> Cow<'static, str> {
    match words {
        Cow::Owned(_) if hidden() => Cow::Borrowed(UNSAID),
        words => words,
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
            let span = value.place.span;
            let written = files.text(span);
            if Number::parse(written.trim_matches('"')).as_ref() == Some(number) {
                files.hide(span);
            }
            files.keep_secret(&number.to_string());
        }
        Kind::Bool(bool) if sensitive => {
            let span = value.place.span;
            if files.text(span).trim_matches('"') == if *bool { "true" } else { "false" } {
                files.hide(span);
            }
        }
        Kind::Sequence { items, .. } => {
            (items.iter()).for_each(|v| conceal(v, sensitive, files, left));
        }
        Kind::Mapping { entries, .. } => {
            for (key, value) in entries.iter() {
                let span = value.place.key.filter(|_| sensitive);
                if let Some(span) = span.filter(|s| files.text(*s).trim_matches('"') == &**key) {
                    files.hide(span);
                }
                conceal(value, sensitive, files, left);
            }
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
