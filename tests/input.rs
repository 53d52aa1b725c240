//! Input that is no good: each is told with its place, the rest of the run goes on, and the exit code tells.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::type_complexity,
    reason = "a test fails by a panic"
)]

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

const FINE: &str = "resource \"aws_ecr_repository\" \"web\" {\n  name = \"web\"\n  image_tag_mutability = \"IMMUTABLE\"\n}\n";

/// What a check of tag mutability comes to: the exit code, and each problem in one line.
fn check(dir: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args(["check", "--format", "json", "--include", "satisfied"])
        .args(["--guardrail", "repository-tags-mutable"])
        .current_dir(dir)
        .env_clear()
        .output()
        .unwrap();
    let mut out = format!("exit code {}\n", output.status.code().unwrap());
    let Ok(report) = serde_json::from_slice::<serde_json::Value>(&output.stdout) else {
        out.push_str(&String::from_utf8_lossy(&output.stderr));
        return out;
    };
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    for problem in report["diagnostics"].as_array().unwrap() {
        let at = match &problem["location"] {
            serde_json::Value::Null => String::new(),
            l => format!(" at {}:{}:{}", text(&l["path"]), l["line"], l["column"]),
        };
        let (severity, code) = (text(&problem["severity"]), text(&problem["code"]));
        let _ = writeln!(out, "{severity}[{code}]{at}: {}", text(&problem["message"]));
    }
    let judged = ["findings", "checks"].map(|k| report[k].as_array().cloned().unwrap_or_default());
    let mut lines: Vec<String> = (judged.iter().flatten())
        .map(|f| {
            let address = text(&f["resource"]["address"]);
            format!("{} {}", text(&f["outcome"]), address)
        })
        .collect();
    lines.sort();
    lines.dedup();
    for line in lines {
        let _ = writeln!(out, "{line}");
    }
    out
}

/// One directory for each case, with what is fine beside what is not.
fn all(cases: &[(&str, &[(&str, &[u8])])]) -> String {
    let mut out = String::new();
    for (name, files) in cases {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in *files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let _ = writeln!(out, "--- {name}\n{}", check(dir.path()));
    }
    out
}

#[test]
fn files_that_cannot_be_read_or_understood() {
    let fine = ("fine.tf", FINE.as_bytes());
    let broken = "resource \"aws_ecr_repository\" \"b\" {\n  name = = \"b\"\n}\nresource \"aws_ecr_repository\" \"c\" {\n  name = \"cc\"\n}\n";
    let said = all(&[
        ("empty directory", &[]),
        ("no infrastructure code", &[("a.txt", b"hello")]),
        ("empty file", &[fine, ("a.tf", b"")]),
        ("a directory named like a file", &[fine, ("x.tf/a.txt", b"")]),
        ("not UTF-8", &[fine, ("a.tf", b"locals {\n  x = \"\xff\"\n}\n")]),
        ("NUL", &[fine, ("a.tf", b"resource \"aws_ecr_repository\" \"b\" {\n  name = \"b\0b\"\n}\n")]),
        ("byte order mark", &[("a.tf", &[b"\xef\xbb\xbf", FINE.as_bytes()].concat())]),
        ("CRLF", &[("a.tf", FINE.replace('\n', "\r\n").as_bytes())]),
        ("one broken block", &[("a.tf", broken.as_bytes())]),
        ("broken JSON", &[fine, ("t.json", b"{\"Resources\": {\"A\": {\"Type\": \"AWS::ECR::Repository\",")]),
        ("tabs in YAML", &[fine, ("t.yaml", b"Resources:\n\tA:\n\t\tType: AWS::ECR::Repository\n")]),
        ("a key twice", &[("t.yaml", b"Resources:\n  A:\n    Type: AWS::ECR::Repository\n    Properties: {ImageTagMutability: IMMUTABLE, ImageTagMutability: MUTABLE}\n")]),
        ("two documents", &[("t.yaml", b"Resources:\n  A: {Type: AWS::ECR::Repository}\n---\nResources:\n  B: {Type: AWS::ECR::Repository}\n")]),
        ("a module that calls itself", &[("a/a.tf", b"module \"m\" {\n  source = \"../a\"\n}\n")]),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn input_that_grows_without_end_is_bounded() {
    let deep = |open: &str, close: &str| [open.repeat(100_000), close.repeat(100_000)].join("1");
    let lists = format!("locals {{\n  x = {}\n}}\n", deep("[", "]"));
    let json = format!(
        "{{\"resource\": {{\"aws_ecr_repository\": {}}}}}",
        deep("[", "]")
    );
    let yaml = format!(
        "Resources:\n  A:\n    Type: AWS::ECR::Repository\n    Properties: {}\n",
        deep("[", "]")
    );
    let grown = |element: &dyn Fn(usize) -> String| {
        let locals: String = (1..12)
            .map(|i| format!("  l{i} = {}\n", element(i - 1)))
            .collect();
        format!(
            "locals {{\n  l0 = \"xxxxxxxxxx\"\n{locals}}}\nresource \"aws_ecr_repository\" \"web\" {{\n  name = \"web\"\n  image_tag_mutability = jsonencode(local.l11)\n}}\n"
        )
    };
    let texts = grown(&|i| format!("\"{}\"", format!("${{local.l{i}}}").repeat(10)));
    let tuples = grown(&|i| format!("[{}]", vec![format!("local.l{i}"); 10].join(", ")));
    let fine = ("fine.tf", FINE.as_bytes());
    let said = all(&[
        ("deep HCL", &[fine, ("a.tf", lists.as_bytes())]),
        ("deep JSON", &[fine, ("a.tf.json", json.as_bytes())]),
        ("deep YAML", &[fine, ("t.yaml", yaml.as_bytes())]),
        ("texts of texts", &[("a.tf", texts.as_bytes())]),
        ("tuples of tuples", &[("a.tf", tuples.as_bytes())]),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn modules_that_call_each_other_again_and_again_are_bounded() {
    let dir = tempfile::tempdir().unwrap();
    for level in 0..8 {
        let calls: String = (0..10)
            .map(|i| format!("module \"m{i}\" {{\n  source = \"../m{}\"\n}}\n", level + 1))
            .collect();
        let path = dir.path().join(format!("m{level}"));
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("main.tf"), calls).unwrap();
    }
    std::fs::create_dir(dir.path().join("m8")).unwrap();
    std::fs::write(dir.path().join("m8/main.tf"), FINE).unwrap();
    let said = check(dir.path());
    assert!(said.starts_with("exit code 2\n"), "{said}");
    assert!(
        said.contains("more than 10000 instances of modules"),
        "{said}"
    );
}

/// Code that somebody proposes must not put what else lies on the machine into a report, nor let a verdict hang on it.
#[test]
fn nothing_outside_of_the_project_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("secret.txt", "MUTABLE");
    write(
        "secret.yaml",
        "Resources: {A: {Type: 'AWS::ECR::Repository'}}\n",
    );
    write("project/.git/HEAD", "");
    write("project/shared/tags.txt", "IMMUTABLE");
    let repository = |name: &str, expression: &str| {
        format!(
            "resource \"aws_ecr_repository\" \"{name}\" {{\n  name = \"app\"\n  image_tag_mutability = {expression}\n}}\n"
        )
    };
    let absolute = dir.path().join("secret.txt");
    let code = [
        repository("inside", "file(\"../shared/tags.txt\")"),
        repository("above", "file(\"../../secret.txt\")"),
        repository("absolute", &format!("file({absolute:?})")),
        repository("template", "templatefile(\"../../secret.txt\", {})"),
        repository(
            "there",
            "fileexists(\"../../secret.txt\") ? \"MUTABLE\" : \"IMMUTABLE\"",
        ),
        repository(
            "missing",
            "fileexists(\"../../no/such\") ? \"IMMUTABLE\" : \"MUTABLE\"",
        ),
    ];
    write("project/infra/main.tf", &code.concat());
    write(
        "project/stacks/t.yaml",
        "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ../../secret.yaml}\n",
    );
    let said = check(&dir.path().join("project/infra"));
    let expected = "exit code 0\n\
        satisfied aws_ecr_repository.inside\n\
        undetermined aws_ecr_repository.above\n\
        undetermined aws_ecr_repository.absolute\n\
        undetermined aws_ecr_repository.missing\n\
        undetermined aws_ecr_repository.template\n\
        undetermined aws_ecr_repository.there\n";
    assert_eq!(said, expected);
    let said = check(&dir.path().join("project/stacks"));
    let expected = "exit code 0\n\
        warning[nested-template] at t.yaml:4:31: the resources of stack `N` are not judged: it is no file beside this one\n";
    assert_eq!(said, expected);
}

/// A link of the same name as code would show the target's text in a syntax error.
#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_project_are_not_followed() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    std::fs::create_dir_all(at("project/.git")).unwrap();
    std::fs::create_dir_all(at("project/infra")).unwrap();
    std::fs::write(at("secret"), "export TOKEN=hunter2\n").unwrap();
    std::fs::write(at("project/shared.tf"), FINE).unwrap();
    symlink("../shared.tf", at("project/infra/shared.tf")).unwrap();
    symlink("../../secret", at("project/infra/x.tf")).unwrap();
    symlink("../../secret", at("project/infra/y.auto.tfvars")).unwrap();
    let said = check(&at("project/infra"));
    assert!(
        !said.contains("hunter2") && said.starts_with("exit code 2\n"),
        "{said}"
    );
    assert_eq!(
        said.matches("a link that leads out of the project").count(),
        2,
        "{said}"
    );
    assert!(said.contains("satisfied aws_ecr_repository"), "{said}");
}

/// Files that nobody calls code are read, too: what is no file among them must not hold the run up.
#[cfg(unix)]
#[test]
fn what_stands_beside_the_code_is_a_file_or_is_not_read() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    std::fs::create_dir_all(at(".terraform/modules")).unwrap();
    std::fs::write(at("fine.tf"), FINE).unwrap();
    let more = "locals { workspace = terraform.workspace }\nmodule \"m\" {\n  source = \"a/b/aws\"\n  name = local.workspace\n}\n";
    std::fs::write(at("more.tf"), more).unwrap();
    symlink("/dev/zero", at(".terraform/modules/modules.json")).unwrap();
    let pipe = |name: &str| {
        let made = Command::new("mkfifo").arg(at(name)).status();
        assert!(made.is_ok_and(|s| s.success()));
    };
    pipe(".terraform/environment");
    pipe("nested");
    let stack = "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ./nested}\n";
    std::fs::write(at("t.yaml"), stack).unwrap();
    let said = check(dir.path());
    let expected = "exit code 0\n\
        warning[module-not-installed] at more.tf:3:12: module `m` is not installed: its resources and outputs are unknown\n\
        warning[nested-template] at t.yaml:4:31: the resources of stack `N` are not judged: `nested` cannot be read: it is no regular file\n\
        satisfied aws_ecr_repository.web\n";
    assert_eq!(said, expected);
    for existing in [
        "{registry: {policy: nested}}",
        "{registry: {policy: /dev/zero}}",
    ] {
        std::fs::write(at("ecr-guard.yaml"), format!("existing: {existing}\n")).unwrap();
        let said = check(dir.path());
        assert!(said.contains("it is no regular file"), "{said}");
    }
    std::fs::create_dir(at("guardrails")).unwrap();
    pipe("guardrails/g.yaml");
    std::fs::write(at("ecr-guard.yaml"), "policies: [guardrails]\n").unwrap();
    let said = check(dir.path());
    assert!(said.contains("it is no regular file"), "{said}");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_told_and_not_read() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    std::fs::write(at("fine.tf"), FINE).unwrap();
    symlink("/dev/zero", at("zero.tf")).unwrap();
    symlink("/dev/zero", at("zero.auto.tfvars")).unwrap();
    symlink("missing", at("dangling.tf")).unwrap();
    symlink("loop.tf", at("loop.tf")).unwrap();
    symlink(".", at("again")).unwrap();
    let pipe = Command::new("mkfifo").arg(at("pipe.tf")).status();
    assert!(pipe.is_ok_and(|s| s.success()));
    let said = check(dir.path());
    let expected = "exit code 2\n\
        error[unreadable]: cannot read `dangling.tf`: there is no such file or directory\n\
        error[unreadable]: cannot read `loop.tf`: too many levels of symbolic links\n\
        error[unreadable]: cannot read `pipe.tf`: it is no regular file\n\
        error[unreadable]: cannot read `zero.auto.tfvars`: it is no regular file\n\
        error[unreadable]: cannot read `zero.tf`: it is no regular file\n\
        satisfied aws_ecr_repository.web\n";
    assert_eq!(said, expected);
}
