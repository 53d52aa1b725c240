//! `registry-scope`: what a registry's policy is worth under V1, what V2 changes, and the steps of a migration.

use super::access::{Named, Statement, at, by, named, statement};
use super::changes::{self, One};
use super::json::{OneDiagnostic, diagnostics};
use super::{Look, count, human};
use crate::question::estate::{Estate, Located};
use crate::question::registry_scope::{Answer, CLOUDFORMATION, Registry, TERRAFORM};
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    registries: Vec<OneRegistry<'a>>,
    repositories: Vec<OneRepository<'a>>,
    steps: Vec<Step>,
    diagnostics: Vec<OneDiagnostic<'a>>,
}

#[derive(Serialize)]
struct OneRegistry<'a> {
    policy: &'a str,
    scope: Option<&'static str>,
    because: Option<&'a str>,
    statements: Vec<Worth<'a>>,
}

#[derive(Serialize)]
struct Worth<'a> {
    #[serde(flatten)]
    statement: Statement<'a>,
    effect: &'static str,
    v1_actions: &'a [String],
    v1_ignores: usize,
    unknown: bool,
}

#[derive(Serialize)]
struct OneRepository<'a> {
    #[serde(flatten)]
    repository: Named<'a>,
    v2_adds: Vec<One<'a>>,
    v2_takes: Vec<One<'a>>,
    unknown: Option<&'static str>,
}

#[derive(Serialize)]
struct Step {
    step: &'static str,
    #[serde(rename = "do")]
    task: String,
    commands: Vec<String>,
}

/// Writes one JSON document and a line end.
pub fn write_json(estate: &Estate, answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let files = &*estate.files;
    let repositories = answer.effects.iter().filter_map(|e| {
        let repository = estate.repositories.get(e.repository)?;
        Some(OneRepository {
            repository: named(estate, repository),
            v2_adds: changes::json(&e.adds, (files, files)),
            v2_takes: changes::json(&e.takes, (files, files)),
            unknown: e.failed,
        })
    });
    let document = Document {
        version: 1,
        registries: (answer.registries.iter())
            .map(|r| registry(estate, r))
            .collect(),
        repositories: repositories.collect(),
        steps: steps(estate, answer),
        diagnostics: diagnostics(&estate.diagnostics, files),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn registry<'a>(estate: &'a Estate, registry: &'a Registry) -> OneRegistry<'a> {
    let policy = estate.policies.get(registry.policy);
    OneRegistry {
        policy: policy.map_or("", |p| &*p.name),
        scope: registry.scope.as_ref().ok().copied(),
        because: registry.scope.as_ref().err().map(|r| &**r),
        statements: (registry.statements.iter())
            .map(|w| Worth {
                statement: statement(&w.statement, &estate.files),
                effect: if w.deny { "Deny" } else { "Allow" },
                v1_actions: &w.asked,
                v1_ignores: w.idle,
                unknown: w.open,
            })
            .collect(),
    }
}

/// Writes it for people.
pub fn write_human(
    estate: &Estate,
    answer: &Answer,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let files = &estate.files;
    for registry in &answer.registries {
        write_registry(estate, registry, out)?;
    }
    if answer.registries.is_empty() {
        writeln!(out, "there is no registry policy: V1 and V2 are the same")?;
    }
    let place = |l: &Located| at(l.span, files);
    for effects in &answer.effects {
        let Some(repository) = estate.repositories.get(effects.repository) else {
            continue;
        };
        writeln!(
            out,
            "{}  ({})",
            repository.words(),
            super::access::place_of(repository)
        )?;
        for (words, sign, found) in [
            ("V2 adds", '+', &effects.adds),
            ("V2 takes away", '-', &effects.takes),
        ] {
            if !found.is_empty() {
                writeln!(out, "  {words}")?;
                changes::write(sign, found, (&place, &place), out)?;
            }
        }
        if let Some(why) = effects.failed {
            writeln!(out, "  cannot tell: {why}")?;
        }
        writeln!(out)?;
    }
    if answer.effects.is_empty() && !answer.registries.is_empty() {
        writeln!(out, "V2 changes nothing about who can do what\n")?;
    }
    for (number, step) in (1..).zip(steps(estate, answer)) {
        writeln!(out, "{number}. {}: {}", step.step, step.task)?;
        for command in step.commands.iter().flat_map(|c| c.lines()) {
            writeln!(out, "       {command}")?;
        }
    }
    human::write_problems(&estate.diagnostics, files, look, out)
}

fn write_registry(estate: &Estate, registry: &Registry, out: &mut dyn Write) -> io::Result<()> {
    let policy = estate.policies.get(registry.policy);
    let name = policy.map_or("", |p| &*p.name);
    match &registry.scope {
        Ok(scope) => writeln!(out, "{name}: the registry's scope is {scope}")?,
        Err(why) => writeln!(out, "{name}: the registry's scope is not known ({why})")?,
    }
    for worth in &registry.statements {
        let effect = if worth.deny { "Deny" } else { "Allow" };
        let asked = match worth.asked.as_slice() {
            [] => "V1 does not look at it".to_owned(),
            some => format!("V1 looks at {}", some.join(", ")),
        };
        let idle = match (worth.idle, worth.asked.is_empty()) {
            (0, _) | (_, true) => String::new(),
            (n, false) => format!(", not at its {}", count(n, "other action")),
        };
        let open = if worth.open {
            "; some of its actions are not known"
        } else {
            ""
        };
        let (by, place) = (
            by(&worth.statement),
            at(worth.statement.span, &estate.files),
        );
        writeln!(out, "  {by}, {effect}: {asked}{idle}{open}  {place}")?;
    }
    writeln!(out)
}

/// Assess, test, change, verify.
fn steps(estate: &Estate, answer: &Answer) -> Vec<Step> {
    let adds = answer.effects.iter().any(|e| !e.adds.is_empty());
    let takes = answer.effects.iter().any(|e| !e.takes.is_empty());
    let done =
        answer.registries.iter().all(|r| r.scope == Ok("V2")) && !answer.registries.is_empty();
    let assess = match (done, adds, takes) {
        (true, ..) => "the scope is V2 already; the difference to V1 is above",
        (_, false, false) => "nobody gains or loses access",
        (_, true, false) => {
            "narrow the statements above that add what you do not want; nobody loses access"
        }
        (_, false, true) => {
            "narrow the Deny statements above that take what is needed; nobody gains access"
        }
        (_, true, true) => {
            "narrow the statements above that add what you do not want, or take what is needed"
        }
    };
    let region = estate.world.target.region.as_deref();
    let region = region.map_or_else(String::new, |r| format!(" --region {r}"));
    let get = format!("aws ecr get-account-setting{region} --name REGISTRY_POLICY_SCOPE");
    let put =
        format!("aws ecr put-account-setting{region} --name REGISTRY_POLICY_SCOPE --value V2");
    let step = |step, task: &str, commands| Step {
        step,
        task: task.to_owned(),
        commands,
    };
    vec![
        step(
            "assess",
            assess,
            vec![
                format!("aws ecr get-registry-policy{region} > policy.json"),
                format!("{get} > setting.json"),
                "ecr-guard registry-scope --policy policy.json --setting setting.json".to_owned(),
            ],
        ),
        step(
            "test",
            "write down who must and who must not get in, and try it with both scopes (existing.registry.policy_scope); then switch a registry that nothing important hangs on",
            vec!["ecr-guard access test expectations.yaml".to_owned()],
        ),
        step(
            "change",
            "set the scope, per account and region; there is no way back to V1 in the current API",
            vec![
                put,
                format!("# or in Terraform\n{}", TERRAFORM.trim_end()),
                format!("# or in CloudFormation\n{}", CLOUDFORMATION.trim_end()),
            ],
        ),
        step(
            "verify",
            "read the setting again, repeat the expectations, and watch CloudTrail for AccessDenied of ecr.amazonaws.com",
            vec![get, "ecr-guard access test expectations.yaml".to_owned()],
        ),
    ]
}
