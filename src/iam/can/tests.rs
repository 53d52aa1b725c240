use super::*;

/// The recorded requests, where the environment names their folder.
#[test]
fn recorded_requests() {
    let Ok(folder) = std::env::var("ECR_GUARD_ORACLE") else {
        return;
    };
    let file = format!("{folder}/iam/cases/requests-dev.jsonl.gz");
    let mut text = String::new();
    let reader = std::fs::File::open(file).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(reader), &mut text).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in text.lines() {
        count += 1;
        let answer: Json = serde_json::from_str(&answer_line(line).unwrap()).unwrap();
        let case: Json = serde_json::from_str(line).unwrap();
        if answer["decision"] != case["expected"] {
            wrong.push(format!("{answer} {line}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}\n{}",
        wrong.len(),
        wrong.iter().take(5).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(count > 1000);
}

#[test]
fn a_line_is_answered_with_its_reasons() {
    let line = r#"{"id":"x","request":{"principal":"arn:aws:iam::999999999999:role/ci","action":"ecr:BatchGetImage",
        "resource":{"resource":"arn:aws:ecr:us-east-1:111122223333:repository/app","accountId":"111122223333"},"contextVariables":{}},
        "identityPolicies":[{"name":"i","policy":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}],
        "resourcePolicy":{"Statement":[{"Effect":"Allow","Principal":{"AWS":"999999999999"},"Action":"ecr:Batch*"}]}}"#;
    assert_eq!(
        answer_line(line).unwrap(),
        r#"{"id":"x","decision":"allow","because":[{"policy":"i","statement":0,"effect":"Allow"},{"policy":"repository policy","statement":0,"effect":"Allow"}]}"#
    );
    assert!(answer_line("{").unwrap_err().contains("not JSON"));
    assert!(answer_line("{}").unwrap_err().contains("request"));
}

#[test]
fn a_scope_is_v1_or_v2() {
    let case = |scope: &str| {
        format!(
            "{{\"id\": 1, \"request\": {{\"principal\": \"arn:aws:iam::210987654321:role/a\", \"action\": \"ecr:BatchGetImage\", \"resource\": {{\"resource\": \"arn:aws:ecr:eu-west-1:210987654321:repository/a\", \"accountId\": \"210987654321\"}}}}, \"registryPolicyScope\": {scope}}}"
        )
    };
    for scope in ["\"V1\"", "\"V2\"", "null"] {
        assert!(answer_line(&case(scope)).is_ok(), "{scope}");
    }
    for scope in ["\"v1\"", "\"V3\"", "2"] {
        let said = answer_line(&case(scope));
        assert_eq!(
            said,
            Err("`registryPolicyScope` is neither `V1` nor `V2`".to_owned())
        );
    }
}
