//! Invocations from the runtime API of Lambda: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use super::log::Log;
use super::wire::{Connection, Head};
use super::{PATIENCE, Setup, answer};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What is kept of Lambda's time to send the answer.
const RESERVE: Duration = Duration::from_millis(500);
/// How long an answer may take to be taken.
const TRANSFER: Duration = Duration::from_secs(10);
/// The API hands over no more than Lambda takes.
const LARGEST: usize = 16 << 20;

/// Where the runtime API is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    host: String,
    /// What stands before every path: the emulator puts the function's name there.
    base: String,
}

/// One invocation.
struct Invocation {
    id: String,
    deadline: Option<Instant>,
    body: Vec<u8>,
}

impl Api {
    /// Reads `AWS_LAMBDA_RUNTIME_API`: `HOST:PORT`, or a URL.
    ///
    /// # Errors
    /// A text that is neither.
    pub fn read(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("http://").unwrap_or(text);
        let (host, base) = match rest.split_once('/') {
            Some((host, path)) => (host, format!("/{}", path.trim_end_matches('/'))),
            None => (rest, String::new()),
        };
        let plain = |t: &str| t.bytes().all(|b| b.is_ascii_graphic());
        if host.is_empty() || !plain(host) || !plain(&base) {
            return Err(format!("`{text}` is no address of a runtime API"));
        }
        Ok(Api {
            host: match host.contains(':') {
                true => host.to_owned(),
                false => format!("{host}:80"),
            },
            base: match base.as_str() {
                "/" => String::new(),
                _ => base,
            },
        })
    }

    fn connect(&self) -> Result<Connection, String> {
        let stream = TcpStream::connect(&self.host).and_then(Connection::new);
        stream.map_err(|e| format!("the runtime API cannot be reached: {e}"))
    }

    fn head(&self, method: &str, path: &str, body: Option<usize>) -> String {
        let length = body.map_or_else(String::new, |n| {
            format!("Content-Type: application/json\r\nContent-Length: {n}\r\n")
        });
        format!(
            "{method} {}/2018-06-01/runtime/invocation/{path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: ecr-guard/{}\r\n{length}\r\n",
            self.base,
            self.host,
            env!("CARGO_PKG_VERSION"),
        )
    }
}

/// Answers invocations for as long as the API hands them over.
///
/// # Errors
/// Where the API is gone: Lambda starts another one.
pub fn run(api: &Api, setup: &Arc<Setup>, log: &Log) -> Result<(), String> {
    let mut line = None;
    loop {
        let (mut connection, invocation) = next(api, line.take())?;
        let started = Instant::now();
        let left = invocation.deadline.map_or(PATIENCE, |deadline| {
            deadline.saturating_duration_since(started)
        });
        let within = left.saturating_sub(RESERVE).min(PATIENCE);
        let answer = answer(setup, &invocation.body, within);
        let body = answer.response.json();
        let path = format!("{}/response", invocation.id);
        let head = api.head("POST", &path, Some(body.len()));
        let sent = connection.send(&head, &body, TRANSFER);
        sent.map_err(|e| format!("the runtime API takes no answer: {e}"))?;
        log.verdict(&answer, started.elapsed());
        let (head, _) = reply(&mut connection, Some(Instant::now() + TRANSFER))?;
        if head.status >= 400 {
            let status = head.status;
            log.trouble(&format!(
                "the runtime API answers a response with status {status}"
            ));
        }
        line = (!closes(&head)).then_some(connection);
    }
}

/// Waits for the next invocation, as long as it takes. A connection that was kept may have been closed meanwhile.
fn next(api: &Api, kept: Option<Connection>) -> Result<(Connection, Invocation), String> {
    let ask = |mut connection: Connection| -> Result<(Connection, Head, Vec<u8>), String> {
        let head = api.head("GET", "next", None);
        let sent = connection.send(&head, b"", TRANSFER);
        sent.map_err(|e| format!("the runtime API cannot be asked: {e}"))?;
        let (head, body) = reply(&mut connection, None)?;
        Ok((connection, head, body))
    };
    let first = kept.map(ask).and_then(Result::ok);
    let (connection, head, body) = match first {
        Some(got) => got,
        None => ask(api.connect()?)?,
    };
    let id = head.field("lambda-runtime-aws-request-id");
    let Some(id) = id.filter(|id| head.status == 200 && is_id(id)) else {
        return Err(format!(
            "the runtime API hands over no invocation: status {}",
            head.status
        ));
    };
    let invocation = Invocation {
        id: id.to_owned(),
        deadline: head.field("lambda-runtime-deadline-ms").and_then(deadline),
        body,
    };
    let connection = match closes(&head) {
        true => api.connect()?,
        false => connection,
    };
    Ok((connection, invocation))
}

fn reply(connection: &mut Connection, until: Option<Instant>) -> Result<(Head, Vec<u8>), String> {
    let gone = |trouble| format!("the runtime API broke off: {trouble}");
    let head = connection.response(until).map_err(gone)?;
    let until = Instant::now() + TRANSFER;
    let body = connection.body(&head, LARGEST, until).map_err(gone)?;
    Ok((head, body))
}

fn closes(head: &Head) -> bool {
    head.old || head.says("connection", "close")
}

/// An id goes into a path.
fn is_id(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    !id.is_empty() && id.len() <= 128 && id.bytes().all(plain)
}

/// When Lambda loses patience, on our own clock; `None` where that has passed already: nothing is handed over too late, but
/// emulators say so.
fn deadline(text: &str) -> Option<Instant> {
    let at = UNIX_EPOCH.checked_add(Duration::from_millis(text.parse().ok()?))?;
    let left = at.duration_since(SystemTime::now()).ok()?;
    Instant::now().checked_add(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_an_address_or_a_url() {
        let api = |host: &str, base: &str| Api {
            host: host.to_owned(),
            base: base.to_owned(),
        };
        let cases = [
            ("127.0.0.1:9001", Some(api("127.0.0.1:9001", ""))),
            ("http://127.0.0.1:9001/", Some(api("127.0.0.1:9001", ""))),
            (
                "http://127.0.0.1:9001/.rt/hook",
                Some(api("127.0.0.1:9001", "/.rt/hook")),
            ),
            ("localhost", Some(api("localhost:80", ""))),
            ("", None),
            ("http://", None),
            ("a b:1", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(Api::read(text).ok(), wanted, "{text}");
        }
    }

    #[test]
    fn ids_lead_nowhere_else() {
        for (id, good) in [
            ("8476a536-e9f4", true),
            ("", false),
            ("../x", false),
            ("a b", false),
        ] {
            assert_eq!(is_id(id), good, "{id}");
        }
    }
}
