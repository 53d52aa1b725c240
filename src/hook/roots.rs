//! From an invocation to roots that the engine judges.

use super::model;
use super::payload::{self, Changed, Context};
use super::request::{Action, Request, Subject, shown};
use crate::change;
use crate::cloudformation::{self, Parsed};
use crate::diagnostic::Diagnostic;
use crate::raw::{Form, RawResource, Root};
use crate::resource;
use crate::source::{self, Sources};
use crate::span::Files;
use crate::syntax::tree::Tree;
use crate::world::World;
use std::collections::BTreeSet;

/// What there is to judge.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) sources: Sources,
    /// Only findings of these resources count; `None`: all.
    pub(super) only: Option<BTreeSet<String>>,
    /// What the answer says besides the verdict.
    pub(super) notes: Vec<String>,
}

/// What comes of an invocation before anything is judged.
#[derive(Debug)]
pub(super) enum Outcome {
    /// There is something to judge.
    Judge(Box<Found>),
    /// There is nothing to judge, for this reason.
    Nothing(String),
}

impl Outcome {
    fn judge(found: Found) -> Self {
        Outcome::Judge(Box::new(found))
    }
}

impl Found {
    fn of(roots: Vec<Root>, diagnostics: Vec<Diagnostic>) -> Self {
        Found {
            sources: Sources {
                roots,
                diagnostics,
                files: 1,
                skipped: Vec::new(),
            },
            ..Found::default()
        }
    }
}

/// Turns an invocation into roots. `payload` holds what its URL leads to.
pub(super) fn roots(
    request: &Request,
    payload: Option<Vec<u8>>,
    world: &World,
    files: &Files,
) -> Result<Outcome, String> {
    match &request.subject {
        Subject::Resource { .. } => resource(request, world),
        Subject::Stack { .. } => stack(request, payload.unwrap_or_default(), world, files),
        Subject::ChangeSet { .. } => change_set(request, payload.unwrap_or_default(), world, files),
    }
}

/// Why an invocation needs no look at anything, its payload included.
pub(super) fn settled(request: &Request) -> Option<String> {
    if request.action == Some(Action::Delete) {
        return Some("a deletion makes nothing that could be judged".to_owned());
    }
    let Subject::Resource { kind, .. } = &request.subject else {
        return None;
    };
    let unknown = resource::kind_of(kind).is_none();
    unknown.then(|| format!("no guardrail is about `{}`", shown(kind)))
}

fn resource(request: &Request, world: &World) -> Result<Outcome, String> {
    let Subject::Resource {
        kind,
        id,
        properties,
        previous,
        span,
    } = &request.subject
    else {
        return Err("this is no request about a resource".to_owned());
    };
    let Some(properties) = properties else {
        return Err("`requestData.targetModel.resourceProperties` is missing".to_owned());
    };
    let root = |properties: &Tree| {
        let properties = model::properties(properties, *span);
        Root {
            name: request.root(),
            form: Form::Hook,
            resources: vec![model::resource(kind, id, *span, properties, &world.target)],
            ..Root::default()
        }
    };
    let mut now = root(properties);
    match (request.action, previous) {
        (Some(Action::Create), _) => change::compare(&[], &mut now),
        (_, Some(previous)) => change::compare(&[root(previous)], &mut now),
        (_, None) => {} // nobody tells what it was before
    }
    Ok(Outcome::judge(Found::of(vec![now], Vec::new())))
}

fn stack(
    request: &Request,
    body: Vec<u8>,
    world: &World,
    files: &Files,
) -> Result<Outcome, String> {
    let name = request.root();
    let payload = payload::stack(files, &name, body)?;
    if payload.template.trim().is_empty() {
        return Err("the payload's `template` is empty".to_owned());
    }
    let matters = [&payload.template, &payload.previous].map(|t| source::may_matter(t));
    if matters == [false, false] {
        return Ok(Outcome::Nothing(
            "the template holds nothing that a guardrail is about".to_owned(),
        ));
    }
    let before = !payload.previous.trim().is_empty();
    let evaluate = |template: String| {
        let id = files.add(name.as_str(), template);
        let parameters = (files.get(id)).is_some_and(|f| f.text.contains("Parameters"));
        (
            cloudformation::evaluate_requested(files, id, Parsed::of(files, id), world, before),
            parameters,
        )
    };
    let previous = before.then(|| evaluate(payload.previous).0.0);
    let ((mut roots, diagnostics), parameters) = evaluate(payload.template);
    for root in &mut roots {
        match (request.action, &previous) {
            (Some(Action::Create), _) => change::compare(&[], root),
            (_, Some(previous)) => change::compare(previous, root),
            (_, None) => {} // nobody tells what there was before
        }
    }
    let mut found = Found::of(roots, diagnostics);
    if parameters {
        let note =
            "parameters are judged at their defaults: a STACK request does not hold their values";
        found.notes.push(note.to_owned());
    }
    Ok(Outcome::judge(found))
}

/// What is said where no change is of a type that is judged: what may hold such resources is named.
fn nothing(changes: &[Changed]) -> String {
    let mut said = "the change set changes nothing that a guardrail is about".to_owned();
    let holds =
        |c: &&Changed| c.kind == "AWS::CloudFormation::Stack" || c.kind.ends_with("::MODULE");
    let unseen: Vec<String> = (changes.iter().filter(holds))
        .map(|c| format!("`{}`", shown(&c.id)))
        .collect();
    if !unseen.is_empty() {
        said.push_str(&format!("; not judged: what is in {}", unseen.join(", ")));
    }
    said
}

/// The changed resources as the change set shows them, beside those of the template that stay as they are: these are
/// looked at, but a finding of theirs is not the change set's.
fn change_set(
    request: &Request,
    body: Vec<u8>,
    world: &World,
    files: &Files,
) -> Result<Outcome, String> {
    let name = request.root();
    let payload = payload::change_set(files, &name, body)?;
    let matters = |c: &&Changed| resource::kind_of(&c.kind).is_some();
    let changes: Vec<&Changed> = payload.changes.iter().filter(matters).collect();
    if changes.is_empty() {
        return Ok(Outcome::Nothing(nothing(&payload.changes)));
    }
    let template = Surrounding::of(&payload, &changes, &name, world, files);
    let side = |change: &Changed, side: Option<&Context>| {
        let all = &template.whole.resources;
        let known = all.iter().find(|r| r.address == change.id);
        Some(changed(change, side?, known, world))
    };
    let mut after = Vec::new();
    for change in changes.iter().filter(|c| c.action != Action::Delete) {
        let made = side(change, change.after.as_ref());
        after.push(made.ok_or_else(|| format!("`{}` has no `afterContext`", shown(&change.id)))?);
    }
    let before = changes.iter().filter(|c| c.action != Action::Create);
    let before: Vec<RawResource> = before.filter_map(|c| side(c, c.before.as_ref())).collect();
    let first_told = |r: &RawResource| {
        let updated = |c: &&&Changed| c.id == r.address && c.action == Action::Update;
        changes
            .iter()
            .find(updated)
            .is_some_and(|c| c.before.is_none())
    };
    let root = |beside: &Root| {
        let with = |own: &[RawResource]| Root {
            name: name.clone(),
            form: Form::CloudFormation,
            resources: own.iter().chain(&beside.resources).cloned().collect(),
            ..beside.clone()
        };
        let mut now = with(&after);
        change::compare(&[with(&before)], &mut now);
        for resource in now.resources.iter_mut().filter(|r| first_told(r)) {
            resource.change = None; // nobody tells what it was before
        }
        now
    };
    let mut found = Found::of(template.cases.iter().map(root).collect(), Vec::new());
    found.only = Some(payload.changes.iter().map(|c| c.id.clone()).collect());
    if template.stays() && template.has_parameters {
        found.notes.push(STAYS.to_owned());
    }
    Ok(Outcome::judge(found))
}

/// What is said of the resources that a change set leaves as they are.
const STAYS: &str =
    "what the change set does not change is taken at the defaults of the parameters";

/// What a change set's template holds beside what changes: the values of that come from the change set, and what is wrong
/// in the template is CloudFormation's business.
struct Surrounding {
    /// The template with all resources.
    whole: Root,
    /// What stays as it is, in the cases in which what the change set makes exists and what it deletes does not.
    cases: Vec<Root>,
    has_parameters: bool,
}

impl Surrounding {
    fn of(
        payload: &payload::ChangeSet,
        changes: &[&Changed],
        name: &str,
        world: &World,
        files: &Files,
    ) -> Self {
        if !source::may_matter(&payload.template) {
            return Surrounding {
                whole: Root::default(),
                cases: vec![Root::default()],
                has_parameters: false,
            };
        }
        let id = files.add(name, payload.template.as_str());
        let whole = cloudformation::resolve(files, id, world).0;
        let parsed = Parsed::of(files, id);
        let mut cases = cloudformation::evaluate_requested(files, id, parsed, world, false).0;
        let in_template = |c: &&&Changed| whole.resources.iter().any(|r| r.address == c.id);
        let known: Vec<&&Changed> = changes.iter().filter(in_template).collect();
        let fits = |root: &Root| {
            known.iter().all(|change| {
                let found = root.resources.iter().find(|r| r.address == change.id);
                match change.action {
                    Action::Delete => found.is_none_or(|r| r.exists.is_none()),
                    Action::Create | Action::Update => found.is_some(),
                }
            })
        };
        if cases.iter().any(fits) {
            cases.retain(fits);
        }
        let changed: BTreeSet<&String> = payload.changes.iter().map(|c| &c.id).collect();
        for root in &mut cases {
            root.resources.retain(|r| !changed.contains(&r.address));
        }
        Surrounding {
            whole,
            cases,
            has_parameters: payload.template.contains("Parameters"),
        }
    }

    /// Whether anything that matters stays as it is.
    fn stays(&self) -> bool {
        let judged = |r: &RawResource| resource::kind_of(&r.kind).is_some();
        self.cases
            .iter()
            .any(|root| root.resources.iter().any(judged))
    }
}

/// A changed resource with the values of the change set; its header, and what these leave out, are the template's.
fn changed(
    change: &Changed,
    context: &Context,
    in_template: Option<&RawResource>,
    world: &World,
) -> RawResource {
    let header = in_template.map_or(change.span, |r| r.span);
    let properties = model::properties(&context.properties, header);
    let mut resource = model::resource(&change.kind, &change.id, header, properties, &world.target);
    if let Some(known) = in_template {
        resource.extent = known.extent;
        resource.meta = known.meta.clone();
    }
    resource.meta.extend(context.meta.clone());
    resource
}
