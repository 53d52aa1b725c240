//! The guardrails of a run: the built-in ones of `policies/`, and the user's.

use super::check::Problem;
use super::definition::{Definition, Needs, OrganizationKey, Parameter};
use super::evaluate::ParameterValue;
use super::vocabulary::{self, TARGETS, Target};
use crate::config::error::{Error, explain};
use crate::config::{document, fingerprint};
use crate::span::{FileId, Files, Span, why};
use crate::syntax::tree::{Node, Seg, Tree};
use crate::value::{Part as TextPart, Text};
use crate::world::Organization;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub(super) use self::rule::{Mend, Rule};

mod built_in;
pub(super) mod regexes;
mod rule;

/// A guardrail that was read and checked.
#[derive(Debug)]
pub struct Guardrail {
    /// The stem of its file's name.
    pub id: String,
    /// What its file says.
    pub definition: Definition,
    /// What it is judged on.
    pub target: &'static Target,
    /// Whether it is one of ours.
    pub built_in: bool,
    /// Its file.
    pub file: FileId,
    /// Where the conditions stand in it, by their keys.
    conditions: BTreeMap<&'static str, Span>,
    /// Its conditions and texts, ready to be judged by; those of ours once they are asked for, as most runs are about a few
    /// kinds of resources only.
    rule: OnceLock<Rule>,
}

impl Guardrail {
    /// What it needs of the organisation's settings and does not have; `None` where it has what it needs.
    pub fn lacks(&self, organization: Option<&Organization>) -> Option<String> {
        if self.definition.needs != Needs::Organization {
            return None;
        }
        let Some(organization) = organization else {
            return Some("no organization is configured".to_owned());
        };
        let has = |key: &OrganizationKey| match key {
            OrganizationKey::Id => organization.id.is_some(),
            OrganizationKey::Accounts => organization.accounts.is_some(),
            OrganizationKey::Regions => organization.regions.is_some(),
            OrganizationKey::UpstreamRegistries => organization.upstream_registries.is_some(),
        };
        let keys = &self.definition.needs_keys;
        if let Some(missing) = keys.all.iter().find(|k| !has(k)) {
            return Some(format!("organization.{} is not set", missing.name()));
        }
        if keys.any.is_empty() || keys.any.iter().any(has) {
            return None;
        }
        let names: Vec<String> = (keys.any.iter())
            .map(|k| format!("organization.{}", k.name()))
            .collect();
        Some(match names.as_slice() {
            [one] => format!("{one} is not set"),
            _ => format!("none of {} is set", names.join(", ")),
        })
    }

    /// Reads and checks a guardrail.
    ///
    /// # Errors
    /// Every mistake in it, with its place.
    pub fn read(id: &str, files: &Files, file: FileId, built_in: bool) -> Result<Self, Vec<Error>> {
        let nothing = || Error::new("there is no guardrail in the file").at(Span::new(file, 0, 0));
        let tree = document(files, file)?.ok_or_else(|| vec![nothing()])?;
        let definition: Definition = tree.deserialize().map_err(|e| vec![explain(e)])?;
        let mut reader = Reader {
            tree: &tree,
            errors: Vec::new(),
        };
        let Some(target) = vocabulary::target(&definition.target) else {
            let error = Error::new(format!("unknown target `{}`", definition.target))
                .at(reader.span(&[key("target")]))
                .did_you_mean(&definition.target, TARGETS.iter().map(|t| t.name));
            return Err(vec![error]);
        };
        reader.id(id, file);
        reader.parameters(&definition);
        let rule = Rule::read(&definition, target, built_in, &mut |path, problems| {
            reader.tell(path, problems);
        });
        if let Some(rule) = &rule {
            reader.patterns(&definition, rule);
        }
        let conditions = ["when", "require"].map(|name| (name, reader.span(&[key(name)])));
        match rule {
            Some(rule) if reader.errors.is_empty() => Ok(Guardrail {
                id: id.to_owned(),
                target,
                built_in,
                file,
                conditions: conditions.into(),
                definition,
                rule: OnceLock::from(rule),
            }),
            _ => Err(reader.errors),
        }
    }

    /// Where one of its conditions stands.
    pub(super) fn place_of(&self, condition: &str) -> Span {
        let known = self.conditions.get(condition).copied();
        known.unwrap_or_else(|| Span::new(self.file, 0, 0))
    }

    /// Its conditions and texts.
    pub(super) fn rule(&self) -> &Rule {
        self.rule.get_or_init(|| {
            let read = Rule::read(&self.definition, self.target, self.built_in, &mut |_, _| {});
            // Tests see to it that all of ours can be read; one that could not would fail whatever it is about.
            read.unwrap_or_default()
        })
    }
}

fn key(name: &str) -> Seg {
    Seg::Key(name.to_owned())
}

struct Reader<'a> {
    tree: &'a Tree,
    errors: Vec<Error>,
}

impl Reader<'_> {
    fn span(&self, path: &[Seg]) -> Span {
        self.tree.at(path).map_or(self.tree.span, |t| t.span)
    }

    /// Keeps mistakes in the text at a path, with their places.
    fn tell(&mut self, path: &[Seg], problems: Vec<Problem>) {
        let whole = self.span(path);
        let text = match self.tree.at(path).map(|t| &t.node) {
            Some(Node::Scalar { text, .. }) => Some(text),
            _ => None,
        };
        for problem in problems {
            let span = text
                .and_then(|t| within(t, &problem.range))
                .unwrap_or(whole);
            self.errors.push(Error {
                message: problem.message,
                span: Some(span),
                help: problem.help,
            });
        }
    }

    fn id(&mut self, id: &str, file: FileId) {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(good) || id.starts_with('-') || id.ends_with('-') {
            let message = format!("`{id}` is no id of a guardrail");
            let help = "name the file in lower case, with `-` between words";
            let error = Error::new(message).at(Span::new(file, 0, 0)).help(help);
            self.errors.push(error);
        }
    }

    /// A parameter's default has to be of its type.
    fn parameters(&mut self, definition: &Definition) {
        for (name, parameter) in &definition.parameters {
            let Some(default) = &parameter.default else {
                continue;
            };
            if ParameterValue::read(parameter.kind, default).is_none() {
                let path = [key("parameters"), key(name), key("default")];
                let message = format!("the default of `{name}` is not of its type");
                self.errors.push(Error::new(message).at(self.span(&path)));
            }
        }
    }

    /// A parameter's default that the conditions take for a regular expression has to be one.
    fn patterns(&mut self, definition: &Definition, rule: &Rule) {
        let read = |p: &Parameter| ParameterValue::read(p.kind, p.default.as_ref()?);
        let defaults = definition.parameters.iter();
        let defaults = defaults.filter_map(|(name, p)| Some((name.clone(), read(p)?)));
        for (name, message) in regexes::faults(rule, &defaults.collect()) {
            let path = [key("parameters"), key(&name), key("default")];
            let error = Error::new(message).at(self.span(&path));
            self.errors.push(error);
        }
    }
}

/// The place of a part of a scalar's text.
fn within(text: &Text, range: &Range<usize>) -> Option<Span> {
    match text.parts() {
        [TextPart::Lit(lit)] => lit.span(range.start, range.end),
        _ => None,
    }
}

/// All guardrails of a run, by id.
#[derive(Debug, Default)]
pub struct Library {
    guardrails: BTreeMap<String, Guardrail>,
}

impl Library {
    /// Loads the built-in guardrails, and those of the user's directories. Everything is read and checked even where
    /// something is wrong, so that every mistake shows at once.
    ///
    /// # Errors
    /// Every mistake, with its place.
    pub fn load(files: &Files, directories: &[PathBuf]) -> Result<Self, Vec<Error>> {
        let mut errors = Vec::new();
        let mut library = Library::default();
        match built_in::guardrails(files) {
            Ok(ours) => errors.extend(ours.into_iter().filter_map(|g| library.add(g, files))),
            Err(error) => errors.push(error),
        }
        let mut found: Vec<(String, FileId)> = Vec::new();
        for directory in directories {
            match texts(directory) {
                Ok(texts) => found.extend((texts.into_iter()).map(|(path, text)| {
                    let shown = path.to_string_lossy().replace('\\', "/");
                    (stem(&path), files.add(shown, text))
                })),
                Err(error) => errors.push(error),
            }
        }
        let one = |(id, file): (String, FileId)| Guardrail::read(&id, files, file, false);
        let read: Vec<_> = match found.len() {
            0 | 1 => found.into_iter().map(one).collect(),
            _ => found.into_par_iter().map(one).collect(),
        };
        for result in read {
            match result {
                Ok(guardrail) => errors.extend(library.add(guardrail, files)),
                Err(mistakes) => errors.extend(mistakes),
            }
        }
        if errors.is_empty() {
            Ok(library)
        } else {
            Err(errors)
        }
    }

    fn add(&mut self, guardrail: Guardrail, files: &Files) -> Option<Error> {
        let id = guardrail.id.clone();
        if let Some(other) = self.guardrails.get(&id) {
            let place = files.get(other.file).map(|f| f.path.clone());
            let whose = match (other.built_in, place) {
                (false, Some(path)) => format!("as in {path}"),
                _ => "as a built-in one".to_owned(),
            };
            let error = Error::new(format!("guardrail `{id}` is there already, {whose}"))
                .at(Span::new(guardrail.file, 0, 0))
                .help("give the file another name; to replace a built-in guardrail, turn it off");
            return Some(error);
        }
        self.guardrails.insert(id, guardrail);
        None
    }

    /// Fingerprint of all guardrails: that of ours, which `build.rs` knows, and of the user's where there are any.
    pub fn sha256(&self, files: &Files) -> String {
        let own = built_in::SHA256;
        let others = self.all().filter(|g| !g.built_in);
        let texts: Vec<_> = others
            .filter_map(|g| Some((g.id.as_str(), files.get(g.file)?.text.clone())))
            .collect();
        if texts.is_empty() {
            return own.to_owned();
        }
        let texts = texts.iter().flat_map(|(id, text)| [*id, &**text]);
        fingerprint(std::iter::once(own).chain(texts))
    }

    /// The files of all guardrails.
    pub fn files(&self) -> impl Iterator<Item = FileId> {
        self.all().map(|g| g.file)
    }

    /// A guardrail by its id.
    pub fn get(&self, id: &str) -> Option<&Guardrail> {
        self.guardrails.get(id)
    }

    /// Every guardrail, in the order of the ids.
    pub fn all(&self) -> impl Iterator<Item = &Guardrail> {
        self.guardrails.values()
    }
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The guardrail files of a directory, in the order of their names; a file stands for itself.
fn texts(path: &Path) -> Result<Vec<(PathBuf, String)>, Error> {
    let fault = |p: &Path, e: &std::io::Error| {
        Error::new(format!("cannot read `{}`: {}", p.display(), why(e)))
    };
    let mut paths = Vec::new();
    if path.is_dir() {
        for entry in std::fs::read_dir(path).map_err(|e| fault(path, &e))? {
            let entry = entry.map_err(|e| fault(path, &e))?.path();
            if entry.extension().is_some_and(|e| e == "yaml" || e == "yml") {
                paths.push(entry);
            }
        }
        paths.sort();
    } else {
        paths.push(path.to_owned());
    }
    if paths.is_empty() {
        let message = format!("no guardrail in `{}`", path.display());
        return Err(Error::new(message).help("a guardrail is a file ID.yaml"));
    }
    (paths.into_iter())
        .map(|p| match crate::span::read_regular_text(&p) {
            Ok(text) => Ok((p, text)),
            Err(e) => Err(fault(&p, &e)),
        })
        .collect()
}

#[cfg(test)]
mod tests;
