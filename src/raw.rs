//! What every reader of infrastructure code yields: resources with their attributes, before anything knows what ECR is.

use crate::span::Span;
use crate::value::{Unknown, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One thing that is deployed as a whole: a root module, a plan, a template (in one case of its conditions), a hook's request.
#[derive(Clone, Debug, Default)]
pub struct Root {
    /// The path of the root module's directory, of the plan or of the template, as given on the command line.
    pub name: String,
    /// Which language it came in.
    pub form: Form,
    /// The case of the template's undecided conditions that this stands for, e.g. "IsProd is false"; `None`: the only case.
    pub case: Option<String>,
    /// Its resources, in a stable order.
    pub resources: Vec<RawResource>,
    /// Its outputs by name.
    pub outputs: BTreeMap<String, Value>,
    /// Parts of the input that may hold further resources which nobody can see, with the reason (a module that is not
    /// installed, a transform): absence of a resource is then no evidence.
    pub blind_spots: Vec<Arc<Unknown>>,
}

/// The language that a root came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// HCL or `.tf.json`.
    #[default]
    Terraform,
    /// `terraform show -json`.
    Plan,
    /// A CloudFormation template.
    CloudFormation,
    /// A CloudFormation Hook's request.
    Hook,
}

/// A resource (or data source) instance as it stands in the code.
#[derive(Clone, Debug)]
pub struct RawResource {
    /// `module.x.aws_ecr_repository.app["a"]`, `LogicalId`, `Stack.LogicalId`; `[*]` for an unknown number of instances.
    pub address: String,
    /// Managed or data.
    pub mode: Mode,
    /// `aws_ecr_repository`, `AWS::ECR::Repository`.
    pub kind: String,
    /// Whether it exists: `Some(false)` only for `resolve`; `None` where its condition, count or for_each is unknown.
    pub exists: Option<bool>,
    /// Why that is unknown; set where `exists` is `None`.
    pub doubt: Option<Arc<Doubt>>,
    /// Its header: the block's `resource "type" "name"`, or the logical id.
    pub span: Span,
    /// The whole block, header included.
    pub extent: Span,
    /// Its attributes in the language's own names: an object. Terraform blocks are sequences of objects.
    pub attributes: Value,
    /// The account it is deployed to, where known or said to be another one by the code: text or unknown.
    pub account: Value,
    /// The region it is deployed to: text or unknown.
    pub region: Value,
    /// What a plan or a hook does with it; empty where the form does not tell.
    pub actions: Vec<Action>,
    /// Its attributes before the change, for plans and hooks.
    pub before: Option<Value>,
    /// CloudFormation's `Metadata`, `DeletionPolicy`, `UpdateReplacePolicy`, by those names.
    pub meta: BTreeMap<String, Value>,
}

/// What it hangs on whether something exists.
#[derive(Clone, Debug, Default)]
pub struct Doubt {
    /// Why that is unknown, for the user.
    pub why: Arc<Unknown>,
    /// It exists exactly where all of these hold.
    pub conditions: BTreeSet<Condition>,
}

/// A condition that cannot be decided, as it stands in the code: what hangs on the same one exists together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// Tells it from every other one of its root.
    pub text: Arc<str>,
    /// It may make more than one instance.
    pub several: bool,
}

impl Doubt {
    /// A doubt about one condition.
    pub fn of(why: Arc<Unknown>, condition: Condition) -> Self {
        Doubt {
            why,
            conditions: BTreeSet::from([condition]),
        }
    }

    /// The doubt about something inside of something else, each of which may be doubtful; the inner reason comes first.
    pub fn within(inner: Option<Arc<Doubt>>, outer: Option<&Arc<Doubt>>) -> Option<Arc<Doubt>> {
        let (Some(own), Some(outer)) = (&inner, outer) else {
            return inner.or_else(|| outer.cloned());
        };
        Some(Arc::new(Doubt {
            why: own.why.clone(),
            conditions: own.conditions.union(&outer.conditions).cloned().collect(),
        }))
    }
}

/// Managed resource or data source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// `resource`, or a resource of a template.
    Managed,
    /// `data`
    Data,
}

/// What a plan or a hook does with a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Makes it.
    Create,
    /// Changes it in place.
    Update,
    /// Destroys it.
    Delete,
    /// Destroys and makes it again, because of these attributes (empty where the form does not tell).
    Replace(Vec<String>),
    /// Reads a data source during apply.
    Read,
    /// Leaves it as it is.
    NoOp,
}
