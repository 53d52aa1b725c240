//! What a Hook is asked: the invocation as CloudFormation sends it to a Lambda function.
//! <https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/lambda-hooks-create-lambda-function.html>
//!
//! The page's listings and its examples disagree about letters (`clientRequesttoken`, `stackID`) and about which keys are
//! there, so that keys are found whatever their case, and what is asked follows from what is there.

use crate::span::{FileId, Files, Span};
use crate::syntax::scalar::Scalars;
use crate::syntax::tree::{Node, Tree};
use crate::syntax::{json, tree};
use crate::world::Target;
use crate::world::is_account;
use crate::world::region::partition_of;

/// An invocation.
#[derive(Debug)]
pub struct Request {
    /// `clientRequestToken`, to be echoed; empty where there is none.
    pub token: String,
    /// Where it is deployed, as far as the invocation tells.
    pub place: Target,
    /// The stack's name; `None` for a request of Cloud Control.
    pub stack: Option<String>,
    /// What is about to happen.
    pub action: Option<Action>,
    /// What it is about to happen to.
    pub subject: Subject,
}

/// What is about to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// `CREATE_PRE_PROVISION`
    Create,
    /// `UPDATE_PRE_PROVISION`
    Update,
    /// `DELETE_PRE_PROVISION`
    Delete,
}

/// What a Hook is asked about.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of it for each invocation"
)]
pub enum Subject {
    /// One resource, its properties resolved; for RESOURCE and CLOUD_CONTROL.
    Resource {
        /// Its type.
        kind: String,
        /// Its logical id; one that AWS makes up for Cloud Control.
        id: String,
        /// Its properties; `None`: the invocation has none.
        properties: Option<Tree>,
        /// Its properties before.
        previous: Option<Tree>,
        /// Where the id stands.
        span: Span,
    },
    /// A stack's template, behind a presigned URL.
    Stack {
        /// The URL.
        payload: String,
    },
    /// A change set, behind a presigned URL.
    ChangeSet {
        /// The URL.
        payload: String,
    },
}

/// Why an invocation cannot be answered with a verdict; the token is echoed where it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Malformed {
    /// `clientRequestToken`.
    pub token: String,
    /// What is wrong, in words.
    pub message: String,
}

impl Request {
    /// Whether it comes from the Cloud Control API, where there is no stack.
    pub fn is_cloud_control(&self) -> bool {
        self.stack.is_none()
    }

    /// `RESOURCE`, `CLOUD_CONTROL`, `STACK` or `CHANGE_SET`.
    pub fn operation(&self) -> &'static str {
        match &self.subject {
            Subject::Resource { .. } if self.is_cloud_control() => "CLOUD_CONTROL",
            Subject::Resource { .. } => "RESOURCE",
            Subject::Stack { .. } => "STACK",
            Subject::ChangeSet { .. } => "CHANGE_SET",
        }
    }

    /// What stands for the path of a file in findings, and for the root in waivers: `stack:NAME`, or `cloud-control`. No file
    /// of that name is ever looked for.
    pub fn root(&self) -> String {
        root_name(self.stack.as_deref())
    }
}

fn root_name(stack: Option<&str>) -> String {
    stack.map_or_else(
        || "cloud-control".to_owned(),
        |name| format!("stack:{name}"),
    )
}

/// Reads an invocation.
///
/// # Errors
/// Where it is not JSON, or lacks what a verdict takes.
pub fn read(files: &Files, body: &[u8]) -> Result<Request, Malformed> {
    let malformed = |message: String| Malformed {
        token: String::new(),
        message,
    };
    let text = std::str::from_utf8(body)
        .map_err(|e| malformed(format!("not UTF-8 from byte {} on", e.valid_up_to())))?;
    // The name of the file follows from what stands in it, so that it is read a first time without one.
    let tree = parse(&Files::default(), "request", text).map_err(malformed)?;
    let token = text_of(&tree, "clientRequestToken").unwrap_or_default();
    let fail = |message: &str| Malformed {
        token: token.clone(),
        message: message.to_owned(),
    };
    if !matches!(tree.node, Node::Mapping(_)) {
        return Err(fail("an invocation is a JSON object"));
    }
    let stack_id = text_of(&tree, "stackId").unwrap_or_default();
    let stack = stack_name(&stack_id);
    let name = root_name(stack.as_deref());
    let tree = parse(files, &name, text).map_err(|e| fail(&e))?;
    let action = action(&tree).map_err(|e| fail(&e))?;
    let subject = subject(&tree).map_err(|e| fail(&e))?;
    let place = place(&tree, &stack_id);
    Ok(Request {
        token,
        place,
        stack,
        action,
        subject,
    })
}

fn parse(files: &Files, name: &str, text: &str) -> Result<Tree, String> {
    let id: FileId = files.add(name, text);
    let (tree, problems) = json::parse(files, id);
    tree.ok_or_else(|| {
        let why = problems.into_iter().next();
        let why = why.map_or_else(String::new, |d| format!(": {}", d.message));
        format!("the invocation is not JSON{why}")
    })
}

fn action(tree: &Tree) -> Result<Option<Action>, String> {
    let Some(name) = text_of(tree, "actionInvocationPoint") else {
        return Ok(None);
    };
    match name.as_str() {
        "CREATE_PRE_PROVISION" => Ok(Some(Action::Create)),
        "UPDATE_PRE_PROVISION" => Ok(Some(Action::Update)),
        "DELETE_PRE_PROVISION" => Ok(Some(Action::Delete)),
        _ => Err(format!(
            "unknown `actionInvocationPoint` `{}`",
            shown(&name)
        )),
    }
}

fn subject(tree: &Tree) -> Result<Subject, String> {
    let data = find(tree, "requestData").ok_or("`requestData` is missing")?;
    let target = text_of(data, "targetName").ok_or("`requestData.targetName` is missing")?;
    let payload = || {
        text_of(data, "payload")
            .filter(|url| !url.is_empty())
            .ok_or_else(|| "`requestData.payload` is missing".to_owned())
    };
    match target.as_str() {
        "STACK" => {
            return Ok(Subject::Stack {
                payload: payload()?,
            });
        }
        "CHANGE_SET" => {
            return Ok(Subject::ChangeSet {
                payload: payload()?,
            });
        }
        _ => {}
    }
    let (id, span) = match find(data, "targetLogicalId") {
        Some(id) => (id.str().unwrap_or(&target).to_owned(), id.span),
        None => (target.clone(), data.span),
    };
    let model = find(data, "targetModel");
    let properties = |name| {
        let found = find(model?, name)?;
        (!found.is_null(Scalars::Json)).then(|| found.clone())
    };
    Ok(Subject::Resource {
        kind: target,
        id,
        properties: properties("resourceProperties").or_else(|| bare(model?)),
        previous: properties("previousResourceProperties"),
        span,
    })
}

/// The properties of a resource that sets none: the model is there and names them, but holds null.
fn bare(model: &Tree) -> Option<Tree> {
    let named = find(model, "resourceProperties")?;
    Some(Tree::new(Node::Mapping(Vec::new()), named.span))
}

/// Where it is deployed: `awsAccountId`, and the region of the first ARN that names one.
fn place(tree: &Tree, stack_id: &str) -> Target {
    let model = find(tree, "hookModel");
    let function = model.and_then(|m| text_of(m, "LambdaFunction"));
    let change_set = text_of(tree, "changeSetId");
    let arns = [Some(stack_id.to_owned()), change_set, function];
    let mut parts = arns.iter().flatten().filter_map(|arn| arn_parts(arn));
    let arn = parts.next();
    let account = text_of(tree, "awsAccountId").filter(|a| is_account(a));
    let region = arn.as_ref().map(|(_, region, _)| region.clone());
    let partition = (region.as_deref().and_then(partition_of).map(str::to_owned))
        .or_else(|| arn.as_ref().map(|(partition, ..)| partition.clone()));
    Target {
        account: account.or_else(|| arn.map(|(.., account)| account)),
        region,
        partition,
    }
}

/// Partition, region and account of an ARN that names all of them.
fn arn_parts(arn: &str) -> Option<(String, String, String)> {
    let mut parts = arn.split(':');
    let (head, partition) = (parts.next()?, parts.next()?);
    let (region, account) = (parts.nth(1)?, parts.next()?);
    let whole = head == "arn" && !partition.is_empty() && !region.is_empty() && is_account(account);
    whole.then(|| (partition.to_owned(), region.to_owned(), account.to_owned()))
}

/// The name in `arn:…:stack/NAME/ID`; what is no such ARN and not empty is taken for the name itself.
fn stack_name(id: &str) -> Option<String> {
    let name = match id.split_once(":stack/") {
        Some((_, rest)) => rest.split('/').next().unwrap_or(rest),
        None => id,
    };
    (!name.trim().is_empty()).then(|| shown(name))
}

/// A name that others chose, as far as it is shown: short, and without characters that could be taken for more than a name.
pub(super) fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(256).collect()
}

/// The value of a key, whatever the case of its letters; the exact key first.
pub(super) fn find<'t>(tree: &'t Tree, key: &str) -> Option<&'t Tree> {
    tree.get(key).or_else(|| {
        let mut entries = tree.entries().iter();
        let same = |(k, _): &&(tree::Tree, tree::Tree)| {
            k.str().is_some_and(|k| k.eq_ignore_ascii_case(key))
        };
        entries.find(same).map(|(_, value)| value)
    })
}

/// The text of a key.
pub(super) fn text_of(tree: &Tree, key: &str) -> Option<String> {
    let found = find(tree, key).filter(|t| !t.is_null(Scalars::Json))?;
    found.str().map(str::to_owned)
}
