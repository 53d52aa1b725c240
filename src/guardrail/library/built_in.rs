//! Our own guardrails: the files of `policies/`. Every run needs all of their definitions, so `build.rs` turns these into
//! one text of JSON, which is read in a fraction of the time that YAML with its places takes; tests hold that both say the
//! same, and that nothing in them is wrong.

use super::Guardrail;
use crate::config::Error;
use crate::guardrail::definition::Definition;
use crate::guardrail::vocabulary;
use crate::span::Files;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A guardrail as `build.rs` leaves it.
#[derive(Deserialize)]
struct Built<'t> {
    /// The stem of its file's name.
    id: &'t str,
    definition: Definition,
}

/// The texts of the files, in the order of their ids.
static TEXTS: &[&str] = include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// Fingerprint of their ids and texts.
pub(super) const SHA256: &str = include_str!(concat!(env!("OUT_DIR"), "/sha256.txt"));

/// All of ours, in the order of their ids.
///
/// # Errors
/// What `build.rs` left is not what is read here. A run that goes on without its guardrails would pass everything.
pub(super) fn guardrails(files: &Files) -> Result<Vec<Guardrail>, Error> {
    let json = include_str!(concat!(env!("OUT_DIR"), "/guardrails.json"));
    read(json, TEXTS, files)
}

fn read(json: &str, texts: &[&str], files: &Files) -> Result<Vec<Guardrail>, Error> {
    let wrong = |what: &str| Error::new(format!("the built-in guardrails cannot be read: {what}"));
    let built: Vec<Built<'_>> = serde_json::from_str(json).map_err(|e| wrong(&e.to_string()))?;
    if built.is_empty() || built.len() != texts.len() {
        return Err(wrong("some are missing"));
    }
    let one = |(built, text): (Built<'_>, &&str)| {
        let target = vocabulary::target(&built.definition.target);
        Ok(Guardrail {
            file: files.add(format!("policies/{}.yaml", built.id), *text),
            target: target.ok_or_else(|| wrong(&format!("`{}` has no target", built.id)))?,
            id: built.id.to_owned(),
            built_in: true,
            definition: built.definition,
            conditions: BTreeMap::new(),
            rule: OnceLock::new(),
        })
    };
    built.into_iter().zip(texts).map(one).collect()
}

#[cfg(test)]
mod tests;
