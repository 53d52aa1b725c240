//! The backend of a CloudFormation Hook as a program: over standard streams, HTTP and the runtime API of Lambda, and as a
//! run task of HCP Terraform.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "a test fails by a panic"
)]

use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

mod deploy;
mod handle;
mod lambda;
mod serve;
mod task;

/// The program that was built with the tests, or another one.
fn program() -> String {
    let other = std::env::var("ECR_GUARD_PROGRAM");
    other.unwrap_or_else(|_| env!("CARGO_BIN_EXE_ecr-guard").to_owned())
}

const CONFIG: &str = "
organization: {id: o-a1b2c3d4e5, accounts: ['111122223333'], regions: [us-east-1], upstream_registries: [ghcr.io]}
hook: {payload_hosts: [127.0.0.1]}
";

/// A program that runs; it ends with the test.
struct Running {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = (command.env_clear())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (give, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = give.send(line); // nobody may listen any more
            }
        });
        Running { child, lines }
    }

    /// The next line of its log.
    fn line(&self) -> String {
        self.lines
            .recv_timeout(Duration::from_secs(20))
            .expect("the program says something")
    }

    /// Asks it to stop, as a supervisor does.
    fn terminate(&self) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(told.success());
    }

    /// Waits for its end.
    fn end(&mut self) -> i32 {
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the program does not end");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
    }
}

/// A directory with the config.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("ecr-guard.yaml"), CONFIG).unwrap();
    directory
}

/// An invocation about a repository.
fn invocation(mutability: &str, token: &str) -> Json {
    let lifecycle = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":20},"action":{"type":"expire"}}]}"#;
    json!({
        "clientRequestToken": token,
        "awsAccountId": "111122223333",
        "stackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/ecr/0a1b2c3d",
        "actionInvocationPoint": "CREATE_PRE_PROVISION",
        "requestData": {
            "targetName": "AWS::ECR::Repository",
            "targetType": "AWS::ECR::Repository",
            "targetLogicalId": "Repo",
            "targetModel": {"resourceProperties": {
                "RepositoryName": "team/app",
                "ImageTagMutability": mutability,
                "ImageScanningConfiguration": {"ScanOnPush": "true"},
                "EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-1111-4222-8333-444455556666"},
                "LifecyclePolicy": {"LifecyclePolicyText": lifecycle},
            }},
        },
    })
}

/// An invocation about a stack whose payload stands at an address.
fn stack(address: SocketAddr, token: &str) -> Json {
    let mut invocation = invocation("IMMUTABLE", token);
    invocation["requestData"] = json!({
        "targetName": "STACK",
        "targetType": "STACK",
        "targetLogicalId": "ecr",
        "payload": format!("http://{address}/payload?X-Amz-Signature=secret"),
    });
    invocation
}

/// A request of HTTP.
fn post(path: &str, body: &str, fields: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\n{fields}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// One message of HTTP with a length: its head and its body.
fn message(stream: &mut impl Read) -> Option<(String, String)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8(body).unwrap()))
}

/// Sends bytes on a connection of its own and gives what comes back until the other side closes.
fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    let _ = stream.write_all(bytes); // what is cut is not taken
    let mut out = Vec::new();
    let _ = stream.read_to_end(&mut out); // so may be the answer
    String::from_utf8_lossy(&out).into_owned()
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
}

/// Answers every request with what a function makes of its head and body, until the test ends.
fn stand_in(answer: impl Fn(&str, &str) -> String + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = std::sync::Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, answer) = (stream.unwrap(), answer.clone());
            std::thread::spawn(move || {
                while let Some((head, body)) = message(&mut stream) {
                    let reply = answer(&head, &body);
                    if stream.write_all(reply.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

/// An answer of HTTP.
fn reply(status: &str, fields: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{fields}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
