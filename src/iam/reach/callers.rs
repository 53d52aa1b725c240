//! Who makes a request: users, roles and root users of all accounts that the policies can tell apart, and services (R3, R13).

use super::ground::{Ground, fresh_account};
use super::organizations::{Membership, memberships, some, spelled};
use super::question::{Profile, Question};
use super::services;
use super::solve::{Dimension, Part};
use crate::iam::automaton::{Exhausted, Look, classes};
use crate::iam::pattern::{Fact, Glob, Set, Tok};
use crate::iam::principal::{Caller, Sort, Who, account_of};
use crate::world::is_account;
use std::collections::BTreeSet;

/// Keys that the caller decides.
pub(super) const KEYS: &[&str] = &[
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltype",
    "aws:username",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcearn",
];

/// An identity: what calls, and the ARN that `aws:PrincipalArn` holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    caller: String,
    arn: String,
    plain: bool,
}

/// The dimension of callers.
pub(super) fn dimension(ground: &Ground, question: &Question<'_>) -> Result<Dimension, Exhausted> {
    let keys = ("aws:principalorgid", "aws:principalorgpaths");
    let organizations = memberships(ground, keys, question.organization())?;
    let mut parts = Vec::new();
    for identity in identities(ground, question)? {
        let account = account_of(&identity.caller).unwrap_or_default();
        let own = account == ground.account;
        for organization in organizations.iter().map(Some).chain([None]) {
            let elsewhere = organization.is_none_or(|o| o.id != ground.organization);
            let deployer = account == ground.deployer && !own;
            let home = ground.binding.organization.as_deref();
            let astray = deployer && ground.home.1 && organization.map(|o| o.id.as_str()) != home;
            if (own && elsewhere) || astray {
                continue;
            }
            parts.push(part(ground, question, &identity, account, organization));
        }
    }
    parts.extend(services::parts(ground, question)?);
    Ok(Dimension {
        keys: KEYS.iter().map(|k| (*k).to_owned()).collect(),
        parts,
    })
}

fn part(
    ground: &Ground,
    question: &Question<'_>,
    identity: &Identity,
    account: &str,
    organization: Option<&Membership>,
) -> Part {
    let profile = Profile {
        service: None,
        account: Some(account),
        organization: organization.map(|o| o.id.as_str()),
        plain: identity.plain,
        hidden: false,
    };
    let asked = question.asks(ground, &profile);
    if let Some(nobody) = Part::unasked(ground, &asked) {
        return nobody;
    }
    let one = |key: &str, value: &str| (key.to_owned(), Fact::One(value.to_owned()));
    let mut facts = vec![
        one("aws:principalarn", &identity.arn),
        one("aws:principalaccount", account),
        one("aws:principalisawsservice", "false"),
        one("aws:principaltype", sort(&identity.caller)),
    ];
    if let Some((_, name)) = identity.arn.split_once(":user/") {
        facts.push(one("aws:username", name.rsplit('/').next().unwrap_or(name)));
    }
    if let Some(o) = organization {
        facts.push(one("aws:principalorgid", &o.id));
        facts.push((
            "aws:principalorgpaths".to_owned(),
            Fact::Many(vec![o.path.clone()]),
        ));
    }
    Part {
        caller: Some(Caller::parse(&identity.caller)),
        facts,
        asked,
        ..Part::default()
    }
}

/// The value of `aws:PrincipalType`.
fn sort(caller: &str) -> &'static str {
    if caller.contains(":assumed-role/") {
        "AssumedRole"
    } else if caller.contains(":user/") {
        "User"
    } else if caller.contains(":federated-user/") {
        "FederatedUser"
    } else {
        "Account"
    }
}

/// The identity of an ARN: a role is met as a session of it.
fn identity(arn: &str, plain: bool) -> Option<Identity> {
    let account = account_of(arn)?;
    let partition = arn.split(':').nth(1)?;
    let resource = arn.splitn(6, ':').nth(5)?;
    let (caller, arn) = match resource.split_once('/') {
        Some(("role", rest)) => {
            let name = rest.rsplit('/').next()?;
            let session = format!("arn:{partition}:sts::{account}:assumed-role/{name}/any-session");
            (session, arn.to_owned())
        }
        Some(("assumed-role", rest)) => {
            let role = rest.split_once('/').map_or(rest, |(r, _)| r);
            (
                arn.to_owned(),
                format!("arn:{partition}:iam::{account}:role/{role}"),
            )
        }
        _ => (arn.to_owned(), arn.to_owned()),
    };
    Some(Identity { caller, arn, plain })
}

/// The ARNs and patterns by which the policies tell identities apart.
fn told_apart(ground: &Ground) -> (BTreeSet<String>, Vec<Vec<Tok>>) {
    let (mut exact, globs) = ground.patterns("aws:principalarn");
    let mut wild: Vec<Vec<Tok>> = globs.iter().map(|g| g.toks().to_vec()).collect();
    let prefix = format!("arn:{}:iam::", ground.partition);
    let principals = (ground.policies.iter())
        .flat_map(|p| &p.rules)
        .flat_map(|r| r.principals.iter().flat_map(|p| &p.who));
    for who in principals {
        match who {
            Who::Identity(arn) => {
                exact.insert(arn.clone());
            }
            Who::Open {
                glob,
                sort: Sort::Aws,
                ..
            } => wild.push(glob.toks().to_vec()),
            _ => {}
        }
    }
    for glob in &ground.patterns("aws:principalaccount").1 {
        let mut toks = spelled(&prefix);
        toks.extend(glob.toks().iter().map(|t| inside(t, Set::NotColon)));
        toks.extend([Tok::One(Set::Char(':')), Tok::Star(Set::Any)]);
        wild.push(toks);
    }
    let (names, globs) = ground.patterns("aws:username");
    let literal = names.iter().map(|n| Glob::from_toks(spelled(n)));
    for glob in globs.into_iter().chain(literal) {
        let mut toks = spelled(&prefix);
        toks.extend([Tok::Star(Set::NotColon), Tok::One(Set::Char(':'))]);
        toks.extend(spelled("user/"));
        toks.extend(glob.toks().iter().cloned());
        wild.push(toks);
    }
    (exact, wild)
}

/// Users, roles and sessions that the policies name one by one.
pub(super) fn named(ground: &Ground) -> BTreeSet<String> {
    let (mut exact, _) = told_apart(ground);
    exact.retain(|arn| account_of(arn).is_some() && !arn.ends_with(":root"));
    exact
}

fn inside(tok: &Tok, set: Set) -> Tok {
    match tok {
        Tok::One(Set::Any) => Tok::One(set),
        Tok::Star(Set::Any) | Tok::Hole(_) | Tok::Variable(_) => Tok::Star(set),
        other => other.clone(),
    }
}

fn identities(ground: &Ground, question: &Question<'_>) -> Result<Vec<Identity>, Exhausted> {
    let (exact, wild) = told_apart(ground);
    let mut accounts: BTreeSet<String> = ground.names.accounts.clone();
    accounts.extend(question.account().map(str::to_owned));
    accounts.extend(
        exact
            .iter()
            .filter_map(|a| account_of(a))
            .map(str::to_owned),
    );
    accounts.insert(ground.deployer.clone());
    accounts.retain(|a| is_account(a) && *a != ground.account);
    let toks: Vec<&[Tok]> = wild.iter().map(Vec::as_slice).collect();
    let avoid: String = exact.iter().map(String::as_str).collect();
    let taken = |a: &str| accounts.contains(a) || a == ground.account;
    let named = |arn: &str| {
        if exact.contains(arn) {
            return Some(spelled(arn));
        }
        let account = account_of(arn).filter(|a| taken(a))?;
        let mut toks = spelled(&format!("arn:{}:iam::{account}:", ground.partition));
        toks.push(Tok::Star(Set::Any));
        Some(toks)
    };
    let look = Look {
        patterns: &toks,
        avoid: &avoid,
        named: &named,
    };
    let only = question.account();
    let mut out = match only {
        None => generic(ground, &look, &taken)?,
        Some(_) => Vec::new(),
    };
    if !matches!(question, Question::Public) {
        let asked = |a: &str| only.is_none_or(|o| o == a);
        out.extend(
            (exact.iter())
                .filter_map(|a| identity(a, false))
                .filter(|i| account_of(&i.caller).is_some_and(asked)),
        );
        for account in std::iter::once(&ground.account)
            .chain(&accounts)
            .filter(|a| asked(a))
        {
            out.extend(of_account(ground, &spelled(account), account, &look)?);
        }
    }
    let mut seen = BTreeSet::new();
    out.retain(|i| seen.insert(i.clone()));
    Ok(out)
}

/// Identities of accounts that nobody names.
fn generic(
    ground: &Ground,
    look: &Look<'_>,
    taken: &dyn Fn(&str) -> bool,
) -> Result<Vec<Identity>, Exhausted> {
    if look.patterns.is_empty() {
        let account = fresh_account(taken);
        return of_account(ground, &spelled(&account), &account, look);
    }
    let digits = vec![Tok::One(Set::Digit); 12];
    let mut out = of_account(ground, &digits, "", look)?;
    out.retain(|i| account_of(&i.caller).is_some_and(|a| !taken(a)));
    Ok(out)
}

/// The identities of an account; `account` is empty where its digits are free.
fn of_account(
    ground: &Ground,
    digits: &[Tok],
    account: &str,
    look: &Look<'_>,
) -> Result<Vec<Identity>, Exhausted> {
    let partition = &ground.partition;
    if look.patterns.is_empty() {
        let arns = ["role/any", "user/any", "root"];
        let arn = |r: &&str| format!("arn:{partition}:iam::{account}:{r}");
        return Ok(arns
            .iter()
            .filter_map(|r| identity(&arn(r), *r == "role/any"))
            .collect());
    }
    let mut head = spelled(&format!("arn:{partition}:iam::"));
    head.extend(digits.iter().cloned());
    let shape = |tails: &[&[Tok]]| {
        let mut shape = head.clone();
        shape.extend(tails.iter().flat_map(|t| t.iter().cloned()));
        shape
    };
    let (role, user, root) = (spelled(":role/"), spelled(":user/"), spelled(":root"));
    let (name, slash) = (some(Set::Name), [Tok::One(Set::Char('/'))]);
    let shapes = [
        shape(&[&role, &name]),
        shape(&[&user, &name]),
        shape(&[&root]),
        shape(&[&role, &name, &slash, &name]),
    ];
    let mut out = Vec::new();
    for (i, shape) in shapes.iter().enumerate() {
        let found = classes(look, shape)?;
        // the first and shortest role has a name that no pattern asks for
        let plain = |n: usize| i == 0 && n == 0;
        out.extend(
            found
                .iter()
                .enumerate()
                .filter_map(|(n, a)| identity(a, plain(n))),
        );
    }
    Ok(out)
}
