//! Addresses that others give us to fetch from: only those that lead where they must. Read so strictly that no two readers
//! can disagree about the host.

use crate::world::region::{is_known_partition, partition_of, url_suffix};

/// An address of HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The whole of it, without a fragment.
    pub url: String,
    /// The host, in lower case.
    pub host: String,
    /// The port, where one is written.
    pub port: Option<u16>,
    /// Whether it is encrypted.
    pub https: bool,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// Why it is none that is fetched from.
    pub fn read(url: &str) -> Result<Self, String> {
        let url = url.split('#').next().unwrap_or(url);
        if !url.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
            return Err("it holds characters that no URL has".to_owned());
        }
        let (https, rest) = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            _ => return Err("it is no URL of HTTP".to_owned()),
        };
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
        if host.is_empty() || !host.bytes().all(letter) {
            return Err("its host is no name".to_owned());
        }
        let digits = |p: &str| p.bytes().all(|b| b.is_ascii_digit());
        let port = port.map(|p| p.parse().ok().filter(|_| digits(p)));
        if port == Some(None) {
            return Err("its port is no number".to_owned());
        }
        Ok(Address {
            url: url.to_owned(),
            host: host.to_ascii_lowercase(),
            port: port.flatten(),
            https,
        })
    }

    /// Whether it leads to this machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || (self.host.parse::<std::net::Ipv4Addr>()).is_ok_and(|ip| ip.is_loopback())
    }

    /// Holds it against hosts: encrypted and on the usual port, or on this machine where that is one of the hosts.
    ///
    /// # Errors
    /// Why nothing is fetched from it.
    pub fn must_lead_to(&self, allowed: impl Fn(&str) -> bool) -> Result<(), String> {
        if !allowed(&self.host) {
            return Err(format!("nothing is fetched from host `{}`", self.host));
        }
        if self.is_loopback() {
            return Ok(());
        }
        match (self.https, self.port) {
            (false, _) => Err("it is not encrypted".to_owned()),
            (true, None | Some(443)) => Ok(()),
            (true, Some(port)) => Err(format!("nothing is fetched from port {port}")),
        }
    }
}

/// Whether a host is one of S3's in a partition (in any where that is not known):
/// <https://docs.aws.amazon.com/general/latest/gr/s3.html>, with a bucket in front or without.
pub fn is_s3(host: &str, partition: Option<&str>) -> bool {
    let known = ["aws", "aws-cn", "aws-us-gov", "aws-eusc"];
    let isolated = ["aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"];
    let any = known.into_iter().chain(isolated);
    match partition.filter(|p| is_known_partition(p)) {
        Some(partition) => is_s3_of(host, partition),
        None => any.into_iter().any(|p| is_s3_of(host, p)),
    }
}

fn is_s3_of(host: &str, partition: &str) -> bool {
    let Some(rest) = url_suffix(partition)
        .and_then(|suffix| host.strip_suffix(suffix))
        .and_then(|rest| rest.strip_suffix('.'))
    else {
        return false;
    };
    if rest.split('.').any(str::is_empty) {
        return false;
    }
    let of_partition = |region: &str| partition_of(region) == Some(partition);
    let (before, last) = rest.rsplit_once('.').unwrap_or(("", rest));
    if let Some(region) = last.strip_prefix("s3-") {
        return of_partition(region); // s3-us-west-2
    }
    if last == "s3" {
        return partition == "aws"; // s3.amazonaws.com
    }
    let before = before.strip_suffix(".dualstack").unwrap_or(before);
    let service = before.rsplit('.').next().unwrap_or(before);
    of_partition(last) && ["s3", "s3-fips"].contains(&service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_s3_by_partition() {
        let cases = [
            ("s3.amazonaws.com", Some("aws"), true),
            ("b.s3.amazonaws.com", Some("aws"), true),
            ("my.bucket.s3.us-east-1.amazonaws.com", Some("aws"), true),
            ("b.s3-us-west-2.amazonaws.com", Some("aws"), true),
            ("s3.dualstack.eu-west-1.amazonaws.com", Some("aws"), true),
            (
                "b.s3-fips.us-gov-west-1.amazonaws.com",
                Some("aws-us-gov"),
                true,
            ),
            ("b.s3.cn-north-1.amazonaws.com.cn", Some("aws-cn"), true),
            ("b.s3.cn-north-1.amazonaws.com.cn", None, true),
            ("b.s3.us-iso-east-1.c2s.ic.gov", Some("aws-iso"), true),
            ("b.s3.eusc-de-east-1.amazonaws.eu", Some("aws-eusc"), true),
            ("b.s3.cn-north-1.amazonaws.com.cn", Some("aws"), false),
            ("b.s3.us-gov-west-1.amazonaws.com", Some("aws"), false),
            ("s3.us-east-1.amazonaws.com", Some("aws-us-gov"), false),
            ("ec2.us-east-1.amazonaws.com", Some("aws"), false),
            ("x.s3.elb.us-east-1.amazonaws.com", Some("aws"), false),
            ("s3.us-east-1.evil.amazonaws.com", Some("aws"), false),
            ("b.s3-website-us-east-1.amazonaws.com", Some("aws"), false),
            ("s3.amazonaws.com.evil.example", None, false),
            ("evils3.amazonaws.com", None, false),
            ("xs3.us-east-1.amazonaws.com", None, false),
            ("amazonaws.com", None, false),
            (".s3.amazonaws.com", None, false),
            ("169.254.169.254", None, false),
        ];
        for (host, partition, wanted) in cases {
            assert_eq!(is_s3(host, partition), wanted, "{host} {partition:?}");
        }
    }

    #[test]
    fn addresses_are_read_strictly() {
        for url in [
            "ftp://s3.amazonaws.com/x",
            "//s3.amazonaws.com/x",
            "https:s3.amazonaws.com",
            "https://u:p@s3.amazonaws.com/x",
            "https://evil.example\\@s3.amazonaws.com/x",
            "https://s3.amazonaws.com:x/",
            "https://s3.amazonaws.com:+443/",
            "https://s3.amazonaws.com:99999/",
            "https://[::1]/x",
            "https:///x",
            "https://s3.amazonaws.com/a b",
            "https://s3.amazonaws.com/\r\nHost: x",
            "https://é.amazonaws.com/",
            "",
        ] {
            assert!(Address::read(url).is_err(), "{url}");
        }
        let address =
            Address::read("HTTPS://B.s3.amazonaws.com:443/k?X-Amz-Signature=a#f").unwrap();
        assert_eq!(address.host, "b.s3.amazonaws.com");
        assert!(address.url.ends_with("Signature=a"));
        assert!(address.must_lead_to(|h| is_s3(h, None)).is_ok());
    }

    #[test]
    fn only_this_machine_is_asked_in_the_clear() {
        let cases = [
            ("http://127.0.0.1:8000/p", true),
            ("http://localhost:1/p", true),
            ("http://host.example/p", false),
            ("https://host.example/p", true),
            ("https://host.example:8443/p", false),
            ("https://other.example/p", false),
        ];
        let allowed = |host: &str| ["127.0.0.1", "localhost", "host.example"].contains(&host);
        for (url, wanted) in cases {
            let address = Address::read(url).unwrap();
            assert_eq!(address.must_lead_to(allowed).is_ok(), wanted, "{url}");
        }
    }
}
