//! Holds the order of the house and the size of its rooms: a module uses only what stands above it, functions and files
//! stay short enough to be read.
#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by a panic"
)]

use std::path::{Path, PathBuf};

/// The floors, ground floor first; a module uses only itself and what stands above it in this list.
const FLOORS: &[&str] = &[
    "span",
    "diagnostic",
    "value",
    "world",
    "raw",
    "syntax",
    "terraform",
    "cloudformation",
    "source",
    "iam",
    "resource",
    "change",
    "inventory",
    "finding",
    "config",
    "guardrail",
    "waiver",
    "baseline",
    "engine",
    "question",
    "report",
    "hook",
    "fix",
    "lsp",
    "cli",
    "main",
];

/// Lines of a function at most, its signature included.
const FUNCTION: usize = 60;

/// Lines of a file at most, tests apart.
const FILE: usize = 500;

/// Names of what may be longer (`file.rs`, `file.rs function`), each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// A source file: its path below `src` and its lines without tests.
struct Source {
    path: String,
    lines: Vec<String>,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut out = Vec::new();
    let mut todo = vec![root.clone()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !is_test(&path) {
                out.push(source(&root, &path));
            }
        }
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(out.len() > 20, "the sources are not found");
    out
}

/// Whether a file holds nothing but tests: `tests.rs`, what lies in `tests/`, and what is declared under `cfg(test)`.
fn is_test(path: &Path) -> bool {
    let named = path.file_stem().is_some_and(|n| n == "tests");
    let inside = path.components().any(|c| c.as_os_str() == "tests");
    named || inside || declared_for_tests(path)
}

fn declared_for_tests(path: &Path) -> bool {
    let (Some(stem), Some(dir)) = (path.file_stem(), path.parent()) else {
        return false;
    };
    let parents: [PathBuf; 2] = [dir.with_extension("rs"), dir.join("lib.rs")];
    let declaration = format!("#[cfg(test)]\nmod {};", stem.to_string_lossy());
    (parents.iter())
        .filter_map(|p| std::fs::read_to_string(p).ok())
        .any(|text| text.contains(&declaration))
}

fn source(root: &Path, path: &Path) -> Source {
    let text = std::fs::read_to_string(path).unwrap();
    let code = (text.split("\n#[cfg(test)]\nmod tests {").next()).unwrap_or_default();
    Source {
        path: path
            .strip_prefix(root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/"),
        lines: code.lines().map(str::to_owned).collect(),
    }
}

/// The top-level module that a file belongs to.
fn floor(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or(path);
    first.strip_suffix(".rs").unwrap_or(first)
}

/// The top-level modules that the code names by `crate::`, each with its line.
fn named(lines: &[String]) -> Vec<(usize, String)> {
    let code: Vec<&str> = (lines.iter())
        .map(|l| l.split("//").next().unwrap_or_default())
        .collect();
    let code = code.join("\n");
    let mut out = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + path.len()..];
        let names = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or(list),
            None => rest.split(',').next().unwrap_or(rest),
        };
        for item in names.split(',') {
            let name = (item.trim().chars()).take_while(|c| c.is_ascii_alphanumeric() || *c == '_');
            out.push((line, name.collect()));
        }
    }
    out
}

fn height(module: &str) -> Option<usize> {
    FLOORS.iter().position(|f| *f == module)
}

#[test]
fn a_module_uses_only_what_stands_above_it() {
    let mut wrong = Vec::new();
    for source in sources() {
        let own = floor(&source.path);
        if own == "lib" {
            continue;
        }
        let own_height = height(own).unwrap_or_else(|| panic!("{own} has no floor"));
        for (line, used) in named(&source.lines) {
            if height(&used).is_some_and(|h| h > own_height) {
                wrong.push(format!("src/{}:{line}: {own} uses {used}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_library_lists_its_modules_in_this_order() {
    let lib = include_str!("../src/lib.rs");
    let listed: Vec<&str> = (lib.lines())
        .filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let mut ordered = listed.clone();
    ordered.sort_by_key(|m| height(m).unwrap_or_else(|| panic!("{m} has no floor")));
    assert_eq!(listed, ordered);
}

#[test]
fn files_can_be_read_in_one_go() {
    let long: Vec<String> = (sources().iter())
        .filter(|s| s.lines.len() > FILE && !is_excepted(&s.path))
        .map(|s| format!("src/{} has {} lines", s.path, s.lines.len()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// Tests, too: those beside the code and those of the whole.
#[test]
fn tests_can_be_read_in_one_go() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut long = Vec::new();
    let mut left = vec![root.join("src"), root.join("tests")];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let shown = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                let lines = std::fs::read_to_string(&path).unwrap().lines().count();
                if shown.contains("tests") && lines > FILE {
                    long.push(format!("{shown} has {lines} lines"));
                }
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn functions_can_be_seen_at_once() {
    let mut long = Vec::new();
    for source in sources() {
        for (name, first, length) in functions(&source.lines) {
            if length > FUNCTION && !is_excepted(&format!("{} {name}", source.path)) {
                long.push(format!(
                    "src/{}:{first}: {name} has {length} lines",
                    source.path
                ));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn exceptions_are_needed() {
    let sources = sources();
    for (name, reason) in EXCEPTIONS {
        let (path, function) = name.split_once(' ').unwrap_or((name, ""));
        let source = sources.iter().find(|s| s.path == path);
        let long = source.is_some_and(|s| match function {
            "" => s.lines.len() > FILE,
            _ => functions(&s.lines)
                .iter()
                .any(|(n, _, l)| n == function && *l > FUNCTION),
        });
        assert!(long, "{name} ({reason}) is no exception any more");
    }
}

fn is_excepted(name: &str) -> bool {
    EXCEPTIONS.iter().any(|(n, _)| *n == name)
}

/// Name, first line and length of each function; rustfmt puts the closing brace below the first letter of the signature.
fn functions(lines: &[String]) -> Vec<(String, usize, usize)> {
    let mut out = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = line.len() - line.trim_start().len();
        let close = format!("{}}}", &line[..indent]);
        let length =
            (lines.iter().skip(i)).position(|l| *l == close || is_bodiless(l, indent, line));
        out.push((name, i + 1, length.map_or(1, |n| n + 1)));
    }
    out
}

fn function_name(line: &str) -> Option<String> {
    let mut words = line
        .trim_start()
        .split(' ')
        .skip_while(|w| ["const", "async", "unsafe", "pub"].contains(w) || w.starts_with("pub("));
    if words.next() != Some("fn") {
        return None;
    }
    let rest = words.next()?;
    Some(rest.split(['(', '<']).next().unwrap_or(rest).to_owned())
}

/// A function on one line, or a declaration in a trait.
fn is_bodiless(line: &str, indent: usize, first: &str) -> bool {
    let own = line.len() - line.trim_start().len() == indent;
    own && (line.ends_with(';') || (line == first && line.ends_with('}')))
}

#[test]
fn the_measure_measures() {
    let text =
        "fn a() {\n    1\n}\npub(crate) const fn b<T>(\n    x: T,\n) -> T {\n    x\n}\nfn c() {}\n";
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let found = functions(&lines);
    let short: Vec<(&str, usize, usize)> =
        found.iter().map(|(n, f, l)| (n.as_str(), *f, *l)).collect();
    assert_eq!(short, [("a", 1, 3), ("b", 4, 5), ("c", 9, 1)]);
    let uses = |text: &str| {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        named(&lines)
    };
    let span = || (1, "span".to_owned());
    assert_eq!(uses("use crate::span::Span; // crate::cli"), [span()]);
    assert_eq!(
        uses("use crate::{span::Span,\n    raw};\ncrate::x"),
        [span(), (1, "raw".to_owned()), (3, "x".to_owned())]
    );
    assert_eq!(
        uses("x(crate::span::a, crate::world::b)"),
        [span(), (1, "world".to_owned())]
    );
}
