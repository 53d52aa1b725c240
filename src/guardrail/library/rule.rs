//! What a guardrail is judged by: its conditions and texts, read and checked.

use super::key;
use crate::finding::Severity;
use crate::guardrail::check::{self, At, Part, Problem, Scope};
use crate::guardrail::definition::{Definition, Replaces};
use crate::guardrail::expression::Expr;
use crate::guardrail::vocabulary::{COMMON, Target};
use crate::syntax::tree::Seg;

/// The conditions and texts of a guardrail.
#[derive(Debug)]
pub(in crate::guardrail) struct Rule {
    pub(in crate::guardrail) when: Option<Expr>,
    pub(in crate::guardrail) require: Expr,
    pub(in crate::guardrail) adjust: Vec<(Expr, Severity)>,
    pub(in crate::guardrail) at: Option<At>,
    pub(in crate::guardrail) message: Vec<Part>,
    pub(in crate::guardrail) label: Option<Vec<Part>>,
    pub(in crate::guardrail) fix: Option<Vec<Part>>,
    pub(in crate::guardrail) mend: Mend,
}

/// Whether a mend replaces the resource.
#[derive(Debug)]
pub(in crate::guardrail) enum Mend {
    Unknown,
    Replaces(bool),
    When(Expr),
}

impl Default for Rule {
    /// What nothing satisfies.
    fn default() -> Self {
        Rule {
            when: None,
            require: Expr::Bool(false),
            adjust: Vec::new(),
            at: None,
            message: vec![Part::Text("the guardrail cannot be read".to_owned())],
            label: None,
            fix: None,
            mend: Mend::Unknown,
        }
    }
}

/// Gets the path of a text and what is wrong with it.
pub(super) type Tell<'t> = dyn FnMut(&[Seg], Vec<Problem>) + 't;

struct Texts<'a, 't> {
    scope: Scope<'a>,
    tell: &'a mut Tell<'t>,
}

impl Texts<'_, '_> {
    fn take<T>(&mut self, path: &[Seg], read: Result<T, Vec<Problem>>) -> Option<T> {
        read.map_err(|problems| (self.tell)(path, problems)).ok()
    }

    fn condition(&mut self, path: &[Seg], source: Option<&str>) -> Option<Expr> {
        let read = check::condition(source?, &self.scope);
        self.take(path, read)
    }

    fn message(&mut self, name: &str, source: Option<&str>) -> Option<Vec<Part>> {
        let read = check::template(source?, &self.scope);
        self.take(&[key(name)], read)
    }
}

impl Rule {
    /// Reads the conditions and texts of a definition; `None` where the guardrail cannot be judged by what is left.
    pub(super) fn read(
        definition: &Definition,
        target: &Target,
        built_in: bool,
        tell: &mut Tell<'_>,
    ) -> Option<Self> {
        let scope = Scope {
            variables: target.variables.iter().chain(COMMON).copied().collect(),
            parameters: &definition.parameters,
            built_in,
        };
        let mut texts = Texts { scope, tell };
        let when = texts.condition(&[key("when")], definition.when.as_deref());
        let require = texts.condition(&[key("require")], Some(&definition.require));
        let mut adjust = Vec::new();
        for (i, other) in definition.adjust.iter().enumerate() {
            let path = [key("adjust"), Seg::Index(i), key("when")];
            let condition = texts.condition(&path, Some(&other.when));
            adjust.extend(condition.map(|when| (when, other.severity)));
        }
        let at = definition.at.as_deref().and_then(|at| {
            let read = check::at(at, &texts.scope);
            texts.take(&[key("at")], read)
        });
        let message = texts.message("message", Some(&definition.message));
        let label = texts.message("label", definition.label.as_deref());
        let fix = texts.message("fix", definition.fix.as_deref());
        let mend = match &definition.replaces {
            None => Mend::Unknown,
            Some(Replaces::Always(always)) => Mend::Replaces(*always),
            Some(Replaces::When(condition)) => {
                let condition = texts.condition(&[key("replaces")], Some(condition));
                condition.map_or(Mend::Unknown, Mend::When)
            }
        };
        Some(Rule {
            when,
            require: require?,
            adjust,
            at,
            message: message?,
            label,
            fix,
            mend,
        })
    }
}
