//! What `for_each` takes for the names of instances.

use crate::value::{Kind, Sequence, Type, Value};

/// Why the elements of a `for_each` cannot be names of instances.
/// <https://developer.hashicorp.com/terraform/language/meta-arguments/for_each#limitations-on-values-used-in-for_each>
pub(super) fn wrong(value: &Value) -> Option<&'static str> {
    let texts = match &value.kind {
        Kind::Sequence {
            shape: Sequence::Set(of),
            ..
        } => matches!(of, Type::String | Type::Dynamic),
        _ => true,
    };
    match texts {
        false => Some("`for_each` is a set of something else than texts"),
        true if value.sensitive => Some("`for_each` is sensitive, and its keys would be shown"),
        true => None,
    }
}
