use super::*;
use crate::diagnostic::Level;
use crate::raw::RawResource;
use crate::span::Location;
use crate::value::{Kind, Part, Value, Via};
use crate::world::Target;

mod away;
mod cases;
mod defaults;
mod demands;
mod hostile;
mod includes;
mod language;
mod open;
mod problems;
mod recorded;

/// A template with its world.
struct Given<'a> {
    template: &'a str,
    parameters: &'a str,
    target: Target,
}

fn target() -> Target {
    Target {
        account: Some("111122223333".into()),
        region: Some("us-east-1".into()),
        partition: None,
    }
}

fn of(template: &str) -> Given<'_> {
    Given {
        template,
        parameters: "",
        target: target(),
    }
}

impl Given<'_> {
    fn world(&self) -> World {
        let mut world = World {
            target: self.target.clone(),
            ..World::default()
        };
        if !self.parameters.is_empty() {
            let file = ("params.json".to_owned(), self.parameters.to_owned());
            world.inputs.parameters.push(file);
        }
        world
    }

    fn resolve(&self) -> Resolved {
        let files = Files::default();
        let id = files.add("t.yaml", self.template);
        let (root, diagnostics) = resolve(&files, id, &self.world());
        Resolved {
            files,
            root,
            diagnostics,
        }
    }

    fn roots(&self) -> (Vec<Root>, Vec<Diagnostic>) {
        let files = Files::default();
        let id = files.add("t.yaml", self.template);
        evaluate(&files, id, &self.world())
    }
}

struct Resolved {
    files: Files,
    root: Root,
    diagnostics: Vec<Diagnostic>,
}

impl Resolved {
    fn resource(&self, id: &str) -> &RawResource {
        let found = self.root.resources.iter().find(|r| r.address == id);
        found.unwrap_or_else(|| panic!("no resource {id}: {:?}", self.diagnostics))
    }

    /// A property by its path, `/` between the steps.
    fn get(&self, id: &str, path: &str) -> Value {
        get(self.resource(id), path)
    }

    fn shown(&self, id: &str, path: &str) -> String {
        show(&self.get(id, path))
    }

    fn at(&self, span: crate::span::Span) -> Location {
        self.files.location(span)
    }

    fn codes(&self) -> Vec<&'static str> {
        self.diagnostics.iter().map(|d| d.code).collect()
    }
}

fn get(resource: &RawResource, path: &str) -> Value {
    let steps = path.split('/');
    steps.fold(resource.attributes.clone(), |value, step| {
        match step.parse::<usize>() {
            Ok(i) => value
                .items()
                .get(i)
                .cloned()
                .unwrap_or_else(|| panic!("no {path}")),
            Err(_) => value
                .get(step)
                .unwrap_or_else(|| panic!("no {path} in {}", show(&value))),
        }
    })
}

/// A value in short: holes are `<reason>`, or `<Role>` where they have one.
fn show(value: &Value) -> String {
    let hole = |u: &crate::value::Unknown| match u.role {
        Some(role) => format!("<{role:?}>"),
        None => format!("<{}>", u.reason),
    };
    match &value.kind {
        Kind::Null(_) => "null".into(),
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => n.to_string(),
        Kind::Unknown(u) => hole(u),
        Kind::String(t) => {
            let parts = t.parts().iter().map(|p| match p {
                Part::Lit(l) => l.text.to_string(),
                Part::Hole(u) => hole(u),
            });
            parts.collect()
        }
        Kind::Sequence { items, more, .. } => {
            let mut items: Vec<String> = items.iter().map(show).collect();
            items.extend(more.as_ref().map(|u| format!("…{}", u.reason)));
            format!("[{}]", items.join(", "))
        }
        Kind::Mapping { entries, more, .. } => {
            let mut items: Vec<String> = (entries.iter())
                .map(|(k, v)| format!("{k}: {}", show(v)))
                .collect();
            items.extend(more.as_ref().map(|u| format!("…{}", u.reason)));
            format!("{{{}}}", items.join(", "))
        }
    }
}
