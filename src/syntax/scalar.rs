//! What a plain scalar means: JSON, the core schema of YAML 1.2, or YAML 1.1 as PyYAML reads it.

/// Which reading of plain scalars holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalars {
    /// JSON: `true`, `false`, `null` and numbers.
    Json,
    /// YAML 1.2's core schema: no `yes`, no octal by a leading zero.
    Core,
    /// YAML 1.1 as CloudFormation reads it: `yes`, `on`, `012` (octal), `1_000`, `12:30:45`; dates stay text.
    Yaml11,
    /// Every scalar is text.
    Text,
}

/// What a plain scalar is.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number in decimal notation that JSON's grammar accepts.
    Number(String),
    /// Text, as it stands.
    Text,
}

/// Reads a plain scalar.
pub fn read(raw: &str, scalars: Scalars) -> Scalar {
    match scalars {
        Scalars::Text => Scalar::Text,
        Scalars::Json => json(raw),
        Scalars::Core => core(raw),
        Scalars::Yaml11 => yaml11(raw),
    }
}

fn json(raw: &str) -> Scalar {
    match raw {
        "null" => Scalar::Null,
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        _ if is_json_number(raw) => Scalar::Number(raw.to_owned()),
        _ => Scalar::Text,
    }
}

fn core(raw: &str) -> Scalar {
    match raw {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" => return Scalar::Bool(true),
        "false" | "False" | "FALSE" => return Scalar::Bool(false),
        _ => {}
    }
    let number = if let Some(digits) = raw.strip_prefix("0x") {
        radix(digits, 16, false)
    } else if let Some(digits) = raw.strip_prefix("0o") {
        radix(digits, 8, false)
    } else {
        decimal(raw, true)
    };
    number.map_or(Scalar::Text, Scalar::Number)
}

fn yaml11(raw: &str) -> Scalar {
    match raw {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Scalar::Bool(true);
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Scalar::Bool(false);
        }
        _ => {}
    }
    let (minus, body) = sign(raw);
    if !body.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Scalar::Text;
    }
    let number = if let Some(digits) = body.strip_prefix("0b") {
        radix(digits, 2, true)
    } else if let Some(digits) = body.strip_prefix("0x") {
        radix(digits, 16, true)
    } else if body.contains(':') {
        sexagesimal(body)
    } else if body.len() > 1 && body.starts_with('0') && !body.contains('.') {
        radix(body.get(1..).unwrap_or_default(), 8, true)
    } else if body.contains('.') {
        float11(body)
    } else {
        digits(body, true).then(|| plain_digits(body))
    };
    match number {
        Some(n) if minus && n != "0" => Scalar::Number(format!("-{n}")),
        Some(n) => Scalar::Number(n),
        None => Scalar::Text,
    }
}

fn sign(raw: &str) -> (bool, &str) {
    match raw.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, raw.strip_prefix('+').unwrap_or(raw)),
    }
}

fn digits(text: &str, underscores: bool) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (underscores && b == b'_'))
}

/// Digits without underscores and leading zeros.
fn plain_digits(text: &str) -> String {
    let kept: String = text.chars().filter(|c| *c != '_').collect();
    let kept = kept.trim_start_matches('0');
    if kept.is_empty() { "0" } else { kept }.to_owned()
}

fn radix(text: &str, radix: u32, underscores: bool) -> Option<String> {
    let kept: String = text
        .chars()
        .filter(|c| !(underscores && *c == '_'))
        .collect();
    if kept.is_empty() || kept.starts_with(['+', '-']) {
        return None;
    }
    u128::from_str_radix(&kept, radix)
        .ok()
        .map(|n| n.to_string())
}

/// YAML 1.1: `12:30:45` counts in sixties.
fn sexagesimal(body: &str) -> Option<String> {
    let mut total: u128 = 0;
    for (i, part) in body.split(':').enumerate() {
        let first = i == 0 && digits(part, true) && !part.starts_with('0');
        let later = i > 0 && matches!(part.len(), 1 | 2) && digits(part, false);
        let n: u128 = plain_digits(part).parse().ok()?;
        if !(first || (later && n < 60)) {
            return None;
        }
        total = total.checked_mul(60)?.checked_add(n)?;
    }
    Some(total.to_string())
}

/// YAML 1.1: digits, a point, perhaps an exponent with its sign.
fn float11(body: &str) -> Option<String> {
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (body.get(..at)?, body.get(at + 1..)),
        None => (body, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let good = |t: &str| t.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let starts = if whole.is_empty() {
        digits(fraction, true)
    } else {
        digits(whole, true) && good(fraction)
    };
    let exponent = match exponent {
        Some(e) if e.starts_with(['+', '-']) && digits(e.get(1..)?, false) => format!("e{e}"),
        Some(_) => return None,
        None => String::new(),
    };
    let fraction: String = fraction.chars().filter(|c| *c != '_').collect();
    let fraction = if fraction.is_empty() { "0" } else { &fraction };
    starts.then(|| format!("{}.{fraction}{exponent}", plain_digits(whole)))
}

/// A decimal number of the core schema, in JSON's notation.
fn decimal(raw: &str, exponent: bool) -> Option<String> {
    let (minus, body) = sign(raw);
    let (mantissa, power) = match body.find(['e', 'E']) {
        Some(at) if exponent => (body.get(..at)?, body.get(at + 1..)),
        _ => (body, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((w, f)) => (w, Some(f)),
        None => (mantissa, None),
    };
    let all = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if !all(whole) || !fraction.is_none_or(all) {
        return None;
    }
    if whole.is_empty() && fraction.is_none_or(str::is_empty) {
        return None;
    }
    let power = match power {
        Some(p) if digits(sign(p).1, false) => format!("e{p}"),
        Some(_) => return None,
        None => String::new(),
    };
    let fraction = match fraction {
        Some("") => ".0".to_owned(),
        Some(f) => format!(".{f}"),
        None => String::new(),
    };
    let minus = if minus { "-" } else { "" };
    Some(format!("{minus}{}{fraction}{power}", plain_digits(whole)))
}

/// RFC 8259's grammar of numbers.
fn is_json_number(raw: &str) -> bool {
    let body = raw.strip_prefix('-').unwrap_or(raw);
    let leading_zero = body.len() > 1
        && body.starts_with('0')
        && !body.starts_with("0.")
        && !body.starts_with("0e")
        && !body.starts_with("0E");
    !leading_zero
        && body.starts_with(|c: char| c.is_ascii_digit())
        && !body.contains(".e")
        && !body.contains(".E")
        && !body.ends_with('.')
        && decimal(body, true).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(n: &str) -> Scalar {
        Scalar::Number(n.into())
    }

    #[test]
    fn yaml_1_1_reads_as_pyyaml_does() {
        let cases = [
            ("", Scalar::Null),
            ("~", Scalar::Null),
            ("no", Scalar::Bool(false)),
            ("On", Scalar::Bool(true)),
            ("y", Scalar::Text),
            ("tRUE", Scalar::Text),
            ("012", number("10")),
            ("08", Scalar::Text),
            ("012345670123", number("1402433619")),
            ("012345678901", Scalar::Text),
            ("111122223333", number("111122223333")),
            ("1_000", number("1000")),
            ("12:30:45", number("45045")),
            ("12:61", Scalar::Text),
            ("2024-01-31", Scalar::Text),
            ("1.10", number("1.10")),
            ("1.", number("1.0")),
            (".5", number("0.5")),
            ("1e3", Scalar::Text),
            ("1.0e3", Scalar::Text),
            ("1.0e+3", number("1.0e+3")),
            ("0x1F", number("31")),
            ("-0b11", number("-3")),
            ("-7", number("-7")),
            ("+7", number("7")),
            (".", Scalar::Text),
            ("-", Scalar::Text),
            ("1-2", Scalar::Text),
            ("0", number("0")),
            ("é", Scalar::Text),
        ];
        for (raw, want) in cases {
            assert_eq!(read(raw, Scalars::Yaml11), want, "{raw}");
        }
    }

    #[test]
    fn the_core_schema_has_fewer_words() {
        let cases = [
            ("no", Scalar::Text),
            ("off", Scalar::Text),
            ("True", Scalar::Bool(true)),
            ("012", number("12")),
            ("0o14", number("12")),
            ("1e3", number("1e3")),
            ("1.", number("1.0")),
            ("1_000", Scalar::Text),
            ("12:30", Scalar::Text),
            ("0x", Scalar::Text),
            ("0x+1", Scalar::Text),
        ];
        for (raw, want) in cases {
            assert_eq!(read(raw, Scalars::Core), want, "{raw}");
        }
    }

    #[test]
    fn json_numbers_are_strict() {
        for (raw, good) in [
            ("0", true),
            ("-0", true),
            ("-0.5e-3", true),
            ("1E5", true),
            ("01", false),
            ("-01", false),
            ("+1", false),
            ("1.", false),
            (".5", false),
            ("1.e5", false),
            ("1e", false),
            ("-", false),
            ("0e1", true),
            ("00.5", false),
        ] {
            assert_eq!(
                matches!(read(raw, Scalars::Json), Scalar::Number(_)),
                good,
                "{raw}"
            );
        }
    }
}
