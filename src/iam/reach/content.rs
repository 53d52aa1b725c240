//! What a statement says, as a key: the statements of a run have much in common, and what is asked about one alone has the same
//! answer for an equal one.

use super::{Attached, Repository, Scene};
use crate::iam::action::expand;
use crate::iam::document::{Document, Effect, Statement, Words};
use crate::iam::rule::Scope;
use crate::value::{Part, Text, Unknown};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::thread::LocalKey;

/// Answers that a thread remembers of one question.
const REMEMBERED: usize = 1024;

/// Answers by what they hang on.
pub(super) type Memory<T> = RefCell<HashMap<Key, T>>;

/// The answer to a question, found once for each key.
pub(super) fn remembered<T: Clone>(
    memory: &'static LocalKey<Memory<T>>,
    key: Key,
    find: impl FnOnce() -> T,
) -> T {
    if let Some(known) = memory.with_borrow(|m| m.get(&key).cloned()) {
        return known;
    }
    let found = find();
    memory.with_borrow_mut(|m| {
        if m.len() >= REMEMBERED {
            m.clear();
        }
        m.insert(key, found.clone());
    });
    found
}

/// The Denies of a policy that may take back something that a statement gives: those with an action in common.
pub(super) fn denies<'a>(document: &'a Document, of: &Statement) -> Vec<&'a Statement> {
    let given = named(of);
    let meet = |deny: &&Statement| match (&given, named(deny)) {
        (Some(given), Some(taken)) => !given.is_disjoint(&taken),
        _ => true,
    };
    let all = document.statements.iter();
    all.filter(|s| s.effect == Effect::Deny)
        .filter(meet)
        .collect()
}

/// The actions that a statement names; `None`: it names those that it leaves out, or some that are not known.
fn named(statement: &Statement) -> Option<BTreeSet<&'static str>> {
    let words = statement.actions.as_ref().filter(|a| !a.negated)?;
    let mut out = BTreeSet::new();
    for word in &words.words {
        out.extend(expand(word.known()?).iter().map(|a| a.name.as_str()));
    }
    Some(out)
}

/// Everything that an answer hangs on, spelled so that nothing else is spelled alike: each text with its length before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Key(Vec<u8>);

impl Key {
    /// A statement of a policy by itself, in its surroundings. Where it stands, and in which policy, does not count.
    pub(super) fn of_statement(scene: &Scene, attached: &Attached, statement: &Statement) -> Self {
        let mut key = Self::around(scene, attached, statement.resources.is_some());
        key.principals(statement);
        key.statement(statement);
        key
    }

    /// A statement of a policy without its principals, and the Denies of the policy.
    pub(super) fn beside_denies(scene: &Scene, attached: &Attached, statement: &Statement) -> Self {
        let document = &attached.document;
        let denies = denies(document, statement);
        let mut all = denies.iter().copied().chain([statement]);
        let named = all.any(|s| s.resources.is_some());
        let mut key = Self::around(scene, attached, named);
        key.statement(statement);
        key.count(document.unknown.len());
        for unknown in &document.unknown {
            key.word(&unknown.reason);
        }
        for deny in denies {
            key.principals(deny);
            key.statement(deny);
        }
        key
    }

    /// With a word more.
    pub(super) fn with(&self, tag: u8, word: &str) -> Self {
        let mut key = self.clone();
        key.tag(tag);
        key.word(word);
        key
    }

    /// The surroundings. Which repository it is counts only where (`named`) resources are named.
    fn around(scene: &Scene, attached: &Attached, named: bool) -> Self {
        let mut key = Key(Vec::with_capacity(512));
        key.tag(scene.service as u8);
        for given in [
            &scene.account,
            &scene.region,
            &scene.partition,
            &scene.organization,
        ] {
            key.maybe(given.as_deref());
        }
        match &scene.repository {
            Repository::Named(name) if named => {
                key.tag(b'n');
                key.text(name);
            }
            Repository::Named(_) => key.tag(b'-'),
            Repository::Any => key.tag(b'*'),
        }
        match &attached.scope {
            Scope::V1 => key.tag(1),
            Scope::V2 => key.tag(2),
            Scope::Beyond => key.tag(3),
            Scope::Unknown(why) => {
                key.tag(4);
                key.word(why);
            }
        }
        key.tag(attached.document.kind as u8);
        key.tag(attached.document.version as u8);
        key
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.effect {
            Effect::Allow => self.tag(1),
            Effect::Deny => self.tag(2),
            Effect::Unknown(why) => {
                self.tag(3);
                self.word(why);
            }
        }
        for doubt in [&statement.unknown, &statement.rest] {
            self.maybe(doubt.as_ref().map(|u| &*u.reason));
        }
        self.words(statement.actions.as_ref());
        self.words(statement.resources.as_ref());
        self.count(statement.conditions.len());
        for condition in &statement.conditions {
            self.word(&condition.operator);
            self.word(&condition.key);
            self.count(condition.values.len());
            for value in &condition.values {
                self.text(&value.text);
            }
        }
    }

    fn principals(&mut self, statement: &Statement) {
        match &statement.principals {
            Some(element) => {
                self.tag(element.negated.into());
                self.count(element.words.len());
                for (sort, word) in &element.words {
                    self.tag(*sort as u8);
                    self.text(&word.text);
                }
            }
            None => self.tag(b'-'),
        }
    }

    fn words(&mut self, words: Option<&Words>) {
        let Some(words) = words else {
            return self.tag(b'-');
        };
        self.tag(words.negated.into());
        self.count(words.words.len());
        for word in &words.words {
            self.text(&word.text);
        }
    }

    fn text(&mut self, text: &Text) {
        let parts = text.parts();
        self.count(parts.len());
        for part in parts {
            match part {
                Part::Lit(lit) => {
                    self.tag(b'l');
                    self.word(&lit.text);
                }
                Part::Hole(hole) => self.hole(hole),
            }
        }
    }

    /// What is known of an unknown part.
    fn hole(&mut self, hole: &Arc<Unknown>) {
        self.tag(b'h');
        self.word(&hole.reason);
        self.tag(hole.role.map_or(0, |role| role as u8 + 1));
        self.maybe(hole.prefix.as_deref());
        self.maybe(hole.identity.as_deref());
        match &hole.source {
            Some((address, attribute)) => {
                self.tag(b'+');
                self.word(address);
                self.word(attribute);
            }
            None => self.tag(b'-'),
        }
    }

    fn tag(&mut self, tag: u8) {
        self.0.extend([0xff, tag]);
    }

    fn count(&mut self, count: usize) {
        self.0.extend((count as u64).to_le_bytes());
    }

    fn word(&mut self, word: &str) {
        self.count(word.len());
        self.0.extend(word.as_bytes());
    }

    fn maybe(&mut self, word: Option<&str>) {
        match word {
            Some(word) => {
                self.tag(b'+');
                self.word(word);
            }
            None => self.tag(b'-'),
        }
    }
}
