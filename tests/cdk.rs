//! The output of a CDK app: what is judged, where it is deployed, and what it is called.
#![allow(clippy::expect_used, reason = "a test fails by a panic")]

use ecr_guard::engine::{Options, Report, run};
use std::path::Path;
use std::process::Command;

const MANIFEST: &str = r#"{
  "version": "48.0.0",
  "artifacts": {
    "Images.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Images.assets.json"}},
    "Images": {
      "type": "aws:cloudformation:stack",
      "environment": "aws://210987654321/us-gov-west-1",
      "properties": {"templateFile": "Images.template.json", "stackName": "Images"}
    },
    "assembly-Prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}},
    "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}}
  }
}"#;

const STAGE: &str = r#"{
  "version": "48.0.0",
  "artifacts": {
    "ProdImages": {
      "type": "aws:cloudformation:stack",
      "environment": "aws://unknown-account/unknown-region",
      "properties": {"templateFile": "ProdImages.template.json"}
    }
  }
}"#;

const IMAGES: &str = r#"{
  "Resources": {
    "Web1A2B3C4D": {
      "Type": "AWS::ECR::Repository",
      "Properties": {"RepositoryName": "web"},
      "Metadata": {"aws:cdk:path": "Images/Web/Resource"}
    },
    "InnerNestedStackInner5E6F": {
      "Type": "AWS::CloudFormation::Stack",
      "Properties": {
        "Parameters": {"Name": {"Fn::Join": ["/", ["inner", {"Ref": "Web1A2B3C4D"}]]}},
        "TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, ".", {"Ref": "AWS::URLSuffix"}, "/a/b.json"]]}
      },
      "Metadata": {
        "aws:cdk:path": "Images/Inner.NestedStack/Inner.NestedStackResource",
        "aws:asset:path": "ImagesInner5E6F.nested.template.json",
        "aws:asset:property": "TemplateURL"
      }
    }
  },
  "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Web1A2B3C4D", "Arn"]}}}
}"#;

const INNER: &str = r#"{
  "Parameters": {"Name": {"Type": "String"}},
  "Resources": {
    "Deep7788": {
      "Type": "AWS::ECR::Repository",
      "Properties": {"RepositoryName": {"Ref": "Name"}},
      "Metadata": {"aws:cdk:path": "Images/Inner/Deep/Resource"}
    }
  }
}"#;

const PROD: &str = r#"{
  "Resources": {"Prod99": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "prod"}}}
}"#;

/// A CDK app's output.
fn app(directory: &Path) {
    for (name, text) in [
        ("cdk.out", r#"{"version":"48.0.0"}"#),
        ("manifest.json", MANIFEST),
        ("tree.json", r#"{"version":"tree-0.1","tree":{}}"#),
        ("Images.assets.json", r#"{"version":"48.0.0","files":{}}"#),
        ("Images.template.json", IMAGES),
        ("ImagesInner5E6F.nested.template.json", INNER),
        ("asset.0123abcd/template.json", PROD),
        (
            "asset.4567.yaml",
            "Resources: {X: {Type: AWS::ECR::Repository}}\n",
        ),
        ("assembly-Prod/manifest.json", STAGE),
        ("assembly-Prod/ProdImages.template.json", PROD),
        ("assembly-Prod/asset.89/t.json", PROD),
    ] {
        let path = directory.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }
}

fn checked(path: &Path) -> Report {
    let path = path.to_string_lossy().into_owned();
    let mut options = Options::new(vec![path], jiff::civil::date(2026, 12, 1));
    options.no_config = true;
    options.only = vec!["repository-tags-mutable".to_owned()];
    run(&options).expect("the options are right")
}

/// Address, construct, and message of each finding.
fn found(report: &Report) -> Vec<(String, String, String)> {
    let one = |f: &ecr_guard::finding::Finding| {
        let resource = f.resource.clone().expect("a resource");
        let construct = resource.construct.unwrap_or_default();
        (resource.address, construct, f.message.clone())
    };
    report.findings.iter().map(one).collect()
}

#[test]
fn each_stack_is_judged_once_and_assets_are_not() {
    let directory = tempfile::tempdir().expect("a directory");
    app(directory.path());
    let report = checked(directory.path());
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    let found = found(&report);
    let names: Vec<(&str, &str)> = (found.iter())
        .map(|(address, construct, _)| (address.as_str(), construct.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            ("Web1A2B3C4D", "Images/Web/Resource"),
            (
                "InnerNestedStackInner5E6F.Deep7788",
                "Images/Inner/Deep/Resource"
            ),
            ("Prod99", ""),
        ]
    );
    assert!(
        found.iter().any(|(_, _, m)| m.contains("inner/web")),
        "{found:?}"
    );
    assert_eq!(report.skipped, [("assets of a CDK app".to_owned(), 3)]);
}

#[test]
fn a_file_that_is_named_is_judged_wherever_it_lies() {
    let directory = tempfile::tempdir().expect("a directory");
    app(directory.path());
    let report = checked(&directory.path().join("asset.0123abcd/template.json"));
    assert_eq!(found(&report).len(), 1);
}

#[test]
fn the_manifest_says_where_a_stack_is_deployed() {
    let directory = tempfile::tempdir().expect("a directory");
    app(directory.path());
    let template = directory.path().join("Images.template.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecr-guard"));
    let output = command.args(["resolve", "--format", "json"]).arg(&template);
    let printed = String::from_utf8(output.output().expect("it runs").stdout).expect("text");
    let arn = "arn:aws-us-gov:ecr:us-gov-west-1:210987654321:repository/web";
    assert!(printed.contains(arn), "{printed}");
}

#[test]
fn the_construct_is_shown_beside_the_logical_id() {
    let directory = tempfile::tempdir().expect("a directory");
    app(directory.path());
    for (format, want) in [
        ("human", "= resource: Web1A2B3C4D (Images/Web/Resource)"),
        ("json", "\"construct\": \"Images/Web/Resource\""),
        ("github", "resource: Web1A2B3C4D (Images/Web/Resource)"),
        ("markdown", "<code>Web1A2B3C4D</code> Images/Web/Resource"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecr-guard"));
        let output = command
            .args(["check", "--format", format])
            .arg(directory.path());
        let output = output.output().expect("it runs").stdout;
        let printed = String::from_utf8(output).expect("text");
        assert!(printed.contains(want), "{format}: {printed}");
    }
}
