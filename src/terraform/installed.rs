//! What `terraform init` installed: `.terraform/modules/modules.json` of the root module's directory.

use std::collections::HashMap;
use std::path::Path;

/// Installed modules by the path of their calls (`service.ecr`).
#[derive(Debug, Default)]
pub(super) struct Installed(HashMap<String, Module>);

/// A module as it was installed.
#[derive(Debug)]
struct Module {
    directory: String,
    source: Option<String>,
    version: Option<String>,
}

/// What is installed for a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// The directory of the module, from the root module's.
    Directory(&'a str),
    /// Something else than what the call asks for, in words.
    Other(String),
    /// Nothing.
    Nothing,
}

impl Installed {
    /// Reads the list; nothing is installed where there is none.
    pub(super) fn read(root: &Path) -> Self {
        let read = || -> Option<HashMap<String, Module>> {
            let text = crate::span::read_regular_text(root.join(".terraform/modules/modules.json"))
                .ok()?;
            let list: serde_json::Value = serde_json::from_str(&text).ok()?;
            let entries = list.get("Modules")?.as_array()?.iter().filter_map(|m| {
                let text = |key: &str| m.get(key)?.as_str().map(str::to_owned);
                let module = Module {
                    directory: text("Dir")?,
                    source: text("Source"),
                    version: text("Version"),
                };
                Some((text("Key")?, module))
            });
            Some(
                entries
                    .filter(|(_, m)| root.join(&m.directory).is_dir())
                    .collect(),
            )
        };
        Installed(read().unwrap_or_default())
    }

    /// The module at a path of calls, which asks for a source and a version. What was installed for a call that asked for
    /// something else is not used, as terraform does not.
    pub(super) fn find(
        &self,
        path: &str,
        source: Option<&str>,
        version: Option<&str>,
    ) -> Found<'_> {
        let Some(module) = self.0.get(path) else {
            return Found::Nothing;
        };
        if let (Some(installed), Some(source)) = (&module.source, source)
            && canonical(installed) != canonical(source)
        {
            return Found::Other(format!("what is installed comes from `{installed}`"));
        }
        if let (Some(installed), Some(wanted)) = (&module.version, version)
            && !satisfies(installed, wanted)
        {
            return Found::Other(format!("version `{installed}` is installed"));
        }
        Found::Directory(&module.directory)
    }
}

/// A module's source without what terraform adds to it: the host of the public registry, `git::`, schemes, `.git`.
fn canonical(source: &str) -> String {
    let source = source.strip_prefix("git::").unwrap_or(source);
    let source = source
        .strip_prefix("registry.terraform.io/")
        .unwrap_or(source);
    let bare = (source.split_once("://")).map_or(source, |(_, rest)| rest);
    let ssh = bare.strip_prefix("git@");
    let bare = ssh.map_or_else(|| bare.to_owned(), |rest| rest.replacen(':', "/", 1));
    let (path, query) = match bare.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (bare.as_str(), String::new()),
    };
    let (path, inner) = match path.split_once("//") {
        Some((path, inner)) => (path, format!("//{inner}")),
        None => (path, String::new()),
    };
    let path = path.strip_suffix(".git").unwrap_or(path);
    format!("{path}{inner}{query}")
}

/// Whether a version is one that constraints such as `~> 1.2, != 1.2.3` allow. What cannot be read excludes nothing.
fn satisfies(version: &str, constraints: &str) -> bool {
    let Some((version, _)) = numbers(version) else {
        return true;
    };
    constraints.split(',').all(|constraint| {
        let constraint = constraint.trim();
        let at = constraint.find(|c: char| c.is_ascii_digit());
        let (operator, wanted) = constraint.split_at(at.unwrap_or(constraint.len()));
        let Some((wanted, given)) = numbers(wanted) else {
            return true;
        };
        match operator.trim().trim_end_matches('v') {
            "" | "=" => version == wanted,
            "!=" => version != wanted,
            ">" => version > wanted,
            ">=" => version >= wanted,
            "<" => version < wanted,
            "<=" => version <= wanted,
            "~>" => {
                let same = given.saturating_sub(1).max(1);
                version >= wanted && version.iter().zip(wanted).take(same).all(|(a, b)| *a == b)
            }
            _ => true,
        }
    })
}

/// The three numbers of a version, and how many of them are given; `None` where it has another form, such as a pre-release.
fn numbers(version: &str) -> Option<([u64; 3], usize)> {
    let mut out = [0; 3];
    let parts: Vec<&str> = version.trim().split('.').collect();
    for (slot, part) in out.iter_mut().zip(&parts) {
        *slot = part.parse().ok()?;
    }
    (parts.len() <= out.len()).then_some((out, parts.len()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_apart() {
        let same = [
            (
                "terraform-aws-modules/ecr/aws",
                "registry.terraform.io/terraform-aws-modules/ecr/aws",
            ),
            ("github.com/a/b", "git::https://github.com/a/b.git"),
            (
                "github.com/a/b//m?ref=v1",
                "git::https://github.com/a/b.git//m?ref=v1",
            ),
            (
                "git@github.com:a/b.git",
                "git::ssh://git@github.com/a/b.git",
            ),
            ("https://x.example/m.zip", "https://x.example/m.zip"),
        ];
        for (called, installed) in same {
            assert_eq!(canonical(called), canonical(installed), "{called}");
        }
        let other = [
            (
                "terraform-aws-modules/ecr/aws",
                "registry.terraform.io/cloudposse/ecr/aws",
            ),
            (
                "github.com/a/b?ref=v2",
                "git::https://github.com/a/b.git?ref=v1",
            ),
            ("a/b/aws//modules/x", "registry.terraform.io/a/b/aws"),
        ];
        for (called, installed) in other {
            assert_ne!(canonical(called), canonical(installed), "{called}");
        }
    }

    #[test]
    fn constraints_are_held() {
        for (version, constraints, want) in [
            ("1.2.3", "1.2.3", true),
            ("1.2.3", "= 1.2.4", false),
            ("1.2.3", "~> 1.2", true),
            ("1.9.0", "~> 1.2", true),
            ("2.0.0", "~> 1.2", false),
            ("1.3.0", "~> 1.2.0", false),
            ("1.2.9", "~> 1.2.0", true),
            ("2.9.9", "~> 2", true),
            ("3.0.0", "~> 2", false),
            ("1.5.0", ">= 1.0, < 2.0", true),
            ("2.0.0", ">= 1.0, < 2.0", false),
            ("1.5.0", "!= 1.5.0", false),
            ("1.5.0-beta1", "= 1.4.0", true),
            ("1.5.0", "newest", true),
        ] {
            assert_eq!(
                satisfies(version, constraints),
                want,
                "{version} {constraints}"
            );
        }
    }
}
