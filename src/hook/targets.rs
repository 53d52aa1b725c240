//! Which resource types a Hook has to be asked about, as its guardrails stand: the target filter of its deployment.

use crate::config::Error;
use crate::engine::Rules;
use crate::guardrail::State;
use crate::resource::{self, Kind, consumer};
use std::collections::BTreeSet;

/// The kinds of CloudFormation that a guardrail's target is found in. Besides: image references are in every consumer, tags
/// wherever there are any; an account is looked at with what else is in it.
const KINDS: &[(&str, &[&str])] = &[
    ("repository", &["repository"]),
    ("public_repository", &["public_repository"]),
    ("policy", POLICIES),
    ("statement", POLICIES),
    ("condition", POLICIES),
    ("grant", POLICIES),
    ("account_setting", &[]),
    ("replication_rule", &["replication"]),
    ("replication_destination", &["replication"]),
    ("pull_through_rule", &["pull_through_rule"]),
    ("creation_template", &["creation_template"]),
    ("lifecycle_policy", &["repository", "creation_template"]),
    ("lifecycle_rule", &["repository", "creation_template"]),
    (
        "registry_setting",
        &["registry_policy", "replication", "registry_scanning"],
    ),
    ("registry_scanning", &["registry_scanning"]),
    ("signing_rule", &["signing"]),
    ("tag", &[]),
    ("vpc_endpoint", &["vpc_endpoint"]),
    ("organization_policy", &["organization_policy"]),
    (
        "identity_policy",
        &["identity_policy", "identity", "permission_set"],
    ),
    ("managed_policy_attachment", &["identity", "permission_set"]),
    ("account", &[]),
    ("image_reference", &[]),
    ("change", PROTECTED),
];

/// Kinds that hold a policy.
const POLICIES: &[&str] = &[
    "repository",
    "public_repository",
    "registry_policy",
    "creation_template",
    "vpc_endpoint",
];

/// Kinds whose change may take something away.
const PROTECTED: &[&str] = &[
    "repository",
    "public_repository",
    "registry_policy",
    "registry_scanning",
    "signing",
    "creation_template",
    "vpc_endpoint",
];

/// The resource types that some guardrail which runs is about, sorted. A guardrail that an override turns on counts.
///
/// # Errors
/// Mistakes in what the config says of guardrails.
pub fn types(rules: &Rules) -> Result<BTreeSet<&'static str>, Vec<Error>> {
    let config = rules.config();
    let every: Vec<_> = config.overrides.iter().collect();
    let mut out = BTreeSet::new();
    for overrides in [&[][..], &every[..]] {
        let settings = rules.library().settings(config, overrides, None, &[])?;
        for guardrail in rules.library().all() {
            let state = settings.get(&guardrail.id).map(|s| &s.state);
            if state != Some(&State::Off) {
                out.extend(of_target(guardrail.target.name));
            }
        }
    }
    Ok(out)
}

/// The resource types that a guardrail's target is found in.
fn of_target(target: &str) -> Vec<&'static str> {
    let names = KINDS.iter().find(|(name, _)| *name == target);
    let names = names.map_or(&[][..], |(_, kinds)| kinds);
    let tagged = |k: &Kind| target == "tag" && k.fields.iter().any(|f| f.name == "tags");
    let named = resource::kinds().filter(|k| names.contains(&k.name) || tagged(k));
    let consumers = consumer::KINDS
        .iter()
        .filter(|_| target == "image_reference");
    let types = |kind: &'static Kind| kind.cloudformation.iter().copied();
    // what a transform turns into others is no type that a Hook is asked about
    let asked = |name: &&str| !name.starts_with("AWS::Serverless::");
    (named.chain(consumers).flat_map(types))
        .filter(asked)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guardrail::vocabulary::TARGETS;

    /// Kinds that hold nothing to judge by themselves: an account is looked at with what else is in it, a group with its members;
    /// of exclusions nothing is judged.
    const BESIDE: [&str; 3] = [
        "detective_control",
        "group_membership",
        "pull_time_exclusion",
    ];

    #[test]
    fn every_target_is_found_somewhere() {
        for target in TARGETS {
            let known = KINDS.iter().any(|(name, _)| *name == target.name);
            assert!(known, "{} has no kinds", target.name);
        }
        let kinds: Vec<&str> = resource::kinds().map(|k| k.name).collect();
        for (target, names) in KINDS {
            for name in *names {
                assert!(kinds.contains(name), "{target}: {name} is no kind");
            }
        }
        // a Hook is asked about every kind that CloudFormation knows
        for kind in resource::kinds().filter(|k| !k.cloudformation.is_empty()) {
            let by_name = KINDS.iter().any(|(_, names)| names.contains(&kind.name));
            let consumer = consumer::KINDS.iter().any(|c| c.name == kind.name);
            let beside = BESIDE.contains(&kind.name);
            assert!(
                by_name || consumer || beside,
                "no target is found in {}",
                kind.name
            );
        }
        assert!(of_target("image_reference").contains(&"AWS::ECS::TaskDefinition"));
    }
}
