//! One module's directory: its files, merged as terraform merges them.
//! <https://developer.hashicorp.com/terraform/language/files/override>

use super::Demand;
use crate::diagnostic::{Diagnostic, utf8};
use crate::raw::Mode;
use crate::span::{FileId, Files, Span, why};
use crate::syntax::hcl::{self, Attribute, Block, Body, Ident};
use foldhash::HashMap;
use rayon::prelude::*;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// A module with as many files is read by several threads; for fewer, handing them out costs more than it gains.
const MANY: usize = 64;

/// What a module declares.
#[derive(Default)]
pub(super) struct Module {
    /// Its directory as the user calls it.
    pub(super) shown: String,
    pub(super) variables: BTreeMap<Arc<str>, Block>,
    pub(super) locals: BTreeMap<Arc<str>, Attribute>,
    pub(super) outputs: BTreeMap<Arc<str>, Block>,
    /// In the order of the files' names and texts.
    pub(super) resources: Vec<Rc<Declared>>,
    pub(super) by_name: HashMap<Name, Rc<Declared>>,
    pub(super) calls: BTreeMap<Arc<str>, Rc<Block>>,
    pub(super) providers: Vec<Block>,
    /// Something in it may be marked as sensitive by a call.
    pub(super) hushes: bool,
}

/// Mode, type and name of a resource.
pub(super) type Name = (Mode, Arc<str>, Arc<str>);

/// A `resource` or `data` block.
pub(super) struct Declared {
    pub(super) mode: Mode,
    pub(super) kind: Arc<str>,
    pub(super) name: Arc<str>,
    /// The block; its body may have been skimmed.
    found: Block,
    /// The same, once it was read.
    read: OnceCell<Block>,
}

impl Declared {
    fn new(mode: Mode, kind: Arc<str>, name: Arc<str>, found: Block) -> Self {
        let read = OnceCell::new();
        Declared {
            mode,
            kind,
            name,
            found,
            read,
        }
    }

    /// Its block, read.
    pub(super) fn block(&self, files: &Files) -> &Block {
        if !self.found.skimmed {
            return &self.found;
        }
        let read = || hcl::read_block(files, &self.found).unwrap_or_else(|| self.found.clone());
        self.read.get_or_init(read)
    }

    /// The place of its first word and labels.
    pub(super) fn header(&self) -> Span {
        self.found.header
    }

    /// All of it.
    pub(super) fn extent(&self) -> Span {
        self.found.span
    }

    /// `aws_ecr_repository.app`, `data.aws_region.current`.
    pub(super) fn address(&self) -> String {
        let data = if self.mode == Mode::Data { "data." } else { "" };
        format!("{data}{}.{}", self.kind, self.name)
    }
}

/// One file of a module, parsed.
struct Part {
    body: Body,
    diagnostics: Vec<Diagnostic>,
    /// Something in it may be marked as sensitive.
    hushes: bool,
}

/// Reads the module in a directory. `Err`: the directory cannot be read.
pub(super) fn load(
    files: &Files,
    dir: &Path,
    shown: &str,
    demand: Demand,
) -> Result<(Module, Vec<Diagnostic>), String> {
    let names = file_names(dir)?;
    let part = |name: &String| read(files, &dir.join(name), &join(shown, name), name, demand);
    let parts: Vec<Part> = match names.len() < MANY {
        true => names.iter().map(part).collect(),
        false => names.par_iter().map(part).collect(),
    };
    let mut module = Module {
        shown: shown.to_owned(),
        ..Module::default()
    };
    let mut diagnostics = Vec::new();
    let mut overrides = Vec::new();
    for (name, part) in names.iter().zip(parts) {
        diagnostics.extend(part.diagnostics);
        module.hushes |= part.hushes;
        if is_override(name) {
            overrides.push(part.body);
        } else {
            module.add(part.body, &mut diagnostics);
        }
    }
    for body in overrides {
        module.merge(files, body, &mut diagnostics);
    }
    Ok((module, diagnostics))
}

/// The module that is one text.
pub(super) fn of_text(files: &Files, id: FileId, shown: &str) -> (Module, Vec<Diagnostic>) {
    let (body, mut diagnostics) = super::parse(files, id);
    let mut module = Module {
        shown: shown.to_owned(),
        ..Module::default()
    };
    module.add(body, &mut diagnostics);
    (module, diagnostics)
}

/// A path below another one as it is shown to the user.
pub(super) fn join(shown: &str, below: &str) -> String {
    match shown.trim_end_matches('/') {
        "" if shown.starts_with('/') => format!("/{below}"),
        "" | "." => below.to_owned(),
        dir => format!("{dir}/{below}"),
    }
}

/// The names of the files that terraform (or OpenTofu) would read, sorted; where `x.tofu` stands beside `x.tf`, it wins.
fn file_names(dir: &Path) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(dir).map_err(|e| why(&e))?;
    let is_directory = |e: &DirEntry| match e.file_type() {
        Ok(kind) if !kind.is_symlink() => kind.is_dir(),
        _ => e.path().is_dir(),
    };
    let named = |e: DirEntry| {
        let name = e.file_name().into_string().ok()?;
        let loaded = stem(&name).is_some() && !ignored(&name);
        (loaded && !is_directory(&e)).then_some(name)
    };
    let mut names: Vec<String> = entries.flatten().filter_map(named).collect();
    names.sort();
    let all = names.clone();
    names.retain(|n| {
        let tofu = n.strip_suffix(".tf").map(|s| format!("{s}.tofu"));
        let json = n.strip_suffix(".tf.json").map(|s| format!("{s}.tofu.json"));
        !(tofu.is_some_and(|t| all.contains(&t)) || json.is_some_and(|t| all.contains(&t)))
    });
    Ok(names)
}

fn stem(name: &str) -> Option<&str> {
    [".tf.json", ".tofu.json", ".tf", ".tofu"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
}

/// Editors' files.
fn ignored(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}

fn is_override(name: &str) -> bool {
    stem(name).is_some_and(|s| s == "override" || s.ends_with("_override"))
}

fn read(files: &Files, path: &Path, shown: &str, name: &str, demand: Demand) -> Part {
    let failed = |problem: Diagnostic| Part {
        body: Body::default(),
        diagnostics: vec![problem],
        hushes: false,
    };
    let bytes = match crate::span::read_inside(path) {
        Ok(bytes) => bytes,
        Err(e) => {
            let message = format!("cannot read `{shown}`: {}", why(&e));
            return failed(Diagnostic::error("unreadable", message));
        }
    };
    let text = match utf8(files, shown, bytes) {
        Ok(text) => text,
        Err(problem) => return failed(problem),
    };
    let hushes = memchr::memmem::find(text.as_bytes(), super::hushed::MARK).is_some();
    let id = files.add(shown, text);
    let (body, diagnostics) = match demand {
        _ if name.ends_with(".json") => super::json::parse(files, id),
        Demand::Resources(wanted) if !is_override(name) => {
            hcl::parse_sparing(files, id, &|kind, labels| {
                spares(wanted.types, kind, labels)
            })
        }
        _ => hcl::parse(files, id),
    };
    Part {
        body,
        diagnostics,
        hushes,
    }
}

/// Whether a block need not be read before somebody refers to it, where resources of some types are asked for.
fn spares(of: fn(&str) -> bool, kind: &str, labels: &[Ident]) -> bool {
    match kind {
        "resource" => labels.first().is_some_and(|l| !of(&l.text)),
        "data" | "check" | "moved" | "import" | "removed" => true,
        _ => false,
    }
}

impl Module {
    fn add(&mut self, body: Body, out: &mut Vec<Diagnostic>) {
        for block in body.blocks {
            self.add_block(block, out);
        }
        for attribute in body.attributes {
            let message = format!("argument `{}` belongs to no block", attribute.name.text);
            out.push(Diagnostic::error("hcl-syntax", message).at(attribute.name.span));
        }
    }

    fn add_block(&mut self, block: Block, out: &mut Vec<Diagnostic>) {
        let label = |n| block.label(n).cloned();
        match (&*block.kind.text, block.labels.as_slice()) {
            ("variable", [_]) => declare(&mut self.variables, label(0), block, out),
            ("output", [_]) => declare(&mut self.outputs, label(0), block, out),
            ("module", [_]) => {
                let mut calls = std::mem::take(&mut self.calls);
                declare_rc(&mut calls, label(0), block, out);
                self.calls = calls;
            }
            ("locals", []) => self.add_locals(block.body, out),
            ("provider", [_]) => self.providers.push(block),
            ("resource" | "data", [kind, name]) => {
                let mode = if &*block.kind.text == "data" {
                    Mode::Data
                } else {
                    Mode::Managed
                };
                let (kind, name) = (kind.text.clone(), name.text.clone());
                let known = (mode, kind.clone(), name.clone());
                if let Some(first) = self.by_name.get(&known) {
                    out.push(twice(&first.address(), block.header, first.header()));
                    return;
                }
                let declared = Rc::new(Declared::new(mode, kind, name, block));
                self.by_name.insert(known, declared.clone());
                self.resources.push(declared);
            }
            ("terraform", _) => {}
            ("moved" | "import" | "check" | "removed" | "ephemeral" | "action" | "language", _) => {
            }
            ("variable" | "output" | "module" | "locals" | "provider" | "resource" | "data", _) => {
                let message = format!("block `{}` has the wrong number of labels", block.kind.text);
                out.push(Diagnostic::error("hcl-syntax", message).at(block.header));
            }
            (other, _) => {
                let message = format!("terraform knows no block `{other}`");
                out.push(Diagnostic::error("hcl-syntax", message).at(block.header));
            }
        }
    }

    fn add_locals(&mut self, body: Body, out: &mut Vec<Diagnostic>) {
        for attribute in body.attributes {
            let name = attribute.name.text.clone();
            if let Some(first) = self.locals.get(&name) {
                out.push(twice(
                    &format!("local.{name}"),
                    attribute.name.span,
                    first.name.span,
                ));
                continue;
            }
            self.locals.insert(name, attribute);
        }
    }

    /// An override file: what it says replaces arguments and blocks of what is declared elsewhere.
    fn merge(&mut self, files: &Files, body: Body, out: &mut Vec<Diagnostic>) {
        for block in body.blocks {
            let label = block.label(0).cloned().unwrap_or_default();
            let found = match &*block.kind.text {
                "variable" => self
                    .variables
                    .get_mut(&label)
                    .map(|b| merge_block(b, &block)),
                "output" => self.outputs.get_mut(&label).map(|b| merge_block(b, &block)),
                "module" => {
                    (self.calls.get_mut(&label)).map(|b| merge_block(Rc::make_mut(b), &block))
                }
                "locals" => {
                    for attribute in block.body.attributes.clone() {
                        self.locals.insert(attribute.name.text.clone(), attribute);
                    }
                    Some(())
                }
                "provider" => self.merge_provider(&block),
                "resource" | "data" => self.merge_resource(files, &block),
                _ => Some(()),
            };
            if found.is_none() {
                let what = format!("{} {label}", block.kind.text);
                let message = format!("`{what}` is overridden, but declared nowhere");
                out.push(Diagnostic::error("hcl-syntax", message).at(block.header));
            }
        }
    }

    fn merge_provider(&mut self, block: &Block) -> Option<()> {
        let alias = alias_of(block);
        let same = |b: &&mut Block| b.label(0) == block.label(0) && alias_of(b) == alias;
        match self.providers.iter_mut().find(same) {
            Some(base) => merge_block(base, block),
            None => self.providers.push(block.clone()),
        }
        Some(())
    }

    fn merge_resource(&mut self, files: &Files, over: &Block) -> Option<()> {
        let mode = if &*over.kind.text == "data" {
            Mode::Data
        } else {
            Mode::Managed
        };
        let same = |d: &&mut Rc<Declared>| {
            d.mode == mode && Some(&d.kind) == over.label(0) && Some(&d.name) == over.label(1)
        };
        let base = self.resources.iter_mut().find(same)?;
        let mut block = base.block(files).clone();
        merge_block(&mut block, over);
        let merged = Declared::new(mode, base.kind.clone(), base.name.clone(), block);
        *base = Rc::new(merged);
        let name = (mode, base.kind.clone(), base.name.clone());
        self.by_name.insert(name, base.clone());
        Some(())
    }
}

/// The alias of a provider block.
pub(super) fn alias_of(block: &Block) -> Option<&str> {
    block
        .body
        .attribute("alias")
        .and_then(|a| a.expr.as_literal())
}

fn declare(
    into: &mut BTreeMap<Arc<str>, Block>,
    name: Option<Arc<str>>,
    block: Block,
    out: &mut Vec<Diagnostic>,
) {
    let name = name.unwrap_or_default();
    if let Some(first) = into.get(&name) {
        out.push(twice(
            &format!("{} {name}", block.kind.text),
            block.header,
            first.header,
        ));
        return;
    }
    into.insert(name, block);
}

fn declare_rc(
    into: &mut BTreeMap<Arc<str>, Rc<Block>>,
    name: Option<Arc<str>>,
    block: Block,
    out: &mut Vec<Diagnostic>,
) {
    let name = name.unwrap_or_default();
    if let Some(first) = into.get(&name) {
        out.push(twice(&format!("module.{name}"), block.header, first.header));
        return;
    }
    into.insert(name, Rc::new(block));
}

fn twice(what: &str, at: Span, first: Span) -> Diagnostic {
    Diagnostic::error(
        "terraform-evaluation",
        format!("`{what}` is declared twice"),
    )
    .at(at)
    .related("first declared here", first)
}

/// Arguments replace arguments; blocks of a kind replace all blocks of that kind, those made by `dynamic` included.
fn merge_block(base: &mut Block, over: &Block) {
    for attribute in &over.body.attributes {
        let same = |a: &&mut Attribute| a.name.text == attribute.name.text;
        match base.body.attributes.iter_mut().find(same) {
            Some(old) => *old = attribute.clone(),
            None => base.body.attributes.push(attribute.clone()),
        }
    }
    let kind = |b: &Block| match &*b.kind.text {
        "dynamic" => b.label(0).cloned().unwrap_or_default(),
        _ => b.kind.text.clone(),
    };
    let replaced: Vec<Arc<str>> = over.body.blocks.iter().map(kind).collect();
    base.body
        .blocks
        .retain(|b| &*b.kind.text == "lifecycle" || !replaced.contains(&kind(b)));
    base.body.blocks.extend(over.body.blocks.iter().cloned());
}
