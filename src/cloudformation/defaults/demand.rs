//! What is to be seen of a resource: every consistent combination of the conditions that it hangs on, and of those that what
//! it is judged by hangs on.

use super::{Search, Truths};
use crate::cloudformation::hang::Judged;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Types by which other resources are judged, whether they are there or not.
const SURROUNDINGS: [&str; 9] = [
    "AWS::CloudTrail::Trail",
    "AWS::EC2::VPCEndpoint",
    "AWS::ECR::PullThroughCacheRule",
    "AWS::ECR::Registry",
    "AWS::ECR::ReplicationConfiguration",
    "AWS::ECR::RepositoryCreationTemplate",
    "AWS::ECR::SigningConfiguration",
    "AWS::Events::Rule",
    "AWS::Organizations::Policy",
];

/// Conditions that something hangs on, by their positions among the names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Hanging {
    /// It exists where these hold; elsewhere it looks like nothing.
    there: BTreeSet<usize>,
    own: BTreeSet<usize>,
}

/// What is to be seen of a resource in every way.
pub(super) struct Demand {
    resource: Hanging,
    /// Whether it matters, too, that it does not exist.
    absence: bool,
    /// What it is judged by.
    beside: BTreeSet<Hanging>,
    /// All conditions, with those that they hang on.
    pub(super) behind: BTreeSet<usize>,
    /// Parameters at their defaults that these hang on.
    pub(super) parameters: BTreeSet<String>,
}

impl Hanging {
    /// What a case says; `None` where it does not exist.
    fn view(&self, truths: &Truths) -> Option<Truths> {
        let truth = |i: &usize| truths.get(*i).copied().flatten();
        let there = self.there.iter().all(|i| truth(i) != Some(false));
        there.then(|| self.there.iter().chain(&self.own).map(truth).collect())
    }

    fn positions(&self) -> impl Iterator<Item = usize> {
        self.there.iter().chain(&self.own).copied()
    }

    fn is_empty(&self) -> bool {
        self.there.is_empty() && self.own.is_empty()
    }
}

impl Demand {
    /// How a case shows the resource and what it is judged by; `None` where the resource does not exist in it, and that does
    /// not matter.
    pub(super) fn view(&self, truths: &Truths) -> Option<Vec<Option<Truths>>> {
        let Some(own) = self.resource.view(truths) else {
            return self.absence.then(|| vec![None]);
        };
        let beside = self.beside.iter().map(|other| other.view(truths));
        Some(std::iter::once(Some(own)).chain(beside).collect())
    }

    /// All conditions that it speaks of.
    pub(super) fn positions(&self) -> impl Iterator<Item = usize> {
        let beside = self.beside.iter().flat_map(Hanging::positions);
        self.resource.positions().chain(beside)
    }

    /// The first of the conditions that are not as they are by default.
    pub(super) fn first(&self, truths: &Truths, default: Option<&Truths>) -> usize {
        let other = |i: &usize| default.is_none_or(|d| d.get(*i) != truths.get(*i));
        self.positions().find(other).unwrap_or_default()
    }
}

/// What is to be seen of the resources that hang on defaults: those that hang on the most conditions first.
pub(super) fn demands(search: &Search<'_, '_>) -> Vec<Demand> {
    let every = search.run.every_case;
    let positions = |names: &BTreeSet<String>| -> BTreeSet<usize> {
        let found = search.names.iter().enumerate();
        let found = found.filter(|(_, name)| names.contains(*name));
        found.map(|(i, _)| i).collect()
    };
    let hanging = |resource: &Judged| Hanging {
        there: positions(&resource.there),
        own: match every {
            true => positions(&resource.own.conditions),
            false => BTreeSet::new(),
        },
    };
    let surrounding = |kind: &str| SURROUNDINGS.iter().any(|s| kind.starts_with(s));
    let all: Vec<(&str, Hanging)> = (search.map.resources.iter())
        .map(|r| (r.kind.as_str(), hanging(r)))
        .collect();
    let around: BTreeSet<&Hanging> = (all.iter())
        .filter(|(kind, hanging)| every && surrounding(kind) && !hanging.is_empty())
        .map(|(_, hanging)| hanging)
        .collect();
    let mut known = BTreeSet::new();
    let mut wanted = Vec::new();
    for (kind, resource) in &all {
        let judged_by_others = surrounding(kind) || kind.starts_with("AWS::ECR::");
        let beside = around.iter().filter(|_| judged_by_others).copied();
        let beside: BTreeSet<Hanging> = beside.filter(|h| *h != resource).cloned().collect();
        let both = (resource.clone(), beside);
        let empty = both.0.is_empty() && both.1.is_empty();
        if !empty && known.insert(both.clone()) {
            wanted.push(both);
        }
    }
    let demand = |(resource, beside): (Hanging, BTreeSet<Hanging>)| {
        let mut demand = Demand {
            resource,
            absence: search.run.absence,
            beside,
            behind: BTreeSet::new(),
            parameters: BTreeSet::new(),
        };
        let names = (demand.positions()).filter_map(|i| search.names.get(i));
        let behind = search.map.behind(names);
        demand.behind = positions(&behind.conditions);
        demand.parameters = match behind.cut {
            true => search.defaulted.keys().cloned().collect(),
            false => search.held(&behind),
        };
        demand
    };
    let mut out: Vec<Demand> = wanted.into_iter().map(demand).collect();
    out.retain(|d| !d.parameters.is_empty());
    out.sort_by_key(|d| Reverse(d.positions().count()));
    out
}
