use super::*;

fn status(status: u16) -> Result<Got, String> {
    Ok(Got {
        status,
        ..Got::default()
    })
}

#[test]
fn payloads_are_fetched_with_patience_and_without_guesses() {
    let queue = json!({"template": "Resources: {Q: {Type: AWS::SQS::Queue}}"}).to_string();
    let gone = |n| format!("the payload cannot be fetched: the answer has status {n}");
    let cases = [
        (vec![ok(&queue)], None),
        (
            vec![
                status(503),
                Err("nobody listens there".to_owned()),
                ok(&queue),
            ],
            None,
        ),
        (vec![status(500)], Some(gone(500))),
        (vec![status(403), ok(&queue)], Some(gone(403))),
        (vec![status(302), ok(&queue)], Some(gone(302))),
        (
            vec![Err("it took too long".to_owned())],
            Some("the payload cannot be fetched: it took too long".to_owned()),
        ),
        (
            vec![ok("")],
            Some("the payload is not JSON: expected a value, found the end of the text".to_owned()),
        ),
        (
            vec![ok("[]")],
            Some("the payload is no JSON object".to_owned()),
        ),
        (
            vec![ok("{}")],
            Some("the payload has no `template`".to_owned()),
        ),
    ];
    for (answers, trouble) in cases {
        let response = asks(&setup(CONFIG, answers), &pointing("STACK", "CREATE"));
        match trouble {
            None => assert_eq!(response["hookStatus"], "SUCCESS", "{response}"),
            Some(message) => {
                assert_eq!(response["errorCode"], "InternalFailure");
                assert_eq!(response["message"], message);
            }
        }
    }
}

#[test]
fn nothing_is_fetched_from_elsewhere() {
    for url in [
        "https://evil.example/payload",
        "http://bucket.s3.us-east-1.amazonaws.com/payload",
        "https://bucket.s3.cn-north-1.amazonaws.com.cn/payload",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "http://localhost:1/x",
    ] {
        let mut invocation = pointing("STACK", "CREATE");
        invocation["requestData"]["payload"] = json!(url);
        let response = asks(&setup(CONFIG, Vec::new()), &invocation);
        assert_eq!(response["errorCode"], "InternalFailure", "{url}");
        let message = response["message"].as_str().unwrap();
        assert!(
            message.starts_with("the payload cannot be fetched: "),
            "{message}"
        );
    }
}

#[test]
fn an_answer_comes_in_time() {
    let setup = setup(CONFIG, vec![status(503)]);
    let invocation = pointing("STACK", "CREATE").to_string();
    let started = std::time::Instant::now();
    let answer = answer(&setup, invocation.as_bytes(), Duration::from_millis(50));
    assert_eq!(
        answer.response.error_code,
        Some(response::ErrorCode::InternalFailure)
    );
    assert!(started.elapsed() < Duration::from_secs(5));
}
