//! The output does not depend on threads, nor on the run.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::path::Path;
use std::process::Command;

/// The bytes that a run prints.
fn printed(path: &str, format: &str, threads: &str) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args([
            "check",
            "--no-config",
            "--today",
            "2026-01-01",
            "--include",
            "satisfied",
        ])
        .args(["--format", format, path])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .unwrap();
    [output.stdout, output.stderr].concat()
}

#[test]
fn one_thread_and_eight_print_the_same_bytes() {
    for path in [
        "testdata/guardrails",
        "testdata/projects",
        "testdata/templates",
    ] {
        for format in ["json", "human"] {
            let one = printed(path, format, "1");
            assert!(one.len() > 10_000, "{path} says next to nothing");
            let eight = printed(path, format, "8");
            assert!(one == eight, "{path} as {format} depends on threads");
        }
    }
}

/// The order of the arguments is the only order that counts, not that of the directory.
#[test]
fn findings_are_sorted() {
    let text = printed("testdata/guardrails", "json", "8");
    let report: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let places: Vec<(&Path, u64, u64)> = (report["findings"].as_array().unwrap().iter())
        .map(|f| {
            let at = &f["location"];
            let path = Path::new(at["path"].as_str().unwrap());
            (
                path,
                at["line"].as_u64().unwrap(),
                at["column"].as_u64().unwrap(),
            )
        })
        .collect();
    assert!(places.len() > 100);
    let mut sorted = places.clone();
    sorted.sort_by(|a, b| (a.0.as_os_str(), a.1, a.2).cmp(&(b.0.as_os_str(), b.1, b.2)));
    assert!(
        places == sorted,
        "findings are not in the order of their places"
    );
}
