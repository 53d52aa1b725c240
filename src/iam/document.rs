//! What a policy document says, element by element, each with its place; and why AWS would refuse it.
//!
//! The grammar is that of the IAM User Guide (R1). A document that AWS would refuse is still read as far as it can be.

use super::principal::Sort;
use crate::value::{Kind, Part, Place, Reason, Text, Unknown, Value};
use std::sync::Arc;

mod read;
#[cfg(test)]
mod tests;

/// What a policy hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PolicyKind {
    /// A private repository.
    Repository,
    /// A repository of ECR Public.
    PublicRepository,
    /// A registry.
    Registry,
    /// The repositories that a creation template makes.
    CreationTemplate,
    /// A VPC endpoint.
    VpcEndpoint,
    /// Accounts of an organisation: what their principals may do.
    ServiceControl,
    /// Accounts of an organisation: what may be done with their resources.
    ResourceControl,
    /// A user, role or group.
    Identity,
    /// A user or role: the most that its own policies can allow.
    Boundary,
    /// A role: who may assume it.
    Trust,
}

impl PolicyKind {
    /// Whether its statements name principals.
    pub fn has_principals(self) -> bool {
        !matches!(
            self,
            PolicyKind::ServiceControl | PolicyKind::Identity | PolicyKind::Boundary
        )
    }

    /// Whether AWS surely refuses a statement without a principal.
    fn needs_principals(self) -> bool {
        self.has_principals() && self != PolicyKind::VpcEndpoint
    }

    /// Its words, e.g. for `because`.
    pub fn words(self) -> &'static str {
        match self {
            PolicyKind::Repository | PolicyKind::PublicRepository => "repository policy",
            PolicyKind::Registry => "registry policy",
            PolicyKind::CreationTemplate => "creation template's repository policy",
            PolicyKind::VpcEndpoint => "VPC endpoint policy",
            PolicyKind::ServiceControl => "service control policy",
            PolicyKind::ResourceControl => "resource control policy",
            PolicyKind::Identity => "identity policy",
            PolicyKind::Boundary => "permissions boundary",
            PolicyKind::Trust => "trust policy",
        }
    }
}

/// The version of the policy language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `2008-10-17`, and what a document without Version has: no policy variables.
    V2008,
    /// `2012-10-17`
    V2012,
    /// Unknown.
    Unknown,
}

/// A policy.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it hangs on.
    pub kind: PolicyKind,
    /// The version of its language.
    pub version: Version,
    /// Its statements, in order.
    pub statements: Vec<Statement>,
    /// Where it stands.
    pub place: Place,
    /// Why there may be statements that nobody can see; empty: there are none.
    pub unknown: Vec<Arc<Unknown>>,
    /// Whether a part is sensitive: never printed.
    pub sensitive: bool,
}

/// A leaf: a text, perhaps with unknown parts, and where it stands.
#[derive(Clone, Debug)]
pub struct Word {
    /// The text.
    pub text: Text,
    /// Where it stands and the way it came.
    pub place: Place,
}

impl Word {
    /// The text, where wholly known.
    pub fn known(&self) -> Option<&str> {
        self.text.known()
    }
}

/// An element with one or more texts: Action, NotAction, Resource, NotResource.
#[derive(Clone, Debug)]
pub struct Words {
    /// It is the `Not…` element.
    pub negated: bool,
    /// Its texts; an unknown list is one text that is nothing but a hole.
    pub words: Vec<Word>,
    /// The whole element.
    pub place: Place,
}

/// Principal or NotPrincipal.
#[derive(Clone, Debug)]
pub struct PrincipalElement {
    /// NotPrincipal.
    pub negated: bool,
    /// Who is named, with the sort of each.
    pub words: Vec<(Sort, Word)>,
    /// The whole element.
    pub place: Place,
}

/// Allow or Deny.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Allow.
    Allow,
    /// Deny.
    Deny,
    /// Not to be known, for this reason.
    Unknown(Reason),
}

/// One key of one operator.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The operator as written.
    pub operator: Arc<str>,
    /// Where the operator stands.
    pub operator_place: Place,
    /// The key as written.
    pub key: Arc<str>,
    /// The values.
    pub values: Vec<Word>,
    /// The key and its values.
    pub place: Place,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its position, from 0.
    pub index: usize,
    /// Its Sid.
    pub sid: Option<Word>,
    /// Allow or Deny.
    pub effect: Effect,
    /// Principal or NotPrincipal.
    pub principals: Option<PrincipalElement>,
    /// Action or NotAction.
    pub actions: Option<Words>,
    /// Resource or NotResource.
    pub resources: Option<Words>,
    /// Condition.
    pub conditions: Vec<Condition>,
    /// The whole statement.
    pub place: Place,
    /// Why it may hold more conditions than these, or elements that nobody can see.
    pub unknown: Option<Arc<Unknown>>,
    /// Why it may hold elements that nobody can see. A principal or action that is not there is a hole then.
    pub rest: Option<Arc<Unknown>>,
}

/// Why AWS would refuse a policy.
#[derive(Clone, Debug)]
pub struct Problem {
    /// In words: lower case, no full stop.
    pub message: String,
    /// Where.
    pub place: Place,
}

impl Document {
    /// Reads a policy from an object or from a text that holds JSON.
    pub fn read(value: &Value, kind: PolicyKind) -> (Document, Vec<Problem>) {
        read::document(value, kind)
    }

    /// A document of the same sort and language with other statements, all of which are to be seen.
    pub fn of(&self, statements: Vec<Statement>) -> Self {
        Document {
            kind: self.kind,
            version: self.version,
            statements,
            place: self.place.clone(),
            unknown: Vec::new(),
            sensitive: self.sensitive,
        }
    }

    /// Every text of the document with its place: principals, actions, resources and condition values.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.statements.iter().flat_map(Statement::words)
    }

    /// The first reason why some part is unknown.
    pub fn first_unknown(&self) -> Option<&Unknown> {
        self.first_unknown_but(|_| false)
    }

    /// As [`Document::first_unknown`], without the account, the region and the like of the deployment: whatever they are,
    /// they are well-formed.
    pub fn first_open(&self) -> Option<&Unknown> {
        self.first_unknown_but(|hole| hole.role.is_some())
    }

    fn first_unknown_but(&self, passed: impl Fn(&Unknown) -> bool) -> Option<&Unknown> {
        let holes = self
            .words()
            .flat_map(|w| w.text.parts())
            .filter_map(|p| match p {
                Part::Hole(hole) => Some(&**hole),
                Part::Lit(_) => None,
            });
        (self.unknown.first().map(|u| &**u))
            .or_else(|| holes.into_iter().find(|hole| !passed(hole)))
            .or_else(|| self.statements.iter().find_map(|s| s.unknown.as_deref()))
    }
}

impl Statement {
    /// A statement of which nothing can be seen.
    pub fn unseen(index: usize, unknown: &Arc<Unknown>, place: &Place) -> Self {
        let mut statement = Statement {
            index,
            sid: None,
            effect: Effect::Unknown(unknown.reason.clone()),
            principals: None,
            actions: None,
            resources: None,
            conditions: Vec::new(),
            place: place.clone(),
            unknown: Some(unknown.clone()),
            rest: Some(unknown.clone()),
        };
        statement.open();
        statement
    }

    /// Puts a hole where an element may stand that nobody can see. A resource that is not there takes in every one already.
    fn open(&mut self) {
        let Some(rest) = &self.rest else {
            return;
        };
        let place = self.place.clone();
        let word = || Word {
            text: Text::hole(rest.clone()),
            place: place.clone(),
        };
        self.principals.get_or_insert_with(|| PrincipalElement {
            negated: false,
            words: anybody(&word()),
            place: place.clone(),
        });
        self.actions.get_or_insert_with(|| Words {
            negated: false,
            words: vec![word()],
            place: place.clone(),
        });
    }

    /// Every text of the statement with its place.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        let principals = self
            .principals
            .iter()
            .flat_map(|p| p.words.iter().map(|(_, w)| w));
        let actions = self.actions.iter().flat_map(|w| &w.words);
        let resources = self.resources.iter().flat_map(|w| &w.words);
        let values = self.conditions.iter().flat_map(|c| &c.values);
        principals.chain(actions).chain(resources).chain(values)
    }
}

/// What stands for principals that nobody can see: identities, and services.
fn anybody(unseen: &Word) -> Vec<(Sort, Word)> {
    vec![(Sort::Aws, unseen.clone()), (Sort::Service, unseen.clone())]
}

/// A value that is text in a policy: texts, and JSON's numbers and booleans by their text (R1).
fn word(value: &Value) -> Option<Word> {
    let text = match &value.kind {
        Kind::String(text) => text.clone(),
        Kind::Bool(b) => Text::plain(b.to_string()),
        Kind::Number(n) => Text::plain(n.to_string()),
        Kind::Unknown(unknown) => Text::hole(unknown.clone()),
        Kind::Null(_) | Kind::Sequence { .. } | Kind::Mapping { .. } => return None,
    };
    Some(Word {
        text,
        place: value.place.clone(),
    })
}

/// The texts of a value that is one text or a list; what is neither is left out.
fn words(value: &Value) -> Vec<Word> {
    if let Some(word) = word(value) {
        return vec![word];
    }
    let mut out: Vec<Word> = value.items().iter().filter_map(word).collect();
    if let Some(more) = value.more() {
        out.push(Word {
            text: Text::hole(more.clone()),
            place: value.place.clone(),
        });
    }
    out
}
