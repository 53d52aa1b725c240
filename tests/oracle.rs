//! Scores against answers that were recorded from terraform and worked out from AWS's documents, where somebody has them:
//! `ECR_GUARD_ORACLE=DIR cargo test --test oracle -- --ignored --nocapture`, which `.ci/run oracle` does.
//!
//! The numbers are the least that is right, in percent. A score may rise, it does not fall.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test tells by its output"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// A scorer's command, its least score, its cases below the folder, further options.
type Score<'a> = (&'a str, u32, &'a str, &'a [&'a str]);

const SCORES: &[Score] = &[
    (
        "expressions",
        98,
        "oracle/terraform/cases/expr-dev.jsonl",
        &[],
    ),
    ("configs", 100, "oracle/terraform/configs", &[]),
    (
        "syntax",
        100,
        "oracle/terraform/cases/syntax-probes.jsonl",
        &[],
    ),
    (
        "documents",
        100,
        "oracle/terraform/cases/policy-document-vectors.json",
        &[],
    ),
    ("templates", 100, "oracle/cloudformation/templates", &[]),
    (
        "equivalence",
        100,
        "oracle/cloudformation/equivalence",
        &["--no-hooks"],
    ),
    ("policies", 99, "oracle/iam/cases/labelled-dev.jsonl", &[]),
    (
        "requests",
        100,
        "oracle/iam/cases/requests-dev.jsonl.gz",
        &[],
    ),
    ("peers", 98, "corpus/peers", &[]),
];

/// Kinds of corpora that are made, and their least scores.
const CORPORA: &[(&str, u32)] = &[("plan", 99), ("cfn-yaml", 93), ("cfn-json", 93)];

/// The folder that holds the scorers and their cases.
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("ECR_GUARD_ORACLE").filter(|v| !v.is_empty())?);
    let scorer = folder.join("score.py");
    assert!(
        scorer.is_file(),
        "ECR_GUARD_ORACLE: there is no {}",
        scorer.display()
    );
    Some(folder)
}

/// Runs a scorer; whether it reached the least score, or there is nothing to score.
fn reaches(
    folder: &Path,
    (command, least, cases, options): Score,
    missing: &mut Vec<String>,
) -> bool {
    let beside = folder.parent().unwrap_or(folder);
    let cases = match cases.strip_prefix("oracle/") {
        Some(below) => folder.join(below),
        None => beside.join(cases),
    };
    if !cases.exists() {
        missing.push(format!("{command}: there is no {}", cases.display()));
        return true;
    }
    eprintln!("-- {command}, at least {least} %");
    let status = Command::new("python3")
        .arg(folder.join("score.py"))
        .args([command, env!("CARGO_BIN_EXE_ecr-guard")])
        .arg(&cases)
        .args(["--min", &least.to_string(), "--show", "5"])
        .args(options)
        .status()
        .unwrap();
    status.success()
}

#[test]
#[ignore = "takes minutes and needs ECR_GUARD_ORACLE; .ci/run runs it"]
fn scores_do_not_fall() {
    let Some(folder) = folder() else {
        eprintln!("SKIPPED: the oracle: ECR_GUARD_ORACLE is not set");
        return;
    };
    let mut missing = Vec::new();
    let low: Vec<&str> = (SCORES.iter())
        .filter(|s| !reaches(&folder, **s, &mut missing))
        .map(|s| s.0)
        .collect();
    for line in &missing {
        eprintln!("SKIPPED: {line}");
    }
    assert!(low.is_empty(), "too low: {}", low.join(", "));
}

#[test]
#[ignore = "takes minutes and needs ECR_GUARD_ORACLE; .ci/run runs it"]
fn faults_of_made_corpora_are_found() {
    let Some(folder) = folder() else {
        eprintln!("SKIPPED: the corpora: ECR_GUARD_ORACLE is not set");
        return;
    };
    let maker = folder
        .parent()
        .unwrap_or(&folder)
        .join("bench/gen_corpus.py");
    if !maker.is_file() {
        eprintln!("SKIPPED: the corpora: there is no {}", maker.display());
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut low = Vec::new();
    for (kind, least) in CORPORA {
        let corpus = dir.path().join(kind);
        let made = Command::new("python3")
            .arg(&maker)
            .args([
                "--kind",
                kind,
                "--files",
                "200",
                "--ecr-share",
                "0.2",
                "--seed",
                "11",
                "--out",
            ])
            .arg(&corpus)
            .status()
            .unwrap();
        assert!(made.success(), "{kind} cannot be made");
        let status = Command::new("python3")
            .arg(folder.join("score.py"))
            .args(["corpus", env!("CARGO_BIN_EXE_ecr-guard")])
            .arg(&corpus)
            .args(["--min", &least.to_string(), "--show", "5"])
            .status()
            .unwrap();
        if !status.success() {
            low.push(*kind);
        }
    }
    assert!(low.is_empty(), "too low: {}", low.join(", "));
}
