//! What a function takes and gives.

use super::{Call, Outcome};
use crate::value::Type;

/// A parameter's type and what it takes without further ado (the flags below).
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) ty: Want,
    pub(super) takes: u8,
}

/// Null is an argument like any other.
pub(super) const NULL: u8 = 1;
/// Something unknown as a whole is an argument like any other.
pub(super) const UNKNOWN: u8 = 1 << 1;
/// Sensitive parts stay where they are, instead of making the result sensitive.
pub(super) const MARKS: u8 = 1 << 2;
/// A text with holes is an argument like any other.
pub(super) const HOLES: u8 = 1 << 3;
/// A collection that may have more elements is an argument like any other.
pub(super) const MORE: u8 = 1 << 4;
/// On the contrary: anything unknown inside makes the result unknown.
pub(super) const WHOLE: u8 = 1 << 5;

/// Its mark does not reach the result.
pub(super) const SHED: u8 = 1 << 6;
/// While it is unknown, Terraform does not call the function: no other argument's value is found fault with.
pub(super) const LATE: u8 = 1 << 7;

/// The types of parameters. Those up to `Fields` take a value as it is, and refuse other types.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Want {
    Any,
    /// A list or a tuple.
    Row,
    /// A list, a tuple or a set.
    Run,
    /// A map or an object.
    Fields,
    /// Anything that has a length.
    Sized,
    /// A text, and nothing that could become one.
    Word,
    Bool,
    Text,
    Number,
    List,
    Texts,
    Bools,
    Set,
    MapOfTexts,
}

/// What a function works with, whatever is unknown in its arguments.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Works {
    /// It may fail.
    Perhaps,
    /// It takes every text.
    AnyText,
    /// It takes collections apart or puts them together, without looking at what is in them.
    AnyForm,
}

/// A function's name, parameters, result and what it does.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [Parameter],
    pub(super) rest: Option<Parameter>,
    pub(super) result: Want,
    /// What it works with, whatever is unknown in it.
    pub(super) works: Works,
    /// The result is its first argument in another form, and keeps that one's place.
    pub(super) transforms: bool,
    pub(super) body: fn(&Call) -> Outcome,
}

impl Want {
    pub(super) fn to_type(self) -> Type {
        let list = |t| Type::List(Box::new(t));
        match self {
            Want::Any | Want::Row | Want::Run | Want::Fields | Want::Sized | Want::Word => {
                Type::Dynamic
            }
            Want::Bool => Type::Bool,
            Want::Text => Type::String,
            Want::Number => Type::Number,
            Want::List => list(Type::Dynamic),
            Want::Texts => list(Type::String),
            Want::Bools => list(Type::Bool),
            Want::Set => Type::Set(Box::new(Type::Dynamic)),
            Want::MapOfTexts => Type::Map(Box::new(list(Type::String))),
        }
    }
}

impl Want {
    /// What a value of this type would have to be instead.
    pub(super) fn refuses(self, ty: &Type) -> Option<&'static str> {
        let row = matches!(ty, Type::List(_) | Type::Tuple(_));
        let fields = matches!(ty, Type::Map(_) | Type::Object(_));
        let run = row || matches!(ty, Type::Set(_));
        let (fits, wanted) = match self {
            Want::Row => (row, "a list or a tuple"),
            Want::Run => (run, "a list, a tuple or a set"),
            Want::Fields => (fields, "a map or an object"),
            Want::Sized => (
                run || fields || *ty == Type::String,
                "a text or a collection",
            ),
            Want::Word => (*ty == Type::String, "a text"),
            _ => (true, ""),
        };
        (!fits && *ty != Type::Dynamic).then_some(wanted)
    }
}
