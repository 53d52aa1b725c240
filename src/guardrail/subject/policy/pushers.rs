//! Who else may push.

use super::{Account, Answer, Policy, Trusted, blocked, flag, list, object, reach, text};
use crate::iam::action;
use crate::iam::document::{Effect, Statement, Word};
use crate::value::{Kind, Reason, Unknown, Value};
use std::sync::Arc;

/// What was found so far.
#[derive(Default)]
struct Found {
    items: Vec<Value>,
    doubt: Option<Reason>,
}

/// Other accounts that may push. ReplicateImage and CreateRepository of own accounts do not count: replication needs them.
pub(super) fn field(policy: &Policy<'_>, trusted: &Trusted) -> Value {
    let here = |names: &[&'static str]| -> Vec<&'static str> {
        let service = policy.scene.service;
        let named = names.iter().filter_map(|n| action::in_service(n, service));
        named.collect()
    };
    let push = here(action::PUSH);
    let all = [push.clone(), here(action::BRING)].concat();
    let mut found = Found::default();
    for (id, answer) in reach::accounts_with(&policy.scene, trusted, &all, false) {
        let inside = match id.as_str() {
            "*" => Ok(false),
            _ => (policy.context).is_inside(
                policy.resource,
                &Account::Known(id.clone()),
                &policy.place,
            ),
        };
        let (answer, asked): (Answer, &[&'static str]) = match inside {
            Ok(true) => (
                reach::account(&policy.scene, trusted, &id, &push, false),
                &push,
            ),
            _ => (answer, &all),
        };
        let blocked = || {
            let caller = matches!(inside, Ok(true)).then_some(id.as_str());
            blocked::words(policy, caller, |scene| match id.as_str() {
                "*" => reach::others(scene, asked, false),
                id => reach::account(scene, trusted, id, asked, false),
            })
        };
        let blocked = answer.witness().and_then(|_| blocked());
        found.add(policy, &id, inside, &answer, blocked);
    }
    if found.items.is_empty() {
        found.unnamed(policy, &push);
    }
    found.doubt = found.doubt.take().or_else(|| unread(policy, &all));
    let place = (found.items.first()).map_or_else(|| policy.place.clone(), |i| i.place.clone());
    let doubt = found.doubt.map(|reason| Arc::new(policy.because(reason)));
    match (found.items.is_empty(), doubt) {
        (true, Some(doubt)) => flag(Err(doubt), &place),
        (_, doubt) => {
            let mut out = list(found.items, &place);
            if let Kind::Sequence { more, .. } = &mut out.kind {
                *more = doubt; // others may push, too
            }
            out
        }
    }
}

/// Why somebody whom nobody can name yet may push: a principal with unknown parts in a statement that allows it.
fn unread(policy: &Policy<'_>, actions: &[&str]) -> Option<Reason> {
    let allows = |s: &&Statement| {
        let words = s
            .actions
            .iter()
            .filter(|a| !a.negated)
            .flat_map(|a| &a.words);
        let pushes = |p: &str| {
            action::expand(p)
                .iter()
                .any(|a| actions.contains(&a.name.as_str()))
        };
        s.effect == Effect::Allow && words.filter_map(Word::known).any(pushes)
    };
    let statements = policy.document.statements.iter().filter(allows);
    let named = statements.filter_map(|s| s.principals.as_ref().filter(|p| !p.negated));
    let mut holes = (named.flat_map(|p| &p.words)).filter_map(|(_, w)| w.text.first_hole());
    holes.find(|h| h.role.is_none()).map(|h| h.reason.clone())
}

impl Found {
    fn add(
        &mut self,
        policy: &Policy<'_>,
        id: &str,
        inside: Result<bool, Arc<Unknown>>,
        answer: &Answer,
        blocked: Option<String>,
    ) {
        match answer {
            Answer::No => {}
            Answer::Unknown(reasons) => {
                self.doubt = self.doubt.take().or_else(|| reasons.first().cloned());
            }
            Answer::Yes(witness) => {
                let mut access = match id {
                    "*" => policy.words(witness, true),
                    id => format!("account {id} can {}", policy.deed(witness)),
                };
                access.push_str(&blocked.unwrap_or_default());
                self.put(policy, answer, id, (inside, access));
            }
        }
    }

    /// Accounts that the policy does not name one by one: those of an organisation that it names, and those that nobody
    /// can tell.
    fn unnamed(&mut self, policy: &Policy<'_>, push: &[&'static str]) {
        let answer = reach::others(&policy.scene, push, false);
        match &answer {
            Answer::No => {}
            Answer::Unknown(reasons) => {
                self.doubt = self.doubt.take().or_else(|| reasons.first().cloned());
            }
            Answer::Yes(witness) => {
                let own = policy.scene.organization.as_deref();
                let inside = match (&witness.organization, own) {
                    (Some(theirs), Some(own)) => Ok(theirs == own),
                    (None, _) => Ok(false),
                    (Some(_), None) => Err(Arc::new(
                        Unknown::because("organization.id is not set")
                            .settle("set it in ecr-guard.yaml"),
                    )),
                };
                let whose = match &witness.organization {
                    Some(id) => format!("any account of {id}"),
                    None => "another account".to_owned(),
                };
                let access = format!("{whose} can {}", policy.deed(witness));
                self.put(policy, &answer, "*", (inside, access));
            }
        }
    }

    fn put(
        &mut self,
        policy: &Policy<'_>,
        answer: &Answer,
        id: &str,
        (inside, access): (Result<bool, Arc<Unknown>>, String),
    ) {
        let place = policy.place_of(answer);
        let entries = vec![
            ("account", text(id, &place)),
            ("inside", flag(inside, &place)),
            ("access", text(access, &place)),
        ];
        self.items.push(object(&place, entries));
    }
}
