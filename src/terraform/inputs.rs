//! The values given to the root module's variables.
//! <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>

use super::convert::{Constraint, text};
use super::module::{Module, join};
use super::run::{Failure, Outcome, Run};
use crate::diagnostic::{Diagnostic, utf8};
use crate::span::{FileId, Span, why};
use crate::syntax::{hcl, json, scalar::Scalars};
use crate::value::{Kind, Text, UNSAID, Value, Via};
use crate::world::VariableInput;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value from the command line for a variable that a root module does not declare; another one may.
pub(crate) const UNDECLARED: &str = "undeclared-input";

/// A value from a file beside a root module for a variable that it does not declare.
const UNDECLARED_BESIDE: &str = "undeclared-variable";

/// Who gave a value: that decides what it means where nothing of its name is declared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Giver {
    /// `TF_VAR_name`: meant for whoever declares it.
    Environment,
    /// A file of definitions beside the root module.
    Beside,
    /// `--var-file`
    File,
    /// `--var`
    Option,
}

/// A name that a value was given for.
pub(super) struct Given {
    name: Arc<str>,
    span: Span,
    by: Giver,
}

/// One given value.
#[derive(Clone)]
pub(super) enum Input {
    /// Text of `--var` or the environment: an expression for variables of complex types.
    Raw(FileId, Arc<str>),
    /// From a file of definitions.
    Value(Value, Arc<str>),
}

impl Run<'_> {
    /// Collects everything given, later ones over earlier ones.
    pub(super) fn collect_inputs(&self) {
        self.collect_environment();
        for name in ["terraform.tfvars", "terraform.tfvars.json"] {
            self.definitions_beside(name);
        }
        for name in self.automatic() {
            self.definitions_beside(&name);
        }
        self.collect_options();
    }

    /// Collects what is given for a module that stands in no directory.
    pub(super) fn collect_given(&self) {
        self.collect_environment();
        self.collect_options();
    }

    fn collect_environment(&self) {
        for (name, value) in &self.world.inputs.environment {
            self.raw_input(name, value, &format!("TF_VAR_{name}"), Giver::Environment);
        }
    }

    fn collect_options(&self) {
        for input in &self.world.inputs.variables {
            match input {
                VariableInput::Value { name, value } => {
                    self.raw_input(name, value, &format!("--var {name}"), Giver::Option);
                }
                VariableInput::File { path, text } => {
                    self.definitions(path, text.clone(), Giver::File);
                }
            }
        }
    }

    fn raw_input(&self, name: &str, value: &str, shown: &str, by: Giver) {
        let id = self.files.add(shown, value);
        self.note(name.into(), Span::new(id, 0, value.len()), by);
        self.inputs
            .borrow_mut()
            .insert(name.into(), Input::Raw(id, shown.into()));
    }

    /// `*.auto.tfvars` and `*.auto.tfvars.json` in the order of their names.
    fn automatic(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.dir) else {
            return Vec::new();
        };
        let mut names: Vec<String> = (entries.flatten())
            .filter_map(|e| e.file_name().into_string().ok())
            .filter(|n| n.ends_with(".auto.tfvars") || n.ends_with(".auto.tfvars.json"))
            .collect();
        names.sort();
        names
    }

    fn definitions_beside(&self, name: &str) {
        let path = self.dir.join(name);
        let shown = join(&self.shown, name);
        match crate::span::read_inside(&path) {
            Ok(bytes) => match utf8(self.files, &shown, bytes) {
                Ok(text) => self.definitions(&shown, text, Giver::Beside),
                Err(problem) => self.tell(problem),
            },
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => self.tell(Diagnostic::error(
                "unreadable",
                format!("cannot read `{shown}`: {}", why(&e)),
            )),
        }
    }

    /// A file of definitions: HCL, or JSON by its name. Texts of the JSON form are no templates.
    fn definitions(&self, shown: &str, text: String, by: Giver) {
        let id = self.files.add(shown, text);
        let label: Arc<str> = shown.rsplit('/').next().unwrap_or(shown).into();
        if shown.ends_with(".json") {
            let (tree, diagnostics) = json::parse(self.files, id);
            diagnostics.into_iter().for_each(|d| self.tell(d));
            for (name, value) in tree
                .map(|t| t.to_value(Scalars::Json).entries())
                .unwrap_or_default()
            {
                let at = value.place.key.unwrap_or(value.place.span);
                self.note(name.clone(), at, by);
                self.inputs
                    .borrow_mut()
                    .insert(name, Input::Value(value, label.clone()));
            }
            return;
        }
        let (body, diagnostics) = hcl::parse(self.files, id);
        diagnostics.into_iter().for_each(|d| self.tell(d));
        for block in &body.blocks {
            let message = "a file of variable definitions holds no blocks";
            self.tell(Diagnostic::error("hcl-syntax", message).at(block.header));
        }
        for attribute in body.attributes {
            self.note(attribute.name.text.clone(), attribute.name.span, by);
            let value = self.literal(&attribute.expr);
            let value = self.settle(value, attribute.expr.span);
            self.inputs
                .borrow_mut()
                .insert(attribute.name.text, Input::Value(value, label.clone()));
        }
    }

    fn note(&self, name: Arc<str>, span: Span, by: Giver) {
        self.given.borrow_mut().push(Given { name, span, by });
    }

    /// Tells the names that values were given for and that the root module does not declare: an error on the command
    /// line, a warning in a file, nothing in the environment, as in terraform.
    pub(super) fn check_given(&self, module: &Module) {
        if self.has_errors() {
            return; // what is broken may hold the declaration
        }
        let all = self.given.borrow();
        let mut options: BTreeMap<&str, &Given> = BTreeMap::new();
        for given in all.iter() {
            let declared = module.variables.contains_key(&given.name);
            match given.by {
                _ if declared => {}
                Giver::Environment => {}
                Giver::Beside => self.undeclared(given),
                Giver::File => drop(options.entry(&given.name).or_insert(given)),
                Giver::Option => drop(options.insert(&given.name, given)),
            }
        }
        // each name once, so that the roots can be counted that do not know it
        options
            .into_values()
            .for_each(|given| self.undeclared(given));
    }

    fn undeclared(&self, given: &Given) {
        let name = &given.name;
        let message = format!("a value is given for `var.{name}`, which is declared nowhere");
        let told = match given.by {
            Giver::Option => Diagnostic::error(UNDECLARED, message),
            Giver::File => Diagnostic::warning(UNDECLARED, message),
            Giver::Beside | Giver::Environment => Diagnostic::warning(UNDECLARED_BESIDE, message),
        };
        self.tell(told.at(given.span).help("declare it, or give it no value"));
    }

    /// The value of an expression outside of any module.
    fn literal(&self, expr: &hcl::Expr) -> Outcome {
        let module = std::rc::Rc::new(super::module::Module::default());
        let instance = super::run::Instance::new(module, self.dir.clone());
        self.constant(&std::rc::Rc::new(instance), expr)
    }

    /// The value of what is given to a variable as an expression.
    fn given_expression(&self, name: &str, id: FileId, secret: bool) -> Value {
        let hidden = |message: String| if secret { UNSAID.to_owned() } else { message };
        let length = self.files.get(id).map_or(0, |file| file.text.len());
        let span = Span::new(id, 0, length);
        match hcl::parse_expression(self.files, id) {
            Ok(expr) => {
                let outcome = self.literal(&expr).map_err(|failure| Failure {
                    message: hidden(failure.message),
                    ..failure
                });
                self.settle(outcome, span)
            }
            Err(diagnostic) => {
                let reason = format!("the value given for `var.{name}` cannot be read");
                self.tell(Diagnostic {
                    message: hidden(diagnostic.message),
                    ..diagnostic
                });
                Value::unknown(crate::value::Unknown::because(reason), span)
            }
        }
    }

    /// What was given to a variable of the root module; `secret`: the variable is sensitive. Raw text of a variable of no or of a simple type is its value.
    pub(super) fn input(
        &self,
        name: &str,
        constraint: Option<&Constraint>,
        secret: bool,
    ) -> Option<Value> {
        let input = self.inputs.borrow().get(name).cloned()?;
        let (value, label) = match input {
            Input::Value(value, label) => (value, label),
            Input::Raw(id, label) => {
                let file = self.files.get(id)?;
                let span = Span::new(id, 0, file.text.len());
                if secret {
                    self.files.hide(span);
                }
                let simple = matches!(
                    constraint,
                    None | Some(Constraint::String | Constraint::Number | Constraint::Bool)
                );
                let value = if simple {
                    Value::new(Kind::String(Text::at(text(&file.text), span)), span)
                } else {
                    self.given_expression(name, id, secret)
                };
                (value, label)
            }
        };
        let span = value.place.span;
        Some(value.through(Via::Input(label), span))
    }
}
