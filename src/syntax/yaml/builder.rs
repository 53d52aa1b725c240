//! Builds trees from events: aliases, merge keys, duplicate keys, and the bounds on all of them.

use super::ALIASED_NODES;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::tree::{DEPTH, Node, Style, Tag, Tree};
use std::collections::HashMap;

/// A tree with its height and number of nodes.
struct Measured {
    tree: Tree,
    height: usize,
    nodes: usize,
}

struct Frame {
    tree: Tree,
    key: Option<Tree>,
    anchor: usize,
    height: usize,
    nodes: usize,
}

/// What has been read so far.
pub(super) struct Builder {
    open: Vec<Frame>,
    documents: Vec<Tree>,
    anchors: HashMap<usize, Measured>,
    aliased: usize,
    diagnostics: Vec<Diagnostic>,
    failed: bool,
}

impl Builder {
    pub(super) fn new() -> Self {
        Builder {
            open: Vec::new(),
            documents: Vec::new(),
            anchors: HashMap::new(),
            aliased: 0,
            diagnostics: Vec::new(),
            failed: false,
        }
    }

    /// Stops for a problem that nothing can be read after.
    pub(super) fn fail(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
        self.failed = true;
    }

    pub(super) fn failed(&self) -> bool {
        self.failed
    }

    pub(super) fn finish(self) -> (Vec<Tree>, Vec<Diagnostic>) {
        (self.documents, self.diagnostics)
    }

    pub(super) fn document_end(&mut self) {
        self.anchors.clear();
    }

    pub(super) fn open(&mut self, node: Node, span: Span, tag: Option<Tag>, anchor: usize) {
        if self.open.len() >= DEPTH {
            self.too_deep(span);
            return;
        }
        let mut tree = Tree::new(node, span);
        tree.tag = tag;
        self.open.push(Frame {
            tree,
            key: None,
            anchor,
            height: 1,
            nodes: 1,
        });
    }

    /// Ends the innermost collection; a block's end lies at its last child's.
    pub(super) fn close(&mut self, end: Span) {
        let Some(mut frame) = self.open.pop() else {
            return;
        };
        let last = match &frame.tree.node {
            Node::Sequence(items) => items.last().map(|t| t.alias.unwrap_or(t.span)),
            Node::Mapping(entries) => entries.last().map(|(k, v)| {
                let value = v.alias.unwrap_or(v.span);
                if value.start >= k.span.start {
                    value
                } else {
                    k.span
                }
            }),
            _ => None,
        };
        let end = if end.is_empty() {
            last.unwrap_or(end)
        } else {
            end
        };
        frame.tree.span = frame.tree.span.to(end);
        if let Node::Mapping(entries) = &mut frame.tree.node {
            let written = std::mem::take(entries);
            *entries = self.mapping(written);
        }
        let measured = Measured {
            tree: frame.tree,
            height: frame.height,
            nodes: frame.nodes,
        };
        self.attach(measured, frame.anchor);
    }

    pub(super) fn node(&mut self, tree: Tree, anchor: usize) {
        let measured = Measured {
            tree,
            height: 0,
            nodes: 1,
        };
        self.attach(measured, anchor);
    }

    pub(super) fn alias(&mut self, anchor: usize, span: Span) {
        let Some(target) = self.anchors.get(&anchor) else {
            let message = "the alias stands inside of what it names";
            self.fail(Diagnostic::error("yaml-alias", message).at(span));
            return;
        };
        let mut tree = target.tree.clone();
        let (height, nodes) = (target.height, target.nodes);
        tree.alias = Some(span);
        self.aliased += nodes;
        if self.aliased > ALIASED_NODES {
            let message = format!("aliases bring in more than {ALIASED_NODES} nodes");
            self.fail(Diagnostic::error("yaml-alias-limit", message).at(span));
            return;
        }
        if self.open.len() + height > DEPTH {
            self.too_deep(span);
            return;
        }
        let message = "an alias: CloudFormation and some other readers refuse it";
        self.diagnostics
            .push(Diagnostic::warning("yaml-alias", message).at(span));
        let measured = Measured {
            tree,
            height,
            nodes,
        };
        self.attach(measured, 0);
    }

    fn too_deep(&mut self, span: Span) {
        let message = format!("collections nest deeper than {DEPTH}");
        self.fail(Diagnostic::error("yaml-depth", message).at(span));
    }

    fn attach(&mut self, new: Measured, anchor: usize) {
        if anchor != 0 {
            let kept = Measured {
                tree: new.tree.clone(),
                ..new
            };
            self.anchors.insert(anchor, kept);
        }
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(new.tree);
            return;
        };
        parent.height = parent.height.max(new.height + 1);
        parent.nodes += new.nodes;
        match &mut parent.tree.node {
            Node::Sequence(items) => items.push(new.tree),
            Node::Mapping(entries) => match parent.key.take() {
                None => parent.key = Some(new.tree),
                Some(key) => entries.push((key, new.tree)),
            },
            _ => {}
        }
    }

    /// Applies merge keys and drops all but the last of equal keys.
    fn mapping(&mut self, written: Vec<(Tree, Tree)>) -> Vec<(Tree, Tree)> {
        let mut own = Entries::default();
        let mut merged = Vec::new();
        for (key, value) in written {
            if is_merge(&key) {
                merged.push((key, value));
                continue;
            }
            let Some(name) = key.str().map(str::to_owned) else {
                let message = "a key must be a scalar";
                self.diagnostics
                    .push(Diagnostic::error("yaml-key", message).at(key.span));
                continue;
            };
            let again = key.span;
            if let Some(first) = own.set(name.clone(), key, value) {
                let message = format!("key `{name}` stands twice");
                let diagnostic = Diagnostic::error("duplicate-key", message)
                    .at(again)
                    .related("first here", first)
                    .help("remove one of them; readers differ in which one counts");
                self.diagnostics.push(diagnostic);
            }
        }
        for (key, value) in merged {
            self.merge(&mut own, &key, value);
        }
        own.list
    }

    /// Takes over the entries of a merge key's value that are not there yet.
    fn merge(&mut self, own: &mut Entries, key: &Tree, value: Tree) {
        let outer = value.alias;
        let sources = match value.node {
            Node::Sequence(items) => items,
            _ => vec![value],
        };
        for source in sources {
            let alias = source.alias.or(outer);
            let Node::Mapping(entries) = source.node else {
                let message = "a merge key wants a mapping";
                let place = alias.unwrap_or(key.span);
                self.diagnostics
                    .push(Diagnostic::error("yaml-merge", message).at(place));
                continue;
            };
            for (key, mut value) in entries {
                let Some(name) = key.str().map(str::to_owned) else {
                    continue;
                };
                if !own.index.contains_key(&name) {
                    value.alias = alias.or(value.alias);
                    own.set(name, key, value);
                }
            }
        }
    }
}

/// Entries of a mapping, each key once.
#[derive(Default)]
struct Entries {
    list: Vec<(Tree, Tree)>,
    index: HashMap<String, usize>,
}

impl Entries {
    /// Sets an entry; yields where the key stood before.
    fn set(&mut self, name: String, key: Tree, value: Tree) -> Option<Span> {
        if let Some(entry) = self.index.get(&name).and_then(|i| self.list.get_mut(*i)) {
            let first = entry.0.span;
            *entry = (key, value);
            return Some(first);
        }
        self.index.insert(name, self.list.len());
        self.list.push((key, value));
        None
    }
}

fn is_merge(key: &Tree) -> bool {
    let Node::Scalar { style, .. } = &key.node else {
        return false;
    };
    match &key.tag {
        None => *style == Style::Plain && key.str() == Some("<<"),
        Some(tag) => &*tag.name == "tag:yaml.org,2002:merge",
    }
}
