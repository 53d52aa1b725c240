//! What questions are asked of: the repositories of the input and all policies that say who may do what with them.

use super::can;
use crate::diagnostic::{Diagnostic, Level};
use crate::iam::action::Service;
use crate::iam::document::{Document, PolicyKind, Statement};
use crate::iam::reach::{self, Attached, Scene, Trusted};
use crate::iam::rule::Scope;
use crate::inventory::{self, Inventory, Link, Resource};
use crate::raw::Root;
use crate::resource::arn;
use crate::source::{self, Input};
use crate::span::{Files, Span};
use crate::terraform::Demand;
use crate::value::{Kind, Text, Unknown, Value};
use crate::world::region;
use crate::world::{Organization, World};
use std::sync::Arc;

mod policies;
mod registry;

pub(crate) use self::policies::{doubt_all, parsed};

/// What a command reads.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Paths and the text of standard input.
    pub inputs: Vec<Input>,
    /// Paths to leave out, as globs.
    pub exclude: Vec<String>,
    /// Files that are nothing but a policy (JSON): path and text.
    pub documents: Vec<(String, String)>,
}

/// The input, joined.
#[derive(Debug)]
pub struct Estate {
    /// The texts that spans point into.
    pub files: Arc<Files>,
    /// What answers rest on besides the code.
    pub world: World,
    /// All resources.
    pub inventory: Inventory,
    /// Problems with the input, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Files of infrastructure code that were read.
    pub read: usize,
    /// Every policy, in the order of the input; those outside the code last.
    pub policies: Vec<Policy>,
    /// Every private repository and everything that stands for some: see [`Sort`].
    pub repositories: Vec<Repository>,
}

/// A policy of the input.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The address of the resource that holds it, or the path of a file that is nothing but the policy.
    pub name: Arc<str>,
    /// What it says; its kind is what it hangs on.
    pub document: Arc<Document>,
    /// The resource that holds it, by position in the inventory.
    pub resource: Option<usize>,
    /// `existing` says that it binds the target's account, or is its registry's.
    pub existing: bool,
}

/// What stands for one repository or many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sort {
    /// A repository of the input.
    Repository,
    /// A repository outside the input that a policy of the input is of.
    Elsewhere,
    /// The repositories that a creation template makes.
    Template,
    /// Every other repository of a registry whose policy is in the input.
    Registry,
}

/// A private repository with the policies on its side, or what stands for some.
#[derive(Clone, Debug)]
pub struct Repository {
    /// What it stands for.
    pub sort: Sort,
    /// The address of the resource, or the path of the registry's policy outside the code.
    pub address: String,
    /// The resource, by position in the inventory; `None`: it stands for a registry outside the code.
    pub resource: Option<usize>,
    /// Its name, as far as known; a prefix for a template; `None`: any.
    pub name: Option<Text>,
    /// The place of the resource.
    pub span: Option<Span>,
    /// The policies on the side of the resource, in their surroundings.
    pub scene: Scene,
    /// Which of [`Estate::policies`] each policy of the scene is.
    pub sources: Vec<usize>,
    /// Whom the owner trusts.
    pub trusted: Trusted,
    /// What is taken for granted, in words.
    pub assumes: Vec<Arc<str>>,
    /// Its name is sensitive: never printed, nor a request that names it.
    pub secret: bool,
    /// The case of the template's undecided conditions that it stands in, e.g. "IsProd is false".
    pub when: Option<String>,
}

/// A statement and where it stands.
#[derive(Clone, Debug)]
pub struct Located {
    /// The name of its policy.
    pub policy: Arc<str>,
    /// What the policy hangs on.
    pub kind: PolicyKind,
    /// Its position, from 0.
    pub statement: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// Its place.
    pub span: Span,
}

impl Estate {
    /// Reads and joins the input.
    ///
    /// # Errors
    /// A path that does not exist, a pattern that is none.
    pub fn read(read: &Read, world: World, files: &Arc<Files>) -> Result<Self, source::Error> {
        let options = source::Options {
            exclude: read.exclude.clone(),
            code: None,
            demand: Demand::Everything,
            at_defaults: true,
            compared: false,
        };
        let sources = source::read(&read.inputs, &world, files, &options)?;
        Ok(Self::build(Built {
            roots: sources.roots,
            diagnostics: sources.diagnostics,
            files: files.clone(),
            read: sources.files + read.documents.len(),
            documents: read.documents.clone(),
            world,
        }))
    }

    fn build(built: Built) -> Self {
        let mut estate = Estate {
            inventory: Inventory::build(built.roots),
            files: built.files,
            world: built.world,
            diagnostics: built.diagnostics,
            read: built.read,
            policies: Vec::new(),
            repositories: Vec::new(),
        };
        estate.policies = estate.policies_of_resources();
        for (path, text) in built.documents {
            estate.add_document(path, text);
        }
        estate.add_existing();
        estate.repositories = estate.repositories();
        estate
    }

    /// Whether some part of the input could not be read.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.level == Level::Error)
    }

    /// The name of the root that a resource is of.
    pub fn root(&self, resource: Option<usize>) -> &str {
        let root = (resource.and_then(|r| self.inventory.resources.get(r)))
            .and_then(|r| self.inventory.roots.get(r.root));
        root.map_or("", |r| r.name.as_str())
    }

    /// The organisation that the resources of a region should belong to.
    pub fn organization(&self, region: Option<&str>) -> Option<&Organization> {
        self.world
            .organization(region.and_then(region::partition_of))
    }

    /// The policies of a kind, by position.
    pub fn policies_of(&self, kind: PolicyKind) -> impl Iterator<Item = (usize, &Policy)> {
        (self.policies.iter().enumerate()).filter(move |(_, p)| p.document.kind == kind)
    }

    fn repositories(&self) -> Vec<Repository> {
        let mut out = Vec::new();
        for (position, resource) in self.inventory.resources.iter().enumerate() {
            let sort = match resource.kind.name {
                "repository" | "public_repository" => Sort::Repository,
                "repository_policy" | "public_repository_policy" if self.is_elsewhere(position) => {
                    Sort::Elsewhere
                }
                "creation_template" => Sort::Template,
                "registry_policy" => Sort::Registry,
                _ => continue,
            };
            out.push(self.repository(sort, position, resource));
        }
        out.extend(self.registry_outside(&out));
        registry::leave_out(&mut out);
        out
    }

    /// Whether a policy is of a repository that is not in the input for sure.
    fn is_elsewhere(&self, position: usize) -> bool {
        matches!(
            self.inventory.link(position),
            None | Some(Link::Elsewhere | Link::Perhaps(..))
        )
    }

    fn repository(&self, sort: Sort, position: usize, resource: &Resource) -> Repository {
        let mut out = Repository {
            sort,
            address: resource.raw.address.clone(),
            resource: Some(position),
            name: name(sort, resource),
            span: Some(resource.raw.span),
            scene: self.surroundings(sort, position, resource),
            sources: Vec::new(),
            secret: name_of(sort, resource).is_some_and(|n| n.has_sensitive()),
            when: (self.inventory.roots.get(resource.root)).and_then(|r| r.case.clone()),
            trusted: (self.organization(resource.raw.region.as_str()))
                .map(Trusted::from)
                .unwrap_or_default(),
            assumes: Vec::new(),
        };
        for (policy, doubt) in self.own_policies(sort, position) {
            out.attach(policy, &self.policies, doubt.as_ref(), Scope::V2);
        }
        match out.scene.service {
            Service::Ecr => self.attach_registry(&mut out, resource),
            Service::EcrPublic => out.assumes.push(can::PULLED.into()),
        }
        out
    }

    fn surroundings(&self, sort: Sort, position: usize, resource: &Resource) -> Scene {
        let raw = &resource.raw;
        let known = |v: &Value| v.as_str().map(Arc::from);
        let (account, region) = match sort {
            Sort::Registry => self.own_registry(position),
            _ => (None, None),
        };
        let region: Option<Arc<str>> = known(&raw.region).or(region);
        let organization = self.organization(region.as_deref());
        let partition = (region.as_deref().and_then(region::partition_of)).or(self
            .world
            .target
            .partition
            .as_deref());
        Scene {
            service: match resource.kind.name.starts_with("public_") {
                true => Service::EcrPublic,
                false => Service::Ecr,
            },
            account: known(&raw.account).or(account),
            partition: partition.map(Arc::from),
            organization: organization.and_then(|o| o.id.as_deref()).map(Arc::from),
            known: organization.map(Trusted::from).unwrap_or_default(),
            repository: match (sort, name(sort, resource)) {
                (Sort::Repository | Sort::Elsewhere, Some(name)) => reach::Repository::Named(name),
                _ => reach::Repository::Any,
            },
            region,
            ..Scene::default()
        }
    }

    /// The account and region that a registry's policy speaks of in its resources, where it is only one: a registry's policy
    /// covers its own repositories only.
    fn own_registry(&self, position: usize) -> (Option<Arc<str>>, Option<Arc<str>>) {
        let documents = self
            .policies
            .iter()
            .filter(|p| p.resource == Some(position));
        let resources = documents
            .flat_map(|p| &p.document.statements)
            .filter_map(|s| s.resources.as_ref());
        arn::registry(resources.flat_map(|r| &r.words).map(|w| &w.text))
    }

    /// The policies of the repository itself, each with the reason why it may not be there.
    fn own_policies(&self, sort: Sort, position: usize) -> Vec<(usize, Option<Arc<Unknown>>)> {
        let held = |by: usize| {
            let found = self.policies.iter().position(|p| p.resource == Some(by));
            found.into_iter()
        };
        match sort {
            Sort::Registry => return Vec::new(),
            Sort::Template | Sort::Elsewhere => return held(position).map(|p| (p, None)).collect(),
            Sort::Repository => {}
        }
        let mut out: Vec<_> = held(position).map(|p| (p, None)).collect();
        let resource = self.inventory.resources.get(position);
        let kind = match resource.is_some_and(|r| r.kind.name == "public_repository") {
            true => "public_repository_policy",
            false => "repository_policy",
        };
        let attached = self.inventory.attached(position, kind);
        for (other, _) in self.inventory.of_kind(kind) {
            let doubt = match (self.inventory.link(other), &attached) {
                (Some(Link::To(to)), inventory::Attached::Yes(sure)) if to.contains(&position) => {
                    match sure.contains(&other) {
                        true => None,
                        false => Some(Arc::new(Unknown::because("it may not exist"))),
                    }
                }
                (Some(Link::To(to)), inventory::Attached::Unknown(why))
                    if to.contains(&position) =>
                {
                    Some(why.clone())
                }
                (Some(Link::Perhaps(to, why)), _) if to.contains(&position) => Some(why.clone()),
                _ => continue,
            };
            out.extend(held(other).map(|p| (p, doubt.clone())));
        }
        out
    }
}

impl Repository {
    fn attach(
        &mut self,
        policy: usize,
        policies: &[Policy],
        doubt: Option<&Arc<Unknown>>,
        scope: Scope,
    ) {
        let Some(found) = policies.get(policy) else {
            return;
        };
        let document = match doubt {
            None => found.document.clone(),
            Some(why) => {
                let mut document = Document::clone(&found.document);
                doubt_all(&mut document, why);
                Arc::new(document)
            }
        };
        self.add(policy, found.name.clone(), document, scope);
    }

    fn add(&mut self, policy: usize, name: Arc<str>, document: Arc<Document>, scope: Scope) {
        self.sources.push(policy);
        self.scene.policies.push(Attached {
            name,
            document,
            scope,
        });
    }

    /// Where a statement of a policy of the scene stands.
    pub fn statement(&self, estate: &Estate, policy: usize, index: usize) -> Option<Located> {
        let held = estate.policies.get(*self.sources.get(policy)?)?;
        let statement = (held.document.statements.iter()).find(|s| s.index == index)?;
        Some(Located {
            policy: held.name.clone(),
            kind: held.document.kind,
            statement: index,
            sid: sid(&held.document, statement),
            span: statement.place.primary(),
        })
    }

    /// Whether something that is sensitive would be shown by who gets in, or by a request.
    pub fn is_secret(&self) -> bool {
        self.secret || self.scene.policies.iter().any(|p| p.document.sensitive)
    }

    /// What people call it.
    pub fn words(&self) -> String {
        let name = self.name.as_ref().and_then(Text::known);
        let name = name.filter(|_| !self.secret);
        match (self.sort, name) {
            (Sort::Registry, _) => "every other repository".to_owned(),
            (Sort::Template, Some(prefix)) => format!("{prefix}/*"),
            (_, Some(name)) => name.to_owned(),
            (_, None) => self.address.clone(),
        }
    }
}

/// Everything that an estate is made of.
struct Built {
    roots: Vec<Root>,
    diagnostics: Vec<Diagnostic>,
    files: Arc<Files>,
    read: usize,
    documents: Vec<(String, String)>,
    world: World,
}

/// The value that names what a resource stands for.
fn name_of(sort: Sort, resource: &Resource) -> Option<Value> {
    let field = match sort {
        Sort::Repository => "name",
        Sort::Elsewhere => "repository",
        Sort::Template => "prefix",
        Sort::Registry => return None,
    };
    Some(resource.field(field))
}

/// The name of what a resource stands for.
fn name(sort: Sort, resource: &Resource) -> Option<Text> {
    let value = name_of(sort, resource)?;
    match (&value.kind, value.as_text()) {
        (_, Some(text)) => Some(text.clone()),
        (Kind::Unknown(unknown), _) => Some(Text::hole(unknown.clone())),
        _ => None,
    }
}

/// The Sid of a statement, where it is known and may be shown.
pub(crate) fn sid(document: &Document, statement: &Statement) -> Option<String> {
    let sid = statement.sid.as_ref()?.known()?;
    (!document.sensitive).then(|| sid.to_owned())
}
