//! Where the values of a plan are written. A plan has neither lines nor expressions; the code that it was made of has both:
//! evaluated beside the plan, it lends every value its place and the way it came, and what the plan leaves open (a policy
//! made of something that is known after apply) it tells in part.

use super::{address, left_out};
use crate::raw::{RawResource, Root};
use crate::span::Files;
use crate::syntax::json;
use crate::syntax::scalar::{Scalar, Scalars};
use crate::syntax::tree::Tree;
use crate::value::{Kind, Place, Step, Text, Value, Via};
use crate::world::World;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// The code that a plan was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The root module's directory.
    pub directory: PathBuf,
    /// The directory as the user calls it.
    pub shown: String,
    /// The plan was surely made of it. Of code that merely stands beside the plan, only places are taken, and only where it
    /// does not say something else.
    pub planned: bool,
}

/// Gives the resources of a plan the places that their values have in the code. What the code of the plan does not set goes,
/// unless the `whole` is asked for.
pub(super) fn locate(
    root: &mut Root,
    plan: &Tree,
    code: &Code,
    files: &Files,
    world: &World,
    whole: bool,
) {
    let mut world = world.clone();
    for (name, value) in required(plan) {
        world.inputs.environment.entry(name).or_insert(value);
    }
    // what is wrong with it, terraform has told
    let (written, _) = crate::terraform::evaluate(files, &code.directory, &code.shown, &world);
    let exact: HashMap<&str, &RawResource> = (written.resources.iter())
        .map(|r| (r.address.as_str(), r))
        .collect();
    let alike: HashMap<String, &RawResource> = (written.resources.iter().rev())
        .map(|r| (without_keys(&r.address), r))
        .collect();
    for resource in root
        .resources
        .iter_mut()
        .filter(|r| r.exists != Some(false))
    {
        let same = exact.get(resource.address.as_str()).copied();
        let found = same.or_else(|| alike.get(&without_keys(&resource.address)).copied());
        if let Some(written) = found.filter(|w| w.kind == resource.kind) {
            let merger = Merger {
                planned: code.planned,
                exact: same.is_some(),
                whole,
            };
            place(resource, written, merger);
        }
    }
}

fn place(resource: &mut RawResource, written: &RawResource, merger: Merger) {
    let header = Place::at(written.span);
    resource.attributes = merger.merge(&resource.attributes, Some(&written.attributes), &header);
    if merger.planned && !merger.whole {
        left_out::drop_unwritten(resource, &written.attributes);
    }
    resource.span = written.span;
    resource.extent = written.extent;
}

/// An address without the instance keys of modules and of the resource.
fn without_keys(text: &str) -> String {
    let steps = address::steps(text)
        .into_iter()
        .filter_map(|step| match step {
            address::Step::Name(name) => Some(name),
            address::Step::Key(_) => None,
        });
    steps.collect::<Vec<_>>().join(".")
}

/// The variables that have no default, with the values that the plan was made with, as `TF_VAR_name` would give them.
fn required(plan: &Tree) -> Vec<(String, String)> {
    let declared = plan
        .get("configuration")
        .and_then(|c| c.get("root_module"))
        .and_then(|m| m.get("variables"));
    let mut out = Vec::new();
    for (name, given) in plan.get("variables").map(Tree::entries).unwrap_or_default() {
        let Some(name) = name.str() else { continue };
        let has_default = declared
            .and_then(|d| d.get(name))
            .is_some_and(|v| v.get("default").is_some());
        if let Some(value) = given.get("value").filter(|_| !has_default) {
            out.push((name.to_owned(), argument(value)));
        }
    }
    out
}

/// A value as an environment variable has it: a text as it is, anything else as an expression.
fn argument(value: &Tree) -> String {
    match value.scalar(Scalars::Json) {
        Some(Scalar::Text) => value.str().unwrap_or_default().to_owned(),
        _ => {
            let known = value.to_value(Scalars::Json);
            let text = crate::terraform::functions::encode_json(&known);
            let text = text.known().unwrap_or_default();
            text.replace("${", "$${").replace("%{", "%%{")
        }
    }
}

/// Lays the places of the code under the values of a plan.
#[derive(Clone, Copy)]
struct Merger {
    /// As [`Code::planned`].
    planned: bool,
    /// The code tells of this very instance, not of any of its block.
    exact: bool,
    /// All that the plan shows is kept.
    whole: bool,
}

impl Merger {
    /// The place that the code has for a value. What it refers to there is another instance's, where it is not this one.
    fn place(self, plan: &Value, code: &Value) -> Place {
        if self.exact {
            return code.place.clone();
        }
        let is_reference = |step: &&Step| matches!(step.via, Via::Reference(..));
        let own = plan.place.steps().filter(is_reference);
        let ways = code.place.steps().filter(|s| !is_reference(s));
        let steps: Vec<Step> = ways.chain(own).cloned().collect();
        let mut place = Place {
            trail: None,
            ..code.place.clone()
        };
        for step in steps.into_iter().rev() {
            let span = if is_reference(&&step) {
                place.span
            } else {
                step.span
            };
            place.push(step.via, span);
        }
        place
    }

    /// A value of the plan at the place that it has in the code; `near` is where something stands that the code leaves out.
    fn merge(self, plan: &Value, code: Option<&Value>, near: &Place) -> Value {
        let Some(code) = code else {
            return plan.moved(near);
        };
        let at_code = |kind: Kind| Value {
            kind,
            place: self.place(plan, code),
            sensitive: plan.sensitive || code.sensitive,
        };
        match (&plan.kind, &code.kind) {
            (Kind::Unknown(_), _) => self.unknown(plan, code),
            (Kind::String(text), _) if text.first_hole().is_some() => self.unknown(plan, code),
            (_, Kind::Null(_)) if !plan.is_null() => plan.moved(near),
            (Kind::Sequence { items, shape, more }, Kind::Sequence { items: written, .. }) => {
                at_code(Kind::Sequence {
                    shape: shape.clone(),
                    items: self.items(items, written, code).into(),
                    more: more.clone(),
                })
            }
            (
                Kind::Mapping {
                    entries,
                    shape,
                    more,
                },
                Kind::Mapping {
                    entries: written, ..
                },
            ) => {
                let entry = |(key, value): (&Arc<str>, &Value)| {
                    let own = written.get(key);
                    (key.clone(), self.merge(value, own, &code.place))
                };
                at_code(Kind::Mapping {
                    shape: shape.clone(),
                    entries: entries.iter().map(entry).collect(),
                    more: more.clone(),
                })
            }
            // JSON's lone text for a list of one, either way round
            (Kind::Sequence { items, .. }, _) if items.len() == 1 && !code_is_open(code) => {
                let items = items.iter().map(|v| self.merge(v, Some(code), near));
                let mut value = plan.moved(&code.place);
                if let Kind::Sequence { items: own, .. } = &mut value.kind {
                    *own = items.collect();
                }
                value
            }
            (_, Kind::Sequence { items, .. }) if items.len() == 1 => {
                self.merge(plan, items.first(), near)
            }
            _ => self.leaf(plan, code),
        }
    }

    /// What the plan leaves open: the code may tell more of it.
    fn unknown(self, plan: &Value, code: &Value) -> Value {
        let tells = match &code.kind {
            Kind::Null(_) => false,
            Kind::Unknown(u) => u.role.is_some() || u.source.is_some() || u.prefix.is_some(),
            _ => true,
        };
        Value {
            kind: match self.planned && tells {
                true => code.kind.clone(),
                false => plan.kind.clone(),
            },
            place: self.place(plan, code),
            sensitive: plan.sensitive || code.sensitive,
        }
    }

    fn items(self, items: &[Value], written: &[Value], code: &Value) -> Vec<Value> {
        let counterpart = |(index, item): (usize, &Value)| {
            let other = |w: &&Value| matches!(item.same(w), Ok(true));
            let same = written
                .get(index)
                .filter(|w| !matches!(item.same(w), Ok(false)));
            let here = written.get(index).filter(|_| items.len() == written.len());
            let found = same.or_else(|| written.iter().find(other)).or(here);
            self.merge(item, found, &code.place)
        };
        items.iter().enumerate().map(counterpart).collect()
    }

    /// A scalar, or a text that holds a document.
    fn leaf(self, plan: &Value, code: &Value) -> Value {
        let sensitive = plan.sensitive || code.sensitive;
        let same = plan.same(code);
        if matches!(same, Ok(true)) && code.is_wholly_known() {
            return Value {
                place: self.place(plan, code),
                sensitive,
                ..code.clone()
            };
        }
        if let Some(document) = self.document(plan, code) {
            return Value {
                kind: Kind::String(document),
                place: self.place(plan, code),
                sensitive,
            };
        }
        match same {
            Ok(false) if !self.planned => plan.clone(), // other code than the plan's
            _ => Value {
                sensitive,
                ..plan.moved(&self.place(plan, code))
            },
        }
    }

    /// A text that holds JSON, with the places of the JSON in the code.
    fn document(self, plan: &Value, code: &Value) -> Option<Text> {
        let (text, written) = (plan.as_text()?, code.as_text()?);
        if !json::looks_like_json(text) {
            return None;
        }
        // what an encoder remembers knows where it was written; what stands in a text came its way
        let read = |text: &Text, value: &Value| match text.json() {
            Some(json) => Some(Value::clone(json)),
            None => {
                let mut parsed = json::parse_text(text, value.place.span).ok()?;
                parsed.place.inherit(&value.place);
                Some(parsed)
            }
        };
        let own = read(written, code)?;
        let merged = self.merge(&read(text, plan)?, Some(&own), &code.place);
        Some(Text::encoded(text.unplaced(), Arc::new(merged)))
    }
}

/// Whether the code leaves open what it is.
fn code_is_open(code: &Value) -> bool {
    matches!(code.kind, Kind::Unknown(_) | Kind::Null(_))
}

#[cfg(test)]
mod tests;
