//! One entry of `resource_changes`, or of `planned_values`, as a resource.

use super::overlay;
use super::{list, start};
use crate::diagnostic::Diagnostic;
use crate::raw::{Action, Change, Key, Mode, RawResource, Way};
use crate::syntax::tree::{Node, Style, Tree};
use crate::value::{Shared, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

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
    let action = action(change);
    let made = matches!(
        action,
        Some(Action::Create | Action::Replace | Action::Read)
    );
    if side("after").is_none() && !made {
        // what goes is shown as it stood
        resource.exists = Some(false);
        resource.attributes = before.clone().unwrap_or(resource.attributes);
    } else if let Some(after) = after {
        resource.attributes = after;
    }
    resource.change = action.map(|action| {
        Arc::new(Change {
            before,
            forced_by: list(change, "replace_paths").iter().map(way).collect(),
            because: reason(entry).map(Arc::from),
            ..Change::of(action)
        })
    });
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
    let nothing = Value::object(Shared::default(), start(entry));
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
        change: None,
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

/// What a change does: destroying and making, in either order, is replacing.
fn action(change: &Tree) -> Option<Action> {
    let names: Vec<&str> = (list(change, "actions").iter())
        .filter_map(Tree::str)
        .collect();
    let has = |name| names.contains(&name);
    match names.first() {
        _ if has("create") && has("delete") => Some(Action::Replace),
        _ if has("create") => Some(Action::Create), // with `forget`: what was there stays beside it
        Some(&"update") => Some(Action::Update),
        Some(&"delete") => Some(Action::Delete),
        Some(&"forget") => Some(Action::Forget),
        Some(&"read") => Some(Action::Read),
        Some(&"no-op") => Some(Action::Keep),
        _ => None,
    }
}

/// Why something is destroyed, in the user's words, where no attribute is the reason.
/// Source: the page on Terraform's JSON output format, `action_reason`.
fn reason(entry: &Tree) -> Option<&'static str> {
    match entry.get("action_reason").and_then(Tree::str)? {
        "replace_because_tainted" => Some("it is tainted"),
        "replace_by_request" => Some("`-replace` asks for it"),
        "replace_by_triggers" => Some("`replace_triggered_by` asks for it"),
        "delete_because_no_resource_config" => Some("the code no longer has it"),
        "delete_because_no_module" => Some("the code no longer calls its module"),
        "delete_because_wrong_repetition" => {
            Some("the code changed between `count`, `for_each` and neither")
        }
        "delete_because_count_index" => Some("`count` no longer reaches it"),
        "delete_because_each_key" => Some("`for_each` no longer has its key"),
        "delete_because_no_move_target" => Some("nothing is where it was to be moved"),
        _ => None,
    }
}

/// A path into the attributes: names are texts, positions are numbers.
fn way(tree: &Tree) -> Way {
    let keys = tree.items().iter().filter_map(|step| {
        let Node::Scalar { style, .. } = &step.node else {
            return None;
        };
        let text = step.str().unwrap_or_default();
        match text.parse() {
            Ok(index) if *style == Style::Plain => Some(Key::Index(index)),
            _ => Some(Key::Name(text.into())),
        }
    });
    Way(keys.collect())
}
