//! `AWS::Include` with a file beside the template, as it stands before `aws cloudformation package` uploads the file: its
//! entries take the transform's place. A snippet anywhere else is what only the deployment sees.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html>

use super::Run;
use super::nested::local_path;
use super::parsed::Parsed;
use super::template::only;
use crate::span::Span;
use crate::syntax::tree::{Node, Tree};
use std::collections::HashMap;

/// Bytes of snippets that one template may include, each time counted: ten times what CloudFormation takes of a template.
const MOST: u64 = 10 << 20;

/// Puts the snippets of a template in their places.
pub(super) fn include(run: &Run<'_>, name: &str, tree: &mut Tree) {
    let mut includer = Includer {
        run,
        name,
        left: MOST,
        snippets: HashMap::new(),
    };
    includer.declared(tree);
    includer.walk(tree);
}

struct Includer<'a> {
    run: &'a Run<'a>,
    /// The template's path.
    name: &'a str,
    left: u64,
    snippets: HashMap<String, Option<(Tree, u64)>>,
}

impl Includer<'_> {
    /// Every include below a node; a snippet may hold none itself.
    fn walk(&mut self, tree: &mut Tree) {
        if let Some(Node::Mapping(entries)) = self.snippet_of_tag(tree).map(|t| t.node) {
            tree.node = Node::Mapping(entries);
            tree.tag = None;
            return;
        }
        match &mut tree.node {
            Node::Sequence(items) => items.iter_mut().for_each(|t| self.walk(t)),
            Node::Mapping(entries) => {
                entries.iter_mut().for_each(|(_, t)| self.walk(t));
                self.entries(entries);
            }
            Node::Scalar { .. } | Node::Hole(_) => {}
        }
    }

    /// `!Transform {Name: AWS::Include, …}`
    fn snippet_of_tag(&mut self, tree: &Tree) -> Option<Tree> {
        let tag = tree.tag.as_ref().filter(|t| &*t.name == "!Transform")?;
        self.snippet(tree, tag.span)
    }

    /// `Fn::Transform: {Name: AWS::Include, …}` among the entries of a mapping.
    fn entries(&mut self, entries: &mut Vec<(Tree, Tree)>) {
        let at = (entries.iter()).position(|(k, _)| k.str() == Some("Fn::Transform"));
        let found = at.and_then(|at| entries.get(at).map(|(key, tree)| (at, key.span, tree)));
        let Some((at, span, tree)) = found else {
            return;
        };
        if let Some(snippet) = self.snippet(tree, span).filter(|s| is_apart(entries, s))
            && let Node::Mapping(more) = snippet.node
        {
            entries.splice(at..=at, more);
        }
    }

    /// `Transform: {Name: AWS::Include, …}` of the template itself, alone or in a list.
    fn declared(&mut self, tree: &mut Tree) {
        let Node::Mapping(entries) = &mut tree.node else {
            return;
        };
        let Some(at) = (entries.iter()).position(|(k, _)| k.str() == Some("Transform")) else {
            return;
        };
        let Some((key, declared)) = entries.get_mut(at) else {
            return;
        };
        let span = key.span;
        let mut wanted = Vec::new();
        match &mut declared.node {
            Node::Sequence(items) => wanted.append(items),
            _ => wanted.push(declared.clone()),
        }
        let mut kept = Vec::new();
        for one in wanted {
            match self.snippet(&one, span).filter(|s| is_apart(entries, s)) {
                Some(snippet) => entries.extend(snippet.entries().iter().cloned()),
                None => kept.push(one),
            }
        }
        if let Some((_, declared)) = entries.get_mut(at) {
            declared.node = Node::Sequence(kept);
        }
    }

    /// The snippet that an include names, where it is at hand.
    fn snippet(&mut self, include: &Tree, span: Span) -> Option<Tree> {
        let name = include.get("Name").and_then(Tree::str);
        let location = include.get("Parameters")?.get("Location")?;
        let location = location.str().filter(|_| location.tag.is_none())?;
        if name != Some("AWS::Include") {
            return None;
        }
        let path = local_path(self.name, location)?;
        let (mut tree, size) = match self.snippets.get(&path) {
            Some(known) => known.clone()?,
            None => {
                let read = self.read(&path);
                self.snippets.insert(path, read.clone());
                read?
            }
        };
        self.left = self.left.checked_sub(size)?;
        tree.alias = tree.alias.or(Some(span));
        Some(tree)
    }

    fn read(&self, path: &str) -> Option<(Tree, u64)> {
        let size = std::fs::metadata(path).ok().filter(|m| m.is_file())?.len();
        if size > self.left {
            return None;
        }
        let text = crate::span::read_regular_text(path).ok()?;
        let id = self.run.files.add(path, text);
        let (tree, _) = only(self.run, Parsed::of(self.run.files, id), false)?;
        matches!(tree.node, Node::Mapping(_)).then_some((tree, size))
    }
}

/// Whether a snippet shares no key with the entries that it is put among: which of two would stay is not documented.
fn is_apart(entries: &[(Tree, Tree)], snippet: &Tree) -> bool {
    let has = |key: &str| entries.iter().any(|(k, _)| k.str() == Some(key));
    let mut keys = snippet.entries().iter();
    keys.all(|(k, _)| k.str().is_some_and(|k| !has(k) && k != "Fn::Transform"))
}
