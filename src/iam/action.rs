//! The actions of Amazon ECR and ECR Public (R16).
//!
//! Source: the table `actions.tsv`. Names of actions match without regard to case, the service prefix included; `*` and `?`
//! are wildcards (IAM User Guide, element Action).

use super::kleene::Tri;
use super::pattern::{Context, Glob};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

/// A service whose policies are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Service {
    /// Amazon ECR, `ecr:`.
    #[default]
    Ecr,
    /// Amazon ECR Public, `ecr-public:`.
    EcrPublic,
}

impl Service {
    /// The prefix of its actions and the service segment of its ARNs.
    pub fn prefix(self) -> &'static str {
        match self {
            Service::Ecr => "ecr",
            Service::EcrPublic => "ecr-public",
        }
    }
}

/// What an action does, as AWS classifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    /// Shows that things exist.
    List,
    /// Reads their content.
    Read,
    /// Tags them.
    Tagging,
    /// Changes them.
    Write,
    /// Changes who may do what.
    Permissions,
}

/// One action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The service.
    pub service: Service,
    /// With its service: `ecr:PutImage`.
    pub name: String,
    /// What it does.
    pub access: Access,
    /// Whether it acts on a repository; the others have no effect in a repository's policy.
    pub on_repository: bool,
}

/// Actions that a pull needs.
pub const PULL: &[&str] = &["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

/// Actions that a push needs.
pub const PUSH: &[&str] = &[
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
    "ecr:PutImage",
];

/// Actions each of which brings images or repositories into a registry.
pub const BRING: &[&str] = &[
    "ecr:PutImage",
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
    "ecr:ReplicateImage",
    "ecr:BatchImportUpstreamImage",
    "ecr:CreateRepository",
];

/// The only actions that a registry policy of scope V1 is asked about (R15).
pub const V1: &[&str] = &[
    "ecr:ReplicateImage",
    "ecr:BatchImportUpstreamImage",
    "ecr:CreateRepository",
];

static TABLE: LazyLock<Vec<Action>> = LazyLock::new(|| {
    let rows = include_str!("actions.tsv").lines();
    rows.filter(|l| !l.starts_with('#'))
        .filter_map(row)
        .collect()
});

fn row(line: &str) -> Option<Action> {
    let mut cells = line.split('\t');
    let service = match cells.next()? {
        "ecr" => Service::Ecr,
        "ecr-public" => Service::EcrPublic,
        _ => return None,
    };
    let name = format!("{}:{}", service.prefix(), cells.next()?);
    let access = match cells.next()? {
        "list" => Access::List,
        "read" => Access::Read,
        "tagging" => Access::Tagging,
        "write" => Access::Write,
        "permissions" => Access::Permissions,
        _ => return None,
    };
    Some(Action {
        service,
        name,
        access,
        on_repository: cells.next()? == "repository",
    })
}

/// All actions, by service and name.
pub fn all() -> &'static [Action] {
    &TABLE
}

/// The actions that have an effect in the policy of a repository of a service, those of pulls and pushes first.
pub fn on_repository(service: Service) -> Vec<&'static str> {
    every_on_repository(service).to_vec()
}

/// As [`on_repository`].
pub fn every_on_repository(service: Service) -> &'static [&'static str] {
    match service {
        Service::Ecr => &PRIVATE,
        Service::EcrPublic => &PUBLIC,
    }
}

static PRIVATE: LazyLock<Vec<&'static str>> = LazyLock::new(|| ranked(Service::Ecr));
static PUBLIC: LazyLock<Vec<&'static str>> = LazyLock::new(|| ranked(Service::EcrPublic));

fn ranked(service: Service) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = (TABLE.iter())
        .filter(|a| a.service == service && a.on_repository)
        .map(|a| a.name.as_str())
        .collect();
    let rank = |n: &str| match n {
        "ecr:BatchGetImage" => 0,
        "ecr:PutImage" | "ecr-public:PutImage" => 1,
        _ => 2,
    };
    names.sort_by_key(|n| (rank(n), *n));
    names
}

/// The action of another service that is called the same and acts on a repository there, too: `ecr:PutImage` and
/// `ecr-public:PutImage`. Nobody calls ECR Public to pull an image: everybody may.
pub fn in_service(action: &str, service: Service) -> Option<&'static str> {
    let bare = |name: &str| name.split_once(':').map(|(_, bare)| bare.to_owned());
    let wanted = bare(action)?;
    let here = |a: &&Action| a.service == service && a.on_repository;
    let found = TABLE
        .iter()
        .filter(here)
        .find(|a| bare(&a.name).as_deref() == Some(&wanted));
    found.map(|a| a.name.as_str())
}

/// Patterns whose actions a thread remembers: the policies of a run have most of them in common.
const REMEMBERED: usize = 4096;

thread_local! {
    static EXPANDED: RefCell<HashMap<String, Rc<[&'static Action]>>> = RefCell::default();
}

/// The actions that a pattern takes in.
pub fn expand(pattern: &str) -> Rc<[&'static Action]> {
    EXPANDED.with_borrow_mut(|known| {
        if let Some(found) = known.get(pattern) {
            return found.clone();
        }
        let glob = Glob::action(pattern);
        let all = TABLE.iter();
        let found: Rc<[&'static Action]> = all
            .filter(|a| glob.fits(&a.name, &Context::default()) == Tri::True)
            .collect();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(pattern.to_owned(), found.clone());
        found
    })
}

/// The word for a sort of access: `pull`, `push`, `administer`, `read`.
pub fn group(action: &str) -> &'static str {
    let bare = action.split_once(':').map_or(action, |(_, a)| a);
    match bare {
        "BatchGetImage" | "GetDownloadUrlForLayer" | "BatchCheckLayerAvailability" => "pull",
        "PutImage" | "InitiateLayerUpload" | "UploadLayerPart" | "CompleteLayerUpload" => "push",
        "CreateRepository" | "ReplicateImage" | "BatchImportUpstreamImage" => "create",
        _ => match TABLE.iter().find(|a| a.name == action) {
            Some(a) if a.access <= Access::Read => "read",
            _ => "administer",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_action_once() {
        assert_eq!(all().len(), 65 + 23);
        assert_eq!(on_repository(Service::Ecr).len(), 36);
        let mut names: Vec<_> = all().iter().map(|a| &a.name).collect();
        names.dedup();
        assert_eq!(names.len(), all().len());
        for name in PULL.iter().chain(PUSH).chain(BRING).chain(V1) {
            assert!(on_repository(Service::Ecr).contains(name), "{name}");
        }
    }

    #[test]
    fn patterns_take_in_actions_without_regard_to_case() {
        let names = |p| expand(p).iter().map(|a| a.name.clone()).collect::<Vec<_>>();
        assert_eq!(names("ECR:batchget?mage"), ["ecr:BatchGetImage"]);
        assert_eq!(names("ecr:*").len(), 65);
        assert_eq!(names("*").len(), 88);
        assert_eq!(names("ecr:BatchGet.mage"), [""; 0]);
        assert_eq!(names("ecr:Putt"), [""; 0]);
    }

    #[test]
    fn groups_name_what_an_action_is_for() {
        assert_eq!(group("ecr:BatchGetImage"), "pull");
        assert_eq!(group("ecr:PutImage"), "push");
        assert_eq!(group("ecr:SetRepositoryPolicy"), "administer");
        assert_eq!(group("ecr:DescribeImages"), "read");
    }
}
