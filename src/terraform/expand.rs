//! `count` and `for_each`: how many instances a resource or a module has, and what they are called.

use super::convert::convert;
use super::doubt::at_most_one;
use super::enabled;
use super::expression::{opaque, pairs, reason_of};
use super::memo::Memo;
use super::module::{Declared, Name};
use super::resources::Made;
use super::run::{Failure, Instance, Outcome, Run, Scope};
use crate::raw::{Condition, Mode};
use crate::span::Span;
use crate::syntax::hcl::{Attribute, Body};
use crate::value::{Kind, Number, Sequence, Text, Type, Unknown, Value};
use std::rc::Rc;
use std::sync::Arc;

/// More instances than this of one thing are not taken apart.
const MAX_INSTANCES: usize = 5000;

/// What `each` and `count` stand for.
#[derive(Clone, Default)]
pub(super) struct Each {
    pub(super) key: Option<Value>,
    pub(super) value: Option<Value>,
    pub(super) index: Option<Value>,
}

/// The key of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    None,
    Index(usize),
    Name(Arc<str>),
    /// Stands for any number of instances.
    Any,
}

impl Key {
    /// As it stands in an address.
    pub(super) fn text(&self) -> String {
        match self {
            Key::None => String::new(),
            Key::Index(n) => format!("[{n}]"),
            Key::Name(name) => {
                let escaped = name
                    .replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('\n', "\\n");
                format!("[\"{escaped}\"]")
            }
            Key::Any => "[*]".to_owned(),
        }
    }
}

/// How instances are called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Single,
    Count,
    ForEach,
}

/// One instance.
pub(super) struct Single {
    pub(super) index: usize,
    pub(super) key: Key,
    pub(super) each: Each,
}

/// The instances of something.
pub(super) struct Expansion {
    pub(super) shape: Shape,
    pub(super) items: Vec<Single>,
    /// There may be more, for this reason: the last item stands for them.
    pub(super) open: Option<Arc<Unknown>>,
    /// There may be more than one more.
    pub(super) several: bool,
    /// What the further ones hang on, where that can be said.
    pub(super) condition: Option<Condition>,
}

/// A resource with its instances.
pub(super) struct Expanded {
    pub(super) declared: Rc<Declared>,
    pub(super) instance: Rc<Instance>,
    pub(super) expansion: Expansion,
    /// Its address, without a key.
    pub(super) address: Arc<str>,
    /// The instances that were worked out, by their indexes.
    pub(super) made: Memo<usize, Rc<Made>>,
    /// The same, as far as somebody asks for their attributes.
    pub(super) listed: Memo<usize, Rc<Made>>,
}

impl Expanded {
    /// The address of an instance.
    pub(super) fn address_of(&self, key: &Key) -> Arc<str> {
        match key {
            Key::None => self.address.clone(),
            key => format!("{}{}", self.address, key.text()).into(),
        }
    }
}

impl Expansion {
    pub(super) fn of(
        shape: Shape,
        keys: impl IntoIterator<Item = (Key, Each)>,
        open: Option<Arc<Unknown>>,
    ) -> Self {
        let items = (keys.into_iter().enumerate())
            .map(|(index, (key, each))| Single { index, key, each })
            .collect();
        Expansion {
            shape,
            items,
            open,
            several: true,
            condition: None,
        }
    }

    /// The instance of a key; the one that stands for any number where there may be more.
    pub(super) fn find(&self, key: &Key) -> Option<&Single> {
        let any = || self.items.iter().find(|s| s.key == Key::Any);
        self.items.iter().find(|s| s.key == *key).or_else(any)
    }

    /// All instances as one value.
    pub(super) fn container(&self, span: Span, value: impl Fn(&Single) -> Value) -> Value {
        if self.shape == Shape::Single && self.items.is_empty() {
            return Value::null(span); // it is not enabled
        }
        if self.shape == Shape::ForEach {
            let entries = (self.items.iter())
                .filter_map(|s| match &s.key {
                    Key::Name(name) => Some((name.clone(), value(s))),
                    _ => None,
                })
                .collect();
            let mut all = Value::object(entries, span);
            if let Kind::Mapping { more, .. } = &mut all.kind {
                more.clone_from(&self.open);
            }
            return all;
        }
        let known = self.items.iter().filter(|s| s.key != Key::Any);
        let mut all = Value::tuple(known.map(value).collect(), span);
        if let Kind::Sequence { more, .. } = &mut all.kind {
            more.clone_from(&self.open);
        }
        all
    }
}

impl Run<'_> {
    /// A resource's instances. `Err`: it is declared nowhere.
    pub(super) fn expanded(
        &self,
        instance: &Rc<Instance>,
        name: &Name,
        span: Span,
    ) -> Outcome<Rc<Expanded>> {
        let Some(declared) = instance.module.by_name.get(name) else {
            let data = if name.0 == Mode::Data { "data." } else { "" };
            let what = format!("{data}{}.{}", name.1, name.2);
            return Err(Failure::undeclared(span, &what));
        };
        let block = declared.block(self.files);
        let make = |expansion| {
            Rc::new(Expanded {
                declared: declared.clone(),
                instance: instance.clone(),
                expansion,
                address: instance.inside(&declared.address()).into(),
                made: Memo::default(),
                listed: Memo::default(),
            })
        };
        Ok(self.once(
            &instance.resources,
            name,
            || {
                let value = self.cycle(&declared.address(), block.header);
                make(open(Shape::Count, reason_of(&value), block.header))
            },
            || {
                let each = Each::default();
                let scope = Scope::of(instance, &each);
                make(self.expansion(&block.body, &instance.address, scope))
            },
        ))
    }

    pub(super) fn expansion(&self, body: &Body, holder: &str, scope: Scope) -> Expansion {
        let result = match (body.attribute("count"), body.attribute("for_each")) {
            (Some(count), _) => (count, Shape::Count, self.count(count, scope)),
            (_, Some(for_each)) => (for_each, Shape::ForEach, self.for_each(for_each, scope)),
            _ => match enabled::attribute(body) {
                Some(enabled) => (enabled, Shape::Single, self.enabled(enabled, scope)),
                None => return Expansion::of(Shape::Single, [(Key::None, Each::default())], None),
            },
        };
        let (attribute, shape, expansion) = result;
        let mut expansion = expansion
            .unwrap_or_else(|failure| open(shape, self.failed(failure), attribute.expr.span));
        self.hang(&mut expansion, attribute, holder, scope);
        expansion
    }

    fn count(&self, attribute: &Attribute, scope: Scope) -> Outcome<Expansion> {
        let span = attribute.expr.span;
        let value = self.lasting(attribute, scope)?;
        if value.is_null() {
            return Err(Failure::new(span, "`count` is null"));
        }
        let value = convert(&value, &Type::Number)
            .map_err(|e| Failure::new(span, format!("`count`: {e}")))?;
        let Kind::Number(n) = &value.kind else {
            return Ok(Expansion {
                several: !at_most_one(&value),
                ..open(Shape::Count, reason_of(&value), span)
            });
        };
        let Some(n) = n.to_usize() else {
            let message = format!("`count` is {n}, no natural number");
            return Err(Failure::about(&[&value], span, message));
        };
        if n > MAX_INSTANCES {
            let message =
                format!("`count` is {n}; more than {MAX_INSTANCES} instances are not looked at");
            return Err(Failure::about(&[&value], span, message));
        }
        let each = |i| Each {
            index: Some(Value {
                place: value.place.clone(),
                ..Value::new(Kind::Number(Number::count(i)), span)
            }),
            ..Each::default()
        };
        Ok(Expansion::of(
            Shape::Count,
            (0..n).map(|i| (Key::Index(i), each(i))),
            None,
        ))
    }

    fn for_each(&self, attribute: &Attribute, scope: Scope) -> Outcome<Expansion> {
        let span = attribute.expr.span;
        let value = self.lasting(attribute, scope)?;
        if let Some(unknown) = value.as_unknown() {
            return Ok(Expansion {
                several: !at_most_one(&value),
                ..open(Shape::ForEach, unknown.clone(), span)
            });
        }
        if !matches!(
            value.kind,
            Kind::Mapping { .. }
                | Kind::Sequence {
                    shape: Sequence::Set(_),
                    ..
                }
        ) {
            let found = match value.is_null() {
                true => "null",
                false => "neither a map nor a set",
            };
            return Err(Failure::new(span, format!("`for_each` is {found}"))
                .help("make a set of a list with toset()"));
        }
        if let Some(wrong) = super::keys::wrong(&value) {
            return Err(Failure::new(span, wrong));
        }
        let mut keys = Vec::new();
        let mut why = value.more().map(|m| (**m).clone());
        for (key, element) in pairs(&value).unwrap_or_default() {
            let text = convert(&key, &Type::String)
                .map_err(|e| Failure::new(span, format!("`for_each`: {e}")))?;
            if text.is_null() {
                return Err(Failure::new(span, "`for_each` holds null"));
            }
            match text.as_str() {
                Some(name) => keys.push(keyed(name, &key, element)),
                None => why = Some(reason_of(&text)),
            }
        }
        if keys.len() > MAX_INSTANCES {
            let many = keys.len();
            let message = format!(
                "`for_each` has {many} elements; more than {MAX_INSTANCES} instances are not looked at"
            );
            return Err(Failure::new(span, message));
        }
        if let Some(unknown) = &why {
            let others = open(Shape::ForEach, unknown.clone(), span).items;
            keys.extend(others.into_iter().map(|s| (s.key, s.each)));
        }
        Ok(Expansion::of(Shape::ForEach, keys, why.map(Arc::new)))
    }
}

/// The instance of a key of `for_each`.
fn keyed(name: &str, key: &Value, element: Value) -> (Key, Each) {
    let name: Arc<str> = name.into();
    let text = Kind::String(Text::plain(name.clone()));
    let each = Each {
        key: Some(Value {
            place: key.place.clone(),
            ..Value::new(text, key.place.span)
        }),
        value: Some(element),
        index: None,
    };
    (Key::Name(name), each)
}

/// An unknown number of instances.
fn open(shape: Shape, unknown: Unknown, span: Span) -> Expansion {
    let part = |ty| Some(Value::unknown(opaque(&unknown, ty), span));
    let each = match shape {
        Shape::Count => Each {
            index: part(Type::Number),
            ..Each::default()
        },
        _ => Each {
            key: part(Type::String),
            value: part(Type::Dynamic),
            index: None,
        },
    };
    Expansion::of(
        shape,
        [(Key::Any, each)],
        Some(Arc::new(opaque(&unknown, Type::Dynamic))),
    )
}
