//! Every built-in guardrail against its cases in `testdata/guardrails`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use ecr_guard::cli::test::judged;
use ecr_guard::engine::{self, Options, Report};
use ecr_guard::finding::{Outcome, Severity};
use ecr_guard::guardrail::Library;
use ecr_guard::guardrail::test::{self, Case, Wanted};
use ecr_guard::span::Files;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// CloudFormation has no such resource, or the case cannot be written in one template.
const TERRAFORM_ONLY: &[&str] = &[
    "registry-scope-v1",
    "registry-blob-mounting",
    "registry-singleton-duplicated",
    "replication-settings-not-carried",
];

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
    let extension = |case: &Case| {
        let name = case.path.to_string_lossy();
        let template =
            |e: &str| name.ends_with(e) || case.path.join("template").with_extension(e).is_file();
        match ["yaml", "yml", "json"].into_iter().any(template) && !name.ends_with(".plan.json") {
            true => "CloudFormation",
            false => "Terraform",
        }
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

/// A case under all guardrails.
fn options(case: &Case) -> Options {
    let name = |path: &Path| path.to_string_lossy().into_owned();
    let text = std::fs::read_to_string(&case.path).ok();
    let path = text
        .as_ref()
        .map_or_else(|| name(&case.path), |_| "-".to_owned());
    let mut options = Options::new(vec![path], jiff::civil::Date::default());
    options.config = case.config.as_deref().map(name);
    options.no_config = case.config.is_none();
    options.stdin = text;
    options
}

fn report(text: String) -> Report {
    let mut options = Options::new(vec!["-".to_owned()], jiff::civil::Date::default());
    options.no_config = true;
    options.stdin = Some(text);
    engine::run(&options).unwrap_or_else(|_| panic!("it runs"))
}

/// Sources disagree on how many rules a replication configuration may have: that is no violation, and no silence.
#[test]
fn a_disputed_limit_is_a_warning() {
    let rules = |n: usize| {
        let rule = |i: usize| {
            format!(
                "    rule {{\n      destination {{\n        region      = \"eu-west-{}\"\n        registry_id = \"21098765{:04}\"\n      }}\n      repository_filter {{\n        filter      = \"a{i}\"\n        filter_type = \"PREFIX_MATCH\"\n      }}\n    }}\n",
                1 + i % 3,
                i
            )
        };
        let rules: String = (0..n).map(rule).collect();
        report(format!(
            "resource \"aws_ecr_replication_configuration\" \"this\" {{\n  replication_configuration {{\n{rules}  }}\n}}\n"
        ))
    };
    let codes =
        |report: &Report| -> Vec<&str> { report.diagnostics.iter().map(|d| d.code).collect() };
    assert_eq!(codes(&rules(10)), Vec::<&str>::new());
    assert_eq!(codes(&rules(11)), ["replication-limit"]);
}

/// Without the account of the deployment nobody can tell whose account a policy names: that is said once.
#[test]
fn a_missing_target_is_said_once() {
    let statement = |id: &str| {
        format!(
            "{{\"Effect\": \"Allow\", \"Principal\": {{\"AWS\": \"{id}\"}}, \"Action\": \"ecr:BatchGetImage\"}}"
        )
    };
    let all: Vec<String> = ["999999999999", "888888888888"].map(statement).to_vec();
    let report = report(format!(
        "resource \"aws_ecr_repository_policy\" \"app\" {{\n  repository = \"app\"\n  policy     = <<-EOT\n{{\"Version\": \"2012-10-17\", \"Statement\": [{}]}}\nEOT\n}}\n",
        all.join(", ")
    ));
    let root = "policy-account-root-principal";
    assert!(report.findings.iter().all(|f| f.guardrail != root));
    let said = (report.not_run.iter()).filter(|n| n.guardrail == root);
    let because: Vec<&str> = said.map(|n| n.because.as_str()).collect();
    assert_eq!(because, ["target.account is not set"]);
}

/// What a guardrail needs of the registry, and is neither in the input nor in the config, may stand elsewhere: that is said once.
#[test]
fn what_stands_elsewhere_is_said_once() {
    let rules = ["quay", "mirror"].map(|prefix| {
        format!(
            "resource \"aws_ecr_pull_through_cache_rule\" \"{prefix}\" {{\n  ecr_repository_prefix = \"{prefix}\"\n  upstream_registry_url = \"quay.io\"\n}}\n"
        )
    });
    let cases = [
        (
            "pull-through-without-template",
            rules.concat(),
            "the creation templates of the registry are not in this code",
        ),
        (
            "replication-settings-not-carried",
            "resource \"aws_ecr_replication_configuration\" \"this\" {\n  replication_configuration {\n    rule {\n      destination {\n        region = \"eu-north-1\"\n        registry_id = \"210987654321\"\n      }\n    }\n  }\n}\n".to_owned(),
            "the creation templates of eu-north-1 are not in this code",
        ),
        (
            "vpc-endpoint-pair-missing",
            "resource \"aws_vpc_endpoint\" \"api\" {\n  vpc_id = \"vpc-1\"\n  service_name = \"com.amazonaws.eu-west-1.ecr.api\"\n  vpc_endpoint_type = \"Interface\"\n}\n".to_owned(),
            "the other endpoints of the VPC are not in this code",
        ),
        (
            "detective-control-missing",
            "resource \"aws_ecr_repository\" \"app\" {\n  name = \"app\"\n}\n".to_owned(),
            "the rules of EventBridge and the trails of the account are not in this code",
        ),
    ];
    for (guardrail, code, wanted) in cases {
        let mut options = Options::new(vec!["-".to_owned()], jiff::civil::Date::default());
        options.no_config = true;
        options.profile = Some(ecr_guard::config::Profile::Strict);
        options.stdin = Some(code);
        let report = engine::run(&options).unwrap_or_else(|_| panic!("it runs"));
        let found = report.findings.iter().filter(|f| f.guardrail == guardrail);
        assert_eq!(found.count(), 0, "{guardrail}");
        let said = (report.not_run.iter()).filter(|n| n.guardrail == guardrail);
        let because: Vec<&str> = said.map(|n| n.because.as_str()).collect();
        assert_eq!(because, [wanted], "{guardrail}");
    }
}

/// What all guardrails say of the cases that pass their own, besides what is only short: nothing critical, and nothing that
/// nobody looked at.
#[test]
fn what_the_others_say_of_passing_cases() {
    let mut lines = Vec::new();
    for case in cases().iter().filter(|c| c.wanted == Wanted::Pass) {
        let report =
            engine::run(&options(case)).unwrap_or_else(|_| panic!("{}", case.path.display()));
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
