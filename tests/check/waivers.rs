//! Waivers: in the config, in comments and in metadata.

use super::*;

#[test]
fn waivers_of_every_kind_are_told_in_sarif() {
    let config = "waivers:\n  - {guardrail: repository-tags-mutable, resource: aws_ecr_repository.a, owner: team-a, reason: TICKET-1, until: 2027-01-31}\n";
    let main = "resource \"aws_ecr_repository\" \"a\" {\n  name = \"a\"\n}\n\n# ecr-guard: waive[repository-tags-mutable] moved by hand owner=team-b\nresource \"aws_ecr_repository\" \"b\" {\n  name = \"b\"\n}\n";
    let template = "Resources:\n  C:\n    Type: AWS::ECR::Repository\n    Metadata:\n      ecr-guard:\n        waive:\n          - {guardrail: repository-tags-mutable, reason: cache, until: 2027-02-01}\n";
    let dir = project(&[
        ("ecr-guard.yaml", config),
        ("main.tf", main),
        ("stack.yaml", template),
    ]);
    let (code, report) = check(dir.path(), &ONLY_TAGS);
    assert_eq!((code, codes(&report)), (0, vec![]), "{report:#}");
    assert_eq!(report["summary"]["waived"], 3);
    assert_eq!(report["findings"][0]["status"], "waived");
    let output = run(
        dir.path(),
        &[
            "check",
            "--format",
            "sarif",
            "--today",
            "2026-11-22",
            ONLY_TAGS[0],
            ONLY_TAGS[1],
        ],
    );
    let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told: Vec<String> = (sarif["runs"][0]["results"].as_array().unwrap().iter())
        .map(|r| {
            let s = &r["suppressions"][0];
            let place = &s["location"]["physicalLocation"];
            format!(
                "{} {} {}:{}",
                s["kind"].as_str().unwrap(),
                s["justification"].as_str().unwrap(),
                place["artifactLocation"]["uri"].as_str().unwrap(),
                place["region"]["startLine"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "external TICKET-1; owner: team-a; until: 2027-01-31 ecr-guard.yaml:2",
            "inSource moved by hand; owner: team-b main.tf:5",
            "inSource cache; until: 2027-02-01 stack.yaml:7",
        ]
    );
}

#[test]
fn waivers_expire_and_go_unused() {
    let waived = format!("# ecr-guard: waive[{TAGS}] by hand until=2026-11-22\n{MUTABLE}");
    let fine = format!(
        "# ecr-guard: waive[{TAGS}] by hand\nresource \"aws_ecr_repository\" \"web\" {{\n  name = \"web\"\n  image_tag_mutability = \"IMMUTABLE\"\n}}\n"
    );
    let dir = project(&[("a/main.tf", &waived), ("b/main.tf", &fine)]);
    let (code, report) = check(dir.path(), &[&ONLY_TAGS[..], &["a"]].concat());
    assert_eq!((code, codes(&report)), (0, vec![]), "{report:#}");
    let later = ["a", "--today", "2026-11-23"];
    let output = run(
        dir.path(),
        &[&["check", "--format", "json"], &ONLY_TAGS[..], &later].concat(),
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(codes(&report), ["waiver-expired"]);
    let (code, report) = check(dir.path(), &[&ONLY_TAGS[..], &["b"]].concat());
    assert_eq!((code, codes(&report)), (0, vec!["waiver-unused"]));
    let (_, report) = check(dir.path(), &["--guardrail", "repository-not-scanned", "b"]);
    assert_eq!(codes(&report), [""; 0], "the waived guardrail did not run");
}
