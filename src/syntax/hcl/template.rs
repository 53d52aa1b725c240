//! Quoted texts, heredocs and whole templates: literal pieces with their places, `${…}` and `%{…}`.

use super::cursor::{Parsed, Parser};
use super::{Expr, ExprKind, Ident, TemplatePart};
use crate::value::{Piece as TextPiece, Text};
use std::sync::Arc;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Strings are in Unicode's normal form C, as in terraform.
pub(super) fn normal(text: &str) -> Arc<str> {
    if text.is_ascii() {
        return text.into();
    }
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.into(),
        _ => text.nfc().collect::<String>().into(),
    }
}

/// A run of literal characters that came from the bytes `start..end`.
struct Piece {
    text: String,
    start: usize,
    end: usize,
}

/// What a template is a sequence of. A literal token never goes beyond its line: markers that eat white space, and
/// dedenting, work on tokens.
enum Token {
    Lit(Vec<Piece>),
    Interpolation(Expr),
    If(Expr, usize),
    Else(usize),
    EndIf(usize),
    For(Option<Ident>, Ident, Expr, usize),
    EndFor(usize),
}

/// How a template ends and what escapes it has.
enum Form<'a> {
    Quoted,
    Heredoc(&'a str),
    File,
}

impl Parser<'_> {
    /// `"…"`
    pub(super) fn quoted(&mut self) -> Parsed<Expr> {
        let start = self.at;
        self.at += 1;
        if let Some(text) = self.plain() {
            let span = self.span(start, self.at);
            let kind = ExprKind::Literal(text);
            return Ok(Expr { kind, span });
        }
        let tokens = self.tokens(&Form::Quoted, start)?;
        self.at += 1;
        self.template(tokens, start)
    }

    /// The rest of a quoted text, with its quote, where it is of ASCII characters that stand for themselves.
    fn plain(&mut self) -> Option<Text> {
        let rest = self.rest();
        let plain = |b: &u8| b.is_ascii() && !matches!(b, b'"' | b'\\' | b'\n' | b'$' | b'%');
        let length = rest.bytes().take_while(plain).count();
        if rest.as_bytes().get(length) != Some(&b'"') {
            return None;
        }
        let start = self.at;
        self.at += length + 1;
        let text = self.slice(start, start + length);
        Some(Text::at(text, self.span(start, start + length)))
    }

    /// `<<MARK` … `MARK`, `<<-MARK` … `MARK`
    pub(super) fn heredoc(&mut self) -> Parsed<Expr> {
        let start = self.at;
        self.at += 2;
        let dedent = self.looking_at("-");
        self.at += usize::from(dedent);
        let marker = self.at;
        let Some(_) = self.ident() else {
            return Err(self.fault_here("expected a heredoc's marker after `<<`"));
        };
        let marker = self.slice(marker, self.at);
        if self.byte() == Some(b'\r') {
            self.at += 1;
        }
        if self.byte() != Some(b'\n') {
            return Err(self.fault_here("expected a new line after a heredoc's marker"));
        }
        self.at += 1;
        let mut tokens = self.tokens(&Form::Heredoc(marker), start)?;
        if dedent {
            flush_left(&mut tokens);
        }
        self.template(tokens, start)
    }

    /// The text as one template.
    pub(super) fn whole_template(&mut self) -> Parsed<Expr> {
        self.at = 0;
        let tokens = self.tokens(&Form::File, 0)?;
        self.template(tokens, 0)
    }

    /// Tokens up to the end of the template; of a heredoc, the marker is taken.
    fn tokens(&mut self, form: &Form, start: usize) -> Parsed<Vec<Token>> {
        let mut tokens: Vec<Token> = Vec::new();
        let mut trim_next = false;
        let mut line_start = true;
        loop {
            if let Form::Heredoc(marker) = form
                && line_start
                && self.eat_marker(marker)
            {
                return Ok(tokens);
            }
            match self.byte() {
                None if matches!(form, Form::File) => return Ok(tokens),
                None => return Err(self.not_closed(form, start)),
                Some(b'"') if matches!(form, Form::Quoted) => return Ok(tokens),
                Some(b'\n') if matches!(form, Form::Quoted) => {
                    let mut fault = self.fault(start, self.at, "a quoted text ends on its line");
                    fault.help = Some("close the quote, or write a heredoc");
                    return Err(fault);
                }
                Some(b'$' | b'%') if self.next_byte(1) == Some(b'{') => {
                    line_start = false;
                    self.sequence(&mut tokens, &mut trim_next)?;
                }
                Some(_) => {
                    let mut pieces = self.literal(form)?;
                    line_start = (pieces.last()).is_some_and(|p| p.text.ends_with('\n'));
                    if std::mem::take(&mut trim_next) {
                        trim_start(&mut pieces);
                    }
                    tokens.push(Token::Lit(pieces));
                }
            }
        }
    }

    fn not_closed(&self, form: &Form, start: usize) -> Box<super::cursor::Fault> {
        match form {
            Form::Heredoc(marker) => {
                let message = format!("heredoc is not closed: no line says `{marker}`");
                self.fault(start, start + 2, message)
            }
            _ => self.fault(start, start + 1, "quote is not closed"),
        }
    }

    /// Takes a line that holds nothing but the marker, up to the end of the marker.
    fn eat_marker(&mut self, marker: &str) -> bool {
        let line = self.rest().split('\n').next().unwrap_or("");
        if line.trim() != marker {
            return false;
        }
        self.at += line.trim_end().len();
        true
    }

    /// Literal characters up to the end of the line, a template sequence or the end.
    fn literal(&mut self, form: &Form) -> Parsed<Vec<Piece>> {
        let quoted = matches!(form, Form::Quoted);
        let mut pieces = Vec::new();
        let mut from = self.at;
        while let Some(byte) = self.byte() {
            match byte {
                b'$' | b'%' if self.next_byte(1) == Some(b'{') => break,
                b'$' | b'%'
                    if self.next_byte(1) == Some(byte) && self.next_byte(2) == Some(b'{') =>
                {
                    self.verbatim(&mut pieces, from);
                    let text = self.slice(self.at + 1, self.at + 3).to_owned();
                    pieces.push(Piece {
                        text,
                        start: self.at,
                        end: self.at + 3,
                    });
                    self.at += 3;
                    from = self.at;
                }
                b'\\' if quoted => {
                    self.verbatim(&mut pieces, from);
                    pieces.push(self.escape()?);
                    from = self.at;
                }
                b'"' | b'\n' if quoted => break,
                b'\n' => {
                    self.at += 1;
                    break;
                }
                _ => self.at += 1,
            }
        }
        self.verbatim(&mut pieces, from);
        Ok(pieces)
    }

    fn verbatim(&self, pieces: &mut Vec<Piece>, start: usize) {
        if start < self.at {
            let text = self.slice(start, self.at).to_owned();
            pieces.push(Piece {
                text,
                start,
                end: self.at,
            });
        }
    }

    fn escape(&mut self) -> Parsed<Piece> {
        let start = self.at;
        let digits = match self.next_byte(1) {
            Some(b'u') => 4,
            Some(b'U') => 8,
            _ => 0,
        };
        let c = match self.next_byte(1) {
            Some(b'n') => Some('\n'),
            Some(b'r') => Some('\r'),
            Some(b't') => Some('\t'),
            Some(b'"') => Some('"'),
            Some(b'\\') => Some('\\'),
            Some(b'u' | b'U') => (self.src.get(start + 2..start + 2 + digits))
                .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
                .and_then(|hex| u32::from_str_radix(hex, 16).ok())
                .map(|n| char::from_u32(n).unwrap_or(char::REPLACEMENT_CHARACTER)),
            _ => None,
        };
        let Some(c) = c else {
            let mut fault = self.fault(start, start + 2, "unknown escape sequence");
            fault.help = Some(r#"only \n, \r, \t, \", \\, \uNNNN and \UNNNNNNNN are known"#);
            return Err(fault);
        };
        self.at += 2 + digits;
        Ok(Piece {
            text: c.to_string(),
            start,
            end: self.at,
        })
    }

    /// `${…}` or `%{…}`, with the markers that eat white space around it.
    fn sequence(&mut self, tokens: &mut Vec<Token>, trim_next: &mut bool) -> Parsed<()> {
        let directive = self.byte() == Some(b'%');
        let start = self.at;
        self.at += 2;
        if self.byte() == Some(b'~') {
            self.at += 1;
            if let Some(Token::Lit(pieces)) = tokens.last_mut() {
                trim_end(pieces);
            }
        }
        let token = self.with_newlines(false, |p| match directive {
            true => p.directive(start),
            false => p.expression().map(Token::Interpolation),
        })?;
        let closed = self.with_newlines(false, |p| {
            *trim_next = p.eat("~");
            Ok(p.eat("}"))
        })?;
        if !closed {
            let opener = if directive { "%{" } else { "${" };
            return Err(self.fault_here(format!("expected `}}` to close `{opener}`")));
        }
        tokens.push(token);
        Ok(())
    }

    fn directive(&mut self, start: usize) -> Parsed<Token> {
        let word = self.expect_ident("`if`, `else`, `endif`, `for` or `endfor` after `%{`")?;
        match &*word.text {
            "if" => Ok(Token::If(self.expression()?, start)),
            "else" => Ok(Token::Else(start)),
            "endif" => Ok(Token::EndIf(start)),
            "endfor" => Ok(Token::EndFor(start)),
            "for" => {
                let first = self.expect_ident("a name after `for`")?;
                let second = match self.eat(",") {
                    true => Some(self.expect_ident("a name after `,`")?),
                    false => None,
                };
                self.expect_word("in", "after the names of `for`")?;
                let collection = self.expression()?;
                Ok(match second {
                    Some(second) => Token::For(Some(first), second, collection, start),
                    None => Token::For(None, first, collection, start),
                })
            }
            other => {
                let message = format!("`{other}` is no template directive");
                Err(self.fault(start, self.at, message))
            }
        }
    }

    /// Builds the expression of a template out of its tokens.
    fn template(&mut self, tokens: Vec<Token>, start: usize) -> Parsed<Expr> {
        let span = self.span(start, self.at);
        let mut tokens = tokens.into_iter().peekable();
        let mut parts = Vec::new();
        if let Some(closer) = self.parts(&mut tokens, &mut parts)? {
            return Err(self.closes_nothing(&closer));
        }
        let kind = match parts.len() {
            0 => ExprKind::Literal(Text::default()),
            1 => match parts.pop() {
                Some(TemplatePart::Lit(text, _)) => ExprKind::Literal(text),
                Some(TemplatePart::Interpolation(expr)) => ExprKind::Wrap(Box::new(expr)),
                other => ExprKind::Template(other.into_iter().collect()),
            },
            _ => ExprKind::Template(parts),
        };
        Ok(Expr { kind, span })
    }

    fn closes_nothing(&self, closer: &Token) -> Box<super::cursor::Fault> {
        let (at, word) = match closer {
            Token::Else(at) => (*at, "else"),
            Token::EndIf(at) => (*at, "endif"),
            Token::EndFor(at) => (*at, "endfor"),
            _ => (self.at, "directive"),
        };
        self.fault(at, at + 2, format!("`{word}` belongs to nothing"))
    }

    /// Parts up to the end or to a token that closes an enclosing directive, which is returned.
    fn parts(
        &mut self,
        tokens: &mut std::iter::Peekable<std::vec::IntoIter<Token>>,
        parts: &mut Vec<TemplatePart>,
    ) -> Parsed<Option<Token>> {
        while let Some(token) = tokens.next() {
            match token {
                Token::Lit(mut pieces) => {
                    while let Some(Token::Lit(more)) =
                        tokens.next_if(|t| matches!(t, Token::Lit(_)))
                    {
                        pieces.extend(more);
                    }
                    self.literal_part(&pieces, parts);
                }
                Token::Interpolation(expr) => parts.push(TemplatePart::Interpolation(expr)),
                Token::If(condition, at) => {
                    let part = self.deeper(|p| p.if_part(condition, at, tokens))?;
                    parts.push(part);
                }
                Token::For(key_name, value_name, collection, at) => {
                    let mut body = Vec::new();
                    let close = self.deeper(|p| p.parts(tokens, &mut body))?;
                    if !matches!(close, Some(Token::EndFor(_))) {
                        return Err(self.fault(at, at + 2, "`for` lacks its `endfor`"));
                    }
                    parts.push(TemplatePart::For {
                        key_name,
                        value_name,
                        collection,
                        body,
                    });
                }
                closer => return Ok(Some(closer)),
            }
        }
        Ok(None)
    }

    fn if_part(
        &mut self,
        condition: Expr,
        at: usize,
        tokens: &mut std::iter::Peekable<std::vec::IntoIter<Token>>,
    ) -> Parsed<TemplatePart> {
        let (mut then, mut otherwise) = (Vec::new(), Vec::new());
        let mut close = self.parts(tokens, &mut then)?;
        if matches!(close, Some(Token::Else(_))) {
            close = self.parts(tokens, &mut otherwise)?;
        }
        if !matches!(close, Some(Token::EndIf(_))) {
            return Err(self.fault(at, at + 2, "`if` lacks its `endif`"));
        }
        Ok(TemplatePart::If(condition, then, otherwise))
    }

    fn literal_part(&self, pieces: &[Piece], parts: &mut Vec<TemplatePart>) {
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
            return;
        };
        let span = self.span(first.start, last.end);
        let spans = (pieces.iter()).map(|p| Some(self.span(p.start, p.end)));
        let texts = pieces.iter().map(|p| p.text.as_str());
        let mut text = Text::of(texts.zip(spans).map(|(t, s)| TextPiece::Lit(t, s)));
        if let Some(known) = text.known()
            && !matches!(is_nfc_quick(known.chars()), IsNormalized::Yes)
        {
            let normalised: Vec<_> = pieces.iter().map(|p| normal(&p.text)).collect();
            let whole = normal(known);
            let spans = (pieces.iter()).map(|p| Some(self.span(p.start, p.end)));
            text = if normalised.concat() == *whole {
                Text::of(
                    (normalised.iter())
                        .zip(spans)
                        .map(|(t, s)| TextPiece::Lit(t, s)),
                )
            } else {
                Text::at(whole, span)
            };
        }
        if !text.parts().is_empty() {
            parts.push(TemplatePart::Lit(text, span));
        }
    }
}

fn trim_start(pieces: &mut Vec<Piece>) {
    while let Some(piece) = pieces.first_mut() {
        let kept = piece.text.trim_start().len();
        if kept > 0 {
            cut_start(piece, piece.text.len() - kept);
            return;
        }
        pieces.remove(0);
    }
}

fn trim_end(pieces: &mut Vec<Piece>) {
    while let Some(piece) = pieces.last_mut() {
        let kept = piece.text.trim_end().len();
        if kept > 0 {
            if piece.text.len() == piece.end - piece.start {
                piece.end = piece.start + kept;
            }
            piece.text.truncate(kept);
            return;
        }
        pieces.pop();
    }
}

/// Takes `bytes` away from the start of a piece; a piece that is not verbatim keeps its place as a whole.
fn cut_start(piece: &mut Piece, bytes: usize) {
    if piece.text.len() == piece.end - piece.start {
        piece.start += bytes;
    }
    piece.text.drain(..bytes);
}

/// Takes away the indentation that all lines share (`<<-`). Lines of white space only do not count and stay as they are;
/// a template sequence in the first column means no indentation.
fn flush_left(tokens: &mut [Token]) {
    let mut shared: Option<usize> = None;
    let mut note = |spaces: usize| shared = Some(shared.map_or(spaces, |s: usize| s.min(spaces)));
    let mut line_start = true;
    let mut lines = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let Token::Lit(pieces) = token else {
            if std::mem::replace(&mut line_start, false) {
                note(0);
            }
            continue;
        };
        let text: String = pieces.iter().map(|p| p.text.as_str()).collect();
        let blank = text.ends_with('\n') && text.trim().is_empty();
        if line_start && !blank {
            note(text.chars().take_while(|c| c.is_whitespace()).count());
            lines.push(i);
        }
        line_start = text.ends_with('\n');
    }
    for i in lines {
        if let Some(Token::Lit(pieces)) = tokens.get_mut(i)
            && let Some(piece) = pieces.first_mut()
        {
            let spaces = piece.text.chars().take(shared.unwrap_or(0));
            let bytes = spaces.map(char::len_utf8).sum();
            cut_start(piece, bytes);
        }
    }
}
