//! The resource of a request: the repository's ARN, with stand-ins for what is not known about it.

use super::ground::Ground;
use super::organizations::{some, spelled};
use super::solve::{Dimension, Part};
use super::{Repository, Scene};
use crate::iam::action::Service;
use crate::iam::automaton::{Exhausted, Look, classes};
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Context, Glob, Set, Style, Tok, known};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Alternatives for each unknown part at most.
const ALTERNATIVES: usize = 24;

/// The dimension of resources.
pub(super) fn dimension(ground: &Ground, scene: &Scene) -> Result<Dimension, Exhausted> {
    let globs: Vec<&Glob> = (ground.policies.iter())
        .flat_map(|p| &p.rules)
        .flat_map(|r| r.resources.iter().flat_map(|e| &e.globs))
        .filter(|g| !matches!(g.toks(), [Tok::Star(Set::Any)]))
        .collect();
    let heads = heads(ground, scene, &globs);
    let parts = match &scene.repository {
        Repository::Any => anywhere(ground, &heads, &globs, &BTreeSet::new())?,
        Repository::Except(names) => anywhere(ground, &heads, &globs, names)?,
        Repository::Named(name) => {
            let names = match known(name, &ground.binding) {
                Some(name) => vec![name],
                None => {
                    let glob = Glob::of(name, Style::default(), &ground.binding);
                    candidates(&glob, &globs)
                }
            };
            vec![part(&heads, &names)]
        }
    };
    Ok(Dimension {
        parts,
        ..Dimension::default()
    })
}

fn part(heads: &[String], names: &[String]) -> Part {
    let all = heads
        .iter()
        .flat_map(|h| names.iter().map(move |n| format!("{h}{n}")));
    Part {
        resources: Some(Arc::new(all.take(512).collect())),
        ..Part::default()
    }
}

/// One part for each class of names, without those of some repositories.
fn anywhere(
    ground: &Ground,
    heads: &[String],
    globs: &[&Glob],
    except: &BTreeSet<String>,
) -> Result<Vec<Part>, Exhausted> {
    let toks: Vec<&[Tok]> = globs.iter().map(|g| g.toks()).collect();
    let mut names: Vec<String> = Vec::new();
    if toks.is_empty() {
        let fresh = (0..).map(|n| format!("any{}", "-other".repeat(n)));
        names.extend(fresh.into_iter().find(|n| !except.contains(n)));
    }
    for head in heads.iter().filter(|_| !toks.is_empty()) {
        let own = |arn: &str| {
            let name = arn.strip_prefix(head.as_str())?;
            except.contains(name).then(|| spelled(arn))
        };
        let look = Look {
            patterns: &toks,
            avoid: "",
            named: &own,
            work: &ground.work,
        };
        let mut shape = spelled(head);
        shape.extend(some(Set::Lower));
        for arn in classes(&look, &shape)? {
            if let Some(name) = arn.strip_prefix(head.as_str())
                && !names.iter().any(|n| n == name)
                && !except.contains(name)
            {
                names.push(name.to_owned());
            }
        }
    }
    Ok(names
        .iter()
        .map(|n| part(heads, std::slice::from_ref(n)))
        .collect())
}

/// Everything before the name: what is not known about the deployment is tried with a stand-in and with what the patterns say.
fn heads(ground: &Ground, scene: &Scene, globs: &[&Glob]) -> Vec<String> {
    let alternatives = |given: bool, own: &String, at: usize| {
        let mut out = vec![own.clone()];
        if !given {
            for sample in globs.iter().filter_map(|g| segment(g, at)) {
                if !out.contains(&sample) && out.len() < ALTERNATIVES {
                    out.push(sample);
                }
            }
        }
        out
    };
    let service = scene.service;
    let partitions = alternatives(scene.partition.is_some(), &ground.partition, 1);
    let regions = match service {
        Service::Ecr => alternatives(scene.region.is_some(), &ground.region, 3),
        Service::EcrPublic => vec![String::new()],
    };
    let accounts = alternatives(ground.given, &ground.account, 4);
    let mut out = Vec::new();
    for account in &accounts {
        for region in &regions {
            for partition in &partitions {
                let service = service.prefix();
                out.push(format!(
                    "arn:{partition}:{service}:{region}:{account}:repository/"
                ));
            }
        }
    }
    out.truncate(64);
    out
}

/// A text that fits a segment of a pattern of an ARN.
fn segment(glob: &Glob, at: usize) -> Option<String> {
    let is_colon = |t: &Tok| matches!(t, Tok::One(Set::Char(':')));
    let parts: Vec<&[Tok]> = glob.toks().splitn(6, is_colon).collect();
    if parts.len() < 6 {
        return None;
    }
    let sample = Glob::from_toks(parts.get(at)?.to_vec()).sample('q');
    let digits = sample.bytes().all(|b| b.is_ascii_digit()) && sample.len() == 12;
    (at != 4 || digits)
        .then_some(sample)
        .filter(|s| !s.is_empty())
}

/// Names that a partly unknown name may turn out to be.
fn candidates(name: &Glob, globs: &[&Glob]) -> Vec<String> {
    let own = |t: &Tok| match t {
        Tok::One(Set::Char(c)) => c.to_string(),
        _ => "zz-unknown".to_owned(),
    };
    let mut out = vec![name.toks().iter().map(own).collect::<String>()];
    let context = Context::default();
    for glob in globs {
        let text = glob.sample('q');
        let Some((_, tail)) = text.split_once("repository/") else {
            continue;
        };
        let fits = name.fits(tail, &context) != Tri::False;
        if fits && !out.iter().any(|n| n == tail) && out.len() < ALTERNATIVES {
            out.push(tail.to_owned());
        }
    }
    out
}
