//! What a request is made of: a repository, or the registry; and the policies on its side.

use super::super::estate::{Estate, Repository, Sort, doubt_all};
use super::levels::Attached;
use super::principal::Principal;
use super::{Asked, Asking, Refused};
use crate::iam::action::{self, Service};
use crate::iam::document::Document;
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Binding, Context, Glob, Style};
use crate::iam::rule::Scope;
use crate::value::{Text, Unknown, Value};
use crate::world::is_account;
use crate::world::region;
use std::sync::Arc;

/// Where ECR Public is called: its ARNs name no region.
const PUBLIC_REGION: &str = "us-east-1";

/// What is asked for.
pub(super) struct Target {
    pub(super) arn: String,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) binding: Binding,
    /// Whose actions it takes.
    pub(super) service: Service,
    /// The owner's organisation.
    pub(super) organization: Option<Arc<str>>,
    pub(super) asking: Vec<Asking>,
    pub(super) assumes: Vec<Arc<str>>,
    /// Its name for people.
    pub(super) words: String,
    /// The case of a template's undecided conditions that it stands in.
    pub(super) when: Option<String>,
    /// Its name is sensitive, and nobody gave it.
    secret: bool,
}

/// An ARN of a repository, taken apart.
struct Arn<'a> {
    partition: &'a str,
    service: Service,
    region: &'a str,
    account: &'a str,
    name: &'a str,
}

impl Target {
    /// The actions as its service calls them.
    pub(super) fn actions(&self, asked: &[String]) -> Result<Vec<String>, Refused> {
        let here = |name: &String| {
            let public = name.starts_with("ecr-public:");
            if !public && self.service == Service::Ecr {
                return Ok(name.clone());
            }
            let found = action::in_service(name, Service::EcrPublic);
            match found.filter(|_| self.service == Service::EcrPublic) {
                Some(found) => Ok(found.to_owned()),
                None => Err(Refused::new(
                    format!("`{name}` is not done to `{}`", self.words),
                    match public {
                        true => "it is a private repository: leave out `ecr-public:`",
                        false => super::PULLED,
                    },
                )),
            }
        };
        asked.iter().map(here).collect()
    }

    pub(super) fn find(
        estate: &Estate,
        asked: &Asked,
        principal: &Principal,
    ) -> Result<Vec<Self>, Refused> {
        let given = asked.resource.as_str();
        if given == "*" {
            return Ok(vec![Self::registry(estate, principal)?]);
        }
        if given.starts_with("arn:") {
            let arn = parts(given).ok_or_else(|| {
                let help = "write arn:aws:ecr:REGION:ACCOUNT:repository/NAME";
                Refused::new(format!("`{given}` is no ARN of a repository"), help)
            })?;
            return Ok(cases(estate, &arn)
                .into_iter()
                .map(|when| Self::of_arn(estate, given, &arn, when))
                .collect());
        }
        let named = |r: &&Repository| {
            let name = r.name.as_ref().and_then(Text::known);
            r.sort <= Sort::Elsewhere && (r.address == given || name == Some(given))
        };
        let found: Vec<&Repository> = estate.repositories.iter().filter(named).collect();
        match found.as_slice() {
            [] => Err(nothing(estate, given)),
            [first, rest @ ..] if rest.iter().all(|r| is_other_case(estate, first, r)) => (found
                .iter())
            .map(|r| Self::of_repository(estate, given, r))
            .collect(),
            several => {
                let all: Vec<String> = (several.iter())
                    .map(|r| format!("`{}` in {}", r.address, estate.root(r.resource)))
                    .collect();
                let message = format!("`{given}` names several repositories: {}", all.join(", "));
                Err(Refused::new(
                    message,
                    "give the address, the ARN or fewer paths",
                ))
            }
        }
    }

    /// The registry as a whole: the target's, else that of the principal's account.
    fn registry(estate: &Estate, principal: &Principal) -> Result<Self, Refused> {
        let target = &estate.world.target;
        let account = (target.account.as_deref()).or(principal.account());
        let Some(account) = account else {
            let message = "the account of the registry is not known";
            return Err(Refused::new(
                message,
                "set target.account in ecr-guard.yaml",
            ));
        };
        let region = target.region.as_deref().unwrap_or_default();
        let mut out = Self::bare(estate, "*", account, region, "the registry");
        let sort = |r: &&Repository| r.sort == Sort::Registry;
        let registries = estate.repositories.iter().filter(sort);
        for registry in registries.filter(|r| is_of(r, account, region)) {
            out.add(registry, None);
        }
        Ok(out)
    }

    fn of_arn(estate: &Estate, given: &str, arn: &Arn<'_>, when: Option<String>) -> Self {
        let mut out = Self::bare(estate, given, arn.account, arn.region, arn.name);
        out.service = arn.service;
        out.binding.partition = Some(arn.partition.to_owned());
        let (mut sure, mut perhaps) = (Vec::new(), Vec::new());
        let here = |r: &&Repository| {
            r.scene.service == arn.service
                && is_of(r, arn.account, arn.region)
                && (r.when == when || r.when.is_none())
        };
        for repository in estate.repositories.iter().filter(here) {
            if repository.sort > Sort::Elsewhere {
                continue;
            }
            match called(repository, arn.name, &out.binding) {
                Tri::True => sure.push(repository),
                Tri::Unknown => perhaps.push(repository),
                Tri::False => {}
            }
        }
        for repository in &sure {
            out.add(repository, None);
        }
        for repository in perhaps {
            let why = repository.name.as_ref().and_then(Text::first_hole);
            let why = why.map_or_else(
                || "its name is not known".into(),
                |u| u.reason.words.clone(),
            );
            out.add(repository, Some(why));
        }
        let private = arn.service == Service::Ecr;
        if private && sure.iter().all(|r| r.sort != Sort::Repository) {
            for registry in (estate.repositories.iter()).filter(|r| r.sort == Sort::Registry) {
                if is_of(registry, arn.account, arn.region) {
                    out.add(registry, None);
                }
            }
        }
        if sure.is_empty() {
            out.unseen();
        }
        out.when = when;
        out
    }

    fn of_repository(
        estate: &Estate,
        given: &str,
        repository: &Repository,
    ) -> Result<Self, Refused> {
        let scene = &repository.scene;
        let lacks = |what: &str| {
            let message = format!("the {what} of `{given}` is not known");
            let help =
                format!("give the ARN of the repository, or set target.{what} in ecr-guard.yaml");
            Refused::new(message, help)
        };
        let account = scene.account.as_deref().ok_or_else(|| lacks("account"))?;
        let public = scene.service == Service::EcrPublic;
        let region = match scene.region.as_deref() {
            _ if public => PUBLIC_REGION,
            Some(region) => region,
            None => return Err(lacks("region")),
        };
        let partition = scene.partition.as_deref().unwrap_or("aws");
        let Some(name) = repository.name.as_ref().and_then(Text::known) else {
            let message = format!("the name of `{given}` is not known");
            return Err(Refused::new(message, "give the ARN of the repository"));
        };
        let arn = match public {
            true => format!("arn:{partition}:ecr-public::{account}:repository/{name}"),
            false => format!("arn:{partition}:ecr:{region}:{account}:repository/{name}"),
        };
        let mut out = Self::bare(estate, &arn, account, region, name);
        out.service = scene.service;
        out.binding.partition = Some(partition.to_owned());
        out.secret = repository.secret && given != name;
        if out.secret {
            out.words.clone_from(&repository.address);
        }
        out.when.clone_from(&repository.when);
        out.add(repository, None);
        Ok(out)
    }

    fn bare(estate: &Estate, arn: &str, account: &str, region: &str, words: &str) -> Self {
        let organization = estate.organization(Some(region)).and_then(|o| o.id.clone());
        let partition = region::partition_of(region).map(str::to_owned);
        let suffix = partition.as_deref().and_then(region::url_suffix);
        Target {
            arn: arn.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            binding: Binding {
                account: Some(account.to_owned()),
                region: Some(region.to_owned()).filter(|r| !r.is_empty()),
                url_suffix: suffix.map(str::to_owned),
                organization: organization.clone(),
                partition,
            },
            service: Service::Ecr,
            organization: organization.map(Arc::from),
            asking: Vec::new(),
            assumes: Vec::new(),
            words: words.to_owned(),
            when: None,
            secret: false,
        }
    }

    /// The ARN, where it may be shown.
    pub(super) fn shown(&self) -> String {
        if self.secret {
            self.words.clone()
        } else {
            self.arn.clone()
        }
    }

    /// Adds the policies of a repository that is the one asked for, surely or perhaps.
    fn add(&mut self, repository: &Repository, doubt: Option<Arc<str>>) {
        for attached in &repository.scene.policies {
            let mut document = attached.document.clone();
            if let Some(why) = &doubt {
                let mut doubtful = Document::clone(&document);
                doubt_all(&mut doubtful, &Arc::new(Unknown::because(why.clone())));
                document = Arc::new(doubtful);
            }
            let same = |a: &Asking| a.name == attached.name && Arc::ptr_eq(&a.document, &document);
            if !self.asking.iter().any(same) {
                self.asking.push(Asking {
                    name: attached.name.clone(),
                    document,
                    scope: attached.scope.clone(),
                    placed: true,
                    sure: true,
                    attached: Attached::default(),
                });
            }
        }
        for assumed in &repository.assumes {
            if !self.assumes.contains(assumed) {
                self.assumes.push(assumed.clone());
            }
        }
    }

    /// The repository is not in the input, so that nobody sees its policy.
    fn unseen(&mut self) {
        let why = format!(
            "the repository `{}` is not in the input, nor is its policy",
            self.words
        );
        let span = crate::span::Files::default().add("", "");
        let value = Value::unknown(Unknown::because(why), crate::span::Span::new(span, 0, 0));
        let kind = match self.service {
            Service::Ecr => crate::iam::document::PolicyKind::Repository,
            Service::EcrPublic => crate::iam::document::PolicyKind::PublicRepository,
        };
        let (document, _) = Document::read(&value, kind);
        self.asking.push(Asking {
            name: "the repository's policy".into(),
            document: Arc::new(document),
            scope: Scope::V2,
            placed: false,
            sure: true,
            attached: Attached::default(),
        });
    }
}

/// Whether two repositories are one of a template, in two cases of its conditions.
fn is_other_case(estate: &Estate, a: &Repository, b: &Repository) -> bool {
    let same = a.address == b.address && estate.root(a.resource) == estate.root(b.resource);
    same && a.when != b.when
}

/// The cases of templates in which a repository may be called so.
fn cases(estate: &Estate, arn: &Arn<'_>) -> Vec<Option<String>> {
    let here = |r: &&Repository| {
        r.scene.service == arn.service
            && is_of(r, arn.account, arn.region)
            && r.sort <= Sort::Elsewhere
    };
    let all = estate.repositories.iter().filter(here);
    let mut out: Vec<Option<String>> = all
        .map(|r| r.when.clone())
        .filter(Option::is_some)
        .collect();
    out.sort();
    out.dedup();
    if out.is_empty() { vec![None] } else { out }
}

fn parts(arn: &str) -> Option<Arn<'_>> {
    let mut parts = arn.splitn(6, ':');
    let (_, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account) = (parts.next()?, parts.next()?);
    let name = parts.next()?.strip_prefix("repository/")?;
    let (service, region) = match (service, region) {
        ("ecr", region) if !region.is_empty() => (Service::Ecr, region),
        ("ecr-public", "") => (Service::EcrPublic, PUBLIC_REGION),
        _ => return None,
    };
    let good = is_account(account) && !name.is_empty() && !arn.contains(['*', '?']);
    good.then_some(Arn {
        partition,
        service,
        region,
        account,
        name,
    })
}

/// Whether a repository may be of an account and region.
fn is_of(repository: &Repository, account: &str, region: &str) -> bool {
    let scene = &repository.scene;
    let other = |own: &Option<Arc<str>>, asked: &str| {
        own.as_deref()
            .is_some_and(|o| !asked.is_empty() && o != asked)
    };
    let private = scene.service == Service::Ecr;
    let elsewhere = private && other(&scene.region, region);
    !elsewhere && !other(&scene.account, account)
}

/// Whether a repository is called so.
fn called(repository: &Repository, name: &str, binding: &Binding) -> Tri {
    match &repository.name {
        Some(text) => Glob::of(text, Style::default(), binding).fits(name, &Context::default()),
        None => Tri::Unknown,
    }
}

fn nothing(estate: &Estate, given: &str) -> Refused {
    let names: Vec<&str> = (estate.repositories.iter())
        .filter(|r| r.sort <= Sort::Elsewhere)
        .filter_map(|r| r.name.as_ref()?.known())
        .collect();
    let help = match crate::diagnostic::nearest(given, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "give the ARN, the name or the address of a repository, or `*` for the registry"
            .to_owned(),
    };
    Refused::new(
        format!("there is no repository `{given}` in the input"),
        help,
    )
}
