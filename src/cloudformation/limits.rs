//! How large a template may be: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
//! More is a warning, as quotas may be raised; loops are counted as what they write out.

use super::stack::Stack;
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// Bytes of a template in S3.
const BODY: usize = 1 << 20;
/// Characters of a name in a template.
const NAME: usize = 255;
/// Bytes of the description.
const DESCRIPTION: usize = 1024;
/// Resources, once loops are written out.
const RESOURCES: usize = 500;
/// Entries of other sections.
const ENTRIES: [(&str, usize); 3] = [("Parameters", 200), ("Mappings", 200), ("Outputs", 200)];

impl Stack<'_> {
    /// Tells where a template is larger than CloudFormation takes.
    pub(super) fn check_limits(&self) {
        let tree = &self.template.tree;
        let file = self.run.files.get(tree.span.file);
        let body = file.map_or(0, |f| f.text.len());
        if body > BODY {
            let message = format!("the template has {body} bytes: CloudFormation takes {BODY}");
            self.over(message, tree.span.slice(0, 0));
        }
        let description = tree.get("Description");
        if let Some(text) = description.filter(|t| t.str().is_some_and(|s| s.len() > DESCRIPTION)) {
            let message = format!("the description is longer than {DESCRIPTION} bytes");
            self.over(message, text.span);
        }
        self.check_count("Resources", self.resources.len(), RESOURCES);
        for (section, most) in ENTRIES {
            let entries = self.template.section(section);
            self.check_count(section, entries.len(), most);
            for (key, _) in entries {
                let name = key.str().unwrap_or_default();
                self.check_name(name, key.span);
            }
        }
        for entry in &self.resources {
            self.check_name(&entry.name, entry.key.span);
        }
    }

    fn check_count(&self, section: &str, count: usize, most: usize) {
        if count > most {
            let key = self.template.tree.entry(section).map(|(key, _)| key.span);
            let message =
                format!("`{section}` has {count} entries: CloudFormation takes {most} by default");
            self.over(message, key.unwrap_or(self.template.tree.span));
        }
    }

    fn check_name(&self, name: &str, span: Span) {
        if name.chars().count() > NAME {
            let start: String = name.chars().take(20).collect();
            let message = format!("the name `{start}…` is longer than {NAME} characters");
            self.over(message, span);
        }
    }

    fn over(&self, message: String, span: Span) {
        (self.run).tell(Diagnostic::warning("template-limit", message).at(span));
    }
}
