//! Repositories whose template a program writes, where nobody can mend it in the code.

use crate::iam::document::{Document, Effect, Statement};
use crate::iam::principal::Sort;
use crate::inventory::Resource;
use crate::resource::glob;
use crate::value::{Place, Value, Via};

/// `sam deploy` keeps a stack of repositories for the images of functions, and writes its template anew each time. It marks
/// them by these tags: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-cli-command-reference-sam-deploy.html>.
const SAM: &str = "AWS SAM CLI";
const SAM_SOURCE: (&str, &str) = ("ManagedStackSource", "AwsSamCli");
const SAM_STACK: &str = "AwsSamCliCompanionStack";

/// What Lambda may do with such a repository by the policy that SAM gives it.
const SAM_ACTIONS: [&str; 3] = [
    "ecr:GetDownloadUrlForLayer",
    "ecr:GetRepositoryPolicy",
    "ecr:BatchGetImage",
];

/// `cdk bootstrap` makes one repository for the images of all apps, by a template of its own:
/// <https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html>.
const CDK: &str = "AWS CDK";
const CDK_ID: &str = "ContainerAssetsRepository";
const CDK_NAME: &str = "cdk-*-container-assets-*";
/// Its parameter that gives another name.
const CDK_PARAMETER: &str = "ContainerAssetsRepositoryName";

/// The program that writes the template of a repository; null where that is not sure.
pub(super) fn by(resource: &Resource, place: &Place) -> Value {
    let program = match (is_of_sam(resource), is_of_cdk(resource)) {
        (true, _) => Some(SAM),
        (_, true) => Some(CDK),
        _ => None,
    };
    named(program, place)
}

/// The program that wrote a repository's policy, and nobody else any of it; null where that is not sure.
pub(super) fn policy_by(resource: &Resource, document: &Document, place: &Place) -> Value {
    let statements = &document.statements;
    let all = document.unknown.is_empty() && statements.iter().all(is_by_sam);
    named((all && is_of_sam(resource)).then_some(SAM), place)
}

fn named(program: Option<&str>, place: &Place) -> Value {
    match program {
        Some(program) => super::text(program, place),
        None => super::null(place),
    }
}

fn is_of_cdk(resource: &Resource) -> bool {
    let name = resource.field("name");
    let given = |via: &Via| matches!(via, Via::Variable(name) if **name == *CDK_PARAMETER);
    let named = name.as_text().and_then(|t| glob::matches(CDK_NAME, t)) == Some(true)
        || name.place.steps().any(|step| given(&step.via));
    resource.raw.kind == "AWS::ECR::Repository" && resource.raw.address == CDK_ID && named
}

fn is_of_sam(resource: &Resource) -> bool {
    let tags = resource.field("tags");
    let tag = |name: &str| tags.get(name).and_then(|v| v.as_str().map(str::to_owned));
    resource.raw.kind == "AWS::ECR::Repository"
        && tag(SAM_SOURCE.0).as_deref() == Some(SAM_SOURCE.1)
        && tag(SAM_STACK).is_some()
}

fn is_by_sam(statement: &Statement) -> bool {
    let lambda = statement.principals.as_ref().is_some_and(|principals| {
        let mut words = principals.words.iter();
        !principals.negated
            && words.all(|(sort, word)| {
                *sort == Sort::Service && word.known() == Some("lambda.amazonaws.com")
            })
    });
    let pulls = statement.actions.as_ref().is_some_and(|actions| {
        let known = |word: Option<&str>| word.is_some_and(|w| SAM_ACTIONS.contains(&w));
        !actions.negated && actions.words.iter().all(|w| known(w.known()))
    });
    let whole = statement.unknown.is_none() && statement.rest.is_none();
    whole && statement.effect == Effect::Allow && lambda && pulls
}
