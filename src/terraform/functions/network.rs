//! Functions on IP networks in CIDR notation.

use super::{Call, FunctionError, Outcome};
use crate::value::Type;
use ipnet::IpNet;
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

fn wrong(message: impl Into<Cow<'static, str>>) -> FunctionError {
    FunctionError::new(message)
}

/// A network; numbers of IPv4 addresses may have leading zeros, which count as decimal.
fn prefix(call: &Call) -> Result<IpNet, FunctionError> {
    let text = call.str(0)?;
    let plain = |part: &str| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0".to_owned(),
        rest => rest.to_owned(),
    };
    let cleaned = match text.split_once('/') {
        Some((address, length)) if !address.contains(':') => {
            let numbers: Vec<String> = address.split('.').map(plain).collect();
            format!("{}/{length}", numbers.join("."))
        }
        _ => text.to_owned(),
    };
    (cleaned.parse()).map_err(|_| {
        wrong(format!(
            "invalid CIDR expression: invalid CIDR address: {text}"
        ))
    })
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(a) => u128::from(u32::from(a)),
        IpAddr::V6(a) => u128::from(a),
    }
}

fn address(like: &IpNet, bits: u128) -> IpAddr {
    match like {
        IpNet::V4(_) => IpAddr::V4(Ipv4Addr::from(u32::try_from(bits).unwrap_or(u32::MAX))),
        IpNet::V6(_) => IpAddr::V6(Ipv6Addr::from(bits)),
    }
}

/// `2^n`, or the greatest number where that does not fit.
fn power(n: u8) -> u128 {
    1u128.checked_shl(u32::from(n)).unwrap_or(u128::MAX)
}

/// A whole number of up to 127 bits.
fn wide(call: &Call, index: usize) -> Result<i128, FunctionError> {
    let number = call.number(index)?;
    let whole = number.is_whole() && number.is_finite();
    let digits = whole.then(|| number.to_string());
    (digits.and_then(|d| d.parse().ok()))
        .ok_or_else(|| FunctionError::argument(index, "a whole number is required"))
}

pub(super) fn cidrhost(call: &Call) -> Outcome {
    let net = prefix(call)?;
    let number = wide(call, 1)?;
    let length = net.prefix_len();
    let hosts = net.max_prefix_len() - length;
    let size = power(hosts);
    let distance = number.unsigned_abs();
    let fits = if number < 0 {
        distance <= size
    } else {
        distance < size || hosts == 128
    };
    if !fits {
        return Err(wrong(format!(
            "prefix of {length} does not accommodate a host numbered {number}"
        )));
    }
    let first = bits(net.network());
    let host = match number < 0 {
        true => bits(net.broadcast()).wrapping_sub(distance - 1),
        false => first.wrapping_add(distance),
    };
    Ok(call.made(address(&net, host).to_string()))
}

pub(super) fn cidrnetmask(call: &Call) -> Outcome {
    match prefix(call)? {
        IpNet::V4(net) => Ok(call.made(net.netmask().to_string())),
        IpNet::V6(_) => Err(wrong(format!(
            "IPv6 addresses cannot have a netmask: {}",
            call.str(0)?
        ))),
    }
}

/// The network that is so many bits longer, of that number.
fn subnet(net: &IpNet, new_bits: i64, number: u128) -> Result<String, FunctionError> {
    let length = net.prefix_len();
    let room = net.max_prefix_len() - length;
    let Some(new) = u8::try_from(new_bits).ok().filter(|n| *n <= room) else {
        return Err(wrong(format!(
            "insufficient address space to extend prefix of {length} by {new_bits}"
        )));
    };
    if new < 128 && number >= power(new) {
        return Err(wrong(format!(
            "prefix extension of {new_bits} does not accommodate a subnet numbered {number}"
        )));
    }
    let shift = u32::from(room - new);
    let start = bits(net.network()) | number.checked_shl(shift).unwrap_or(0);
    Ok(format!("{}/{}", address(net, start), length + new))
}

/// What Terraform makes of a negative number of bits, or of a negative number of a network: a network elsewhere.
fn odd(call: &Call, net: &IpNet, new_bits: i64, number: i128) -> Outcome {
    let length = i64::from(net.prefix_len()).checked_add(new_bits);
    let length = length.and_then(|l| u8::try_from(l).ok());
    let Some(length) = length.filter(|l| *l <= net.max_prefix_len()) else {
        let message = format!("the prefix cannot be extended by {new_bits} bits");
        return Err(wrong(message));
    };
    if (0..64).contains(&new_bits) && number.unsigned_abs() >> new_bits != 0 {
        return Err(wrong(format!(
            "prefix extension of {new_bits} does not accommodate a subnet numbered {number}"
        )));
    }
    let shift = u32::from(net.max_prefix_len() - length);
    let start = bits(net.network()).cast_signed() | number.checked_shl(shift).unwrap_or(0);
    let start = match number < 0 {
        true => start.wrapping_neg().cast_unsigned(),
        false => start.cast_unsigned(),
    };
    Ok(call.made(format!("{}/{length}", address(net, start))))
}

pub(super) fn cidrsubnet(call: &Call) -> Outcome {
    let net = prefix(call)?;
    let (new_bits, number) = (call.whole(1)?, wide(call, 2)?);
    match u128::try_from(number) {
        Ok(number) if new_bits >= 0 => Ok(call.made(subnet(&net, new_bits, number)?)),
        _ => odd(call, &net, new_bits, number),
    }
}

pub(super) fn cidrsubnets(call: &Call) -> Outcome {
    let net = prefix(call)?;
    let length = net.prefix_len();
    let room = net.max_prefix_len() - length;
    let mut next = 0u128; // in addresses, from the network's start
    let mut items = Vec::new();
    for i in 1..call.args.len() {
        let new_bits = call.whole(i)?;
        let Some(new) = u8::try_from(new_bits)
            .ok()
            .filter(|n| (1..=room).contains(n))
        else {
            let message = format!("would extend prefix to an invalid length by {new_bits} bits");
            return Err(FunctionError::argument(i, message));
        };
        let size = power(room - new);
        let start = next.div_ceil(size);
        if start >= power(new) {
            return Err(FunctionError::argument(
                i,
                format!(
                    "not enough remaining address space for a subnet with a prefix of {} bits",
                    length + new
                ),
            ));
        }
        items.push(call.made(subnet(&net, new_bits, start)?));
        next = start.saturating_add(1).saturating_mul(size);
    }
    Ok(call.list(Type::String, items))
}
