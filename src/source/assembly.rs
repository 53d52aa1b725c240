//! The output of a CDK app (`cdk.out`): its manifest says which files are templates of stacks, and where each stack is
//! deployed. What lies beside them are assets: templates of nested stacks, judged through their parents, and copies of
//! anything else.
//! <https://docs.aws.amazon.com/cdk/v2/guide/deploy.html> (cloud assemblies)

use super::walk::{Entry, Found};
use crate::world::World;
use crate::world::is_account;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

/// No manifest is larger.
const LIMIT: u64 = 64 << 20;

/// How the names of files end that are read, or that only the app itself reads.
const OWN: [&str; 4] = [
    "manifest.json",
    "tree.json",
    ".assets.json",
    ".nested.template.json",
];

/// Leaves out what lies in the output of a CDK app and is no stack's template, unless it is named itself.
pub(super) fn narrow(found: &mut Found) {
    let is_manifest = |path: &&PathBuf| path.file_name().is_some_and(|n| n == "manifest.json");
    let manifests = found.documents.keys().filter(is_manifest);
    let (mut directories, mut templates) = (BTreeSet::new(), BTreeSet::new());
    for path in manifests {
        let (Some(directory), Some(manifest)) = (path.parent(), read(path)) else {
            continue;
        };
        directories.insert(directory.to_owned());
        let files = stacks(&manifest).filter_map(|(file, _)| file);
        templates.extend(files.map(|file| directory.join(file)));
    }
    if directories.is_empty() {
        return;
    }
    let inside = |path: &Path| path.ancestors().skip(1).any(|a| directories.contains(a));
    let left_out: Vec<PathBuf> = (found.documents.iter())
        .filter(|(path, entry)| !entry.named && inside(path) && !templates.contains(*path))
        .map(|(path, _)| path.clone())
        .collect();
    for path in left_out {
        found.documents.remove(&path);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !OWN.iter().any(|end| name.ends_with(end)) {
            found.skip("assets of a CDK app");
        }
    }
}

/// The surroundings of a template: those of its stack where a CDK app's manifest beside it tells them, as no other account
/// or region takes it.
pub(super) fn world<'w>(entry: &Entry, world: &'w World) -> Cow<'w, World> {
    let environment = environment(&entry.path);
    let Some((account, region)) = environment.as_deref().and_then(|e| e.split_once('/')) else {
        return Cow::Borrowed(world);
    };
    let mut world = world.clone();
    let target = &mut world.target;
    if is_account(account) {
        target.account = Some(account.to_owned());
    }
    if region != "unknown-region" && !region.is_empty() {
        if target.region.as_deref() != Some(region) {
            target.partition = None; // it follows from the region
        }
        target.region = Some(region.to_owned());
    }
    Cow::Owned(world)
}

/// `ACCOUNT/REGION` of the stack that a template is of.
fn environment(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    if !name.ends_with(".json") {
        return None;
    }
    let manifest = read(&path.with_file_name("manifest.json"))?;
    let mut stacks = stacks(&manifest);
    let (_, environment) = stacks.find(|(file, _)| *file == Some(name))?;
    environment?.strip_prefix("aws://").map(str::to_owned)
}

/// The stacks of a manifest: the template's file, where it is deployed.
fn stacks(manifest: &Json) -> impl Iterator<Item = (Option<&str>, Option<&str>)> {
    let artifacts = manifest.get("artifacts").and_then(Json::as_object);
    let artifacts = artifacts.into_iter().flat_map(|all| all.values());
    let of_stacks = |a: &&Json| {
        a.get("type")
            .is_some_and(|t| t == "aws:cloudformation:stack")
    };
    artifacts.filter(of_stacks).map(|a| {
        let file = a.pointer("/properties/templateFile").and_then(Json::as_str);
        (file, a.get("environment").and_then(Json::as_str))
    })
}

/// A manifest of a CDK app; `None` for any other file.
fn read(path: &Path) -> Option<Json> {
    let mut file = std::fs::File::open(path).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    (&mut file).take(LIMIT).read_to_end(&mut bytes).ok()?;
    memchr::memmem::find(&bytes, b"\"artifacts\"")?;
    let manifest: Json = serde_json::from_slice(&bytes).ok()?;
    let is = manifest.get("version").is_some_and(Json::is_string)
        && manifest.get("artifacts").is_some_and(Json::is_object);
    is.then_some(manifest)
}
