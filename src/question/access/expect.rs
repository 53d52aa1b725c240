//! `access test`: what people expect of the policies, e.g. before and after a migration.

use super::super::can::PULLED;
use super::What;
use crate::config::Error;
use crate::config::error::explain;
use crate::iam::action::{PULL, PUSH};
use crate::iam::evaluate::Verdict;
use crate::iam::reach::{Answer, Party, holders};
use crate::question::can::{self, Asked};
use crate::question::estate::{Estate, Repository, Sort};
use crate::span::{FileId, Files, Span};
use crate::syntax::tree::{Seg, Tree};
use crate::syntax::{json, yaml};
use crate::value::Text;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What the principal's own side is taken to allow: everything.
const OWN: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;

/// An expectation.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Allowed, else denied.
    pub allow: bool,
    /// An ARN, an account's id, a service; `anyone`.
    pub principal: String,
    /// `pull`, `push` or an action.
    pub action: String,
    /// The name, the address or the ARN of a repository.
    pub repository: String,
    /// Context keys.
    pub context: BTreeMap<String, Vec<String>>,
    /// Where it stands.
    pub span: Span,
}

/// An expectation put to the test.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What was expected.
    pub expectation: Expectation,
    /// What comes of it.
    pub decision: Verdict,
    /// Why, where it cannot be told or what is missing.
    pub because: Vec<String>,
    /// The statements that decide it, with their places.
    pub by: Vec<(String, Option<Span>)>,
}

impl Tried {
    /// Whether the expectation holds.
    pub fn holds(&self) -> bool {
        match self.expectation.allow {
            true => self.decision == Verdict::Allow,
            false => self.decision == Verdict::Deny,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    expect: Option<Word>,
    #[serde(default)]
    allow: Option<String>,
    #[serde(default)]
    deny: Option<String>,
    #[serde(default)]
    action: Option<String>,
    principal: String,
    repository: String,
    #[serde(default)]
    context: BTreeMap<String, Values>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Word {
    Allow,
    Deny,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
}

/// Reads a file of expectations: a list, in YAML or JSON.
///
/// # Errors
/// What is wrong with it, and where.
pub fn read(files: &Files, id: FileId) -> Result<Vec<Expectation>, Vec<Error>> {
    let path = files.get(id).map(|f| f.path.clone()).unwrap_or_default();
    let (tree, problems) = if path.ends_with(".json") {
        json::parse(files, id)
    } else {
        let (trees, problems) = yaml::parse(files, id);
        (trees.into_iter().next(), problems)
    };
    let wrong = problems
        .into_iter()
        .filter(|d| d.level == crate::diagnostic::Level::Error);
    let wrong: Vec<Error> = wrong
        .map(|d| match d.span {
            Some(span) => Error::new(d.message).at(span),
            None => Error::new(d.message),
        })
        .collect();
    let tree = tree.filter(|_| wrong.is_empty()).ok_or(wrong)?;
    let list = tree.get("expectations").unwrap_or(&tree);
    if list.items().is_empty() {
        let error = Error::new("there are no expectations").at(tree.span);
        return Err(vec![error.help(
            "write a list of {allow: pull, principal: …, repository: …}",
        )]);
    }
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    for entry in list.items() {
        match expectation(entry) {
            Ok(expectation) => out.push(expectation),
            Err(error) => errors.push(error),
        }
    }
    match errors.is_empty() {
        true => Ok(out),
        false => Err(errors),
    }
}

fn expectation(tree: &Tree) -> Result<Expectation, Error> {
    let entry: Entry = tree.deserialize().map_err(explain)?;
    let (allow, action) = match (entry.expect, entry.allow, entry.deny, entry.action) {
        (Some(word), None, None, Some(action)) => (word == Word::Allow, action),
        (None, Some(action), None, None) => (true, action),
        (None, None, Some(action), None) => (false, action),
        _ => {
            let error = Error::new("an expectation says what is allowed or denied").at(tree.span);
            return Err(error.help("write `allow: ACTION` or `deny: ACTION`; ACTION is pull, push or e.g. ecr:PutImage"));
        }
    };
    if What::parse(&action).is_none() {
        let span = ["allow", "deny", "action"].iter();
        let span = span
            .filter_map(|k| tree.at(&[Seg::Key((*k).to_owned())]))
            .next();
        let error = Error::new(format!("there is no action `{action}`"));
        return Err(error.at(span.map_or(tree.span, |t| t.span)));
    }
    let context = entry.context.into_iter().map(|(key, values)| {
        let values = match values {
            Values::One(value) => vec![value],
            Values::Many(values) => values,
        };
        (key.to_lowercase(), values)
    });
    Ok(Expectation {
        allow,
        action,
        principal: entry.principal,
        repository: entry.repository,
        context: context.collect(),
        span: tree.span,
    })
}

/// Puts an expectation to the test. The principal's own policies are taken to allow everything.
///
/// # Errors
/// It names no principal, or no repository of the input.
pub fn test(estate: &Estate, expectation: &Expectation) -> Result<Tried, Error> {
    if expectation.principal == "anyone" {
        return anyone(estate, expectation);
    }
    let asked = Asked {
        principal: expectation.principal.clone(),
        actions: actions(&expectation.action),
        resource: expectation.repository.clone(),
        context: expectation.context.clone(),
        identity: vec![("the principal's own policies".to_owned(), OWN.to_owned())],
        endpoint: None,
    };
    let answers = can::ask(estate, &asked)
        .map_err(|r| Error::new(r.message).at(expectation.span).help(r.help))?;
    let decision = can::overall(&answers);
    let mut because = Vec::new();
    let mut by = Vec::new();
    for answer in answers.iter().filter(|a| a.decision == decision) {
        because.extend(answer.reasons.iter().map(|r| r.to_string()));
        because.extend(answer.missing.iter().cloned());
        by.extend(
            can::deciding(answer)
                .filter(|(l, _)| l.span.is_some())
                .map(|(link, s)| {
                    (
                        format!("statement {} of {}", s.index + 1, link.name),
                        s.span,
                    )
                }),
        );
    }
    because.dedup();
    by.retain(|(name, _)| !name.ends_with("the principal's own policies"));
    by.dedup();
    Ok(Tried {
        expectation: expectation.clone(),
        decision,
        because,
        by,
    })
}

fn actions(word: &str) -> Vec<String> {
    let all: Vec<&str> = match word {
        "pull" => PULL.to_vec(),
        "push" => PUSH.to_vec(),
        word => match What::parse(word) {
            Some(What::Action(name)) => vec![name],
            Some(What::Ability(ability)) => ability.actions().0,
            None => Vec::new(),
        },
    };
    all.into_iter().map(str::to_owned).collect()
}

/// Whether anyone, of any account, gets in.
fn anyone(estate: &Estate, expectation: &Expectation) -> Result<Tried, Error> {
    let asked = expectation.repository.as_str();
    let named = |r: &&Repository| {
        r.sort <= Sort::Elsewhere
            && (r.address == asked || r.name.as_ref().and_then(Text::known) == Some(asked))
    };
    let Some(repository) = estate.repositories.iter().find(named) else {
        let error = Error::new(format!("there is no repository `{asked}` in the input"));
        return Err(error.at(expectation.span));
    };
    let what = What::parse(&expectation.action);
    let service = repository.scene.service;
    let (actions, all) = what.map(|w| w.actions(service)).unwrap_or_default();
    if actions.is_empty() {
        let message = format!("`{}` is no action of ECR Public", expectation.action);
        return Err(Error::new(message).at(expectation.span).help(PULLED));
    }
    let found = holders(&repository.scene, &repository.trusted, &actions, all);
    let holder = (found.as_ref().ok()).and_then(|f| f.iter().find(|h| h.party == Party::Anyone));
    let (decision, because) = match (&found, holder.map(|h| &h.answer)) {
        (Err(why), _) => (Verdict::Unknown, vec![(*why).to_owned()]),
        (Ok(_), Some(Answer::Yes(_))) => (Verdict::Allow, Vec::new()),
        (Ok(_), Some(Answer::Unknown(why))) => (
            Verdict::Unknown,
            why.iter().map(|r| r.to_string()).collect(),
        ),
        _ => (Verdict::Deny, Vec::new()),
    };
    let witness = holder.and_then(|h| h.answer.witness());
    let by = witness.and_then(|w| repository.statement(estate, w.policy_index, w.statement));
    let by = by.map(|s| {
        (
            format!("statement {} of {}", s.statement + 1, s.policy),
            Some(s.span),
        )
    });
    Ok(Tried {
        expectation: expectation.clone(),
        decision,
        because,
        by: by.into_iter().collect(),
    })
}
