//! Services that make a request, and for whom: the account, organisation and ARN of the source (R13).

use super::ground::{Ground, fresh_account};
use super::organizations::{Membership, memberships, one_of, some, spelled};
use super::origins;
use super::solve::Part;
use crate::iam::automaton::{Exhausted, Look, classes};
use crate::iam::pattern::{Fact, Glob, Set, Tok};
use crate::iam::principal::{Caller, Sort, Who};
use crate::world::is_account;
use std::collections::BTreeSet;

const SUFFIX: &str = ".amazonaws.com";

/// For whom a service acts.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) account: Option<String>,
    pub(super) organization: Option<Membership>,
    pub(super) arn: Option<String>,
    /// The ARN tells no account.
    pub(super) hidden: bool,
}

/// Keys that the name of a service decides.
pub(super) const OF_NAME: &[&str] = &[
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:principalservicenameslist",
];

/// Keys that tell for whom a service acts.
pub(super) const OF_SOURCE: &[&str] = &[
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];

/// What a service's name says about the keys of [`OF_NAME`].
pub(super) fn of_name(name: &str) -> Vec<(String, Fact)> {
    let one = |key: &str, value: &str| (key.to_owned(), Fact::One(value.to_owned()));
    vec![
        one("aws:principalisawsservice", "true"),
        one("aws:principalservicename", name),
        (
            "aws:principalservicenameslist".to_owned(),
            Fact::Many(vec![name.to_owned()]),
        ),
    ]
}

/// What is disclosed of for whom a service acts: values of the keys of [`OF_SOURCE`].
pub(super) fn of_source(source: &Source) -> Vec<(String, Fact)> {
    let one = |key: &str, value: &str| (key.to_owned(), Fact::One(value.to_owned()));
    let account = source.account.iter().map(|a| one("aws:sourceaccount", a));
    let arn = source.arn.iter().map(|a| one("aws:sourcearn", a));
    let mut facts: Vec<_> = account.chain(arn).collect();
    if let Some(o) = &source.organization {
        facts.push(one("aws:sourceorgid", &o.id));
        facts.push((
            "aws:sourceorgpaths".to_owned(),
            Fact::Many(vec![o.path.clone()]),
        ));
    }
    facts
}

/// The caller's part of a request of a service.
pub(super) fn part(name: &str, source: &Source) -> Part {
    let mut facts = of_name(name);
    facts.extend(of_source(source));
    Part {
        caller: Some(Caller::Service(name.to_owned())),
        facts,
        ..Part::default()
    }
}

/// The names of services that the policies can tell apart.
pub(super) fn names(ground: &Ground) -> Result<Vec<String>, Exhausted> {
    let mut names = BTreeSet::new();
    let mut any = false;
    let mut wild: Vec<Glob> = Vec::new();
    let principals = (ground.policies.iter())
        .flat_map(|p| &p.rules)
        .filter_map(|r| r.principals.as_ref().map(|p| (r.deny, p)));
    for (deny, element) in principals {
        any |= element.negated && !deny;
        for who in &element.who {
            match who {
                Who::Service(name) => {
                    names.insert(name.clone());
                }
                Who::Everyone => any |= !deny,
                Who::Open {
                    glob,
                    sort: Sort::Service,
                    ..
                } => {
                    any = true;
                    wild.push(glob.clone());
                }
                Who::Open { everyone: true, .. } => any = true,
                _ => {}
            }
        }
    }
    for key in ["aws:principalservicename", "aws:principalservicenameslist"] {
        let (literals, globs) = ground.patterns(key);
        names.extend(literals.into_iter().filter(|l| l.contains('.')));
        wild.extend(globs);
    }
    let mut out: Vec<String> = Vec::new();
    if any && wild.is_empty() {
        let common = ["ecs-tasks", "lambda", "ec2", "codebuild", "sagemaker"];
        let known = common.iter().map(|s| format!("{s}{SUFFIX}"));
        out.extend(known.into_iter().find(|s| !names.contains(s)));
    } else if any {
        let mut shape = some(Set::Lower);
        shape.extend(spelled(SUFFIX));
        let toks: Vec<&[Tok]> = wild.iter().map(Glob::toks).collect();
        let look = Look {
            patterns: &toks,
            avoid: "",
            named: &one_of(&names),
            work: &ground.work,
        };
        out.extend(classes(&look, &shape)?);
    }
    out.extend(names);
    Ok(out)
}

/// For whom services act, as far as the policies can tell it apart; `more`: an organisation that a question names.
pub(super) fn sources(ground: &Ground, more: Option<&str>) -> Result<Vec<Source>, Exhausted> {
    let nobody = Source {
        account: None,
        organization: None,
        arn: None,
        hidden: false,
    };
    let used = &ground.used;
    let mut out = vec![nobody];
    if !used
        .iter()
        .any(|k| k.starts_with("aws:source") && super::callers::KEYS.contains(&k.as_str()))
    {
        return Ok(out);
    }
    let keys = ("aws:sourceorgid", "aws:sourceorgpaths");
    let organizations = memberships(ground, keys, more)?;
    let arns = used.contains("aws:sourcearn");
    for account in accounts(ground, "aws:sourceaccount")? {
        let arns = match arns {
            true => origins::arns(ground, Some(&account))?
                .into_iter()
                .map(Some)
                .collect(),
            false => vec![None],
        };
        for organization in organizations.iter().cloned().map(Some).chain([None]) {
            let elsewhere = organization
                .as_ref()
                .is_none_or(|o| o.id != ground.organization);
            if account == ground.account && elsewhere {
                continue;
            }
            for arn in &arns {
                out.push(Source {
                    account: Some(account.clone()),
                    organization: organization.clone(),
                    arn: arn.clone(),
                    hidden: false,
                });
            }
        }
    }
    for arn in if arns {
        origins::arns(ground, None)?
    } else {
        Vec::new()
    } {
        out.push(Source {
            account: None,
            organization: None,
            arn: Some(arn),
            hidden: true,
        });
    }
    Ok(out)
}

/// The accounts that a key can hold, one that nobody names first.
pub(super) fn accounts(ground: &Ground, key: &str) -> Result<Vec<String>, Exhausted> {
    let (literals, wild) = ground.patterns(key);
    let mut named: BTreeSet<String> = ground.names.accounts.clone();
    named.extend(literals.into_iter().filter(|a| is_account(a)));
    named.insert(ground.account.clone());
    let taken = |a: &str| named.contains(a) || ground.is_spoken_for(a);
    let mut out = vec![fresh_account(taken)];
    if !wild.is_empty() {
        let toks: Vec<&[Tok]> = wild.iter().map(Glob::toks).collect();
        let look = Look {
            patterns: &toks,
            avoid: "",
            named: &|found| taken(found).then(|| spelled(found)),
            work: &ground.work,
        };
        let found = classes(&look, &vec![Tok::One(Set::Digit); 12])?;
        out.extend(found.into_iter().filter(|a| !taken(a)));
    }
    out.extend(named);
    let mut seen = BTreeSet::new();
    out.retain(|a| seen.insert(a.clone()));
    Ok(out)
}
