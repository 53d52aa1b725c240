//! What a report holds, and where it goes.

use super::*;

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
