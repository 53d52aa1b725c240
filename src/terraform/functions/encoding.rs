//! Base64, character sets, URLs and CSV.

use super::{Call, FunctionError, Outcome};
use crate::terraform::convert::text as normalised;
use crate::value::{Type, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeMap;
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

pub(super) fn base64gzip(call: &Call) -> Outcome {
    let unknown =
        crate::value::Unknown::because("the bytes of compressed data depend on the compressor");
    Ok(call.unknown(&unknown, Type::String))
}

/// The character sets that both directions know.
#[derive(Clone, Copy)]
enum Charset {
    Utf8,
    Utf16 { big: bool },
    Latin1,
    Windows1252,
    Ascii,
}

fn charset(call: &Call) -> Result<Option<Charset>, FunctionError> {
    let name = call.str(1)?.to_ascii_lowercase();
    Ok(match name.as_str() {
        "utf-8" | "utf8" => Some(Charset::Utf8),
        "utf-16le" => Some(Charset::Utf16 { big: false }),
        "utf-16be" => Some(Charset::Utf16 { big: true }),
        "iso-8859-1" | "latin1" | "iso_8859-1" | "l1" => Some(Charset::Latin1),
        "windows-1252" | "cp1252" => Some(Charset::Windows1252),
        "us-ascii" | "ascii" => Some(Charset::Ascii),
        _ => None,
    })
}

/// The characters of Windows-1252 from 0x80 to 0x9F; the rest is Latin 1.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

fn unsupported(call: &Call) -> Outcome {
    let unknown = crate::value::Unknown::because("this character encoding is not computed here");
    Ok(call.unknown(&unknown, Type::String))
}

pub(super) fn textencodebase64(call: &Call) -> Outcome {
    let Some(charset) = charset(call)? else {
        return unsupported(call);
    };
    let mut bytes = Vec::new();
    for c in call.str(0)?.chars() {
        let code = u32::from(c);
        let single = match charset {
            Charset::Utf8 => {
                bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            Charset::Utf16 { big } => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    bytes.extend(if big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    });
                }
                continue;
            }
            Charset::Ascii => u8::try_from(code).ok().filter(u8::is_ascii),
            Charset::Latin1 => u8::try_from(code).ok(),
            Charset::Windows1252 => match WINDOWS_1252.chars().position(|w| w == c) {
                Some(at) => u8::try_from(at + 0x80).ok(),
                None => u8::try_from(code)
                    .ok()
                    .filter(|b| !(0x80..0xa0).contains(b)),
            },
        };
        let Some(byte) = single else {
            let message = format!(
                "the given string contains characters that cannot be represented in {}",
                call.str(1)?
            );
            return Err(FunctionError::argument(0, message));
        };
        bytes.push(byte);
    }
    Ok(call.made(STANDARD.encode(bytes)))
}

pub(super) fn textdecodebase64(call: &Call) -> Outcome {
    let Some(charset) = charset(call)? else {
        return unsupported(call);
    };
    let bytes = decoded(call.str(0)?)
        .ok_or_else(|| FunctionError::argument(0, "the given value is not base64"))?;
    let units = |from: fn([u8; 2]) -> u16| -> Vec<u16> {
        (bytes.chunks_exact(2))
            .filter_map(|p| <[u8; 2]>::try_from(p).ok().map(from))
            .collect()
    };
    let text = match charset {
        Charset::Utf8 | Charset::Ascii => String::from_utf8_lossy(&bytes).into_owned(),
        Charset::Utf16 { big: true } => String::from_utf16_lossy(&units(u16::from_be_bytes)),
        Charset::Utf16 { big: false } => String::from_utf16_lossy(&units(u16::from_le_bytes)),
        Charset::Latin1 => bytes.iter().map(|b| char::from(*b)).collect(),
        Charset::Windows1252 => (bytes.iter())
            .map(|b| match b {
                0x80..0xa0 => WINDOWS_1252
                    .chars()
                    .nth(usize::from(b - 0x80))
                    .unwrap_or(char::from(*b)),
                _ => char::from(*b),
            })
            .collect(),
    };
    Ok(call.made(text))
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
    let mut reader = csv::ReaderBuilder::new().from_reader(call.str(0)?.as_bytes());
    let wrong = |e: csv::Error| FunctionError::new(format!("CSV parse error: {e}"));
    let header = reader.headers().map_err(wrong)?.clone();
    if header.is_empty() {
        return Err(FunctionError::new("missing header line"));
    }
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
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let entries: BTreeMap<Arc<str>, Value> = names
            .iter()
            .cloned()
            .zip(record.iter().map(|field| call.made(field)))
            .collect();
        rows.push(Value::object(entries, call.span));
    }
    let of = Type::Object(names.into_iter().map(|n| (n, Type::String)).collect());
    Ok(call.list(of, rows))
}
