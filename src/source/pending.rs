//! Stands where the evaluators go until they are here: whatever reaches it is an error, never a pass.

use crate::diagnostic::Diagnostic;
use crate::raw::Root;
use crate::span::{FileId, Files, Span};
use crate::syntax::tree::Tree;
use crate::world::World;
use std::path::Path;

fn missing() -> Diagnostic {
    Diagnostic::error("not-evaluated", "this input cannot be evaluated yet")
}

pub(super) fn evaluate(_: &Files, _: &Path, name: &str, _: &World) -> (Root, Vec<Diagnostic>) {
    let name = name.to_owned();
    let root = Root {
        name,
        ..Root::default()
    };
    (root, vec![missing()])
}

pub(super) fn evaluate_text(_: &Files, id: FileId, _: &World) -> (Root, Vec<Diagnostic>) {
    (Root::default(), vec![missing().at(Span::new(id, 0, 0))])
}

pub(super) fn evaluate_template(
    files: &Files,
    id: FileId,
    world: &World,
) -> (Vec<Root>, Vec<Diagnostic>) {
    let (root, problems) = evaluate_text(files, id, world);
    (vec![root], problems)
}

/// Whether a tree is that of a template: it says so, or has resources with types.
pub(super) fn looks_like_template(tree: &Tree) -> bool {
    let typed = |resource: &Tree| {
        let kind = resource.get("Type").and_then(Tree::str);
        kind.is_some_and(|k| k.contains("::"))
    };
    let resources = tree.get("Resources").map(Tree::entries).unwrap_or_default();
    tree.get("AWSTemplateFormatVersion").is_some() || resources.iter().any(|(_, r)| typed(r))
}
