//! HTTP/1.1 as far as it takes to be asked by a few and to ask one: heads, bodies of known length or in chunks, limits.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// No head is longer.
const HEAD: usize = 16 << 10;
/// No head has more fields.
const FIELDS: usize = 64;
/// What is read at once.
const PIECE: usize = 16 << 10;

/// A connection with what was read ahead.
pub(super) struct Connection {
    stream: TcpStream,
    ahead: Vec<u8>,
}

/// The head of a request or of a response.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// The method of a request.
    pub(super) method: String,
    /// The path of a request, without its query.
    pub(super) path: String,
    /// The status of a response.
    pub(super) status: u16,
    /// Whether it is HTTP/1.0.
    pub(super) old: bool,
    fields: Vec<(String, String)>,
}

/// Why a message cannot be read.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The other side is gone, between two messages.
    Gone,
    /// The other side is gone in the middle of a message, or the line is broken.
    Broken(io::Error),
    /// It takes too long.
    Slow,
    /// It is not HTTP.
    Malformed,
    /// The head is too long.
    LongHead,
    /// The body is too long.
    LongBody,
    /// The body is encoded in a way that is not known here.
    Encoding,
}

/// How the length of a body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Known(usize),
    Chunks,
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::Gone => f.write_str("nobody is there"),
            Trouble::Broken(error) => write!(f, "{error}"),
            Trouble::Slow => f.write_str("it took too long"),
            Trouble::Malformed => f.write_str("it is not HTTP/1.1"),
            Trouble::LongHead => f.write_str("its head is too long"),
            Trouble::LongBody => f.write_str("its body is too long"),
            Trouble::Encoding => f.write_str("its transfer encoding is not known"),
        }
    }
}

impl Head {
    /// The value of a field that stands there once.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let mut found = self
            .fields
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let first = found.next()?;
        found.next().is_none().then_some(first.1.as_str())
    }

    fn count(&self, name: &str) -> usize {
        let same = |(n, _): &&(String, String)| n.eq_ignore_ascii_case(name);
        self.fields.iter().filter(same).count()
    }

    /// Whether a field has a word in its list.
    pub(super) fn says(&self, name: &str, word: &str) -> bool {
        let fields = self
            .fields
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let mut words = fields.flat_map(|(_, value)| value.split(','));
        words.any(|w| w.trim().eq_ignore_ascii_case(word))
    }

    /// Two ways to tell a length, or one way twice, are a way to smuggle something past somebody.
    fn length(&self) -> Result<Length, Trouble> {
        match (
            self.count("transfer-encoding"),
            self.count("content-length"),
        ) {
            (0, 0) => Ok(Length::Known(0)),
            (0, 1) => {
                let text = self.field("content-length").unwrap_or_default();
                let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
                let length = text.parse().ok().filter(|_| digits);
                length.map(Length::Known).ok_or(Trouble::Malformed)
            }
            (1, 0) => match self.field("transfer-encoding") {
                Some(way) if way.trim().eq_ignore_ascii_case("chunked") => Ok(Length::Chunks),
                _ => Err(Trouble::Encoding),
            },
            _ => Err(Trouble::Malformed),
        }
    }

    fn add(&mut self, fields: &[httparse::Header<'_>]) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        let fields = fields.iter().map(|f| (f.name.to_owned(), text(f.value)));
        self.fields.extend(fields);
    }
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Connection {
            stream,
            ahead: Vec::new(),
        })
    }

    /// Waits for the first byte of a message; `false`: nothing came so far.
    pub(super) fn wait(&mut self, for_: Duration) -> Result<bool, Trouble> {
        if !self.ahead.is_empty() {
            return Ok(true);
        }
        match self.more(Some(Instant::now() + for_)) {
            Ok(()) => Ok(true),
            Err(Trouble::Slow) => Ok(false),
            Err(Trouble::Broken(_)) => Err(Trouble::Gone),
            Err(other) => Err(other),
        }
    }

    /// The head of a request.
    pub(super) fn request(&mut self, until: Instant) -> Result<Head, Trouble> {
        self.head(Some(until), |bytes| {
            let mut fields = [httparse::EMPTY_HEADER; FIELDS];
            let mut request = httparse::Request::new(&mut fields);
            let status = request.parse(bytes).map_err(refused)?;
            let httparse::Status::Complete(length) = status else {
                return Ok(None);
            };
            let target = request.path.unwrap_or_default();
            let mut head = Head {
                method: request.method.unwrap_or_default().to_owned(),
                path: target.split('?').next().unwrap_or_default().to_owned(),
                old: request.version == Some(0),
                ..Head::default()
            };
            head.add(request.headers);
            Ok(Some((head, length)))
        })
    }

    /// The head of a response; without a limit of time where one may have to be waited for for ever.
    pub(super) fn response(&mut self, until: Option<Instant>) -> Result<Head, Trouble> {
        self.head(until, |bytes| {
            let mut fields = [httparse::EMPTY_HEADER; FIELDS];
            let mut response = httparse::Response::new(&mut fields);
            let status = response.parse(bytes).map_err(refused)?;
            let httparse::Status::Complete(length) = status else {
                return Ok(None);
            };
            let mut head = Head {
                status: response.code.unwrap_or_default(),
                old: response.version == Some(0),
                ..Head::default()
            };
            head.add(response.headers);
            Ok(Some((head, length)))
        })
    }

    fn head(
        &mut self,
        until: Option<Instant>,
        parse: impl Fn(&[u8]) -> Result<Option<(Head, usize)>, Trouble>,
    ) -> Result<Head, Trouble> {
        loop {
            match parse(&self.ahead)? {
                Some((head, length)) if length <= HEAD => {
                    self.ahead.drain(..length);
                    return Ok(head);
                }
                None if self.ahead.len() <= HEAD => {}
                _ => return Err(Trouble::LongHead),
            }
            self.more(until)?;
        }
    }

    /// The body that a head tells of.
    pub(super) fn body(
        &mut self,
        head: &Head,
        limit: usize,
        until: Instant,
    ) -> Result<Vec<u8>, Trouble> {
        match head.length()? {
            Length::Known(length) if length > limit => Err(Trouble::LongBody),
            Length::Known(length) => self.take(length, until),
            Length::Chunks => self.chunks(limit, until),
        }
    }

    fn chunks(&mut self, limit: usize, until: Instant) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        loop {
            let line = self.line(until)?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let hex = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
            let size = usize::from_str_radix(digits, 16).ok().filter(|_| hex);
            let size = size.ok_or(Trouble::Malformed)?;
            if size == 0 {
                while !self.line(until)?.is_empty() {} // trailers
                return Ok(body);
            }
            if size > limit - body.len() {
                return Err(Trouble::LongBody);
            }
            body.extend(self.take(size, until)?);
            if !self.line(until)?.is_empty() {
                return Err(Trouble::Malformed);
            }
        }
    }

    fn take(&mut self, length: usize, until: Instant) -> Result<Vec<u8>, Trouble> {
        while self.ahead.len() < length {
            self.more(Some(until))?;
        }
        let rest = self.ahead.split_off(length);
        Ok(std::mem::replace(&mut self.ahead, rest))
    }

    fn line(&mut self, until: Instant) -> Result<String, Trouble> {
        loop {
            if let Some(end) = self.ahead.windows(2).position(|w| w == b"\r\n") {
                let line: Vec<u8> = self.ahead.drain(..end + 2).collect();
                let line = line.strip_suffix(b"\r\n").unwrap_or_default();
                return String::from_utf8(line.to_vec()).map_err(|_| Trouble::Malformed);
            }
            if self.ahead.len() > HEAD {
                return Err(Trouble::LongHead);
            }
            self.more(Some(until))?;
        }
    }

    /// Reads on.
    fn more(&mut self, until: Option<Instant>) -> Result<(), Trouble> {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Err(Trouble::Slow);
        }
        self.stream
            .set_read_timeout(left)
            .map_err(Trouble::Broken)?;
        let mut piece = [0; PIECE];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) if self.ahead.is_empty() => return Err(Trouble::Gone),
                Ok(0) => return Err(Trouble::Broken(io::ErrorKind::UnexpectedEof.into())),
                Ok(read) => {
                    (self.ahead).extend_from_slice(piece.get(..read).unwrap_or_default());
                    return Ok(());
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if is_timeout(&e) => return Err(Trouble::Slow),
                Err(e) => return Err(Trouble::Broken(e)),
            }
        }
    }

    /// Sends a head and a body in one piece.
    pub(super) fn send(&mut self, head: &str, body: &[u8], within: Duration) -> io::Result<()> {
        self.stream.set_write_timeout(Some(within))?;
        let mut bytes = Vec::with_capacity(head.len() + body.len());
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(body);
        self.stream.write_all(&bytes)
    }

    /// Ends the connection so that the other side still gets what was sent: what it goes on sending is read for a while.
    pub(super) fn close(mut self) {
        let _ = self.stream.shutdown(std::net::Shutdown::Write); // it may be gone
        let until = Instant::now() + Duration::from_millis(500);
        for _ in 0..64 {
            self.ahead.clear();
            if self.more(Some(until)).is_err() {
                break;
            }
        }
    }
}

fn refused(error: httparse::Error) -> Trouble {
    match error {
        httparse::Error::TooManyHeaders => Trouble::LongHead,
        _ => Trouble::Malformed,
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}
