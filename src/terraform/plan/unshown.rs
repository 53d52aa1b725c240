//! Where something that is known after apply may go without being shown. The configuration of a plan leaves out `dynamic`
//! blocks and locals: what the plan calls relevant, and no expression that it shows refers to, goes through one of these.
//! Source: the page on Terraform's JSON output format: `configuration`, `relevant_attributes` (since 1.2).

use super::address::{self, Step};
use super::configuration::Configuration;
use super::references::longest;
use super::{list, overlay};
use crate::syntax::tree::{Node, Tree};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many references are followed in all; past that, everything may be unknown.
const STEPS: usize = 20_000;

/// How many variables and outputs a reference is followed through.
const DEPTH: usize = 32;

/// The modules of a plan in which something goes where the plan does not show it.
pub(super) struct Unshown {
    /// By the path of the module: the resources that it comes from; `None` is a variable.
    hidden: BTreeMap<String, BTreeSet<Option<String>>>,
}

/// A search for them.
struct Search<'a> {
    configuration: &'a Configuration<'a>,
    /// The references of each module that are shown, without the shorter ones that they hold.
    shown: BTreeMap<&'a str, Vec<&'a str>>,
    /// What is unknown of each resource: by path and local address.
    late: HashMap<(String, String), Vec<&'a Tree>>,
    found: Unshown,
    steps: Cell<usize>,
}

impl Unshown {
    /// Searches a plan.
    pub(super) fn of(plan: &Tree, configuration: &Configuration) -> Self {
        let shown = configuration.modules().map(|(path, module)| {
            let mut references = Vec::new();
            for key in ["resources", "module_calls", "outputs"] {
                (module.module.get(key).into_iter()).for_each(|t| gather(t, &mut references));
            }
            (path, references)
        });
        let mut late: HashMap<(String, String), Vec<&Tree>> = HashMap::new();
        for entry in list(plan, "resource_changes") {
            let address = entry.get("address").and_then(Tree::str);
            let unknown = entry.get("change").and_then(|c| c.get("after_unknown"));
            if let (Some(address), Some(unknown)) = (address, unknown) {
                let address = address::parse(address);
                let key = (address::path(&address.modules), address.local);
                late.entry(key).or_default().push(unknown);
            }
        }
        let mut search = Search {
            configuration,
            shown: shown.collect(),
            late,
            found: Unshown {
                hidden: BTreeMap::new(),
            },
            steps: Cell::new(0),
        };
        search.relevant(plan);
        search.arguments();
        search.found
    }

    /// Whether some of it may go into a resource.
    pub(super) fn may_reach(&self, address: &address::Address) -> bool {
        let sources = self.hidden.get(&address::path(&address.modules));
        let other = |source: &Option<String>| source.as_ref() != Some(&address.local);
        sources.is_some_and(|s| s.iter().any(other))
    }
}

impl<'a> Search<'a> {
    fn hide(&mut self, path: &str, source: Option<String>) {
        let sources = self.found.hidden.entry(path.to_owned()).or_default();
        sources.insert(source);
    }

    fn shows(&self, path: &str, what: &str, attribute: &str) -> bool {
        let mut references = self.shown.get(path).into_iter().flatten();
        references.any(|r| names(r, what, attribute))
    }

    /// Relevant attributes that are unknown, and that nothing in their module is shown to refer to.
    fn relevant(&mut self, plan: &Tree) {
        for entry in list(plan, "relevant_attributes") {
            let Some(resource) = entry.get("resource").and_then(Tree::str) else {
                continue;
            };
            let first = list(entry, "attribute").first().and_then(Tree::str);
            let attribute = first.unwrap_or_default();
            let address = address::parse(resource);
            let path = address::path(&address.modules);
            if self.is_late(&path, &address.local, attribute)
                && !self.shows(&path, &address.local, attribute)
            {
                self.hide(&path, Some(address.local));
            }
        }
    }

    /// Variables that are given something unknown, and that nothing in their module is shown to refer to.
    fn arguments(&mut self) {
        let configuration = self.configuration;
        // a module stands behind the one that calls it
        let modules: BTreeMap<_, _> = configuration.modules().collect();
        for (path, module) in modules {
            let (Some(call), Some((outer, _))) = (module.call, path.rsplit_once('/')) else {
                continue;
            };
            for (name, argument) in call
                .get("expressions")
                .map(Tree::entries)
                .unwrap_or_default()
            {
                let Some(name) = name.str() else { continue };
                if !self.shows(path, &format!("var.{name}"), "")
                    && self.is_open(argument, outer, Some(call), DEPTH)
                {
                    self.hide(path, None);
                }
            }
        }
    }

    /// Whether something is unknown of a resource's attribute; of any, where none is named.
    fn is_late(&self, path: &str, local: &str, attribute: &str) -> bool {
        let unknown = self.late.get(&(path.to_owned(), local.to_owned()));
        (unknown.into_iter().flatten()).any(|marks| match attribute {
            "" => overlay::matters(marks),
            _ => marks.get(attribute).is_some_and(overlay::matters),
        })
    }

    /// Whether an expression refers to something unknown. `call`: it stands in that call.
    fn is_open(&self, expression: &Tree, path: &str, call: Option<&Tree>, depth: usize) -> bool {
        let mut references = Vec::new();
        gather(expression, &mut references);
        references.iter().any(|r| self.refers(r, path, call, depth))
    }

    fn refers(&self, reference: &str, path: &str, call: Option<&Tree>, depth: usize) -> bool {
        self.steps.set(self.steps.get() + 1);
        let Some(depth) = depth.checked_sub(1).filter(|_| self.steps.get() < STEPS) else {
            return true;
        };
        let configuration = self.configuration;
        let steps = address::steps(reference);
        match steps.as_slice() {
            [Step::Name("var"), Step::Name(name), ..] => {
                let call = configuration.at(path).and_then(|m| m.call);
                let given = call.and_then(|c| c.get("expressions")?.get(name));
                let outer = path.rsplit_once('/').map_or("", |(outer, _)| outer);
                given.is_some_and(|given| self.is_open(given, outer, call, depth))
            }
            [Step::Name("local"), ..] => self.found.hidden.contains_key(path),
            [Step::Name("each"), ..] => {
                let for_each = call.and_then(|c| c.get("for_each_expression"));
                for_each.is_some_and(|e| self.is_open(e, path, None, depth))
            }
            [Step::Name("module"), Step::Name(name), after @ ..] => {
                let inner = format!("{path}/{name}");
                let (_, after) = address::key(after);
                let outputs = configuration
                    .at(&inner)
                    .and_then(|m| m.module.get("outputs"));
                let outputs = outputs.map(Tree::entries).unwrap_or_default();
                let meant = |key: &Tree| match after.first() {
                    Some(Step::Name(output)) => key.str() == Some(output),
                    _ => true,
                };
                let mut meant = outputs.iter().filter(|(key, _)| meant(key));
                meant.any(|(_, output)| self.is_open(output, &inner, None, depth))
            }
            [
                Step::Name("data"),
                Step::Name(kind),
                Step::Name(name),
                after @ ..,
            ] => self.is_late(path, &format!("data.{kind}.{name}"), attribute(after)),
            [Step::Name(kind), Step::Name(name), after @ ..] => {
                self.is_late(path, &format!("{kind}.{name}"), attribute(after))
            }
            _ => false,
        }
    }
}

/// The attribute that the steps behind a resource lead to.
fn attribute<'s>(after: &[Step<'s>]) -> &'s str {
    match address::key(after).1.first() {
        Some(Step::Name(name)) => name,
        _ => "",
    }
}

/// Whether a reference is one to something, and to this attribute or to all of it.
fn names(reference: &str, what: &str, attribute: &str) -> bool {
    let Some(rest) = reference.strip_prefix(what) else {
        return false;
    };
    if !(rest.is_empty() || rest.starts_with(['.', '['])) {
        return false;
    }
    let steps = address::steps(rest);
    let named = self::attribute(&steps);
    named.is_empty() || attribute.is_empty() || named == attribute
}

/// The references of all expressions in a tree of the configuration. What modules inside hold counts to those.
fn gather<'a>(tree: &'a Tree, out: &mut Vec<&'a str>) {
    for (key, child) in tree.entries() {
        match (key.str(), &child.node) {
            (Some("references"), Node::Sequence(items)) => {
                let references: Vec<&str> = items.iter().filter_map(Tree::str).collect();
                out.extend(longest(&references));
            }
            (Some("module"), _) => {}
            _ => gather(child, out),
        }
    }
    tree.items().iter().for_each(|item| gather(item, out));
}
