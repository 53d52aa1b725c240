//! What a set of rules that one request matches has to be for a question to be answered with yes.

use super::mask::{Mask, PLACES, place, put, width};
use crate::iam::rule::Rule;

/// Which side of a comparison a rule stands on. Without a comparison every rule stands on the side of the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) base: bool,
    pub(super) head: bool,
}

/// The rules of one side and effect: the bits for "certainly matches", and those for "may match".
#[derive(Default)]
struct Bits {
    must: Mask,
    may: Mask,
}

impl Bits {
    fn of(rules: &[&Rule], first: usize, chosen: impl Fn(usize, &Rule) -> bool) -> Self {
        let mut out = Bits::default();
        for (i, rule) in rules.iter().enumerate() {
            if chosen(i, rule) {
                put(&mut out.must, first + place(i), true, false);
                put(&mut out.may, first + place(i), false, true);
            }
        }
        out
    }

    /// Whether one of them matches.
    fn any(&self, mask: &Mask, must: bool) -> bool {
        let bits = if must { &self.must } else { &self.may };
        debug_assert!(
            bits.len() <= mask.len(),
            "rules that the mask does not have"
        );
        mask.iter().zip(bits).any(|(a, b)| a & b != 0)
    }
}

/// The rules that decide about one action.
struct Copy {
    allows: Bits,
    denies: Bits,
    /// Of the comparison: the rules of the base, and those of one side only.
    base: Option<Base>,
}

struct Base {
    allows: Bits,
    denies: Bits,
    /// Allows of the head that the base does not have.
    new_allows: Bits,
    /// Denies of the base that the head does not have.
    gone_denies: Bits,
}

/// What is looked for: a request that passes; of a comparison one that passes the head and not the base.
pub(super) struct Goal {
    copies: Vec<Copy>,
    asked: Bits,
}

impl Goal {
    pub(super) fn new(rules: &[&Rule], copies: usize, sides: &[Side]) -> Self {
        let side = |i: usize| {
            sides.get(i).copied().unwrap_or(Side {
                base: false,
                head: true,
            })
        };
        let copy = |n: usize| {
            let of = |chosen: &dyn Fn(Side, bool) -> bool| {
                Bits::of(rules, n * width(rules.len()) * PLACES, |i, r| {
                    chosen(side(i), r.deny)
                })
            };
            Copy {
                allows: of(&|s, deny| s.head && !deny),
                denies: of(&|s, deny| s.head && deny),
                base: (!sides.is_empty()).then(|| Base {
                    allows: of(&|s, deny| s.base && !deny),
                    denies: of(&|s, deny| s.base && deny),
                    new_allows: of(&|s, deny| s.head && !s.base && !deny),
                    gone_denies: of(&|s, deny| s.base && !s.head && deny),
                }),
            }
        };
        let mut asked = Bits::default();
        put(&mut asked.must, 0, true, false);
        put(&mut asked.may, 0, false, true);
        Goal {
            copies: (0..copies).map(copy).collect(),
            asked,
        }
    }

    /// Whether it can still be reached: what is denied for sure may become allowed by a narrower class.
    pub(super) fn worth(&self, mask: &Mask) -> bool {
        self.asked.any(mask, false) && self.copies.iter().all(|c| c.allows.any(mask, false))
    }

    /// Whether it is reached: certainly (`must`), or as far as anybody can tell.
    pub(super) fn holds(&self, mask: &Mask, must: bool) -> bool {
        self.asked.any(mask, must)
            && self.copies.iter().all(|c| c.passes(mask, must))
            && (self.copies.iter().all(|c| c.base.is_none())
                || self.copies.iter().any(|c| c.is_new(mask, must)))
    }
}

impl Copy {
    fn passes(&self, mask: &Mask, must: bool) -> bool {
        self.allows.any(mask, must) && !self.denies.any(mask, !must)
    }

    /// Whether the base does not let it pass. What is unknown of a rule that both sides have is the same on both.
    fn is_new(&self, mask: &Mask, must: bool) -> bool {
        let Some(base) = &self.base else {
            return false;
        };
        if must {
            return !base.allows.any(mask, false) || base.denies.any(mask, true);
        }
        let allowed = base.new_allows.any(mask, false) && !base.allows.any(mask, true);
        allowed || base.gone_denies.any(mask, false)
    }
}
