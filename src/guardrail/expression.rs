//! Conditions after they were checked: a small tree that the evaluation walks. Its notation is CEL; what each node means
//! where something is unknown stands in [`super::evaluate`].

use crate::resource::{Field, Shape};
use regex::Regex;

/// The type of an expression. Any value may be null besides.
#[derive(Clone, Debug)]
pub enum Type {
    /// Nothing but null.
    Null,
    /// A boolean.
    Bool,
    /// A whole number.
    Number,
    /// A text.
    Text,
    /// Not known.
    Any,
    /// A mapping of texts by keys that the user chooses.
    Map,
    /// A list.
    List(Box<Type>),
    /// An object with these fields.
    Object(&'static [Field]),
}

/// A checked expression.
#[derive(Debug)]
pub enum Expr {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `3`
    Number(i64),
    /// `"text"`
    Text(String),
    /// `[a, b]`
    List(Vec<Expr>),
    /// A variable of the target, or a common one.
    Variable(&'static str),
    /// `parameters.NAME`
    Parameter(String),
    /// A macro's variable: how many macros further out it belongs to, counted from the outermost.
    Local(usize),
    /// `a.field`
    Field(Box<Expr>, Key),
    /// `list[0]`, `map["key"]`
    Index(Box<Expr>, Box<Expr>),
    /// `!a`
    Not(Box<Expr>),
    /// `a && b`
    And(Box<Expr>, Box<Expr>),
    /// `a || b`
    Or(Box<Expr>, Box<Expr>),
    /// `c ? a : b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `a == b`
    Equal(Box<Expr>, Box<Expr>),
    /// `a < b` and its kin.
    Order(Order, Box<Expr>, Box<Expr>),
    /// `a in b`
    In(Box<Expr>, Box<Expr>),
    /// `a + b`
    Add(Box<Expr>, Box<Expr>),
    /// `a - b`
    Subtract(Box<Expr>, Box<Expr>),
    /// A function.
    Call(Function, Vec<Expr>),
    /// A text against a pattern that was compiled when loaded.
    Matches(Box<Expr>, Regex),
    /// `list.all(x, body)` and its kin.
    Each(Each, Box<Expr>, Box<Expr>),
}

/// The name after a dot.
#[derive(Clone, Debug)]
pub enum Key {
    /// A field of the model: always there.
    Field(&'static str),
    /// A key of a mapping: null where it is not there.
    Entry(String),
}

/// Comparisons by order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// Macros over the elements of a list, or the keys of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// Whether the body holds for every element.
    All,
    /// Whether it holds for one or more.
    Exists,
    /// Whether it holds for exactly one.
    ExistsOne,
    /// The elements for which it holds.
    Filter,
    /// What it makes of each element.
    Map,
}

/// Functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Characters of a text, elements of a list, entries of a mapping.
    Size,
    /// Whether a text starts with another.
    StartsWith,
    /// Whether a text ends with another.
    EndsWith,
    /// Whether a text holds another.
    Contains,
    /// Whether a part of a text matches a regular expression.
    Matches,
    /// Whether a whole text matches a pattern with `*` (any characters) and `?` (one character).
    Glob,
    /// Whether some text matches both patterns.
    Overlap,
    /// A number or boolean as text.
    String,
}

impl Function {
    /// Every function with its name in CEL.
    pub const ALL: &[(&str, Function)] = &[
        ("size", Function::Size),
        ("startsWith", Function::StartsWith),
        ("endsWith", Function::EndsWith),
        ("contains", Function::Contains),
        ("matches", Function::Matches),
        ("glob", Function::Glob),
        ("overlap", Function::Overlap),
        ("string", Function::String),
    ];

    /// The function of a name.
    pub fn named(name: &str) -> Option<Function> {
        let mut all = Self::ALL.iter();
        all.find(|(n, _)| *n == name).map(|(_, f)| *f)
    }

    /// Its name in CEL.
    pub fn name(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(_, f)| *f == self).map_or("", |(n, _)| n)
    }

    /// How many operands it takes, the one before the dot included.
    pub fn operands(self) -> usize {
        match self {
            Function::Size | Function::String => 1,
            _ => 2,
        }
    }
}

impl Type {
    /// The type of a field's shape.
    pub fn of(shape: Shape) -> Self {
        match shape {
            Shape::Text => Type::Text,
            Shape::Bool => Type::Bool,
            Shape::Number => Type::Number,
            Shape::Any => Type::Any,
            Shape::Map => Type::Map,
            Shape::Texts => Type::List(Box::new(Type::Text)),
            Shape::List(fields) => Type::List(Box::new(Type::Object(fields))),
            Shape::Object(fields) => Type::Object(fields),
        }
    }

    /// In words.
    pub fn words(&self) -> &'static str {
        match self {
            Type::Null => "null",
            Type::Bool => "a boolean",
            Type::Number => "a number",
            Type::Text => "a text",
            Type::Any => "anything",
            Type::Map => "a mapping",
            Type::List(_) => "a list",
            Type::Object(_) => "an object",
        }
    }

    /// Whether a value of this type can be one of the other: what is not known, and null, can be anything.
    pub fn fits(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Any | Type::Null, _) | (_, Type::Any | Type::Null) => true,
            (Type::Bool, Type::Bool)
            | (Type::Number, Type::Number)
            | (Type::Text, Type::Text)
            | (Type::Map, Type::Map) => true,
            (Type::List(a), Type::List(b)) => a.fits(b),
            (Type::Object(a), Type::Object(b)) => std::ptr::eq(*a, *b),
            _ => false,
        }
    }
}

impl Expr {
    /// Shows every node, the outer ones first.
    pub fn visit(&self, see: &mut impl FnMut(&Expr)) {
        see(self);
        for child in self.children() {
            child.visit(see);
        }
    }

    /// The expressions that it is made of.
    pub fn children(&self) -> Vec<&Expr> {
        match self {
            Expr::Null
            | Expr::Bool(_)
            | Expr::Number(_)
            | Expr::Text(_)
            | Expr::Variable(_)
            | Expr::Parameter(_)
            | Expr::Local(_) => Vec::new(),
            Expr::List(items) | Expr::Call(_, items) => items.iter().collect(),
            Expr::Field(a, _) | Expr::Not(a) | Expr::Matches(a, _) => vec![a],
            Expr::Index(a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Equal(a, b)
            | Expr::Order(_, a, b)
            | Expr::In(a, b)
            | Expr::Add(a, b)
            | Expr::Subtract(a, b)
            | Expr::Each(_, a, b) => vec![a, b],
            Expr::If(a, b, c) => vec![a, b, c],
        }
    }
}
