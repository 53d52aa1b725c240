//! Which rules of a registry have nothing in their successors that stands for them: of scanning and of signing.

use super::loss::Losses;
use crate::value::{Kind, Unknown, Value};
use std::sync::Arc;

/// What of the scanning is lost; `after`: `None` where the configuration goes. A filter stands for itself, and `*` for all.
pub(super) fn scanning(before: &Value, after: Option<&Value>, out: &mut Losses) {
    let ranked = |rule: &Value| {
        let frequency = rule.get("frequency");
        match frequency.as_ref().and_then(Value::as_str) {
            Some("CONTINUOUS_SCAN") => 2,
            Some("SCAN_ON_PUSH") => 1,
            _ => 0,
        }
    };
    for rule in before.items() {
        let rank = ranked(&rule);
        for filter in filters(&rule).filter(|_| rank > 0) {
            let covering = |least: u8| {
                covered(after, &filter, |other| match ranked(other) >= least {
                    true => Ok(true),
                    false => open(other, "frequency"),
                })
            };
            let what = words(&filter);
            match (covering(1), covering(rank)) {
                (Ok(true), Ok(true)) => {}
                (Ok(true), Ok(false)) => {
                    let message = format!("{what} are no longer scanned continuously");
                    out.add(message, place(after, before));
                }
                (Ok(false), _) => {
                    let message = format!("{what} are no longer scanned by the registry");
                    out.add(message, place(after, before));
                }
                (Err(why), _) | (_, Err(why)) => out.doubt(&why),
            }
        }
    }
}

/// What of the signing is lost; `after`: `None` where the configuration goes.
pub(super) fn signing(before: &Value, after: Option<&Value>, out: &mut Losses) {
    for rule in before.items() {
        let profile = rule.get("profile");
        for filter in filters(&rule) {
            let same_profile = |other: &Value| match (&profile, other.get("profile")) {
                (Some(a), Some(b)) => a.same(&b),
                _ => Ok(false),
            };
            match covered(after, &filter, same_profile) {
                Ok(true) => {}
                Ok(false) => {
                    let message =
                        format!("{} are no longer signed by their profile", words(&filter));
                    out.add(message, place(after, before));
                }
                Err(why) => out.doubt(&why),
            }
        }
    }
}

fn place<'a>(after: Option<&'a Value>, before: &'a Value) -> &'a crate::value::Place {
    &after.unwrap_or(before).place
}

/// The images that a filter takes, in words.
fn words(filter: &Value) -> String {
    match filter.as_str() {
        Some(_) if filter.sensitive => "some images".to_owned(),
        Some(text) => format!("images of repositories that match `{text}`"),
        None => "some images".to_owned(),
    }
}

/// The filters of a rule: their texts.
fn filters(rule: &Value) -> impl Iterator<Item = Value> {
    let filters = rule.get("filters").map(|f| f.items()).unwrap_or_default();
    filters.into_iter().filter_map(|f| f.get("filter"))
}

/// Whether some rule that is fit has a filter, or one that takes all.
fn covered(
    rules: Option<&Value>,
    filter: &Value,
    fit: impl Fn(&Value) -> Result<bool, Arc<Unknown>>,
) -> Result<bool, Arc<Unknown>> {
    let Some(rules) = rules else {
        return Ok(false);
    };
    if let Kind::Unknown(why) = &rules.kind {
        return Err(why.clone());
    }
    let mut doubt = rules.more().cloned();
    for rule in rules.items() {
        if let Kind::Unknown(why) = &rule.kind {
            doubt = Some(why.clone());
            continue;
        }
        let own = rule.get("filters");
        doubt = own.as_ref().and_then(Value::more).cloned().or(doubt);
        let taken = filters(&rule).map(|f| match f.as_str() {
            Some("*") => Ok(true),
            _ => f.same(filter),
        });
        for taken in taken {
            match (taken, fit(&rule)) {
                (Ok(true), Ok(true)) => return Ok(true),
                (Ok(false), _) | (_, Ok(false)) => {}
                (Err(why), _) | (_, Err(why)) => doubt = Some(why),
            }
        }
    }
    doubt.map_or(Ok(false), Err)
}

/// That a field is not what it should be, unless nobody knows what it is.
fn open(rule: &Value, field: &str) -> Result<bool, Arc<Unknown>> {
    match rule.get(field).map(|v| v.kind) {
        Some(Kind::Unknown(why)) => Err(why),
        _ => Ok(false),
    }
}
