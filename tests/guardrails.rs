//! Every built-in guardrail against its cases in `testdata/guardrails`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use ecr_guard::cli::test::judged;
use ecr_guard::guardrail::Library;
use ecr_guard::guardrail::test::{self, Case, Wanted};
use ecr_guard::span::Files;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Cases that do not come out yet, with what is missing. Nothing may join them.
const OPEN: &[(&str, &str)] = &[
    (
        "image-latest-tag/unknown.yaml",
        "an unknown image is no subject",
    ),
    (
        "policy-public-access/fail-document.tf",
        "the caret of a rendered document stands in the resource",
    ),
    (
        "policy-public-access/fail-registry.tf",
        "an unknown own account",
    ),
    (
        "policy-push-from-other-account/unknown.tf",
        "an unknown principal is no pusher",
    ),
    (
        "repository-name-invalid/unknown.yaml",
        "the unknown name's not-null holds for its problem",
    ),
    (
        "repository-without-customer-key/fail.yaml",
        "the caret of a default stands in the block",
    ),
    (
        "repository-without-lifecycle-policy/unknown.yaml",
        "an unknown property counts as there",
    ),
    (
        "vpc-endpoint-policy-open/pass.tf",
        "endpoint policies are not judged together",
    ),
    (
        "vpc-endpoint-policy-open/pass.yaml",
        "endpoint policies are not judged together",
    ),
];

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
        if OPEN.iter().any(|(open, _)| Path::new(open) == path) {
            continue;
        }
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
        for wanted in [Wanted::Fail, Wanted::Pass] {
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
