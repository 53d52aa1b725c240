//! Values as messages show them.

use super::Val;
use crate::value::{Part, Role, Text, Unknown};

/// A value as a message shows it.
pub fn show(value: &Val) -> String {
    match value {
        Val::Null => "nothing".to_owned(),
        Val::Bool(b) => b.to_string(),
        Val::Number(n) => n.to_string(),
        Val::Text(t) => t.clone().into_owned(),
        Val::Holes(t) => show_holes(t),
        Val::List(items, more) => {
            let shown: Vec<String> = items.iter().take(SHOWN).map(show).collect();
            let mut out = shown.join(", ");
            if items.len() > SHOWN {
                out.push_str(&format!(" and {} more", items.len() - SHOWN));
            } else if more.is_some() {
                out.push_str(if out.is_empty() {
                    UNKNOWN
                } else {
                    " and perhaps more"
                });
            }
            out
        }
        Val::Map(entries, _) => {
            let keys: Vec<&str> = entries.keys().map(|k| &**k).take(SHOWN).collect();
            keys.join(", ")
        }
        Val::Unknown(unknown) => hole(unknown).map_or_else(|| UNKNOWN.to_owned(), str::to_owned),
    }
}

/// How many elements of a list a message shows.
const SHOWN: usize = 5;

/// What a message shows for something that is not known.
pub const UNKNOWN: &str = "(not known)";

fn show_holes(text: &Text) -> String {
    (text.parts().iter())
        .map(|part| match part {
            Part::Lit(lit) => &*lit.text,
            Part::Hole(unknown) => hole(unknown).unwrap_or("…"),
        })
        .collect()
}

fn hole(unknown: &Unknown) -> Option<&'static str> {
    Some(match unknown.role? {
        Role::Account => "${account}",
        Role::Region => "${region}",
        Role::Partition => "${partition}",
        Role::UrlSuffix => "${url_suffix}",
        Role::Organization => "${organization}",
    })
}
