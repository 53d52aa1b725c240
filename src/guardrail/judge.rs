//! Judges one guardrail on one target.

use super::check::{At, Part, Step};
use super::evaluate::{Machine, ParameterValue, Reason, STEPS, UNKNOWN, Val, Why, show};
use super::expression::{Expr, Key};
use super::library::{Guardrail, Mend};
use super::settings::Settings;
use super::vocabulary::Subject;
use crate::config::Error;
use crate::finding::{Outcome, Severity, Witness};
use crate::value::{Cause, Place, SENSITIVE, Value};
use std::collections::BTreeMap;

/// What judging came to.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Satisfied, violated or undetermined.
    pub outcome: Outcome,
    /// How bad.
    pub severity: Severity,
    /// What is wrong, or why it cannot be told; empty where satisfied.
    pub message: String,
    /// What the caret says.
    pub label: Option<String>,
    /// Where the caret goes.
    pub place: Place,
    /// Why it cannot be told.
    pub because: Vec<String>,
    /// Of what sort all these reasons are; `Other` where they are of several.
    pub cause: Cause,
    /// What would settle it.
    pub settle: Option<String>,
    /// How to mend it.
    pub fix: Option<String>,
    /// Whether the mend replaces the resource; `None` where that cannot be told.
    pub replaces: Option<bool>,
    /// The request that shows it.
    pub witness: Option<Witness>,
}

impl Guardrail {
    /// Judges a subject; `None` where the guardrail does not apply to it. `common` holds `organization` and `registry`.
    ///
    /// Violated: `when` certainly holds and `require` certainly does not. Satisfied: one of the two is certainly the
    /// other way round. Else undetermined.
    ///
    /// # Errors
    /// A condition of the user's takes more steps than anybody waits for.
    pub fn judge(
        &self,
        subject: &Subject,
        settings: &Settings,
        common: &BTreeMap<&'static str, Value>,
    ) -> Result<Option<Judgement>, Error> {
        let scene = Scene {
            subject,
            common,
            parameters: &settings.parameters,
        };
        let rule = self.rule();
        let when = match &rule.when {
            Some(when) => self.holds(&scene, "when", when)?,
            None => Ok(true),
        };
        if matches!(when, Ok(false)) {
            return Ok(None);
        }
        let why = match (when, self.holds(&scene, "require", &rule.require)?) {
            (_, Ok(true)) => return Ok(Some(self.satisfied(subject))),
            (Ok(_), Ok(false)) => None,
            (Err(why), Ok(false)) | (Ok(_), Err(why)) => Some(why),
            (Err(a), Err(b)) => Some(a.and(b)),
        };
        Ok(Some(self.judgement(&scene, settings, why)))
    }

    /// Whether a condition holds, or why that cannot be known.
    fn holds(
        &self,
        scene: &Scene<'_>,
        name: &str,
        condition: &Expr,
    ) -> Result<Result<bool, Why>, Error> {
        let mut machine = scene.machine();
        let holds = machine.holds(condition);
        if !machine.is_spent() || self.built_in {
            return Ok(holds);
        }
        let message = format!(
            "`{name}` of guardrail `{}` takes more than {STEPS} steps for one `{}`",
            self.id, self.target.name
        );
        let help = "loops in loops over long lists take long: narrow the lists by `filter` first, or choose a target that has one subject for each element";
        Err(Error::new(message).at(self.place_of(name)).help(help))
    }

    fn satisfied(&self, subject: &Subject) -> Judgement {
        Judgement {
            outcome: Outcome::Satisfied,
            severity: self.definition.severity,
            message: String::new(),
            label: None,
            place: subject.place.clone(),
            because: Vec::new(),
            cause: Cause::Other,
            settle: None,
            fix: None,
            replaces: None,
            witness: None,
        }
    }

    fn judgement(&self, scene: &Scene, settings: &Settings, why: Option<Why>) -> Judgement {
        let reasons = why.as_ref().map_or(&[][..], |w| &w.reasons);
        let because: Vec<String> = reasons.iter().map(|r| r.reason.to_string()).collect();
        let settle = reasons.iter().find_map(|r| r.settle.as_deref());
        let violated = why.is_none();
        let rule = self.rule();
        Judgement {
            outcome: match violated {
                true => Outcome::Violated,
                false => Outcome::Undetermined,
            },
            severity: (settings.severity).unwrap_or_else(|| self.severity(scene)),
            message: match violated {
                true => scene.render(&rule.message),
                false => in_short(&because),
            },
            label: rule.label.as_ref().map(|label| scene.render(label)),
            place: self.place(scene.subject),
            settle: settle.map(str::to_owned),
            fix: rule.fix.as_ref().map(|fix| scene.render(fix)),
            replaces: match &rule.mend {
                Mend::Replaces(always) => Some(*always),
                Mend::When(condition) => scene.machine().holds(condition).ok(),
                Mend::Unknown => None,
            },
            witness: violated.then(|| self.witness(scene.subject)).flatten(),
            because,
            cause: shared(reasons),
        }
    }

    /// The severity of the first adjustment that certainly holds, else its own.
    fn severity(&self, scene: &Scene) -> Severity {
        let holds = |condition| matches!(scene.machine().holds(condition), Ok(true));
        let mut adjusted = self.rule().adjust.iter().filter(|(when, _)| holds(when));
        adjusted
            .next()
            .map_or(self.definition.severity, |(_, severity)| *severity)
    }

    /// Where the caret goes: as far along the way of `at` as there are values.
    pub fn place(&self, subject: &Subject) -> Place {
        let Some(At { variable, steps }) = &self.rule().at else {
            return subject.place.clone();
        };
        let Some(start) = subject.variables.get(variable) else {
            return subject.place.clone();
        };
        let mut here = start.clone();
        for step in steps {
            let next = match step {
                Step::Field(name) => here.get(name),
                Step::Element(i) => here.items().into_iter().nth(*i),
            };
            match next {
                Some(value) => here = value,
                None => break,
            }
        }
        here.place
    }

    /// The witness of a field of the target that the conditions look at.
    fn witness(&self, subject: &Subject) -> Option<Witness> {
        let (target, _) = subject.target.variables.first()?;
        let mut found = None;
        let rule = self.rule();
        let conditions = [Some(&rule.require), rule.when.as_ref()];
        for condition in conditions.into_iter().flatten() {
            condition.visit(&mut |e| {
                if let Expr::Field(object, Key::Field(name)) = e
                    && matches!(&**object, Expr::Variable(v) if v == target)
                    && found.is_none()
                {
                    found = subject.witnesses.get(name).cloned();
                }
            });
        }
        found
    }
}

struct Scene<'a> {
    subject: &'a Subject,
    common: &'a BTreeMap<&'static str, Value>,
    parameters: &'a BTreeMap<String, ParameterValue>,
}

impl<'a> Scene<'a> {
    fn machine(&self) -> Machine<'a> {
        Machine::new(&self.subject.variables, self.common, self.parameters)
    }

    fn render(&self, parts: &'a [Part]) -> String {
        let mut out = String::new();
        for part in parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Hole(e) => {
                    let mut machine = self.machine();
                    let shown = match machine.eval(e) {
                        Ok(Val::Null) => without(e).to_owned(),
                        Ok(value) => show(&value),
                        Err(_) => UNKNOWN.to_owned(),
                    };
                    match machine.sensitive {
                        true => out.push_str(SENSITIVE),
                        false => out.push_str(&clipped(shown)),
                    }
                }
            }
        }
        out
    }
}

/// What a message shows of a value, in bytes: a name may be as long as a file.
const SHOWN: usize = 2000;

fn clipped(mut shown: String) -> String {
    if shown.len() > SHOWN {
        shown.truncate(shown.floor_char_boundary(SHOWN));
        shown.push('…');
    }
    shown
}

/// The sort of all the reasons, where they are of one.
fn shared(reasons: &[Reason]) -> Cause {
    let first = reasons.first().map(|r| r.reason.cause).unwrap_or_default();
    let all = reasons.iter().all(|r| r.reason.cause == first);
    if all { first } else { Cause::Other }
}

/// The first reasons, and how many more there are.
fn in_short(because: &[String]) -> String {
    let shown: Vec<&str> = because.iter().take(3).map(String::as_str).collect();
    let mut out = shown.join("; ");
    if because.len() > shown.len() {
        out.push_str(&format!("; and {} more", because.len() - shown.len()));
    }
    out
}

/// What a message shows for null.
fn without(e: &Expr) -> &'static str {
    match e {
        Expr::Field(_, Key::Field("name")) => "(unnamed)",
        _ => "(none)",
    }
}

#[cfg(test)]
mod tests;
