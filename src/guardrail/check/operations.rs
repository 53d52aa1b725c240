//! Operators, functions and macros.

use super::Checker;
use crate::guardrail::expression::{Each, Expr, Function, Order, Type};
use cel::IdedExpr;
use cel::common::ast::{self, operators};

impl Checker<'_> {
    pub(super) fn call(&mut self, e: &IdedExpr, call: &ast::CallExpr) -> (Expr, Type) {
        let args: Vec<&IdedExpr> = call.target.iter().map(|t| &**t).chain(&call.args).collect();
        match (call.func_name.as_str(), args.as_slice()) {
            (operators::LOGICAL_AND, [a, b]) => {
                let (a, b) = (self.bool(a), self.bool(b));
                (Expr::And(Box::new(a), Box::new(b)), Type::Bool)
            }
            (operators::LOGICAL_OR, [a, b]) => {
                let (a, b) = (self.bool(a), self.bool(b));
                (Expr::Or(Box::new(a), Box::new(b)), Type::Bool)
            }
            (operators::LOGICAL_NOT, [a]) => (Expr::Not(Box::new(self.bool(a))), Type::Bool),
            (operators::CONDITIONAL, [c, a, b]) => self.conditional(c, a, b),
            (operators::EQUALS, [a, b]) => self.equal(e, a, b),
            (operators::NOT_EQUALS, [a, b]) => {
                let (equal, kind) = self.equal(e, a, b);
                (Expr::Not(Box::new(equal)), kind)
            }
            (operators::LESS, [a, b]) => self.order(e, Order::Less, a, b),
            (operators::LESS_EQUALS, [a, b]) => self.order(e, Order::LessOrEqual, a, b),
            (operators::GREATER, [a, b]) => self.order(e, Order::Greater, a, b),
            (operators::GREATER_EQUALS, [a, b]) => self.order(e, Order::GreaterOrEqual, a, b),
            (operators::IN, [a, b]) => self.contained(e, a, b),
            (operators::ADD, [a, b]) => self.add(e, a, b),
            (operators::SUBSTRACT, [a, b]) => {
                let a = self.of(a, &Type::Number);
                let b = self.of(b, &Type::Number);
                (Expr::Subtract(Box::new(a), Box::new(b)), Type::Number)
            }
            (operators::INDEX, [list, index]) => self.index(e, list, index),
            (name, args) => match Function::named(name) {
                Some(function) => self.function(e, function, args),
                None => self.no_function(e, name, args),
            },
        }
    }

    fn no_function(&mut self, e: &IdedExpr, name: &str, args: &[&IdedExpr]) -> (Expr, Type) {
        for arg in args.iter().take(1) {
            self.expr(arg);
        }
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let sign = name.trim_matches('_').replace("_", "");
            let message = format!("`{sign}` cannot be used in a guardrail");
            return self.problem(self.range(e), &message);
        }
        let range = self.function_range(e, name);
        let macros = ["all", "exists", "exists_one", "filter", "map"];
        if macros.contains(&name) {
            let message = format!("`{name}` takes a variable and an expression");
            return self.problem(range, &message);
        }
        let functions = Function::ALL.iter().map(|(n, _)| (*n).to_owned());
        let known = functions.chain(macros.map(str::to_owned)).collect();
        self.unknown(range, "function", name, known)
    }

    fn conditional(&mut self, c: &IdedExpr, a: &IdedExpr, b: &IdedExpr) -> (Expr, Type) {
        let c = self.bool(c);
        let (left, left_type) = self.expr(a);
        let (right, right_type) = self.expr(b);
        let kind = match (left_type.fits(&right_type), &left_type) {
            (true, Type::Null) => right_type,
            (true, _) => left_type,
            (false, _) => Type::Any,
        };
        let expr = Expr::If(Box::new(c), Box::new(left), Box::new(right));
        (expr, kind)
    }

    fn equal(&mut self, e: &IdedExpr, a: &IdedExpr, b: &IdedExpr) -> (Expr, Type) {
        let (left, left_type) = self.expr(a);
        let (right, right_type) = self.expr(b);
        let whole = |t: &Type| matches!(t, Type::Object(_) | Type::Map);
        let null = |t: &Type| matches!(t, Type::Null);
        if !left_type.fits(&right_type) {
            let (a, b) = (left_type.words(), right_type.words());
            self.problem(self.range(e), &format!("{a} is never equal to {b}"));
        } else if (whole(&left_type) || whole(&right_type))
            && !(null(&left_type) || null(&right_type))
        {
            self.problem(
                self.range(e),
                "objects and mappings can be compared with null only",
            );
        }
        (Expr::Equal(Box::new(left), Box::new(right)), Type::Bool)
    }

    fn order(&mut self, e: &IdedExpr, order: Order, a: &IdedExpr, b: &IdedExpr) -> (Expr, Type) {
        let (left, left_type) = self.expr(a);
        let (right, right_type) = self.expr(b);
        let ordered = |t: &Type| matches!(t, Type::Number | Type::Text | Type::Any);
        if !ordered(&left_type) || !ordered(&right_type) || !left_type.fits(&right_type) {
            let (a, b) = (left_type.words(), right_type.words());
            self.problem(self.range(e), &format!("{a} has no order with {b}"));
        }
        let expr = Expr::Order(order, Box::new(left), Box::new(right));
        (expr, Type::Bool)
    }

    fn contained(&mut self, e: &IdedExpr, a: &IdedExpr, b: &IdedExpr) -> (Expr, Type) {
        let (left, left_type) = self.expr(a);
        let (right, right_type) = self.expr(b);
        let fits = match &right_type {
            Type::List(element) => {
                !matches!(left_type, Type::Object(_) | Type::Map) && left_type.fits(element)
            }
            Type::Map => left_type.fits(&Type::Text),
            Type::Any => true,
            _ => false,
        };
        if !fits {
            let (a, b) = (left_type.words(), right_type.words());
            let b = match &right_type {
                Type::List(element) => format!("{b} whose elements are each {}", element.words()),
                _ => b.to_owned(),
            };
            self.problem(self.range(e), &format!("{a} is never in {b}"));
        }
        (Expr::In(Box::new(left), Box::new(right)), Type::Bool)
    }

    fn add(&mut self, e: &IdedExpr, a: &IdedExpr, b: &IdedExpr) -> (Expr, Type) {
        let (left, left_type) = self.expr(a);
        let (right, right_type) = self.expr(b);
        let kind = match (&left_type, &right_type) {
            (Type::Text, Type::Text | Type::Any) | (Type::Any, Type::Text) => Type::Text,
            (Type::Number, Type::Number | Type::Any) | (Type::Any, Type::Number) => Type::Number,
            (Type::Any, Type::Any) => Type::Any,
            (a, b) => {
                let message = format!("{} and {} cannot be added", a.words(), b.words());
                return self.problem(self.range(e), &message);
            }
        };
        (Expr::Add(Box::new(left), Box::new(right)), kind)
    }

    fn index(&mut self, e: &IdedExpr, list: &IdedExpr, index: &IdedExpr) -> (Expr, Type) {
        let (container, container_type) = self.expr(list);
        let (wanted, kind) = match container_type {
            Type::List(element) => (Type::Number, *element),
            Type::Map => (Type::Text, Type::Text),
            Type::Any => (Type::Any, Type::Any),
            other => {
                let message = format!("{} has no elements", other.words());
                return self.problem(self.range(e), &message);
            }
        };
        let index = self.of(index, &wanted);
        (Expr::Index(Box::new(container), Box::new(index)), kind)
    }

    fn function(&mut self, e: &IdedExpr, function: Function, args: &[&IdedExpr]) -> (Expr, Type) {
        let name = function.name();
        if args.len() != function.operands() {
            let wanted = function.operands();
            let message = format!("`{name}` takes {wanted}, got {}", args.len());
            return self.problem(self.function_range(e, name), &message);
        }
        let result = match function {
            Function::Size => Type::Number,
            Function::String => Type::Text,
            _ => Type::Bool,
        };
        let mut operands = Vec::new();
        for arg in args {
            operands.push(match function {
                Function::Size => self.sized(arg),
                Function::String => self.scalar(arg),
                _ => self.of(arg, &Type::Text),
            });
        }
        if function != Function::Matches {
            return (Expr::Call(function, operands), result);
        }
        match (operands.pop(), operands.pop(), args.last()) {
            (Some(Expr::Text(pattern)), Some(text), Some(arg)) => {
                match regex::Regex::new(&pattern) {
                    Ok(regex) => (Expr::Matches(Box::new(text), regex), result),
                    Err(error) => {
                        let said = error.to_string();
                        let said = said.lines().last().unwrap_or_default();
                        let message = format!("not a regular expression: {said}");
                        self.problem(self.range(arg), &message)
                    }
                }
            }
            (Some(pattern), Some(text), _) => (Expr::Call(function, vec![text, pattern]), result),
            _ => (Expr::Null, result),
        }
    }

    fn sized(&mut self, e: &IdedExpr) -> Expr {
        let (expr, kind) = self.expr(e);
        if !matches!(kind, Type::Text | Type::List(_) | Type::Map | Type::Any) {
            self.problem(self.range(e), &format!("{} has no size", kind.words()));
        }
        expr
    }

    fn scalar(&mut self, e: &IdedExpr) -> Expr {
        let (expr, kind) = self.expr(e);
        if !matches!(kind, Type::Text | Type::Number | Type::Bool | Type::Any) {
            self.problem(self.range(e), &format!("{} is not one text", kind.words()));
        }
        expr
    }

    pub(super) fn each(&mut self, e: &IdedExpr, each: &ast::ComprehensionExpr) -> (Expr, Type) {
        let (list, list_type) = self.expr(&each.iter_range);
        let element = match list_type {
            Type::List(element) => *element,
            Type::Map => Type::Text,
            Type::Any => Type::Any,
            other => {
                let message = format!("{} has no elements", other.words());
                return self.problem(self.range(e), &message);
            }
        };
        let Some((kind, condition, made)) = macro_of(each) else {
            return self.problem(self.range(e), "this macro cannot be used in a guardrail");
        };
        self.locals.push((each.iter_var.clone(), element.clone()));
        let mut list = Box::new(list);
        if let (Each::Map, Some(condition)) = (kind, condition) {
            let condition = self.bool(condition);
            list = Box::new(Expr::Each(Each::Filter, list, Box::new(condition)));
        }
        let (body, result) = match (kind, condition, made) {
            (Each::Map, _, Some(made)) => {
                let (body, made_type) = self.expr(made);
                (body, Type::List(Box::new(made_type)))
            }
            (Each::Filter, Some(c), _) => (self.bool(c), Type::List(Box::new(element))),
            (_, Some(c), _) => (self.bool(c), Type::Bool),
            _ => (Expr::Null, Type::Any),
        };
        self.locals.pop();
        (Expr::Each(kind, list, Box::new(body)), result)
    }
}

/// Which macro a comprehension was written as, its condition, and what it makes of each element.
fn macro_of(each: &ast::ComprehensionExpr) -> Option<(Each, Option<&IdedExpr>, Option<&IdedExpr>)> {
    match operation(&each.loop_step)? {
        (operators::LOGICAL_AND, [_, body]) => Some((Each::All, Some(body), None)),
        (operators::LOGICAL_OR, [_, body]) => Some((Each::Exists, Some(body), None)),
        (operators::ADD, [_, list]) => Some((Each::Map, None, Some(single(list)?))),
        (operators::CONDITIONAL, [condition, then, _]) => {
            let (operators::ADD, [_, added]) = operation(then)? else {
                return None;
            };
            let Some(element) = single(added) else {
                return Some((Each::ExistsOne, Some(condition), None));
            };
            Some(match &element.expr {
                ast::Expr::Ident(n) if *n == each.iter_var => (Each::Filter, Some(condition), None),
                _ => (Each::Map, Some(condition), Some(element)),
            })
        }
        _ => None,
    }
}

fn operation(e: &IdedExpr) -> Option<(&str, &[IdedExpr])> {
    match &e.expr {
        ast::Expr::Call(call) => Some((&call.func_name, &call.args)),
        _ => None,
    }
}

fn single(list: &IdedExpr) -> Option<&IdedExpr> {
    match &list.expr {
        ast::Expr::List(list) => list.elements.first(),
        _ => None,
    }
}
