//! Where a request comes from: a public address, or a VPC endpoint (R10).

use super::ground::Ground;
use super::organizations::{Membership, memberships, one_of, some, spelled};
use super::question::names_organization;
use super::solve::{Dimension, Part};
use crate::iam::automaton::{Exhausted, Look, classes};
use crate::iam::condition::network;
use crate::iam::pattern::{Fact, Glob, Set, Tok};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

/// Keys that the network decides.
pub(super) const KEYS: &[&str] = &[
    "aws:sourceip",
    "aws:sourcevpce",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:vpcsourceip",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

/// Addresses that no request from the internet has.
const NEVER: &[&str] = &[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
];

static NETS: LazyLock<Vec<ipnet::IpNet>> =
    LazyLock::new(|| NEVER.iter().filter_map(|t| network(t)).collect());

/// Ways through endpoints at most.
const WAYS: usize = 5_000;

/// The dimension of networks.
pub(super) fn dimension(ground: &Ground) -> Result<Dimension, Exhausted> {
    let used = &ground.used;
    let mut parts = Vec::new();
    for address in addresses(ground, "aws:sourceip", true) {
        parts.push(part(vec![one("aws:sourceip", &address)]));
    }
    if KEYS.iter().any(|k| used.contains(*k)) {
        parts.extend(endpoints(ground, used)?.into_iter().map(part));
    }
    Ok(Dimension {
        keys: KEYS.iter().map(|k| (*k).to_owned()).collect(),
        parts,
    })
}

fn part(facts: Vec<(String, Fact)>) -> Part {
    Part {
        facts,
        ..Part::default()
    }
}

fn one(key: &str, value: &str) -> (String, Fact) {
    (key.to_owned(), Fact::One(value.to_owned()))
}

/// Whether the policies name a network.
pub(super) fn names(ground: &Ground, key: &str, fact: &Fact) -> bool {
    let Fact::One(value) = fact else {
        return false;
    };
    match key {
        "aws:sourceip" => {
            let address = value.parse::<IpAddr>();
            address.is_ok_and(|a| ground.names.networks.iter().any(|n| n.contains(&a)))
        }
        "aws:sourcevpce" | "aws:sourcevpc" | "aws:sourcevpcarn" => {
            // in lower case, as operators that do not regard case may name it otherwise
            ground.names.words.contains(&value.to_ascii_lowercase())
        }
        "aws:vpceaccount" => ground.names_account(value),
        "aws:vpceorgid" => names_organization(ground, value),
        _ => false,
    }
}

/// All ways through a VPC endpoint that the policies can tell apart.
fn endpoints(
    ground: &Ground,
    used: &BTreeSet<String>,
) -> Result<Vec<Vec<(String, Fact)>>, Exhausted> {
    let mut ways: Vec<Vec<(String, Fact)>> = vec![Vec::new()];
    let mut join = |key: &str, values: Vec<String>| {
        let joined = ways.iter().flat_map(|way| {
            values.iter().map(move |v| {
                let mut way = way.clone();
                way.push(one(key, v));
                way
            })
        });
        ways = joined.collect();
    };
    join(
        "aws:sourcevpce",
        ids(ground, "aws:sourcevpce", "vpce-", Set::Lower)?,
    );
    join(
        "aws:sourcevpc",
        ids(ground, "aws:sourcevpc", "vpc-", Set::Lower)?,
    );
    if used.contains("aws:sourcevpcarn") {
        let prefix = format!("arn:{}:ec2:", ground.partition);
        join(
            "aws:sourcevpcarn",
            ids(ground, "aws:sourcevpcarn", &prefix, Set::Any)?,
        );
    }
    if used.contains("aws:vpcsourceip") {
        join(
            "aws:vpcsourceip",
            addresses(ground, "aws:vpcsourceip", false),
        );
    }
    if used.contains("aws:vpceaccount") {
        join(
            "aws:vpceaccount",
            super::services::accounts(ground, "aws:vpceaccount")?,
        );
    }
    if ways.len() > WAYS {
        return Err(Exhausted);
    }
    if !used.contains("aws:vpceorgid") && !used.contains("aws:vpceorgpaths") {
        return Ok(ways);
    }
    let organizations = memberships(ground, ("aws:vpceorgid", "aws:vpceorgpaths"), None)?;
    let mut out = Vec::new();
    for way in &ways {
        out.push(way.clone());
        out.extend(organizations.iter().map(|o| with_owner(way, o)));
    }
    Ok(out)
}

fn with_owner(way: &[(String, Fact)], owner: &Membership) -> Vec<(String, Fact)> {
    let mut way = way.to_vec();
    way.push(one("aws:vpceorgid", &owner.id));
    way.push((
        "aws:vpceorgpaths".to_owned(),
        Fact::Many(vec![owner.path.clone()]),
    ));
    way
}

/// Ids of a sort: those that the policies name, and one of each class of others.
fn ids(ground: &Ground, key: &str, prefix: &str, set: Set) -> Result<Vec<String>, Exhausted> {
    let (literals, wild) = ground.patterns(key);
    let mut out = Vec::new();
    if wild.is_empty() {
        let ids = ["any", "other", "unnamed", "elsewhere"].map(|n| format!("{prefix}{n}"));
        out.extend(ids.into_iter().find(|i| !literals.contains(i)));
    } else {
        let mut shape = spelled(prefix);
        shape.extend(some(set));
        let toks: Vec<&[Tok]> = wild.iter().map(Glob::toks).collect();
        let avoid: String = literals.iter().map(String::as_str).collect();
        let look = Look {
            patterns: &toks,
            avoid: &avoid,
            named: &one_of(&literals),
            work: &ground.work,
        };
        out.extend(classes(&look, &shape)?);
    }
    // nothing has a wildcard in its id: where it is meant as one, it matches nothing
    out.extend(literals.into_iter().filter(|l| !l.contains(['*', '?'])));
    Ok(out)
}

/// One address for each set of networks that the policies can tell apart, of both families.
fn addresses(ground: &Ground, key: &str, public: bool) -> Vec<String> {
    let nets: Vec<ipnet::IpNet> = ground
        .patterns(key)
        .0
        .iter()
        .filter_map(|t| network(t))
        .collect();
    let never = &*NETS;
    let four = [
        IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8)),
        IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    ];
    let six = [
        IpAddr::V6(Ipv6Addr::new(0x2600, 0, 0, 0, 0, 0, 0, 1)),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    ];
    let mut out = Vec::new();
    for probes in [four, six] {
        let mut cuts: Vec<IpAddr> = probes.to_vec();
        for net in nets.iter().chain(never) {
            cuts.push(net.network());
            cuts.extend(after(net.broadcast()));
        }
        let mut seen = BTreeSet::new();
        for address in cuts
            .into_iter()
            .filter(|c| c.is_ipv4() == probes.iter().all(IpAddr::is_ipv4))
        {
            if public && never.iter().any(|n| n.contains(&address)) {
                continue;
            }
            let class: Vec<bool> = (nets.iter().chain(&ground.names.networks))
                .map(|n| n.contains(&address))
                .collect();
            if seen.insert(class) {
                out.push(address.to_string());
            }
        }
    }
    out
}

/// The address after another one.
fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(a) => u32::from(a).checked_add(1).map(|n| IpAddr::V4(n.into())),
        IpAddr::V6(a) => u128::from(a).checked_add(1).map(|n| IpAddr::V6(n.into())),
    }
}
