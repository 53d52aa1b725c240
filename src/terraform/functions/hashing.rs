//! Hashes of texts and UUIDs made of them.

use super::{Call, FunctionError, Outcome};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use std::fmt::Write as _;

/// The hash in hexadecimal digits.
pub(super) fn hex<D: Digest>(data: &[u8]) -> String {
    let mut out = String::new();
    for byte in D::digest(data).iter() {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The hash in Base64.
pub(super) fn base64<D: Digest>(data: &[u8]) -> String {
    STANDARD.encode(D::digest(data))
}

pub(super) fn md5(call: &Call) -> Outcome {
    Ok(call.made(hex::<Md5>(call.str(0)?.as_bytes())))
}

pub(super) fn sha1(call: &Call) -> Outcome {
    Ok(call.made(hex::<Sha1>(call.str(0)?.as_bytes())))
}

pub(super) fn sha256(call: &Call) -> Outcome {
    Ok(call.made(hex::<Sha256>(call.str(0)?.as_bytes())))
}

pub(super) fn sha512(call: &Call) -> Outcome {
    Ok(call.made(hex::<Sha512>(call.str(0)?.as_bytes())))
}

pub(super) fn base64sha256(call: &Call) -> Outcome {
    Ok(call.made(base64::<Sha256>(call.str(0)?.as_bytes())))
}

pub(super) fn base64sha512(call: &Call) -> Outcome {
    Ok(call.made(base64::<Sha512>(call.str(0)?.as_bytes())))
}

/// The namespaces of RFC 9562 differ in their fourth byte only.
fn namespace(name: &str) -> Option<u128> {
    let well_known = |n: u128| Some(0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8 + (n << 96));
    match name {
        "dns" => return well_known(0),
        "url" => return well_known(1),
        "oid" => return well_known(2),
        "x500" => return well_known(4),
        _ => {}
    }
    let groups: Vec<usize> = name.split('-').map(str::len).collect();
    let digits: String = name.chars().filter(|c| *c != '-').collect();
    let shape = groups == [8, 4, 4, 4, 12];
    u128::from_str_radix(&digits, 16)
        .ok()
        .filter(|_| shape && digits.len() == 32)
}

pub(super) fn uuidv5(call: &Call) -> Outcome {
    let name = call.str(0)?;
    let Some(namespace) = namespace(name) else {
        return Err(FunctionError::new(format!(
            "uuidv5() doesn't support namespace {name}"
        )));
    };
    let hash = Sha1::new()
        .chain_update(namespace.to_be_bytes())
        .chain_update(call.str(1)?)
        .finalize();
    let bytes: [u8; 16] = (hash.get(..16).and_then(|b| b.try_into().ok())).unwrap_or_default();
    let bits = u128::from_be_bytes(bytes);
    let bits = (bits & !(0xf << 76)) | (5 << 76);
    let bits = (bits & !(0b11 << 62)) | (0b10 << 62);
    let digits = format!("{bits:032x}");
    let group = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let groups = [
        group(0, 8),
        group(8, 12),
        group(12, 16),
        group(16, 20),
        group(20, 32),
    ];
    Ok(call.made(groups.join("-")))
}
