use crate::span::Files;
use crate::terraform::evaluate;
use crate::value::{Kind, Value};
use crate::world::World;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

type Outputs = BTreeMap<String, Value>;

/// The outputs of a configuration, and what was told about it.
fn outputs(files: &Files, dir: &Path) -> (Outputs, Vec<String>) {
    let (root, diagnostics) = evaluate(files, dir, "root", &World::default());
    let messages = diagnostics.into_iter().map(|d| d.message).collect();
    (root.outputs, messages)
}

fn inline(files: &Files, text: &str) -> (Outputs, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.tf"), text).unwrap();
    outputs(files, dir.path())
}

#[test]
fn documents_as_terraform_printed_them() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/terraform/documents");
    let want = std::fs::read_to_string(dir.join("outputs.json")).unwrap();
    let want: BTreeMap<String, String> = serde_json::from_str(&want).unwrap();
    let (got, messages) = outputs(&Files::default(), &dir);
    assert!(messages.is_empty(), "{messages:?}");
    for (name, want) in &want {
        assert_eq!(
            got.get(name).and_then(Value::as_str),
            Some(want.as_str()),
            "{name}"
        );
    }
}

/// The value that a document was made of.
fn tree(value: &Value) -> Arc<Value> {
    value.as_text().and_then(|t| t.json()).cloned().unwrap()
}

/// JSON with `?` for what is unknown and a last element `…` for what may be more.
fn sketch(value: &Value) -> String {
    match &value.kind {
        Kind::String(t) => t.known().unwrap_or("?").to_owned(),
        Kind::Sequence { .. } => {
            let mut items: Vec<String> = value.items().iter().map(sketch).collect();
            items.extend(value.more().map(|_| "…".to_owned()));
            format!("[{}]", items.join(" "))
        }
        Kind::Mapping { .. } => {
            let entries = value.entries();
            let mut all: Vec<String> = entries
                .iter()
                .map(|(k, v)| format!("{k}={}", sketch(v)))
                .collect();
            all.extend(value.more().map(|_| "…".to_owned()));
            format!("{{{}}}", all.join(" "))
        }
        Kind::Unknown(_) => "?".to_owned(),
        other => format!("{other:?}"),
    }
}

const UNKNOWNS: &str = r#"
variable "x" {}
variable "ids" { type = list(string) }
data "aws_iam_policy_document" "d" {
  SOURCES
  statement {
    sid     = "One"
    actions = ["a", "b"]
  }
  statement {
    actions = ["c"]
    PARTS
  }
}
output "d" { value = data.aws_iam_policy_document.d.json }
"#;

#[test]
fn what_is_unknown_stays_in_its_place() {
    let one = "{Action=[b a] Effect=Allow Sid=One}";
    for (sources, parts, want) in [
        (
            "",
            "resources = [var.x]",
            format!("[{one} {{Action=c Effect=Allow Resource=?}}]"),
        ),
        (
            "",
            "resources = var.ids",
            format!("[{one} {{Action=c Effect=Allow Resource=?}}]"),
        ),
        (
            "",
            "resources = concat([\"r\"], var.ids)",
            format!("[{one} {{Action=c Effect=Allow Resource=[r …]}}]"),
        ),
        (
            "",
            "principals {\n type = \"AWS\"\n identifiers = [var.x, \"*\"]\n }",
            format!("[{one} {{Action=c Effect=Allow Principal={{AWS=[* ?]}}}}]"),
        ),
        (
            "",
            "dynamic \"principals\" {\n for_each = var.ids\n content {\n type = \"AWS\"\n identifiers = [principals.value]\n }\n }\n principals {\n type = \"AWS\"\n identifiers = [\"p\"]\n }",
            format!("[{one} {{Action=c Effect=Allow Principal={{AWS=[p …] …}}}}]"),
        ),
        (
            "",
            "condition {\n test = \"StringEquals\"\n variable = \"v\"\n values = var.ids\n }",
            format!("[{one} {{Action=c Condition={{StringEquals={{v=?}}}} Effect=Allow}}]"),
        ),
        (
            "",
            "condition {\n test = var.x\n variable = \"v\"\n values = [\"1\"]\n }",
            format!("[{one} {{Action=c Condition={{…}} Effect=Allow}}]"),
        ),
        // further statements come first, and ours stand whatever they say
        (
            "source_policy_documents = var.ids",
            "",
            format!("[{one} {{Action=c Effect=Allow}} …]"),
        ),
        // a statement with a Sid may be replaced
        (
            "override_policy_documents = [var.x]",
            "",
            "[{Action=c Effect=Allow} …]".to_owned(),
        ),
    ] {
        let text = UNKNOWNS.replace("SOURCES", sources).replace("PARTS", parts);
        let (got, _) = inline(&Files::default(), &text);
        let statement = tree(&got["d"]).get("Statement").unwrap();
        assert_eq!(sketch(&statement), want, "{sources}{parts}");
    }
}

#[test]
fn leaves_stand_where_they_are_written() {
    let files = Files::default();
    let (got, messages) = inline(
        &files,
        r#"
variable "who" { default = ["arn:aws:iam::111122223333:root"] }
data "aws_iam_policy_document" "inner" {
  statement {
    actions = ["ecr:*"]
    principals {
      type        = "AWS"
      identifiers = var.who
    }
  }
}
data "aws_iam_policy_document" "outer" {
  source_policy_documents = [data.aws_iam_policy_document.inner.json]
}
output "outer" { value = data.aws_iam_policy_document.outer.json }
"#,
    );
    assert!(messages.is_empty(), "{messages:?}");
    let statement = tree(&got["outer"]).get("Statement").unwrap().items()[0].clone();
    let who = statement.get("Principal").unwrap().get("AWS").unwrap();
    assert_eq!(
        files.text(who.place.span),
        "\"arn:aws:iam::111122223333:root\""
    );
    let steps: Vec<String> = who.place.steps().map(|s| files.text(s.span)).collect();
    assert!(steps.iter().any(|s| s == "var.who"), "{steps:?}");
    assert!(
        steps
            .iter()
            .any(|s| s == "data.aws_iam_policy_document.inner.json"),
        "{steps:?}"
    );
    let action = statement.get("Action").unwrap();
    assert_eq!(files.text(action.place.span), "\"ecr:*\"");
    assert_eq!(files.text(action.place.key.unwrap()), "actions");
}

#[test]
fn what_the_provider_refuses() {
    for (body, want) in [
        (
            "version = \"2020-01-01\"",
            "`version` is one of `2008-10-17` and `2012-10-17`, not `2020-01-01`",
        ),
        (
            "statement {\n sid = \"a\"\n }\n statement {\n sid = \"a\"\n }",
            "`a` is the `sid` of two statements",
        ),
        (
            "source_policy_documents = [\"{}\", \"{\\\"Statement\\\": {}}\"]",
            "`source_policy_documents` holds something that is no policy document: `Statement` must be a list",
        ),
    ] {
        let text = format!(
            "data \"aws_iam_policy_document\" \"d\" {{\n{body}\n}}\noutput \"d\" {{\n value = data.aws_iam_policy_document.d.json\n}}"
        );
        let (got, messages) = inline(&Files::default(), &text);
        assert_eq!(messages, [want], "{body}");
        assert!(got["d"].as_unknown().is_some());
    }
}
