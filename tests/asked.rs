//! A check evaluates of Terraform's resources what guardrails speak of. That must be what it would be if everything were
//! evaluated.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use ecr_guard::raw::Root;
use ecr_guard::resource;
use ecr_guard::span::Files;
use ecr_guard::terraform::{Demand, evaluate_for};
use ecr_guard::world::World;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What there is to judge, with its places: each resource of a kind under our names.
fn judged(dir: &Path, demand: Demand) -> Vec<String> {
    let (root, _) = evaluate_for(&Files::default(), dir, "m", &World::default(), demand);
    read(&root)
}

fn read(root: &Root) -> Vec<String> {
    let files = regex::Regex::new(r"FileId\(\d+\)").unwrap(); // in the order in which they are read
    let managed = root.resources.iter();
    let kinds = managed.filter_map(|raw| Some((raw, resource::kind_of(&raw.kind)?)));
    kinds
        .filter(|(raw, _)| format!("{:?}", raw.mode) == "Managed")
        .map(|(raw, kind)| {
            let seen = format!(
                "{} {:?} {:?} {:?} {:?}",
                raw.address,
                raw.exists,
                raw.account.as_str(), // one that is not known stands where it was asked for first
                raw.region.as_str(),
                resource::read(kind, raw)
            );
            files.replace_all(&seen, "file").into_owned()
        })
        .collect()
}

/// The directories below one that hold Terraform's files.
fn modules(below: &Path, out: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            modules(&path, out);
        } else if path.extension().is_some_and(|e| e == "tf") {
            out.insert(below.to_owned());
        }
    }
}

#[test]
fn what_a_check_asks_for_is_what_it_is() {
    let mut all = BTreeSet::new();
    modules(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"),
        &mut all,
    );
    assert!(all.len() > 90, "only {} modules", all.len());
    for dir in all {
        let asked = judged(&dir, Demand::Resources(resource::WANTED));
        assert_eq!(asked, judged(&dir, Demand::Everything), "{}", dir.display());
    }
}

/// A module whose resources refer to arguments of others that no guardrail reads.
const REFERRING: &str = r#"
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
  }
}

resource "aws_iam_role" "r" {
  name               = "r"
  description        = "pull"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  max_session_duration = nowhere.at_all.hours
}

resource "aws_iam_role" "each" {
  for_each    = toset(["a", "b"])
  name        = each.key
  description = "of ${each.key}"
}

resource "aws_ecr_repository" "direct" {
  name = aws_iam_role.r.description
}

resource "aws_ecr_repository" "whole" {
  name = lookup(aws_iam_role.r, "description", "none")
}

resource "aws_ecr_repository" "splat" {
  name = join("/", values(aws_iam_role.each)[*].description)
}

resource "aws_ecr_repository" "each" {
  for_each = aws_iam_role.each
  name     = each.value.description
}

resource "aws_ecr_repository" "of_trust" {
  name = jsondecode(aws_iam_role.r.assume_role_policy).Statement[0].Action
}
"#;

#[test]
fn whoever_refers_to_what_is_not_asked_for_gets_it() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.tf"), REFERRING).unwrap();
    let asked = Demand::Resources(resource::WANTED);
    assert_eq!(
        judged(dir.path(), asked),
        judged(dir.path(), Demand::Everything)
    );
    let (root, told) = evaluate_for(&Files::default(), dir.path(), "m", &World::default(), asked);
    let name = |address: &str| {
        let found = root
            .resources
            .iter()
            .find(|r| r.address == address)
            .unwrap();
        let name = found.attributes.get("name").unwrap();
        name.as_str().unwrap_or("unknown").to_owned()
    };
    assert_eq!(name("aws_ecr_repository.direct"), "pull");
    assert_eq!(name("aws_ecr_repository.whole"), "pull");
    assert_eq!(name("aws_ecr_repository.splat"), "of a/of b");
    assert_eq!(name("aws_ecr_repository.each[\"b\"]"), "of b");
    assert_eq!(name("aws_ecr_repository.of_trust"), "sts:AssumeRole");
    // the whole role is asked for, so what is wrong with it is told
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn what_nobody_asks_for_is_not_evaluated() {
    let dir = tempfile::tempdir().unwrap();
    let role =
        "resource \"aws_iam_role\" \"r\" {\n  name = \"r\"\n  description = nowhere.at_all.x\n}\n";
    std::fs::write(dir.path().join("main.tf"), role).unwrap();
    let told = |demand| {
        evaluate_for(
            &Files::default(),
            dir.path(),
            "m",
            &World::default(),
            demand,
        )
        .1
        .len()
    };
    assert_eq!(told(Demand::Resources(resource::WANTED)), 0);
    assert_eq!(told(Demand::Everything), 1);
}
