//! What a parameter's declaration demands of its value.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>

use super::parameter::Parameter;
use super::scope::as_text;
use super::stack::Stack;
use crate::diagnostic::Diagnostic;
use crate::syntax::tree::Tree;
use crate::value::{Text, Value};

impl Stack<'_> {
    /// Tells values that a parameter may not have. Nothing is said about what is not known.
    pub(super) fn check_parameters(&self) {
        for (key, tree) in self.template.section("Parameters") {
            let parameter = key.str().and_then(|name| self.parameters.get(name));
            let Some(parameter) = parameter else {
                continue;
            };
            self.hide(parameter, tree);
            let Some(value) = &parameter.value else {
                continue;
            };
            let values = match parameter.list {
                true => value.items(),
                false => vec![value.clone()],
            };
            for value in &values {
                let text = as_text(value);
                let known = text.as_ref().and_then(Text::known);
                if let Some(what) = known.and_then(|text| refused(parameter, tree, text)) {
                    self.refuse(parameter, value, &what);
                }
            }
        }
    }

    /// Whether a parameter may be a text, by its declaration.
    pub(super) fn admits(&self, parameter: &Parameter, text: &str) -> bool {
        let mut section = self.template.section("Parameters").iter();
        let declared = section.find(|(key, _)| key.str() == Some(&*parameter.name));
        declared.is_none_or(|(_, tree)| refused(parameter, tree, text).is_none())
    }

    /// Keeps a value that is not to be echoed out of the lines that reports show.
    fn hide(&self, parameter: &Parameter, tree: &Tree) {
        if !parameter.no_echo {
            return;
        }
        let written = ["Default", "AllowedValues", "AllowedPattern"].into_iter();
        let written = written.filter_map(|key| Some(tree.get(key)?.span));
        let given = parameter.value.as_ref().map(|v| v.place.span);
        let places = written.chain(given);
        places.for_each(|span| self.run.files.hide(span));
    }

    fn refuse(&self, parameter: &Parameter, value: &Value, what: &str) {
        let name = &parameter.name;
        let message = format!("the value of parameter `{name}` {what}");
        let place = match parameter.no_echo {
            true => parameter.span,
            false => value.place.span,
        };
        let problem = Diagnostic::error("parameter-value", message).at(place);
        (self.run).tell(problem.related("declared here", parameter.span));
    }
}

/// What is wrong with a text as a parameter's value.
fn refused(parameter: &Parameter, tree: &Tree, text: &str) -> Option<String> {
    let limit = |key: &str| tree.get(key)?.str()?.parse::<f64>().ok();
    let allowed = &parameter.allowed;
    if !allowed.is_empty() && !allowed.iter().any(|(a, _)| a == text) {
        return Some("is none of its allowed values".to_owned());
    }
    if matches(tree, text) == Some(false) {
        return Some("does not match its `AllowedPattern`".to_owned());
    }
    let length = text.chars().count() as f64;
    if limit("MinLength").is_some_and(|n| length < n) {
        return Some("is shorter than its `MinLength`".to_owned());
    }
    if limit("MaxLength").is_some_and(|n| length > n) {
        return Some("is longer than its `MaxLength`".to_owned());
    }
    let ty = tree.get("Type").and_then(Tree::str);
    if !matches!(ty, Some("Number" | "List<Number>")) {
        return None;
    }
    let Ok(number) = text.trim().parse::<f64>() else {
        return Some("is no number".to_owned());
    };
    if limit("MinValue").is_some_and(|n| number < n) {
        return Some("is below its `MinValue`".to_owned());
    }
    if limit("MaxValue").is_some_and(|n| number > n) {
        return Some("is above its `MaxValue`".to_owned());
    }
    None
}

/// Whether the whole text matches the pattern; `None` where there is none, or one in a notation that we do not read.
fn matches(tree: &Tree, text: &str) -> Option<bool> {
    let pattern = tree.get("AllowedPattern")?.str()?;
    let whole = regex::RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(1 << 20)
        .build();
    Some(whole.ok()?.is_match(text))
}
