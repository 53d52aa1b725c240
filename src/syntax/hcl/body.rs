//! Bodies: arguments and blocks, one a line, each read on its own so that a broken one costs no other.

use super::cursor::{Parsed, Parser};
use super::{Attribute, Block, Body, Expr, ExprKind, Ident};
use std::sync::Arc;

impl Parser<'_> {
    /// A whole file.
    pub(super) fn file(&mut self) -> Body {
        let mut body = Body::default();
        loop {
            self.items(&mut body, true);
            self.abandon = false;
            self.strict = false;
            match self.byte() {
                None => return body,
                Some(b'}') => {
                    self.report_at(self.at, self.at + 1, "`}` closes nothing");
                    self.at += 1;
                }
                Some(_) => {}
            }
        }
    }

    /// Items up to the end of the body or of the text.
    fn items(&mut self, body: &mut Body, top: bool) {
        loop {
            self.skip_lines();
            if self.abandon || matches!(self.byte(), None | Some(b'}')) {
                return;
            }
            if self.strict && !top && self.at_header_line() {
                self.abandon = true;
                return;
            }
            let start = self.at;
            if let Err(fault) = self.item(body, top) {
                let diagnostic = self.diagnostic(*fault);
                self.diagnostics.push(diagnostic);
                self.recover(start, top);
            }
        }
    }

    pub(super) fn item(&mut self, body: &mut Body, top: bool) -> Parsed<()> {
        let start = self.at;
        let Some(name) = self.ident() else {
            return Err(self.not_an_item());
        };
        let name_end = self.at;
        self.skip();
        match self.byte() {
            Some(b'=') if self.next_byte(1) != Some(b'=') => {
                self.at += 1;
                self.argument(body, name)?;
                self.end_of_item("argument")
            }
            Some(b'{' | b'"') => self.block_item(body, name, (start, name_end), top),
            Some(b) if b.is_ascii_alphabetic() || b == b'_' || b >= 128 => {
                self.block_item(body, name, (start, name_end), top)
            }
            _ => Err(self.fault_here(format!(
                "expected `=` or a block's `{{` after `{}`",
                name.text
            ))),
        }
    }

    fn not_an_item(&mut self) -> Box<super::cursor::Fault> {
        if self.byte() == Some(b'"') {
            let mut fault = self.fault_here("expected an argument or a block");
            fault.help = Some("names of arguments are not quoted");
            return fault;
        }
        self.fault_here("expected an argument or a block")
    }

    /// The expression of an argument. A broken one stays in the body, so that it does not count as left out.
    fn argument(&mut self, body: &mut Body, name: Ident) -> Parsed<()> {
        let start = self.at;
        let (expr, outcome) = match self.expression() {
            Ok(expr) => (expr, Ok(())),
            Err(fault) => (self.invalid(start), Err(fault)),
        };
        if let Some(first) = body.attribute(&name.text) {
            let first = first.name.span;
            let mut fault = self.fault(start, start, String::new());
            fault.message = format!("argument `{}` is set twice", name.text);
            let diagnostic = self.diagnostic(*fault).at(name.span);
            self.diagnostics
                .push(diagnostic.related("first set here", first));
            return outcome;
        }
        body.attributes.push(Attribute { name, expr });
        outcome
    }

    fn invalid(&self, start: usize) -> Expr {
        let reason: Arc<str> = "its text is broken".into();
        Expr {
            kind: ExprKind::Invalid(reason),
            span: self.span(start, self.at.max(start)),
        }
    }

    fn block_item(
        &mut self,
        body: &mut Body,
        kind: Ident,
        word: (usize, usize),
        top: bool,
    ) -> Parsed<()> {
        let before = self.diagnostics.len();
        let block = self.deeper(|p| p.block(kind.clone(), word, top))?;
        if top && !self.strict && self.abandon_at_end() {
            // The text ended inside: read again, and let the next top-level header end it.
            self.diagnostics.truncate(before);
            self.at = word.1;
            self.strict = true;
            self.abandon = false;
            let block = self.deeper(|p| p.block(kind, word, top))?;
            body.blocks.push(block);
            self.abandon = false;
            self.strict = false;
            return Ok(());
        }
        body.blocks.push(block);
        if self.abandon {
            return Ok(());
        }
        self.end_of_item("block")
    }

    fn abandon_at_end(&self) -> bool {
        self.abandon && self.byte().is_none()
    }

    /// A block from its labels on.
    fn block(
        &mut self,
        kind: Ident,
        (start, mut header_end): (usize, usize),
        top: bool,
    ) -> Parsed<Block> {
        let mut labels = Vec::new();
        loop {
            self.skip();
            match self.byte() {
                Some(b'{') => break,
                Some(b'"') => labels.push(self.quoted_label()?),
                _ => match self.ident() {
                    Some(label) => labels.push(label),
                    None => {
                        let what = format!("expected a label or `{{` of block `{}`", kind.text);
                        return Err(self.fault_here(what));
                    }
                },
            }
            header_end = self.at;
        }
        self.at += 1;
        let header = self.span(start, header_end);
        if let Some(end) = self.skimmed(top, &kind.text, &labels) {
            self.at = end;
            return Ok(Block {
                kind,
                labels,
                body: Body::default(),
                header,
                span: self.span(start, self.at),
                skimmed: true,
            });
        }
        let body = self.block_body();
        if self.abandon || self.byte() != Some(b'}') {
            let fault = self.fault(
                start,
                header_end,
                format!("block `{}` is not closed", kind.text),
            );
            let diagnostic = self.diagnostic(*fault);
            self.diagnostics
                .push(diagnostic.help("add the missing `}`"));
            self.abandon = true;
        } else {
            self.at += 1;
        }
        Ok(Block {
            kind,
            labels,
            body,
            header,
            span: self.span(start, self.at),
            skimmed: false,
        })
    }

    /// Where a top-level block ends that nobody needs to read.
    fn skimmed(&self, top: bool, kind: &str, labels: &[Ident]) -> Option<usize> {
        let spare = self.spare.filter(|_| top && !self.strict)?;
        let end = spare(kind, labels).then(|| super::skim::body(self.src, self.at));
        end.flatten()
    }

    fn block_body(&mut self) -> Body {
        let mut body = Body::default();
        self.skip();
        let start = self.at;
        match self.byte() {
            Some(b'}') => {}
            Some(b'\n') | None => self.items(&mut body, false),
            Some(_) => {
                if let Err(fault) = self.single_line(&mut body) {
                    let diagnostic = self.diagnostic(*fault);
                    self.diagnostics.push(diagnostic);
                    self.recover(start, false);
                    self.items(&mut body, false);
                }
            }
        }
        body
    }

    /// `{ name = expression }` on one line: one argument at most, no blocks.
    fn single_line(&mut self, body: &mut Body) -> Parsed<()> {
        let Some(name) = self.ident() else {
            return Err(self.not_an_item());
        };
        self.expect("=", "in a block on one line")?;
        self.argument(body, name)?;
        self.skip();
        if self.byte() == Some(b'}') {
            return Ok(());
        }
        let mut fault = self.fault_here("a block on one line holds one argument; expected `}`");
        fault.help = Some("write each argument on a line of its own");
        Err(fault)
    }

    fn end_of_item(&mut self, what: &str) -> Parsed<()> {
        self.skip();
        match self.byte() {
            None | Some(b'\n') => Ok(()),
            Some(_) => Err(self.fault_here(format!("expected a new line after the {what}"))),
        }
    }

    fn quoted_label(&mut self) -> Parsed<Ident> {
        let start = self.at;
        let expr = self.quoted()?;
        match &expr.kind {
            ExprKind::Literal(text) => Ok(Ident {
                text: text.known().unwrap_or("").into(),
                span: expr.span,
            }),
            _ => Err(self.fault(start, self.at, "a label cannot hold a template")),
        }
    }

    pub(super) fn report_at(&mut self, start: usize, end: usize, message: &str) {
        let fault = self.fault(start, end, message);
        let diagnostic = self.diagnostic(*fault);
        self.diagnostics.push(diagnostic);
    }
}
