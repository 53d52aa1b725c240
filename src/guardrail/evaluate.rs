//! Evaluates checked expressions with three values: true, false, and not known with the reasons. What is certain whatever
//! the unknown parts turn out to be is decided; everything else is not known.
//!
//! INVARIANT: an `Ok` is right for every value that the unknown parts can take.

use self::budget::{Budget, weight};
use super::definition::ParameterKind;
use super::expression::{Each, Expr, Function, Key};
use super::pattern;
use crate::value::{Entries, Kind, Part as TextPart, Text, Unknown, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::budget::STEPS;
pub use self::show::{UNKNOWN, show};

mod budget;
mod operations;
mod show;

/// Why something is not known.
#[derive(Clone, Debug, Default)]
pub struct Why {
    /// The reasons, in the order in which they were met, none twice.
    pub reasons: Vec<Reason>,
}

/// One reason.
#[derive(Clone, Debug)]
pub struct Reason {
    /// What it is.
    pub reason: crate::value::Reason,
    /// What would settle it.
    pub settle: Option<Arc<str>>,
}

impl Why {
    /// A single reason.
    pub fn because(text: impl Into<Arc<str>>) -> Self {
        Why {
            reasons: vec![Reason {
                reason: text.into().into(),
                settle: None,
            }],
        }
    }

    fn of(unknown: &Unknown) -> Self {
        let reason = match unknown.reason.is_empty() {
            true => "it cannot be known from the code".into(),
            false => unknown.reason.clone(),
        };
        Why {
            reasons: vec![Reason {
                reason,
                settle: unknown.settle.clone(),
            }],
        }
    }

    /// These reasons, and those.
    #[must_use]
    pub fn and(mut self, other: Why) -> Self {
        for reason in other.reasons {
            if self.reasons.iter().all(|r| r.reason != reason.reason) {
                self.reasons.push(reason);
            }
        }
        self
    }
}

/// Adds reasons to those met before.
fn add(to: &mut Option<Why>, why: Why) {
    *to = Some(match to.take() {
        Some(before) => before.and(why),
        None => why,
    });
}

/// The value of a guardrail's parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterValue {
    /// It has no value.
    Null,
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// True or false.
    Bool(bool),
    /// A list of texts.
    Texts(Vec<String>),
}

impl ParameterValue {
    /// Reads a value of the config or of a guardrail's `default`; `None` where it is of another kind. Digits count as
    /// text where text is wanted.
    pub fn read(kind: ParameterKind, value: &serde_json::Value) -> Option<Self> {
        use serde_json::Value as Json;
        let text = |v: &Json| match v {
            Json::String(s) => Some(s.clone()),
            Json::Number(n) => Some(n.to_string()),
            _ => None,
        };
        match (kind, value) {
            (_, Json::Null) => Some(ParameterValue::Null),
            (ParameterKind::Text, v) => text(v).map(ParameterValue::Text),
            (ParameterKind::Number, v) => v.as_i64().map(ParameterValue::Number),
            (ParameterKind::Bool, v) => v.as_bool().map(ParameterValue::Bool),
            (ParameterKind::Texts, Json::Array(items)) => {
                let texts: Option<Vec<String>> = items.iter().map(text).collect();
                texts.map(ParameterValue::Texts)
            }
            (ParameterKind::Texts, v) => text(v).map(|t| ParameterValue::Texts(vec![t])),
        }
    }
}

/// A value during an evaluation.
#[derive(Clone, Debug)]
pub enum Val<'a> {
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// A known text.
    Text(Cow<'a, str>),
    /// A text with holes.
    Holes(&'a Text),
    /// A list, and why it may hold more.
    List(Vec<Val<'a>>, Option<Why>),
    /// An object or mapping, and why it may hold more.
    Map(&'a Entries, Option<&'a Unknown>),
    /// Not known, but perhaps something about it is.
    Unknown(&'a Unknown),
}

/// What an expression may look at.
#[derive(Debug)]
pub struct Machine<'a> {
    /// The target's variables.
    pub variables: &'a BTreeMap<&'static str, Value>,
    /// The organisation and the registry.
    pub common: &'a BTreeMap<&'static str, Value>,
    /// The guardrail's parameters, every one of them.
    pub parameters: &'a BTreeMap<String, ParameterValue>,
    /// Whether anything sensitive was looked at.
    pub sensitive: bool,
    locals: Vec<Val<'a>>,
    budget: Budget,
}

type Answer<'a> = Result<Val<'a>, Why>;

impl<'a> Machine<'a> {
    /// A machine that has looked at nothing yet.
    pub fn new(
        variables: &'a BTreeMap<&'static str, Value>,
        common: &'a BTreeMap<&'static str, Value>,
        parameters: &'a BTreeMap<String, ParameterValue>,
    ) -> Self {
        Machine {
            variables,
            common,
            parameters,
            sensitive: false,
            locals: Vec::new(),
            budget: Budget::default(),
        }
    }

    /// Whether it took more steps than anybody waits for: then its answers say nothing.
    pub fn is_spent(&self) -> bool {
        self.budget.is_spent()
    }

    /// Whether a condition holds.
    ///
    /// # Errors
    /// Why it cannot be known.
    pub fn holds(&mut self, e: &'a Expr) -> Result<bool, Why> {
        match self.eval(e)? {
            Val::Bool(b) => Ok(b),
            other => Err(unfit(e, &other, "a boolean")),
        }
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// Why it cannot be known.
    pub fn eval(&mut self, e: &'a Expr) -> Answer<'a> {
        self.budget.spend(1)?;
        match e {
            Expr::Null => Ok(Val::Null),
            Expr::Bool(b) => Ok(Val::Bool(*b)),
            Expr::Number(n) => Ok(Val::Number(*n)),
            Expr::Text(t) => Ok(Val::Text(Cow::Borrowed(t))),
            Expr::List(items) => self.list(items),
            Expr::Variable(name) => self.variable(name),
            Expr::Parameter(name) => Ok(self.parameter(name)),
            Expr::Local(i) => match self.locals.get(*i) {
                Some(value) => Ok(value.clone()),
                None => Err(Why::because("a macro's variable is not set")),
            },
            Expr::Field(object, key) => self.field(object, key),
            Expr::Index(list, index) => self.index(list, index),
            Expr::Not(a) => self.holds(a).map(|b| Val::Bool(!b)),
            Expr::And(a, b) => self.either(a, b, false),
            Expr::Or(a, b) => self.either(a, b, true),
            Expr::If(c, a, b) => match self.holds(c)? {
                true => self.eval(a),
                false => self.eval(b),
            },
            Expr::Equal(a, b) => {
                let (a, b) = (self.eval(a)?, self.eval(b)?);
                self.budget.spend(weight(&a).min(weight(&b)))?;
                operations::equal(&a, &b).map(Val::Bool)
            }
            Expr::Order(order, a, b) => {
                let (left, right) = (self.eval(a)?, self.eval(b)?);
                operations::order(*order, (a, &left), (b, &right)).map(Val::Bool)
            }
            Expr::In(a, b) => {
                let (item, container) = (self.eval(a)?, self.eval(b)?);
                self.budget.spend(weight(&container))?;
                operations::contained(&item, (b, &container)).map(Val::Bool)
            }
            Expr::Add(a, b) => {
                let (left, right) = (self.eval(a)?, self.eval(b)?);
                operations::add(a, &left, b, &right)
            }
            Expr::Subtract(a, b) => {
                let (left, right) = (self.eval(a)?, self.eval(b)?);
                let (left, right) = (number(a, &left)?, number(b, &right)?);
                (left.checked_sub(right).map(Val::Number))
                    .ok_or_else(|| Why::because("a difference is out of range"))
            }
            Expr::Call(function, operands) => self.call(*function, operands),
            Expr::Matches(a, regex) => {
                let value = self.eval(a)?;
                self.budget.spend(weight(&value))?;
                Ok(Val::Bool(regex.is_match(text(a, &value)?)))
            }
            Expr::Each(each, list, body) => self.each(*each, list, body),
        }
    }

    fn call(&mut self, function: Function, operands: &'a [Expr]) -> Answer<'a> {
        let mut values = Vec::with_capacity(operands.len());
        for operand in operands {
            let value = self.eval(operand)?;
            self.budget.spend(weight(&value))?;
            values.push((operand, value));
        }
        operations::call(function, &values, &mut self.budget)
    }

    fn variable(&mut self, name: &str) -> Answer<'a> {
        match self.variables.get(name).or_else(|| self.common.get(name)) {
            Some(value) => self.read(value),
            None => Err(Why::because(format!("nothing is known about `{name}`"))),
        }
    }

    fn parameter(&self, name: &str) -> Val<'a> {
        match self.parameters.get(name) {
            Some(ParameterValue::Text(t)) => Val::Text(Cow::Borrowed(t)),
            Some(ParameterValue::Number(n)) => Val::Number(*n),
            Some(ParameterValue::Bool(b)) => Val::Bool(*b),
            Some(ParameterValue::Texts(texts)) => {
                let items = texts.iter().map(|t| Val::Text(Cow::Borrowed(t.as_str())));
                Val::List(items.collect(), None)
            }
            Some(ParameterValue::Null) | None => Val::Null,
        }
    }

    /// A value of the model.
    fn read(&mut self, value: &'a Value) -> Answer<'a> {
        self.sensitive |= value.sensitive;
        match &value.kind {
            Kind::Null(_) => Ok(Val::Null),
            Kind::Bool(b) => Ok(Val::Bool(*b)),
            Kind::Number(n) => match n.to_i64() {
                Some(n) => Ok(Val::Number(n)),
                None => Err(Why::because(format!("{n} is not a whole number"))),
            },
            Kind::String(t) => Ok(match (t.known(), t.parts()) {
                (Some(known), _) => Val::Text(Cow::Borrowed(known)),
                (None, [TextPart::Hole(unknown)]) => Val::Unknown(unknown),
                (None, _) => Val::Holes(t),
            }),
            Kind::Sequence { items, more, .. } => {
                self.budget.spend(items.len())?;
                let mut more = more.as_deref().map(Why::of);
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    match self.read(item) {
                        Ok(value) => values.push(value),
                        Err(why) => add(&mut more, why),
                    }
                }
                Ok(Val::List(values, more))
            }
            Kind::Mapping { entries, more, .. } => Ok(Val::Map(entries, more.as_deref())),
            Kind::Unknown(unknown) => Ok(Val::Unknown(unknown)),
        }
    }

    fn field(&mut self, object: &'a Expr, key: &'a Key) -> Answer<'a> {
        let value = self.eval(object)?;
        let Val::Map(entries, more) = value else {
            return Err(unfit(object, &value, "an object"));
        };
        let name = match key {
            Key::Field(name) => name,
            Key::Entry(name) => name.as_str(),
        };
        match (entries.get(name), more, key) {
            (Some(value), _, _) => self.read(value),
            (None, Some(unknown), _) => Err(Why::of(unknown)),
            (None, None, Key::Entry(_)) => Ok(Val::Null),
            (None, None, Key::Field(_)) => {
                Err(Why::because(format!("nothing is known about `{name}`")))
            }
        }
    }

    fn index(&mut self, list: &'a Expr, index: &'a Expr) -> Answer<'a> {
        let container = self.eval(list)?;
        let at = self.eval(index)?;
        match container {
            Val::List(_, Some(why)) => Err(why),
            Val::List(items, None) => {
                let at = number(index, &at)?;
                let item = usize::try_from(at).ok().and_then(|i| items.get(i).cloned());
                item.ok_or_else(|| Why::because(format!("{} has no element {at}", words(list))))
            }
            Val::Map(entries, more) => match (entries.get(text(index, &at)?), more) {
                (Some(value), _) => self.read(value),
                (None, Some(unknown)) => Err(Why::of(unknown)),
                (None, None) => Ok(Val::Null),
            },
            other => Err(unfit(list, &other, "a list")),
        }
    }

    fn list(&mut self, items: &'a [Expr]) -> Answer<'a> {
        let mut values = Vec::with_capacity(items.len());
        let mut more = None;
        for item in items {
            match self.eval(item) {
                Ok(value) => values.push(value),
                Err(why) => add(&mut more, why),
            }
        }
        Ok(Val::List(values, more))
    }

    /// `&&` (decided by a false) and `||` (decided by a true), whichever side it stands on.
    fn either(&mut self, a: &'a Expr, b: &'a Expr, decides: bool) -> Answer<'a> {
        let left = self.holds(a);
        if matches!(left, Ok(l) if l == decides) {
            return Ok(Val::Bool(decides));
        }
        self.budget.spend(0)?;
        match (left, self.holds(b)) {
            (_, Ok(right)) if right == decides => Ok(Val::Bool(decides)),
            (Ok(_), Ok(_)) => Ok(Val::Bool(!decides)),
            (Err(a), Err(b)) => Err(a.and(b)),
            (Err(why), _) | (_, Err(why)) => Err(why),
        }
    }

    fn each(&mut self, each: Each, list: &'a Expr, body: &'a Expr) -> Answer<'a> {
        let (items, mut more) = match self.eval(list)? {
            Val::List(items, more) => (items, more),
            Val::Map(entries, more) => {
                let keys = entries.keys().map(|k| Val::Text(Cow::Borrowed(&**k)));
                (keys.collect(), more.map(Why::of))
            }
            other => return Err(unfit(list, &other, "a list")),
        };
        let mut kept = Vec::new();
        let mut holding = 0;
        for item in items {
            self.locals.push(item.clone());
            let answer = self.eval(body);
            self.locals.pop();
            self.budget.spend(0)?;
            match (each, answer) {
                (Each::All, Ok(Val::Bool(false))) => return Ok(Val::Bool(false)),
                (Each::Exists, Ok(Val::Bool(true))) => return Ok(Val::Bool(true)),
                (Each::ExistsOne, Ok(Val::Bool(true))) => holding += 1,
                (Each::Filter, Ok(Val::Bool(true))) => kept.push(item),
                (Each::Map, Ok(made)) => kept.push(made),
                (_, Ok(Val::Bool(_))) => {}
                (_, Ok(other)) => add(&mut more, unfit(body, &other, "a boolean")),
                (_, Err(why)) => add(&mut more, why),
            }
        }
        match (each, more) {
            (Each::Filter | Each::Map, more) => Ok(Val::List(kept, more)),
            (Each::ExistsOne, _) if holding > 1 => Ok(Val::Bool(false)),
            (_, Some(why)) => Err(why),
            (Each::All, None) => Ok(Val::Bool(true)),
            (Each::Exists, None) => Ok(Val::Bool(false)),
            (Each::ExistsOne, None) => Ok(Val::Bool(holding == 1)),
        }
    }
}

/// Why a value cannot be used where something else is wanted.
fn unfit(e: &Expr, value: &Val, wanted: &str) -> Why {
    match value {
        Val::Unknown(unknown) => Why::of(unknown),
        Val::Holes(t) => holes(t),
        Val::Null => Why::because(format!("{} is not set", words(e))),
        _ => Why::because(format!("{} is not {wanted}", words(e))),
    }
}

/// Why a text with holes is not known.
fn holes(text: &Text) -> Why {
    text.parts().iter().fold(Why::default(), |why, p| match p {
        TextPart::Hole(unknown) => why.and(Why::of(unknown)),
        TextPart::Lit(_) => why,
    })
}

fn number(e: &Expr, value: &Val) -> Result<i64, Why> {
    match value {
        Val::Number(n) => Ok(*n),
        other => Err(unfit(e, other, "a number")),
    }
}

fn text<'v>(e: &Expr, value: &'v Val) -> Result<&'v str, Why> {
    match value {
        Val::Text(t) => Ok(t),
        other => Err(unfit(e, other, "a text")),
    }
}

/// An expression in words: the path of a field, in backticks.
fn words(e: &Expr) -> String {
    fn path(e: &Expr) -> Option<String> {
        Some(match e {
            Expr::Variable(name) => (*name).to_owned(),
            Expr::Parameter(name) => format!("parameters.{name}"),
            Expr::Field(object, Key::Field(name)) => match path(object) {
                Some(object) => format!("{object}.{name}"),
                None => (*name).to_owned(),
            },
            Expr::Field(object, Key::Entry(name)) => format!("{}.{name}", path(object)?),
            _ => return None,
        })
    }
    path(e).map_or_else(
        || "a part of the condition".to_owned(),
        |p| format!("`{p}`"),
    )
}

#[cfg(test)]
mod tests;
