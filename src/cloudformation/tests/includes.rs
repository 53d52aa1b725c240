//! Snippets beside a template, and what the serverless transform gives to all.

use super::*;

/// A template beside other files.
fn beside(template: &str, others: &[(&str, &str)]) -> Resolved {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in others {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let path = dir.path().join("t.yaml");
    std::fs::write(&path, template).unwrap();
    let files = Files::default();
    let id = files.add(path.to_str().unwrap(), template);
    let (root, diagnostics) = resolve(&files, id, &of("").world());
    Resolved {
        files,
        root,
        diagnostics,
    }
}

#[test]
fn a_snippet_beside_the_template_takes_its_place() {
    let snippet = "ImageTagMutability: IMMUTABLE\nTags: [{Key: a, Value: !Ref AWS::Region}]\n";
    for written in [
        "Properties:\n      RepositoryName: r\n      Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./s.yaml}}",
        "Properties: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: s.yaml}}}",
        "Properties: !Transform {Name: AWS::Include, Parameters: {Location: s.yaml}}",
    ] {
        let template = format!("Resources:\n  R:\n    Type: AWS::ECR::Repository\n    {written}\n");
        let resolved = beside(&template, &[("s.yaml", snippet)]);
        assert!(
            resolved.diagnostics.is_empty(),
            "{:?}",
            resolved.diagnostics
        );
        let value = resolved.get("R", "ImageTagMutability");
        assert_eq!(value.as_str(), Some("IMMUTABLE"), "{written}");
        assert!(resolved.at(value.place.span).path.ends_with("s.yaml"));
        assert_eq!(resolved.shown("R", "Tags/0/Value"), "us-east-1");
        assert!(resolved.root.blind_spots.is_empty());
    }
}

#[test]
fn resources_and_whole_sections_may_be_included() {
    let resolved = beside(
        "
Transform: [{Name: AWS::Include, Parameters: {Location: sections.json}}, AWS::LanguageExtensions]
Resources:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: resources.yaml}}
  T: {Type: Custom::T, Properties: {A: !GetAtt Made.Arn, B: !FindInMap [M, a, b]}}
",
        &[
            ("sections.json", r#"{"Mappings": {"M": {"a": {"b": "c"}}}}"#),
            (
                "resources.yaml",
                "Made: {Type: AWS::ECR::Repository, Properties: {RepositoryName: made}}\n",
            ),
        ],
    );
    assert!(
        resolved.diagnostics.is_empty(),
        "{:?}",
        resolved.diagnostics
    );
    assert!(resolved.shown("T", "A").ends_with(":repository/made"));
    assert_eq!(resolved.shown("T", "B"), "c");
    assert!(resolved.root.blind_spots.is_empty());
}

#[test]
fn a_snippet_that_is_not_at_hand_stays_unknown() {
    for location in [
        "s3://bucket/s.yaml",
        "missing.yaml",
        "/etc/passwd",
        "twice.yaml",
        "list.yaml",
        "!Ref Where",
    ] {
        let template = format!(
            "Parameters: {{Where: {{Type: String, Default: ok.yaml}}}}\nResources:\n  R:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryName: r\n      Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: {location}}}}}\n"
        );
        let resolved = beside(
            &template,
            &[
                ("twice.yaml", "RepositoryName: s\n"),
                ("list.yaml", "[a]\n"),
                ("ok.yaml", "A: b\n"),
            ],
        );
        let attributes = &resolved.resource("R").attributes;
        assert_eq!(
            attributes.get("RepositoryName").unwrap().as_str(),
            Some("r")
        );
        assert!(attributes.more().is_some(), "{location}");
    }
}

#[test]
fn snippets_are_not_read_without_end() {
    let large = format!("A: {}\n", "x".repeat(1 << 20));
    let mut template = String::from("Resources:\n");
    for i in 0..40 {
        template.push_str(&format!(
            "  R{i}: {{Type: Custom::T, Properties: {{'Fn::Transform': {{Name: AWS::Include, Parameters: {{Location: s.yaml}}}}}}}}\n"
        ));
    }
    let resolved = beside(&template, &[("s.yaml", &large)]);
    let open = resolved.root.resources.iter();
    let open = open.filter(|r| r.attributes.get("A").is_none()).count();
    assert!((25..40).contains(&open), "{open}");
}

#[test]
fn globals_are_given_to_resources_of_their_type() {
    let resolved = of("
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    MemorySize: 256
    Timeout: 3
    Layers: [a]
    Environment: {Variables: {A: '1', B: '2'}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Timeout: 9, Layers: [b], Environment: {Variables: {B: '3'}}}
  O: {Type: AWS::Lambda::Function, Properties: {Code: {ImageUri: x}}}
")
    .resolve();
    assert_eq!(
        show(&resolved.resource("F").attributes),
        "{Environment: {Variables: {A: 1, B: 3}}, Layers: [a, b], MemorySize: 256, Timeout: 9}"
    );
    assert_eq!(
        show(&resolved.resource("O").attributes),
        "{Code: {ImageUri: x}}"
    );
}
