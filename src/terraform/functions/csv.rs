//! Comma-separated values as RFC 4180 has them, with line ends of either sort; empty lines are skipped. A quote within an
//! unquoted field, text after a closing quote and a quote that is not closed are errors, as in Terraform.

/// The records; all have as many fields as the first.
///
/// # Errors
/// What is wrong, and on which line.
pub(super) fn records(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut reader = Reader {
        rest: text,
        line: 1,
    };
    let mut out: Vec<Vec<String>> = Vec::new();
    while reader.skip_empty() {
        let line = reader.line;
        let record = reader.record()?;
        if out.first().is_some_and(|f| f.len() != record.len()) {
            return Err(format!("on line {line}: wrong number of fields"));
        }
        out.push(record);
    }
    Ok(out)
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    /// Passes over empty lines; whether anything is left.
    fn skip_empty(&mut self) -> bool {
        while self.end_of_line() {}
        !self.rest.is_empty()
    }

    fn take(&mut self, what: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(what) else {
            return false;
        };
        self.rest = rest;
        true
    }

    fn end_of_line(&mut self) -> bool {
        let ended = self.take("\n") || self.take("\r\n");
        self.line += usize::from(ended);
        ended
    }

    /// All up to one of the characters, or to the end.
    fn until(&mut self, stop: &[char]) -> &'a str {
        let at = self.rest.find(stop).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(at).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn record(&mut self) -> Result<Vec<String>, String> {
        let mut fields = Vec::new();
        loop {
            fields.push(match self.take("\"") {
                true => self.quoted()?,
                false => self.plain()?,
            });
            if self.take(",") {
                continue;
            }
            if self.rest.is_empty() || self.end_of_line() {
                return Ok(fields);
            }
            return Err(format!("on line {}: extraneous `\"` in a field", self.line));
        }
    }

    fn plain(&mut self) -> Result<String, String> {
        let field = self.until(&[',', '\n']);
        if field.contains('"') {
            return Err(format!("on line {}: bare `\"` in a field", self.line));
        }
        let ended = self.rest.starts_with('\n');
        Ok(field
            .strip_suffix('\r')
            .filter(|_| ended)
            .unwrap_or(field)
            .to_owned())
    }

    fn quoted(&mut self) -> Result<String, String> {
        let mut out = String::new();
        loop {
            let part = self.until(&['"']);
            self.line += part.matches('\n').count();
            out.push_str(&part.replace("\r\n", "\n"));
            if !self.take("\"") {
                return Err(format!("on line {}: a quote is not closed", self.line));
            }
            if !self.take("\"") {
                return Ok(out);
            }
            out.push('"');
        }
    }
}
