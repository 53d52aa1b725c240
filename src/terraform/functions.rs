//! Terraform's built-in functions, and those of the aws provider that compute without AWS.
//! <https://developer.hashicorp.com/terraform/language/functions>
//!
//! Arguments that are unknown as a whole make an unknown result that says why; where Terraform knows better (the length of
//! a list of unknown elements, the keys of a map of unknown values) so does the function. Elements keep the place where
//! they were written.

use super::convert::{convert, friendly, type_of};
use crate::span::{Files, Span};
use crate::value::{Kind, Number, Text, Type, UNSAID, Unknown, Value, Via};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

mod aws;
mod certain;
mod charsets;
mod collections;
mod csv;
mod encoding;
mod files;
mod format;
mod hashing;
mod json;
mod lists;
mod maps;
mod network;
mod numbers;
mod project;
mod regex;
mod sets;
mod signature;
mod strings;
mod table;
mod text;
mod tfvars;
mod time;
mod types;
mod yaml;

pub use self::certain::surely_works;
pub use self::files::read;
pub(super) use self::json::Writer;
pub use self::json::encode as encode_json;
pub use self::project::{Project, outside};
use self::signature::{
    Function, HOLES, LATE, MARKS, MORE, NULL, Parameter, SHED, UNKNOWN, WHOLE, Want, Works,
};
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
    /// How far files are read.
    pub project: &'a Project,
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The argument that is at fault, counted from 0.
    pub argument: Option<usize>,
    /// What is wrong: lower case, no full stop. Words that are made for the call may quote its arguments.
    pub message: Cow<'static, str>,
    /// A file is to be hashed that is not there: what is built before it is deployed often is not while code is checked.
    pub unbuilt: bool,
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

impl FunctionError {
    /// A call that cannot be done, whatever the argument.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        FunctionError {
            argument: None,
            message: message.into(),
            unbuilt: false,
        }
    }

    /// An argument that is at fault.
    pub fn argument(index: usize, message: impl Into<Cow<'static, str>>) -> Self {
        FunctionError {
            argument: Some(index),
            message: message.into(),
            unbuilt: false,
        }
    }

    /// The same without what its words may quote.
    fn unsaid(mut self) -> Self {
        if let Cow::Owned(_) = self.message {
            self.message = Cow::Borrowed(UNSAID);
        }
        self
    }
}

/// Whether there is a function of this name (`try`, `can`, `templatefile`, `templatestring` and `decode_tfvars`, which need
/// the evaluator, are not among them).
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
    run(function, &args, context, span).map_err(|error| {
        match args.iter().any(Value::has_sensitive) {
            true => error.unsaid(),
            false => error,
        }
    })
}

fn run(function: &Function, args: &[Value], context: &Context, span: Span) -> Outcome {
    let Prepared {
        args: converted,
        unknown,
        sensitive,
    } = prepare(function, args)?;
    let result = function.result.to_type();
    let mut value = match unknown {
        Some(u) => Value::new(opaque(&u, result), span),
        None => {
            let call = Call {
                args: converted.clone(),
                context,
                span,
            };
            match ((function.body)(&call), postponed(function, &converted)) {
                (Err(_), Some(u)) => Value::new(opaque(u, result), span),
                (made, _) => made?,
            }
        }
    };
    if let (true, Some(first)) = (function.transforms, converted.first()) {
        value.place = first.place.clone();
        value.place.key = None;
        value
            .place
            .push(Via::Other(format!("{}()", function.name).into()), span);
    }
    if value.place.span == span && value.place.trail.is_none() {
        value.place.made_of(&converted, function.name);
    }
    value.sensitive |= sensitive;
    if value.sensitive {
        value.conceal(context.files);
    }
    Ok(value)
}

/// Arguments that were counted, converted and checked.
struct Prepared {
    args: Vec<Value>,
    /// What keeps the function from being called.
    unknown: Option<Unknown>,
    /// Marks of arguments reach the result.
    sensitive: bool,
}

fn prepare(function: &Function, args: &[Value]) -> Result<Prepared, FunctionError> {
    let mut sensitive = false;
    let mut unknown: Option<Unknown> = None;
    let mut converted = Vec::with_capacity(args.len());
    for (i, arg) in args.iter().enumerate() {
        let Some(parameter) = function.parameters.get(i).or(function.rest.as_ref()) else {
            continue;
        };
        if arg.is_null() && parameter.takes & NULL == 0 {
            return Err(FunctionError::argument(i, "argument must not be null"));
        }
        let arg =
            convert(arg, &parameter.ty.to_type()).map_err(|e| FunctionError::argument(i, e))?;
        let marked = match parameter.takes & MARKS != 0 {
            true => arg.sensitive,
            false => arg.has_sensitive(),
        };
        sensitive |= marked && parameter.takes & SHED == 0;
        if unknown.is_none() {
            unknown = hindrance(&arg, parameter).cloned();
        }
        converted.push(arg);
    }
    fits(function, &converted)?;
    Ok(Prepared {
        args: converted,
        unknown,
        sensitive,
    })
}

/// Whether arguments, as far as their types are known, are of a type that the function takes. Where all are known, the
/// function itself says so; something unknown of any type ends the search, as in Terraform.
fn fits(function: &Function, args: &[Value]) -> Result<(), FunctionError> {
    if !args.iter().any(is_open) {
        return Ok(());
    }
    for (i, arg) in args.iter().enumerate() {
        let ty = type_of(arg);
        if ty == Type::Dynamic && !arg.is_null() {
            return Ok(());
        }
        let parameter = function.parameters.get(i).or(function.rest.as_ref());
        if let Some(wanted) = parameter.and_then(|p| p.ty.refuses(&ty)) {
            let message = format!("{wanted} is required; got {}", friendly(&ty));
            return Err(FunctionError::argument(i, message));
        }
    }
    Ok(())
}

/// Whether a value is unknown as a whole, as Terraform sees it.
fn is_open(value: &Value) -> bool {
    match &value.kind {
        Kind::Unknown(_) => true,
        Kind::String(text) => text.known().is_none(),
        _ => value.more().is_some(),
    }
}

/// The unknown argument for which Terraform would not have called the function yet.
fn postponed<'a>(function: &Function, args: &'a [Value]) -> Option<&'a Unknown> {
    let late = |i: usize| {
        let parameter = function.parameters.get(i).or(function.rest.as_ref());
        parameter.is_some_and(|p| p.takes & LATE != 0)
    };
    let mut late = (args.iter().enumerate()).filter(|(i, arg)| late(*i) && is_open(arg));
    late.find_map(|(_, arg)| arg.first_unknown())
}

/// What in an argument keeps the function from being called.
fn hindrance<'a>(arg: &'a Value, parameter: &Parameter) -> Option<&'a Unknown> {
    let takes = parameter.takes;
    match &arg.kind {
        Kind::Sequence { more: Some(u), .. } if parameter.ty == Want::Sized && u.order_only => None,
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
            items: items.into(),
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
