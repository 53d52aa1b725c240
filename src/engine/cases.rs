//! Findings of the cases of a template, put together: what holds in every case is said once, without a case.

use crate::finding::{Finding, Outcome};
use std::collections::BTreeMap;

/// A finding with the case of its root that it was found in, and how many cases of that root hold its resource.
pub(super) struct InCase {
    pub(super) finding: Finding,
    pub(super) case: Option<String>,
    pub(super) cases: usize,
}

/// One finding for each fingerprint and place. A violation in some case outweighs doubt in another: the doubt is dropped.
pub(super) fn merge(found: Vec<InCase>) -> Vec<Finding> {
    let mut groups: BTreeMap<_, Vec<InCase>> = BTreeMap::new();
    for one in found {
        let key = (
            one.finding.guardrail.clone(),
            one.finding.resource.clone(),
            one.finding.span,
            one.finding.fingerprint.clone(),
        );
        groups.entry(key).or_default().push(one);
    }
    groups.into_values().filter_map(one_of).collect()
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
    let when = (!everywhere && !cases.is_empty()).then(|| cases.join(", or "));
    Some(Finding {
        when,
        ..first.finding
    })
}
