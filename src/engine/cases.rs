//! Findings of the cases of a template, put together: what holds in every case is said once, without a case.

use crate::finding::{Enforcement, Finding, Outcome};
use crate::value::Cause;
use std::collections::{BTreeMap, BTreeSet};

/// A finding with the case of its root that it was found in, and how many cases of that root hold its resource.
pub(super) struct InCase {
    pub(super) finding: Finding,
    pub(super) case: Option<String>,
    pub(super) cases: usize,
    /// How many cases there are of that root.
    pub(super) roots: usize,
    /// Nobody tells whether it is deployed in this case.
    pub(super) supposed: bool,
    /// Whether doubt about it would block.
    pub(super) doubt_blocks: bool,
}

/// Why a violation that only some values of the parameters make is none for sure.
const SUPPOSED: &str = "the values of the parameters are not told";

impl InCase {
    fn is_violated(&self) -> bool {
        self.finding.outcome == Outcome::Violated
    }

    /// The same where nobody tells whether the case is deployed.
    fn in_doubt(mut self) -> Self {
        if self.supposed && self.is_violated() {
            self.finding.outcome = Outcome::Undetermined;
            self.finding.because = vec![SUPPOSED.to_owned()];
            self.finding.blocks = self.doubt_blocks;
        }
        self
    }
}

/// One finding for each resource, place and access. A violation in some case outweighs doubt in another: the doubt is
/// dropped. Where a case has several at one place, their fingerprints tell them apart; where none has, it is the same
/// finding whatever its words: a name in it may differ from case to case.
pub(super) fn merge(found: Vec<InCase>) -> Vec<Finding> {
    let mut places: BTreeMap<_, Vec<InCase>> = BTreeMap::new();
    for one in found {
        let access = one.finding.access.as_ref();
        let key = (
            one.finding.guardrail.clone(),
            one.finding.resource.clone(),
            one.finding.span,
            access.map(|a| (a.accounts.clone(), a.actions.clone())),
        );
        places.entry(key).or_default().push(one);
    }
    let mut out = Vec::new();
    for group in places.into_values() {
        let cases: BTreeSet<_> = group.iter().map(|f| &f.case).collect();
        if cases.len() == group.len() {
            out.extend(one_of(group));
            continue;
        }
        let mut apart: BTreeMap<_, Vec<InCase>> = BTreeMap::new();
        for one in group {
            let key = one.finding.fingerprint.clone();
            apart.entry(key).or_default().push(one);
        }
        out.extend(apart.into_values().filter_map(one_of));
    }
    out
}

/// Whether a doubt, that some cases of the resource do not raise, says only that a parameter need not have its default: of
/// values that hang on no condition nobody says that either. It counts where a violation would block.
fn is_idle(finding: &Finding) -> bool {
    finding.outcome == Outcome::Undetermined
        && finding.enforcement != Enforcement::Block
        && finding.cause == Cause::Defaulted
}

fn one_of(group: Vec<InCase>) -> Option<Finding> {
    let certain = |f: &InCase| f.is_violated() && !f.supposed;
    let in_all = group.iter().filter(|f| f.is_violated()).count() >= group.first()?.roots;
    let group: Vec<InCase> = match in_all || group.iter().any(certain) {
        true => group,
        false => group.into_iter().map(InCase::in_doubt).collect(),
    };
    let any_violated = group.iter().any(InCase::is_violated);
    let kept: Vec<InCase> = (group.into_iter())
        .filter(|f| f.is_violated() || !any_violated)
        .collect();
    let cases: Vec<String> = kept.iter().filter_map(|f| f.case.clone()).collect();
    let everywhere = cases.len() >= kept.first()?.cases;
    if !everywhere && kept.iter().all(|f| is_idle(&f.finding)) {
        return None;
    }
    let when = (!everywhere && !cases.is_empty()).then(|| words(cases));
    let worst = kept.into_iter().map(|f| f.finding).reduce(worse)?;
    Some(Finding { when, ..worst })
}

/// The one that does more; of equals the first.
fn worse(a: Finding, b: Finding) -> Finding {
    let weight = |f: &Finding| (f.enforcement == Enforcement::Block, f.severity);
    if weight(&b) > weight(&a) { b } else { a }
}

/// Cases in words, the fewest: of "A is true and B is false" and "A is true and B is true", "A is true" is left.
fn words(cases: Vec<String>) -> String {
    let mut left: Vec<Vec<&str>> = Vec::new();
    for case in &cases {
        let terms: Vec<&str> = case.split(" and ").collect();
        if !left.contains(&terms) {
            left.push(terms);
        }
    }
    while let Some((i, j, joined)) = pair(&left) {
        left.remove(j);
        left.remove(i);
        if !left.contains(&joined) {
            left.insert(i.min(left.len()), joined);
        }
    }
    let words: Vec<String> = left.iter().map(|terms| terms.join(" and ")).collect();
    words.join(", or ")
}

/// Two cases that differ in the truth of one condition only, and what is left of them.
fn pair<'a>(cases: &[Vec<&'a str>]) -> Option<(usize, usize, Vec<&'a str>)> {
    for (i, one) in cases.iter().enumerate() {
        for (j, other) in cases.iter().enumerate().skip(i + 1) {
            let apart = |a: &[&'a str], b: &[&'a str]| -> Vec<&'a str> {
                a.iter().filter(|t| !b.contains(t)).copied().collect()
            };
            let (here, there) = (apart(one, other), apart(other, one));
            if let ([here], [there]) = (here.as_slice(), there.as_slice())
                && one.len() > 1
                && opposite(here, there)
            {
                let rest = one.iter().filter(|t| *t != here).copied().collect();
                return Some((i, j, rest));
            }
        }
    }
    None
}

/// Whether two terms say the opposite of one condition.
fn opposite(one: &str, other: &str) -> bool {
    let truth = |term: &str| {
        let positive = term
            .strip_suffix(" is true")
            .map(|name| (name.to_owned(), true));
        positive.or_else(|| Some((term.strip_suffix(" is false")?.to_owned(), false)))
    };
    match (truth(one), truth(other)) {
        (Some((a, x)), Some((b, y))) => a == b && x != y,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
