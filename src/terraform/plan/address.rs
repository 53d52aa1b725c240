//! Addresses and references as Terraform writes them: `module.a["x"].data.aws_x.y[0].json`.

/// A step of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// A name between dots.
    Name(&'a str),
    /// An instance key or an index, brackets included.
    Key(&'a str),
}

/// The steps of an address. What is no address yields what can be told apart.
pub(super) fn steps(address: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut rest = address;
    while !rest.is_empty() {
        let key = rest.starts_with('[');
        let length = match key {
            true => key_length(rest),
            false => rest.find(['.', '[']).unwrap_or(rest.len()),
        };
        let (text, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        match (key, text) {
            (true, _) => steps.push(Step::Key(text)),
            (false, "") => {}
            (false, _) => steps.push(Step::Name(text)),
        }
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    steps
}

/// The length of an instance key with its brackets; quoted ones may hold brackets and escaped quotes.
fn key_length(text: &str) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    for (i, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return i + 1,
            _ => {}
        }
    }
    text.len()
}

/// A resource's address in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address<'a> {
    /// The module calls that lead to it: name and key.
    pub(super) modules: Vec<(&'a str, Option<&'a str>)>,
    /// Its address in its module, without key: `aws_x.y`, `data.aws_x.y`.
    pub(super) local: String,
    /// Its own key.
    pub(super) key: Option<&'a str>,
}

/// Takes a resource's address apart.
pub(super) fn parse(address: &str) -> Address<'_> {
    let steps = steps(address);
    let mut rest = steps.as_slice();
    let mut modules = Vec::new();
    while let [Step::Name("module"), Step::Name(name), after @ ..] = rest {
        let (key, after) = key(after);
        modules.push((*name, key));
        rest = after;
    }
    let mut local = Vec::new();
    while let [Step::Name(name), after @ ..] = rest {
        local.push(*name);
        rest = after;
    }
    Address {
        modules,
        local: local.join("."),
        key: key(rest).0,
    }
}

/// The instance key that comes next, and what is after it.
pub(super) fn key<'a, 'b>(steps: &'b [Step<'a>]) -> (Option<&'a str>, &'b [Step<'a>]) {
    match steps {
        [Step::Key(key), rest @ ..] => (Some(key), rest),
        _ => (None, steps),
    }
}

/// The names of the calls that lead to a module, without keys.
pub(super) fn path(calls: &[(&str, Option<&str>)]) -> String {
    calls.iter().map(|(name, _)| format!("/{name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let address = parse(r#"module.a["x.y[\"z\"]"].module.b.data.aws_x.y[0]"#);
        assert_eq!(
            address.modules,
            [("a", Some(r#"["x.y[\"z\"]"]"#)), ("b", None)]
        );
        assert_eq!(
            (address.local.as_str(), address.key),
            ("data.aws_x.y", Some("[0]"))
        );
        let address = parse("aws_x.y");
        assert_eq!((address.local.as_str(), address.key), ("aws_x.y", None));
        assert!(address.modules.is_empty());
    }

    #[test]
    fn odd_addresses_do_no_harm() {
        for text in [
            "",
            "[",
            ".",
            "..[[\"",
            "module",
            "module.",
            "a.[",
            "\u{e9}[\u{e9}",
        ] {
            parse(text);
        }
    }
}
