//! Our own guardrails: the files of `policies/`. Every run needs all of their definitions, so `build.rs` turns these into
//! one text of JSON, which is read in a fraction of the time that YAML with its places takes; tests hold that both say the
//! same, and that nothing in them is wrong.

use super::Guardrail;
use crate::guardrail::definition::Definition;
use crate::guardrail::vocabulary;
use crate::span::Files;
use serde::Deserialize;
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
pub(super) fn guardrails(files: &Files) -> Vec<Guardrail> {
    let json = include_str!(concat!(env!("OUT_DIR"), "/guardrails.json"));
    let built: Vec<Built<'_>> = serde_json::from_str(json).unwrap_or_default();
    let one = |(built, text): (Built<'_>, &&str)| {
        Some(Guardrail {
            file: files.add(format!("policies/{}.yaml", built.id), *text),
            target: vocabulary::target(&built.definition.target)?,
            id: built.id.to_owned(),
            built_in: true,
            definition: built.definition,
            rule: OnceLock::new(),
        })
    };
    built.into_iter().zip(TEXTS).filter_map(one).collect()
}

#[cfg(test)]
mod tests;
