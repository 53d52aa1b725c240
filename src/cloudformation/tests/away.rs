//! What several conditions make together: those of different resources, of nested stacks and of what these give on.

use super::cases::expect;
use super::defaults::beside;
use super::*;

const SWITCHES: &str = "
Parameters:
  A: {Type: String, Default: 'on', AllowedValues: ['on', 'off']}
  B: {Type: String, Default: 'on', AllowedValues: ['on', 'off']}
";

/// One property of one resource in each case.
fn lines(roots: &[Root], id: &str, property: &str) -> Vec<String> {
    let one = |root: &Root| {
        let found = root.resources.iter().find(|r| r.address == id)?;
        let value = found.attributes.get(property);
        let value = value.as_ref().map_or("-".into(), show);
        Some(format!(
            "{}: {value}",
            root.case.clone().unwrap_or_default()
        ))
    };
    roots.iter().filter_map(one).collect()
}

#[test]
fn a_resource_is_seen_with_and_without_what_it_is_judged_by() {
    let template = "
Conditions:
  Scans: !Equals [!Ref A, 'on']
  Enhanced: !Equals [!Ref B, 'on']
Resources:
  R: {Type: AWS::ECR::Repository, Properties: {X: !If [Scans, yes, no]}}
  S: {Type: AWS::ECR::RegistryScanningConfiguration, Condition: Enhanced, Properties: {X: s}}
  P: {Type: AWS::IAM::ManagedPolicy, Condition: Enhanced, Properties: {X: p}}
";
    expect(
        &format!("{SWITCHES}{template}"),
        "X",
        &[
            (
                "the parameters have their defaults",
                &["R=true", "S=s", "P=p"],
            ),
            ("Enhanced is false and Scans is true", &["R=true"]),
            (
                "Scans is false and Enhanced is true",
                &["R=false", "S=s", "P=p"],
            ),
            ("Scans is false and Enhanced is false", &["R=false"]),
        ],
    );
}

#[test]
fn what_does_not_bear_on_each_other_is_not_combined() {
    let template = "
Conditions:
  First: !Equals [!Ref A, 'on']
  Second: !Equals [!Ref B, 'on']
Resources:
  R: {Type: AWS::ECR::Repository, Properties: {X: !If [First, yes, no]}}
  Q: {Type: AWS::ECR::Repository, Properties: {X: !If [Second, yes, no]}}
";
    let template = format!("{SWITCHES}{template}");
    let (roots, _) = of(&template).roots();
    assert_eq!(roots.len(), 3);
}

const CHILD: &str = "
Parameters: {Env: {Type: String}, Size: {Type: String}}
Conditions:
  Both: !And [!Equals [!Ref Env, 'off'], !Equals [!Ref Size, 'off']]
  Small: !Equals [!Ref Size, 'off']
Resources:
  R: {Type: AWS::ECR::Repository, Properties: {X: !If [Both, both, other]}}
  Q: {Type: AWS::ECR::Repository, Condition: Both, Properties: {X: q}}
Outputs:
  X: {Value: !If [Small, small, large]}
";

#[test]
fn parameters_of_a_nested_stack_are_off_their_defaults_together() {
    let parent = "
Resources:
  S:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Env: !Ref A, Size: !Ref B}}
";
    let roots = beside(&format!("{SWITCHES}{parent}"), &[("child.yaml", CHILD)]);
    let want = ["S.Both is false: other", "S.Both is true: both"];
    assert_eq!(lines(&roots, "S.R", "X"), want);
    assert_eq!(lines(&roots, "S.Q", "X"), ["S.Both is true: q"]);
}

#[test]
fn the_conditions_behind_an_output_of_a_nested_stack_are_seen() {
    let parent = "
Conditions: {Other: !Equals [!Ref A, 'off']}
Resources:
  S:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Env: 'on', Size: !Ref B}}
  T:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: last.yaml, Parameters: {Kind: !GetAtt S.Outputs.X}}
  R: {Type: AWS::ECR::Repository, Properties: {X: !GetAtt S.Outputs.X}}
";
    let last = "
Parameters: {Kind: {Type: String}}
Conditions: {Large: !Equals [!Ref Kind, large]}
Resources: {Q: {Type: AWS::ECR::Repository, Properties: {X: !If [Large, l, s]}}}
";
    let children = [("child.yaml", CHILD), ("last.yaml", last)];
    let roots = beside(&format!("{SWITCHES}{parent}"), &children);
    let values = |id: &str| -> Vec<String> {
        let lines = lines(&roots, id, "X");
        let value = |line: &String| line.rsplit(": ").next().unwrap().to_owned();
        lines.iter().map(value).collect()
    };
    assert_eq!(values("R"), ["large", "small"]);
    assert_eq!(values("T.Q"), ["l", "s"]);
}

#[test]
fn nested_stacks_agree_on_a_parameter_that_nobody_gives() {
    let parent = "
Parameters: {A: {Type: String}}
Resources:
  S:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Env: 'off', Size: !Ref A}}
  T:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Env: 'off', Size: !Ref A}}
";
    let roots = beside(parent, &[("child.yaml", CHILD)]);
    let both: Vec<(String, String)> = (lines(&roots, "S.R", "X").into_iter())
        .zip(lines(&roots, "T.R", "X"))
        .collect();
    assert_eq!(both.len(), 2);
    assert!(both.iter().all(|(s, t)| s == t), "{both:?}");
}

#[test]
fn what_a_function_makes_of_a_parameter_goes_with_its_value() {
    expect(
        "
Parameters: {Env: {Type: String, AllowedValues: [dev, prod]}}
Mappings: {M: {dev: {Keep: 'no'}, prod: {Keep: 'yes'}}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Keeps: !Equals [!FindInMap [M, !Ref Env, Keep], 'yes']
Resources:
  R: {Type: AWS::ECR::Repository, Properties: {X: !If [Prod, prod, dev], Y: !If [Keeps, y, n]}}
",
        "X",
        &[
            ("Keeps is false", &["R=dev"]),
            ("Keeps is true", &["R=prod"]),
        ],
    );
}

#[test]
fn a_value_that_the_declaration_refuses_is_no_case() {
    expect(
        "
Parameters: {Env: {Type: String, Default: dev, AllowedPattern: '[a-z]+'}}
Conditions: {Prod: !Equals [!Ref Env, PROD], Test: !Equals [!Ref Env, test]}
Resources:
  R: {Type: AWS::ECR::Repository, Properties: {X: !If [Prod, prod, !If [Test, test, other]]}}
",
        "X",
        &[
            ("Test is false", &["R=other"]),
            ("Test is true", &["R=test"]),
        ],
    );
}

#[test]
fn nobody_knows_what_another_template_of_a_stack_holds() {
    let parent = "
Conditions: {Other: !Equals [!Ref A, 'off']}
Resources:
  S:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: !If [Other, other.yaml, child.yaml]
      Parameters: {Env: 'on', Size: !Ref B}
";
    let other = "
Parameters: {Env: {Type: String}, Size: {Type: String}}
Conditions: {Small: !Equals [!Ref Size, 'off']}
Resources: {Z: {Type: AWS::ECR::Repository, Condition: Small}}
";
    let parent = format!("{SWITCHES}{parent}");
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("child.yaml", CHILD),
        ("other.yaml", other),
        ("parent.yaml", &parent),
    ] {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let files = Files::default();
    let path = dir.path().join("parent.yaml");
    let id = files.add(path.to_str().unwrap(), parent.as_str());
    let (roots, _) = evaluate(&files, id, &of("").world());
    let blind = |root: &Root| !root.blind_spots.is_empty();
    assert!(roots.iter().any(blind));
}
