//! The way of a value as labels of a finding.

use crate::span::Span;
use crate::value::{Place, Via};

/// Where the caret goes and the further places that tell the way the value came, from the use back to where it was written.
pub(super) fn labels(place: &Place) -> (Span, Vec<(String, Span)>) {
    let mut chain: Vec<(String, Span)> = (place.steps()).map(|s| (says(&s.via), s.span)).collect();
    chain.push(("the value comes from here".to_owned(), place.span));
    narrow(place, &mut chain);
    let primary = chain.first().map_or(place.span, |(_, span)| *span);
    let mut out: Vec<(String, Span)> = Vec::new();
    for (says, span) in chain.into_iter().skip(1) {
        push(&mut out, primary, says, span);
    }
    (primary, out)
}

/// A document that is written as a template (a heredoc with `${…}` in it) is one text, and all its parts have come its
/// way. A part that stands inside has a place of its own: it goes before the whole, and the way of the other parts is
/// not its way.
fn narrow(place: &Place, chain: &mut Vec<(String, Span)>) {
    let part = |at: usize| match place.steps().nth(at) {
        Some(step) => matches!(&step.via, Via::Other(words) if **words == *Via::PUT_INTO),
        None => true,
    };
    let parts: Vec<bool> = (0..chain.len()).map(part).collect();
    let template = |via: &Via| matches!(via, Via::Other(words) if **words == *Via::TEMPLATE);
    let Some(whole) = place.steps().position(|s| template(&s.via)) else {
        return;
    };
    let Some(outer) = chain.get(whole).map(|(_, span)| *span) else {
        return;
    };
    let inside = |span: Span| covers(outer, span) && span != outer;
    let inner = (chain.iter().zip(parts))
        .rposition(|((_, span), part)| part && inside(*span))
        .filter(|inner| *inner > whole);
    if let Some(inner) = inner {
        chain.drain(whole..inner);
    }
}

fn covers(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

fn push(out: &mut Vec<(String, Span)>, primary: Span, says: String, span: Span) {
    let shown = covers(primary, span) || out.iter().any(|(_, s)| *s == span);
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
