//! References and the steps into values.

use super::convert::convert;
use super::expand::{Expanded, Key, Shape, Single};
use super::expression::{opaque, reason_of};
use super::resources::Made;
use super::run::{Failure, Instance, Outcome, Run, Scope};
use crate::raw::Mode;
use crate::span::Span;
use crate::syntax::hcl::Step;
use crate::value::{Kind, Place, Sequence, Type, Unknown, Value, Via};
use std::rc::Rc;
use std::sync::Arc;

impl Run<'_> {
    /// A reference: the name at its root and the steps from there.
    pub(super) fn root(
        &self,
        name: &Arc<str>,
        steps: &[Step],
        span: Span,
        scope: Scope,
    ) -> Outcome {
        if let Some(value) = scope.lookup(name) {
            return self.steps(value.clone(), steps, span, scope);
        }
        if scope.closed {
            return Err(Failure::new(
                span,
                format!("there is no variable `{name}` here"),
            ));
        }
        let known = [
            "var",
            "local",
            "each",
            "count",
            "path",
            "terraform",
            "module",
            "data",
            "self",
            "ephemeral",
        ];
        let (Some(Step::Attr(first)), rest) = (steps.first(), steps.get(1..).unwrap_or_default())
        else {
            let help = match known.contains(&&**name) {
                true => format!("`{name}` is followed by a name"),
                false => format!("a text stands in quotes: \"{name}\""),
            };
            return Err(Failure::new(span, format!("`{name}` names nothing")).help(help));
        };
        let first = &first.text;
        let value = match &**name {
            "var" => self
                .variable(scope.instance, first, span)?
                .through(Via::Variable(first.clone()), span),
            "local" => self
                .local(scope.instance, first, span)?
                .through(Via::Local(first.clone()), span),
            "each" | "count" => self.each(name, first, span, scope)?,
            "path" => self.path(first, span, scope)?,
            "terraform" => match &**first {
                "workspace" | "env" => {
                    let workspace = self.world.inputs.workspace.as_deref();
                    Value::text(workspace.unwrap_or("default"), span)
                }
                _ => {
                    return Err(Failure::new(
                        span,
                        format!("there is no `terraform.{first}`"),
                    ));
                }
            },
            "module" => return self.module_reference(first, rest, span, scope),
            "self" | "ephemeral" => Value::unknown(
                Unknown::because(format!("`{name}` is known to terraform only")),
                span,
            ),
            "data" => {
                let (Some(Step::Attr(own)), rest) =
                    (rest.first(), rest.get(1..).unwrap_or_default())
                else {
                    return Err(Failure::new(
                        span,
                        "`data` is followed by a type and a name",
                    ));
                };
                let name = (Mode::Data, first.clone(), own.text.clone());
                let expanded = self.expanded(scope.instance, &name, span)?;
                return self.resource_reference(&expanded, rest, span, scope);
            }
            _ => {
                let name = (Mode::Managed, name.clone(), first.clone());
                let expanded = self.expanded(scope.instance, &name, span)?;
                return self.resource_reference(&expanded, rest, span, scope);
            }
        };
        self.steps(value, rest, span, scope)
    }

    fn each(&self, root: &str, attribute: &str, span: Span, scope: Scope) -> Outcome {
        let value = match (root, attribute) {
            ("each", "key") => scope.each.key.clone(),
            ("each", "value") => scope.each.value.clone(),
            ("count", "index") => scope.each.index.clone(),
            _ => {
                return Err(Failure::new(
                    span,
                    format!("there is no `{root}.{attribute}`"),
                ));
            }
        };
        let setting = if root == "each" { "for_each" } else { "count" };
        let Some(value) = value else {
            return Err(Failure::new(
                span,
                format!("`{root}.{attribute}` stands where no `{setting}` is set"),
            ));
        };
        Ok(super::expression::other(
            value,
            &format!("{root}.{attribute}"),
            span,
        ))
    }

    fn path(&self, attribute: &str, span: Span, scope: Scope) -> Outcome {
        match attribute {
            "root" => Ok(Value::text(".", span)),
            "module" => {
                let below = relative(&self.dir, &scope.instance.dir);
                Ok(Value::text(below, span))
            }
            "cwd" => {
                let reason = "`path.cwd` depends on where terraform is run";
                Ok(Value::unknown(
                    Unknown::because(reason).of(Type::String),
                    span,
                ))
            }
            _ => Err(Failure::new(
                span,
                format!("there is no `path.{attribute}`"),
            )),
        }
    }

    fn resource_reference(
        &self,
        expanded: &Rc<Expanded>,
        rest: &[Step],
        span: Span,
        scope: Scope,
    ) -> Outcome {
        let picked = self.pick(&expanded.expansion.shape, rest, scope)?;
        let (single, rest) = match (&picked, &expanded.expansion.shape) {
            (_, Shape::Single) => (expanded.expansion.items.first(), rest),
            (Picked::Key(key), _) => {
                let found = expanded.expansion.find(key);
                if found.is_none() {
                    let what = expanded.declared.address();
                    return Err(Failure::new(
                        span,
                        format!("`{what}` has no instance {}", key.text()),
                    ));
                }
                (found, rest.get(1..).unwrap_or_default())
            }
            (Picked::Unknown(unknown), _) => {
                return self.steps(
                    Value::unknown(unknown.clone(), span),
                    rest.get(1..).unwrap_or_default(),
                    span,
                    scope,
                );
            }
            (Picked::All, _) => (None, rest),
        };
        if let Some(single) = single {
            let made = self.made(expanded, single);
            if let Some(Step::Attr(attribute)) = rest.first() {
                let value = attribute_of(&made, &attribute.text, span);
                return self.steps(value, rest.get(1..).unwrap_or_default(), span, scope);
            }
            return self.steps(whole(&made, span), rest, span, scope);
        }
        let all = expanded
            .expansion
            .container(span, |single| whole(&self.made(expanded, single), span));
        self.steps(all, rest, span, scope)
    }

    fn module_reference(
        &self,
        name: &Arc<str>,
        rest: &[Step],
        span: Span,
        scope: Scope,
    ) -> Outcome {
        let calls = self.calls(scope.instance, name, span)?;
        if let Some(missing) = &calls.missing {
            return Ok(Value::unknown((**missing).clone(), span));
        }
        let (single, rest) = match self.pick(&calls.expansion.shape, rest, scope)? {
            _ if matches!(calls.expansion.shape, Shape::Single) => {
                (calls.expansion.items.first(), rest)
            }
            Picked::Key(key) => {
                let found = calls.expansion.find(&key);
                if found.is_none() {
                    return Err(Failure::new(
                        span,
                        format!("`module.{name}` has no instance {}", key.text()),
                    ));
                }
                (found, rest.get(1..).unwrap_or_default())
            }
            Picked::Unknown(unknown) => {
                return self.steps(
                    Value::unknown(unknown, span),
                    rest.get(1..).unwrap_or_default(),
                    span,
                    scope,
                );
            }
            Picked::All => (None, rest),
        };
        let instance_of = |single: &Single| calls.instances.get(single.index).cloned();
        if let Some(single) = single {
            let Some(child) = instance_of(single) else {
                return Err(Failure::new(
                    span,
                    format!("`module.{name}` cannot be evaluated"),
                ));
            };
            if let Some(Step::Attr(output)) = rest.first() {
                let value = self
                    .output(&child, &output.text, span)?
                    .through(Via::Output(output.text.clone()), span);
                return self.steps(value, rest.get(1..).unwrap_or_default(), span, scope);
            }
            return self.steps(self.outputs(&child, span), rest, span, scope);
        }
        let all = calls
            .expansion
            .container(span, |single| match instance_of(single) {
                Some(child) => self.outputs(&child, span),
                None => Value::null(span),
            });
        self.steps(all, rest, span, scope)
    }

    /// All outputs of a module instance.
    fn outputs(&self, child: &Rc<Instance>, span: Span) -> Value {
        let entries = (child.module.outputs.keys())
            .map(|name| {
                let value = self.settle(self.output(child, name, span), span);
                (name.clone(), value.through(Via::Output(name.clone()), span))
            })
            .collect();
        Value::object(entries, span)
    }

    /// Which instance the first step picks.
    fn pick(&self, shape: &Shape, rest: &[Step], scope: Scope) -> Outcome<Picked> {
        let Some(Step::Index(key, at)) = rest.first() else {
            return Ok(Picked::All);
        };
        if matches!(shape, Shape::Single) {
            return Ok(Picked::All);
        }
        let key = self.eval(key, scope)?;
        let ty = if matches!(shape, Shape::Count) {
            Type::Number
        } else {
            Type::String
        };
        let key =
            convert(&key, &ty).map_err(|e| Failure::new(*at, format!("unsuitable key: {e}")))?;
        Ok(match &key.kind {
            Kind::Number(n) => match n.to_usize() {
                Some(n) => Picked::Key(Key::Index(n)),
                None => return Err(Failure::new(*at, "unsuitable index")),
            },
            Kind::String(t) if t.known().is_some() => {
                Picked::Key(Key::Name(t.known().unwrap_or("").into()))
            }
            _ => Picked::Unknown(reason_of(&key)),
        })
    }

    /// Steps into a value.
    pub(super) fn steps(&self, value: Value, steps: &[Step], span: Span, scope: Scope) -> Outcome {
        let mut value = value;
        for (i, step) in steps.iter().enumerate() {
            if let Some(unknown) = value.as_unknown() {
                let rest = steps.get(i..).unwrap_or_default();
                return self.into_unknown(&value, unknown, rest, span, scope);
            }
            value = match step {
                Step::Attr(name) => attribute(&value, &name.text, span)?,
                Step::Index(key, at) => {
                    let key = self.eval(key, scope)?;
                    index(&value, &key, *at)?
                }
                Step::Splat(inner, at) => self.splat(value, inner, *at, scope)?,
            };
        }
        Ok(value)
    }

    /// Steps into what is unknown: where it is one of several values, into each of them.
    fn into_unknown(
        &self,
        value: &Value,
        unknown: &Unknown,
        rest: &[Step],
        span: Span,
        scope: Scope,
    ) -> Outcome {
        let mut result = opaque(unknown, Type::Dynamic);
        if let (Some((address, way)), Some(Step::Attr(name))) = (&unknown.source, rest.first()) {
            result.source = Some((address.clone(), format!("{way}.{}", name.text).into()));
        }
        let cases = (unknown.either.iter())
            .map(|case| self.steps(case.clone()?, rest, span, scope).ok().map(Some))
            .collect::<Option<Vec<_>>>();
        if let Some(cases) = cases
            && !cases.is_empty()
        {
            result.either = (cases.into_iter())
                .map(|case| case.filter(|v| !v.is_null()))
                .collect();
        }
        let mut out = Value::unknown(result, span);
        out.place = value.place.clone();
        out.sensitive = value.sensitive;
        Ok(out)
    }

    fn splat(&self, value: Value, inner: &[Step], span: Span, scope: Scope) -> Outcome {
        let (items, list) = match &value.kind {
            Kind::Null(_) => (Vec::new(), false),
            Kind::Sequence { shape, .. } => (value.items(), !matches!(shape, Sequence::Tuple)),
            _ => (vec![value.clone()], false),
        };
        let items = items.into_iter().map(|v| self.steps(v, inner, span, scope));
        let mut result = Value::tuple(items.collect::<Outcome<_>>()?, span);
        if let Kind::Sequence { more, .. } = &mut result.kind {
            *more = value.more().cloned();
        }
        result.sensitive = value.sensitive;
        if list {
            let any = Type::List(Box::default());
            result = convert(&result, &any).map_err(|e| Failure::new(span, e))?;
        }
        Ok(result)
    }
}

/// What the first step into the instances of something picks.
enum Picked {
    Key(Key),
    Unknown(Unknown),
    All,
}

/// An attribute of a resource's instance, with the reference that it comes through.
fn attribute_of(made: &Made, name: &Arc<str>, span: Span) -> Value {
    let address: Arc<str> = made.raw.address.as_str().into();
    let value = match &made.full.kind {
        Kind::Unknown(unknown) => Value::unknown((**unknown).clone(), made.raw.span),
        _ => made.full.get(name).unwrap_or_else(|| {
            Value::unknown(
                super::computed::after_apply(&made.raw, name, Type::Dynamic),
                made.raw.span,
            )
        }),
    };
    value.through(Via::Reference(address, name.clone()), span)
}

/// A whole instance; which of its attributes is meant is filled in by the step that takes one.
fn whole(made: &Made, span: Span) -> Value {
    let address = made.raw.address.as_str().into();
    made.full
        .clone()
        .through(Via::Reference(address, "".into()), span)
}

/// `.name`
fn attribute(value: &Value, name: &str, span: Span) -> Outcome {
    match &value.kind {
        Kind::Mapping { more, .. } => match (value.get(name), more) {
            (Some(mut child), _) => {
                name_reference(&mut child.place, name, span);
                Ok(child)
            }
            (None, Some(more)) => {
                let mut unknown = opaque(more, Type::Dynamic);
                let mut out = Value::unknown(Unknown::default(), value.place.span);
                out.place.inherit(&value.place);
                if let Some(address) = name_reference(&mut out.place, name, span) {
                    unknown.source = Some((address, name.into()));
                }
                out.kind = Kind::Unknown(Arc::new(unknown));
                out.sensitive = value.sensitive;
                Ok(out)
            }
            (None, None) => Err(Failure::new(
                span,
                format!("there is no attribute `{name}`"),
            )),
        },
        Kind::Null(_) => Err(Failure::new(span, format!("`.{name}` of null"))),
        Kind::Sequence { .. } => Err(Failure::new(span, format!("`.{name}` of a list"))
            .help("name an element, [0], or take all, [*]")),
        _ => Err(Failure::new(span, format!("`.{name}` of a single value"))),
    }
}

/// Fills the attribute into the reference to a whole instance that the value came through; its address.
fn name_reference(place: &mut Place, name: &str, span: Span) -> Option<Arc<str>> {
    let open = |via: &Via| matches!(via, Via::Reference(_, attribute) if attribute.is_empty());
    if !place.steps().any(|s| open(&s.via)) {
        return None;
    }
    let steps: Vec<_> = place.steps().cloned().collect();
    let mut address = None;
    place.trail = None;
    for step in steps.into_iter().rev() {
        match step.via {
            Via::Reference(of, attribute) if attribute.is_empty() => {
                address = Some(of.clone());
                place.push(Via::Reference(of, name.into()), span);
            }
            via => place.push(via, step.span),
        }
    }
    address
}

/// `[key]`
fn index(value: &Value, key: &Value, span: Span) -> Outcome {
    if key.is_null() {
        return Err(Failure::new(span, "the key is null"));
    }
    let mut result = match &value.kind {
        Kind::Mapping { .. } => {
            let key = convert(key, &Type::String)
                .map_err(|e| Failure::new(span, format!("unsuitable key: {e}")))?;
            match key.as_str() {
                Some(name) => attribute(value, name, span)?,
                None => Value::unknown(reason_of(&key), span),
            }
        }
        Kind::Sequence {
            shape: Sequence::Set(_),
            ..
        } => {
            return Err(Failure::new(span, "the elements of a set have no index"));
        }
        Kind::Sequence { more, .. } => {
            let key = convert(key, &Type::Number)
                .map_err(|e| Failure::new(span, format!("unsuitable index: {e}")))?;
            let Kind::Number(n) = &key.kind else {
                return Ok(Value::unknown(reason_of(&key), span));
            };
            match (
                n.to_usize().and_then(|n| value.items().into_iter().nth(n)),
                more,
            ) {
                (Some(item), _) => item,
                (None, Some(more)) => Value::unknown(opaque(more, Type::Dynamic), span),
                (None, None) => return Err(Failure::new(span, format!("there is no element {n}"))),
            }
        }
        Kind::Null(_) => return Err(Failure::new(span, "an element of null")),
        _ => return Err(Failure::new(span, "a single value has no elements")),
    };
    result.sensitive |= key.sensitive;
    Ok(result)
}

/// A directory as terraform calls it from another one.
fn relative(from: &std::path::Path, to: &std::path::Path) -> String {
    if let Ok(below) = to.strip_prefix(from) {
        let below = below.to_string_lossy();
        return if below.is_empty() {
            ".".to_owned()
        } else {
            below.replace('\\', "/")
        };
    }
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - shared);
    let down = to
        .iter()
        .skip(shared)
        .map(|c| c.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}
