//! Which modules a Terraform file calls, found without parsing it: the roots of a tree must be known before anything is
//! evaluated. What is no call must not be taken for one (a comment, a heredoc, a text), else a directory would be
//! judged through a caller that does not exist.

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// A literal local path, e.g. `./modules/x`.
    Local(String),
    /// Anything else: a registry, an address, an expression.
    Other,
}

impl Call {
    fn of(source: &str) -> Call {
        match source.starts_with("./") || source.starts_with("../") {
            true => Call::Local(source.to_owned()),
            false => Call::Other,
        }
    }
}

/// Whether a file in Terraform's own syntax may hold a module call: `module` as the first word of a line, or behind a
/// comment.
pub(super) fn may_call(bytes: &[u8]) -> bool {
    let word = |i: usize| {
        let (before, rest) = bytes.split_at_checked(i).unwrap_or_default();
        let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | 0xef | 0xbb | 0xbf);
        let first = match before.iter().rfind(|b| !blank(b)) {
            None | Some(b'\n' | b'/') => true,
            Some(_) => false,
        };
        let after = rest.get("module".len());
        first && !after.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    };
    memchr::memmem::find_iter(bytes, b"module").any(word)
}

/// The module calls of a file in Terraform's own syntax.
pub(super) fn of_hcl(text: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut state = State::default();
    let mut lexer = Lexer { rest: text };
    while let Some(token) = lexer.next_token() {
        calls.extend(state.step(&token));
    }
    calls
}

/// The module calls of a file in Terraform's JSON syntax; `None` where it is no JSON.
pub(super) fn of_json(text: &str) -> Option<Vec<Call>> {
    use serde_json::Value;
    fn flat(value: &Value) -> Vec<&Value> {
        match value {
            Value::Array(items) => items.iter().collect(),
            value => vec![value],
        }
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let root: Value = serde_json::from_str(text).ok()?;
    let blocks = (flat(&root).into_iter()).filter_map(|body| body.get("module"));
    let named = (blocks.flat_map(flat)).filter_map(Value::as_object);
    let calls = named.flat_map(|o| o.values()).flat_map(flat).map(|call| {
        let source = call.get("source").and_then(Value::as_str);
        (source.filter(|s| !s.contains("${"))).map_or(Call::Other, Call::of)
    });
    Some(calls.collect())
}

#[derive(Debug, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    /// What stands between quotes; `None` where it is no plain literal.
    Text(Option<&'a str>),
    Open,
    Close,
    Line,
    Equals,
    Other,
}

/// How far into `module "x" { source = "…" }` the text is.
#[derive(Debug, Default, PartialEq)]
enum Header {
    #[default]
    None,
    Keyword,
    Label,
}

#[derive(Debug)]
struct State {
    depth: usize,
    header: Header,
    /// In a module block: whether its source was seen.
    block: Option<bool>,
    /// At the start of a line of the module block's own body.
    fresh: bool,
    /// After `source`, after `source =`.
    key: bool,
    value: bool,
}

impl Default for State {
    fn default() -> Self {
        State {
            depth: 0,
            header: Header::None,
            block: None,
            fresh: true,
            key: false,
            value: false,
        }
    }
}

impl State {
    fn step(&mut self, token: &Token) -> Option<Call> {
        let (key, value) = (self.key, self.value);
        let fresh = std::mem::replace(&mut self.fresh, false);
        (self.key, self.value) = (false, false);
        let header = std::mem::take(&mut self.header);
        match (token, self.depth) {
            (Token::Word("module"), 0) if fresh => self.header = Header::Keyword,
            (Token::Word(_) | Token::Text(_), 0) if header == Header::Keyword => {
                self.header = Header::Label;
            }
            (Token::Open, _) => {
                self.depth += 1;
                if header == Header::Label {
                    self.block = Some(false);
                    self.fresh = true;
                }
            }
            (Token::Close, _) => return self.close(),
            (Token::Line, 0 | 1) => self.fresh = true,
            (Token::Word("source"), 1) => self.key = fresh && self.block.is_some(),
            (Token::Equals, 1) => self.value = key,
            (token, 1) if value => {
                self.block = Some(true);
                return Some(match token {
                    Token::Text(Some(text)) => Call::of(text),
                    _ => Call::Other,
                });
            }
            _ => {}
        }
        None
    }

    fn close(&mut self) -> Option<Call> {
        self.depth = self.depth.saturating_sub(1);
        if self.depth > 0 {
            return None;
        }
        (self.block.take() == Some(false)).then_some(Call::Other)
    }
}

struct Lexer<'a> {
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        let (token, rest) = (self.rest.split_at_checked(bytes)).unwrap_or((self.rest, ""));
        self.rest = rest;
        token
    }

    fn next_token(&mut self) -> Option<Token<'a>> {
        loop {
            let blank = |b: &&u8| matches!(**b, b' ' | b'\t' | b'\r');
            self.take(self.rest.as_bytes().iter().take_while(blank).count());
            let first = self.rest.chars().next()?;
            if first == '\u{feff}' {
                self.take(first.len_utf8());
                continue;
            }
            if first == '#' || self.rest.starts_with("//") {
                let end = memchr::memchr(b'\n', self.rest.as_bytes());
                self.take(end.unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                self.take(self.rest.find("*/").map_or(self.rest.len(), |i| i + 2));
            } else {
                return Some(self.token(first));
            }
        }
    }

    fn token(&mut self, first: char) -> Token<'a> {
        if first.is_alphabetic() || first == '_' {
            let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
            let ascii = |b: &&u8| b.is_ascii_alphanumeric() || matches!(**b, b'_' | b'-');
            let mut end = self.rest.as_bytes().iter().take_while(ascii).count();
            if self.rest.as_bytes().get(end).is_some_and(|b| !b.is_ascii()) {
                end = self.rest.find(|c| !inside(c)).unwrap_or(self.rest.len());
            }
            return Token::Word(self.take(end));
        }
        if first == '"' {
            return Token::Text(self.text());
        }
        if self.rest.starts_with("<<") {
            self.heredoc();
            return Token::Other;
        }
        let operator = ["==", "=>"].iter().any(|o| self.rest.starts_with(o));
        self.take(if operator { 2 } else { first.len_utf8() });
        match first {
            '{' | '[' | '(' => Token::Open,
            '}' | ']' | ')' => Token::Close,
            '\n' => Token::Line,
            '=' if !operator => Token::Equals,
            _ => Token::Other,
        }
    }

    /// A quoted text; interpolations may hold quotes and braces of their own.
    fn text(&mut self) -> Option<&'a str> {
        self.take(1);
        let text = self.rest;
        let special = |b: &u8| matches!(b, b'"' | b'\\' | b'$' | b'%' | b'\n');
        let plain = text.as_bytes().iter().position(special);
        if let Some((end, b'"')) = plain.and_then(|i| Some((i, *text.as_bytes().get(i)?))) {
            self.take(end + 1);
            return text.get(..end);
        }
        let mut depth: Vec<u32> = Vec::new(); // open braces of each interpolation around; a text in it adds a mark
        let mut plain = true;
        let mut bytes = text.bytes().enumerate().peekable();
        while let Some((i, byte)) = bytes.next() {
            let next = bytes.peek().map(|(_, b)| *b);
            let quoted = depth.len().is_multiple_of(2);
            match byte {
                b'\\' if quoted => {
                    plain = false;
                    bytes.next();
                }
                b'$' | b'%' if quoted && next == Some(byte) => {
                    plain = false;
                    bytes.next();
                }
                b'$' | b'%' if quoted && next == Some(b'{') => {
                    plain = false;
                    bytes.next();
                    depth.push(0);
                }
                b'"' if depth.is_empty() => {
                    self.take(i + 1);
                    return text.get(..i).filter(|_| plain);
                }
                b'"' if quoted => drop(depth.pop()),
                b'"' => depth.push(0),
                b'{' if !quoted => depth.last_mut().into_iter().for_each(|d| *d += 1),
                b'}' if !quoted => match depth.last_mut() {
                    Some(d) if *d > 0 => *d -= 1,
                    _ => drop(depth.pop()),
                },
                b'\n' if depth.is_empty() => {
                    self.take(i);
                    return None;
                }
                _ => {}
            }
        }
        self.take(text.len());
        None
    }

    fn heredoc(&mut self) {
        self.take(2);
        if self.rest.starts_with('-') {
            self.take(1);
        }
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let mark = self.take(self.rest.find(|c| !word(c)).unwrap_or(self.rest.len()));
        if mark.is_empty() {
            return;
        }
        self.take(self.rest.find('\n').map_or(self.rest.len(), |i| i + 1));
        while !self.rest.is_empty() {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            let line = self.rest.get(..end).unwrap_or_default().trim();
            if line == mark {
                // the line end belongs to what follows
                let at = self.rest.find(mark).unwrap_or(0) + mark.len();
                self.take(at);
                return;
            }
            self.take((end + 1).min(self.rest.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> Vec<String> {
        let calls = of_hcl(text);
        assert!(calls.is_empty() || may_call(text.as_bytes()), "{text}");
        (calls.into_iter())
            .map(|c| match c {
                Call::Local(path) => path,
                Call::Other => "?".to_owned(),
            })
            .collect()
    }

    #[test]
    fn calls_are_found() {
        let cases: [(&str, &[&str]); 12] = [
            ("module \"a\" {\n  source = \"./a\"\n}\n", &["./a"]),
            ("module a { source = \"../a\" }", &["../a"]),
            (
                "\u{feff}module \"a\" {\r\n for_each = { x = 1 }\r\n source=\"./a\" # x\r\n}",
                &["./a"],
            ),
            (
                "module \"a\" {\n source = \"terraform-aws-modules/ecr/aws\"\n}",
                &["?"],
            ),
            ("module \"a\" {\n source = \"./${local.a}\"\n}", &["?"]),
            ("module \"a\" {\n source = var.a\n}", &["?"]),
            ("module \"a\" {\n  x = 1\n}", &["?"]),
            (
                "locals {\n x = \"${f(\"}\")}\"\n}\nmodule \"a\" {\n source = \"./a\"\n}",
                &["./a"],
            ),
            (
                "locals {\n x = <<-E\n ${x}\n  E\n}\nmodule \"a\" {\n source = \"./a\"\n}",
                &["./a"],
            ),
            (
                "module \"a\" {\n inputs = {\n source = \"./no\"\n }\n source = \"./a\"\n}\nmodule \"b\" {\n source = \"./b\"\n}",
                &["./a", "./b"],
            ),
            ("/* { */ module \"a\" {\n source = \"./a\"\n}", &["./a"]),
            (
                "locals {\n a = \"$${\" \n b = \"%%{\" \n}\nmodule \"a\" {\n source = \"./a\"\n}",
                &["./a"],
            ),
        ];
        for (text, want) in cases {
            assert_eq!(local(text), want, "{text}");
        }
    }

    #[test]
    fn what_is_no_call_is_not_taken_for_one() {
        let cases = [
            "# module \"a\" {\n#  source = \"./a\"\n# }",
            "/*\nmodule \"a\" {\n source = \"./a\"\n}\n*/",
            "locals {\n x = <<E\nmodule \"a\" {\n  source = \"./a\"\n}\nE\n}",
            "locals {\n x = \"module \\\"a\\\" { source = ./a }\"\n}",
            "resource \"x\" \"module\" {\n source = \"./a\"\n}",
            "locals {\n module = { source = \"./a\" }\n}",
            "output \"x\" {\n value = module.a.source == \"./a\"\n}",
        ];
        for text in cases {
            assert_eq!(local(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn calls_in_json_are_found() {
        let calls = |text| of_json(text);
        let text = r#"{"module": {"a": {"source": "./a"}, "b": [{"source": "x/y/z"}]}}"#;
        let a = Call::Local("./a".to_owned());
        assert_eq!(calls(text), Some(vec![a.clone(), Call::Other]));
        let text = r#"[{"module": [{"a": {"source": "./a"}}]}, {"locals": {}}]"#;
        assert_eq!(calls(text), Some(vec![a]));
        assert_eq!(
            calls(r#"{"module": {"a": {"source": "./${b}"}}}"#),
            Some(vec![Call::Other])
        );
        assert_eq!(calls("{"), None);
    }

    proptest::proptest! {
        /// What the parser takes without complaint calls the same modules for it and for us.
        #[test]
        fn the_parser_sees_the_same_calls(picked in proptest::collection::vec(0_usize..24, 0..12)) {
            const PIECES: [&str; 24] = [
                "module \"a\" {\n", "  source = \"./a\"\n", "}\n", "module b {\n  source=\"../b\"\n}\n", "/* ", " */", "# x\n",
                "// module \"c\" {\n", "locals {\n", "  x = <<E\n", "E\n", "  E\n", "  y = <<-E\n", "  z = \"${\"}\"}\"\n",
                "  source = { source = \"./d\" }\n", "  w = \"$${\"\n", "  v = [\n", "  ]\n", "  u = \"%{ if true }\\\"{%{ endif }\"\n",
                "  source = \"./${x}\"\n", "  t = x.source == \"./e\"\n", "resource \"module\" \"source\" {\n", "\n", "  nested {\n",
            ];
            let text: String = picked.iter().map(|i| PIECES[*i]).collect();
            let files = crate::span::Files::default();
            let id = files.add("", text.as_str());
            let (_, problems) = crate::syntax::hcl::parse(&files, id);
            if problems.is_empty() {
                let ours: Vec<String> = local(&text).into_iter().filter(|c| c != "?").collect();
                proptest::prop_assert_eq!(ours, crate::terraform::local_calls(&text));
            }
        }
    }
}
