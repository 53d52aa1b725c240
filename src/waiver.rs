//! Findings that somebody accepted: in the config, in comments beside the code, in a template's metadata.
//!
//! A waiver of an access guardrail covers the accounts and actions that it accepts and nothing wider. A waiver that covers
//! nothing, or whose last day has passed, is a warning.

use crate::config::{Accepts, Config};
use crate::diagnostic::Diagnostic;
use crate::finding::{Access, Finding, Outcome, Waived};
use crate::guardrail::Library;
use crate::guardrail::pattern::glob;
use crate::span::{FileId, Files, Span};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

pub use self::comment::of_comments;
pub use self::metadata::of_metadata;

mod comment;
mod metadata;

/// Somebody accepts findings of some guardrails in some place.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// Ids of the guardrails.
    pub guardrails: Vec<String>,
    /// Which findings.
    pub scope: Scope,
    /// What it accepts of an access guardrail.
    pub accepts: Option<Accepts>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day that it holds.
    pub until: Option<Date>,
    /// Where it stands.
    pub span: Span,
}

/// Which findings a waiver is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those whose resource and path match these patterns.
    Pattern {
        /// The resource's address.
        resource: Option<String>,
        /// The path of the file.
        path: Option<String>,
    },
    /// Those that stand on one of these lines, or whose resource's header does.
    Lines {
        /// The file.
        file: FileId,
        /// The comment's line, and the one that it is written above.
        lines: [u32; 2],
    },
    /// Those of a resource.
    Resource {
        /// The root's name.
        root: String,
        /// The address.
        address: String,
    },
}

/// What became of a waiver, the better the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Unused,
    TooNarrow,
    Used,
}

/// The waivers of the config.
pub fn of_config(config: &Config) -> Vec<Waiver> {
    let waiver = |w: &crate::config::Waiver| Waiver {
        guardrails: vec![w.guardrail.clone()],
        scope: Scope::Pattern {
            resource: w.resource.clone(),
            path: w.path.clone(),
        },
        accepts: w.accepts.clone(),
        reason: w.reason.clone(),
        owner: w.owner.clone(),
        until: w.until,
        span: w.span,
    };
    config.waivers.iter().map(waiver).collect()
}

/// Marks the findings that waivers cover, and tells about waivers that are unused, expired or wrong. `ran` holds the
/// guardrails that ran: a waiver of another one is not called unused.
pub fn apply(
    findings: &mut [Finding],
    waivers: &[Waiver],
    library: &Library,
    ran: &BTreeSet<String>,
    today: Date,
    files: &Files,
) -> Vec<Diagnostic> {
    let mut fates = Fates::default();
    let mut by_guardrail: BTreeMap<&str, Vec<&Waiver>> = BTreeMap::new();
    for waiver in waivers {
        for id in &waiver.guardrails {
            if fates.admit(waiver, id, library, ran, today) {
                by_guardrail.entry(id).or_default().push(waiver);
            }
        }
    }
    for finding in findings.iter_mut() {
        let Some(candidates) = by_guardrail.get(finding.guardrail.as_str()) else {
            continue;
        };
        if finding.outcome == Outcome::Satisfied {
            continue;
        }
        let about: Vec<&Waiver> = (candidates.iter().copied())
            .filter(|w| w.scope.covers(finding, files))
            .collect();
        let used = covering(&about, finding);
        if !used.is_empty() {
            finding.waive(waived(&used));
        }
        for waiver in about {
            let fate = match used.iter().any(|u| std::ptr::eq(*u, waiver)) {
                true => Fate::Used,
                false if used.is_empty() => Fate::TooNarrow,
                false => continue,
            };
            fates.set(waiver, finding, fate);
        }
    }
    fates.diagnostics()
}

/// Waivers as findings tell of them, each once.
fn waived(used: &[&Waiver]) -> Vec<Waived> {
    let mut out: Vec<Waived> = Vec::new();
    for waiver in used {
        if out.iter().all(|w| w.span != waiver.span) {
            out.push(Waived {
                reason: waiver.reason.clone(),
                owner: waiver.owner.clone(),
                until: waiver.until,
                in_source: !matches!(waiver.scope, Scope::Pattern { .. }),
                span: waiver.span,
            });
        }
    }
    out
}

/// The waivers that together cover a finding they are about; none where something of it stays uncovered.
fn covering<'w>(about: &[&'w Waiver], finding: &Finding) -> Vec<&'w Waiver> {
    let Some(access) = &finding.access else {
        let plain = about.iter().copied().filter(|w| w.accepts.is_none());
        return plain.collect();
    };
    let mut used: Vec<&Waiver> = Vec::new();
    for account in &access.accounts {
        for action in &access.actions {
            let accepting = |w: &&&Waiver| {
                let accepts = w.accepts.as_ref();
                accepts.is_some_and(|a| accepts_one(a, account, action))
            };
            let Some(waiver) = about.iter().find(accepting) else {
                return Vec::new();
            };
            used.push(waiver);
        }
    }
    used
}

fn accepts_one(accepts: &Accepts, account: &str, action: &str) -> bool {
    let accounts = || accepts.accounts.iter().any(|a| a == account || a == "*");
    // to administer is everything but to pull and to push
    let wide = !matches!(action, "pull" | "push");
    let actions = |a: &String| a == action || (wide && a == "administer");
    accepts.actions.iter().any(actions) && accounts()
}

impl Scope {
    fn covers(&self, finding: &Finding, files: &Files) -> bool {
        match self {
            Scope::Pattern { resource, path } => {
                let address = finding.resource.as_ref().map(|r| r.address.as_str());
                let resource = resource
                    .as_ref()
                    .is_none_or(|pattern| address.is_some_and(|address| glob(pattern, address)));
                let path = path.as_ref().is_none_or(|pattern| {
                    let spans = [Some(finding.span), finding.resource_span];
                    let mut paths = spans
                        .into_iter()
                        .flatten()
                        .filter_map(|s| files.get(s.file));
                    paths.any(|file| glob(pattern, &file.path))
                });
                resource && path
            }
            Scope::Lines { file, lines } => {
                let stands =
                    |span: Span| span.file == *file && lines.contains(&files.location(span).line);
                stands(finding.span) || finding.resource_span.is_some_and(stands)
            }
            Scope::Resource { root, address } => (finding.resource.as_ref())
                .is_some_and(|r| r.root == *root && r.address == *address),
        }
    }
}

/// What became of each waiver, for each of its guardrails; one that stands once in the code and is met in several cases or
/// instances counts once.
#[derive(Default)]
struct Fates {
    fates: BTreeMap<(Span, String), (Fate, Option<Access>)>,
    diagnostics: BTreeMap<(Span, String), Diagnostic>,
}

impl Fates {
    /// Whether a waiver can cover anything; what stands against it is told.
    fn admit(
        &mut self,
        waiver: &Waiver,
        id: &str,
        library: &Library,
        ran: &BTreeSet<String>,
        today: Date,
    ) -> bool {
        let key = (waiver.span, id.to_owned());
        let Some(guardrail) = library.get(id) else {
            let near = crate::diagnostic::nearest(id, library.all().map(|g| g.id.as_str()));
            let message = format!("unknown guardrail `{id}`");
            let mut diagnostic =
                Diagnostic::warning("waiver-unknown-guardrail", message).at(waiver.span);
            diagnostic.help = near.map(|n| format!("did you mean `{n}`?"));
            self.diagnostics.insert(key, diagnostic);
            return false;
        };
        if !guardrail.definition.waivable {
            let message = format!("guardrail `{id}` cannot be waived");
            let diagnostic = Diagnostic::warning("waiver-refused", message).at(waiver.span);
            self.diagnostics.insert(key, diagnostic);
            return false;
        }
        if let Some(until) = waiver.until.filter(|until| today > *until) {
            let message = format!("this waiver of `{id}` held until {until}");
            let diagnostic = Diagnostic::warning("waiver-expired", message)
                .at(waiver.span)
                .help("mend what it covered, or decide anew and set a later day");
            self.diagnostics.insert(key, diagnostic);
            return false;
        }
        if ran.contains(id) {
            self.fates.entry(key).or_insert((Fate::Unused, None));
        }
        true
    }

    fn set(&mut self, waiver: &Waiver, finding: &Finding, fate: Fate) {
        for id in waiver
            .guardrails
            .iter()
            .filter(|id| **id == finding.guardrail)
        {
            let key = (waiver.span, id.clone());
            let entry = self.fates.entry(key).or_insert((Fate::Unused, None));
            if fate > entry.0 {
                *entry = (fate, finding.access.clone());
            }
        }
    }

    fn diagnostics(mut self) -> Vec<Diagnostic> {
        for ((span, id), (fate, access)) in self.fates {
            let diagnostic = match fate {
                Fate::Used => continue,
                Fate::Unused => {
                    let message = format!("this waiver of `{id}` covers no finding");
                    Diagnostic::warning("waiver-unused", message).help("delete it")
                }
                Fate::TooNarrow => too_narrow(&id, access.as_ref()),
            };
            self.diagnostics.insert((span, id), diagnostic.at(span));
        }
        self.diagnostics.into_values().collect()
    }
}

/// A waiver that is about a finding and does not cover it.
fn too_narrow(id: &str, access: Option<&Access>) -> Diagnostic {
    let Some(access) = access else {
        let message =
            format!("this waiver of `{id}` accepts access, and the finding is about none");
        return Diagnostic::warning("waiver-too-narrow", message).help("leave out what it accepts");
    };
    let message = format!("this waiver of `{id}` does not accept the access that was found");
    let (accounts, actions) = (access.accounts.join(","), access.actions.join(","));
    Diagnostic::warning("waiver-too-narrow", message).help(format!(
        "it would take `accounts={accounts} actions={actions}` in a comment, or the same under `accepts`"
    ))
}

#[cfg(test)]
mod tests;
