//! `aws_iam_policy_document`: blocks into a policy document, byte for byte as the provider (6.x) writes it.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>

use self::model::{Document, Sid, Statement};
use self::parts::{Conditions, Ids, Principals, in_set_order};
use super::Computed;
use super::render::{Node, document, word};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::terraform::convert::convert;
use crate::terraform::functions::replace_literal;
use crate::value::{Kind, Type, Unknown, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

mod model;
mod parts;
mod source;

const CODE: &str = "policy-document";
const DEFAULT_VERSION: &str = "2012-10-17";
const OLD_VERSION: &str = "2008-10-17";

pub(super) fn compute(attributes: &Value, span: Span) -> Computed {
    let mut work = Work {
        problems: Vec::new(),
        old: false,
    };
    let mut merged = work.sources(attributes);
    let own = work.own(attributes, span);
    let version = own.version.clone();
    merged.merge(own);
    for document in work.parsed(attributes, "override_policy_documents") {
        merged.merge(document);
    }
    if !work.problems.is_empty() {
        return Err(work.problems);
    }
    let sensitive = attributes.has_sensitive();
    let node = merged.to_node(span);
    let json = document(&node, true, sensitive, span);
    let id = match &json.kind {
        Kind::String(text) => match text.known() {
            Some(known) => Value::text(crc32fast::hash(known.as_bytes()).to_string(), span),
            None => Value::unknown(
                Unknown {
                    not_null: true,
                    ..text.first_hole().cloned().unwrap_or_default()
                }
                .of(Type::String),
                span,
            ),
        },
        _ => Value::null(span),
    };
    let mut computed = BTreeMap::from([
        ("json".into(), json),
        (
            "minified_json".into(),
            document(&node, false, sensitive, span),
        ),
        ("id".into(), id),
    ]);
    if let Some(version) = version {
        computed.insert("version".into(), version);
    }
    Ok(computed)
}

/// A list or set of texts in an argument.
enum Texts {
    Absent,
    Unclear(Value),
    Known(Vec<Value>, Option<Arc<Unknown>>),
}

/// One document under construction.
struct Work {
    problems: Vec<Diagnostic>,
    /// The version is the one without policy variables.
    old: bool,
}

impl Work {
    fn problem(&mut self, message: impl Into<String>, span: Span) {
        self.problems
            .push(Diagnostic::error(CODE, message).at(span));
    }

    fn parsed(&mut self, attributes: &Value, argument: &str) -> Vec<Document> {
        let Some(list) = attributes.get(argument) else {
            return Vec::new();
        };
        if let Kind::Unknown(u) = &list.kind {
            return vec![Document::unclear(u)];
        }
        let mut documents = Vec::new();
        for item in list.items().iter().filter(|v| !v.is_null()) {
            match source::read(item, argument) {
                Ok(document) => documents.push(document),
                Err(problem) => self.problems.push(problem),
            }
        }
        documents.extend(list.more().map(Document::unclear));
        documents
    }

    /// The documents that the own statements are added to.
    fn sources(&mut self, attributes: &Value) -> Document {
        let mut merged = Document::default();
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for document in self.parsed(attributes, "source_policy_documents") {
            for statement in &document.statements {
                if let Sid::Known(sid) = statement.sid()
                    && let Some(first) = seen.insert(sid, statement.span)
                {
                    let sid = statement.shown_sid();
                    let message = format!(
                        "`{sid}` is the Sid of two statements in `source_policy_documents`"
                    );
                    let problem = Diagnostic::error(CODE, message).at(statement.span);
                    self.problems.push(problem.related("the other one", first));
                }
            }
            merged.merge(document);
        }
        merged
    }

    fn own(&mut self, attributes: &Value, span: Span) -> Document {
        let version = match attributes.get("version") {
            Some(v) if !v.is_null() && v.as_str() != Some("") => v,
            _ => Value::text(DEFAULT_VERSION, span),
        };
        if let Some(known) = version.as_str() {
            self.old = known == OLD_VERSION;
            if !self.old && known != DEFAULT_VERSION {
                let message = format!(
                    "`version` is one of `{OLD_VERSION}` and `{DEFAULT_VERSION}`, not `{}`",
                    version.said(known)
                );
                self.problem(message, version.place.span);
            }
        }
        let mut document = Document {
            version: Some(version),
            id: attributes
                .get("policy_id")
                .filter(|v| !v.is_null() && v.as_str() != Some("")),
            ..Document::default()
        };
        let Some(blocks) = attributes.get("statement") else {
            return document;
        };
        if let Kind::Unknown(u) = &blocks.kind {
            document.more = Some(u.clone());
            return document;
        }
        document.more = blocks.more().cloned();
        for block in blocks.items() {
            match &block.kind {
                Kind::Unknown(u) => document.more = Some(u.clone()),
                _ => document.statements.push(self.statement(&block)),
            }
        }
        self.no_sid_twice(&document.statements);
        document
    }

    fn no_sid_twice(&mut self, statements: &[Statement]) {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for statement in statements {
            if let Sid::Known(sid) = statement.sid()
                && let Some(first) = seen.insert(sid, statement.span)
            {
                let sid = statement.shown_sid();
                let problem =
                    Diagnostic::error(CODE, format!("`{sid}` is the `sid` of two statements"));
                self.problems
                    .push(problem.at(statement.span).related("the other one", first));
            }
        }
    }

    fn statement(&mut self, block: &Value) -> Statement {
        let span = block.place.span;
        let mut statement = Statement::new(span);
        if let Some(sid) = block
            .get("sid")
            .filter(|v| !v.is_null() && v.as_str() != Some(""))
        {
            statement.set("Sid", sid.place.key, Node::Leaf(sid));
        }
        match block
            .get("effect")
            .filter(|v| !v.is_null() && v.as_str() != Some(""))
        {
            Some(effect) => statement.set("Effect", effect.place.key, Node::Leaf(effect)),
            None => statement.set("Effect", None, word("Allow", span)),
        }
        for (argument, field, variables) in [
            ("actions", "Action", false),
            ("not_actions", "NotAction", false),
            ("resources", "Resource", true),
            ("not_resources", "NotResource", true),
        ] {
            self.texts_field(block, argument, field, variables, &mut statement);
        }
        for (argument, field) in [
            ("principals", "Principal"),
            ("not_principals", "NotPrincipal"),
        ] {
            if let Some(node) = self.principals(block, argument) {
                statement.set(field, None, node);
            }
        }
        if let Some(node) = self.conditions(block) {
            statement.set("Condition", None, node);
        }
        statement
    }

    fn texts_field(
        &mut self,
        block: &Value,
        argument: &str,
        field: &str,
        variables: bool,
        into: &mut Statement,
    ) {
        let Some(value) = block.get(argument) else {
            return;
        };
        let node = match self.texts(&value, argument) {
            Texts::Absent => return,
            Texts::Unclear(value) => Node::Leaf(value),
            Texts::Known(items, None) if items.is_empty() => return,
            Texts::Known(items, more) => {
                let items = if variables {
                    self.variables(items)
                } else {
                    items
                };
                Ids::of_set(items, more).into_node(value.place.span)
            }
        };
        into.set(field, value.place.key, node);
    }

    fn texts(&mut self, value: &Value, argument: &str) -> Texts {
        match &value.kind {
            Kind::Null(_) => Texts::Absent,
            Kind::Unknown(_) => Texts::Unclear(value.clone()),
            Kind::Sequence { more, .. } => {
                let mut items = Vec::new();
                for item in value.items() {
                    match convert(&item, &Type::String) {
                        Ok(text) if text.is_null() => items.push(Value::text("", text.place.span)),
                        Ok(text) => items.push(text),
                        Err(e) => {
                            let message = format!("`{argument}`: {}", item.wrong(e));
                            self.problem(message, item.place.span);
                        }
                    }
                }
                Texts::Known(items, more.clone())
            }
            _ => {
                self.problem(
                    format!("`{argument}`: set of string required"),
                    value.place.span,
                );
                Texts::Absent
            }
        }
    }

    /// `&{` stands for the `${` of a policy variable, which Terraform would take for its own.
    fn variables(&mut self, items: Vec<Value>) -> Vec<Value> {
        let mut out = Vec::new();
        for mut item in items {
            if let Kind::String(text) = &item.kind {
                let replaced = replace_literal(text, "&{", "${");
                let changed = text.parts().iter().any(|part| match part {
                    crate::value::Part::Lit(lit) => lit.text.contains("&{"),
                    crate::value::Part::Hole(_) => false,
                });
                if changed && self.old {
                    let message =
                        format!("`&{{` means nothing in a policy of version `{OLD_VERSION}`");
                    self.problem(message, item.place.span);
                }
                if changed {
                    item.kind = Kind::String(replaced);
                }
            }
            out.push(item);
        }
        out
    }

    fn principals(&mut self, block: &Value, argument: &str) -> Option<Node> {
        let blocks = block.get(argument).filter(|v| !v.is_null())?;
        if blocks.as_unknown().is_some() {
            return Some(Node::Leaf(blocks));
        }
        let mut principals = Principals::new(blocks.place.span);
        if let Some(more) = blocks.more() {
            principals.open(more);
        }
        for one in in_set_order(blocks.items(), &["type"], "identifiers", true) {
            if let Some(u) = one.as_unknown() {
                principals.open(u);
                continue;
            }
            let (Some(kind), Some(ids)) = (one.get("type"), one.get("identifiers")) else {
                self.problem(
                    format!("`{argument}` needs `type` and `identifiers`"),
                    one.place.span,
                );
                continue;
            };
            let ids = match self.texts(&ids, "identifiers") {
                Texts::Absent => Ids::of_set(Vec::new(), None),
                Texts::Unclear(value) => Ids::Unclear(value),
                Texts::Known(items, more) => Ids::of_set(self.variables(items), more),
            };
            principals.add(&kind, ids);
        }
        principals.into_node()
    }

    fn conditions(&mut self, block: &Value) -> Option<Node> {
        let blocks = block.get("condition").filter(|v| !v.is_null())?;
        if blocks.as_unknown().is_some() {
            return Some(Node::Leaf(blocks));
        }
        let mut conditions = Conditions::new(blocks.place.span);
        if let Some(more) = blocks.more() {
            conditions.open(more);
        }
        for one in in_set_order(blocks.items(), &["test", "variable"], "values", false) {
            if let Some(u) = one.as_unknown() {
                conditions.open(u);
                continue;
            }
            let (Some(test), Some(variable), Some(values)) =
                (one.get("test"), one.get("variable"), one.get("values"))
            else {
                self.problem(
                    "`condition` needs `test`, `variable` and `values`",
                    one.place.span,
                );
                continue;
            };
            match self.texts(&values, "values") {
                Texts::Absent => conditions.add(&test, &variable, Vec::new(), None),
                Texts::Known(items, more) => {
                    conditions.add(&test, &variable, self.variables(items), more.as_ref());
                }
                Texts::Unclear(value) => {
                    let more = value.as_unknown().map(|u| Arc::new(u.clone()));
                    conditions.add(&test, &variable, Vec::new(), more.as_ref());
                }
            }
        }
        conditions.into_node()
    }
}
