//! Exports and imports: an output of one stack is a value of another one of the same account and region.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html>

use super::call::Call;
use super::foreach::Entry;
use super::pseudo;
use super::scope::{Scope, as_text};
use super::stack::Stack;
use crate::value::{Kind, Part, Place, Step, Type, Unknown, Value, Via};
use crate::world::Export;

impl Stack<'_> {
    /// The outputs that are exported under a known name, each with a value that means the same elsewhere.
    pub(super) fn exports(&self) -> Vec<Export> {
        let (hanging, open) = self.run.exports.borrow().clone();
        let mut out = self
            .exports_of(|entry| !hanging.contains(&entry.name) && self.exists(entry) == Some(true));
        out.extend(open);
        out
    }

    /// Those of some outputs.
    pub(super) fn exports_of(&self, wanted: impl Fn(&Entry<'_>) -> bool) -> Vec<Export> {
        let mut out = Vec::new();
        let section = self.template.section("Outputs");
        for entry in self.expanded(section, &Scope::default()) {
            let name = entry.tree.get("Export").and_then(|e| e.get("Name"));
            let (Some(name), Some(value)) = (name, entry.tree.get("Value")) else {
                continue;
            };
            if entry.open || !wanted(&entry) {
                continue;
            }
            let name = self.value(name, &entry.scope);
            let value = self.value(value, &entry.scope);
            let name = name.filter(|name| !name.has_sensitive());
            let name = name.and_then(|name| name.as_str().map(str::to_owned));
            if let (Some(name), Some(value)) = (name, value) {
                out.push(Export {
                    value: foreign(value),
                    target: self.place(),
                    name,
                });
            }
        }
        out
    }

    /// `Fn::ImportValue`
    pub(super) fn import(&self, found: Call<'_>, scope: &Scope) -> Value {
        let name = self.arg(found, scope);
        let unknown = |reason: String| {
            let mut unknown = Unknown::because(reason).of(Type::String);
            unknown.not_null = true;
            unknown
        };
        let name = name.as_ref().filter(|name| !name.has_sensitive());
        let Some(name) = name.and_then(Value::as_str) else {
            let reason = "an export whose name is not known".to_owned();
            return Value::unknown(unknown(reason), found.span);
        };
        self.run.imports.borrow_mut().insert(name.to_owned());
        let target = self.place();
        let exports = self.run.world.exports.iter();
        let exports = exports.filter(|e| e.name == name && e.target == target);
        let mut values: Vec<&Value> = Vec::new();
        for export in exports {
            let same = |v: &&Value| v.as_str().is_some() && v.as_str() == export.value.as_str();
            if !values.iter().any(same) {
                values.push(&export.value);
            }
        }
        let via = Via::Other(format!("export `{name}`").into());
        match values.as_slice() {
            [] => {
                let reason = unknown(format!("`{name}` is exported by another stack"));
                Value::unknown(reason, found.span)
            }
            [one] => (*one).clone().through(via, found.span),
            several => {
                let reason = unknown(format!("`{name}` is exported with several values"));
                let cases = several.iter().map(|v| Some((*v).clone()));
                let sensitive = several.iter().any(|v| v.has_sensitive());
                let mut value = Value::unknown(reason.one_of(cases), found.span);
                value.sensitive = sensitive;
                value
            }
        }
    }

    /// Where the stack is deployed.
    fn place(&self) -> (Option<String>, Option<String>) {
        let target = &self.run.world.target;
        let known = |name| {
            let value = pseudo::value(name, target, self.template.tree.span)?;
            value.as_str().map(str::to_owned)
        };
        (known("AWS::AccountId"), known("AWS::Region"))
    }
}

/// A value as another stack has it: resources of its own stack are not among those of the other, so that nothing is joined
/// by references to them; what is not known stays unknown for its reason.
fn foreign(value: Value) -> Value {
    let text = as_text(&value);
    let open = text.as_ref().and_then(|t| {
        let holes = t.parts().iter().filter_map(|p| match p {
            Part::Hole(hole) => Some(hole),
            Part::Lit(_) => None,
        });
        holes.into_iter().find(|h| h.role.is_none())
    });
    let kind = match (&text, open) {
        (Some(text), None) => Kind::String(text.clone()),
        (_, open) => {
            let reason = open.map_or_else(|| "a list is exported".into(), |o| o.reason.clone());
            let mut unknown = Unknown::because(reason).of(Type::String);
            unknown.not_null = true;
            Kind::Unknown(unknown.into())
        }
    };
    let mut place = Place::at(value.place.span);
    let steps: Vec<Step> = value.place.steps().cloned().collect();
    for step in steps.into_iter().rev() {
        let via = match step.via {
            Via::Reference(address, attribute) => {
                Via::Other(format!("`{attribute}` of `{address}`").into())
            }
            other => other,
        };
        place.push(via, step.span);
    }
    Value {
        kind,
        place,
        sensitive: value.has_sensitive(),
    }
}
