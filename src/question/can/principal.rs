//! Who asks.

use super::Refused;
use crate::iam::principal::{Caller, account_of};
use crate::world::is_account;

/// Who asks, and what follows from it.
#[derive(Clone, Debug)]
pub(super) struct Principal {
    pub(super) caller: Caller,
    /// The value of `aws:PrincipalArn`.
    pub(super) arn: Option<String>,
    /// The value of `aws:PrincipalType`.
    pub(super) sort: Option<&'static str>,
    /// Role or user, with its name.
    pub(super) name: Option<(&'static str, String)>,
}

impl Principal {
    /// A role is met as a session of it (R3); an account's id stands for its root user.
    pub(super) fn parse(text: &str) -> Result<Self, Refused> {
        let rooted;
        let arn = if is_account(text) {
            rooted = format!("arn:aws:iam::{text}:root");
            rooted.as_str()
        } else {
            text
        };
        let Some(account) = account_of(arn) else {
            return Self::service(text);
        };
        let partition = arn.split(':').nth(1).unwrap_or("aws");
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let last = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let (caller, own, sort, name) = match resource.split_once('/') {
            Some(("role", path)) => {
                let name = last(path);
                let session =
                    format!("arn:{partition}:sts::{account}:assumed-role/{name}/any-session");
                (session, arn.to_owned(), "AssumedRole", Some(("role", name)))
            }
            Some(("assumed-role", path)) => {
                let name = path.split('/').next().unwrap_or(path).to_owned();
                let role = format!("arn:{partition}:iam::{account}:role/{name}");
                (arn.to_owned(), role, "AssumedRole", Some(("role", name)))
            }
            Some(("user", path)) => {
                let user = Some(("user", last(path)));
                (arn.to_owned(), arn.to_owned(), "User", user)
            }
            _ if resource == "root" => (arn.to_owned(), arn.to_owned(), "Account", None),
            Some(("federated-user", _)) => (arn.to_owned(), arn.to_owned(), "FederatedUser", None),
            _ => return Err(refused(text)),
        };
        if arn.contains(['*', '?']) {
            return Err(refused(text));
        }
        Ok(Principal {
            caller: Caller::parse(&caller),
            arn: Some(own),
            sort: Some(sort),
            name,
        })
    }

    fn service(text: &str) -> Result<Self, Refused> {
        let good =
            |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let domain = text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn");
        if !domain || !text.split('.').all(good) {
            return Err(refused(text));
        }
        Ok(Principal {
            caller: Caller::Service(text.to_owned()),
            arn: None,
            sort: None,
            name: None,
        })
    }

    pub(super) fn account(&self) -> Option<&str> {
        self.caller.account()
    }
}

fn refused(text: &str) -> Refused {
    Refused::new(
        format!("`{text}` is no principal"),
        "give the ARN of a role, a user or a role session, an account's id, or a service such as lambda.amazonaws.com",
    )
}
