//! The arguments of terraform, as far as they matter here: where it runs, where the plan goes, which variables it gets.
//! What TF_CLI_ARGS and TF_CLI_ARGS_plan hold counts, too: terraform puts it before the user's options.

use crate::cli::failure::usage_help;
use crate::cli::given;
use crate::engine::Failure;
use crate::world::{Inputs, VariableInput};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Options of `plan` that take a value, which may be the next argument.
const WITH_VALUE: [&str; 13] = [
    "var",
    "var-file",
    "out",
    "target",
    "exclude",
    "replace",
    "state",
    "parallelism",
    "lock-timeout",
    "generate-config-out",
    "target-file",
    "exclude-file",
    "deprecation",
];

/// A call of `terraform plan`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// What stands before `plan`.
    global: Vec<OsString>,
    /// What stands behind it.
    own: Vec<OsString>,
    /// All options of `plan` with their values, those of the environment first.
    options: Vec<(String, Option<OsString>)>,
}

impl Call {
    /// Takes the arguments apart; `environment`: the variables of the environment.
    ///
    /// # Errors
    /// Another command than `plan`.
    pub(super) fn of(
        arguments: &[OsString],
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let is_option = |a: &OsString| a.to_string_lossy().starts_with('-');
        let at = arguments.iter().take_while(|a| is_option(a)).count();
        let (global, rest) = arguments.split_at_checked(at).unwrap_or((arguments, &[]));
        let own = match rest.split_first() {
            Some((command, own)) if command == "plan" => own,
            Some((command, _)) => {
                let command = command.to_string_lossy();
                return Err(usage_help(
                    format!("`terraform {command}` is not wrapped, only `terraform plan` is"),
                    "run terraform itself for anything else",
                ));
            }
            None => {
                return Err(usage_help(
                    "no command of terraform is given",
                    "ecr-guard terraform plan [OPTIONS OF TERRAFORM]",
                ));
            }
        };
        let from = |name| {
            environment(name)
                .map(|text| words(&text))
                .unwrap_or_default()
        };
        let mut all = from("TF_CLI_ARGS_plan");
        all.extend(from("TF_CLI_ARGS"));
        all.extend(own.iter().cloned());
        Ok(Call {
            global: global.to_vec(),
            own: own.to_vec(),
            options: options(&all),
        })
    }

    /// The root module's directory: that of `-chdir`.
    pub(super) fn directory(&self) -> String {
        let given = options(&self.global);
        let found = given.iter().rev().find(|(name, _)| name == "chdir");
        let directory = found.and_then(|(_, value)| value.clone());
        let text = directory.map(|d| d.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"));
        match text.as_deref().map(|t| t.trim_end_matches('/')) {
            None | Some("") => match text.as_deref() {
                Some(root) if root.starts_with('/') => "/".to_owned(),
                _ => ".".to_owned(),
            },
            Some(text) => text.to_owned(),
        }
    }

    /// The arguments that terraform is run with, and where the plan goes: where the user says, else to `path`.
    pub(super) fn with_plan(&self, path: &Path) -> (Vec<OsString>, PathBuf) {
        let mut out = self.global.clone();
        out.push("plan".into());
        let given = self.value("out").map(PathBuf::from);
        if given.is_none() {
            let mut option = OsString::from("-out=");
            option.push(path);
            out.push(option);
        }
        out.extend(self.own.iter().cloned());
        (out, given.unwrap_or_else(|| path.to_owned()))
    }

    fn value(&self, name: &str) -> Option<&OsStr> {
        let found = self.options.iter().rev().find(|(n, _)| n == name);
        found.and_then(|(_, value)| value.as_deref())
    }

    /// Whether an option without value is given.
    pub(super) fn flag(&self, name: &str) -> bool {
        let found = self.options.iter().rev().find(|(n, _)| n == name);
        let off = |value: &OsString| {
            ["false", "0", "f", "F", "FALSE", "False"]
                .iter()
                .any(|o| value == *o)
        };
        found.is_some_and(|(_, value)| !value.as_ref().is_some_and(off))
    }

    /// Whether terraform only tells how it is used.
    pub(super) fn asks_for_help(&self) -> bool {
        let global = options(&self.global);
        let mut all = self.options.iter().chain(&global);
        all.any(|(name, _)| ["help", "h", "version", "v"].contains(&name.as_str()))
    }

    /// What the root module's variables are given, as terraform reads it. A file that cannot be read terraform complains of.
    ///
    /// # Errors
    /// An environment that is no text.
    pub(super) fn inputs(&self, directory: &str) -> Result<Inputs, Failure> {
        let mut inputs = Inputs {
            environment: given::environment()?,
            workspace: (std::env::var("TF_WORKSPACE").ok()).filter(|w| !w.is_empty()),
            ..Inputs::default()
        };
        for (name, value) in &self.options {
            let Some(value) = value.as_ref().and_then(|v| v.to_str()) else {
                continue;
            };
            match (name.as_str(), value.split_once('=')) {
                ("var", Some((name, value))) => inputs.variables.push(VariableInput::Value {
                    name: name.trim().to_owned(),
                    value: value.to_owned(),
                }),
                ("var-file", _) => {
                    let path = Path::new(directory).join(value);
                    let shown = given::shown(&path.to_string_lossy());
                    if let Ok(text) = std::fs::read_to_string(&path) {
                        let file = VariableInput::File { path: shown, text };
                        inputs.variables.push(file);
                    }
                }
                _ => {}
            }
        }
        Ok(inputs)
    }
}

/// Options by name, one or two dashes before it, with the value behind `=` or in the next argument.
fn options(arguments: &[OsString]) -> Vec<(String, Option<OsString>)> {
    let mut out = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let text = argument.to_string_lossy();
        let Some(option) = text.strip_prefix("--").or_else(|| text.strip_prefix('-')) else {
            continue;
        };
        match option.split_once('=') {
            Some((name, value)) => out.push((name.to_owned(), Some(value.into()))),
            None if WITH_VALUE.contains(&option) => {
                out.push((option.to_owned(), rest.next().cloned()));
            }
            None => out.push((option.to_owned(), None)),
        }
    }
    out
}

/// The words of a text, as a shell would take it apart: blanks between them, quotes around them, backslashes before them.
fn words(text: &str) -> Vec<OsString> {
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, c) if c.is_whitespace() => out.extend(word.take().map(OsString::from)),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word.map(OsString::from));
    out
}

#[cfg(test)]
mod tests;
