//! Takes out of a report what nobody should read: reasons and problems quote values.

use super::NotRun;
use crate::diagnostic::Diagnostic;
use crate::finding::{Finding, Witness};
use crate::span::Files;
use std::borrow::Cow;

/// Goes over everything that is said in words; ids, addresses and paths stay.
pub(super) fn keep(
    findings: &mut [Finding],
    diagnostics: &mut [Diagnostic],
    not_run: &mut [NotRun],
    files: &Files,
) {
    let keep = |text: &mut String| {
        if let Cow::Owned(shown) = files.without_secrets(text) {
            *text = shown;
        }
    };
    for finding in findings {
        keep(&mut finding.message);
        let said = [&mut finding.label, &mut finding.settle, &mut finding.fix];
        said.into_iter().flatten().for_each(keep);
        finding.because.iter_mut().for_each(keep);
        finding.related.iter_mut().for_each(|(says, _)| keep(says));
        if let Some(witness) = &mut finding.witness {
            of_witness(witness, keep);
        }
    }
    for diagnostic in diagnostics {
        keep(&mut diagnostic.message);
        diagnostic.help.iter_mut().for_each(keep);
        let related = diagnostic.related.iter_mut();
        related.for_each(|(says, _)| keep(says));
    }
    not_run.iter_mut().for_each(|n| keep(&mut n.because));
}

fn of_witness(witness: &mut Witness, keep: impl Fn(&mut String)) {
    keep(&mut witness.principal);
    keep(&mut witness.action);
    keep(&mut witness.resource);
    witness.context.values_mut().for_each(keep);
}
