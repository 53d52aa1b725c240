use super::*;

fn serve(arguments: &[&str]) -> (Running, SocketAddr, tempfile::TempDir) {
    let directory = directory();
    let mut command = Command::new(program());
    command.args([
        "hook",
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--today",
        "2026-11-22",
    ]);
    command.args(arguments).current_dir(directory.path());
    let running = Running::start(&mut command);
    let line = running.line();
    let address = line
        .split("http://")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    (running, address.parse().unwrap(), directory)
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

#[test]
fn invocations_are_answered_on_one_connection_after_the_other() {
    let (mut running, address, _directory) = serve(&[]);
    let mut stream = connect(address);
    for (i, mutability) in ["IMMUTABLE", "MUTABLE", "IMMUTABLE"]
        .into_iter()
        .enumerate()
    {
        let token = format!("t-{i}");
        let body = invocation(mutability, &token).to_string();
        stream.write_all(post("/", &body, "").as_bytes()).unwrap();
        let (head, body) = message(&mut stream).unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        let response: Json = serde_json::from_str(&body).unwrap();
        assert_eq!(response["clientRequestToken"], token);
        assert_eq!(
            response["hookStatus"],
            if mutability == "MUTABLE" {
                "FAILED"
            } else {
                "SUCCESS"
            }
        );
    }
    // two at once, and one in chunks
    let body = invocation("IMMUTABLE", "p").to_string();
    let twice = post("/", &body, "").repeat(2);
    stream.write_all(twice.as_bytes()).unwrap();
    assert!(message(&mut stream).unwrap().1.contains("SUCCESS"));
    assert!(message(&mut stream).unwrap().1.contains("SUCCESS"));
    let (a, b) = body.split_at(10);
    let chunks = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{:x};x=y\r\n{a}\r\n{:X}\r\n{b}\r\n0\r\nX: y\r\n\r\n",
        a.len(),
        b.len()
    );
    stream.write_all(chunks.as_bytes()).unwrap();
    assert!(message(&mut stream).unwrap().1.contains("SUCCESS"));
    let health = exchange(
        address,
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    assert!(health.ends_with("\r\n\r\nok\n"), "{health}");
    running.terminate();
    assert_eq!(running.end(), 0);
}

#[test]
fn what_is_no_request_is_told_so_or_cut() {
    let (_running, address, _directory) = serve(&["--timeout", "1"]);
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(20 << 10));
    let fields = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(100));
    let body = invocation("IMMUTABLE", "t").to_string();
    let cases: [(&str, &str); 17] = [
        ("nonsense\r\n\r\n", "400"),
        ("\u{16}\u{3}\u{1}\0", "400"),
        (&long, "431"),
        (&fields, "431"),
        ("GET /other HTTP/1.1\r\nConnection: close\r\n\r\n", "404"),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "405"),
        (
            "POST /run-task HTTP/1.1\r\nConnection: close\r\n\r\n",
            "404",
        ),
        ("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", "413"),
        ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"),
        (
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            "400",
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
            "400",
        ),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nx", "501"),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
            "413",
        ),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "400",
        ),
        ("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nslow", "408"),
        ("POST / HTTP/1.1\r\nContent-Le", "408"),
        (&post("/", &body, "Connection: close\r\n"), "200"),
    ];
    for (request, wanted) in cases {
        let answer = exchange(address, request.as_bytes());
        let short = &request[..request.len().min(60)];
        assert_eq!(status(&answer), wanted, "{short:?}: {answer}");
    }
}

#[test]
fn the_other_side_may_stop_talking() {
    let (_running, address, _directory) = serve(&["--timeout", "1"]);
    // nothing more to say, but it listens
    let mut stream = connect(address);
    let body = invocation("MUTABLE", "t").to_string();
    stream.write_all(post("/", &body, "").as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(
        message(&mut stream)
            .unwrap()
            .1
            .contains("repository-tags-mutable")
    );
    // gone in the middle
    let mut stream = connect(address);
    stream
        .write_all(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
        .unwrap();
    drop(stream);
    // expects to be told to go on
    let mut stream = connect(address);
    let head = format!(
        "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    assert!(
        message(&mut stream)
            .unwrap()
            .0
            .starts_with("HTTP/1.1 100 Continue")
    );
    stream.write_all(body.as_bytes()).unwrap();
    assert!(
        message(&mut stream)
            .unwrap()
            .1
            .contains("repository-tags-mutable")
    );
}

#[test]
fn too_many_connections_are_refused_and_others_are_served() {
    let (_running, address, _directory) = serve(&[]);
    let mut held = Vec::new();
    for _ in 0..64 {
        let mut stream = connect(address);
        stream.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").unwrap();
        message(&mut stream).unwrap();
        held.push(stream);
    }
    let answer = exchange(address, b"GET /healthz HTTP/1.1\r\n\r\n");
    assert_eq!(status(&answer), "503");
    held.pop();
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let answer = exchange(
            address,
            b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n",
        );
        if status(&answer) == "200" {
            break;
        }
        assert!(Instant::now() < until, "{answer}");
        std::thread::sleep(Duration::from_millis(20));
    }
    for stream in &mut held {
        stream.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").unwrap();
        assert!(message(stream).unwrap().0.contains("200 OK"));
    }
}

#[test]
fn what_was_asked_is_answered_before_it_stops() {
    let (mut running, address, _directory) = serve(&[]);
    let slow = stand_in(|_, _| {
        std::thread::sleep(Duration::from_millis(700));
        reply(
            "200 OK",
            "",
            &json!({"template": "Resources: {Q: {Type: AWS::SQS::Queue}}"}).to_string(),
        )
    });
    let mut stream = connect(address);
    stream
        .write_all(post("/", &stack(slow, "last").to_string(), "").as_bytes())
        .unwrap();
    std::thread::sleep(Duration::from_millis(200));
    running.terminate();
    let (head, body) = message(&mut stream).unwrap();
    assert!(head.contains("Connection: close"), "{head}");
    assert!(body.contains("SUCCESS") && body.contains("last"), "{body}");
    assert_eq!(running.end(), 0);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn the_log_tells_names_and_numbers_only() {
    let (running, address, _directory) = serve(&[]);
    let mut asked = invocation("MUTABLE", "t-9");
    asked["requestData"]["targetModel"]["resourceProperties"]["RepositoryName"] =
        json!("very/secret");
    exchange(
        address,
        post("/", &asked.to_string(), "Connection: close\r\n").as_bytes(),
    );
    let line = running.line();
    assert!(!line.contains("secret"), "{line}");
    let mut line: Json = serde_json::from_str(&line).unwrap();
    let fields = line.as_object_mut().unwrap();
    for changing in [
        "time",
        "duration_ms",
        "config_age_s",
        "config_sha256",
        "policies_sha256",
    ] {
        assert!(fields.remove(changing).is_some(), "{changing}");
    }
    insta::assert_snapshot!(line.to_string());
}

#[test]
fn a_config_that_is_wrong_keeps_it_from_starting() {
    let directory = directory();
    std::fs::write(
        directory.path().join("ecr-guard.yaml"),
        "organisation: {}\n",
    )
    .unwrap();
    let mut command = Command::new(program());
    command
        .args(["hook", "serve", "--listen", "127.0.0.1:0"])
        .current_dir(directory.path());
    let mut running = Running::start(&mut command);
    assert_eq!(running.end(), 2);
}
