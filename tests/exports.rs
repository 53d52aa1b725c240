//! Exports of one template that another one of the input imports.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

use ecr_guard::engine::{Options, Report, run};
use ecr_guard::finding::Outcome;
use tempfile::TempDir;

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).expect("written");
    }
    directory
}

fn checked(directory: &TempDir, only: &str) -> Report {
    let path = directory.path().to_string_lossy().into_owned();
    let mut options = Options::new(vec![path], jiff::civil::date(2026, 12, 1));
    options.no_config = true;
    options.only = vec![only.to_owned()];
    run(&options).expect("the options are right")
}

/// What became of the resource `R`: the outcome, the message, and the files that its way leads through.
fn of(report: &Report) -> Vec<(Outcome, String, Vec<String>)> {
    let found = report.findings.iter().filter(|f| {
        let resource = f.resource.as_ref();
        resource.is_some_and(|r| r.address == "R")
    });
    let one = |f: &ecr_guard::finding::Finding| {
        let way = f
            .related
            .iter()
            .map(|(_, span)| report.files.location(*span).path);
        let names = way.filter_map(|p| Some(p.rsplit_once('/')?.1.to_owned()));
        (f.outcome, f.message.clone(), names.collect())
    };
    found.map(one).collect()
}

const IMPORTER: &str = "
Resources:
  R: {Type: AWS::ECR::Repository, Properties: {RepositoryName: r, ImageTagMutability: !ImportValue Tags}}
";

#[test]
fn an_import_is_what_another_template_exports() {
    for exporter in [
        "Resources: {X: {Type: AWS::S3::Bucket}}\nOutputs: {T: {Value: MUTABLE, Export: {Name: Tags}}}\n",
        "Parameters: {P: {Type: String, Default: MUTABLE}}\nResources: {X: {Type: AWS::ECR::Repository}}\nOutputs: {T: {Value: !Ref P, Export: {Name: !Sub 'Ta${L}'}}, L: {Value: x}}\n",
    ] {
        let exporter = exporter.replace("!Sub 'Ta${L}'", "!Join ['', [Ta, gs]]");
        let directory = directory(&[("a.yaml", IMPORTER), ("b.yaml", &exporter)]);
        let found = of(&checked(&directory, "repository-tags-mutable"));
        let [(outcome, _, way)] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(*outcome, Outcome::Violated);
        assert!(way.contains(&"b.yaml".to_owned()), "{way:?}");
    }
}

#[test]
fn an_export_that_defaults_decide_is_not_certain() {
    let head = "Parameters: {E: {Type: String, Default: prod}}
Conditions: {P: !Equals [!Ref E, prod], N: !Not [!Condition P]}
Resources: {X: {Type: AWS::S3::Bucket}}
Outputs:
";
    let other = "  U: {Value: IMMUTABLE, Export: {Name: Other}}\n";
    for (exported, wanted) in [
        (
            "  T: {Value: !If [P, IMMUTABLE, MUTABLE], Export: {Name: Tags}}\n",
            Some(Outcome::Undetermined),
        ),
        (
            "  T: {Condition: P, Value: IMMUTABLE, Export: {Name: Tags}}\n  V: {Condition: N, Value: MUTABLE, Export: {Name: Tags}}\n",
            Some(Outcome::Undetermined),
        ),
        (
            "  T: {Condition: P, Value: IMMUTABLE, Export: {Name: Tags}}\n",
            None,
        ),
    ] {
        let exporter = format!("{head}{exported}{other}");
        let directory = directory(&[("a.yaml", IMPORTER), ("b.yaml", &exporter)]);
        let found = of(&checked(&directory, "repository-tags-mutable"));
        let outcome = found.first().map(|(outcome, ..)| *outcome);
        assert_eq!(outcome, wanted, "{exported}");
    }
}

#[test]
fn imports_are_followed_from_template_to_template() {
    let directory = directory(&[
        ("a.yaml", IMPORTER),
        (
            "b.yaml",
            "Resources: {X: {Type: AWS::ECR::Repository}}\nOutputs: {T: {Value: !ImportValue Base, Export: {Name: Tags}}}\n",
        ),
        (
            "c.yaml",
            "Resources: {X: {Type: AWS::ECR::Repository}}\nOutputs: {T: {Value: MUTABLE, Export: {Name: Base}}}\n",
        ),
    ]);
    let found = of(&checked(&directory, "repository-tags-mutable"));
    let outcomes: Vec<Outcome> = found.iter().map(|(outcome, ..)| *outcome).collect();
    assert_eq!(outcomes, [Outcome::Violated]);
}

#[test]
fn what_several_export_or_nobody_is_not_known() {
    let one = "Resources: {X: {Type: AWS::ECR::Repository}}\nOutputs: {T: {Value: MUTABLE, Export: {Name: Tags}}}\n";
    let other = one.replace("Value: MUTABLE", "Value: IMMUTABLE");
    let open = one.replace("Value: MUTABLE", "Value: !GetAtt X.RepositoryUri");
    for (files, because) in [
        (
            vec![("a.yaml", IMPORTER)],
            "`Tags` is exported by another stack",
        ),
        (
            vec![("a.yaml", IMPORTER), ("b.yaml", one), ("c.yaml", &other)],
            "`Tags` is exported with several values",
        ),
        (
            vec![("a.yaml", IMPORTER), ("b.yaml", &open)],
            "the id of `X` is known after deployment",
        ),
    ] {
        let directory = directory(&files);
        let report = checked(&directory, "repository-tags-mutable");
        let finding = report
            .findings
            .iter()
            .find(|f| f.resource.as_ref().is_some_and(|r| r.address == "R"));
        let finding = finding.expect("a finding");
        assert_eq!(finding.outcome, Outcome::Undetermined);
        assert_eq!(finding.because, [because]);
    }
}

#[test]
fn templates_that_import_from_each_other_end() {
    let one = "Resources: {R: {Type: AWS::ECR::Repository}}\nOutputs: {T: {Value: !ImportValue B, Export: {Name: A}}}\n";
    let other = "Resources: {R: {Type: AWS::ECR::Repository}}\nOutputs: {T: {Value: !ImportValue A, Export: {Name: B}}}\n";
    let directory = directory(&[("a.yaml", one), ("b.yaml", other)]);
    assert_eq!(of(&checked(&directory, "repository-tags-mutable")).len(), 2);
}
