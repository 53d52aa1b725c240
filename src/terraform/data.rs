//! Data sources that compute without AWS: their attributes follow from their arguments.

use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

mod lifecycle_document;
mod policy_document;
mod render;

/// Computed attributes by name, or what is wrong with the arguments.
pub type Computed = Result<BTreeMap<Arc<str>, Value>, Vec<Diagnostic>>;

/// The computed attributes of a data source of a kind that is computed here (`None`: of any other kind). `attributes`
/// is the object of its arguments and blocks (sequences of objects), `span` its block's header.
///
/// The documents that they render remember the values they were made from ([`crate::value::Text::json`]).
pub fn attribute_values(kind: &str, attributes: &Value, span: Span) -> Option<Computed> {
    match kind {
        "aws_iam_policy_document" => Some(policy_document::compute(attributes, span)),
        "aws_ecr_lifecycle_policy_document" => Some(lifecycle_document::compute(attributes, span)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
