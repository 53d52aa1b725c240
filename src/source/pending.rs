//! Stands where the evaluators go until they are here: whatever reaches it is an error, never a pass.

use crate::diagnostic::Diagnostic;
use crate::raw::Root;
use crate::span::{FileId, Files, Span};
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
