//! Where reports go: `--format F` to standard output, `--format F=FILE` to a file; several at once from one run.

use super::failure::{usage, usage_help};
use crate::engine::Failure;
use crate::report::Format;
use crate::span::{Files, why};
use clap::ValueEnum;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

/// A format and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sink {
    /// The format.
    pub format: Format,
    /// The file; `None`: standard output.
    pub file: Option<String>,
}

impl FromStr for Sink {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err("no file behind `=`".to_owned()),
            Some((name, file)) => (name, Some(file.to_owned())),
            None => (text, None),
        };
        let format = Format::from_str(name, false).map_err(|_| {
            let names: Vec<String> = (Format::value_variants().iter())
                .filter_map(|f| f.to_possible_value().map(|v| v.get_name().to_owned()))
                .collect();
            format!("no such format; there are {}", names.join(", "))
        })?;
        Ok(Sink { format, file })
    }
}

/// The sinks, human on standard output where none is given.
///
/// # Errors
/// Two formats for one place.
pub fn chosen(given: Vec<Sink>) -> Result<Vec<Sink>, Failure> {
    if given.is_empty() {
        return Ok(vec![Sink {
            format: Format::Human,
            file: None,
        }]);
    }
    for (i, sink) in given.iter().enumerate() {
        if given.iter().take(i).any(|other| other.file == sink.file) {
            let place = sink.file.as_ref().map_or_else(
                || "standard output".to_owned(),
                |f| format!("the file `{f}`"),
            );
            return Err(usage_help(
                format!("two formats for {place}"),
                "write one of them elsewhere, e.g. --format sarif=ecr-guard.sarif",
            ));
        }
    }
    Ok(given)
}

/// Writes to standard output, without colours where it shows none; that nobody reads on is no error.
pub fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    buffered(anstream::stdout().lock(), write)
}

/// Writes JSON to standard output: nothing in it could be a colour.
pub fn json_to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    buffered(io::stdout().lock(), write)
}

fn buffered(
    out: impl Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let done = write(&mut out).and_then(|()| out.flush());
    match done {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(usage(format!("standard output cannot be written: {e}")))
        }
        _ => Ok(()),
    }
}

/// As [`to_stdout`], leaving out what nobody should read: reasons quote values.
pub fn to_stdout_kept(
    files: &[&Files],
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut text = Vec::new();
    write(&mut text).map_err(|e| usage(format!("standard output cannot be written: {e}")))?;
    let mut text = String::from_utf8_lossy(&text).into_owned();
    for files in files {
        text = files.without_secrets(&text).into_owned();
    }
    to_stdout(|out| out.write_all(text.as_bytes()))
}

/// Writes a file.
pub fn to_file(
    path: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let done = std::fs::File::create(path).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.flush()
    });
    done.map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => usage(format!(
            "`{path}` cannot be written: its directory is missing"
        )),
        _ => usage(format!("`{path}` cannot be written: {}", why(&e))),
    })
}
