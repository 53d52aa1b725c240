//! What the code itself demands: `validation` of variables, `precondition` of resources, data sources and outputs,
//! `postcondition` of resources and data sources. Terraform refuses to go on where one does not hold; what cannot be decided is
//! left to it.
//! <https://developer.hashicorp.com/terraform/language/validate>

use super::convert::type_of;
use super::expand::{Expanded, Single};
use super::run::{Frame, Instance, Run, Scope};
use crate::diagnostic::{Diagnostic, Level};
use crate::span::Span;
use crate::syntax::hcl::Block;
use crate::value::{Kind, Value, Via};
use std::rc::Rc;
use std::sync::Arc;

impl Run<'_> {
    /// Tells the values that a variable's own rules refuse. A default that they refuse is none: whoever deploys has to give
    /// another value, and which one the code does not say. Gives whether a default was refused: what was worked out with it is
    /// wrong then.
    pub(super) fn validate(
        &self,
        instance: &Rc<Instance>,
        name: &Arc<str>,
        block: &Block,
        value: &Value,
    ) -> bool {
        if instance.doubt.is_some() {
            return false; // it may never be asked
        }
        let each = super::expand::Each::default();
        let outermost = value.place.steps().next().map(|step| &step.via);
        let default = instance.caller.is_none() && matches!(outermost, Some(Via::Default(_)));
        let mut refused = false;
        for rule in block.body.blocks("validation") {
            let scope = Scope::of(instance, &each);
            let subject = match default {
                true => format!("`var.{name}` needs a value, since its default is refused"),
                false => format!("the value of `var.{name}` is refused"),
            };
            let Some(mut problem) = self.demand(rule, &subject, value.place.primary(), scope)
            else {
                continue;
            };
            if default {
                refused = true;
                problem.level = Level::Warning;
                let mut unknown = self.without_value(name, block);
                if let Kind::Unknown(why) = &mut unknown.kind {
                    *why = Arc::new((**why).clone().of(type_of(value)));
                }
                unknown.sensitive = value.sensitive;
                instance.variables.set(name, unknown);
            }
            self.tell(problem);
        }
        refused
    }

    /// Tells the preconditions and postconditions of a resource or a data source that do not hold. Terraform looks at the latter
    /// when it plans, as far as it knows then what they are about.
    pub(super) fn demands_of(&self, expanded: &Rc<Expanded>, single: &Single) {
        let instance = &expanded.instance;
        let body = &expanded.declared.block(self.files).body;
        if body.blocks("lifecycle").next().is_none() {
            return;
        }
        let address = expanded.address_of(&single.key);
        let doubt = (expanded.expansion).doubt(single, &address, instance.doubt.as_ref());
        if doubt.is_some() {
            return;
        }
        let mut refused = false;
        for lifecycle in body.blocks("lifecycle") {
            let scope = Scope::of(instance, &single.each);
            for rule in lifecycle.body.blocks("precondition") {
                let subject = format!("a precondition of `{address}` does not hold");
                let problem = self.demand(rule, &subject, rule.header, scope);
                refused |= problem.is_some();
                problem.into_iter().for_each(|p| self.tell(p));
            }
            if refused {
                return; // it is not planned
            }
            for rule in lifecycle.body.blocks("postcondition") {
                let frame = Frame {
                    name: "self",
                    value: self.full(&self.made(expanded, single)).clone(),
                    outer: None,
                };
                let scope = Scope {
                    frame: Some(&frame),
                    ..scope
                };
                let subject = format!("a postcondition of `{address}` does not hold");
                let problem = self.demand(rule, &subject, rule.header, scope);
                problem.into_iter().for_each(|p| self.tell(p));
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
                let problem = self.demand(rule, &subject, rule.header, Scope::of(instance, &each));
                problem.into_iter().for_each(|p| self.tell(p));
            }
        }
    }

    /// The problem of a rule whose condition is known to be false.
    fn demand(&self, rule: &Block, subject: &str, at: Span, scope: Scope) -> Option<Diagnostic> {
        let condition = rule.body.attribute("condition")?;
        let (outcome, _) = self.with_doubt(|| self.condition(&condition.expr, scope));
        if !outcome.is_ok_and(|v| matches!(v.kind, Kind::Bool(false))) {
            return None;
        }
        let message = (rule.body.attribute("error_message"))
            .and_then(|a| self.with_doubt(|| self.eval(&a.expr, scope)).0.ok())
            .filter(|v| !v.has_sensitive());
        let message = match message.as_ref().and_then(Value::as_str) {
            Some(text) => format!("{subject}: {}", text.trim().trim_end_matches('.')),
            None => subject.to_owned(),
        };
        let problem = Diagnostic::error("condition-failed", message).at(at);
        Some(problem.related("this condition is false", condition.expr.span))
    }
}
