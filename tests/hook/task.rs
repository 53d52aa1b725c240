use super::*;
use std::sync::Mutex;

/// HCP Terraform as far as a run task sees it: what it is asked goes to the channel.
fn hcp(plan: Json) -> (SocketAddr, mpsc::Receiver<(String, String)>) {
    let (give, take) = mpsc::channel();
    let give = Mutex::new(give);
    let store = stand_in(move |head, _| match head.contains("uthorization") {
        true => reply("400 Bad Request", "", "the token is not for the store"),
        false => reply("200 OK", "", &plan.to_string()),
    });
    let address = stand_in(move |head, body| {
        give.lock()
            .unwrap()
            .send((head.to_owned(), body.to_owned()))
            .unwrap();
        let first = head.lines().next().unwrap();
        let known = head
            .to_ascii_lowercase()
            .contains("authorization: bearer canary-token\r\n");
        match first {
            _ if !known => reply("401 Unauthorized", "", ""),
            "GET /api/v2/plans/plan-1/json-output HTTP/1.1" => reply(
                "307 Temporary Redirect",
                &format!("Location: http://{store}/object\r\n"),
                "",
            ),
            "GET /api/v2/plans/plan-away/json-output HTTP/1.1" => reply(
                "307 Temporary Redirect",
                "Location: https://evil.example/object\r\n",
                "",
            ),
            "PATCH /api/v2/task-results/t/callback HTTP/1.1" => reply("200 OK", "", "{}"),
            _ => reply("404 Not Found", "", ""),
        }
    });
    (address, take)
}

fn plan(mutability: &str) -> Json {
    json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {}},
        "resource_changes": [{
            "address": "aws_ecr_repository.app",
            "mode": "managed",
            "type": "aws_ecr_repository",
            "name": "app",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {
                "actions": ["create"],
                "before": null,
                "after": {"name": "app", "image_tag_mutability": mutability, "force_delete": null,
                    "image_scanning_configuration": [{"scan_on_push": true}], "encryption_configuration": [], "tags": null},
                "after_unknown": {"arn": true, "id": true},
                "before_sensitive": false,
                "after_sensitive": {},
            },
        }],
        "configuration": {"root_module": {}},
    })
}

fn request(hcp: SocketAddr, plan: &str, stage: &str) -> String {
    json!({
        "payload_version": 1,
        "stage": stage,
        "access_token": "canary-token",
        "organization_name": "us",
        "workspace_name": "shop",
        "plan_json_api_url": format!("http://{hcp}/api/v2/plans/{plan}/json-output"),
        "task_result_callback_url": format!("http://{hcp}/api/v2/task-results/t/callback"),
    })
    .to_string()
}

/// The signature of a body by `openssl`-compatible means: HMAC-SHA512 in hexadecimal.
fn signature(body: &str) -> String {
    use hmac::{Hmac, Mac};
    let mut mac = Hmac::<sha2::Sha512>::new_from_slice(b"key of the task").unwrap();
    mac.update(body.as_bytes());
    mac.finalize()
        .into_bytes()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

struct Tasks {
    running: Running,
    address: SocketAddr,
    _directory: tempfile::TempDir,
}

fn tasks() -> Tasks {
    let directory = directory();
    std::fs::write(directory.path().join("key"), "key of the task\n").unwrap();
    let mut command = Command::new(program());
    command.args([
        "hook",
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--run-task-key",
        "key",
        "--run-task-host",
        "127.0.0.1",
    ]);
    command.current_dir(directory.path());
    let running = Running::start(&mut command);
    let line = running.line();
    let address = line
        .split("http://")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    Tasks {
        running,
        address,
        _directory: directory,
    }
}

impl Tasks {
    fn ask(&self, body: &str, signature: &str) -> String {
        let fields = format!("Connection: close\r\nX-TFC-Task-Signature: {signature}\r\n");
        let answer = exchange(self.address, post("/run-task", body, &fields).as_bytes());
        answer.split(' ').nth(1).unwrap_or("none").to_owned()
    }
}

/// The result that is sent back.
fn result(asked: &mpsc::Receiver<(String, String)>) -> Json {
    loop {
        let (head, body) = asked.recv_timeout(Duration::from_secs(20)).unwrap();
        if head.starts_with("PATCH ") {
            assert!(
                head.to_ascii_lowercase()
                    .contains("content-type: application/vnd.api+json\r\n"),
                "{head}"
            );
            assert!(!body.contains("canary-token"));
            return serde_json::from_str(&body).unwrap();
        }
    }
}

#[test]
fn a_plan_is_judged_and_the_result_sent_back() {
    let tasks = tasks();
    for (mutability, status) in [("MUTABLE", "failed"), ("IMMUTABLE", "passed")] {
        let (hcp, asked) = hcp(plan(mutability));
        let body = request(hcp, "plan-1", "post_plan");
        assert_eq!(tasks.ask(&body, &signature(&body)), "200");
        let result = result(&asked);
        assert_eq!(result["data"]["type"], "task-results");
        assert_eq!(result["data"]["attributes"]["status"], status, "{result}");
        let outcomes = result["data"]["relationships"]["outcomes"]["data"]
            .as_array()
            .unwrap();
        let ids: Vec<&str> = outcomes
            .iter()
            .map(|o| o["attributes"]["outcome-id"].as_str().unwrap())
            .collect();
        assert_eq!(
            ids.contains(&"repository-tags-mutable"),
            status == "failed",
            "{ids:?}"
        );
        assert_eq!(outcomes[0]["type"], "task-result-outcomes");
    }
}

#[test]
fn what_is_not_signed_is_not_looked_at() {
    let tasks = tasks();
    let (hcp, asked) = hcp(plan("MUTABLE"));
    let body = request(hcp, "plan-1", "post_plan");
    let other = request(hcp, "plan-2", "post_plan");
    for wrong in [
        String::new(),
        "00".repeat(64),
        signature(&other),
        "x".repeat(128),
    ] {
        assert_eq!(tasks.ask(&body, &wrong), "401");
    }
    assert!(asked.recv_timeout(Duration::from_millis(300)).is_err());
}

#[test]
fn the_token_goes_nowhere_else() {
    let tasks = tasks();
    let (hcp, asked) = hcp(plan("MUTABLE"));
    let away = request(hcp, "plan-1", "post_plan").replace(
        "\"plan_json_api_url\":\"http://127.0.0.1",
        "\"plan_json_api_url\":\"http://169.254.169.254",
    );
    assert_eq!(tasks.ask(&away, &signature(&away)), "400");
    let elsewhere = request(hcp, "plan-1", "post_plan").replace(
        "\"task_result_callback_url\":\"http://127.0.0.1",
        "\"task_result_callback_url\":\"https://evil.example",
    );
    assert_eq!(tasks.ask(&elsewhere, &signature(&elsewhere)), "400");
    assert!(asked.recv_timeout(Duration::from_millis(300)).is_err());
    let redirected = request(hcp, "plan-away", "post_plan");
    assert_eq!(tasks.ask(&redirected, &signature(&redirected)), "200");
    let result = result(&asked);
    assert_eq!(result["data"]["attributes"]["status"], "failed");
    let message = result["data"]["attributes"]["message"].as_str().unwrap();
    assert!(
        message.contains("nothing is fetched from host `evil.example`"),
        "{message}"
    );
    let _ = &tasks.running;
}

#[test]
fn stages_without_a_plan_pass() {
    let tasks = tasks();
    let (hcp, asked) = hcp(plan("MUTABLE"));
    let test = request(hcp, "plan-1", "test");
    assert_eq!(tasks.ask(&test, &signature(&test)), "200");
    let before = request(hcp, "plan-1", "pre_plan");
    assert_eq!(tasks.ask(&before, &signature(&before)), "200");
    let result = result(&asked);
    assert_eq!(result["data"]["attributes"]["status"], "passed");
    for wrong in ["{}", "[]", "{\"payload_version\":2}", "nonsense"] {
        assert_eq!(tasks.ask(wrong, &signature(wrong)), "400");
    }
}
