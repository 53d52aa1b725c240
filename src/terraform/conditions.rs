//! What the code itself demands: `validation` of variables, `precondition` of resources, data sources and outputs. Terraform refuses to go on where
//! one does not hold; what cannot be decided is left to it.
//! <https://developer.hashicorp.com/terraform/language/validate>

use super::expand::{Expanded, Single};
use super::run::{Instance, Run, Scope};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::hcl::Block;
use crate::value::{Kind, Value};
use std::rc::Rc;

impl Run<'_> {
    /// Tells the values that a variable's own rules refuse.
    pub(super) fn validate(
        &self,
        instance: &Rc<Instance>,
        name: &str,
        block: &Block,
        value: &Value,
    ) {
        if instance.doubt.is_some() {
            return; // it may never be asked
        }
        let each = super::expand::Each::default();
        for rule in block.body.blocks("validation") {
            let scope = Scope::of(instance, &each);
            let subject = format!("the value of `var.{name}` is refused");
            self.demand(rule, &subject, value.place.primary(), scope);
        }
    }

    /// Tells the preconditions of a resource or a data source that do not hold.
    pub(super) fn preconditions(&self, expanded: &Expanded, single: &Single) {
        let instance = &expanded.instance;
        let declared = &expanded.declared;
        let address = instance.inside(&format!("{}{}", declared.address(), single.key.text()));
        let doubt = (expanded.expansion).doubt(single, &address, instance.doubt.as_ref());
        if doubt.is_some() {
            return;
        }
        for lifecycle in declared.block(self.files).body.blocks("lifecycle") {
            for rule in lifecycle.body.blocks("precondition") {
                let subject = format!("a precondition of `{address}` does not hold");
                let scope = Scope::of(instance, &single.each);
                self.demand(rule, &subject, rule.header, scope);
            }
        }
    }

    /// Tells the preconditions of a module's outputs that do not hold.
    pub(super) fn output_preconditions(&self, instance: &Rc<Instance>) {
        if instance.doubt.is_some() {
            return;
        }
        let each = super::expand::Each::default();
        for (name, block) in &instance.module.outputs {
            let address = instance.inside(&format!("output.{name}"));
            for rule in block.body.blocks("precondition") {
                let subject = format!("a precondition of `{address}` does not hold");
                self.demand(rule, &subject, rule.header, Scope::of(instance, &each));
            }
        }
    }

    /// Tells a rule whose condition is known to be false.
    fn demand(&self, rule: &Block, subject: &str, at: Span, scope: Scope) {
        let Some(condition) = rule.body.attribute("condition") else {
            return;
        };
        let (outcome, _) = self.with_doubt(|| self.condition(&condition.expr, scope));
        if !outcome.is_ok_and(|v| matches!(v.kind, Kind::Bool(false))) {
            return;
        }
        let message = (rule.body.attribute("error_message"))
            .and_then(|a| self.with_doubt(|| self.eval(&a.expr, scope)).0.ok())
            .filter(|v| !v.has_sensitive());
        let message = match message.as_ref().and_then(Value::as_str) {
            Some(text) => format!("{subject}: {}", text.trim().trim_end_matches('.')),
            None => subject.to_owned(),
        };
        self.tell(
            Diagnostic::error("condition-failed", message)
                .at(at)
                .related("this condition is false", condition.expr.span),
        );
    }
}
