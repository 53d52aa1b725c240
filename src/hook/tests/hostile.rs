use super::*;
use crate::hook::log::{Basis, Log};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Texts that mean something to somebody.
const TEXTS: [&str; 16] = [
    "STACK",
    "CHANGE_SET",
    "AWS::ECR::Repository",
    "AWS::ECR::RegistryPolicy",
    "CREATE_PRE_PROVISION",
    "UPDATE_PRE_PROVISION",
    "arn:aws:cloudformation:us-east-1:111122223333:stack/a/b",
    "arn::::",
    "http://127.0.0.1/x",
    "{{resolve:",
    "{{resolve:x}}{{changeSet:KNOWN_AFTER_APPLY}}",
    "****",
    "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"ecr:*\"}]}",
    "{\"Properties\":{}}",
    "Resources: {A: {Type: AWS::ECR::Repository}}",
    "é\u{0}\u{202e}",
];

const KEYS: [&str; 16] = [
    "clientRequestToken",
    "awsAccountId",
    "stackId",
    "actionInvocationPoint",
    "requestData",
    "targetName",
    "targetLogicalId",
    "targetModel",
    "resourceProperties",
    "previousResourceProperties",
    "RepositoryPolicyText",
    "PolicyText",
    "ImageScanningConfiguration",
    "LifecyclePolicy",
    "changedResources",
    "template",
];

fn json() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        prop::sample::select(&TEXTS[..]).prop_map(|t| json!(t)),
        any::<String>().prop_map(|t| json!(t)),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(|b| json!(b)),
        any::<i64>().prop_map(|n| json!(n)),
        text,
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let key = prop::sample::select(&KEYS[..]).prop_map(str::to_owned);
        let entries = prop::collection::vec((key, inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Json::Array),
            entries.prop_map(|e| Json::Object(e.into_iter().collect())),
        ]
    })
}

fn answered(body: &[u8], payload: &str) {
    static RULES: LazyLock<Arc<Setup>> = LazyLock::new(|| setup(CONFIG, Vec::new()));
    let setup = Arc::new(Setup {
        rules: RULES.rules.clone(),
        files: RULES.files.fork(),
        fetch: Box::new(Canned(Mutex::new(vec![ok(payload)]))),
        today: Box::new(|| "2026-11-22".parse().unwrap()),
        judges: Judges::default(),
    });
    let answer = answer(&setup, body, PATIENCE);
    assert!(answer.response.message.len() <= response::MESSAGE);
    let _: Json = serde_json::from_slice(&answer.response.json()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..200)) {
        answered(&body, "{}");
    }

    #[test]
    fn any_json_is_answered(body in json()) {
        answered(body.to_string().as_bytes(), "{}");
    }

    #[test]
    fn any_properties_are_answered(properties in json(), previous in json()) {
        for kind in ["AWS::ECR::Repository", "AWS::ECR::RegistryPolicy", "AWS::ECR::ReplicationConfiguration"] {
            let asked = resource("UPDATE", kind, properties.clone(), previous.clone());
            answered(asked.to_string().as_bytes(), "{}");
        }
    }

    #[test]
    fn any_payload_is_answered(payload in json(), template in prop::sample::select(&TEXTS[..])) {
        for target in ["STACK", "CHANGE_SET"] {
            let asked = pointing(target, "UPDATE").to_string();
            answered(asked.as_bytes(), &payload.to_string());
            let inside = json!({"template": template, "previousTemplate": payload.to_string(), "changedResources": [{
                "logicalResourceId": "A", "resourceType": "AWS::ECR::Repository", "action": "UPDATE",
                "beforeContext": payload.to_string(), "afterContext": template,
            }]});
            answered(asked.as_bytes(), &inside.to_string());
        }
    }
}

#[test]
fn metrics_count_by_verdict_and_guardrail() {
    let setup = setup(CONFIG, Vec::new());
    let mutable = with(good(), "ImageTagMutability", json!("MUTABLE"));
    let asked = resource("CREATE", "AWS::ECR::Repository", mutable, Json::Null);
    let answer = answer(&setup, asked.to_string().as_bytes(), PATIENCE);
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = lines.clone();
    let log = Log {
        verdicts: false,
        metrics: true,
        config: Basis::default(),
        now: || jiff::Timestamp::UNIX_EPOCH,
        print: Box::new(|line| panic!("{line}")),
        measure: Box::new(move |line| sink.lock().unwrap().push(line.to_owned())),
    };
    log.verdict(&answer, Duration::from_micros(1500));
    insta::assert_snapshot!(lines.lock().unwrap().join("\n"));
}
