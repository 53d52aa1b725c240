//! The Terraform language's text (HCL native syntax) as a tree in which everything knows its bytes.
//!
//! An own parser, on measured need (68 syntax probes against terraform): the kept crate loses a whole file to one error,
//! refuses nine things that terraform takes or the other way round, holds numbers in 64 bits and does not tell where the
//! lines of a dedented heredoc stand. It is kept for the differential test.
//!
//! One broken item gives one diagnostic `hcl-syntax`; the rest of the file goes on. A broken argument stays in the tree as
//! [`ExprKind::Invalid`], so that nothing above takes it for one that is left out.

use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Files, Span};
use crate::value::{Lit, Text};
use std::sync::Arc;

mod body;
mod cursor;
mod expression;
mod recover;
mod skim;
mod template;

/// Deepest nesting of expressions and blocks; terraform itself has no limit, real code stays below 30.
pub const MAX_DEPTH: usize = 320;

/// The inside of a file or of a block.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Its arguments in the order of the text.
    pub attributes: Vec<Attribute>,
    /// Its blocks in the order of the text.
    pub blocks: Vec<Block>,
}

/// `name = expression`
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: Ident,
    /// Its expression.
    pub expr: Expr,
}

/// `kind "label" { … }`
#[derive(Clone, Debug)]
pub struct Block {
    /// Its first word.
    pub kind: Ident,
    /// Its labels, quoted or not.
    pub labels: Vec<Ident>,
    /// What stands between its braces.
    pub body: Body,
    /// First word and labels.
    pub header: Span,
    /// All of it, braces included.
    pub span: Span,
    /// Nothing is wrong with its body, which was not read: [`read_block`] does.
    pub skimmed: bool,
}

/// A name and where it stands; of a quoted label with its quotes.
#[derive(Clone, Debug)]
pub struct Ident {
    /// The name.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands; of a text with its quotes.
    pub span: Span,
}

/// Sorts of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number's text.
    Number(Arc<str>),
    /// A text without templates.
    Literal(Text),
    /// A text made of parts.
    Template(Vec<TemplatePart>),
    /// `"${…}"`, which keeps the type of what stands inside.
    Wrap(Box<Expr>),
    /// `[…]`
    Tuple(Vec<Expr>),
    /// `{…}`
    Object(Vec<Item>),
    /// `[for …]`, `{for …}`
    For(Box<For>),
    /// `condition ? yes : no`
    Conditional(Box<Conditional>),
    /// `-x`, `!x`
    Unary(UnaryOp, Box<Expr>),
    /// `x + y` and the like.
    Binary(BinaryOp, Box<(Expr, Expr)>),
    /// `name(…)`
    Call(Box<Call>),
    /// A name at the root of a traversal: `var`, `each`, a resource type, an iterator.
    Variable(Arc<str>),
    /// Steps into a value.
    Traverse(Box<Expr>, Vec<Step>),
    /// `(…)`
    Parens(Box<Expr>),
    /// Broken text; a diagnostic has told the reason.
    Invalid(Arc<str>),
}

/// One entry of an object expression.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its key: a bare name is a [`ExprKind::Literal`].
    pub key: Expr,
    /// Its value.
    pub value: Expr,
}

/// A `for` expression.
#[derive(Clone, Debug)]
pub struct For {
    /// The name for the key, where two names are given.
    pub key_name: Option<Ident>,
    /// The name for the value.
    pub value_name: Ident,
    /// What is gone through.
    pub collection: Expr,
    /// The key of the result, for an object.
    pub key: Option<Expr>,
    /// The value of the result.
    pub value: Expr,
    /// The values of equal keys are grouped (`...`).
    pub group: bool,
    /// The filter.
    pub condition: Option<Expr>,
}

/// A conditional expression.
#[derive(Clone, Debug)]
pub struct Conditional {
    /// What decides.
    pub condition: Expr,
    /// The result for true.
    pub yes: Expr,
    /// The result for false.
    pub no: Expr,
}

/// A function call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The function's name, e.g. `jsonencode`, `provider::aws::arn_parse`.
    pub name: Ident,
    /// Its arguments.
    pub arguments: Vec<Expr>,
    /// The last argument is a sequence of arguments (`...`).
    pub expand: bool,
}

/// One step of a traversal.
#[derive(Clone, Debug)]
pub enum Step {
    /// `.name`
    Attr(Ident),
    /// `[key]`, `.0`
    Index(Expr, Span),
    /// `[*]`, `.*`, with the steps that are taken in each element.
    Splat(Vec<Step>, Span),
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

/// One part of a template.
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// Literal text.
    Lit(Text, Span),
    /// `${…}`
    Interpolation(Expr),
    /// `%{ if … }…%{ else }…%{ endif }`
    If(Expr, Vec<TemplatePart>, Vec<TemplatePart>),
    /// `%{ for k, v in … }…%{ endfor }`
    For {
        /// The name for the key, where two names are given.
        key_name: Option<Ident>,
        /// The name for the value.
        value_name: Ident,
        /// What is gone through.
        collection: Expr,
        /// What is written for each element.
        body: Vec<TemplatePart>,
    },
}

impl Body {
    /// The argument of a name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| &*a.name.text == name)
    }

    /// The blocks of a kind.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |b| &*b.kind.text == kind)
    }
}

impl Block {
    /// The text of the label at a position, from 0.
    pub fn label(&self, n: usize) -> Option<&Arc<str>> {
        self.labels.get(n).map(|l| &l.text)
    }
}

impl Expr {
    /// The text, where it is one that is written out.
    pub fn as_literal(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Literal(text) => text.known(),
            _ => None,
        }
    }
}

/// Parses a file of configuration or of variable definitions.
pub fn parse(files: &Files, id: FileId) -> (Body, Vec<Diagnostic>) {
    parse_sparing(files, id, &|_, _| false)
}

/// As [`parse`], but for the bodies of top-level blocks that `spare` picks by their first word and their labels: they are
/// checked only, where that can be done without reading them.
pub fn parse_sparing(
    files: &Files,
    id: FileId,
    spare: &(dyn Fn(&str, &[Ident]) -> bool + Sync),
) -> (Body, Vec<Diagnostic>) {
    let Some(file) = files.get(id) else {
        return (Body::default(), Vec::new());
    };
    on_enough_stack(|deepest| {
        let place = |start, end| Span::new(id, start, end);
        let mut parser = cursor::Parser::new(&file.text, &place, deepest);
        parser.spare = Some(spare);
        let body = parser.file();
        (parser.too_deep, (body, parser.diagnostics))
    })
}

/// Reads a block whose body was only skimmed; `None` for one of another run.
pub fn read_block(files: &Files, skimmed: &Block) -> Option<Block> {
    let file = files.get(skimmed.span.file)?;
    on_enough_stack(|deepest| {
        let place = |start, end| Span::new(skimmed.span.file, start, end);
        let mut parser = cursor::Parser::new(&file.text, &place, deepest);
        parser.at = skimmed.span.start as usize;
        let mut body = Body::default();
        let _ = parser.item(&mut body, false); // what follows the block was told when it was skimmed
        (parser.too_deep, body.blocks.pop())
    })
}

/// Nesting that fits a thread's ordinary stack many times over; real code does not go deeper.
const ORDINARY_NESTING: usize = 48;

/// Enough for [`MAX_DEPTH`] levels in a build that is not optimised.
const LARGE_STACK: usize = 32 << 20;

/// Runs a parser that takes the depth that it may go to and tells whether that was too little: if so, once more on a
/// thread with a larger stack.
fn on_enough_stack<T: Send>(run: impl Fn(usize) -> (bool, T) + Sync) -> T {
    let (too_deep, result) = run(ORDINARY_NESTING);
    if !too_deep {
        return result;
    }
    let other = std::thread::scope(|scope| {
        let large = std::thread::Builder::new().stack_size(LARGE_STACK);
        let handle = large.spawn_scoped(scope, || run(MAX_DEPTH)).ok()?;
        handle.join().ok()
    });
    other.map_or(result, |(_, result)| result)
}

/// Parses a file that is one expression: a `--var` or `TF_VAR_…` value of a complex type.
pub fn parse_expression(files: &Files, id: FileId) -> Result<Expr, Diagnostic> {
    whole(files, id, |p| p.whole_expression())
}

/// Parses a file that is one template, as `templatefile` does.
pub fn parse_template(files: &Files, id: FileId) -> Result<Expr, Diagnostic> {
    whole(files, id, |p| p.whole_template())
}

/// Parses a template whose characters stand elsewhere: a text of `.tf.json`, the argument of `templatestring`.
/// `fallback` is where characters of unknown place are said to stand.
pub fn parse_template_at(literal: &Lit, fallback: Span) -> Result<Expr, Diagnostic> {
    on_enough_stack(|deepest| {
        let place = |start, end| literal.span(start, end).unwrap_or(fallback);
        let mut parser = cursor::Parser::new(&literal.text, &place, deepest);
        let read = parser.whole_template();
        (parser.too_deep, read.map_err(|f| parser.diagnostic(*f)))
    })
}

fn whole(
    files: &Files,
    id: FileId,
    read: impl Fn(&mut cursor::Parser<'_>) -> cursor::Parsed<Expr> + Sync,
) -> Result<Expr, Diagnostic> {
    let file = files.get(id);
    let text = file.as_ref().map_or("", |f| &*f.text);
    on_enough_stack(|deepest| {
        let place = |start, end| Span::new(id, start, end);
        let mut parser = cursor::Parser::new(text, &place, deepest);
        let read = read(&mut parser);
        (parser.too_deep, read.map_err(|f| parser.diagnostic(*f)))
    })
}

#[cfg(test)]
mod tests;
