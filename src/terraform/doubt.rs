//! What it hangs on whether instances exist whose number is unknown, and which other instances hang on the same.

use super::expand::{Expansion, Key, Shape, Single};
use super::module::Name;
use super::run::{Run, Scope};
use crate::raw::{Condition, Doubt, Mode};
use crate::syntax::hcl::{Attribute, Expr, ExprKind, Step};
use crate::value::{Kind, Value, Via};
use std::sync::Arc;

impl Expansion {
    /// Why an instance may not exist, inside of what may not exist itself.
    pub(super) fn doubt(
        &self,
        single: &Single,
        address: &str,
        outer: Option<&Arc<Doubt>>,
    ) -> Option<Arc<Doubt>> {
        let why = self.open.clone().filter(|_| single.key == Key::Any);
        let own = why.map(|why| {
            let unsaid = || Condition {
                text: address.into(),
                several: true,
            };
            let condition = self.condition.clone().unwrap_or_else(unsaid);
            Arc::new(Doubt::of(why, condition))
        });
        Doubt::within(own, outer)
    }
}

impl Run<'_> {
    /// Says what the open end of an expansion hangs on: the expression as it stands in its module, or whatever the
    /// resource hangs on that it goes through. `holder` tells apart what stands in different modules.
    pub(super) fn hang(
        &self,
        expansion: &mut Expansion,
        attribute: &Attribute,
        holder: &str,
        scope: Scope,
    ) {
        if expansion.open.is_none() {
            return;
        }
        if let Some((condition, address)) = self.borrowed(expansion.shape, &attribute.expr, scope) {
            for single in &mut expansion.items {
                if let (Key::Any, Some(value)) = (&single.key, single.each.value.take()) {
                    let via = Via::Reference(address.clone(), "".into());
                    single.each.value = Some(value.through(via, attribute.expr.span));
                }
            }
            expansion.condition = Some(condition);
            return;
        }
        let span = attribute.expr.span;
        let text = self.files.text(span);
        expansion.condition = Some(Condition {
            text: format!("{holder}: {} = {text}", attribute.name.text).into(),
            several: expansion.several,
        });
    }

    /// The condition of the resource that `for_each = TYPE.NAME` or `count = length(TYPE.NAME)` goes through, and what its
    /// unknown instances are called.
    fn borrowed(&self, shape: Shape, expr: &Expr, scope: Scope) -> Option<(Condition, Arc<str>)> {
        let inner = match (&expr.kind, shape) {
            (ExprKind::Traverse(..), Shape::ForEach) => expr,
            (ExprKind::Call(call), Shape::Count) if &*call.name.text == "length" => call
                .arguments
                .first()
                .filter(|_| call.arguments.len() == 1)?,
            _ => return None,
        };
        let ExprKind::Traverse(root, steps) = &inner.kind else {
            return None;
        };
        let (ExprKind::Variable(kind), [Step::Attr(name)]) = (&root.kind, steps.as_slice()) else {
            return None;
        };
        let name: Name = (Mode::Managed, kind.clone(), name.text.clone());
        scope.instance.module.by_name.get(&name)?;
        let of = self.expanded(scope.instance, &name, expr.span).ok()?;
        let condition = (of.expansion.condition.clone()).filter(|_| of.expansion.shape == shape)?;
        let address = scope.instance.inside(&of.declared.address());
        Some((condition, format!("{address}[*]").into()))
    }
}

/// Whether a number or a collection of instances is one of several, none of which makes more than one.
pub(super) fn at_most_one(value: &Value) -> bool {
    let few = |case: &Option<Value>| match case.as_ref().map(|v| &v.kind) {
        Some(Kind::Number(n)) => n.to_usize().is_some_and(|n| n <= 1),
        Some(Kind::Sequence { items, more, .. }) => more.is_none() && items.len() <= 1,
        Some(Kind::Mapping { entries, more, .. }) => more.is_none() && entries.len() <= 1,
        Some(_) => false,
        None => true,
    };
    (value.as_unknown()).is_some_and(|u| !u.either.is_empty() && u.either.iter().all(few))
}
