//! What there is to judge: the resources of the inventory as targets of guardrails, with everything worked out that
//! guardrails may ask for.

use super::vocabulary::{self, Subject};
use crate::diagnostic::Diagnostic;
use crate::iam::document::Document;
use crate::inventory::{Inventory, Resource};
use crate::resource::arn::{self, Account};
use crate::span::Files;
use crate::value::{Cause, Kind, Place, Reason, Role, Unknown, Value};
use crate::world::region;
use crate::world::{Organization, World};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

mod change;
mod consumer;
mod coverage;
mod existing;
mod identity;
mod lifecycle;
mod made;
mod perimeter;
mod policy;
mod registry;
mod repository;
mod tags;

/// What the rooms work from.
struct Context<'a> {
    inventory: &'a Inventory,
    world: &'a World,
    /// The Deny statements of the registry's policy outside the code.
    denials: Option<Arc<Document>>,
    /// The organisation and the registry of the resource at hand: all of its subjects have them.
    common: OnceLock<[Value; 2]>,
}

/// Everything that there is to judge, in the order of the inventory.
pub fn subjects(inventory: &Inventory, world: &World) -> Vec<Subject> {
    each(inventory, world, |subject| [subject])
}

/// What `work` makes of everything that there is to judge, in the order of the inventory. Nothing is held longer than that
/// takes: what policies let pass is large.
pub fn each<I: IntoIterator<Item: Send>>(
    inventory: &Inventory,
    world: &World,
    work: impl Fn(Subject) -> I + Sync,
) -> Vec<I::Item> {
    let denials = existing::denials(world).map(Arc::new);
    let made = |(position, resource)| {
        let context = Context {
            inventory,
            world,
            denials: denials.clone(),
            common: OnceLock::new(),
        };
        let subjects = of_resource(&context, position, resource);
        subjects.into_iter().flat_map(&work).collect::<Vec<_>>()
    };
    let resources = &inventory.resources;
    match resources.len() {
        // alone it needs no other threads, which a Hook would have to start first
        0 | 1 => resources.iter().enumerate().flat_map(made).collect(),
        _ => (resources.par_iter().enumerate())
            .flat_map_iter(made)
            .collect(),
    }
}

/// What is doubtful without being a verdict: limits on which the sources disagree, and a policy in `existing` that cannot be
/// used.
pub fn doubts(inventory: &Inventory, world: &World, files: &Files) -> Vec<Diagnostic> {
    let mut out = existing::problems(world, files);
    for (_, resource) in inventory.of_kind("replication") {
        for doubt in registry::disputed(resource) {
            if !out.contains(&doubt) {
                out.push(doubt);
            }
        }
    }
    out
}

fn of_resource(context: &Context, position: usize, resource: &Resource) -> Vec<Subject> {
    let mut found = change::subjects(context, resource, position);
    if resource.is_gone() {
        return found;
    }
    let rooms = [
        repository::subjects,
        policy::subjects,
        registry::subjects,
        consumer::subjects,
        tags::subjects,
        perimeter::subjects,
        identity::subjects,
    ];
    for room in rooms {
        found.extend(room(context, resource, position));
    }
    found
}

/// A field that was worked out: its name and value.
type Entry = (&'static str, Value);

impl Context<'_> {
    /// A subject of a target whose variables are these objects, the target's own first.
    fn subject(
        &self,
        target: &str,
        (position, resource): (usize, &Resource),
        place: &Place,
        variables: Vec<(&'static str, Vec<Entry>)>,
    ) -> Option<Subject> {
        // the fields tell the way that they came themselves
        let here = Place::at(place.span);
        let mut objects: BTreeMap<&'static str, Value> = (variables.into_iter())
            .map(|(name, entries)| (name, object(&here, entries)))
            .collect();
        let common = || [self.organization(resource), self.registry(resource)];
        let [organization, registry] = self.common.get_or_init(common).clone();
        objects.insert("organization", organization);
        objects.insert("registry", registry);
        Some(Subject {
            target: vocabulary::target(target)?,
            root: resource.root,
            resource: position,
            variables: objects,
            place: place.clone(),
            witnesses: BTreeMap::new(),
            access: BTreeMap::new(),
        })
    }

    /// The organisation that the resource's account should belong to.
    fn organization_of(&self, resource: &Resource) -> Option<&Organization> {
        let region = resource.raw.region.as_str();
        self.world
            .organization(region.and_then(region::partition_of))
    }

    fn organization(&self, resource: &Resource) -> Value {
        let place = &resource.raw.attributes.place;
        let organization = self.organization_of(resource);
        let missing = |key: &str| {
            let unknown = Unknown::because(format!("organization.{key} is not set"))
                .settle("set it in ecr-guard.yaml");
            placed(Kind::Unknown(Arc::new(unknown)), place)
        };
        let list = |key, items: Option<Vec<String>>| match items {
            Some(items) => texts(items, place),
            None => missing(key),
        };
        let accounts = organization.and_then(|o| o.accounts.clone());
        let trusted = organization.map(|o| o.trusted_accounts.keys().cloned().collect());
        let entries = vec![
            (
                "id",
                organization
                    .and_then(|o| o.id.clone())
                    .map_or_else(|| missing("id"), |id| text(id, place)),
            ),
            (
                "accounts",
                list("accounts", accounts.map(|a| a.iter().cloned().collect())),
            ),
            ("trusted_accounts", list("trusted_accounts", trusted)),
            (
                "regions",
                list("regions", organization.and_then(|o| o.regions.clone())),
            ),
            (
                "upstream_registries",
                list(
                    "upstream_registries",
                    organization.and_then(|o| o.upstream_registries.clone()),
                ),
            ),
        ];
        object(place, entries)
    }

    fn registry(&self, resource: &Resource) -> Value {
        let place = &resource.raw.attributes.place;
        let partition = match resource.raw.region.as_str().and_then(region::partition_of) {
            Some(partition) => text(partition, place),
            None => {
                let unknown = Unknown::because("the region of the deployment is not known");
                placed(
                    Kind::Unknown(Arc::new(unknown.role(Role::Partition))),
                    place,
                )
            }
        };
        let entries = vec![
            ("account", resource.raw.account.clone()),
            ("region", resource.raw.region.clone()),
            ("partition", partition),
            ("policy_scope", self.policy_scope(resource)),
        ];
        object(place, entries)
    }

    /// REGISTRY_POLICY_SCOPE of the registry that the resource belongs to: from the input, else from `existing`.
    fn policy_scope(&self, resource: &Resource) -> Value {
        let settings = self.inventory.beside(resource, "account_setting");
        let scope = |s: &Resource| s.field("name").as_str() == Some("REGISTRY_POLICY_SCOPE");
        if let Some((_, setting)) = settings.sure.iter().find(|(_, s)| scope(s)) {
            return setting.field("value");
        }
        let place = &resource.raw.attributes.place;
        if let Some((_, why)) = settings.doubtful.iter().find(|(s, _)| scope(s)) {
            return placed(Kind::Unknown(about(why)), place);
        }
        let stated = self.world.existing.policy_scope.as_ref();
        match stated.filter(|_| existing::covers(self.world, resource)) {
            Some(scope) => text(scope.clone(), place),
            None => {
                let unknown = Unknown::because("REGISTRY_POLICY_SCOPE is not set in the code")
                    .settle("set existing.registry.policy_scope in ecr-guard.yaml");
                placed(Kind::Unknown(Arc::new(unknown)), place)
            }
        }
    }

    /// Whether an account is the deploying one, one of the organisation or a trusted one. `Err`: it cannot be told.
    fn is_inside(
        &self,
        resource: &Resource,
        account: &Account,
        place: &Place,
    ) -> Result<bool, Arc<Unknown>> {
        let id = match account {
            Account::Own => return Ok(true),
            Account::Known(id) => id.as_str(),
            Account::Unknown(why) => return Err(why.clone()),
            Account::Absent | Account::Other(_) => return Ok(false),
        };
        let organization = self.organization_of(resource);
        let own = resource.raw.account.as_str() == Some(id);
        if own || organization.is_some_and(|o| o.trusted_accounts.contains_key(id)) {
            return Ok(true);
        }
        match organization.and_then(|o| o.accounts.as_ref()) {
            Some(accounts) => Ok(accounts.contains(id)),
            None => Err(Arc::new(
                Unknown::because(format!(
                    "nobody has said whether account {} belongs to the organisation",
                    place.said(id)
                ))
                .settle("list organization.accounts in ecr-guard.yaml"),
            )),
        }
    }
}

/// The account that a value names.
fn account(value: &Value) -> Account {
    match (&value.kind, value.as_text()) {
        (Kind::Unknown(u), _) if u.role == Some(Role::Account) => Account::Own,
        (Kind::Unknown(u), _) => Account::Unknown(u.clone()),
        (_, Some(text)) => arn::account(text),
        (_, None) => Account::Absent,
    }
}

/// The elements of a list; one unknown element more where there may be more than are known.
fn elements(list: &Value) -> Vec<Value> {
    let mut out = list.items();
    let doubt = match &list.kind {
        Kind::Unknown(why) => Some(why),
        _ => list.more(),
    };
    out.extend(doubt.map(|why| placed(Kind::Unknown(why.clone()), &list.place)));
    out
}

/// A part of an object; unknown where the object is.
fn part(of: &Value, name: &str) -> Value {
    match &of.kind {
        Kind::Unknown(_) => of.clone(),
        _ => of.get(name).unwrap_or_else(|| null(&of.place)),
    }
}

/// What another thing hangs on: the reason and what settles it, without what is known of the thing itself.
fn about(unknown: &Unknown) -> Arc<Unknown> {
    Arc::new(Unknown {
        reason: unknown.reason.clone(),
        settle: unknown.settle.clone(),
        ..Unknown::default()
    })
}

/// Why nothing is known of what a guardrail needs: it may stand outside of the input.
fn elsewhere(what: &str) -> Arc<Unknown> {
    let words = format!("{what} are not in this code");
    Arc::new(Unknown::because(Reason::new(Cause::Elsewhere, words)))
}

/// Why a value is not known, with words for a value that is known but no text.
fn why(value: &Value, otherwise: &str) -> Arc<Unknown> {
    (value.first_unknown()).map_or_else(|| Arc::new(Unknown::because(otherwise)), about)
}

/// A field that was worked out from what stands at a place. Its words are as sensitive as that is.
fn placed(kind: Kind, place: &Place) -> Value {
    Value {
        sensitive: place.secret && matches!(kind, Kind::String(_)),
        kind,
        place: place.clone(),
    }
}

fn text(text: impl Into<Arc<str>>, place: &Place) -> Value {
    placed(Value::text(text, place.span).kind, place)
}

fn number(number: usize, place: &Place) -> Value {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    placed(Value::number(number, place.span).kind, place)
}

fn null(place: &Place) -> Value {
    placed(Value::null(place.span).kind, place)
}

fn flag(known: Result<bool, Arc<Unknown>>, place: &Place) -> Value {
    placed(
        known.map_or_else(|u| Kind::Unknown(about(&u)), Kind::Bool),
        place,
    )
}

fn list(items: Vec<Value>, place: &Place) -> Value {
    placed(Value::tuple(items, place.span).kind, place)
}

fn texts(items: Vec<String>, place: &Place) -> Value {
    list(items.into_iter().map(|t| text(t, place)).collect(), place)
}

fn object(place: &Place, entries: Vec<Entry>) -> Value {
    let entries = entries.into_iter().map(|(k, v)| (Arc::from(k), v));
    placed(Value::object(entries.collect(), place.span).kind, place)
}

/// A list of problems as a field: at the place of the first one, unknown where none is sure but something is not known.
fn problems(
    found: &[crate::resource::problem::Problem],
    doubts: &[Arc<Unknown>],
    place: &Place,
) -> Value {
    if let (true, Some(doubt)) = (found.is_empty(), doubts.first()) {
        return placed(Kind::Unknown(about(doubt)), place);
    }
    let at = found.first().map_or(place, |p| &p.place);
    let items = (found.iter()).map(|p| {
        object(
            &p.place,
            vec![("message", text(p.message.clone(), &p.place))],
        )
    });
    list(items.collect(), at)
}
