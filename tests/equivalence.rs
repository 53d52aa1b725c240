//! The same infrastructure gives the same findings, whether it comes as HCL, as a plan, as a template in YAML or in JSON,
//! or one resource at a time as requests of a hook. Each folder of `testdata/equivalence` is one infrastructure.
#![allow(clippy::expect_used, reason = "a test fails by a panic")]

use ecr_guard::engine::{Options, run};
use ecr_guard::finding::Outcome;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FORMS: [&str; 4] = ["terraform", "plan.json", "template.yaml", "template.json"];

fn infrastructures() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/equivalence");
    let mut out: Vec<PathBuf> = std::fs::read_dir(all)
        .expect("the folder is there")
        .map(|e| e.expect("an entry").path())
        .collect();
    out.sort();
    assert!(out.len() >= 5, "{out:?}");
    out
}

fn name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// What one form comes to: guardrail, severity, outcome and message of each finding. Addresses and places differ.
fn findings(folder: &Path, form: &str) -> BTreeSet<String> {
    let path = folder.join(form).to_string_lossy().into_owned();
    let mut options = Options::new(vec![path], jiff::civil::date(2026, 12, 1));
    let config = folder.join("ecr-guard.yaml");
    options.config = Some(config.to_string_lossy().into_owned());
    let report = run(&options).expect("the options are right");
    let what = format!("{} as {form}", name(folder));
    assert!(
        report.diagnostics.is_empty(),
        "{what}: {:?}",
        report.diagnostics
    );
    let one = |f: &ecr_guard::finding::Finding| {
        let outcome = match f.outcome {
            Outcome::Undetermined => "cannot tell",
            _ => f.severity.name(),
        };
        format!("{outcome}: {}: {}", f.guardrail, f.message)
    };
    report.findings.iter().map(one).collect()
}

/// The guardrails that the requests of a hook break, one request for each resource.
fn of_hook(folder: &Path) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for entry in std::fs::read_dir(folder.join("hook")).expect("requests") {
        let request = std::fs::File::open(entry.expect("an entry").path()).expect("a request");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecr-guard"));
        let command = command.args(["hook", "handle", "--config"]);
        let command = command.arg(folder.join("ecr-guard.yaml"));
        let output = command
            .stdin(Stdio::from(request))
            .output()
            .expect("it runs");
        let response: serde_json::Value =
            serde_json::from_slice(&output.stdout).expect("a response");
        let annotations = response.get("annotations").and_then(|a| a.as_array());
        for annotation in annotations.into_iter().flatten() {
            if annotation.get("status").is_some_and(|s| s == "FAILED") {
                let name = annotation.get("annotationName").and_then(|n| n.as_str());
                out.insert(name.expect("a name").to_owned());
            }
        }
    }
    out
}

#[test]
fn every_form_gives_the_same_findings() {
    let mut all = String::new();
    for folder in infrastructures() {
        let first = findings(&folder, "terraform");
        for form in FORMS {
            let other = findings(&folder, form);
            let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| -> Vec<String> {
                a.difference(b).cloned().collect()
            };
            let (missing, more) = (only(&first, &other), only(&other, &first));
            assert!(
                missing.is_empty() && more.is_empty(),
                "{} as {form}: missing {missing:#?}, more {more:#?}",
                name(&folder)
            );
        }
        all.push_str(&format!("{}\n", name(&folder)));
        first.iter().for_each(|f| all.push_str(&format!("  {f}\n")));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_hook_finds_what_a_template_does() {
    for folder in infrastructures() {
        let violated = findings(&folder, "template.yaml").into_iter();
        let violated = violated.filter(|f| !f.starts_with("cannot tell"));
        let guardrails: BTreeSet<String> = violated
            .filter_map(|f| f.split(": ").nth(1).map(str::to_owned))
            .collect();
        assert_eq!(of_hook(&folder), guardrails, "{}", name(&folder));
    }
}
