//! Bodies of resources to objects: arguments by their types, blocks as sequences of objects, dynamic blocks expanded.
//! <https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks>

use super::convert::convert;
use super::expression::{opaque, pairs};
use super::run::{Failure, Frame, Outcome, Run, Scope};
use super::schema::Schema;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::hcl::{Block, Body, ExprKind, Ident};
use crate::value::{Kind, Type, Unknown, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Arguments and blocks of a resource that are terraform's own.
pub(super) const META: [&str; 8] = [
    "count",
    "for_each",
    "provider",
    "depends_on",
    "lifecycle",
    "provisioner",
    "connection",
    "enabled",
];

/// Blocks of one kind, under construction.
#[derive(Default)]
struct Made {
    items: Vec<Value>,
    more: Option<Arc<Unknown>>,
    key: Option<Span>,
}

impl Run<'_> {
    /// The object of a body: of those of its arguments and blocks that `wants` picks.
    pub(super) fn decode(
        &self,
        body: &Body,
        header: Span,
        schema: Option<&Schema>,
        wants: &dyn Fn(&str) -> bool,
        scope: Scope,
    ) -> Value {
        let mut entries: Vec<(Arc<str>, Value)> = Vec::with_capacity(body.attributes.len());
        for attribute in &body.attributes {
            let name = &attribute.name.text;
            if !wants(name) {
                continue;
            }
            let span = attribute.expr.span;
            let mut value = self.settle_argument(self.eval(&attribute.expr, scope), span);
            let known = schema.and_then(|s| s.attributes.get(&**name));
            if schema.is_some() && !name.ends_with("_wo") {
                let help = "only write-only arguments take such a value";
                self.refuse_ephemeral(&mut value, &format!("`{name}`"), span, help);
            }
            let mut value = match known {
                Some(known) => self.typed(value, &known.ty, name),
                None => value,
            };
            value.place.key = Some(attribute.name.span);
            value.sensitive |= known.is_some_and(|k| k.sensitive);
            entries.push((name.clone(), value));
        }
        let mut blocks: BTreeMap<Arc<str>, Made> = BTreeMap::new();
        for block in &body.blocks {
            let kind = block_kind(block);
            if wants(&kind.text) {
                self.decode_block(block, kind, schema, scope, &mut blocks);
            }
        }
        for (name, made) in blocks {
            let mut value = Value::tuple(made.items, made.key.unwrap_or(header));
            value.place.key = made.key;
            if let Kind::Sequence { more, .. } = &mut value.kind {
                *more = made.more;
            }
            entries.push((name, value));
        }
        Value::object(entries.into_iter().collect(), header)
    }

    fn typed(&self, value: Value, ty: &Type, name: &str) -> Value {
        let place = value.place.clone();
        convert(&value, ty).unwrap_or_else(|e| {
            let message = format!("the value of `{name}` does not fit: {e}");
            self.tell(
                Diagnostic::error("terraform-evaluation", message.clone()).at(place.primary()),
            );
            Value {
                place,
                ..Value::unknown(Unknown::because(message), value.place.span)
            }
        })
    }

    fn decode_block(
        &self,
        block: &Block,
        kind: &Ident,
        schema: Option<&Schema>,
        scope: Scope,
        blocks: &mut BTreeMap<Arc<str>, Made>,
    ) {
        let nested = schema
            .and_then(|s| s.blocks.get(&*kind.text))
            .map(|n| &n.schema);
        let made = blocks.entry(kind.text.clone()).or_default();
        made.key.get_or_insert(kind.span);
        let dynamic = !std::ptr::eq(kind, &block.kind);
        if !dynamic {
            let mut value = self.decode(&block.body, block.header, nested, &|_| true, scope);
            value.place.key = Some(kind.span);
            made.items.push(value);
            return;
        }
        if let Err(failure) = self.dynamic(block, &kind.text, nested, scope, made) {
            let unknown = self.failed(failure);
            made.more.get_or_insert_with(|| Arc::new(unknown));
        }
    }

    fn dynamic(
        &self,
        block: &Block,
        kind: &Arc<str>,
        nested: Option<&Schema>,
        scope: Scope,
        made: &mut Made,
    ) -> Outcome<()> {
        let Some(for_each) = block.body.attribute("for_each") else {
            return Err(Failure::new(
                block.header,
                format!("dynamic `{kind}` lacks `for_each`"),
            ));
        };
        let Some(content) = block.body.blocks("content").next() else {
            return Err(Failure::new(
                block.header,
                format!("dynamic `{kind}` lacks `content`"),
            ));
        };
        let iterator = iterator(block, kind);
        let collection = self.eval(&for_each.expr, scope)?;
        if let Some(unknown) = collection.as_unknown() {
            made.more
                .get_or_insert_with(|| Arc::new(opaque(unknown, Type::Dynamic)));
            return Ok(());
        }
        let Some(elements) = pairs(&collection) else {
            let what = if collection.is_null() {
                "null"
            } else {
                "a single value"
            };
            return Err(Failure::new(
                for_each.expr.span,
                format!("`for_each` is {what}"),
            ));
        };
        for (key, mut element) in elements {
            element.sensitive |= collection.sensitive;
            let fields = [("key".into(), key), ("value".into(), element)];
            let frame = Frame {
                name: &iterator,
                value: Value::object(fields.into(), for_each.expr.span),
                outer: scope.frame,
            };
            let scope = Scope {
                frame: Some(&frame),
                ..scope
            };
            let mut value = self.decode(&content.body, block.header, nested, &|_| true, scope);
            value.place.key = Some(block.kind.span);
            made.items.push(value);
        }
        if let Some(more) = collection.more() {
            made.more.get_or_insert_with(|| more.clone());
        }
        Ok(())
    }
}

/// What a block is one of: its first word, or what a `dynamic` one makes.
fn block_kind(block: &Block) -> &Ident {
    match block.labels.as_slice() {
        [label] if &*block.kind.text == "dynamic" => label,
        _ => &block.kind,
    }
}

/// The name that the content of a dynamic block calls its element by.
fn iterator(block: &Block, kind: &Arc<str>) -> Arc<str> {
    let set = block.body.attribute("iterator").map(|a| &a.expr);
    match set.map(|expr| (&expr.kind, expr.as_literal())) {
        Some((ExprKind::Variable(name), _)) => name.clone(),
        Some((_, Some(name))) => name.into(),
        _ => kind.clone(),
    }
}
