//! The text under the parser: white space, comments, names, faults.

use super::Ident;
use crate::diagnostic::{Diagnostic, character};
use crate::span::Span;

/// Something that terraform's parser would refuse, at bytes of the text.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) message: String,
    pub(super) help: Option<&'static str>,
}

pub(super) type Parsed<T> = Result<T, Box<Fault>>;

/// Which top-level blocks need not be read, by their first word and their labels.
pub(super) type Spare<'a> = dyn Fn(&str, &[Ident]) -> bool + 'a;

/// The state of the parser.
pub(super) struct Parser<'a> {
    pub(super) src: &'a str,
    pub(super) at: usize,
    place: &'a dyn Fn(usize, usize) -> Span,
    /// Line ends mean something here (in bodies and in object expressions).
    pub(super) newlines: bool,
    depth: usize,
    /// How deep this parser may go.
    deepest: usize,
    /// It would have had to go deeper.
    pub(super) too_deep: bool,
    /// What need not be read.
    pub(super) spare: Option<&'a Spare<'a>>,
    /// Set while recovering from a missing brace: enclosing blocks end here, too.
    pub(super) abandon: bool,
    /// A block is known to lack its brace: the next line that looks like a top-level block ends it.
    pub(super) strict: bool,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The white space that was gone over last: where it starts and ends, and whether line ends meant something. Most of it
    /// is met several times, by each level of an expression.
    gap: (usize, usize, bool),
}

impl<'a> Parser<'a> {
    pub(super) fn new(
        src: &'a str,
        place: &'a dyn Fn(usize, usize) -> Span,
        deepest: usize,
    ) -> Self {
        let at = if src.starts_with('\u{feff}') { 3 } else { 0 };
        Parser {
            src,
            at,
            place,
            newlines: true,
            depth: 0,
            deepest,
            too_deep: false,
            spare: None,
            abandon: false,
            strict: false,
            diagnostics: Vec::new(),
            gap: (usize::MAX, 0, false),
        }
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        (self.place)(start, end)
    }

    pub(super) fn diagnostic(&self, fault: Fault) -> Diagnostic {
        let mut diagnostic =
            Diagnostic::error("hcl-syntax", fault.message).at(self.span(fault.start, fault.end));
        diagnostic.help = fault.help.map(str::to_owned);
        diagnostic
    }

    pub(super) fn rest(&self) -> &'a str {
        self.src.get(self.at..).unwrap_or("")
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'a str {
        self.src.get(start..end).unwrap_or("")
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.src.as_bytes().get(self.at).copied()
    }

    pub(super) fn next_byte(&self, ahead: usize) -> Option<u8> {
        self.src.as_bytes().get(self.at + ahead).copied()
    }

    pub(super) fn looking_at(&self, text: &str) -> bool {
        let bytes = self.src.as_bytes().get(self.at..).unwrap_or_default();
        bytes.first() == text.as_bytes().first() && bytes.starts_with(text.as_bytes())
    }

    /// Takes `text` after white space, if it stands here.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        self.skip();
        let here = self.looking_at(text);
        if here {
            self.at += text.len();
        }
        here
    }

    /// Goes over white space and comments, and over line ends where they mean nothing.
    #[inline]
    pub(super) fn skip(&mut self) {
        let may_be_gap = |b| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'#' | b'/');
        if self.byte().is_some_and(may_be_gap) {
            self.skip_gap();
        }
    }

    fn skip_gap(&mut self) {
        let (start, end, newlines) = self.gap;
        if (start, newlines) == (self.at, self.newlines) {
            self.at = end;
            return;
        }
        let (start, told) = (self.at, self.diagnostics.len());
        self.skip_bytes();
        if told == self.diagnostics.len() {
            self.gap = (start, self.at, self.newlines); // what is wrong with a comment is told each time
        }
    }

    fn skip_bytes(&mut self) {
        while let Some(byte) = self.byte() {
            match byte {
                b' ' => self.at += self.spaces(),
                b'\t' => self.at += 1,
                b'\r' if self.next_byte(1) == Some(b'\n') => self.at += 1,
                b'\n' if !self.newlines => self.at += 1,
                b'#' => self.skip_line(),
                b'/' if self.next_byte(1) == Some(b'/') => self.skip_line(),
                b'/' if self.next_byte(1) == Some(b'*') => self.skip_block_comment(),
                _ => return,
            }
        }
    }

    /// How many spaces stand here, with one known to.
    fn spaces(&self) -> usize {
        let bytes = self.src.as_bytes().get(self.at..).unwrap_or_default();
        bytes.iter().position(|b| *b != b' ').unwrap_or(bytes.len())
    }

    fn skip_line(&mut self) {
        let rest = self.rest().as_bytes();
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn skip_block_comment(&mut self) {
        let inside = self.src.get(self.at + 2..).unwrap_or("");
        match inside.find("*/") {
            Some(n) => self.at += n + 4,
            None => {
                let fault = self.fault(self.at, self.at + 2, "comment is not closed");
                let diagnostic = self.diagnostic(*fault);
                if !self.diagnostics.contains(&diagnostic) {
                    self.diagnostics.push(diagnostic);
                }
                self.at = self.src.len();
            }
        }
    }

    /// Goes over white space, comments and line ends.
    pub(super) fn skip_lines(&mut self) {
        let before = std::mem::replace(&mut self.newlines, false);
        self.skip();
        self.newlines = before;
    }

    /// Runs `read` with line ends meaning something or nothing.
    pub(super) fn with_newlines<T>(
        &mut self,
        newlines: bool,
        read: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        let before = std::mem::replace(&mut self.newlines, newlines);
        let result = read(self);
        self.newlines = before;
        result
    }

    /// Runs `read` one level deeper.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= self.deepest {
            self.too_deep = true;
            let message = format!("nested more than {} levels deep", self.deepest);
            return Err(self.fault(self.at, self.at + 1, message));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// The name that stands here, if one does. Letters are Unicode's; a dash may stand inside.
    pub(super) fn ident(&mut self) -> Option<Ident> {
        let rest = self.rest();
        match rest.as_bytes().first()? {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {}
            b if b.is_ascii() => return None,
            _ if rest.starts_with(char::is_alphabetic) => {}
            _ => return None,
        }
        let ascii = |b: &u8| matches!(b, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-');
        let mut len = rest.bytes().take_while(ascii).count();
        if rest.as_bytes().get(len).is_some_and(|b| !b.is_ascii()) {
            let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '-' || is_mark(c);
            len = rest.find(|c| !inside(c)).unwrap_or(rest.len());
        }
        let start = self.at;
        self.at += len;
        let text = self.slice(start, self.at);
        Some(Ident {
            text: crate::syntax::hcl::template::normal(text),
            span: self.span(start, self.at),
        })
    }

    /// The name that must stand here after white space.
    pub(super) fn expect_ident(&mut self, what: &str) -> Parsed<Ident> {
        self.skip();
        match self.ident() {
            Some(name) => Ok(name),
            None => Err(self.fault_here(format!("expected {what}"))),
        }
    }

    /// Takes `text` after white space, or says that it is missing.
    pub(super) fn expect(&mut self, text: &str, why: &str) -> Parsed<()> {
        if self.eat(text) {
            return Ok(());
        }
        Err(self.fault_here(format!("expected `{text}` {why}")))
    }

    pub(super) fn fault(&self, start: usize, end: usize, message: impl Into<String>) -> Box<Fault> {
        let end = (end..=self.src.len()).find(|e| self.src.is_char_boundary(*e));
        Box::new(Fault {
            start,
            end: end.unwrap_or(self.src.len()),
            message: message.into(),
            help: None,
        })
    }

    /// A fault at the character that stands here, naming it.
    pub(super) fn fault_here(&self, message: impl Into<String>) -> Box<Fault> {
        let found = match self.rest().chars().next() {
            None => "the end of the text".to_owned(),
            Some('\n' | '\r') => "the end of the line".to_owned(),
            Some(c) => character(c),
        };
        let message = format!("{}, found {found}", message.into());
        self.fault(self.at, (self.at + 1).min(self.src.len()), message)
    }
}

/// Combining marks may stand inside names (`ID_Continue`); the blocks that occur in practice.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5bd}' | '\u{200c}' | '\u{200d}')
}
