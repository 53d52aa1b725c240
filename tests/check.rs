//! `check` as a whole: what its options, the config and waivers do to findings and to the exit code.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// A directory with files.
fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

/// Runs the program in a directory, with nothing of the environment that could change what it does.
fn run(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .env("GITHUB_SHA", "f".repeat(40))
        .output()
        .unwrap()
}

/// The exit code of `check` and its report.
fn check(dir: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = run(
        dir,
        &[
            &["check", "--format", "json", "--today", "2026-11-22"],
            arguments,
        ]
        .concat(),
    );
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| {
        Value::from(format!("{e}: {}", String::from_utf8_lossy(&output.stderr)))
    });
    (output.status.code().unwrap(), report)
}

fn codes(report: &Value) -> Vec<&str> {
    let all = report["diagnostics"].as_array().unwrap();
    all.iter().map(|d| d["code"].as_str().unwrap()).collect()
}

const TAGS: &str = "repository-tags-mutable";
const ONLY_TAGS: [&str; 2] = ["--guardrail", TAGS];
const MUTABLE: &str = "resource \"aws_ecr_repository\" \"web\" {\n  name = \"web\"\n}\n";

/// A plan with a repository policy that is known after apply only.
const PLAN: &str = r#"{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {}},
 "resource_changes": [{"address": "aws_ecr_repository_policy.p", "mode": "managed", "type": "aws_ecr_repository_policy",
  "name": "p", "provider_name": "registry.terraform.io/hashicorp/aws",
  "change": {"actions": ["create"], "before": null, "after": {"repository": "web"}, "after_unknown": {"policy": true, "id": true},
   "before_sensitive": false, "after_sensitive": {}}}],
 "configuration": {"root_module": {}}}"#;

#[test]
fn doubt_about_a_critical_guardrail_blocks_on_a_plan_unless_the_user_says_otherwise() {
    let code = "variable \"p\" {}\nresource \"aws_ecr_repository_policy\" \"p\" {\n  repository = \"web\"\n  policy = var.p\n}\n";
    let dir = project(&[
        ("plan.json", PLAN),
        ("tf/main.tf", code),
        ("warn.yaml", "undetermined: warn\n"),
    ]);
    let public = ["--guardrail", "policy-public-access"];
    let cases: [(&[&str], i32, usize); 7] = [
        (&["plan.json"], 1, 1),
        (&["tf"], 0, 1),
        (&["tf", "--undetermined", "fail"], 1, 1),
        (&["plan.json", "--undetermined", "warn"], 0, 1),
        (&["plan.json", "--undetermined", "ignore"], 0, 0),
        (&["plan.json", "--config", "warn.yaml"], 0, 1),
        (
            &[
                "plan.json",
                "--config",
                "warn.yaml",
                "--undetermined",
                "fail",
            ],
            1,
            1,
        ),
    ];
    for (arguments, wanted, findings) in cases {
        let (code, report) = check(dir.path(), &[&public[..], arguments].concat());
        let found = report["findings"].as_array().unwrap().len();
        assert_eq!(
            (code, found),
            (wanted, findings),
            "{arguments:?}: {report:#}"
        );
    }
    let (code, report) = check(
        dir.path(),
        &["--guardrail", "policy-malformed", "plan.json"],
    );
    assert_eq!(
        report["findings"][0]["outcome"], "undetermined",
        "{report:#}"
    );
    assert_eq!(code, 0, "it is not critical");
    let human = run(dir.path(), &["check", "plan.json", public[0], public[1]]);
    let human = String::from_utf8(human.stdout).unwrap();
    assert!(human.contains("= blocks: until it is settled"), "{human}");
    assert!(
        human.contains("1 blocking (1 critical; 1 cannot be told)"),
        "{human}"
    );
}

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
fn every_outcome_is_told_where_asked() {
    let dir = project(&[("main.tf", MUTABLE)]);
    let (_, report) = check(dir.path(), &[]);
    assert_eq!(report.get("checks"), None);
    let (_, report) = check(dir.path(), &["--include", "satisfied"]);
    let checks = report["checks"].as_array().unwrap();
    let outcome = |id: &str| {
        checks
            .iter()
            .find(|c| c["guardrail"] == id)
            .map(|c| &c["outcome"])
    };
    assert_eq!(outcome(TAGS).unwrap(), "violated");
    assert_eq!(outcome("repository-force-deletable").unwrap(), "satisfied");
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
fn one_format_may_go_to_two_files() {
    let dir = project(&[("main.tf", MUTABLE)]);
    let output = run(
        dir.path(),
        &["check", "--format=json=a.json", "--format=json=b.json"],
    );
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!(read("a.json"), read("b.json"));
    let output = run(
        dir.path(),
        &["check", "--format=json=a.json", "--format=sarif=a.json"],
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("two formats for the file `a.json`"), "{said}");
}

#[test]
fn the_commit_comes_from_git_and_paths_from_the_root_of_the_checkout() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let dir = project(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".git/refs/heads/main", commit),
        ("infra/main.tf", MUTABLE),
        ("modules/main.tf", MUTABLE),
    ]);
    let infra = dir.path().join("infra");
    let (_, report) = check(&infra, &ONLY_TAGS);
    assert_eq!(report["run"]["revision"], commit);
    assert_eq!(report["findings"][0]["location"]["path"], "main.tf");
    let arguments = ["check", "--format", "github", ".", "../modules"];
    let output = run(&infra, &[&arguments, &ONLY_TAGS[..]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("::error file=infra/main.tf,line=1"), "{text}");
    assert!(
        text.contains("::error file=modules/main.tf,line=1"),
        "{text}"
    );
    let elsewhere = project(&[("main.tf", MUTABLE)]);
    let (_, report) = check(elsewhere.path(), &ONLY_TAGS);
    assert_eq!(
        report["run"]["revision"],
        Value::Null,
        "GITHUB_SHA says nothing about the input"
    );
}

#[test]
fn what_is_left_out_is_told_with_its_reason() {
    let dir = project(&[
        (".git/HEAD", ""),
        (".gitignore", "old/\n"),
        ("old/main.tf", MUTABLE),
        ("main.tf", MUTABLE),
        ("x.yaml", "Resources: {}\n"),
    ]);
    let (_, report) = check(dir.path(), &["--exclude", "x.yaml"]);
    let because: Vec<&str> = (report["skipped"].as_array().unwrap().iter())
        .map(|s| s["because"].as_str().unwrap())
        .collect();
    assert_eq!(
        because,
        [
            "directories that an ignore file names",
            "files excluded by --exclude"
        ]
    );
    assert_eq!(report["summary"]["skipped"], 2);
    let output = run(dir.path(), &["check", "--exclude", "x.yaml"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("directories that an ignore file names (1)"),
        "{text}"
    );
}

#[test]
fn two_hundred_findings_stay_readable() {
    let many: String = (0..200)
        .map(|i| format!("resource \"aws_ecr_repository\" \"r{i}\" {{\n  name = \"r{i}\"\n}}\n"))
        .collect();
    let dir = project(&[("main.tf", &many)]);
    let output = run(dir.path(), &[&["check"], &ONLY_TAGS[..]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().count() < 330, "{text}");
    assert_eq!(text.matches("error[").count(), 200);
    assert!(text.contains("200 blocking (200 medium)"), "{text}");
}

#[test]
fn one_missing_value_is_one_frame_wherever_it_is_used() {
    let many: String = (0..30)
        .map(|i| format!("resource \"aws_ecr_repository\" \"r{i}\" {{\n  name = \"r{i}\"\n  image_tag_mutability = var.{}\n}}\n", ["a", "b"][i % 2]))
        .collect();
    let dir = project(&[
        ("main.tf", &many),
        ("variables.tf", "variable \"a\" {}\nvariable \"b\" {}\n"),
    ]);
    let output = run(dir.path(), &[&["check"], &ONLY_TAGS[..]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("cannot tell[").count(), 2, "{text}");
    assert!(
        text.contains(
            "also: aws_ecr_repository.r2, aws_ecr_repository.r4, aws_ecr_repository.r6 and 11 more"
        ),
        "{text}"
    );
    assert!(text.contains("30 cannot tell"), "{text}");
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

/// What a module reads from beside itself is found from wherever the check is run.
#[test]
fn a_module_reads_files_from_beside_itself_wherever_the_check_is_run() {
    let root = "module \"m\" {\n  source = \"./modules/m\"\n}\n";
    let module = "resource \"aws_ecr_repository\" \"r\" {\n  name = trimspace(file(\"${path.module}/name.txt\"))\n}\n";
    let dir = project(&[
        ("live/main.tf", root),
        ("live/modules/m/main.tf", module),
        ("live/modules/m/name.txt", "app\n"),
    ]);
    let live = dir.path().join("live");
    let whole = live.to_str().unwrap();
    for (from, path) in [
        (dir.path(), "live"),
        (live.as_path(), "."),
        (&live, "./"),
        (&live, whole),
    ] {
        let (_, report) = check(from, &[path]);
        assert_eq!(codes(&report), Vec::<&str>::new(), "{path}");
        assert_eq!(report["summary"]["resources"], 1);
    }
}
