//! The principals of all rules, sorted by what they name, so that a caller is not held against each of them.

use super::mask::{self, Mask, put};
use crate::iam::kleene::Tri;
use crate::iam::pattern::Context;
use crate::iam::principal::{Caller, Who, role_of};
use crate::iam::rule::Rule;
use std::collections::HashMap;

/// Which rules name whom.
#[derive(Debug, Default)]
pub(super) struct Principals {
    /// Everyone, and rules without principals.
    everyone: Mask,
    accounts: HashMap<String, Mask>,
    arns: HashMap<String, Mask>,
    /// Roles, which their sessions are named by: partition, account and name.
    roles: HashMap<(String, String, String), Mask>,
    services: HashMap<String, Mask>,
    /// Partly or wholly unknown principals, each with its rule.
    open: Vec<(usize, Who)>,
    negated: Mask,
    /// Denies with NotPrincipal by the accounts that they list (A2).
    listed: HashMap<String, Mask>,
}

impl Principals {
    pub(super) fn new(rules: &[(usize, &Rule)]) -> Self {
        let empty = Mask::from_elem(0, mask::width(rules.len()));
        let mut out = Principals {
            everyone: empty.clone(),
            negated: empty.clone(),
            ..Principals::default()
        };
        for (i, (_, rule)) in rules.iter().enumerate() {
            let Some(element) = &rule.principals else {
                put(&mut out.everyone, i, true, true);
                continue;
            };
            if element.negated {
                put(&mut out.negated, i, true, true);
            }
            for who in &element.who {
                out.sort(i, who, &empty);
                if let Some(account) = who.account().filter(|_| element.negated && element.deny) {
                    put(
                        slot(&mut out.listed, account.to_owned(), &empty),
                        i,
                        true,
                        true,
                    );
                }
            }
        }
        out
    }

    fn sort(&mut self, rule: usize, who: &Who, empty: &Mask) {
        let set = |into: &mut Mask| put(into, rule, true, true);
        match who {
            Who::Everyone => set(&mut self.everyone),
            Who::Account(id) => set(slot(&mut self.accounts, id.clone(), empty)),
            Who::Identity(arn) => {
                set(slot(&mut self.arns, arn.clone(), empty));
                if let Some((partition, account, name)) =
                    role_of(arn).filter(|_| !arn.contains(":assumed-role/"))
                {
                    let role = (partition.to_owned(), account.to_owned(), name.to_owned());
                    set(slot(&mut self.roles, role, empty));
                }
            }
            Who::Service(name) | Who::Other(name) => {
                set(slot(&mut self.services, name.clone(), empty));
            }
            Who::Gone(_) | Who::Invalid(_) => {}
            Who::Open { .. } => self.open.push((rule, who.clone())),
        }
    }

    /// The rules that speak of a caller.
    pub(super) fn of(&self, caller: &Caller, context: &Context) -> Mask {
        let mut out = self.everyone.clone();
        let mut found = |mask: Option<&Mask>| {
            if let Some(mask) = mask {
                mask::add(&mut out, mask);
            }
        };
        match caller {
            Caller::Identity { arn, account } => {
                found(self.accounts.get(account));
                found(self.arns.get(arn));
                if let Some((partition, account, name)) = role_of(arn)
                    .filter(|_| !self.roles.is_empty() && arn.contains(":assumed-role/"))
                {
                    let role = (partition.to_owned(), account.to_owned(), name.to_owned());
                    found(self.roles.get(&role));
                }
            }
            Caller::Service(name) => found(self.services.get(name)),
            Caller::Anonymous => {}
        }
        for (rule, who) in &self.open {
            let tri = who.fits(caller, context);
            put(&mut out, *rule, tri.must(), tri.may());
        }
        mask::negate(&mut out, &self.negated);
        if context.view.cautious
            && let Some(listed) = caller.account().and_then(|a| self.listed.get(a))
        {
            mask::clear(&mut out, listed, Tri::Unknown);
        }
        out
    }
}

fn slot<'a, K: std::hash::Hash + Eq>(
    of: &'a mut HashMap<K, Mask>,
    key: K,
    empty: &Mask,
) -> &'a mut Mask {
    of.entry(key).or_insert_with(|| empty.clone())
}
