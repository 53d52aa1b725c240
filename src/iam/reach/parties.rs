//! Who can do what, and what a change of policies changes about it.

use super::census::{self, Census, Reach};
use super::ground::Ground;
use super::mask::{self, Mask};
use super::pair::{self, Pair};
use super::question::{self, Need, Question, ask};
use super::ready::Ready;
use super::{Answer, Attached, Scene, Trusted, identities};
use crate::iam::action::{self, PULL, PUSH, Service};
use crate::iam::automaton::Exhausted;
use crate::iam::document::{
    Document, Effect, PolicyKind, PrincipalElement, Statement, Version, Word, Words,
};
use crate::iam::kleene::Tri;
use crate::iam::principal::Sort;
use crate::iam::rule::Scope;
use crate::value::{Reason, Role, Text, Unknown};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Who can do something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// Anyone: principals of an account and an organisation that no policy names.
    Anyone,
    /// Principals of any account of an organisation that the policies name or that owns the resource.
    Organization(String),
    /// Principals of an account that the policies name or that owns the resource, and whom they do not name one by one.
    Account(String),
    /// A user, role or role session that the policies name, by its ARN.
    Principal(String),
    /// An AWS service.
    Service {
        /// Its name.
        name: String,
        /// For whom it acts.
        source: Source,
    },
}

/// For whom a service acts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// For anyone, or for somebody whom it does not disclose.
    Anyone,
    /// For an organisation that the policies name or that owns the resource.
    Organization(String),
    /// For an account that the policies name or that owns the resource.
    Account(String),
    /// For a resource whose ARN tells no account.
    Resource(String),
}

/// Somebody who can do something.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Who.
    pub party: Party,
    /// Whether it belongs to the owner, or is one whom the owner trusts.
    pub inside: Tri,
    /// Yes with a request that shows it, or why it cannot be told; never no. The witness's `policy_index` is that of the scene (of
    /// a comparison: of the head).
    pub answer: Answer,
    /// Only from a network that the policies name.
    pub network: bool,
    /// Anyone can, so that nobody needs to be named.
    pub covered: bool,
    /// Of a comparison: the policy of the base and its statement that denied the request, where one did.
    pub before: Option<(usize, usize)>,
}

/// What somebody can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ability {
    /// Pull images: all actions that it takes.
    Pull,
    /// Push images: all actions that it takes.
    Push,
    /// Bring images or repositories in by replication, import or creation: one of the actions.
    Create,
    /// Change or delete the repository, its images or who may use it: one of the actions.
    Administer,
    /// Look at things without pulling them: one of the actions.
    Read,
}

impl Ability {
    /// Every ability.
    pub const ALL: &[Ability] = &[
        Ability::Pull,
        Ability::Push,
        Ability::Create,
        Ability::Administer,
        Ability::Read,
    ];

    /// The word for it, as [`action::group`] has it.
    pub fn word(self) -> &'static str {
        match self {
            Ability::Pull => "pull",
            Ability::Push => "push",
            Ability::Create => "create",
            Ability::Administer => "administer",
            Ability::Read => "read",
        }
    }

    /// Its actions, and whether it takes all of them.
    pub fn actions(self) -> (Vec<&'static str>, bool) {
        match self {
            Ability::Pull => (PULL.to_vec(), true),
            Ability::Push => (PUSH.to_vec(), true),
            _ => {
                let mut all = action::on_repository(Service::Ecr);
                all.retain(|a| action::group(a) == self.word());
                (all, false)
            }
        }
    }
}

/// Who can do one of the actions, or (`all`) all of them, sorted: those that the policies name one by one, accounts, organisations,
/// services, and anyone. What is asked is whether the policies of the scene let them in; an account has to allow it itself, too.
/// `Err`: why nothing can be told.
pub fn holders(
    scene: &Scene,
    trusted: &Trusted,
    actions: &[&'static str],
    all: bool,
) -> Result<Vec<Holder>, &'static str> {
    let ready = Ready::of(scene, None);
    let need = super::need(actions, all);
    let mut census = whole(scene, &ready, trusted, &need);
    census.exact = identities::named(&ready.ground);
    census::holders(&census).map_err(|Exhausted| super::INTRICATE)
}

/// Who can do some of the actions that something takes all of, by action; none where the policies say the same of all of them.
///
/// # Errors
/// Why nothing can be told.
pub fn parts(
    scene: &Scene,
    trusted: &Trusted,
    actions: &[&'static str],
) -> Result<Vec<(&'static str, Vec<Holder>)>, &'static str> {
    let ready = Ready::of(scene, None);
    let rules = ready.ground.rules();
    let says = |action: &str| mask::of_rules(rules.iter().map(|(_, r)| r.action(action)));
    let first = actions.first().map(|a| says(a));
    if actions.iter().all(|a| Some(says(a)) == first) {
        return Ok(Vec::new());
    }
    let mut known: BTreeMap<Mask, Vec<Holder>> = BTreeMap::new();
    let mut out = Vec::new();
    for action in actions {
        let says = says(action);
        let found = match known.get(&says) {
            Some(found) => found.iter().map(|h| h.doing(action)).collect(),
            None => holders(scene, trusted, &[*action], false)?,
        };
        known.entry(says).or_insert_with(|| found.clone());
        out.push((*action, found));
    }
    Ok(out)
}

/// A comparison of two states of policies: who can do something by those of the head, and could not by those of the base. What else is
/// known of the scene is taken from the head. A change of a registry policy's scope is a comparison of one policy with itself.
pub struct Change<'a> {
    /// The policies of the base before those of the head.
    both: Scene,
    trusted: &'a Trusted,
    ready: Ready,
    pair: Pair,
    exact: BTreeSet<String>,
}

impl<'a> Change<'a> {
    /// The comparison of two scenes.
    pub fn new(base: &Scene, head: &Scene, trusted: &'a Trusted) -> Self {
        let mut both = head.clone();
        both.policies = base
            .policies
            .iter()
            .chain(&head.policies)
            .cloned()
            .collect();
        let mut ground = Ground::new(&both, None);
        let pair = pair::compare(&mut ground, base.policies.len());
        Change {
            exact: identities::named(&ground),
            ready: Ready::new(ground),
            both,
            trusted,
            pair,
        }
    }

    /// Who can do one of the actions, or (`all`) all of them, and could not.
    ///
    /// # Errors
    /// Why nothing can be told.
    pub fn gained(&self, actions: &[&'static str], all: bool) -> Result<Vec<Holder>, &'static str> {
        let census = Census {
            scene: &self.both,
            exact: self.exact.clone(),
            ready: &self.ready,
            trusted: self.trusted,
            need: &super::need(actions, all),
            head: &self.pair.head,
            base: Some(&self.pair.base),
        };
        census::holders(&census).map_err(|Exhausted| super::INTRICATE)
    }

    /// As [`Change::gained`], for each of some actions.
    ///
    /// # Errors
    /// Why nothing can be told.
    pub fn gained_each(
        &self,
        actions: &[&'static str],
    ) -> Result<Vec<(&'static str, Vec<Holder>)>, &'static str> {
        let rules = self.ready.ground.rules();
        let mut known: BTreeMap<Mask, Vec<Holder>> = BTreeMap::new();
        let mut out = Vec::new();
        for action in actions {
            // of an action of which all rules say the same, the same holds
            let says = mask::of_rules(rules.iter().map(|(_, r)| r.action(action)));
            let holders = match known.get(&says) {
                Some(holders) => holders.iter().map(|h| h.doing(action)).collect(),
                None => self.gained(&[*action], false)?,
            };
            known.entry(says).or_insert_with(|| holders.clone());
            out.push((*action, holders));
        }
        Ok(out)
    }
}

impl Holder {
    /// The same of another action.
    fn doing(&self, action: &str) -> Self {
        let mut out = self.clone();
        if let Answer::Yes(witness) = &mut out.answer {
            witness.action = action.to_owned();
        }
        out
    }
}

/// Who can do one of the actions (`all`: all of them) by the policies of `head`, and could not by those of `base`.
///
/// # Errors
/// Why nothing can be told.
pub fn gained(
    base: &Scene,
    head: &Scene,
    trusted: &Trusted,
    actions: &[&'static str],
    all: bool,
) -> Result<Vec<Holder>, &'static str> {
    Change::new(base, head, trusted).gained(actions, all)
}

/// Every account outside that can do one of the actions. `*` where somebody gets in whom no policy names by the account, or where it
/// cannot be told who else does.
pub fn outsiders(scene: &Scene, trusted: &Trusted, actions: &[&'static str]) -> Vec<String> {
    let ready = Ready::of(scene, None);
    let need = super::need(actions, false);
    let census = whole(scene, &ready, trusted, &need);
    let Ok(found) = census.pass(&Question::Outside(trusted)) else {
        return vec!["*".to_owned()];
    };
    let mut out = BTreeSet::new();
    let (mut sure, mut doubtful) = (BTreeSet::new(), BTreeSet::new());
    for (reach, must) in &found {
        let account = reach.account();
        if *must {
            let named = account.filter(|a| ready.ground.names_account(a));
            sure.insert(named.unwrap_or("*"));
        } else {
            doubtful.insert(account.unwrap_or_default());
        }
    }
    // somebody of whom it cannot be told, and who does not get in anyway
    if doubtful.iter().any(|a| !sure.contains(a)) {
        out.insert("*");
    }
    out.extend(sure);
    out.into_iter().map(str::to_owned).collect()
}

/// Which accounts other than the owner's can do one of the actions, or (`all`) all of them: those that the policies name, and
/// `*` where an account that nobody names can. Accounts that cannot are left out.
pub fn accounts_with(
    scene: &Scene,
    trusted: &Trusted,
    actions: &[&'static str],
    all: bool,
) -> Vec<(String, Answer)> {
    let need = super::need(actions, all);
    let ready = Ready::of(scene, None);
    let ground = &ready.ground;
    let census = whole(scene, &ready, trusted, &need);
    let mut out = Vec::new();
    let found = match census.pass(&Question::Others) {
        Ok(found) if found.is_empty() => return out,
        Ok(found) => found,
        Err(Exhausted) => {
            return vec![(
                "*".to_owned(),
                Answer::Unknown(vec![super::INTRICATE.into()]),
            )];
        }
    };
    let anyone = ask(scene, &Question::Public, &need);
    if !anyone.is_no() {
        out.push(("*".to_owned(), anyone));
    }
    let mut named: BTreeMap<String, Vec<(bool, &Reach)>> = BTreeMap::new();
    for (reach, must) in &found {
        let account = reach.account();
        if let Some(account) = account.filter(|a| ground.names.accounts.contains(*a)) {
            let must = *must && question::is_member(ground, trusted, account, reach);
            named
                .entry(account.to_owned())
                .or_default()
                .push((must, reach));
        }
    }
    for (account, reaches) in named {
        let sure = reaches.iter().find(|(must, _)| *must);
        let whole = |reach: &Reach| reach.part(ground, &Question::Others);
        let answer = match sure.and_then(|(_, reach)| census.confirm(&whole(reach))) {
            Some((witness, _)) => Answer::Yes(Box::new(witness)),
            None => {
                let shown = ground.said(&account);
                let mut reasons = vec![Reason::from(format!(
                    "whether account {shown} is in the organisation is not known"
                ))];
                let first = reaches
                    .first()
                    .filter(|(_, r)| !question::in_named(ground, r));
                if let Some((_, reach)) = first {
                    reasons = census.reasons(&whole(reach));
                }
                Answer::Unknown(reasons)
            }
        };
        out.push((account, answer));
    }
    out
}

fn whole<'a>(
    scene: &'a Scene,
    ready: &'a Ready,
    trusted: &'a Trusted,
    need: &'a Need,
) -> Census<'a> {
    Census {
        scene,
        exact: BTreeSet::new(),
        ready,
        trusted,
        need,
        head: &ready.ground.policies,
        base: None,
    }
}

/// The scene with a policy that lets the owner's own principals do everything, as their identity policies may: what takes something
/// from them is then seen as a loss.
pub fn with_own_identities(scene: &Scene) -> Scene {
    let mut out = scene.clone();
    let Some(place) = (scene.policies.first()).map(|p| p.document.place.clone()) else {
        return out;
    };
    let word = |text: Text| Word {
        text,
        place: place.clone(),
    };
    let owner = Unknown::because("the account is not known").role(Role::Account);
    let statement = Statement {
        index: 0,
        sid: None,
        effect: Effect::Allow,
        principals: Some(PrincipalElement {
            negated: false,
            words: vec![(Sort::Aws, word(Text::hole(Arc::new(owner))))],
            place: place.clone(),
        }),
        actions: Some(Words {
            negated: false,
            words: vec![word(Text::plain("*"))],
            place: place.clone(),
        }),
        resources: None,
        conditions: Vec::new(),
        place: place.clone(),
        unknown: None,
        rest: None,
    };
    out.policies.push(Attached {
        name: "identity policies of the account".into(),
        document: Arc::new(Document {
            kind: PolicyKind::Repository,
            version: Version::V2012,
            statements: vec![statement],
            place,
            unknown: Vec::new(),
            sensitive: false,
        }),
        scope: Scope::V2,
    });
    out
}
