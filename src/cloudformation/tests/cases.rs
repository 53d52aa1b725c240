//! Undecided conditions: which cases there are, and what each of them sees.

use super::*;

/// Each case with its resources and one property of each.
fn seen(template: &str, property: &str) -> Vec<(String, Vec<String>)> {
    let (roots, diagnostics) = of(template).roots();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let line = |r: &RawResource| {
        let value = r.attributes.get(property);
        let value = value.as_ref().map_or("-".into(), show);
        let maybe = if r.exists == Some(true) { "" } else { "?" };
        format!("{}{maybe}={value}", r.address)
    };
    let case = |r: &Root| {
        let label = r.case.clone().unwrap_or_default();
        (label, r.resources.iter().map(line).collect())
    };
    roots.iter().map(case).collect()
}

pub(super) fn expect(template: &str, property: &str, want: &[(&str, &[&str])]) {
    let want: Vec<(String, Vec<String>)> = (want.iter())
        .map(|(case, lines)| {
            let lines = lines.iter().map(|l| (*l).to_owned()).collect();
            ((*case).to_owned(), lines)
        })
        .collect();
    assert_eq!(seen(template, property), want);
}

#[test]
fn a_resource_and_its_values_go_by_the_same_truth() {
    expect(
        "
Parameters: {Env: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  Prod:
    Type: AWS::ECR::Repository
    Condition: IsProd
    Properties: {ImageTagMutability: !If [IsProd, IMMUTABLE, MUTABLE]}
  Any:
    Type: AWS::ECR::Repository
    Properties: {ImageTagMutability: !If [IsProd, IMMUTABLE, !Ref AWS::NoValue]}
",
        "ImageTagMutability",
        &[
            ("IsProd is false", &["Any=-"]),
            ("IsProd is true", &["Prod=IMMUTABLE", "Any=IMMUTABLE"]),
        ],
    );
}

#[test]
fn what_parameters_decide_is_one_case() {
    let template = "
Parameters: {Env: {Type: String, Default: prod}}
Conditions: {IsProd: !Equals [!Ref Env, prod], NotProd: !Not [!Condition IsProd]}
Resources:
  A: {Type: AWS::ECR::Repository, Condition: IsProd, Properties: {RepositoryName: !Ref Env}}
  B: {Type: AWS::S3::Bucket, Condition: NotProd}
";
    expect(template, "RepositoryName", &[("", &["A=prod"])]);
}

#[test]
fn values_of_one_parameter_exclude_each_other() {
    expect(
        "
Parameters: {Env: {Type: String}}
Conditions:
  IsDev: !Equals [!Ref Env, dev]
  IsProd: !Equals [prod, !Ref Env]
Resources:
  Dev: {Type: AWS::ECR::Repository, Condition: IsDev, Properties: {RepositoryName: !Sub 'x-${Env}'}}
  Prod: {Type: AWS::ECR::Repository, Condition: IsProd, Properties: {RepositoryName: !Sub 'x-${Env}'}}
",
        "RepositoryName",
        &[
            ("IsDev is false and IsProd is false", &[]),
            ("IsProd is true", &["Prod=x-prod"]),
            ("IsDev is true", &["Dev=x-dev"]),
        ],
    );
}

#[test]
fn allowed_values_narrow_the_cases() {
    expect(
        "
Parameters: {Env: {Type: String, AllowedValues: [dev, prod]}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsTest: !Equals [!Ref Env, test]
Resources:
  A:
    Type: AWS::ECR::Repository
    Properties: {RepositoryName: !If [IsTest, t, !If [IsProd, p, !Sub '${Env}!']]}
",
        "RepositoryName",
        &[
            ("IsProd is false", &["A=dev!"]),
            ("IsProd is true", &["A=p"]),
        ],
    );
}

#[test]
fn and_or_and_not_are_computed_over_the_same_atoms() {
    expect(
        "
Parameters: {A: {Type: String}, B: {Type: String}}
Conditions:
  A1: !Equals [!Ref A, '1']
  B1: !Equals [!Ref B, '1']
  Both: !And [!Condition A1, !Condition B1]
  Always: !Or [!Condition A1, !Not [!Condition A1]]
  Never: !And [!Condition A1, !Not [{Condition: A1}]]
Resources:
  X: {Type: AWS::ECR::Repository, Condition: Both, Properties: {N: !Ref A}}
  Y: {Type: AWS::ECR::Repository, Condition: Always, Properties: {N: !If [Never, x, y]}}
",
        "N",
        &[
            ("Both is false", &["Y=y"]),
            ("Both is true", &["X=1", "Y=y"]),
        ],
    );
}

#[test]
fn conditions_of_irrelevant_resources_make_no_cases() {
    expect(
        "
Parameters: {A: {Type: String}}
Conditions: {C: !Equals [!Ref A, '1']}
Resources:
  Bucket: {Type: AWS::S3::Bucket, Condition: C}
  R: {Type: AWS::ECR::Repository, Properties: {RepositoryName: r}}
",
        "RepositoryName",
        &[("", &["Bucket?=-", "R=r"])],
    );
}

#[test]
fn too_many_cases_are_one_with_unknown_parts() {
    let mut template = String::from("Parameters:\n");
    for i in 0..5 {
        template.push_str(&format!("  P{i}: {{Type: String}}\n"));
    }
    template.push_str("Conditions:\n");
    for i in 0..5 {
        template.push_str(&format!("  C{i}: !Equals [!Ref P{i}, x]\n"));
    }
    template.push_str("Resources:\n");
    for i in 0..5 {
        template.push_str(&format!(
            "  R{i}: {{Type: AWS::ECR::Repository, Condition: C{i}, Properties: {{M: !If [C{i}, a, b]}}}}\n"
        ));
    }
    let (roots, _) = of(&template).roots();
    assert_eq!((roots.len(), roots[0].case.as_deref()), (1, None));
    let first = &roots[0].resources[0];
    assert_eq!(first.exists, None);
    let value = first.attributes.get("M").unwrap();
    assert_eq!(value.as_unknown().unwrap().either.len(), 2);
}

#[test]
fn an_expression_may_be_a_subject_too() {
    expect(
        "
Parameters: {L: {Type: CommaDelimitedList}}
Conditions:
  A: !Equals [!Select [0, !Ref L], a]
  B: !Equals [!Select [0, !Ref L], b]
Resources:
  X: {Type: AWS::ECR::Repository, Properties: {M: !If [A, !If [B, impossible, a], !If [B, b, other]]}}
",
        "M",
        &[
            ("A is false and B is false", &["X=other"]),
            ("B is true", &["X=b"]),
            ("A is true", &["X=a"]),
        ],
    );
}

#[test]
fn resolve_says_what_an_open_condition_leaves_open() {
    let resolved = of("
Parameters: {Env: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  R:
    Type: AWS::ECR::Repository
    Condition: IsProd
    Properties: {M: !If [IsProd, a, !Ref AWS::NoValue]}
")
    .resolve();
    assert_eq!(resolved.resource("R").exists, None);
    let value = resolved.get("R", "M");
    let either = &value.as_unknown().unwrap().either;
    assert_eq!(either[0].as_ref().map(show).as_deref(), Some("a"));
    assert!(either[1].is_none());
}

#[test]
fn a_nested_stack_gets_what_its_case_says() {
    let dir = tempfile::tempdir().unwrap();
    let child = "
Parameters: {Env: {Type: String}, Mut: {Type: String, Default: MUTABLE}}
Resources:
  R:
    Type: AWS::ECR::Repository
    Properties: {RepositoryName: !Sub 'app-${Env}', ImageTagMutability: !Ref Mut}
Outputs: {Name: {Value: !Ref R}}
";
    let parent = "
Parameters: {Env: {Type: String, AllowedValues: [dev, prod]}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  S:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./child.yaml
      Parameters: {Env: !Ref Env, Mut: !If [IsProd, IMMUTABLE, !Ref AWS::NoValue]}
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties: {N: !GetAtt S.Outputs.Name, Other: !GetAtt S.Outputs.None}
";
    std::fs::write(dir.path().join("child.yaml"), child).unwrap();
    let path = dir.path().join("parent.yaml");
    std::fs::write(&path, parent).unwrap();
    let files = Files::default();
    let id = files.add(path.to_str().unwrap(), parent);
    let (roots, diagnostics) = evaluate(&files, id, &of("").world());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let mut lines = Vec::new();
    for root in &roots {
        let at = |id: &str| root.resources.iter().find(|r| r.address == id).unwrap();
        let r = at("S.R");
        let name = get(at("P"), "N");
        assert!(
            name.place
                .references()
                .any(|(a, n)| (a, n) == ("S.R", "Ref"))
        );
        assert!(get(at("P"), "Other").as_unknown().is_some());
        lines.push(format!(
            "{}: {} {} {}",
            root.case.as_deref().unwrap(),
            show(&get(r, "RepositoryName")),
            show(&get(r, "ImageTagMutability")),
            show(&name),
        ));
    }
    let want = [
        "IsProd is false: app-dev MUTABLE app-dev",
        "IsProd is true: app-prod IMMUTABLE app-prod",
    ];
    assert_eq!(lines, want);
}

#[test]
fn conditions_of_a_nested_stack_go_with_those_of_its_parent() {
    let dir = tempfile::tempdir().unwrap();
    let child = "
Parameters: {Stage: {Type: String}, Own: {Type: String}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsOwn: !Equals [!Ref Own, x]
Resources:
  R:
    Type: AWS::ECR::Repository
    Properties: {A: !If [IsProd, IMMUTABLE, MUTABLE], B: !If [IsOwn, !Ref Own, other]}
";
    let parent = "
Parameters: {Env: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  P: {Type: AWS::ECR::Repository, Condition: IsProd}
  S:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Stage: !Ref Env}}
";
    std::fs::write(dir.path().join("child.yaml"), child).unwrap();
    let path = dir.path().join("parent.yaml");
    std::fs::write(&path, parent).unwrap();
    let files = Files::default();
    let id = files.add(path.to_str().unwrap(), parent);
    let (roots, _) = evaluate(&files, id, &of("").world());
    let line = |root: &Root| {
        let nested = root.resources.iter().find(|r| r.address == "S.R").unwrap();
        let case = root.case.clone().unwrap();
        format!(
            "{case}: {} {}",
            show(&get(nested, "A")),
            show(&get(nested, "B"))
        )
    };
    let lines: Vec<String> = roots.iter().map(line).collect();
    let want = [
        "IsProd is false and S.IsOwn is false: MUTABLE other",
        "IsProd is false and S.IsOwn is true: MUTABLE x",
        "IsProd is true and S.IsOwn is false: IMMUTABLE other",
        "IsProd is true and S.IsOwn is true: IMMUTABLE x",
    ];
    assert_eq!(lines, want);
}
