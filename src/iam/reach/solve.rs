//! Joins the dimensions: all sets of statements that one request can match together.

use super::ground::Ground;
use crate::iam::automaton::Exhausted;
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Context, Fact, View};
use crate::iam::principal::Caller;
use crate::iam::rule::Rule;
use smallvec::SmallVec;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Sets of statements at most.
const STATES: usize = 50_000;

/// The part of a request that lies in one class of one dimension.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) action: Option<&'static str>,
    /// What the resource's ARN may be: what is unknown about the deployment decides which.
    pub(super) resources: Option<Arc<Vec<String>>>,
    pub(super) caller: Option<Caller>,
    pub(super) facts: Vec<(String, Fact)>,
    /// Whether the question is about it; `None`: certainly.
    pub(super) asked: Option<(Tri, Option<Arc<str>>)>,
}

impl Part {
    /// Whether the question is about it.
    pub(super) fn asked(&self) -> Tri {
        self.asked.as_ref().map_or(Tri::True, |(t, _)| *t)
    }

    /// Both parts of one request.
    pub(super) fn join(&self, other: &Part) -> Part {
        let mut out = self.clone();
        out.action = out.action.or(other.action);
        out.resources = out.resources.or_else(|| other.resources.clone());
        out.caller = out.caller.or_else(|| other.caller.clone());
        out.facts.extend(other.facts.iter().cloned());
        let asked = self.asked().and(other.asked());
        let reason = [self, other].into_iter().find_map(|p| {
            let (tri, reason) = p.asked.as_ref()?;
            reason.clone().filter(|_| *tri == Tri::Unknown)
        });
        out.asked = Some((asked, reason));
        out
    }
}

/// One dimension: the condition keys that it gives values to, and its classes.
#[derive(Clone, Debug, Default)]
pub(super) struct Dimension {
    pub(super) keys: BTreeSet<String>,
    pub(super) parts: Vec<Part>,
}

/// Two bits for each rule (and action, where several are needed), two for the question.
type Mask = SmallVec<[u64; 4]>;

/// A reachable set of statements, and the classes that lead there.
struct State {
    mask: Mask,
    parent: usize,
    part: usize,
}

/// What was found: a certain request, or one that nobody can exclude.
pub(super) enum Found {
    Must(Part),
    May(Part),
    Nothing,
}

/// A search.
pub(super) struct Search<'a> {
    pub(super) ground: &'a Ground,
    pub(super) view: View,
    /// All of these actions are needed; empty: the actions are a dimension.
    pub(super) copies: &'a [&'static str],
    rules: Vec<&'a Rule>,
}

impl<'a> Search<'a> {
    pub(super) fn new(ground: &'a Ground, view: View, copies: &'a [&'static str]) -> Self {
        let rules = ground.rules().into_iter().map(|(_, r)| r).collect();
        Search {
            ground,
            view,
            copies,
            rules,
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

    /// What the rules say that is the same for every request of the scene.
    fn constant(&self, rule: &Rule, covered: &BTreeSet<&String>) -> Tri {
        let mut out = rule.certain();
        let context = Context {
            facts: self.ground.context(),
            view: self.view,
        };
        for clause in rule.clauses.iter().filter(|c| !covered.contains(&c.key)) {
            out = out.and(match self.ground.open.get(&clause.key) {
                Some(_) => open(clause, &context),
                None => clause.holds(&context),
            });
        }
        out
    }

    fn mask(&self, tris: impl Iterator<Item = Tri>, asked: Tri) -> Mask {
        let mut mask = Mask::new();
        for (i, tri) in tris.chain(std::iter::once(asked)).enumerate() {
            if mask.len() <= i / 32 {
                mask.push(0);
            }
            if let Some(word) = mask.last_mut() {
                let bits = u64::from(tri.must()) | (u64::from(tri.may()) << 1);
                *word |= bits << (i % 32 * 2);
            }
        }
        mask
    }

    fn first(&self, dimensions: &[Dimension]) -> Mask {
        let covered = dimensions.iter().flat_map(|d| &d.keys).collect();
        let constants: Vec<Tri> = self
            .rules
            .iter()
            .map(|r| self.constant(r, &covered))
            .collect();
        if self.copies.is_empty() {
            return self.mask(constants.into_iter(), Tri::True);
        }
        let of = |action: &&'static str| {
            let both = self.rules.iter().zip(&constants);
            both.map(|(r, c)| c.and(r.action(action)))
                .collect::<Vec<_>>()
        };
        let all: Vec<Tri> = self.copies.iter().flat_map(of).collect();
        self.mask(all.into_iter(), Tri::True)
    }

    /// The mask of each class; of classes with the same mask the first.
    fn classes(&self, dimension: &Dimension) -> Vec<(Mask, usize)> {
        let mut seen = HashMap::new();
        let mut out = Vec::new();
        for (i, part) in dimension.parts.iter().enumerate() {
            if part.asked() == Tri::False {
                continue;
            }
            let mut context = Context {
                facts: self.ground.context(),
                view: self.view,
            };
            context.facts.extend(part.facts.iter().cloned());
            let fits: Vec<Tri> = (self.rules.iter())
                .map(|r| self.fits(r, dimension, part, &context))
                .collect();
            let copies = self.copies.len().max(1);
            let all = std::iter::repeat_n(fits, copies).flatten();
            let mask = self.mask(all, part.asked());
            if seen.insert(mask.clone(), i).is_none() {
                out.push((mask, i));
            }
        }
        out
    }

    /// Joins the dimensions and looks for a request.
    pub(super) fn run(&self, mut dimensions: Vec<Dimension>) -> Result<Found, Exhausted> {
        let mut layers: Vec<Vec<State>> = vec![vec![State {
            mask: self.first(&dimensions),
            parent: 0,
            part: 0,
        }]];
        dimensions.sort_by_key(|d| d.parts.len());
        for dimension in &dimensions {
            let classes = self.classes(dimension);
            let mut seen = HashMap::new();
            let mut next = Vec::new();
            for (parent, state) in layers.last().into_iter().flatten().enumerate() {
                for (mask, part) in &classes {
                    let mask: Mask = mask.iter().zip(&state.mask).map(|(a, b)| a & b).collect();
                    if !self.worth(&mask) || seen.insert(mask.clone(), ()).is_some() {
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
        Ok(self.pick(&layers, &dimensions))
    }

    fn pick(&self, layers: &[Vec<State>], dimensions: &[Dimension]) -> Found {
        let last = layers.last().map(Vec::as_slice).unwrap_or_default();
        let find = |must: bool| last.iter().position(|s| self.holds(&s.mask, must));
        match (find(true), find(false)) {
            (Some(at), _) => Found::Must(chain(layers, dimensions, at)),
            (None, Some(at)) => Found::May(chain(layers, dimensions, at)),
            (None, None) => Found::Nothing,
        }
    }

    fn bit(mask: &Mask, index: usize, may: bool) -> bool {
        let word = mask.get(index / 32).copied().unwrap_or(0);
        word >> (index % 32 * 2 + usize::from(may)) & 1 == 1
    }

    fn copies(&self) -> usize {
        self.copies.len().max(1)
    }

    /// Whether some Allow of each action is still possible: what is denied for sure may become allowed by a narrower class.
    fn worth(&self, mask: &Mask) -> bool {
        let rules = self.rules.len();
        let allows = |copy: usize| {
            let mut each = self.rules.iter().enumerate();
            each.any(|(i, r)| !r.deny && Self::bit(mask, copy * rules + i, true))
        };
        Self::bit(mask, self.copies() * rules, true) && (0..self.copies()).all(allows)
    }

    /// Whether a set of statements lets a request pass: certainly (`must`), or as far as anybody can tell.
    fn holds(&self, mask: &Mask, must: bool) -> bool {
        let rules = self.rules.len();
        let passes = |copy: usize| {
            let of = |deny: bool, may: bool| {
                let mut each = self.rules.iter().enumerate();
                each.any(|(i, r)| r.deny == deny && Self::bit(mask, copy * rules + i, may))
            };
            of(false, !must) && !of(true, must)
        };
        Self::bit(mask, self.copies() * rules, !must) && (0..self.copies()).all(passes)
    }
}

/// How a rule matches a resource of which not everything is known.
pub(super) fn resource(rule: &Rule, resources: &[String], context: &Context) -> Tri {
    let fits: Vec<Tri> = resources
        .iter()
        .map(|r| rule.resource(r, context))
        .collect();
    if fits.iter().all(|t| t.must()) {
        Tri::True
    } else if fits.iter().any(|t| t.may()) {
        Tri::Unknown
    } else {
        Tri::False
    }
}

/// Whether a clause on a key holds whose value is a stand-in: equal where the policy names the same thing by a typed hole.
fn open(clause: &crate::iam::condition::Clause, context: &Context) -> Tri {
    let fits = clause.holds(context);
    let Some(operator) = clause.operator else {
        return Tri::Unknown;
    };
    let literal = clause.values.iter().all(|g| g.literal().is_some());
    let everything = clause.values.iter().any(|g| {
        matches!(
            g.toks(),
            [crate::iam::pattern::Tok::Star(
                crate::iam::pattern::Set::Any
            )]
        )
    });
    let same = fits.flip(operator.negated) == Tri::True && (literal || everything);
    let presence = operator.base == crate::iam::condition::Base::Null;
    if same || presence { fits } else { Tri::Unknown }
}

fn chain(layers: &[Vec<State>], dimensions: &[Dimension], at: usize) -> Part {
    let mut out = Part::default();
    let mut at = at;
    for (layer, dimension) in layers.iter().skip(1).zip(dimensions).rev() {
        let Some(state) = layer.get(at) else {
            break;
        };
        if let Some(part) = dimension.parts.get(state.part) {
            out = out.join(part);
        }
        at = state.parent;
    }
    out
}
