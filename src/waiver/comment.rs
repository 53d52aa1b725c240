//! Waivers in comments: `# ecr-guard: waive[ID, ID] REASON until=2027-01-31`, also after `//` or `/*`. On the line of the
//! finding or above it; at the header of a resource or above it for the whole resource. A waiver of an access guardrail
//! says what it accepts: `accounts=456789012345 actions=pull,push`. `owner=team-a` says who answers for it.

use super::{Scope, Waiver};
use crate::config::Accepts;
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Files, SourceFile, Span};
use crate::world::is_account;
use jiff::civil::Date;
use std::collections::BTreeSet;

const MARK: &str = "ecr-guard:";

/// What a waiver looks like, for help.
const SHAPE: &str = "write `ecr-guard: waive[ID] REASON until=2027-01-31`";

/// The waivers in the comments of all files but some (the config, guardrails).
pub fn of_comments(files: &Files, skip: &BTreeSet<FileId>) -> (Vec<Waiver>, Vec<Diagnostic>) {
    let finder = memchr::memmem::Finder::new(MARK);
    let mut waivers = Vec::new();
    let mut diagnostics = Vec::new();
    for (id, file) in files.all() {
        if skip.contains(&id) || is_json(&file) {
            continue;
        }
        for at in finder.find_iter(file.text.as_bytes()) {
            let Some(found) = Comment::at(id, &file, at) else {
                continue;
            };
            match found.waiver() {
                Ok(waiver) => waivers.push(waiver),
                Err(message) => diagnostics.push(
                    Diagnostic::warning("waiver-malformed", message)
                        .at(found.span)
                        .help(SHAPE),
                ),
            }
        }
    }
    (waivers, diagnostics)
}

/// JSON has no comments: what looks like one stands in a string.
fn is_json(file: &SourceFile) -> bool {
    file.path.ends_with(".json") || file.text.trim_start().starts_with('{')
}

struct Comment<'a> {
    /// From the mark to the end of the comment.
    span: Span,
    /// What follows the mark.
    text: &'a str,
    lines: [u32; 2],
}

impl<'a> Comment<'a> {
    /// The comment that a mark begins; `None` where the mark stands in no comment.
    fn at(id: FileId, file: &'a SourceFile, at: usize) -> Option<Self> {
        let before = file.text.get(..at)?;
        let before = before.rsplit('\n').next().unwrap_or_default();
        let code = opened(before)?;
        let rest = file.text.get(at..)?.lines().next().unwrap_or_default();
        let rest = rest.split("*/").next().unwrap_or_default().trim_end();
        let (line, _) = file.line_column(u32::try_from(at).ok()?);
        let below = match code.trim().is_empty() {
            true => below(file, line),
            false => line,
        };
        Some(Comment {
            span: Span::new(id, at, at + rest.len()),
            text: rest.strip_prefix(MARK)?,
            lines: [line, below],
        })
    }

    fn waiver(&self) -> Result<Waiver, String> {
        let rest = self.text.trim_start();
        let Some(rest) = rest.strip_prefix("waive") else {
            let word: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            return Err(format!("a comment to ecr-guard says `waive`, not `{word}`"));
        };
        let listed = rest.trim_start().strip_prefix('[');
        let Some((ids, rest)) = listed.and_then(|r| r.split_once(']')) else {
            return Err("a waiver names guardrails in `[]`".to_owned());
        };
        let guardrails: Vec<String> = (ids.split(','))
            .map(|id| id.trim().to_owned())
            .filter(|id| !id.is_empty())
            .collect();
        if guardrails.is_empty() {
            return Err("a waiver names guardrails in `[]`".to_owned());
        }
        let words = Words::read(rest)?;
        if words.reason.is_empty() {
            return Err("a waiver has a reason".to_owned());
        }
        Ok(Waiver {
            guardrails,
            scope: Scope::Lines {
                file: self.span.file,
                lines: self.lines,
            },
            accepts: words.accepts()?,
            reason: words.reason.join(" "),
            owner: words.owner,
            until: words.until,
            span: self.span,
        })
    }
}

/// The code before a comment that opens right here; `None` where no comment opens.
fn opened(before: &str) -> Option<&str> {
    let before = before.trim_end();
    let hashes = before.trim_end_matches('#');
    let code = match before.len() > hashes.len() {
        true => hashes,
        false => (before.strip_suffix("//")).or_else(|| before.strip_suffix("/*"))?,
    };
    let quotes = code.replace("\\\"", "").matches('"').count();
    (quotes % 2 == 0).then_some(code)
}

/// The next line that is no comment of its own.
fn below(file: &SourceFile, line: u32) -> u32 {
    let is_comment = |line: &u32| {
        let text = file.line_text(*line).trim_start();
        text.starts_with('#') || text.starts_with("//") || text.starts_with("/*")
    };
    let mut after = (line + 1..=line.saturating_add(100)).skip_while(is_comment);
    after.next().unwrap_or(line)
}

#[derive(Default)]
struct Words<'a> {
    reason: Vec<&'a str>,
    until: Option<Date>,
    owner: Option<String>,
    accounts: Vec<String>,
    actions: Vec<String>,
}

impl<'a> Words<'a> {
    fn read(text: &'a str) -> Result<Self, String> {
        let mut out = Words::default();
        let list = |value: &str| value.split(',').map(str::to_owned).collect();
        for word in text.split_whitespace() {
            match word.split_once('=') {
                Some(("until", day)) => {
                    let read = day.parse().map_err(|_| format!("`{day}` is no day"))?;
                    out.until = Some(read);
                }
                Some(("owner", owner)) => out.owner = Some(owner.to_owned()),
                Some(("accounts", accounts)) => out.accounts = list(accounts),
                Some(("actions", actions)) => out.actions = list(actions),
                _ => out.reason.push(word),
            }
        }
        Ok(out)
    }

    fn accepts(&self) -> Result<Option<Accepts>, String> {
        match (self.accounts.is_empty(), self.actions.is_empty()) {
            (true, true) => return Ok(None),
            (false, false) => {}
            _ => return Err("`accounts=` and `actions=` go together".to_owned()),
        }
        accepts(self.accounts.clone(), self.actions.clone()).map(Some)
    }
}

/// What a waiver accepts, where it is said well.
pub(super) fn accepts(accounts: Vec<String>, actions: Vec<String>) -> Result<Accepts, String> {
    if let Some(bad) = accounts.iter().find(|a| !is_account(a) && *a != "*") {
        return Err(format!("`{bad}` is no account id: it takes 12 digits"));
    }
    let known = ["pull", "push", "replicate", "administer", "read"];
    if let Some(bad) = actions.iter().find(|a| !known.contains(&a.as_str())) {
        return Err(format!(
            "`{bad}` is none of pull, push, replicate, administer, read"
        ));
    }
    Ok(Accepts { accounts, actions })
}
