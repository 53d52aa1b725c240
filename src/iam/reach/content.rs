//! What a statement says, as a key: the statements of a run have much in common, and what is asked about one alone has the same
//! answer for an equal one.

use super::{Attached, Repository, Scene, Trusted};
use crate::iam::action::expand;
use crate::iam::document::{Condition, Document, Effect, Statement, Word, Words};
use crate::iam::principal::{Sort, account_of};
use crate::iam::rule::Scope;
use crate::value::{Part, Text, Unknown};
use crate::world::is_account;
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

/// The Denies of a policy that may take back something that a statement gives: those that may speak of somebody to whom it gives
/// it, with an action in common.
pub(super) fn denies<'a>(document: &'a Document, of: &Statement) -> Vec<&'a Statement> {
    let (given, whom) = (named(of), whom(of));
    let meet = |deny: &&Statement| match (&given, named(deny)) {
        (Some(given), Some(taken)) => !given.is_disjoint(&taken),
        _ => true,
    };
    let speaks = |deny: &&Statement| whom.as_ref().is_none_or(|w| may_speak_of(deny, w));
    let all = document.statements.iter();
    all.filter(|s| s.effect == Effect::Deny)
        .filter(speaks)
        .filter(meet)
        .collect()
}

/// The accounts and services of a statement's principals; `None`: others, too, or some that are not known.
fn whom(statement: &Statement) -> Option<BTreeSet<&str>> {
    let element = statement.principals.as_ref().filter(|p| !p.negated)?;
    element.words.iter().map(of_word).collect()
}

/// The account or the service of a principal.
fn of_word((sort, word): &(Sort, Word)) -> Option<&str> {
    let word = word.known()?;
    match sort {
        Sort::Aws if is_account(word) => Some(word),
        Sort::Aws => account_of(word),
        Sort::Service | Sort::Other => Some(word),
    }
}

/// Whether a statement may speak of somebody of these accounts and services: whether it is not for certain about others only.
fn may_speak_of(statement: &Statement, whom: &BTreeSet<&str>) -> bool {
    let Some(element) = statement.principals.as_ref().filter(|p| !p.negated) else {
        return true;
    };
    let another = |word| of_word(word).is_some_and(|w| !whom.contains(w));
    element.words.is_empty() || !element.words.iter().all(another)
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

/// A list of accounts and its number.
type Numbered = (Arc<BTreeSet<String>>, u64);

thread_local! {
    /// Lists of accounts that a thread has met lately, and the next number.
    static LISTS: RefCell<(Vec<Numbered>, u64)> = const { RefCell::new((Vec::new(), 0)) };
}

/// Stands for a list of accounts, which may be long: no other list has its number.
fn number(accounts: &Arc<BTreeSet<String>>) -> u64 {
    LISTS.with_borrow_mut(|(met, next)| {
        let same = |(list, _): &&Numbered| Arc::ptr_eq(list, accounts) || list == accounts;
        if let Some((_, number)) = met.iter().find(same) {
            return *number;
        }
        *next += 1;
        met.insert(0, (accounts.clone(), *next));
        met.truncate(8);
        *next
    })
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

    /// A statement of a policy without its principals, and the Denies of the policy that may be about them.
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
        let Scene {
            service,
            account,
            region,
            partition,
            organization,
            repository,
            known,
            policies: _, // the one that is asked about is `attached`
        } = scene;
        key.tag(*service as u8);
        for given in [account, region, partition, organization] {
            key.maybe(given.as_deref());
        }
        key.known(known);
        match repository {
            Repository::Named(name) if named => {
                key.tag(b'n');
                key.text(name);
            }
            Repository::Named(_) => key.tag(b'-'),
            Repository::Any => key.tag(b'*'),
            Repository::Except(names) => {
                key.tag(b'!');
                key.tag(u8::from(named));
                for name in names.iter().filter(|_| named) {
                    key.word(name);
                }
                key.tag(b'!');
            }
        }
        let Attached {
            name: _, // for people
            document,
            scope,
        } = attached;
        match scope {
            Scope::V1 => key.tag(1),
            Scope::V2 => key.tag(2),
            Scope::Beyond => key.tag(3),
            Scope::Unknown(why) => {
                key.tag(4);
                key.word(why);
            }
        }
        let Document {
            kind,
            version,
            statements: _, // the one that is asked about, and what is beside it, are spelled by themselves
            place: _,
            unknown: _, // where it counts, it is spelled
            sensitive,  // of the reasons, it says what they quote
        } = &**document;
        key.tag(*kind as u8);
        key.tag(*version as u8);
        key.tag(u8::from(*sensitive));
        key
    }

    fn known(&mut self, known: &Trusted) {
        let Trusted {
            organization,
            accounts,
            trusted_accounts,
        } = known;
        self.maybe(organization.as_deref());
        match accounts {
            Some(accounts) => {
                self.tag(b'+');
                self.0.extend(number(accounts).to_le_bytes());
            }
            None => self.tag(b'-'),
        }
        self.count(trusted_accounts.len());
        trusted_accounts.iter().for_each(|id| self.word(id));
    }

    fn statement(&mut self, statement: &Statement) {
        let Statement {
            index: _,
            sid: _,
            effect,
            principals: _, // spelled where they count
            actions,
            resources,
            conditions,
            place: _,
            unknown,
            rest,
        } = statement;
        match effect {
            Effect::Allow => self.tag(1),
            Effect::Deny => self.tag(2),
            Effect::Unknown(why) => {
                self.tag(3);
                self.word(why);
            }
        }
        for doubt in [unknown, rest] {
            self.maybe(doubt.as_ref().map(|u| &*u.reason));
        }
        self.words(actions.as_ref());
        self.words(resources.as_ref());
        self.count(conditions.len());
        for condition in conditions {
            let Condition {
                operator,
                operator_place: _,
                key,
                values,
                place: _,
            } = condition;
            self.word(operator);
            self.word(key);
            self.count(values.len());
            for value in values {
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
        let Unknown {
            ty: _, // a hole is a text
            reason,
            settle: _,
            not_null: _,
            prefix,
            order_only: _,
            either: _, // what is one of several is not looked at in a policy
            role,
            identity,
            source,
        } = &**hole;
        self.tag(b'h');
        self.word(reason);
        self.tag(role.map_or(0, |role| role as u8 + 1));
        self.maybe(prefix.as_deref());
        self.maybe(identity.as_deref());
        match source {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::document::PolicyKind;
    use crate::value::Value;

    #[test]
    fn whom_the_owner_names_tells_keys_apart() {
        let files = crate::span::Files::default();
        let span = crate::span::Span::new(files.add("a", ""), 0, 0);
        let text = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "ecr:*"}}"#;
        let (document, _) = Document::read(&Value::text(text, span), PolicyKind::Repository);
        let attached = Attached {
            name: "policy".into(),
            document: Arc::new(document),
            scope: Scope::V2,
        };
        let key = |accounts: &[&str], trusted: &[&str]| {
            let accounts: BTreeSet<String> = accounts.iter().map(|a| (*a).to_owned()).collect();
            let scene = Scene {
                known: Trusted {
                    accounts: (!accounts.is_empty()).then(|| Arc::new(accounts)),
                    trusted_accounts: trusted.iter().map(|a| (*a).to_owned()).collect(),
                    ..Trusted::default()
                },
                ..Scene::default()
            };
            Key::of_statement(&scene, &attached, &attached.document.statements[0])
        };
        let all = [
            key(&[], &[]),
            key(&["1"], &[]),
            key(&["2"], &[]),
            key(&["1"], &["2"]),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(!all[..i].contains(one), "{i}");
        }
        assert_eq!(key(&["1"], &["2"]), key(&["1"], &["2"]));
    }
}
