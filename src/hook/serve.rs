//! Invocations over HTTP, for tests, for proxies and for containers; and run tasks of HCP Terraform.

use super::log::Log;
use super::task::{self, Tasks};
use super::wire::{Connection, Head, Trouble};
use super::{LARGEST_INVOCATION, PATIENCE, Setup, answer};
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Connections at one time.
const CONNECTIONS: usize = 64;
/// How often a silent connection looks whether the server is to stop.
const LOOK: Duration = Duration::from_millis(200);
/// How long the server waits for the last answers when it stops.
const FAREWELL: Duration = Duration::from_secs(30);

/// Tells a server to stop; may be given to several.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whether it is to stop.
    pub fn is_told(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Tells a server that listens at an address to take no more and to answer what it has taken.
    pub fn tell(&self, address: SocketAddr) {
        self.0.store(true, Ordering::SeqCst);
        // Nobody else wakes the one who waits for connections.
        let _ = TcpStream::connect_timeout(&address, Duration::from_secs(1)); // it may have gone already
    }
}

/// Everything that a server answers by.
pub struct Server {
    /// What is judged, and how.
    pub setup: Arc<Setup>,
    /// What is logged.
    pub log: Log,
    /// Run tasks; `None`: it takes none.
    pub tasks: Option<Tasks>,
    /// How long others may take.
    pub limits: Limits,
}

/// How long others may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For a request to arrive, and for an answer to leave.
    pub transfer: Duration,
    /// For a connection to be silent between two requests.
    pub silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            transfer: Duration::from_secs(10),
            silence: Duration::from_secs(60),
        }
    }
}

/// Answers until it is told to stop.
///
/// # Errors
/// Where nobody can listen any more.
pub fn serve(server: &Arc<Server>, listener: &TcpListener, stop: &Stop) -> io::Result<()> {
    let open = Arc::new(AtomicUsize::new(0));
    loop {
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(e) if is_passing(&e) => continue,
            Err(e) if is_scarce(&e) => {
                std::thread::sleep(LOOK);
                continue;
            }
            Err(e) => return Err(e),
        };
        if stop.is_told() {
            break;
        }
        let slot = Slot::take(&open);
        let (server, stop) = (server.clone(), stop.clone());
        let work = move || {
            let Ok(connection) = Connection::new(stream) else {
                return;
            };
            match slot {
                Some(slot) => converse(&server, connection, &stop, slot),
                None => refuse(connection, server.limits),
            }
        };
        let _ = std::thread::Builder::new().spawn(work); // without a thread the connection is dropped
    }
    let until = Instant::now() + FAREWELL;
    while open.load(Ordering::SeqCst) > 0 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// A place among the connections; given back when it is dropped.
struct Slot(Arc<AtomicUsize>);

impl Slot {
    fn take(open: &Arc<AtomicUsize>) -> Option<Self> {
        let slot = Slot(open.clone());
        let before = open.fetch_add(1, Ordering::SeqCst);
        (before < CONNECTIONS).then_some(slot)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn refuse(mut connection: Connection, limits: Limits) {
    let busy = Reply::text(503, "too many connections");
    let sent = reply(&mut connection, &busy, true, limits);
    if sent.is_ok() {
        connection.close();
    }
}

/// One request after the other on one connection.
fn converse(server: &Arc<Server>, mut connection: Connection, stop: &Stop, slot: Slot) {
    let mut silent_since = Instant::now();
    loop {
        match connection.wait(LOOK) {
            Ok(true) => {}
            Ok(false) if stop.is_told() || silent_since.elapsed() > server.limits.silence => break,
            Ok(false) => continue,
            Err(_) => return,
        }
        let (answer, last) = match one(server, &mut connection) {
            Ok((answer, last)) => (answer, last || stop.is_told()),
            Err(trouble) => match troubled(&trouble) {
                Some(answer) => (answer, true),
                None => return,
            },
        };
        if reply(&mut connection, &answer, last, server.limits).is_err() {
            return;
        }
        if last {
            break;
        }
        silent_since = Instant::now();
    }
    drop(slot);
    connection.close();
}

/// Reads a request and works out the answer; and whether it is the last one of the connection.
fn one(server: &Arc<Server>, connection: &mut Connection) -> Result<(Reply, bool), Trouble> {
    let transfer = server.limits.transfer;
    let until = Instant::now() + transfer;
    let head = connection.request(until)?;
    if head.says("expect", "100-continue") && !head.old {
        let sent = connection.send("HTTP/1.1 100 Continue\r\n\r\n", b"", transfer);
        sent.map_err(Trouble::Broken)?;
    }
    let body = connection.body(&head, LARGEST_INVOCATION, until)?;
    let last = head.old || head.says("connection", "close");
    Ok((respond(server, &head, &body), last))
}

/// An answer over HTTP.
pub(super) struct Reply {
    status: u16,
    kind: &'static str,
    body: Vec<u8>,
}

impl Reply {
    pub(super) fn text(status: u16, text: &str) -> Self {
        Reply {
            status,
            kind: "text/plain; charset=utf-8",
            body: format!("{text}\n").into_bytes(),
        }
    }

    fn json(body: Vec<u8>) -> Self {
        Reply {
            status: 200,
            kind: "application/json",
            body,
        }
    }
}

fn respond(server: &Arc<Server>, head: &Head, body: &[u8]) -> Reply {
    match (head.method.as_str(), head.path.as_str()) {
        ("GET" | "HEAD", "/healthz") => Reply::text(200, "ok"),
        ("POST", "/") => {
            let started = Instant::now();
            let answer = answer(&server.setup, body, PATIENCE);
            server.log.verdict(&answer, started.elapsed());
            Reply::json(answer.response.json())
        }
        ("POST", "/run-task") if server.tasks.is_some() => {
            let signature = head.field("x-tfc-task-signature");
            match task::take(server, signature, body) {
                Ok(()) => Reply::text(200, "ok"),
                Err((status, why)) => Reply::text(status, &why),
            }
        }
        (_, "/healthz" | "/") => Reply::text(405, "this method is not for this path"),
        (_, "/run-task") if server.tasks.is_some() => {
            Reply::text(405, "this method is not for this path")
        }
        _ => Reply::text(404, "there is nothing here"),
    }
}

/// What is said where a request cannot be read; `None`: nobody is there to be told.
fn troubled(trouble: &Trouble) -> Option<Reply> {
    let (status, text) = match trouble {
        Trouble::Gone | Trouble::Broken(_) => return None,
        Trouble::Slow => (408, "the request took too long"),
        Trouble::Malformed => (400, "this is no request of HTTP/1.1"),
        Trouble::LongHead => (431, "the head of the request is too long"),
        Trouble::LongBody => (413, "the body of the request is too long"),
        Trouble::Encoding => (501, "this transfer encoding is not known"),
    };
    Some(Reply::text(status, text))
}

fn reply(connection: &mut Connection, reply: &Reply, last: bool, limits: Limits) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n",
        reply.status,
        reason(reply.status),
        reply.kind,
        reply.body.len(),
        if last { "Connection: close\r\n" } else { "" },
    );
    connection.send(&head, &reply.body, limits.transfer)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Error",
    }
}

/// The one who connected is gone again.
fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionReset | Interrupted
    )
}

/// Files or memory have run out for now (EMFILE, ENFILE, ENOBUFS, ENOMEM).
fn is_scarce(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(12 | 23 | 24 | 105))
}
