//! The `configuration` of a plan: what the code says, as far as the plan repeats it. Blocks are found by their address
//! without instance keys.

use super::address::{self, Address, path};
use super::list;
use crate::syntax::tree::Tree;
use std::collections::HashMap;

/// The configuration, indexed.
#[derive(Debug, Default)]
pub(super) struct Configuration<'a> {
    /// By the names of the module calls that lead to it.
    modules: HashMap<String, Module<'a>>,
    /// Resources by path of their module and local address.
    resources: HashMap<(String, &'a str), &'a Tree>,
    providers: Option<&'a Tree>,
}

/// A module as the configuration has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Module<'a> {
    /// The module.
    pub(super) module: &'a Tree,
    /// The call that it is made by; none for the root.
    pub(super) call: Option<&'a Tree>,
}

impl<'a> Configuration<'a> {
    /// Reads a plan's configuration; a plan without one has an empty one.
    pub(super) fn of(plan: &'a Tree) -> Self {
        let mut out = Configuration::default();
        let Some(tree) = plan.get("configuration") else {
            return out;
        };
        out.providers = tree.get("provider_config");
        let mut to_do = vec![(String::new(), tree.get("root_module"), None)];
        while let Some((path, module, call)) = to_do.pop() {
            let Some(module) = module else { continue };
            for resource in list(module, "resources") {
                if let Some(address) = resource.get("address").and_then(Tree::str) {
                    out.resources.insert((path.clone(), address), resource);
                }
            }
            let calls = module.get("module_calls").map(Tree::entries);
            for (name, call) in calls.unwrap_or_default() {
                let path = format!("{path}/{}", name.str().unwrap_or_default());
                to_do.push((path, call.get("module"), Some(call)));
            }
            out.modules.insert(path, Module { module, call });
        }
        out
    }

    /// The block of a resource.
    pub(super) fn resource(&self, address: &Address) -> Option<&'a Tree> {
        let path = path(&address.modules);
        self.resources.get(&(path, address.local.as_str())).copied()
    }

    /// The module that calls lead to.
    pub(super) fn module(&self, calls: &[(&str, Option<&str>)]) -> Option<Module<'a>> {
        self.modules.get(&path(calls)).copied()
    }

    /// All modules with the names of the calls that lead to them.
    pub(super) fn modules(&self) -> impl Iterator<Item = (&str, Module<'a>)> {
        self.modules
            .iter()
            .map(|(path, module)| (path.as_str(), *module))
    }

    /// The module of a path.
    pub(super) fn at(&self, path: &str) -> Option<Module<'a>> {
        self.modules.get(path).copied()
    }

    /// The provider configuration of a resource: its key and its block.
    pub(super) fn provider(&self, address: &str) -> Option<(&'a str, &'a Tree)> {
        let resource = self.resource(&address::parse(address))?;
        let key = resource.get("provider_config_key")?.str()?;
        Some((key, self.providers?.get(key)?))
    }
}
