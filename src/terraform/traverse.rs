//! References and the steps into values.

use super::convert::convert;
use super::expression::{opaque, reason_of, unordered};
use super::run::{Failure, Outcome, Run, Scope, Sort};
use crate::raw::Mode;
use crate::span::Span;
use crate::syntax::hcl::Step;
use crate::value::{
    Kind, Mapping, Number, Piece, Place, Sequence, Text, Type, Unknown, Value, Via,
};
use std::sync::Arc;

/// Names at the root of a reference that are no resource types.
const ROOTS: [&str; 11] = [
    "var",
    "local",
    "each",
    "count",
    "path",
    "terraform",
    "module",
    "data",
    "resource",
    "self",
    "ephemeral",
];

impl Run<'_> {
    /// A reference. One to what is declared nowhere is told at once and leaves an unknown, so that what stands around it
    /// can still be judged.
    pub(super) fn root(
        &self,
        name: &Arc<str>,
        steps: &[Step],
        span: Span,
        scope: Scope,
    ) -> Outcome {
        match self.rooted(name, steps, span, scope) {
            Err(failure) if failure.sort == Sort::Undeclared => {
                Ok(Value::unknown(self.failed(failure), span))
            }
            outcome => outcome,
        }
    }

    /// The name at the root of a reference and the steps from there.
    fn rooted(&self, name: &Arc<str>, steps: &[Step], span: Span, scope: Scope) -> Outcome {
        if let Some(value) = scope.lookup(name) {
            return self.steps(value.clone(), steps, span, scope);
        }
        if scope.closed {
            return Err(Failure::new(
                span,
                format!("there is no variable `{name}` here"),
            ));
        }
        let Some((Step::Attr(first), rest)) = steps.split_first() else {
            let help = match ROOTS.contains(&&**name) {
                true => format!("`{name}` is followed by a name"),
                false => format!("a text stands in quotes: \"{name}\""),
            };
            return Err(Failure::new(span, format!("`{name}` names nothing")).help(help));
        };
        let first = &first.text;
        let value = match &**name {
            "var" => (self.variable(scope.instance, first, span)?)
                .through(Via::Variable(first.clone()), span),
            "local" => {
                (self.local(scope.instance, first, span)?).through(Via::Local(first.clone()), span)
            }
            "each" | "count" => self.each(name, first, span, scope)?,
            "path" => self.path(first, span, scope)?,
            "terraform" => self.terraform(first, span)?,
            "module" => return self.module_reference(first, rest, span, scope),
            "self" => {
                let reason = "`self` is known to terraform only";
                Value::unknown(Unknown::because(reason), span)
            }
            "ephemeral" => {
                let what = scope.instance.inside(&format!("ephemeral.{first}"));
                Value::unknown(super::ephemeral::unknown(&what, Type::Dynamic), span)
            }
            // `resource.TYPE.NAME` is the long form of `TYPE.NAME`
            "data" | "resource" => {
                let Some((Step::Attr(own), rest)) = rest.split_first() else {
                    let message = format!("`{name}` is followed by a type and a name");
                    return Err(Failure::new(span, message));
                };
                let mode = match &**name {
                    "data" => Mode::Data,
                    _ => Mode::Managed,
                };
                let name = (mode, first.clone(), own.text.clone());
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

    fn terraform(&self, attribute: &str, span: Span) -> Outcome {
        match attribute {
            "workspace" | "env" => Ok(self.workspace(span)),
            "applying" => {
                let unknown = super::ephemeral::unknown("terraform.applying", Type::Bool);
                Ok(Value::unknown(unknown, span))
            }
            _ => Err(Failure::new(
                span,
                format!("there is no `terraform.{attribute}`"),
            )),
        }
    }

    /// The workspace: the given one, or the one selected in the root module's directory. Which one it is otherwise, the
    /// code does not say: the same code is applied in each.
    /// <https://developer.hashicorp.com/terraform/language/state/workspaces>
    fn workspace(&self, span: Span) -> Value {
        if let Some(given) = self.world.inputs.workspace.as_deref() {
            return Value::text(given, span);
        }
        let selected = crate::span::read_regular_text(self.dir.join(".terraform/environment"));
        let selected = selected.as_deref().map_or("", str::trim);
        if !selected.is_empty() {
            return Value::text(selected, span);
        }
        let unknown = Unknown {
            not_null: true,
            ..Unknown::because("`terraform.workspace` is chosen outside of the code")
        };
        let unknown = unknown.settle("set TF_WORKSPACE").of(Type::String);
        Value::unknown(unknown, span)
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
                let unknown = Unknown {
                    not_null: true,
                    ..Unknown::because(reason).of(Type::String)
                };
                let hole = Piece::Hole(Arc::new(unknown));
                // as for files, terraform is taken to run in the root module's directory
                let full = std::path::absolute(&self.dir).unwrap_or_else(|_| self.dir.clone());
                let last = full
                    .file_name()
                    .map(|n| format!("/{}", n.to_string_lossy()));
                let last = Piece::Lit(last.as_deref().unwrap_or_default(), None);
                Ok(Value::new(Kind::String(Text::of([hole, last])), span))
            }
            _ => Err(Failure::new(
                span,
                format!("there is no `path.{attribute}`"),
            )),
        }
    }

    /// Steps into a value.
    pub(super) fn steps(&self, value: Value, steps: &[Step], span: Span, scope: Scope) -> Outcome {
        let mut value = value;
        for (i, step) in steps.iter().enumerate() {
            if let Some(more) = value.more() {
                self.doubtful(more);
            }
            let single = matches!(step, Step::Splat(..)) && surely_single(&value);
            if let Some(unknown) = value.as_unknown()
                && !single
            {
                let rest = steps.get(i..).unwrap_or_default();
                return self.within_unknown(&value, unknown, rest, span, scope);
            }
            value = match step {
                Step::Attr(name) => attribute(&value, &name.text, span)?,
                Step::Index(key, at) => {
                    let key = self.eval(key, scope)?;
                    self.doubtful_of([&key]);
                    index(&value, &key, *at)?
                }
                Step::Splat(inner, at) => self.splat(value, inner, *at, scope)?,
            };
        }
        Ok(value)
    }

    /// Steps into what is unknown: where it is one of several values, into each of them.
    fn within_unknown(
        &self,
        value: &Value,
        unknown: &Unknown,
        rest: &[Step],
        span: Span,
        scope: Scope,
    ) -> Outcome {
        self.doubtful(unknown);
        let ty = type_within(&unknown.ty, rest).map_err(|e| Failure::new(span, e))?;
        let mut result = opaque(unknown, ty);
        result.identity = part_of(unknown, rest);
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
        if let Some(Step::Attr(name)) = rest.first() {
            name_reference(&mut out.place, &name.text, span);
        }
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
        if let (Kind::Sequence { more, .. }, Some(why)) = (&mut result.kind, unordered(&value)) {
            *more = Some(why);
            result.place.inherit(&value.place);
            if let Some(Step::Attr(name)) = inner.first() {
                name_reference(&mut result.place, &name.text, span);
            }
        }
        result.sensitive = value.sensitive;
        if list {
            let any = Type::List(Box::default());
            result = convert(&result, &any).map_err(|e| Failure::about(&[&value], span, e))?;
        }
        Ok(result)
    }
}

/// Whether something unknown is one value that is not null: taken for a list, it is one of one element.
fn surely_single(value: &Value) -> bool {
    let single = |ty: &Type| matches!(ty, Type::Bool | Type::Number | Type::String);
    value
        .as_unknown()
        .is_some_and(|u| u.not_null && single(&u.ty))
}

/// The type that the steps lead to in something unknown of a type; what that type does not have is an error already.
fn type_within(ty: &Type, steps: &[Step]) -> Result<Type, String> {
    let Some((step, rest)) = steps.split_first() else {
        return Ok(ty.clone());
    };
    let inner = match (step, ty) {
        (_, Type::Dynamic) => return Ok(Type::Dynamic),
        (Step::Attr(_) | Step::Index(..), Type::Map(of)) => (**of).clone(),
        (Step::Attr(name), Type::Object(types)) => (types.get(&name.text).cloned())
            .ok_or_else(|| format!("there is no attribute `{}`", name.text))?,
        (Step::Attr(name), Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
            return Err(format!("`.{}` of a list", name.text));
        }
        (Step::Attr(name), _) => return Err(format!("`.{}` of a single value", name.text)),
        (Step::Index(..), Type::List(of)) => (**of).clone(),
        (Step::Index(..), Type::Object(_) | Type::Tuple(_)) => Type::Dynamic,
        (Step::Index(..), Type::Set(_)) => {
            return Err("the elements of a set have no index".to_owned());
        }
        (Step::Index(..), _) => return Err("a single value has no elements".to_owned()),
        (Step::Splat(inner, _), Type::List(of) | Type::Set(of)) => {
            Type::List(Box::new(type_within(of, inner)?))
        }
        (Step::Splat(inner, _), Type::Tuple(types)) => {
            let types = types.iter().map(|t| type_within(t, inner));
            Type::Tuple(types.collect::<Result<_, _>>()?)
        }
        (Step::Splat(inner, _), single) => {
            type_within(single, inner)?;
            Type::Dynamic // nobody knows whether it is null, and the list empty
        }
    };
    type_within(&inner, rest)
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

/// The identity of a part of an unknown input, where the steps to it are written out.
fn part_of(unknown: &Unknown, rest: &[Step]) -> Option<Arc<str>> {
    let mut out = unknown.identity.as_deref()?.to_owned();
    for step in rest {
        match step {
            Step::Attr(name) => out.push_str(&format!(".{}", name.text)),
            Step::Index(key, _) => out.push_str(&format!("[{:?}]", key.as_literal()?)),
            Step::Splat(..) => return None,
        }
    }
    Some(out.into())
}

/// An unknown element that is an instance of a resource, where the known ones are: it says which resource, and not which
/// instance.
fn some_instance(of: &Value, mut element: Value) -> Value {
    let instance = |v: &Value| {
        let open = |s: &crate::value::Step| match &s.via {
            Via::Reference(address, attribute) if attribute.is_empty() => Some(address.clone()),
            _ => None,
        };
        v.place.steps().find_map(open)
    };
    let first = match &of.kind {
        Kind::Mapping { entries, .. } => entries.values().find_map(instance),
        Kind::Sequence { items, .. } => items.iter().find_map(instance),
        _ => None,
    };
    let address = first.or_else(|| instance(of));
    if let Some(address) = address {
        let resource = match address.rfind('[') {
            Some(at) if address.ends_with(']') => address.get(..at).unwrap_or(&address),
            _ => &address,
        };
        let any = format!("{resource}[*]").into();
        element
            .place
            .push(Via::Reference(any, "".into()), element.place.span);
    }
    element
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
                Some(name)
                    if matches!(
                        value.kind,
                        Kind::Mapping {
                            shape: Mapping::Object,
                            ..
                        }
                    ) =>
                {
                    // terraform drops the key's mark here
                    return attribute(value, name, span).map_err(|f| f.hidden_of(&key));
                }
                Some(name) => attribute(value, name, span).map_err(|f| f.hidden_of(&key))?,
                None => some_instance(value, Value::unknown(reason_of(&key), span)),
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
                return Ok(some_instance(value, Value::unknown(reason_of(&key), span)));
            };
            match (element(value, n), more) {
                (_, Some(more)) => {
                    let unknown = Value::unknown(opaque(more, Type::Dynamic), span);
                    let mut element = some_instance(value, unknown);
                    if element.place.trail.is_none() {
                        element.place.inherit(&value.place);
                    }
                    element
                }
                (Some(item), None) => item,
                (None, None) => {
                    let message = format!("there is no element {n}");
                    return Err(Failure::about(&[&key], span, message));
                }
            }
        }
        Kind::Null(_) => return Err(Failure::new(span, "an element of null")),
        _ => return Err(Failure::new(span, "a single value has no elements")),
    };
    result.sensitive |= key.sensitive;
    Ok(result)
}

fn element(value: &Value, n: &Number) -> Option<Value> {
    value.items().into_iter().nth(n.to_usize()?)
}

/// A directory as terraform calls it from another one.
fn relative(from: &std::path::Path, to: &std::path::Path) -> String {
    // `.` says nothing: the working directory is `.` as a root, and nothing at all before a module below it
    let steps = |path: &'_ std::path::Path| -> Vec<String> {
        path.components()
            .filter(|c| *c != std::path::Component::CurDir)
            .map(|c| c.as_os_str().to_string_lossy().into_owned())
            .collect()
    };
    let (from, to) = (steps(from), steps(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - shared);
    let way: Vec<String> = up.chain(to.into_iter().skip(shared)).collect();
    match way.is_empty() {
        true => ".".to_owned(),
        false => way.join("/"),
    }
}
