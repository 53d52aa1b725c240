//! Templates through the program: what the cases of conditions come to, and what is never printed.
#![allow(clippy::expect_used, reason = "a test fails by a panic")]

use ecr_guard::engine::{Options, Report, run};
use ecr_guard::finding::Outcome;
use std::process::{Command, Output};

fn checked(template: &str, only: &[&str]) -> Report {
    let mut options = Options::new(vec!["-".to_owned()], jiff::civil::date(2026, 12, 1));
    options.stdin = Some(template.to_owned());
    options.no_config = true;
    options.only = only.iter().map(|id| (*id).to_owned()).collect();
    run(&options).expect("the options are right")
}

/// Violations: resource and case.
fn violated(template: &str, guardrail: &str) -> Vec<(String, Option<String>)> {
    let report = checked(template, &[guardrail]);
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    let found = report.findings.into_iter();
    let found = found.filter(|f| f.outcome == Outcome::Violated);
    found
        .map(|f| (f.resource.expect("a resource").address, f.when))
        .collect()
}

fn expect(template: &str, want: &[(&str, Option<&str>)]) {
    let want: Vec<_> = (want.iter())
        .map(|(address, when)| ((*address).to_owned(), when.map(str::to_owned)))
        .collect();
    assert_eq!(violated(template, "repository-tags-mutable"), want);
}

#[test]
fn a_finding_says_in_which_cases_it_holds() {
    expect(
        "
Parameters: {Env: {Type: String, Default: dev}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  Always:
    Type: AWS::ECR::Repository
    Properties: {RepositoryName: !Sub 'a-${Env}', ImageTagMutability: MUTABLE}
  OnlyThere:
    Type: AWS::ECR::Repository
    Condition: IsProd
    Properties: {RepositoryName: b, ImageTagMutability: MUTABLE}
  WrongThere:
    Type: AWS::ECR::Repository
    Properties: {RepositoryName: c, ImageTagMutability: !If [IsProd, MUTABLE, IMMUTABLE]}
  WrongHere:
    Type: AWS::ECR::Repository
    Properties: {RepositoryName: d, ImageTagMutability: !If [IsProd, IMMUTABLE, MUTABLE]}
  Right:
    Type: AWS::ECR::Repository
    Properties: {RepositoryName: e, ImageTagMutability: IMMUTABLE}
",
        &[
            ("Always", None),
            ("OnlyThere", None),
            ("WrongThere", Some("IsProd is true")),
            ("WrongHere", Some("IsProd is false")),
        ],
    );
}

#[test]
fn what_only_the_defaults_break_says_so() {
    expect(
        "
Parameters: {A: {Type: String, Default: ''}, B: {Type: String, Default: ''}}
Conditions: {HasA: !Not [!Equals [!Ref A, '']], HasB: !Not [!Equals [!Ref B, '']]}
Resources:
  R:
    Type: AWS::ECR::Repository
    Properties: {ImageTagMutability: !If [HasA, IMMUTABLE, !If [HasB, IMMUTABLE, MUTABLE]]}
  X: {Type: AWS::IAM::Role, Condition: HasA}
  Y: {Type: AWS::IAM::Role, Condition: HasB}
",
        &[("R", Some("the parameters have their defaults"))],
    );
}

const CANARY: &str = "canary-4711-never-printed";

fn program(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecr-guard"));
    command.args(arguments).output().expect("it runs")
}

#[test]
fn what_is_not_to_be_echoed_is_never_printed() {
    let directory = tempfile::tempdir().expect("a directory");
    let template = directory.path().join("t.yaml");
    let parameters = directory.path().join("p.json");
    let text = format!(
        "
Parameters:
  Given: {{Type: String, NoEcho: true}}
  Held: {{Type: String, NoEcho: 'true', Default: {CANARY}-d}}
  Env: {{Type: String, NoEcho: true, Default: dev}}
Conditions:
  IsProd: !Equals [!Ref Env, {CANARY}-c]
Mappings: {{M: {{a: {{b: c}}}}}}
Resources:
  A:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryName: !Sub 'a-${{Given}}'
      ImageTagMutability: !Ref Given
      EncryptionConfiguration: {{EncryptionType: !Ref Held, KmsKey: !Join ['-', [!Ref Held, x]]}}
      LifecyclePolicy: {{LifecyclePolicyText: !Sub '{{\"rules\": \"${{Held}}\"}}'}}
      RepositoryPolicyText:
        Statement: {{Effect: Allow, Principal: {{AWS: !Ref Given}}, Action: !Select [0, !Split ['/', !Ref Held]]}}
      Tags: [{{Key: !Ref Held, Value: !FindInMap [M, !Ref Given, b]}}]
  B:
    Type: AWS::ECR::Repository
    Condition: IsProd
    Properties: {{RepositoryName: !Ref Env, ImageTagMutability: !Base64 {{Ref: Env}}}}
  C:
    Type: AWS::ECR::PullThroughCacheRule
    Properties: {{EcrRepositoryPrefix: !Ref Given, UpstreamRegistryUrl: !Sub '${{Held}}.example.com'}}
Outputs: {{O: {{Value: !Ref Held}}, P: {{Value: !Sub '${{Given}}'}}}}
"
    );
    std::fs::write(&template, text).expect("written");
    let given = format!("{{\"Given\": \"{CANARY}-g\"}}");
    std::fs::write(&parameters, given).expect("written");
    let [template, parameters] = [&template, &parameters].map(|p| p.to_string_lossy());
    let mut runs: Vec<Vec<&str>> = ["json", "human", "sarif", "markdown", "github"]
        .iter()
        .map(|format| vec!["check", "--format", format])
        .collect();
    runs.push(vec!["resolve", "--format", "json"]);
    runs.push(vec!["resolve"]);
    for mut arguments in runs {
        arguments.extend([&*template, "--parameters", &*parameters]);
        let output = program(&arguments);
        let printed =
            [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned());
        assert!(printed[0].len() > 20, "{arguments:?}: {printed:?}");
        for line in printed.iter().flat_map(|text| text.lines()) {
            assert!(!line.contains(CANARY), "{arguments:?}: {line}");
        }
    }
}

#[test]
fn a_wrong_property_is_told_at_its_place_and_a_secret_is_not() {
    let report = checked(
        "
Parameters: {Secret: {Type: String, NoEcho: true, Default: hush}}
Resources:
  A:
    Type: AWS::ECR::Repository
    Properties: {ImageTagMutabilty: IMMUTABLE, EmptyOnDelete: !Ref Secret}
",
        &["repository-tags-mutable"],
    );
    let told: Vec<_> = (report.diagnostics.iter())
        .map(|d| (d.code, d.span.map(|s| report.files.text(s))))
        .collect();
    let want = Some("ImageTagMutabilty".to_owned());
    assert_eq!(told, [("property-unknown", want)]);
    assert!(report.has_errors());
}
