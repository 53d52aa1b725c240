//! Which Deny statements of a policy have nothing in its successor that stands for them.

use crate::iam::document::{Condition, Document, Effect, PolicyKind, Statement, Word};
use crate::value::{Kind, Text, Unknown, Value, all, any};
use std::sync::Arc;

/// What came of comparing.
#[derive(Debug, Default)]
pub(super) struct Denials {
    /// The statements that nothing stands for any more: their Sid, or their number.
    pub(super) lost: Vec<String>,
    /// Why there may be others.
    pub(super) doubt: Option<Arc<Unknown>>,
}

/// Compares a policy with what it becomes; `None`: it goes.
pub(super) fn compare(before: &Value, after: Option<&Value>, kind: PolicyKind) -> Denials {
    let mut out = Denials::default();
    if before.is_null() {
        return out;
    }
    let (document, _) = Document::read(before, kind);
    let after = after.filter(|v| !v.is_null());
    let successor = after.map(|v| Document::read(v, kind).0);
    let hidden = match (after.map(|v| &v.kind), &successor) {
        (Some(Kind::Unknown(why)), _) => Some(why.clone()),
        (_, Some(document)) => document.unknown.first().cloned(),
        _ => None,
    };
    for statement in &document.statements {
        let here = match &statement.effect {
            Effect::Allow => continue,
            Effect::Deny => None,
            Effect::Unknown(why) => Some(Arc::new(Unknown::because(why.clone()))),
        };
        let others = successor.iter().flat_map(|d| &d.statements);
        let kept = any(others.map(|other| stands_for(other, statement)));
        match (kept, here.or_else(|| hidden.clone())) {
            (Ok(true), _) => {}
            (Err(why), _) | (Ok(false), Some(why)) => out.doubt = Some(why),
            (Ok(false), None) => out.lost.push(name(statement, document.sensitive)),
        }
    }
    if let Some(why) = document.unknown.first() {
        out.doubt.get_or_insert_with(|| why.clone());
    }
    out
}

fn name(statement: &Statement, sensitive: bool) -> String {
    match sid(statement).filter(|_| !sensitive) {
        Some(sid) => format!("`{sid}`"),
        None => format!("number {}", statement.index + 1),
    }
}

fn sid(statement: &Statement) -> Option<&str> {
    let sid = statement.sid.as_ref().and_then(Word::known);
    sid.filter(|s| !s.is_empty())
}

/// Whether a statement denies what another one did: it has that one's Sid, or it takes in at least as much of everything.
fn stands_for(new: &Statement, old: &Statement) -> Result<bool, Arc<Unknown>> {
    let effect = match &new.effect {
        Effect::Allow => return Ok(false),
        Effect::Deny => Ok(true),
        Effect::Unknown(why) => Err(Arc::new(Unknown::because(why.clone()))),
    };
    if sid(new).is_some() && sid(new) == sid(old) {
        return effect;
    }
    let principals = |s: &Statement| {
        s.principals.as_ref().map(|p| {
            let words = p.words.iter().map(|(_, w)| w.text.clone());
            (p.negated, words.collect::<Vec<Text>>())
        })
    };
    let words = |w: &Option<crate::iam::document::Words>| {
        w.as_ref().map(|w| {
            let words = w.words.iter().map(|w| w.text.clone());
            (w.negated, words.collect::<Vec<Text>>())
        })
    };
    let open = new.unknown.clone().map_or(Ok(true), Err);
    all([
        effect,
        takes_in(principals(new), principals(old)),
        takes_in(words(&new.actions), words(&old.actions)),
        takes_in(words(&new.resources), words(&old.resources)),
        fewer_conditions(&new.conditions, &old.conditions),
        open,
    ])
}

type Side = Option<(bool, Vec<Text>)>;

/// Whether an element takes in all that another one does, by its words.
fn takes_in(new: Side, old: Side) -> Result<bool, Arc<Unknown>> {
    match (new, old) {
        (None, None) => Ok(true),
        (Some((false, new)), _) if new.iter().any(|t| t.known() == Some("*")) => Ok(true),
        (Some((false, new)), Some((false, old))) => {
            all(old.iter().map(|t| any(new.iter().map(|n| wider(n, t)))))
        }
        // of what is excepted, less is more
        (Some((true, new)), Some((true, old))) => {
            all(new.iter().map(|t| any(old.iter().map(|o| o.same(t)))))
        }
        _ => Ok(false),
    }
}

/// Whether a word is the same as another, or says the whole service where that one names an action of it.
fn wider(new: &Text, old: &Text) -> Result<bool, Arc<Unknown>> {
    let service = new.known().and_then(|n| n.strip_suffix(":*"));
    let inside = |s: &str| {
        let rest = old.known().and_then(|o| o.strip_prefix(s));
        rest.is_some_and(|rest| rest.starts_with(':'))
    };
    match service.is_some_and(inside) {
        true => Ok(true),
        false => new.same(old),
    }
}

/// Whether every condition of a statement stands in another one, too: with fewer of them it denies more.
fn fewer_conditions(new: &[Condition], old: &[Condition]) -> Result<bool, Arc<Unknown>> {
    let equal = |a: &Condition, b: &Condition| {
        let named =
            a.operator.eq_ignore_ascii_case(&b.operator) && a.key.eq_ignore_ascii_case(&b.key);
        if !named || a.values.len() != b.values.len() {
            return Ok(false);
        }
        all((a.values.iter()).map(|v| any(b.values.iter().map(|o| v.text.same(&o.text)))))
    };
    all(new.iter().map(|c| any(old.iter().map(|o| equal(c, o)))))
}
