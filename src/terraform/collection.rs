//! `for` expressions and templates.

use super::convert::convert;
use super::expression::{opaque, other, pairs, reason_of, unordered};
use super::functions;
use super::run::{Failure, Frame, Outcome, Run, Scope};
use crate::span::Span;
use crate::syntax::hcl::{self, Expr, For, Ident, TemplatePart};
use crate::value::{Kind, Mapping, Part, Piece, Place, Text, Type, Unknown, Value, Via};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a `for` expression has made so far.
#[derive(Default)]
struct Made {
    items: Vec<Value>,
    entries: BTreeMap<Arc<str>, Value>,
    groups: BTreeMap<Arc<str>, Vec<Value>>,
    more: Option<Arc<Unknown>>,
    sensitive: bool,
}

impl Run<'_> {
    pub(super) fn for_expression(&self, parts: &For, span: Span, scope: Scope) -> Outcome {
        let collection = self.eval(&parts.collection, scope)?;
        if let Some(more) = collection.more() {
            self.doubtful(more);
        }
        if let Some(unknown) = collection.as_unknown() {
            self.doubtful(unknown);
            self.for_condition(parts, scope)?;
            if !iterable(&unknown.ty) {
                let message = "`for` cannot go through a single value";
                return Err(Failure::new(parts.collection.span, message));
            }
            let mut value = Value::unknown(opaque(unknown, Type::Dynamic), span);
            value.sensitive = collection.sensitive;
            return Ok(value);
        }
        let Some(elements) = pairs(&collection) else {
            let what = if collection.is_null() {
                "null"
            } else {
                "a single value"
            };
            return Err(Failure::new(
                parts.collection.span,
                format!("`for` cannot go through {what}"),
            ));
        };
        if elements.is_empty() {
            self.for_condition(parts, scope)?;
        }
        let ordered = parts.key.is_some() && !parts.group;
        let mut made = Made {
            more: match ordered {
                true => (collection.more().filter(|m| !m.order_only)).cloned(),
                false => unordered(&collection),
            },
            sensitive: collection.sensitive,
            ..Made::default()
        };
        let names = (parts.key_name.as_ref(), &parts.value_name);
        for (key, value) in elements {
            self.with_names(names, key, value, scope, |scope| {
                self.for_element(parts, scope, &mut made)
            })?;
        }
        Ok(made.finish(parts, span))
    }

    /// Tells a condition that is wrong whatever the element is, also where there is none.
    fn for_condition(&self, parts: &For, scope: Scope) -> Outcome<()> {
        let Some(condition) = &parts.condition else {
            return Ok(());
        };
        let any = || Value::unknown(Unknown::because("it is any element"), condition.span);
        let names = (parts.key_name.as_ref(), &parts.value_name);
        let (outcome, _) = self.with_doubt(|| {
            self.with_names(names, any(), any(), scope, |scope| {
                self.eval(condition, scope)
            })
        });
        match outcome {
            Ok(value) if value.is_null() => {
                Err(Failure::new(condition.span, "the condition is null"))
            }
            Ok(value) => match convert(&value, &Type::Bool) {
                Ok(_) => Ok(()),
                Err(e) => {
                    let message = format!("the condition: {e}");
                    Err(Failure::new(condition.span, message))
                }
            },
            Err(_) => Ok(()), // told where an element meets it
        }
    }

    /// Runs `work` with the names for a key and a value.
    fn with_names<T>(
        &self,
        (key_name, value_name): (Option<&Ident>, &Ident),
        key: Value,
        value: Value,
        scope: Scope,
        work: impl FnOnce(Scope) -> T,
    ) -> T {
        let key_frame = Frame {
            name: key_name.map_or("", |n| &n.text),
            value: key,
            outer: scope.frame,
        };
        let value_frame = Frame {
            name: &value_name.text,
            value,
            outer: Some(&key_frame),
        };
        work(Scope {
            frame: Some(&value_frame),
            ..scope
        })
    }

    fn for_element(&self, parts: &For, scope: Scope, made: &mut Made) -> Outcome<()> {
        if let Some(condition) = &parts.condition {
            let test = self.condition(condition, scope)?;
            made.sensitive |= test.sensitive;
            match &test.kind {
                Kind::Bool(true) => {}
                Kind::Bool(false) => return Ok(()),
                _ => {
                    made.more.get_or_insert_with(|| Arc::new(reason_of(&test)));
                    return Ok(());
                }
            }
        }
        let Some(key_expr) = &parts.key else {
            made.items.push(self.eval(&parts.value, scope)?);
            return Ok(());
        };
        let key = self.eval(key_expr, scope)?;
        made.sensitive |= key.sensitive;
        if key.is_null() {
            return Err(Failure::new(key_expr.span, "a key is null"));
        }
        let key = convert(&key, &Type::String)
            .map_err(|e| Failure::new(key_expr.span, format!("a key must be text: {e}")))?;
        let mut value = self.eval(&parts.value, scope)?;
        let Some(name) = key.as_str() else {
            made.more.get_or_insert_with(|| Arc::new(reason_of(&key)));
            return Ok(());
        };
        value.place.key = Some(key.place.span);
        if parts.group {
            made.groups.entry(name.into()).or_default().push(value);
        } else if made.entries.insert(name.into(), value).is_some() {
            let message = format!("two elements have the key `{name}`");
            let failure = Failure::about(&[&key], key_expr.span, message);
            return Err(failure.help("add `...` after the value to group them"));
        }
        Ok(())
    }

    /// The text of a template.
    pub(super) fn template(&self, parts: &[TemplatePart], span: Span, scope: Scope) -> Outcome {
        let mut rope = Rope::default();
        self.template_parts(parts, scope, &mut rope)?;
        let mut value = Value::new(Kind::String(rope.text()), span);
        value.sensitive = rope.sensitive;
        value.place.trail = rope.trail;
        value.place.made_at(rope.parts, Via::TEMPLATE);
        if value.place.trail.is_some() {
            value = other(value, Via::TEMPLATE, span);
        }
        Ok(value)
    }

    fn template_parts(&self, parts: &[TemplatePart], scope: Scope, rope: &mut Rope) -> Outcome<()> {
        for part in parts {
            match part {
                TemplatePart::Lit(text, _) => rope.pieces.push(text.clone()),
                TemplatePart::Interpolation(expr) => {
                    let value = self.eval(expr, scope)?;
                    if let Some(unknown) = value.as_unknown().filter(|u| !u.not_null) {
                        self.doubtful(unknown);
                    }
                    rope.push(&value, expr)?;
                }
                TemplatePart::If(condition, then, otherwise) => {
                    let test = self.condition(condition, scope)?;
                    rope.sensitive |= test.sensitive;
                    match &test.kind {
                        Kind::Bool(true) => self.template_parts(then, scope, rope)?,
                        Kind::Bool(false) => self.template_parts(otherwise, scope, rope)?,
                        _ => rope.hole(&reason_of(&test)),
                    }
                }
                TemplatePart::For {
                    key_name,
                    value_name,
                    collection,
                    body,
                } => {
                    let names = (key_name.as_ref(), value_name);
                    self.template_for(names, collection, body, scope, rope)?;
                }
            }
        }
        Ok(())
    }

    fn template_for(
        &self,
        names: (Option<&Ident>, &Ident),
        collection: &Expr,
        body: &[TemplatePart],
        scope: Scope,
        rope: &mut Rope,
    ) -> Outcome<()> {
        let items = self.eval(collection, scope)?;
        rope.sensitive |= items.sensitive;
        let more = unordered(&items);
        if let Some(unknown) = items.as_unknown().or(more.as_deref()) {
            self.doubtful(unknown);
            if !iterable(&unknown.ty) {
                let message = "`for` cannot go through a single value";
                return Err(Failure::new(collection.span, message));
            }
            rope.hole(unknown); // nobody knows where further elements stand
            return Ok(());
        }
        let Some(elements) = pairs(&items) else {
            return Err(Failure::new(
                collection.span,
                "`for` cannot go through this",
            ));
        };
        for (key, value) in elements {
            self.with_names(names, key, value, scope, |scope| {
                self.template_parts(body, scope, rope)
            })?;
        }
        Ok(())
    }

    /// `templatefile(path, vars)`
    pub(super) fn template_file(&self, arguments: Vec<Value>, span: Span, scope: Scope) -> Outcome {
        let [path, vars] = two(arguments, "templatefile", span)?;
        let path = convert(&path, &Type::String).map_err(|e| Failure::new(span, e))?;
        if let Some(unknown) = path.first_unknown() {
            return Ok(Value::unknown(opaque(unknown, Type::Dynamic), span));
        }
        let Some(relative) = path.as_str() else {
            return Err(Failure::new(span, "`templatefile`: the path is null"));
        };
        let context = self.context();
        if let Some(unknown) = functions::outside(&context, relative, std::slice::from_ref(&path)) {
            self.doubtful(&unknown);
            return Ok(Value::unknown(unknown, span));
        }
        let (_, id) = functions::read(&context, relative).map_err(|e| {
            let wrong = path.wrong(e.message);
            Failure::new(span, format!("`templatefile`: {wrong}"))
        })?;
        let template = hcl::parse_template(self.files, id);
        self.render(&path, template, &vars, span, scope)
    }

    /// `templatestring(text, vars)`
    pub(super) fn template_string(
        &self,
        arguments: Vec<Value>,
        span: Span,
        scope: Scope,
    ) -> Outcome {
        let [text, vars] = two(arguments, "templatestring", span)?;
        let text = convert(&text, &Type::String).map_err(|e| Failure::new(span, e))?;
        if let Some(unknown) = text.first_unknown() {
            return Ok(Value::unknown(opaque(unknown, Type::Dynamic), span));
        }
        let Some(known) = text.as_text() else {
            return Err(Failure::new(span, "`templatestring`: the template is null"));
        };
        let [Part::Lit(lit)] = known.parts() else {
            return Ok(Value::text("", span));
        };
        let template = hcl::parse_template_at(lit, text.place.span);
        self.render(&text, template, &vars, span, scope)
    }

    /// What a template makes of its variables; `source`: its text, or the name of its file.
    fn render(
        &self,
        source: &Value,
        template: Result<Expr, crate::diagnostic::Diagnostic>,
        vars: &Value,
        span: Span,
        scope: Scope,
    ) -> Outcome {
        let inside = |failure: Failure| Failure {
            related: Some(("in the template".to_owned(), failure.span)),
            span,
            ..failure.hidden_of(source)
        };
        let template =
            template.map_err(|d| inside(Failure::new(d.span.unwrap_or(span), d.message)))?;
        if let Some(unknown) = vars.as_unknown() {
            return Ok(Value::unknown(opaque(unknown, Type::Dynamic), span));
        }
        let names = vars.entries();
        if names.is_empty() && !matches!(vars.kind, Kind::Mapping { .. }) {
            return Err(Failure::new(
                span,
                "the variables of a template are a map or an object",
            ));
        }
        if let Some((name, _)) = names.iter().find(|(name, _)| !is_name(name)) {
            let message = format!("\"{name}\" is no name for a variable of a template");
            return Err(Failure::about(&[vars], span, message));
        }
        let mut value = self.with_all(&names, None, scope, |scope| {
            self.eval(&template, scope).map_err(inside)
        })?;
        value.sensitive |= vars.sensitive || source.sensitive;
        Ok(other(value, Via::TEMPLATE, span))
    }

    fn with_all(
        &self,
        names: &[(Arc<str>, Value)],
        frame: Option<&Frame>,
        scope: Scope,
        work: impl FnOnce(Scope) -> Outcome,
    ) -> Outcome {
        // Frames are linked through the stack; templates take few variables.
        let Some(((name, value), rest)) = names.split_first() else {
            return work(Scope {
                frame,
                closed: true,
                ..scope
            });
        };
        let own = Frame {
            name,
            value: value.clone(),
            outer: frame,
        };
        let work: Box<dyn FnOnce(Scope) -> Outcome + '_> = Box::new(work);
        self.with_all(rest, Some(&own), scope, work)
    }
}

/// Whether a text is a name in terraform's language.
fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    let start = |c: char| c.is_alphabetic() || c == '_';
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    chars.next().is_some_and(start) && chars.all(inside)
}

/// Whether something of this type may have elements.
fn iterable(ty: &Type) -> bool {
    !matches!(ty, Type::Bool | Type::Number | Type::String)
}

impl Made {
    fn finish(mut self, parts: &For, span: Span) -> Value {
        let kind = if parts.key.is_none() {
            Kind::Sequence {
                shape: crate::value::Sequence::Tuple,
                items: self.items.into(),
                more: self.more,
            }
        } else {
            for (key, items) in self.groups {
                let mut group = Value::tuple(items, span);
                if let Kind::Sequence { more, .. } = &mut group.kind {
                    more.clone_from(&self.more); // it may belong to any of them
                }
                self.entries.insert(key, group);
            }
            Kind::Mapping {
                shape: Mapping::Object,
                entries: self.entries.into(),
                more: self.more,
            }
        };
        Value {
            sensitive: self.sensitive,
            ..Value::new(kind, span)
        }
    }
}

/// The text of a template under construction.
#[derive(Default)]
struct Rope {
    pieces: Vec<Text>,
    sensitive: bool,
    trail: Option<Arc<crate::value::Step>>,
    /// What was put in and came from elsewhere.
    parts: Vec<Place>,
}

impl Rope {
    fn push(&mut self, value: &Value, expr: &Expr) -> Outcome<()> {
        self.sensitive |= value.has_sensitive();
        if self.trail.is_none() {
            self.trail.clone_from(&value.place.trail);
        }
        if value.place.trail.is_some() || value.place.origins.is_some() {
            self.parts.push(value.place.clone());
        }
        if value.is_null() {
            return Err(Failure::new(expr.span, "a template cannot hold null"));
        }
        let text = convert(value, &Type::String).map_err(|e| {
            let message = format!("a template cannot hold this: {e}");
            Failure::new(expr.span, message)
        })?;
        match &text.kind {
            Kind::String(text) if matches!(value.kind, Kind::String(_)) => {
                self.pieces.push(text.clone())
            }
            Kind::String(text) => {
                let known = text.known().unwrap_or("");
                self.pieces.push(Text::at(known, value.place.span));
            }
            Kind::Unknown(unknown) => self.pieces.push(Text::hole(unknown.clone())),
            _ => {}
        }
        Ok(())
    }

    fn hole(&mut self, unknown: &Unknown) {
        let unknown = opaque(unknown, Type::String);
        self.pieces.push(Text::hole(Arc::new(unknown)));
    }

    fn text(&self) -> Text {
        Text::of(self.pieces.iter().map(Piece::Text))
    }
}

fn two(arguments: Vec<Value>, name: &str, span: Span) -> Outcome<[Value; 2]> {
    <[Value; 2]>::try_from(arguments)
        .map_err(|_| Failure::new(span, format!("`{name}` takes two arguments")))
}
