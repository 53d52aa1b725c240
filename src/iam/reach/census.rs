//! Who can do something, and who can do it after a change but not before: every class of callers at once.

use super::callers::KEYS;
use super::ground::Ground;
use super::question::{self, Need, Question, names_organization};
use super::solve::{Found, Part, Search};
use super::{Answer, Holder, Party, Scene, Source, Trusted, Witness, networks, reasons};
use crate::iam::automaton::Exhausted;
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Fact, View};
use crate::iam::principal::{Caller, account_of};
use crate::iam::rule::Policy;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a census is taken of.
pub(super) struct Census<'a> {
    /// The scene; of a comparison with the policies of the base before those of the head.
    pub(super) scene: &'a Scene,
    pub(super) ground: &'a Ground,
    pub(super) trusted: &'a Trusted,
    pub(super) need: &'a Need,
    /// Principals that the policies name one by one.
    pub(super) exact: BTreeSet<String>,
    /// The policies that a yes is confirmed by, and those that must not let it pass.
    pub(super) head: &'a [Policy],
    pub(super) base: Option<&'a [Policy]>,
}

/// One class of callers that reaches something.
struct Entry {
    part: Part,
    must: bool,
    network: bool,
}

/// Everybody who reaches the goal.
pub(super) fn holders(census: &Census<'_>) -> Result<Vec<Holder>, Exhausted> {
    let entries = census.entries()?;
    let mut parties: BTreeMap<Party, Vec<&Entry>> = BTreeMap::new();
    for entry in &entries {
        let party = census.party(&entry.part);
        if let Some(party) = party.filter(|p| census.is_possible(p, &entry.part)) {
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
        let named = networks::KEYS
            .iter()
            .any(|k| self.ground.used().contains(*k));
        let ways: &[bool] = if named { &[false, true] } else { &[false] };
        for network in ways {
            let question = Question::Everyone(self.trusted, *network);
            for answer in self.pass(&question)? {
                let (part, must) = match answer {
                    Found::Must(part) => (part, true),
                    Found::May(part) => (part, false),
                    Found::Nothing => continue,
                };
                let key = caller_key(&part);
                if found.get(&key).is_none_or(|old| must && !old.must) {
                    let network = *network;
                    found.insert(
                        key,
                        Entry {
                            part,
                            must,
                            network,
                        },
                    );
                }
            }
        }
        Ok(found.into_values().collect())
    }

    /// What each class of callers that a question is about reaches: by one search; with policy variables by two, with values for
    /// them and with variables that may be anything.
    pub(super) fn pass(&self, question: &Question<'_>) -> Result<Vec<Found>, Exhausted> {
        let tied = self.ground.variables();
        let mut out = Vec::new();
        if !tied.is_empty() {
            let concrete =
                question::tied_dimensions(self.scene, self.ground, question, self.need, &tied)
                    .and_then(|d| self.search(false).each(d));
            let must = |f: &Found| matches!(f, Found::Must(_));
            out.extend(concrete.into_iter().flatten().filter(must));
        }
        let dimensions = question::dimensions(self.scene, self.ground, question, self.need)?;
        out.extend(self.search(!tied.is_empty()).each(dimensions)?);
        Ok(out)
    }

    fn search(&self, relax: bool) -> Search<'_> {
        Search::new(self.ground, view(relax), question::copies(self.need))
    }

    /// Whom a class of callers belongs to; `None`: nobody who could be named.
    fn party(&self, part: &Part) -> Option<Party> {
        let ground = self.ground;
        match part.caller.as_ref()? {
            Caller::Identity { account, .. } => {
                let arn = fact(part, "aws:principalarn")?;
                if let Some(named) = self.named(part, &arn) {
                    return Some(Party::Principal(named));
                }
                if ground.names_account(account) {
                    return Some(Party::Account(account.clone()));
                }
                let organization = fact(part, "aws:principalorgid");
                let named = organization.filter(|o| names_organization(ground, o));
                Some(named.map_or(Party::Anyone, Party::Organization))
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
            (Some(account), _) if self.ground.names_account(&account) => Source::Account(account),
            (_, Some(id)) if names_organization(self.ground, &id) => Source::Organization(id),
            (None, _) => match fact(part, "aws:sourcearn") {
                Some(arn) => Source::Resource(arn),
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
            let reason = format!(
                "in which organisation account {account} is, and where in it, is not known"
            );
            return (Answer::Unknown(vec![reason.into()]), None);
        }
        match self.confirm(&entry.part) {
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
            .map(|e| place(&e.part))
            .collect();
        let keys = ("aws:principalorgid", "aws:principalorgpaths");
        let more = self.trusted.organization.as_deref();
        let Ok(all) = super::organizations::memberships(self.ground, keys, more) else {
            return false;
        };
        let own = account == self.ground.account;
        let mut possible = (all
            .iter()
            .map(|m| (Some(m.id.as_str()), Some(m.path.clone()))))
        .chain([(None, None)])
        .filter(|(id, _)| !own || *id == Some(self.ground.organization.as_str()))
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
        self.may_be_in(account, organization.as_deref())
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
    pub(super) fn reasons(&self, part: &Part) -> Vec<Arc<str>> {
        let relaxed = !self.ground.variables().is_empty();
        reasons::of(self.scene, self.ground, part, self.need, view(relaxed))
    }

    fn doubtful(&self, entries: &[&Entry]) -> Answer {
        let reasons = entries.first().map(|e| self.reasons(&e.part));
        Answer::Unknown(reasons.unwrap_or_default())
    }

    /// The witness, and the statement of the base that denied it.
    pub(super) fn confirm(&self, part: &Part) -> Option<(Witness, Option<(usize, usize)>)> {
        let view = view(false);
        let requests = question::requests(self.ground, part, self.need, view);
        let passes = |policies: &[Policy], wanted: Tri| -> Vec<bool> {
            let each = requests.iter();
            each.map(|r| question::passes(policies, r) == wanted)
                .collect()
        };
        let new = |base| passes(base, Tri::False).contains(&true);
        let confirmed = !passes(self.head, Tri::True).contains(&false) && self.base.is_none_or(new);
        debug_assert!(confirmed, "not confirmed: {requests:?}");
        let first = requests.first().filter(|_| confirmed)?;
        let blocked = |base: &[Policy]| requests.iter().find_map(|r| reasons::denies(base, r));
        let by = reasons::allows(self.head, first, |r| self.ground.is_new(r))
            .or_else(|| reasons::allows(self.head, first, |_| true));
        let witness = question::witness(self.ground, self.head, first, by);
        Some((witness, self.base.and_then(blocked)))
    }

    /// Whether the owner trusts a party.
    fn inside(&self, party: &Party) -> Tri {
        let trust = |account: Option<&str>, organization: Option<&str>| {
            question::trust(self.ground, self.trusted, account, organization)
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
    }
}

fn fact(part: &Part, key: &str) -> Option<String> {
    part.facts.iter().find_map(|(k, f)| match f {
        Fact::One(value) if k == key => Some(value.clone()),
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
fn caller_key(part: &Part) -> String {
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
