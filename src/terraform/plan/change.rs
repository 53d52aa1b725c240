//! One entry of `resource_changes`, or of `planned_values`, as a resource.

use super::overlay;
use super::{list, start};
use crate::diagnostic::Diagnostic;
use crate::raw::{Action, Mode, RawResource};
use crate::syntax::tree::{Node, Tree};
use crate::value::Value;
use std::collections::BTreeMap;

/// Reads a change.
///
/// # Errors
/// An entry that does not say what it is about.
pub(super) fn read(entry: &Tree) -> Result<RawResource, Diagnostic> {
    let mut resource = header(entry)?;
    let Some(change) = entry.get("change") else {
        return Err(malformed(entry, "`change`"));
    };
    if let Some(key) = entry.get("deposed").and_then(Tree::str) {
        resource.address = format!("{} (deposed object {key})", resource.address);
    }
    let side = |name: &str| change.get(name).filter(|t| !is_null(t));
    let before = overlay::value(side("before"), None, change.get("before_sensitive"));
    let marks = (change.get("after_unknown"), change.get("after_sensitive"));
    let after = overlay::value(side("after"), marks.0, marks.1);
    resource.actions = actions(change);
    let made = |a: &Action| matches!(a, Action::Create | Action::Replace(_) | Action::Read);
    if side("after").is_none() && !resource.actions.iter().any(made) {
        // what goes is shown as it stood
        resource.exists = Some(false);
        resource.attributes = before.clone().unwrap_or(resource.attributes);
    } else if let Some(after) = after {
        resource.attributes = after;
    }
    resource.before = before;
    Ok(resource)
}

/// The resources of `planned_values`, or of a state's `values`, modules included, as far as they are wanted; and
/// the entries that do not say what they are about.
pub(super) fn values(
    values: &Tree,
    wanted: impl Fn(&RawResource) -> bool,
) -> (Vec<RawResource>, Vec<Diagnostic>) {
    let (mut resources, mut problems) = (Vec::new(), Vec::new());
    let mut modules: Vec<&Tree> = values.get("root_module").into_iter().collect();
    while let Some(module) = modules.pop() {
        for entry in list(module, "resources") {
            let mut resource = match header(entry) {
                Ok(resource) if wanted(&resource) => resource,
                Ok(_) => continue,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            let sensitive = entry.get("sensitive_values");
            if let Some(value) = overlay::value(entry.get("values"), None, sensitive) {
                resource.attributes = value;
            }
            resources.push(resource);
        }
        modules.extend(list(module, "child_modules").iter().rev());
    }
    (resources, problems)
}

/// What an entry is about, without its values.
fn header(entry: &Tree) -> Result<RawResource, Diagnostic> {
    let text = |key: &str| entry.get(key).and_then(Tree::str);
    let Some(address) = entry.get("address").filter(|a| a.str().is_some()) else {
        return Err(malformed(entry, "`address`"));
    };
    let Some(kind) = text("type") else {
        return Err(malformed(entry, "`type`"));
    };
    let mode = match text("mode") {
        Some("data") => Mode::Data,
        _ => Mode::Managed,
    };
    let nothing = Value::object(BTreeMap::new(), start(entry));
    Ok(RawResource {
        address: address.str().unwrap_or_default().to_owned(),
        mode,
        kind: kind.to_owned(),
        exists: Some(true),
        doubt: None,
        span: address.span,
        extent: entry.span,
        attributes: nothing.clone(),
        account: nothing.clone(),
        region: nothing,
        actions: Vec::new(),
        before: None,
        meta: BTreeMap::new(),
    })
}

fn malformed(entry: &Tree, what: &str) -> Diagnostic {
    let message = format!("a resource of this plan has no {what}");
    Diagnostic::error("plan-format", message).at(start(entry))
}

fn is_null(tree: &Tree) -> bool {
    tree.is_null(crate::syntax::scalar::Scalars::Json)
}

/// The actions of a change; destroying and making, in either order, is replacing.
fn actions(change: &Tree) -> Vec<Action> {
    let names: Vec<&str> = (list(change, "actions").iter())
        .filter_map(Tree::str)
        .collect();
    if names.contains(&"create") && names.contains(&"delete") {
        let paths = list(change, "replace_paths");
        return vec![Action::Replace(paths.iter().map(path).collect())];
    }
    (names.iter())
        .filter_map(|name| match *name {
            "create" => Some(Action::Create),
            "update" => Some(Action::Update),
            "delete" => Some(Action::Delete),
            "read" => Some(Action::Read),
            "no-op" => Some(Action::NoOp),
            _ => None, // `forget` leaves the thing alone
        })
        .collect()
}

/// A path into the attributes, as Terraform writes it: `encryption_configuration[0].kms_key`.
fn path(tree: &Tree) -> String {
    let mut path = String::new();
    for step in tree.items() {
        let Node::Scalar { style, .. } = &step.node else {
            continue;
        };
        let text = step.str().unwrap_or_default();
        if *style == crate::syntax::tree::Style::Plain {
            path.push_str(&format!("[{text}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(text);
        }
    }
    path
}
