//! What parameters must be: by their declarations and by rules.

use super::cases::expect;
use super::*;

/// The codes and messages of a template's problems.
fn told(template: &str, parameters: &str) -> Vec<String> {
    let mut given = of(template);
    given.parameters = parameters;
    let told = |d: &Diagnostic| {
        let level = if d.level == Level::Error { "e" } else { "w" };
        format!("{level} {}: {}", d.code, d.message)
    };
    given.resolve().diagnostics.iter().map(told).collect()
}

#[test]
fn a_value_must_be_what_its_declaration_demands() {
    for (declaration, value, want) in [
        ("Type: String, AllowedPattern: '[a-z]+'", "ab", ""),
        (
            "Type: String, AllowedPattern: '[a-z]+'",
            "ab1",
            "does not match its `AllowedPattern`",
        ),
        ("Type: String, AllowedPattern: '(?=x).*'", "ab1", ""),
        (
            "Type: String, MinLength: 3",
            "ab",
            "is shorter than its `MinLength`",
        ),
        (
            "Type: String, MaxLength: '1'",
            "éé",
            "is longer than its `MaxLength`",
        ),
        ("Type: String, MaxLength: 2", "éé", ""),
        (
            "Type: Number, MinValue: 3",
            "2.5",
            "is below its `MinValue`",
        ),
        ("Type: Number, MaxValue: 3", "4", "is above its `MaxValue`"),
        ("Type: Number", "x", "is no number"),
        ("Type: Number", "-1e3", ""),
        ("Type: List<Number>", "1, 2", ""),
        ("Type: List<Number>", "1, b", "is no number"),
        (
            "Type: CommaDelimitedList, AllowedValues: [a, b]",
            "a,b,a",
            "",
        ),
        (
            "Type: CommaDelimitedList, AllowedValues: [a, b]",
            "a,c",
            "is none of its allowed values",
        ),
        ("Type: String, AllowedValues: [yes, no]", "true", ""),
        (
            "Type: 'AWS::SSM::Parameter::Value<String>', AllowedPattern: '[a-z]+'",
            "/x",
            "",
        ),
    ] {
        let template = format!("Parameters: {{P: {{{declaration}}}}}\nResources: {{}}");
        let found = told(&template, &format!("{{\"P\": \"{value}\"}}"));
        let want: Vec<String> = match want {
            "" => Vec::new(),
            want => vec![format!(
                "e parameter-value: the value of parameter `P` {want}"
            )],
        };
        assert_eq!(found, want, "{declaration} {value}");
    }
}

#[test]
fn what_a_declaration_refuses_is_no_case() {
    for (declaration, value, cases) in [
        ("Type: String", "", 2),
        ("Type: String, AllowedPattern: '[a-z]+'", "", 1),
        ("Type: String, AllowedPattern: '[a-z]*'", "", 2),
        ("Type: String, MinLength: 1", "", 1),
        ("Type: String, MaxLength: 3", "dev", 2),
        ("Type: String, MaxLength: 3", "develop", 1),
        ("Type: Number", "x", 1),
        ("Type: Number, MaxValue: 3", "3", 2),
        ("Type: Number, MaxValue: 3", "4", 1),
    ] {
        let template = format!(
            "Parameters: {{P: {{{declaration}}}}}
Conditions: {{Is: !Equals [!Ref P, '{value}']}}
Resources: {{R: {{Type: AWS::ECR::Repository, Properties: {{RepositoryName: !If [Is, aa, bb]}}}}}}"
        );
        let (roots, _) = of(&template).roots();
        assert_eq!(roots.len(), cases, "{declaration} {value}");
    }
}

#[test]
fn what_is_given_for_a_nested_parameter_is_not_echoed_either() {
    let child = "Parameters: {P: {Type: String, NoEcho: true}, Q: {Type: String}}\nResources: {}";
    let text = "
Resources:
  S:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {P: hunter3, Q: plain}}
";
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("child.yaml"), child).unwrap();
    let path = dir.path().join("t.yaml");
    std::fs::write(&path, text).unwrap();
    let files = Files::default();
    let id = files.add(path.to_str().unwrap(), text);
    let (root, _) = resolve(&files, id, &World::default());
    let stack = root.resources.first().unwrap();
    assert!(get(stack, "Parameters/P").has_sensitive());
    assert!(!get(stack, "Parameters/Q").has_sensitive());
}

#[test]
fn a_value_for_nothing_is_told() {
    let found = told(
        "Parameters: {A: {Type: String}}\nResources: {}",
        "{\"A\": \"x\", \"B\": \"y\"}",
    );
    assert_eq!(
        found,
        [
            "w undeclared-parameter: a value is given for parameter `B`, which no evaluated template declares"
        ]
    );
}

const RULED: &str = "
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Keep: {Type: String, Default: 'no'}
  Names: {Type: CommaDelimitedList, Default: 'a,b'}
Rules:
  Prod:
    RuleCondition: !Equals [!Ref Env, prod]
    Assertions:
      - Assert: {'Fn::Contains': [['yes'], !Ref Keep]}
        AssertDescription: production keeps its images
  Known: {Assertions: [{Assert: !EachMemberIn [!Ref Names, [a, b, c]]}]}
  Same: {Assertions: [{Assert: !Not [!EachMemberEquals [!Ref Names, a]]}]}
  Later: {Assertions: [{Assert: !EachMemberIn [!ValueOfAll ['AWS::EC2::VPC::Id', Tags.x], !RefAll 'AWS::EC2::VPC::Id']}]}
Resources: {}
";

#[test]
fn rules_are_checked_against_what_is_given() {
    for (parameters, want) in [
        ("{}", vec![]),
        (r#"{"Env": "prod", "Keep": "yes"}"#, vec![]),
        (
            r#"{"Env": "prod"}"#,
            vec![
                "e parameter-rule: rule `Prod` refuses the parameters: production keeps its images",
            ],
        ),
        (
            r#"{"Names": "a,z"}"#,
            vec!["e parameter-rule: rule `Known` refuses the parameters"],
        ),
        (
            r#"{"Names": "a,a"}"#,
            vec!["e parameter-rule: rule `Same` refuses the parameters"],
        ),
    ] {
        assert_eq!(told(RULED, parameters), want, "{parameters}");
    }
    let by_default = RULED.replace("Default: dev", "Default: prod");
    assert_eq!(
        told(&by_default, "{}"),
        [
            "w parameter-rule: rule `Prod` refuses the parameters' defaults: production keeps its images"
        ]
    );
}

#[test]
fn what_a_rule_refuses_is_no_case() {
    let template = "
Parameters:
  Env: {Type: String, AllowedValues: [dev, prod]}
  Keep: {Type: String, AllowedValues: ['yes', 'no']}
Rules:
  Prod:
    RuleCondition: !Equals [!Ref Env, prod]
    Assertions: [{Assert: !Contains [['yes'], !Ref Keep]}]
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  Keeps: !Equals [!Ref Keep, 'yes']
Resources:
  A:
    Type: AWS::ECR::Repository
    Condition: IsProd
    Properties: {X: !If [Keeps, kept, lost]}
  B: {Type: AWS::ECR::Repository, Properties: {X: !If [Keeps, kept, lost]}}
";
    expect(
        template,
        "X",
        &[
            ("Keeps is false", &["B=lost"]),
            ("IsProd is false and Keeps is true", &["B=kept"]),
            ("IsProd is true", &["A=kept", "B=kept"]),
        ],
    );
}

#[test]
fn rules_that_refuse_everything_leave_the_cases_as_they_are() {
    let template = "
Parameters: {Env: {Type: String, AllowedValues: [dev, prod]}}
Rules: {Never: {Assertions: [{Assert: !Equals [!Ref Env, test]}]}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources: {B: {Type: AWS::ECR::Repository, Condition: IsProd}}
";
    let (roots, diagnostics) = of(template).roots();
    assert!(!roots.is_empty());
    let codes: Vec<_> = diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["parameter-rule"]);
}
