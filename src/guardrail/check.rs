//! Checks conditions when they are loaded: every variable, field and function has to exist, and operands have to be of a
//! kind that can answer. `cel` reads the notation; what comes out is our own tree.

use super::definition::{Parameter, ParameterKind};
use super::expression::{Expr, Key, Type};
use crate::diagnostic::nearest;
use crate::resource::Field;
use cel::common::ast::{self, LiteralValue};
use cel::parser::PrattParser;
use cel::{IdedExpr, Program};
use std::collections::BTreeMap;
use std::ops::Range;

pub use self::message::{At, Part, Step, at, template};

mod message;
mod operations;

/// What an expression may speak of.
#[derive(Debug)]
pub struct Scope<'a> {
    /// Variables with their fields; the first is the target.
    pub variables: Vec<(&'static str, &'static [Field])>,
    /// The guardrail's parameters.
    pub parameters: &'a BTreeMap<String, Parameter>,
    /// The text is one of ours: tests see to it that nothing is wrong with it.
    pub built_in: bool,
}

/// A mistake in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its bytes in the expression's text.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Reads a condition: an expression that is true or false.
///
/// # Errors
/// Every mistake in it.
pub fn condition(source: &str, scope: &Scope) -> Result<Expr, Vec<Problem>> {
    let (expr, kind) = expression(source, scope)?;
    match kind {
        Type::Bool | Type::Any => Ok(expr),
        other => Err(vec![Problem {
            range: trimmed(source),
            message: format!("a condition is true or false, this is {}", other.words()),
            help: None,
        }]),
    }
}

/// Reads an expression.
///
/// # Errors
/// Every mistake in it.
pub fn expression(source: &str, scope: &Scope) -> Result<(Expr, Type), Vec<Problem>> {
    if scope.built_in
        && let Some(read) = quickly(source, scope)
    {
        return Ok(read);
    }
    let program = Program::compile(source).map_err(|e| syntax(source, &e))?;
    checked(
        source,
        scope,
        program.expression(),
        Some(program.source_info()),
    )
}

/// Reads an expression with the crate's second parser: it takes a fiftieth of the time, which every run pays for each
/// condition of ours, and keeps no places. `None`: something may be wrong with it, the other one tells what.
fn quickly(source: &str, scope: &Scope) -> Option<(Expr, Type)> {
    let read = PrattParser::default().parse(source).ok()?;
    checked(source, scope, &read, None).ok()
}

fn checked(
    source: &str,
    scope: &Scope,
    read: &IdedExpr,
    places: Option<&ast::SourceInfo>,
) -> Result<(Expr, Type), Vec<Problem>> {
    let mut checker = Checker {
        source,
        scope,
        places,
        locals: Vec::new(),
        problems: Vec::new(),
    };
    let (expr, kind) = checker.expr(read);
    if checker.problems.is_empty() {
        Ok((expr, kind))
    } else {
        Err(checker.problems)
    }
}

/// What the reader of CEL says, in short.
fn syntax(source: &str, errors: &cel::ParseErrors) -> Vec<Problem> {
    let first = errors.errors.iter().min_by_key(|e| e.pos);
    let (line, column) = first.map_or((1, 1), |e| e.pos);
    let said = first.map_or("not an expression", |e| &e.msg);
    let said = said.strip_prefix("Syntax error: ").unwrap_or(said);
    let said = said.split(" expecting ").next().unwrap_or(said);
    let said = match said.split_once("Recursion limit of ") {
        Some((_, rest)) => format!("it is nested deeper than {} levels", leading_digits(rest)),
        None => said.replace("'<EOF>'", "its end").replace('\'', "`"),
    };
    let start = offset(source, line, column);
    let length = (source.get(start..).and_then(|s| s.chars().next())).map_or(0, char::len_utf8);
    vec![Problem {
        range: start..start + length,
        message: format!("not a CEL expression: {said}"),
        help: None,
    }]
}

fn leading_digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit());
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The byte of a line (from 1) and column (characters, from 1).
fn offset(source: &str, line: isize, column: isize) -> usize {
    let line = usize::try_from(line - 1).unwrap_or(0);
    let column = usize::try_from(column - 1).unwrap_or(0);
    let before: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = source.get(before..).unwrap_or_default();
    before + rest.chars().take(column).map(char::len_utf8).sum::<usize>()
}

fn trimmed(source: &str) -> Range<usize> {
    let start = source.len() - source.trim_start().len();
    start..source.trim_end().len().max(start)
}

struct Checker<'a> {
    source: &'a str,
    scope: &'a Scope<'a>,
    /// Where the nodes stand.
    places: Option<&'a ast::SourceInfo>,
    locals: Vec<(String, Type)>,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn expr(&mut self, e: &IdedExpr) -> (Expr, Type) {
        match &e.expr {
            ast::Expr::Literal(literal) => self.literal(e, literal),
            ast::Expr::Ident(name) => self.ident(e, name),
            ast::Expr::Select(select) => self.select(e, select),
            ast::Expr::Call(call) => self.call(e, call),
            ast::Expr::List(list) => self.list(list),
            ast::Expr::Comprehension(each) => self.each(e, each),
            ast::Expr::Map(_) | ast::Expr::Struct(_) | ast::Expr::Unspecified => {
                self.problem(self.range(e), "this cannot be written in a guardrail")
            }
        }
    }

    fn literal(&mut self, e: &IdedExpr, literal: &LiteralValue) -> (Expr, Type) {
        match literal {
            LiteralValue::Null => (Expr::Null, Type::Null),
            LiteralValue::Boolean(b) => (Expr::Bool(*b.inner()), Type::Bool),
            LiteralValue::Int(n) => (Expr::Number(*n.inner()), Type::Number),
            LiteralValue::String(s) => (Expr::Text(s.inner().to_owned()), Type::Text),
            LiteralValue::Double(_) | LiteralValue::UInt(_) | LiteralValue::Bytes(_) => self
                .problem(
                    self.range(e),
                    "a guardrail knows whole numbers, texts, booleans and null only",
                ),
        }
    }

    fn ident(&mut self, e: &IdedExpr, name: &str) -> (Expr, Type) {
        if let Some(i) = self.locals.iter().rposition(|(n, _)| n == name) {
            let kind = self.locals.get(i).map_or(Type::Any, |(_, t)| t.clone());
            return (Expr::Local(i), kind);
        }
        if let Some((variable, fields)) = self.scope.variables.iter().find(|(v, _)| *v == name) {
            return (Expr::Variable(variable), Type::Object(fields));
        }
        if name == "parameters" {
            return self.problem(self.range(e), "name a parameter: `parameters.NAME`");
        }
        let known = (self.scope.variables.iter().map(|(v, _)| (*v).to_owned()))
            .chain(self.locals.iter().map(|(n, _)| n.clone()))
            .chain(["parameters".to_owned()])
            .collect();
        self.unknown(self.range(e), "variable", name, known)
    }

    fn select(&mut self, e: &IdedExpr, select: &ast::SelectExpr) -> (Expr, Type) {
        let name = select.field.as_str();
        let range = self.field_range(e, name);
        if select.test {
            self.problems.push(Problem {
                range,
                message: "`has()` cannot tell what is unknown from what is left out".to_owned(),
                help: Some("compare with null, or say `\"key\" in mapping`".to_owned()),
            });
            return (Expr::Bool(false), Type::Bool);
        }
        if matches!(&select.operand.expr, ast::Expr::Ident(n) if n == "parameters") {
            return self.parameter(range, name);
        }
        let before = self.problems.len();
        let (object, kind) = self.expr(&select.operand);
        if self.problems.len() > before {
            return (Expr::Null, Type::Any);
        }
        match kind {
            Type::Object(fields) => match fields.iter().find(|f| f.name == name) {
                Some(field) => (
                    Expr::Field(Box::new(object), Key::Field(field.name)),
                    Type::of(field.shape),
                ),
                None => {
                    let known = fields.iter().map(|f| f.name.to_owned()).collect();
                    self.unknown(range, "field", name, known)
                }
            },
            Type::Map => (
                Expr::Field(Box::new(object), Key::Entry(name.to_owned())),
                Type::Text,
            ),
            other => {
                let message = format!("{} has no field `{name}`", other.words());
                self.problem(range, &message)
            }
        }
    }

    fn parameter(&mut self, range: Range<usize>, name: &str) -> (Expr, Type) {
        match self.scope.parameters.get(name) {
            Some(parameter) => (
                Expr::Parameter(name.to_owned()),
                parameter_type(parameter.kind),
            ),
            None => {
                let known = self.scope.parameters.keys().cloned().collect();
                self.unknown(range, "parameter", name, known)
            }
        }
    }

    fn list(&mut self, list: &ast::ListExpr) -> (Expr, Type) {
        let mut items = Vec::new();
        let mut element: Option<Type> = None;
        for item in &list.elements {
            let (expr, kind) = self.expr(item);
            items.push(expr);
            element = Some(match element {
                None => kind,
                Some(seen) if seen.fits(&kind) => seen,
                Some(_) => Type::Any,
            });
        }
        let element = element.unwrap_or(Type::Any);
        (Expr::List(items), Type::List(Box::new(element)))
    }

    fn bool(&mut self, e: &IdedExpr) -> Expr {
        self.of(e, &Type::Bool)
    }

    /// An operand of a certain type.
    fn of(&mut self, e: &IdedExpr, wanted: &Type) -> Expr {
        let (expr, kind) = self.expr(e);
        if !kind.fits(wanted) || matches!(kind, Type::Null) {
            let message = format!(
                "{} is wanted here, this is {}",
                wanted.words(),
                kind.words()
            );
            self.problem(self.range(e), &message);
        }
        expr
    }

    fn unknown(
        &mut self,
        range: Range<usize>,
        what: &str,
        name: &str,
        known: Vec<String>,
    ) -> (Expr, Type) {
        let near = nearest(name, known.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("there is no {what}"),
            None => format!("known: {}", known.join(", ")),
        };
        self.problems.push(Problem {
            range,
            message: format!("unknown {what} `{name}`"),
            help: Some(help),
        });
        (Expr::Null, Type::Any)
    }

    fn problem(&mut self, range: Range<usize>, message: &str) -> (Expr, Type) {
        self.problems.push(Problem {
            range,
            message: message.to_owned(),
            help: None,
        });
        (Expr::Null, Type::Any)
    }

    /// The token that stands for a node: an operator for an operation; a field with all that stands before it.
    fn range(&self, e: &IdedExpr) -> Range<usize> {
        if let ast::Expr::Select(select) = &e.expr {
            let field = self.field_range(e, &select.field);
            return self.range(&select.operand).start.min(field.start)..field.end;
        }
        self.token(e)
    }

    fn token(&self, e: &IdedExpr) -> Range<usize> {
        let offsets = self.places.and_then(|p| p.offset_for(e.id));
        let (start, stop) = offsets.unwrap_or((0, 0));
        let end = (stop as usize + 1).min(self.source.len());
        (start as usize).min(end)..end
    }

    /// The name after the dot of a field, or inside `has()`.
    fn field_range(&self, e: &IdedExpr, name: &str) -> Range<usize> {
        let token = self.token(e);
        let rest = self.source.get(token.end..).unwrap_or_default();
        match rest.find(name) {
            Some(at) => token.end + at..token.end + at + name.len(),
            None => token,
        }
    }

    /// The name before the parenthesis of a call.
    fn function_range(&self, e: &IdedExpr, name: &str) -> Range<usize> {
        let token = self.token(e);
        let before = self
            .source
            .get(..token.start)
            .unwrap_or_default()
            .trim_end();
        match before.ends_with(name) {
            true => before.len() - name.len()..before.len(),
            false => token,
        }
    }
}

fn parameter_type(kind: ParameterKind) -> Type {
    match kind {
        ParameterKind::Text => Type::Text,
        ParameterKind::Number => Type::Number,
        ParameterKind::Bool => Type::Bool,
        ParameterKind::Texts => Type::List(Box::new(Type::Text)),
    }
}

#[cfg(test)]
mod tests;
