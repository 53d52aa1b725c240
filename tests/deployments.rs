//! What is said of a template whose parameters nobody gives, compared with what is said of each of its deployments: nothing
//! that a deployment breaks goes unsaid, and nothing is said that no deployment breaks.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by a panic"
)]

use ecr_guard::config::Profile;
use ecr_guard::engine::{self, Options};
use ecr_guard::finding::Outcome;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Parameters of a template, each with two values, and as many conditions. All ways in which resources of the small ones
/// come out have room among the cases that are told apart; of the large ones they have not.
const SMALL: usize = 3;
const LARGE: usize = 6;

/// Parameters of the nested template.
const GIVEN: [&str; 2] = ["A", "B"];

/// A template with the one that it nests, if any.
#[derive(Clone, Debug)]
struct Code {
    parent: Json,
    child: Json,
}

fn equals(left: Json, right: &str) -> Json {
    json!({"Fn::Equals": [left, right]})
}

fn value() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["on", "off"])
}

/// A condition over some parameters, and over the conditions before it.
fn condition(parameters: Vec<String>, before: Vec<String>) -> BoxedStrategy<Json> {
    let parameter = prop::sample::select(parameters.clone());
    let direct = (parameter.clone(), value()).prop_map(|(p, v)| equals(json!({"Ref": p}), v));
    let joined =
        (parameter.clone(), parameter.clone(), value(), value()).prop_map(|(p, q, v, w)| {
            let text = format!("${{{p}}}-${{{q}}}");
            equals(json!({"Fn::Sub": text}), &format!("{v}-{w}"))
        });
    let same = (parameter.clone(), parameter.clone())
        .prop_map(|(p, q)| json!({"Fn::Equals": [{"Ref": p}, {"Ref": q}]}));
    let mapped = parameter.prop_map(|p| {
        let found = json!({"Fn::FindInMap": ["Flags", {"Ref": p}, "Flag"]});
        equals(found, "yes")
    });
    let mut leaf = prop_oneof![6 => direct, 1 => joined, 1 => same, 1 => mapped].boxed();
    if !before.is_empty() {
        let named = prop::sample::select(before).prop_map(|c| json!({"Condition": c}));
        leaf = prop_oneof![3 => leaf, 1 => named].boxed();
    }
    let both = || prop::collection::vec(leaf.clone(), 2..4);
    prop_oneof![
        3 => leaf.clone(),
        1 => leaf.clone().prop_map(|c| json!({"Fn::Not": [c]})),
        1 => both().prop_map(|all| json!({"Fn::And": all})),
        1 => both().prop_map(|all| json!({"Fn::Or": all})),
    ]
    .boxed()
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|i| format!("{prefix}{i}")).collect()
}

fn conditions(parameters: Vec<String>, count: usize) -> BoxedStrategy<Json> {
    let one = |i: usize| condition(parameters.clone(), names("C", i));
    let all: Vec<BoxedStrategy<Json>> = (0..count).map(one).collect();
    let named =
        move |all: Vec<Json>| Json::Object(names("C", count).into_iter().zip(all).collect());
    all.prop_map(named).boxed()
}

/// One of some values, or what a condition makes of them.
fn choice(values: Vec<Json>, conditions: usize) -> BoxedStrategy<Json> {
    let leaf = prop::sample::select(values);
    let chosen = leaf.clone().prop_recursive(2, 4, 2, move |inner| {
        let condition = prop::sample::select(names("C", conditions));
        (condition, inner.clone(), inner).prop_map(|(c, a, b)| json!({"Fn::If": [c, a, b]}))
    });
    prop_oneof![1 => leaf, 3 => chosen].boxed()
}

fn policy(principal: &str) -> Json {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "ecr:BatchGetImage"}]})
}

fn nothing() -> Json {
    json!({"Ref": "AWS::NoValue"})
}

/// A repository; `outputs`: what its mutability may be instead.
fn repository(conditions: usize, outputs: Vec<Json>) -> BoxedStrategy<Json> {
    let mut mutability = vec![json!("MUTABLE"), json!("IMMUTABLE")];
    mutability.extend(outputs);
    let scanned = [true, false].map(|b| json!({"ScanOnPush": b})).to_vec();
    let policies = vec![policy("*"), nothing()];
    let keys = vec![json!({"EncryptionType": "KMS"}), nothing()];
    let parts = (
        choice(mutability, conditions),
        choice(scanned, conditions),
        choice(policies, conditions),
        choice(keys, conditions),
    );
    parts
        .prop_map(|(mutability, scanning, policy, key)| {
            json!({"Type": "AWS::ECR::Repository", "Properties": {
                "ImageTagMutability": mutability,
                "ImageScanningConfiguration": scanning,
                "RepositoryPolicyText": policy,
                "EncryptionConfiguration": key,
            }})
        })
        .boxed()
}

/// What repositories are judged by, and what judges itself.
fn setting(conditions: usize) -> BoxedStrategy<Json> {
    let scanning = choice(vec![json!("ENHANCED"), json!("BASIC")], conditions).prop_map(|kind| {
        let rule = json!({"ScanFrequency": "CONTINUOUS_SCAN",
            "RepositoryFilters": [{"Filter": "*", "FilterType": "WILDCARD"}]});
        json!({"Type": "AWS::ECR::RegistryScanningConfiguration",
            "Properties": {"ScanType": kind, "Rules": [rule]}})
    });
    let deny = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "D", "Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Resource": "*"}]});
    let pull = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "A", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage", "Resource": "*"}]});
    let policy = choice(vec![deny, pull], conditions).prop_map(
        |text| json!({"Type": "AWS::ECR::RegistryPolicy", "Properties": {"PolicyText": text}}),
    );
    let template = choice(vec![json!("a"), json!("ROOT")], conditions).prop_map(|prefix| {
        json!({"Type": "AWS::ECR::RepositoryCreationTemplate",
            "Properties": {"Prefix": prefix, "AppliedFor": ["PULL_THROUGH_CACHE"]}})
    });
    let rule = choice(vec![json!("a"), json!("b")], conditions).prop_map(|prefix| {
        json!({"Type": "AWS::ECR::PullThroughCacheRule", "Properties":
            {"EcrRepositoryPrefix": prefix, "UpstreamRegistry": "public.ecr.aws", "UpstreamRegistryUrl": "public.ecr.aws"}})
    });
    let services = ["ecr.api", "ecr.dkr"].map(|s| json!(format!("com.amazonaws.us-east-1.{s}")));
    let endpoint = choice(services.to_vec(), conditions).prop_map(|service| {
        json!({"Type": "AWS::EC2::VPCEndpoint", "Properties":
            {"ServiceName": service, "VpcId": {"Ref": "Vpc"}, "VpcEndpointType": "Interface"}})
    });
    prop_oneof![2 => scanning, 2 => policy, 1 => template, 1 => rule, 2 => endpoint].boxed()
}

/// A resource under a condition, or not.
fn under(resource: BoxedStrategy<Json>, conditions: usize) -> BoxedStrategy<Json> {
    let condition = prop::option::of(prop::sample::select(names("C", conditions)));
    (resource, condition)
        .prop_map(|(mut resource, condition)| {
            if let Some(condition) = condition {
                resource["Condition"] = json!(condition);
            }
            resource
        })
        .boxed()
}

/// A stack of the nested template; `outputs`: what it may be given besides.
fn stack(size: usize, outputs: Vec<Json>) -> BoxedStrategy<Json> {
    let mut values = vec![json!("on"), json!("off")];
    values.extend(names("P", size).iter().map(|p| json!({"Ref": p})));
    let mixed = prop_oneof![
        3 => choice(values, size),
        1 => prop::sample::select([outputs, vec![json!("on")]].concat()),
    ];
    (mixed.clone(), prop_oneof![3 => mixed, 1 => Just(nothing())])
        .prop_map(|(a, b)| {
            json!({"Type": "AWS::CloudFormation::Stack", "Properties":
                {"TemplateURL": "child.json", "Parameters": {"A": a, "B": b}}})
        })
        .boxed()
}

fn flags() -> Json {
    json!({"Flags": {"on": {"Flag": "yes"}, "off": {"Flag": "no"}}})
}

fn child() -> BoxedStrategy<Json> {
    let given: Vec<String> = GIVEN.iter().map(|g| (*g).to_owned()).collect();
    let parts = (
        value(),
        conditions(given, 2),
        under(repository(2, Vec::new()), 2),
        prop::option::of(under(setting(2), 2)),
        choice(vec![json!("on"), json!("off")], 2),
        choice(vec![json!("MUTABLE"), json!("IMMUTABLE")], 2),
    );
    parts
        .prop_map(
            |(default, conditions, repository, setting, flag, mutability)| {
                let mut resources = json!({"Vpc": vpc(), "N": repository});
                if let Some(setting) = setting {
                    resources["M"] = setting;
                }
                let b = json!({"Type": "String", "Default": default});
                json!({"Parameters": {"A": {"Type": "String"}, "B": b},
                "Mappings": flags(), "Conditions": conditions, "Resources": resources,
                "Outputs": {"Flag": {"Value": flag}, "Mutability": {"Value": mutability}}})
            },
        )
        .boxed()
}

fn vpc() -> Json {
    json!({"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}})
}

fn output(stack: &str, name: &str) -> Json {
    json!({"Fn::GetAtt": [stack, format!("Outputs.{name}")]})
}

fn parameters(size: usize) -> impl Strategy<Value = Json> {
    let one = || prop_oneof![5 => value().prop_map(Some), 1 => Just(None)];
    prop::collection::vec(one(), size).prop_map(move |defaults| {
        let mut out = Map::new();
        for (name, default) in names("P", size).into_iter().zip(defaults) {
            let mut parameter = json!({"Type": "String", "AllowedValues": ["on", "off"]});
            if let Some(default) = default {
                parameter["Default"] = json!(default);
            }
            out.insert(name, parameter);
        }
        Json::Object(out)
    })
}

/// A template; with `nested` two stacks in it, the second of which hangs on the first.
fn code(size: usize, nested: bool) -> BoxedStrategy<Code> {
    let outputs = |name: &str| match nested {
        true => vec![output("S", name)],
        false => Vec::new(),
    };
    let stacks = match nested {
        true => {
            let stacks = (
                stack(size, Vec::new()),
                prop::option::of(stack(size, vec![output("S", "Flag")])),
            );
            stacks.prop_map(|(s, t)| (Some(s), t)).boxed()
        }
        false => Just((None, None)).boxed(),
    };
    let parts = (
        parameters(size),
        conditions(names("P", size), size),
        under(repository(size, outputs("Mutability")), size),
        prop::option::of(under(repository(size, Vec::new()), size)),
        prop::option::of(under(setting(size), size)),
        prop::option::of(under(setting(size), size)),
        stacks,
        child(),
    );
    parts
        .prop_map(|(parameters, conditions, r, q, x, y, (s, t), child)| {
            let mut resources = json!({"Vpc": vpc(), "R": r});
            let more = [("Q", q), ("X", x), ("Y", y), ("S", s), ("T", t)];
            for (name, resource) in more {
                if let Some(resource) = resource {
                    resources[name] = resource;
                }
            }
            let parent = json!({"Parameters": parameters, "Mappings": flags(),
                "Conditions": conditions, "Resources": resources});
            Code { parent, child }
        })
        .boxed()
}

/// Guardrail and resource of what is violated, and of what cannot be told.
type Said = (BTreeSet<(String, String)>, BTreeSet<(String, String)>);

fn said(dir: &Path, parameters: Option<String>) -> Said {
    let path = dir.join("t.json").to_str().unwrap().to_owned();
    let mut options = Options::new(vec![path], jiff::civil::date(2026, 11, 22));
    options.no_config = true;
    options.profile = Some(Profile::Strict);
    options.allow_empty = true;
    let given = parameters.map(|text| ("parameters.json".to_owned(), text));
    options.inputs.parameters.extend(given);
    let report = engine::run(&options).unwrap();
    let mut out = Said::default();
    for finding in &report.findings {
        let address = finding.resource.as_ref().map(|r| r.address.clone());
        let key = (finding.guardrail.to_string(), address.unwrap_or_default());
        match finding.outcome {
            Outcome::Violated => out.0.insert(key),
            _ => out.1.insert(key),
        };
    }
    out
}

fn every_deployment(size: usize) -> impl Iterator<Item = String> {
    (0..1_u32 << size).map(move |bits| {
        let value = |i: usize| if bits >> i & 1 == 1 { "on" } else { "off" };
        let given = names("P", size).into_iter().enumerate();
        Json::Object(given.map(|(i, name)| (name, json!(value(i)))).collect()).to_string()
    })
}

/// What is wrong with what is said of some code.
fn compared(size: usize, code: &Code) -> Result<(), String> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("t.json"), code.parent.to_string()).unwrap();
    std::fs::write(dir.path().join("child.json"), code.child.to_string()).unwrap();
    let (violated, untold) = said(dir.path(), None);
    let (mut somewhere, mut doubtful) = Said::default();
    for parameters in every_deployment(size) {
        let (found, open) = said(dir.path(), Some(parameters.clone()));
        for key in &found {
            if !violated.contains(key) && !untold.contains(key) {
                return Err(format!("{key:?} of {parameters} goes unsaid"));
            }
        }
        somewhere.extend(found);
        doubtful.extend(open);
    }
    if let Some(key) = violated.difference(&somewhere).next() {
        return Err(format!("no deployment has {key:?}"));
    }
    let all = &somewhere | &doubtful;
    match untold.difference(&all).next() {
        Some(_) if size > SMALL => Ok(()),
        Some(key) => Err(format!("each deployment tells {key:?}")),
        None => Ok(()),
    }
}

/// The same templates in each run; `PROPTEST_CASES` asks for more of them.
fn compare(cases: u32, size: usize, nested: bool) {
    let more = std::env::var("PROPTEST_CASES").ok();
    let config = ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 256,
        ..ProptestConfig::with_cases(more.and_then(|n| n.parse().ok()).unwrap_or(cases))
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&code(size, nested), |code| {
        compared(size, &code).map_err(TestCaseError::fail)
    });
    if let Err(TestError::Fail(why, code)) = &outcome {
        panic!("{why}\n{}\n{}", code.parent, code.child);
    }
    outcome.unwrap();
}

#[test]
fn one_template_says_what_its_deployments_do() {
    compare(32, SMALL, false);
}

#[test]
fn nested_templates_say_what_their_deployments_do() {
    compare(32, SMALL, true);
}

#[test]
fn what_has_no_room_is_not_passed_over() {
    compare(6, LARGE, false);
    compare(4, LARGE, true);
}
