//! What `terraform init` installed: `.terraform/modules/modules.json` of the root module's directory.

use std::collections::HashMap;
use std::path::Path;

/// Directories of installed modules by the path of their calls (`service.ecr`).
#[derive(Debug, Default)]
pub(super) struct Installed(HashMap<String, String>);

impl Installed {
    /// Reads the list; nothing is installed where there is none.
    pub(super) fn read(root: &Path) -> Self {
        let read = || -> Option<HashMap<String, String>> {
            let text =
                std::fs::read_to_string(root.join(".terraform/modules/modules.json")).ok()?;
            let list: serde_json::Value = serde_json::from_str(&text).ok()?;
            let entries = list.get("Modules")?.as_array()?.iter().filter_map(|m| {
                let text = |key: &str| m.get(key)?.as_str().map(str::to_owned);
                Some((text("Key")?, text("Dir")?))
            });
            Some(entries.filter(|(_, dir)| root.join(dir).is_dir()).collect())
        };
        Installed(read().unwrap_or_default())
    }

    /// The directory of the module at a path of calls, from the root module's.
    pub(super) fn find(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }
}

/// A directory that a module calls, as it is shown to the user.
pub(super) fn shown(base: &str, local: &str) -> String {
    let mut parts: Vec<&str> = base
        .split('/')
        .filter(|p| !matches!(*p, "" | "."))
        .collect();
    for part in local.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let root = if base.starts_with('/') { "/" } else { "" };
    match parts.join("/").as_str() {
        "" if root.is_empty() => ".".to_owned(),
        joined => format!("{root}{joined}"),
    }
}
