//! All resources of a run, joined: policy and repository, registry settings and what they reach.
//!
//! A join goes by reference anywhere in a root; by name only within one root and one account and region. What may belong
//! together but cannot be told is said to be unknown, never guessed.

use crate::raw::{Doubt, Form, Mode, RawResource, Root, Unseen};
use crate::resource::{self, Kind};
use crate::value::{Part, Text, Unknown, Value, Via};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

mod attachment;
mod unseen;

pub use self::attachment::holds;

/// Kinds that are attached to another: which of their fields names it, and its kind.
const WAYS: [(&str, &str, &str); 5] = [
    ("repository_policy", "repository", "repository"),
    ("lifecycle_policy", "repository", "repository"),
    (
        "public_repository_policy",
        "repository",
        "public_repository",
    ),
    ("vpc_endpoint_policy", "endpoint", "vpc_endpoint"),
    (
        "organization_policy_attachment",
        "policy",
        "organization_policy",
    ),
];

/// All resources of a run.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The roots, without their resources.
    pub roots: Vec<Surroundings>,
    /// The managed resources that the product judges, in the order of the input: those that may exist, and those that the
    /// deployment removes.
    pub resources: Vec<Resource>,
    /// For each resource that is attached to another one (a policy to its repository): which.
    links: BTreeMap<usize, Link>,
}

/// What a root says besides its resources.
#[derive(Debug)]
pub struct Surroundings {
    /// As [`Root::name`].
    pub name: String,
    /// As [`Root::form`].
    pub form: Form,
    /// As [`Root::case`].
    pub case: Option<String>,
    /// As [`Root::supposed`].
    pub supposed: bool,
    /// As [`Root::blind_spots`].
    pub blind_spots: Vec<Arc<Unknown>>,
    /// Where its resources stand among those of the inventory.
    pub resources: Range<usize>,
    /// What may make resources that nobody can see.
    unseen: Vec<Unseen>,
}

/// A resource under our own names.
#[derive(Debug)]
pub struct Resource {
    /// Its root, by position.
    pub root: usize,
    /// Its kind.
    pub kind: &'static Kind,
    /// As it stands in the code.
    pub raw: RawResource,
    /// Its fields: see [`resource::read`]. Of one that goes, as it stands before.
    pub fields: Value,
    /// Its fields before the deployment, where that is told.
    pub before: Option<Value>,
}

/// What a resource is attached to.
#[derive(Clone, Debug)]
pub enum Link {
    /// These resources of the input (several only where they are instances that cannot be told apart).
    To(Vec<usize>),
    /// Something that the input does not hold.
    Elsewhere,
    /// It cannot be told; one of these resources, or something else.
    Perhaps(Vec<usize>, Arc<Unknown>),
}

/// What stands beside a resource in its account and region.
#[derive(Debug, Default)]
pub struct Beside<'a> {
    /// What surely does, with positions.
    pub sure: Vec<(usize, &'a Resource)>,
    /// What may, with the reason for the doubt: it may not exist, or belong to another account or region.
    pub doubtful: Vec<(&'a Resource, Arc<Unknown>)>,
}

/// Whether something is attached to a resource.
#[derive(Clone, Debug)]
pub enum Attached {
    /// These resources are.
    Yes(Vec<usize>),
    /// Nothing in the input is.
    No,
    /// It cannot be told.
    Unknown(Arc<Unknown>),
}

impl Resource {
    /// A field; null where the kind has no such field.
    pub fn field(&self, name: &str) -> Value {
        (self.fields.get(name)).unwrap_or_else(|| Value::null(self.raw.span))
    }

    /// A field before the deployment; `None` where nobody tells what was there.
    pub fn field_before(&self, name: &str) -> Option<Value> {
        self.before.as_ref()?.get(name)
    }

    /// Whether nothing of it is left after the deployment: it takes no part in anything, and only its going is judged.
    pub fn is_gone(&self) -> bool {
        self.raw.exists == Some(false)
    }
}

impl Inventory {
    /// Reads and joins the resources of all roots.
    pub fn build(roots: Vec<Root>) -> Self {
        let mut out = Inventory::default();
        for root in roots {
            let position = out.roots.len();
            let unseen = unseen::of(&root);
            let judged = root.resources.into_iter().filter_map(|raw| {
                let there = raw.exists != Some(false) || raw.change.is_some();
                let judged = raw.mode == Mode::Managed && there;
                let kind = resource::kind_of(&raw.kind).filter(|_| judged)?;
                let before = raw.change.as_ref().and_then(|c| c.before.as_ref());
                Some(Resource {
                    root: position,
                    kind,
                    fields: resource::read(kind, &raw),
                    before: before.map(|b| resource::read_attributes(kind, &raw, b)),
                    raw,
                })
            });
            let first = out.resources.len();
            out.resources.extend(judged);
            out.roots.push(Surroundings {
                unseen,
                name: root.name,
                form: root.form,
                case: root.case,
                supposed: root.supposed,
                blind_spots: root.blind_spots,
                resources: first..out.resources.len(),
            });
        }
        out.links = out.join();
        out
    }

    /// The resources of a kind that may exist after the deployment, with their positions.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (usize, &'a Resource)> {
        let all = self.resources.iter().enumerate();
        all.filter(move |(_, r)| r.kind.name == kind && !r.is_gone())
    }

    /// The resources of a kind in one root that may exist after the deployment, with their positions.
    fn in_root<'a>(
        &'a self,
        root: usize,
        kind: &'a str,
    ) -> impl Iterator<Item = (usize, &'a Resource)> {
        let positions = self.positions(root);
        let all = positions.filter_map(|i| Some((i, self.resources.get(i)?)));
        all.filter(move |(_, r)| r.kind.name == kind && !r.is_gone())
    }

    /// Where the resources of a root stand.
    fn positions(&self, root: usize) -> Range<usize> {
        let root = self.roots.get(root);
        root.map_or(0..0, |r| r.resources.clone())
    }

    /// The resources of a kind that the deployment removes, with their positions.
    pub fn gone<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (usize, &'a Resource)> {
        let all = self.resources.iter().enumerate();
        all.filter(move |(_, r)| r.kind.name == kind && r.is_gone())
    }

    /// The resources of a kind in the same root, account and region as another resource.
    pub fn beside<'a>(&'a self, resource: &'a Resource, kind: &'a str) -> Beside<'a> {
        let mut out = Beside::default();
        for (position, other) in self.in_root(resource.root, kind) {
            let there = match same_registry(other, resource) {
                Same::No => continue,
                Same::Yes => exists_with(&other.raw, &resource.raw),
                Same::Unknown(why) => Err(why),
            };
            match there {
                Ok(()) => out.sure.push((position, other)),
                Err(why) => out.doubtful.push((other, why)),
            }
        }
        out
    }

    /// What a resource is attached to; `None` for a resource that stands for itself.
    pub fn link(&self, resource: usize) -> Option<&Link> {
        self.links.get(&resource)
    }

    /// The resources of a kind that are attached to a resource.
    pub fn attached(&self, to: usize, kind: &str) -> Attached {
        let mut sure = Vec::new();
        let mut doubt = None;
        let root = self.resources.get(to).map_or(usize::MAX, |r| r.root);
        for (from, link) in self.links.range(self.positions(root)) {
            let Some(resource) = self.resources.get(*from).filter(|r| r.kind.name == kind) else {
                continue;
            };
            match link {
                Link::To(resources) if resources.contains(&to) => {
                    match self.resources.get(to).map(|to| goes_with(resource, to)) {
                        Some(Err(why)) => doubt = Some(why),
                        _ => sure.push(*from),
                    }
                }
                Link::Perhaps(resources, why) if resources.contains(&to) => {
                    doubt = Some(why.clone());
                }
                Link::To(_) | Link::Perhaps(..) | Link::Elsewhere => {}
            }
        }
        let doubt = doubt.or_else(|| self.given(self.resources.get(to)?));
        match (sure.is_empty(), doubt) {
            (false, _) => Attached::Yes(sure),
            (true, Some(why)) => Attached::Unknown(why),
            (true, None) => Attached::No,
        }
    }

    fn join(&self) -> BTreeMap<usize, Link> {
        let mut links = BTreeMap::new();
        for (kind, field, to) in WAYS {
            for (position, resource) in self.of_kind(kind) {
                links.insert(position, self.find(resource, &resource.field(field), to));
            }
        }
        links
    }

    /// The resource of a kind that a value names.
    fn find(&self, from: &Resource, name: &Value, kind: &str) -> Link {
        let in_root: Vec<(usize, &Resource)> = self.in_root(from.root, kind).collect();
        if let Some(found) = by_reference(&in_root, name) {
            return found;
        }
        let (mut here, mut perhaps) = (Vec::new(), Vec::new());
        for (position, resource) in in_root {
            match same_registry(resource, from) {
                Same::Yes => here.push((position, resource)),
                Same::No => {}
                Same::Unknown(why) => perhaps.push((position, resource, why)),
            }
        }
        match by_name(&here, name) {
            Link::Elsewhere => by_name_perhaps(&perhaps, name),
            found => found,
        }
    }
}

/// Whether what is attached to a resource exists wherever that one does, for every instance that it may stand for. Both
/// have to hang on the same conditions of the code: that two unknowns have one reason does not make them equal.
fn goes_with(from: &Resource, to: &Resource) -> Result<(), Arc<Unknown>> {
    let (own, its) = (&from.raw, &to.raw);
    let conditions = |raw: &RawResource| match (raw.exists, &raw.doubt) {
        (None, None) => Err(Arc::new(Unknown::because(format!(
            "it cannot be told whether `{}` exists",
            raw.address
        )))),
        (_, doubt) => Ok(doubt.clone()),
    };
    let (own_doubt, its_doubt) = (conditions(own)?, conditions(its)?);
    let set = |doubt: &Option<Arc<Doubt>>| match doubt {
        Some(doubt) => doubt.conditions.clone(),
        None => BTreeSet::new(),
    };
    let (own_set, its_set) = (set(&own_doubt), set(&its_doubt));
    if let (Some(doubt), false) = (own_doubt, own_set.is_subset(&its_set)) {
        return Err(doubt.why.clone());
    }
    let mut several = its_set.iter().filter(|c| c.several).peekable();
    let Some(doubt) = its_doubt.filter(|_| several.peek().is_some()) else {
        return Ok(());
    };
    match several.all(|c| own_set.contains(c)) && !names_instance(from, its) {
        true => Ok(()),
        false => Err(doubt.why.clone()),
    }
}

/// Whether a resource names one certain instance of what stands for any number of them.
fn names_instance(from: &Resource, to: &RawResource) -> bool {
    let field = WAYS.iter().find(|(kind, ..)| *kind == from.kind.name);
    let name = field.map(|(_, field, _)| from.field(field));
    name.is_some_and(|name| {
        let mut addresses = name.place.references().map(|(address, _)| address);
        addresses.any(|a| a != to.address && without_key(a) == without_key(&to.address))
    })
}

/// Whether two resources are of one account and region.
enum Same {
    Yes,
    No,
    Unknown(Arc<Unknown>),
}

fn same_registry(a: &Resource, b: &Resource) -> Same {
    let places = [
        (&a.raw.account, &b.raw.account),
        (&a.raw.region, &b.raw.region),
    ];
    let mut doubt = None;
    for (a, b) in places {
        match (a.as_str(), b.as_str(), a.as_unknown(), b.as_unknown()) {
            (Some(a), Some(b), ..) if a == b => {}
            (Some(_), Some(_), ..) => return Same::No,
            (.., Some(a), Some(b)) if a.is_same(b) => {}
            (.., a, b) => doubt = a.or(b).or(doubt),
        }
    }
    doubt.map_or(Same::Yes, |why| Same::Unknown(Arc::new(why.clone())))
}

/// Whether something exists wherever another thing does: both hang on the same conditions of the code.
fn exists_with(own: &RawResource, other: &RawResource) -> Result<(), Arc<Unknown>> {
    let Some(doubt) = &own.doubt else {
        return match own.exists {
            Some(_) => Ok(()),
            None => Err(Arc::new(Unknown::because(format!(
                "it cannot be told whether `{}` exists",
                own.address
            )))),
        };
    };
    let together =
        (other.doubt.as_ref()).is_some_and(|o| doubt.conditions.is_subset(&o.conditions));
    if together {
        Ok(())
    } else {
        Err(doubt.why.clone())
    }
}

fn by_reference(candidates: &[(usize, &Resource)], name: &Value) -> Option<Link> {
    for address in identifying(name) {
        let exact: Vec<usize> = (candidates.iter())
            .filter(|(_, r)| r.raw.address == address)
            .map(|(i, _)| *i)
            .collect();
        if !exact.is_empty() {
            return Some(Link::To(exact));
        }
        let family: Vec<usize> = (candidates.iter())
            .filter(|(_, r)| without_key(&r.raw.address) == without_key(address))
            .map(|(i, _)| *i)
            .collect();
        let any = format!("{}[*]", without_key(address));
        if let Some((i, _)) = candidates.iter().find(|(_, r)| r.raw.address == any)
            && without_key(address) != address
        {
            return Some(Link::To(vec![*i])); // the others have keys that are known
        }
        match family.as_slice() {
            [] => {}
            [one] if address == any => return Some(Link::To(vec![*one])),
            _ => {
                let why = format!(
                    "it cannot be told which instance of `{}` is meant",
                    without_key(address)
                );
                return Some(Link::Perhaps(family, Arc::new(Unknown::because(why))));
            }
        }
    }
    None
}

/// Addresses of resources that a value is the name, id or ARN of, the outermost reference first. What a function made of
/// such a value names nothing.
fn identifying(value: &Value) -> Vec<&str> {
    references(value, |_| false)
}

/// As [`identifying`], with further attributes that identify.
fn references(value: &Value, further: impl Fn(&str) -> bool) -> Vec<&str> {
    let names = |attribute: &str| {
        let last = attribute.rsplit('.').next().unwrap_or_default();
        matches!(
            last.to_ascii_lowercase().as_str(),
            "" | "name"
                | "id"
                | "arn"
                | "ref"
                | "repository"
                | "repository_name"
                | "repositoryname"
        )
    };
    let function = |via: &Via| matches!(via, Via::Other(words) if words.ends_with("()"));
    let steps = value.place.steps().take_while(|s| !function(&s.via));
    let through = steps.filter_map(|s| match &s.via {
        Via::Reference(address, attribute) => Some((&**address, &**attribute)),
        _ => None,
    });
    let source = value.as_unknown().and_then(|u| u.source.as_ref());
    (through.chain(source.map(|(a, b)| (&**a, &**b))))
        .filter(|(_, attribute)| names(attribute) || further(attribute))
        .map(|(address, _)| address)
        .collect()
}

fn by_name(candidates: &[(usize, &Resource)], name: &Value) -> Link {
    let all = || candidates.iter().map(|(i, _)| *i).collect::<Vec<_>>();
    let open = |u: &Unknown| Link::Perhaps(all(), Arc::new(u.clone()));
    let text = match (name.as_unknown(), name.as_text()) {
        (Some(u), _) => return same_unknown(candidates, u).unwrap_or_else(|| open(u)),
        (None, Some(text)) => text,
        (None, None) => return Link::Elsewhere,
    };
    let equal: Vec<usize> = (candidates.iter())
        .filter(|(_, r)| {
            r.field("name")
                .as_text()
                .is_some_and(|n| same_text(n, text))
        })
        .map(|(i, _)| *i)
        .collect();
    if !equal.is_empty() {
        return Link::To(equal);
    }
    if let Some(hole) = text.first_hole() {
        return open(hole);
    }
    let nameless: Vec<(usize, Arc<Unknown>)> = (candidates.iter())
        .filter_map(|(i, r)| Some((*i, Arc::new(r.field("name").first_unknown()?.clone()))))
        .collect();
    match nameless.first() {
        Some((_, why)) => Link::Perhaps(nameless.iter().map(|(i, _)| *i).collect(), why.clone()),
        None => Link::Elsewhere,
    }
}

/// Resources of an account or region that may be another one, but have the name.
fn by_name_perhaps(candidates: &[(usize, &Resource, Arc<Unknown>)], name: &Value) -> Link {
    let all: Vec<(usize, &Resource)> = candidates.iter().map(|(i, r, _)| (*i, *r)).collect();
    match (by_name(&all, name), candidates.first()) {
        (Link::To(found), Some((_, _, why))) => Link::Perhaps(found, why.clone()),
        (other, _) => other,
    }
}

/// A repository whose name is the same unknown input: the code says they are the same, whatever its value is.
fn same_unknown(candidates: &[(usize, &Resource)], unknown: &Unknown) -> Option<Link> {
    let same = |r: &Resource| {
        r.field("name")
            .as_unknown()
            .is_some_and(|n| n.is_same(unknown))
    };
    let found: Vec<usize> = (candidates.iter().filter(|(_, r)| same(r)).map(|(i, _)| *i)).collect();
    (!found.is_empty()).then_some(Link::To(found))
}

fn same_text(a: &Text, b: &Text) -> bool {
    let same = |(a, b): (&Part, &Part)| match (a, b) {
        (Part::Lit(a), Part::Lit(b)) => a.text == b.text,
        (Part::Hole(a), Part::Hole(b)) => a.is_same(b),
        _ => false,
    };
    a.parts().len() == b.parts().len() && a.parts().iter().zip(b.parts()).all(same)
}

/// An address without the instance key at its end.
fn without_key(address: &str) -> &str {
    let end = address.strip_suffix(']').and_then(|a| a.rfind('['));
    end.and_then(|i| address.get(..i)).unwrap_or(address)
}

#[cfg(test)]
mod tests;
