//! Reads files, bounded.

use super::walk::Entry;
use crate::diagnostic::Diagnostic;
use crate::span::why;
use std::fs::File;
use std::io::Read;

/// No template is larger: CloudFormation takes 1 MB.
const LIMIT: u64 = 64 << 20;

/// No plan is larger; what is, is refused.
const PLAN_LIMIT: u64 = 512 << 20;

/// What became of reading a file.
pub(super) enum Content {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// It is larger than anything of interest.
    Large,
}

/// Reads a file that may be a template or a plan.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn read(entry: &Entry) -> Result<Content, Diagnostic> {
    let failed = |e: std::io::Error| {
        let message = format!("`{}` cannot be read: {}", entry.shown, why(&e));
        Diagnostic::error("unreadable", message)
    };
    let mut file = File::open(&entry.path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(LIMIT)).unwrap_or_default() + 1);
    (&mut file)
        .take(LIMIT)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 == LIMIT {
        let head = bytes.get(..4096).unwrap_or_default();
        if memchr::memmem::find(head, b"\"format_version\"").is_none() {
            return Ok(Content::Large);
        }
        (&mut file)
            .take(PLAN_LIMIT - LIMIT)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 == PLAN_LIMIT {
            return Ok(Content::Large);
        }
    }
    Ok(Content::Bytes(utf16(&bytes).unwrap_or(bytes)))
}

/// What PowerShell's `>` writes, as UTF-8.
fn utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mark, rest) = bytes.split_at_checked(2)?;
    let unit = match mark {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    let units = rest.chunks_exact(2);
    if !units.remainder().is_empty() {
        return None;
    }
    let units: Vec<u16> = units
        .filter_map(|c| <[u8; 2]>::try_from(c).ok().map(unit))
        .collect();
    String::from_utf16(&units).ok().map(String::into_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_read() {
        let little: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("{ä}".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(utf16(&little).unwrap(), "{ä}".as_bytes());
        assert_eq!(utf16(b"{}"), None);
        assert_eq!(utf16(&[0xff, 0xfe, 0x00]), None);
    }
}
