//! The way of a value as labels of a finding.

use crate::span::Span;
use crate::value::{Place, Via};

/// Where the caret goes and the further places that tell the way the value came, from the use back to where it was written.
pub(super) fn labels(place: &Place) -> (Span, Vec<(String, Span)>) {
    let primary = place.primary();
    let mut out: Vec<(String, Span)> = Vec::new();
    for step in place.steps().skip(1) {
        push(&mut out, primary, says(&step.via), step.span);
    }
    if place.trail.is_some() {
        push(
            &mut out,
            primary,
            "the value comes from here".to_owned(),
            place.span,
        );
    }
    (primary, out)
}

fn push(out: &mut Vec<(String, Span)>, primary: Span, says: String, span: Span) {
    let covered = |s: &Span| s.file == span.file && s.start <= span.start && span.end <= s.end;
    let shown = covered(&primary) || out.iter().any(|(_, s)| *s == span);
    if !shown {
        out.push((says, span));
    }
}

fn says(via: &Via) -> String {
    match via {
        Via::Variable(name) => format!("from `{name}`"),
        Via::Default(name) => format!("the default of `{name}`"),
        Via::Input(_) => "the value comes from here".to_owned(),
        Via::Argument(name) => format!("given as `{name}`"),
        Via::Local(name) => format!("from `local.{name}`"),
        Via::Output(name) => format!("from the output `{name}`"),
        Via::Reference(address, attribute) => format!("from `{address}.{attribute}`"),
        Via::Other(words) => words.to_string(),
    }
}
