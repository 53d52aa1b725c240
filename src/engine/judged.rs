//! Guardrails × subjects: judgements become findings.

use super::cases::{self, InCase};
use super::chosen::Chosen;
use super::way;
use super::{Check, NotRun};
use crate::config::{Error, Undetermined, fingerprint};
use crate::finding::{Access, Enforcement, Finding, Outcome, ResourceRef, Severity, Status};
use crate::guardrail::definition::{Needs, Without};
use crate::guardrail::vocabulary::Subject;
use crate::guardrail::{Guardrail, Judgement, Settings, subject};
use crate::inventory::{Inventory, Resource};
use crate::raw::Form;
use crate::value::{Cause, Role};
use crate::world::World;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// A guardrail that runs, with what holds for it.
pub(super) struct Active<'a> {
    pub(super) guardrail: &'a Guardrail,
    pub(super) settings: Settings,
}

/// What decides whether a finding blocks, and what is kept.
pub(super) struct Blocking {
    pub(super) fail_on: Severity,
    pub(super) today: Date,
    /// What the user says about undetermined findings.
    pub(super) undetermined: Option<Undetermined>,
    /// Whether every outcome is asked for, that of what is as it should be included.
    pub(super) satisfied: bool,
}

impl Blocking {
    /// Whether a finding that nobody accepts makes the run exit with 1. A plan and a hook's request are the last look before
    /// images are open to anyone: where nobody says otherwise, doubt about a critical guardrail blocks there.
    fn blocks(
        &self,
        outcome: Outcome,
        severity: Severity,
        enforcement: Enforcement,
        form: Form,
    ) -> bool {
        let counts = match (outcome, self.undetermined) {
            (Outcome::Satisfied, _) => false,
            (Outcome::Violated, _) => true,
            (Outcome::Undetermined, Some(said)) => said == Undetermined::Fail,
            (Outcome::Undetermined, None) => {
                severity == Severity::Critical && matches!(form, Form::Plan | Form::Hook)
            }
        };
        counts && enforcement == Enforcement::Block
    }
}

/// What judging came to.
pub(super) struct Judged {
    pub(super) findings: Vec<Finding>,
    pub(super) checks: Vec<Check>,
    /// Guardrails that could not tell without what they need, as it is not in sight: said once.
    pub(super) unsettled: Vec<NotRun>,
}

/// Judges every subject by every guardrail about it.
pub(super) fn judge(
    inventory: &Inventory,
    world: &World,
    chosen: &Chosen<'_>,
    blocking: &Blocking,
) -> Result<Judged, Vec<Error>> {
    let cases = cases_of(inventory);
    let judged: Vec<Result<(Check, Came), Error>> = subject::each(inventory, world, |subject| {
        let about = (chosen.of(subject.resource).iter())
            .filter(|a| a.guardrail.target.name == subject.target.name);
        let judged =
            about.filter_map(|a| one(inventory, &cases, &subject, a, blocking).transpose());
        judged.collect::<Vec<_>>()
    });
    let judged = unless_wrong(judged)?;
    let (mut checks, mut found) = (Vec::new(), Vec::new());
    let mut unsettled: BTreeMap<String, String> = BTreeMap::new();
    for (check, came) in judged {
        match came {
            Came::Lacks(because) => {
                unsettled.entry(check.guardrail).or_insert(because);
                continue;
            }
            Came::Finding(one) => found.push(*one),
            Came::Satisfied => {}
        }
        if blocking.satisfied {
            checks.push(check);
        }
    }
    let not_run = |(guardrail, because)| NotRun { guardrail, because };
    Ok(Judged {
        findings: cases::merge(found),
        checks,
        unsettled: unsettled.into_iter().map(not_run).collect(),
    })
}

/// What was judged, or what is wrong with the guardrails, each mistake once.
fn unless_wrong<T>(judged: Vec<Result<T, Error>>) -> Result<Vec<T>, Vec<Error>> {
    let (mut out, mut errors) = (Vec::with_capacity(judged.len()), Vec::new());
    for one in judged {
        match one {
            Ok(one) => out.push(one),
            Err(error) if errors.contains(&error) => {}
            Err(error) => errors.push(error),
        }
    }
    match errors.is_empty() {
        true => Ok(out),
        false => Err(errors),
    }
}

/// What a check came to.
enum Came {
    Satisfied,
    Finding(Box<InCase>),
    /// It could not be told, for nothing more than that this is missing.
    Lacks(String),
}

/// What a doubt comes to, where that is nothing more than that what the guardrail needs is not in sight: nobody said which account
/// the code is deployed to, or the settings of the registry stand elsewhere. It is said once for the guardrail, not at each
/// place.
fn lacks(guardrail: &Guardrail, resource: &Resource, judgement: &Judgement) -> Option<String> {
    let definition = &guardrail.definition;
    if judgement.outcome != Outcome::Undetermined || definition.without != Without::NotRun {
        return None;
    }
    let because = &judgement.because;
    match definition.needs {
        Needs::Target => {
            let account = resource.raw.account.as_unknown();
            let account = account.filter(|a| a.role == Some(Role::Account))?;
            let all = because.iter().all(|b| **b == *account.reason);
            all.then(|| "target.account is not set".to_owned())
        }
        Needs::Registry | Needs::Attached => {
            let elsewhere = judgement.cause == Cause::Elsewhere;
            because.first().filter(|_| elsewhere).cloned()
        }
        Needs::Itself | Needs::Organization => None,
    }
}

/// In how many cases of its root a resource exists, by root and address; how many cases there are, by root and no address.
fn cases_of(inventory: &Inventory) -> BTreeMap<(&str, &str), usize> {
    let mut out = BTreeMap::new();
    for root in &inventory.roots {
        *out.entry((root.name.as_str(), "")).or_default() += 1;
    }
    for resource in &inventory.resources {
        if let Some(root) = inventory.roots.get(resource.root) {
            *out.entry((root.name.as_str(), resource.raw.address.as_str()))
                .or_default() += 1;
        }
    }
    out
}

fn one(
    inventory: &Inventory,
    cases: &BTreeMap<(&str, &str), usize>,
    subject: &Subject,
    active: &Active<'_>,
    blocking: &Blocking,
) -> Result<Option<(Check, Came)>, Error> {
    let settings = &active.settings;
    let judgement = (active.guardrail).judge(subject, settings, &subject.variables)?;
    Ok(judgement.and_then(|j| came(inventory, cases, subject, active, (j, blocking))))
}

/// What a judgement comes to.
fn came(
    inventory: &Inventory,
    cases: &BTreeMap<(&str, &str), usize>,
    subject: &Subject,
    active: &Active<'_>,
    (judgement, blocking): (Judgement, &Blocking),
) -> Option<(Check, Came)> {
    let root = inventory.roots.get(subject.root)?;
    if judgement.outcome == Outcome::Satisfied && !blocking.satisfied {
        return None;
    }
    let resource = inventory.resources.get(subject.resource)?;
    let reference = ResourceRef {
        address: resource.raw.address.clone(),
        kind: resource.raw.kind.clone(),
        root: root.name.clone(),
        construct: resource.raw.construct().map(str::to_owned),
    };
    let check = Check {
        guardrail: active.guardrail.id.clone(),
        resource: Some(reference.clone()),
        outcome: judgement.outcome,
    };
    if judgement.outcome == Outcome::Satisfied {
        return Some((check, Came::Satisfied));
    }
    if let Some(because) = lacks(active.guardrail, resource, &judgement) {
        return Some((check, Came::Lacks(because)));
    }
    let enforcement =
        (active.settings).enforcement(judgement.severity, blocking.fail_on, blocking.today);
    let count = |address: &str| cases.get(&(root.name.as_str(), address)).copied();
    let (outcome, severity) = (judgement.outcome, judgement.severity);
    let blocks = |outcome| blocking.blocks(outcome, severity, enforcement, root.form);
    let found = InCase {
        finding: Finding {
            blocks: blocks(outcome),
            ..finding(subject, resource, reference, active, judgement, enforcement)
        },
        case: root.case.clone(),
        cases: count(&resource.raw.address).unwrap_or(1),
        roots: count("").unwrap_or(1),
        supposed: root.supposed,
        doubt_blocks: blocks(Outcome::Undetermined),
    };
    Some((check, Came::Finding(Box::new(found))))
}

fn finding(
    subject: &Subject,
    resource: &Resource,
    reference: ResourceRef,
    active: &Active<'_>,
    judgement: Judgement,
    enforcement: Enforcement,
) -> Finding {
    let (span, related) = way::labels(&judgement.place);
    let access = subject
        .access
        .values()
        .next()
        .cloned()
        .filter(|_| judgement.witness.is_some());
    Finding {
        fingerprint: identity(
            active.guardrail,
            &reference,
            subject,
            access.as_ref(),
            &judgement,
        ),
        guardrail: active.guardrail.id.clone(),
        severity: judgement.severity,
        enforcement,
        outcome: judgement.outcome,
        status: Status::New,
        blocks: false,
        waived: Vec::new(),
        resource: Some(reference),
        also: Vec::new(),
        resource_span: Some(resource.raw.span),
        message: judgement.message,
        span,
        label: judgement.label,
        related,
        when: None,
        because: judgement.because,
        cause: judgement.cause,
        settle: judgement.settle,
        witness: judgement.witness,
        fix: judgement.fix,
        replaces: judgement.replaces,
        access,
    }
}

/// The three sorts of access that fingerprints tell apart.
fn sorts(access: &Access) -> Vec<&str> {
    let sort = |action: &'_ String| match action.as_str() {
        "pull" | "read" => "pull",
        "push" | "replicate" => "push",
        _ => "administer",
    };
    let sorts: BTreeSet<&str> = access.actions.iter().map(sort).collect();
    sorts.into_iter().collect()
}

/// What makes it the same finding in another run: guardrail, root, address, and what is wrong; no lines.
fn identity(
    guardrail: &Guardrail,
    resource: &ResourceRef,
    subject: &Subject,
    access: Option<&Access>,
    judgement: &Judgement,
) -> String {
    let wrong = match (access, judgement.outcome) {
        (Some(access), _) => format!("{} {}", access.accounts.join(","), sorts(access).join(",")),
        (None, Outcome::Undetermined) => "undetermined".to_owned(),
        (None, _) => judgement.message.clone(),
    };
    let target = subject.target.name;
    fingerprint([
        guardrail.id.as_str(),
        &resource.root,
        &resource.address,
        target,
        &wrong,
    ])
}
