//! `Globals` of the serverless transform: what every resource of a type is given besides its own properties. Mappings are
//! put together, lists joined, and anything else is the resource's own where it has it.
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html>

use super::scope::Scope;
use super::stack::Stack;
use crate::value::{Kind, Value};

/// The transform that knows them.
const SERVERLESS: &str = "AWS::Serverless-2016-10-31";

impl Stack<'_> {
    /// A resource's properties with the globals of its type.
    pub(super) fn with_globals(&self, kind: &str, own: Value) -> Value {
        let transforms = &self.template.transforms;
        if !transforms.iter().any(|(name, _)| name == SERVERLESS) {
            return own;
        }
        let section = kind.strip_prefix("AWS::Serverless::");
        let globals = section.and_then(|name| self.template.tree.get("Globals")?.get(name));
        let globals = globals.and_then(|tree| self.value(tree, &Scope::default()));
        match globals {
            Some(globals) => merged(globals, own),
            None => own,
        }
    }
}

/// Two values put together, the second one's own parts first in rank.
fn merged(global: Value, own: Value) -> Value {
    let mut out = own.clone();
    match (&mut out.kind, global.kind) {
        (
            Kind::Mapping { entries, more, .. },
            Kind::Mapping {
                entries: given,
                more: open,
                ..
            },
        ) => {
            for (name, value) in given {
                let value = match entries.remove(&name) {
                    Some(own) => merged(value, own),
                    None => value,
                };
                entries.insert(name, value);
            }
            *more = more.take().or(open);
            out
        }
        (
            Kind::Sequence { items, more, .. },
            Kind::Sequence {
                items: given,
                more: open,
                ..
            },
        ) => {
            items.splice(0..0, given);
            *more = more.take().or(open);
            out
        }
        _ => own,
    }
}
