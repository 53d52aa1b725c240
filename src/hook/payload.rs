//! What stands behind the presigned URL of a STACK or CHANGE_SET invocation.

use super::request::{Action, find, text_of};
use crate::span::{Files, Span};
use crate::syntax::json;
use crate::syntax::scalar::Scalars;
use crate::syntax::tree::{Node, Tree};
use crate::value::{Text, Value};
use std::collections::BTreeMap;

/// A stack's templates as submitted: JSON or YAML, empty where there is none.
#[derive(Debug, Default)]
pub(super) struct Stack {
    pub(super) template: String,
    pub(super) previous: String,
}

/// A change set.
#[derive(Debug, Default)]
pub(super) struct ChangeSet {
    pub(super) template: String,
    pub(super) changes: Vec<Changed>,
}

/// A resource that a change set changes.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) action: Action,
    /// Where it stands in the payload.
    pub(super) span: Span,
    /// What it is before.
    pub(super) before: Option<Context>,
    /// What it is afterwards.
    pub(super) after: Option<Context>,
}

/// What a resource is on one side of a change.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) properties: Tree,
    /// `Metadata`, `DeletionPolicy`, `UpdateReplacePolicy`, where the resource has them: a context shows them beside
    /// `Properties` (user guide, drift-aware change sets), so that one without them is that of a resource without them.
    pub(super) meta: BTreeMap<String, Value>,
}

/// Reads the payload of a STACK invocation.
pub(super) fn stack(files: &Files, name: &str, body: Vec<u8>) -> Result<Stack, String> {
    let tree = parse(files, name, body)?;
    let text = |key: &str| text_of(&tree, key).unwrap_or_default();
    if find(&tree, "template").is_none() {
        return Err("the payload has no `template`".to_owned());
    }
    Ok(Stack {
        template: text("template"),
        previous: text("previousTemplate"),
    })
}

/// Reads the payload of a CHANGE_SET invocation.
pub(super) fn change_set(files: &Files, name: &str, body: Vec<u8>) -> Result<ChangeSet, String> {
    let tree = parse(files, name, body)?;
    let Some(changes) = find(&tree, "changedResources") else {
        return Err("the payload has no `changedResources`".to_owned());
    };
    if !matches!(changes.node, Node::Sequence(_)) && !changes.is_null(Scalars::Json) {
        return Err("`changedResources` of the payload is no list".to_owned());
    }
    Ok(ChangeSet {
        template: text_of(&tree, "template").unwrap_or_default(),
        changes: (changes.items().iter())
            .map(changed)
            .collect::<Result<_, _>>()?,
    })
}

fn changed(entry: &Tree) -> Result<Changed, String> {
    let text = |key: &str| {
        text_of(entry, key)
            .ok_or_else(|| format!("a changed resource of the payload has no `{key}`"))
    };
    let id = text("logicalResourceId")?;
    let action = match text("action")?.to_ascii_uppercase().as_str() {
        "CREATE" | "ADD" | "IMPORT" => Action::Create,
        "UPDATE" | "MODIFY" | "DYNAMIC" | "SYNCWITHACTUAL" => Action::Update,
        "DELETE" | "REMOVE" => Action::Delete,
        other => {
            let other = super::request::shown(other);
            return Err(format!("unknown action `{other}` for `{id}`"));
        }
    };
    let context = |key| context(entry, key, &id);
    Ok(Changed {
        kind: text("resourceType")?,
        action,
        span: find(entry, "logicalResourceId").map_or(entry.span, |t| t.span),
        before: context("beforeContext")?,
        after: context("afterContext")?,
        id,
    })
}

/// A context: a JSON text with the key `Properties`, in the payload a string.
fn context(entry: &Tree, key: &str, id: &str) -> Result<Option<Context>, String> {
    let Some(found) = find(entry, key).filter(|t| !t.is_null(Scalars::Json)) else {
        return Ok(None);
    };
    let wrong = |why: &str| format!("`{key}` of `{id}` {why}");
    let tree = match &found.node {
        Node::Scalar { text, .. } if text.known().is_some_and(|t| t.trim().is_empty()) => {
            return Ok(None);
        }
        Node::Scalar { text, .. } => {
            decoded(text, found.span).map_err(|e| wrong(&format!("is not JSON: {e}")))?
        }
        Node::Mapping(_) => found.clone(),
        _ => return Err(wrong("is no JSON text")),
    };
    if !matches!(tree.node, Node::Mapping(_)) {
        return Err(wrong("holds no object"));
    }
    let properties = find(&tree, "Properties").filter(|t| !t.is_null(Scalars::Json));
    let none = || Tree::new(Node::Mapping(Vec::new()), found.span);
    let told = |name: &str| Some((name.to_owned(), find(&tree, name)?.to_value(Scalars::Json)));
    let names = ["Metadata", "DeletionPolicy", "UpdateReplacePolicy"];
    Ok(Some(Context {
        meta: names.into_iter().filter_map(told).collect(),
        properties: properties.cloned().unwrap_or_else(none),
    }))
}

fn decoded(text: &Text, span: Span) -> Result<Tree, String> {
    json::parse_tree(text, span).0.map_err(|e| e.message)
}

fn parse(files: &Files, name: &str, body: Vec<u8>) -> Result<Tree, String> {
    let text = String::from_utf8(body).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        format!("the payload is not UTF-8 from byte {at} on")
    })?;
    let id = files.add(name, text);
    let (tree, problems) = json::parse(files, id);
    let tree = tree.ok_or_else(|| {
        let why = problems.into_iter().next();
        let why = why.map_or_else(String::new, |d| format!(": {}", d.message));
        format!("the payload is not JSON{why}")
    })?;
    match tree.node {
        Node::Mapping(_) => Ok(tree),
        _ => Err("the payload is no JSON object".to_owned()),
    }
}
