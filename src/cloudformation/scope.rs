//! The identifiers of the `Fn::ForEach` loops around a node, with their values.

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
    /// have are left out). An unknown value leaves the placeholder as it is.
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
