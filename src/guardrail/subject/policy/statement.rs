//! Statements and the principals that they name.

use super::super::about;
use super::{Account, Entry, Policy, flag, list, null, number, placed, text};
use crate::iam::document::{Effect, Statement, Word};
use crate::iam::principal::Sort;
use crate::iam::reach::{self, Answer};
use crate::resource::arn::{self, Split};
use crate::value::{Kind, Place, Text, Unknown, Value};
use std::sync::Arc;

/// The fields of a statement.
pub(super) fn describe(policy: &Policy<'_>, statement: &Statement) -> Vec<Entry> {
    let place = &statement.place;
    let principals: Vec<&Word> = (statement.principals.iter())
        .flat_map(|p| p.words.iter().map(|(_, w)| w))
        .collect();
    let principals_place = statement.principals.as_ref().map_or(place, |p| &p.place);
    let negated = statement.principals.as_ref().is_some_and(|p| p.negated);
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
        ("effect", effect(&statement.effect, place)),
        ("actions", words(actions, actions_place)),
        (
            "wildcard_action",
            flag(wildcard_action(statement), actions_place),
        ),
        ("principals", written(principals, principals_place)),
        ("not_principal", flag(Ok(negated), principals_place)),
        ("resources", words(resources, resources_place)),
        (
            "every_repository",
            flag(every_repository(statement), resources_place),
        ),
        (
            "to_other_account",
            flag(to_other_account(policy, statement), principals_place),
        ),
        ("named_accounts", named_accounts(policy, statement)),
    ]
}

/// Each principal that a statement names: where it stands and its fields.
pub(super) fn grants(policy: &Policy<'_>, statement: &Statement) -> Vec<(Place, Vec<Entry>)> {
    let Some(principals) = statement.principals.as_ref().filter(|p| !p.negated) else {
        return Vec::new();
    };
    let one = |(sort, w): &(Sort, Word)| (w.place.clone(), grant(policy, statement, *sort, w));
    principals.words.iter().map(one).collect()
}

fn grant(policy: &Policy<'_>, statement: &Statement, sort: Sort, principal: &Word) -> Vec<Entry> {
    let place = &principal.place;
    let named = named(sort, &principal.text);
    let unknown = |u: &Arc<Unknown>| placed(Kind::Unknown(about(u)), place);
    let (kind, who) = match &named {
        Ok((kind, who)) => (text(*kind, place), Ok(who)),
        Err(why) => (unknown(why), Err(why.clone())),
    };
    let own = who.clone().and_then(|who| is_own(policy, who));
    let trusted = who
        .clone()
        .and_then(|who| policy.context.is_inside(policy.resource, who));
    let account_value = match who {
        Ok(Account::Known(id) | Account::Other(id)) => text(id.clone(), place),
        Ok(Account::Absent) => null(place),
        Ok(Account::Unknown(why)) => unknown(why),
        Ok(Account::Own) => policy.resource.raw.account.clone(),
        Err(ref why) => unknown(why),
    };
    vec![
        ("effect", effect(&statement.effect, place)),
        ("principal", word(principal)),
        ("kind", kind),
        ("account", account_value),
        ("own", flag(own, place)),
        ("trusted", flag(trusted, place)),
        ("narrowed", narrowed(policy, statement, &named, place)),
        ("sourced", sourced(policy, statement, sort, principal)),
    ]
}

/// The sort of a principal and its account.
fn named(sort: Sort, text: &Text) -> Result<(&'static str, Account), Arc<Unknown>> {
    match sort {
        Sort::Service => return Ok(("service", Account::Absent)),
        Sort::Other => return Ok(("federated", Account::Absent)),
        Sort::Aws => {}
    }
    if let Some(known) = text.known() {
        if known == "*" {
            return Ok(("everyone", Account::Absent));
        }
        if arn::is_account_id(known) {
            return Ok(("account", Account::Known(known.to_owned())));
        }
    }
    if matches!(arn::account(text), Account::Own) {
        return Ok(("account", Account::Own));
    }
    match arn::parse(text) {
        Split::Arn(parts) => {
            let kind = kind_of(&parts.resource)?;
            Ok((kind, arn::account(&parts.account)))
        }
        Split::Not => Ok(("other", Account::Absent)),
        Split::Unknown(why) => Err(why),
    }
}

fn kind_of(resource: &Text) -> Result<&'static str, Arc<Unknown>> {
    let start = resource.known_prefix();
    let kinds = [
        ("role/", "role"),
        ("user/", "user"),
        ("assumed-role/", "session"),
        ("federated-user/", "session"),
    ];
    if let Some((_, kind)) = kinds.iter().find(|(prefix, _)| start.starts_with(prefix)) {
        return Ok(kind);
    }
    match (resource.known(), resource.first_hole()) {
        (Some("root"), _) => Ok("account"),
        (Some(_), _) | (None, None) => Ok("other"),
        (None, Some(hole)) => Err(Arc::new(hole.clone())),
    }
}

fn is_own(policy: &Policy<'_>, account: &Account) -> Result<bool, Arc<Unknown>> {
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

/// Whether a condition narrows a grant to a whole account to principals that are named.
fn narrowed(
    policy: &Policy<'_>,
    statement: &Statement,
    named: &Result<(&'static str, Account), Arc<Unknown>>,
    place: &Place,
) -> Value {
    let id = match named {
        Ok(("account", Account::Known(id))) => id,
        Err(why) => return flag(Err(why.clone()), place),
        Ok(("account", Account::Unknown(why))) if statement.conditions.is_empty() => {
            let _ = why;
            return flag(Ok(false), place);
        }
        Ok(("account", Account::Unknown(why))) => return flag(Err(why.clone()), place),
        Ok(_) => return flag(Ok(true), place),
    };
    if statement.conditions.is_empty() && statement.unknown.is_none() {
        return flag(Ok(false), place);
    }
    no(&reach::any_role_of(&policy.alone(statement), id), place)
}

/// Whether a condition on the source holds for a grant to a service.
fn sourced(policy: &Policy<'_>, statement: &Statement, sort: Sort, principal: &Word) -> Value {
    let place = &principal.place;
    match (sort, principal.known()) {
        (Sort::Service, Some(service)) => no(
            &reach::service_for_anyone(&policy.alone(statement), service),
            place,
        ),
        (Sort::Service, None) => {
            let why = principal.text.first_hole().cloned().unwrap_or_default();
            flag(Err(Arc::new(why)), place)
        }
        _ => flag(Ok(true), place),
    }
}

/// Whether a question has the answer no.
fn no(answer: &Answer, place: &Place) -> Value {
    flag(
        match answer {
            Answer::Yes(_) => Ok(false),
            Answer::No => Ok(true),
            Answer::Unknown(reasons) => Err(Arc::new(Unknown::because(
                reasons
                    .first()
                    .cloned()
                    .unwrap_or_else(|| "it is not known".into()),
            ))),
        },
        place,
    )
}

fn word(word: &Word) -> Value {
    let whole_hole = match word.text.parts() {
        [crate::value::Part::Hole(u)] => Some(u.clone()),
        _ => None,
    };
    let kind = whole_hole.map_or_else(|| Kind::String(word.text.clone()), Kind::Unknown);
    placed(kind, &word.place)
}

fn written(words: Vec<&Word>, place: &Place) -> Value {
    list(words.into_iter().map(word).collect(), place)
}

fn effect(effect: &Effect, place: &Place) -> Value {
    match effect {
        Effect::Allow => text("Allow", place),
        Effect::Deny => text("Deny", place),
        Effect::Unknown(why) => placed(
            Kind::Unknown(Arc::new(Unknown::because(why.clone()))),
            place,
        ),
    }
}

/// Whether one of the actions takes in every action of ECR; NotAction without `*` does, nearly.
fn wildcard_action(statement: &Statement) -> Result<bool, Arc<Unknown>> {
    let Some(actions) = statement.actions.as_ref().filter(|a| !a.negated) else {
        return Ok(false);
    };
    let every = |known: &str| {
        let known = known.to_ascii_lowercase();
        let stars = |t: &str| !t.is_empty() && t.bytes().all(|b| b == b'*');
        stars(&known)
            || known.split_once(':').is_some_and(|(service, action)| {
                stars(action)
                    && (service == "ecr" || service == "ecr-public" || service.ends_with('*'))
            })
    };
    if actions.words.iter().any(|w| w.known().is_some_and(every)) {
        return Ok(true);
    }
    match actions.words.iter().find_map(|w| w.text.first_hole()) {
        Some(hole) => Err(Arc::new(hole.clone())),
        None => Ok(false),
    }
}

/// Whether the resources take in every repository of the registry, whatever its name is.
fn every_repository(statement: &Statement) -> Result<bool, Arc<Unknown>> {
    let Some(resources) = &statement.resources else {
        return Ok(true);
    };
    if resources.negated {
        return Ok(true);
    }
    let mut doubt = None;
    for w in &resources.words {
        let tail = match w.text.parts().last() {
            Some(crate::value::Part::Lit(l)) => &*l.text,
            Some(crate::value::Part::Hole(u)) => {
                doubt = Some(u.clone());
                continue;
            }
            None => continue,
        };
        let stars = |t: &str| !t.is_empty() && t.bytes().all(|b| b == b'*');
        let name = tail.rsplit_once(":repository/").map(|(_, name)| name);
        let open_middle = w.text.first_hole().is_none() || name.is_some();
        if stars(tail) && w.text.known().is_some() || (open_middle && name.is_some_and(stars)) {
            return Ok(true);
        }
        if tail.rsplit_once(':').is_some_and(|(_, last)| stars(last)) {
            return Ok(true);
        }
    }
    doubt.map_or(Ok(false), Err)
}

/// Whether a principal is of an account that is not the deploying one, or everyone.
fn to_other_account(policy: &Policy<'_>, statement: &Statement) -> Result<bool, Arc<Unknown>> {
    let Some(principals) = &statement.principals else {
        return Ok(false);
    };
    if principals.negated {
        return Ok(true);
    }
    let mut doubt = None;
    for (sort, principal) in &principals.words {
        let other = named(*sort, &principal.text).and_then(|(kind, account)| match kind {
            "everyone" => Ok(true),
            "service" | "federated" | "other" => Ok(false),
            _ => is_own(policy, &account).map(|own| !own),
        });
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
    let mut items = Vec::new();
    let mut doubt = None;
    for w in statement.words() {
        let lits = w.text.parts().iter().filter_map(|p| match p {
            crate::value::Part::Lit(l) => Some(&*l.text),
            crate::value::Part::Hole(_) => None,
        });
        for found in lits.flat_map(accounts_in) {
            if !listed(&found) {
                items.push(text(found, &w.place));
            }
        }
        doubt = doubt.or_else(|| w.text.first_hole().filter(|u| u.role.is_none()).cloned());
    }
    let at = items.first().map_or(&statement.place, |i| &i.place).clone();
    match (items.is_empty(), doubt) {
        (true, Some(why)) => placed(Kind::Unknown(about(&why)), &at),
        _ => list(items, &at),
    }
}

/// Runs of twelve digits, and what stands in angle brackets.
fn accounts_in(text: &str) -> Vec<String> {
    let digits = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| arn::is_account_id(word))
        .map(str::to_owned);
    let bracket = text
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    digits
        .chain(bracket.map(|(name, _)| format!("<{name}>")))
        .collect()
}
