//! The values given to the root module's variables.
//! <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>

use super::convert::{Constraint, text};
use super::module::join;
use super::run::{Outcome, Run};
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Span};
use crate::syntax::{hcl, json, scalar::Scalars};
use crate::value::{Kind, Text, Value, Via};
use crate::world::VariableInput;
use std::sync::Arc;

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
            self.raw_input(name, value, &format!("TF_VAR_{name}"));
        }
    }

    fn collect_options(&self) {
        for input in &self.world.inputs.variables {
            match input {
                VariableInput::Value { name, value } => {
                    self.raw_input(name, value, &format!("--var {name}"));
                }
                VariableInput::File { path, text } => self.definitions(path, text.clone()),
            }
        }
    }

    fn raw_input(&self, name: &str, value: &str, shown: &str) {
        let id = self.files.add(shown, value);
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
        match std::fs::read(&path).map(String::from_utf8) {
            Ok(Ok(text)) => self.definitions(&shown, text),
            Ok(Err(_)) => self.tell(Diagnostic::error(
                "unreadable",
                format!("`{shown}` is not UTF-8"),
            )),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => self.tell(Diagnostic::error(
                "unreadable",
                format!("cannot read `{shown}`: {e}"),
            )),
        }
    }

    /// A file of definitions: HCL, or JSON by its name. Texts of the JSON form are no templates.
    fn definitions(&self, shown: &str, text: String) {
        let id = self.files.add(shown, text);
        let label: Arc<str> = shown.rsplit('/').next().unwrap_or(shown).into();
        if shown.ends_with(".json") {
            let (tree, diagnostics) = json::parse(self.files, id);
            diagnostics.into_iter().for_each(|d| self.tell(d));
            for (name, value) in tree
                .map(|t| t.to_value(Scalars::Json).entries())
                .unwrap_or_default()
            {
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
            let value = self.literal(&attribute.expr);
            let value = self.settle(value, attribute.expr.span);
            self.inputs
                .borrow_mut()
                .insert(attribute.name.text, Input::Value(value, label.clone()));
        }
    }

    /// The value of an expression outside of any module.
    fn literal(&self, expr: &hcl::Expr) -> Outcome {
        let module = std::rc::Rc::new(super::module::Module::default());
        let instance = super::run::Instance::new(module, self.dir.clone());
        self.constant(&std::rc::Rc::new(instance), expr)
    }

    /// What was given to a variable of the root module. Raw text of a variable of no or of a simple type is its value.
    pub(super) fn input(&self, name: &str, constraint: Option<&Constraint>) -> Option<Value> {
        let input = self.inputs.borrow().get(name).cloned()?;
        let (value, label) = match input {
            Input::Value(value, label) => (value, label),
            Input::Raw(id, label) => {
                let file = self.files.get(id)?;
                let span = Span::new(id, 0, file.text.len());
                let simple = matches!(
                    constraint,
                    None | Some(Constraint::String | Constraint::Number | Constraint::Bool)
                );
                let value = if simple {
                    Value::new(Kind::String(Text::at(text(&file.text), span)), span)
                } else {
                    match hcl::parse_expression(self.files, id) {
                        Ok(expr) => self.settle(self.literal(&expr), span),
                        Err(diagnostic) => {
                            let reason = format!("the value given for `var.{name}` cannot be read");
                            self.tell(diagnostic);
                            Value::unknown(crate::value::Unknown::because(reason), span)
                        }
                    }
                };
                (value, label)
            }
        };
        let span = value.place.span;
        Some(value.through(Via::Input(label), span))
    }
}
