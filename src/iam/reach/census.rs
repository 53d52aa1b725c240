//! Who can do something, and who can do it after a change but not before: every class of callers at once.

use super::callers::KEYS;
use super::ground::Ground;
use super::question::{self, Need, Question, names_organization};
use super::ready::Ready;
use super::solve::{Part, Search};
use super::spelled::Spelled;
use super::table::Crowd;
use super::{Answer, Holder, Party, Scene, Source, Trusted, Witness, networks, reasons};
use crate::iam::automaton::Exhausted;
use crate::iam::evaluate::passes;
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Fact, View};
use crate::iam::principal::{Caller, account_of};
use crate::iam::rule::Policy;
use crate::value::Reason;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What a census is taken of.
pub(super) struct Census<'a> {
    /// The scene; of a comparison with the policies of the base before those of the head.
    pub(super) scene: &'a Scene,
    pub(super) ready: &'a Ready,
    pub(super) trusted: &'a Trusted,
    pub(super) need: &'a Need,
    /// Principals that the policies name one by one.
    pub(super) exact: BTreeSet<String>,
    /// The policies that a yes is confirmed by, and those that must not let it pass.
    pub(super) head: &'a [Policy],
    pub(super) base: Option<&'a [Policy]>,
}

/// A class of callers that reaches something, and the rest of a request.
pub(super) enum Reach {
    /// By its position among callers.
    Class(Rc<Crowd>, usize, Rc<Part>),
    /// Spelled out.
    Whole(Part),
}

impl Reach {
    /// The caller's account, or the one that a service acts for.
    pub(super) fn account(&self) -> Option<&str> {
        match self {
            Reach::Class(crowd, class, _) => crowd.profile(*class)?.account,
            Reach::Whole(part) => {
                let own = part.caller.as_ref().and_then(Caller::account);
                own.or_else(|| fact(part, "aws:sourceaccount"))
            }
        }
    }

    /// The organisation of an identity.
    pub(super) fn organization(&self) -> Option<&str> {
        match self {
            Reach::Class(crowd, class, _) => {
                let profile = crowd.profile(*class)?;
                profile.organization.filter(|_| profile.service.is_none())
            }
            Reach::Whole(part) => fact(part, "aws:principalorgid"),
        }
    }

    /// The caller's part of the request.
    fn caller(&self) -> Option<&Part> {
        match self {
            Reach::Class(crowd, class, _) => crowd.spelled(*class).map(|(_, part)| part),
            Reach::Whole(part) => Some(part),
        }
    }

    /// What tells it from other classes of callers.
    fn key(&self) -> String {
        match self {
            Reach::Class(crowd, class, _) => crowd
                .spelled(*class)
                .map_or_else(String::new, |(key, _)| key.clone()),
            Reach::Whole(part) => caller_key(part),
        }
    }

    /// The whole request; the question says whether it is about the caller.
    pub(super) fn part(&self, ground: &Ground, question: &Question<'_>) -> Part {
        match self {
            Reach::Class(crowd, class, rest) => {
                let asked = crowd
                    .profile(*class)
                    .and_then(|p| question.asks(ground, &p));
                let part = match crowd.callers.classes.get(*class) {
                    Some(class) => crowd.callers.part(*class),
                    None => Part::default(),
                };
                Part { asked, ..part }.join(rest)
            }
            Reach::Whole(part) => part.clone(),
        }
    }
}

/// One class of callers that reaches something.
struct Entry {
    reach: Reach,
    must: bool,
    network: bool,
}

/// Everybody who reaches the goal.
pub(super) fn holders(census: &Census<'_>) -> Result<Vec<Holder>, Exhausted> {
    let entries = census.entries()?;
    let mut parties: BTreeMap<Party, Vec<&Entry>> = BTreeMap::new();
    for entry in &entries {
        let Some(part) = entry.reach.caller() else {
            continue;
        };
        let party = census.party(part);
        if let Some(party) = party.filter(|p| census.is_possible(p, part)) {
            parties.entry(party).or_default().push(entry);
        }
    }
    let mut out: Vec<Holder> = parties
        .into_iter()
        .map(|(party, entries)| census.holder(party, &entries))
        .collect();
    let anyone = out
        .iter()
        .any(|h| h.party == Party::Anyone && h.answer.is_yes() && !h.network);
    for holder in &mut out {
        let identity = !matches!(holder.party, Party::Anyone | Party::Service { .. });
        holder.covered = anyone && identity;
    }
    Ok(out)
}

impl Census<'_> {
    /// What each class of callers reaches: from anywhere, else from a network that the policies name.
    fn entries(&self) -> Result<Vec<Entry>, Exhausted> {
        let mut found: BTreeMap<String, Entry> = BTreeMap::new();
        let used = &self.ready.ground.used;
        let named = networks::KEYS.iter().any(|k| used.contains(*k));
        let ways: &[bool] = if named { &[false, true] } else { &[false] };
        for network in ways {
            let question = Question::Everyone(self.trusted, *network);
            for (reach, must) in self.pass(&question)? {
                let key = reach.key();
                if found.get(&key).is_none_or(|old| must && !old.must) {
                    let network = *network;
                    found.insert(
                        key,
                        Entry {
                            reach,
                            must,
                            network,
                        },
                    );
                }
            }
        }
        Ok(found.into_values().collect())
    }

    /// What each class of callers that a question is about reaches, and whether it is certain: by one search; with policy
    /// variables by two, with values for them and with variables that may be anything.
    pub(super) fn pass(&self, question: &Question<'_>) -> Result<Vec<(Reach, bool)>, Exhausted> {
        let ground = &self.ready.ground;
        let mut out = Vec::new();
        if !ground.tied.is_empty() {
            let spelled = Spelled::new(ground, view(false), question::copies(self.need));
            let dimensions = question::tied_dimensions(self.scene, ground, question, self.need);
            let concrete = dimensions.and_then(|d| spelled.each(d));
            let whole = |part| (Reach::Whole(part), true);
            out.extend(concrete.into_iter().flatten().map(whole));
        }
        let table = self
            .ready
            .table(self.scene, view(!ground.tied.is_empty()))?;
        let search = Search {
            scene: self.scene,
            ground,
            table: &table,
            question,
            need: self.need,
        };
        let found = search.each()?;
        for (class, at, must) in found.hits {
            if let Some(rest) = found.rest.get(&at) {
                let reach = Reach::Class(found.crowd.clone(), class, rest.clone());
                out.push((reach, must));
            }
        }
        Ok(out)
    }

    /// The request of a class of callers that reaches something.
    fn whole(&self, entry: &Entry) -> Part {
        let question = Question::Everyone(self.trusted, entry.network);
        entry.reach.part(&self.ready.ground, &question)
    }

    /// Whom a class of callers belongs to; `None`: nobody who could be named.
    fn party(&self, part: &Part) -> Option<Party> {
        let ground = &self.ready.ground;
        match part.caller.as_ref()? {
            Caller::Identity { account, .. } => {
                let arn = fact(part, "aws:principalarn")?;
                if let Some(named) = self.named(part, arn) {
                    return Some(Party::Principal(named));
                }
                if ground.names_account(account) {
                    return Some(Party::Account(account.clone()));
                }
                let organization = fact(part, "aws:principalorgid");
                let named = organization.filter(|o| names_organization(ground, o));
                Some(named.map_or(Party::Anyone, |o| Party::Organization(o.to_owned())))
            }
            Caller::Service(name) => Some(Party::Service {
                name: name.clone(),
                source: self.source(part),
            }),
            Caller::Anonymous => None,
        }
    }

    /// The ARN by which the policies name a caller: its own, or that of its role.
    fn named(&self, part: &Part, arn: &str) -> Option<String> {
        let own = part.caller.as_ref().map(Caller::words)?;
        let mut both = [own, arn].into_iter();
        both.find(|a| self.exact.contains(*a)).map(str::to_owned)
    }

    fn source(&self, part: &Part) -> Source {
        let account = fact(part, "aws:sourceaccount");
        let organization = fact(part, "aws:sourceorgid");
        match (account, organization) {
            (Some(account), _) if self.ready.ground.names_account(account) => {
                Source::Account(account.to_owned())
            }
            (_, Some(id)) if names_organization(&self.ready.ground, id) => {
                Source::Organization(id.to_owned())
            }
            (None, _) => match fact(part, "aws:sourcearn") {
                Some(arn) => Source::Resource(arn.to_owned()),
                None => Source::Anyone,
            },
            _ => Source::Anyone,
        }
    }

    fn holder(&self, party: Party, entries: &[&Entry]) -> Holder {
        let best = entries
            .iter()
            .find(|e| e.must && !e.network)
            .or_else(|| entries.iter().find(|e| e.must));
        let inside = self.inside(&party);
        let (answer, before) = match best {
            Some(entry) => self.certain(&party, entry, entries),
            None => (self.doubtful(entries), None),
        };
        Holder {
            inside,
            network: answer.is_yes() && best.is_some_and(|e| e.network),
            covered: false,
            answer,
            before,
            party,
        }
    }

    fn certain(
        &self,
        party: &Party,
        entry: &Entry,
        all: &[&Entry],
    ) -> (Answer, Option<(usize, usize)>) {
        let account = match party {
            Party::Account(account) => Some(account.as_str()),
            Party::Principal(arn) => account_of(arn),
            _ => None,
        };
        if let Some(account) = account
            && !self.whatever_it_is_in(account, all)
        {
            let account = self.ready.ground.said(account);
            let reason = format!(
                "in which organisation account {account} is, and where in it, is not known"
            );
            return (Answer::Unknown(vec![reason.into()]), None);
        }
        match self.confirm(&self.whole(entry)) {
            Some((witness, before)) => (Answer::Yes(Box::new(witness)), before),
            None => (
                Answer::Unknown(vec!["the request found could not be confirmed".into()]),
                None,
            ),
        }
    }

    /// Whether some principal of an account gets in wherever the account may be in organisations.
    fn whatever_it_is_in(&self, account: &str, entries: &[&Entry]) -> bool {
        let place = |p: &Part| fact_list(p, "aws:principalorgpaths");
        let reached: BTreeSet<Option<String>> = (entries.iter())
            .filter(|e| e.must)
            .filter_map(|e| e.reach.caller().map(place))
            .collect();
        let keys = ("aws:principalorgid", "aws:principalorgpaths");
        let more = self.trusted.organization.as_deref();
        let Ok(all) = super::organizations::memberships(&self.ready.ground, keys, more) else {
            return false;
        };
        let own = account == self.ready.ground.account;
        let mut possible = (all
            .iter()
            .map(|m| (Some(m.id.as_str()), Some(m.path.clone()))))
        .chain([(None, None)])
        .filter(|(id, _)| !own || *id == Some(self.ready.ground.organization.as_str()))
        .filter(|(id, _)| self.may_be_in(account, *id));
        possible.all(|(_, path)| reached.contains(&path))
    }

    /// Whether the account of a party may be where a class of callers has it.
    fn is_possible(&self, party: &Party, part: &Part) -> bool {
        let account = match party {
            Party::Account(account) => account,
            Party::Principal(arn) => account_of(arn).unwrap_or_default(),
            _ => return true,
        };
        let organization = fact(part, "aws:principalorgid");
        self.may_be_in(account, organization)
    }

    /// Whether an account may be in an organisation, or in none.
    fn may_be_in(&self, account: &str, id: Option<&str>) -> bool {
        let own = self.trusted.organization.as_deref();
        match (&self.trusted.accounts, own) {
            (Some(accounts), Some(own)) => accounts.contains(account) == (id == Some(own)),
            _ => true,
        }
    }

    /// Why it cannot be told of somebody.
    pub(super) fn reasons(&self, part: &Part) -> Vec<Reason> {
        let relaxed = !self.ready.ground.tied.is_empty();
        reasons::of(
            self.scene,
            &self.ready.ground,
            part,
            self.need,
            view(relaxed),
        )
    }

    fn doubtful(&self, entries: &[&Entry]) -> Answer {
        let reasons = entries.first().map(|e| self.reasons(&self.whole(e)));
        Answer::Unknown(reasons.unwrap_or_default())
    }

    /// The witness, and the statement of the base that denied it.
    pub(super) fn confirm(&self, part: &Part) -> Option<(Witness, Option<(usize, usize)>)> {
        let view = view(false);
        let requests = question::requests(&self.ready.ground, part, self.need, view);
        let passes = |policies: &[Policy], wanted: Tri| -> Vec<bool> {
            let each = requests.iter();
            each.map(|r| passes(policies, r) == wanted).collect()
        };
        let new = |base| passes(base, Tri::False).contains(&true);
        let confirmed = !passes(self.head, Tri::True).contains(&false) && self.base.is_none_or(new);
        debug_assert!(confirmed, "not confirmed: {requests:?}");
        let first = requests.first().filter(|_| confirmed)?;
        let blocked = |base: &[Policy]| requests.iter().find_map(|r| reasons::denies(base, r));
        let by = reasons::allows(self.head, first, |r| self.ready.ground.is_new(r))
            .or_else(|| reasons::allows(self.head, first, |_| true));
        let witness = question::witness(&self.ready.ground, self.head, first, by);
        Some((witness, self.base.and_then(blocked)))
    }

    /// Whether the owner trusts a party.
    fn inside(&self, party: &Party) -> Tri {
        let trust = |account: Option<&str>, organization: Option<&str>| {
            question::trust(&self.ready.ground, self.trusted, account, organization)
        };
        match party {
            Party::Anyone => Tri::False,
            Party::Organization(id) => trust(None, Some(id)),
            Party::Account(account) => trust(Some(account), None),
            Party::Principal(arn) => trust(account_of(arn), None),
            Party::Service { source, .. } => match source {
                Source::Anyone => Tri::False,
                Source::Account(account) => trust(Some(account), None),
                Source::Organization(id) => trust(None, Some(id)),
                Source::Resource(_) => Tri::Unknown,
            },
        }
    }
}

fn view(relax: bool) -> View {
    View {
        relax,
        unnamed: false,
        cautious: true,
        ..View::default()
    }
}

fn fact<'a>(part: &'a Part, key: &str) -> Option<&'a str> {
    part.facts.iter().find_map(|(k, f)| match f {
        Fact::One(value) if k == key => Some(value.as_str()),
        _ => None,
    })
}

fn fact_list(part: &Part, key: &str) -> Option<String> {
    part.facts.iter().find_map(|(k, f)| match f {
        Fact::Many(values) if k == key => values.first().cloned(),
        _ => None,
    })
}

/// What tells a class of callers from others.
pub(super) fn caller_key(part: &Part) -> String {
    let mut out = part.caller.as_ref().map_or("", |c| c.words()).to_owned();
    for (key, fact) in part
        .facts
        .iter()
        .filter(|(k, _)| KEYS.contains(&k.as_str()))
    {
        out.push_str(&format!(" {key}={fact:?}"));
    }
    out
}
