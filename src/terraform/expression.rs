//! Expressions to values.

use super::convert::{convert, type_of, unify};
use super::functions;
use super::operators;
use super::run::{Failure, Outcome, Run, Scope, Sort};
use crate::span::Span;
use crate::syntax::hcl::{Call, Conditional, Expr, ExprKind, Item, Step};
use crate::value::{CASES, Kind, Mapping, Number, Sequence, Text, Type, Unknown, Value, Via};
use std::sync::Arc;

/// Whether the key of an object reads as a reference and as a name with dots: terraform takes neither.
fn ambiguous(key: &Expr) -> bool {
    let fixed = |step: &Step| match step {
        Step::Attr(_) => true,
        Step::Index(index, _) => matches!(index.kind, ExprKind::Literal(_) | ExprKind::Number(_)),
        Step::Splat(..) => false,
    };
    match &key.kind {
        ExprKind::Traverse(root, steps) => {
            matches!(root.kind, ExprKind::Variable(_)) && steps.iter().all(fixed)
        }
        _ => false,
    }
}

impl Run<'_> {
    /// The value of an expression.
    pub(super) fn eval(&self, expr: &Expr, scope: Scope) -> Outcome {
        self.deeper(expr.span, || self.eval_kind(expr, scope))
    }

    fn eval_kind(&self, expr: &Expr, scope: Scope) -> Outcome {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Null => Ok(Value::null(span)),
            ExprKind::Bool(b) => Ok(Value::bool(*b, span)),
            ExprKind::Number(text) => match Number::parse(text) {
                Some(n) => Ok(Value::new(Kind::Number(n), span)),
                None => Err(Failure::new(span, format!("`{text}` is no number"))),
            },
            ExprKind::Literal(text) => Ok(Value::new(Kind::String(text.clone()), span)),
            ExprKind::Template(parts) => self.template(parts, span, scope),
            ExprKind::Wrap(inner) | ExprKind::Parens(inner) => self.eval(inner, scope),
            ExprKind::Tuple(items) => {
                let items = items.iter().map(|e| self.eval(e, scope));
                Ok(Value::tuple(items.collect::<Outcome<_>>()?, span))
            }
            ExprKind::Object(items) => self.object(items, span, scope),
            ExprKind::For(parts) => self.for_expression(parts, span, scope),
            ExprKind::Conditional(parts) => self.conditional(parts, span, scope),
            ExprKind::Unary(op, operand) => {
                let value = self.eval(operand, scope)?;
                if !operators::surely_negates(*op, &value) {
                    self.doubtful_of([&value]);
                }
                operators::unary(*op, &value, span)
            }
            ExprKind::Binary(op, operands) => {
                let left = self.eval(&operands.0, scope)?;
                let right = self.eval(&operands.1, scope)?;
                if !operators::surely_works(*op, &left, &right) {
                    self.doubtful_of([&left, &right]);
                }
                operators::binary(*op, &left, &right, span)
            }
            ExprKind::Call(call) => self.call(call, span, scope),
            ExprKind::Variable(name) => self.root(name, &[], span, scope),
            ExprKind::Traverse(root, steps) => match &root.kind {
                ExprKind::Variable(name) => self.root(name, steps, span, scope),
                _ => {
                    let value = self.eval(root, scope)?;
                    self.steps(value, steps, span, scope)
                }
            },
            ExprKind::Invalid(reason) => Err(Failure {
                sort: Sort::Silent,
                ..Failure::new(span, reason.to_string())
            }),
        }
    }

    fn object(&self, items: &[Item], span: Span, scope: Scope) -> Outcome {
        let mut entries: Vec<(Arc<str>, Value)> = Vec::with_capacity(items.len());
        let mut more: Option<Arc<Unknown>> = None;
        let mut sensitive = false;
        for item in items {
            if ambiguous(&item.key) {
                let failure = Failure::new(item.key.span, "the key of an object is ambiguous");
                return Err(failure.help("put the key in parentheses, or in quotes"));
            }
            let key = self.eval(&item.key, scope)?;
            let mut value = self.eval(&item.value, scope)?;
            value.place.key = Some(item.key.span);
            sensitive |= key.sensitive;
            if key.is_null() {
                return Err(Failure::new(item.key.span, "a key is null"));
            }
            let key = convert(&key, &Type::String)
                .map_err(|e| Failure::new(item.key.span, format!("a key must be text: {e}")))?;
            match key.as_text().and_then(Text::known_shared) {
                Some(name) => entries.push((name, value)),
                None => {
                    let why = reason_of(&key);
                    self.doubtful(&why);
                    let hidden = key.as_text().cloned().unwrap_or_default();
                    for (name, entry) in &mut entries {
                        if could_be(&hidden, name) {
                            *entry = Value::unknown(why.clone(), entry.place.span);
                        }
                    }
                    more.get_or_insert_with(|| Arc::new(why));
                }
            }
        }
        let shape = Mapping::Object;
        let kind = Kind::Mapping {
            shape,
            entries: entries.into_iter().collect(),
            more,
        };
        Ok(Value {
            sensitive,
            ..Value::new(kind, span)
        })
    }

    fn conditional(&self, parts: &Conditional, span: Span, scope: Scope) -> Outcome {
        let test = self.condition(&parts.condition, scope)?;
        let yes = self.eval(&parts.yes, scope);
        let no = self.eval(&parts.no, scope);
        let mut result = match &test.kind {
            Kind::Bool(true) => chosen(yes?, no.ok(), span)?,
            Kind::Bool(false) => chosen(no?, yes.ok(), span)?,
            _ => self.undecided(&test, yes, no, span)?,
        };
        result.sensitive |= test.sensitive;
        Ok(result)
    }

    /// The result of a conditional whose condition is unknown. Where one of the two fails, it is the other one, or it fails
    /// in the end.
    fn undecided(&self, test: &Value, yes: Outcome, no: Outcome, span: Span) -> Outcome {
        match (yes, no) {
            (Ok(yes), Ok(no)) => either(test, yes, no, span),
            (Err(failure), _) | (_, Err(failure)) if failure.sort == Sort::Silent => Err(failure),
            (Ok(value), Err(_)) | (Err(_), Ok(value)) => {
                let why = reason_of(test);
                self.doubtful(&why);
                let cases = match value.as_unknown() {
                    Some(_) => Vec::new(),
                    None => vec![Some(value).filter(|v| !v.is_null())],
                };
                let unknown = Unknown {
                    either: cases,
                    ..why
                };
                Ok(Value::unknown(unknown, span))
            }
            (Err(failure), Err(_)) => Err(failure),
        }
    }

    fn call(&self, call: &Call, span: Span, scope: Scope) -> Outcome {
        let name = call
            .name
            .text
            .strip_prefix("core::")
            .unwrap_or(&call.name.text);
        match name {
            "try" => return self.try_each(call, span, scope),
            "can" => return self.can(call, span, scope),
            _ => {}
        }
        let (arguments, spans) = match self.arguments(call, scope)? {
            Ok(arguments) => arguments,
            Err(unknown) => {
                self.doubtful(&unknown);
                return Ok(Value::unknown(unknown, span));
            }
        };
        if !functions::surely_works(name, &arguments) {
            self.doubtful_of(&arguments);
        }
        match name {
            "templatestring" if !refers(call.arguments.first()) => {
                let message =
                    "`templatestring`: the template must come from elsewhere by reference";
                return Err(Failure::new(span, message));
            }
            "templatefile" => return self.template_file(arguments, span, scope),
            "templatestring" => return self.template_string(arguments, span, scope),
            "provider::terraform::decode_tfvars" => {
                return self.decode_tfvars(arguments, span, scope);
            }
            _ if !functions::exists(name) => {
                return Err(Failure::new(
                    call.name.span,
                    format!("there is no function named `{name}`"),
                ));
            }
            _ => {}
        }
        functions::call(name, arguments, &self.context(), span).map_err(|e| {
            let at = e
                .argument
                .and_then(|i| spans.get(i).or(spans.last()).copied());
            Failure {
                sort: match e.unbuilt {
                    true => Sort::Unbuilt,
                    false => Sort::Plain,
                },
                ..Failure::new(at.unwrap_or(span), format!("`{name}`: {}", e.message))
            }
        })
    }

    /// The value of a condition as a boolean, perhaps an unknown one.
    pub(super) fn condition(&self, expr: &Expr, scope: Scope) -> Outcome {
        let value = self.eval(expr, scope)?;
        if value.is_null() {
            return Err(Failure::new(expr.span, "the condition is null"));
        }
        let test = convert(&value, &Type::Bool)
            .map_err(|e| Failure::new(expr.span, format!("the condition: {e}")))?;
        if !operators::is_a(&value, &Type::Bool) {
            self.doubtful_of([&value]);
        }
        Ok(test)
    }

    /// What functions may ask.
    pub(super) fn context(&self) -> functions::Context<'_> {
        functions::Context {
            files: self.files,
            root: &self.dir,
            shown: &self.shown,
            project: &self.project,
        }
    }

    /// The arguments with their places, a `...` taken apart; the inner error: their number is unknown.
    #[expect(clippy::type_complexity, reason = "said once")]
    fn arguments(
        &self,
        call: &Call,
        scope: Scope,
    ) -> Outcome<Result<(Vec<Value>, Vec<Span>), Unknown>> {
        let mut arguments = Vec::new();
        let mut spans = Vec::new();
        for expr in &call.arguments {
            arguments.push(self.eval(expr, scope)?);
            spans.push(expr.span);
        }
        if !call.expand {
            return Ok(Ok((arguments, spans)));
        }
        let (Some(last), Some(at)) = (arguments.pop(), spans.pop()) else {
            return Ok(Ok((arguments, spans)));
        };
        if let Some(unknown) = last.as_unknown().or(last.more().map(|m| &**m)) {
            return Ok(Err(opaque(unknown, Type::Dynamic)));
        }
        if !matches!(last.kind, Kind::Sequence { .. }) {
            return Err(Failure::new(at, "`...` needs a list, a set or a tuple"));
        }
        for item in last.items() {
            arguments.push(item);
            spans.push(at);
        }
        Ok(Ok((arguments, spans)))
    }
}

/// Whether an argument is a plain reference.
fn refers(argument: Option<&Expr>) -> bool {
    argument.is_some_and(|e| matches!(e.kind, ExprKind::Traverse(..) | ExprKind::Variable(_)))
}

/// The result of a conditional of which the other branch is known, too: both get one type.
fn chosen(value: Value, other: Option<Value>, span: Span) -> Outcome {
    let Some(other) = other else {
        return Ok(value);
    };
    let (own, ty) = (type_of(&value), type_of(&other));
    if own == ty || value.more().is_some() || other.more().is_some() {
        return Ok(value);
    }
    let untyped = |v: &Value| {
        matches!(v.kind, Kind::Null(Type::Dynamic))
            || v.as_unknown().is_some_and(|u| u.ty == Type::Dynamic)
    };
    if untyped(&other) || untyped(&value) {
        return Ok(value);
    }
    if value.is_null() {
        return Ok(Value {
            kind: Kind::Null(ty),
            ..value
        });
    }
    let Some(common) = unify(&[own, ty]) else {
        return Err(Failure::new(
            span,
            "the two results of the conditional have types that do not fit",
        ));
    };
    convert(&value, &common).map_err(|e| Failure::about(&[&value, &other], span, e))
}

/// The result of a conditional whose condition is unknown: one of the two.
fn either(condition: &Value, yes: Value, no: Value, span: Span) -> Outcome {
    let why = reason_of(condition);
    let yes_ty = type_of(&yes);
    let no_ty = type_of(&no);
    let yes_known = chosen(yes.clone(), Some(no.clone()), span)?;
    let no_known = chosen(no, Some(yes), span)?;
    let ty = if type_of(&yes_known) == type_of(&no_known) {
        type_of(&yes_known)
    } else {
        unify(&[yes_ty, no_ty]).unwrap_or_default()
    };
    if let Some(kind) = whichever(&yes_known, &no_known) {
        return Ok(Value::new(kind, span));
    }
    let not_null = [&yes_known, &no_known].iter().all(|v| never_null(v));
    let mut cases = Vec::new();
    for value in [yes_known, no_known] {
        match &value.kind {
            Kind::Null(_) => cases.push(None),
            Kind::Unknown(u) if !u.either.is_empty() => cases.extend(u.either.iter().cloned()),
            _ => cases.push(Some(value)),
        }
    }
    if cases.len() > CASES {
        cases.clear();
    }
    let unknown = Unknown {
        ty,
        not_null,
        either: cases,
        ..why
    };
    Ok(Value::unknown(unknown, span))
}

/// What both results of a conditional are, as far as terraform sees that: null, a number, or nothing of one type.
fn whichever(yes: &Value, no: &Value) -> Option<Kind> {
    let alike = match (&yes.kind, &no.kind) {
        (Kind::Null(a), Kind::Null(b)) => a == b,
        (Kind::Number(a), Kind::Number(b)) => a == b,
        (
            Kind::Sequence { shape, items, more },
            Kind::Sequence {
                shape: other,
                items: others,
                more: further,
            },
        ) => {
            let none = items.is_empty() && others.is_empty();
            none && shape == other
                && *shape != Sequence::Tuple
                && more.is_none()
                && further.is_none()
        }
        (
            Kind::Mapping {
                shape,
                entries,
                more,
            },
            Kind::Mapping {
                shape: other,
                entries: others,
                more: further,
            },
        ) => {
            let none = entries.is_empty() && others.is_empty();
            none && shape == other
                && *shape != Mapping::Object
                && more.is_none()
                && further.is_none()
        }
        _ => false,
    };
    (alike && !yes.sensitive && !no.sensitive).then(|| yes.kind.clone())
}

fn never_null(value: &Value) -> bool {
    match &value.kind {
        Kind::Null(_) => false,
        Kind::Unknown(u) => u.not_null,
        _ => true,
    }
}

/// Whether a text with holes could be this text.
pub(super) fn could_be(hidden: &Text, text: &str) -> bool {
    use crate::value::Part;
    let suffix = match hidden.parts().last() {
        Some(Part::Lit(l)) => &*l.text,
        _ => "",
    };
    let prefix = hidden.known_prefix();
    text.len() >= prefix.len() + suffix.len() && text.starts_with(prefix) && text.ends_with(suffix)
}

/// The reason and the remedy of an unknown, and nothing else of it.
pub(super) fn opaque(unknown: &Unknown, ty: Type) -> Unknown {
    Unknown {
        ty,
        reason: unknown.reason.clone(),
        settle: unknown.settle.clone(),
        ..Unknown::default()
    }
}

/// Why a value is not wholly known.
pub(super) fn reason_of(value: &Value) -> Unknown {
    match value.first_unknown() {
        Some(unknown) => opaque(unknown, Type::Dynamic),
        None => Unknown::because("it is not known"),
    }
}

/// Why nobody knows in which order, and how often, a collection's elements are gone through.
pub(super) fn unordered(value: &Value) -> Option<Arc<Unknown>> {
    let set = match &value.kind {
        Kind::Sequence {
            shape: Sequence::Set(_),
            items,
            ..
        } => items.len() > 1 && !value.is_wholly_known(),
        _ => false,
    };
    let why = || Arc::new(reason_of(value));
    let open = |more: &Arc<Unknown>| match more.order_only {
        true => Arc::new(opaque(more, Type::Dynamic)),
        false => more.clone(),
    };
    value.more().map(open).or_else(|| set.then(why))
}

/// A sequence's elements with their keys, as `for` and dynamic blocks see them.
pub(super) fn pairs(value: &Value) -> Option<Vec<(Value, Value)>> {
    let span = value.place.span;
    match &value.kind {
        Kind::Sequence {
            shape: Sequence::Set(_),
            ..
        } => Some(value.items().into_iter().map(|v| (v.clone(), v)).collect()),
        Kind::Sequence { more, .. } => {
            // where there may be more elements, nobody knows how many come before
            let key = |i| match more {
                Some(more) => Kind::Unknown(Arc::new(opaque(more, Type::Number))),
                None => Kind::Number(Number::count(i)),
            };
            let pair = |(i, v)| (Value::new(key(i), span), v);
            Some(value.items().into_iter().enumerate().map(pair).collect())
        }
        Kind::Mapping { .. } => Some(
            (value.entries().into_iter())
                .map(|(k, v)| {
                    let at = v.place.key.unwrap_or(v.place.span);
                    let mut key = Value::new(Kind::String(Text::at(k, at)), at);
                    key.sensitive = value.sensitive;
                    (key, v)
                })
                .collect(),
        ),
        _ => None,
    }
}

/// The value, having come through an expression whose result it is.
pub(super) fn other(value: Value, what: &str, span: Span) -> Value {
    value.through(Via::Other(what.into()), span)
}
