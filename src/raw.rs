//! What every reader of infrastructure code yields: resources with their attributes, before anything knows what ECR is.

use crate::span::Span;
use crate::value::{Kind, Unknown, Value};
use crate::world::Export;
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
    /// It takes values of parameters, other than their defaults, of which nobody tells whether they are given: what is wrong
    /// here, and not in every case, may never be.
    pub supposed: bool,
    /// What it says about the template's conditions that matter, by name.
    pub conditions: BTreeMap<String, bool>,
    /// Its resources, in a stable order.
    pub resources: Vec<RawResource>,
    /// Its outputs by name.
    pub outputs: BTreeMap<String, Value>,
    /// Parts of the input that may hold further resources which nobody can see, with the reason (a module that is not
    /// installed, a transform): absence of a resource is then no evidence.
    pub blind_spots: Vec<Arc<Unknown>>,
    /// Calls of modules that cannot be read.
    pub unseen: Vec<Unseen>,
    /// What it exports to other stacks of its account and region.
    pub exports: Vec<Export>,
    /// The exports of other stacks that it asks for, by name.
    pub imports: BTreeSet<String>,
}

/// Something that may make resources that nobody can see.
#[derive(Clone, Debug)]
pub struct Unseen {
    /// What it is, and why nobody can.
    pub why: Arc<Unknown>,
    /// What it is given: it may attach something to a resource that is among this.
    pub given: Vec<Value>,
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
    /// Whether it exists: `Some(false)` for what the deployment removes or the plan shows as gone, and for `resolve`; `None` where its condition, count or for_each is unknown.
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
    /// What the deployment does with it, where that is told: by a plan, by a hook's request, or by a comparison with what is
    /// deployed now. `None`: the code alone does not say.
    pub change: Option<Arc<Change>>,
    /// CloudFormation's `Metadata`, `DeletionPolicy`, `UpdateReplacePolicy`, by those names; `Transform`: a macro of the
    /// user's that may still change it.
    pub meta: BTreeMap<String, Value>,
}

impl RawResource {
    /// The construct of a CDK app that it was made from: its `aws:cdk:path`.
    pub fn construct(&self) -> Option<&str> {
        match &self.meta.get("Metadata")?.kind {
            Kind::Mapping { entries, .. } => entries.get("aws:cdk:path")?.as_str(),
            _ => None,
        }
    }
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

/// What a deployment does with a resource, and what it is before that. Plans, updates that a hook is asked about and the
/// comparison with an older template all yield this.
#[derive(Clone, Debug)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// Why it may be less than that: a resource that is only perhaps replaced or removed. `None`: it is certain.
    pub doubt: Option<Arc<Unknown>>,
    /// Its attributes before, in the language's own names: an object. `None`: there was nothing, or nobody tells.
    pub before: Option<Value>,
    /// As [`RawResource::meta`], before: the `DeletionPolicy` that holds when a template no longer has the resource.
    pub meta: BTreeMap<String, Value>,
    /// The attributes whose change makes that it is replaced.
    pub forced_by: Vec<Way>,
    /// Why it is replaced or removed where no attribute is the reason, e.g. "it is tainted".
    pub because: Option<Arc<str>>,
}

/// What is done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is destroyed and made again, in either order.
    Replace,
    /// It is destroyed.
    Delete,
    /// The code lets go of it; the thing itself stays as it is.
    Forget,
    /// A data source is read during apply.
    Read,
    /// Nothing.
    Keep,
}

/// The way to a value inside a resource's attributes, in the language's own names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way(pub Vec<Key>);

/// A step of a way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// An attribute, a property, a block or the key of a map.
    Name(Arc<str>),
    /// The position in a sequence, from 0.
    Index(usize),
}

impl Change {
    /// A change of which nothing but the action is known.
    pub fn of(action: Action) -> Self {
        Change {
            action,
            doubt: None,
            before: None,
            meta: BTreeMap::new(),
            forced_by: Vec::new(),
            because: None,
        }
    }
}

impl RawResource {
    /// What is done with it, as far as that is told.
    pub fn action(&self) -> Option<Action> {
        self.change.as_ref().map(|c| c.action)
    }
}

impl Way {
    /// A way of names, as `EncryptionConfiguration.KmsKey`.
    pub fn names(dotted: &str) -> Self {
        Way(dotted.split('.').map(|n| Key::Name(n.into())).collect())
    }

    /// The value at its end; of a way that leads further than the value goes, the last value on it.
    pub fn last(&self, from: &Value) -> Value {
        let mut here = from.clone();
        for key in &self.0 {
            let next = match key {
                Key::Name(name) => here.get(name),
                Key::Index(index) => here.items().into_iter().nth(*index),
            };
            let Some(next) = next else { break };
            here = next;
        }
        here
    }
}

impl std::fmt::Display for Way {
    /// As Terraform writes it: `encryption_configuration[0].kms_key`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, key) in self.0.iter().enumerate() {
            match key {
                Key::Name(name) if position == 0 => f.write_str(name)?,
                Key::Name(name) => write!(f, ".{name}")?,
                Key::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
