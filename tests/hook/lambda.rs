use super::*;
use std::sync::Mutex;

/// Starts the program by the name that Lambda does.
fn bootstrap(directory: &std::path::Path, api: &str, environment: &[(&str, &str)]) -> Running {
    let name = directory.join("bootstrap");
    if !name.exists() {
        std::fs::hard_link(program(), &name)
            .or_else(|_| std::fs::copy(program(), &name).map(drop))
            .unwrap();
    }
    let mut child = Command::new(name);
    child.current_dir(directory);
    // Running clears the environment: what Lambda sets goes through a shell's `env`
    let mut command = Command::new("/usr/bin/env");
    command.arg(format!("AWS_LAMBDA_RUNTIME_API={api}"));
    command.args(environment.iter().map(|(k, v)| format!("{k}={v}")));
    command.arg(child.get_program()).current_dir(directory);
    Running::start(&mut command)
}

#[test]
fn the_runtime_api_is_answered() {
    let directory = directory();
    let waiting = Mutex::new(vec![
        b"nonsense".to_vec(),
        invocation("MUTABLE", "t-2").to_string().into_bytes(),
        invocation("IMMUTABLE", "t-1").to_string().into_bytes(),
    ]);
    let (give, answers) = mpsc::channel();
    let give = Mutex::new(give);
    let api = stand_in(move |head, body| {
        if head.starts_with("GET /2018-06-01/runtime/invocation/next HTTP/1.1") {
            let Some(next) = waiting.lock().unwrap().pop() else {
                return reply("500 Over", "Connection: close\r\n", "");
            };
            let deadline = jiff::Timestamp::now().as_millisecond() + 10_000;
            let fields = format!(
                "Lambda-Runtime-Aws-Request-Id: id-1\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\n"
            );
            return reply("200 OK", &fields, &String::from_utf8(next).unwrap());
        }
        assert!(
            head.starts_with("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1"),
            "{head}"
        );
        give.lock().unwrap().send(body.to_owned()).unwrap();
        reply("202 Accepted", "", "{\"status\":\"OK\"}")
    });
    let mut running = bootstrap(directory.path(), &api.to_string(), &[]);
    let wanted = [
        ("t-1", "SUCCESS", "-"),
        ("t-2", "FAILED", "NonCompliant"),
        ("", "FAILED", "InternalFailure"),
    ];
    for (token, status, code) in wanted {
        let body = answers.recv_timeout(Duration::from_secs(20)).unwrap();
        let response: Json = serde_json::from_str(&body).unwrap();
        assert_eq!(response["clientRequestToken"], token);
        assert_eq!(response["hookStatus"], status);
        assert_eq!(response["errorCode"].as_str().unwrap_or("-"), code);
        let line: Json = serde_json::from_str(&running.line()).unwrap();
        assert_eq!(line["token"], token);
    }
    assert_eq!(running.end(), 2); // the API is gone
}

#[test]
fn a_deadline_that_is_near_is_kept() {
    let directory = directory();
    let payload = stand_in(|_, _| {
        std::thread::sleep(Duration::from_secs(8));
        reply("200 OK", "", "{}")
    });
    let asked = stack(payload, "t-1").to_string();
    let (give, answers) = mpsc::channel();
    let give = Mutex::new(give);
    let once = Mutex::new(Some(asked));
    let api = stand_in(move |head, body| {
        if head.starts_with("GET ") {
            let Some(next) = once.lock().unwrap().take() else {
                return reply("500 Over", "Connection: close\r\n", "");
            };
            let deadline = jiff::Timestamp::now().as_millisecond() + 1_500;
            let fields = format!(
                "Lambda-Runtime-Aws-Request-Id: id-1\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\n"
            );
            return reply("200 OK", &fields, &next);
        }
        give.lock().unwrap().send(body.to_owned()).unwrap();
        reply("202 Accepted", "", "")
    });
    let started = Instant::now();
    let _running = bootstrap(directory.path(), &format!("http://{api}/"), &[]);
    let body = answers.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(
        started.elapsed() < Duration::from_secs(6),
        "{:?}",
        started.elapsed()
    );
    let response: Json = serde_json::from_str(&body).unwrap();
    assert_eq!(response["errorCode"], "InternalFailure");
    assert_eq!(response["clientRequestToken"], "t-1");
}

/// The emulator of cargo-lambda, where it is installed.
#[test]
fn the_emulator_of_cargo_lambda_is_answered() {
    let named =
        std::env::var("ECR_GUARD_CARGO_LAMBDA").unwrap_or_else(|_| "cargo-lambda".to_owned());
    let there = Command::new(&named)
        .args(["lambda", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !there.is_ok_and(|s| s.success()) {
        eprintln!(
            "SKIPPED: cargo-lambda is not here (pip install cargo-lambda): its runtime emulator was not tried"
        );
        return;
    }
    let directory = directory();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let port = free.port().to_string();
    let manifest = "[package]\nname = \"none\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[[bin]]\nname = \"hook\"\npath = \"main.rs\"\n";
    std::fs::write(directory.path().join("Cargo.toml"), manifest).unwrap();
    std::fs::write(directory.path().join("main.rs"), "fn main() {}\n").unwrap();
    let mut emulator = Command::new(&named)
        .args([
            "lambda",
            "watch",
            "--only-lambda-apis",
            "-A",
            "127.0.0.1",
            "-P",
            &port,
        ])
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(free).is_err() {
        assert!(Instant::now() < until, "the emulator does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    let api = format!("http://{free}/.rt/hook");
    let _running = bootstrap(
        directory.path(),
        &api,
        &[
            ("AWS_LAMBDA_FUNCTION_NAME", "hook"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ],
    );
    let corpus = [
        (invocation("IMMUTABLE", "t-1").to_string(), "SUCCESS"),
        (invocation("MUTABLE", "t-2").to_string(), "FAILED"),
        ("{}".to_owned(), "FAILED"),
        ("[]".to_owned(), "FAILED"),
    ];
    let mut outcome = Vec::new();
    for (body, _) in &corpus {
        let path = "/2015-03-31/functions/hook/invocations";
        outcome.push(exchange(
            free,
            post(
                path,
                body,
                "Connection: close\r\nContent-Type: application/json\r\n",
            )
            .as_bytes(),
        ));
    }
    let _ = emulator.kill(); // it may have ended
    let _ = emulator.wait();
    for ((_, wanted), answer) in corpus.iter().zip(outcome) {
        assert!(
            answer.contains(&format!("\"hookStatus\":\"{wanted}\"")),
            "{answer}"
        );
    }
}
