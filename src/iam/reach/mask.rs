//! Sets of rules that match: two bits for each rule (and for each action, where several are needed), two for the question.
//!
//! The first word belongs to the question. The rules follow, from a word's start on, once for each action that is needed.

use crate::iam::kleene::Tri;
use crate::iam::quick::Quick;
use smallvec::SmallVec;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;

/// The two bits of each place: certainly, and perhaps.
pub(super) type Mask = SmallVec<[u64; 4]>;

/// Places in a word.
pub(super) const PLACES: usize = 32;

/// The bits for "certainly" of a word.
const MUST: u64 = 0x5555_5555_5555_5555;

/// Of masks, those that were met.
pub(super) type Seen = HashSet<Mask, BuildHasherDefault<Quick>>;

/// Something for each mask.
pub(super) type ByMask<T> = HashMap<Mask, T, BuildHasherDefault<Quick>>;

/// How many words so many rules take.
pub(super) fn width(rules: usize) -> usize {
    rules.div_ceil(PLACES)
}

/// The place of a rule, for the first action that is needed.
pub(super) fn place(rule: usize) -> usize {
    PLACES + rule
}

fn bits(tri: Tri) -> u64 {
    match tri {
        Tri::True => 0b11,
        Tri::Unknown => 0b10,
        Tri::False => 0,
    }
}

/// Sets the two bits of a place, in a mask that is long enough or grows.
pub(super) fn put(mask: &mut Mask, at: usize, must: bool, may: bool) {
    while mask.len() <= at / PLACES {
        mask.push(0);
    }
    if let Some(word) = mask.get_mut(at / PLACES) {
        *word |= (u64::from(must) | (u64::from(may) << 1)) << (at % PLACES * 2);
    }
}

/// Whether a rule matches: certainly, or (`may`) perhaps.
pub(super) fn bit(mask: &Mask, at: usize, may: bool) -> bool {
    let word = mask.get(at / PLACES).copied().unwrap_or(0);
    word >> (at % PLACES * 2 + usize::from(may)) & 1 == 1
}

/// What rules say, from the first on, without the question's word.
pub(super) fn of_rules(tris: impl ExactSizeIterator<Item = Tri>) -> Mask {
    let mut out = Mask::from_elem(0, width(tris.len()));
    for (i, tri) in tris.enumerate() {
        if let Some(word) = out.get_mut(i / PLACES) {
            *word |= bits(tri) << (i % PLACES * 2);
        }
    }
    out
}

/// What the question says, and what the rules say of each of so many actions.
pub(super) fn whole(asked: Tri, rules: &Mask, copies: usize) -> Mask {
    let mut out = Mask::with_capacity(1 + rules.len() * copies);
    out.push(bits(asked));
    for _ in 0..copies {
        out.extend_from_slice(rules);
    }
    out
}

/// Where both match.
pub(super) fn both(a: &Mask, b: &Mask) -> Mask {
    debug_assert_eq!(a.len(), b.len(), "masks of different rules");
    a.iter().zip(b).map(|(a, b)| a & b).collect()
}

/// Whether a rule of a set matches: certainly, or (`may`) perhaps; but for the one at a place.
pub(super) fn meet(mask: &Mask, set: &Mask, may: bool, but: Option<usize>) -> bool {
    debug_assert!(set.len() <= mask.len(), "rules that the mask does not have");
    let bits = if may { !MUST } else { MUST };
    let mut words = mask.iter().zip(set).enumerate();
    words.any(|(i, (a, b))| {
        let own = match but.filter(|at| at / PLACES == i) {
            Some(at) => 0b11 << (at % PLACES * 2),
            None => 0,
        };
        a & b & bits & !own != 0
    })
}

/// Leaves what another one has, too.
pub(super) fn keep(mask: &mut Mask, other: &Mask) {
    debug_assert_eq!(mask.len(), other.len(), "masks of different rules");
    for (a, b) in mask.iter_mut().zip(other) {
        *a &= b;
    }
}

/// Adds what another one has.
pub(super) fn add(mask: &mut Mask, other: &Mask) {
    debug_assert_eq!(mask.len(), other.len(), "masks of different rules");
    for (a, b) in mask.iter_mut().zip(other) {
        *a |= b;
    }
}

/// Takes the certainty, or (`may`) everything, from the rules of a set. A mask that ends before them has nothing of them.
pub(super) fn clear(mask: &mut Mask, rules: &Mask, tri: Tri) {
    let gone = match tri {
        Tri::True => return,
        Tri::Unknown => MUST,
        Tri::False => u64::MAX,
    };
    for (a, b) in mask.iter_mut().zip(rules) {
        *a &= !(b & gone);
    }
}

/// Turns the rules of a set round: what is certain is excluded, what is unknown stays so.
pub(super) fn negate(mask: &mut Mask, rules: &Mask) {
    debug_assert!(
        rules.len() <= mask.len(),
        "rules that the mask does not have"
    );
    for (a, b) in mask.iter_mut().zip(rules) {
        let swapped = ((*a & MUST) << 1) | ((*a >> 1) & MUST);
        *a = (*a & !b) | (!swapped & b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_say_what_the_truth_values_say() {
        let all = [Tri::False, Tri::Unknown, Tri::True];
        let read = |m: &Mask, at: usize| match (bit(m, at, false), bit(m, at, true)) {
            (true, _) => Tri::True,
            (false, true) => Tri::Unknown,
            (false, false) => Tri::False,
        };
        // past the first word, so that words are met in pairs
        let pairs: Vec<(Tri, Tri)> = (0..50).map(|i| (all[i % 3], all[i / 3 % 3])).collect();
        let (a, b) = (
            of_rules(pairs.iter().map(|p| p.0)),
            of_rules(pairs.iter().map(|p| p.1)),
        );
        let mut every = of_rules(pairs.iter().map(|_| Tri::True));
        let mut turned = a.clone();
        negate(&mut turned, &every);
        let mut sum = a.clone();
        add(&mut sum, &b);
        let met = both(&a, &b);
        for (i, (x, y)) in pairs.iter().enumerate() {
            assert_eq!(read(&met, i), x.and(*y));
            assert_eq!(read(&sum, i), x.or(*y));
            assert_eq!(read(&turned, i), x.negate());
            assert_eq!(bit(&whole(Tri::Unknown, &a, 2), place(i), false), x.must());
        }
        let only = of_rules([Tri::True, Tri::True].into_iter());
        clear(&mut every, &only, Tri::Unknown);
        assert_eq!(
            (read(&every, 0), read(&every, 2)),
            (Tri::Unknown, Tri::True)
        );
        clear(&mut every, &only, Tri::False);
        assert_eq!((read(&every, 1), read(&every, 3)), (Tri::False, Tri::True));
    }
}
