//! The JSON Schema of a guardrail's file.

use super::definition::Definition;
use super::vocabulary::TARGETS;
use serde_json::{Value, json};

/// The JSON Schema of a guardrail's file.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Definition).to_value();
    let names: Vec<&str> = TARGETS.iter().map(|t| t.name).collect();
    if let Some(target) = schema
        .pointer_mut("/properties/target")
        .and_then(Value::as_object_mut)
    {
        target.insert("enum".to_owned(), json!(names));
    }
    schema
}
