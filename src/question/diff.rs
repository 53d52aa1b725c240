//! Access granted and removed between two states of the code.

use super::access::{self, Copy, Filter};
use super::change::{self, Change, Side as Compared};
use super::estate::{Estate, Repository};
use crate::iam::reach::Scene;
use crate::value::Text;
use rayon::prelude::*;

/// One state of the code.
#[derive(Debug)]
pub struct Side {
    /// What it holds.
    pub estate: Estate,
    /// What its paths begin with: not part of what is compared.
    pub prefix: String,
    /// What stands in its place where a path is shown.
    pub label: String,
}

impl Side {
    /// A path without the prefix.
    fn below<'a>(&self, path: &'a str) -> &'a str {
        let rest = path.strip_prefix(self.prefix.as_str());
        let rest = rest.filter(|r| {
            self.prefix.is_empty()
                || r.is_empty()
                || r.starts_with('/')
                || self.prefix.ends_with('/')
        });
        rest.unwrap_or(path).trim_start_matches('/')
    }

    /// A path as shown.
    pub fn shown(&self, path: &str) -> String {
        match self.label.as_str() {
            "" => path.to_owned(),
            label => format!("{label}{}", self.below(path)),
        }
    }

    fn key(&self, repository: &Repository) -> (String, String, Option<String>) {
        let root = match self.below(self.estate.root(repository.resource)) {
            "." => "",
            root => root,
        };
        (
            root.to_owned(),
            repository.address.clone(),
            repository.when.clone(),
        )
    }
}

/// What has changed for a repository.
#[derive(Clone, Debug)]
pub struct Changed {
    /// By position in the estate of the base; `None`: it is new.
    pub base: Option<usize>,
    /// By position in the estate of the head; `None`: it is gone.
    pub head: Option<usize>,
    /// Access that the head grants and the base does not.
    pub granted: Vec<Change>,
    /// Access that the base grants and the head does not.
    pub removed: Vec<Change>,
    /// Destinations of replication that are new.
    pub copied: Vec<Copy>,
    /// Destinations of replication that are gone.
    pub uncopied: Vec<Copy>,
    /// Why nothing can be told.
    pub failed: Option<&'static str>,
}

impl Changed {
    fn is_empty(&self) -> bool {
        self.granted.is_empty()
            && self.removed.is_empty()
            && self.copied.is_empty()
            && self.uncopied.is_empty()
            && self.failed.is_none()
    }

    /// Whether somebody who is surely outside gets in that did not before.
    pub fn is_external(&self) -> bool {
        self.granted.iter().any(Change::is_external)
            || self.copied.iter().any(|c| c.inside == Some(false))
    }

    /// Whether somebody gets in of whom it cannot be told whether he did before, or whether he is outside.
    pub fn may_be_external(&self) -> bool {
        self.failed.is_some()
            || self.granted.iter().any(Change::may_be_external)
            || self.copied.iter().any(|c| c.inside != Some(true))
    }
}

/// What has changed, in the order of the head; what is gone last. Repositories without any change are left out.
pub fn of(base: &Side, head: &Side) -> Vec<Changed> {
    let out = pairs(base, head).into_par_iter();
    let out = out.map(|(b, h)| changed(base, head, b, h));
    out.filter(|c| !c.is_empty()).collect()
}

/// Whether a repository of the base is one of the head.
type Same<'a> = dyn Fn(&Repository, &Repository) -> bool + 'a;

/// Which repository of the base is which of the head: by root and address, else by name where only one has it on each side.
fn pairs(base: &Side, head: &Side) -> Vec<(Option<usize>, Option<usize>)> {
    let (before, after) = (&base.estate.repositories, &head.estate.repositories);
    let mut left: Vec<Option<usize>> = (0..before.len()).map(Some).collect();
    let mut found: Vec<Option<usize>> = vec![None; after.len()];
    let ways: [&Same<'_>; 2] = [
        &|b, h| b.sort == h.sort && base.key(b) == head.key(h),
        &|b, h| {
            b.sort == h.sort
                && name(b).is_some()
                && name(b) == name(h)
                && place(b) == place(h)
                && b.when == h.when
        },
    ];
    for same in ways {
        for (slot, repository) in found.iter_mut().zip(after) {
            if slot.is_some() {
                continue;
            }
            let fits = |i: &Option<usize>| {
                i.and_then(|i| before.get(i))
                    .is_some_and(|b| same(b, repository))
            };
            *slot = left
                .iter()
                .position(fits)
                .and_then(|i| left.get_mut(i)?.take());
        }
    }
    let kept = found.into_iter().enumerate().map(|(h, b)| (b, Some(h)));
    let gone = left.into_iter().flatten().map(|b| (Some(b), None));
    kept.chain(gone).collect()
}

fn name(repository: &Repository) -> Option<&str> {
    repository.name.as_ref().and_then(Text::known)
}

fn place(repository: &Repository) -> (Option<&str>, Option<&str>) {
    let scene = &repository.scene;
    (scene.account.as_deref(), scene.region.as_deref())
}

fn changed(base: &Side, head: &Side, b: Option<usize>, h: Option<usize>) -> Changed {
    let (before, after) = (
        b.and_then(|b| base.estate.repositories.get(b)),
        h.and_then(|h| head.estate.repositories.get(h)),
    );
    let (old, new) = (scene(before, after), scene(after, before));
    let was = Compared {
        estate: &base.estate,
        repository: before,
        scene: &old,
    };
    let is = Compared {
        estate: &head.estate,
        repository: after,
        scene: &new,
    };
    let (granted, removed) = (change::of(was, is), change::of(is, was));
    let failed = granted.as_ref().err().or(removed.as_ref().err()).copied();
    let (copied, uncopied) = copies(base, head, b, h);
    Changed {
        base: b,
        head: h,
        granted: granted.unwrap_or_default(),
        removed: removed.unwrap_or_default(),
        copied,
        uncopied,
        failed,
    }
}

/// The policies of a repository; of one that is not there, none.
fn scene(repository: Option<&Repository>, other: Option<&Repository>) -> Scene {
    match (repository, other) {
        (Some(repository), _) => repository.scene.clone(),
        (None, Some(other)) => Scene {
            policies: Vec::new(),
            ..other.scene.clone()
        },
        (None, None) => Scene::default(),
    }
}

/// Destinations that only the head has, and those that only the base has.
fn copies(base: &Side, head: &Side, b: Option<usize>, h: Option<usize>) -> (Vec<Copy>, Vec<Copy>) {
    let nothing = Filter {
        what: Vec::new(),
        principal: None,
    };
    let of = |side: &Side, at: Option<usize>| {
        at.map(|at| access::one(&side.estate, &nothing, at).copies)
            .unwrap_or_default()
    };
    let (before, after) = (of(base, b), of(head, h));
    let only = |own: &[Copy], other: &[Copy]| {
        let key = |c: &Copy| (c.account.clone(), c.region.clone(), c.sure);
        let known = |c: &&Copy| !other.iter().any(|o| key(o) == key(c));
        own.iter().filter(known).cloned().collect()
    };
    (only(&after, &before), only(&before, &after))
}
