//! What stands behind an address: asked for with limits, and never at a host that is not meant.

use super::address::{Address, is_s3};
use std::time::{Duration, Instant};

/// No payload is larger: two templates of 1 MB, or a template and the properties of 500 resources before and after, escaped.
pub const LARGEST_PAYLOAD: u64 = 16 << 20;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(10);

/// Pauses before further attempts.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// Asks others. Redirects are not followed.
pub trait Fetch: Send + Sync {
    /// Sends a request and gives the answer, whatever its status is.
    ///
    /// # Errors
    /// Why there is no answer.
    fn ask(&self, ask: &Ask<'_>) -> Result<Got, String>;
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Where to.
    pub address: &'a Address,
    /// The bearer token that goes with it.
    pub token: Option<&'a str>,
    /// What is sent: type and content; `None`: something is got, else something is patched.
    pub patch: Option<(&'a str, &'a [u8])>,
    /// No answer is longer.
    pub limit: u64,
    /// How long it may take.
    pub within: Duration,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Got {
    /// The status of HTTP.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The content.
    pub body: Vec<u8>,
}

/// A payload that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its presigned URL.
    pub url: &'a str,
    /// Hosts besides S3's.
    pub hosts: &'a [String],
    /// The partition whose S3 it must be.
    pub partition: Option<&'a str>,
    /// When it is too late.
    pub until: Instant,
}

/// Gets what stands behind a presigned URL; what may be a passing trouble is tried again.
///
/// # Errors
/// Why it cannot be had. The URL is a secret, and is not told.
pub fn payload(fetch: &dyn Fetch, wanted: &Wanted<'_>) -> Result<Vec<u8>, String> {
    let told = |why: String| format!("the payload cannot be fetched: {why}");
    let address = Address::read(wanted.url).map_err(told)?;
    let named = |host: &str| wanted.hosts.iter().any(|h| h.eq_ignore_ascii_case(host));
    (address.must_lead_to(|host| is_s3(host, wanted.partition) || named(host))).map_err(told)?;
    let mut pauses = PAUSES.iter();
    loop {
        let left = wanted.until.saturating_duration_since(Instant::now());
        let ask = Ask {
            address: &address,
            token: None,
            patch: None,
            limit: LARGEST_PAYLOAD,
            within: left.min(ATTEMPT),
        };
        let trouble = match fetch.ask(&ask) {
            Ok(got) if got.status == 200 => return Ok(got.body),
            Ok(got) if !passes(got.status) => {
                return Err(told(format!("the answer has status {}", got.status)));
            }
            Ok(got) => format!("the answer has status {}", got.status),
            Err(why) => why,
        };
        let left = wanted.until.saturating_duration_since(Instant::now());
        match pauses.next() {
            Some(pause) if *pause < left => std::thread::sleep(*pause),
            _ => return Err(told(trouble)),
        }
    }
}

/// Whether a status may be another one soon.
pub(super) fn passes(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// Fetches nothing: for a build without the feature `https`, and where nothing may be fetched.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Fetch for Nothing {
    fn ask(&self, _: &Ask<'_>) -> Result<Got, String> {
        Err("this build of ecr-guard has no feature `https`".to_owned())
    }
}

#[cfg(feature = "https")]
pub use self::http::Http;

#[cfg(feature = "https")]
mod http {
    use super::{Ask, Fetch, Got};
    use std::io::Read;
    use std::time::Duration;
    use ureq::Agent;
    use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

    /// Fetches over HTTP and HTTPS.
    #[derive(Debug)]
    pub struct Http {
        agent: Agent,
    }

    impl Http {
        /// Trusts the authorities of a PEM file; `None`: those that browsers trust. Isolated partitions have their own.
        ///
        /// # Errors
        /// A file without certificates.
        pub fn new(authorities: Option<&[u8]>) -> Result<Self, String> {
            let mut tls = TlsConfig::builder();
            if let Some(pem) = authorities {
                let items: Result<Vec<PemItem<'_>>, _> = parse_pem(pem).collect();
                let certificates = (items.map_err(|e| e.to_string())?.into_iter())
                    .filter_map(|item| match item {
                        PemItem::Certificate(certificate) => Some(certificate),
                        _ => None,
                    })
                    .collect::<Vec<Certificate<'_>>>();
                if certificates.is_empty() {
                    return Err("it holds no certificate".to_owned());
                }
                tls = tls.root_certs(RootCerts::from(certificates));
            }
            let config = Agent::config_builder()
                .tls_config(tls.build())
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .max_idle_connections(4)
                .max_idle_age(Duration::from_secs(5))
                .user_agent(concat!("ecr-guard/", env!("CARGO_PKG_VERSION")))
                .build();
            Ok(Http {
                agent: config.into(),
            })
        }
    }

    impl Fetch for Http {
        fn ask(&self, ask: &Ask<'_>) -> Result<Got, String> {
            let url = ask.address.url.as_str();
            let bearer = ask.token.map(|token| format!("Bearer {token}"));
            let sent = match ask.patch {
                None => {
                    let mut request = self.agent.get(url);
                    if let Some(bearer) = &bearer {
                        request = request.header("Authorization", bearer);
                    }
                    let request = request.config().timeout_global(Some(ask.within));
                    let request = match ask.address.is_loopback() {
                        true => request.proxy(None),
                        false => request,
                    };
                    request.build().call()
                }
                Some((kind, content)) => {
                    let mut request = self.agent.patch(url).header("Content-Type", kind);
                    if let Some(bearer) = &bearer {
                        request = request.header("Authorization", bearer);
                    }
                    let request = request.config().timeout_global(Some(ask.within));
                    let request = match ask.address.is_loopback() {
                        true => request.proxy(None),
                        false => request,
                    };
                    request.build().send(content)
                }
            };
            let mut response = sent.map_err(|e| words(&e))?;
            let location = response.headers().get("location");
            let location = location.and_then(|l| l.to_str().ok()).map(str::to_owned);
            let mut body = Vec::new();
            let reader = response.body_mut().as_reader();
            let read = reader
                .take(ask.limit.saturating_add(1))
                .read_to_end(&mut body);
            read.map_err(|e| format!("the answer broke off: {e}"))?;
            if body.len() as u64 > ask.limit {
                return Err(format!("the answer has more than {} bytes", ask.limit));
            }
            Ok(Got {
                status: response.status().as_u16(),
                location,
                body,
            })
        }
    }

    /// What went wrong, without the address: it is a secret.
    fn words(error: &ureq::Error) -> String {
        match error {
            ureq::Error::Timeout(_) => "it took too long".to_owned(),
            ureq::Error::HostNotFound => "its host is not known".to_owned(),
            ureq::Error::ConnectionFailed => "nobody listens there".to_owned(),
            ureq::Error::Io(e) => format!("the connection broke off: {}", e.kind()),
            ureq::Error::Tls(e) => format!("no secure connection: {e}"),
            ureq::Error::Rustls(e) => format!("no secure connection: {e}"),
            _ => "the answer is not HTTP".to_owned(),
        }
    }
}
