//! Joins dimensions: all sets of rules that one request can match together.

use super::goal::Goal;
use super::mask::{Mask, Seen, both};
use super::solve::Part;
use crate::iam::automaton::Exhausted;

/// Sets of statements at most.
const STATES: usize = 50_000;

/// The classes of a dimension, as a search takes them.
pub(super) struct Layer<T> {
    /// How many they are: the search begins with the shortest dimension.
    pub(super) count: usize,
    /// Each mask with the first class that has it, but those that the question is not about.
    pub(super) classes: Vec<(Mask, usize)>,
    /// What stands behind the classes.
    pub(super) of: T,
}

/// A reachable set of statements, and the classes that lead there.
struct State {
    mask: Mask,
    parent: usize,
    part: usize,
}

/// Joins dimensions, the shortest first; with a goal only what may still reach it.
pub(super) fn join<T>(
    first: Mask,
    mut dimensions: Vec<Layer<T>>,
    goal: Option<&Goal>,
) -> Result<Joined<T>, Exhausted> {
    let mut layers: Vec<Vec<State>> = vec![vec![State {
        mask: first,
        parent: 0,
        part: 0,
    }]];
    dimensions.sort_by_key(|d| d.count);
    for dimension in &dimensions {
        let mut seen = Seen::default();
        let mut next = Vec::new();
        for (parent, state) in layers.last().into_iter().flatten().enumerate() {
            for (mask, part) in &dimension.classes {
                let mask = both(mask, &state.mask);
                if goal.is_some_and(|g| !g.worth(&mask)) || !seen.insert(mask.clone()) {
                    continue;
                }
                next.push(State {
                    mask,
                    parent,
                    part: *part,
                });
                if next.len() > STATES {
                    return Err(Exhausted);
                }
            }
        }
        layers.push(next);
    }
    let dimensions = dimensions.into_iter().map(|d| d.of).collect();
    Ok(Joined { layers, dimensions })
}

/// The joined dimensions.
pub(super) struct Joined<T> {
    layers: Vec<Vec<State>>,
    dimensions: Vec<T>,
}

impl<T> Joined<T> {
    fn last(&self) -> &[State] {
        self.layers.last().map(Vec::as_slice).unwrap_or_default()
    }

    /// The first state that certainly holds.
    pub(super) fn sure(&self, holds: impl Fn(&Mask) -> bool) -> Option<usize> {
        self.last().iter().position(|s| holds(&s.mask))
    }

    /// The first state that certainly holds, else the first that may.
    pub(super) fn find(&self, holds: impl Fn(&Mask, bool) -> bool) -> Option<(usize, bool)> {
        let find = |must: bool| self.sure(|m| holds(m, must));
        (find(true).map(|at| (at, true))).or_else(|| find(false).map(|at| (at, false)))
    }

    /// All sets of rules that were reached.
    pub(super) fn masks(mut self) -> Vec<Mask> {
        let last = self.layers.pop().unwrap_or_default();
        last.into_iter().map(|s| s.mask).collect()
    }

    /// The request of a state of the last layer.
    pub(super) fn part(&self, at: usize, spell: impl Fn(&T, usize) -> Option<Part>) -> Part {
        let mut out = Part::default();
        let mut at = at;
        let layers = self.layers.iter().skip(1);
        for (layer, of) in layers.zip(&self.dimensions).rev() {
            let Some(state) = layer.get(at) else {
                break;
            };
            if let Some(part) = spell(of, state.part) {
                out = out.join(&part);
            }
            at = state.parent;
        }
        out
    }
}
