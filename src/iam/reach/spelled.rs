//! Judges dimensions that are spelled out part by part: those that policy variables tie together, where what one key is worth
//! hangs on another.

use super::goal::Goal;
use super::ground::Ground;
use super::join::{Layer, join};
use super::mask::{Mask, both, of_rules, whole};
use super::solve::{Dimension, Found, Part, open, resource};
use crate::iam::automaton::Exhausted;
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Context, Fact, View};
use crate::iam::rule::Rule;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The rules of a ground.
pub(super) struct Spelled<'a> {
    ground: &'a Ground,
    /// All of these actions are needed; empty: the actions are a dimension.
    copies: &'a [&'static str],
    rules: Vec<&'a Rule>,
    /// What every request has in its context, as far as the rules ask about it.
    fixed: Context,
}

impl<'a> Spelled<'a> {
    pub(super) fn new(ground: &'a Ground, view: View, copies: &'a [&'static str]) -> Self {
        let mut facts = ground.context();
        facts.retain(|key, _| ground.used.contains(key));
        Spelled {
            rules: ground.rules().into_iter().map(|(_, r)| r).collect(),
            fixed: Context { facts, view },
            ground,
            copies,
        }
    }

    /// How well a rule matches a part.
    fn fits(&self, rule: &Rule, dimension: &Dimension, part: &Part, context: &Context) -> Tri {
        let mut out = match part.action {
            Some(action) => rule.action(action),
            None => Tri::True,
        };
        if let Some(caller) = &part.caller {
            out = out.and(rule.caller(caller, context).any());
        }
        if let Some(resources) = &part.resources {
            out = out.and(resource(rule, resources, context));
        }
        let clauses = rule
            .clauses
            .iter()
            .filter(|c| dimension.keys.contains(&c.key));
        for clause in clauses {
            if out == Tri::False {
                break;
            }
            out = out.and(clause.holds(context));
        }
        out
    }

    /// What a rule says that is the same for every request of the scene.
    fn constant(&self, rule: &Rule, covered: &BTreeSet<&String>) -> Tri {
        let mut out = rule.certain();
        let context = &self.fixed;
        for clause in rule.clauses.iter().filter(|c| !covered.contains(&c.key)) {
            out = out.and(match self.ground.open.get(&clause.key) {
                Some(_) => open(clause, context),
                None => clause.holds(context),
            });
        }
        out
    }

    /// Before any dimension.
    pub(super) fn first(&self, dimensions: &[Dimension]) -> Mask {
        let covered = dimensions.iter().flat_map(|d| &d.keys).collect();
        let rules = self.rules.iter();
        let constants: Vec<Tri> = rules.map(|r| self.constant(r, &covered)).collect();
        if self.copies.is_empty() {
            return whole(Tri::True, &of_rules(constants.into_iter()), 1);
        }
        let mut out = whole(Tri::True, &Mask::new(), 0);
        for action in self.copies {
            let both = self.rules.iter().zip(&constants);
            let own = of_rules(both.map(|(r, c)| c.and(r.action(action))));
            out.extend_from_slice(&own);
        }
        out
    }

    /// The mask of each class; of classes with the same mask the first.
    pub(super) fn classes(&self, dimension: &Dimension) -> Vec<(Mask, usize)> {
        let mut seen = HashSet::new();
        let mut out = Vec::new();
        for (i, part) in dimension.parts.iter().enumerate() {
            if let Some(mask) = self.class(dimension, part)
                && seen.insert(mask.clone())
            {
                out.push((mask, i));
            }
        }
        out
    }

    /// The mask of a class; `None`: the question is not about it.
    pub(super) fn class(&self, dimension: &Dimension, part: &Part) -> Option<Mask> {
        if part.asked() == Tri::False {
            return None;
        }
        let asked = |(key, _): &&(String, Fact)| self.ground.used.contains(key);
        let mut own = part.facts.iter().filter(asked).peekable();
        let with = own.peek().is_some().then(|| {
            let mut context = self.fixed.clone();
            context.facts.extend(own.cloned());
            context
        });
        let context = with.as_ref().unwrap_or(&self.fixed);
        let fits = self.rules.iter();
        let fits = of_rules(fits.map(|r| self.fits(r, dimension, part, context)));
        Some(whole(part.asked(), &fits, self.copies.len().max(1)))
    }

    fn goal(&self) -> Goal {
        Goal::new(&self.rules, self.copies.len().max(1), &self.ground.sides)
    }

    fn layer(&self, dimension: Dimension) -> Layer<Vec<Part>> {
        Layer {
            count: dimension.parts.len(),
            classes: self.classes(&dimension),
            of: dimension.parts,
        }
    }

    /// Looks for a request.
    pub(super) fn run(&self, dimensions: Vec<Dimension>) -> Result<Found, Exhausted> {
        let goal = self.goal();
        let first = self.first(&dimensions);
        let layers = dimensions.into_iter().map(|d| self.layer(d));
        let joined = join(first, layers.collect(), Some(&goal))?;
        let part = |at| joined.part(at, |parts, class| parts.get(class).cloned());
        Ok(match joined.find(|mask, must| goal.holds(mask, must)) {
            Some((at, true)) => Found::Must(part(at)),
            Some((at, false)) => Found::May(part(at)),
            None => Found::Nothing,
        })
    }

    /// What each class of callers reaches for certain.
    pub(super) fn each(&self, dimensions: Vec<Dimension>) -> Result<Vec<Part>, Exhausted> {
        let goal = self.goal();
        let of_caller = |d: &Dimension| d.parts.iter().any(|p| p.caller.is_some());
        let first = self.first(&dimensions);
        let (callers, others): (Vec<_>, Vec<_>) = dimensions.into_iter().partition(of_caller);
        let layers = others.into_iter().map(|d| self.layer(d));
        let joined = join(first, layers.collect(), Some(&goal))?;
        let mut out = Vec::new();
        let mut known: HashMap<Mask, Option<usize>> = HashMap::new();
        for dimension in &callers {
            for part in &dimension.parts {
                let Some(own) = self.class(dimension, part) else {
                    continue;
                };
                let reached = known
                    .entry(own.clone())
                    .or_insert_with(|| joined.sure(|mask| goal.holds(&both(mask, &own), true)));
                if let Some(at) = *reached {
                    let rest = joined.part(at, |parts, class| parts.get(class).cloned());
                    out.push(part.join(&rest));
                }
            }
        }
        Ok(out)
    }
}
