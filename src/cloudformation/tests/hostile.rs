//! Any template ends: no panic, no endless work, whatever is put together.

use super::*;
use proptest::prelude::*;

/// A node of a template, functions in both spellings among them, at any depth.
fn node() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("A".to_owned()),
        Just("''".to_owned()),
        Just("null".to_owned()),
        Just("0".to_owned()),
        Just("-1".to_owned()),
        Just("yes".to_owned()),
        Just("'${A}-${R.Arn}-${!x}-${N}-${'".to_owned()),
        Just("'{{resolve:ssm:x}}{{resolve:'".to_owned()),
        Just("!Ref A".to_owned()),
        Just("!Ref L".to_owned()),
        Just("!Ref N".to_owned()),
        Just("!Ref AWS::NoValue".to_owned()),
        Just("!Ref AWS::StackId".to_owned()),
        Just("!GetAtt R.Arn".to_owned()),
        Just("!GetAtt S.Outputs.O".to_owned()),
        Just("!Sub 'x${A}y${L}'".to_owned()),
        Just("!ImportValue x".to_owned()),
        "[a-zA-Z0-9$&{}:/. ]{0,12}".prop_map(|t| format!("'{t}'")),
    ];
    leaf.prop_recursive(5, 48, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        let list = list.prop_map(|items| format!("[{}]", items.join(", ")));
        let function = prop::sample::select(vec![
            "Ref",
            "Fn::GetAtt",
            "Fn::Sub",
            "Fn::Join",
            "Fn::Select",
            "Fn::Split",
            "Fn::If",
            "Fn::Equals",
            "Fn::And",
            "Fn::Or",
            "Fn::Not",
            "Condition",
            "Fn::FindInMap",
            "Fn::ImportValue",
            "Fn::GetAZs",
            "Fn::Cidr",
            "Fn::Base64",
            "Fn::Transform",
            "Fn::Length",
            "Fn::ToJsonString",
            "Fn::ForEach::X",
            "Fn::Contains",
            "Fn::EachMemberIn",
            "Fn::ValueOf",
            "DefaultValue",
            "Name",
            "Parameters",
            "${N}",
        ]);
        let tag = prop::sample::select(vec![
            "!Ref",
            "!GetAtt",
            "!Sub",
            "!Join",
            "!Select",
            "!Split",
            "!If",
            "!Equals",
            "!And",
            "!Not",
            "!Condition",
            "!FindInMap",
            "!Cidr",
            "!Base64",
            "!Transform",
            "!Length",
            "!Nope",
        ]);
        prop_oneof![
            list.clone(),
            (function.clone(), inner.clone()).prop_map(|(f, v)| format!("{{'{f}': {v}}}")),
            (function, list.clone(), inner)
                .prop_map(|(f, l, v)| { format!("{{'{f}': {l}, K: {v}}}") }),
            (tag, list).prop_map(|(t, l)| format!("{t} {l}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn anything_may_stand_anywhere(
        condition in node(), rule in node(), property in node(), other in node(),
        mapping in node(), output in node(), policy in node(),
    ) {
        let template = format!("
Transform: AWS::LanguageExtensions
Parameters:
  A: {{Type: String}}
  L: {{Type: CommaDelimitedList}}
  N: {{Type: String, NoEcho: true, Default: hush}}
Rules: {{Q: {{RuleCondition: {condition}, Assertions: [{{Assert: {rule}}}]}}}}
Mappings: {{M: {{a: {{b: {mapping}}}}}}}
Conditions: {{C: !Equals [!Ref A, x], D: {condition}, E: !Not [{rule}]}}
Resources:
  R: {{Type: AWS::ECR::Repository, Condition: D, Properties: {{P: {property}, RepositoryName: {other}}}}}
  S: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {other}, Parameters: {property}}}}}
  T: {{Type: AWS::ECR::Repository, DependsOn: {other}, DeletionPolicy: {policy}, Properties: {property}}}
  Fn::ForEach::Z: [X, {other}, {{'Z${{X}}': {{Type: AWS::ECR::Repository, Properties: {property}}}}}]
Outputs: {{O: {{Condition: C, Value: {output}, Export: {{Name: {other}}}}}}}
");
        let given = of(&template);
        let resolved = given.resolve();
        for diagnostic in &resolved.diagnostics {
            prop_assert!(!diagnostic.message.contains("hush"), "{}", diagnostic.message);
        }
        let (roots, _) = given.roots();
        prop_assert!(roots.len() <= 17, "{}", roots.len());
    }

    #[test]
    fn any_bytes_are_read_or_refused(text in "\\PC{0,200}", json in any::<bool>()) {
        let head = if json { "{\"Resources\": " } else { "Resources: " };
        let given = format!("{head}{text}");
        let _ = of(&given).resolve();
        let _ = of(&text).resolve();
    }
}

#[test]
fn large_and_deep_templates_end() {
    let mut large = String::from("Resources:\n");
    for i in 0..5000 {
        large.push_str(&format!(
            "  R{i}: {{Type: AWS::ECR::Repository, Properties: {{RepositoryName: !Sub 'r/${{R{}}}'}}}}\n",
            (i + 1) % 5000
        ));
    }
    let deep = format!(
        "Resources: {{R: {{Type: AWS::ECR::Repository, Properties: {}1{}}}}}",
        "{A: ".repeat(110),
        "}".repeat(110)
    );
    let endless = format!("Resources: {}", "[".repeat(100_000));
    for template in [large, deep, endless] {
        let resolved = of(&template).resolve();
        assert!(resolved.diagnostics.len() < 10_000);
    }
}
