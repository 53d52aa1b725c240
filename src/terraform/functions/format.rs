//! `format` and `formatlist`.
//! <https://developer.hashicorp.com/terraform/language/functions/format>

use super::{Call, FunctionError, Outcome, json};
use crate::terraform::convert::convert;
use crate::value::{Kind, Number, Piece, Sequence, Text, Type, Unknown, Value};
use std::borrow::Cow;
use std::iter::Peekable;
use std::str::CharIndices;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

/// Widths and precisions beyond this are refused.
const LIMIT: usize = 10_000;

/// One verb, e.g. `%[2]-5.1f`.
#[derive(Debug, Default)]
struct Verb {
    raw: String,
    offset: usize,
    alternate: bool,
    left: bool,
    plus: bool,
    space: bool,
    zeros: bool,
    width: usize,
    precision: Option<usize>,
    argument: Option<usize>,
    mode: char,
}

/// A format string: texts and verbs in order.
enum Token {
    Text(String),
    Verb(Verb),
}

fn error(message: impl Into<Cow<'static, str>>) -> FunctionError {
    FunctionError::new(message)
}

fn parse(format: &str) -> Result<Vec<Token>, FunctionError> {
    let mut tokens = Vec::new();
    let mut text = String::new();
    let mut chars = format.char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        if chars.next_if(|(_, c)| *c == '%').is_some() {
            text.push('%');
            continue;
        }
        if !text.is_empty() {
            tokens.push(Token::Text(std::mem::take(&mut text)));
        }
        tokens.push(Token::Verb(verb(format, offset, &mut chars)?));
    }
    if !text.is_empty() {
        tokens.push(Token::Text(text));
    }
    Ok(tokens)
}

fn verb(
    format: &str,
    offset: usize,
    chars: &mut Peekable<CharIndices>,
) -> Result<Verb, FunctionError> {
    let mut verb = Verb {
        offset,
        ..Verb::default()
    };
    while let Some((_, flag)) = chars.next_if(|(_, c)| "#-+ 0".contains(*c)) {
        match flag {
            '#' => verb.alternate = true,
            '-' => verb.left = true,
            '+' => verb.plus = true,
            ' ' => verb.space = true,
            _ => verb.zeros = true,
        }
    }
    let wrong = || {
        error(format!(
            "invalid format string starting at offset {}",
            offset + 1
        ))
    };
    argument_number(chars, &mut verb).ok_or_else(wrong)?;
    verb.width = digits(chars)?.unwrap_or(0);
    if chars.next_if(|(_, c)| *c == '.').is_some() {
        verb.precision = Some(digits(chars)?.unwrap_or(0));
    }
    argument_number(chars, &mut verb).ok_or_else(wrong)?;
    let Some((at, mode)) = chars.next() else {
        return Err(wrong());
    };
    verb.mode = mode;
    verb.raw = format
        .get(offset..at + mode.len_utf8())
        .unwrap_or_default()
        .to_owned();
    if !"vtbdoxXeEfgGsq".contains(mode) {
        let raw = &verb.raw;
        return Err(error(format!(
            "unsupported format verb '{mode}' in \"{raw}\" at offset {offset}"
        )));
    }
    Ok(verb)
}

/// `[2]`; `None` where a bracket is not closed around a number from 1.
fn argument_number(chars: &mut Peekable<CharIndices>, verb: &mut Verb) -> Option<()> {
    if chars.next_if(|(_, c)| *c == '[').is_none() {
        return Some(());
    }
    let number = digits(chars).ok()??;
    chars.next_if(|(_, c)| *c == ']')?;
    verb.argument = Some(number.checked_sub(1)?);
    Some(())
}

fn digits(chars: &mut Peekable<CharIndices>) -> Result<Option<usize>, FunctionError> {
    let mut number = None;
    while let Some((_, c)) = chars.next_if(|(_, c)| c.is_ascii_digit()) {
        let digit = c.to_digit(10).unwrap_or(0) as usize;
        let next = number.unwrap_or(0usize) * 10 + digit;
        if next > LIMIT {
            return Err(error("a width or precision is too large"));
        }
        number = Some(next);
    }
    Ok(number)
}

/// The text of a format string for some arguments; unknown arguments are holes.
fn render(tokens: &[Token], args: &[Value]) -> Result<Text, FunctionError> {
    let mut next = 0;
    let mut highest = 0;
    let mut verbs = false;
    let mut out: Vec<Text> = Vec::new();
    for token in tokens {
        let verb = match token {
            Token::Text(text) => {
                out.push(Text::plain(text.as_str()));
                continue;
            }
            Token::Verb(verb) => verb,
        };
        verbs = true;
        let index = verb.argument.unwrap_or(next);
        next = index + 1;
        highest = highest.max(next);
        let Some(arg) = args.get(index) else {
            let (raw, at, have) = (&verb.raw, verb.offset, args.len());
            let need = index + 1;
            let message = format!(
                "not enough arguments for \"{raw}\" at {at}: need index {need} but have {have} total"
            );
            return Err(error(message));
        };
        let text = one(verb, arg);
        out.push(text.map_err(|e| {
            error(format!(
                "unsupported value for \"{}\" at {}: {e}",
                verb.raw, verb.offset
            ))
        })?);
    }
    if highest < args.len() {
        let message = match verbs {
            true => format!("too many arguments; only {highest} used by format string"),
            false => "too many arguments; no verbs in format string".to_owned(),
        };
        return Err(FunctionError::argument(highest + 1, message));
    }
    Ok(Text::of(out.iter().map(Piece::Text)))
}

fn one(verb: &Verb, arg: &Value) -> Result<Text, String> {
    match (&arg.kind, verb.mode) {
        (Kind::Null(_), _) => {
            let unknown = Unknown::because("a null argument is formatted").of(Type::String);
            Ok(Text::hole(Arc::new(unknown)))
        }
        (Kind::Unknown(u), _) => Ok(hole(verb, u)),
        (Kind::String(text), 's' | 'v')
            if verb.width == 0 && verb.precision.is_none() && !verb.alternate =>
        {
            Ok(text.clone())
        }
        (Kind::String(text), _) if text.known().is_none() => Ok(text
            .first_hole()
            .map_or_else(Text::default, |u| hole(verb, &Arc::new(u.clone())))),
        (Kind::Number(n), 'v') if !verb.alternate => Ok(Text::plain(padded(
            verb,
            n.general(verb.precision, limit(verb)),
        ))),
        (Kind::String(_) | Kind::Bool(_), 'v') if !verb.alternate => string(verb, arg),
        (_, 'v') => encoded(verb, arg),
        (_, 's' | 'q') => string(verb, arg),
        (_, 't') => match convert(arg, &Type::Bool).map(|v| v.as_bool()) {
            Ok(Some(b)) => Ok(Text::plain(b.to_string())),
            _ => Err("bool required".to_owned()),
        },
        _ => match convert(arg, &Type::Number).map(|v| v.kind) {
            Ok(Kind::Number(n)) => number(verb, &n).map(Text::plain),
            _ => Err("a number is required".to_owned()),
        },
    }
}

/// What is unknown stays what it is only where nothing is done to it.
fn hole(verb: &Verb, unknown: &Arc<Unknown>) -> Text {
    let untouched = verb.width == 0 && verb.precision.is_none() && matches!(verb.mode, 's' | 'v');
    if untouched && matches!(unknown.ty, Type::String) {
        return Text::hole(unknown.clone());
    }
    let unknown = Unknown {
        ty: Type::String,
        role: None,
        prefix: None,
        source: None,
        either: Vec::new(),
        ..(**unknown).clone()
    };
    Text::hole(Arc::new(unknown))
}

fn string(verb: &Verb, arg: &Value) -> Result<Text, String> {
    let value = convert(arg, &Type::String)?;
    let Some(text) = value.as_str() else {
        return Err("string required".to_owned());
    };
    let cut: String = match verb.precision {
        Some(n) if verb.mode != 'v' => text.graphemes(true).take(n).collect(),
        _ => text.to_owned(),
    };
    if verb.mode == 'q' {
        let quoted = json::encode(&Value::text(cut, arg.place.span));
        return Ok(Text::plain(padded(
            verb,
            quoted.known().unwrap_or_default().to_owned(),
        )));
    }
    Ok(Text::plain(padded(verb, cut)))
}

fn encoded(verb: &Verb, arg: &Value) -> Result<Text, String> {
    let text = json::encode(arg);
    Ok(match text.known() {
        Some(known) if verb.width > 0 => Text::plain(padded(verb, known.to_owned())),
        _ => text,
    })
}

fn number(verb: &Verb, n: &Number) -> Result<String, String> {
    let text = match verb.mode {
        'e' => n.scientific(verb.precision.unwrap_or(6)),
        'E' => n.scientific(verb.precision.unwrap_or(6)).to_uppercase(),
        'f' => n.fixed(verb.precision.unwrap_or(6)),
        'g' => n.general(verb.precision, limit(verb)),
        'G' => n.general(verb.precision, limit(verb)).to_uppercase(),
        _ if !n.is_whole() => return Err("an integer is required".to_owned()),
        'd' => n.to_string(),
        mode => based(mode, n, verb.alternate)?,
    };
    let signed = match text.starts_with('-') {
        false if verb.plus => format!("+{text}"),
        false if verb.space => format!(" {text}"),
        _ => text,
    };
    Ok(padded(verb, signed))
}

/// The exponent from which on `%g` writes it.
fn limit(verb: &Verb) -> i64 {
    verb.precision
        .map_or(6, |p| i64::try_from(p.max(1)).unwrap_or(6))
}

fn based(mode: char, n: &Number, alternate: bool) -> Result<String, String> {
    let Some(whole) = n.to_i64() else {
        return Err("the number is too large to be written in another base".to_owned());
    };
    let sign = if whole < 0 { "-" } else { "" };
    let digits = whole.unsigned_abs();
    let prefix = match (mode, alternate) {
        ('x', true) => "0x",
        ('X', true) => "0X",
        ('o', true) => "0",
        ('b', true) => "0b",
        _ => "",
    };
    Ok(match mode {
        'b' => format!("{sign}{prefix}{digits:b}"),
        'o' => format!("{sign}{prefix}{digits:o}"),
        'x' => format!("{sign}{prefix}{digits:x}"),
        _ => format!("{sign}{prefix}{digits:X}"),
    })
}

fn padded(verb: &Verb, text: String) -> String {
    let missing = verb.width.saturating_sub(text.graphemes(true).count());
    if missing == 0 {
        return text;
    }
    if verb.left {
        return format!("{text}{}", " ".repeat(missing));
    }
    if !verb.zeros {
        return format!("{}{text}", " ".repeat(missing));
    }
    let zeros = "0".repeat(missing);
    match text.strip_prefix(['-', '+', ' ']) {
        Some(digits) if !matches!(verb.mode, 's' | 'q') => {
            format!("{}{zeros}{digits}", text.get(..1).unwrap_or_default())
        }
        _ => format!("{zeros}{text}"),
    }
}

pub(super) fn format(call: &Call) -> Outcome {
    let tokens = parse(call.str(0)?).map_err(|e| FunctionError::argument(0, e.message))?;
    let args = call.args.get(1..).unwrap_or_default();
    Ok(call.value(Kind::String(render(&tokens, args)?)))
}

/// A format string once for each element of the lists among the arguments.
pub(super) fn formatlist(call: &Call) -> Outcome {
    let tokens = parse(call.str(0)?).map_err(|e| FunctionError::argument(0, e.message))?;
    let args = call.args.get(1..).unwrap_or_default();
    let mut count: Option<(usize, usize)> = None;
    for (i, arg) in args.iter().enumerate() {
        if let Some(unknown) = unclear(arg) {
            return Ok(call.unknown(&unknown, Type::List(Box::new(Type::String))));
        }
        let Kind::Sequence { items, .. } = &arg.kind else {
            continue;
        };
        match count {
            Some((first, n)) if n != items.len() => {
                let (this, len, first) = (i + 1, items.len(), first + 1);
                let message = format!(
                    "argument {this} has length {len}, which is inconsistent with argument {first} of length {n}"
                );
                return Err(FunctionError::argument(i + 1, message));
            }
            Some(_) => {}
            None => count = Some((i, items.len())),
        }
    }
    let mut items = Vec::new();
    for i in 0..count.map_or(1, |(_, n)| n) {
        let row: Vec<Value> = (args.iter())
            .map(|arg| match &arg.kind {
                Kind::Sequence { items, .. } => {
                    items.get(i).cloned().unwrap_or_else(|| arg.clone())
                }
                _ => arg.clone(),
            })
            .collect();
        let text = render(&tokens, &row).map_err(|e| FunctionError {
            message: format!("error on format iteration {i}: {}", e.message).into(),
            ..e
        })?;
        let source = args
            .iter()
            .find(|a| matches!(a.kind, Kind::Sequence { .. }));
        let origin = source.and_then(|a| a.items().get(i).map(|v| v.place.clone()));
        items.push(placed(call, text, origin));
    }
    Ok(call.list(Type::String, items))
}

/// An element stands where the list's element stands that it was made from.
fn placed(call: &Call, text: Text, origin: Option<crate::value::Place>) -> Value {
    let mut value = call.value(Kind::String(text));
    if let Some(origin) = origin {
        value.place = origin;
        value.place.key = None;
        value
            .place
            .push(crate::value::Via::Other("formatlist()".into()), call.span);
    }
    value
}

/// Why nobody can tell how long a list is, or whether it is one.
fn unclear(arg: &Value) -> Option<Unknown> {
    match &arg.kind {
        Kind::Null(_) => Some(Unknown::because("a null argument is formatted")),
        Kind::Unknown(u) if !matches!(u.ty, Type::String | Type::Number | Type::Bool) => {
            Some((**u).clone())
        }
        Kind::Sequence {
            shape: Sequence::Set(_),
            ..
        } => arg.first_unknown().cloned(),
        Kind::Sequence { more, .. } => more.as_deref().cloned(),
        _ => None,
    }
}
