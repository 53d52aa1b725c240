//! Findings of the cases of a template, put together: what holds in every case is said once, without a case.

use crate::finding::{Enforcement, Finding, Outcome};
use crate::value::DEFAULTED;
use std::collections::{BTreeMap, BTreeSet};

/// A finding with the case of its root that it was found in, and how many cases of that root hold its resource.
pub(super) struct InCase {
    pub(super) finding: Finding,
    pub(super) case: Option<String>,
    pub(super) cases: usize,
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
    let defaulted = |because: &String| because.ends_with(DEFAULTED);
    finding.outcome == Outcome::Undetermined
        && finding.enforcement != Enforcement::Block
        && !finding.because.is_empty()
        && finding.because.iter().all(defaulted)
}

fn one_of(group: Vec<InCase>) -> Option<Finding> {
    let violated = |f: &InCase| f.finding.outcome == Outcome::Violated;
    let any_violated = group.iter().any(violated);
    let kept: Vec<InCase> = (group.into_iter())
        .filter(|f| violated(f) || !any_violated)
        .collect();
    let cases: Vec<String> = kept.iter().filter_map(|f| f.case.clone()).collect();
    let first = kept.into_iter().next()?;
    let everywhere = cases.len() >= first.cases;
    if !everywhere && is_idle(&first.finding) {
        return None;
    }
    let when = (!everywhere && !cases.is_empty()).then(|| cases.join(", or "));
    Some(Finding {
        when,
        ..first.finding
    })
}
