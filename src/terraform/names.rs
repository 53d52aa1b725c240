//! What names in a module stand for: variables, locals and outputs, worked out on demand.

use super::convert::{Constraint, apply, type_of};
use super::ephemeral;
use super::expand::Each;
use super::run::{Caller, Failure, Instance, Outcome, Run, Scope};
use super::types;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::hcl::{Block, Expr, ExprKind};
use crate::value::{Kind, Unknown, Value, Via};
use std::rc::Rc;
use std::sync::Arc;

impl Run<'_> {
    /// `var.NAME`. `Err`: it is declared nowhere.
    pub(super) fn variable(&self, instance: &Rc<Instance>, name: &Arc<str>, span: Span) -> Outcome {
        let Some(block) = instance.module.variables.get(name) else {
            return Err(Failure::undeclared(span, &format!("var.{name}")));
        };
        Ok(self.once(
            &instance.variables,
            name,
            || self.cycle(&format!("var.{name}"), block.header),
            || self.make_variable(instance, name, block),
        ))
    }

    fn make_variable(&self, instance: &Rc<Instance>, name: &Arc<str>, block: &Block) -> Value {
        let constraint = self.constraint(instance, block);
        let flag = |argument| flag(block, argument);
        let nullable = flag("nullable").unwrap_or(true);
        let secret = flag("sensitive").unwrap_or(false);
        let ephemeral = flag("ephemeral") == Some(true);
        let given = match &instance.caller {
            None => self.input(name, constraint.as_ref(), secret),
            Some(caller) => self.argument(caller, name, ephemeral),
        };
        let given = given.filter(|v| nullable || !v.is_null());
        let default = || {
            let default = block.body.attribute("default")?;
            if secret {
                self.files.hide(default.expr.span);
            }
            let value = self.settle(self.constant(instance, &default.expr), default.expr.span);
            Some(value.through(Via::Default(name.clone()), default.expr.span))
        };
        let value = given
            .or_else(default)
            .unwrap_or_else(|| match &instance.caller {
                None => self.without_value(name, block),
                Some(_) => {
                    let reason = format!("argument `{name}` of its module is missing");
                    let unknown = Unknown {
                        not_null: !nullable,
                        ..Unknown::because(reason)
                    };
                    Value::unknown(unknown, block.header)
                }
            });
        let mut value = match constraint {
            Some(constraint) => {
                let value = Value {
                    sensitive: value.sensitive || secret,
                    ..value
                };
                value.conceal(self.files); // also what does not fit
                self.constrained(&constraint, value, name, block.header)
            }
            None => value,
        };
        value.sensitive |= secret;
        if ephemeral {
            let what = instance.inside(&format!("var.{name}"));
            let unknown = ephemeral::unknown(&what, type_of(&value));
            value.kind = Kind::Unknown(Arc::new(unknown));
        }
        value.conceal(self.files);
        value
    }

    /// What a call gives to a variable.
    fn argument(&self, caller: &Caller, name: &Arc<str>, ephemeral: bool) -> Option<Value> {
        let expr = &caller.block.body.attribute(name)?.expr;
        let scope = Scope::of(&caller.instance, &caller.each);
        let mut value = self.settle(self.eval(expr, scope), expr.span);
        if !ephemeral {
            let help = "declare the variable with ephemeral = true";
            self.refuse_ephemeral(&mut value, &format!("argument `{name}`"), expr.span, help);
        }
        Some(value.through(Via::Argument(name.clone()), expr.span))
    }

    /// A variable of the root module that nobody gives a value to.
    pub(super) fn without_value(&self, name: &str, block: &Block) -> Value {
        let unknown = Unknown {
            identity: Some(format!("var.{name}").into()),
            not_null: flag(block, "nullable") == Some(false),
            ..Unknown::because(format!("`var.{name}` has no value"))
                .settle(format!("pass --var {name}=… or --var-file"))
        };
        Value::unknown(unknown, block.header)
    }

    fn constrained(
        &self,
        constraint: &Constraint,
        value: Value,
        name: &str,
        header: Span,
    ) -> Value {
        let place = value.place.clone();
        apply(constraint, value).unwrap_or_else(|e| {
            let message = format!("the value of `var.{name}` does not fit its type: {e}");
            self.tell(
                Diagnostic::error("terraform-evaluation", message.clone())
                    .at(place.primary())
                    .related("declared here", header),
            );
            let mut unknown = Value::unknown(
                Unknown::because(message).of(constraint.to_type()),
                place.span,
            );
            unknown.place = place;
            unknown
        })
    }

    /// The type constraint of a variable, where one is written.
    fn constraint(&self, instance: &Rc<Instance>, block: &Block) -> Option<Constraint> {
        let ty = block.body.attribute("type")?;
        let constant = |expr: &Expr| Some(self.settle(self.constant(instance, expr), expr.span));
        match types::constraint(&ty.expr, &constant) {
            Ok(constraint) => Some(constraint),
            Err((span, message)) => {
                self.tell(Diagnostic::error("terraform-evaluation", message).at(span));
                None
            }
        }
    }

    /// The value of an expression that refers to nothing.
    pub(super) fn constant(&self, instance: &Rc<Instance>, expr: &Expr) -> Outcome {
        let each = Each::default();
        let scope = Scope {
            closed: true,
            ..Scope::of(instance, &each)
        };
        self.eval(expr, scope)
    }

    /// `local.NAME`. `Err`: it is declared nowhere.
    pub(super) fn local(&self, instance: &Rc<Instance>, name: &Arc<str>, span: Span) -> Outcome {
        let Some(attribute) = instance.module.locals.get(name) else {
            return Err(Failure::undeclared(span, &format!("local.{name}")));
        };
        Ok(self.once(
            &instance.locals,
            name,
            || self.cycle(&format!("local.{name}"), attribute.name.span),
            || {
                let each = Each::default();
                let outcome = self.eval(&attribute.expr, Scope::of(instance, &each));
                self.settle(outcome, attribute.expr.span)
            },
        ))
    }

    /// An output of a module instance. `Err`: it is declared nowhere.
    pub(super) fn output(&self, instance: &Rc<Instance>, name: &Arc<str>, span: Span) -> Outcome {
        let Some(block) = instance.module.outputs.get(name) else {
            return Err(Failure::new(
                span,
                format!("the module has no output `{name}`"),
            ));
        };
        let make = || {
            let Some(value) = block.body.attribute("value") else {
                return Value::null(block.header);
            };
            let each = Each::default();
            let outcome = self.eval(&value.expr, Scope::of(instance, &each));
            let mut value = self.settle(outcome, value.expr.span);
            let declared = block.body.attribute("sensitive");
            if declared.is_some_and(|a| matches!(a.expr.kind, ExprKind::Bool(true))) {
                value.sensitive = true;
            } else if value.has_sensitive() {
                let message = format!("output `{name}` holds a sensitive value");
                self.tell(
                    Diagnostic::error("terraform-evaluation", message)
                        .at(block.header)
                        .help("declare it with sensitive = true"),
                );
            }
            self.output_ephemerality(instance, name, block, &mut value);
            value
        };
        let cycle = || self.cycle(&format!("output.{name}"), block.header);
        Ok(self.once(&instance.outputs, name, cycle, make))
    }
}

/// The value of a flag that is written out.
pub(super) fn flag(block: &Block, argument: &str) -> Option<bool> {
    match block.body.attribute(argument)?.expr.kind {
        ExprKind::Bool(flag) => Some(flag),
        _ => None,
    }
}
