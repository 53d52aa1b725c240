//! Who makes a request: users, roles and root users of all accounts that the policies can tell apart, and services (R3, R13).

use super::ground::Ground;
use super::identities::{Identity, OF_IDENTITY, identities};
use super::organizations::{Membership, memberships};
use super::question::{Profile, Question};
use super::services::{self, Source};
use super::solve::{Dimension, Part};
use crate::iam::automaton::Exhausted;
use crate::iam::pattern::Fact;

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

/// Which callers a question takes to tell apart: those that it is about, and what it names itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    whom: Whom,
    /// An organisation beside those of the policies.
    organization: Option<String>,
}

/// The callers that a question looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whom {
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
                Question::Stranger(_) => Whom::Of(ground.account.clone()),
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
