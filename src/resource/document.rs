//! JSON documents inside attributes: policies, lifecycle policies, container definitions.

use super::problem::Problem;
use crate::syntax::json::parse_text;
use crate::value::{Kind, Place, Unknown, Value};
use std::sync::Arc;

/// Why a document cannot be read.
#[derive(Clone, Debug)]
pub enum Unread {
    /// It is none.
    Problem(Problem),
    /// It hangs on this unknown part.
    Unknown(Arc<Unknown>),
}

/// The document that a value holds: an object or list as it stands, or the JSON that a text is. Its parts keep the places
/// where they are written and have come the way of the value.
///
/// # Errors
/// Where the value is unknown, or is no document.
pub fn document(value: &Value) -> Result<Value, Unread> {
    let text = match &value.kind {
        Kind::Mapping { .. } | Kind::Sequence { .. } => return Ok(value.clone()),
        Kind::Unknown(unknown) => return Err(Unread::Unknown(unknown.clone())),
        Kind::String(text) => text,
        Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) => {
            return Err(Unread::Problem(Problem::new(
                "it is no JSON document",
                &value.place,
            )));
        }
    };
    let mut read = match text.json() {
        Some(tree) => (**tree).clone(),
        None => parse_text(text, value.place.span).map_err(|error| {
            let place = Place {
                span: error.span,
                key: None,
                ..value.place.clone()
            };
            let message = format!("it is not JSON: {}", error.message);
            let problem = || Unread::Problem(Problem::new(message, &place));
            error.hole.map_or_else(problem, Unread::Unknown)
        })?,
    };
    read.place.inherit(&value.place);
    read.sensitive |= value.sensitive;
    Ok(read)
}

/// The policy in what the AWS CLI prints around one: `policyText` of `aws ecr get-registry-policy` and `get-repository-policy`,
/// `Policy.Content` of `aws organizations describe-policy`. Anything else as it stands.
pub fn printed(value: Value) -> Value {
    let content = || value.get("Policy")?.get("Content");
    (value.get("policyText").or_else(content)).unwrap_or(value)
}
