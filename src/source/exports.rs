//! Templates that take what others of the input export: they are evaluated again with what those say.

use super::Part;
use super::document::Reader;
use super::walk::Entry;
use crate::world::{Export, World};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// How long a chain of exports is followed; what lies beyond stays unknown.
const ROUNDS: usize = 4;

/// Reads documents, each by itself, then those again that take exports of others.
pub(super) fn read(reader: Reader<'_>, documents: &[&Entry]) -> Vec<Part> {
    let mut parts: Vec<Part> = documents.par_iter().map(|e| reader.read(e)).collect();
    if parts
        .iter()
        .flat_map(|p| &p.roots)
        .all(|r| r.imports.is_empty())
    {
        return parts;
    }
    let passed_over = documents.par_iter().zip(&parts).filter(|(_, p)| p.exporter);
    let further: Vec<Export> = passed_over
        .map(|(entry, _)| reader.read_whole(entry))
        .flat_map_iter(|part| exports(&[part]))
        .collect();
    let mut before = None;
    for _ in 0..ROUNDS {
        let mut exports = exports(&parts);
        exports.extend(further.iter().cloned());
        let known = exports.iter().filter(|e| e.value.as_unknown().is_none());
        let known = known.count();
        let names: BTreeSet<&str> = exports.iter().map(|e| e.name.as_str()).collect();
        let takes = |part: &Part| {
            let mut imports = part.roots.iter().flat_map(|r| &r.imports);
            imports.any(|name| names.contains(name.as_str()))
        };
        // Another round tells more only where the one before made more exports known.
        if before.is_some_and(|before| known <= before) || !parts.iter().any(takes) {
            break;
        }
        before = Some(known);
        let takers: Vec<bool> = parts.iter().map(takes).collect();
        let world = World {
            exports,
            ..reader.world.clone()
        };
        let reader = Reader {
            world: &world,
            ..reader
        };
        let again = |((entry, part), takes): ((&&Entry, Part), bool)| match part.template {
            Some(id) if takes => reader.again(entry, id),
            _ => part,
        };
        let old = documents.par_iter().zip(parts).zip(takers);
        parts = old.map(again).collect();
    }
    parts
}

/// What the documents export, in their order; each template's once, whatever its cases.
fn exports(parts: &[Part]) -> Vec<Export> {
    let roots = parts.iter().flat_map(|p| &p.roots);
    roots.flat_map(|r| r.exports.iter().cloned()).collect()
}
