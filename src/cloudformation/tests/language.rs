//! Values: functions, parameters, references, and the way that a value came.

use super::*;

const HEAD: &str = "
Parameters:
  Name: {Type: String, Default: web}
  Id: {Type: String, Default: Repo}
  Open: {Type: String}
  List: {Type: CommaDelimitedList, Default: 'a, b ,c'}
  Secret: {Type: String, NoEcho: true, Default: hush}
Mappings:
  M: {one: {k: v1}, two: {k: v2}, no: {012345678901: own, 0123: eight}}
Resources:
  Repo: {Type: AWS::ECR::Repository, Properties: {RepositoryName: !Ref Name}}
  Anon: {Type: AWS::ECR::Repository}
  Public: {Type: AWS::ECR::PublicRepository, Properties: {RepositoryName: p}}
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: r, Path: /x/}}
  Key: {Type: AWS::KMS::Key}
  T:
    Type: Custom::Test
    Properties:
";

fn evaluated(properties: &str) -> Resolved {
    let template = format!("{HEAD}      {}\n", properties.replace('\n', "\n      "));
    let resolved = of(&template).resolve();
    assert!(
        resolved.diagnostics.is_empty(),
        "{:?}",
        resolved.diagnostics
    );
    resolved
}

#[test]
fn functions_in_both_spellings() {
    let missing = "parameter `Open` has no value";
    for (expression, want) in [
        ("!Sub 'x-${Name}-${AWS::Region}'", "x-web-us-east-1"),
        (
            "{'Fn::Sub': ['${A}${Name}', {A: !Select ['1', !Ref List]}]}",
            "bweb",
        ),
        ("!Sub '${!Name} $${Name} ${'", "${Name} $web ${"),
        ("!Sub 'a${Open}b'", &format!("a<{missing}>b")),
        (
            "!Sub '${Repo.Arn}'",
            "arn:aws:ecr:us-east-1:111122223333:repository/web",
        ),
        (
            "{'Fn::Join': ['-', [a, {Ref: Name}, 1, true]]}",
            "a-web-1-true",
        ),
        ("!Join ['', [!Ref Open, x]]", &format!("<{missing}>x")),
        ("!Join [',', !Ref List]", "a,b,c"),
        ("!Select [0, !Split ['.', !Sub 'x.${Open}.y']]", "x"),
        (
            "!Select [1, !Split ['.', !Sub 'x.${Open}.y']]",
            &format!("<{missing}>"),
        ),
        (
            "!Split [':', !GetAtt Repo.Arn]",
            "[arn, aws, ecr, us-east-1, 111122223333, repository/web]",
        ),
        ("!FindInMap [M, one, k]", "v1"),
        ("!FindInMap [M, !Ref Open, k]", &format!("<{missing}>")),
        ("!FindInMap [M, 'no', '012345678901']", "own"),
        ("!FindInMap [M, no, '0123']", "eight"),
        ("!FindInMap [M, no, 0123]", "eight"),
        ("!Base64 abc", "YWJj"),
        ("{'Fn::Base64': !Sub 'abc'}", "YWJj"),
        ("!Base64\n  Fn::Sub: abc", "YWJj"),
        ("!Cidr [10.0.0.0/16, 2, 8]", "[10.0.0.0/24, 10.0.1.0/24]"),
        ("!Cidr ['fd00::/56', '1', '64']", "[fd00::/64]"),
        (
            "!Select [0, !GetAZs '']",
            "<the availability zones are those of the account at deployment>",
        ),
        ("!ImportValue x", "<`x` is exported by another stack>"),
        (
            "!GetAtt Key.Arn",
            "<`Arn` of `Key` is known after deployment>",
        ),
        ("!GetAtt [Role, Arn]", "arn:aws:iam::111122223333:role/x/r"),
        (
            "!GetAtt [!Ref Id, RepositoryUri]",
            "111122223333.dkr.ecr.us-east-1.amazonaws.com/web",
        ),
        (
            "{'Fn::GetAtt': [Repo, Arn]}",
            "arn:aws:ecr:us-east-1:111122223333:repository/web",
        ),
        ("!Ref Key", "<the id of `Key` is known after deployment>"),
        ("!Ref Public", "p"),
        (
            "!GetAtt Public.Arn",
            "arn:aws:ecr-public::111122223333:repository/p",
        ),
        (
            "!GetAtt Repo.RepositoryUri",
            "111122223333.dkr.ecr.us-east-1.amazonaws.com/web",
        ),
        (
            "!GetAtt Anon.Arn",
            "arn:aws:ecr:us-east-1:111122223333:repository/<the id of `Anon` is known after deployment>",
        ),
        (
            "'a{{resolve:ssm:/x}}b'",
            "a<dynamic reference `resolve:ssm:/x` is resolved at deployment>b",
        ),
        (
            "!Sub '${Open}{{resolve:ssm:/x/${Name}}}'",
            &format!(
                "<{missing}><dynamic reference `resolve:ssm:/x/web` is resolved at deployment>"
            ),
        ),
        (
            "{'Fn::Transform': {Name: AWS::Include}}",
            "<`AWS::Include` is carried out at deployment>",
        ),
        ("[a, !Ref AWS::NoValue, b]", "[a, b]"),
        ("{Ref: Name}", "web"),
        ("{Ref: [x]}", "{Ref: [x]}"),
        ("{Condition: {x: yes}}", "{Condition: {x: true}}"),
    ] {
        assert_eq!(
            evaluated(&format!("V: {expression}")).shown("T", "V"),
            want,
            "{expression}"
        );
    }
}

#[test]
fn an_unknown_target_leaves_typed_holes() {
    let template =
        format!("{HEAD}      V: !GetAtt Repo.Arn\n      W: !Sub '${{AWS::URLSuffix}}'\n");
    let mut given = of(&template);
    given.target = Target::default();
    let resolved = given.resolve();
    assert_eq!(
        resolved.shown("T", "V"),
        "arn:<Partition>:ecr:<Region>:<Account>:repository/web"
    );
    assert_eq!(resolved.shown("T", "W"), "<UrlSuffix>");
    assert_eq!(show(&resolved.resource("T").account), "<Account>");
}

#[test]
fn a_lookup_by_an_unknown_key_keeps_what_it_may_be() {
    let resolved = evaluated("V: !FindInMap [M, !Ref Open, k]");
    let value = resolved.get("T", "V");
    let either = &value.as_unknown().unwrap().either;
    let texts: Vec<String> = either.iter().flatten().map(show).collect();
    assert_eq!(texts, ["v1", "v2"]);
}

#[test]
fn the_way_of_a_value_is_kept() {
    let resolved =
        evaluated("V: !Ref Name\nW: !Ref Repo\nX: !Sub '${Repo.Arn}/x'\nY: !FindInMap [M, one, k]");
    let value = resolved.get("T", "V");
    let steps: Vec<(Via, u32)> = (value.place.steps())
        .map(|s| (s.via.clone(), resolved.at(s.span).line))
        .collect();
    assert_eq!(
        steps,
        [
            (Via::Variable("Name".into()), 19),
            (Via::Default("Name".into()), 3)
        ]
    );
    assert_eq!(resolved.files.text(value.place.span), "web");
    let reference = resolved.get("T", "W");
    let found: Vec<_> = reference.place.references().collect();
    assert_eq!(found, [("Repo", "Ref")]);
    let part = resolved.get("T", "X");
    assert_eq!(
        part.place.references().count(),
        0,
        "a text around it is not it"
    );
    let cell = resolved.get("T", "Y");
    assert_eq!(resolved.files.text(cell.place.span), "v1");
    assert_eq!(resolved.at(cell.place.primary()).line, 22);
}

#[test]
fn a_policy_in_a_text_keeps_the_places_of_its_characters() {
    let resolved = evaluated(
        "V: !Sub |\n  {\"Statement\":\n    {\"Principal\": {\"AWS\": \"arn:aws:iam::${Open}:root\", \"X\": \"${Name}\"},\n     \"Action\": \"ecr:*\"}}",
    );
    let value = resolved.get("T", "V");
    let policy = crate::syntax::json::parse_text(value.as_text().unwrap(), value.place.span);
    let statement = policy.unwrap().get("Statement").unwrap();
    assert!(
        value.place.trail.is_none(),
        "one part does not speak for the document"
    );
    let action = statement.get("Action").unwrap();
    assert_eq!(resolved.files.text(action.place.span), "\"ecr:*\"");
    assert_eq!(resolved.files.text(action.place.key.unwrap()), "\"Action\"");
    let part = statement.get("Principal").unwrap().get("X").unwrap();
    assert_eq!(part.as_str(), Some("web"));
    assert_eq!(resolved.files.text(part.place.primary()), "\"${Name}\"");
    assert_eq!(resolved.at(part.place.span).line, 3, "the default");
    let principal = statement.get("Principal").unwrap().get("AWS").unwrap();
    assert_eq!(
        show(&principal),
        "arn:aws:iam::<parameter `Open` has no value>:root"
    );
    assert_eq!(
        resolved.files.text(principal.place.span),
        "\"arn:aws:iam::${Open}:root\""
    );
}

#[test]
fn secrets_mark_whatever_they_get_into() {
    let resolved = evaluated(
        "V: !Ref Secret\nW: !Sub 'x${Secret}'\nX: !Base64 {Ref: Secret}\nY: [!Ref Secret]\nZ: !Ref Name",
    );
    for (key, want) in [
        ("V", true),
        ("W", true),
        ("X", true),
        ("Y", true),
        ("Z", false),
    ] {
        assert_eq!(resolved.get("T", key).has_sensitive(), want, "{key}");
    }
}

#[test]
fn parameters_come_in_several_shapes() {
    let template = "
Parameters: {A: {Type: String, Default: d}, L: {Type: CommaDelimitedList}}
Resources: {T: {Type: Custom::T, Properties: {A: !Ref A, L: !Ref L}}}
";
    for file in [
        r#"{"A": "012345678901", "L": "x,y"}"#,
        r#"[{"ParameterKey": "A", "ParameterValue": "012345678901"}, {"ParameterKey": "L", "ParameterValue": "x,y"}]"#,
        r#"{"Parameters": {"A": "012345678901", "L": ["x", "y"]}}"#,
        r#"["A=012345678901", "L=x,y"]"#,
        "A: 012345678901\nL: x,y\n",
    ] {
        let mut given = of(template);
        given.parameters = file;
        let resolved = given.resolve();
        assert!(
            resolved.diagnostics.is_empty(),
            "{:?}",
            resolved.diagnostics
        );
        assert_eq!(resolved.shown("T", "A"), "012345678901", "{file}");
        assert_eq!(resolved.shown("T", "L"), "[x, y]", "{file}");
        let value = resolved.get("T", "A");
        let vias: Vec<&Via> = value.place.steps().map(|s| &s.via).collect();
        assert_eq!(
            vias,
            [
                &Via::Variable("A".into()),
                &Via::Input("params.json".into())
            ]
        );
        assert_eq!(resolved.at(value.place.span).path, "params.json");
    }
}

#[test]
fn a_parameter_may_be_given_what_a_pipeline_knows() {
    let mut given = of(
        "Parameters: {A: {Type: String, Default: d}}\nResources: {T: {Type: Custom::T, Properties: {A: !Ref A}}}\n",
    );
    given.parameters = r#"{"Parameters": {"A": {"Fn::GetArtifactAtt": ["x", "URL"]}}}"#;
    assert_eq!(
        given.resolve().shown("T", "A"),
        "<parameter `A` is given a mapping>"
    );
}

#[test]
fn loops_are_written_out() {
    let template = "
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList}}
Conditions:
  Fn::ForEach::C: [N, [a, b], {'Is${N}': !Equals [!Ref N, a]}]
Resources:
  Fn::ForEach::R:
    - N
    - [a, b]
    - 'Repo${N}':
        Type: AWS::ECR::Repository
        Condition: 'Is${N}'
        Properties: {RepositoryName: !Sub 'x/${N}', Plain: 'p-${N}', Id: !Ref N}
  Fn::ForEach::Open:
    - M
    - !Ref Names
    - 'Late${M}': {Type: AWS::ECR::Repository, Properties: {RepositoryName: !Sub 'y/${M}'}}
  T: {Type: Custom::T, Properties: {V: !GetAtt Repoa.Arn}}
";
    let resolved = of(template).resolve();
    assert!(
        resolved.diagnostics.is_empty(),
        "{:?}",
        resolved.diagnostics
    );
    assert_eq!(resolved.shown("Repoa", "RepositoryName"), "x/a");
    assert_eq!(resolved.shown("Repoa", "Plain"), "p-a");
    assert_eq!(resolved.shown("Repoa", "Id"), "a");
    assert_eq!(resolved.resource("Repob").exists, Some(false));
    assert!(resolved.shown("T", "V").ends_with("repository/x/a"));
    let late = resolved.resource("Late${M}[*]");
    assert_eq!(late.exists, None);
    assert_eq!(resolved.root.blind_spots.len(), 1);
    assert_eq!(
        resolved.shown("Late${M}[*]", "RepositoryName"),
        "y/<parameter `Names` has no value>"
    );
}

#[test]
fn json_strings_keep_their_tree() {
    let template = "
Transform: AWS::LanguageExtensions
Parameters: {Open: {Type: String}}
Resources:
  T:
    Type: Custom::T
    Properties:
      V:
        Fn::ToJsonString: {z: 0, a: [1, 'q\"q'], b: !Ref Open, c: !GetAtt K.Arn}
  K: {Type: AWS::KMS::Key}
";
    let resolved = of(template).resolve();
    assert!(
        resolved.diagnostics.is_empty(),
        "{:?}",
        resolved.diagnostics
    );
    assert_eq!(
        resolved.shown("T", "V"),
        r#"{"z":0,"a":[1,"q\"q"],"b":"<parameter `Open` has no value>","c":<`Arn` of `K` is known after deployment>}"#
    );
    let value = resolved.get("T", "V");
    assert!(value.as_text().unwrap().json().is_some());
}

#[test]
fn a_template_in_json_is_the_same() {
    let resolved = of(r#"{"Resources": {"T": {"Type": "Custom::T", "Properties": {
        "V": {"Fn::Join": ["", ["a", {"Ref": "AWS::Region"}]]}, "No": "no", "N": 012}}}}"#
        .replace("012", "12")
        .leak())
    .resolve();
    assert_eq!(resolved.shown("T", "V"), "aus-east-1");
    assert_eq!(resolved.shown("T", "No"), "no");
    assert_eq!(resolved.shown("T", "N"), "12");
}
