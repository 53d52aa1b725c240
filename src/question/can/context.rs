//! The context of a request: what is given, what follows from who asks for what, and what nobody has said.
//!
//! A key that policies ask about and that nobody has said a value for is unknown, not absent; where it hangs on whether the
//! request has the key at all, both are tried.

use super::super::estate::Estate;
use super::Asked;
use super::others::inside;
use super::principal::Principal;
use super::target::Target;
use crate::iam::condition::{Base, MULTIVALUED, can_be_present, spelling};
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Context, Fact, Glob};
use crate::iam::rule::Policy;
use crate::value::{Reason, SENSITIVE};
use std::collections::{BTreeMap, BTreeSet};

/// Stands for every organisation but the owner's, and for none.
const ELSEWHERE: &str = "o-elsewhere0";

/// Keys whose presence is tried both ways at most.
const TRIED: usize = 6;

/// Keys that only a request on behalf of a service has (R13).
const OF_SERVICES: &[&str] = &[
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:principalservicename",
    "aws:principalservicenameslist",
];

/// Where a request comes from: the internet or an endpoint, never both (R10).
const INTERNET: &[&str] = &["aws:sourceip"];
const ENDPOINT: &[&str] = &[
    "aws:sourcevpce",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:vpcsourceip",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

/// What is known of the context.
pub(super) struct Known {
    /// The contexts that the request may have, as far as they can be told apart.
    pub(super) contexts: Vec<Context>,
    /// The keys that are asked about and known, as AWS spells them.
    pub(super) shown: BTreeMap<String, String>,
    /// What nobody knows.
    pub(super) open: Vec<Reason>,
}

pub(super) fn of(
    estate: &Estate,
    asked: &Asked,
    (principal, target): (&Principal, &Target),
    policies: &[Policy],
    secret: bool,
) -> Known {
    // a key that is asked about is named only where no policy is sensitive
    let name = |key: &str| match secret {
        true => SENSITIVE.to_owned(),
        false => spelling(key),
    };
    let used = used(policies);
    let mut facts = follows(estate, principal, target, policies);
    let mut absent: BTreeSet<String> = absent(principal).into_iter().collect();
    for (key, values) in &asked.context {
        absent.extend(excluded(key, values).iter().map(|k| (*k).to_owned()));
        match values.as_slice() {
            [] => {
                facts.remove(key);
                absent.insert(key.clone());
            }
            [one] if !MULTIVALUED.contains(&key.as_str()) => {
                facts.insert(key.clone(), Fact::One(one.clone()));
            }
            several => {
                facts.insert(key.clone(), Fact::Many(several.to_vec()));
            }
        }
    }
    absent.retain(|k| asked.context.get(k).is_none_or(Vec::is_empty));
    let mut both = Vec::new();
    for key in &used {
        if facts.contains_key(key) || absent.contains(key) || can_be_present(key) == Tri::False {
            continue;
        }
        let name = name(key);
        let reason = format!("the value of {name} is not given: --context {name}=…");
        facts.insert(key.clone(), Fact::Unknown(reason.into()));
        if tests_presence(policies, key) {
            both.push(key.clone());
        }
    }
    let shown = (used.iter().chain(asked.context.keys()))
        .filter_map(|k| Some((spelling(k), told(facts.get(k)?)?)))
        .collect();
    let open = both.iter().map(|k| {
        let name = name(k);
        format!("whether the request has {name} is not given: --context {name}=… or {name}= for no")
            .into()
    });
    Known {
        open: open.collect(),
        contexts: contexts(facts, &both),
        shown,
    }
}

/// A value as an answer shows it.
fn told(fact: &Fact) -> Option<String> {
    match fact {
        Fact::One(value) if value == ELSEWHERE => None,
        Fact::One(value) => Some(value.clone()),
        Fact::Many(values) => Some(values.join(", ")),
        Fact::Unknown(_) => None,
    }
}

/// The contexts with and without the keys.
fn contexts(facts: BTreeMap<String, Fact>, both: &[String]) -> Vec<Context> {
    let mut out = vec![facts];
    for key in both.iter().take(TRIED) {
        let without = out.iter().map(|f| {
            let mut f = f.clone();
            f.remove(key);
            f
        });
        let without: Vec<_> = without.collect();
        out.extend(without);
    }
    let context = |facts| Context {
        facts,
        ..Context::default()
    };
    out.into_iter().map(context).collect()
}

/// The keys that the policies ask about.
fn used(policies: &[Policy]) -> BTreeSet<String> {
    let rules = policies.iter().flat_map(|p| &p.rules);
    let mut out = BTreeSet::new();
    for rule in rules {
        let resources = rule.resources.iter().flat_map(|e| &e.globs);
        let values = rule.clauses.iter().flat_map(|c| &c.values);
        let variables = resources.chain(values).flat_map(Glob::variables);
        out.extend(variables.map(|v| v.key.clone()));
        out.extend(rule.clauses.iter().map(|c| c.key.clone()));
    }
    out
}

fn tests_presence(policies: &[Policy], key: &str) -> bool {
    let mut clauses = policies
        .iter()
        .flat_map(|p| &p.rules)
        .flat_map(|r| &r.clauses);
    clauses.any(|c| {
        let null = |o: crate::iam::condition::Operator| o.base == Base::Null;
        c.key == key && c.operator.is_some_and(null)
    })
}

/// Keys that a request does not have, whoever gives the others.
fn absent(principal: &Principal) -> Vec<String> {
    const OF_IDENTITIES: &[&str] = &[
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:username",
        "aws:userid",
    ];
    let keys = match principal.account() {
        Some(_) => OF_SERVICES,
        None => OF_IDENTITIES,
    };
    let mut out: Vec<String> = keys.iter().map(|k| (*k).to_owned()).collect();
    if principal.sort != Some("User") {
        out.push("aws:username".to_owned());
    }
    out
}

/// What a request does not have where it has a value for a key.
fn excluded(key: &str, values: &[String]) -> &'static [&'static str] {
    match values {
        [] => &[],
        _ if INTERNET.contains(&key) => ENDPOINT,
        _ if ENDPOINT.contains(&key) => INTERNET,
        _ => &[],
    }
}

/// What follows from who asks for what.
fn follows(
    estate: &Estate,
    principal: &Principal,
    target: &Target,
    policies: &[Policy],
) -> BTreeMap<String, Fact> {
    let mut out = BTreeMap::new();
    let mut put = |key: &str, value: &str| {
        out.insert(key.to_owned(), Fact::One(value.to_owned()));
    };
    put("aws:securetransport", "true");
    put("aws:viaawsservice", "false");
    put("aws:resourceaccount", &target.account);
    if !target.region.is_empty() {
        put("aws:requestedregion", &target.region);
    }
    if let Some(id) = &target.organization {
        put("aws:resourceorgid", id);
    }
    let Some(account) = principal.account() else {
        put("aws:principalisawsservice", "true");
        put("aws:principalservicename", principal.caller.words());
        return out;
    };
    put("aws:principalisawsservice", "false");
    put("aws:principalaccount", account);
    put(
        "aws:principalarn",
        principal.arn.as_deref().unwrap_or_default(),
    );
    put("aws:principaltype", principal.sort.unwrap_or_default());
    if let Some(("user", name)) = &principal.name {
        put("aws:username", name);
    }
    let key = "aws:principalorgid";
    let id = target.organization.as_deref();
    match (inside(estate, target, account), id) {
        (Some(true), Some(id)) => put(key, id),
        (Some(false), Some(id)) if only_compared_with(policies, key, id) => {
            put(key, ELSEWHERE);
        }
        (Some(_), None) => {
            let reason = "organization.id is not set".into();
            out.insert(key.to_owned(), Fact::Unknown(reason));
        }
        (None, _) => {
            let reason = format!(
                "whether account {account} is in the organisation is not known: set organization.accounts, or --context aws:PrincipalOrgID=…"
            );
            out.insert(key.to_owned(), Fact::Unknown(reason.into()));
        }
        (Some(false), Some(_)) => {}
    }
    out
}

/// Whether all that the policies ask about a key is whether it is a certain text: then any other value stands for all others,
/// and for none.
fn only_compared_with(policies: &[Policy], key: &str, text: &str) -> bool {
    let mut clauses = (policies.iter().flat_map(|p| &p.rules))
        .flat_map(|r| &r.clauses)
        .filter(|c| c.key == key);
    clauses.all(|c| {
        let plain = c.operator.is_some_and(|o| {
            o.base != Base::Null && o.quantifier.is_none() && (o.negated || !o.if_exists)
        });
        plain && c.values.iter().all(|g| g.literal() == Some(text))
    })
}
