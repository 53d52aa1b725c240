//! ARNs, whose parts may be unknown.
//! Source: the AWS General Reference's page on Amazon Resource Names.

use super::symbols::{first_hole, split};
use crate::value::{Part, Role, Text, Unknown, Value};
use crate::world::is_account;
use crate::world::region::partition_of;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The parts of an ARN after `arn`.
#[derive(Clone, Debug)]
pub struct Arn {
    /// e.g. `aws`.
    pub partition: Text,
    /// e.g. `ecr`.
    pub service: Text,
    /// Empty for services without regions.
    pub region: Text,
    /// See [`account`].
    pub account: Text,
    /// The rest, `:` and `/` included.
    pub resource: Text,
}

/// What a text is as an ARN.
#[derive(Clone, Debug)]
pub enum Split {
    /// It is one.
    Arn(Box<Arn>),
    /// It is none, whatever its holes are.
    Not,
    /// It hangs on this hole.
    Unknown(Arc<Unknown>),
}

/// Splits an ARN. A hole that has known colons on both sides is taken to stand for one part, as whoever wrote it so
/// meant it to.
pub fn parse(text: &Text) -> Split {
    let mut parts = split(text, ':', 6).into_iter();
    let head = parts.next().unwrap_or_default();
    let rest: Vec<Text> = parts.collect();
    let open = first_hole(text).filter(|_| rest.len() < 5);
    match (head.known(), open) {
        (Some("arn"), None) => {}
        (Some("arn"), Some(hole)) => return Split::Unknown(hole),
        (Some(known), Some(hole)) if rest.is_empty() && "arn".starts_with(known) => {
            return Split::Unknown(hole);
        }
        (Some(_), _) => return Split::Not,
        (None, _) => {
            let known = head.known_prefix();
            return match first_hole(&head) {
                Some(hole) if "arn".starts_with(known) || known.starts_with("arn:") => {
                    Split::Unknown(hole)
                }
                _ => Split::Not,
            };
        }
    }
    match <[Text; 5]>::try_from(rest) {
        Ok([partition, service, region, account, resource]) => Split::Arn(Box::new(Arn {
            partition,
            service,
            region,
            account,
            resource,
        })),
        Err(_) => Split::Not,
    }
}

/// An account as it stands in an ARN, a registry id or a host name.
#[derive(Clone, Debug)]
pub enum Account {
    /// Twelve digits.
    Known(String),
    /// The account that the code is deployed to, whichever that is.
    Own,
    /// None.
    Absent,
    /// Something that is no account id, e.g. `aws` or `*`.
    Other(String),
    /// It hangs on this hole.
    Unknown(Arc<Unknown>),
}

impl Account {
    /// Twelve digits, where they are known.
    pub fn id(&self) -> Option<&str> {
        match self {
            Account::Known(id) => Some(id),
            _ => None,
        }
    }

    /// Whether both are the same account, where `own` is the deploying one; `None`: that is not known.
    pub fn same(&self, other: &Account, own: Option<&str>) -> Option<bool> {
        let id = |a: &Account| match a {
            Account::Known(id) => Some(id.clone()),
            Account::Own => own.map(str::to_owned),
            _ => None,
        };
        match (self, other) {
            (Account::Own, Account::Own) => Some(true),
            (Account::Absent, Account::Absent) => Some(true),
            (Account::Absent | Account::Other(_), Account::Known(_) | Account::Own)
            | (Account::Known(_) | Account::Own, Account::Absent | Account::Other(_)) => {
                Some(false)
            }
            (a, b) => Some(id(a)? == id(b)?),
        }
    }
}

/// The account that a text names.
pub fn account(text: &Text) -> Account {
    if let Some(known) = text.known() {
        return match known {
            "" => Account::Absent,
            id if is_account(id) => Account::Known(id.to_owned()),
            other => Account::Other(other.to_owned()),
        };
    }
    match text.parts() {
        [Part::Hole(hole)] if hole.role == Some(Role::Account) => Account::Own,
        [Part::Hole(hole)] => Account::Unknown(hole.clone()),
        parts => {
            let digits = |p: &Part| match p {
                Part::Lit(l) => l.text.bytes().all(|b| b.is_ascii_digit()) && l.text.len() <= 12,
                Part::Hole(h) => h.role.is_none(),
            };
            match first_hole(text) {
                Some(hole) if parts.iter().all(digits) => Account::Unknown(hole),
                _ => Account::Other(known_part(text)),
            }
        }
    }
}

fn known_part(text: &Text) -> String {
    let parts = text.parts().iter().map(|p| match p {
        Part::Lit(l) => &*l.text,
        Part::Hole(_) => "…",
    });
    parts.collect()
}

/// Whether a value is the ARN of the managed policy of an account that has a name: what follows the last slash.
pub fn is_policy(arn: &Value, name: &Value) -> bool {
    let last = |arn: &str| {
        let (start, rest) = arn.split_once(":policy/")?;
        let own = !start.ends_with(":aws");
        own.then(|| rest.rsplit('/').next().unwrap_or(rest).to_owned())
    };
    let known = arn.as_str().and_then(last);
    known.is_some() && known.as_deref() == name.as_str()
}

/// The account and the region of the registry that ARNs are of, each where all that tell it name one.
pub fn registry<'t>(texts: impl Iterator<Item = &'t Text>) -> (Option<Arc<str>>, Option<Arc<str>>) {
    let (mut accounts, mut regions) = (BTreeSet::new(), BTreeSet::new());
    for text in texts {
        if let Split::Arn(arn) = parse(text) {
            accounts.extend((arn.account.known().filter(|a| is_account(a))).map(str::to_owned));
            let region = arn.region.known().filter(|r| partition_of(r).is_some());
            regions.extend(region.map(str::to_owned));
        }
    }
    let only = |all: BTreeSet<String>| match all.len() {
        1 => all.into_iter().next().map(Arc::from),
        _ => None,
    };
    (only(accounts), only(regions))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::testing::{shown, text};

    fn parts(template: &str) -> String {
        match parse(&text(template)) {
            Split::Arn(a) => [a.partition, a.service, a.region, a.account, a.resource]
                .iter()
                .map(shown)
                .collect::<Vec<_>>()
                .join("|"),
            Split::Not => "not".into(),
            Split::Unknown(u) => u.reason.to_string(),
        }
    }

    #[test]
    fn an_arn_has_six_parts() {
        let cases = [
            (
                "arn:aws:ecr:us-east-1:123456789012:repository/a/b",
                "aws|ecr|us-east-1|123456789012|repository/a/b",
            ),
            ("arn:aws:iam::1:role/a:b:c", "aws|iam||1|role/a:b:c"),
            (
                "arn:${partition}:ecr:${region}:${account}:repository/${x}",
                "${partition}|ecr|${region}|${account}|repository/${x}",
            ),
            ("arn:aws:iam::${x}:root", "aws|iam||${x}|root"),
            ("${x}", "`x` has no value"),
            ("a${x}", "`x` has no value"),
            ("arn:aws:${x}", "`x` has no value"),
            ("${x}:aws:iam::1:root", "`x` has no value"),
            ("*", "not"),
            ("arn:aws:iam", "not"),
            ("urn:${x}", "not"),
            ("b${x}", "not"),
            ("", "not"),
        ];
        for (template, expected) in cases {
            assert_eq!(parts(template), expected, "{template}");
        }
    }

    #[test]
    fn an_account_is_known_own_or_unknown() {
        let is = |t: &str| match account(&text(t)) {
            Account::Known(id) => id,
            Account::Own => "own".into(),
            Account::Absent => "absent".into(),
            Account::Other(t) => format!("other {t}"),
            Account::Unknown(u) => u.reason.to_string(),
        };
        let cases = [
            ("012345678901", "012345678901"),
            ("${account}", "own"),
            ("", "absent"),
            ("aws", "other aws"),
            ("12345678901", "other 12345678901"),
            ("${x}", "`x` has no value"),
            ("12${x}", "`x` has no value"),
            ("a${x}", "other a…"),
            ("1${account}", "other 1…"),
        ];
        for (template, expected) in cases {
            assert_eq!(is(template), expected, "{template}");
        }
    }

    #[test]
    fn the_deploying_account_is_itself_and_perhaps_another() {
        let of = |t: &str| account(&text(t));
        let same = |a: &str, b: &str, own| of(a).same(&of(b), own);
        assert_eq!(same("${account}", "${account}", None), Some(true));
        assert_eq!(same("${account}", "012345678901", None), None);
        let own = Some("012345678901");
        assert_eq!(same("${account}", "012345678901", own), Some(true));
        assert_eq!(same("${account}", "112345678901", own), Some(false));
        assert_eq!(same("${x}", "${x}", own), None);
        assert_eq!(same("", "012345678901", own), Some(false));
    }
}
