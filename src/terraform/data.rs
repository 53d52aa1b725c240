//! Data sources that compute without AWS: their attributes follow from their arguments.

use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The computed attributes of a data source of a kind that is computed here (`None`: of any other kind). `attributes`
/// is the object of its arguments and blocks (sequences of objects), `span` its block's header.
pub fn attribute_values(
    kind: &str,
    attributes: &Value,
    span: Span,
) -> Option<Result<BTreeMap<Arc<str>, Value>, Vec<Diagnostic>>> {
    let _ = (kind, attributes, span);
    None
}
