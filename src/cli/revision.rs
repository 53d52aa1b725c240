//! The files of a git revision, laid out in a directory of their own: neither the work tree nor the index is touched.
//!
//! The revision is read with the plumbing commands `rev-parse`, `ls-tree` and `cat-file`, which run no hooks and no filters;
//! what a partial clone lacks is not fetched.

use crate::diagnostic::Diagnostic;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

/// Files of a revision at most.
const FILES: usize = 100_000;
/// A larger file is left out.
const LARGEST: u64 = 16 << 20;
/// All files together at most.
const ALL: u64 = 1 << 30;

/// Why a revision cannot be read.
#[derive(Debug)]
pub struct Refused {
    /// What is wrong.
    pub message: String,
    /// The next step.
    pub help: String,
}

fn refused(message: impl Into<String>) -> Refused {
    Refused {
        message: message.into(),
        help: "give a revision that this checkout has (in CI, fetch it first: git fetch --depth=1 origin main), or a directory".into(),
    }
}

/// The files of a revision. The directory goes when this does.
#[derive(Debug)]
pub struct Tree {
    directory: PathBuf,
    /// The way from the root of the checkout to the current directory.
    prefix: String,
    /// The root of the checkout.
    root: PathBuf,
    left_out: Vec<String>,
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory); // nothing depends on it
    }
}

impl Tree {
    /// What stands for the current directory.
    pub fn here(&self) -> String {
        let path = self.directory.join(&self.prefix);
        slashed(&path.to_string_lossy())
    }

    /// What stands for a path of the work tree; `None`: it lies outside.
    pub fn path(&self, path: &str) -> Option<String> {
        let absolute = match Path::new(path).is_absolute() {
            true => Path::new(path).strip_prefix(&self.root).ok()?.to_owned(),
            false => Path::new(&self.prefix).join(path),
        };
        let inside = lexical(&absolute)?;
        Some(slashed(&self.directory.join(inside).to_string_lossy()))
    }

    /// What was left out.
    pub fn problems(&self) -> Vec<Diagnostic> {
        let problem = |path: &String| {
            let message = format!("`{path}` of the revision is too large and was left out");
            Diagnostic::warning("revision-file-left-out", message)
        };
        self.left_out.iter().map(problem).collect()
    }
}

/// A path with `/`, without `./` in front and `/` at its end.
pub fn slashed(path: &str) -> String {
    let path = path.replace(std::path::MAIN_SEPARATOR, "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    match path.trim_end_matches('/') {
        "." => String::new(),
        path => path.to_owned(),
    }
}

/// A path without `.` and `..`; `None`: it leads out.
fn lexical(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => out.push(name),
            Component::CurDir => {}
            Component::ParentDir if out.pop() => {}
            _ => return None,
        }
    }
    Some(out)
}

fn git(arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    command
}

fn said(arguments: &[&str], what: &str) -> Result<Vec<u8>, Refused> {
    let output = git(arguments)
        .output()
        .map_err(|e| refused(format!("git cannot be run: {e}")))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => {
            let why = String::from_utf8_lossy(&output.stderr);
            let why = why.lines().next().unwrap_or_default();
            let why = why.strip_prefix("fatal: ").unwrap_or(why);
            Err(refused(match why {
                "" => what.to_owned(),
                why => format!("{what}: {why}"),
            }))
        }
    }
}

fn line(arguments: &[&str], what: &str) -> Result<String, Refused> {
    let text = String::from_utf8_lossy(&said(arguments, what)?).into_owned();
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Whether git knows a revision of this name.
pub fn is_revision(revision: &str) -> bool {
    let named = format!("{revision}^{{commit}}");
    let asked = [
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &named,
    ];
    git(&asked)
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

/// Lays out the files of a revision.
pub fn tree(revision: &str) -> Result<Tree, Refused> {
    let what = format!("`{revision}` is neither a path nor a revision of git");
    let named = format!("{revision}^{{commit}}");
    let commit = line(
        &[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &named,
        ],
        &what,
    )?;
    let root = line(
        &["rev-parse", "--show-toplevel"],
        "this is no checkout of git",
    )?;
    let prefix = line(
        &["rev-parse", "--show-prefix"],
        "this is no checkout of git",
    )?;
    let listed = said(
        &["ls-tree", "-r", "-z", "--long", "--full-tree", &commit],
        &what,
    )?;
    let mut tree = Tree {
        directory: directory().map_err(|e| refused(format!("no directory can be made: {e}")))?,
        prefix,
        root: PathBuf::from(root),
        left_out: Vec::new(),
    };
    let blobs = blobs(&listed, &mut tree.left_out)?;
    write(&tree, &blobs)?;
    Ok(tree)
}

/// A directory of our own that nobody else may read.
fn directory() -> std::io::Result<PathBuf> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let mut error = None;
    for _ in 0..16 {
        let random = std::hash::BuildHasher::hash_one(
            &std::collections::hash_map::RandomState::new(),
            std::process::id(),
        );
        let path = std::env::temp_dir().join(format!("ecr-guard-{random:016x}"));
        match builder.create(&path) {
            Ok(()) => {
                // where a checkout ends, so do the files that its code may read
                std::fs::create_dir(path.join(".git"))?;
                return path.canonicalize();
            }
            Err(e) => error = Some(e),
        }
    }
    Err(error.unwrap_or_else(|| std::io::Error::other("every name is taken")))
}

/// Path and object of the regular files.
fn blobs(listed: &[u8], left_out: &mut Vec<String>) -> Result<Vec<(PathBuf, String)>, Refused> {
    let mut out = Vec::new();
    let mut all = 0;
    for entry in listed.split(|b| *b == 0).filter(|e| !e.is_empty()) {
        let entry = String::from_utf8_lossy(entry);
        let Some((about, path)) = entry.split_once('\t') else {
            continue;
        };
        let mut words = about.split_whitespace();
        let (mode, _, object, size) = (words.next(), words.next(), words.next(), words.next());
        let (Some(mode), Some(object), Some(size)) = (mode, object, size) else {
            continue;
        };
        // links and submodules lead elsewhere
        let (Some(inside), Ok(size), true) = (
            lexical(Path::new(path)),
            size.parse::<u64>(),
            mode.starts_with("100"),
        ) else {
            continue;
        };
        if size > LARGEST {
            left_out.push(path.to_owned());
            continue;
        }
        all += size;
        out.push((inside, object.to_owned()));
        if out.len() > FILES || all > ALL {
            return Err(refused("the revision is too large to be compared with"));
        }
    }
    Ok(out)
}

fn write(tree: &Tree, blobs: &[(PathBuf, String)]) -> Result<(), Refused> {
    let fail = |e: std::io::Error| refused(format!("the revision cannot be read: {e}"));
    let mut child = git(&["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(fail)?;
    let (Some(mut ask), Some(answer)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(refused("git does not answer"));
    };
    let objects: Vec<String> = blobs.iter().map(|(_, object)| object.clone()).collect();
    let asking = std::thread::spawn(move || {
        let mut asked = objects.iter();
        asked.try_for_each(|object| writeln!(ask, "{object}"))
    });
    let mut answer = BufReader::new(answer);
    let mut done = Ok(());
    for (path, _) in blobs {
        done = one(tree, path, &mut answer);
        if done.is_err() {
            break;
        }
    }
    drop(answer); // git ends where nobody listens
    let _ = asking.join();
    let _ = child.wait();
    done
}

/// One answer of `cat-file --batch`: `<object> blob <size>`, the content and a line end.
fn one(tree: &Tree, path: &Path, answer: &mut impl BufRead) -> Result<(), Refused> {
    let fail = |e: std::io::Error| refused(format!("the revision cannot be read: {e}"));
    let mut header = String::new();
    answer.read_line(&mut header).map_err(fail)?;
    let size = header
        .split_whitespace()
        .nth(2)
        .and_then(|s| s.parse::<u64>().ok());
    let Some(size) = size.filter(|s| *s <= LARGEST) else {
        return Err(refused(format!(
            "git does not have `{}` of the revision",
            path.display()
        )));
    };
    let mut bytes = Vec::new();
    answer
        .by_ref()
        .take(size + 1)
        .read_to_end(&mut bytes)
        .map_err(fail)?;
    bytes.pop();
    let to = tree.directory.join(path);
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).map_err(fail)?;
    }
    std::fs::write(&to, bytes).map_err(fail)
}
