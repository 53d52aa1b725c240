//! A statement by itself, beside nothing but the Denies of its policy: what a single grant of it is worth.

use super::content::{self, Key, Memory, denies};
use super::roles::around;
use super::services::OF_NAME;
use super::{
    Answer, Attached, Scene, any_role_of, any_service_for_anyone, public, service_for_anyone,
};
use crate::iam::document::{Document, Effect, PrincipalElement, Statement, Word};
use crate::iam::principal::Sort;
use crate::value::{Reason, Text};
use std::cell::OnceCell;
use std::sync::Arc;

/// A statement of a policy, taken by itself.
pub struct Alone<'a> {
    scene: &'a Scene,
    policy: usize,
    statement: &'a Statement,
    key: OnceCell<Option<Key>>,
    /// With its principals as they are.
    whole: OnceCell<Scene>,
}

/// Whether somebody can use a grant; `Err`: for this reason it cannot be told.
type Reached = Result<bool, Reason>;

/// Stands for the sort of principal where a question is about [`EVERYONE`].
const LEFT: u8 = u8::MAX;

const EVERYONE: &str = "*";

thread_local! {
    static GRANTS: Memory<Reached> = Memory::default();
}

impl<'a> Alone<'a> {
    /// A statement of a policy of a scene.
    pub fn new(scene: &'a Scene, policy: usize, statement: &'a Statement) -> Self {
        Alone {
            scene,
            policy,
            statement,
            key: OnceCell::new(),
            whole: OnceCell::new(),
        }
    }

    /// Whether a service can use a grant to it for an account that no policy names, or that it does not disclose.
    pub fn service_for_anyone(&self, sort: Sort, service: &str) -> Reached {
        self.remembered(sort as u8, service, || {
            service_for_anyone(&self.granting(sort, service), service)
        })
    }

    /// Whether a grant to everyone is left to services, by what is said of them, and one can use it for an account that no policy
    /// names, or that it does not disclose.
    pub fn left_to_services(&self, sort: Sort) -> Reached {
        let beside = (self.scene.policies.get(self.policy))
            .map(|attached| denies(&attached.document, self.statement));
        let mut all = beside.into_iter().flatten().chain([self.statement]);
        let keyed = |key: &str| OF_NAME.contains(&key.to_ascii_lowercase().as_str());
        if !all.any(|s| s.conditions.iter().any(|c| keyed(&c.key))) {
            return Ok(false);
        }
        self.remembered(LEFT, EVERYONE, || {
            let scene = self.granting(sort, EVERYONE);
            match public(&scene) {
                Answer::Yes(_) => Answer::No,
                _ => any_service_for_anyone(&scene),
            }
        })
    }

    /// Whether a role of an account that no policy names can use a grant to the account. Other principals of the statement do
    /// not matter: the account's roles are let in by its own name.
    pub fn any_role_of(&self, sort: Sort, account: &str, listed: bool) -> Reached {
        self.remembered(sort as u8, account, || match listed {
            true => {
                let whole = self
                    .whole
                    .get_or_init(|| self.beside_denies(self.statement.clone()));
                any_role_of(whole, account)
            }
            false => any_role_of(&self.granting(sort, account), account),
        })
    }

    fn remembered(&self, tag: u8, word: &str, find: impl FnOnce() -> Answer) -> Reached {
        if self.statement.effect == Effect::Deny {
            return Ok(false); // it gives nothing
        }
        let find = || match find() {
            Answer::Yes(_) => Ok(true),
            Answer::No => Ok(false),
            Answer::Unknown(reasons) => Err(reasons.first().cloned().unwrap_or_default()),
        };
        let attached = self.scene.policies.get(self.policy);
        let key = self.key.get_or_init(|| {
            attached.map(|attached| Key::beside_denies(self.scene, attached, self.statement))
        });
        match key {
            Some(key) => content::remembered(&GRANTS, key.with(tag, word), find),
            None => find(),
        }
    }

    /// With one principal.
    fn granting(&self, sort: Sort, principal: &str) -> Scene {
        let place = self.statement.place.clone();
        let word = Word {
            text: Text::plain(principal),
            place: place.clone(),
        };
        self.beside_denies(Statement {
            principals: Some(PrincipalElement {
                negated: false,
                words: vec![(sort, word)],
                place,
            }),
            ..self.statement.clone()
        })
    }

    /// A statement made of this one, beside the Denies that may be about this one's principals.
    fn beside_denies(&self, statement: Statement) -> Scene {
        let Some(attached) = self.scene.policies.get(self.policy) else {
            return self.scene.clone();
        };
        let document = &attached.document;
        let denies = denies(document, self.statement);
        let statements = std::iter::once(&statement).chain(denies).cloned();
        let document = Document {
            unknown: document.unknown.clone(),
            ..document.of(statements.collect())
        };
        Scene {
            policies: vec![Attached {
                document: Arc::new(document),
                ..attached.clone()
            }],
            ..around(self.scene)
        }
    }
}
