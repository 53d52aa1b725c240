//! The data perimeter of Amazon ECR: six objectives and four considerations, each met, missed or not in this input.
//!
//! Source: the service-specific guidance for ECR in AWS's data perimeter policy examples. An objective is judged by the requests
//! that its policies let through, not by what is written in them: a policy of the resource's side that grants everything stands
//! beside the control, and somebody whom the control should stop is looked for.

use super::estate::{Estate, Located, Policy};
use crate::iam::document::{Document, Effect, PolicyKind, Statement, Word, Words};
use crate::iam::pattern::{Binding, Context, Glob};
use crate::iam::reach::{Answer, Witness};
use crate::span::Span;
use crate::value::{Part, Reason};
use std::sync::Arc;

mod consideration;
pub mod emit;
mod exempt;
mod objective;
mod placeholder;
mod stage;
#[cfg(test)]
mod tests;

pub use self::consideration::Consideration;
pub use self::objective::Objective;

/// What an objective or a consideration comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It holds.
    Met,
    /// It holds for some only: those that `only_for` names.
    Partly,
    /// There is a control, and it does not hold.
    Missed,
    /// There is no control in this input.
    Absent,
    /// It cannot be told.
    Unknown,
}

impl Status {
    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Status::Met => "met",
            Status::Partly => "met in part",
            Status::Missed => "missed",
            Status::Absent => "not in this input",
            Status::Unknown => "cannot tell",
        }
    }
}

/// Something that says so: a statement, a destination, an endpoint.
#[derive(Clone, Debug)]
pub struct By {
    /// What it is.
    pub words: String,
    /// Where it stands.
    pub span: Option<Span>,
}

impl From<Located> for By {
    fn from(located: Located) -> Self {
        let sid = located.sid.map(|s| format!(" ({s})"));
        By {
            words: format!(
                "statement {}{} of {}",
                located.statement + 1,
                sid.unwrap_or_default(),
                located.policy
            ),
            span: Some(located.span),
        }
    }
}

/// An objective or a consideration, judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Its name.
    pub id: &'static str,
    /// What it demands.
    pub title: &'static str,
    /// What it comes to.
    pub status: Status,
    /// What says so.
    pub by: Vec<By>,
    /// A request that should not pass and does.
    pub witness: Option<Witness>,
    /// Whom the control is for, where it is not for all.
    pub only_for: Vec<String>,
    /// What the control spares.
    pub except: Vec<String>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// Why it cannot be told.
    pub because: Vec<Reason>,
}

impl Judged {
    fn new(id: &'static str, title: &'static str, status: Status) -> Self {
        Judged {
            id,
            title,
            status,
            by: Vec::new(),
            witness: None,
            only_for: Vec::new(),
            except: Vec::new(),
            notes: Vec::new(),
            because: Vec::new(),
        }
    }

    /// Takes in what a question came to whose yes means that somebody gets through.
    fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::No if self.only_for.is_empty() => self.status = Status::Met,
            Answer::No => self.status = Status::Partly,
            Answer::Yes(witness) => {
                self.status = Status::Missed;
                self.witness = Some(*witness);
            }
            Answer::Unknown(because) => {
                self.status = Status::Unknown;
                self.because = because;
            }
        }
    }
}

/// What a policy is for.
#[derive(Clone, Debug)]
pub struct Purpose {
    /// The policy, by position in the estate.
    pub policy: usize,
    /// The objectives and considerations that it meets, wholly or in part, by itself.
    pub serves: Vec<&'static str>,
}

/// Everything, judged.
#[derive(Clone, Debug)]
pub struct Scorecard {
    /// The six objectives.
    pub objectives: Vec<Judged>,
    /// The four considerations.
    pub considerations: Vec<Judged>,
    /// What each policy of an organisation or endpoint is for.
    pub policies: Vec<Purpose>,
}

/// A control: a policy made ready to be judged.
#[derive(Clone, Debug)]
struct Control {
    policy: usize,
    name: Arc<str>,
    document: Arc<Document>,
    /// What is not filled in.
    placeholders: Vec<String>,
}

impl Control {
    fn of(estate: &Estate, position: usize, policy: &Policy) -> Self {
        let (document, placeholders) = placeholder::filled(estate, &policy.document);
        Control {
            policy: position,
            name: policy.name.clone(),
            document: Arc::new(document),
            placeholders,
        }
    }

    fn located(&self, index: usize) -> Option<Located> {
        let statement = (self.document.statements.iter()).find(|s| s.index == index)?;
        Some(Located {
            policy: self.name.clone(),
            kind: self.document.kind,
            statement: index,
            sid: super::estate::sid(&self.document, statement),
            span: statement.place.primary(),
        })
    }
}

/// Judges the input.
pub fn of(estate: &Estate) -> Scorecard {
    let controls = controls(estate);
    let objectives: Vec<Judged> = (Objective::ALL.iter())
        .map(|o| objective::judge(estate, *o, &controls, true))
        .collect();
    let considerations = (Consideration::ALL.iter())
        .map(|c| consideration::judge(estate, *c, &controls, &objectives))
        .collect();
    let mut policies: Vec<Purpose> = (controls.iter()).map(|c| purpose(estate, c)).collect();
    policies.extend(for_layers(estate));
    policies.sort_by_key(|p| p.policy);
    Scorecard {
        policies,
        objectives,
        considerations,
    }
}

/// The policies of an organisation and of endpoints.
fn controls(estate: &Estate) -> Vec<Control> {
    let kinds = [
        PolicyKind::ServiceControl,
        PolicyKind::ResourceControl,
        PolicyKind::VpcEndpoint,
    ];
    let all = estate.policies.iter().enumerate();
    all.filter(|(_, p)| kinds.contains(&p.document.kind))
        .filter(|(_, p)| p.document.kind != PolicyKind::VpcEndpoint || stage::is_ecr(estate, p))
        .map(|(i, p)| Control::of(estate, i, p))
        .collect()
}

/// Policies of endpoints for S3, through which ECR's layers are fetched.
fn for_layers(estate: &Estate) -> Vec<Purpose> {
    let others = estate.policies_of(PolicyKind::VpcEndpoint);
    let others = others.filter(|(_, p)| !stage::is_ecr(estate, p));
    let purpose = |(policy, held): (usize, &Policy)| {
        let layers = held.document.statements.iter().any(lets_layers_through);
        // an endpoint of the code may be for anything
        let said = layers || held.resource.is_none();
        said.then(|| Purpose {
            policy,
            serves: layers.then_some("image-layers").into_iter().collect(),
        })
    };
    others.filter_map(purpose).collect()
}

/// Whether a statement allows to fetch what lies in the buckets of ECR's layers.
fn lets_layers_through(statement: &Statement) -> bool {
    let words = |element: &Option<Words>| {
        let listed = element.iter().filter(|e| !e.negated);
        listed.flat_map(|e| e.words.clone()).collect::<Vec<_>>()
    };
    let bucket = |w: &Word| {
        let mut parts = w.text.parts().iter();
        parts.any(|p| matches!(p, Part::Lit(lit) if lit.text.contains("-starport-layer-bucket")))
    };
    let fetches = |w: &Word| {
        let glob = Glob::action_text(&w.text, &Binding::default());
        glob.fits("s3:GetObject", &Context::default()).must()
    };
    statement.effect == Effect::Allow
        && words(&statement.resources).iter().any(bucket)
        && words(&statement.actions).iter().any(fetches)
}

fn purpose(estate: &Estate, control: &Control) -> Purpose {
    let alone = std::slice::from_ref(control);
    let good = |j: &Judged| matches!(j.status, Status::Met | Status::Partly);
    let objectives: Vec<Judged> = (Objective::ALL.iter())
        .map(|o| objective::judge(estate, *o, alone, false))
        .collect();
    let mut serves: Vec<&'static str> = (objectives.iter().filter(|j| good(j)))
        .map(|j| j.id)
        .collect();
    for consideration in Consideration::ALL {
        if *consideration != Consideration::ReplicationDestinations {
            let judged = consideration::judge(estate, *consideration, alone, &objectives);
            serves.extend(Some(judged.id).filter(|_| good(&judged)));
        }
    }
    Purpose {
        policy: control.policy,
        serves,
    }
}

/// The names of all objectives and considerations.
pub fn names() -> impl Iterator<Item = &'static str> {
    let objectives = Objective::ALL.iter().map(|o| o.id());
    objectives.chain(Consideration::ALL.iter().map(|c| c.id()))
}
