use super::*;

fn handle(directory: &std::path::Path, arguments: &[&str], input: &[u8]) -> (i32, Json, String) {
    let mut child = Command::new(program())
        .args(["hook", "handle"])
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input); // it need not read all of it
    let output = child.wait_with_output().unwrap();
    let response = serde_json::from_slice(&output.stdout).unwrap_or(Json::Null);
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), response, stderr)
}

#[test]
fn whatever_comes_the_exit_code_is_0() {
    let directory = directory();
    let huge = vec![b' '; 9 << 20];
    let cases: [(&[u8], &str); 4] = [
        (
            &invocation("IMMUTABLE", "t").to_string().into_bytes(),
            "SUCCESS",
        ),
        (
            &invocation("MUTABLE", "t").to_string().into_bytes(),
            "FAILED",
        ),
        (b"nonsense", "FAILED"),
        (&huge, "FAILED"),
    ];
    for (input, status) in cases {
        let (code, response, stderr) = handle(directory.path(), &[], input);
        assert_eq!(code, 0);
        assert_eq!(response["hookStatus"], status);
        assert_eq!(stderr, "");
    }
}

#[test]
fn a_config_that_cannot_be_read_is_the_answer() {
    let directory = directory();
    let input = invocation("IMMUTABLE", "t").to_string();
    let (code, response, _) = handle(
        directory.path(),
        &["--config", "missing.yaml"],
        input.as_bytes(),
    );
    assert_eq!(code, 0);
    assert_eq!(response["errorCode"], "InternalFailure");
    assert_eq!(response["clientRequestToken"], "t");
    let message = response["message"].as_str().unwrap();
    assert!(message.contains("cannot read `missing.yaml`"), "{message}");
}

#[test]
fn payloads_are_fetched_from_the_hosts_of_the_config() {
    let directory = directory();
    let payload = json!({
        "template": "Resources: {Repo: {Type: AWS::ECR::Repository}}",
        "previousTemplate": "",
    });
    let served = payload.to_string();
    let address = stand_in(move |_, _| reply("200 OK", "", &served));
    let input = stack(address, "t").to_string();
    let (_, response, _) = handle(directory.path(), &[], input.as_bytes());
    assert_eq!(response["errorCode"], "NonCompliant", "{response}");
    let (_, response, _) = handle(directory.path(), &["--no-config"], input.as_bytes());
    assert_eq!(response["errorCode"], "InternalFailure", "{response}");
    assert!(!response.to_string().contains("secret"), "{response}");
}

#[test]
fn what_answers_badly_is_not_believed() {
    let directory = directory();
    let away = |_: &str, _: &str| reply("302 Found", "Location: http://127.0.0.1:1/\r\n", "");
    let endless = |_: &str, _: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}",
            20 << 20,
            "x".repeat(20 << 20)
        )
    };
    let cases = [
        (stand_in(away), "the answer has status 302"),
        (stand_in(endless), "the answer has more than"),
        (
            stand_in(|_, _| reply("403 Forbidden", "", "<Error/>")),
            "the answer has status 403",
        ),
    ];
    for (address, wanted) in cases {
        let input = stack(address, "t").to_string();
        let (_, response, _) = handle(directory.path(), &[], input.as_bytes());
        assert_eq!(response["errorCode"], "InternalFailure");
        let message = response["message"].as_str().unwrap();
        assert!(message.contains(wanted), "{message}");
    }
}

#[test]
fn the_page_shows_what_is_answered() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let input = std::fs::read(root.join("testdata/hook/invocation.json")).unwrap();
    let nowhere = tempfile::tempdir().unwrap();
    let (_, response, _) = handle(nowhere.path(), &[], &input);
    let page = std::fs::read_to_string(root.join("docs/hook.md")).unwrap();
    let (_, shown) = page.split_once("json.tool --indent 2\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let shown: Json = serde_json::from_str(shown).unwrap();
    assert_eq!(response, shown, "docs/hook.md is to show {response:#}");
}
