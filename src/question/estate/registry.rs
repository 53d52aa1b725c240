//! The policy of the registry that a repository is in, and the scope that it is asked with (R15).

use super::{Estate, Policy, Repository, Sort, doubt_all};
use crate::iam::action::Service;
use crate::iam::document::{Document, Effect, PolicyKind};
use crate::iam::reach::{self, Scene, Trusted};
use crate::iam::rule::Scope;
use crate::inventory::Resource;
use crate::value::{Reason, Unknown, Value};
use crate::world::region;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What nobody said about the scope is taken as in `check`.
const V2: &str = "the registry's policy is asked about every action (REGISTRY_POLICY_SCOPE is V2), as in every new registry";

const UNSET: &str = "REGISTRY_POLICY_SCOPE is not set in the code";

impl Estate {
    /// Adds the registry's policy to a repository: that of the code, else the one that `existing` names.
    pub(super) fn attach_registry(&self, repository: &mut Repository, resource: &Resource) {
        let of =
            |position: usize| (self.policies.iter()).position(|p| p.resource == Some(position));
        let mut found: Vec<(usize, Option<Arc<Unknown>>)> = Vec::new();
        if repository.sort == Sort::Registry {
            found.extend(repository.resource.and_then(of).map(|p| (p, None)));
        } else {
            let beside = self.inventory.beside(resource, "registry_policy");
            found.extend(
                beside
                    .sure
                    .iter()
                    .filter_map(|(i, _)| Some((of(*i)?, None))),
            );
            for (other, why) in &beside.doubtful {
                let position =
                    (self.inventory.resources.iter()).position(|r| std::ptr::eq(r, *other));
                let policy = position.and_then(of);
                found.extend(policy.map(|p| (p, Some(why.clone()))));
            }
        }
        if found.iter().all(|(_, doubt)| doubt.is_some()) && self.covers(resource) {
            found.extend(self.existing_policy().map(|p| (p, None)));
        }
        let scope = self.scope(resource);
        for (policy, doubt) in found {
            self.attach_with_scope(repository, policy, doubt.as_ref(), &scope);
        }
    }

    /// Every repository of the registry whose policy is known from `existing`, where the input holds none of it.
    pub(super) fn registry_outside(&self, known: &[Repository]) -> Option<Repository> {
        let policy = self.existing_policy()?;
        let target = &self.world.target;
        let other = |own: &Option<Arc<str>>, asked: &Option<String>| matches!((own.as_deref(), asked.as_deref()), (Some(own), Some(asked)) if own != asked);
        let here = |r: &&Repository| {
            let scene = &r.scene;
            !other(&scene.account, &target.account) && !other(&scene.region, &target.region)
        };
        let mut registries = known.iter().filter(|r| r.sort == Sort::Registry);
        if registries.any(|r| here(&r)) {
            return None;
        }
        let region = target.region.as_deref();
        let partition = region
            .and_then(region::partition_of)
            .or(target.partition.as_deref());
        let organization = self.organization(region);
        let mut out = Repository {
            sort: Sort::Registry,
            address: self.policies.get(policy)?.name.to_string(),
            resource: None,
            name: None,
            span: None,
            scene: Scene {
                account: target.account.as_deref().map(Arc::from),
                region: region.map(Arc::from),
                partition: partition.map(Arc::from),
                organization: organization.and_then(|o| o.id.as_deref()).map(Arc::from),
                known: organization.map(Trusted::from).unwrap_or_default(),
                ..Scene::default()
            },
            sources: Vec::new(),
            secret: false,
            when: None,
            trusted: organization.map(Trusted::from).unwrap_or_default(),
            assumes: Vec::new(),
        };
        let scope = match self.world.existing.policy_scope.as_deref() {
            Some("V1") => Ok(Scope::V1),
            Some(_) => Ok(Scope::V2),
            None => Err(UNSET.into()),
        };
        self.attach_with_scope(&mut out, policy, None, &scope);
        Some(out)
    }

    /// The registry's policy outside the code.
    fn existing_policy(&self) -> Option<usize> {
        let is = |p: &Policy| p.existing && p.document.kind == PolicyKind::Registry;
        self.policies.iter().position(is)
    }

    /// Where nobody says which scope the registry has, Allow statements are judged as under V2, as `check` does, and whether
    /// Deny statements protect anything is not known.
    fn attach_with_scope(
        &self,
        repository: &mut Repository,
        policy: usize,
        doubt: Option<&Arc<Unknown>>,
        scope: &Result<Scope, Reason>,
    ) {
        let reason = match scope {
            Ok(scope) => return repository.attach(policy, &self.policies, doubt, scope.clone()),
            Err(reason) => reason,
        };
        let Some(found) = self.policies.get(policy) else {
            return;
        };
        for allows in [true, false] {
            let mut document = Document::clone(&found.document);
            document
                .statements
                .retain(|s| (s.effect == Effect::Allow) == allows);
            if let Some(why) = doubt {
                doubt_all(&mut document, why);
            }
            if document.statements.is_empty() && (allows || document.unknown.is_empty()) {
                continue;
            }
            let scope = match allows {
                true => Scope::V2,
                false => Scope::Unknown(reason.clone()),
            };
            repository.add(policy, found.name.clone(), Arc::new(document), scope);
        }
        repository.assumes.push(V2.into());
    }

    /// REGISTRY_POLICY_SCOPE of the registry that a resource belongs to: from the input, else from `existing`. `Err`: why
    /// nobody knows.
    pub fn scope(&self, resource: &Resource) -> Result<Scope, Reason> {
        let settings = self.inventory.beside(resource, "account_setting");
        let scope = |s: &Resource| s.field("name").as_str() == Some("REGISTRY_POLICY_SCOPE");
        let stated = settings.sure.iter().find(|(_, s)| scope(s));
        let value = stated.map(|(_, setting)| setting.field("value"));
        if let Some(value) = value {
            return match (value.as_str(), value.as_unknown()) {
                (Some("V1"), _) => Ok(Scope::V1),
                (Some(_), _) => Ok(Scope::V2),
                (None, Some(unknown)) => Err(unknown.reason.clone()),
                (None, None) => Err("REGISTRY_POLICY_SCOPE has no value".into()),
            };
        }
        if let Some((_, why)) = settings.doubtful.iter().find(|(s, _)| scope(s)) {
            return Err(why.reason.clone());
        }
        let stated = self.world.existing.policy_scope.as_deref();
        match stated.filter(|_| self.covers(resource)) {
            Some("V1") => Ok(Scope::V1),
            Some(_) => Ok(Scope::V2),
            None => Err(UNSET.into()),
        }
    }

    /// Whether a resource is deployed to the account and region that `existing` speaks of, as far as is known.
    fn covers(&self, resource: &Resource) -> bool {
        let other = |own: &Value, target: &Option<String>| match (own.as_str(), target) {
            (Some(own), Some(target)) => own != target,
            _ => false,
        };
        let target = &self.world.target;
        !other(&resource.raw.account, &target.account)
            && !other(&resource.raw.region, &target.region)
    }
}

/// A registry stands for its other repositories: those of a section of their own are left out.
pub(super) fn leave_out(repositories: &mut [Repository]) {
    let own: Vec<(Scene, String)> = (repositories.iter())
        .filter(|r| matches!(r.sort, Sort::Repository | Sort::Elsewhere))
        .filter(|r| r.scene.service == Service::Ecr && r.when.is_none())
        .filter_map(|r| Some((r.scene.clone(), r.name.as_ref()?.known()?.to_owned())))
        .collect();
    for registry in repositories.iter_mut().filter(|r| r.sort == Sort::Registry) {
        let scene = &registry.scene;
        let names: BTreeSet<String> = (own.iter())
            .filter(|(s, _)| (&s.account, &s.region) == (&scene.account, &scene.region))
            .map(|(_, name)| name.clone())
            .collect();
        if !names.is_empty() {
            registry.scene.repository = reach::Repository::Except(Arc::new(names));
        }
    }
}
