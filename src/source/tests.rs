//! Which files and directories are found, and what becomes of them; the evaluators here only say that they were asked.

mod nesting;

use super::*;
use crate::raw::{Mode, RawResource};
use crate::span::Span;
use crate::value::Value;
use std::fs;
use tempfile::TempDir;

fn tree(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn root(name: &str, form: Form) -> Root {
    Root {
        name: name.to_owned(),
        form,
        ..Root::default()
    }
}

fn name(files: &Files, id: FileId) -> String {
    files.get(id).unwrap().path.clone()
}

const STUBS: Evaluators = Evaluators {
    module: |_, _, shown, _, _| (root(shown, Form::Terraform), Vec::new()),
    module_text: |files, id, _, _| (root(&name(files, id), Form::Terraform), Vec::new()),
    plan: |files, id, _, _| (root(&name(files, id), Form::Plan), Vec::new()),
    template: |files, id, _, _| {
        (
            vec![root(&name(files, id), Form::CloudFormation)],
            Vec::new(),
        )
    },
};

fn run(dir: &TempDir, inputs: &[&str], exclude: &[&str]) -> Sources {
    run_with(STUBS, dir, inputs, exclude).unwrap()
}

fn run_with(
    evaluators: Evaluators,
    dir: &TempDir,
    inputs: &[&str],
    exclude: &[&str],
) -> Result<Sources, Error> {
    let inputs: Vec<Input> = (inputs.iter())
        .map(|i| Input::Path(dir.path().join(i).to_string_lossy().into_owned()))
        .collect();
    let options = Options {
        exclude: exclude.iter().map(|e| (*e).to_owned()).collect(),
        ..Options::default()
    };
    read_with(
        evaluators,
        &inputs,
        &World::default(),
        &Files::default(),
        &options,
    )
}

/// The names of the roots, from the directory on.
fn names(dir: &TempDir, sources: &Sources) -> Vec<String> {
    let base = walk::shown(&dir.path().to_string_lossy());
    (sources.roots.iter())
        .map(|r| {
            let rest = r.name.strip_prefix(&base).unwrap_or(&r.name);
            match rest.strip_prefix('/') {
                Some(rest) => rest.to_owned(),
                None => ".".to_owned(),
            }
        })
        .collect()
}

const ECR: &str = "resource \"aws_ecr_repository\" \"a\" {\n  name = \"a\"\n}\n";
const TEMPLATE: &str = "Resources:\n  A:\n    Type: AWS::ECR::Repository\n";

fn call(path: &str) -> String {
    format!("module \"m\" {{\n  source = \"{path}\"\n}}\n")
}

#[test]
fn a_called_directory_is_no_root() {
    let dir = tree(&[
        ("envs/prod/main.tf", &call("../../modules/a")),
        ("modules/a/main.tf", &call("./b")),
        ("modules/a/b/main.tf", ECR),
        ("modules/alone/main.tf", ECR),
    ]);
    let sources = run(&dir, &["."], &[]);
    assert_eq!(names(&dir, &sources), ["envs/prod", "modules/alone"]);
    assert_eq!(sources.files, 4);
    assert_eq!(names(&dir, &run(&dir, &["modules/a"], &[])), ["modules/a"]);
    assert_eq!(
        names(&dir, &run(&dir, &["modules/a/b/main.tf"], &[])),
        ["modules/a/b"]
    );
}

#[test]
fn modules_in_a_circle_are_judged_once() {
    let dir = tree(&[
        ("a/main.tf", &(call("../b") + ECR)),
        ("b/main.tf", &call("../a")),
        ("self/main.tf", &(call("./.") + ECR)),
    ]);
    assert_eq!(names(&dir, &run(&dir, &["."], &[])), ["a", "self"]);
}

#[test]
fn a_commented_call_is_none() {
    let text = format!("/*\n{}*/\n", call("./a"));
    let dir = tree(&[("main.tf", &text), ("a/main.tf", ECR)]);
    assert_eq!(names(&dir, &run(&dir, &["."], &[])), ["a"]);
}

#[test]
fn what_cannot_matter_is_counted_and_not_evaluated() {
    let dir = tree(&[
        ("s3/main.tf", "resource \"aws_s3_bucket\" \"a\" {}\n"),
        ("registry/main.tf", &call("terraform-aws-modules/ecr/aws")),
        ("missing/main.tf", &call("./nowhere")),
        ("broken/main.tf.json", "{"),
        ("calls/main.tf", &call("../outside/../s3b")),
        ("s3b/main.tf", "resource \"aws_ecr_repository\" \"a\" {}\n"),
        ("s3.yaml", "Resources:\n  A:\n    Type: AWS::S3::Bucket\n"),
        ("package.json", "{\"name\": \"x\"}"),
    ]);
    fs::create_dir(dir.path().join("outside")).unwrap();
    let sources = run(&dir, &["."], &[]);
    assert_eq!(
        names(&dir, &sources),
        ["broken", "calls", "missing", "registry"]
    );
    assert_eq!(sources.files, 7);
}

#[test]
fn a_called_module_outside_the_input_counts() {
    let dir = tree(&[
        ("envs/a/main.tf", &call("../../modules/a")),
        ("modules/a/main.tf", ECR),
    ]);
    let sources = run(&dir, &["envs"], &[]);
    assert_eq!(
        (names(&dir, &sources), sources.files),
        (vec!["envs/a".to_owned()], 1)
    );
}

#[test]
fn documents_are_known_by_their_content() {
    let dir = tree(&[
        ("a.yaml", TEMPLATE),
        ("b.template", TEMPLATE),
        ("c.txt", TEMPLATE),
        (
            "plan.json",
            "{\"format_version\":\"1.2\",\"planned_values\":{}}",
        ),
        (
            "state.json",
            "{\"format_version\":\"1.0\",\"terraform_version\":\"1.11.4\",\"values\":{}}",
        ),
        ("k8s.yaml", "kind: Pod\nResources: {}\nType: a::b\n"),
        ("broken.yaml", "a: [\n"),
    ]);
    let sources = run(&dir, &["."], &[]);
    assert_eq!(names(&dir, &sources), ["a.yaml", "b.template", "plan.json"]);
    assert_eq!(sources.skipped, [("Terraform states".to_owned(), 1)]);
    assert!(sources.diagnostics.is_empty());
    assert_eq!(names(&dir, &run(&dir, &["c.txt"], &[])), ["c.txt"]);
    assert_eq!(
        names(&dir, &run(&dir, &["state.json"], &[])),
        ["state.json"]
    );
}

#[test]
fn a_broken_template_is_an_error_and_other_broken_files_are_not() {
    let dir = tree(&[
        (
            "a.yaml",
            "Resources:\n  A:\n    Type: AWS::ECR::Repository\n    Properties: [\n",
        ),
        (
            "b.json",
            "{\"Resources\": {\"A\": {\"Type\": \"AWS::ECR::Repository\"}",
        ),
        ("c.yaml", "Resources: [\nType: a::b\n"),
    ]);
    let sources = run(&dir, &["."], &[]);
    assert!(sources.roots.is_empty());
    assert_eq!(sources.diagnostics.len(), 2, "{:?}", sources.diagnostics);
    assert!(sources.diagnostics.iter().all(|d| d.span.is_some()));
}

#[test]
fn ignore_files_steer_discovery_only() {
    let dir = tree(&[
        (".git/HEAD", ""),
        (".gitignore", "/generated/\nlocal.yaml\n!envs/local.yaml\n"),
        ("generated/main.tf", ECR),
        ("local.yaml", TEMPLATE),
        ("envs/local.yaml", TEMPLATE),
        ("envs/.ignore", "old.yaml\n"),
        ("envs/old.yaml", TEMPLATE),
        ("main.tf", &call("./generated")),
        (".hidden/main.tf", ECR),
        ("node_modules/x/main.tf", ECR),
    ]);
    let sources = run(&dir, &["."], &[]);
    assert_eq!(names(&dir, &sources), [".", "envs/local.yaml"]);
    let skipped = [
        ("directories that an ignore file names", 1),
        ("files that an ignore file names", 2),
    ];
    assert_eq!(sources.skipped, skipped.map(|(r, n)| (r.to_owned(), n)));
    assert_eq!(names(&dir, &run(&dir, &["envs"], &[])), ["envs/local.yaml"]);
    assert_eq!(
        names(&dir, &run(&dir, &["local.yaml"], &[])),
        ["local.yaml"]
    );
    assert_eq!(names(&dir, &run(&dir, &[".hidden"], &[])), [".hidden"]);
}

#[test]
fn exclusions_hold() {
    let dir = tree(&[
        ("a/main.tf", ECR),
        ("b/main.tf", ECR),
        ("b/c/x.yaml", TEMPLATE),
        ("d/x.yaml", TEMPLATE),
    ]);
    assert_eq!(names(&dir, &run(&dir, &["."], &["/b/", "x.yaml"])), ["a"]);
    assert_eq!(
        names(&dir, &run(&dir, &["."], &["b/**"])),
        ["a", "d/x.yaml"]
    );
    assert_eq!(
        names(&dir, &run(&dir, &["d/x.yaml"], &["*.yaml"])),
        Vec::<String>::new()
    );
    assert!(run_with(STUBS, &dir, &["."], &["{"]).is_err());
}

#[test]
fn a_path_that_is_not_there_is_an_error_of_usage() {
    let dir = tree(&[]);
    let error = run_with(STUBS, &dir, &["nowhere"], &[]).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("nowhere` cannot be read: there is no such file or directory"),
        "{error}"
    );
}

#[test]
fn a_named_file_that_is_no_code_is_a_warning() {
    let dir = tree(&[("a.md", "# x"), ("main.tf", ECR)]);
    let sources = run(&dir, &["a.md", "main.tf"], &[]);
    assert_eq!(sources.roots.len(), 1);
    assert_eq!(
        (sources.diagnostics[0].code, sources.files),
        ("not-recognised", 1)
    );
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_the_input_and_never_in_circles() {
    use std::os::unix::fs::symlink;
    let dir = tree(&[
        ("in/a/main.tf", ECR),
        ("in/t.yaml", TEMPLATE),
        ("out/main.tf", ECR),
        ("shared.tf", ECR),
    ]);
    let at = |p: &str| dir.path().join(p);
    symlink(at("in"), at("in/a/loop")).unwrap();
    symlink(at("out"), at("in/out")).unwrap();
    symlink(at("in/t.yaml"), at("in/u.yaml")).unwrap();
    symlink(at("nowhere"), at("in/v.yaml")).unwrap();
    fs::create_dir(at("in/linked")).unwrap();
    symlink(at("shared.tf"), at("in/linked/shared.tf")).unwrap();
    let sources = run(&dir, &["in"], &[]);
    assert_eq!(names(&dir, &sources), ["in/a", "in/linked", "in/t.yaml"]);
    let reasons: Vec<&str> = sources.skipped.iter().map(|(r, _)| r.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "neither files nor directories, or links that lead nowhere",
            "symbolic links that lead out of the input"
        ]
    );
}

#[test]
fn wrong_bytes_have_a_place() {
    let dir = tree(&[]);
    fs::write(
        dir.path().join("a.yaml"),
        [TEMPLATE.as_bytes(), b"# \xff\n"].concat(),
    )
    .unwrap();
    let sources = run(&dir, &["."], &[]);
    assert_eq!(sources.diagnostics[0].code, "not-utf8");
}

#[test]
fn standard_input_is_known_by_its_content() {
    let form = |text: &str| {
        let inputs = [Input::Text(text.to_owned())];
        let sources = read_with(
            STUBS,
            &inputs,
            &World::default(),
            &Files::default(),
            &Options::default(),
        );
        let sources = sources.unwrap();
        assert!(sources.roots.iter().all(|r| r.name == "-"));
        (
            sources.roots.first().map(|r| r.form),
            sources.diagnostics.len(),
            sources.files,
        )
    };
    assert_eq!(form(ECR), (Some(Form::Terraform), 0, 1));
    assert_eq!(form(TEMPLATE), (Some(Form::CloudFormation), 0, 1));
    assert_eq!(
        form("{\"format_version\":\"1.2\",\"planned_values\":{}}"),
        (Some(Form::Plan), 0, 1)
    );
    assert_eq!(form("hello"), (None, 1, 0));
    assert_eq!(
        form("Resources:\n  A:\n    Type: AWS::ECR::Repository\n    B: [\n"),
        (None, 1, 0)
    );
}

#[test]
fn one_root_is_read_whatever_it_holds() {
    let dir = tree(&[
        ("m/main.tf", "locals {}\n"),
        ("m/x/main.tf", ECR),
        ("t.yaml", "Resources:\n  A:\n    Type: AWS::S3::Bucket\n"),
        ("empty/x", ""),
    ]);
    let one = |path: &str| {
        let input = Input::Path(dir.path().join(path).to_string_lossy().into_owned());
        read_one_with(STUBS, &input, &World::default(), &Files::default())
    };
    for (path, form) in [
        ("m", Form::Terraform),
        ("m/main.tf", Form::Terraform),
        ("t.yaml", Form::CloudFormation),
    ] {
        assert_eq!(one(path).unwrap().0.form, form, "{path}");
    }
    assert!(one("empty").is_err());
}

#[test]
fn paths_are_shown_as_given() {
    for (given, want) in [
        ("./x", "x"),
        (".", "."),
        ("./", "."),
        ("a//b/", "a/b"),
        ("../a/./b", "../a/b"),
        ("/", "/"),
        ("/a/", "/a"),
    ] {
        assert_eq!(walk::shown(given), want);
    }
    assert_eq!(walk::join(".", "a"), "a");
}

/// What is told about inputs that are declared nowhere: level and place.
fn undeclared(texts: &[(&str, &str)], given: &[(&str, &str)]) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in texts {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut world = World::default();
    let value = |(name, value): &(&str, &str)| crate::world::VariableInput::Value {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
    };
    world.inputs.variables = given.iter().map(value).collect();
    world.inputs.environment.insert("env".into(), "x".into());
    let files = Files::default();
    let input = Input::Path(dir.path().to_string_lossy().into_owned());
    let sources = read(&[input], &world, &files, &Options::default()).unwrap();
    let told = sources.diagnostics.iter().map(|d| {
        let place = files.location(d.span.unwrap());
        let path = place.path.rsplit('/').next().unwrap_or_default().to_owned();
        format!("{:?} {path}:{} {}", d.level, place.line, d.message)
    });
    told.collect()
}

#[test]
fn inputs_that_no_root_declares_are_told() {
    const A: (&str, &str) = (
        "a/main.tf",
        "variable \"x\" {\n  default = 1\n}\nresource \"aws_ecr_repository\" \"r\" {\n  name = \"r\"\n}\n",
    );
    const B: (&str, &str) = (
        "b/main.tf",
        "resource \"aws_ecr_repository\" \"r\" {\n  name = \"r\"\n}\n",
    );
    let message =
        |name: &str| format!("a value is given for `var.{name}`, which is declared nowhere");
    let given = [("x", "1"), ("y", "1"), ("y", "2")];
    let error = vec![format!("Error --var y:1 {}", message("y"))];
    assert_eq!(undeclared(&[A], &given), error);
    assert_eq!(undeclared(&[A, B], &given), error);
    assert_eq!(undeclared(&[A, B], &[("x", "1")]), Vec::<String>::new());
    // a root that is not evaluated may declare it
    let unseen = ("c/main.tf", "variable \"y\" {}\n");
    let warning = vec![format!("Warning --var y:1 {}", message("y"))];
    assert_eq!(undeclared(&[A, unseen], &given), warning);
    let file = ("a/terraform.tfvars", "x = 1\nz = 2\n");
    let warning = vec![format!("Warning terraform.tfvars:2 {}", message("z"))];
    assert_eq!(undeclared(&[A, B, file], &[]), warning);
}
