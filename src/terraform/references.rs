//! References to resources and modules: which instances are meant, and what is taken out of them.

use super::computed::after_apply;
use super::convert::convert;
use super::expand::{Expanded, Expansion, Key, Shape, Single};
use super::expression::reason_of;
use super::resources::Made;
use super::run::{Failure, Instance, Outcome, Run, Scope};
use super::schema::{self, Schema};
use crate::raw::{Mode, RawResource};
use crate::span::Span;
use crate::syntax::hcl::Step;
use crate::value::{Kind, Type, Unknown, Value, Via};
use std::rc::Rc;
use std::sync::Arc;

/// What the steps behind the name of a resource or a module pick.
enum Picked<'e> {
    /// One, and the key that it was called by.
    One(&'e Single, Key),
    Unknown(Unknown),
    All,
}

impl Run<'_> {
    /// A resource or data source and the steps behind its name.
    pub(super) fn resource_reference(
        &self,
        expanded: &Rc<Expanded>,
        rest: &[Step],
        span: Span,
        scope: Scope,
    ) -> Outcome {
        let what = || expanded.declared.address();
        let (picked, rest) = self.pick(&expanded.expansion, rest, what, span, scope)?;
        let value = match (picked, rest.split_first()) {
            (Picked::One(single, key), Some((Step::Attr(attribute), rest))) => {
                let address = expanded.address_of(&key);
                let made = self.made_for(expanded, single, &attribute.text);
                let value = self.attribute_of(&made, address, &attribute.text, span);
                return self.steps(value, rest, span, scope);
            }
            (Picked::One(single, key), _) => {
                let address = expanded.address_of(&key);
                self.whole(&self.made(expanded, single), address, span)
            }
            (Picked::Unknown(unknown), _) => {
                let any = expanded.address_of(&Key::Any);
                Value::unknown(unknown, span).through(Via::Reference(any, "".into()), span)
            }
            (Picked::All, _) => {
                let value = |single: &Single| {
                    let address = expanded.address_of(&single.key);
                    self.whole(&self.made(expanded, single), address, span)
                };
                let all = expanded.expansion.container(span, value);
                match expanded.expansion.open {
                    Some(_) => {
                        let any = expanded.address_of(&Key::Any);
                        all.through(Via::Reference(any, "".into()), span)
                    }
                    None => all,
                }
            }
        };
        self.steps(value, rest, span, scope)
    }

    /// A module call and the steps behind its name.
    pub(super) fn module_reference(
        &self,
        name: &Arc<str>,
        rest: &[Step],
        span: Span,
        scope: Scope,
    ) -> Outcome {
        let calls = self.calls(scope.instance, name, span)?;
        if let Some(missing) = &calls.missing {
            self.doubtful(missing);
            return Ok(Value::unknown((**missing).clone(), span));
        }
        let what = || format!("module.{name}");
        let (picked, rest) = self.pick(&calls.expansion, rest, what, span, scope)?;
        let child = |single: &Single| {
            let child = calls.instances.get(single.index).cloned();
            child.ok_or_else(|| Failure::new(span, format!("`module.{name}` has no instance")))
        };
        let value = match (picked, rest.split_first()) {
            (Picked::One(single, _), Some((Step::Attr(output), rest))) => {
                let output = &output.text;
                let value = self.output(&child(single)?, output, span)?;
                let value = value.through(Via::Output(output.clone()), span);
                return self.steps(value, rest, span, scope);
            }
            (Picked::One(single, _), _) => self.outputs(&child(single)?, span),
            (Picked::Unknown(unknown), _) => Value::unknown(unknown, span),
            (Picked::All, _) => (calls.expansion).container(span, |single| match child(single) {
                Ok(child) => self.outputs(&child, span),
                Err(_) => Value::null(span),
            }),
        };
        self.steps(value, rest, span, scope)
    }

    /// An attribute of a resource's instance, with the reference that it comes through. The instance may be called by a key
    /// although nobody knows whether that one exists.
    fn attribute_of(&self, made: &Made, address: Arc<str>, name: &Arc<str>, span: Span) -> Value {
        let via = Via::Reference(address, name.clone());
        if let Some(written) = written(&made.raw, name) {
            return written.through(via, span);
        }
        if let Some(value) = self.computed(made, name) {
            return value.through(via, span);
        }
        let full = self.full(made);
        let value = match &full.kind {
            Kind::Unknown(unknown) => Value::unknown((**unknown).clone(), made.raw.span),
            _ => full.get(name).unwrap_or_else(|| {
                Value::unknown(after_apply(&made.raw, name, Type::Dynamic), made.raw.span)
            }),
        };
        value.through(via, span)
    }

    /// A whole instance; which of its attributes is meant is filled in by the step that takes one.
    fn whole(&self, made: &Made, address: Arc<str>, span: Span) -> Value {
        let full = self.full(made).clone();
        full.through(Via::Reference(address, "".into()), span)
    }

    /// All outputs of a module instance.
    fn outputs(&self, child: &Rc<Instance>, span: Span) -> Value {
        let entries = (child.module.outputs.keys())
            .map(|name| {
                let value = self.settle(self.output(child, name, span), span);
                (name.clone(), value.through(Via::Output(name.clone()), span))
            })
            .collect();
        Value::object(entries, span)
    }

    /// What the first step picks among the instances, and the steps behind it.
    fn pick<'e, 'r>(
        &self,
        expansion: &'e Expansion,
        rest: &'r [Step],
        what: impl Fn() -> String,
        span: Span,
        scope: Scope,
    ) -> Outcome<(Picked<'e>, &'r [Step])> {
        if let (Shape::Single, Some(single)) = (expansion.shape, expansion.items.first()) {
            if let (Key::Any, Some(why)) = (&single.key, &expansion.open) {
                self.doubtful(why); // it may not be enabled
            }
            return Ok((Picked::One(single, Key::None), rest));
        }
        let Some((Step::Index(key, at), behind)) = rest.split_first() else {
            return Ok((Picked::All, rest));
        };
        let ty = match expansion.shape {
            Shape::Count => Type::Number,
            _ => Type::String,
        };
        let given = self.eval(key, scope)?;
        let unsuitable = |e: String| Failure::about(&[&given], *at, format!("unsuitable key: {e}"));
        if given.is_null() {
            return Err(unsuitable("it is null".to_owned()));
        }
        let key = convert(&given, &ty).map_err(unsuitable)?;
        let wanted = match &key.kind {
            Kind::Number(n) => n.to_usize().map(Key::Index),
            Kind::String(t) => t.known().map(|name| Key::Name(name.into())),
            _ => None,
        };
        let Some(wanted) = wanted else {
            if key.is_wholly_known() {
                return Err(unsuitable("it is no natural number".to_owned()));
            }
            let why = reason_of(&key);
            self.doubtful(&why);
            return Ok((Picked::Unknown(why), behind));
        };
        let Some(single) = expansion.find(&wanted) else {
            let message = format!("`{}` has no instance {}", what(), wanted.text());
            return Err(Failure::about(&[&given], span, message));
        };
        if let (Key::Any, Some(why)) = (&single.key, &expansion.open) {
            self.doubtful(why); // it may not be there
        }
        Ok((Picked::One(single, wanted), behind))
    }
}

/// An attribute of a managed resource that is what stands in the code: no block, and not null. Nothing else of the resource
/// need be worked out for it.
fn written(raw: &RawResource, name: &str) -> Option<Value> {
    let block = |s: &Schema| s.blocks.contains_key(name);
    if raw.mode == Mode::Data || schema::of(raw.mode, &raw.kind).is_some_and(block) {
        return None;
    }
    raw.attributes.get(name).filter(|v| !v.is_null())
}
