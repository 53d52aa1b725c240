//! Judges a policy by all requests at once: can anybody of a sort do something?
//!
//! Every dimension of a request (action, resource, caller, network, each other condition key) falls into finitely many classes
//! that the policies can tell apart. For each class it is known which statements its part of the request fits; joining the
//! dimensions one by one gives all sets of statements that one request can match together. A question is a test on those sets.
//! Each statement has two bits, for "certainly matches" and "may match", so that what is unknown neither grants nor protects.
//! A yes comes with one request, which [`super::evaluate`] confirms.

use super::action::Service;
use super::document::Document;
use super::rule::Scope;
use crate::value::{Reason, Text};
use crate::world::Organization;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

mod abroad;
mod alone;
mod callers;
mod census;
mod content;
mod goal;
mod ground;
mod identities;
mod join;
mod judge;
mod mask;
mod networks;
mod origins;
mod organizations;
mod pair;
mod parties;
mod principals;
mod question;
mod ready;
mod reasons;
mod resources;
mod roles;
mod services;
mod solve;
mod spelled;
mod table;
#[cfg(test)]
mod tests;
mod values;
mod variables;

use self::question::{Need, Question, ask};

pub use self::abroad::{abroad, abroad_untrusted, endpoint_open, stranger, stranger_untrusted};
pub use self::alone::Alone;
pub use self::parties::{
    Ability, Change, Holder, Party, Source, accounts_with, gained, holders, outsiders, parts,
    with_own_identities,
};
pub use self::roles::{
    Role, Worth, denied_to_all, matches_if_anyone, rewrite_by_outsider, roles, worth,
};

/// The account that stands for the owner's where nobody says which that is.
pub const OWNER: &str = "000000000000";

/// The organisation that stands for the owner's where nobody says which that is.
pub const OWN_ORGANIZATION: &str = "o-owner00000";

/// A policy in its surroundings.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Whose actions are asked about.
    pub service: Service,
    /// The account that owns the resources.
    pub account: Option<Arc<str>>,
    /// Their region.
    pub region: Option<Arc<str>>,
    /// Their partition.
    pub partition: Option<Arc<str>>,
    /// The owner's organisation.
    pub organization: Option<Arc<str>>,
    /// Whom the owner names beside the policies: none of these accounts stands for those that nobody names.
    pub known: Trusted,
    /// Which repository.
    pub repository: Repository,
    /// The policies on the side of the resource: of the repository, of its registry, resource control policies.
    pub policies: Vec<Attached>,
}

/// The repository that is asked about.
#[derive(Clone, Debug, Default)]
pub enum Repository {
    /// Any repository of the registry, now or later.
    #[default]
    Any,
    /// Any but these.
    Except(Arc<BTreeSet<String>>),
    /// This one; its name may have unknown parts.
    Named(Text),
}

/// A policy of a scene.
#[derive(Clone, Debug)]
pub struct Attached {
    /// Its name, for people.
    pub name: Arc<str>,
    /// What it says.
    pub document: Arc<Document>,
    /// The scope, of a registry policy.
    pub scope: Scope,
}

/// Whom the owner trusts. The owner's own account always is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trusted {
    /// The organisation's id.
    pub organization: Option<Arc<str>>,
    /// Its accounts: exhaustive where given.
    pub accounts: Option<Arc<BTreeSet<String>>>,
    /// Accounts outside that are trusted.
    pub trusted_accounts: BTreeSet<String>,
}

impl Trusted {
    /// Whether an account is one of the organisation's, or trusted besides.
    pub(crate) fn lists(&self, account: &str) -> bool {
        let own = self.accounts.as_ref().is_some_and(|a| a.contains(account));
        own || self.trusted_accounts.contains(account)
    }
}

impl From<&Organization> for Trusted {
    fn from(organization: &Organization) -> Self {
        Trusted {
            organization: organization.id.as_deref().map(Arc::from),
            accounts: organization.accounts.clone(),
            trusted_accounts: organization.trusted_accounts.keys().cloned().collect(),
        }
    }
}

/// The answer to a question about all requests.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Yes, for example by this request.
    Yes(Box<Witness>),
    /// No request does it.
    No,
    /// It cannot be told, for these reasons.
    Unknown(Vec<Reason>),
}

impl Answer {
    /// Whether it is a yes.
    pub fn is_yes(&self) -> bool {
        matches!(self, Answer::Yes(_))
    }

    /// Whether it is a no.
    pub fn is_no(&self) -> bool {
        matches!(self, Answer::No)
    }

    /// The request that shows it.
    pub fn witness(&self) -> Option<&Witness> {
        match self {
            Answer::Yes(witness) => Some(witness),
            _ => None,
        }
    }
}

/// One request that the policies of the resource's side allow.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Witness {
    /// The caller's ARN, or the service's name.
    pub principal: String,
    /// The caller's account; of a service: the account that it acts for, where disclosed.
    pub account: Option<String>,
    /// The organisation of that account; `None`: it is in none, or it is not disclosed.
    pub organization: Option<String>,
    /// The action.
    pub action: String,
    /// The resource's ARN.
    pub resource: String,
    /// The context keys that the policies ask about.
    pub context: BTreeMap<String, String>,
    /// The name of the policy that allows it.
    pub policy: Arc<str>,
    /// Which of the scene's policies that is.
    pub policy_index: usize,
    /// The statement that allows it, from 0.
    pub statement: usize,
}

/// Whether some principal of an account and organisation that no policy names, from a network that no policy names, can do
/// some action. Services do not count.
pub fn public(scene: &Scene) -> Answer {
    ask(scene, &Question::Public, &Need::AnyAction)
}

/// Whether some principal outside the trusted accounts and organisation can do some action; services that act for an
/// undisclosed or outside account included.
pub fn outside(scene: &Scene, trusted: &Trusted) -> Answer {
    ask(scene, &Question::Outside(trusted), &Need::AnyAction)
}

/// As [`outside`], of these actions only.
pub fn outside_with(scene: &Scene, trusted: &Trusted, actions: &[&'static str]) -> Answer {
    ask(scene, &Question::Outside(trusted), &need(actions, false))
}

/// Whether an account that no policy names can do one of the actions; as [`public`].
pub fn public_with(scene: &Scene, actions: &[&'static str]) -> Answer {
    ask(scene, &Question::Public, &need(actions, false))
}

/// Whether some principal of an account can do one of the actions, or (`all`) all of them.
pub fn account(
    scene: &Scene,
    trusted: &Trusted,
    account: &str,
    actions: &[&'static str],
    all: bool,
) -> Answer {
    let question = Question::Account(account, trusted);
    ask(scene, &question, &need(actions, all))
}

/// Whether some principal of any account but the owner's can do one of the actions, or (`all`) all of them.
pub fn others(scene: &Scene, actions: &[&'static str], all: bool) -> Answer {
    ask(scene, &Question::Others, &need(actions, all))
}

/// Whether a service can do some action for an account that no policy names, or that it does not disclose: whether no condition
/// on the source holds.
pub fn service_for_anyone(scene: &Scene, service: &str) -> Answer {
    ask(scene, &Question::Service(service), &Need::AnyAction)
}

/// As [`service_for_anyone`], of any service.
pub fn any_service_for_anyone(scene: &Scene) -> Answer {
    ask(scene, &Question::AnyService, &Need::AnyAction)
}

/// Whether a role of an account that no policy names can do some action: whether no condition narrows a grant to named principals.
pub fn any_role_of(scene: &Scene, account: &str) -> Answer {
    ask(scene, &Question::AnyRole(account), &Need::AnyAction)
}

fn need(actions: &[&'static str], all: bool) -> Need {
    if all {
        Need::All(actions.to_vec())
    } else {
        Need::OneOf(actions.to_vec())
    }
}

/// What is said where a bound of the search was met.
const INTRICATE: &str = "the policies are too intricate to be judged as a whole";
