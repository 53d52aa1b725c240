//! The JSON Schema of a guardrail's file, and the page of what its conditions may speak of.

use super::definition::Definition;
use super::vocabulary::{COMMON, TARGETS};
use crate::resource::{Field, Shape};
use serde_json::{Value, json};
use std::fmt::Write;

/// The JSON Schema of a guardrail's file.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Definition).to_value();
    let names: Vec<&str> = TARGETS.iter().map(|t| t.name).collect();
    let target = schema.pointer_mut("/properties/target");
    if let Some(target) = target.and_then(Value::as_object_mut) {
        target.insert("enum".to_owned(), json!(names));
    }
    schema
}

/// The page of targets, variables and fields, in Markdown.
pub fn vocabulary() -> String {
    let mut page = String::from(
        "# What guardrails may speak of\n\nMade from the code: `UPDATE=1 cargo test --test schema` rewrites this page. How to write a guardrail: [README.md](README.md).\n",
    );
    page.push_str("\n## For every target\n");
    for (name, fields) in COMMON {
        variable(&mut page, name, fields);
    }
    for target in TARGETS {
        let _ = writeln!(
            page,
            "\n## `target: {}`\n\n{}",
            target.name,
            sentence(target.doc)
        );
        for (i, (name, fields)) in target.variables.iter().enumerate() {
            let elsewhere = TARGETS.iter().find(|t| {
                let first = t.variables.first();
                i > 0 && first.is_some_and(|(n, f)| n == name && std::ptr::eq(*f, *fields))
            });
            match elsewhere {
                Some(other) => {
                    let _ = writeln!(page, "\n`{name}`: as for `target: {}`.", other.name);
                }
                None => variable(&mut page, name, fields),
            }
        }
    }
    page
}

fn variable(page: &mut String, name: &str, fields: &[Field]) {
    page.push_str("\n| | | |\n|---|---|---|\n");
    rows(page, name, fields);
}

fn rows(page: &mut String, path: &str, fields: &[Field]) {
    for field in fields {
        let path = format!("{path}.{}", field.name);
        let kind = match field.shape {
            Shape::Text => "text",
            Shape::Bool => "true or false",
            Shape::Number => "number",
            Shape::Any => "anything",
            Shape::Map => "mapping of texts",
            Shape::Texts => "list of texts",
            Shape::List(_) => "list of objects",
            Shape::Object(_) => "object",
        };
        let doc = field.doc.replace('|', "\\|");
        let _ = writeln!(page, "| `{path}` | {kind} | {doc} |");
        match field.shape {
            Shape::List(inner) => rows(page, &format!("{path}[]"), inner),
            Shape::Object(inner) => rows(page, &path, inner),
            _ => {}
        }
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}
