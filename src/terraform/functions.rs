//! Terraform's built-in functions, and those of the aws provider that compute without AWS.
//! <https://developer.hashicorp.com/terraform/language/functions>
//!
//! Arguments that are unknown as a whole make an unknown result that says why; where Terraform knows better (the length of
//! a list of unknown elements, the keys of a map of unknown values) so does the function. Elements keep the place where
//! they were written.

use super::convert::{convert, friendly};
use crate::span::{Files, Span};
use crate::value::{Kind, Type, Unknown, Value};
use std::path::Path;
use std::sync::Arc;

mod table;

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

/// A parameter's type and what it takes without further ado.
struct Parameter {
    name: &'static str,
    ty: Want,
    /// Null is an argument like any other.
    null: bool,
    /// An unknown argument (as a whole) is an argument like any other.
    unknown: bool,
    /// Sensitive parts stay where they are, instead of making the result sensitive.
    marks: bool,
}

/// The types of parameters.
#[derive(Clone, Copy)]
enum Want {
    Any,
    Text,
    Number,
    List,
    Texts,
    Bools,
    Set,
    MapOfTexts,
}

/// A function's name, parameters and what it does.
struct Function {
    name: &'static str,
    parameters: &'static [Parameter],
    rest: Option<Parameter>,
    result: Want,
    body: fn(&Call) -> Outcome,
}

impl Want {
    fn to_type(self) -> Type {
        let list = |t| Type::List(Box::new(t));
        match self {
            Want::Any => Type::Dynamic,
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
    let mut unknown: Option<Arc<Unknown>> = None;
    let mut converted = Vec::with_capacity(args.len());
    for (i, arg) in args.into_iter().enumerate() {
        let Some(parameter) = function.parameters.get(i).or(function.rest.as_ref()) else {
            continue;
        };
        if arg.is_null() && !parameter.null {
            return Err(FunctionError::argument(i, "argument must not be null"));
        }
        let arg = convert(&arg, &parameter.ty.to_type())
            .map_err(|e| FunctionError::argument(i, mismatch(&e, parameter)))?;
        sensitive |= if parameter.marks {
            arg.sensitive
        } else {
            arg.has_sensitive()
        };
        if let (Kind::Unknown(u), false) = (&arg.kind, parameter.unknown) {
            unknown.get_or_insert_with(|| u.clone());
        }
        converted.push(arg);
    }
    let mut value = match unknown {
        Some(u) => Value::new(opaque(&u, function.result.to_type()), span),
        None => (function.body)(&Call {
            args: converted,
            context,
            span,
        })?,
    };
    value.sensitive |= sensitive;
    Ok(value)
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

fn mismatch(error: &str, parameter: &Parameter) -> String {
    match parameter.ty {
        Want::Any | Want::Text | Want::Number => error.to_owned(),
        other => format!("{error} ({} wanted)", friendly(&other.to_type())),
    }
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
        self.args
            .get(index)
            .ok_or_else(|| FunctionError::new("not enough arguments"))
    }

    /// A result that stands where the call stands.
    fn value(&self, kind: Kind) -> Value {
        Value::new(kind, self.span)
    }

    /// An unknown result because of what is unknown in an argument.
    fn unknown(&self, because: &Unknown, ty: Type) -> Value {
        self.value(opaque(because, ty))
    }
}

#[cfg(test)]
mod tests;
