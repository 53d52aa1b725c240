//! Users, roles, root users and federated users of all accounts that the policies can tell apart (R3).

use super::callers::Whom;
use super::ground::{Ground, fresh_account};
use super::organizations::{some, spelled};
use crate::iam::automaton::{Exhausted, Look, classes};
use crate::iam::pattern::{Glob, Set, Tok};
use crate::iam::principal::{Caller, Sort, Who, account_of};
use crate::world::is_account;
use std::collections::BTreeSet;

/// An identity: what calls, and the ARN that `aws:PrincipalArn` holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) caller: String,
    pub(super) arn: String,
    account: String,
    pub(super) plain: bool,
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

/// All identities that a question looks at.
pub(super) fn identities(ground: &Ground, whom: &Whom) -> Result<Vec<Identity>, Exhausted> {
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
    let taken = |a: &str| accounts.contains(a) || Some(a) == only || ground.is_spoken_for(a);
    let named = |arn: &str| {
        if exact.contains(arn) {
            return Some(spelled(arn));
        }
        let account = account_of(arn).filter(|a| taken(a))?;
        let mut toks = spelled(&format!("arn:{}:", ground.partition));
        toks.push(Tok::Star(Set::NotColon));
        toks.extend(spelled(&format!("::{account}:")));
        toks.push(Tok::Star(Set::Any));
        Some(toks)
    };
    let look = Look {
        patterns: &toks,
        avoid: &avoid,
        named: &named,
        work: &ground.work,
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

/// The ARNs that `aws:PrincipalArn` has for the identities of an account: those of roles and users with and without a path, of the
/// root user and of federated users. Source: the User Guide's page on IAM identifiers.
fn shapes(partition: &str, digits: &[Tok]) -> [Vec<Tok>; 6] {
    let shape = |service: &str, tails: &[&[Tok]]| {
        let mut shape = spelled(&format!("arn:{partition}:{service}::"));
        shape.extend(digits.iter().cloned());
        shape.extend(tails.iter().flat_map(|t| t.iter().cloned()));
        shape
    };
    let (role, user) = (spelled(":role/"), spelled(":user/"));
    let (name, path) = (some(Set::Name), some(Set::Path));
    let slash = [Tok::One(Set::Char('/'))];
    [
        shape("iam", &[&role, &name]),
        shape("iam", &[&user, &name]),
        shape("iam", &[&spelled(":root")]),
        shape("iam", &[&role, &path, &slash, &name]),
        shape("iam", &[&user, &path, &slash, &name]),
        shape("sts", &[&spelled(":federated-user/"), &name]),
    ]
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
        let arns = [
            ("iam", "role/any"),
            ("iam", "user/any"),
            ("iam", "root"),
            ("sts", "federated-user/any"),
        ];
        let arn = |(service, r): &(&str, &str)| format!("arn:{partition}:{service}::{account}:{r}");
        return Ok(arns
            .iter()
            .filter_map(|r| identity(&arn(r), r.1 == "role/any"))
            .collect());
    }
    let shapes = shapes(partition, digits);
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
