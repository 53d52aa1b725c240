use super::*;
use ecr_guard::cli::test::judged;
use ecr_guard::finding::Outcome;
use ecr_guard::guardrail::test::cases;
use std::collections::BTreeSet;
use std::path::Path;

/// What `hook targets` prints without a config.
fn targets() -> Vec<String> {
    let output = Command::new(program())
        .args(["hook", "targets", "--no-config"])
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn template(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("hook")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_filter_of_the_template_is_that_of_the_guardrails() {
    let text = template("template.yaml");
    let filter = text.split("TargetNames:\n").nth(1).unwrap();
    let filter = filter.lines().map_while(|l| l.trim().strip_prefix("- "));
    assert_eq!(filter.collect::<Vec<_>>(), targets());
}

#[test]
fn the_filter_holds_whatever_a_guardrail_found_in_its_cases() {
    let mut filter: BTreeSet<String> = targets().into_iter().collect();
    filter.insert("AWS::Serverless::Function".to_owned()); // a Hook is asked about what becomes of it
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/guardrails");
    let mut seen = 0;
    for case in cases(&directory).unwrap() {
        let findings = judged(&case, &[]).findings;
        for finding in findings.iter().filter(|f| f.outcome == Outcome::Violated) {
            let Some(resource) = finding.resource.as_ref() else {
                continue;
            };
            if resource.kind.contains("::") {
                assert!(
                    filter.contains(&resource.kind),
                    "{}: {}",
                    case.path.display(),
                    resource.kind
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen} findings in templates");
}

#[test]
fn the_templates_say_what_they_must() {
    let text = template("template.yaml");
    for said in [
        "Runtime: provided.al2023",
        "Default: WARN",
        "Service: hooks.cloudformation.amazonaws.com",
        "aws:SourceAccount: !Ref AWS::AccountId",
        "RetentionInDays",
    ] {
        assert!(text.contains(said), "{said}");
    }
    for name in ["template.yaml", "stackset.yaml"] {
        assert!(
            !template(name).contains("arn:aws:"),
            "{name} is for one partition"
        );
    }
    assert!(template("stackset.yaml").contains("PermissionModel: SERVICE_MANAGED"));
}
