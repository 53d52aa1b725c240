//! Base64, character sets, URLs and CSV.

use super::charsets::{self, Charset};
use super::{Call, FunctionError, Outcome, csv};
use crate::terraform::convert::text as normalised;
use crate::value::{Type, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::sync::Arc;

pub(super) fn base64encode(call: &Call) -> Outcome {
    Ok(call.made(STANDARD.encode(call.str(0)?)))
}

/// The bytes of a Base64 text. Line breaks are skipped.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    STANDARD.decode(text).ok()
}

pub(super) fn base64decode(call: &Call) -> Outcome {
    let bytes =
        decoded(call.str(0)?).ok_or_else(|| FunctionError::new("failed to decode base64 data"))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        FunctionError::new("the result of decoding the provided string is not valid UTF-8")
    })?;
    Ok(call.made(text))
}

/// What is encrypted stays unknown; what is no cipher text or no key is told.
pub(super) fn rsadecrypt(call: &Call) -> Outcome {
    let cipher = "cipher text must be base64-encoded";
    decoded(call.str(0)?).ok_or_else(|| FunctionError::argument(0, cipher))?;
    if !call.str(1)?.contains("-----BEGIN ") {
        return Err(FunctionError::argument(1, "invalid private key"));
    }
    let unknown = crate::value::Unknown::because("what is encrypted is not decrypted here");
    Ok(call.unknown(&unknown, Type::String))
}

pub(super) fn base64gzip(call: &Call) -> Outcome {
    let unknown =
        crate::value::Unknown::because("the bytes of compressed data depend on the compressor");
    Ok(call.unknown(&unknown, Type::String))
}

fn charset(call: &Call) -> Result<Charset, FunctionError> {
    let name = call.str(1)?;
    charsets::find(name).ok_or_else(|| {
        FunctionError::argument(1, format!("{name:?} is not a supported IANA encoding name"))
    })
}

fn unsupported(call: &Call) -> Outcome {
    let unknown = crate::value::Unknown::because("this character encoding is not computed here");
    Ok(call.unknown(&unknown, Type::String))
}

pub(super) fn textencodebase64(call: &Call) -> Outcome {
    let charset = charset(call)?;
    let mut bytes = Vec::new();
    if matches!(charset, Charset::Utf16 { mark: true, .. }) {
        bytes.extend([0xfe, 0xff]);
    }
    for c in call.str(0)?.chars() {
        match charset {
            Charset::Utf8 => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Charset::Utf16 { big, .. } => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    bytes.extend(match big {
                        true => unit.to_be_bytes(),
                        false => unit.to_le_bytes(),
                    });
                }
            }
            Charset::Wide if c.is_ascii() => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Charset::Wide => return unsupported(call),
            Charset::Table(table) => {
                bytes.push(charsets::byte(table, c).ok_or_else(|| unfit(call))?);
            }
        }
    }
    Ok(call.made(STANDARD.encode(bytes)))
}

fn unfit(call: &Call) -> FunctionError {
    let name = call.str(1).unwrap_or_default();
    let message =
        format!("the given string contains characters that cannot be represented in {name}");
    FunctionError::argument(0, message)
}

pub(super) fn textdecodebase64(call: &Call) -> Outcome {
    let charset = charset(call)?;
    let bytes = decoded(call.str(0)?)
        .ok_or_else(|| FunctionError::argument(0, "the given value is not base64"))?;
    let text = match charset {
        Charset::Utf8 => String::from_utf8_lossy(&bytes).into_owned(),
        Charset::Utf16 { big, mark } => utf16(&bytes, big, mark),
        Charset::Table(table) => bytes
            .iter()
            .map(|b| charsets::character(table, *b))
            .collect(),
        Charset::Wide if bytes.is_ascii() => String::from_utf8_lossy(&bytes).into_owned(),
        Charset::Wide => return unsupported(call),
    };
    if text.contains('\u{fffd}') {
        let name = call.str(1)?;
        let message = format!("the given string contains symbols that are not defined for {name}");
        return Err(FunctionError::argument(0, message));
    }
    Ok(call.made(text))
}

/// A text in UTF-16; half a character is U+FFFD.
fn utf16(bytes: &[u8], big: bool, mark: bool) -> String {
    let (bytes, big) = match bytes {
        [0xff, 0xfe, rest @ ..] if mark => (rest, false),
        [0xfe, 0xff, rest @ ..] if mark => (rest, true),
        _ => (bytes, big),
    };
    let unit = |pair: &[u8]| match (<[u8; 2]>::try_from(pair), big) {
        (Ok(pair), true) => u16::from_be_bytes(pair),
        (Ok(pair), false) => u16::from_le_bytes(pair),
        (Err(_), _) => 0xfffd,
    };
    let units: Vec<u16> = bytes.chunks(2).map(unit).collect();
    String::from_utf16_lossy(&units)
}

/// What stands for itself in a form's value.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b' ');

pub(super) fn urlencode(call: &Call) -> Outcome {
    let text = utf8_percent_encode(call.str(0)?, FORM).to_string();
    Ok(call.made(text.replace(' ', "+")))
}

pub(super) fn csvdecode(call: &Call) -> Outcome {
    let mut records = csv::records(call.str(0)?)
        .map_err(|e| FunctionError::new(format!("CSV parse error: {e}")))?
        .into_iter();
    let Some(header) = records.next() else {
        return Err(FunctionError::new("missing header line"));
    };
    let mut names: Vec<Arc<str>> = Vec::new();
    for name in &header {
        let name = normalised(name);
        if names.contains(&name) {
            return Err(FunctionError::new(format!(
                "duplicate column name \"{name}\""
            )));
        }
        names.push(name);
    }
    let mut rows = Vec::new();
    for record in records {
        let fields = record.iter().map(|field| call.made(field));
        let entries = names.iter().cloned().zip(fields).collect();
        rows.push(Value::object(entries, call.span));
    }
    let of = Type::Object(names.into_iter().map(|n| (n, Type::String)).collect());
    Ok(call.list(of, rows))
}
