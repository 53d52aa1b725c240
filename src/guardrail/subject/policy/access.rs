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
    all.retain(|name| !matches!(sort(name), "pull" | "read"));
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

/// What tells what images there are: who accepts that images are read accepts that they are listed.
const IMAGES: &[&str] = &["DescribeImages", "ListImages", "ListImageReferrers"];

/// The word of a waiver that takes in an action.
fn sort(action: &str) -> &'static str {
    let bare = action.split_once(':').map_or(action, |(_, bare)| bare);
    match action::group(action) {
        "read" if IMAGES.contains(&bare) => "pull",
        "create" => "replicate",
        group => group,
    }
}
