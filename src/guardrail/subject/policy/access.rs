//! The whole of the access that a finding is about: a waiver has to accept all of it, not only the one request that shows it.

use super::{Access, Scene, Trusted, reach};
use crate::iam::action::{self, Service};
use std::collections::{BTreeMap, BTreeSet};

/// The actions that count where somebody gets in; `None`: every one. Of the public gallery anyone may look at everything.
pub(super) fn counted(service: Service) -> Option<Vec<&'static str>> {
    if service == Service::Ecr {
        return None;
    }
    let mut all = action::on_repository(service);
    all.retain(|name| sort(name) != "pull");
    Some(all)
}

/// Everybody outside who gets in (`anyone`: those whom no policy names) and everything that they can do, in the words of
/// waivers.
pub(super) fn of(scene: &Scene, trusted: &Trusted, anyone: bool) -> Access {
    let mut sorts: BTreeMap<&'static str, Vec<&'static str>> = BTreeMap::new();
    let all = counted(scene.service).unwrap_or_else(|| action::on_repository(scene.service));
    for name in all {
        sorts.entry(sort(name)).or_default().push(name);
    }
    let mut accounts = BTreeSet::new();
    let mut actions = Vec::new();
    for (sort, names) in sorts {
        let found = if anyone {
            let reached = !reach::public_with(scene, &names).is_no();
            reached.then(|| "*".to_owned()).into_iter().collect()
        } else {
            reach::outsiders(scene, trusted, &names)
        };
        if !found.is_empty() {
            actions.push(sort.to_owned());
            accounts.extend(found);
        }
    }
    Access {
        accounts: accounts.into_iter().collect(),
        actions,
    }
}

/// The word of a waiver that takes in an action: who accepts that images are pulled accepts that they are described, and
/// who accepts that they are pushed accepts that they come in by other ways.
fn sort(action: &str) -> &'static str {
    match action::group(action) {
        "pull" | "read" => "pull",
        "push" | "create" => "push",
        _ => "administer",
    }
}
