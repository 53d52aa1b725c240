//! Parameters: what they are declared as, what they are given, what they default to.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>

use super::parsed::Parsed;
use super::scope::as_text;
use super::strings::split;
use super::template::{Template, only};
use super::{GivenValues, Run};
use crate::diagnostic::{Diagnostic, nearest};
use crate::span::Span;
use crate::syntax::scalar::{Scalar, Scalars};
use crate::syntax::slice::slice;
use crate::syntax::tree::{Node, Style, Tree};
use crate::value::{Cause, Kind, Reason, Sequence, Text, Type, Unknown, Value, Via};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The code of a value for a parameter that the template does not declare; another template may.
pub(crate) const UNDECLARED: &str = "undeclared-parameter";

/// A value that a parameter is given from outside.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) value: Value,
    /// How it came: an input file, an argument of a nested stack.
    pub(super) via: Via,
    /// The parameter of the parent stack whose open value it is.
    pub(super) subject: Option<String>,
    /// What that one may be; empty: anything.
    pub(super) allowed: Vec<(String, Span)>,
}

/// A declared parameter.
pub(super) struct Parameter {
    pub(super) name: Arc<str>,
    /// What conditions know it by: its address, or that of the parent's parameter that it is.
    pub(super) subject: String,
    /// Its key in the template.
    pub(super) span: Span,
    pub(super) list: bool,
    pub(super) no_echo: bool,
    /// The values that it may have; empty: any.
    pub(super) allowed: Vec<(String, Span)>,
    /// Its value, where it has one.
    pub(super) value: Option<Value>,
    /// It is a name in Parameter Store; the value is read when the stack is deployed.
    pub(super) stored: bool,
}

/// The parameters of a template with their values.
pub(super) fn parameters(
    template: &Template,
    given: &GivenValues,
    prefix: &str,
) -> BTreeMap<String, Parameter> {
    let section = template.section("Parameters");
    let read = |(key, tree): &(Tree, Tree)| {
        let name = key.str()?;
        let mut parameter = Parameter::read(template, name, key.span, tree, given.get(name));
        if parameter.subject.is_empty() {
            parameter.subject = format!("{prefix}{name}");
        }
        Some((name.to_owned(), parameter))
    };
    section.iter().filter_map(read).collect()
}

impl Parameter {
    fn read(
        template: &Template,
        name: &str,
        span: Span,
        tree: &Tree,
        given: Option<&Given>,
    ) -> Self {
        let ty = tree.get("Type").and_then(Tree::str).unwrap_or("String");
        let no_echo = tree.get("NoEcho").and_then(|t| t.scalar(Scalars::Yaml11));
        let text_no_echo = tree.get("NoEcho").and_then(Tree::str) == Some("true");
        let allowed = tree.get("AllowedValues").map_or(&[][..], Tree::items);
        let mut parameter = Parameter {
            name: name.into(),
            subject: given.and_then(|g| g.subject.clone()).unwrap_or_default(),
            span,
            list: ty == "CommaDelimitedList" || ty.contains("List<"),
            no_echo: text_no_echo || no_echo == Some(Scalar::Bool(true)),
            allowed: (allowed.iter())
                .filter_map(|t| {
                    Some((
                        scalar_text(t, template.scalars)?.known()?.to_owned(),
                        t.span,
                    ))
                })
                .collect(),
            value: None,
            stored: ty.starts_with("AWS::SSM::Parameter::Value"),
        };
        let default = tree.get("Default").map(|t| Given {
            value: given_value(t, template.scalars),
            via: Via::Default(parameter.name.clone()),
            subject: None,
            allowed: Vec::new(),
        });
        parameter.narrow(given.map_or(&[][..], |g| &g.allowed));
        if !parameter.stored {
            let default = default.map(|g| parameter.shaped(&g));
            let given = given.map(|g| parameter.shaped(g).or_default(default.as_ref()));
            parameter.value = given.or(default);
        }
        parameter
    }

    /// Whether nobody knows yet what it is.
    pub(super) fn is_open(&self) -> bool {
        (self.value.as_ref()).is_none_or(|value| value.as_unknown().is_some())
    }

    /// Leaves of the allowed values those that the parent's parameter may have, too.
    fn narrow(&mut self, given: &[(String, Span)]) {
        let shared = |(text, _): &(String, Span)| given.iter().any(|(t, _)| t == text);
        match self.allowed.is_empty() {
            true => self.allowed = given.to_vec(),
            false if self.allowed.iter().any(shared) => self.allowed.retain(shared),
            false => {}
        }
    }

    /// A given value as the parameter's type has it.
    fn shaped(&self, given: &Given) -> Value {
        let span = given.value.place.span;
        let mut value = given.value.clone();
        match &given.value.kind {
            Kind::Sequence { items, more, .. } if !self.list => {
                let texts: Option<Vec<Text>> = items.iter().map(as_text).collect();
                if let (Some(texts), None) = (texts, more) {
                    value.kind = Kind::String(super::strings::joined(&texts, &Text::plain(",")));
                }
            }
            Kind::Sequence { .. } | Kind::Mapping { .. } | Kind::Unknown(_) => {}
            _ if self.list => {
                let text = as_text(&given.value).unwrap_or_default();
                value.kind = self.members(&text, span);
            }
            _ => value.kind = Kind::String(as_text(&given.value).unwrap_or_default()),
        }
        value.place.push(given.via.clone(), span);
        value.sensitive |= self.no_echo;
        value
    }

    /// The members of a comma-delimited list, without the blanks around them.
    fn members(&self, text: &Text, span: Span) -> Kind {
        let (parts, more) = split(text, ",");
        let items = parts.iter().map(|p| {
            let trimmed = super::strings::trimmed(p);
            let place = super::strings::place_of(&trimmed).unwrap_or(span);
            Value::new(Kind::String(trimmed), place)
        });
        Kind::Sequence {
            shape: Sequence::Tuple,
            items: items.collect(),
            more,
        }
    }

    /// What it is given where it is not held to its default: anything that it may be.
    pub(super) fn freed(&self) -> Given {
        let mut unknown = self.unknown();
        let name = &self.name;
        let words = format!("parameter `{name}` may have another value than its default");
        unknown.reason = Reason::new(Cause::Defaulted, words);
        Given {
            value: Value::unknown(unknown, self.span),
            via: Via::Other("a condition's case".into()),
            subject: Some(self.subject.clone()),
            allowed: Vec::new(),
        }
    }

    /// What stands for it where it is not to be echoed, used at a place.
    pub(super) fn veiled(&self, span: Span) -> Value {
        let reason = format!("parameter `{}` is not to be echoed", self.name);
        let mut unknown = Unknown::because(reason);
        unknown.not_null = true;
        unknown.ty = self.unknown().ty;
        let mut value = Value::unknown(unknown, span);
        value.sensitive = true;
        value.through(Via::Variable(self.name.clone()), span)
    }

    /// What is unknown about it, where it has no value.
    pub(super) fn unknown(&self) -> Unknown {
        let name = &self.name;
        let mut unknown = if self.stored {
            Unknown::because(format!(
                "parameter `{name}` is read from Parameter Store at deployment"
            ))
        } else {
            Unknown::because(format!("parameter `{name}` has no value"))
                .settle(format!("pass --parameters FILE with a value for `{name}`"))
        };
        unknown.not_null = true;
        unknown.ty = if self.list {
            Type::List(Box::new(Type::String))
        } else {
            Type::String
        };
        if !self.list && !self.stored {
            let value = |(text, span): &(String, Span)| Some(Value::text(text.as_str(), *span));
            unknown.either = self.allowed.iter().map(value).collect();
        }
        if !self.list {
            unknown.identity = Some(format!("parameter {}", self.subject).into());
        }
        unknown
    }
}

/// What a default stands in for.
trait OrDefault {
    fn or_default(self, default: Option<&Value>) -> Self;
}

impl OrDefault for Value {
    /// An argument that may be left out is the default then; without a default the deployment fails.
    fn or_default(mut self, default: Option<&Value>) -> Self {
        if let Kind::Unknown(unknown) = &mut self.kind
            && unknown.either.iter().any(Option::is_none)
        {
            let cases = Arc::make_mut(unknown).either.iter_mut();
            cases
                .filter(|c| c.is_none())
                .for_each(|c| *c = default.cloned());
            Arc::make_mut(unknown).either.retain(Option::is_some);
        }
        self
    }
}

/// A scalar of a template as text: `yes` is `true`, `012` is `10`.
pub(super) fn scalar_text(tree: &Tree, scalars: Scalars) -> Option<Text> {
    let Node::Scalar { text, .. } = &tree.node else {
        return None;
    };
    Some(match tree.scalar(scalars) {
        Some(Scalar::Bool(b)) => Text::at(b.to_string(), tree.span),
        Some(Scalar::Number(_)) => as_text(&tree.to_value(scalars)).unwrap_or_default(),
        Some(Scalar::Null) => Text::default(),
        Some(Scalar::Text) | None => text.clone(),
    })
}

fn given_value(tree: &Tree, scalars: Scalars) -> Value {
    match scalar_text(tree, scalars) {
        Some(text) => Value::new(Kind::String(text), tree.span),
        None => tree.to_value(scalars),
    }
}

/// The values that `--parameters` files give, later files first in rank. Shapes: `{Name: value}`,
/// `[{ParameterKey, ParameterValue}]` and `["Name=value"]` (the AWS CLI) and `{Parameters: {Name: value}}` (CodePipeline).
pub(super) fn inputs(run: &Run<'_>) -> GivenValues {
    let mut out = GivenValues::new();
    for (path, text) in &run.world.inputs.parameters {
        let id = run.files.add(path.clone(), text.as_str());
        let parsed = Parsed::of(run.files, id);
        let Some((tree, _)) = only(run, parsed, false) else {
            continue;
        };
        match &tree.node {
            Node::Sequence(items) => items.iter().for_each(|t| listed(run, path, t, &mut out)),
            Node::Mapping(_) => {
                let inner = tree
                    .get("Parameters")
                    .filter(|t| matches!(t.node, Node::Mapping(_)));
                for (key, value) in inner.unwrap_or(&tree).entries() {
                    give(path, key, value.to_value(Scalars::Text), &mut out);
                }
            }
            _ => {
                let message = "a parameters file holds a mapping or a list";
                run.tell(Diagnostic::error("parameters-file", message).at(tree.span));
            }
        }
    }
    out
}

/// Tells of values for parameters that a template does not declare.
pub(super) fn undeclared(run: &Run<'_>, template: &Template, given: &GivenValues) {
    let declared = || {
        let section = template.section("Parameters").iter();
        section.filter_map(|(key, _)| key.str())
    };
    for (name, given) in given {
        if declared().any(|d| d == name) {
            continue;
        }
        let span = given.value.place.key.unwrap_or(given.value.place.span);
        // Nobody knows whether it is to be echoed.
        run.files.hide(given.value.place.span);
        let message = format!(
            "a value is given for parameter `{name}`, which no evaluated template declares"
        );
        let problem = Diagnostic::warning(UNDECLARED, message).at(span);
        run.tell(match nearest(name, declared()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        });
    }
}

fn listed(run: &Run<'_>, path: &str, item: &Tree, out: &mut GivenValues) {
    let previous = item.get("UsePreviousValue");
    let previous = previous.filter(|t| t.to_value(Scalars::Yaml11).as_bool() == Some(true));
    match (item.get("ParameterKey"), item.get("ParameterValue")) {
        (Some(key), _) if previous.is_some() => {
            let name = key.str().unwrap_or_default();
            let mut unknown = Unknown::because(format!(
                "parameter `{name}` keeps the deployed stack's value"
            ));
            unknown.settle =
                Some(format!("pass --parameters FILE with a value for `{name}`").into());
            unknown.not_null = true;
            give(path, key, Value::unknown(unknown, item.span), out);
        }
        (Some(key), Some(value)) => {
            // Raw text: an account id stays as it is written.
            give(path, key, value.to_value(Scalars::Text), out);
        }
        _ if item.str().is_some_and(|text| text.contains('=')) => {
            // `Name=value`, as `aws cloudformation deploy --parameter-overrides file://…` takes it.
            let Node::Scalar { text, .. } = &item.node else {
                return;
            };
            let at = item.str().and_then(|t| t.find('=')).unwrap_or_default();
            let end = item.str().map_or(0, str::len);
            let part = |range| Tree {
                node: Node::Scalar {
                    text: slice(text, range),
                    style: Style::Quoted,
                },
                ..item.clone()
            };
            let value = part(at + 1..end).to_value(Scalars::Text);
            give(path, &part(0..at), value, out);
        }
        _ => {
            let message = "an entry wants `ParameterKey` and `ParameterValue`";
            run.tell(Diagnostic::error("parameters-file", message).at(item.span));
        }
    }
}

fn give(path: &str, key: &Tree, value: Value, out: &mut GivenValues) {
    let Some(name) = key.str() else {
        return;
    };
    let name = match &key.node {
        Node::Scalar { .. } => name.to_owned(),
        _ => return,
    };
    let mut value = value;
    if let Kind::Mapping { .. } = value.kind {
        // `Fn::GetArtifactAtt` of a pipeline, say.
        let mut unknown = Unknown::because(format!("parameter `{name}` is given a mapping"));
        unknown.not_null = true;
        value = Value::unknown(unknown, value.place.span);
    }
    value.place.key = Some(key.span);
    let given = Given {
        value,
        via: Via::Input(path.into()),
        subject: None,
        allowed: Vec::new(),
    };
    out.insert(name, given);
}
