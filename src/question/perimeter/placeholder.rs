//! Placeholders of policy examples, e.g. `<my-org-id>`: the organisation's is filled in; of networks, those of the config or
//! one that nobody else has; all others match nothing.

use super::super::estate::Estate;
use crate::iam::document::{Document, Statement, Word};
use crate::value::{Role, Text, Unknown};
use std::sync::Arc;

/// The document with its placeholders filled in, and those that it has.
pub(super) fn filled(estate: &Estate, document: &Document) -> (Document, Vec<String>) {
    let mut out = document.clone();
    let mut found = Vec::new();
    let networks = (estate.organization(estate.world.target.region.as_deref()))
        .map(|o| o.networks.cidrs.clone())
        .unwrap_or_default();
    for statement in &mut out.statements {
        each_word(statement, &mut |word| {
            let Some(name) = word.known().and_then(placeholder).map(str::to_owned) else {
                return;
            };
            let whole = word.known() == Some(format!("<{name}>").as_str());
            if whole && name.contains("org-id") {
                let why = format!("the placeholder `<{name}>` stands for the organisation");
                let hole = Unknown::because(why).role(Role::Organization);
                word.text = Text::hole(Arc::new(hole));
            } else if whole && name.contains("cidr") {
                let network = networks.first().map_or("203.0.113.0/24", String::as_str);
                word.text = Text::plain(network);
            }
            if !found.contains(&name) {
                found.push(name);
            }
        });
    }
    (out, found)
}

fn each_word(statement: &mut Statement, change: &mut impl FnMut(&mut Word)) {
    let resources = statement.resources.iter_mut().flat_map(|r| &mut r.words);
    let values = statement.conditions.iter_mut().flat_map(|c| &mut c.values);
    resources.chain(values).for_each(change);
}

/// The name between angle brackets.
fn placeholder(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('<')?;
    let (name, _) = rest.split_once('>')?;
    let good = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (!name.is_empty() && name.bytes().all(good)).then_some(name)
}
