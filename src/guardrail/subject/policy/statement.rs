//! Statements and the principals that they name.

use super::super::about;
use super::{Account, Entry, Policy, flag, list, null, number, placed, text};
use crate::iam::document::{Effect, Statement, Word};
use crate::iam::facts::{self, Grant, GrantKind};
use crate::iam::kleene::Tri;
use crate::iam::reach::Alone;
use crate::resource::arn::{self, Split};
use crate::value::{Kind, Part, Place, Reason, Unknown, Value};
use std::sync::Arc;

/// A fact, or why it cannot be told.
type Known = Result<bool, Arc<Unknown>>;

/// The fields of a statement.
pub(super) fn describe(policy: &Policy<'_>, statement: &Statement) -> Vec<Entry> {
    let place = &statement.place;
    let principals: Vec<&Word> = (statement.principals.iter())
        .flat_map(|p| p.words.iter().map(|(_, w)| w))
        .collect();
    let principals_place = statement.principals.as_ref().map_or(place, |p| &p.place);
    let actions = statement.actions.as_ref();
    let actions_place = actions.map_or(place, |a| &a.place);
    let resources = statement.resources.as_ref();
    let resources_place = resources.map_or(place, |r| &r.place);
    let words = |words: Option<&crate::iam::document::Words>, place: &Place| {
        let all = words.map(|w| w.words.iter().collect()).unwrap_or_default();
        written(all, place)
    };
    vec![
        (
            "sid",
            statement.sid.as_ref().map_or_else(|| null(place), word),
        ),
        ("number", number(statement.index + 1, place)),
        ("effect", effect(statement, place)),
        ("actions", words(actions, actions_place)),
        (
            "wildcard_action",
            flag(
                facts::wildcard_action(statement).map(|w| w.is_some()),
                actions_place,
            ),
        ),
        ("principals", written(principals, principals_place)),
        (
            "not_principal",
            flag(not_principal(statement), principals_place),
        ),
        ("resources", words(resources, resources_place)),
        (
            "every_repository",
            flag(every_repository(policy, statement), resources_place),
        ),
        (
            "to_other_account",
            flag(to_other_account(policy, statement), principals_place),
        ),
        ("named_accounts", named_accounts(policy, statement)),
    ]
}

/// Whether a statement has NotPrincipal. It may where nobody sees its principals.
fn not_principal(statement: &Statement) -> Known {
    let Some(principals) = &statement.principals else {
        return Ok(false);
    };
    let hidden = |(_, w): &(_, Word)| matches!(w.text.parts(), [Part::Hole(_)]);
    match &statement.rest {
        Some(rest) if !principals.negated && principals.words.iter().all(hidden) => {
            Err(rest.clone())
        }
        _ => Ok(principals.negated),
    }
}

/// Each principal that a statement names: where it stands and its fields.
pub(super) fn grants(policy: &Policy<'_>, statement: &Statement) -> Vec<(Place, Vec<Entry>)> {
    let alone = Alone::new(&policy.scene, 0, statement);
    let one = |g: Grant| (g.word.place.clone(), grant(policy, statement, &alone, &g));
    (facts::grants(statement, &policy.binding()).into_iter())
        .map(one)
        .collect()
}

fn grant(
    policy: &Policy<'_>,
    statement: &Statement,
    alone: &Alone<'_>,
    grant: &Grant,
) -> Vec<Entry> {
    let place = &grant.word.place;
    let unknown = |u: &Arc<Unknown>| placed(Kind::Unknown(about(u)), place);
    let owner = owner(grant);
    let account = match &owner {
        Ok(Account::Known(id) | Account::Other(id)) => text(id.clone(), place),
        Ok(Account::Absent) => null(place),
        Ok(Account::Own) => policy.resource.raw.account.clone(),
        Ok(Account::Unknown(why)) | Err(why) => unknown(why),
    };
    let asked = |ask: &dyn Fn(&Policy<'_>, &Account) -> Known| {
        flag(
            owner.clone().and_then(|account| ask(policy, &account)),
            place,
        )
    };
    vec![
        ("effect", effect(statement, place)),
        ("principal", word(&grant.word)),
        (
            "kind",
            kind(grant).map_or_else(|why| unknown(&why), |kind| text(kind.word(), place)),
        ),
        ("account", account),
        ("own", asked(&is_own)),
        (
            "trusted",
            asked(&|policy, account| policy.context.is_inside(policy.resource, account, place)),
        ),
        ("narrowed", flag(narrowed(alone, grant), place)),
        ("sourced", flag(sourced(alone, grant), place)),
    ]
}

/// What a principal names, where that can be told.
fn kind(grant: &Grant) -> Result<GrantKind, Arc<Unknown>> {
    match (grant.kind, &grant.unknown) {
        (GrantKind::Other, Some(why)) => Err(why.clone()),
        (kind, _) => Ok(kind),
    }
}

/// The account that a principal is of.
fn owner(grant: &Grant) -> Result<Account, Arc<Unknown>> {
    let named = match arn::parse(&grant.word.text) {
        Split::Arn(parts) => arn::account(&parts.account),
        _ => arn::account(&grant.word.text),
    };
    if matches!(named, Account::Own) {
        return Ok(Account::Own);
    }
    let kind = kind(grant)?;
    let has_account = matches!(
        kind,
        GrantKind::Account | GrantKind::Role | GrantKind::User | GrantKind::Session
    );
    Ok(match (&grant.account, &grant.unknown) {
        _ if !has_account => Account::Absent,
        (Some(id), _) => Account::Known(id.clone()),
        (None, Some(why)) => Account::Unknown(why.clone()),
        (None, None) => Account::Absent,
    })
}

fn is_own(policy: &Policy<'_>, account: &Account) -> Known {
    let deploying = &policy.resource.raw.account;
    match (account, deploying.as_str()) {
        (Account::Own, _) => Ok(true),
        (Account::Known(id), Some(own)) => Ok(id == own),
        (Account::Known(id), None) => {
            let organization = policy.context.organization_of(policy.resource);
            let accounts = organization.and_then(|o| o.accounts.as_ref());
            match accounts.is_some_and(|a| !a.contains(id)) {
                true => Ok(false),
                false => Err(super::super::why(
                    deploying,
                    "the deploying account is not known",
                )),
            }
        }
        (Account::Unknown(why), _) => Err(why.clone()),
        (Account::Absent | Account::Other(_), _) => Ok(false),
    }
}

/// Whether a condition, or a Deny, narrows a grant to a whole account to principals that are named.
fn narrowed(alone: &Alone<'_>, grant: &Grant) -> Known {
    match kind(grant)? {
        GrantKind::Account => said(facts::narrowed(alone, grant)),
        _ => Ok(true),
    }
}

/// Whether a condition on the source holds for a grant to a service.
fn sourced(alone: &Alone<'_>, grant: &Grant) -> Known {
    if !matches!(grant.kind, GrantKind::Service | GrantKind::Everyone) {
        return Ok(true);
    }
    let open = grant.unknown.iter().find(|u| u.role.is_none());
    match (said(facts::sourced(alone, grant)), open) {
        (Ok(false), Some(why)) => Err(why.clone()),
        (sourced, _) => sourced,
    }
}

fn said(answer: Result<bool, Reason>) -> Known {
    answer.map_err(|reason| Arc::new(Unknown::because(reason)))
}

fn word(word: &Word) -> Value {
    let whole_hole = match word.text.parts() {
        [Part::Hole(u)] => Some(u.clone()),
        _ => None,
    };
    let kind = whole_hole.map_or_else(|| Kind::String(word.text.clone()), Kind::Unknown);
    placed(kind, &word.place)
}

fn written(words: Vec<&Word>, place: &Place) -> Value {
    list(words.into_iter().map(word).collect(), place)
}

fn effect(statement: &Statement, place: &Place) -> Value {
    match (&statement.effect, &statement.rest) {
        (Effect::Allow, _) => text("Allow", place),
        (Effect::Deny, _) => text("Deny", place),
        (Effect::Unknown(_), Some(rest)) => placed(Kind::Unknown(about(rest)), place),
        (Effect::Unknown(why), None) => placed(
            Kind::Unknown(Arc::new(Unknown::because(why.clone()))),
            place,
        ),
    }
}

/// Whether the resources take in every repository of the registry, whatever its name is.
fn every_repository(policy: &Policy<'_>, statement: &Statement) -> Known {
    match facts::every_repository(statement, &policy.scene) {
        Tri::True => Ok(true),
        Tri::False => Ok(false),
        Tri::Unknown => {
            let words = statement.resources.iter().flat_map(|r| &r.words);
            let hole = words.filter_map(|w| w.text.first_hole()).next();
            let hole = hole.or(statement.rest.as_deref());
            Err(Arc::new(hole.cloned().unwrap_or_else(|| {
                Unknown::because("it cannot be told which repositories are meant")
            })))
        }
    }
}

/// Whether a principal is of an account that is not the deploying one, or everyone.
fn to_other_account(policy: &Policy<'_>, statement: &Statement) -> Known {
    let negated = |s: &Statement| s.principals.as_ref().is_some_and(|p| p.negated);
    if negated(statement) {
        return Ok(true);
    }
    let mut doubt = None;
    for grant in facts::grants(statement, &policy.binding()) {
        let other = match kind(&grant) {
            Ok(GrantKind::Everyone) => Ok(true),
            Ok(GrantKind::Service | GrantKind::Federated | GrantKind::Other) => Ok(false),
            _ => owner(&grant).and_then(|a| is_own(policy, &a).map(|own| !own)),
        };
        match other {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(why) => doubt = Some(why),
        }
    }
    doubt.map_or(Ok(false), Err)
}

/// Accounts in the statement's principals, resources and conditions that the organisation does not list, placeholders in
/// angle brackets included.
fn named_accounts(policy: &Policy<'_>, statement: &Statement) -> Value {
    let organization = policy.context.organization_of(policy.resource);
    let listed = |id: &str| {
        organization.is_some_and(|o| {
            o.accounts.as_ref().is_some_and(|a| a.contains(id))
                || o.trusted_accounts.contains_key(id)
        })
    };
    let named = facts::named_accounts(statement).into_iter();
    let items: Vec<Value> = (named.filter(|(id, _)| !listed(id)))
        .map(|(id, word)| text(id, &word.place))
        .collect();
    let mut holes = statement.words().flat_map(|w| w.text.parts());
    let doubt = holes.find_map(|p| match p {
        Part::Hole(hole) if hole.role.is_none() => Some(&**hole),
        _ => None,
    });
    let doubt = doubt.or(statement.unknown.as_deref()).map(about);
    let at = items.first().map_or(&statement.place, |i| &i.place).clone();
    match (items.is_empty(), doubt) {
        (true, Some(why)) => placed(Kind::Unknown(why), &at),
        (_, doubt) => {
            let mut out = list(items, &at);
            if let Kind::Sequence { more, .. } = &mut out.kind {
                *more = doubt;
            }
            out
        }
    }
}
