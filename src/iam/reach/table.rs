//! What the rules of a scene say about each class of each dimension: worked out once for all questions about the scene.

use super::callers::{self, Asked, Callers, Class};
use super::census::caller_key;
use super::ground::Ground;
use super::identities::{Identity, OF_IDENTITY};
use super::judge::{Docket, Judge};
use super::mask::{self, ByMask, Mask, whole};
use super::question::{Concern, Profile, Question};
use super::services::{self, OF_NAME, OF_SOURCE, Source};
use super::solve::{Dimension, Part};
use super::{Scene, networks, resources, values};
use crate::iam::action;
use crate::iam::automaton::Exhausted;
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Fact, View};
use crate::iam::principal::Caller;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// The classes of a dimension, and what the rules say of each.
#[derive(Debug)]
pub(super) struct Axis {
    pub(super) parts: Vec<Part>,
    /// What the question has to say about each class; empty: nothing about any.
    told: Vec<Told>,
    masks: Masks,
}

/// What a question may have to say about a class that is no caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    /// It is a network that the policies name.
    Network,
    /// It has a unique id.
    Id,
}

impl Axis {
    fn new(ground: &Ground, parts: Vec<Part>, masks: Vec<Mask>) -> Self {
        let of = |part: &Part| {
            let named = |(k, f): &(String, Fact)| networks::names(ground, k, f);
            if part.facts.iter().any(named) {
                return Told::Network;
            }
            let id = part.facts.iter().any(|(k, _)| k == "aws:userid");
            if id { Told::Id } else { Told::Nothing }
        };
        let mut told: Vec<Told> = parts.iter().map(of).collect();
        if told.iter().all(|t| *t == Told::Nothing) {
            told.clear();
        }
        Axis {
            told,
            masks: Masks::new(masks.into_iter()),
            parts,
        }
    }

    /// Each mask with the first class that has it, of those that a question is about.
    pub(super) fn layer(
        &self,
        ground: &Ground,
        question: &Question<'_>,
        copies: usize,
    ) -> Vec<(Mask, usize)> {
        if self.told.is_empty() {
            return self.masks.each(copies);
        }
        let concerns = |(i, told): (usize, &Told)| match told {
            Told::Nothing => Tri::True,
            Told::Network => (!question.is_from_anywhere()).into(),
            Told::Id => {
                let facts = self.parts.get(i).map(|p| p.facts.as_slice());
                values::asked(ground, question, facts.unwrap_or_default())
                    .map_or(Tri::True, |(tri, _)| tri)
            }
        };
        let concerns = self.told.iter().enumerate().map(concerns);
        self.masks.chosen(concerns.enumerate(), copies)
    }
}

/// The masks of classes, each once.
#[derive(Debug, Default)]
pub(super) struct Masks {
    /// For each class which of the masks.
    of: Vec<usize>,
    /// Each with the first class that has it.
    each: Vec<(Mask, usize)>,
}

impl Masks {
    fn new(masks: impl Iterator<Item = Mask>) -> Self {
        let mut out = Masks::default();
        let mut ids: ByMask<usize> = ByMask::default();
        for (i, mask) in masks.enumerate() {
            let id = *ids.entry(mask).or_insert_with_key(|mask| {
                out.each.push((mask.clone(), i));
                out.each.len() - 1
            });
            out.of.push(id);
        }
        out
    }

    /// How many classes there are.
    pub(super) fn count(&self) -> usize {
        self.of.len()
    }

    /// Which of the masks a class has.
    pub(super) fn id(&self, class: usize) -> Option<usize> {
        self.of.get(class).copied()
    }

    /// The mask of a class.
    pub(super) fn get(&self, class: usize) -> Option<&Mask> {
        self.each.get(self.id(class)?).map(|(mask, _)| mask)
    }

    /// All masks, each with its first class.
    fn each(&self, copies: usize) -> Vec<(Mask, usize)> {
        let each = self.each.iter();
        each.map(|(mask, first)| (whole(Tri::True, mask, copies), *first))
            .collect()
    }

    /// The masks of the classes that are chosen, surely or perhaps, each with the first of them.
    pub(super) fn chosen(
        &self,
        classes: impl Iterator<Item = (usize, Tri)>,
        copies: usize,
    ) -> Vec<(Mask, usize)> {
        let mut seen = vec![[false; 2]; self.each.len()];
        let mut out = Vec::new();
        for (class, asked) in classes {
            let slot = self.id(class).and_then(|id| seen.get_mut(id));
            let (Some([sure, perhaps]), Some(mask)) = (slot, self.get(class)) else {
                continue;
            };
            let known = if asked.must() { sure } else { perhaps };
            if asked.may() && !std::mem::replace(known, true) {
                out.push((whole(asked, mask, copies), class));
            }
        }
        out
    }
}

/// The callers of a question, and what the rules say of each.
#[derive(Debug)]
pub(super) struct Crowd {
    pub(super) callers: Callers,
    pub(super) masks: Masks,
    /// For each class its key and its part of a request.
    spelled: OnceCell<Vec<(String, Part)>>,
}

impl Crowd {
    /// The key of a class, and its part of a request.
    pub(super) fn spelled(&self, class: usize) -> Option<&(String, Part)> {
        let spelled = || {
            let parts = self.callers.classes.iter().map(|c| self.callers.part(*c));
            parts.map(|p| (caller_key(&p), p)).collect()
        };
        self.spelled.get_or_init(spelled).get(class)
    }

    /// What a question needs to know of a class.
    pub(super) fn profile(&self, class: usize) -> Option<Profile<'_>> {
        let class = self.callers.classes.get(class)?;
        Some(self.callers.profile(*class))
    }
}

/// The callers, or that they would be too many.
type Found = Result<Rc<Crowd>, Exhausted>;

/// What the rules of a ground say, read in one way.
#[derive(Debug)]
pub(super) struct Table {
    /// What they say that is the same for every request.
    pub(super) first: Mask,
    /// Resources, networks, and the keys that no other dimension decides.
    pub(super) resources: Axis,
    pub(super) networks: Axis,
    pub(super) values: Vec<Axis>,
    /// The actions on repositories.
    names: &'static [&'static str],
    actions: Masks,
    docket: Docket,
    crowds: RefCell<Vec<(Asked, Found)>>,
}

impl Table {
    pub(super) fn new(ground: &Ground, scene: &Scene, view: View) -> Result<Self, Exhausted> {
        let docket = Docket::new(ground, view);
        let judge = Judge::new(ground, &docket);
        let axis = |d: Dimension| {
            let masks = judge.masks(&d);
            Axis::new(ground, d.parts, masks)
        };
        let names = action::every_on_repository(scene.service);
        let values = values::dimensions(ground)?;
        let mut covered: Vec<&str> = callers::KEYS
            .iter()
            .chain(networks::KEYS)
            .copied()
            .collect();
        covered.extend(values.iter().flat_map(|d| &d.keys).map(String::as_str));
        let first = judge.constants(&covered);
        let (resources, networks) = (
            axis(resources::dimension(ground, scene)?),
            axis(networks::dimension(ground)?),
        );
        Ok(Table {
            first,
            resources,
            networks,
            values: values.into_iter().map(axis).collect(),
            actions: Masks::new(names.iter().map(|a| judge.action(a))),
            names,
            docket,
            crowds: RefCell::default(),
        })
    }

    /// What the rules say of an action.
    pub(super) fn action(&self, ground: &Ground, action: &str) -> Mask {
        let at = self.names.iter().position(|n| *n == action);
        match at.and_then(|at| self.actions.get(at)) {
            Some(mask) => mask.clone(),
            None => mask::of_rules(ground.rules().iter().map(|(_, r)| r.action(action))),
        }
    }

    /// Each mask of some actions with the first that has it.
    pub(super) fn actions(&self, ground: &Ground, actions: &[&'static str]) -> Vec<(Mask, usize)> {
        if actions == self.names {
            return self.actions.each(1);
        }
        let masks = Masks::new(actions.iter().map(|a| self.action(ground, a)));
        masks.each(1)
    }

    /// The callers that a question looks at.
    pub(super) fn crowd(&self, ground: &Ground, question: &Question<'_>) -> Found {
        let asked = Asked::of(ground, question);
        let found =
            (self.crowds.borrow().iter()).find_map(|(a, c)| (*a == asked).then(|| c.clone()));
        if let Some(crowd) = found {
            return crowd;
        }
        let crowd = Callers::new(ground, &asked).map(|callers| {
            let judge = Judge::new(ground, &self.docket);
            Rc::new(crowd(callers, &judge))
        });
        self.crowds.borrow_mut().push((asked, crowd.clone()));
        crowd
    }
}

/// Judges callers part by part: what an identity says by itself, and its organisation; what a service is called, and for whom it
/// acts.
fn crowd(callers: Callers, judge: &Judge<'_>) -> Crowd {
    let of_identity = |i: &Identity| {
        let mut mask = judge.caller(&i.caller());
        for key in OF_IDENTITY {
            judge.narrow(&mut mask, key, i.value(key));
        }
        mask
    };
    let identities: Vec<Mask> = callers.identities.iter().map(of_identity).collect();
    let mut members: Vec<Mask> = (callers.memberships.iter())
        .map(|m| {
            let path = Fact::Many(vec![m.path.clone()]);
            let mut mask = judge.absent(callers::KEYS, &[OF_IDENTITY, OF_MEMBERSHIP]);
            judge.narrow(&mut mask, "aws:principalorgid", Some(&m.id));
            judge.put(&mut mask, "aws:principalorgpaths", Some(&path));
            mask
        })
        .collect();
    members.push(judge.absent(callers::KEYS, &[OF_IDENTITY]));
    let of_service = |name: &String| {
        let mut mask = judge.caller(&Caller::Service(name.clone()));
        judge.facts(&mut mask, OF_NAME, &services::of_name(name));
        mask::keep(
            &mut mask,
            &judge.absent(callers::KEYS, &[OF_NAME, OF_SOURCE]),
        );
        mask
    };
    let services: Vec<Mask> = callers.services.iter().map(of_service).collect();
    let of_source = |source: &Source| {
        let mut mask = judge.all();
        judge.facts(&mut mask, OF_SOURCE, &services::of_source(source));
        mask
    };
    let sources: Vec<Mask> = callers.sources.iter().map(of_source).collect();
    let none = members.len().saturating_sub(1);
    let mask = |class: &Class| {
        let (own, with) = match *class {
            Class::Identity(i, m) => (identities.get(i), members.get(m.unwrap_or(none))),
            Class::Service(n, s) => (services.get(n), sources.get(s)),
        };
        match (own, with) {
            (Some(own), Some(with)) => mask::both(own, with),
            _ => Mask::new(),
        }
    };
    Crowd {
        masks: Masks::new(callers.classes.iter().map(mask)),
        spelled: OnceCell::new(),
        callers,
    }
}

const OF_MEMBERSHIP: &[&str] = &["aws:principalorgid", "aws:principalorgpaths"];

/// Whether a question is about a part of a request that is no caller, and why that cannot be told.
pub(super) fn asked(ground: &Ground, question: &Question<'_>, part: &Part) -> Concern {
    if question.is_from_anywhere()
        && part
            .facts
            .iter()
            .any(|(k, f)| networks::names(ground, k, f))
    {
        return Some((Tri::False, None));
    }
    values::asked(ground, question, &part.facts)
}
