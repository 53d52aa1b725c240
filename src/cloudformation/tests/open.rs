//! What may be otherwise at deployment is unknown, never the first that comes to mind.

use super::*;

/// The one root of a template in a directory of files, the first of which it is.
fn resolved(files: &[(&str, &str)]) -> (Root, Vec<Diagnostic>) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let all = Files::default();
    let (name, text) = files[0];
    let id = all.add(dir.path().join(name).to_str().unwrap(), text);
    resolve(&all, id, &of("").world())
}

fn shown(root: &Root, id: &str, path: &str) -> String {
    let found = root.resources.iter().find(|r| r.address == id);
    show(&get(
        found.unwrap_or_else(|| panic!("no resource {id}")),
        path,
    ))
}

#[test]
fn a_previous_value_is_that_of_the_deployed_stack() {
    let template = "
Parameters: {Mut: {Type: String, Default: IMMUTABLE}}
Resources: {R: {Type: AWS::ECR::Repository, Properties: {ImageTagMutability: !Ref Mut}}}
";
    for (parameters, want, codes) in [
        ("", "IMMUTABLE", 0),
        (
            r#"[{"ParameterKey": "Mut", "UsePreviousValue": true}]"#,
            "<parameter `Mut` keeps the deployed stack's value>",
            0,
        ),
        (
            r#"[{"ParameterKey": "Mut", "UsePreviousValue": "true"}]"#,
            "<parameter `Mut` keeps the deployed stack's value>",
            0,
        ),
        (
            r#"[{"ParameterKey": "Mut", "UsePreviousValue": false}]"#,
            "IMMUTABLE",
            1,
        ),
        (
            r#"[{"ParameterKey": "Mut", "ParameterValue": "M", "UsePreviousValue": false}]"#,
            "M",
            0,
        ),
    ] {
        let given = Given {
            parameters,
            ..of(template)
        };
        let resolved = given.resolve();
        assert_eq!(resolved.shown("R", "ImageTagMutability"), want);
        assert_eq!(resolved.codes().len(), codes, "{parameters}");
    }
}

#[test]
fn open_arguments_of_a_nested_stack_leave_no_default() {
    let child = "
Parameters: {Mut: {Type: String, Default: IMMUTABLE}, Other: {Type: String, Default: x}}
Resources: {R: {Type: AWS::ECR::Repository, Properties: {A: !Ref Mut, B: !Ref Other}}}
";
    for (properties, a, b) in [
        ("{TemplateURL: c.yaml}", "IMMUTABLE", "x"),
        (
            "{TemplateURL: c.yaml, Parameters: {Other: y}}",
            "IMMUTABLE",
            "y",
        ),
        (
            "{TemplateURL: c.yaml, Parameters: !If [C, {Mut: MUTABLE}, {Other: y}]}",
            "<condition `C` is undecided>",
            "<condition `C` is undecided>",
        ),
        (
            "{TemplateURL: c.yaml, Parameters: {Fn::Transform: {Name: Mac}}}",
            "<`Mac` is carried out at deployment>",
            "<`Mac` is carried out at deployment>",
        ),
        (
            "{TemplateURL: c.yaml, Parameters: {Other: y, Fn::Transform: {Name: Mac}}}",
            "<`Mac` is carried out at deployment>",
            "y",
        ),
        (
            "{TemplateURL: c.yaml, Fn::Transform: {Name: Mac}}",
            "<`Mac` is carried out at deployment>",
            "<`Mac` is carried out at deployment>",
        ),
    ] {
        let parent = format!(
            "Parameters: {{P: {{Type: String}}}}\nConditions: {{C: !Equals [!Ref P, x]}}\nResources:\n  S: {{Type: AWS::CloudFormation::Stack, Properties: {properties}}}\n"
        );
        let (root, _) = resolved(&[("p.yaml", &parent), ("c.yaml", child)]);
        assert_eq!(shown(&root, "S.R", "A"), a, "{properties}");
        assert_eq!(shown(&root, "S.R", "B"), b, "{properties}");
    }
}

#[test]
fn an_argument_that_may_be_left_out_may_be_the_default() {
    let child = "
Parameters: {Mut: {Type: String, Default: MUTABLE}}
Resources: {R: {Type: AWS::ECR::Repository, Properties: {A: !Ref Mut}}}
";
    let parent = "
Parameters: {P: {Type: String}}
Conditions: {C: !Equals [!Ref P, x]}
Resources:
  S:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: c.yaml, Parameters: {Mut: !If [C, IMMUTABLE, !Ref AWS::NoValue]}}
";
    let (root, _) = resolved(&[("p.yaml", parent), ("c.yaml", child)]);
    let nested = root.resources.iter().find(|r| r.address == "S.R").unwrap();
    let value = get(nested, "A");
    let cases = value.as_unknown().unwrap().either.iter();
    let cases: Vec<_> = cases.map(|c| c.as_ref().map(show)).collect();
    assert_eq!(cases, [Some("IMMUTABLE".into()), Some("MUTABLE".into())]);
}

#[test]
fn a_reference_by_an_unknown_name_is_unknown() {
    let resolved = of("
Transform: AWS::LanguageExtensions
Parameters: {Which: {Type: String}, Name: {Type: String, Default: Other}, Other: {Type: String, Default: o}}
Resources:
  T: {Type: Custom::T, Properties: {A: {Ref: {Ref: Which}}, B: {Ref: !Ref Name}, C: !Ref [x], D: {Ref: !Sub 'a${Which}'}}}
")
    .resolve();
    let missing = "<parameter `Which` has no value>";
    assert_eq!(resolved.shown("T", "A"), missing);
    assert_eq!(resolved.shown("T", "B"), "o");
    assert_eq!(resolved.shown("T", "D"), missing);
    assert!(resolved.get("T", "C").as_unknown().is_some());
    assert_eq!(resolved.codes(), ["function-argument"]);
}

#[test]
fn a_hole_may_hold_a_delimiter() {
    let template = "
Resources:
  T:
    Type: Custom::T
    Properties:
      A: !Select [0, !Split ['-', !Ref AWS::Region]]
      B: !Select [0, !Split ['-', !Sub 'x-${AWS::Region}-y']]
      C: !Select [1, !Split ['-', !Sub 'x-${AWS::Region}-y']]
      D: !Select [0, !Split ['.', !Ref AWS::URLSuffix]]
      E: !Select [1, !Split ['/', !Sub 'a/${AWS::Region}/b']]
      F: !Select [4, !Split [':', !Sub 'arn:aws:iam::${AWS::AccountId}:root']]
";
    let resolved = Given {
        target: Target::default(),
        ..of(template)
    }
    .resolve();
    let open = |path| resolved.get("T", path).as_unknown().unwrap().role.is_none();
    assert!(open("A") && open("C") && open("D"));
    assert_eq!(resolved.shown("T", "B"), "x");
    assert_eq!(resolved.shown("T", "E"), "<Region>");
    assert_eq!(resolved.shown("T", "F"), "<Account>");
}

#[test]
fn placeholders_of_an_open_loop_are_holes() {
    let resolved = of("
Transform: AWS::LanguageExtensions
Parameters: {Accounts: {Type: CommaDelimitedList}}
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: mine}}
  Fn::ForEach::R:
    - Acct
    - !Ref Accounts
    - 'Repo&{Acct}':
        Type: Custom::T
        Properties:
          A: 'arn:aws:iam::${Acct}:root'
          B: 'x&{Acct}'
          C: !Sub 'y${Acct}-&{Acct}${Role}'
          D: !Sub '${Role${Acct}}'
          E: {'aws:${Acct}': x, plain: y}
")
    .resolve();
    let hole = "<parameter `Accounts` has no value>";
    let shown = |path| resolved.shown("Repo&{Acct}[*]", path);
    assert_eq!(shown("A"), format!("arn:aws:iam::{hole}:root"));
    assert_eq!(shown("B"), format!("x{hole}"));
    assert_eq!(shown("C"), format!("y{hole}-{hole}mine"));
    assert!(shown("D").starts_with('<'));
    assert!(shown("E").starts_with("{plain: y, …"), "{}", shown("E"));
}

#[test]
fn stacks_that_nest_themselves_many_times_end() {
    let mut text = String::from("Resources:\n");
    for i in 0..8 {
        text.push_str(&format!(
            "  S{i}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: t.yaml}}}}\n"
        ));
    }
    let (root, diagnostics) = resolved(&[("t.yaml", &text)]);
    assert!(root.resources.len() < 8 * 600);
    assert!(!root.blind_spots.is_empty());
    let limit = |d: &&Diagnostic| d.code == "nested-limit" && d.level == Level::Error;
    assert_eq!(diagnostics.iter().filter(limit).count(), 1);
}

#[test]
fn loops_that_make_nothing_end() {
    let list = format!("[{}]", vec!["a"; 300].join(", "));
    let mut body = String::from("{}");
    for i in 0..5 {
        body = format!("{{'Fn::ForEach::L{i}': [N{i}, {list}, {body}]}}");
    }
    let mut inside = String::from("x");
    for i in 0..20 {
        inside = format!("{{'Fn::ForEach::P{i}': [M{i}, [a, b], {{'k${{M{i}}}': {inside}}}]}}");
    }
    for template in [
        format!("Transform: AWS::LanguageExtensions\nResources: {body}\n"),
        format!(
            "Transform: AWS::LanguageExtensions\nResources: {{R: {{Type: Custom::T, Properties: {inside}}}}}\n"
        ),
    ] {
        let codes = of(&template).resolve().codes();
        assert_eq!(codes, ["foreach-limit"]);
    }
}

#[test]
fn cases_within_cases_end() {
    let mut template = String::from(
        "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, x]}\nResources:\n  R0: {Type: AWS::ECR::Repository, Properties: {RepositoryName: !If [C, x, y]}}\n",
    );
    for i in 1..40 {
        let before = i - 1;
        template.push_str(&format!(
            "  R{i}: {{Type: AWS::ECR::Repository, Properties: {{RepositoryName: !If [C, !Ref R{before}, !Ref R{before}]}}}}\n"
        ));
    }
    let resolved = of(&template).resolve();
    let cases = |id| {
        let value = resolved.get(id, "RepositoryName");
        value.as_unknown().unwrap().either.len()
    };
    assert_eq!(cases("R1"), 4);
    assert!(cases("R39") <= 32);
}

#[test]
fn what_is_not_judged_is_told_once() {
    let stack = "Resources: {S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: https://x/t.yaml}}, P: {Type: Custom::T, Properties: {A: !GetAtt S.Outputs.A}}}";
    for (template, code, place) in [
        (stack, "nested-template", "https://x/t.yaml"),
        (
            "Transform: [AWS::LanguageExtensions, Mac]\nResources: {R: {Type: A::B::C}}",
            "transform",
            "Mac",
        ),
        (
            "Fn::Transform: {Name: AWS::Include}\nResources: {}",
            "transform",
            "Fn::Transform",
        ),
        (
            "Resources: {Fn::Transform: {Name: AWS::Include}, R: {Type: A::B::C}}",
            "transform",
            "Fn::Transform",
        ),
    ] {
        let (_, diagnostics) = of(template).roots();
        assert_eq!(diagnostics.len(), 1, "{template}: {diagnostics:?}");
        assert_eq!(
            (diagnostics[0].code, diagnostics[0].level),
            (code, Level::Warning)
        );
        let span = diagnostics[0].span.unwrap();
        assert_eq!(
            template.get(span.start as usize..span.end as usize),
            Some(place)
        );
    }
}

#[test]
fn names_are_never_made_of_what_is_not_to_be_echoed() {
    let template = "
Parameters:
  S: {Type: String, NoEcho: true, Default: '4711'}
  Open: {Type: String}
Resources:
  R:
    Type: Custom::T
    Properties:
      A: !GetAtt [!Ref S, Arn]
      B: {Ref: !Ref S}
      C: !GetAtt [R2, !Ref S]
      D: !ImportValue {Ref: S}
      E: !Select [!Ref S, [a]]
      F: !Sub '{{resolve:ssm:/x/${S}}}'
      G: !FindInMap [M, !Ref S, b]
      H: !GetAtt [!Ref Open, Arn]
  R2: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: !Sub '${S}.yaml'}}
Mappings: {M: {a: {b: c}}}
";
    let resolved = of(template).resolve();
    for diagnostic in &resolved.diagnostics {
        assert!(
            !diagnostic.message.contains("4711"),
            "{}",
            diagnostic.message
        );
    }
    for name in ["A", "B", "C", "D", "E", "F", "G", "H"] {
        let shown = resolved.shown("R", name);
        assert!(
            shown.starts_with('<') && !shown.contains("4711"),
            "{name}: {shown}"
        );
    }
    assert_eq!(resolved.shown("R", "H"), "<parameter `Open` has no value>");
}
