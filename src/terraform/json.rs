//! Terraform's JSON syntax (`.tf.json`) as the tree of the native one.
//! <https://developer.hashicorp.com/terraform/language/syntax/json>

use super::schema::{self, Schema};
use crate::diagnostic::Diagnostic;
use crate::raw::Mode;
use crate::span::{FileId, Files, Span};
use crate::syntax::hcl::{self, Attribute, Block, Body, Expr, ExprKind, Ident, Item};
use crate::syntax::scalar::{Scalar, Scalars};
use crate::syntax::tree::{Node, Style, Tree};
use crate::value::{Part, Text};
use std::sync::Arc;

/// Parses a file.
pub(super) fn parse(files: &Files, id: FileId) -> (Body, Vec<Diagnostic>) {
    let (tree, diagnostics) = crate::syntax::json::parse(files, id);
    let mut reader = Reader { diagnostics };
    let mut body = Body::default();
    for tree in tree.iter().flat_map(each) {
        for (key, value) in entries(tree) {
            reader.top(key, value, &mut body);
        }
    }
    (body, reader.diagnostics)
}

struct Reader {
    diagnostics: Vec<Diagnostic>,
}

/// How a body's properties are told apart.
enum Known {
    Schema(Option<&'static Schema>),
    /// These are blocks, everything else is an argument.
    Blocks(&'static [&'static str]),
    Variable,
    /// The settings of terraform itself.
    Settings,
}

impl Reader {
    fn top(&mut self, key: &Tree, value: &Tree, body: &mut Body) {
        let kind = ident(key);
        match &*kind.text {
            "resource" | "data" => {
                let mode = if &*kind.text == "data" {
                    Mode::Data
                } else {
                    Mode::Managed
                };
                for (ty, named) in each(value).flat_map(entries) {
                    let known = || Known::Schema(schema::of(mode, ty.str().unwrap_or("")));
                    for (name, inner) in each(named).flat_map(entries) {
                        for inner in each(inner) {
                            self.block(&kind, &[ty, name], inner, &known(), body);
                        }
                    }
                }
            }
            "terraform" => {
                for inner in each(value) {
                    self.block(&kind, &[], inner, &Known::Settings, body);
                }
            }
            "variable" | "output" | "module" | "provider" => {
                for (name, inner) in each(value).flat_map(entries) {
                    for inner in each(inner) {
                        let known = match &*kind.text {
                            "variable" => Known::Variable,
                            "provider" => Known::Blocks(&[
                                "assume_role",
                                "assume_role_with_web_identity",
                                "default_tags",
                                "dynamic",
                            ]),
                            _ => Known::Blocks(&["precondition", "depends_on", "lifecycle"]),
                        };
                        self.block(&kind, &[name], inner, &known, body);
                    }
                }
            }
            _ => {
                for inner in each(value) {
                    self.block(&kind, &[], inner, &Known::Blocks(&[]), body);
                }
            }
        }
    }

    fn block(
        &mut self,
        kind: &Ident,
        labels: &[&Tree],
        inner: &Tree,
        known: &Known,
        body: &mut Body,
    ) {
        let labels: Vec<Ident> = labels.iter().map(|l| ident(l)).collect();
        let header = labels.last().map_or(kind.span, |l| l.span);
        body.blocks.push(Block {
            kind: kind.clone(),
            labels,
            body: self.body(inner, known),
            header,
            span: header.to(inner.span),
            skimmed: false,
        });
    }

    fn body(&mut self, tree: &Tree, known: &Known) -> Body {
        let mut body = Body::default();
        for (key, value) in entries(tree) {
            let name = ident(key);
            let nested = match known {
                Known::Schema(schema) => schema
                    .and_then(|s| s.blocks.get(&*name.text))
                    .map(|n| Known::Schema(Some(&n.schema))),
                Known::Blocks(blocks) => {
                    blocks.contains(&&*name.text).then_some(Known::Blocks(&[]))
                }
                Known::Variable => (&*name.text == "validation").then_some(Known::Blocks(&[])),
                Known::Settings => (&*name.text == "cloud").then_some(Known::Blocks(&[])),
            };
            match (&*name.text, nested, known) {
                ("dynamic", _, Known::Schema(schema)) => {
                    self.dynamic(&name, value, *schema, &mut body)
                }
                ("backend", _, Known::Settings) => {
                    for (label, inner) in each(value).flat_map(entries) {
                        self.block(&name, &[label], inner, &Known::Blocks(&[]), &mut body);
                    }
                }
                ("dynamic", Some(_), Known::Blocks(_)) => {
                    self.dynamic(&name, value, None, &mut body)
                }
                ("lifecycle", _, Known::Schema(_)) => {
                    for inner in each(value) {
                        self.block(&name, &[], inner, &Known::Blocks(&[]), &mut body);
                    }
                }
                ("provisioner" | "connection", _, Known::Schema(_)) => {}
                (_, Some(nested), _) => {
                    for inner in each(value) {
                        self.block(&name, &[], inner, &nested, &mut body);
                    }
                }
                ("type", _, Known::Variable) => {
                    let expr = self.type_of(value);
                    body.attributes.push(Attribute { name, expr });
                }
                ("default", _, Known::Variable) => {
                    let expr = self.expr(value, false);
                    body.attributes.push(Attribute { name, expr });
                }
                _ => {
                    let expr = self.expr(value, true);
                    body.attributes.push(Attribute { name, expr });
                }
            }
        }
        body
    }

    fn dynamic(
        &mut self,
        kind: &Ident,
        value: &Tree,
        schema: Option<&'static Schema>,
        body: &mut Body,
    ) {
        for (label, inner) in each(value).flat_map(entries) {
            let nested = schema
                .and_then(|s| s.blocks.get(label.str().unwrap_or("")))
                .map(|n| &n.schema);
            for inner in each(inner) {
                let mut own = Body::default();
                for (key, value) in entries(inner) {
                    let name = ident(key);
                    if &*name.text == "content" {
                        self.block(&name, &[], value, &Known::Schema(nested), &mut own);
                    } else {
                        let expr = self.expr(value, true);
                        own.attributes.push(Attribute { name, expr });
                    }
                }
                let label = ident(label);
                body.blocks.push(Block {
                    kind: kind.clone(),
                    header: label.span,
                    span: label.span.to(inner.span),
                    labels: vec![label],
                    body: own,
                    skimmed: false,
                });
            }
        }
    }

    /// A variable's type is an expression in a text.
    fn type_of(&mut self, tree: &Tree) -> Expr {
        let written = tree.str().unwrap_or("any");
        let files = Files::default();
        let id = files.add("", written);
        match hcl::parse_expression(&files, id) {
            Ok(expr) => Expr {
                span: tree.span,
                ..expr
            },
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic.at(tree.span));
                Expr {
                    kind: ExprKind::Invalid("its text is broken".into()),
                    span: tree.span,
                }
            }
        }
    }

    fn expr(&mut self, tree: &Tree, templates: bool) -> Expr {
        let span = tree.span;
        let kind = match &tree.node {
            Node::Sequence(items) => {
                ExprKind::Tuple(items.iter().map(|t| self.expr(t, templates)).collect())
            }
            Node::Mapping(entries) => ExprKind::Object(
                (entries.iter())
                    .map(|(key, value)| Item {
                        key: self.expr(key, templates),
                        value: self.expr(value, templates),
                    })
                    .collect(),
            ),
            Node::Scalar {
                text,
                style: Style::Plain,
            } => match tree.scalar(Scalars::Json) {
                Some(Scalar::Bool(b)) => ExprKind::Bool(b),
                Some(Scalar::Number(n)) => ExprKind::Number(n.as_str().into()),
                Some(Scalar::Null) => ExprKind::Null,
                _ => ExprKind::Literal(text.clone()),
            },
            Node::Scalar { text, .. } => return self.text(text, span, templates),
            Node::Hole(_) => ExprKind::Invalid("its text is broken".into()),
        };
        Expr { kind, span }
    }

    fn text(&mut self, text: &Text, span: Span, templates: bool) -> Expr {
        let literal = Expr {
            kind: ExprKind::Literal(text.clone()),
            span,
        };
        let sequences = text
            .known()
            .is_some_and(|t| t.contains("${") || t.contains("%{"));
        let ([Part::Lit(lit)], true) = (text.parts(), templates && sequences) else {
            return literal;
        };
        match hcl::parse_template_at(lit, span) {
            Ok(expr) => Expr { span, ..expr },
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic);
                Expr {
                    kind: ExprKind::Invalid("its text is broken".into()),
                    span,
                }
            }
        }
    }
}

/// A property's name.
fn ident(key: &Tree) -> Ident {
    Ident {
        text: Arc::from(key.str().unwrap_or("")),
        span: key.span,
    }
}

/// Where several are allowed, a list of them is, too.
fn each(tree: &Tree) -> impl Iterator<Item = &Tree> {
    let items = match &tree.node {
        Node::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(tree),
    };
    items.iter()
}

/// The properties of an object; `//` is a comment.
fn entries(tree: &Tree) -> impl Iterator<Item = (&Tree, &Tree)> {
    (tree.entries().iter())
        .filter(|(key, _)| key.str() != Some("//"))
        .map(|(key, value)| (key, value))
}
