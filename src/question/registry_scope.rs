//! What a registry's policy is worth under REGISTRY_POLICY_SCOPE V1, and what V2 adds and takes away (R15).
//!
//! Under V1 the policy is asked about three actions only; under V2 about every action and every request, so that an Allow
//! grants on all repositories that it names and a Deny reaches all of them. What the owner's own principals may do by their
//! identity policies is taken to be everything, so that what a Deny takes from them is seen.

use super::change::{self, Change, Side};
use super::estate::{Estate, Located, Policy, Sort};
use crate::iam::action::V1;
use crate::iam::document::{Effect, PolicyKind, Statement};
use crate::iam::facts;
use crate::iam::reach::{Scene, with_own_identities};
use crate::iam::rule::Scope;
use crate::value::Reason;
use rayon::prelude::*;

/// What the change of the scope means for a repository, or for all others of a registry.
#[derive(Clone, Debug)]
pub struct Effects {
    /// The repository, by position in the estate.
    pub repository: usize,
    /// What V2 adds.
    pub adds: Vec<Change>,
    /// What V2 takes away.
    pub takes: Vec<Change>,
    /// Why nothing can be told.
    pub failed: Option<&'static str>,
}

/// A registry's policy.
#[derive(Clone, Debug)]
pub struct Registry {
    /// The policy, by position in the estate.
    pub policy: usize,
    /// The scope that the registry has, where the input or the config says so; else why it is not known.
    pub scope: Result<&'static str, Reason>,
    /// What each statement is worth under V1.
    pub statements: Vec<Worth>,
}

/// What a statement is worth under V1.
#[derive(Clone, Debug)]
pub struct Worth {
    /// The statement.
    pub statement: Located,
    /// Deny, else Allow.
    pub deny: bool,
    /// Its actions that V1 asks about.
    pub asked: Vec<String>,
    /// How many others it has.
    pub idle: usize,
    /// Some of its actions are not known.
    pub open: bool,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The registry policies.
    pub registries: Vec<Registry>,
    /// What changes where; repositories without any change are left out.
    pub effects: Vec<Effects>,
}

/// What a change from V1 to V2 means.
pub fn of(estate: &Estate) -> Answer {
    let concerned: Vec<usize> = (estate.repositories.iter().enumerate())
        .filter(|(_, r)| {
            r.scene
                .policies
                .iter()
                .any(|p| p.document.kind == PolicyKind::Registry)
        })
        .map(|(i, _)| i)
        .collect();
    let effects = concerned.par_iter().map(|i| effects(estate, *i));
    let effects: Vec<Effects> = effects.collect();
    Answer {
        registries: (estate.policies_of(PolicyKind::Registry))
            .map(|(i, p)| registry(estate, i, p))
            .collect(),
        effects: (effects.into_iter())
            .filter(|e| !e.adds.is_empty() || !e.takes.is_empty() || e.failed.is_some())
            .collect(),
    }
}

fn effects(estate: &Estate, position: usize) -> Effects {
    let mut out = Effects {
        repository: position,
        adds: Vec::new(),
        takes: Vec::new(),
        failed: None,
    };
    let Some(repository) = estate.repositories.get(position) else {
        return out;
    };
    let (one, two) = (
        under(&repository.scene, &Scope::V1),
        under(&repository.scene, &Scope::V2),
    );
    let side = |scene| Side {
        estate,
        repository: Some(repository),
        scene,
    };
    match (
        change::of(side(&one), side(&two)),
        change::of(side(&two), side(&one)),
    ) {
        (Ok(adds), Ok(takes)) => (out.adds, out.takes) = (adds, takes),
        (Err(why), _) | (_, Err(why)) => out.failed = Some(why),
    }
    out
}

/// The scene with another scope.
fn under(scene: &Scene, scope: &Scope) -> Scene {
    let mut out = scene.clone();
    for policy in &mut out.policies {
        if policy.document.kind == PolicyKind::Registry {
            policy.scope = scope.clone();
        }
    }
    with_own_identities(&out)
}

fn registry(estate: &Estate, position: usize, policy: &Policy) -> Registry {
    let of =
        |r: &&super::estate::Repository| r.sort == Sort::Registry && r.sources.contains(&position);
    let known = estate.repositories.iter().find(of);
    let resource = known.and_then(|r| estate.inventory.resources.get(r.resource?));
    let stated = match resource {
        Some(resource) => estate.scope(resource),
        None => match estate.world.existing.policy_scope.as_deref() {
            Some("V1") => Ok(Scope::V1),
            Some(_) => Ok(Scope::V2),
            None => Err("REGISTRY_POLICY_SCOPE is not given".into()),
        },
    };
    Registry {
        policy: position,
        scope: stated.map(|s| match s {
            Scope::V1 => "V1",
            _ => "V2",
        }),
        statements: (policy.document.statements.iter())
            .map(|s| worth(policy, s))
            .collect(),
    }
}

fn worth(policy: &Policy, statement: &Statement) -> Worth {
    let named = facts::actions(statement);
    let asked = |name: &str| V1.contains(&name);
    let words = statement.actions.iter().flat_map(|a| &a.words);
    Worth {
        statement: Located {
            policy: policy.name.clone(),
            kind: PolicyKind::Registry,
            statement: statement.index,
            sid: super::estate::sid(&policy.document, statement),
            span: statement.place.primary(),
        },
        deny: statement.effect == Effect::Deny,
        idle: (named.iter())
            .filter(|a| a.name.starts_with("ecr:") && !asked(&a.name))
            .count(),
        asked: (named.iter())
            .map(|a| a.name.clone())
            .filter(|n| asked(n))
            .collect(),
        open: words.clone().any(|w| w.known().is_none()),
    }
}

/// The setting in Terraform.
pub const TERRAFORM: &str = r#"resource "aws_ecr_account_setting" "registry_policy_scope" {
  name  = "REGISTRY_POLICY_SCOPE"
  value = "V2"
}
"#;

/// The setting in CloudFormation, which has no type for it: a custom resource that calls PutAccountSetting.
pub const CLOUDFORMATION: &str = include_str!("registry_scope/setting.yaml");
