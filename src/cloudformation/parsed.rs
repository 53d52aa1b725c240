//! A file that may be a template, read once: JSON or YAML, whichever it is.

use crate::diagnostic::{Diagnostic, Level};
use crate::span::{FileId, Files};
use crate::syntax::scalar::Scalars;
use crate::syntax::tree::Tree;
use crate::syntax::{json, yaml};

/// What stands in a file.
#[derive(Debug)]
pub struct Parsed {
    /// Its documents: one of JSON, any number of YAML.
    pub documents: Vec<Tree>,
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
    /// How its plain scalars are read.
    pub(super) scalars: Scalars,
    /// Why it is no JSON, where it looks like that and was read as YAML.
    pub(super) refused: Vec<Diagnostic>,
}

impl Parsed {
    /// Reads a file.
    pub fn of(files: &Files, id: FileId) -> Self {
        let body = files.get(id).map(|f| f.text.clone()).unwrap_or_default();
        let body = body.trim_start_matches('\u{feff}').trim_start();
        let mut refused = Vec::new();
        if body.starts_with(['{', '[']) {
            let (tree, problems) = json::parse(files, id);
            if let Some(tree) = tree {
                return Parsed {
                    documents: vec![tree],
                    problems,
                    scalars: Scalars::Json,
                    refused,
                };
            }
            refused = problems;
        }
        // YAML, perhaps in braces
        let (documents, problems) = yaml::parse(files, id);
        Parsed {
            documents,
            problems,
            scalars: Scalars::Yaml11,
            refused,
        }
    }

    /// Whether a syntax error keeps something of it from being read.
    pub fn is_broken(&self) -> bool {
        let hides = |d: &Diagnostic| self.documents.is_empty() || d.code == "yaml-syntax";
        let mut errors = self.problems.iter().filter(|d| d.level == Level::Error);
        errors.any(hides)
    }

    /// What is wrong with it: of JSON that is none, what JSON says.
    pub fn into_problems(self) -> Vec<Diagnostic> {
        match self.documents.is_empty() && !self.refused.is_empty() {
            true => self.refused,
            false => self.problems,
        }
    }
}
