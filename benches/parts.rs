//! How long the parts take: reading each language, evaluating a module and a template, judging a policy.
//! `cargo bench --bench parts`
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench fails by a panic"
)]

use divan::Bencher;
use divan::counter::BytesCount;
use ecr_guard::iam::document::{Document, PolicyKind};
use ecr_guard::iam::reach::{self, Attached, Scene, Trusted};
use ecr_guard::iam::rule::Scope;
use ecr_guard::span::{FileId, Files, Span};
use ecr_guard::syntax::{hcl, json, yaml};
use ecr_guard::terraform::Demand;
use ecr_guard::value::Text;
use ecr_guard::world::World;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const HCL: &str = include_str!("../testdata/projects/shop/modules/ecr/main.tf");
const YAML: &str = include_str!("../testdata/projects/shop/stacks/images.yaml");
const JSON: &str = include_str!("../testdata/projects/cdk/cdk.out/Images.template.json");

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::345678901234:role/deploy", "456789012345"]},
   "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
   "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}},
  {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "ecr:BatchGetImage",
   "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:210987654321:function:*"}}},
  {"Effect": "Deny", "Principal": "*", "Action": "ecr:*",
   "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}, "Bool": {"aws:ViaAWSService": "false"}}}]}"#;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// A text as often as it takes to reach some size.
fn repeated(text: &str, times: usize) -> String {
    format!("{text}\n").repeat(times)
}

/// A store of files with one file in it.
fn stored(path: &str, text: &str) -> (Files, FileId) {
    let files = Files::default();
    let id = files.add(path, text);
    (files, id)
}

#[divan::bench(args = [1, 10, 100])]
fn parse_hcl(bencher: Bencher, times: usize) {
    let text = repeated(HCL, times);
    let (files, id) = stored("main.tf", &text);
    (bencher.counter(BytesCount::of_str(&text))).bench(|| hcl::parse(&files, id));
}

/// As `parse_hcl`, of bodies that nobody asks for.
#[divan::bench(args = [1, 10, 100])]
fn skim_hcl(bencher: Bencher, times: usize) {
    let text = repeated(HCL, times);
    let (files, id) = stored("main.tf", &text);
    (bencher.counter(BytesCount::of_str(&text)))
        .bench(|| hcl::parse_sparing(&files, id, &|_, _| true));
}

#[divan::bench]
fn parse_yaml(bencher: Bencher) {
    let (files, id) = stored("t.yaml", YAML);
    (bencher.counter(BytesCount::of_str(YAML))).bench(|| yaml::parse(&files, id));
}

#[divan::bench]
fn parse_json(bencher: Bencher) {
    let (files, id) = stored("t.json", JSON);
    (bencher.counter(BytesCount::of_str(JSON))).bench(|| json::parse(&files, id));
}

#[divan::bench]
fn evaluate_a_module() -> usize {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/projects/shop/envs/prod");
    let files = Files::default();
    let (root, _) = ecr_guard::terraform::evaluate(&files, &dir, "prod", &World::default());
    root.resources.len()
}

/// As a check evaluates it: what it judges, and what that refers to.
#[divan::bench]
fn evaluate_what_a_check_asks_for() -> usize {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/projects/shop/envs/prod");
    let files = Files::default();
    let demand = Demand::Resources(ecr_guard::resource::WANTED);
    let (root, _) =
        ecr_guard::terraform::evaluate_for(&files, &dir, "prod", &World::default(), demand);
    root.resources.len()
}

/// What a company's checkout looks like, as a check evaluates it: 125 root modules of eight files, one of them about ECR,
/// one about who pulls from it. Reading and parsing included.
#[divan::bench]
fn evaluate_a_thousand_files(bencher: Bencher) {
    let dir = tempfile::tempdir().unwrap();
    let modules: Vec<PathBuf> = (0..125).map(|n| module_of_a_fleet(dir.path(), n)).collect();
    let world = World::default();
    bencher.bench(|| {
        let files = Files::default();
        let evaluate = |module: &PathBuf| {
            let demand = Demand::Resources(ecr_guard::resource::WANTED);
            let (root, told) =
                ecr_guard::terraform::evaluate_for(&files, module, "m", &world, demand);
            assert!(told.is_empty());
            root.resources.len()
        };
        modules.iter().map(evaluate).sum::<usize>()
    });
}

/// Writes a root module of eight files.
fn module_of_a_fleet(fleet: &Path, n: usize) -> PathBuf {
    let dir = fleet.join(n.to_string());
    std::fs::create_dir(&dir).unwrap();
    let write = |name: &str, text: &str| {
        let text = text.replace("TEAM", &format!("team-{n}"));
        std::fs::write(dir.join(name), text).unwrap();
    };
    write("variables.tf", VARIABLES);
    write("locals.tf", LOCALS);
    write("ecr.tf", REPOSITORY);
    write(
        "iam.tf",
        &(0..3).map(|i| numbered(ROLE, i)).collect::<String>(),
    );
    for name in ["network", "storage", "compute", "alarms"] {
        let blocks = (0..3).map(|i| numbered(NETWORK, i).replace("NAME", name));
        write(&format!("{name}.tf"), &blocks.collect::<String>());
    }
    dir
}

fn numbered(block: &str, n: usize) -> String {
    block.replace("NUMBER", &n.to_string())
}

const VARIABLES: &str = r#"
variable "vpc_id" {
  type        = string
  description = "The network that the team's services run in"
  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "A VPC's id starts with vpc-."
  }
}

variable "owners" {
  type    = list(string)
  default = ["TEAM@example.com"]
}
"#;

const LOCALS: &str = r#"
locals {
  prefix = "TEAM"
  tags   = { Team = "TEAM", Owners = join(" ", var.owners) }
}
"#;

const REPOSITORY: &str = r#"
resource "aws_ecr_repository" "app" {
  for_each             = toset(["api", "web"])
  name                 = "${local.prefix}/${each.key}"
  image_tag_mutability = "IMMUTABLE"
  tags                 = local.tags
}

data "aws_iam_policy_document" "pull" {
  statement {
    actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::345678901234:role/deploy-TEAM"]
    }
  }
}

resource "aws_ecr_repository_policy" "app" {
  for_each   = aws_ecr_repository.app
  repository = each.value.name
  policy     = data.aws_iam_policy_document.pull.json
}
"#;

const ROLE: &str = r#"
resource "aws_iam_role" "rNUMBER" {
  name = "${local.prefix}-NUMBER"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  tags = local.tags
}

resource "aws_iam_role_policy" "rNUMBER" {
  name = "work"
  role = aws_iam_role.rNUMBER.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["ecr:GetAuthorizationToken", "logs:PutLogEvents", "s3:GetObject"]
      Resource = "*"
    }]
  })
}
"#;

const NETWORK: &str = r#"
resource "aws_security_group" "NAME_NUMBER" {
  name   = "${local.prefix}-NAME-NUMBER"
  vpc_id = var.vpc_id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/16", "10.1.0.0/16"]
  }
  tags = merge(local.tags, { Name = "${local.prefix}-NAME-NUMBER", Service = "web" })
}
"#;

#[divan::bench]
fn load_the_built_in_guardrails() -> usize {
    let files = Files::default();
    let library = ecr_guard::guardrail::Library::load(&files, &[]);
    library.map_or(0, |l| l.all().count())
}

#[divan::bench]
fn evaluate_a_template() -> usize {
    let (files, id) = stored("t.yaml", YAML);
    let (roots, _) = ecr_guard::cloudformation::evaluate(&files, id, &World::default());
    roots.len()
}

/// The policy of a repository in an account that is known.
fn scene() -> Scene {
    let (_, id) = stored("p.json", POLICY);
    let whole = Span::new(id, 0, POLICY.len());
    let value = json::parse_text(&Text::at(POLICY, whole), whole).unwrap();
    let (document, problems) = Document::read(&value, PolicyKind::Repository);
    assert!(problems.is_empty());
    Scene {
        account: Some("210987654321".into()),
        region: Some("eu-west-1".into()),
        policies: vec![Attached {
            name: "policy".into(),
            document: Arc::new(document),
            scope: Scope::V2,
        }],
        ..Scene::default()
    }
}

#[divan::bench]
fn can_anyone(bencher: Bencher) {
    let scene = scene();
    bencher.bench(|| reach::public(&scene));
}

#[divan::bench]
fn can_an_outsider(bencher: Bencher) {
    let scene = scene();
    let trusted = Trusted {
        organization: Some("o-a1b2c3d4e5".into()),
        ..Trusted::default()
    };
    bencher.bench(|| reach::outside(&scene, &trusted));
}

/// A repository whose policy has so many principals, in statements of 25, each with a condition.
fn large(principals: usize) -> String {
    let mut statements = String::new();
    for first in (0..principals).step_by(25) {
        let words: Vec<String> = (first..(first + 25).min(principals))
            .map(|n| {
                format!(
                    "\"arn:aws:iam::{:012}:role/deploy-{n}\"",
                    345_678_900_000_u64 + n as u64
                )
            })
            .collect();
        statements.push_str(&format!(
            "          - {{Effect: Allow, Principal: {{AWS: [{}]}}, Action: [ecr:BatchGetImage, ecr:PutImage], Condition: {{StringEquals: {{aws:PrincipalOrgID: o-a1b2c3d4e5}}}}}}\n",
            words.join(", ")
        ));
    }
    format!(
        "Resources:\n  App:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryPolicyText:\n        Version: \"2012-10-17\"\n        Statement:\n{statements}"
    )
}

/// A template with a repository whose policy has these statements.
fn repository(statements: &[String]) -> String {
    let statements = statements.join(", ");
    format!(
        r#"{{"Resources": {{"App": {{"Type": "AWS::ECR::Repository", "Properties": {{"RepositoryPolicyText": {{"Version": "2012-10-17", "Statement": [{statements}]}}}}}}}}}}"#
    )
}

const PULL: &str = r#""Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]"#;

fn role(n: usize) -> String {
    format!(
        "arn:aws:iam::{:012}:role/deploy-{n}",
        345_678_900_000_u64 + n as u64
    )
}

/// One statement with so many principals.
fn one(grants: usize) -> String {
    let all: Vec<String> = (0..grants).map(|n| format!("{:?}", role(n))).collect();
    let all = all.join(", ");
    repository(&[format!(
        r#"{{"Effect": "Allow", "Principal": {{"AWS": [{all}]}}, {PULL}}}"#
    )])
}

/// A statement for each principal.
fn each(grants: usize) -> String {
    let statement = |n| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"AWS": {:?}}}, {PULL}}}"#,
            role(n)
        )
    };
    repository(&(0..grants).map(statement).collect::<Vec<_>>())
}

/// Roles, accounts, services and anyone under conditions, and Denies between them.
fn mixed(grants: usize) -> String {
    let statement = |n: usize| {
        let account = format!("{:012}", 345_678_900_000_u64 + n as u64);
        let role = role(n);
        match n % 5 {
            0 => format!(
                r#"{{"Effect": "Deny", "Principal": "*", "Action": "ecr:PutImage", "Condition": {{"StringNotEquals": {{"aws:PrincipalAccount": "{account}"}}}}}}"#
            ),
            1 => format!(
                r#"{{"Effect": "Allow", "Principal": {{"AWS": "{account}"}}, "Action": "ecr:*", "Condition": {{"StringEquals": {{"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}}}}"#
            ),
            2 => format!(
                r#"{{"Effect": "Allow", "Principal": {{"Service": "lambda.amazonaws.com"}}, {PULL}, "Condition": {{"ArnLike": {{"aws:SourceArn": "arn:aws:lambda:us-east-1:{account}:function:f"}}}}}}"#
            ),
            3 => format!(
                r#"{{"Effect": "Allow", "Principal": "*", {PULL}, "Condition": {{"ArnLike": {{"aws:PrincipalArn": "{role}"}}}}}}"#
            ),
            _ => format!(r#"{{"Effect": "Allow", "Principal": {{"AWS": "{role}"}}, {PULL}}}"#),
        }
    };
    repository(&(0..grants).map(statement).collect::<Vec<_>>())
}

/// Denies to anyone on many keys, each with a pattern of its own: nearly every set of them can be met together.
fn lattice(keys: usize) -> String {
    let mut statements =
        vec![r#"{"Effect": "Allow", "Principal": "*", "Action": "ecr:*"}"#.to_owned()];
    statements.extend((0..keys).map(|n| {
        format!(
            r#"{{"Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Condition": {{"StringLike": {{"aws:PrincipalTag/t{n}": ["*a*", "b*{n}"]}}}}}}"#
        )
    }));
    repository(&statements)
}

/// Everything that guardrails may ask for of a template.
fn judge(bencher: Bencher, text: &str) {
    let (files, id) = stored("t.yaml", text);
    let world = World::default();
    let (roots, _) = ecr_guard::cloudformation::evaluate(&files, id, &world);
    let inventory = ecr_guard::inventory::Inventory::build(roots);
    bencher.bench(|| ecr_guard::guardrail::subject::subjects(&inventory, &world).len());
}

#[divan::bench(args = [50, 500])]
fn judge_grants(bencher: Bencher, principals: usize) {
    judge(bencher, &large(principals));
}

#[divan::bench(args = [50, 500])]
fn judge_one_statement(bencher: Bencher, principals: usize) {
    judge(bencher, &one(principals));
}

#[divan::bench(args = [50, 500])]
fn judge_a_statement_each(bencher: Bencher, principals: usize) {
    judge(bencher, &each(principals));
}

#[divan::bench(args = [50, 500])]
fn judge_mixed_statements(bencher: Bencher, statements: usize) {
    judge(bencher, &mixed(statements));
}

#[divan::bench(args = [8, 16, 32])]
fn judge_a_lattice_of_denies(bencher: Bencher, keys: usize) {
    judge(bencher, &lattice(keys));
}

#[divan::bench]
fn who_pulls_from_500(bencher: Bencher) {
    let mut scene = scene();
    let text = large(500);
    let (files, id) = stored("t.yaml", &text);
    let (roots, _) = ecr_guard::cloudformation::evaluate(&files, id, &World::default());
    let properties = &roots.first().unwrap().resources.first().unwrap().attributes;
    let policy = properties.get("RepositoryPolicyText").unwrap();
    let (document, _) = Document::read(&policy, PolicyKind::Repository);
    scene.policies.first_mut().unwrap().document = Arc::new(document);
    let (actions, all) = reach::Ability::Pull.actions();
    bencher.bench(|| reach::holders(&scene, &Trusted::default(), &actions, all));
}
