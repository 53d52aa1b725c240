//! `aws_ecr_lifecycle_policy_document`.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/ecr_lifecycle_policy_document>

use super::Computed;
use super::render::{Entry, Node, document, word};
use crate::span::Span;
use crate::terraform::convert::convert;
use crate::value::{Kind, Type, Value};
use std::collections::BTreeMap;

/// The arguments of `selection` and what the document calls them, in its order.
const SELECTION: [(&str, &str); 7] = [
    ("tag_status", "tagStatus"),
    ("tag_pattern_list", "tagPatternList"),
    ("tag_prefix_list", "tagPrefixList"),
    ("storage_class", "storageClass"),
    ("count_type", "countType"),
    ("count_unit", "countUnit"),
    ("count_number", "countNumber"),
];

pub(super) fn compute(attributes: &Value, span: Span) -> Computed {
    let rules = match attributes.get("rule") {
        Some(rules) if rules.as_unknown().is_some() => Node::Leaf(rules),
        Some(rules) => Node::List {
            items: rules.items().iter().map(rule).collect(),
            more: rules.more().cloned(),
            span: rules.place.span,
        },
        None => Node::List {
            items: Vec::new(),
            more: None,
            span,
        },
    };
    let root = Node::Object {
        entries: vec![Entry::new("rules", None, rules)],
        more: None,
        span,
    };
    let json = document(&root, true, attributes.has_sensitive(), span);
    Ok(BTreeMap::from([("json".into(), json)]))
}

/// A rule, or an unknown one.
fn rule(rule: &Value) -> Node {
    let Kind::Mapping { .. } = &rule.kind else {
        return Node::Leaf(rule.clone());
    };
    let span = rule.place.span;
    let mut entries = Vec::new();
    take(rule, "priority", "rulePriority", &mut entries);
    take(rule, "description", "description", &mut entries);
    let selection = match block(rule, "selection") {
        Some(Block::Unclear(value)) => Node::Leaf(value),
        Some(Block::Known(selection)) => {
            let mut chosen = Vec::new();
            for (argument, name) in SELECTION {
                take(&selection, argument, name, &mut chosen);
            }
            Node::Object {
                entries: chosen,
                more: None,
                span: selection.place.span,
            }
        }
        None => Node::Object {
            entries: Vec::new(),
            more: None,
            span,
        },
    };
    entries.push(Entry::new("selection", None, selection));
    entries.push(Entry::new("action", None, action(rule)));
    Node::Object {
        entries,
        more: None,
        span,
    }
}

fn action(rule: &Value) -> Node {
    let mut entries = Vec::new();
    let span = match block(rule, "action") {
        Some(Block::Unclear(value)) => return Node::Leaf(value),
        Some(Block::Known(action)) => {
            take(
                &action,
                "target_storage_class",
                "targetStorageClass",
                &mut entries,
            );
            take(&action, "type", "type", &mut entries);
            action.place.span
        }
        None => rule.place.span,
    };
    if !entries.iter().any(|e| &*e.key == "type") {
        entries.push(Entry::new("type", None, word("expire", span)));
    }
    Node::Object {
        entries,
        more: None,
        span,
    }
}

/// A block that may stand once.
enum Block {
    Known(Value),
    Unclear(Value),
}

fn block(rule: &Value, name: &str) -> Option<Block> {
    let blocks = rule.get(name)?;
    match &blocks.kind {
        Kind::Unknown(_) => Some(Block::Unclear(blocks)),
        Kind::Mapping { .. } => Some(Block::Known(blocks)),
        Kind::Sequence { more, .. } => match (blocks.items().into_iter().next(), more) {
            (Some(first), _) if first.as_unknown().is_some() => Some(Block::Unclear(first)),
            (Some(first), _) => Some(Block::Known(first)),
            (None, Some(more)) => Some(Block::Unclear(Value::new(
                Kind::Unknown(more.clone()),
                blocks.place.span,
            ))),
            (None, None) => None,
        },
        _ => None,
    }
}

/// Takes an argument over unless it is left out: null, an empty text or an empty list.
fn take(from: &Value, argument: &str, name: &str, entries: &mut Vec<Entry>) {
    let Some(value) = from.get(argument) else {
        return;
    };
    let left_out = match &value.kind {
        Kind::Null(_) => true,
        Kind::String(text) => text.known() == Some(""),
        Kind::Sequence { items, more, .. } => items.is_empty() && more.is_none(),
        _ => false,
    };
    if !left_out {
        let number = matches!(argument, "priority" | "count_number");
        let value = match convert(&value, &Type::Number) {
            Ok(converted) if number => converted,
            _ => value,
        };
        entries.push(Entry::new(name, value.place.key, Node::of(&value)));
    }
}
