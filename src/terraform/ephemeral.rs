//! Ephemeral values: another one in each phase of a run, and nothing that is kept may hold them. What surely holds one, terraform
//! refuses: the value itself or a part of it, not what is computed from it.
//! <https://developer.hashicorp.com/terraform/language/manage-sensitive-data/ephemeral>

use super::convert::type_of;
use super::names::flag;
use super::run::{Failure, Instance, Outcome, Run, Scope};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::hcl::{Attribute, Block};
use crate::value::{Cause, Kind, Part, Reason, Text, Type, Unknown, Value};
use std::sync::Arc;

/// What stands for an ephemeral value; `what` it is called, in the whole root.
pub(super) fn unknown(what: &str, ty: Type) -> Unknown {
    let reason = Reason::new(Cause::Ephemeral, format!("`{what}` is ephemeral"));
    Unknown {
        identity: Some(what.into()),
        ..Unknown::because(reason).of(ty)
    }
}

/// The ephemeral value in a value, where it is surely one.
pub(super) fn held(value: &Value) -> Option<&Unknown> {
    match &value.kind {
        Kind::Unknown(unknown) => Some(&**unknown).filter(|u| is_ephemeral(u)),
        Kind::String(text) => in_text(text),
        Kind::Sequence { items, .. } => items.iter().find_map(held),
        Kind::Mapping { entries, .. } => entries.values().find_map(held),
        Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) => None,
    }
}

fn in_text(text: &Text) -> Option<&Unknown> {
    text.parts().iter().find_map(|part| match part {
        Part::Hole(hole) => Some(&**hole).filter(|u| is_ephemeral(u)),
        Part::Lit(_) => None,
    })
}

/// What is computed from it has no identity.
fn is_ephemeral(unknown: &Unknown) -> bool {
    unknown.reason.cause == Cause::Ephemeral && unknown.identity.is_some()
}

/// The value with null for what is surely ephemeral in it, as `ephemeralasnull` gives it.
pub(super) fn as_null(value: &mut Value) {
    match &mut value.kind {
        Kind::Unknown(unknown) if is_ephemeral(unknown) => {
            value.kind = Kind::Null(unknown.ty.clone());
        }
        Kind::String(text) if in_text(text).is_some() => value.kind = Kind::Null(Type::String),
        Kind::Sequence { items, .. } => items.iter_mut().for_each(as_null),
        Kind::Mapping { entries, .. } => entries.values_mut().for_each(as_null),
        _ => {}
    }
}

impl Run<'_> {
    /// What is ephemeral about an output: all of it, where it says so, which those of the root module must not.
    pub(super) fn output_ephemerality(
        &self,
        instance: &Instance,
        name: &str,
        block: &Block,
        value: &mut Value,
    ) {
        let root = instance.caller.is_none();
        if flag(block, "ephemeral") != Some(true) {
            let help = match root {
                true => "give it ephemeralasnull() of the value",
                false => "declare it with ephemeral = true",
            };
            self.refuse_ephemeral(value, &format!("output `{name}`"), block.header, help);
            return;
        }
        if root {
            let message = format!("output `{name}` of the root module cannot be ephemeral");
            self.tell(Diagnostic::error("terraform-evaluation", message).at(block.header));
        }
        let what = instance.inside(&format!("output.{name}"));
        value.kind = Kind::Unknown(Arc::new(unknown(&what, type_of(value))));
    }

    /// The value of `count` or `for_each`, which decide on what is kept.
    pub(super) fn lasting(&self, attribute: &Attribute, scope: Scope) -> Outcome {
        let value = self.eval(&attribute.expr, scope)?;
        let ephemeral = value.as_unknown().is_some_and(is_ephemeral);
        if ephemeral {
            let message = format!("`{}` is ephemeral", attribute.name.text);
            return Err(Failure::new(attribute.expr.span, message));
        }
        Ok(value)
    }

    /// Tells that something holds an ephemeral value that must not. What is made of it is not told again.
    pub(super) fn refuse_ephemeral(&self, value: &mut Value, what: &str, at: Span, help: &str) {
        let Some(held) = held(value) else { return };
        let message = format!("{what} holds an ephemeral value: {}", held.reason);
        let failure = Failure::new(at, message).help(help);
        value.kind = Kind::Unknown(Arc::new(self.failed(failure)));
    }
}
