//! Runs the pieces of a pattern over a text: the set of positions that the text so far leads to.

use super::{Set, Tok};
use smallvec::{SmallVec, smallvec};
use std::str::Chars;

/// A set of positions in a pattern.
type Positions = SmallVec<[u64; 2]>;

/// Whether pieces without holes and variables match a whole value.
pub(super) fn run(toks: &[Tok], value: &str) -> bool {
    let narrow = |t: &Tok| matches!(t, Tok::Star(set) if *set != Set::Any);
    match toks.iter().any(narrow) {
        true => run_all(toks, value),
        false => run_greedily(toks, value),
    }
}

/// As [`run`], where a `Star` takes every character: what stands between two of them is best taken where it comes first.
fn run_greedily(toks: &[Tok], value: &str) -> bool {
    let mut rest = value.chars();
    let mut at = 0;
    let mut retry: Option<(usize, Chars<'_>)> = None;
    loop {
        let mut after = rest.clone();
        let Some(c) = after.next() else {
            break;
        };
        match toks.get(at) {
            Some(Tok::Star(_)) => {
                at += 1;
                retry = Some((at, rest.clone()));
            }
            Some(Tok::One(set)) if set.has(c) => {
                at += 1;
                rest = after;
            }
            _ => match &mut retry {
                Some((next, from)) => {
                    from.next();
                    (at, rest) = (*next, from.clone());
                }
                None => return false,
            },
        }
    }
    let mut left = toks.iter().skip(at);
    left.all(|t| matches!(t, Tok::Star(_)))
}

/// As [`run`], with all ways at once.
fn run_all(toks: &[Tok], value: &str) -> bool {
    let words = toks.len() / 64 + 1;
    let mut at: Positions = smallvec![0; words];
    let mut next = at.clone();
    add(toks, &mut at, 0);
    for c in value.chars() {
        next.fill(0);
        let mut alive = false;
        for position in positions(&at) {
            let target = match toks.get(position) {
                Some(Tok::One(set)) if set.has(c) => position + 1,
                Some(Tok::Star(set)) if set.has(c) => position,
                _ => continue,
            };
            add(toks, &mut next, target);
            alive = true;
        }
        if !alive {
            return false;
        }
        std::mem::swap(&mut at, &mut next);
    }
    let end = toks.len();
    at.get(end / 64).is_some_and(|w| w >> (end % 64) & 1 == 1)
}

/// Adds a position, and those that a `Star` there lets pass over; where it is there already, they are, too.
fn add(toks: &[Tok], at: &mut Positions, mut position: usize) {
    while let Some(word) = at.get_mut(position / 64) {
        let bit = 1 << (position % 64);
        let known = *word & bit != 0;
        *word |= bit;
        if known || !matches!(toks.get(position), Some(Tok::Star(_))) {
            return;
        }
        position += 1;
    }
}

/// The positions of a set, ascending.
fn positions(at: &Positions) -> impl Iterator<Item = usize> {
    at.iter().enumerate().flat_map(|(i, word)| {
        let rest = |w: &u64| Some(w & w.wrapping_sub(1)).filter(|w| *w != 0);
        let words = std::iter::successors(Some(*word).filter(|w| *w != 0), rest);
        words.map(move |w| i * 64 + w.trailing_zeros() as usize)
    })
}
