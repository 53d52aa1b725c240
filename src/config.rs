//! What the user settles for the whole of a project: `ecr-guard.yaml`. It is found upward from the input; relative paths in
//! it count from its directory. Guardrails and waivers that it names are checked by [`crate::guardrail::Library`].

use crate::diagnostic::Level;
use crate::finding::{Enforcement, Severity};
use crate::span::{FileId, Files, Span};
use crate::syntax::tree::{Seg, Tree};
use crate::syntax::yaml;
use crate::world::{Existing, Organization, Target};
use ignore::gitignore::Gitignore;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub mod edition;
pub mod error;
pub mod file;
mod read;

pub use self::error::Error;
pub use self::file::{Profile, Undetermined};

/// The name of the config's file.
pub const NAME: &str = "ecr-guard.yaml";

/// What the user settles.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Its file; `None` where there is no config.
    pub file: Option<FileId>,
    /// Fingerprint of its text.
    pub sha256: Option<String>,
    /// The organisations.
    pub organizations: Vec<Organization>,
    /// Where the code is deployed.
    pub target: Target,
    /// What stands outside the code.
    pub existing: Existing,
    /// Which guardrails run.
    pub profile: Profile,
    /// Guardrails newer than this only report.
    pub edition: Option<String>,
    /// From which severity on a violation blocks.
    pub fail_on: Option<Severity>,
    /// What an undetermined finding does.
    pub undetermined: Option<Undetermined>,
    /// Directories of further guardrails.
    pub policies: Vec<PathBuf>,
    /// What is settled for single guardrails.
    pub guardrails: BTreeMap<String, Choice>,
    /// What is settled otherwise for a part of the resources, in order: a later one counts before an earlier one.
    pub overrides: Vec<Override>,
    /// The directory that relative paths count from.
    pub directory: PathBuf,
    /// Findings that somebody accepted.
    pub waivers: Vec<Waiver>,
    /// Settings of the CloudFormation Hook.
    pub hook: Hook,
    tree: Option<Tree>,
}

/// What is settled otherwise for a part of the resources: those that everything given here holds for.
#[derive(Clone, Debug)]
pub struct Override {
    /// They are deployed to one of these accounts.
    pub accounts: Option<Vec<String>>,
    /// They are deployed to a region that one of these patterns with `*` matches.
    pub regions: Option<Vec<String>>,
    /// They stand in a file that one of these patterns matches; paths count from [`Config::directory`].
    pub paths: Option<Gitignore>,
    /// What is settled for single guardrails.
    pub guardrails: BTreeMap<String, Choice>,
    /// Where its `match` stands.
    pub span: Span,
}

/// What is settled for one guardrail.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Where the guardrail is named.
    pub key: Span,
    /// `Some(false)`: off; `Some(true)`: on even where the profile leaves it out.
    pub enabled: Option<bool>,
    /// How bad a violation is.
    pub severity: Option<Severity>,
    /// What a violation does.
    pub enforcement: Option<Enforcement>,
    /// From this day on a violation blocks; until then it does what `enforcement` says, else warns.
    pub block_from: Option<Date>,
    /// Parameters by name, not yet checked against the guardrail.
    pub parameters: BTreeMap<String, Given>,
}

/// The value of a parameter.
#[derive(Clone, Debug)]
pub struct Given {
    /// Where the parameter is named.
    pub key: Span,
    /// Where the value stands.
    pub span: Span,
    /// The value.
    pub value: serde_json::Value,
}

/// Findings that somebody accepted.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The guardrail's id.
    pub guardrail: String,
    /// The addresses of resources, as a pattern with `*`.
    pub resource: Option<String>,
    /// The paths of files, as a pattern with `*`.
    pub path: Option<String>,
    /// What a waiver of an access guardrail accepts.
    pub accepts: Option<Accepts>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day that it holds.
    pub until: Option<Date>,
    /// Where it stands.
    pub span: Span,
}

/// Access that a waiver accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepts {
    /// Accounts; `*` for anyone.
    pub accounts: Vec<String>,
    /// `pull`, `push`, `administer`.
    pub actions: Vec<String>,
}

/// Settings of the CloudFormation Hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Hosts besides S3's that a payload may be fetched from.
    pub payload_hosts: Vec<String>,
    /// Whether a job that could not be done fails the operation.
    pub fail_on_error: bool,
}

impl Default for Hook {
    fn default() -> Self {
        Hook {
            payload_hosts: Vec::new(),
            fail_on_error: true,
        }
    }
}

/// The nearest config of a file or directory: in its directory or one above. Relative to the current directory where it
/// stands below it.
pub fn find(start: &Path) -> Option<PathBuf> {
    let start = start.canonicalize().ok()?;
    let found = (start.ancestors())
        .map(|directory| directory.join(NAME))
        .find(|path| path.is_file())?;
    let here = std::env::current_dir().and_then(|d| d.canonicalize()).ok();
    let below = here.and_then(|h| found.strip_prefix(h).ok().map(Path::to_owned));
    Some(below.unwrap_or(found))
}

impl Config {
    /// Reads a config from its file; other files that it names are read, too.
    ///
    /// # Errors
    /// Every mistake, with its place.
    pub fn load(files: &Files, path: &Path) -> Result<Self, Vec<Error>> {
        let shown = path.to_string_lossy().replace('\\', "/");
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let directory = path.parent().unwrap_or(Path::new(""));
                Self::parse(files, &shown, &text, directory)
            }
            Err(error) => Err(vec![Error::new(format!(
                "cannot read `{shown}`: {}",
                crate::span::why(&error)
            ))]),
        }
    }

    /// Reads a config from its text.
    ///
    /// # Errors
    /// Every mistake, with its place.
    pub fn parse(
        files: &Files,
        shown: &str,
        text: &str,
        directory: &Path,
    ) -> Result<Self, Vec<Error>> {
        let file = files.add(shown, text);
        let mut config = match document(files, file)? {
            None => Config::default(),
            Some(tree) => read::config(tree, directory)?,
        };
        config.file = Some(file);
        config.sha256 = Some(fingerprint([text]));
        Ok(config)
    }

    /// Where the value at the end of a path stands, or as far along it as there is something.
    pub fn span(&self, path: &[Seg]) -> Option<Span> {
        let tree = self.tree.as_ref()?;
        let mut here = tree;
        for seg in path {
            let Some(next) = here.at(std::slice::from_ref(seg)) else {
                break;
            };
            here = next;
        }
        Some(here.span)
    }
}

/// SHA-256 over texts, in hexadecimal.
pub fn fingerprint<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    let digest = hasher.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The only document of a YAML or JSON file; `None` where there is nothing in it.
///
/// # Errors
/// Every mistake, with its place.
pub fn document(files: &Files, file: FileId) -> Result<Option<Tree>, Vec<Error>> {
    let start = Span::new(file, 0, 0);
    let (documents, diagnostics) = yaml::parse(files, file);
    let errors: Vec<Error> = (diagnostics.into_iter())
        .filter(|d| d.level == Level::Error)
        .map(|d| Error {
            message: d.message,
            span: d.span.or(Some(start)),
            help: d.help,
        })
        .collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut documents = documents.into_iter();
    match (documents.next(), documents.next()) {
        (first, None) => Ok(first),
        (_, Some(second)) => Err(vec![
            Error::new("the file holds more than one YAML document").at(second.span),
        ]),
    }
}

#[cfg(test)]
mod tests;
