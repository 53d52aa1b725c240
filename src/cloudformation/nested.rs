//! Nested stacks whose template is a file beside the parent: evaluated with the parameters that the parent gives.
//! A template anywhere else is a blind spot.

use super::case;
use super::condition::{Assumption, Subject};
use super::foreach::Entry;
use super::parameter::{Given, Parameter};
use super::parsed::Parsed;
use super::resources::{conditions_that_matter, resources};
use super::stack::{BlindSpot, Stack};
use super::template::Template;
use super::{GivenValues, Run};
use crate::diagnostic::Diagnostic;
use crate::raw::RawResource;
use crate::span::{self, Span};
use crate::syntax::tree::Tree;
use crate::value::{Kind, Type, Unknown, Value, Via};
use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::rc::Rc;
use std::sync::Arc;

/// How deep stacks may nest.
const STACKS: usize = 6;

/// The longest template that is read, in bytes: ten times what CloudFormation takes.
const LARGEST: u64 = 10 << 20;

/// How many nested stacks are evaluated in one pass, at whatever depth.
const MOST: usize = 500;

/// What to do about a template that is not at hand.
const SETTLE: &str = "check the nested template as well";

/// What a nested stack yields.
#[derive(Default)]
pub(super) struct Nested {
    pub(super) resources: Vec<RawResource>,
    pub(super) outputs: BTreeMap<String, Value>,
    pub(super) blind: Vec<BlindSpot>,
    /// Parameters that are not to be echoed.
    pub(super) no_echo: Vec<String>,
}

impl Run<'_> {
    /// The template at a path relative to another template's directory, read once; or why it cannot be had.
    fn template_beside(&self, parent: &str, url: &str) -> Result<Rc<Template>, String> {
        let path = local_path(parent, url).ok_or("it is no file beside this one")?;
        if let Some(known) = self.templates.borrow().get(&path) {
            return known.clone();
        }
        let loaded = self.read_template(&path);
        self.templates.borrow_mut().insert(path, loaded.clone());
        loaded
    }

    fn read_template(&self, path: &str) -> Result<Rc<Template>, String> {
        let unread = |reason: String| format!("`{path}` cannot be read: {reason}");
        let size = std::fs::metadata(path).map_err(|e| unread(span::why(&e)))?;
        if size.len() > LARGEST {
            return Err(unread("it is too large".to_owned()));
        }
        let text = span::read_regular_text(path).map_err(|e| unread(span::why(&e)))?;
        let id = self.files.add(path, text);
        let template = Template::load(self, id, Parsed::of(self.files, id));
        (template.map(Rc::new)).ok_or_else(|| format!("`{path}` is no template"))
    }

    /// Counts one more nested stack; whether there may be one more.
    fn one_more_stack(&self, span: Span) -> bool {
        let count = self.used.stacks.get() + 1;
        self.used.stacks.set(count);
        if count == MOST + 1 {
            let message = format!("more than {MOST} nested stacks: those beyond are not judged");
            self.tell(Diagnostic::error("nested-limit", message).at(span));
        }
        count <= MOST
    }
}

/// The file in a CDK app's output that a nested stack's template is uploaded from.
/// <https://docs.aws.amazon.com/cdk/v2/guide/assets.html> (metadata `aws:asset:path`)
fn asset<'t>(entry: &Entry<'t>) -> Option<&'t str> {
    let metadata = entry.tree.get("Metadata")?;
    let property = metadata.get("aws:asset:property").and_then(Tree::str);
    let path = metadata.get("aws:asset:path").and_then(Tree::str);
    path.filter(|_| property == Some("TemplateURL"))
}

/// The path of a template beside another one; `None` for a URL, an absolute path, what lies outside of the project, or a
/// parent that is no file (standard input, a hook's payload: nothing on this machine belongs to it).
pub(super) fn local_path(parent: &str, url: &str) -> Option<String> {
    let url = url.strip_prefix("./").unwrap_or(url);
    let relative = Path::new(url).components().all(|c| {
        matches!(
            c,
            Component::Normal(_) | Component::ParentDir | Component::CurDir
        )
    });
    if url.is_empty() || url.contains("://") || !relative || !Path::new(parent).is_file() {
        return None;
    }
    let (directory, path) = match parent.rsplit_once('/') {
        Some((directory, _)) => (directory, format!("{directory}/{url}")),
        None => (".", url.to_owned()),
    };
    let project = span::project(Path::new(directory))?;
    span::stays_in(Path::new(&path), &project).then_some(path)
}

impl Stack<'_> {
    /// What a nested stack yields, worked out once.
    pub(super) fn nested(&self, entry: &Entry<'_>) -> Rc<Nested> {
        if let Some(known) = self.state.borrow().nested.get(&entry.name) {
            return known.clone();
        }
        // A stack that needs its own outputs meets this empty entry.
        let empty = Rc::new(Nested::default());
        let keep = |nested| {
            let mut state = self.state.borrow_mut();
            state.nested.insert(entry.name.clone(), nested);
        };
        keep(empty);
        let nested = Rc::new(self.evaluate_nested(entry));
        keep(nested.clone());
        nested
    }

    fn evaluate_nested(&self, entry: &Entry<'_>) -> Nested {
        let Some(template) = self.nested_template(entry) else {
            let reason = format!(
                "the template of stack `{}` is not at hand",
                self.address(&entry.name)
            );
            let settle = Some(SETTLE.to_owned());
            return Nested {
                blind: vec![BlindSpot { reason, settle }],
                ..Nested::default()
            };
        };
        self.within(entry, &template, |child| {
            self.take_case(child);
            Nested {
                resources: resources(child),
                outputs: child.outputs(),
                blind: child.blind_spots(),
                no_echo: (child.parameters.iter())
                    .filter(|(_, p)| p.no_echo)
                    .map(|(name, _)| name.clone())
                    .collect(),
            }
        })
    }

    /// Looks at a nested stack whose template is at hand, its own conditions as they come.
    pub(super) fn with_child<T>(
        &self,
        entry: &Entry<'_>,
        look: impl FnOnce(&mut Stack<'_>) -> T,
    ) -> Option<T> {
        let template = self.nested_template(entry)?;
        Some(self.within(entry, &template, look))
    }

    fn within<T>(
        &self,
        entry: &Entry<'_>,
        template: &Template,
        look: impl FnOnce(&mut Stack<'_>) -> T,
    ) -> T {
        let given = self.given(entry, template);
        let prefix = format!("{}.", self.address(&entry.name));
        let depth = self.depth + 1;
        let mut child = Stack::new(
            self.run,
            template,
            &given,
            prefix,
            depth,
            self.inherited(&entry.name),
        );
        look(&mut child)
    }

    /// The template of a nested stack; tells where it is not to be had.
    fn nested_template(&self, entry: &Entry<'_>) -> Option<Rc<Template>> {
        let url = entry
            .tree
            .get("Properties")
            .and_then(|p| p.get("TemplateURL"));
        let value = self.property(entry, "TemplateURL");
        let span = url.map_or(entry.key.span, |t| t.span);
        let shown = value.as_ref().filter(|v| !v.has_sensitive());
        let known = shown.and_then(Value::as_str);
        let found = match known {
            _ if self.depth >= STACKS => Err(format!("stacks nest deeper than {STACKS}")),
            _ => match asset(entry).or(known) {
                None => Err("its `TemplateURL` is not known".to_owned()),
                Some(path) => self.run.template_beside(&self.template.name, path),
            },
        };
        match found {
            Ok(template) => self.run.one_more_stack(span).then_some(template),
            Err(reason) => {
                let address = if self.depth >= STACKS {
                    entry.name.clone()
                } else {
                    self.address(&entry.name)
                };
                let message =
                    format!("the resources of stack `{address}` are not judged: {reason}");
                let problem = Diagnostic::warning("nested-template", message).at(span);
                self.run.tell(problem.help(SETTLE));
                None
            }
        }
    }

    /// What is assumed about parameters, for the stacks that they are handed on to, and about the conditions of one of them.
    fn inherited(&self, name: &str) -> Assumption {
        let mut inherited = Assumption::default();
        let subjects = self.assumption.subjects.iter();
        let parameters = subjects.filter(|(s, _)| matches!(s, Subject::Parameter(_)));
        inherited.subjects = parameters.map(|(s, a)| (s.clone(), a.clone())).collect();
        let within = |key: &str| Some(key.strip_prefix(name)?.strip_prefix('.')?.to_owned());
        let conditions = self.assumption.conditions.iter();
        inherited.conditions = conditions
            .filter_map(|(key, truth)| Some((within(key)?, *truth)))
            .collect();
        inherited
    }

    /// Puts a nested stack into the case that is being looked at; where its own conditions are open and no case of them
    /// is chosen yet, its cases are noted for the run.
    fn take_case(&self, child: &mut Stack<'_>) {
        if let Some(chosen) = self.run.chosen.borrow().get(&child.prefix) {
            child.assume(chosen.assumption.clone());
            return;
        }
        if !self.run.by_case {
            return;
        }
        let relevant = conditions_that_matter(child);
        let cases = case::cases(child, &relevant);
        match cases.as_slice() {
            [only] => child.assume(only.assumption.clone()),
            _ => {
                let mut open = self.run.open.borrow_mut();
                open.get_or_insert_with(|| (child.prefix.clone(), cases));
            }
        }
    }

    /// The parameter whose open value something is, and nothing else.
    fn subject_of(&self, value: &Value) -> Option<&Parameter> {
        value.as_unknown()?;
        let step = value.place.steps().next()?;
        let Via::Variable(name) = &step.via else {
            return None;
        };
        self.parameters.get(&**name)
    }

    /// What a nested stack's parameters are given. Where further ones may be given, none that is not seen is its default.
    fn given(&self, entry: &Entry<'_>, child: &Template) -> GivenValues {
        let Some(value) = self.property(entry, "Parameters") else {
            return GivenValues::new();
        };
        let span = value.place.span;
        let more = match &value.kind {
            Kind::Mapping { more, .. } => more.clone(),
            Kind::Unknown(unknown) => Some(unknown.clone()),
            _ => {
                let message = "the `Parameters` of a stack must be a mapping";
                self.error("template-form", message, span);
                Some(Arc::new(Unknown::because(message)))
            }
        };
        let declared = child.section("Parameters").iter();
        let names = declared.filter_map(|(key, _)| key.str());
        let open = |cause: &Arc<Unknown>| self.unknown_from(cause, Type::Dynamic, span);
        let mut out: GivenValues = (more.iter())
            .flat_map(|cause| names.clone().map(|name| (name, open(cause))))
            .map(|(name, value)| {
                let via = Via::Argument(name.into());
                let given = Given {
                    value,
                    via,
                    subject: None,
                    allowed: Vec::new(),
                };
                (name.to_owned(), given)
            })
            .collect();
        let give = |(name, value): (Arc<str>, Value)| {
            let via = Via::Argument(name.clone());
            let parameter = self.subject_of(&value);
            let given = Given {
                value,
                via,
                subject: parameter.map(|p| p.subject.clone()),
                allowed: parameter.map_or_else(Vec::new, |p| p.allowed.clone()),
            };
            (name.to_string(), given)
        };
        out.extend(value.entries().into_iter().map(give));
        out
    }

    /// An output of a nested stack.
    pub(super) fn nested_output(&self, entry: &Entry<'_>, name: &str) -> Value {
        let nested = self.nested(entry);
        match nested.outputs.get(name) {
            Some(value) => {
                let place = value.place.span;
                value.clone().through(Via::Output(name.into()), place)
            }
            None => {
                let mut value = self.later(entry, &format!("Outputs.{name}"));
                if let Some(spot) = nested.blind.first() {
                    let mut unknown = Unknown::because(spot.reason.clone());
                    unknown.source = value.as_unknown().and_then(|u| u.source.clone());
                    value.kind = Kind::Unknown(Arc::new(unknown));
                }
                value
            }
        }
    }
}
