//! Goes over a body that is plainly right without reading it: nobody may ever ask for what stands in it, and most of a
//! configuration is such.
//!
//! INVARIANT: what is gone over here, the parser reads to the same end without complaint. Whatever is unusual (names
//! beyond ASCII, `for`, directives, legacy splats, deep nesting) is left to the parser.

/// Deeper nesting is left to the parser.
const DEPTH: usize = 32;

/// More operators in a row are left to the parser.
const CHAIN: usize = 64;

/// A body with more arguments is left to the parser: each is compared with the others.
const ARGUMENTS: usize = 64;

/// The byte behind the `}` of the block whose body begins at `at`; `None`: the parser has to read it.
pub(super) fn body(text: &str, at: usize) -> Option<usize> {
    let mut skim = Skim { text, at, depth: 0 };
    skim.body()?;
    Some(skim.at)
}

struct Skim<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Skim<'a> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Takes a byte, if it stands here.
    fn eat(&mut self, byte: u8) -> bool {
        let here = self.byte() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.eat(byte).then_some(())
    }

    /// Goes over white space and comments; over line ends, too, where they mean nothing.
    fn skip(&mut self, lines: bool) -> Option<()> {
        while let Some(byte) = self.byte() {
            match byte {
                b' ' | b'\t' => self.at += 1,
                b'\r' if self.next(1) == Some(b'\n') => self.at += 1,
                b'\n' if lines => self.at += 1,
                b'#' => self.skip_line(),
                b'/' if self.next(1) == Some(b'/') => self.skip_line(),
                b'/' if self.next(1) == Some(b'*') => {
                    let inside = self.text.get(self.at + 2..)?;
                    self.at += inside.find("*/")? + 4;
                }
                _ => return Some(()),
            }
        }
        Some(())
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    /// A name of ASCII letters.
    fn name(&mut self) -> Option<&'a str> {
        let start = self.at;
        if !self
            .byte()
            .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        {
            return None;
        }
        let inside = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'-';
        self.at += self.rest().iter().take_while(|b| inside(b)).count();
        if self.byte().is_some_and(|b| !b.is_ascii()) {
            return None;
        }
        self.text.get(start..self.at)
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.depth += 1;
        let result = (self.depth <= DEPTH).then(|| read(self)).flatten();
        self.depth -= 1;
        result
    }

    /// Items up to the `}`, which is taken.
    fn body(&mut self) -> Option<()> {
        self.skip(false)?;
        match self.byte()? {
            b'}' => {}
            b'\n' => return self.items(),
            _ => {
                self.name()?;
                self.skip(false)?;
                self.equals()?;
                self.expression(false)?;
                self.skip(false)?;
            }
        }
        self.expect(b'}')
    }

    fn items(&mut self) -> Option<()> {
        let mut names: Vec<&str> = Vec::new();
        loop {
            self.skip(true)?;
            if self.eat(b'}') {
                return Some(());
            }
            let name = self.name()?;
            self.skip(false)?;
            if self.byte() == Some(b'=') {
                if names.len() >= ARGUMENTS || names.contains(&name) {
                    return None;
                }
                names.push(name);
                self.equals()?;
                self.expression(false)?;
            } else {
                self.deeper(Self::block)?;
            }
            self.skip(false)?;
            self.expect(b'\n')?;
        }
    }

    /// A block from its labels on.
    fn block(&mut self) -> Option<()> {
        loop {
            self.skip(false)?;
            match self.byte()? {
                b'{' => break,
                b'"' => {
                    let rest = self.rest().get(1..)?;
                    let plain = |b: &u8| !matches!(b, b'"' | b'\\' | b'\n' | b'$' | b'%');
                    self.at += 1 + rest.iter().take_while(|b| plain(b)).count();
                    self.expect(b'"')?;
                }
                _ => drop(self.name()?),
            }
        }
        self.at += 1;
        self.body()
    }

    /// `=`, and no other operator that begins so.
    fn equals(&mut self) -> Option<()> {
        self.expect(b'=')?;
        (!matches!(self.byte(), Some(b'=' | b'>'))).then_some(())
    }

    /// An expression; `lines`: line ends mean nothing in it.
    fn expression(&mut self, lines: bool) -> Option<()> {
        self.deeper(|s| {
            s.operands(lines)?;
            let end = s.at;
            s.skip(lines)?;
            if !s.eat(b'?') {
                s.at = end;
                return Some(());
            }
            s.expression(lines)?;
            s.skip(lines)?;
            s.expect(b':')?;
            s.expression(lines)
        })
    }

    fn operands(&mut self, lines: bool) -> Option<()> {
        for _ in 0..CHAIN {
            self.unary(lines)?;
            let end = self.at;
            self.skip(lines)?;
            let length = match (self.byte(), self.next(1)) {
                (Some(b'|'), Some(b'|')) | (Some(b'&'), Some(b'&')) => 2,
                (Some(b'=' | b'!' | b'<' | b'>'), Some(b'=')) => 2,
                (Some(b'<'), Some(b'<')) => return None,
                (Some(b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'%'), _) => 1,
                _ => {
                    self.at = end;
                    return Some(());
                }
            };
            self.at += length;
        }
        None
    }

    fn unary(&mut self, lines: bool) -> Option<()> {
        self.skip(lines)?;
        match (self.byte()?, self.next(1)) {
            (b'-', _) => self.at += 1,
            (b'!', next) if next != Some(b'=') => self.at += 1,
            _ => return self.traversal(lines),
        }
        self.deeper(|s| s.unary(lines))
    }

    fn traversal(&mut self, lines: bool) -> Option<()> {
        self.term(lines)?;
        loop {
            let end = self.at;
            self.skip(lines)?;
            match (self.byte(), self.next(1)) {
                (Some(b'.'), next) if next != Some(b'.') => {
                    self.at += 1;
                    self.skip(lines)?;
                    self.name()?;
                }
                (Some(b'['), _) => {
                    self.at += 1;
                    self.skip(true)?;
                    if !self.eat(b'*') {
                        self.expression(true)?;
                    }
                    self.skip(true)?;
                    self.expect(b']')?;
                }
                _ => {
                    self.at = end;
                    return Some(());
                }
            }
        }
    }

    fn term(&mut self, lines: bool) -> Option<()> {
        match self.byte()? {
            b'"' => self.quoted(),
            b'<' => self.heredoc(),
            b'0'..=b'9' => {
                self.number();
                Some(())
            }
            b'[' => {
                self.at += 1;
                self.list(b']')
            }
            b'{' => self.object(),
            b'(' => {
                self.at += 1;
                self.expression(true)?;
                self.skip(true)?;
                self.expect(b')')
            }
            _ => self.named(lines),
        }
    }

    fn digits(&mut self) {
        self.at += self
            .rest()
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
    }

    fn number(&mut self) {
        let digit = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_digit());
        self.digits();
        if self.byte() == Some(b'.') && digit(self.next(1)) {
            self.at += 1;
            self.digits();
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.next(1), Some(b'+' | b'-')));
            if digit(self.next(1 + sign)) {
                self.at += 1 + sign;
                self.digits();
            }
        }
    }

    /// A keyword, a reference or a call.
    fn named(&mut self, lines: bool) -> Option<()> {
        self.name()?;
        let end = self.at;
        self.skip(lines)?;
        match (self.byte(), self.next(1)) {
            (Some(b'('), _) => {
                self.at += 1;
                self.list(b')')
            }
            (Some(b':'), Some(b':')) => None,
            _ => {
                self.at = end;
                Some(())
            }
        }
    }

    /// Expressions up to what closes them.
    fn list(&mut self, close: u8) -> Option<()> {
        self.skip(true)?;
        if close == b']' && self.at_for() {
            return None;
        }
        loop {
            self.skip(true)?;
            if self.eat(close) {
                return Some(());
            }
            self.expression(true)?;
            self.skip(true)?;
            if close == b')' && self.rest().starts_with(b"...") {
                self.at += 3;
                self.skip(true)?;
                self.eat(b',');
                self.skip(true)?;
                return self.expect(close);
            }
            if !self.eat(b',') {
                return self.expect(close);
            }
        }
    }

    fn at_for(&self) -> bool {
        let inside = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'-';
        let after = self.rest().strip_prefix(b"for");
        after.is_some_and(|rest| !rest.first().is_some_and(inside))
    }

    fn object(&mut self) -> Option<()> {
        self.at += 1;
        self.skip(true)?;
        if self.at_for() {
            return None;
        }
        loop {
            self.skip(true)?;
            if self.eat(b'}') {
                return Some(());
            }
            match self.byte()? {
                b'"' => self.quoted()?,
                b'(' => self.term(false)?,
                _ => drop(self.name()?),
            }
            self.skip(false)?;
            match (self.byte(), self.next(1)) {
                (Some(b'='), next) if !matches!(next, Some(b'=' | b'>')) => {}
                (Some(b':'), next) if next != Some(b':') => {}
                _ => return None,
            }
            self.at += 1;
            self.expression(false)?;
            self.skip(false)?;
            match self.byte()? {
                b',' | b'\n' => self.at += 1,
                b'}' => {}
                _ => return None,
            }
        }
    }

    /// `${…}`, whose first two bytes stand here.
    fn interpolation(&mut self) -> Option<()> {
        self.at += 2;
        if self.byte() == Some(b'~') {
            return None;
        }
        self.expression(true)?;
        self.skip(true)?;
        self.expect(b'}')
    }

    /// A `$` or `%` in a text, with what belongs to it.
    fn mark(&mut self, byte: u8) -> Option<()> {
        match (self.next(1), self.next(2)) {
            (Some(b'{'), _) if byte == b'$' => self.interpolation(),
            (Some(b'{'), _) => None,
            (Some(second), Some(b'{')) if second == byte => {
                self.at += 3;
                Some(())
            }
            _ => {
                self.at += 1;
                Some(())
            }
        }
    }

    fn quoted(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            let rest = self.rest();
            let plain = |b: &u8| !matches!(b, b'"' | b'\\' | b'\n' | b'$' | b'%');
            self.at += rest.iter().take_while(|b| plain(b)).count();
            match self.byte()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' if matches!(self.next(1)?, b'n' | b'r' | b't' | b'"' | b'\\') => self.at += 2,
                byte @ (b'$' | b'%') => self.mark(byte)?,
                _ => return None,
            }
        }
    }

    fn heredoc(&mut self) -> Option<()> {
        self.at += 1;
        self.expect(b'<')?;
        self.eat(b'-');
        let marker = self.name()?;
        self.eat(b'\r');
        self.expect(b'\n')?;
        let mut line_start = true;
        loop {
            let rest = self.text.get(self.at..)?;
            let length = memchr::memchr(b'\n', rest.as_bytes());
            let line = rest.get(..length.unwrap_or(rest.len()))?;
            if line_start && line.trim() == marker {
                self.at += line.trim_end().len();
                return Some(());
            }
            match memchr::memchr2(b'$', b'%', line.as_bytes()) {
                Some(before) => {
                    self.at += before;
                    let byte = self.byte()?;
                    self.mark(byte)?;
                    line_start = false;
                }
                None => {
                    self.at += length? + 1;
                    line_start = true;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
