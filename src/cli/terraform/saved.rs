//! A plan as terraform saves it: an archive with the plan in a form of terraform's own, and with the code that it was made
//! of. Terraform itself shows the plan; the code is taken from the archive, or from where it stands if it is still the same.

use super::archive::{self, Archive};
use super::process::{self, Watch};
use super::room;
use crate::cli::failure::usage_help;
use crate::engine::{Failure, Plan};
use crate::terraform::plan::Code;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// No saved plan is larger.
const LARGEST: u64 = 512 << 20;

/// How far up modules may stand from the root module.
const MOST_UP: usize = 16;

/// The entry that holds the plan, by which such an archive is known.
const PLAN: &str = "tfplan";

/// A saved plan, read.
pub struct Saved {
    /// The plan, as terraform shows it.
    pub plan: Plan,
    /// Holds the code of the archive as long as it is read.
    _room: Option<tempfile::TempDir>,
}

/// Reads a path, if it is a saved plan. `directory`: where terraform was initialised and the code stands; left out, the
/// current directory where that was initialised, else the plan's own.
///
/// # Errors
/// A saved plan that terraform does not show.
pub fn read(path: &str, binary: &Path, directory: Option<&str>) -> Result<Option<Saved>, Failure> {
    let Some(bytes) = bytes(path) else {
        return Ok(None);
    };
    let Some(archive) = Archive::of(&bytes).filter(|a| a.names().any(|n| n == PLAN)) else {
        return Ok(None);
    };
    let directory = match directory {
        Some(directory) => directory.to_owned(),
        None => initialised(path),
    };
    let watch = Watch::start();
    let shown = process::show(binary, Path::new(&directory), Path::new(path), &watch);
    let text = shown.map_err(|mut failure| {
        let help = "show it where terraform is: `terraform show -json PLAN | ecr-guard check -`";
        failure.mistakes.extend(
            usage_help(
                format!("`{path}` is a saved plan: only terraform can read it"),
                help,
            )
            .mistakes,
        );
        failure
    })?;
    let modules = modules(&archive);
    let (code, room) = match modules {
        Some(modules) if same(&archive, &modules, Path::new(&directory)) => {
            (Some(code(&directory, &directory, true)), None)
        }
        Some(modules) => match unpack(&archive, &modules) {
            Some((room, root)) => (Some(code(&root, ".", true)), Some(room)),
            None => (None, None),
        },
        // terraform changed the layout: lines only
        None => (Some(code(&directory, &directory, false)), None),
    };
    Ok(Some(Saved {
        plan: Plan {
            name: path.to_owned(),
            text,
            code,
        },
        _room: room,
    }))
}

fn code(directory: impl Into<PathBuf>, shown: &str, planned: bool) -> Code {
    Code {
        directory: directory.into(),
        shown: shown.to_owned(),
        planned,
    }
}

/// The bytes of a file that begins as an archive does.
fn bytes(path: &str) -> Option<Vec<u8>> {
    if !Path::new(path).is_file() {
        return None;
    }
    let mut file = std::fs::File::open(path).ok()?;
    let mut start = [0; 4];
    file.read_exact(&mut start).ok()?;
    if start != archive::START {
        return None;
    }
    let mut bytes = start.to_vec();
    file.take(LARGEST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Where terraform was initialised.
fn initialised(path: &str) -> String {
    let beside = Path::new(path)
        .parent()
        .map(|p| p.to_string_lossy().into_owned());
    let beside = beside.filter(|b| !b.is_empty());
    match beside {
        Some(beside) if !Path::new(".terraform").is_dir() => beside,
        _ => ".".to_owned(),
    }
}

/// A module of the snapshot.
struct Module {
    /// The path of calls that lead to it; empty: the root module.
    key: String,
    /// Its directory, from where terraform ran.
    directory: String,
    /// Its files: entry and name.
    files: Vec<(String, String)>,
    /// Where it comes from, as its call says.
    source: Option<String>,
}

/// The modules of the snapshot; `None` where the layout is another one.
fn modules(archive: &Archive<'_>) -> Option<Vec<Module>> {
    let list = archive.take("tfconfig/modules.json")?;
    let list: serde_json::Value = serde_json::from_slice(&list).ok()?;
    let mut out = Vec::new();
    for module in list.as_array()? {
        let text = |key: &str| module.get(key).and_then(|v| v.as_str()).map(str::to_owned);
        let key = text("Key")?;
        let prefix = format!("tfconfig/m-{key}/");
        let files = archive.names().filter_map(|name| {
            let file = name.strip_prefix(&prefix)?;
            (!file.contains('/')).then(|| (name.to_owned(), file.to_owned()))
        });
        out.push(Module {
            directory: text("Dir")?,
            source: text("Source"),
            files: files.collect(),
            key,
        });
    }
    let root = out.iter().any(|m| m.key.is_empty() && !m.files.is_empty());
    root.then_some(out)
}

/// Whether every file of the snapshot stands in a directory as it stood when the plan was made.
fn same(archive: &Archive<'_>, modules: &[Module], directory: &Path) -> bool {
    modules.iter().all(|module| {
        let place = directory.join(&module.directory);
        module.files.iter().all(|(entry, file)| {
            let here = crate::span::read_regular(place.join(file)).ok();
            here.is_some() && here == archive.take(entry)
        })
    })
}

/// Writes the snapshot to a directory of its own; where the root module is in it.
fn unpack(archive: &Archive<'_>, modules: &[Module]) -> Option<(tempfile::TempDir, PathBuf)> {
    let room = room().ok()?;
    let up = |m: &Module| {
        let steps = Path::new(&m.directory).components();
        steps.filter(|c| *c == Component::ParentDir).count()
    };
    let depth = modules.iter().map(up).max().unwrap_or_default();
    if depth > MOST_UP {
        return None;
    }
    let mut base = room.path().to_owned();
    (0..depth).for_each(|_| base.push("in"));
    let root = modules.iter().find(|m| m.key.is_empty())?;
    let mut list = Vec::new();
    for module in modules {
        let place = inside(&base, &module.directory, depth)?;
        std::fs::create_dir_all(&place).ok()?;
        for (entry, file) in &module.files {
            let plain = Path::new(file)
                .components()
                .all(|c| matches!(c, Component::Normal(_)));
            let bytes = archive.take(entry).filter(|_| plain)?;
            std::fs::write(place.join(file), bytes).ok()?;
        }
        list.push(BTreeMap::from([
            ("Key", module.key.clone()),
            ("Source", module.source.clone().unwrap_or_default()),
            ("Dir", place.to_string_lossy().into_owned()),
        ]));
    }
    let root = inside(&base, &root.directory, depth)?;
    let installed = root.join(".terraform/modules");
    std::fs::create_dir_all(&installed).ok()?;
    let list = serde_json::json!({ "Modules": list });
    std::fs::write(installed.join("modules.json"), list.to_string()).ok()?;
    Some((room, root))
}

/// A directory of the snapshot below the base, no further up than there is room.
fn inside(base: &Path, directory: &str, depth: usize) -> Option<PathBuf> {
    let mut out = base.to_owned();
    let mut level = depth;
    for step in Path::new(directory).components() {
        match step {
            Component::CurDir => {}
            Component::ParentDir => {
                level = level.checked_sub(1)?;
                out.pop();
            }
            Component::Normal(name) => {
                level += 1;
                out.push(name);
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(out)
}
