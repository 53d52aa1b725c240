//! Joins the dimensions: all sets of statements that one request can match together.

use super::goal::Goal;
use super::ground::Ground;
use crate::iam::automaton::Exhausted;
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Context, Fact, View};
use crate::iam::principal::Caller;
use crate::iam::rule::Rule;
use smallvec::SmallVec;
use std::collections::{BTreeSet, HashMap, HashSet};
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
    /// What stands for a class that the question is not about, where nobody needs to know more of it.
    pub(super) fn unasked(
        ground: &Ground,
        asked: &Option<(Tri, Option<Arc<str>>)>,
    ) -> Option<Self> {
        let out = matches!(asked, Some((Tri::False, _)));
        (ground.plain && out).then(|| Part {
            asked: asked.clone(),
            ..Part::default()
        })
    }

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
pub(super) type Mask = SmallVec<[u64; 4]>;

/// The mask of what rules say, and of what the question says.
fn mask(tris: impl Iterator<Item = Tri>, asked: Tri) -> Mask {
    let mut mask = Mask::new();
    for (i, tri) in tris.chain(std::iter::once(asked)).enumerate() {
        put(&mut mask, i, tri.must(), tri.may());
    }
    mask
}

/// Sets the two bits of a place.
pub(super) fn put(mask: &mut Mask, at: usize, must: bool, may: bool) {
    while mask.len() <= at / 32 {
        mask.push(0);
    }
    if let Some(word) = mask.get_mut(at / 32) {
        *word |= (u64::from(must) | (u64::from(may) << 1)) << (at % 32 * 2);
    }
}

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
    /// All of these actions are needed; empty: the actions are a dimension.
    pub(super) copies: &'a [&'static str],
    rules: Vec<&'a Rule>,
    goal: Goal,
    /// What every request has in its context, as far as the rules ask about it.
    fixed: Context,
    /// The keys that the rules ask about, those of variables included.
    used: BTreeSet<String>,
}

impl<'a> Search<'a> {
    pub(super) fn new(ground: &'a Ground, view: View, copies: &'a [&'static str]) -> Self {
        let rules: Vec<&Rule> = ground.rules().into_iter().map(|(_, r)| r).collect();
        let goal = Goal::new(&rules, copies.len().max(1), &ground.sides);
        let used = ground.used();
        let mut facts = ground.context();
        facts.retain(|key, _| used.contains(key));
        Search {
            used,
            fixed: Context { facts, view },
            ground,
            copies,
            rules,
            goal,
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
        let context = &self.fixed;
        for clause in rule.clauses.iter().filter(|c| !covered.contains(&c.key)) {
            out = out.and(match self.ground.open.get(&clause.key) {
                Some(_) => open(clause, context),
                None => clause.holds(context),
            });
        }
        out
    }

    fn first(&self, dimensions: &[Dimension]) -> Mask {
        let covered = dimensions.iter().flat_map(|d| &d.keys).collect();
        let constants: Vec<Tri> = self
            .rules
            .iter()
            .map(|r| self.constant(r, &covered))
            .collect();
        if self.copies.is_empty() {
            return mask(constants.into_iter(), Tri::True);
        }
        let of = |action: &&'static str| {
            let both = self.rules.iter().zip(&constants);
            both.map(|(r, c)| c.and(r.action(action)))
                .collect::<Vec<_>>()
        };
        let all: Vec<Tri> = self.copies.iter().flat_map(of).collect();
        mask(all.into_iter(), Tri::True)
    }

    /// The mask of each class; of classes with the same mask the first.
    fn classes(&self, dimension: &Dimension) -> Vec<(Mask, usize)> {
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
    fn class(&self, dimension: &Dimension, part: &Part) -> Option<Mask> {
        if part.asked() == Tri::False {
            return None;
        }
        let asked = |(key, _): &&(String, Fact)| self.used.contains(key);
        let mut own = part.facts.iter().filter(asked).peekable();
        let with = own.peek().is_some().then(|| {
            let mut context = self.fixed.clone();
            context.facts.extend(own.cloned());
            context
        });
        let context = with.as_ref().unwrap_or(&self.fixed);
        let fits: SmallVec<[Tri; 16]> = (self.rules.iter())
            .map(|r| self.fits(r, dimension, part, context))
            .collect();
        let copies = self.copies.len().max(1);
        let all = std::iter::repeat_n(&fits, copies).flatten().copied();
        Some(mask(all, part.asked()))
    }

    /// Joins the dimensions and looks for a request.
    pub(super) fn run(&self, dimensions: Vec<Dimension>) -> Result<Found, Exhausted> {
        let first = self.first(&dimensions);
        let joined = self.join(first, dimensions, true)?;
        Ok(joined.pick(|mask, must| self.goal.holds(mask, must)))
    }

    /// All sets of rules of the first mask that one request can match together; `prune`: only those that may still reach the goal.
    pub(super) fn join(
        &self,
        first: Mask,
        mut dimensions: Vec<Dimension>,
        prune: bool,
    ) -> Result<Joined, Exhausted> {
        let mut layers: Vec<Vec<State>> = vec![vec![State {
            mask: first,
            parent: 0,
            part: 0,
        }]];
        dimensions.sort_by_key(|d| d.parts.len());
        for dimension in &dimensions {
            let classes = self.classes(dimension);
            let mut seen = HashSet::new();
            let mut next = Vec::new();
            for (parent, state) in layers.last().into_iter().flatten().enumerate() {
                for (mask, part) in &classes {
                    let mask = both(mask, &state.mask);
                    if (prune && !self.goal.worth(&mask)) || !seen.insert(mask.clone()) {
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
        Ok(Joined { layers, dimensions })
    }

    /// All sets of rules that one request can match together.
    pub(super) fn all(&self, dimensions: Vec<Dimension>) -> Result<Vec<Mask>, Exhausted> {
        let first = self.first(&dimensions);
        let mut joined = self.join(first, dimensions, false)?;
        let last = joined.layers.pop().unwrap_or_default();
        Ok(last.into_iter().map(|s| s.mask).collect())
    }

    /// What each class of callers reaches: the classes that reach nothing are left out.
    pub(super) fn each(&self, dimensions: Vec<Dimension>) -> Result<Vec<Found>, Exhausted> {
        let of_caller = |d: &Dimension| d.parts.iter().any(|p| p.caller.is_some());
        let first = self.first(&dimensions);
        let (callers, others): (Vec<_>, Vec<_>) = dimensions.into_iter().partition(of_caller);
        let joined = self.join(first, others, true)?;
        let mut out = Vec::new();
        let mut known: HashMap<Mask, Option<(usize, bool)>> = HashMap::new();
        for dimension in &callers {
            for part in &dimension.parts {
                let Some(own) = self.class(dimension, part) else {
                    continue;
                };
                let reached = known.entry(own.clone()).or_insert_with(|| {
                    joined.find(|mask, must| self.goal.holds(&both(mask, &own), must))
                });
                if let Some((at, must)) = *reached {
                    let whole = part.join(&joined.part(at));
                    out.push(match must {
                        true => Found::Must(whole),
                        false => Found::May(whole),
                    });
                }
            }
        }
        Ok(out)
    }
}

/// Whether a rule matches: certainly, or (`may`) perhaps.
pub(super) fn bit(mask: &Mask, index: usize, may: bool) -> bool {
    let word = mask.get(index / 32).copied().unwrap_or(0);
    word >> (index % 32 * 2 + usize::from(may)) & 1 == 1
}

fn both(a: &Mask, b: &Mask) -> Mask {
    a.iter().zip(b).map(|(a, b)| a & b).collect()
}

/// The joined dimensions.
pub(super) struct Joined {
    layers: Vec<Vec<State>>,
    dimensions: Vec<Dimension>,
}

impl Joined {
    fn last(&self) -> &[State] {
        self.layers.last().map(Vec::as_slice).unwrap_or_default()
    }

    /// The first state that certainly holds, else the first that may.
    fn find(&self, holds: impl Fn(&Mask, bool) -> bool) -> Option<(usize, bool)> {
        let find = |must: bool| self.last().iter().position(|s| holds(&s.mask, must));
        (find(true).map(|at| (at, true))).or_else(|| find(false).map(|at| (at, false)))
    }

    fn pick(&self, holds: impl Fn(&Mask, bool) -> bool) -> Found {
        match self.find(holds) {
            Some((at, true)) => Found::Must(self.part(at)),
            Some((at, false)) => Found::May(self.part(at)),
            None => Found::Nothing,
        }
    }

    /// The request of a state of the last layer.
    fn part(&self, at: usize) -> Part {
        let mut out = Part::default();
        let mut at = at;
        let layers = self.layers.iter().skip(1);
        for (layer, dimension) in layers.zip(&self.dimensions).rev() {
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
