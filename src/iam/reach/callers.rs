//! Who makes a request: users, roles and root users of all accounts that the policies can tell apart, and services (R3, R13).

use super::ground::{Ground, fresh_account};
use super::organizations::{Membership, memberships, some, spelled};
use super::question::{Profile, Question};
use super::services::{self, Source};
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
pub(super) struct Identity {
    pub(super) caller: String,
    pub(super) arn: String,
    account: String,
    plain: bool,
}

impl Identity {
    /// As the one who makes a request.
    pub(super) fn caller(&self) -> Caller {
        Caller::Identity {
            arn: self.caller.clone(),
            account: self.account.clone(),
        }
    }

    /// Its account.
    pub(super) fn account(&self) -> &str {
        &self.account
    }

    /// The value of a key that it decides; `None`: it has none.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        match key {
            "aws:principalarn" => Some(&self.arn),
            "aws:principalaccount" => Some(self.account()),
            "aws:principalisawsservice" => Some("false"),
            "aws:principaltype" => Some(sort(&self.caller)),
            "aws:username" => {
                let (_, name) = self.arn.split_once(":user/")?;
                Some(name.rsplit('/').next().unwrap_or(name))
            }
            _ => None,
        }
    }
}

/// Keys that an identity decides by itself, in the order in which a request shows them.
pub(super) const OF_IDENTITY: &[&str] = &[
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalisawsservice",
    "aws:principaltype",
    "aws:username",
];

/// Which callers a question takes to tell apart: those that it is about, and what it names itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    whom: Whom,
    /// An organisation beside those of the policies.
    organization: Option<String>,
}

/// The callers that a question looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Whom {
    /// Identities of accounts that nobody names.
    Unnamed,
    /// Identities of one account.
    Of(String),
    /// All identities, and this service.
    AllAnd(String),
    /// All identities and services.
    All,
}

impl Asked {
    pub(super) fn of(ground: &Ground, question: &Question<'_>) -> Self {
        let own = [
            Some(ground.organization.as_str()),
            ground.binding.organization.as_deref(),
        ];
        let organization = question.organization().filter(|o| !own.contains(&Some(*o)));
        Asked {
            organization: organization.map(str::to_owned),
            whom: match question {
                Question::Public => Whom::Unnamed,
                Question::Account(a, _) | Question::AnyRole(a) => Whom::Of((*a).to_owned()),
                Question::Service(name) => Whom::AllAnd((*name).to_owned()),
                _ => Whom::All,
            },
        }
    }
}

/// One caller: an identity in an organisation or in none, or a service and for whom it acts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Class {
    /// By position in the identities and memberships.
    Identity(usize, Option<usize>),
    /// By position in the names and sources of services.
    Service(usize, usize),
}

/// All callers that the policies and a question can tell apart.
#[derive(Debug, Default)]
pub(super) struct Callers {
    pub(super) identities: Vec<Identity>,
    pub(super) memberships: Vec<Membership>,
    pub(super) services: Vec<String>,
    pub(super) sources: Vec<Source>,
    pub(super) classes: Vec<Class>,
}

impl Callers {
    /// Those of all questions that name the same things themselves.
    pub(super) fn new(ground: &Ground, asked: &Asked) -> Result<Self, Exhausted> {
        let keys = ("aws:principalorgid", "aws:principalorgpaths");
        let more = asked.organization.as_deref();
        let services = match &asked.whom {
            Whom::Unnamed | Whom::Of(_) => Vec::new(),
            Whom::AllAnd(name) => vec![name.clone()],
            Whom::All => services::names(ground)?,
        };
        let mut out = Callers {
            memberships: memberships(ground, keys, more)?,
            identities: identities(ground, &asked.whom)?,
            sources: match services.is_empty() {
                true => Vec::new(),
                false => services::sources(ground, more)?,
            },
            services,
            classes: Vec::new(),
        };
        for (i, identity) in out.identities.iter().enumerate() {
            let account = identity.account();
            let own = account == ground.account;
            for (m, member) in (out.memberships.iter().enumerate())
                .map(|(m, o)| (Some(m), Some(o)))
                .chain([(None, None)])
            {
                let elsewhere = member.is_none_or(|o| o.id != ground.organization);
                let deployer = account == ground.deployer && !own;
                let home = ground.binding.organization.as_deref();
                let astray = deployer && ground.home.1 && member.map(|o| o.id.as_str()) != home;
                if !(own && elsewhere || astray) {
                    out.classes.push(Class::Identity(i, m));
                }
            }
        }
        let sources = 0..out.sources.len();
        let served = (0..out.services.len())
            .flat_map(|n| sources.clone().map(move |s| Class::Service(n, s)));
        out.classes.extend(served);
        Ok(out)
    }

    /// What a question needs to know of a caller.
    pub(super) fn profile(&self, class: Class) -> Profile<'_> {
        match class {
            Class::Identity(i, m) => {
                let identity = self.identities.get(i);
                let member = m.and_then(|m| self.memberships.get(m));
                Profile {
                    service: None,
                    account: identity.map(Identity::account),
                    organization: member.map(|o| o.id.as_str()),
                    plain: identity.is_some_and(|i| i.plain),
                    hidden: false,
                }
            }
            Class::Service(n, s) => {
                let source = self.sources.get(s);
                Profile {
                    service: self.services.get(n).map(String::as_str),
                    account: source.and_then(|s| s.account.as_deref()),
                    organization: source
                        .and_then(|s| s.organization.as_ref())
                        .map(|o| o.id.as_str()),
                    plain: false,
                    hidden: source.is_some_and(|s| s.hidden),
                }
            }
        }
    }

    /// The caller's part of a request.
    pub(super) fn part(&self, class: Class) -> Part {
        match class {
            Class::Identity(i, m) => match self.identities.get(i) {
                Some(identity) => part(identity, m.and_then(|m| self.memberships.get(m))),
                None => Part::default(),
            },
            Class::Service(n, s) => match (self.services.get(n), self.sources.get(s)) {
                (Some(name), Some(source)) => services::part(name, source),
                _ => Part::default(),
            },
        }
    }
}

/// The dimension of callers, each spelled out.
pub(super) fn dimension(ground: &Ground, question: &Question<'_>) -> Result<Dimension, Exhausted> {
    let callers = Callers::new(ground, &Asked::of(ground, question))?;
    let part = |class: &Class| Part {
        asked: question.asks(ground, &callers.profile(*class)),
        ..callers.part(*class)
    };
    Ok(Dimension {
        parts: callers.classes.iter().map(part).collect(),
        keys: KEYS.iter().map(|k| (*k).to_owned()).collect(),
    })
}

fn part(identity: &Identity, organization: Option<&Membership>) -> Part {
    let one = |key: &str, value: &str| (key.to_owned(), Fact::One(value.to_owned()));
    let mut facts: Vec<(String, Fact)> = (OF_IDENTITY.iter())
        .filter_map(|key| Some(one(key, identity.value(key)?)))
        .collect();
    if let Some(o) = organization {
        facts.push(one("aws:principalorgid", &o.id));
        facts.push((
            "aws:principalorgpaths".to_owned(),
            Fact::Many(vec![o.path.clone()]),
        ));
    }
    Part {
        caller: Some(identity.caller()),
        facts,
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
    Some(Identity {
        caller,
        arn,
        account: account.to_owned(),
        plain,
    })
}

/// What the policies tell identities apart by.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// ARNs.
    exact: BTreeSet<String>,
    /// Patterns of ARNs.
    wild: Vec<Vec<Tok>>,
    /// The accounts of identities other than the owner's: those that the policies name, and the deploying one.
    pub(super) accounts: BTreeSet<String>,
}

impl Told {
    pub(super) fn new(ground: &Ground) -> Self {
        let (exact, wild) = told_apart(ground);
        let mut accounts = ground.names.accounts.clone();
        let of_exact = exact.iter().filter_map(|a| account_of(a));
        accounts.extend(of_exact.map(str::to_owned));
        accounts.insert(ground.deployer.clone());
        accounts.retain(|a| is_account(a) && *a != ground.account);
        Told {
            exact,
            wild,
            accounts,
        }
    }
}

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
    let exact = ground.told.exact.iter();
    exact
        .filter(|arn| account_of(arn).is_some() && !arn.ends_with(":root"))
        .cloned()
        .collect()
}

fn inside(tok: &Tok, set: Set) -> Tok {
    match tok {
        Tok::One(Set::Any) => Tok::One(set),
        Tok::Star(Set::Any) | Tok::Hole(_) | Tok::Variable(_) => Tok::Star(set),
        other => other.clone(),
    }
}

fn identities(ground: &Ground, whom: &Whom) -> Result<Vec<Identity>, Exhausted> {
    let Told {
        exact,
        wild,
        accounts,
    } = &ground.told;
    let only = match whom {
        Whom::Of(account) => Some(account.as_str()),
        _ => None,
    };
    let toks: Vec<&[Tok]> = wild.iter().map(Vec::as_slice).collect();
    let avoid: String = match toks.is_empty() {
        true => String::new(),
        false => exact.iter().map(String::as_str).collect(),
    };
    let taken = |a: &str| accounts.contains(a) || a == ground.account || Some(a) == only;
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
    let mut out = match only {
        None => generic(ground, &look, &taken)?,
        Some(_) => Vec::new(),
    };
    if *whom != Whom::Unnamed {
        let asked = |a: &str| only.is_none_or(|o| o == a);
        let own = exact.iter().filter(|a| account_of(a).is_some_and(asked));
        out.extend(own.filter_map(|a| identity(a, false)));
        let own = std::iter::once(ground.account.as_str());
        let others = accounts.iter().map(String::as_str);
        // one that nobody else names
        let asked_for =
            only.filter(|a| is_account(a) && *a != ground.account && !accounts.contains(*a));
        for account in own.chain(others).chain(asked_for).filter(|a| asked(a)) {
            out.extend(of_account(ground, &spelled(account), account, &look)?);
        }
    }
    let mut seen = BTreeSet::new();
    let kept: Vec<bool> = out.iter().map(|i| seen.insert(i)).collect();
    let mut kept = kept.into_iter();
    out.retain(|_| kept.next().unwrap_or(true));
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
    out.retain(|i| !taken(i.account()));
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
