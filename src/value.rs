//! The one value that both evaluators produce and everything above reads: typed, with its place, the way it came, and
//! what is unknown about it.
//!
//! INVARIANT: a value that claims to be known is right whatever the deployment's account, region or organisation is;
//! what depends on them is a typed [`Unknown`] with a [`Role`].

use crate::span::Span;
use std::sync::Arc;

pub use self::number::Number;
pub use self::origins::Origins;
pub use self::reason::{Cause, Reason};
pub use self::same::{all, any};
pub use self::secrets::{SENSITIVE, UNSAID};
pub use self::shared::{Entries, Shared};
pub use self::text::{Builder, Lit, Part, Piece, Text};
pub use self::types::Type;

mod moved;
mod number;
mod origins;
mod range;
mod reason;
mod same;
mod shared;
mod secrets;
mod text;
mod types;

/// How many steps of a way are kept: nobody reads more, and each costs time and, when it is dropped, stack.
const MAX_STEPS: usize = 64;

/// Of how many values an unknown is said to be one; of more, nothing is said.
pub const CASES: usize = 64;

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it was written and the way it came.
    pub place: Place,
    /// Marked sensitive by Terraform or NoEcho in CloudFormation: never printed.
    pub sensitive: bool,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Terraform's `null` (of a type), JSON's null, or an attribute that is left out.
    Null(Type),
    /// A boolean.
    Bool(bool),
    /// A number of Terraform's precision.
    Number(Number),
    /// A text, perhaps with holes.
    String(Text),
    /// A sequence.
    Sequence {
        /// Which sort of sequence.
        shape: Sequence,
        /// Its elements; sets in Terraform's order.
        items: Shared<Vec<Value>>,
        /// There may be more elements than these, for this reason.
        more: Option<Arc<Unknown>>,
    },
    /// A mapping; Terraform iterates by sorted key. Each entry's value holds its key's span in [`Place::key`].
    Mapping {
        /// Which sort of mapping.
        shape: Mapping,
        /// Its entries.
        entries: Shared<Entries>,
        /// There may be more entries than these, for this reason.
        more: Option<Arc<Unknown>>,
    },
    /// Cannot be known from the code.
    Unknown(Arc<Unknown>),
}

/// Sorts of sequences. JSON and CloudFormation know tuples only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// Elements of different types.
    Tuple,
    /// Elements of one type.
    List(Type),
    /// Distinct elements of one type.
    Set(Type),
}

/// Sorts of mappings. JSON and CloudFormation know objects only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// Attributes of different types.
    Object,
    /// Elements of one type.
    Map(Type),
}

/// What is known about something that cannot be known from the code.
#[derive(Clone, Debug, Default)]
pub struct Unknown {
    /// Its type, as far as known.
    pub ty: Type,
    /// Why.
    pub reason: Reason,
    /// What would settle it, e.g. "pass --var x=…".
    pub settle: Option<Arc<str>>,
    /// Certainly not null.
    pub not_null: bool,
    /// The text starts with this.
    pub prefix: Option<Arc<str>>,
    /// As the reason why a collection may have more elements: it has not, only their order is unknown.
    pub order_only: bool,
    /// It is one of these; `None` inside: the property is left out.
    pub either: Vec<Option<Value>>,
    /// What it stands for, where that is known.
    pub role: Option<Role>,
    /// What it is, where that is one input of its root: two unknowns of a root with one identity have one value. Lost by
    /// everything that makes another value of it.
    pub identity: Option<Arc<str>>,
    /// The resource attribute that it is, where it is one: address and attribute.
    pub source: Option<(Arc<str>, Arc<str>)>,
}

/// What a typed hole stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The account that the code is deployed to.
    Account,
    /// The region that the code is deployed to.
    Region,
    /// Its partition.
    Partition,
    /// Its URL suffix.
    UrlSuffix,
    /// The organisation of the deploying account.
    Organization,
}

/// Where a value was written and the way it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where its text stands; for a default, the block or the resource that leaves it out.
    pub span: Span,
    /// Its key's place, where it is an entry of a mapping or an attribute of a block.
    pub key: Option<Span>,
    /// The expressions that it came through, the outermost (last) first.
    pub trail: Option<Arc<Step>>,
    /// What it was made of, where it was made of several values or of a function's arguments.
    pub origins: Option<Arc<Origins>>,
    /// What was read there is sensitive: whatever is made of it, or said about it, has its place and so its mark.
    pub secret: bool,
}

/// One expression that a value came through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What sort of expression.
    pub via: Via,
    /// Where the expression stands.
    pub span: Span,
    /// The way up to there.
    pub inner: Option<Arc<Step>>,
}

/// Sorts of expressions that a value comes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// A use of `var.NAME`, or a `Ref` to a parameter.
    Variable(Arc<str>),
    /// The default of a variable or parameter.
    Default(Arc<str>),
    /// A given input: tfvars, `--var`, the environment, a parameters file.
    Input(Arc<str>),
    /// The argument of a module call.
    Argument(Arc<str>),
    /// A use of `local.NAME`.
    Local(Arc<str>),
    /// A module's output.
    Output(Arc<str>),
    /// An attribute of a resource or data source: address and attribute.
    Reference(Arc<str>, Arc<str>),
    /// A mapping, an iteration, a function's argument, a conditional: text for the user.
    Other(Arc<str>),
}

impl Via {
    /// A text made of literal parts and of values.
    pub const TEMPLATE: &'static str = "template";
    /// A text that holds another one which was written elsewhere.
    pub const PUT_INTO: &'static str = "a text that it is put into";
}

impl Place {
    /// A value that stands where it was written.
    pub fn at(span: Span) -> Self {
        Place {
            span,
            key: None,
            trail: None,
            origins: None,
            secret: false,
        }
    }

    /// Where the caret of a finding goes: the outermost expression that the value came through, else its own place.
    pub fn primary(&self) -> Span {
        self.trail.as_ref().map_or(self.span, |s| s.span)
    }

    /// The steps, the outermost first.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        std::iter::successors(self.trail.as_deref(), |s| s.inner.as_deref())
    }

    /// Records that the value came through one more expression. Of a long way, the middle is left out.
    pub fn push(&mut self, via: Via, span: Span) {
        if self.steps().count() >= MAX_STEPS {
            self.shorten();
        }
        self.trail = Some(Arc::new(Step {
            via,
            span,
            inner: self.trail.take(),
        }));
    }

    /// Leaves out the step in the middle.
    fn shorten(&mut self) {
        let outer: Vec<Step> = self.steps().take(MAX_STEPS / 2).cloned().collect();
        let rest = self.steps().nth(MAX_STEPS / 2);
        let mut trail = rest.and_then(|s| s.inner.clone());
        for step in outer.into_iter().rev() {
            trail = Some(Arc::new(Step {
                inner: trail,
                ..step
            }));
        }
        self.trail = trail;
    }

    /// Records that the value was taken out of a container that had come this way.
    pub fn inherit(&mut self, container: &Place) {
        if container.trail.is_none() {
            return;
        }
        if self.trail.is_none() {
            self.trail.clone_from(&container.trail);
            return;
        }
        let outer: Vec<Step> = container.steps().cloned().collect();
        for step in outer.into_iter().rev() {
            self.push(step.via, step.span);
        }
    }

    /// Resource attributes (address, attribute) that the value came through, the outermost first.
    pub fn references(&self) -> impl Iterator<Item = (&str, &str)> {
        self.steps().filter_map(|s| match &s.via {
            Via::Reference(address, attribute) => Some((&**address, &**attribute)),
            _ => None,
        })
    }
}

impl Unknown {
    /// Unknown for a reason, of any type.
    pub fn because(reason: impl Into<Reason>) -> Self {
        Unknown {
            reason: reason.into(),
            ..Unknown::default()
        }
    }

    /// Sets the type.
    #[must_use]
    pub fn of(mut self, ty: Type) -> Self {
        self.ty = ty;
        self
    }

    /// Sets what it stands for; such a thing is a text that is never null.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = Some(role);
        self.ty = Type::String;
        self.not_null = true;
        self
    }

    /// Sets what it may be. A case that is unknown, but one of several itself, stands for those; of more than [`CASES`]
    /// none is kept.
    #[must_use]
    pub fn one_of(mut self, cases: impl IntoIterator<Item = Option<Value>>) -> Self {
        let mut either = Vec::new();
        for case in cases {
            match case.as_ref().and_then(Value::as_unknown) {
                Some(inner) if !inner.either.is_empty() => either.extend(inner.either.clone()),
                _ => either.push(case),
            }
            if either.len() > CASES {
                either.clear();
                break;
            }
        }
        self.either = either;
        self
    }

    /// Sets what would settle it.
    #[must_use]
    pub fn settle(mut self, settle: impl Into<Arc<str>>) -> Self {
        self.settle = Some(settle.into());
        self
    }
}

impl Value {
    /// A value that stands at `span`.
    pub fn new(kind: Kind, span: Span) -> Self {
        Value {
            kind,
            place: Place::at(span),
            sensitive: false,
        }
    }

    /// An untyped null, also for what is left out.
    pub fn null(span: Span) -> Self {
        Self::new(Kind::Null(Type::Dynamic), span)
    }

    /// A boolean.
    pub fn bool(value: bool, span: Span) -> Self {
        Self::new(Kind::Bool(value), span)
    }

    /// A number.
    pub fn number(value: impl Into<Number>, span: Span) -> Self {
        Self::new(Kind::Number(value.into()), span)
    }

    /// A text whose characters do not stand one to one at `span`.
    pub fn text(value: impl Into<Arc<str>>, span: Span) -> Self {
        Self::new(Kind::String(Text::plain(value)), span)
    }

    /// A tuple.
    pub fn tuple(items: Vec<Value>, span: Span) -> Self {
        let kind = Kind::Sequence {
            shape: Sequence::Tuple,
            items: items.into(),
            more: None,
        };
        Self::new(kind, span)
    }

    /// An object.
    pub fn object(entries: Shared<Entries>, span: Span) -> Self {
        let kind = Kind::Mapping {
            shape: Mapping::Object,
            entries,
            more: None,
        };
        Self::new(kind, span)
    }

    /// Something unknown.
    pub fn unknown(unknown: Unknown, span: Span) -> Self {
        Self::new(Kind::Unknown(Arc::new(unknown)), span)
    }

    /// The same value, having come through one more expression.
    #[must_use]
    pub fn through(mut self, via: Via, span: Span) -> Self {
        self.place.push(via, span);
        self
    }

    /// Whether it is null or left out.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    /// What is unknown, where the whole value is.
    pub fn as_unknown(&self) -> Option<&Unknown> {
        match &self.kind {
            Kind::Unknown(u) => Some(u),
            _ => None,
        }
    }

    /// The text, where it is one without holes.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(t) => t.known(),
            _ => None,
        }
    }

    /// The text, perhaps with holes.
    pub fn as_text(&self) -> Option<&Text> {
        match &self.kind {
            Kind::String(t) => Some(t),
            _ => None,
        }
    }

    /// The boolean; the texts `true` and `false` count.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(b) => Some(*b),
            Kind::String(t) => match t.known() {
                Some("true") => Some(true),
                Some("false") => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The elements of a sequence, each having inherited the way of the sequence; empty for anything else.
    pub fn items(&self) -> Vec<Value> {
        match &self.kind {
            Kind::Sequence { items, .. } => items.iter().map(|v| self.child(v)).collect(),
            _ => Vec::new(),
        }
    }

    /// The entries of a mapping, each having inherited the way of the mapping; empty for anything else.
    pub fn entries(&self) -> Vec<(Arc<str>, Value)> {
        match &self.kind {
            Kind::Mapping { entries, .. } => (entries.iter())
                .map(|(k, v)| (k.clone(), self.child(v)))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// An entry of a mapping by its exact key, having inherited the way of the mapping.
    pub fn get(&self, key: &str) -> Option<Value> {
        match &self.kind {
            Kind::Mapping { entries, .. } => entries.get(key).map(|v| self.child(v)),
            _ => None,
        }
    }

    /// Why there may be more elements or entries than are known.
    pub fn more(&self) -> Option<&Arc<Unknown>> {
        match &self.kind {
            Kind::Sequence { more, .. } | Kind::Mapping { more, .. } => more.as_ref(),
            _ => None,
        }
    }

    /// The first unknown part anywhere inside.
    pub fn first_unknown(&self) -> Option<&Unknown> {
        match &self.kind {
            Kind::Unknown(u) => Some(u),
            Kind::String(t) => t.first_hole(),
            Kind::Sequence { items, more, .. } => (items.iter())
                .find_map(Value::first_unknown)
                .or(more.as_deref()),
            Kind::Mapping { entries, more, .. } => (entries.values())
                .find_map(Value::first_unknown)
                .or(more.as_deref()),
            Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) => None,
        }
    }

    /// Whether every part is known.
    pub fn is_wholly_known(&self) -> bool {
        self.first_unknown().is_none()
    }

    /// Whether any part is sensitive.
    pub fn has_sensitive(&self) -> bool {
        self.sensitive
            || match &self.kind {
                Kind::Sequence { items, .. } => items.iter().any(Value::has_sensitive),
                Kind::Mapping { entries, .. } => entries.values().any(Value::has_sensitive),
                _ => false,
            }
    }

    fn child(&self, value: &Value) -> Value {
        let mut value = value.clone();
        value.place.inherit(&self.place);
        value.sensitive |= self.sensitive;
        value.place.secret |= value.sensitive;
        value
    }
}
