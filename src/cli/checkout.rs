//! Which commit is checked: read from git's own files, so that neither a program nor the environment has to be trusted.

use crate::engine::Checkout;
use std::io::Read;
use std::path::{Path, PathBuf};

/// References that lead to references lead no further than this.
const MOST_REFERENCES: usize = 5;
/// No file of git's that is read here is larger.
const MOST_BYTES: u64 = 64 << 20;

/// The checkout that the paths lie in. They have a revision only if they lie in the same one.
pub fn of(paths: &[String]) -> Checkout {
    let here = Path::new(".").canonicalize().ok();
    let directory = here.and_then(|here| {
        let below = here.strip_prefix(root(&here)?).ok()?;
        Some(below.to_str()?.replace(std::path::MAIN_SEPARATOR, "/"))
    });
    let mut roots = paths.iter().map(|path| {
        let path = if path == "-" { "." } else { path };
        root(&Path::new(path).canonicalize().ok()?)
    });
    let first = roots.next().flatten();
    let same = roots.all(|other| other == first);
    Checkout {
        revision: first.filter(|_| same).and_then(|root| revision(&root)),
        directory: directory.unwrap_or_default(),
    }
}

/// The nearest directory upward that is the root of a checkout.
fn root(path: &Path) -> Option<PathBuf> {
    let root = path.ancestors().find(|a| a.join(".git").exists())?;
    Some(root.to_owned())
}

/// The commit that `HEAD` of a checkout names; `None` where there is none yet or git keeps it in a way unknown here.
fn revision(root: &Path) -> Option<String> {
    let git = git_directory(root)?;
    let common = match read(&git.join("commondir")) {
        Some(path) => git.join(path.trim()),
        None => git.clone(),
    };
    let mut text = read(&git.join("HEAD"))?;
    for _ in 0..MOST_REFERENCES {
        let Some(name) = text.strip_prefix("ref:") else {
            return commit(&text);
        };
        let name = name.trim();
        if !is_reference(name) {
            return None;
        }
        let loose = read(&git.join(name)).or_else(|| read(&common.join(name)));
        text = loose.or_else(|| packed(&common, name))?;
    }
    None
}

/// `.git`, or the directory that the file of this name leads to in a worktree or submodule.
fn git_directory(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = read(&git)?;
    Some(root.join(text.strip_prefix("gitdir:")?.trim()))
}

/// A reference that has no file of its own.
fn packed(common: &Path, name: &str) -> Option<String> {
    let text = read(&common.join("packed-refs"))?;
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.find_map(|(commit, of)| (of.trim() == name).then(|| commit.to_owned()))
}

/// Whether a name of a reference leads nowhere but among references.
fn is_reference(name: &str) -> bool {
    let step = |s: &str| !s.is_empty() && !s.starts_with('.') && !s.contains(['\\', ':']);
    name.starts_with("refs/") && name.split('/').all(step)
}

/// SHA-1 or SHA-256 in hexadecimal.
fn commit(text: &str) -> Option<String> {
    let text = text.trim();
    let good = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    good.then(|| text.to_owned())
}

fn read(path: &Path) -> Option<String> {
    if !path.is_file() {
        return None;
    }
    let mut text = String::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(MOST_BYTES).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "0123456789abcdef0123456789abcdef01234567";

    fn revision_of(files: &[(&str, &str)]) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        revision(&dir.path().join("work"))
    }

    #[test]
    fn git_keeps_the_commit_in_many_places() {
        let main = "ref: refs/heads/main\n";
        let line = format!("{A}\n");
        let packed = format!("# pack-refs with: peeled\n{A} refs/heads/main\n^{A}\n");
        let cases: [&[(&str, &str)]; 5] = [
            &[("work/.git/HEAD", &line)],
            &[
                ("work/.git/HEAD", main),
                ("work/.git/refs/heads/main", &line),
            ],
            &[("work/.git/HEAD", main), ("work/.git/packed-refs", &packed)],
            &[
                ("work/.git", "gitdir: ../git/worktrees/w\n"),
                ("git/worktrees/w/HEAD", main),
                ("git/worktrees/w/commondir", "../..\n"),
                ("git/refs/heads/main", &line),
            ],
            &[
                ("work/.git/HEAD", "ref: refs/heads/a\n"),
                ("work/.git/refs/heads/a", main),
                ("work/.git/packed-refs", &packed),
            ],
        ];
        for files in cases {
            assert_eq!(revision_of(files).as_deref(), Some(A), "{files:?}");
        }
    }

    #[test]
    fn what_is_no_commit_is_none() {
        let line = format!("{A}\n");
        let cases: [&[(&str, &str)]; 6] = [
            &[("work/.git/HEAD", "ref: refs/heads/main\n")],
            &[
                ("work/.git/HEAD", "ref: refs/heads/../../x\n"),
                ("work/.git/x", &line),
            ],
            &[("work/.git/HEAD", "ref: ../x\n"), ("work/x", &line)],
            &[
                ("work/.git/HEAD", "ref: refs/a\n"),
                ("work/.git/refs/a", "ref: refs/a\n"),
            ],
            &[("work/.git/HEAD", "0123\n")],
            &[("work/.git", "nothing\n")],
        ];
        for files in cases {
            assert_eq!(revision_of(files), None, "{files:?}");
        }
    }
}
