//! What a deployment of CloudFormation changes: a root against what is deployed now, be that a template or the properties
//! that a hook is told. A plan says it by itself.

use crate::raw::{Action, Change, Mode, RawResource, Root, Way};
use crate::resource;
use crate::value::{Unknown, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Tells every resource of a root what is done with it, and adds those that the root no longer has. `previous`: what is
/// deployed now, one root for each case of its conditions; names of resources are compared as they stand.
pub fn compare(previous: &[Root], current: &mut Root) {
    let before = Before::of(previous, current);
    let mut met: BTreeSet<&str> = BTreeSet::new();
    for resource in (current.resources.iter_mut()).filter(|r| r.mode == Mode::Managed) {
        let change = match before.resources.get(resource.address.as_str()) {
            Some(stood) if stood.resource.kind == resource.kind => {
                met.insert(&stood.resource.address);
                stood.against(resource)
            }
            _ => Change::of(Action::Create),
        };
        resource.change = Some(Arc::new(change));
    }
    let hidden = current.blind_spots.first().cloned();
    let gone = before
        .resources
        .values()
        .filter(|stood| !met.contains(stood.resource.address.as_str()));
    let gone: Vec<RawResource> = gone.map(|stood| stood.gone(hidden.as_ref())).collect();
    current.resources.extend(gone);
}

/// What stood before, by address.
struct Before<'a> {
    resources: BTreeMap<&'a str, Stood<'a>>,
}

/// A resource that stood before.
struct Stood<'a> {
    resource: &'a RawResource,
    /// Why it may not have stood.
    doubt: Option<Arc<Unknown>>,
}

impl<'a> Before<'a> {
    /// The resources of the cases whose conditions contradict those of this one least.
    fn of(previous: &'a [Root], current: &Root) -> Self {
        let apart = |root: &&Root| {
            let other = |(name, truth): &(&String, &bool)| {
                (root.conditions.get(*name)).is_some_and(|before| before != *truth)
            };
            current.conditions.iter().filter(other).count()
        };
        let least = previous.iter().map(|r| apart(&r)).min();
        let roots: Vec<&Root> = (previous.iter())
            .filter(|r| Some(apart(r)) == least)
            .collect();
        let mut resources = BTreeMap::new();
        for root in &roots {
            let managed = |r: &&RawResource| r.mode == Mode::Managed && r.exists != Some(false);
            for resource in root.resources.iter().filter(managed) {
                let in_all = (roots.iter())
                    .all(|root| root.resources.iter().any(|r| r.address == resource.address));
                let doubt = match (resource.exists, in_all) {
                    (Some(_), true) => None,
                    (Some(_), false) => Some(Arc::new(Unknown::because(format!(
                        "`{}` is deployed only where {}",
                        resource.address,
                        root.case.as_deref().unwrap_or("its condition holds")
                    )))),
                    (None, _) => Some(doubt(resource)),
                };
                let stood = Stood { resource, doubt };
                resources.entry(resource.address.as_str()).or_insert(stood);
            }
        }
        Before { resources }
    }
}

/// Why a resource may not exist.
fn doubt(resource: &RawResource) -> Arc<Unknown> {
    match &resource.doubt {
        Some(doubt) => doubt.why.clone(),
        None => Arc::new(Unknown::because(format!(
            "it cannot be told whether `{}` exists",
            resource.address
        ))),
    }
}

impl Stood<'_> {
    /// What is done with a resource that stays, as far as anybody knows.
    fn against(&self, now: &RawResource) -> Change {
        let conditions = |r: &RawResource| r.doubt.as_ref().map(|d| d.conditions.clone());
        let may_go = now.exists.is_none() && conditions(now) != conditions(self.resource);
        let (forced_by, open) = self.forced_by(now);
        let (action, doubt, forced_by) = match (may_go, open) {
            (true, _) => (Action::Delete, Some(doubt(now)), forced_by),
            (false, _) if !forced_by.is_empty() => (Action::Replace, self.doubt.clone(), forced_by),
            (false, Some((way, why))) => (Action::Replace, Some(why), vec![way]),
            (false, None) => match self.resource.attributes.same(&now.attributes) {
                Ok(true) => (Action::Keep, None, forced_by),
                _ => (Action::Update, None, forced_by),
            },
        };
        Change {
            doubt,
            forced_by,
            ..self.change(action)
        }
    }

    /// The properties that force a replacement; else one that may, with the reason.
    fn forced_by(&self, now: &RawResource) -> (Vec<Way>, Option<(Way, Arc<Unknown>)>) {
        let kind = resource::kind_of(&now.kind);
        let (mut forced, mut open) = (Vec::new(), None);
        for (name, default) in kind.map(resource::create_only).unwrap_or_default() {
            let way = Way::names(name);
            let [before, after] = [&self.resource.attributes, &now.attributes].map(|a| at(&way, a));
            match before.same(&after) {
                Ok(true) => {}
                Ok(false) if written_out(&before, &after, *default) => {
                    let why =
                        format!("AWS does not say whether `{way}` at its default is a change");
                    open = open.or(Some((way, Arc::new(Unknown::because(why)))));
                }
                Ok(false) => forced.push(way),
                Err(why) => open = open.or(Some((way, why))),
            }
        }
        (forced, open)
    }

    fn change(&self, action: Action) -> Change {
        Change {
            before: Some(self.resource.attributes.clone()),
            meta: self.resource.meta.clone(),
            ..Change::of(action)
        }
    }

    /// It, no longer there. What nobody can see may still have it.
    fn gone(&self, hidden: Option<&Arc<Unknown>>) -> RawResource {
        RawResource {
            exists: Some(false),
            doubt: None,
            change: Some(Arc::new(Change {
                doubt: self.doubt.clone().or_else(|| hidden.cloned()),
                because: Some("the template no longer has it".into()),
                ..self.change(Action::Delete)
            })),
            ..self.resource.clone()
        }
    }
}

/// Whether one side leaves a property out and the other one says its default.
fn written_out(before: &Value, after: &Value, default: Option<&str>) -> bool {
    let said = match (before.is_null(), after.is_null()) {
        (true, false) => after,
        (false, true) => before,
        _ => return false,
    };
    default.is_some() && said.as_str() == default
}

/// The value at the end of a way; null where there is none, unknown where what holds it is.
fn at(way: &Way, from: &Value) -> Value {
    let mut here = from.clone();
    for key in &way.0 {
        let crate::raw::Key::Name(name) = key else {
            continue;
        };
        if here.as_unknown().is_some() {
            return here;
        }
        here = match (here.get(name), here.more()) {
            (Some(value), _) => value,
            (None, Some(more)) => return Value::unknown((**more).clone(), here.place.span),
            (None, None) => return Value::null(here.place.span),
        };
    }
    here
}

#[cfg(test)]
mod tests;
