//! A statement made ready for judging requests: its typed holes are filled in, its patterns compiled.

use super::action::V1;
use super::condition::Clause;
use super::document::{Document, Effect, PolicyKind, Statement, Version};
use super::kleene::Tri;
use super::pattern::{Binding, Context, Glob};
use super::principal::{Caller, Level, Principals, Who};
use crate::value::Reason;
use std::sync::Arc;

/// Which actions a registry policy is asked about (R15).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Scope {
    /// Every action, and every policy that is not a registry's.
    #[default]
    V2,
    /// Only replication, import and creation.
    V1,
    /// Only what V1 is not asked about: what a change from V1 to V2 adds.
    Beyond,
    /// Either, for this reason.
    Unknown(Reason),
}

/// A policy made ready.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name, for people.
    pub name: Arc<str>,
    /// What it hangs on.
    pub kind: PolicyKind,
    /// Its rules.
    pub rules: Vec<Rule>,
}

impl Policy {
    /// A policy that allows everything to whom it is attached.
    pub fn everything(name: &str, kind: PolicyKind) -> Self {
        Policy {
            name: name.into(),
            kind,
            rules: vec![Rule {
                index: 0,
                deny: false,
                principals: None,
                actions: Some(Element {
                    negated: false,
                    globs: vec![Glob::action("*")],
                }),
                resources: None,
                clauses: Vec::new(),
                doubt: None,
                scope: Scope::V2,
            }],
        }
    }
}

/// An element with patterns: Action, Resource, or its negation.
#[derive(Clone, Debug)]
pub struct Element {
    /// `Not…`
    pub negated: bool,
    /// The patterns.
    pub globs: Vec<Glob>,
}

impl Element {
    fn fits(&self, value: &str, context: &Context) -> Tri {
        let fits = self.globs.iter().map(|g| g.fits(value, context));
        Tri::any(fits).flip(self.negated)
    }
}

/// A statement made ready. A statement of unknown effect is two rules, one of each effect, that both are in doubt.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The statement's position.
    pub index: usize,
    /// Deny, else Allow.
    pub deny: bool,
    /// Its principals; `None`: it has none (identity policies).
    pub principals: Option<Principals>,
    /// Its actions; `None`: no action.
    pub actions: Option<Element>,
    /// Its resources; `None`: what the policy hangs on.
    pub resources: Option<Element>,
    /// Its conditions.
    pub clauses: Vec<Clause>,
    /// Why it may be narrower than it looks, or not there.
    pub doubt: Option<Reason>,
    /// Which actions it is asked about.
    pub scope: Scope,
}

/// What a policy is made ready with.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// The typed holes.
    pub binding: Binding,
    /// The scope of a registry policy.
    pub scope: Scope,
}

impl Policy {
    /// The policy of a document.
    pub fn new(name: impl Into<Arc<str>>, document: &Document, setting: &Setting) -> Self {
        let mut rules = Vec::new();
        for statement in &document.statements {
            for deny in [false, true] {
                let (applies, doubt) = match &statement.effect {
                    Effect::Allow => (!deny, None),
                    Effect::Deny => (deny, None),
                    Effect::Unknown(reason) => (true, Some(reason.clone())),
                };
                if applies {
                    let mut rule = rule(document, statement, deny, setting);
                    rule.doubt = doubt.or(rule.doubt);
                    rules.push(rule);
                }
            }
        }
        for unknown in &document.unknown {
            rules.extend([false, true].map(|deny| anything(document, deny, &unknown.reason)));
        }
        if document.kind == PolicyKind::ResourceControl {
            rules.retain(|r| r.deny); // RCPFullAWSAccess cannot be detached (R14)
        }
        Policy {
            name: name.into(),
            kind: document.kind,
            rules,
        }
    }
}

fn rule(document: &Document, statement: &Statement, deny: bool, setting: &Setting) -> Rule {
    let binding = &setting.binding;
    let variables = document.version != Version::V2008;
    let principals = document.kind.has_principals().then(|| {
        let element = statement.principals.as_ref();
        let words = element.iter().flat_map(|e| &e.words);
        Principals {
            negated: element.is_some_and(|e| e.negated),
            deny,
            who: words
                .map(|(sort, w)| Who::of(*sort, &w.text, binding))
                .collect(),
        }
    });
    let actions = statement.actions.as_ref().map(|e| Element {
        negated: e.negated,
        globs: (e.words.iter())
            .map(|w| Glob::action_text(&w.text, binding))
            .collect(),
    });
    let resources = statement.resources.as_ref().map(|e| Element {
        negated: e.negated,
        globs: (e.words.iter())
            .map(|w| Glob::resource(&w.text, variables, binding))
            .collect(),
    });
    let clauses = (statement.conditions.iter())
        .map(|c| {
            let values = c.values.iter().map(|w| &w.text);
            Clause::new(&c.operator, &c.key, values, variables, binding)
        })
        .collect();
    let version = (document.version == Version::Unknown).then(|| "the Version is unknown".into());
    Rule {
        index: statement.index,
        deny,
        principals,
        actions,
        resources,
        clauses,
        doubt: statement
            .unknown
            .as_ref()
            .map(|u| u.reason.clone())
            .or(version),
        scope: match document.kind {
            PolicyKind::Registry => setting.scope.clone(),
            _ => Scope::V2,
        },
    }
}

/// A rule that may do anything, or nothing.
fn anything(document: &Document, deny: bool, reason: &Reason) -> Rule {
    Rule {
        index: document.statements.len(),
        deny,
        principals: document.kind.has_principals().then(|| Principals {
            negated: false,
            deny,
            who: vec![Who::Everyone],
        }),
        actions: Some(Element {
            negated: false,
            globs: vec![Glob::action("*")],
        }),
        resources: None,
        clauses: Vec::new(),
        doubt: Some(reason.clone()),
        scope: Scope::V2,
    }
}

impl Rule {
    /// Whether it speaks of an action.
    pub fn action(&self, action: &str) -> Tri {
        let fits = match &self.actions {
            Some(element) => element.fits(action, &Context::default()),
            None => Tri::False,
        };
        let asked = || Tri::from(V1.iter().any(|a| a.eq_ignore_ascii_case(action)));
        fits.and(match &self.scope {
            Scope::V2 => Tri::True,
            Scope::V1 => asked(),
            Scope::Beyond => asked().negate(),
            Scope::Unknown(_) => asked().or(Tri::Unknown),
        })
    }

    /// Whether it speaks of a resource.
    pub fn resource(&self, arn: &str, context: &Context) -> Tri {
        match &self.resources {
            Some(element) => element.fits(arn, context),
            None => Tri::True,
        }
    }

    /// Whether it speaks of a caller, and how.
    pub fn caller(&self, caller: &Caller, context: &Context) -> Level {
        match &self.principals {
            Some(principals) => principals.fits(caller, context),
            None => Level {
                direct: Tri::True,
                account: Tri::False,
            },
        }
    }

    /// Whether it is in doubt as a whole.
    pub fn certain(&self) -> Tri {
        match self.doubt {
            Some(_) => Tri::Unknown,
            None => Tri::True,
        }
    }

    /// Whether its conditions hold.
    pub fn conditions(&self, context: &Context) -> Tri {
        Tri::all(self.clauses.iter().map(|c| c.holds(context)))
    }
}
