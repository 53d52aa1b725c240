//! One file (or standard input) that may be a template or a plan.

use super::assembly;
use super::bytes::{self, Content};
use super::marks::{self, Guess};
use super::walk::Entry;
use super::{Evaluators, Part, Plan};
use crate::cloudformation::{self, Parsed};
use crate::diagnostic::{Diagnostic, utf8};
use crate::span::{FileId, Files, Span};
use crate::terraform::Demand;
use crate::terraform::plan::Code;
use crate::world::World;
use std::path::Path;

/// Reads documents, all in the same surroundings.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    /// Who evaluates what is read.
    pub(super) evaluators: Evaluators,
    /// What verdicts rest on besides.
    pub(super) world: &'a World,
    /// Where texts are kept.
    pub(super) files: &'a Files,
    /// As [`super::Options::code`].
    pub(super) code: Option<&'a str>,
    /// What is asked of a root module.
    pub(super) demand: Demand,
}

impl Reader<'_> {
    /// Reads a file of a tree, or one that was named; only what can matter is evaluated.
    pub(super) fn read(self, entry: &Entry) -> Part {
        self.read_as(entry, false)
    }

    /// Reads a file and evaluates it whatever it holds.
    pub(super) fn read_whole(self, entry: &Entry) -> Part {
        self.read_as(entry, true)
    }

    fn read_as(self, entry: &Entry, whole: bool) -> Part {
        let bytes = match bytes::read(entry) {
            Ok(Content::Bytes(bytes)) => bytes,
            Ok(Content::Large) if entry.named => {
                let message = format!("`{}` is too large to be read", entry.shown);
                return Part::problem(Diagnostic::error("too-large", message));
            }
            Ok(Content::Large) => return Part::skipped("files larger than 64 MiB"),
            Err(problem) => return Part::problem(problem),
        };
        let guess = marks::guess(&bytes);
        match guess {
            Guess::Other | Guess::State if !entry.named => {
                return match guess {
                    Guess::State => Part::skipped("Terraform states"),
                    _ => Part::default(),
                };
            }
            Guess::Other => return unknown(entry),
            Guess::Template
                if !whole && !marks::template(&bytes) && marks::has_resources(&bytes) =>
            {
                return Part {
                    exporter: marks::exports(&bytes),
                    ..Part::file()
                };
            }
            _ => {}
        }
        let claims = marks::claims_template(&bytes);
        let text = match utf8(self.files, &entry.shown, bytes) {
            Ok(text) => text,
            Err(problem) if claims || entry.named || guess != Guess::Template => {
                return Part::problem(problem);
            }
            Err(_) => return Part::skipped("files that are not UTF-8"),
        };
        let id = self.files.add(entry.shown.as_str(), text);
        if guess != Guess::Template {
            return self.plan(id, self.code_of(entry).as_ref());
        }
        match recognise(self.files, id) {
            Recognised::Template(parsed) => {
                self.template(id, parsed, &assembly::world(entry, self.world))
            }
            Recognised::Broken(problems) if claims => Part::of(Vec::new(), problems),
            Recognised::Behind(problem) => Part::problem(problem),
            _ if entry.named => unknown(entry),
            _ => Part::default(),
        }
    }

    /// Reads standard input: a plan, a template, or the only file of a module.
    pub(super) fn standard_input(self, text: String) -> Part {
        let guess = marks::guess(text.as_bytes());
        let claims = marks::claims_template(text.as_bytes());
        let module = marks::looks_like_module(&text);
        let id = self.files.add("-", text);
        if matches!(guess, Guess::Plan | Guess::State) {
            return self.plan(id, self.code.map(code).as_ref());
        }
        match recognise(self.files, id) {
            Recognised::Template(parsed) => self.template(id, parsed, self.world),
            _ if module => {
                let (root, diagnostics) =
                    (self.evaluators.module_text)(self.files, id, self.world, self.demand);
                Part {
                    files: 1,
                    ..Part::of(vec![root], diagnostics)
                }
            }
            Recognised::Broken(problems) if claims => Part::of(Vec::new(), problems),
            Recognised::Behind(problem) => Part::problem(problem),
            _ => {
                let message = "standard input is no Terraform file, plan or template";
                let problem = Diagnostic::error("not-recognised", message).at(Span::new(id, 0, 0));
                Part::problem(problem)
            }
        }
    }

    /// Reads a plan that stands in no file.
    pub(super) fn made(self, plan: &Plan) -> Part {
        let id = self.files.add(PLAN, plan.text.as_str());
        let mut part = self.plan(id, plan.code.as_ref());
        for root in &mut part.roots {
            root.name.clone_from(&plan.name);
        }
        part
    }

    fn plan(self, id: FileId, code: Option<&Code>) -> Part {
        let (root, diagnostics) = (self.evaluators.plan)(self.files, id, self.world, code);
        Part {
            files: 1,
            ..Part::of(vec![root], diagnostics)
        }
    }

    /// Evaluates a template that was read before in other surroundings.
    pub(super) fn again(self, entry: &Entry, id: FileId) -> Part {
        let parsed = Parsed::of(self.files, id);
        self.template(id, parsed, &assembly::world(entry, self.world))
    }

    fn template(self, id: FileId, parsed: Parsed, world: &World) -> Part {
        let (roots, diagnostics) = (self.evaluators.template)(self.files, id, parsed, world);
        Part {
            files: 1,
            template: Some(id),
            ..Part::of(roots, diagnostics)
        }
    }

    /// The code that a plan in a file was made of: what the user names, else what stands beside a plan that is named.
    fn code_of(self, entry: &Entry) -> Option<Code> {
        if let Some(directory) = self.code {
            return Some(code(directory));
        }
        let directory = entry.path.parent().filter(|_| entry.named)?;
        let terraform = |e: std::fs::DirEntry| {
            let name = e.file_name();
            let name = name.to_string_lossy();
            name.ends_with(".tf") || name.ends_with(".tf.json")
        };
        let directory = match directory.as_os_str().is_empty() {
            true => Path::new("."),
            false => directory,
        };
        let mut entries = std::fs::read_dir(directory).ok()?.flatten();
        let shown = entry.shown.rsplit_once('/').map_or(".", |(dir, _)| dir);
        entries.any(terraform).then(|| Code {
            directory: directory.to_owned(),
            shown: shown.to_owned(),
            planned: false,
        })
    }
}

/// What the text of a plan without a file is called.
const PLAN: &str = "terraform plan";

fn code(directory: &str) -> Code {
    Code {
        directory: directory.into(),
        shown: directory.trim_end_matches('/').to_owned(),
        planned: true,
    }
}

/// A file that was named and is nothing that we know. No error: a hook that passes every changed file names such, too.
fn unknown(entry: &Entry) -> Part {
    let message = format!(
        "`{}` is no Terraform file, plan or template: it is not checked",
        entry.shown
    );
    Part {
        skipped: Part::skipped("files that are no infrastructure code").skipped,
        ..Part::problem(Diagnostic::warning("not-recognised", message))
    }
}

enum Recognised {
    Template(Parsed),
    /// Not even YAML or JSON, for these reasons.
    Broken(Vec<Diagnostic>),
    /// A template that is not the first document of its file.
    Behind(Diagnostic),
    Other,
}

fn recognise(files: &Files, id: FileId) -> Recognised {
    let parsed = Parsed::of(files, id);
    match (parsed.documents.iter()).position(cloudformation::looks_like_template) {
        Some(0) => Recognised::Template(parsed),
        None if parsed.is_broken() => Recognised::Broken(parsed.into_problems()),
        None => Recognised::Other,
        Some(behind) => {
            let message = "a template stands behind another document of the file: it is not judged";
            let problem = Diagnostic::error("template-form", message)
                .help("give the template a file of its own: CloudFormation reads one document");
            Recognised::Behind(Diagnostic {
                span: parsed.documents.get(behind).map(|d| d.span.slice(0, 0)),
                ..problem
            })
        }
    }
}
