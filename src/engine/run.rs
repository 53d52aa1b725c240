//! One run: sources, inventory, guardrails × subjects, waivers, report.

use super::chosen::{self, Chosen};
use super::instances;
use super::judged::{self, Active, Blocking, Judged};
use super::previous;
use super::rules::Rules;
use super::secrets;
use super::{Failure, GuardrailInfo, NotRun, Options, Report, RunInfo, Summary};
use crate::config::{Error, Undetermined, edition};
use crate::diagnostic::{Diagnostic, Level};
use crate::finding::{Enforcement, Finding, Outcome, Status};
use crate::guardrail::definition::Without;
use crate::guardrail::settings::State;
use crate::guardrail::{Guardrail, Settings, subject};
use crate::inventory::Inventory;
use crate::raw::{Mode, Root};
use crate::resource::{self, availability, schema};
use crate::source::{self, Input, Sources};
use crate::span::Files;
use crate::terraform::Demand;
use crate::value::Cause;
use crate::waiver;
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Judges the input by the guardrails.
///
/// # Errors
/// Mistakes in an option, the config or a guardrail, and paths that do not exist.
pub fn run(options: &Options) -> Result<Report, Failure> {
    let files = Arc::new(Files::default());
    let fail = |mistakes: Vec<Error>| Failure {
        files: files.clone(),
        mistakes,
    };
    let rules = Rules::load(options, &files).map_err(fail)?;
    let mut sources = sources(options, &rules.world, &files).map_err(|e| fail(vec![e]))?;
    previous::compare(options, &rules.world, &files, &mut sources).map_err(|e| fail(vec![e]))?;
    judge(options, &rules, sources, &files).map_err(fail)
}

fn sources(options: &Options, world: &World, files: &Files) -> Result<Sources, Error> {
    let input = |path: &String| match (&options.stdin, options.plans.get(path)) {
        (Some(text), _) if path == "-" => Input::Text(text.clone()),
        (_, Some(plan)) => Input::Plan(plan.clone()),
        _ => Input::Path(path.clone()),
    };
    let inputs: Vec<Input> = options.paths.iter().map(input).collect();
    let options = source::Options {
        exclude: options.exclude.clone(),
        code: options.code.clone(),
        demand: Demand::Resources(resource::WANTED),
        compared: options.previous.is_some(),
        at_defaults: false,
    };
    source::read(&inputs, world, files, &options).map_err(|e| Error::new(e.to_string()))
}

/// Judges what was read.
///
/// # Errors
/// Mistakes in what the config says of guardrails.
pub fn judge(
    options: &Options,
    rules: &Rules,
    sources: Sources,
    files: &Arc<Files>,
) -> Result<Report, Vec<Error>> {
    let Sources {
        roots,
        mut diagnostics,
        files: read,
        skipped,
    } = sources;
    if read == 0 && !options.allow_empty && diagnostics.iter().all(|d| d.level != Level::Error) {
        diagnostics.push(nothing(&options.paths));
    }
    diagnostics.extend(refused(&roots, files));
    let inventory = Inventory::build(roots);
    let (chosen, doubts) = chosen(options, rules, &inventory, files)?;
    diagnostics.extend(doubts);
    let active = chosen.all();
    let mut not_run = chosen.not_run.clone();
    diagnostics.extend(subject::doubts(&inventory, &rules.world, files));
    let blocking = Blocking {
        fail_on: rules.fail_on,
        today: options.today,
        undetermined: rules.undetermined,
        satisfied: options.satisfied,
    };
    let Judged {
        mut findings,
        checks,
        unsettled,
    } = judged::judge(&inventory, &rules.world, &chosen, &blocking)?;
    not_run.extend(unsettled);
    findings.retain(|f| f.outcome == Outcome::Violated || !is_said(f, rules.undetermined));
    diagnostics.extend(waive(
        &mut findings,
        rules,
        &inventory,
        &active,
        options,
        files,
    ));
    findings.sort_by_cached_key(|f| f.order(files));
    let mut findings = instances::merge(findings);
    secrets::keep(&mut findings, &mut diagnostics, &mut not_run, files);
    let summary = summary(&findings, &inventory, active.len(), read, &skipped);
    Ok(Report {
        files: files.clone(),
        checks,
        findings,
        diagnostics,
        not_run,
        summary,
        skipped,
        run: run_info(options, rules),
        guardrails: active.iter().map(|a| info(a.guardrail)).collect(),
    })
}

/// What CloudFormation would refuse about resources, and what their regions do not have; once for all cases of a root.
fn refused(roots: &[Root], files: &Files) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for root in roots {
        let managed = root.resources.iter().filter(|r| r.mode == Mode::Managed);
        out.extend(managed.filter_map(availability::problem));
        out.extend(schema::problems_of(root));
    }
    let key = |d: &Diagnostic| (d.span.map(|s| files.location(s)), d.code, d.message.clone());
    out.sort_by_cached_key(key);
    out.dedup();
    out
}

/// An input without infrastructure code is a mistake more often than not: a pass would say that something was judged.
fn nothing(paths: &[String]) -> Diagnostic {
    let paths: Vec<String> = paths.iter().map(|p| format!("`{p}`")).collect();
    let message = format!("there is no infrastructure code in {}", paths.join(", "));
    Diagnostic::error("nothing-to-check", message).help(
        "give a directory with Terraform files, a plan or a template; --allow-empty where nothing is right",
    )
}

/// Whether an undetermined finding says nothing more: nobody wants to see them, or all that it hangs on are errors that
/// stand among the diagnostics (the run exits with 2 then).
fn is_said(finding: &Finding, undetermined: Option<Undetermined>) -> bool {
    undetermined == Some(Undetermined::Ignore) || finding.cause == Cause::Diagnosed
}

/// Marks what somebody accepted.
fn waive(
    findings: &mut [Finding],
    rules: &Rules,
    inventory: &Inventory,
    active: &[&Active<'_>],
    options: &Options,
    files: &Files,
) -> Vec<Diagnostic> {
    let ours = rules.library.files().chain(rules.config.file).collect();
    let mut waivers = waiver::of_config(&rules.config);
    let (comments, mut diagnostics) = waiver::of_comments(files, &ours);
    waivers.extend(comments);
    let mut seen = BTreeSet::new();
    for resource in &inventory.resources {
        let root = inventory
            .roots
            .get(resource.root)
            .map_or("", |r| r.name.as_str());
        let (found, problems) = waiver::of_metadata(root, &resource.raw);
        waivers.extend(found.into_iter().filter(|w| seen.insert(w.span)));
        diagnostics.extend(problems);
    }
    diagnostics.dedup();
    let ran = active.iter().map(|a| a.guardrail.id.clone()).collect();
    let library = &rules.library;
    diagnostics.extend(waiver::apply(
        findings,
        &waivers,
        library,
        &ran,
        options.today,
        files,
    ));
    diagnostics
}

/// A built-in guardrail that is newer than the config's edition only reports, unless the config says what it does.
fn only_reports(rules: &Rules, guardrail: &Guardrail, settings: &mut Settings) {
    let edition = rules.config.edition.as_deref();
    let since = guardrail.definition.since.as_deref();
    let (Some(edition), Some(since)) = (edition, since) else {
        return;
    };
    let settled = settings.enforcement.is_some() || settings.block_from.is_some();
    if guardrail.built_in && !settled && edition::is_newer(since, edition) {
        settings.enforcement = Some(Enforcement::Report);
    }
}

/// The guardrails that run for each resource, and what is doubtful about that.
fn chosen<'a>(
    options: &Options,
    rules: &'a Rules,
    inventory: &Inventory,
    files: &Files,
) -> Result<(Chosen<'a>, Vec<Diagnostic>), Vec<Error>> {
    let mut overridden = chosen::overridden(&rules.config, inventory, files);
    let doubts = std::mem::take(&mut overridden.doubts);
    let set = |positions: &Vec<usize>| {
        let config = &rules.config;
        let over: Vec<_> = positions
            .iter()
            .filter_map(|i| config.overrides.get(*i))
            .collect();
        let settings = (rules.library).settings(config, &over, options.profile, &options.only)?;
        Ok(active(rules, settings))
    };
    let sets: Result<Vec<_>, Vec<Error>> = overridden.sets.iter().map(set).collect();
    Ok((Chosen::new(sets?, overridden), doubts))
}

/// What a guardrail lacks under every organisation. Where one of them has it, it runs: for resources of another one it
/// cannot tell.
fn lacks(guardrail: &Guardrail, world: &World) -> Option<String> {
    let mut each = world.organizations.iter().map(|o| guardrail.lacks(Some(o)));
    match each.next() {
        None => guardrail.lacks(None),
        Some(first) => each.fold(first, Option::and),
    }
}

/// The guardrails that run, and those that are asked for but lack something.
fn active(
    rules: &Rules,
    mut settings: BTreeMap<String, Settings>,
) -> (Vec<Active<'_>>, Vec<NotRun>) {
    let mut active = Vec::new();
    let mut not_run = Vec::new();
    for guardrail in rules.library.all() {
        let mut settings = settings.remove(&guardrail.id).unwrap_or_default();
        only_reports(rules, guardrail, &mut settings);
        let lacks = lacks(guardrail, &rules.world);
        let because = match (&settings.state, lacks, guardrail.definition.without) {
            (State::Off, ..) => continue,
            (State::Lacks(because), ..) => Some(because.clone()),
            (State::Runs, Some(because), Without::NotRun) => Some(because),
            (State::Runs, ..) => None,
        };
        match because {
            Some(because) => not_run.push(NotRun {
                guardrail: guardrail.id.clone(),
                because,
            }),
            None => active.push(Active {
                guardrail,
                settings,
            }),
        }
    }
    (active, not_run)
}

fn summary(
    findings: &[Finding],
    inventory: &Inventory,
    guardrails: usize,
    files: usize,
    skipped: &[(String, usize)],
) -> Summary {
    let count = |f: &dyn Fn(&&Finding) -> bool| findings.iter().filter(f).count();
    let new = |f: &&Finding, outcome| f.status == Status::New && f.outcome == outcome;
    let root =
        |r: &crate::inventory::Resource| inventory.roots.get(r.root).map(|s| s.name.as_str());
    let resources: BTreeSet<_> = (inventory.resources.iter())
        .map(|r| (root(r), r.raw.address.as_str()))
        .collect();
    Summary {
        files,
        skipped: skipped.iter().map(|(_, n)| n).sum(),
        resources: resources.len(),
        guardrails,
        violated: count(&|f| new(f, Outcome::Violated)),
        undetermined: count(&|f| new(f, Outcome::Undetermined)),
        waived: count(&|f| f.status == Status::Waived),
        baseline: count(&|f| f.status == Status::Baseline),
    }
}

fn run_info(options: &Options, rules: &Rules) -> RunInfo {
    RunInfo {
        checkout: options.checkout.clone(),
        profile: options
            .profile
            .unwrap_or(rules.config.profile)
            .name()
            .to_owned(),
        edition: rules.config.edition.clone(),
        config_sha256: rules.config.sha256.clone(),
        policies_sha256: rules.policies_sha256.clone(),
        target: rules.world.target.clone(),
    }
}

fn info(guardrail: &Guardrail) -> GuardrailInfo {
    let definition = &guardrail.definition;
    GuardrailInfo {
        id: guardrail.id.clone(),
        title: definition.title.clone(),
        severity: definition.severity,
        why: definition.why.clone(),
        fix: definition.fix.clone(),
        controls: definition.controls.clone(),
        references: definition.references.clone(),
    }
}
