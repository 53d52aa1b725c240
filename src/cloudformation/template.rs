//! A template as it stands in its file.

use super::Run;
use super::include::include;
use super::parsed::Parsed;
use crate::diagnostic::{Diagnostic, Level};
use crate::span::{FileId, Span};
use crate::syntax::scalar::Scalars;
use crate::syntax::tree::{Node, Tree};

/// A template with its sections.
pub(super) struct Template {
    /// The path that people know it by.
    pub(super) name: String,
    pub(super) tree: Tree,
    /// How plain scalars are read.
    pub(super) scalars: Scalars,
    /// The transforms that it declares.
    pub(super) transforms: Vec<(String, Span)>,
}

/// The one transform that we carry out.
const EXTENSIONS: &str = "AWS::LanguageExtensions";

/// Sections that a template may have (`Globals` with SAM).
const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
    "Globals",
];

impl Template {
    /// Reads a template and tells what CloudFormation would refuse about its form.
    pub(super) fn load(run: &Run<'_>, id: FileId, parsed: Parsed) -> Option<Self> {
        let file = run.files.get(id)?;
        let (mut tree, scalars) = only(run, parsed, true)?;
        include(run, &file.path, &mut tree);
        if !matches!(tree.node, Node::Mapping(_)) {
            let message = "a template is a mapping";
            run.tell(Diagnostic::error("template-form", message).at(tree.span));
            return None;
        }
        let transforms = transforms(&tree);
        let template = Template {
            name: file.path.clone(),
            tree,
            scalars,
            transforms,
        };
        template.check(run);
        Some(template)
    }

    fn check(&self, run: &Run<'_>) {
        match self.tree.get("Resources") {
            None => {
                let start = self.tree.span.slice(0, 0);
                let message = "the template has no `Resources`";
                run.tell(Diagnostic::error("template-form", message).at(start));
            }
            Some(t) if !matches!(t.node, Node::Mapping(_)) && !t.is_null(self.scalars) => {
                let message = "`Resources` must be a mapping";
                run.tell(Diagnostic::error("template-form", message).at(t.span));
            }
            Some(_) => {}
        }
        self.version(run);
        for (key, _) in self.tree.entries() {
            let name = key.str().unwrap_or_default();
            if !SECTIONS.contains(&name) && name != "Hooks" && !name.starts_with("Fn::") {
                let message = format!("a template has no section `{name}`");
                run.tell(Diagnostic::warning("template-section", message).at(key.span));
            }
        }
        self.nulls(run, &self.tree, None);
    }

    /// There is one version of the format.
    fn version(&self, run: &Run<'_>) {
        let declared = self.tree.get("AWSTemplateFormatVersion");
        if let Some(tree) = declared.filter(|t| t.str() != Some("2010-09-09")) {
            let message = "the only version of the format is `2010-09-09`";
            run.tell(Diagnostic::error("template-form", message).at(tree.span));
        }
    }

    /// CloudFormation refuses null values anywhere.
    fn nulls(&self, run: &Run<'_>, tree: &Tree, key: Option<&Tree>) {
        if tree.tag.is_none() && tree.is_null(self.scalars) {
            let span = key
                .filter(|_| tree.span.is_empty())
                .map_or(tree.span, |k| k.span);
            let name = key.and_then(Tree::str);
            let message = match name {
                Some(name) => format!("`{name}` has no value; CloudFormation refuses null"),
                None => "CloudFormation refuses null".to_owned(),
            };
            let help = "remove the entry, or use `!Ref AWS::NoValue`";
            run.tell(Diagnostic::error("null-value", message).at(span).help(help));
        }
        for item in tree.items() {
            self.nulls(run, item, None);
        }
        for (key, value) in tree.entries() {
            self.nulls(run, value, Some(key));
        }
    }

    /// The entries of a section.
    pub(super) fn section(&self, name: &str) -> &[(Tree, Tree)] {
        self.tree.get(name).map_or(&[], Tree::entries)
    }

    /// Whether it declares the language extensions.
    pub(super) fn has_extensions(&self) -> bool {
        self.transforms.iter().any(|(name, _)| name == EXTENSIONS)
    }

    /// Whether nothing that it declares can make more of a function than CloudFormation itself.
    pub(super) fn lacks_extensions(&self) -> bool {
        self.transforms.is_empty()
    }

    /// The transforms that we do not carry out: each may add resources and change what is there.
    pub(super) fn macros(&self) -> impl Iterator<Item = &(String, Span)> {
        self.transforms
            .iter()
            .filter(|(name, _)| name != EXTENSIONS)
    }
}

fn transforms(tree: &Tree) -> Vec<(String, Span)> {
    let Some(declared) = tree.get("Transform") else {
        return Vec::new();
    };
    let one = |t: &Tree| {
        let name = t.str().or_else(|| t.get("Name").and_then(Tree::str));
        Some((name?.to_owned(), t.span))
    };
    match &declared.node {
        Node::Sequence(items) => items.iter().filter_map(one).collect(),
        _ => one(declared).into_iter().collect(),
    }
}

/// The only document of a file; in a template aliases are errors, as CloudFormation refuses them.
pub(super) fn only(run: &Run<'_>, parsed: Parsed, template: bool) -> Option<(Tree, Scalars)> {
    let broken = parsed.problems.iter().any(|d| d.code == "yaml-syntax");
    if broken && !parsed.refused.is_empty() {
        parsed.refused.into_iter().for_each(|d| run.tell(d));
        return None;
    }
    for mut diagnostic in parsed.problems {
        if diagnostic.code == "yaml-alias" && diagnostic.level == Level::Warning {
            if !template {
                continue;
            }
            diagnostic.level = Level::Error;
            diagnostic.message = "CloudFormation refuses YAML aliases".to_owned();
            diagnostic.help = Some("`aws cloudformation package` writes them out".to_owned());
        }
        run.tell(diagnostic);
    }
    let mut documents = parsed.documents.into_iter();
    let first = documents.next();
    if let Some(second) = documents.next() {
        let message = "only the first document of the file is read";
        run.tell(Diagnostic::error("template-form", message).at(second.span));
    }
    Some((first?, parsed.scalars))
}
