//! Expressions: operators by precedence, traversals, constructors.

use super::cursor::{Parsed, Parser};
use super::{BinaryOp, Call, Conditional, Expr, ExprKind, For, Ident, Item, Step, UnaryOp};
use crate::value::Text;

/// Longest chain of operators without parentheses; each link is one level of the tree.
const MAX_CHAIN: usize = 400;

impl Parser<'_> {
    /// The text as one expression; line ends mean nothing in it.
    pub(super) fn whole_expression(&mut self) -> Parsed<Expr> {
        self.newlines = false;
        let expr = self.expression()?;
        self.skip();
        if self.byte().is_some() {
            return Err(self.fault_here("expected the end of the expression"));
        }
        Ok(expr)
    }

    /// An expression, conditional ones included.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.deeper(|p| {
            p.skip();
            let start = p.at;
            let condition = p.binary(1)?;
            let end = p.at;
            if !p.eat("?") {
                p.at = end;
                return Ok(condition);
            }
            let yes = p.expression()?;
            p.expect(":", "between the two results of a conditional")?;
            let no = p.expression()?;
            let parts = Conditional { condition, yes, no };
            Ok(p.expr(ExprKind::Conditional(Box::new(parts)), start))
        })
    }

    fn expr(&self, kind: ExprKind, start: usize) -> Expr {
        let span = self.span(start, self.at);
        Expr { kind, span }
    }

    fn binary(&mut self, least: u8) -> Parsed<Expr> {
        self.skip();
        let start = self.at;
        let mut left = self.unary()?;
        for _ in 0..MAX_CHAIN {
            let end = self.at;
            self.skip();
            let Some((op, len, level)) = self.operator().filter(|(.., level)| *level >= least)
            else {
                self.at = end;
                return Ok(left);
            };
            self.at += len;
            let right = self.binary(level + 1)?;
            left = self.expr(ExprKind::Binary(op, Box::new((left, right))), start);
        }
        Err(self.fault_here(format!("more than {MAX_CHAIN} operators in a row")))
    }

    /// The operator that stands here, its length and its precedence.
    fn operator(&self) -> Option<(BinaryOp, usize, u8)> {
        use BinaryOp::*;
        let next = self.next_byte(1);
        Some(match (self.byte()?, next) {
            (b'|', Some(b'|')) => (Or, 2, 1),
            (b'&', Some(b'&')) => (And, 2, 2),
            (b'=', Some(b'=')) => (Equal, 2, 3),
            (b'!', Some(b'=')) => (NotEqual, 2, 3),
            (b'<', Some(b'=')) => (LessEqual, 2, 4),
            (b'>', Some(b'=')) => (GreaterEqual, 2, 4),
            (b'<', Some(b'<')) => return None,
            (b'<', _) => (Less, 1, 4),
            (b'>', _) => (Greater, 1, 4),
            (b'+', _) => (Add, 1, 5),
            (b'-', _) => (Subtract, 1, 5),
            (b'*', _) => (Multiply, 1, 6),
            (b'/', _) => (Divide, 1, 6),
            (b'%', _) => (Modulo, 1, 6),
            _ => return None,
        })
    }

    fn unary(&mut self) -> Parsed<Expr> {
        self.skip();
        let start = self.at;
        let op = match (self.byte(), self.next_byte(1)) {
            (Some(b'-'), _) => UnaryOp::Negate,
            (Some(b'!'), next) if next != Some(b'=') => UnaryOp::Not,
            _ => return self.traversal(),
        };
        self.at += 1;
        let operand = self.deeper(Self::unary)?;
        Ok(self.expr(ExprKind::Unary(op, Box::new(operand)), start))
    }

    fn traversal(&mut self) -> Parsed<Expr> {
        let start = self.at;
        let root = self.term()?;
        let steps = self.steps()?;
        if steps.is_empty() {
            return Ok(root);
        }
        Ok(self.expr(ExprKind::Traverse(Box::new(root), steps), start))
    }

    fn steps(&mut self) -> Parsed<Vec<Step>> {
        let mut steps = Vec::new();
        loop {
            let end = self.at;
            self.skip();
            let start = self.at;
            match (self.byte(), self.next_byte(1)) {
                (Some(b'.'), next) if next != Some(b'.') => steps.push(self.dot()?),
                (Some(b'['), _) => {
                    self.at += 1;
                    let key = self.with_newlines(false, Self::bracket)?;
                    steps.push(match key {
                        Some(key) => Step::Index(key, self.span(start, self.at)),
                        None => {
                            let inner = self.deeper(Self::steps)?;
                            Step::Splat(inner, self.span(start, self.at))
                        }
                    });
                }
                _ => {
                    self.at = end;
                    return Ok(steps);
                }
            }
        }
    }

    /// `.name`, `.0`, `.*`
    fn dot(&mut self) -> Parsed<Step> {
        let start = self.at;
        self.at += 1;
        self.skip();
        if self.byte() == Some(b'*') {
            self.at += 1;
            let mut inner = Vec::new();
            loop {
                let end = self.at;
                self.skip();
                if self.byte() != Some(b'.') || self.next_byte(1) == Some(b'.') {
                    self.at = end;
                    let span = self.span(start, self.at);
                    return Ok(Step::Splat(inner, span));
                }
                match self.dot()? {
                    Step::Splat(_, _) => {
                        return Err(self.fault(start, self.at, "a `.*` cannot hold another one"));
                    }
                    step => inner.push(step),
                }
            }
        }
        if let Some(name) = self.ident() {
            return Ok(Step::Attr(name));
        }
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return Err(self.fault_here("expected the name of an attribute after `.`"));
        }
        let number = self.at;
        self.at += digits;
        if self.byte() == Some(b'.') && self.next_byte(1).is_some_and(|b| b.is_ascii_digit()) {
            let mut fault = self.fault(start, self.at + 2, "two indexes with dots in a row");
            fault.help = Some("write them in brackets");
            return Err(fault);
        }
        let text = self.slice(number, self.at).into();
        let key = self.expr(ExprKind::Number(text), number);
        Ok(Step::Index(key, self.span(start, self.at)))
    }

    /// The key in brackets, behind the first one; `None` for `[*]`.
    fn bracket(&mut self) -> Parsed<Option<Expr>> {
        if self.eat("*") {
            self.expect("]", "after `[*`")?;
            return Ok(None);
        }
        let key = self.expression()?;
        self.expect("]", "to close the index")?;
        Ok(Some(key))
    }

    fn term(&mut self) -> Parsed<Expr> {
        let start = self.at;
        match self.byte() {
            Some(b'"') => self.quoted(),
            Some(b'<') if self.looking_at("<<") => self.heredoc(),
            Some(b'0'..=b'9') => Ok(self.number()),
            Some(b'[') => self.tuple(),
            Some(b'{') => self.object(),
            Some(b'(') => {
                self.at += 1;
                let inner = self.with_newlines(false, |p| {
                    let inner = p.expression()?;
                    p.expect(")", "to close the parenthesis")?;
                    Ok(inner)
                })?;
                Ok(self.expr(ExprKind::Parens(Box::new(inner)), start))
            }
            _ => match self.ident() {
                Some(name) => self.named(name, start),
                None => Err(self.fault_here("expected an expression")),
            },
        }
    }

    fn number(&mut self) -> Expr {
        let start = self.at;
        let digits = |p: &mut Self| {
            p.at += p.rest().bytes().take_while(u8::is_ascii_digit).count();
        };
        digits(self);
        if self.byte() == Some(b'.') && self.next_byte(1).is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
            digits(self);
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.next_byte(1), Some(b'+' | b'-')));
            if self.next_byte(1 + sign).is_some_and(|b| b.is_ascii_digit()) {
                self.at += 1 + sign;
                digits(self);
            }
        }
        self.expr(ExprKind::Number(self.slice(start, self.at).into()), start)
    }

    /// A keyword, a function call or the root of a traversal.
    fn named(&mut self, name: Ident, start: usize) -> Parsed<Expr> {
        let name_end = self.at;
        self.skip();
        match self.byte() {
            Some(b'(') => return self.call(name, start),
            Some(b':') if self.next_byte(1) == Some(b':') => {
                let name = self.namespaced(name)?;
                self.skip();
                if self.byte() != Some(b'(') {
                    return Err(self.fault_here(format!("expected `(` after `{}`", name.text)));
                }
                return self.call(name, start);
            }
            _ => self.at = name_end,
        }
        let kind = match &*name.text {
            "null" => ExprKind::Null,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            _ => ExprKind::Variable(name.text),
        };
        let span = self.span(start, name_end);
        Ok(Expr { kind, span })
    }

    fn namespaced(&mut self, mut name: Ident) -> Parsed<Ident> {
        while self.eat("::") {
            let part = self.expect_ident("a name after `::`")?;
            name.text = format!("{}::{}", name.text, part.text).into();
            name.span = name.span.to(part.span);
        }
        Ok(name)
    }

    fn call(&mut self, name: Ident, start: usize) -> Parsed<Expr> {
        self.at += 1;
        let (arguments, expand) = self.with_newlines(false, |p| {
            let mut arguments = Vec::new();
            loop {
                if p.eat(")") {
                    return Ok((arguments, false));
                }
                arguments.push(p.expression()?);
                if p.eat("...") {
                    p.eat(",");
                    p.expect(")", "after `...`")?;
                    return Ok((arguments, true));
                }
                if !p.eat(",") {
                    p.expect(")", "to close the call")?;
                    return Ok((arguments, false));
                }
            }
        })?;
        let call = Call {
            name,
            arguments,
            expand,
        };
        Ok(self.expr(ExprKind::Call(Box::new(call)), start))
    }

    fn tuple(&mut self) -> Parsed<Expr> {
        let start = self.at;
        self.at += 1;
        let kind = self.with_newlines(false, |p| {
            if p.at_for() {
                return p.for_expression("]", false);
            }
            let mut items = Vec::new();
            loop {
                if p.eat("]") {
                    return Ok(ExprKind::Tuple(items));
                }
                items.push(p.expression()?);
                if !p.eat(",") {
                    p.expect("]", "or `,` in the list")?;
                    return Ok(ExprKind::Tuple(items));
                }
            }
        })?;
        Ok(self.expr(kind, start))
    }

    fn object(&mut self) -> Parsed<Expr> {
        let start = self.at;
        self.at += 1;
        self.skip_lines();
        let kind = if self.at_for() {
            self.with_newlines(false, |p| p.for_expression("}", true))?
        } else {
            self.with_newlines(true, Self::object_items)?
        };
        Ok(self.expr(kind, start))
    }

    fn object_items(&mut self) -> Parsed<ExprKind> {
        let mut items = Vec::new();
        loop {
            self.skip_lines();
            if self.eat("}") {
                return Ok(ExprKind::Object(items));
            }
            let key = self.object_key()?;
            self.skip();
            if !(self.eat("=") || self.eat(":")) {
                return Err(self.fault_here("expected `=` or `:` after the key"));
            }
            let value = self.expression()?;
            items.push(Item { key, value });
            self.skip();
            match self.byte() {
                Some(b',' | b'\n') => self.at += 1,
                Some(b'}') => {}
                _ => return Err(self.fault_here("expected a new line, `,` or `}` in the object")),
            }
        }
    }

    /// A bare word is its own text. A traversal stays one: where it means a provider (`aws.dr`), that is right.
    fn object_key(&mut self) -> Parsed<Expr> {
        let key = self.expression()?;
        let word = match &key.kind {
            ExprKind::Variable(name) => name.clone(),
            ExprKind::Null => "null".into(),
            ExprKind::Bool(true) => "true".into(),
            ExprKind::Bool(false) => "false".into(),
            _ => return Ok(key),
        };
        let span = key.span;
        Ok(Expr {
            kind: ExprKind::Literal(Text::at(word, span)),
            span,
        })
    }

    fn at_for(&mut self) -> bool {
        self.skip();
        let after = self.rest().strip_prefix("for");
        after.is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-'))
    }

    fn for_expression(&mut self, close: &str, object: bool) -> Parsed<ExprKind> {
        self.at += "for".len();
        let first = self.expect_ident("a name after `for`")?;
        let second = match self.eat(",") {
            true => Some(self.expect_ident("a name after `,`")?),
            false => None,
        };
        self.expect_word("in", "after the names of `for`")?;
        let collection = self.expression()?;
        self.expect(":", "after what `for` goes through")?;
        let mut value = self.expression()?;
        let mut key = None;
        if self.eat("=>") {
            if !object {
                return Err(self.fault_here("`=>` belongs to `for` in braces"));
            }
            key = Some(std::mem::replace(&mut value, self.expression()?));
        } else if object {
            return Err(self.fault_here("expected `=>` after the key"));
        }
        let group = object && self.eat("...");
        let condition = match self.eat_word("if") {
            true => Some(self.expression()?),
            false => None,
        };
        self.expect(close, "to close `for`")?;
        let (key_name, value_name) = match second {
            Some(second) => (Some(first), second),
            None => (None, first),
        };
        Ok(ExprKind::For(Box::new(For {
            key_name,
            value_name,
            collection,
            key,
            value,
            group,
            condition,
        })))
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        self.skip();
        let before = self.at;
        if self.ident().is_some_and(|i| &*i.text == word) {
            return true;
        }
        self.at = before;
        false
    }

    pub(super) fn expect_word(&mut self, word: &str, why: &str) -> Parsed<()> {
        if self.eat_word(word) {
            return Ok(());
        }
        Err(self.fault_here(format!("expected `{word}` {why}")))
    }
}
