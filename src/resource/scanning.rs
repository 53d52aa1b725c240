//! What a registry's scanning rules cover.
//! Source: the ECR user guide's page on filters: without a wildcard a filter matches names that contain it, with `*` it
//! matches whole names.

use super::glob;
use super::symbols::{first_hole, first_unknown, text_of};
use crate::value::{Kind, Part, Text, Type, Unknown, Value};
use std::sync::Arc;

/// Whether one of the rules (our `registry_scanning.rules`) scans new images of a repository of this name; `Err`: what that
/// hangs on. Rules that scan on demand only (MANUAL) do not count.
pub fn covered(rules: &Value, name: &Value) -> Result<bool, Arc<Unknown>> {
    if let Kind::Unknown(unknown) = &rules.kind {
        return Err(unknown.clone());
    }
    let name = name_text(name);
    any(rules, |rule| covers_by(rule, &name))
}

/// The name; one that is left out is made up by AWS.
fn name_text(name: &Value) -> Text {
    let made_up = || {
        Text::hole(Arc::new(
            Unknown::because("AWS makes up its name").of(Type::String),
        ))
    };
    text_of(name).unwrap_or_else(made_up)
}

fn covers_by(rule: &Value, name: &Text) -> Result<bool, Arc<Unknown>> {
    if let Kind::Unknown(unknown) = &rule.kind {
        return Err(unknown.clone());
    }
    let on = match rule.get("frequency") {
        Some(f) if f.as_str().is_some() => Ok(matches!(
            f.as_str(),
            Some("SCAN_ON_PUSH" | "CONTINUOUS_SCAN")
        )),
        Some(f) => first_unknown(&f).map_or(Ok(false), Err),
        None => Ok(false),
    };
    let filters = || {
        let filters = rule.get("filters").unwrap_or_else(|| rule.clone());
        match &filters.kind {
            Kind::Unknown(unknown) => Err(unknown.clone()),
            _ => any(&filters, |filter| takes(filter, name)),
        }
    };
    match on {
        Ok(false) => Ok(false),
        Ok(true) => filters(),
        Err(unknown) => filters().and_then(|f| if f { Err(unknown) } else { Ok(false) }),
    }
}

/// Whether a filter takes a name in.
fn takes(filter: &Value, name: &Text) -> Result<bool, Arc<Unknown>> {
    let value = filter.get("filter").unwrap_or_else(|| filter.clone());
    let Some(text) = text_of(&value) else {
        return Ok(false);
    };
    let Some(pattern) = text.known() else {
        return first_hole(&text).map_or(Ok(false), Err);
    };
    let verdict = if pattern.contains('*') {
        glob::matches(pattern, name)
    } else {
        glob::contains(pattern, name)
    };
    let hole = || first_hole(name).unwrap_or_default();
    verdict.ok_or_else(hole)
}

/// Whether something holds for an element: certain where it holds for a known one, else unknown where it may.
fn any(
    list: &Value,
    holds: impl Fn(&Value) -> Result<bool, Arc<Unknown>>,
) -> Result<bool, Arc<Unknown>> {
    let mut unknown = list.more().cloned();
    for item in list.items() {
        match holds(&item) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(reason) => unknown = unknown.or(Some(reason)),
        }
    }
    unknown.map_or(Ok(false), Err)
}

/// Whether a filter of a repository's tag mutability takes every tag; `None`: that hangs on something unknown.
pub fn takes_every_tag(filter: &Value) -> Option<bool> {
    let Some(text) = text_of(filter) else {
        return Some(false);
    };
    let stars = |t: &str| !t.is_empty() && t.chars().all(|c| c == '*');
    match text.known() {
        Some(known) => Some(stars(known)),
        None if stars_only(&text) => None,
        None => Some(false),
    }
}

/// Whether its known characters are stars.
fn stars_only(text: &Text) -> bool {
    text.parts().iter().all(|p| match p {
        Part::Lit(l) => l.text.chars().all(|c| c == '*'),
        Part::Hole(h) => h.role.is_none(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::testing::{list, object, value};

    fn rule(frequency: &str, filters: &[&str]) -> Value {
        let filters = filters.iter().map(|f| object(&[("filter", value(f))]));
        object(&[
            ("frequency", value(frequency)),
            ("filters", list(filters.collect())),
        ])
    }

    #[test]
    fn a_rule_covers_the_names_that_its_filters_take_in() {
        let push = "SCAN_ON_PUSH";
        let cases = [
            (push, &["*"][..], "app", Some(true)),
            (push, &["*"], "${x}", Some(true)),
            (push, &["*"], "null", Some(true)),
            (push, &["prod"], "a/prod-b", Some(true)),
            (push, &["prod"], "dev", Some(false)),
            (push, &["prod"], "${x}", None),
            (push, &["prod"], "null", None),
            (push, &["prod*"], "a/prod", Some(false)),
            (push, &["prod*"], "prod/${x}", Some(true)),
            (push, &["a", "b"], "xbx", Some(true)),
            (push, &["${x}"], "app", None),
            (push, &["${x}", "app"], "app", Some(true)),
            (push, &[], "app", Some(false)),
            ("CONTINUOUS_SCAN", &["*"], "app", Some(true)),
            ("MANUAL", &["*"], "app", Some(false)),
            ("${x}", &["*"], "app", None),
            ("${x}", &["b"], "app", Some(false)),
            ("null", &["*"], "app", Some(false)),
        ];
        for (frequency, filters, name, expected) in cases {
            let rules = list(vec![rule(frequency, filters)]);
            let said = covered(&rules, &value(name)).ok();
            assert_eq!(said, expected, "{frequency} {filters:?} {name}");
        }
    }

    #[test]
    fn one_rule_that_covers_is_enough() {
        let rules = list(vec![
            rule("${x}", &["*"]),
            rule("MANUAL", &["*"]),
            rule("SCAN_ON_PUSH", &["app"]),
        ]);
        let covers = |rules: &Value, name: &str| covered(rules, &value(name)).ok();
        assert_eq!(covers(&rules, "app"), Some(true));
        assert_eq!(covers(&rules, "b"), None);
        assert_eq!(covers(&value("${rules}"), "b"), None);
        assert_eq!(covers(&list(Vec::new()), "b"), Some(false));
    }

    #[test]
    fn a_filter_of_stars_takes_every_tag() {
        let cases = [
            ("*", Some(true)),
            ("**", Some(true)),
            ("v*", Some(false)),
            ("", Some(false)),
            ("null", Some(false)),
            ("${x}", None),
            ("*${x}", None),
            ("v${x}", Some(false)),
            ("*${account}", Some(false)),
        ];
        for (filter, expected) in cases {
            assert_eq!(takes_every_tag(&value(filter)), expected, "{filter}");
        }
    }
}
