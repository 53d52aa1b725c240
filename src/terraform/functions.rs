//! Terraform's built-in functions, and those of the aws provider that compute without AWS.
//! <https://developer.hashicorp.com/terraform/language/functions>
//!
//! Arguments that are unknown as a whole make an unknown result that says why; where Terraform knows better (the length of
//! a list of unknown elements, the keys of a map of unknown values) so does the function. Elements keep the place where
//! they were written.

use super::convert::convert;
use crate::span::{Files, Span};
use crate::value::{Kind, Number, Text, Type, Unknown, Value, Via};
use std::path::Path;
use std::sync::Arc;

mod aws;
mod collections;
mod encoding;
mod files;
mod format;
mod hashing;
mod json;
mod lists;
mod maps;
mod network;
mod numbers;
mod regex;
mod sets;
mod strings;
mod table;
mod text;
mod time;
mod types;
mod yaml;

pub use self::files::read;
pub(super) use self::json::Writer;
pub use self::json::encode as encode_json;
pub(super) use self::text::replace_literal;

/// What functions may ask the surroundings: the file system below a directory.
#[derive(Debug)]
pub struct Context<'a> {
    /// Where texts that are read are kept, so that findings can point into them.
    pub files: &'a Files,
    /// The directory where terraform would be run: the root module's. Relative paths count from here.
    pub root: &'a Path,
    /// The same directory as the user calls it; paths of files that are read are shown below it.
    pub shown: &'a str,
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The argument that is at fault, counted from 0.
    pub argument: Option<usize>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
}

/// One call under way: checked and converted arguments.
pub(super) struct Call<'a> {
    /// The arguments.
    pub(super) args: Vec<Value>,
    /// The surroundings.
    pub(super) context: &'a Context<'a>,
    /// The call's place.
    pub(super) span: Span,
}

type Outcome = Result<Value, FunctionError>;

/// A parameter's type and what it takes without further ado (the flags below).
struct Parameter {
    name: &'static str,
    ty: Want,
    takes: u8,
}

/// Null is an argument like any other.
const NULL: u8 = 1;
/// Something unknown as a whole is an argument like any other.
const UNKNOWN: u8 = 1 << 1;
/// Sensitive parts stay where they are, instead of making the result sensitive.
const MARKS: u8 = 1 << 2;
/// A text with holes is an argument like any other.
const HOLES: u8 = 1 << 3;
/// A collection that may have more elements is an argument like any other.
const MORE: u8 = 1 << 4;
/// On the contrary: anything unknown inside makes the result unknown.
const WHOLE: u8 = 1 << 5;

/// Its mark does not reach the result.
const SHED: u8 = 1 << 6;

/// The types of parameters.
#[derive(Clone, Copy, PartialEq)]
enum Want {
    Any,
    Bool,
    Text,
    Number,
    List,
    Texts,
    Bools,
    Set,
    MapOfTexts,
}

/// A function's name, parameters, result and what it does.
struct Function {
    name: &'static str,
    parameters: &'static [Parameter],
    rest: Option<Parameter>,
    result: Want,
    /// The result is its first argument in another form, and keeps that one's place.
    transforms: bool,
    body: fn(&Call) -> Outcome,
}

impl Want {
    fn to_type(self) -> Type {
        let list = |t| Type::List(Box::new(t));
        match self {
            Want::Any => Type::Dynamic,
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

impl FunctionError {
    /// A call that cannot be done, whatever the argument.
    pub fn new(message: impl Into<String>) -> Self {
        FunctionError {
            argument: None,
            message: message.into(),
        }
    }

    /// An argument that is at fault.
    pub fn argument(index: usize, message: impl Into<String>) -> Self {
        FunctionError {
            argument: Some(index),
            message: message.into(),
        }
    }
}

/// Whether there is a function of this name (`try`, `can`, `templatefile` and `templatestring`, which need the
/// evaluator, are not among them).
pub fn exists(name: &str) -> bool {
    find(name).is_some()
}

fn find(name: &str) -> Option<&'static Function> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let at = table::FUNCTIONS
        .binary_search_by(|f| f.name.cmp(name))
        .ok()?;
    table::FUNCTIONS.get(at)
}

/// Calls a function with arguments of any type, as Terraform does: they are counted, converted and checked first. The
/// result of a call stands where the call stands; what is taken out of an argument keeps its own place.
///
/// # Errors
/// Where Terraform would refuse the call.
pub fn call(
    name: &str,
    args: Vec<Value>,
    context: &Context,
    span: Span,
) -> Result<Value, FunctionError> {
    let Some(function) = find(name) else {
        return Err(FunctionError::new(format!(
            "there is no function named `{name}`"
        )));
    };
    count(function, &args)?;
    let mut sensitive = false;
    let mut unknown: Option<Unknown> = None;
    let mut converted = Vec::with_capacity(args.len());
    for (i, arg) in args.into_iter().enumerate() {
        let Some(parameter) = function.parameters.get(i).or(function.rest.as_ref()) else {
            continue;
        };
        if arg.is_null() && parameter.takes & NULL == 0 {
            return Err(FunctionError::argument(i, "argument must not be null"));
        }
        let arg =
            convert(&arg, &parameter.ty.to_type()).map_err(|e| FunctionError::argument(i, e))?;
        let marks = parameter.takes & MARKS != 0;
        let marked = if marks {
            arg.sensitive
        } else {
            arg.has_sensitive()
        };
        sensitive |= marked && parameter.takes & SHED == 0;
        if unknown.is_none() {
            unknown = hindrance(&arg, parameter.takes).cloned();
        }
        converted.push(arg);
    }
    let mut value = match unknown {
        Some(u) => Value::new(opaque(&u, function.result.to_type()), span),
        None => (function.body)(&Call {
            args: converted.clone(),
            context,
            span,
        })?,
    };
    if let (true, Some(first)) = (function.transforms, converted.first()) {
        value.place = first.place.clone();
        value.place.key = None;
        value
            .place
            .push(Via::Other(format!("{}()", function.name).into()), span);
    }
    value.sensitive |= sensitive;
    Ok(value)
}

/// What in an argument keeps the function from being called.
fn hindrance(arg: &Value, takes: u8) -> Option<&Unknown> {
    match &arg.kind {
        Kind::Unknown(u) if takes & UNKNOWN == 0 => Some(u),
        Kind::Unknown(_) => None,
        Kind::String(t) if takes & HOLES == 0 => t.first_hole(),
        Kind::Sequence { more: Some(u), .. } | Kind::Mapping { more: Some(u), .. }
            if takes & MORE == 0 =>
        {
            Some(u)
        }
        _ if takes & WHOLE != 0 => arg.first_unknown(),
        _ => None,
    }
}

fn count(function: &Function, args: &[Value]) -> Result<(), FunctionError> {
    let wanted = function.parameters.len();
    if args.len() < wanted {
        let missing = function.parameters.get(args.len()).map_or("", |p| p.name);
        return Err(FunctionError::new(format!("missing value for `{missing}`")));
    }
    if args.len() > wanted && function.rest.is_none() {
        return Err(FunctionError::argument(
            wanted,
            format!("too many arguments: `{}` takes {wanted}", function.name),
        ));
    }
    Ok(())
}

/// The unknown result of something unknown: for the same reason, of another type, but no longer what that stands for.
fn opaque(unknown: &Unknown, ty: Type) -> Kind {
    Kind::Unknown(Arc::new(Unknown {
        ty,
        reason: unknown.reason.clone(),
        settle: unknown.settle.clone(),
        ..Unknown::default()
    }))
}

impl Call<'_> {
    fn get(&self, index: usize) -> Result<&Value, FunctionError> {
        (self.args.get(index)).ok_or_else(|| FunctionError::new("not enough arguments"))
    }

    /// A text argument that may have holes.
    fn text(&self, index: usize) -> Result<&Text, FunctionError> {
        (self.get(index)?.as_text())
            .ok_or_else(|| FunctionError::argument(index, "string required"))
    }

    /// A text argument without holes.
    fn str(&self, index: usize) -> Result<&str, FunctionError> {
        (self.text(index)?.known()).ok_or_else(|| FunctionError::argument(index, "string required"))
    }

    fn number(&self, index: usize) -> Result<&Number, FunctionError> {
        match &self.get(index)?.kind {
            Kind::Number(n) => Ok(n),
            _ => Err(FunctionError::argument(index, "number required")),
        }
    }

    /// A number argument that must be whole.
    fn whole(&self, index: usize) -> Result<i64, FunctionError> {
        (self.number(index)?.to_i64()).ok_or_else(|| {
            FunctionError::argument(
                index,
                "value must be a whole number, between -9223372036854775808 and 9223372036854775807",
            )
        })
    }

    /// The elements of a sequence argument, each having inherited the way that the sequence came.
    fn items(&self, index: usize) -> Result<Vec<Value>, FunctionError> {
        Ok(self.get(index)?.items())
    }

    /// A result that stands where the call stands.
    fn value(&self, kind: Kind) -> Value {
        Value::new(kind, self.span)
    }

    /// A text as the result.
    fn made(&self, made: impl AsRef<str>) -> Value {
        Value::text(super::convert::text(made.as_ref()), self.span)
    }

    fn bool(&self, yes: bool) -> Value {
        Value::bool(yes, self.span)
    }

    fn count(&self, n: usize) -> Value {
        Value::number(Number::count(n), self.span)
    }

    /// A list as the result.
    fn list(&self, of: Type, items: Vec<Value>) -> Value {
        let shape = crate::value::Sequence::List(of);
        self.value(Kind::Sequence {
            shape,
            items,
            more: None,
        })
    }

    /// An unknown result because of what is unknown in an argument.
    fn unknown(&self, because: &Unknown, ty: Type) -> Value {
        self.value(opaque(because, ty))
    }
}

#[cfg(test)]
pub(in crate::terraform) mod tests;
