//! What the config and the options say of guardrails: days, editions, profiles, overrides.

use super::*;

#[test]
fn a_guardrail_blocks_from_its_day_on() {
    let config = "guardrails:\n  repository-tags-mutable: {block_from: 2027-03-01}\n";
    let dir = project(&[("ecr-guard.yaml", config), ("main.tf", MUTABLE)]);
    for (day, code, enforcement) in [("2027-02-28", 0, "warn"), ("2027-03-01", 1, "block")] {
        let arguments = [
            &["check", "--format", "json", "--today", day],
            &ONLY_TAGS[..],
        ]
        .concat();
        let output = run(dir.path(), &arguments);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{day}");
        assert_eq!(report["findings"][0]["enforcement"], enforcement);
    }
}

#[test]
fn the_edition_is_told_and_an_unknown_one_refused() {
    let dir = project(&[
        ("main.tf", MUTABLE),
        ("good.yaml", "edition: 2026-11\n"),
        ("bad.yaml", "fail_on: low\nedition: 2031-01\n"),
    ]);
    let (code, report) = check(dir.path(), &["--config", "good.yaml"]);
    assert_eq!(
        (code, &report["run"]["edition"]),
        (1, &Value::from("2026-11"))
    );
    let output = run(dir.path(), &["check", "--config", "bad.yaml"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains("there is no edition `2031-01`") && said.contains("bad.yaml:2:10"),
        "{said}"
    );
}

#[test]
fn the_profile_of_the_command_line_wins_over_the_config() {
    let dir = project(&[
        ("ecr-guard.yaml", "profile: data-perimeter\n"),
        ("main.tf", MUTABLE),
    ]);
    let (code, report) = check(dir.path(), &[]);
    assert_eq!(
        (code, &report["run"]["profile"]),
        (0, &Value::from("data-perimeter"))
    );
    let (code, report) = check(dir.path(), &["--profile", "strict"]);
    assert_eq!(
        (code, &report["run"]["profile"]),
        (1, &Value::from("strict"))
    );
}

#[test]
fn the_config_is_found_upward_from_the_input() {
    let dir = project(&[
        (
            "ecr-guard.yaml",
            "guardrails: {repository-tags-mutable: off}\n",
        ),
        ("envs/prod/main.tf", MUTABLE),
        ("envs/dev/ecr-guard.yaml", "{}\n"),
        ("envs/dev/main.tf", MUTABLE),
    ]);
    let found = |path: &str, further: &[&str]| {
        let (_, report) = check(dir.path(), &[&[path], further].concat());
        let findings = report["findings"].as_array().unwrap();
        findings.iter().any(|f| f["guardrail"] == TAGS)
    };
    assert!(!found("envs/prod", &[]));
    assert!(!found("envs/prod/main.tf", &[]));
    assert!(found("envs/dev", &[]));
    assert!(found("envs/prod", &["--no-config"]));
    assert!(found("envs/prod", &["--config", "envs/dev/ecr-guard.yaml"]));
}

#[test]
fn a_guardrail_is_found_by_a_part_of_its_name_or_the_control_of_another_tool() {
    let dir = project(&[]);
    let cases = [
        (
            "tags-mutable",
            "`creation-template-tags-mutable`, `repository-tags-mutable`",
        ),
        ("ckv_aws_51", "see `repository-tags-mutable`"),
        (
            "policy-publicaccess",
            "did you mean `policy-public-access`?",
        ),
        ("zz", "`ecr-guard guardrails` lists them"),
    ];
    for (id, said) in cases {
        let output = run(dir.path(), &["explain", id]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(text.contains(said), "{id}: {text}");
    }
    let output = run(dir.path(), &["explain", TAGS]);
    let text = String::from_utf8(output.stdout).unwrap();
    let fields = text.lines().skip_while(|l| !l.starts_with("Fix:"));
    assert!(
        fields.clone().count() > 8 && fields.clone().all(|l| l.chars().count() <= 100),
        "{text}"
    );
}

#[test]
fn overrides_are_for_their_part_of_the_resources() {
    let repository = "resource \"aws_ecr_repository\" \"a\" {\n  name = \"app\"\n}\n";
    let config = "\
target: {account: 210987654321, region: us-gov-west-1}
overrides:
  - match: {paths: [sandbox/**]}
    guardrails: {repository-tags-mutable: off, repository-not-scanned: {severity: low}}
  - match: {accounts: [210987654321], regions: [us-gov-*], paths: [sandbox/b/]}
    guardrails: {repository-tags-mutable: {enabled: true, severity: critical}}
  - match: {accounts: [999999999999], regions: ['*']}
    guardrails: {repository-not-scanned: off}
";
    let dir = project(&[
        ("ecr-guard.yaml", config),
        ("live/main.tf", repository),
        ("sandbox/a/main.tf", repository),
        ("sandbox/b/main.tf", repository),
    ]);
    let severities = |from: &Path, root: &str| -> Vec<String> {
        let (_, report) = check(from, &["."]);
        let findings = report["findings"].as_array().unwrap();
        (["repository-not-scanned", "repository-tags-mutable"].iter())
            .map(|id| {
                let here = |f: &&Value| {
                    f["guardrail"] == *id
                        && f["location"]["path"].as_str().unwrap().starts_with(root)
                };
                let found = findings.iter().find(here);
                found.map_or("none".to_owned(), |f| {
                    f["severity"].as_str().unwrap().to_owned()
                })
            })
            .collect()
    };
    assert_eq!(severities(dir.path(), "live"), ["high", "medium"]);
    assert_eq!(severities(dir.path(), "sandbox/a"), ["low", "none"]);
    assert_eq!(severities(dir.path(), "sandbox/b"), ["low", "critical"]);
    let below = dir.path().join("sandbox");
    assert_eq!(severities(&below, "b"), ["low", "critical"]);
}

#[test]
fn an_override_that_cannot_be_told_to_hold_is_not_applied() {
    let repository = "resource \"aws_ecr_repository\" \"a\" {\n  name = \"app\"\n}\n";
    let config = "\
overrides:
  - match: {accounts: [210987654321]}
    guardrails: {repository-not-scanned: off}
";
    let dir = project(&[("ecr-guard.yaml", config), ("main.tf", repository)]);
    let (_, report) = check(dir.path(), &["."]);
    assert_eq!(codes(&report), ["override"]);
    let found = report["findings"].as_array().unwrap().iter();
    assert!(
        found
            .into_iter()
            .any(|f| f["guardrail"] == "repository-not-scanned")
    );
}

/// `sam deploy` writes the template of its companion stack, so that nobody can mend it there; that excuses nothing else.

#[test]
fn the_marks_of_a_tool_excuse_only_what_it_writes() {
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/projects/good");
    let read = |name: &str| std::fs::read_to_string(good.join(name)).unwrap();
    let config = read("ecr-guard.yaml");
    let template = read("templates/companion.yaml");
    let blocking = |template: &str| -> Vec<String> {
        let dir = project(&[("ecr-guard.yaml", &config), ("companion.yaml", template)]);
        let (_, report) = check(dir.path(), &["."]);
        let findings = report["findings"].as_array().unwrap().iter();
        let blocks = |f: &&Value| f["enforcement"] == "block" && f["outcome"] == "violated";
        let id = |f: &Value| f["guardrail"].as_str().unwrap().to_owned();
        let mut found: Vec<String> = findings.filter(blocks).map(id).collect();
        found.sort();
        found
    };
    assert_eq!(blocking(&template), Vec::<String>::new());
    let all = [
        "policy-access-outside-organization",
        "policy-service-without-source",
        "repository-not-scanned",
        "repository-tags-mutable",
    ];
    assert_eq!(
        blocking(&template.replace("ManagedStackSource", "Source")),
        all
    );
    let statement = "          - {Effect: Allow, Principal: {AWS: '999999999999'}, Action: ecr:BatchGetImage}\n";
    let more = format!("{template}{statement}");
    assert_eq!(
        blocking(&more),
        [
            "policy-access-outside-organization",
            "policy-service-without-source"
        ]
    );
    let pushes = template.replace("ecr:BatchGetImage", "ecr:PutImage");
    assert!(blocking(&pushes).contains(&"policy-access-outside-organization".to_owned()));
}
