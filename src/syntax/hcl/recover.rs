//! Finding the end of a broken item: a rough scan that knows brackets, quotes, comments and heredocs, and nothing else.

use super::cursor::Parser;

/// Words that open a top-level block of a Terraform file.
const TOP_LEVEL: [&str; 13] = [
    "resource",
    "data",
    "variable",
    "output",
    "module",
    "provider",
    "locals",
    "terraform",
    "moved",
    "import",
    "check",
    "removed",
    "ephemeral",
];

impl Parser<'_> {
    /// Goes behind the broken item that began at `start`: to the end of its line, where brackets are balanced, before a
    /// brace that closes the body, or to the next line that looks like a top-level block.
    pub(super) fn recover(&mut self, start: usize, top: bool) {
        self.at = start;
        let mut open: Vec<u8> = Vec::new();
        while let Some(byte) = self.byte() {
            if self.at > start && self.at_header_line() {
                self.abandon = !top;
                return;
            }
            let quoted = open.last() == Some(&b'"');
            match byte {
                b'\n' if quoted => {
                    open.pop(); // a quote that is not closed ends with its line
                    continue;
                }
                b'\n' if open.is_empty() => {
                    self.at += 1;
                    return;
                }
                b'"' if quoted => drop(open.pop()),
                b'\\' if quoted => self.at += 1,
                b'$' | b'%' if quoted && self.next_byte(1) == Some(b'{') => {
                    open.push(b'{');
                    self.at += 1;
                }
                _ if quoted => {}
                b'"' | b'(' | b'[' | b'{' => open.push(byte),
                b'}' if open.last() != Some(&b'{') => return self.stop_before_brace(start),
                b'}' => drop(open.pop()),
                b']' if open.last() == Some(&b'[') => drop(open.pop()),
                b')' if open.last() == Some(&b'(') => drop(open.pop()),
                b'<' if self.looking_at("<<") => self.skip_heredoc(),
                b'#' | b'/' => self.skip_comment(),
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.src.len();
    }

    fn stop_before_brace(&mut self, start: usize) {
        if self.at == start {
            self.at += 1;
        }
    }

    /// Goes to the last byte of a comment, if one begins here.
    fn skip_comment(&mut self) {
        let rest = self.rest();
        if rest.starts_with("/*") {
            self.at += rest.find("*/").map_or(rest.len(), |n| n + 1);
        } else if rest.starts_with('#') || rest.starts_with("//") {
            self.at += rest.find('\n').unwrap_or(rest.len()).saturating_sub(1);
        }
    }

    /// Goes to the last byte of a heredoc, if one begins here and ends somewhere.
    fn skip_heredoc(&mut self) {
        let rest = self.rest();
        let after = rest.trim_start_matches('<').trim_start_matches('-');
        let Some((marker, _)) = after.split_once('\n') else {
            return;
        };
        let marker = marker.trim();
        if marker.is_empty()
            || !marker
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
        {
            return;
        }
        let mut offset = rest.find('\n').map_or(rest.len(), |n| n + 1);
        while let Some(line) = rest
            .get(offset..)
            .and_then(|r| r.split_inclusive('\n').next())
        {
            if line.trim() == marker {
                self.at += offset + line.trim_end().len() - 1;
                return;
            }
            offset += line.len();
        }
    }

    /// Whether a line begins here that opens a top-level block in the first column.
    pub(super) fn at_header_line(&self) -> bool {
        let at_start = self.at == 0 || self.src.as_bytes().get(self.at - 1) == Some(&b'\n');
        if !at_start {
            return false;
        }
        let line = self.rest().lines().next().unwrap_or("");
        let word_end = line
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(line.len());
        let (word, tail) = line.split_at_checked(word_end).unwrap_or(("", ""));
        let tail = tail.trim_start();
        TOP_LEVEL.contains(&word) && (tail.starts_with('"') || tail.starts_with('{'))
    }
}
