//! Files that an input names. What is judged is often somebody else's change: reading has to end, and what else lies on the
//! machine must not get into a report.

use std::io::{Error, ErrorKind, Read, Result};
use std::path::{Path, PathBuf};

/// The largest file that is read because an input names it, in bytes.
const LARGEST: u64 = 64 << 20;

/// Why a file cannot be used, in words.
pub fn why(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or directory".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a directory".to_owned(),
        ErrorKind::NotADirectory => "a part of the path is no directory".to_owned(),
        ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
        _ => {
            let text = error.to_string();
            let words = text.split(" (os error").next().unwrap_or_default();
            words.to_lowercase()
        }
    }
}

/// The bytes of a file that an input names. What is no file (a pipe, a device) is refused: reading it need not end.
///
/// # Errors
/// Why it cannot be read.
pub fn read_regular(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    let path = path.as_ref();
    let about = std::fs::metadata(path)?;
    if !about.is_file() {
        return Err(Error::other("it is no regular file"));
    }
    let mut bytes = Vec::with_capacity(about.len().min(LARGEST) as usize);
    std::fs::File::open(path)?
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LARGEST {
        true => Err(Error::other("it is larger than 64 MiB")),
        false => Ok(bytes),
    }
}

/// The text of a file that an input names: see [`read_regular`].
///
/// # Errors
/// Why it cannot be read.
pub fn read_regular_text(path: impl AsRef<Path>) -> Result<String> {
    String::from_utf8(read_regular(path)?).map_err(|_| Error::other("it is not UTF-8"))
}

/// The bytes of a file that a directory of the input holds: as [`read_regular`], but not through a link that leads out of the
/// project.
///
/// # Errors
/// Why it is not read.
pub fn read_inside(path: &Path) -> Result<Vec<u8>> {
    let linked = path.symlink_metadata()?.is_symlink();
    let directory = path.parent().filter(|d| !d.as_os_str().is_empty());
    let inside =
        || project(directory.unwrap_or(Path::new("."))).is_some_and(|p| stays_in(path, &p));
    if linked && path.is_file() && !inside() {
        return Err(Error::other("it is a link that leads out of the project"));
    }
    read_regular(path)
}

/// The directory that code in another one may name files of: the checkout of git that it lies in; without one, the
/// current directory where it lies below that, else itself.
pub fn project(directory: &Path) -> Option<PathBuf> {
    let directory = directory.canonicalize().ok()?;
    let checkout = directory.ancestors().find(|d| d.join(".git").exists());
    if let Some(checkout) = checkout {
        return Some(checkout.to_owned());
    }
    let here = std::env::current_dir().and_then(|d| d.canonicalize()).ok();
    let here = here.filter(|here| directory.starts_with(here) && here.parent().is_some());
    Some(here.unwrap_or(directory))
}

/// Whether a path, its links followed, stays inside a directory. Of one that leads nowhere, the part that is there counts.
pub fn stays_in(path: &Path, directory: &Path) -> bool {
    let real = path.ancestors().find_map(|p| p.canonicalize().ok());
    real.is_some_and(|path| path.starts_with(directory))
}
