//! What of a plan's text is sensitive. A frame shows lines of the text: these parts must not be in it.
//! Source: the page on Terraform's JSON output format: `before_sensitive`, `after_sensitive`, `sensitive_values`, and
//! `sensitive` of outputs and variables.

use super::{is_true, list};
use crate::span::Span;
use crate::syntax::tree::{Node, Tree};

/// The places of all sensitive scalars, and of the keys of what is sensitive as a whole.
pub(super) fn sensitive(plan: &Tree) -> Vec<Span> {
    let mut out = Vec::new();
    for section in ["resource_changes", "resource_drift", "deferred_changes"] {
        for entry in list(plan, section) {
            let entry = entry.get("resource_change").unwrap_or(entry);
            changed(entry.get("change"), &mut out);
        }
    }
    for (_, change) in plan
        .get("output_changes")
        .map(Tree::entries)
        .unwrap_or_default()
    {
        changed(Some(change), &mut out);
    }
    let state = plan.get("prior_state").and_then(|s| s.get("values"));
    for values in [plan.get("planned_values"), state].into_iter().flatten() {
        resources(values, &mut out);
        for (_, output) in values.get("outputs").map(Tree::entries).unwrap_or_default() {
            if output.get("sensitive").is_some_and(is_true) {
                output
                    .get("value")
                    .into_iter()
                    .for_each(|v| whole(v, &mut out));
            }
        }
    }
    variables(plan, &mut out);
    out
}

fn changed(change: Option<&Tree>, out: &mut Vec<Span>) {
    let Some(change) = change else { return };
    for side in ["before", "after"] {
        marked(
            change.get(side),
            change.get(&format!("{side}_sensitive")),
            out,
        );
    }
}

fn resources(values: &Tree, out: &mut Vec<Span>) {
    let mut modules: Vec<&Tree> = values.get("root_module").into_iter().collect();
    while let Some(module) = modules.pop() {
        for entry in list(module, "resources") {
            marked(entry.get("values"), entry.get("sensitive_values"), out);
        }
        modules.extend(list(module, "child_modules"));
    }
}

/// The variables that the code declares as sensitive, or does not declare in this plan.
fn variables(plan: &Tree, out: &mut Vec<Span>) {
    let module = plan.get("configuration").and_then(|c| c.get("root_module"));
    let declared = module.and_then(|m| m.get("variables"));
    for (name, variable) in plan.get("variables").map(Tree::entries).unwrap_or_default() {
        let declaration = name.str().and_then(|n| declared?.get(n));
        let open = declaration.is_some_and(|d| !d.get("sensitive").is_some_and(is_true));
        if !open {
            variable
                .get("value")
                .into_iter()
                .for_each(|v| whole(v, out));
        }
    }
}

/// The scalars of a value where the marks beside it say `true`.
fn marked(value: Option<&Tree>, marks: Option<&Tree>, out: &mut Vec<Span>) {
    let (Some(value), Some(marks)) = (value, marks) else {
        return;
    };
    if is_true(marks) {
        return whole(value, out);
    }
    for (item, marks) in value.items().iter().zip(marks.items()) {
        marked(Some(item), Some(marks), out);
    }
    for (name, marks) in marks.entries() {
        let entry = name.str().and_then(|n| value.get(n));
        marked(entry, Some(marks), out);
    }
}

fn whole(value: &Tree, out: &mut Vec<Span>) {
    if matches!(value.node, Node::Scalar { .. }) {
        out.push(value.span);
    }
    value.items().iter().for_each(|v| whole(v, out));
    for (name, entry) in value.entries() {
        out.push(name.span);
        whole(entry, out);
    }
}
