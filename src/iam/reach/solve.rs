//! Joins the dimensions: all sets of statements that one request can match together.

use super::Scene;
use super::goal::Goal;
use super::ground::Ground;
use super::join::{Joined, Layer, join};
use super::mask::{Mask, both, whole};
use super::question::{Concern, Need, Question};
use super::table::{self, Axis, Crowd, Table};
use crate::iam::action;
use crate::iam::automaton::Exhausted;
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Context, Fact};
use crate::iam::principal::Caller;
use crate::iam::rule::Rule;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

/// The part of a request that lies in one class of one dimension.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) action: Option<&'static str>,
    /// What the resource's ARN may be: what is unknown about the deployment decides which.
    pub(super) resources: Option<Arc<Vec<String>>>,
    pub(super) caller: Option<Caller>,
    pub(super) facts: Vec<(String, Fact)>,
    /// Whether the question is about it; `None`: certainly.
    pub(super) asked: Concern,
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

/// What was found: a certain request, or one that nobody can exclude.
pub(super) enum Found {
    Must(Part),
    May(Part),
    Nothing,
}

/// What stands behind the classes.
enum Of<'a> {
    Axis(&'a Axis),
    Actions(&'a [&'static str]),
    Crowd(Rc<Crowd>),
}

/// A question about a scene, with what the scene's rules say.
pub(super) struct Search<'a> {
    pub(super) scene: &'a Scene,
    pub(super) ground: &'a Ground,
    pub(super) table: &'a Table,
    pub(super) question: &'a Question<'a>,
    pub(super) need: &'a Need,
}

impl<'a> Search<'a> {
    /// All of these actions are needed; empty: the actions are a dimension.
    fn copies(&self) -> &'a [&'static str] {
        super::question::copies(self.need)
    }

    fn goal(&self) -> Goal {
        let rules: Vec<&Rule> = self.ground.rules().into_iter().map(|(_, r)| r).collect();
        Goal::new(&rules, self.copies().len().max(1), &self.ground.sides)
    }

    /// Before any dimension.
    fn first(&self) -> Mask {
        let mut out = whole(Tri::True, &self.table.first, 0);
        for action in self.copies() {
            let action = self.table.action(self.ground, action);
            out.extend_from_slice(&both(&self.table.first, &action));
        }
        if self.copies().is_empty() {
            out.extend_from_slice(&self.table.first);
        }
        out
    }

    /// All dimensions but the callers'.
    fn others(&self) -> Vec<Layer<Of<'a>>> {
        let mut out = vec![
            self.axis(&self.table.resources),
            self.axis(&self.table.networks),
        ];
        let actions = match self.need {
            Need::All(_) => None,
            Need::OneOf(actions) => Some(actions.as_slice()),
            Need::AnyAction => Some(action::every_on_repository(self.scene.service)),
        };
        out.extend(actions.map(|actions| Layer {
            count: actions.len(),
            classes: self.table.actions(self.ground, actions),
            of: Of::Actions(actions),
        }));
        out.extend(self.table.values.iter().map(|axis| self.axis(axis)));
        out
    }

    fn axis(&self, axis: &'a Axis) -> Layer<Of<'a>> {
        let copies = self.copies().len().max(1);
        Layer {
            count: axis.parts.len(),
            classes: axis.layer(self.ground, self.question, copies),
            of: Of::Axis(axis),
        }
    }

    /// Whether the question is about each caller.
    fn concerns(&self, crowd: &Crowd) -> impl Iterator<Item = (usize, Tri)> {
        let callers = &crowd.callers;
        let profiles = callers.classes.iter().map(|c| callers.profile(*c));
        profiles
            .map(|p| self.question.concerns(self.ground, &p))
            .enumerate()
    }

    fn crowd(&self) -> Result<Layer<Of<'a>>, Exhausted> {
        let crowd = self.table.crowd(self.ground, self.question)?;
        let copies = self.copies().len().max(1);
        Ok(Layer {
            count: crowd.masks.count(),
            classes: crowd.masks.chosen(self.concerns(&crowd), copies),
            of: Of::Crowd(crowd),
        })
    }

    /// Looks for a request.
    pub(super) fn run(&self) -> Result<Found, Exhausted> {
        let goal = self.goal();
        let joined = self.joined(Some(&goal))?;
        let found = joined.find(|mask, must| goal.holds(mask, must));
        Ok(match found {
            Some((at, true)) => Found::Must(self.joined_part(&joined, at)),
            Some((at, false)) => Found::May(self.joined_part(&joined, at)),
            None => Found::Nothing,
        })
    }

    /// All sets of rules that one request can match together.
    pub(super) fn all(&self) -> Result<Vec<Mask>, Exhausted> {
        Ok(self.joined(None)?.masks())
    }

    fn joined(&self, goal: Option<&Goal>) -> Result<Joined<Of<'a>>, Exhausted> {
        let mut layers = self.others();
        layers.insert(1, self.crowd()?);
        join(self.first(), layers, goal)
    }

    /// What each class of callers reaches: the classes that reach nothing are left out.
    pub(super) fn each(&self) -> Result<Reached, Exhausted> {
        let goal = self.goal();
        let crowd = self.table.crowd(self.ground, self.question)?;
        let joined = join(self.first(), self.others(), Some(&goal))?;
        let copies = self.copies().len().max(1);
        let mut known: HashMap<(usize, Tri), Option<(usize, bool)>> = HashMap::new();
        let mut hits = Vec::new();
        for (i, asked) in self.concerns(&crowd) {
            let (Some(id), Some(mask)) = (crowd.masks.id(i), crowd.masks.get(i)) else {
                continue;
            };
            if asked == Tri::False {
                continue;
            }
            let reached = known.entry((id, asked)).or_insert_with(|| {
                let own = whole(asked, mask, copies);
                joined.find(|mask, must| goal.holds(&both(mask, &own), must))
            });
            if let Some((at, must)) = *reached {
                hits.push((i, at, must));
            }
        }
        let rest: BTreeSet<usize> = hits.iter().map(|(_, at, _)| *at).collect();
        let rest = rest
            .into_iter()
            .map(|at| (at, Rc::new(self.joined_part(&joined, at))));
        Ok(Reached {
            rest: rest.collect(),
            crowd,
            hits,
        })
    }

    fn joined_part(&self, joined: &Joined<Of<'_>>, at: usize) -> Part {
        joined.part(at, |of, class| self.part(of, class))
    }

    /// The part of a class, with whether the question is about it.
    fn part(&self, of: &Of<'_>, class: usize) -> Option<Part> {
        let ground = self.ground;
        match of {
            Of::Actions(actions) => actions.get(class).map(|action| Part {
                action: Some(action),
                ..Part::default()
            }),
            Of::Axis(axis) => axis.parts.get(class).map(|part| Part {
                asked: table::asked(ground, self.question, part),
                ..part.clone()
            }),
            Of::Crowd(crowd) => {
                let class = *crowd.callers.classes.get(class)?;
                Some(Part {
                    asked: self.question.asks(ground, &crowd.callers.profile(class)),
                    ..crowd.callers.part(class)
                })
            }
        }
    }
}

/// Who reaches something.
pub(super) struct Reached {
    pub(super) crowd: Rc<Crowd>,
    /// By class: the rest of the request, and whether it is certain.
    pub(super) hits: Vec<(usize, usize, bool)>,
    /// The rests of requests.
    pub(super) rest: HashMap<usize, Rc<Part>>,
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
pub(super) fn open(clause: &crate::iam::condition::Clause, context: &Context) -> Tri {
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
