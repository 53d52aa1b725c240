//! Policy variables: dimensions whose keys a variable ties together are joined into one, with values that can be equal (R12).

use super::ground::Ground;
use super::solve::{Dimension, Part};
use crate::iam::automaton::Exhausted;
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Context, Fact, Glob, Tok};
use std::collections::BTreeSet;

/// Classes of a joined dimension at most.
const CLASSES: usize = 20_000;
/// Values that are tried for a key at most.
const VALUES: usize = 60;

/// Joins the dimensions that variables tie together.
pub(super) fn tie(
    ground: &Ground,
    dimensions: &mut Vec<Dimension>,
    tied: &[BTreeSet<String>],
) -> Result<(), Exhausted> {
    let keys: BTreeSet<&String> = tied.iter().flatten().collect();
    let pool = pool(ground, dimensions, &keys);
    for dimension in dimensions.iter_mut().filter(|d| free(d)) {
        if dimension.keys.iter().any(|k| keys.contains(k)) {
            widen(dimension, &pool);
        }
    }
    let resources = resource_keys(ground);
    for set in tied {
        let with_resource = resources.contains(set);
        join(dimensions, |d| {
            let resource = with_resource && d.parts.iter().any(|p| p.resources.is_some());
            resource || d.keys.iter().any(|k| set.contains(k))
        })?;
    }
    Ok(())
}

/// Whether a dimension is nothing but the value of a key.
fn free(dimension: &Dimension) -> bool {
    let plain = |p: &Part| p.caller.is_none() && p.action.is_none() && p.resources.is_none();
    let one = |p: &Part| p.facts.iter().all(|(_, f)| matches!(f, Fact::One(_)));
    !dimension.keys.contains("aws:sourceip") && dimension.parts.iter().all(|p| plain(p) && one(p))
}

/// Adds values to a free dimension.
fn widen(dimension: &mut Dimension, pool: &BTreeSet<String>) {
    for value in pool {
        let facts: Vec<(String, Fact)> = (dimension.keys.iter())
            .map(|k| (k.clone(), Fact::One(value.clone())))
            .collect();
        if !dimension.parts.iter().any(|p| p.facts == facts) {
            dimension.parts.push(Part {
                facts,
                ..Part::default()
            });
        }
    }
}

/// Values that can make tied keys equal or different.
fn pool(ground: &Ground, dimensions: &[Dimension], keys: &BTreeSet<&String>) -> BTreeSet<String> {
    let mut pool: BTreeSet<String> = ["q-one".to_owned(), "q-two".to_owned()].into();
    for dimension in dimensions {
        for (key, fact) in dimension.parts.iter().flat_map(|p| &p.facts) {
            if let Fact::One(value) = fact
                && keys.contains(key)
                && pool.len() < VALUES
            {
                pool.insert(value.clone());
            }
        }
        for resource in dimension
            .parts
            .iter()
            .filter_map(|p| p.resources.as_ref()?.first())
        {
            for rule in ground.policies.iter().flat_map(|p| &p.rules) {
                for glob in rule.resources.iter().flat_map(|e| &e.globs) {
                    pool.extend(captures(glob, resource));
                }
            }
        }
    }
    pool.into_iter().take(VALUES * 2).collect()
}

/// What the first variable of a pattern may stand for in a text.
fn captures(glob: &Glob, text: &str) -> Vec<String> {
    let Some(at) = glob
        .toks()
        .iter()
        .position(|t| matches!(t, Tok::Variable(_)))
    else {
        return Vec::new();
    };
    let relaxed = Context {
        view: crate::iam::pattern::View {
            relax: true,
            ..crate::iam::pattern::View::default()
        },
        ..Context::default()
    };
    let (before, after) = glob.toks().split_at(at);
    let before = Glob::from_toks(before.to_vec());
    let after = Glob::from_toks(after.iter().skip(1).cloned().collect());
    let cuts: Vec<usize> = text
        .char_indices()
        .map(|(i, _)| i)
        .chain([text.len()])
        .collect();
    let fits = |g: &Glob, t: &str| g.fits(t, &relaxed) != Tri::False;
    let starts = cuts
        .iter()
        .filter(|i| text.get(..**i).is_some_and(|t| fits(&before, t)));
    let ends: Vec<usize> = (cuts.iter().copied())
        .filter(|i| text.get(*i..).is_some_and(|t| fits(&after, t)))
        .collect();
    let pairs = starts.flat_map(|s| ends.iter().filter(move |e| *e > s).map(move |e| (*s, *e)));
    pairs
        .filter_map(|(s, e)| text.get(s..e).map(str::to_owned))
        .take(12)
        .collect()
}

/// The keys of each variable that stands in a resource.
fn resource_keys(ground: &Ground) -> Vec<BTreeSet<String>> {
    let rules = ground.policies.iter().flat_map(|p| &p.rules);
    let globs = rules.flat_map(|r| r.resources.iter().flat_map(|e| &e.globs));
    globs
        .map(|g| {
            g.variables()
                .map(|v| v.key.clone())
                .collect::<BTreeSet<_>>()
        })
        .filter(|k| !k.is_empty())
        .collect()
}

/// Replaces the dimensions that are chosen by their product.
fn join(
    dimensions: &mut Vec<Dimension>,
    chosen: impl Fn(&Dimension) -> bool,
) -> Result<(), Exhausted> {
    let (hit, kept): (Vec<_>, Vec<_>) = std::mem::take(dimensions).into_iter().partition(chosen);
    *dimensions = kept;
    let mut product: Option<Dimension> = None;
    for dimension in hit {
        product = Some(match product {
            None => dimension,
            Some(so_far) => {
                if so_far.parts.len().saturating_mul(dimension.parts.len()) > CLASSES {
                    return Err(Exhausted);
                }
                let parts = so_far
                    .parts
                    .iter()
                    .flat_map(|a| dimension.parts.iter().map(|b| a.join(b)));
                Dimension {
                    parts: parts.collect(),
                    keys: so_far.keys.union(&dimension.keys).cloned().collect(),
                }
            }
        });
    }
    dimensions.extend(product);
    Ok(())
}
