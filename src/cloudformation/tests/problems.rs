//! What CloudFormation would refuse, each with its place; and input made to do harm.

use super::*;
use proptest::prelude::*;

/// The codes of the problems of a template, each with the text that it points at.
fn problems(template: &str) -> Vec<(&'static str, String)> {
    let resolved = of(template).resolve();
    let place = |d: &Diagnostic| d.span.map(|s| resolved.files.text(s)).unwrap_or_default();
    (resolved.diagnostics.iter())
        .map(|d| (d.code, place(d)))
        .collect()
}

#[test]
fn problems_have_a_code_and_a_place() {
    let resources = |properties: &str| {
        format!("Resources:\n  R:\n    Type: AWS::ECR::Repository\n    Properties: {properties}\n")
    };
    for (template, code, place) in [
        ("a: 1".to_owned(), "template-section", "a"),
        ("AWSTemplateFormatVersion: '2010-09-09'".to_owned(), "template-form", ""),
        ("[a]".to_owned(), "template-form", "[a]"),
        (resources("{A: !Ref Nope}"), "reference-undefined", "!Ref Nope"),
        (resources("{A: !Sub 'x${Nope}'}"), "reference-undefined", "${Nope}"),
        (resources("{A: !GetAtt Nope.Arn}"), "reference-undefined", "!GetAtt Nope.Arn"),
        (resources("{A: !GetAtt R.Nope}"), "reference-undefined", "R"),
        (resources("{A: !Nope x}"), "unknown-function", "!Nope x"),
        (resources("{A: {'Fn::Nope': x}}"), "unknown-function", "{'Fn::Nope': x}"),
        (resources("{A: {'Fn::Sub': x, B: c}}"), "unknown-function", "'Fn::Sub'"),
        (resources("{A: !Join [a]}"), "function-argument", "!Join [a]"),
        (resources("{A: !Select [5, [a]]}"), "function-argument", "!Select [5, [a]]"),
        (resources("{A: !Sub 'x${L}', L: [1]}"), "reference-undefined", "${L}"),
        (resources("{A: !If [Nope, a, b]}"), "condition-undefined", "Nope"),
        (resources("{A: !FindInMap [M, a, b]}"), "map-key-missing", "!FindInMap [M, a, b]"),
        (resources("{A: null}"), "null-value", "null"),
        (resources("{A: }"), "null-value", "A"),
        (resources("{A: 1, A: 2}"), "duplicate-key", "A"),
        (resources("{A: &x a, B: *x}"), "yaml-alias", "*x"),
        (resources("{A: !FindInMap [M, a, b, DefaultValue: c]}"), "language-extensions", "!FindInMap [M, a, b, DefaultValue: c]"),
        ("Resources: {R: {Type: A::B::C, DeletionPolicy: !Sub Retain}}".to_owned(), "language-extensions", "!Sub Retain"),
        (resources("{A: !Length [a]}"), "language-extensions", "!Length [a]"),
        ("Parameters: {A: {Type: String, Default: x, AllowedValues: [y]}}\nResources: {}".to_owned(), "parameter-value", "x"),
        (resources("[a]"), "template-form", "[a]"),
        (resources("!If [C, {}, {}]"), "template-form", "[C, {}, {}]"),
        ("AWSTemplateFormatVersion: 2010-09-08\nResources: {}".to_owned(), "template-form", "2010-09-08"),
        ("Resources: {R: {Type: A::B::C, DependsOn: [Nope]}}".to_owned(), "reference-undefined", "Nope"),
        ("Resources: {R: {Type: A::B::C, DependsOn: Nope}}".to_owned(), "reference-undefined", "Nope"),
        ("Resources: {R: {Type: A::B::C, Condition: !Ref X}}".to_owned(), "condition-form", "X"),
        ("Resources: {R: {Type: A::B::C, Condition: [X]}}".to_owned(), "condition-form", "[X]"),
        ("Resources: {R: {Properties: {}}}".to_owned(), "template-form", "R"),
        ("Resources: {R: {Type: A::B::C, Condition: No}}".to_owned(), "condition-undefined", "No"),
        (
            "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\nResources: {}".to_owned(),
            "condition-cycle",
            "A",
        ),
        (
            "Conditions: {A: !Not [{Condition: B}, x]}\nResources: {}".to_owned(),
            "condition-undefined",
            "B",
        ),
        (
            "Resources:\n  A: {Type: AWS::ECR::Repository, Properties: {RepositoryName: !Ref B}}\n  B: {Type: AWS::ECR::Repository, Properties: {RepositoryName: !Ref A}}\n".to_owned(),
            "reference-cycle",
            "B",
        ),
    ] {
        let found = problems(&template);
        let want = (code, place.to_owned());
        assert!(found.contains(&want), "{template}\n{found:?}");
    }
}

#[test]
fn a_near_name_is_suggested() {
    let resolved = of("Resources: {Repo: {Type: A::B::C, Properties: {A: !Ref Repoo}}}").resolve();
    assert_eq!(
        resolved.diagnostics[0].help.as_deref(),
        Some("did you mean `Repo`?")
    );
}

#[test]
fn what_a_macro_may_make_is_unknown_not_wrong() {
    let resolved = of("
Transform: AWS::Serverless-2016-10-31
Resources:
  T: {Type: Custom::T, Properties: {A: !Ref FnRole, B: !GetAtt FnRole.Arn}}
")
    .resolve();
    assert!(resolved.codes().is_empty());
    assert_eq!(resolved.root.blind_spots.len(), 1);
    assert!(resolved.get("T", "A").as_unknown().is_some());
}

#[test]
fn a_nested_template_elsewhere_is_a_blind_spot() {
    for url in [
        "https://x.s3.amazonaws.com/t.yaml",
        "/etc/passwd",
        "child.yaml",
        "!Ref AWS::StackName",
    ] {
        let template = format!(
            "Resources: {{S: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {url}}}}}}}"
        );
        let resolved = of(&template).resolve();
        assert_eq!(resolved.root.blind_spots.len(), 1, "{url}");
        assert_eq!(resolved.codes(), ["nested-template"]);
    }
}

#[test]
fn a_stack_in_itself_ends() {
    let dir = tempfile::tempdir().unwrap();
    let text =
        "Resources: {S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: t.yaml}}}";
    let path = dir.path().join("t.yaml");
    std::fs::write(&path, text).unwrap();
    let files = Files::default();
    let id = files.add(path.to_str().unwrap(), text);
    let (root, _) = resolve(&files, id, &World::default());
    assert!(!root.blind_spots.is_empty() && root.resources.len() < 10);
}

#[test]
fn deep_and_long_chains_end_in_bounds() {
    let deep = format!("{}x{}", "!Join [a, [".repeat(60), "]]".repeat(60));
    let mut template =
        String::from("Parameters: {P: {Type: String}}\nConditions:\n  C0: !Equals [!Ref P, x]\n");
    for i in 1..5000 {
        template.push_str(&format!("  C{i}: !Not [!Condition C{}]\n", i - 1));
    }
    template.push_str("Resources:\n");
    template.push_str(&format!(
        "  R0: {{Type: AWS::ECR::Repository, Condition: C4999, Properties: {{RepositoryName: {deep}}}}}\n"
    ));
    for i in 1..300 {
        template.push_str(&format!(
            "  R{i}: {{Type: AWS::ECR::Repository, Properties: {{RepositoryName: {}!Ref R{}{}}}}}\n",
            "!Join [a, [".repeat(10),
            i - 1,
            "]]".repeat(10)
        ));
    }
    let resolved = of(&template).resolve();
    assert!(resolved.resource("R0").exists.is_none());
    assert!(resolved.shown("R0", "RepositoryName").contains('x'));
    assert!(resolved.codes().len() < 400);
}

#[test]
fn texts_that_double_again_and_again_end() {
    let mut template = String::from(
        "Resources:\n  R0: {Type: AWS::ECR::Repository, Properties: {RepositoryName: x}}\n",
    );
    for i in 1..64 {
        let before = i - 1;
        template.push_str(&format!(
            "  R{i}: {{Type: AWS::ECR::Repository, Properties: {{RepositoryName: !Sub '${{R{before}}}${{R{before}}}'}}}}\n"
        ));
    }
    template.push_str("Conditions:\n  C0: !Equals [!Ref AWS::StackName, x]\n");
    for i in 1..200 {
        let before = i - 1;
        template.push_str(&format!(
            "  C{i}: !And [!Condition C{before}, !Condition C{before}]\n"
        ));
    }
    let resolved = of(&template).resolve();
    assert!(resolved.codes().contains(&"text-too-long"));
}

proptest! {
    #[test]
    fn any_template_ends_well(
        body in r#"(!Ref |!Sub |!If |!GetAtt |!Join |!Select |!Split |!FindInMap |!Cidr |!Not |!Equals |'\$\{A\}'|'\$\{'|A|B|R\.Arn|R|C|0|''|\[|\]|, |\{|\}|: |'Fn::ForEach::X'|'Fn::Sub'|null){0,16}"#
    ) {
        let template = format!(
            "Transform: AWS::LanguageExtensions\nParameters: {{A: {{Type: String}}, B: {{Type: CommaDelimitedList}}}}\nConditions: {{C: !Equals [!Ref A, x], D: {body}}}\nResources: {{R: {{Type: AWS::ECR::Repository, Properties: {{P: {body}, Q: [{body}]}}}}}}\n"
        );
        let given = of(&template);
        let _ = given.resolve();
        let (roots, _) = given.roots();
        prop_assert!(roots.len() <= 16);
    }
}

#[test]
fn what_an_include_or_a_module_may_hold_is_a_blind_spot() {
    for template in [
        "Fn::Transform: {Name: AWS::Include}\nResources: {}",
        "Resources: {Fn::Transform: {Name: AWS::Include}, T: {Type: A::B::C, Properties: {A: !Ref More}}}",
        "Resources: {M: {Type: Our::S3::Bucket::MODULE}, T: {Type: A::B::C, Properties: {A: !Ref MBucket}}}",
    ] {
        let resolved = of(template).resolve();
        let errors = resolved
            .diagnostics
            .iter()
            .filter(|d| d.level == Level::Error);
        assert_eq!(errors.count(), 0, "{:?}", resolved.diagnostics);
        assert_eq!(resolved.root.blind_spots.len(), 1, "{template}");
    }
}

#[test]
fn what_brings_resources_of_its_own_is_told() {
    for (kind, wanted) in [
        ("Our::ECR::Repository::MODULE", &["nested-template"][..]),
        ("AWS::Serverless::Application", &["nested-template"]),
        ("A::B::C", &[]),
    ] {
        let resolved = of(&format!("Resources: {{M: {{Type: {kind}}}}}")).resolve();
        assert_eq!(resolved.codes(), wanted, "{kind}");
    }
}

#[test]
fn a_template_may_be_so_large_and_no_larger() {
    let resources = |count: usize| {
        let one = |i| format!("  R{i}: {{Type: A::B::C}}\n");
        format!("Resources:\n{}", (0..count).map(one).collect::<String>())
    };
    let outputs = |count: usize| {
        let one = |i| format!("  O{i}: {{Value: a}}\n");
        format!(
            "Resources: {{}}\nOutputs:\n{}",
            (0..count).map(one).collect::<String>()
        )
    };
    let turns = |count: usize| {
        let items: Vec<String> = (0..count).map(|i| format!("i{i}")).collect();
        let items = items.join(", ");
        format!(
            "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::L: [X, [{items}], {{'R${{X}}': {{Type: A::B::C}}}}]\n"
        )
    };
    let named = |length: usize| format!("Resources: {{{}: {{Type: A::B::C}}}}", "a".repeat(length));
    let described = |length: usize| format!("Description: {}\nResources: {{}}", "a".repeat(length));
    let long = |length: usize| format!("Resources: {{}}\n#{}\nOutputs: {{}}", "a".repeat(length));
    for (make, most, place) in [
        (&resources as &dyn Fn(usize) -> String, 500, "Resources"),
        (&outputs, 200, "Outputs"),
        (&turns, 500, "Resources"),
        (&named, 255, &"a".repeat(256)),
        (&described, 1024, &"a".repeat(1025)),
        (&long, 1_048_549, ""),
    ] {
        assert_eq!(problems(&make(most)), [], "{place}");
        let over = vec![("template-limit", place.to_owned())];
        assert_eq!(problems(&make(most + 1)), over, "{place}");
    }
}
