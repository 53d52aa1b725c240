//! Reads archives in the ZIP format, as far as terraform writes it (stored or deflated, no ZIP64), within bounds.
//! Source: PKWARE's APPNOTE, sections 4.3 and 4.4.

use std::collections::BTreeMap;
use std::io::Read;

/// No archive has more entries.
const MOST_ENTRIES: usize = 20_000;

/// No entry is larger.
const LARGEST: u64 = 64 << 20;

/// All that is taken out is no larger.
const LARGEST_SUM: u64 = 256 << 20;

/// What every archive begins with.
pub(super) const START: &[u8] = b"PK\x03\x04";

/// An archive in memory.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    entries: BTreeMap<String, Entry>,
    /// How much may still be taken out.
    left: std::cell::Cell<u64>,
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug)]
struct Entry {
    method: u16,
    checksum: u32,
    packed: usize,
    size: u64,
    header: usize,
}

impl<'a> Archive<'a> {
    /// Reads the list of entries; `None`: it is no such archive.
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        let window = bytes.len().saturating_sub(65_557);
        let tail = bytes.get(window..)?;
        let end = window + memchr::memmem::rfind(tail, b"PK\x05\x06")?;
        let count = usize::from(u16_at(bytes, end + 10)?);
        let mut at = usize::try_from(u32_at(bytes, end + 16)?).ok()?;
        if count > MOST_ENTRIES {
            return None;
        }
        let mut entries = BTreeMap::new();
        for _ in 0..count {
            if bytes.get(at..at + 4)? != b"PK\x01\x02" {
                return None;
            }
            let length = |offset| u16_at(bytes, at + offset).map(usize::from);
            let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
            let text = bytes.get(at + 46..at + 46 + name)?;
            let entry = Entry {
                method: u16_at(bytes, at + 10)?,
                checksum: u32_at(bytes, at + 16)?,
                packed: usize::try_from(u32_at(bytes, at + 20)?).ok()?,
                size: u64::from(u32_at(bytes, at + 24)?),
                header: usize::try_from(u32_at(bytes, at + 42)?).ok()?,
            };
            entries.insert(String::from_utf8(text.to_vec()).ok()?, entry);
            at += 46 + name + extra + comment;
        }
        Some(Archive {
            bytes,
            entries,
            left: std::cell::Cell::new(LARGEST_SUM),
        })
    }

    /// The names of its entries, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Takes an entry out; `None`: there is none, it is broken, or larger than it says or than is allowed.
    pub(super) fn take(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.get(name)?;
        if entry.size > LARGEST.min(self.left.get()) {
            return None;
        }
        self.left.set(self.left.get() - entry.size);
        let at = entry.header;
        if self.bytes.get(at..at + 4)? != START {
            return None;
        }
        let skip =
            usize::from(u16_at(self.bytes, at + 26)?) + usize::from(u16_at(self.bytes, at + 28)?);
        let start = at.checked_add(30)?.checked_add(skip)?;
        let packed = self.bytes.get(start..start.checked_add(entry.packed)?)?;
        let mut out = Vec::new();
        match entry.method {
            0 => out.extend_from_slice(packed),
            8 => {
                let inflate = flate2::read::DeflateDecoder::new(packed);
                inflate.take(entry.size + 1).read_to_end(&mut out).ok()?;
            }
            _ => return None,
        }
        let whole = out.len() as u64 == entry.size && crc32fast::hash(&out) == entry.checksum;
        whole.then_some(out)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests;
