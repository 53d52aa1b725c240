//! Principals of policies and callers of requests, and which of them match (R3, R4).

use super::kleene::Tri;
use super::pattern::{Binding, Context, Glob, Set, Style, Tok, known};
use crate::value::{Text, Unknown};
use crate::world::is_account;
use std::sync::Arc;

/// Who makes a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A user, role, session or root user of an account.
    Identity {
        /// The ARN of the caller: `arn:aws:sts::…:assumed-role/role/session` for a role session.
        arn: String,
        /// Its account.
        account: String,
    },
    /// An AWS service, by its principal name, or a federated identity.
    Service(String),
    /// Nobody who signed the request.
    Anonymous,
}

impl Caller {
    /// The caller of an ARN or a service name.
    pub fn parse(text: &str) -> Self {
        match account_of(text) {
            Some(account) => Caller::Identity {
                arn: text.to_owned(),
                account: account.to_owned(),
            },
            None => Caller::Service(text.to_owned()),
        }
    }

    /// Its account; `None` for services.
    pub fn account(&self) -> Option<&str> {
        match self {
            Caller::Identity { account, .. } => Some(account),
            _ => None,
        }
    }

    /// The words for it.
    pub fn words(&self) -> &str {
        match self {
            Caller::Identity { arn, .. } => arn,
            Caller::Service(name) => name,
            Caller::Anonymous => "*",
        }
    }
}

/// The account of an IAM or STS ARN.
pub fn account_of(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let (arn, _, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, _) = (parts.next()?, parts.next()?, parts.next()?);
    let identity = arn == "arn" && matches!(service, "iam" | "sts") && region.is_empty();
    (identity && is_account(account)).then_some(account)
}

/// Partition, account and role name of the ARN of a role or a role session.
pub(super) fn role_of(arn: &str) -> Option<(&str, &str, &str)> {
    let account = account_of(arn)?;
    let partition = arn.split(':').nth(1)?;
    let resource = arn.splitn(6, ':').nth(5)?;
    let name = match resource.split_once('/')? {
        ("assumed-role", rest) => rest.split_once('/')?.0,
        ("role", rest) => rest.rsplit('/').next()?,
        _ => return None,
    };
    Some((partition, account, name))
}

/// Whether an ARN is that of a service-linked role.
pub fn is_service_linked(arn: &str) -> bool {
    account_of(arn).is_some() && arn.contains(":role/aws-service-role/")
}

fn is_session(arn: &str) -> bool {
    arn.contains(":assumed-role/")
}

/// A principal as a policy names it.
#[derive(Clone, Debug)]
pub enum Who {
    /// `*`
    Everyone,
    /// A whole account, by `:root` or twelve digits: what its identity policies allow (R3).
    Account(String),
    /// A user, role, role session or other identity, by its ARN.
    Identity(String),
    /// A service, by its name.
    Service(String),
    /// A federated or canonical identity: none that calls ECR.
    Other(String),
    /// A unique id: what is left of a principal that was deleted.
    Gone(String),
    /// What ECR refuses: wildcards in an ARN, no principal at all.
    Invalid(String),
    /// Partly or wholly unknown.
    Open {
        /// As a pattern.
        glob: Glob,
        /// `AWS`, `Service`, …
        sort: Sort,
        /// It may turn out to be `*`.
        everyone: bool,
        /// Why it is unknown.
        unknown: Arc<Unknown>,
    },
}

/// The sorts of principals, by the key of the Principal element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// `AWS`, and a bare `*`.
    Aws,
    /// `Service`
    Service,
    /// `Federated`, `CanonicalUser` and what nobody knows.
    Other,
}

impl Who {
    /// The principal that a word names.
    pub fn of(sort: Sort, text: &Text, binding: &Binding) -> Who {
        match known(text, binding) {
            Some(word) => Self::parse(sort, word),
            None => Self::open(sort, text, binding),
        }
    }

    fn parse(sort: Sort, word: String) -> Who {
        match sort {
            Sort::Service => Who::Service(word),
            Sort::Other => Who::Other(word),
            Sort::Aws if !word.is_empty() && word.bytes().all(|b| b == b'*') => Who::Everyone,
            Sort::Aws if is_account(&word) => Who::Account(word),
            Sort::Aws if word.contains(['*', '?']) => Who::Invalid(word),
            Sort::Aws => match account_of(&word) {
                Some(account) if word.ends_with(":root") => Who::Account(account.to_owned()),
                Some(_) => Who::Identity(word),
                None if is_unique_id(&word) => Who::Gone(word),
                None => Who::Invalid(word),
            },
        }
    }

    fn open(sort: Sort, text: &Text, binding: &Binding) -> Who {
        let glob = Glob::of(text, Style::default(), binding);
        let characters = |t: &Tok| matches!(t, Tok::One(Set::Char(c)) if *c != '*');
        let named = glob.toks().iter().any(characters) || glob.holes().any(|u| names_a_resource(u));
        let unknown = glob.holes().next().cloned().unwrap_or_default();
        Who::Open {
            glob,
            sort,
            everyone: !named,
            unknown,
        }
    }

    /// Whether it names a caller or the caller's account.
    pub fn fits(&self, caller: &Caller, context: &Context) -> Tri {
        direct(self, caller, context).or(whole_account(self, caller, context))
    }

    /// The account that it belongs to, where known.
    pub fn account(&self) -> Option<&str> {
        match self {
            Who::Account(account) => Some(account),
            Who::Identity(arn) => account_of(arn),
            _ => None,
        }
    }
}

/// Whether an unknown is the id of something that this code makes, which is never `*`.
fn names_a_resource(unknown: &Unknown) -> bool {
    unknown.source.as_ref().is_some_and(|(_, attribute)| {
        matches!(
            &**attribute,
            "arn" | "Arn" | "id" | "account_id" | "unique_id"
        )
    })
}

fn is_unique_id(word: &str) -> bool {
    let prefix = [
        "AIDA", "AROA", "AKIA", "ASIA", "AGPA", "AIPA", "ANPA", "ANVA", "APKA",
    ];
    word.len() >= 16
        && prefix.iter().any(|p| word.starts_with(p))
        && word
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// How a Principal element matches: by naming the caller, and by naming the caller's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// It names the caller, or everyone.
    pub direct: Tri,
    /// It names the caller's account: the account's own policies decide.
    pub account: Tri,
}

impl Level {
    /// On either level.
    pub fn any(self) -> Tri {
        self.direct.or(self.account)
    }
}

/// The Principal or NotPrincipal element of a statement.
#[derive(Clone, Debug)]
pub struct Principals {
    /// NotPrincipal.
    pub negated: bool,
    /// In a Deny: which other principals NotPrincipal spares of an account of which it lists a role or user is not written down (A2).
    pub deny: bool,
    /// Who is named.
    pub who: Vec<Who>,
}

impl Principals {
    /// How it matches a caller.
    pub fn fits(&self, caller: &Caller, context: &Context) -> Level {
        let direct = Tri::any(self.who.iter().map(|w| direct(w, caller, context)));
        let account = Tri::any(self.who.iter().map(|w| whole_account(w, caller, context)));
        if !self.negated {
            return Level { direct, account };
        }
        let mut out = direct.or(account).negate();
        if self.deny {
            let listed = |w: &Who| w.account().is_some() && w.account() == caller.account();
            let spared = match context.view.cautious {
                true => out == Tri::True && self.who.iter().any(listed),
                false => direct == Tri::False && account.may() && self.names_one_of(caller),
            };
            if spared {
                out = Tri::Unknown;
            }
            // such a Deny hits whoever has a permissions boundary, listed or not (IAM User Guide, NotPrincipal)
            out = out.or(context.view.bounded);
        }
        Level {
            direct: out,
            account: Tri::False,
        }
    }

    /// Whether users or roles of a caller's account are listed, and the caller is not its root user: AWS has the account listed
    /// beside them for the sake of those that are listed, and does not say that it spares all others (A2).
    fn names_one_of(&self, caller: &Caller) -> bool {
        let one = |w: &Who| match w {
            Who::Identity(arn) => account_of(arn) == caller.account(),
            _ => false,
        };
        !caller.words().ends_with(":root") && self.who.iter().any(one)
    }

    /// Whether it names the caller as such, and not only the caller's role: what is granted so, no permissions boundary limits by
    /// allowing less (IAM User Guide, evaluation logic).
    pub fn names_itself(&self, caller: &Caller, context: &Context) -> Tri {
        match self.negated {
            true => self.fits(caller, context).direct,
            false => Tri::any(self.who.iter().map(|w| itself(w, caller, context))),
        }
    }
}

fn itself(who: &Who, caller: &Caller, context: &Context) -> Tri {
    let fits = direct(who, caller, context);
    match (who, caller) {
        (Who::Identity(arn), _) if role_of(arn).is_some() && !is_session(arn) => Tri::False,
        (Who::Open { glob, everyone, .. }, Caller::Identity { arn, .. }) if !everyone => {
            fits.and(Tri::from(glob.fits(arn, context).may()))
        }
        _ => fits,
    }
}

fn direct(who: &Who, caller: &Caller, context: &Context) -> Tri {
    match (who, caller) {
        (Who::Everyone, _) => Tri::True,
        (Who::Identity(arn), Caller::Identity { arn: own, .. }) => same_identity(arn, own).into(),
        (Who::Service(name) | Who::Other(name), Caller::Service(own)) => (name == own).into(),
        (
            Who::Open {
                glob,
                sort,
                everyone,
                ..
            },
            _,
        ) => {
            let hidden = context.view.unnamed && !everyone;
            let word = match (sort, caller) {
                _ if hidden => return Tri::False,
                (Sort::Aws, _) if *everyone => return Tri::Unknown,
                (Sort::Aws, Caller::Identity { arn, .. }) => arn,
                (Sort::Service, Caller::Service(name)) => name,
                _ => return Tri::False,
            };
            let fits = glob.fits(word, context).may() || role_may_be(glob, word);
            if fits { Tri::Unknown } else { Tri::False }
        }
        _ => Tri::False,
    }
}

/// Whether a partly unknown ARN may be that of the role of a session: the path that a role may have is not in the session's
/// ARN, so only what stands before the unknown part is compared.
fn role_may_be(glob: &Glob, session: &str) -> bool {
    let Some((partition, account, name)) = role_of(session) else {
        return false;
    };
    let role = format!("arn:{partition}:iam::{account}:role/");
    let head: String = (glob.toks().iter())
        .map_while(|t| match t {
            Tok::One(Set::Char(c)) => Some(*c),
            _ => None,
        })
        .collect();
    is_session(session) && (role.starts_with(&head) || head.starts_with(&role)) && !name.is_empty()
}

fn whole_account(who: &Who, caller: &Caller, context: &Context) -> Tri {
    let Caller::Identity { arn, account } = caller else {
        return Tri::False;
    };
    match who {
        Who::Account(id) => (id == account).into(),
        Who::Open {
            glob,
            sort: Sort::Aws,
            everyone,
            ..
        } => {
            if context.view.unnamed && !everyone {
                return Tri::False;
            }
            let partition = arn.split(':').nth(1).unwrap_or("aws");
            let root = format!("arn:{partition}:iam::{account}:root");
            let may = glob.fits(account, context).may() || glob.fits(&root, context).may();
            if may { Tri::Unknown } else { Tri::False }
        }
        _ => Tri::False,
    }
}

/// Whether an ARN names a caller: itself, or the role of its session.
fn same_identity(named: &str, caller: &str) -> bool {
    if named == caller {
        return true;
    }
    let Some((_, session)) = caller.split_once(":assumed-role/") else {
        return false;
    };
    // most are told apart by the role's name
    let name = session.split('/').next().unwrap_or_default();
    named.ends_with(name)
        && !is_session(named)
        && role_of(named).is_some()
        && role_of(named) == role_of(caller)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(sort: Sort, word: &str, caller: &str) -> (Tri, Tri) {
        let who = Who::of(sort, &Text::plain(word), &Binding::default());
        let element = Principals {
            negated: false,
            deny: false,
            who: vec![who],
        };
        let level = element.fits(&Caller::parse(caller), &Context::default());
        (level.direct, level.account)
    }

    #[test]
    fn principals_match_callers() {
        const T: Tri = Tri::True;
        const F: Tri = Tri::False;
        let session = "arn:aws:sts::999999999999:assumed-role/ci/s1";
        for (sort, word, caller, expected) in [
            (Sort::Aws, "*", session, (T, F)),
            (Sort::Aws, "*", "lambda.amazonaws.com", (T, F)),
            (Sort::Aws, "999999999999", session, (F, T)),
            (Sort::Aws, "arn:aws:iam::999999999999:root", session, (F, T)),
            (Sort::Aws, "arn:aws:iam::111122223333:root", session, (F, F)),
            (
                Sort::Aws,
                "arn:aws:iam::999999999999:role/ci",
                session,
                (T, F),
            ),
            (
                Sort::Aws,
                "arn:aws:iam::999999999999:role/team/ci",
                session,
                (T, F),
            ),
            (
                Sort::Aws,
                "arn:aws:iam::999999999999:role/ci/other",
                session,
                (F, F),
            ),
            (
                Sort::Aws,
                "arn:aws:iam::999999999999:user/ci",
                session,
                (F, F),
            ),
            (Sort::Aws, session, session, (T, F)),
            (
                Sort::Aws,
                "arn:aws:sts::999999999999:assumed-role/ci/s2",
                session,
                (F, F),
            ),
            (
                Sort::Aws,
                "arn:aws:iam::999999999999:role/*",
                session,
                (F, F),
            ),
            (Sort::Aws, "arn:aws:iam::*:root", session, (F, F)),
            (Sort::Aws, "AIDAEXAMPLEID234567", session, (F, F)),
            (
                Sort::Service,
                "lambda.amazonaws.com",
                "lambda.amazonaws.com",
                (T, F),
            ),
            (
                Sort::Service,
                "lambda.amazonaws.com",
                "ecs.amazonaws.com",
                (F, F),
            ),
            (Sort::Service, "lambda.amazonaws.com", session, (F, F)),
        ] {
            assert_eq!(level(sort, word, caller), expected, "{word} {caller}");
        }
    }

    #[test]
    fn not_principal_is_everyone_else() {
        let who = |w: &str| Who::of(Sort::Aws, &Text::plain(w), &Binding::default());
        let mut element = Principals {
            negated: true,
            deny: true,
            who: vec![who("arn:aws:iam::999999999999:role/ci")],
        };
        let mut context = Context::default();
        let fits = |e: &Principals, c: &Context, a: &str| e.fits(&Caller::parse(a), c).any();
        let other = "arn:aws:iam::999999999999:role/other";
        assert_eq!(fits(&element, &context, other), Tri::True);
        assert_eq!(
            fits(&element, &context, "arn:aws:iam::999999999999:role/ci"),
            Tri::False
        );
        context.view.cautious = true;
        assert_eq!(fits(&element, &context, other), Tri::Unknown);
        element.deny = false;
        assert_eq!(fits(&element, &context, other), Tri::True);
    }
}
