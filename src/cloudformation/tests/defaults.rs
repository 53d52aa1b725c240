//! Resources that the parameters' defaults leave out: the cases in which they exist.

use super::cases::expect;
use super::*;

#[test]
fn what_a_default_leaves_out_has_a_case() {
    expect(
        "
Parameters: {Env: {Type: String, Default: dev}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  Any: {Type: AWS::ECR::Repository, Properties: {N: !Sub 'any-${Env}'}}
  Prod: {Type: AWS::ECR::Repository, Condition: IsProd, Properties: {N: !Sub 'app-${Env}'}}
",
        "N",
        &[
            ("IsProd is false", &["Any=any-dev"]),
            ("IsProd is true", &["Any=any-prod", "Prod=app-prod"]),
        ],
    );
}

#[test]
fn a_given_parameter_leaves_out_for_good() {
    let given = Given {
        parameters: r#"{"Env": "dev"}"#,
        ..of("
Parameters: {Env: {Type: String, Default: dev}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  Prod: {Type: AWS::ECR::Repository, Condition: IsProd}
")
    };
    let (roots, _) = given.roots();
    assert_eq!((roots.len(), roots[0].case.as_deref()), (1, None));
    assert!(roots[0].resources.is_empty());
}

#[test]
fn what_can_never_be_has_no_case() {
    expect(
        "
Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, test]}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  Never: !And [!Equals [!Ref Env, dev], !Equals [!Ref Env, test]]
Resources:
  A: {Type: AWS::ECR::Repository, Condition: IsProd}
  B: {Type: AWS::ECR::Repository, Condition: Never}
  C: {Type: AWS::ECR::Repository}
",
        "N",
        &[("", &["C=-"])],
    );
}

#[test]
fn as_few_parameters_as_possible_leave_their_defaults() {
    expect(
        "
Parameters:
  Env: {Type: String, Default: dev}
  Size: {Type: String, Default: small}
  On: {Type: String, Default: 'no', AllowedValues: ['yes', 'no']}
Conditions:
  Big: !Or [!Equals [!Ref Size, big], !And [!Equals [!Ref Env, prod], !Equals [!Ref Size, huge]]]
  IsOn: !Equals [!Ref On, 'true']
Resources:
  R: {Type: AWS::ECR::Repository, Condition: Big, Properties: {N: !Sub '${Env}-${Size}-${On}'}}
",
        "N",
        &[("Big is false", &[]), ("Big is true", &["R=dev-big-no"])],
    );
}

#[test]
fn a_value_that_no_condition_names_is_unknown() {
    expect(
        "
Parameters: {Key: {Type: String, Default: ''}, L: {Type: CommaDelimitedList, Default: ''}}
Conditions:
  HasKey: !Not [!Equals [!Ref Key, '']]
  HasL: !Not [!Equals [!Join ['', !Ref L], '']]
Resources:
  K: {Type: AWS::ECR::Repository, Condition: HasKey, Properties: {N: !Ref Key}}
  L: {Type: AWS::ECR::RegistryPolicy, Condition: HasL, Properties: {N: !Ref L}}
",
        "N",
        &[
            ("HasKey is false", &[]),
            (
                "HasKey is true and HasL is false",
                &["K=<parameter `Key` may have another value than its default>"],
            ),
            (
                "HasL is true",
                &[
                    "K=<parameter `Key` may have another value than its default>",
                    "L=<parameter `L` may have another value than its default>",
                ],
            ),
        ],
    );
}

#[test]
fn every_way_to_exist_is_looked_at() {
    expect(
        "
Parameters: {Env: {Type: String, Default: dev}, X: {Type: String}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  NotDev: !Not [!Equals [!Ref Env, dev]]
  IsX: !Equals [!Ref X, x]
Resources:
  R: {Type: AWS::ECR::Repository, Condition: NotDev, Properties: {M: !If [IsProd, p, n]}}
  S: {Type: AWS::ECR::Repository, Condition: IsX, Properties: {M: !Ref Env}}
",
        "M",
        &[
            (
                "IsX is false and the other parameters have their defaults",
                &[],
            ),
            ("IsX is true", &["S=dev"]),
            ("NotDev is true and IsProd is false", &["R=n"]),
            ("IsProd is true", &["R=p"]),
        ],
    );
}

/// Many switches that are off, each with a resource.
fn switches(count: usize) -> String {
    let mut template = String::from("Parameters:\n");
    for i in 0..count {
        template.push_str(&format!("  P{i}: {{Type: String, Default: 'off'}}\n"));
    }
    template.push_str("Conditions:\n");
    for i in 0..count {
        template.push_str(&format!("  C{i}: !Equals [!Ref P{i}, 'on']\n"));
    }
    template.push_str("Resources:\n");
    for i in 0..count {
        template.push_str(&format!(
            "  R{i}: {{Type: AWS::ECR::Repository, Condition: C{i}}}\n"
        ));
    }
    template
}

#[test]
fn too_many_switches_leave_nothing_out() {
    for count in [3, 15, 16, 40, 100] {
        let (roots, diagnostics) = of(&switches(count)).roots();
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        assert!(roots.len() <= case::CASES + 1, "{count}");
        assert!(roots.iter().all(|r| r.case.is_some()), "{count}");
        for i in 0..count {
            let id = format!("R{i}");
            let here = |r: &&Root| r.resources.iter().any(|r| r.address == id);
            assert!(roots.iter().any(|r| here(&r)), "{id} of {count}");
        }
    }
}

#[test]
fn what_only_another_value_breaks_is_a_warning() {
    let (roots, diagnostics) = of("
Parameters: {Env: {Type: String, Default: dev}}
Mappings: {M: {dev: {N: n}}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  Any: {Type: AWS::ECR::Repository, Properties: {RepositoryName: !FindInMap [M, !Ref Env, N]}}
  Prod: {Type: AWS::ECR::Repository, Condition: IsProd, Properties: {RepositoryName: !Ref Nobody}}
")
    .roots();
    assert_eq!(roots.len(), 2);
    let found: Vec<_> = diagnostics.iter().map(|d| (d.code, d.level)).collect();
    let want = [
        ("map-key-missing", Level::Warning),
        ("reference-undefined", Level::Error),
    ];
    assert_eq!(found, want);
}

/// Evaluates a template with the ones beside it.
pub(super) fn beside(parent: &str, children: &[(&str, &str)]) -> Vec<Root> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in children {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let path = dir.path().join("parent.yaml");
    std::fs::write(&path, parent).unwrap();
    let files = Files::default();
    let id = files.add(path.to_str().unwrap(), parent);
    let (roots, diagnostics) = evaluate(&files, id, &of("").world());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    roots
}

#[test]
fn nested_stacks_are_looked_at_past_the_defaults_of_their_parent() {
    let child = "
Parameters: {Stage: {Type: String}, Own: {Type: String, Default: x}}
Conditions: {IsProd: !Equals [!Ref Stage, prod], Never: !Equals [!Ref Own, y]}
Resources:
  A: {Type: AWS::ECR::Repository, Properties: {N: !Ref Stage}}
  R: {Type: AWS::ECR::Repository, Condition: IsProd}
  N: {Type: AWS::ECR::Repository, Condition: Never}
";
    let parent = "
Parameters: {Env: {Type: String, Default: dev}, Size: {Type: String, Default: '1'}}
Resources:
  S:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Stage: !Ref Env}}
";
    let roots = beside(parent, &[("child.yaml", child)]);
    let line = |root: &Root| {
        let ids: Vec<&str> = root.resources.iter().map(|r| r.address.as_str()).collect();
        format!("{}: {}", root.case.clone().unwrap(), ids.join(" "))
    };
    let lines: Vec<String> = roots.iter().map(line).collect();
    let want = ["S.IsProd is false: S S.A", "S.IsProd is true: S S.A S.R"];
    assert_eq!(lines, want);
}

#[test]
fn a_nested_stack_that_a_default_leaves_out_is_looked_at() {
    let parent = "
Parameters: {On: {Type: String, Default: 'false'}}
Conditions: {IsOn: !Equals [!Ref On, 'true']}
Resources:
  S: {Type: AWS::CloudFormation::Stack, Condition: IsOn, Properties: {TemplateURL: child.yaml}}
";
    let child = "Resources: {R: {Type: AWS::ECR::Repository}}";
    let roots = beside(parent, &[("child.yaml", child)]);
    let cases: Vec<_> = roots.iter().map(|r| r.case.as_deref().unwrap()).collect();
    assert_eq!(cases, ["IsOn is false", "IsOn is true"]);
    let last = roots.last().unwrap();
    assert!(last.resources.iter().any(|r| r.address == "S.R"));
}

#[test]
fn what_a_condition_makes_of_a_resource_is_seen_both_ways() {
    expect(
        "
Parameters: {Env: {Type: String, Default: prod}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  R: {Type: AWS::ECR::Repository, Properties: {M: !If [IsProd, IMMUTABLE, MUTABLE]}}
",
        "M",
        &[
            ("IsProd is true", &["R=IMMUTABLE"]),
            ("IsProd is false", &["R=MUTABLE"]),
        ],
    );
}

#[test]
fn conditions_of_one_resource_are_combined() {
    expect(
        "
Parameters:
  A: {Type: String, Default: 'no', AllowedValues: ['yes', 'no']}
  B: {Type: String, Default: 'no', AllowedValues: ['yes', 'no']}
  C: {Type: String, Default: 'no', AllowedValues: ['yes', 'no']}
Conditions:
  IsA: !Equals [!Ref A, 'yes']
  IsB: !Equals [!Ref B, 'yes']
  IsC: !Equals [!Ref C, 'yes']
Resources:
  R: {Type: AWS::ECR::Repository, Properties: {M: !If [IsA, !If [IsB, both, a], none]}}
  S: {Type: AWS::ECR::Repository, Properties: {M: !If [IsC, c, !Ref C]}}
",
        "M",
        &[
            ("the parameters have their defaults", &["R=none", "S=no"]),
            ("IsA is true and IsB is false", &["R=a", "S=no"]),
            ("IsB is true and IsA is false", &["R=none", "S=no"]),
            ("IsA is true and IsB is true", &["R=both", "S=no"]),
            ("IsC is true", &["R=none", "S=c"]),
        ],
    );
}

#[test]
fn a_resource_is_not_looked_at_where_it_does_not_exist() {
    expect(
        "
Parameters: {Env: {Type: String, Default: prod, AllowedValues: [prod, dev]}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  R: {Type: AWS::ECR::Repository, Condition: IsProd, Properties: {M: !If [IsProd, p, n]}}
",
        "M",
        &[("", &["R=p"])],
    );
}

#[test]
fn a_setting_of_the_registry_may_be_missing() {
    expect(
        "
Parameters: {Env: {Type: String, Default: prod, AllowedValues: [prod, dev]}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  R: {Type: AWS::ECR::Repository, Properties: {M: m}}
  S: {Type: AWS::ECR::RegistryScanningConfiguration, Condition: IsProd, Properties: {M: s}}
",
        "M",
        &[
            ("IsProd is true", &["R=m", "S=s"]),
            ("IsProd is false", &["R=m"]),
        ],
    );
}

#[test]
fn a_deployment_keeps_what_its_defaults_make() {
    let files = Files::default();
    let text = "
Parameters: {Env: {Type: String, Default: prod}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  R: {Type: AWS::ECR::Repository, Properties: {M: !If [IsProd, IMMUTABLE, MUTABLE]}}
";
    let id = files.add("stack:s", text);
    let (roots, _) = evaluate_deployed(&files, id, Parsed::of(&files, id), &of("").world());
    assert_eq!((roots.len(), roots[0].case.as_deref()), (1, None));
}

#[test]
fn more_combinations_than_there_is_room_for_are_open() {
    let count = 6;
    let mut template = switches(0).replace("Resources:\n", "");
    template = template.replace("Conditions:\n", "");
    for i in 0..count {
        template.push_str(&format!("  P{i}: {{Type: String, Default: 'off'}}\n"));
    }
    template.push_str("Conditions:\n");
    for i in 0..count {
        template.push_str(&format!("  C{i}: !Equals [!Ref P{i}, 'on']\n"));
    }
    template.push_str("Resources:\n  R:\n    Type: AWS::ECR::Repository\n    Properties:\n");
    for i in 0..count {
        template.push_str(&format!("      N{i}: !If [C{i}, 'y', 'n']\n"));
    }
    let (roots, diagnostics) = of(&template).roots();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let open = roots.last().unwrap();
    assert_eq!(
        open.case.as_deref(),
        Some(crate::cloudformation::defaults::ELSEWHERE)
    );
    let value = open.resources[0].attributes.get("N0").unwrap();
    assert!(value.as_unknown().is_some());
}

#[test]
fn a_nested_stack_is_seen_in_the_cases_of_its_arguments() {
    let parent = "
Parameters: {Env: {Type: String, Default: prod}, Size: {Type: String, Default: '1'}}
Resources:
  S:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Stage: !Ref Env, Size: !Ref Size}}
";
    let child = "
Parameters: {Stage: {Type: String}, Size: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  R: {Type: AWS::ECR::Repository, Properties: {M: !If [IsProd, p, n], S: !Ref Size}}
";
    let roots = beside(parent, &[("child.yaml", child)]);
    let line = |root: &Root| {
        let found = root.resources.iter().find(|r| r.address == "S.R").unwrap();
        let text = |name: &str| {
            found
                .attributes
                .get(name)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        };
        format!(
            "{}: {} {}",
            root.case.clone().unwrap(),
            text("M"),
            text("S")
        )
    };
    let lines: Vec<String> = roots.iter().map(line).collect();
    let want = ["S.IsProd is true: p 1", "S.IsProd is false: n 1"];
    assert_eq!(lines, want);
}
