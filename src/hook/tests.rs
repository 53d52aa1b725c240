#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use super::fetch::{Ask, Got};
use super::*;
use crate::engine::Rules;
use serde_json::{Value as Json, json};
use std::sync::Mutex;

mod asked;
mod changes;
mod fetched;
mod hostile;
mod odd;

/// Answers in order; the last one for ever.
pub(super) struct Canned(Mutex<Vec<Result<Got, String>>>);

impl Fetch for Canned {
    fn ask(&self, _: &Ask<'_>) -> Result<Got, String> {
        let mut answers = self.0.lock().unwrap();
        match answers.len() {
            0 => panic!("nothing is to be fetched here"),
            1 => answers[0].clone(),
            _ => answers.remove(0),
        }
    }
}

fn ok(body: &str) -> Result<Got, String> {
    Ok(Got {
        status: 200,
        location: None,
        body: body.as_bytes().to_vec(),
    })
}

const CONFIG: &str = "
organization: {id: o-a1b2c3d4e5, accounts: ['111122223333', '444455556666'], regions: [us-east-1]}
hook: {payload_hosts: [127.0.0.1]}
";

/// A hook with a config, that gets these answers where it fetches.
pub(super) fn setup(config: &str, answers: Vec<Result<Got, String>>) -> Arc<Setup> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ecr-guard.yaml");
    std::fs::write(&path, config).unwrap();
    let files = Files::default();
    let today = "2026-11-22".parse().unwrap();
    let options = Options {
        config: Some(path.to_string_lossy().into_owned()),
        ..Options::new(vec![".".to_owned()], today)
    };
    let rules = Rules::load(&options, &files);
    Arc::new(Setup {
        rules: rules.map_err(|m| m[0].message.clone()),
        files,
        fetch: Box::new(Canned(Mutex::new(answers))),
        today: Box::new(move || today),
        judges: Judges::default(),
    })
}

/// An invocation about a stack in us-east-1.
fn invocation(action: &str, data: Json) -> Json {
    json!({
        "clientRequestToken": "t-1",
        "awsAccountId": "111122223333",
        "stackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/ecr/0a1b2c3d",
        "changeSetId": null,
        "hookTypeName": "Private::Lambda::EcrGuard",
        "hookModel": {"LambdaFunction": "arn:aws:lambda:us-east-1:111122223333:function:ecr-guard"},
        "actionInvocationPoint": format!("{action}_PRE_PROVISION"),
        "requestData": data,
        "requestContext": {"invocation": 1, "callbackContext": null},
    })
}

fn resource(action: &str, kind: &str, properties: Json, previous: Json) -> Json {
    let data = json!({
        "targetName": kind,
        "targetType": kind,
        "targetLogicalId": "Repo",
        "targetModel": {"resourceProperties": properties, "previousResourceProperties": previous},
    });
    invocation(action, data)
}

/// An invocation whose payload stands behind a URL.
fn pointing(target: &str, action: &str) -> Json {
    let url = "http://127.0.0.1:1/payload";
    invocation(
        action,
        json!({"targetName": target, "targetType": target, "payload": url}),
    )
}

/// A repository that nothing is wrong with.
fn good() -> Json {
    let lifecycle = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"expire"}}]}"#;
    json!({
        "RepositoryName": "team/app",
        "ImageTagMutability": "IMMUTABLE",
        "ImageScanningConfiguration": {"ScanOnPush": "true"},
        "EncryptionConfiguration": {
            "EncryptionType": "KMS",
            "KmsKey": "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-1111-4222-8333-444455556666",
        },
        "LifecyclePolicy": {"LifecyclePolicyText": lifecycle},
    })
}

fn with(mut base: Json, key: &str, value: Json) -> Json {
    base[key] = value;
    base
}

fn public() -> Json {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]})
}

fn asks(setup: &Arc<Setup>, invocation: &Json) -> Json {
    let answer = answer(setup, invocation.to_string().as_bytes(), PATIENCE);
    serde_json::from_slice(&answer.response.json()).unwrap()
}

/// `STATUS code: ids of the failed annotations | ids of the skipped ones`.
fn verdict(response: &Json) -> String {
    let of = |status: &str| {
        let all = response["annotations"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let ids = all.iter().filter(|a| a["status"] == status);
        let ids: Vec<String> = ids
            .map(|a| a["annotationName"].as_str().unwrap().to_owned())
            .collect();
        ids.join(" ")
    };
    let status = response["hookStatus"].as_str().unwrap();
    let code = response["errorCode"].as_str().unwrap_or("-");
    format!("{status} {code}: {} | {}", of("FAILED"), of("SKIPPED"))
}
