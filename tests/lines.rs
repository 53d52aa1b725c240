//! Findings stand at the line and column of what was written, in every language and spelling.
//!
//! A case is text with marks: `⟦…⟧` is where the finding stands, `⟪…⟫` is a place that its way has to name.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use serde_json::{Value, json};
use std::process::Command;

const MUTABLE: &str = "repository-tags-mutable";
const PUBLIC: &str = "policy-public-access";

/// Name, guardrail, files with marks.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

const VALUES: &[Case] = &[
    (
        "a literal",
        MUTABLE,
        &[(
            "main.tf",
            "resource \"aws_ecr_repository\" \"a\" {\n  name                 = \"a\"\n  image_tag_mutability = ⟦\"MUTABLE\"⟧\n}\n",
        )],
    ),
    (
        "an attribute that is left out: the header",
        MUTABLE,
        &[(
            "main.tf",
            "\n⟦resource \"aws_ecr_repository\" \"a\"⟧ {\n  name = \"a\"\n}\n",
        )],
    ),
    (
        "a default",
        MUTABLE,
        &[(
            "main.tf",
            "variable \"m\" {\n  default = ⟪\"MUTABLE\"⟫\n}\nresource \"aws_ecr_repository\" \"a\" {\n  name = \"a\"\n  image_tag_mutability = ⟦var.m⟧\n}\n",
        )],
    ),
    (
        "tfvars",
        MUTABLE,
        &[
            (
                "main.tf",
                "variable \"m\" {}\nresource \"aws_ecr_repository\" \"a\" {\n  name = \"a\"\n  image_tag_mutability = ⟦var.m⟧\n}\n",
            ),
            ("terraform.tfvars", "# what we want\n  m = ⟪\"MUTABLE\"⟫\n"),
        ],
    ),
    (
        "tfvars in JSON",
        MUTABLE,
        &[
            (
                "main.tf",
                "variable \"m\" {}\nresource \"aws_ecr_repository\" \"a\" {\n  name = \"a\"\n  image_tag_mutability = ⟦var.m⟧\n}\n",
            ),
            ("a.auto.tfvars.json", "{\n  \"m\": ⟪\"MUTABLE\"⟫}\n"),
        ],
    ),
    (
        "an argument of a module",
        MUTABLE,
        &[
            (
                "main.tf",
                "module \"a\" {\n  source = \"./m\"\n  m      = ⟪\"MUTABLE\"⟫\n}\n",
            ),
            (
                "m/main.tf",
                "variable \"m\" {}\nresource \"aws_ecr_repository\" \"a\" {\n  name = \"a\"\n  image_tag_mutability = ⟦var.m⟧\n}\n",
            ),
        ],
    ),
    (
        "HCL in JSON",
        MUTABLE,
        &[(
            "main.tf.json",
            "{\"resource\": {\"aws_ecr_repository\": {\"a\": {\n  \"name\": \"a\",\n  \"image_tag_mutability\": ⟦\"MUTABLE\"⟧\n}}}}\n",
        )],
    ),
    (
        "a template in YAML",
        MUTABLE,
        &[(
            "t.yaml",
            "Resources:\n  A:\n    Type: AWS::ECR::Repository\n    Properties:\n      ImageTagMutability: ⟦MUTABLE⟧ # for now\n",
        )],
    ),
    (
        "a quoted scalar and a flow mapping",
        MUTABLE,
        &[(
            "t.yaml",
            "Resources:\n  A: {Type: 'AWS::ECR::Repository', Properties: {ImageTagMutability: ⟦'MUTABLE'⟧}}\n",
        )],
    ),
    (
        "a template in JSON",
        MUTABLE,
        &[(
            "t.json",
            "{\"Resources\": {\"A\": {\"Type\": \"AWS::ECR::Repository\",\n\t\"Properties\": {\"ImageTagMutability\": ⟦\"MUTABLE\"⟧}}}}\n",
        )],
    ),
    (
        "lines that end with CR LF",
        MUTABLE,
        &[(
            "main.tf",
            "resource \"aws_ecr_repository\" \"a\" {\r\n  name = \"a\"\r\n  image_tag_mutability = ⟦\"MUTABLE\"⟧\r\n}\r\n",
        )],
    ),
    (
        "lines of YAML that end with CR LF",
        MUTABLE,
        &[(
            "t.yaml",
            "Resources:\r\n  A:\r\n    Type: AWS::ECR::Repository\r\n    Properties:\r\n      ImageTagMutability: ⟦MUTABLE⟧\r\n",
        )],
    ),
    (
        "tabs count as one column",
        MUTABLE,
        &[(
            "main.tf",
            "resource \"aws_ecr_repository\" \"a\" {\n\tname = \"a\"\n\t\timage_tag_mutability\t=\t⟦\"MUTABLE\"⟧\n}\n",
        )],
    ),
    (
        "characters of several bytes count as one column",
        MUTABLE,
        &[(
            "t.yaml",
            "Resources:\n  A: {Type: AWS::ECR::Repository, Metadata: {Wer: 'Zoë 🦀 日本'}, Properties: {ImageTagMutability: ⟦MUTABLE⟧}}\n",
        )],
    ),
    (
        "characters of several bytes in HCL",
        MUTABLE,
        &[(
            "main.tf",
            "# Zoë 🦀\nresource \"aws_ecr_repository\" \"a\" {\n  name = \"a\"\n  /* 日本 🦀 */ image_tag_mutability = ⟦\"MUTABLE\"⟧\n}\n",
        )],
    ),
];

const POLICIES: &[Case] = &[
    (
        "JSON in a heredoc",
        PUBLIC,
        &[(
            "main.tf",
            "resource \"aws_ecr_repository_policy\" \"a\" {\n  repository = \"a\"\n  policy = <<-EOT\n    {\"Version\": \"2012-10-17\",\n     \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"ecr:*\",\n       \"Principal\": ⟦\"*\"⟧}]}\n  EOT\n}\n",
        )],
    ),
    (
        "JSON in a heredoc with a value in it",
        PUBLIC,
        &[(
            "main.tf",
            "locals {\n  a = \"ecr:*\"\n}\nresource \"aws_ecr_repository_policy\" \"a\" {\n  repository = \"a\"\n  policy = <<-EOT\n    {\"Version\": \"2012-10-17\",\n     \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"${local.a}\",\n       \"Principal\": ⟦\"*\"⟧}]}\n  EOT\n}\n",
        )],
    ),
    (
        "a value in JSON in a heredoc",
        "policy-wildcard-action",
        &[(
            "main.tf",
            "locals {\n  a = \"⟪ecr:*⟫\"\n}\nresource \"aws_ecr_repository_policy\" \"a\" {\n  repository = \"a\"\n  policy = <<-EOT\n    {\"Version\": \"2012-10-17\",\n     \"Statement\": [{\"Effect\": \"Allow\", \"Action\": ⟦\"${local.a}\"⟧,\n       \"Principal\": {\"AWS\": \"arn:aws:iam::210987654321:root\"}}]}\n  EOT\n}\n",
        )],
    ),
    (
        "a heredoc with a value in it, elsewhere",
        PUBLIC,
        &[(
            "main.tf",
            "locals {\n  a = \"ecr:*\"\n  p = <<-EOT\n    {\"Version\": \"2012-10-17\",\n     \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"${local.a}\",\n       \"Principal\": ⟪\"*\"⟫}]}\n  EOT\n}\nresource \"aws_ecr_repository_policy\" \"a\" {\n  repository = \"a\"\n  policy = ⟦local.p⟧\n}\n",
        )],
    ),
    (
        "jsonencode",
        PUBLIC,
        &[(
            "main.tf",
            "resource \"aws_ecr_repository_policy\" \"a\" {\n  repository = \"a\"\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [{\n      Effect = \"Allow\", Action = \"ecr:*\"\n      Principal = { AWS = ⟦\"*\"⟧ }\n    }]\n  })\n}\n",
        )],
    ),
    (
        "a file with the policy",
        PUBLIC,
        &[
            (
                "main.tf",
                "resource \"aws_ecr_repository_policy\" \"a\" {\n  repository = \"a\"\n  policy     = ⟦file(\"${path.module}/p.json\")⟧\n}\n",
            ),
            (
                "p.json",
                "{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"ecr:*\", \"Principal\": ⟪\"*\"⟫}}\n",
            ),
        ],
    ),
    (
        "a document made by blocks",
        PUBLIC,
        &[(
            "main.tf",
            "data \"aws_iam_policy_document\" \"a\" {\n  statement {\n    actions = [\"ecr:*\"]\n    principals {\n      type        = \"AWS\"\n      identifiers = [⟦\"*\"⟧]\n    }\n  }\n}\nresource \"aws_ecr_repository_policy\" \"a\" {\n  repository = \"a\"\n  policy     = data.aws_iam_policy_document.a.json\n}\n",
        )],
    ),
    (
        "a policy in a template",
        PUBLIC,
        &[(
            "t.yaml",
            "Resources:\n  A:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryPolicyText:\n        Version: '2012-10-17'\n        Statement:\n          - Effect: Allow\n            Action: 'ecr:*'\n            Principal:\n              AWS: ⟦'*'⟧\n",
        )],
    ),
    (
        "JSON in a block scalar",
        PUBLIC,
        &[(
            "t.yaml",
            "Resources:\n  A:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryPolicyText: |-\n        {\n          \"Version\": \"2012-10-17\",\n          \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"ecr:*\", \"Principal\": ⟦\"*\"⟧}]\n        }\n",
        )],
    ),
    (
        "JSON in a quoted scalar",
        PUBLIC,
        &[(
            "t.yaml",
            "Resources:\n  A:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryPolicyText: '{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"ecr:*\", \"Principal\": ⟦\"*\"⟧}]}'\n",
        )],
    ),
    (
        "a policy in a template in JSON",
        PUBLIC,
        &[(
            "t.json",
            "{\"Resources\": {\"A\": {\"Type\": \"AWS::ECR::Repository\", \"Properties\": {\n  \"RepositoryPolicyText\": {\"Version\": \"2012-10-17\", \"Statement\": [\n    {\"Effect\": \"Allow\", \"Action\": \"ecr:*\", \"Principal\": {\"AWS\": [⟦\"*\"⟧]}}]}}}}}\n",
        )],
    ),
    (
        "several lines",
        PUBLIC,
        &[(
            "t.yaml",
            "Resources:\n  A:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryPolicyText:\n        Version: '2012-10-17'\n        Statement:\n          - Effect: Allow\n            Action: 'ecr:*'\n            NotPrincipal:\n              ⟦AWS: ['210987654321']⟧\n",
        )],
    ),
];

/// A place as in JSON: path, line, column, end line, end column.
type Spot = (String, u64, u64, u64, u64);

/// Takes the marks out of a text and tells where they stood.
fn unmark(path: &str, text: &str) -> (String, Option<Spot>, Vec<Spot>) {
    let (mut plain, mut finding, mut way) = (String::new(), None, Vec::new());
    let (mut line, mut column) = (1, 1);
    let mut start = (0, 0);
    for c in text.chars() {
        let spot = |s: (u64, u64)| (path.to_owned(), s.0, s.1, line, column);
        match c {
            '⟦' | '⟪' => start = (line, column),
            '⟧' => finding = Some(spot(start)),
            '⟫' => way.push(spot(start)),
            _ => plain.push(c),
        }
        match c {
            '⟦' | '⟪' | '⟧' | '⟫' => {}
            '\n' => (line, column) = (line + 1, 1),
            _ => column += 1,
        }
    }
    (plain, finding, way)
}

fn spot(location: &Value) -> Spot {
    let number = |key: &str| location[key].as_u64().unwrap();
    let path = location["path"].as_str().unwrap().to_owned();
    let (line, column) = (number("line"), number("column"));
    (path, line, column, number("end_line"), number("end_column"))
}

/// The findings of a guardrail in some files.
fn findings(files: &[(&str, String)], guardrail: &str) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_ecr-guard"))
        .args([
            "check",
            "--no-config",
            "--format",
            "json",
            "--guardrail",
            guardrail,
        ])
        .current_dir(dir.path())
        .env_clear()
        .output()
        .unwrap();
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["diagnostics"], json!([]));
    report["findings"]
        .as_array_mut()
        .unwrap()
        .drain(..)
        .collect()
}

fn holds(cases: &[Case]) {
    let mut wrong = String::new();
    for (name, guardrail, files) in cases {
        let (mut plain, mut wanted, mut way) = (Vec::new(), None, Vec::new());
        for (path, text) in *files {
            let (text, finding, passed) = unmark(path, text);
            plain.push((*path, text));
            wanted = wanted.or(finding);
            way.extend(passed);
        }
        let found = findings(&plain, guardrail);
        let [finding] = found.as_slice() else {
            wrong += &format!("{name}: {} findings\n", found.len());
            continue;
        };
        let at = spot(&finding["location"]);
        if Some(&at) != wanted.as_ref() {
            wrong += &format!("{name}: stands at {at:?}, not at {wanted:?}\n");
        }
        let related = finding["related"].as_array().unwrap().iter();
        let passed: Vec<Spot> = related.map(|r| spot(&r["location"])).collect();
        for place in way.iter().filter(|w| !passed.contains(w)) {
            wrong += &format!("{name}: the way {passed:?} misses {place:?}\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn values_stand_where_they_were_written() {
    holds(VALUES);
}

#[test]
fn parts_of_policies_stand_where_they_were_written() {
    holds(POLICIES);
}

/// As with `|-`: the line break at the end changes nothing.
#[test]
fn json_in_a_block_scalar_with_the_line_break_at_its_end() {
    holds(&[(
        "a block scalar with `|`",
        PUBLIC,
        &[(
            "t.yaml",
            "Resources:\n  A:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryPolicyText: |\n        {\"Version\": \"2012-10-17\", \"Statement\": [\n          {\"Effect\": \"Allow\", \"Action\": \"ecr:*\",\n           \"Principal\": ⟦\"*\"⟧}]}\n",
        )],
    )]);
}

/// A byte order mark is no column.
#[test]
fn a_byte_order_mark_does_not_count() {
    for (path, text, column) in [
        (
            "main.tf",
            "resource \"aws_ecr_repository\" \"a\" { name = \"a\" }\n",
            1,
        ),
        (
            "t.json",
            "{\"Resources\": {\"A\": {\"Type\": \"AWS::ECR::Repository\", \"Properties\": {\"ImageTagMutability\": \"MUTABLE\"}}}}",
            91,
        ),
        (
            "t.yaml",
            "Resources: {A: {Type: AWS::ECR::Repository, Properties: {ImageTagMutability: MUTABLE}}}\n",
            78,
        ),
    ] {
        for mark in ["", "\u{feff}"] {
            let found = findings(&[(path, format!("{mark}{text}"))], MUTABLE);
            let at = spot(&found[0]["location"]);
            assert_eq!((at.1, at.2), (1, column), "{path} {mark:?}");
        }
    }
}

/// In a plan a finding stands at the value in the plan, policies at the part inside the text.
#[test]
fn in_a_plan() {
    let policy = r#"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ecr:*\",\"Principal\":\"*\"}]}"#;
    let plan = format!(
        r#"{{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{{"root_module":{{"resources":[
{{"address":"aws_ecr_repository_policy.a","mode":"managed","type":"aws_ecr_repository_policy","name":"a","provider_name":"registry.terraform.io/hashicorp/aws","schema_version":0,
"values":{{"repository":"a",
"policy":"{policy}"}}}}]}}}},
"resource_changes":[{{"address":"aws_ecr_repository_policy.a","mode":"managed","type":"aws_ecr_repository_policy","name":"a","provider_name":"registry.terraform.io/hashicorp/aws","change":{{"actions":["create"],"before":null,
"after":{{"repository":"a",
"policy":"{policy}"}},"after_unknown":{{}},"before_sensitive":false,"after_sensitive":{{}}}}}}],
"configuration":{{"root_module":{{"resources":[{{"address":"aws_ecr_repository_policy.a","mode":"managed","type":"aws_ecr_repository_policy","name":"a","provider_config_key":"aws","expressions":{{"repository":{{"constant_value":"a"}},"policy":{{"constant_value":"x"}}}},"schema_version":0}}]}}}}}}"#
    );
    let found = findings(&[("plan.json", plan.clone())], PUBLIC);
    let [finding] = found.as_slice() else {
        panic!("{found:?}")
    };
    let at = spot(&finding["location"]);
    let line = plan.lines().nth(at.1 as usize - 1).unwrap();
    let text: String = (line.chars().skip(at.2 as usize - 1))
        .take((at.4 - at.2) as usize)
        .collect();
    assert_eq!(text, r#"\"*\""#, "{at:?}");
}
