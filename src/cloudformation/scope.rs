//! The identifiers of the `Fn::ForEach` loops around a node, with their values.

use super::strings::joined;
use crate::span::Span;
use crate::value::{Text, Value};
use std::sync::Arc;

/// Bindings, the innermost first.
#[derive(Clone, Default)]
pub(super) struct Scope(Option<Arc<Binding>>);

struct Binding {
    name: String,
    value: Value,
    outer: Scope,
}

impl Scope {
    pub(super) fn bind(&self, name: &str, value: Value) -> Scope {
        Scope(Some(Arc::new(Binding {
            name: name.to_owned(),
            value,
            outer: self.clone(),
        })))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let binding = self.0.as_deref()?;
        if binding.name == name {
            return Some(&binding.value);
        }
        binding.outer.get(name)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The text of a key with `${Name}` and `&{Name}` replaced (for the latter, characters that a logical id may not
    /// have are left out). An unknown value leaves the placeholder as it is: a name to look up, never a value.
    pub(super) fn key(&self, text: &str) -> String {
        let Some(binding) = self.0.as_deref() else {
            return text.to_owned();
        };
        let mut out = text.to_owned();
        if let Some(value) = as_text(&binding.value).as_ref().and_then(Text::known) {
            let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
            out = out.replace(&format!("${{{}}}", binding.name), value);
            out = out.replace(&format!("&{{{}}}", binding.name), &plain);
        }
        binding.outer.key(&out)
    }

    /// A text with its placeholders replaced; for an unknown value stands a hole. `place`: where it is written.
    pub(super) fn fill(&self, text: &str, place: Option<Span>) -> Text {
        let filled = self.key(text);
        let lit = |s: &str| place.map_or_else(|| Text::plain(s), |p| Text::at(s, p));
        let mut out = Vec::new();
        let mut rest = filled.as_str();
        let mut from = 0;
        while let Some((start, end)) = placeholder(rest, from) {
            let name = rest.get(start + 2..end).unwrap_or_default();
            match self.get(name).and_then(as_text) {
                Some(value) if value.known().is_none() => {
                    out.push(lit(rest.get(..start).unwrap_or_default()));
                    out.push(value);
                    rest = rest.get(end + 1..).unwrap_or_default();
                    from = 0;
                }
                _ => from = start + 2,
            }
        }
        out.push(lit(rest));
        joined(&out, &Text::default())
    }
}

/// Where the next `${…}` or `&{…}` begins and where its brace closes.
fn placeholder(text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let start = from + rest.find("${").into_iter().chain(rest.find("&{")).min()?;
    let end = start + text.get(start..)?.find('}')?;
    Some((start, end))
}

/// A scalar as text; unknown ones are a text that is one hole.
pub(super) fn as_text(value: &Value) -> Option<Text> {
    use crate::value::Kind;
    let at = |s: String| Text::at(s, value.place.span);
    Some(match &value.kind {
        Kind::String(text) => text.clone(),
        Kind::Bool(b) => at(b.to_string()),
        Kind::Number(n) => at(n.to_string()),
        Kind::Unknown(u) => Text::hole(u.clone()),
        Kind::Null(_) | Kind::Sequence { .. } | Kind::Mapping { .. } => return None,
    })
}

impl Scope {
    /// Why one of the bindings is unknown.
    pub(super) fn first_unknown(&self) -> Option<String> {
        let binding = self.0.as_deref()?;
        match binding.value.as_unknown() {
            Some(unknown) => Some(unknown.reason.to_string()),
            None => binding.outer.first_unknown(),
        }
    }
}
