//! Who can do what, and what a change of policies changes about it.

use super::census::{self, Census};
use super::ground::Ground;
use super::question::{self, Need, Question, ask};
use super::solve::{Found, Part};
use super::{Answer, Attached, Scene, Trusted, callers, pair};
use crate::iam::action::{self, PULL, PUSH, Service};
use crate::iam::automaton::Exhausted;
use crate::iam::document::{
    Document, Effect, PolicyKind, PrincipalElement, Statement, Version, Word, Words,
};
use crate::iam::kleene::Tri;
use crate::iam::pattern::Fact;
use crate::iam::principal::{Caller, Sort};
use crate::iam::rule::Scope;
use crate::value::{Role, Text, Unknown};
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
    let ground = Ground::new(scene, false);
    let census = Census {
        scene,
        exact: callers::named(&ground),
        ground: &ground,
        trusted,
        need: &super::need(actions, all),
        head: &ground.policies,
        base: None,
    };
    census::holders(&census).map_err(|Exhausted| super::INTRICATE)
}

/// Who can do one of the actions (`all`: all of them) by the policies of `head`, and could not by those of `base`. What else is known
/// of the scene is taken from `head`. A change of a registry policy's scope is a comparison of one policy with itself.
pub fn gained(
    base: &Scene,
    head: &Scene,
    trusted: &Trusted,
    actions: &[&'static str],
    all: bool,
) -> Result<Vec<Holder>, &'static str> {
    let mut both = head.clone();
    both.policies = base
        .policies
        .iter()
        .chain(&head.policies)
        .cloned()
        .collect();
    let mut ground = Ground::new(&both, false);
    let pair = pair::compare(&mut ground, base.policies.len());
    let census = Census {
        scene: &both,
        exact: callers::named(&ground),
        ground: &ground,
        trusted,
        need: &super::need(actions, all),
        head: &pair.head,
        base: Some(&pair.base),
    };
    census::holders(&census).map_err(|Exhausted| super::INTRICATE)
}

/// Every account outside that can do one of the actions. `*` where somebody gets in whom no policy names by the account, or where it
/// cannot be told who else does.
pub fn outsiders(scene: &Scene, trusted: &Trusted, actions: &[&'static str]) -> Vec<String> {
    let ground = Ground::new(scene, false);
    let need = super::need(actions, false);
    let census = whole(scene, &ground, trusted, &need);
    let Ok(found) = census.pass(&Question::Outside(trusted)) else {
        return vec!["*".to_owned()];
    };
    let mut out = BTreeSet::new();
    let (mut sure, mut doubtful) = (BTreeSet::new(), BTreeSet::new());
    for found in found {
        match found {
            Found::Must(part) => {
                let account = account_of(&part).filter(|a| ground.names_account(a));
                sure.insert(account.unwrap_or_else(|| "*".to_owned()));
            }
            Found::May(part) => {
                doubtful.insert(account_of(&part).unwrap_or_default());
            }
            Found::Nothing => {}
        }
    }
    // somebody of whom it cannot be told, and who does not get in anyway
    if doubtful.iter().any(|a| !sure.contains(a)) {
        out.insert("*".to_owned());
    }
    out.extend(sure);
    out.into_iter().collect()
}

/// The account of a caller, or the one that a service acts for.
fn account_of(part: &Part) -> Option<String> {
    let own = part.caller.as_ref().and_then(Caller::account);
    let source = part.facts.iter().find_map(|(key, fact)| match fact {
        Fact::One(value) if key == "aws:sourceaccount" => Some(value.as_str()),
        _ => None,
    });
    own.or(source).map(str::to_owned)
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
    let ground = Ground::new(scene, false);
    let census = whole(scene, &ground, trusted, &need);
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
    let mut named: BTreeMap<String, Vec<(bool, Part)>> = BTreeMap::new();
    for found in found {
        let (part, must) = match found {
            Found::Must(part) => (part, true),
            Found::May(part) => (part, false),
            Found::Nothing => continue,
        };
        if let Some(account) = account_of(&part).filter(|a| ground.names.accounts.contains(a)) {
            let must = must && question::is_member(&ground, trusted, &account, &part);
            named.entry(account).or_default().push((must, part));
        }
    }
    for (account, parts) in named {
        let sure = parts.iter().find(|(must, _)| *must);
        let answer = match sure.and_then(|(_, part)| census.confirm(part)) {
            Some((witness, _)) => Answer::Yes(Box::new(witness)),
            None => {
                let mut reasons = vec![Arc::from(format!(
                    "whether account {account} is in the organisation is not known"
                ))];
                if let Some((_, part)) = parts
                    .first()
                    .filter(|(_, p)| !question::in_named(&ground, p))
                {
                    reasons = census.reasons(part);
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
    ground: &'a Ground,
    trusted: &'a Trusted,
    need: &'a Need,
) -> Census<'a> {
    Census {
        scene,
        exact: BTreeSet::new(),
        ground,
        trusted,
        need,
        head: &ground.policies,
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
