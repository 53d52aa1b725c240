//! Functions on files and paths. Relative paths count from the root module's directory, where terraform would be run.

use super::project::kept_out;
use super::text::known_suffix;
use super::{Call, Context, FunctionError, Outcome, hashing};
use crate::span::{FileId, Span, why};
use crate::terraform::convert::set;
use crate::value::{Kind, Text, Type, Value};
use base64::Engine as _;
use ignore::overrides::OverrideBuilder;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Files larger than this are not read.
const SIZE_LIMIT: u64 = 64 << 20;
/// As many files as `fileset` looks at.
const FILE_LIMIT: usize = 200_000;

fn located(context: &Context, path: &str) -> PathBuf {
    context.root.join(path)
}

fn bytes(context: &Context, path: &str) -> Result<Vec<u8>, FunctionError> {
    let full = located(context, path);
    let Ok(about) = full.metadata() else {
        let message = format!(
            "no file exists at {path:?}; this function works only with files that are distributed as part of the configuration source code"
        );
        return Err(FunctionError::argument(0, message));
    };
    if about.is_dir() {
        return Err(FunctionError::argument(
            0,
            format!("failed to read file: {path} is a directory"),
        ));
    }
    if !about.is_file() || about.len() > SIZE_LIMIT {
        return Err(FunctionError::argument(
            0,
            format!("{path} is no regular file of up to 64 MiB"),
        ));
    }
    std::fs::read(&full)
        .map_err(|e| FunctionError::argument(0, format!("failed to read file: {}", why(&e))))
}

/// The text of a file, kept among the run's files so that places in it can be shown.
///
/// # Errors
/// Where there is no such file, or it is not UTF-8.
pub fn read(context: &Context, path: &str) -> Result<(Arc<str>, FileId), FunctionError> {
    let text: Arc<str> = (String::from_utf8(bytes(context, path)?))
        .map_err(|_| {
            let message = format!("contents of {path:?} are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead");
            FunctionError::argument(0, message)
        })?
        .into();
    let shown = shown(context, path);
    let known = (context.files.all().into_iter()).find(|(_, f)| f.path == shown && f.text == text);
    let id = match known {
        Some((id, _)) => id,
        None => context.files.add(shown, text.clone()),
    };
    Ok((text, id))
}

/// The path as the user would write it.
fn shown(context: &Context, path: &str) -> String {
    if Path::new(path).is_absolute() {
        return path.to_owned();
    }
    let root = context.shown.trim_end_matches('/');
    clean(&if root.is_empty() || root == "." {
        path.to_owned()
    } else {
        format!("{root}/{path}")
    })
}

pub(super) fn file(call: &Call) -> Outcome {
    if let Some(unknown) = kept_out(call, call.str(0)?, Type::String) {
        return Ok(unknown);
    }
    let (text, id) = read(call.context, call.str(0)?)?;
    let span = Span::new(id, 0, text.len());
    let normalised = crate::terraform::convert::text(&text);
    let text = if normalised == text {
        Text::at(text, span)
    } else {
        Text::plain(normalised)
    };
    let mut value = Value::new(Kind::String(text), span);
    value
        .place
        .push(crate::value::Via::Other("file()".into()), call.span);
    Ok(value)
}

pub(super) fn filebase64(call: &Call) -> Outcome {
    if let Some(unknown) = kept_out(call, call.str(0)?, Type::String) {
        return Ok(unknown);
    }
    let bytes = bytes(call.context, call.str(0)?)?;
    Ok(call.made(base64::engine::general_purpose::STANDARD.encode(bytes)))
}

fn hashed(call: &Call, hash: fn(&[u8]) -> String) -> Outcome {
    let path = call.str(0)?;
    if let Some(unknown) = kept_out(call, path, Type::String) {
        return Ok(unknown);
    }
    let there = located(call.context, path).exists();
    let bytes = bytes(call.context, path).map_err(|e| FunctionError {
        unbuilt: !there,
        ..FunctionError::new(e.message)
    })?;
    Ok(call.made(hash(&bytes)))
}

pub(super) fn filemd5(call: &Call) -> Outcome {
    hashed(call, hashing::hex::<Md5>)
}

pub(super) fn filesha1(call: &Call) -> Outcome {
    hashed(call, hashing::hex::<Sha1>)
}

pub(super) fn filesha256(call: &Call) -> Outcome {
    hashed(call, hashing::hex::<Sha256>)
}

pub(super) fn filesha512(call: &Call) -> Outcome {
    hashed(call, hashing::hex::<Sha512>)
}

pub(super) fn filebase64sha256(call: &Call) -> Outcome {
    hashed(call, hashing::base64::<Sha256>)
}

pub(super) fn filebase64sha512(call: &Call) -> Outcome {
    hashed(call, hashing::base64::<Sha512>)
}

pub(super) fn fileexists(call: &Call) -> Outcome {
    let path = call.str(0)?;
    if let Some(unknown) = kept_out(call, path, Type::Bool) {
        return Ok(unknown);
    }
    match located(call.context, path).metadata() {
        Ok(about) if about.is_dir() => Err(FunctionError::new(format!(
            "{path:?} is a directory, not a file"
        ))),
        Ok(_) => Ok(call.bool(true)),
        Err(_) => Ok(call.bool(false)),
    }
}

/// The pattern is joined to the path, as text and with its `..`; what is found is told from the path.
pub(super) fn fileset(call: &Call) -> Outcome {
    let (path, pattern) = (call.str(0)?, call.str(1)?);
    let wrong = || FunctionError::argument(1, format!("invalid glob pattern {pattern:?}"));
    let (fixed, pattern) = fixed_part(&clean(&match path {
        "" => pattern.to_owned(),
        _ => format!("{path}/{pattern}"),
    }));
    let names = Type::Set(Box::new(Type::String));
    if let Some(unknown) = kept_out(call, &fixed, names) {
        return Ok(unknown);
    }
    let directory = located(call.context, &fixed);
    let mut globs = OverrideBuilder::new(&directory);
    globs.add(&format!("/{pattern}")).map_err(|_| wrong())?;
    let globs = globs.build().map_err(|_| wrong())?;
    let mut found = Vec::new();
    let walk = ignore::WalkBuilder::new(&directory)
        .standard_filters(false)
        .follow_links(true)
        .max_depth(Some(if pattern.contains("**") {
            64
        } else {
            pattern.matches('/').count() + 1
        }))
        .build();
    for entry in walk.flatten().take(FILE_LIMIT) {
        let relative = entry
            .path()
            .strip_prefix(&directory)
            .ok()
            .and_then(Path::to_str);
        let (Some(relative), true) = (relative, entry.path().is_file()) else {
            continue;
        };
        if globs.matched(entry.path(), false).is_whitelist() {
            let file = format!("{fixed}/{}", relative.replace('\\', "/"));
            found.push(call.made(way(&clean(path), &clean(&file))));
        }
    }
    Ok(set(Type::String, found, call.span))
}

/// The directory that a pattern begins with, and the pattern from there on.
fn fixed_part(pattern: &str) -> (String, String) {
    let steps: Vec<&str> = pattern.split('/').collect();
    let open = |step: &&str| step.contains(['*', '?', '[', '{', '\\']);
    let first = steps.iter().position(open).unwrap_or(steps.len());
    let (fixed, rest) = steps.split_at(first.min(steps.len().saturating_sub(1)));
    let fixed = match fixed {
        [] => ".".to_owned(),
        [""] => "/".to_owned(),
        _ => fixed.join("/"),
    };
    (fixed, rest.join("/"))
}

/// The way from one path to another, both of them as short as can be.
fn way(from: &str, to: &str) -> String {
    let steps = |path: &'_ str| -> Vec<String> {
        path.split('/')
            .filter(|s| !matches!(*s, "" | "."))
            .map(str::to_owned)
            .collect()
    };
    let (from, to) = (steps(from), steps(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - shared);
    let way: Vec<String> = up.chain(to.into_iter().skip(shared)).collect();
    way.join("/")
}

/// The shortest path that says the same, by its text alone.
fn clean(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let rooted = path.starts_with('/');
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if out.last().is_some_and(|p| *p != "..") => {
                out.pop();
            }
            ".." if rooted => {}
            other => out.push(other),
        }
    }
    match (rooted, out.is_empty()) {
        (true, _) => format!("/{}", out.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => out.join("/"),
    }
}

pub(super) fn basename(call: &Call) -> Outcome {
    let whole = call.text(0)?;
    let Some(path) = whole.known() else {
        let end = known_suffix(whole).trim_end_matches('/');
        let unknown = whole.first_hole().cloned().unwrap_or_default();
        return Ok(match end.rsplit_once('/') {
            Some((_, last)) => call.made(last),
            None => call.unknown(&unknown, Type::String),
        });
    };
    let trimmed = path.trim_end_matches('/');
    Ok(call.made(match (path, trimmed) {
        ("", _) => ".",
        (_, "") => "/",
        (_, trimmed) => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }))
}

pub(super) fn dirname(call: &Call) -> Outcome {
    let path = call.str(0)?;
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let rooted = path.starts_with('/') && directory.is_empty();
    Ok(call.made(clean(if rooted { "/" } else { directory })))
}

pub(super) fn abspath(call: &Call) -> Outcome {
    let path = located(call.context, call.str(0)?);
    let full = std::path::absolute(&path).unwrap_or(path);
    let relative = full
        .components()
        .any(|c| matches!(c, Component::ParentDir | Component::CurDir));
    let text = full.to_string_lossy().into_owned();
    Ok(call.made(if relative { clean(&text) } else { text }))
}

pub(super) fn pathexpand(call: &Call) -> Outcome {
    let path = call.str(0)?;
    if path == "~" || path.starts_with("~/") {
        let unknown =
            crate::value::Unknown::because("the home directory is that of whoever runs terraform");
        return Ok(call.unknown(&unknown, Type::String));
    }
    Ok(call.made(path))
}
