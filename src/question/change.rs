//! What one state of policies lets in that another does not, action by action, put together per party and statement.

use super::estate::{Estate, Located, Repository};
use crate::iam::action::{self, PULL, PUSH, Service};
use crate::iam::kleene::Tri;
use crate::iam::reach::{self, Answer, Holder, Party, Scene, Witness};
use crate::value::Reason;

/// Access that is there in one state and not in the other.
#[derive(Clone, Debug)]
pub struct Change {
    /// Who.
    pub party: Party,
    /// Whether it belongs to the owner, or is one whom the owner trusts.
    pub inside: Tri,
    /// What: names of actions, sorted.
    pub actions: Vec<&'static str>,
    /// The statement that lets them in.
    pub statement: Option<Located>,
    /// The statement of the other state that denies it.
    pub denied_by: Option<Located>,
    /// A request that shows it; `None`: it cannot be told.
    pub witness: Option<Witness>,
    /// Why it cannot be told.
    pub because: Vec<Reason>,
    /// Only from a network that the policies name.
    pub network: bool,
    /// It cannot be told whether it is so; [`Change::witness`] may be missing for another reason, too: it is sensitive.
    pub doubtful: bool,
    /// Who it is comes from something sensitive: never printed.
    pub secret: bool,
}

impl Change {
    /// Whether it is sure, and about somebody who is surely outside.
    pub fn is_external(&self) -> bool {
        !self.doubtful && !self.inside.may()
    }

    /// Whether it may be about somebody outside.
    pub fn may_be_external(&self) -> bool {
        !self.inside.must()
    }
}

/// One side of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What it is of.
    pub estate: &'a Estate,
    /// The repository; `None`: it is not there.
    pub repository: Option<&'a Repository>,
    /// Its policies.
    pub scene: &'a Scene,
}

impl Side<'_> {
    fn statement(&self, (policy, index): (usize, usize)) -> Option<Located> {
        self.repository?.statement(self.estate, policy, index)
    }
}

/// What `head` lets in that `base` does not, in the order of the parties. `Err`: why nothing can be told.
pub fn of(base: Side<'_>, head: Side<'_>) -> Result<Vec<Change>, &'static str> {
    let trusted = match (head.repository, base.repository) {
        (Some(r), _) | (None, Some(r)) => &r.trusted,
        (None, None) => return Ok(Vec::new()),
    };
    let all = action::on_repository(head.scene.service);
    let change = reach::Change::new(base.scene, head.scene, trusted);
    if change.gained(&all, false)?.is_empty() {
        return Ok(Vec::new());
    }
    let mut out: Vec<Change> = Vec::new();
    for (action, holders) in change.gained_each(&all)? {
        for holder in holders {
            if !holder.covered {
                add(&mut out, action, holder, base, head);
            }
        }
    }
    for change in &mut out {
        change.actions.sort_unstable();
    }
    out.sort_by(|a, b| (&a.party, a.doubtful).cmp(&(&b.party, b.doubtful)));
    Ok(out)
}

fn add(
    out: &mut Vec<Change>,
    action: &'static str,
    holder: Holder,
    base: Side<'_>,
    head: Side<'_>,
) {
    let (witness, because) = match holder.answer {
        Answer::Yes(witness) => (Some(*witness), Vec::new()),
        Answer::Unknown(because) => (None, because),
        Answer::No => return,
    };
    let secret = [base.repository, head.repository]
        .into_iter()
        .flatten()
        .any(Repository::is_secret);
    let by = witness.as_ref().map(|w| (w.policy_index, w.statement));
    let change = Change {
        party: holder.party,
        inside: holder.inside,
        actions: vec![action],
        statement: by.and_then(|by| head.statement(by)),
        denied_by: holder.before.and_then(|by| base.statement(by)),
        doubtful: witness.is_none(),
        witness: witness.filter(|_| !secret),
        secret,
        because,
        network: holder.network,
    };
    let place = |l: &Option<Located>| l.as_ref().map(|l| (l.policy.clone(), l.statement));
    let same = |c: &&mut Change| {
        c.party == change.party
            && c.doubtful == change.doubtful
            && c.because == change.because
            && place(&c.statement) == place(&change.statement)
            && place(&c.denied_by) == place(&change.denied_by)
    };
    match out.iter_mut().find(same) {
        Some(known) => known.actions.extend(change.actions),
        None => out.push(change),
    }
}

/// The words for actions: those of the sorts of access that they cover, and the names of the others.
pub fn words(actions: &[&'static str]) -> Vec<String> {
    let has = |needed: &[&str]| needed.iter().all(|a| actions.contains(a));
    let service = match actions
        .first()
        .is_some_and(|a| a.starts_with("ecr-public:"))
    {
        true => Service::EcrPublic,
        false => Service::Ecr,
    };
    let mut out = Vec::new();
    let mut rest: Vec<&str> = actions.to_vec();
    for (word, needed) in [("pull", PULL), ("push", PUSH)] {
        let here = needed.iter().map(|a| action::in_service(a, service));
        let needed: Option<Vec<&str>> = here.collect();
        if needed.is_some_and(|n| has(&n)) {
            out.push(word.to_owned());
            rest.retain(|a| action::group(a) != word);
        }
    }
    for (group, word) in [
        ("create", "replicate"),
        ("administer", "administer"),
        ("read", "read"),
    ] {
        let mut all = action::on_repository(service);
        all.retain(|a| action::group(a) == group);
        if has(&all) {
            out.push(word.to_owned());
            rest.retain(|a| action::group(a) != group);
        }
    }
    out.extend(rest.into_iter().map(str::to_owned));
    out
}
