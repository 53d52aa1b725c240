//! What a change of REGISTRY_POLICY_SCOPE from V1 to V2 does to a registry policy.

use super::{Answer, Entry, Policy, list, null, placed, reach, text};
use crate::iam::action::{V1, expand};
use crate::iam::document::{PolicyKind, Statement, Word};
use crate::iam::reach::{Ability, Holder, Party, Scene, Source};
use crate::iam::rule::Scope;
use crate::value::{Kind, Reason, Unknown, Value};
use std::sync::Arc;

/// So many changes are told; the others are counted.
const TOLD: usize = 3;

/// What V2 gives and takes, in words; null where nothing.
pub(super) fn entries(policy: &Policy<'_>) -> Vec<Entry> {
    if policy.document.kind != PolicyKind::Registry {
        let none = || null(&policy.place);
        return vec![("v2_gives", none()), ("v2_takes", none())];
    }
    let of = |scope: Scope| {
        let mut scene = Scene {
            policies: policy.scene.policies.iter().take(1).cloned().collect(),
            ..policy.scene.clone()
        };
        for attached in &mut scene.policies {
            attached.scope = scope.clone();
        }
        reach::with_own_identities(&scene)
    };
    let (v1, v2) = (of(Scope::V1), of(Scope::V2));
    vec![
        ("v2_gives", change(policy, &v1, &v2)),
        ("v2_takes", change(policy, &v2, &v1)),
    ]
}

/// Who can do what by `head` and not by `base`.
fn change(policy: &Policy<'_>, base: &Scene, head: &Scene) -> Value {
    let trusted = policy.trusted();
    let change = reach::Change::new(base, head, &trusted);
    let (mut told, mut doubt) = (Vec::new(), None);
    let mut at = None;
    for ability in Ability::ALL {
        let (actions, _) = ability.actions();
        let found = match change.gained(&actions, false) {
            Ok(found) => found,
            Err(why) => {
                doubt = doubt.or_else(|| Some(Reason::from(why)));
                continue;
            }
        };
        for holder in found.iter().filter(|h| !h.covered) {
            match &holder.answer {
                Answer::Yes(witness) => {
                    // a loss is told at the Deny that makes it: `before` is the other side of the comparison
                    let statement = holder.before.map_or(witness.statement, |(_, s)| s);
                    at = at.or(Some(statement));
                    told.push(words(holder, *ability));
                }
                Answer::Unknown(reasons) => doubt = doubt.or_else(|| reasons.first().cloned()),
                Answer::No => {}
            }
        }
    }
    let statements = &policy.document.statements;
    let place = at
        .and_then(|n| statements.iter().find(|s| s.index == n))
        .map_or(&policy.place, |s| &s.place);
    match (told.len(), doubt) {
        (0, Some(reason)) => placed(Kind::Unknown(Arc::new(Unknown::because(reason))), place),
        (0, None) => null(place),
        (n, _) => {
            let mut said: Vec<String> = told.into_iter().take(TOLD).collect();
            if n > TOLD {
                said.push(format!("{} more", n - TOLD));
            }
            text(said.join(", "), place)
        }
    }
}

fn words(holder: &Holder, ability: Ability) -> String {
    let who = match &holder.party {
        Party::Anyone => "anyone".to_owned(),
        Party::Organization(id) => format!("any account of {id}"),
        Party::Account(id) => format!("account {id}"),
        Party::Principal(arn) => arn.clone(),
        Party::Service { name, source } => match source {
            Source::Anyone => format!("{name} for anyone"),
            Source::Organization(id) | Source::Account(id) | Source::Resource(id) => {
                format!("{name} for {id}")
            }
        },
    };
    format!("{who} ({})", ability.word())
}

/// Actions of a statement that V1 does not ask the policy about; empty where V1 asks about one of its actions.
pub(super) fn inert(policy: &Policy<'_>, statement: &Statement) -> Value {
    let actions = statement.actions.as_ref();
    let words: Vec<&Word> = (actions.iter())
        .filter(|a| policy.document.kind == PolicyKind::Registry && !a.negated)
        .flat_map(|a| &a.words)
        .collect();
    let asked = |w: &Word| {
        let takes = |p: &str| expand(p).iter().any(|a| V1.contains(&a.name.as_str()));
        w.known().is_none_or(takes)
    };
    let place = actions.map_or(&statement.place, |a| &a.place);
    if words.iter().any(|w| asked(w)) {
        let open = words.iter().find_map(|w| w.text.first_hole());
        return match open {
            Some(why) => placed(Kind::Unknown(super::super::about(why)), place),
            None => list(Vec::new(), place),
        };
    }
    let items = words
        .iter()
        .map(|w| placed(Kind::String(w.text.clone()), &w.place));
    list(items.collect(), place)
}
