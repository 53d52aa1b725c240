//! Every built-in guardrail against its cases in `testdata/guardrails`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use ecr_guard::cli::test::judged;
use ecr_guard::engine::{self, Options};
use ecr_guard::finding::{Outcome, Severity};
use ecr_guard::guardrail::Library;
use ecr_guard::guardrail::test::{self, Case, Wanted};
use ecr_guard::span::Files;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// CloudFormation has no such resource.
const TERRAFORM_ONLY: &[&str] = &["registry-scope-v1"];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/guardrails")
}

fn cases() -> Vec<Case> {
    test::cases(&directory()).unwrap_or_else(|errors| {
        let messages: Vec<String> = errors.into_iter().map(|e| e.message).collect();
        panic!("{}", messages.join("\n"))
    })
}

#[test]
fn every_case_comes_out_as_its_name_says() {
    let tested = test::all(cases(), |case| judged(case, &[]));
    let mut faults = Vec::new();
    for tested in tested.iter().filter(|t| !t.faults.is_empty()) {
        let path = tested.case.path.strip_prefix(directory()).unwrap();
        faults.push(format!(
            "{}\n    {}",
            path.display(),
            tested.faults.join("\n    ")
        ));
    }
    let (wrong, all) = (faults.len(), tested.len());
    assert!(wrong == 0, "{wrong} of {all} cases\n{}", faults.join("\n"));
}

#[test]
fn every_guardrail_has_its_cases() {
    let cases = cases();
    let library = Library::load(&Files::default(), &[]).unwrap();
    assert_eq!(
        test::gaps(library.all().map(|g| g.id.as_str()), &cases),
        Vec::<String>::new()
    );
    let extension = |case: &Case| match case.path.extension().and_then(|e| e.to_str()) {
        Some("yaml" | "yml" | "json") => "CloudFormation",
        _ => "Terraform",
    };
    let has: BTreeSet<(&str, Wanted, &str)> = (cases.iter())
        .map(|c| (c.guardrail.as_str(), c.wanted, extension(c)))
        .collect();
    let mut missing = Vec::new();
    for guardrail in library.all() {
        for wanted in [Wanted::Fail, Wanted::Pass, Wanted::Unknown] {
            for form in ["Terraform", "CloudFormation"] {
                if form == "CloudFormation" && TERRAFORM_ONLY.contains(&guardrail.id.as_str()) {
                    continue;
                }
                if !has.contains(&(&guardrail.id, wanted, form)) {
                    missing.push(format!("{}: {}* of {form}", guardrail.id, wanted.name()));
                }
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// Guardrails and folders of cases are the same list: a folder without a guardrail would never be judged.
#[test]
fn files_and_folders_belong_together() {
    let names = |directory: &str, extension: &str| -> BTreeSet<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
        (std::fs::read_dir(path).unwrap())
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter_map(|name| name.strip_suffix(extension).map(str::to_owned))
            .collect()
    };
    assert_eq!(names("policies", ".yaml"), names("testdata/guardrails", ""));
}

/// What a repository of which little more than the name is written breaks, as most cases do.
const BARE: [&str; 4] = [
    "repository-not-encrypted-with-kms",
    "repository-not-scanned",
    "repository-tags-mutable",
    "repository-without-lifecycle-policy",
];

/// What all guardrails say of the cases that pass their own, besides what is only short: nothing critical, and nothing that
/// nobody looked at.
#[test]
fn what_the_others_say_of_passing_cases() {
    let mut lines = Vec::new();
    for case in cases().iter().filter(|c| c.wanted == Wanted::Pass) {
        let mut options = Options::new(vec!["-".to_owned()], jiff::civil::Date::default());
        options.config = (case.config.as_ref()).map(|p| p.to_string_lossy().into_owned());
        options.no_config = case.config.is_none();
        options.stdin = Some(std::fs::read_to_string(&case.path).unwrap());
        let report = engine::run(&options).unwrap_or_else(|_| panic!("{}", case.path.display()));
        let name = case.path.strip_prefix(directory()).unwrap().display();
        let said: BTreeSet<String> = (report.findings.iter())
            .filter(|f| !BARE.contains(&f.guardrail.as_str()))
            .map(|f| {
                let critical = f.severity == Severity::Critical && f.outcome == Outcome::Violated;
                assert!(!critical, "{name}: {}: {}", f.guardrail, f.message);
                match f.outcome {
                    Outcome::Undetermined => format!("{} (cannot tell)", f.guardrail),
                    _ => f.guardrail.clone(),
                }
            })
            .collect();
        let said: Vec<String> = said.into_iter().collect();
        if said.is_empty() {
            continue;
        }
        lines.push(format!("{name}: {}", said.join(", ")));
    }
    insta::assert_snapshot!(lines.join("\n"));
}
