//! What is looked for in bytes before anything is parsed must cover what the product judges: a kind that is added to
//! `resource` and not to `source` would be passed over in silence.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use ecr_guard::resource::kinds;
use ecr_guard::source::{Input, Options, Sources, read};
use ecr_guard::span::Files;
use ecr_guard::world::World;

fn sources(name: &str, text: &str) -> Sources {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), text).unwrap();
    let input = Input::Path(dir.path().to_string_lossy().into_owned());
    read(
        &[input],
        &World::default(),
        &Files::default(),
        &Options::default(),
    )
    .unwrap()
}

/// These hold nothing that could be judged: they tell of whom the policies beside them are.
const BESIDE: [&str; 4] = [
    "aws_iam_user",
    "aws_iam_group",
    "aws_iam_user_group_membership",
    "aws_iam_group_membership",
];

#[test]
fn every_kind_is_looked_for_in_terraform() {
    for kind in kinds().flat_map(|k| k.terraform) {
        if BESIDE.contains(kind) {
            continue;
        }
        let text = format!(
            "resource \"{kind}\" \"a\" {{\n  image_uri = \"x\"\n  managed_policy_arns = []\n}}\n"
        );
        assert_eq!(sources("main.tf", &text).roots.len(), 1, "{kind}");
    }
    assert_eq!(
        sources("main.tf", "resource \"aws_s3_bucket\" \"a\" {\n}\n")
            .roots
            .len(),
        0
    );
}

#[test]
fn every_kind_is_looked_for_in_templates() {
    for kind in kinds().flat_map(|k| k.cloudformation) {
        let text = format!(
            "Resources:\n  A:\n    Type: {kind}\n    Properties: {{Code: {{ImageUri: x}}, ManagedPolicyArns: []}}\n"
        );
        assert_eq!(sources("a.yaml", &text).roots.len(), 1, "{kind}");
    }
    let text = "Resources:\n  A:\n    Type: AWS::S3::Bucket\n";
    assert_eq!(sources("a.yaml", text).roots.len(), 0);
}

#[test]
fn every_kind_of_the_cloud_control_provider_is_looked_for() {
    for kind in [
        "awscc_ecr_repository",
        "awscc_ecs_task_definition",
        "awscc_iam_role_policy",
    ] {
        let text = format!("resource \"{kind}\" \"a\" {{\n}}\n");
        assert_eq!(sources("main.tf", &text).roots.len(), 1, "{kind}");
    }
}

#[test]
fn many_roots_are_evaluated_at_once() {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..64 {
        let root = dir.path().join(format!("r{n:02}"));
        std::fs::create_dir(&root).unwrap();
        let repository = "resource \"aws_ecr_repository\" \"a\" {\n  name = local.name\n}\n";
        std::fs::write(root.join("main.tf"), repository).unwrap();
        std::fs::write(root.join("locals.tf"), "locals {\n  name = \"a\"\n}\n").unwrap();
    }
    let read = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let input = Input::Path(dir.path().to_string_lossy().into_owned());
        let files = Files::default();
        let run = || read(&[input], &World::default(), &files, &Options::default()).unwrap();
        let sources = pool.install(run);
        let shown = |s: &Sources| {
            let name = |r: &ecr_guard::raw::Root| {
                let name = r.resources[0].attributes.get("name").unwrap();
                (r.name.clone(), name.as_str().unwrap().to_owned())
            };
            s.roots.iter().map(name).collect::<Vec<_>>()
        };
        (shown(&sources), sources.files, sources.diagnostics.len())
    };
    let one = read(1);
    assert_eq!((one.0.len(), one.1, one.2), (64, 128, 0));
    assert_eq!(read(8), one);
}

/// A template is seen in the cases of the conditions that resources which matter use: a kind that is forgotten there would be
/// judged at the parameters' defaults only.
#[test]
fn every_kind_is_seen_in_its_cases() {
    let template = |kind: &str| {
        format!(
            "Parameters:\n  P: {{Type: String, Default: \"\"}}\nConditions:\n  C: !Equals [!Ref P, x]\nResources:\n  A:\n    Type: {kind}\n    Properties: {{Code: {{ImageUri: x}}, ManagedPolicyArns: [], Name: !If [C, a, b]}}\n  R:\n    Type: AWS::ECR::Repository\n"
        )
    };
    for kind in kinds().flat_map(|k| k.cloudformation) {
        let found = sources("t.yaml", &template(kind));
        assert_eq!(found.roots.len(), 2, "{kind} is seen in one case");
    }
    assert_eq!(
        sources("t.yaml", &template("AWS::S3::Bucket")).roots.len(),
        1
    );
}
