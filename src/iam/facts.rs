//! What guardrails ask about single statements and grants. What a condition is worth is judged by [`super::reach`], together with
//! the Denies of the same policy: a condition narrows where it holds, not where it stands.

use super::action::{Action, expand};
use super::document::{Statement, Word};
use super::kleene::Tri;
use super::pattern::{Binding, Context, Glob};
use super::principal::{Sort, Who, account_of};
use super::reach::{Alone, Scene};
use crate::value::{Reason, Unknown};
use crate::world::is_account;
use std::collections::BTreeSet;
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// A principal of a statement.
#[derive(Clone, Debug)]
pub struct Grant {
    /// As written, with its place.
    pub word: Word,
    /// Its sort, by the key of the Principal element.
    pub sort: Sort,
    /// What it names.
    pub kind: GrantKind,
    /// The account that it belongs to, where it has one that is known.
    pub account: Option<String>,
    /// Why the principal or its account is not known.
    pub unknown: Option<Arc<Unknown>>,
}

/// What a principal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GrantKind {
    /// `*`
    Everyone,
    /// A whole account, by `:root` or twelve digits.
    Account,
    /// A role.
    Role,
    /// A user.
    User,
    /// A role session.
    Session,
    /// An AWS service.
    Service,
    /// A federated identity.
    Federated,
    /// Anything else: what was deleted, what ECR refuses, what is unknown.
    Other,
}

impl GrantKind {
    /// The word for it in guardrails.
    pub fn word(self) -> &'static str {
        match self {
            GrantKind::Everyone => "everyone",
            GrantKind::Account => "account",
            GrantKind::Role => "role",
            GrantKind::User => "user",
            GrantKind::Session => "session",
            GrantKind::Service => "service",
            GrantKind::Federated => "federated",
            GrantKind::Other => "other",
        }
    }
}

/// The principals of a statement; those of NotPrincipal are no grants.
pub fn grants(statement: &Statement, binding: &Binding) -> Vec<Grant> {
    let element = statement.principals.iter().filter(|p| !p.negated);
    let words = element.flat_map(|p| &p.words);
    words
        .map(|(sort, word)| grant(*sort, word, binding))
        .collect()
}

fn grant(sort: Sort, word: &Word, binding: &Binding) -> Grant {
    let who = Who::of(sort, &word.text, binding);
    let (kind, account) = match &who {
        Who::Everyone => (GrantKind::Everyone, None),
        Who::Account(account) => (GrantKind::Account, Some(account.clone())),
        Who::Identity(arn) => (identity_kind(arn), account_of(arn).map(str::to_owned)),
        Who::Service(_) => (GrantKind::Service, None),
        Who::Other(_) => (GrantKind::Federated, None),
        Who::Gone(_) | Who::Invalid(_) => (GrantKind::Other, None),
        Who::Open { glob, .. } => open(sort, glob),
    };
    Grant {
        word: word.clone(),
        sort,
        kind,
        account,
        unknown: match who {
            Who::Open { unknown, .. } => Some(unknown),
            _ => None,
        },
    }
}

fn identity_kind(arn: &str) -> GrantKind {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    match resource.split_once('/') {
        Some(("role", _)) => GrantKind::Role,
        Some(("user", _)) => GrantKind::User,
        Some(("assumed-role", _)) => GrantKind::Session,
        _ => GrantKind::Other,
    }
}

/// What can be told of a partly unknown principal: with `q` for what is unknown its shape can be read.
fn open(sort: Sort, glob: &Glob) -> (GrantKind, Option<String>) {
    let text: String = glob.sample('q');
    let arn: Vec<&str> = text.splitn(6, ':').collect();
    let account = arn
        .get(4)
        .filter(|a| is_account(a))
        .map(|a| (*a).to_owned());
    let kind = match (sort, arn.get(5)) {
        (Sort::Service, _) => GrantKind::Service,
        (Sort::Other, _) => GrantKind::Federated,
        (Sort::Aws, Some(resource)) if *resource == "root" => GrantKind::Account,
        (Sort::Aws, Some(_)) => identity_kind(&text),
        (Sort::Aws, None) => GrantKind::Other,
    };
    (kind, account)
}

/// The actions that a statement speaks of, of those that exist; an unknown one counts for none.
pub fn actions(statement: &Statement) -> Vec<&'static Action> {
    let Some(element) = &statement.actions else {
        return Vec::new();
    };
    let named: BTreeSet<&str> = (element.words.iter())
        .filter_map(Word::known)
        .flat_map(|pattern| expand(pattern).to_vec())
        .map(|a| a.name.as_str())
        .collect();
    let all = super::action::all().iter();
    all.filter(|a| named.contains(a.name.as_str()) != element.negated)
        .collect()
}

/// The word by which a statement names every action: `*`, or a service's such as `ecr:*`. `Err`: an unknown one may.
pub fn wildcard_action(statement: &Statement) -> Result<Option<&Word>, Arc<Unknown>> {
    let words = || {
        let listed = statement.actions.iter().filter(|a| !a.negated);
        listed.flat_map(|a| &a.words)
    };
    if let Some(word) = words().find(|w| w.known().is_some_and(is_every_action)) {
        return Ok(Some(word));
    }
    match words().find_map(|w| w.text.first_hole()) {
        Some(hole) => Err(Arc::new(hole.clone())),
        None => Ok(None),
    }
}

/// `*`, `ecr:*`, `e*:**`, …
fn is_every_action(pattern: &str) -> bool {
    let stars = |t: &str| !t.is_empty() && t.bytes().all(|b| b == b'*');
    let pattern = pattern.to_ascii_lowercase();
    let Some((service, name)) = pattern.split_once(':') else {
        return stars(&pattern);
    };
    let ours = match service.split_once('*') {
        Some((start, rest)) => rest.is_empty() && "ecr".starts_with(start),
        None => service == "ecr" || service == "ecr-public",
    };
    stars(name) && ours
}

/// Whether a statement's resources take in every repository of a registry.
pub fn every_repository(statement: &Statement, scene: &Scene) -> Tri {
    let Some(element) = &statement.resources else {
        return match statement.rest {
            Some(_) => Tri::Unknown,
            None => Tri::True,
        };
    };
    let binding = Binding {
        account: Some(
            scene
                .account
                .as_deref()
                .unwrap_or("000000000000")
                .to_owned(),
        ),
        region: Some(scene.region.as_deref().unwrap_or("region-0").to_owned()),
        partition: Some(scene.partition.as_deref().unwrap_or("aws").to_owned()),
        ..Binding::default()
    };
    // two names that no pattern but a lone `*` has in common
    let fits = |name: &str| {
        let tail = format!("repository/{name}");
        let any = element.words.iter().map(|w| {
            let glob = Glob::resource(&w.text, true, &binding);
            let relaxed = Context {
                view: super::pattern::View {
                    relax: true,
                    ..Default::default()
                },
                ..Context::default()
            };
            if w.known() == Some("*") {
                return Tri::True;
            }
            glob.resource_tail()
                .map_or(Tri::Unknown, |g| g.fits(&tail, &relaxed))
        });
        Tri::any(any).flip(element.negated)
    };
    fits("zq/x-9").and(fits("k0_w.j"))
}

/// Accounts that the texts of a statement name, with the word that does: twelve digits that stand alone, and what stands in angle
/// brackets, as in `<ACCOUNT_ID>`: nothing else in a policy is written so.
pub fn named_accounts(statement: &Statement) -> Vec<(String, &Word)> {
    let mut out: Vec<(String, &Word)> = Vec::new();
    for word in statement.words() {
        for part in word.text.parts() {
            let crate::value::Part::Lit(lit) = part else {
                continue;
            };
            let runs = lit.text.split(|c: char| !c.is_ascii_alphanumeric());
            let digits = runs.filter(|r| is_account(r)).map(str::to_owned);
            out.extend(digits.chain(placeholders(&lit.text)).map(|n| (n, word)));
        }
    }
    out
}

fn placeholders(text: &str) -> Vec<String> {
    let opened = text.split('<').skip(1);
    let inner = opened.filter_map(|rest| rest.split_once('>').map(|(i, _)| i));
    inner.map(|i| format!("<{i}>")).collect()
}

/// Whether some condition on `aws:SourceAccount`, `aws:SourceArn` or `aws:SourceOrgID` holds for a service that a statement
/// grants to: whether it cannot be used for an account that nobody names. A grant to everyone counts where it is left to services.
/// `Err`: for this reason it cannot be told.
pub fn sourced(alone: &Alone<'_>, grant: &Grant) -> Result<bool, Reason> {
    if grant.kind == GrantKind::Everyone {
        return alone.left_to_services(grant.sort).map(|left| !left);
    }
    let service = grant.word.known().unwrap_or("service.amazonaws.com");
    let reached = alone.service_for_anyone(grant.sort, service)?;
    Ok(!reached)
}

/// Whether some condition narrows the grant to a whole account to principals that the policy names.
pub fn narrowed(alone: &Alone<'_>, grant: &Grant) -> Result<bool, Reason> {
    let listed = grant.account.is_some() && grant.unknown.is_none();
    let account = grant.account.as_deref().unwrap_or("777700001111");
    let reached = alone.any_role_of(grant.sort, account, listed)?;
    Ok(!reached)
}
