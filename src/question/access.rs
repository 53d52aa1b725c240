//! Who can do what: per repository, who may pull, push, bring in, administer and read, by which statement, and where its images
//! are replicated to.
//!
//! What is asked is whether the policies on the side of the resource let somebody in. What the owner's own identity policies
//! allow inside the account is not listed; what an outsider's own administrator permits is taken to be everything.

use super::estate::{Estate, Located, Repository, Sort};
use crate::iam::action::{self, Service};
use crate::iam::principal::account_of;
use crate::iam::reach::{
    Ability, Answer, Holder, OWN_ORGANIZATION, OWNER, Party, Source, Witness, holders, parts,
};
use crate::inventory::Resource;
use crate::resource::arn::{Account, account};
use crate::span::Span;
use crate::value::{Kind, Reason, SENSITIVE, Text, Value};
use crate::world::is_account;
use rayon::prelude::*;

pub mod expect;

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// An ability: pull, push, …
    Ability(Ability),
    /// One action.
    Action(&'static str),
}

impl What {
    /// What a word stands for: an ability, or an action with or without its prefix.
    pub fn parse(word: &str) -> Option<Self> {
        let ability = Ability::ALL
            .iter()
            .find(|a| What::Ability(**a).word() == word);
        if let Some(ability) = ability {
            return Some(What::Ability(*ability));
        }
        let named = |a: &&action::Action| {
            let bare = a.name.strip_prefix("ecr:");
            a.on_repository
                && (a.name.eq_ignore_ascii_case(word)
                    || bare.is_some_and(|b| b.eq_ignore_ascii_case(word)))
        };
        let found = action::all().iter().find(named)?;
        Some(What::Action(&found.name))
    }

    /// Every ability.
    pub fn all() -> Vec<Self> {
        Ability::ALL.iter().map(|a| What::Ability(*a)).collect()
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            // images and repositories come in by replication, import and creation
            What::Ability(Ability::Create) => "replicate",
            What::Ability(ability) => ability.word(),
            What::Action(name) => name,
        }
    }

    /// Its actions, and whether it takes all of them; none: the service has nothing of the sort.
    fn actions(self, service: Service) -> (Vec<&'static str>, bool) {
        let (names, all) = match self {
            What::Ability(ability) => ability.actions(),
            What::Action(name) => (vec![name], true),
        };
        let public = |name: &str| name.starts_with("ecr-public:");
        match service {
            Service::Ecr if names.iter().any(|n| public(n)) => return (Vec::new(), all),
            Service::Ecr => return (names, all),
            Service::EcrPublic => {}
        }
        let here = |name: &&str| action::in_service(name, service);
        let mut found: Vec<&'static str> = names.iter().filter_map(here).collect();
        match self {
            What::Ability(ability) if !all => {
                found = action::on_repository(service);
                found.retain(|a| action::group(a) == ability.word());
            }
            _ if found.len() < names.len() => found.clear(),
            _ => {}
        }
        (found, all)
    }
}

/// Which part of the answer is wanted.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Only what this one can do: an ARN, an account's id, a service.
    pub principal: Option<String>,
    /// Only this.
    pub what: Vec<What>,
}

impl Default for Filter {
    fn default() -> Self {
        Filter {
            principal: None,
            what: What::all(),
        }
    }
}

/// Who can do what with a repository.
#[derive(Clone, Debug)]
pub struct Access {
    /// The repository, by position in the estate.
    pub repository: usize,
    /// Who, in the order of what they can do.
    pub grants: Vec<Grant>,
    /// Where its images go.
    pub copies: Vec<Copy>,
    /// What could not be worked out, and why.
    pub failed: Vec<(What, &'static str)>,
}

/// Somebody who can do something.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What.
    pub what: What,
    /// Who, with the request that shows it.
    pub holder: Holder,
    /// The statement that lets them in; of a doubtful one, the first that may.
    pub statement: Option<Located>,
    /// Who it is, and the request, come from something sensitive: never printed.
    pub secret: bool,
}

impl Grant {
    /// The words for who it is.
    pub fn who(&self) -> String {
        shown(&self.holder.party, self.secret)
    }

    /// The request that shows it, where it may be shown.
    pub fn request(&self) -> Option<&Witness> {
        self.holder.answer.witness().filter(|_| !self.secret)
    }
}

/// A destination of replication.
#[derive(Clone, Debug)]
pub struct Copy {
    /// The account; `None`: not known.
    pub account: Option<String>,
    /// The region; `None`: not known.
    pub region: Option<String>,
    /// Whether the account is of the organisation or trusted; `None`: nobody has said.
    pub inside: Option<bool>,
    /// Whether the repository is surely among those that go there.
    pub sure: bool,
    /// Where the destination stands.
    pub span: Span,
}

/// Who can do what, in the order of the input.
pub fn of(estate: &Estate, filter: &Filter) -> Vec<Access> {
    let all = 0..estate.repositories.len();
    (all.into_par_iter())
        .map(|position| one(estate, filter, position))
        .collect()
}

/// Who can do what with one repository, by its position in the estate.
pub fn one(estate: &Estate, filter: &Filter, position: usize) -> Access {
    let mut out = Access {
        repository: position,
        grants: Vec::new(),
        copies: Vec::new(),
        failed: Vec::new(),
    };
    let Some(repository) = estate.repositories.get(position) else {
        return out;
    };
    out.copies = copies(estate, repository);
    for what in &filter.what {
        let (actions, all) = what.actions(repository.scene.service);
        if actions.is_empty() {
            continue;
        }
        match holders(&repository.scene, &repository.trusted, &actions, all) {
            Ok(found) => {
                let parts = part_of(repository, filter, (*what, &actions), &found);
                let grant = |(what, h)| grant(estate, repository, what, h);
                let whole = found.into_iter().map(|h| (*what, h));
                out.grants.extend(whole.map(grant));
                match parts {
                    Ok(parts) => out.grants.extend(parts.into_iter().map(grant)),
                    Err(why) => out.failed.push((*what, why)),
                }
            }
            Err(why) => out.failed.push((*what, why)),
        }
    }
    if let Some(principal) = &filter.principal {
        out.grants.retain(|g| takes_in(&g.holder, principal));
    }
    out
}

/// Who can do only some of the actions that a pull or a push takes, by action, beside those who can do the whole; where everything
/// is asked about: else nobody would be told of them.
fn part_of(
    repository: &Repository,
    filter: &Filter,
    (what, actions): (What, &[&'static str]),
    whole: &[Holder],
) -> Result<Vec<(What, Holder)>, &'static str> {
    let takes_all = matches!(what, What::Ability(Ability::Pull | Ability::Push));
    if !takes_all || actions.len() < 2 || filter.what != What::all() {
        return Ok(Vec::new());
    }
    let listed = |holder: &Holder| {
        let as_sure = |w: &&Holder| w.answer.is_yes() || !holder.answer.is_yes();
        let as_free = |w: &&Holder| !w.network || holder.network;
        let same = whole.iter().filter(|w| w.party == holder.party);
        same.filter(as_sure).any(|w| as_free(&w))
    };
    let parts = parts(&repository.scene, &repository.trusted, actions)?;
    let each = parts
        .into_iter()
        .flat_map(|(action, holders)| holders.into_iter().map(move |h| (What::Action(action), h)));
    Ok(each.filter(|(_, holder)| !listed(holder)).collect())
}

fn grant(estate: &Estate, repository: &Repository, what: What, holder: Holder) -> Grant {
    let by = holder.answer.witness();
    Grant {
        what,
        statement: by.and_then(|w| repository.statement(estate, w.policy_index, w.statement)),
        secret: repository.is_secret(),
        holder,
    }
}

/// Whether somebody may be meant by a principal that is asked for.
fn takes_in(holder: &Holder, asked: &str) -> bool {
    let account = if is_account(asked) {
        Some(asked)
    } else {
        account_of(asked)
    };
    match &holder.party {
        Party::Anyone | Party::Organization(_) => account.is_some(),
        Party::Account(id) => account == Some(id.as_str()),
        Party::Principal(arn) if is_account(asked) => account_of(arn) == Some(asked),
        Party::Principal(arn) => identity(arn) == identity(asked),
        Party::Service { name, .. } => name == asked,
    }
}

/// Account and name of a role, whether as such or as a session of it; of others, the whole ARN.
fn identity(arn: &str) -> (Option<&str>, &str) {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let name = match resource.split_once('/') {
        Some(("role", path)) => path.rsplit('/').next().unwrap_or(path),
        Some(("assumed-role", path)) => path.split('/').next().unwrap_or(path),
        _ => arn,
    };
    (account_of(arn), name)
}

/// Where the images of a repository are replicated to.
fn copies(estate: &Estate, repository: &Repository) -> Vec<Copy> {
    let resource = repository
        .resource
        .and_then(|r| estate.inventory.resources.get(r));
    let private = repository.scene.service == Service::Ecr;
    let replicated = private && repository.sort == Sort::Repository;
    let Some(resource) = resource.filter(|_| replicated) else {
        return Vec::new();
    };
    let beside = estate.inventory.beside(resource, "replication");
    let sure = beside.sure.iter().map(|(_, r)| (*r, true));
    let doubtful = beside.doubtful.iter().map(|(r, _)| (*r, false));
    let mut out = Vec::new();
    for (replication, there) in sure.chain(doubtful) {
        for rule in replication.field("rules").items() {
            let Some(goes) = goes(&rule, repository.name.as_ref()) else {
                continue;
            };
            let destinations = rule.get("destinations").map(|d| d.items());
            for destination in destinations.unwrap_or_default() {
                out.push(copy(estate, resource, &destination, there && goes));
            }
        }
    }
    out
}

/// Whether a rule takes in a repository: surely, perhaps (`false`), or not at all.
fn goes(rule: &Value, name: Option<&Text>) -> Option<bool> {
    let filters = rule.get("filters").filter(|f| !f.is_null());
    let Some(filters) = filters else {
        return Some(true);
    };
    if filters.items().is_empty() {
        return Some(filters.more().is_none() && !matches!(filters.kind, Kind::Unknown(_)));
    }
    let known = name.and_then(Text::known);
    let mut perhaps = filters.more().is_some();
    for filter in filters.items() {
        let filter = filter.get("filter");
        match (filter.as_ref().and_then(Value::as_str), known) {
            (Some(prefix), Some(name)) if name.starts_with(prefix) => return Some(true),
            (Some(_), Some(_)) => {}
            _ => perhaps = true,
        }
    }
    perhaps.then_some(false)
}

fn copy(estate: &Estate, resource: &Resource, destination: &Value, sure: bool) -> Copy {
    let part = |name: &str| destination.get(name);
    let to = part("account")
        .as_ref()
        .and_then(Value::as_text)
        .map(account);
    let own = resource.raw.account.as_str().map(str::to_owned);
    let (account, inside) = match to {
        Some(Account::Own) => (own, Some(true)),
        Some(Account::Known(id)) => {
            let inside = is_inside(estate, resource, &id);
            (Some(id), inside)
        }
        _ => match part("account").map(|a| a.kind) {
            Some(Kind::Unknown(u)) if u.role == Some(crate::value::Role::Account) => {
                (own, Some(true))
            }
            _ => (None, None),
        },
    };
    let account = match destination.has_sensitive() {
        true => account.map(|_| SENSITIVE.to_owned()),
        false => account,
    };
    Copy {
        account,
        region: part("region").and_then(|r| Some(r.said(r.as_str()?).into_owned())),
        inside,
        sure,
        span: destination.place.primary(),
    }
}

/// Whether an account is the resource's own, one of the organisation or a trusted one; `None`: nobody has said.
pub fn is_inside(estate: &Estate, resource: &Resource, id: &str) -> Option<bool> {
    if resource.raw.account.as_str() == Some(id) {
        return Some(true);
    }
    let organization = estate.organization(resource.raw.region.as_str())?;
    if organization.trusted_accounts.contains_key(id) {
        return Some(true);
    }
    organization.accounts.as_ref().map(|a| a.contains(id))
}

/// The words for somebody, who may be a secret.
pub fn shown(party: &Party, secret: bool) -> String {
    match secret {
        true => SENSITIVE.to_owned(),
        false => words(party),
    }
}

/// The words for somebody.
fn words(party: &Party) -> String {
    match party {
        Party::Anyone => "anyone".to_owned(),
        Party::Organization(id) => organization(id),
        Party::Account(id) => of_account(id),
        Party::Principal(arn) => match (account_of(arn), arn.splitn(6, ':').nth(5)) {
            (Some(OWNER), Some(name)) => format!("{name} of this account"),
            _ => arn.clone(),
        },
        Party::Service { name, source } => match source {
            Source::Anyone => format!("{name} for anyone"),
            Source::Organization(id) => format!("{name} for {}", organization(id)),
            Source::Account(id) => format!("{name} for {}", of_account(id)),
            Source::Resource(arn) => format!("{name} for {arn}"),
        },
    }
}

/// The words for an organisation: nobody knows the one that stands for the own one.
fn organization(id: &str) -> String {
    match id {
        OWN_ORGANIZATION => "the own organisation".to_owned(),
        id => format!("organisation {id}"),
    }
}

/// The words for an account, as of an organisation.
fn of_account(id: &str) -> String {
    match id {
        OWNER => "this account".to_owned(),
        id => format!("account {id}"),
    }
}

/// The word for the class of somebody.
pub fn class(party: &Party) -> &'static str {
    match party {
        Party::Anyone => "anyone",
        Party::Organization(_) => "organization",
        Party::Account(_) => "account",
        Party::Principal(_) => "principal",
        Party::Service { .. } => "service",
    }
}

/// Why it cannot be told whether somebody gets in.
pub fn because(holder: &Holder) -> &[Reason] {
    match &holder.answer {
        Answer::Unknown(reasons) => reasons,
        _ => &[],
    }
}
