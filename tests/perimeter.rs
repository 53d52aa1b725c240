//! `perimeter`: its output, its gate, and that the controls that it writes pass our own check.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by a panic"
)]

use std::path::Path;
use std::process::Command;

const CONFIG: &str = "organization:
  id: o-a1b2c3d4e5
  accounts: [111122223333, 444455556666]
  trusted_accounts: {777788889999: image scanner}
  networks: {cidrs: [198.18.0.0/16], vpcs: [vpc-0a1b2c3d]}
target: {account: 111122223333, region: us-east-1}
";

fn run(dir: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout) + &text(output.stderr))
}

#[test]
fn written_controls_meet_their_objectives_and_pass_the_check() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("ecr-guard.yaml"), CONFIG).unwrap();
    let controls = [
        ("scp", "resource-on-identity,network-on-identity"),
        ("rcp", "identity-on-resource,network-on-resource"),
        ("endpoint", "identity-on-network,resource-on-network"),
    ];
    for (control, objectives) in controls {
        for (lang, file) in [("json", "p.json"), ("tf", "main.tf"), ("cfn", "t.yaml")] {
            let (code, text) = run(
                dir.path(),
                &["perimeter", "--emit", control, "--lang", lang],
            );
            assert_eq!(code, 0, "{text}");
            insta::assert_snapshot!(format!("emit_{control}_{lang}"), text);
            let name = format!("{control}-{lang}");
            std::fs::create_dir(dir.path().join(&name)).unwrap();
            std::fs::write(dir.path().join(&name).join(file), text).unwrap();
            let path = if lang == "json" {
                format!("{name}/{file}")
            } else {
                name.clone()
            };
            let (code, text) = run(dir.path(), &["perimeter", "--require", objectives, &path]);
            assert_eq!(code, 0, "{name}: {text}");
            if lang != "json" {
                let (code, text) = run(dir.path(), &["check", "--profile", "strict", &path]);
                assert_eq!(code, 0, "{name}: {text}");
            }
        }
    }
    formatted(dir.path());
}

/// Terraform leaves the text as it is.
fn formatted(dir: &Path) {
    let command = |arguments: &[&str]| {
        Command::new("terraform")
            .args(arguments)
            .current_dir(dir)
            .output()
    };
    if !command(&["version"]).is_ok_and(|o| o.status.success()) {
        eprintln!("not run: whether written Terraform is formatted needs terraform");
        return;
    }
    let done = command(&["fmt", "-check", "-diff", "-recursive"]).unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stdout)
    );
}

#[test]
fn rules_that_watch_need_no_organisation() {
    let dir = tempfile::tempdir().unwrap();
    for lang in ["json", "tf", "cfn"] {
        let (code, text) = run(
            dir.path(),
            &["perimeter", "--emit", "eventbridge", "--lang", lang],
        );
        assert_eq!(code, 0, "{text}");
        insta::assert_snapshot!(format!("emit_eventbridge_{lang}"), text);
    }
    let (code, text) = run(dir.path(), &["perimeter", "--emit", "scp"]);
    assert_eq!(code, 2);
    assert!(text.contains("organization.id is not set"), "{text}");
}

#[test]
fn the_scorecard_in_json() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/questions");
    let (code, text) = run(
        &dir,
        &[
            "perimeter",
            "--format",
            "json",
            "--require",
            "replication-destinations",
            "infra",
            "perimeter",
        ],
    );
    assert_eq!(code, 1);
    let card: serde_json::Value = serde_json::from_str(&text).unwrap();
    insta::assert_json_snapshot!(card);
    let (code, text) = run(
        &dir,
        &["perimeter", "--require", "identity-on-resources", "infra"],
    );
    assert_eq!(code, 2);
    assert!(
        text.contains("did you mean `identity-on-resource`"),
        "{text}"
    );
}

/// What an S3 endpoint lets through of ECR's layers, as a file with placeholders and as a resource: by what it allows, and not by
/// what it names.
#[test]
fn layers_get_through_an_endpoint_of_s3() {
    let dir = tempfile::tempdir().unwrap();
    let statement = |effect: &str, region: &str| {
        format!(
            r#"{{"Effect": "{effect}", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::prod-{region}-starport-layer-bucket/*"}}"#
        )
    };
    let placeholder =
        r#"{"Effect": "Allow", "Principal": "*", "Action": "<action>", "Resource": "<resource>"}"#;
    let deny = statement("Deny", "eu-west-1");
    let allow = statement("Allow", "<region>");
    for (statements, serves) in [
        (format!("{allow}, {placeholder}"), "serves image-layers"),
        (format!("{deny}, {placeholder}"), "serves no objective"),
    ] {
        let policy = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        std::fs::write(dir.path().join("policy.json"), policy).unwrap();
        let (code, text) = run(dir.path(), &["perimeter", "policy.json"]);
        assert_eq!(code, 0, "{text}");
        assert!(text.contains(serves), "{text}");
    }
    let endpoint = format!(
        "resource \"aws_vpc_endpoint\" \"s3\" {{\n  vpc_id = \"vpc-1\"\n  service_name = \"com.amazonaws.eu-west-1.s3\"\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{}] }})\n}}\n",
        statement("Allow", "eu-west-1")
    );
    std::fs::create_dir(dir.path().join("tf")).unwrap();
    std::fs::write(dir.path().join("tf/main.tf"), endpoint).unwrap();
    let (code, text) = run(dir.path(), &["perimeter", "tf"]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("aws_vpc_endpoint.s3 (endpoint policy): serves image-layers"),
        "{text}"
    );
}
