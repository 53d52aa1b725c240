//! What the code calls sensitive where nobody asks for it. A report quotes lines of the code, and what is sensitive in them
//! is known by evaluation only: it is evaluated for nothing but to be hidden.

use super::Demand;
use super::blocks::META;
use super::expand::Each;
use super::run::{Instance, Run, Scope};
use crate::span::Span;
use std::rc::Rc;

/// What calls of `sensitive` and `nonsensitive` hold.
pub(super) const MARK: &[u8] = b"sensitive(";

impl Run<'_> {
    /// Evaluates what a module marks as sensitive and a check does not ask for.
    pub(super) fn hush(&self, instance: &Rc<Instance>) {
        let module = &instance.module;
        if !module.hushes || matches!(self.demand, Demand::Everything) {
            return;
        }
        for (name, attribute) in &module.locals {
            if self.hushes(attribute.expr.span) {
                let _ = self.local(instance, name, attribute.name.span);
            }
        }
        for (name, block) in &module.outputs {
            if self.hushes(block.span) {
                let _ = self.output(instance, name, block.header);
            }
        }
        let each = Each::default();
        for block in module.calls.values() {
            let arguments = block.body.attributes.iter();
            let arguments = arguments.filter(|a| !META.contains(&&*a.name.text));
            for argument in arguments.filter(|a| self.hushes(a.expr.span)) {
                let _ = self.eval(&argument.expr, Scope::of(instance, &each));
            }
        }
        for declared in &module.resources {
            if !self.hushes(declared.extent()) {
                continue;
            }
            let name = (declared.mode, declared.kind.clone(), declared.name.clone());
            if let Ok(expanded) = self.expanded(instance, &name, declared.header()) {
                for single in &expanded.expansion.items {
                    self.made(&expanded, single);
                }
            }
        }
    }

    /// Whether something is marked in there.
    fn hushes(&self, span: Span) -> bool {
        memchr::memmem::find(self.files.text(span).as_bytes(), MARK).is_some()
    }
}
