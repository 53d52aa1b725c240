//! OpenTofu's `lifecycle { enabled = … }`: one instance or none.
//! <https://opentofu.org/docs/language/meta-arguments/enabled/>

use super::convert::convert;
use super::expand::{Each, Expansion, Key, Shape};
use super::expression::reason_of;
use super::run::{Failure, Outcome, Run, Scope};
use crate::syntax::hcl::{Attribute, Body};
use crate::value::{Kind, Type};
use std::sync::Arc;

/// The argument, where there is one.
pub(super) fn attribute(body: &Body) -> Option<&Attribute> {
    let mut lifecycles = body.blocks("lifecycle");
    lifecycles.find_map(|b| b.body.attribute("enabled"))
}

impl Run<'_> {
    /// The instances of something that may be switched off.
    pub(super) fn enabled(&self, attribute: &Attribute, scope: Scope) -> Outcome<Expansion> {
        let span = attribute.expr.span;
        let one = |key, why| Expansion::of(Shape::Single, [(key, Each::default())], why);
        let value = self.eval(&attribute.expr, scope)?;
        if value.is_null() {
            return Err(Failure::new(span, "`enabled` is null"));
        }
        let value = convert(&value, &Type::Bool)
            .map_err(|e| Failure::new(span, format!("`enabled`: {e}")))?;
        Ok(match &value.kind {
            Kind::Bool(true) => one(Key::None, None),
            Kind::Bool(false) => Expansion::of(Shape::Single, [], None),
            _ => Expansion {
                several: false,
                ..one(Key::Any, Some(Arc::new(reason_of(&value))))
            },
        })
    }
}
