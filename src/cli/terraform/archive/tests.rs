#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use super::*;
use std::io::Write;

/// An archive of one deflated entry that says to be of this size.
fn archive(content: &[u8], size: usize) -> Vec<u8> {
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    deflate.write_all(content).unwrap();
    let packed = deflate.finish().unwrap();
    let mut out = Vec::new();
    let header = |signature: &[u8], central: bool| {
        let mut h = signature.to_vec();
        if central {
            h.extend(20_u16.to_le_bytes());
        }
        h.extend(20_u16.to_le_bytes());
        h.extend(0_u16.to_le_bytes());
        h.extend(8_u16.to_le_bytes());
        h.extend([0; 4]);
        h.extend(crc32fast::hash(content).to_le_bytes());
        h.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
        h.extend(u32::try_from(size).unwrap().to_le_bytes());
        h.extend(1_u16.to_le_bytes());
        h.extend(0_u16.to_le_bytes());
        h
    };
    out.extend(header(START, false));
    out.push(b'a');
    out.extend(&packed);
    let directory = out.len();
    out.extend(header(b"PK\x01\x02", true));
    out.extend([0; 14]);
    out.push(b'a');
    let length = out.len() - directory;
    out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend(u32::try_from(length).unwrap().to_le_bytes());
    out.extend(u32::try_from(directory).unwrap().to_le_bytes());
    out.extend([0; 2]);
    out
}

#[test]
fn entries_are_taken_out() {
    let bytes = archive(b"hello hello hello", 17);
    let archive = Archive::of(&bytes).unwrap();
    assert_eq!(archive.names().collect::<Vec<_>>(), ["a"]);
    assert_eq!(archive.take("a").unwrap(), b"hello hello hello");
    assert!(archive.take("b").is_none());
}

#[test]
fn what_is_larger_than_it_says_or_than_allowed_is_refused() {
    let bomb = vec![0; 1 << 20];
    let bytes = archive(&bomb, 10);
    assert!(Archive::of(&bytes).unwrap().take("a").is_none());
    let bytes = archive(b"x", 65 << 20);
    assert!(Archive::of(&bytes).unwrap().take("a").is_none());
    let bytes = archive(&bomb, 1 << 20);
    let archive = Archive::of(&bytes).unwrap();
    for _ in 0..256 {
        assert!(archive.take("a").is_some());
    }
    assert!(archive.take("a").is_none());
}

#[test]
fn broken_archives_do_no_harm() {
    let bytes = archive(b"hello hello hello", 17);
    for end in 0..bytes.len() {
        if let Some(archive) = Archive::of(&bytes[..end]) {
            archive.take("a");
        }
    }
    for at in 0..bytes.len() {
        for value in [0, 0x7f, 0xff] {
            let mut broken = bytes.clone();
            broken[at] = value;
            if let Some(archive) = Archive::of(&broken) {
                archive.take("a");
            }
        }
    }
}
