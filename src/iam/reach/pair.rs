//! Two states of the policies on one ground: a rule that both have is one rule, so that what is unknown of it does not count as
//! a change.

use super::goal::Side;
use super::ground::Ground;
use crate::iam::pattern::{Glob, Tok};
use crate::iam::principal::{Principals, Who};
use crate::iam::rule::{Element, Policy, Rule, Scope};
use crate::value::Unknown;

/// Both states, as they are.
pub(super) struct Pair {
    pub(super) base: Vec<Policy>,
    pub(super) head: Vec<Policy>,
}

/// Puts rules that both states have together. The first policies of the ground are those of the base.
pub(super) fn compare(ground: &mut Ground, base: usize) -> Pair {
    let mut policies = std::mem::take(&mut ground.policies);
    let mut head = policies.split_off(base.min(policies.len()));
    let pair = Pair {
        base: policies.clone(),
        head: head.clone(),
    };
    let before = pair.base.iter().flat_map(|p| &p.rules);
    ground.old = before.map(fingerprint).collect();
    let mut sides: Vec<Vec<Side>> = (policies.iter())
        .map(|p| {
            vec![
                Side {
                    base: true,
                    head: false
                };
                p.rules.len()
            ]
        })
        .collect();
    let mut new = Vec::new();
    for policy in &mut head {
        policy.rules.retain_mut(|rule| {
            let left = left(rule, &mut policies, &mut sides);
            new.extend(left);
            left.is_some()
        });
    }
    ground.sides = sides.into_iter().flatten().chain(new).collect();
    ground.policies = policies;
    ground.policies.extend(head);
    pair
}

/// Looks for a rule of the head among those of the base, and says on which side stands what is left of it.
fn left(rule: &mut Rule, base: &mut [Policy], sides: &mut [Vec<Side>]) -> Option<Side> {
    let new = Side {
        base: false,
        head: true,
    };
    let own = meaning(rule);
    let all = base.iter_mut().zip(sides);
    let mut each = all.flat_map(|(p, s)| p.rules.iter_mut().zip(s.iter_mut()));
    let found = each.find(|(r, s)| !s.head && r.scope != Scope::Beyond && meaning(r) == own);
    let Some((found, side)) = found else {
        return Some(new);
    };
    match (&found.scope, &rule.scope) {
        (a, b) if a == b => {
            side.head = true;
            None
        }
        (Scope::V1, Scope::V2) => {
            side.head = true;
            rule.scope = Scope::Beyond;
            Some(new)
        }
        (Scope::V2, Scope::V1) => {
            found.scope = Scope::Beyond;
            Some(Side {
                base: true,
                head: true,
            })
        }
        _ => Some(new),
    }
}

impl Ground {
    /// Whether the base of a comparison does not have a rule; without a comparison: yes.
    pub(super) fn is_new(&self, rule: &Rule) -> bool {
        self.old.is_empty() || !self.old.contains(&fingerprint(rule))
    }
}

fn fingerprint(rule: &Rule) -> String {
    format!("{} {:?}", meaning(rule), rule.scope)
}

/// What a rule says, whatever its scope: equal texts mean the same.
fn meaning(rule: &Rule) -> String {
    let mut out = format!("{} {:?};", rule.deny, rule.doubt);
    match &rule.principals {
        Some(p) => principals(p, &mut out),
        None => out.push_str("none"),
    }
    for element in [&rule.actions, &rule.resources] {
        out.push(';');
        match element {
            Some(e) => patterns(e, &mut out),
            None => out.push_str("none"),
        }
    }
    for clause in &rule.clauses {
        out.push_str(&format!(";{:?} {}", clause.operator, clause.key));
        for glob in &clause.values {
            spell(glob, &mut out);
        }
    }
    out
}

fn principals(element: &Principals, out: &mut String) {
    out.push_str(&format!("{}", element.negated));
    for who in &element.who {
        match who {
            Who::Open {
                glob,
                sort,
                everyone,
                ..
            } => {
                out.push_str(&format!(" {sort:?} {everyone}"));
                spell(glob, out);
            }
            known => out.push_str(&format!(" {known:?}")),
        }
    }
}

fn patterns(element: &Element, out: &mut String) {
    out.push_str(&format!("{}", element.negated));
    for glob in &element.globs {
        spell(glob, out);
    }
}

fn spell(glob: &Glob, out: &mut String) {
    out.push('"');
    for tok in glob.toks() {
        match tok {
            Tok::Hole(unknown) => same(unknown, out),
            known => out.push_str(&format!("{known:?}")),
        }
    }
    out.push('"');
}

/// What an unknown part is: two that spell alike have one value. One that nobody can tell from others is like no other.
fn same(unknown: &std::sync::Arc<Unknown>, out: &mut String) {
    match (&unknown.identity, &unknown.source) {
        (None, None) => out.push_str(&format!("<{:p}>", std::sync::Arc::as_ptr(unknown))),
        (identity, source) => {
            out.push_str(&format!("<{identity:?} {source:?} {:?}>", unknown.prefix))
        }
    }
}
