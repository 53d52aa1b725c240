#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use super::*;
use crate::cloudformation::Parsed;
use crate::diagnostic::{Diagnostic, Level};
use crate::span::Files;
use crate::world::World;

fn roots(files: &Files, name: &str, env: &str, resources: &str) -> Vec<Root> {
    let conditions = format!(
        "Parameters: {{Env: {{Type: String{env}}}, Key: {{Type: String}}}}\nConditions: {{IsProd: !Equals [!Ref Env, prod]}}\n"
    );
    let id = files.add(name, format!("{conditions}Resources:\n{resources}"));
    let parsed = Parsed::of(files, id);
    let world = World::default();
    let (roots, diagnostics) = crate::cloudformation::evaluate_compared(files, id, parsed, &world);
    let error = |d: &Diagnostic| d.level == Level::Error;
    assert!(!diagnostics.iter().any(error), "{diagnostics:?}");
    roots
}

/// What is done with each resource: `address action [ways] (doubt)`, for every case.
fn compared(before: &str, after: &str) -> Vec<String> {
    compared_where("", before, after)
}

/// The same where more is said of the parameter.
fn compared_where(env: &str, before: &str, after: &str) -> Vec<String> {
    let files = Files::default();
    let previous = roots(&files, "before.yaml", env, before);
    let mut out = Vec::new();
    for mut root in roots(&files, "after.yaml", env, after) {
        compare(&previous, &mut root);
        for resource in &root.resources {
            let change = resource.change.as_ref().unwrap();
            let ways: Vec<String> = change.forced_by.iter().map(Way::to_string).collect();
            let mut line = format!("{} {:?}", resource.address, change.action);
            if !ways.is_empty() {
                line.push_str(&format!(" by {}", ways.join(", ")));
            }
            if let Some(doubt) = &change.doubt {
                line.push_str(&format!(" perhaps: {}", doubt.reason));
            }
            if let Some(case) = &root.case {
                line.push_str(&format!(" where {case}"));
            }
            out.push(line);
        }
    }
    out
}

const PLAIN: &str = "  A: {Type: AWS::ECR::Repository, Properties: {RepositoryName: a}}\n";

#[test]
fn what_a_template_drops_goes() {
    let after = "  B: {Type: AWS::ECR::Repository, Properties: {RepositoryName: a}}\n";
    assert_eq!(compared(PLAIN, after), ["B Create", "A Delete"]);
    assert_eq!(compared(PLAIN, PLAIN), ["A Keep"]);
}

#[test]
fn create_only_properties_force_a_replacement() {
    let with = |properties: &str| {
        format!("  A: {{Type: AWS::ECR::Repository, Properties: {{{properties}}}}}\n")
    };
    let cases = [
        ("RepositoryName: b", "A Replace by RepositoryName"),
        ("", "A Replace by RepositoryName"),
        (
            "RepositoryName: a, ImageTagMutability: IMMUTABLE",
            "A Update",
        ),
        (
            "RepositoryName: a, EncryptionConfiguration: {EncryptionType: KMS}",
            "A Replace by EncryptionConfiguration.EncryptionType",
        ),
        (
            "RepositoryName: a, EncryptionConfiguration: {EncryptionType: AES256}",
            "A Replace by EncryptionConfiguration.EncryptionType perhaps: AWS does not say whether `EncryptionConfiguration.EncryptionType` at its default is a change",
        ),
        (
            "RepositoryName: !Ref Key",
            "A Replace by RepositoryName perhaps: parameter `Key` has no value",
        ),
    ];
    for (properties, want) in cases {
        assert_eq!(compared(PLAIN, &with(properties)), [want]);
    }
    let open = with("RepositoryName: !Ref Key");
    assert_eq!(compared(&open, &open), ["A Keep"]);
}

#[test]
fn another_type_is_another_thing() {
    let after = "  A: {Type: AWS::ECR::PublicRepository, Properties: {RepositoryName: a}}\n";
    assert_eq!(compared(PLAIN, after), ["A Create", "A Delete"]);
}

#[test]
fn cases_of_conditions_are_compared_with_their_like() {
    let conditional =
        "  A: {Type: AWS::ECR::Repository, Condition: IsProd, Properties: {RepositoryName: a}}\n";
    assert_eq!(
        compared(conditional, conditional),
        ["A Keep where IsProd is true"]
    );
    assert_eq!(
        compared(PLAIN, conditional),
        [
            "A Delete where IsProd is false",
            "A Keep where IsProd is true"
        ]
    );
    let other = "  B: {Type: AWS::SNS::Topic}\n";
    assert_eq!(
        compared(conditional, other),
        [
            "B Create",
            "A Delete perhaps: `A` is deployed only where IsProd is true"
        ]
    );
}

#[test]
fn a_default_keeps_nothing_from_going() {
    let conditional =
        "  A: {Type: AWS::ECR::Repository, Condition: IsProd, Properties: {RepositoryName: a}}\n";
    let compared = |before, after| compared_where(", Default: prod", before, after);
    assert_eq!(
        compared(PLAIN, conditional),
        [
            "A Keep where IsProd is true",
            "A Delete where IsProd is false"
        ]
    );
    assert_eq!(
        compared(conditional, conditional),
        ["A Keep where IsProd is true"]
    );
    // a condition that the previous template does not have tells its cases not apart
    let more = format!("{conditional}  B: {{Type: AWS::ECR::Repository}}\n");
    assert_eq!(
        compared(conditional, &more),
        [
            "A Keep where IsProd is true",
            "B Create where IsProd is true",
            "B Create where IsProd is false"
        ]
    );
}

#[test]
fn what_cannot_be_seen_may_still_be_there() {
    let after = "  B: {Type: Some::Thing::MODULE}\n";
    let got = compared(PLAIN, after);
    assert_eq!(got[0], "B Create");
    assert!(got[1].starts_with("A Delete perhaps: "), "{got:?}");
}
