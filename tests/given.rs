//! What is given and is not what it seems: templates behind other documents, parameters that nobody declares, resources
//! whose type nobody can read. None of it passes in silence.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by a panic"
)]

use std::path::Path;
use std::process::Command;

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

/// The exit code of a check and what it says about its input: level, line, code and message.
fn told(dir: &Path, arguments: &[&str]) -> (i32, Vec<String>) {
    let output = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args(["check", "--format", "json", "--no-config"])
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let all = report["diagnostics"].as_array().unwrap().iter();
    let told = all.map(|d| {
        let part = |key: &str| d[key].as_str().unwrap_or_default().to_owned();
        let line = d["location"]["line"].as_u64().unwrap_or_default();
        let level = part("severity");
        format!("{level} {line} {}: {}", part("code"), part("message"))
    });
    (output.status.code().unwrap(), told.collect())
}

const TEMPLATE: &str = "Resources:\n  R:\n    Type: AWS::ECR::Repository\n    Properties: {ImageTagMutability: IMMUTABLE, ImageScanningConfiguration: {ScanOnPush: true}}\n";

#[test]
fn a_template_behind_another_document_is_told() {
    let wanted =
        "template-form: a template stands behind another document of the file: it is not judged";
    let behind = format!("kind: Pod\n---\n{TEMPLATE}");
    let dir = project(&[("a.yaml", &behind)]);
    assert_eq!(
        told(dir.path(), &["."]),
        (2, vec![format!("error 3 {wanted}")])
    );
    let (code, all) = told(
        project(&[("a.yaml", &format!("kind: Pod\n---\nkind: [\n{TEMPLATE}"))]).path(),
        &["."],
    );
    assert_eq!(code, 2, "{all:?}");
    assert!(all.iter().all(|d| d.contains("yaml-syntax")), "{all:?}");
    let (code, all) = told(
        project(&[
            ("a.yaml", "kind: Pod\n---\nkind: Service\n"),
            ("b.yaml", TEMPLATE),
        ])
        .path(),
        &["."],
    );
    assert_eq!((code, all), (0, Vec::new()));
}

#[test]
fn a_parameter_that_no_template_declares_is_told() {
    let with =
        |name: &str| format!("Parameters: {{{name}: {{Type: String, Default: a}}}}\n{TEMPLATE}");
    let given = "{\"Mutability\": \"x\",\n \"Mutabilty\": \"y\"}";
    let one = project(&[("a.yaml", &with("Mutability")), ("p.json", given)]);
    let message = "undeclared-parameter: a value is given for parameter `Mutabilty`, which no evaluated template declares";
    let warning = (0, vec![format!("warning 2 {message}")]);
    assert_eq!(
        told(one.path(), &["a.yaml", "--parameters", "p.json"]),
        warning
    );
    // another template declares it
    let two = project(&[
        ("a.yaml", &with("Mutability")),
        ("b.yaml", &with("Mutabilty")),
        ("p.json", given),
    ]);
    assert_eq!(
        told(two.path(), &[".", "--parameters", "p.json"]).1,
        [""; 0]
    );
}

#[test]
fn a_type_that_is_worked_out_is_no_type() {
    for kind in ["!Ref Kind", "{Ref: Kind}", "!Sub 'AWS::ECR::${Kind}'"] {
        let template = format!(
            "AWSTemplateFormatVersion: '2010-09-09'\nParameters: {{Kind: {{Type: String}}}}\nResources:\n  Odd:\n    Type: {kind}\n  R:\n    Type: AWS::ECR::RegistryPolicy\n    Properties: {{PolicyText: {{Version: '2012-10-17', Statement: []}}}}\n"
        );
        let (code, all) = told(project(&[("a.yaml", &template)]).path(), &["a.yaml"]);
        let wanted = "error 5 template-form: the `Type` of resource `Odd` is no plain text: what it is cannot be judged";
        assert_eq!((code, all), (2, vec![wanted.to_owned()]), "{kind}");
    }
}

#[test]
fn a_stack_set_is_told_where_it_may_hold_what_is_judged() {
    let set = |body: &str| {
        format!(
            "Resources:\n  Set:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      StackSetName: a\n      PermissionModel: SELF_MANAGED\n      {body}\n"
        )
    };
    let wanted = "warning 2 nested-template: the resources of stack set `Set` are not judged: they stand in other stacks";
    let registry = "TemplateBody: '{\"Resources\": {\"R\": {\"Type\": \"AWS::ECR::Repository\"}}}'";
    let bucket = "TemplateBody: '{\"Resources\": {\"R\": {\"Type\": \"AWS::S3::Bucket\"}}}'";
    for (body, told_of) in [
        (registry, true),
        ("TemplateURL: https://b.s3.amazonaws.com/t.yaml", true),
        (bucket, false),
    ] {
        let (code, all) = told(project(&[("a.yaml", &set(body))]).path(), &["a.yaml"]);
        let wanted: Vec<&str> = [wanted].into_iter().filter(|_| told_of).collect();
        assert_eq!(
            (code, all),
            (0, wanted.iter().map(|w| (*w).to_owned()).collect()),
            "{body}"
        );
    }
}

#[test]
fn properties_of_awscc_are_compared_with_their_schema() {
    let code = "
resource \"awscc_ecr_repository\" \"a\" {
  repository_name              = \"a\"
  image_tag_mutability         = \"immutable\"
  image_scanning_configuration = { scan_on_push = true }
  lifecycle_policy             = { lifecycle_policy_tex = \"x\" }
  tags                         = [{ key = \"k\", value = \"v\" }]
}
";
    let dir = project(&[("main.tf", code)]);
    let wanted = [
        "warning 4 property-value: `image_tag_mutability` of `awscc_ecr_repository.a` is none of `MUTABLE`, `IMMUTABLE`, `MUTABLE_WITH_EXCLUSION`, `IMMUTABLE_WITH_EXCLUSION`",
        "warning 6 property-unknown: `lifecycle_policy` of `awscc_ecr_repository` has no property `lifecycle_policy_tex`",
    ];
    assert_eq!(told(dir.path(), &["."]).1, wanted);
}
