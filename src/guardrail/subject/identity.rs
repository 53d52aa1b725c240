//! Policies of identities as targets: those that stand for themselves, those that stand in a role, a user, a group or a
//! permission set, and the managed ones that are attached.

use super::{Context, about, elements, flag, list, part, placed, text};
use crate::guardrail::vocabulary::Subject;
use crate::iam::action;
use crate::iam::document::{Document, Effect, PolicyKind, Statement, Word};
use crate::iam::facts;
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Binding, Context as Facts, Glob};
use crate::inventory::Resource;
use crate::value::{Kind, Part, Piece, Place, Text, Unknown, Value};
use std::sync::Arc;

/// Actions that change whom a registry trusts, or where its images go.
const TRUST: &[&str] = &[
    "ecr:PutRegistryPolicy",
    "ecr:DeleteRegistryPolicy",
    "ecr:SetRepositoryPolicy",
    "ecr:DeleteRepositoryPolicy",
    "ecr:PutReplicationConfiguration",
    "ecr:PutAccountSetting",
    "ecr:CreatePullThroughCacheRule",
    "ecr:UpdatePullThroughCacheRule",
    "ecr:CreateRepositoryCreationTemplate",
    "ecr:UpdateRepositoryCreationTemplate",
];

/// A resource type that holds policies beside what it is.
const FUNCTION: &str = "AWS::Serverless::Function";

/// Attributes of a managed policy that are its ARN.
const IDENTIFYING: [&str; 6] = ["", "arn", "id", "ref", "policyarn", "policy_arn"];

pub(super) fn subjects(
    context: &Context<'_>,
    resource: &Resource,
    position: usize,
) -> Vec<Subject> {
    let here = (position, resource);
    let policies: Vec<(Value, Value)> = match resource.kind.name {
        "identity_policy" => vec![(name(resource), resource.field("policy"))],
        "identity" => (elements(&resource.field("inline")).iter())
            .map(|inline| (part(inline, "name"), part(inline, "policy")))
            .collect(),
        "permission_set" => vec![(Value::null(resource.raw.span), resource.field("document"))],
        "managed_policies" => Vec::new(),
        _ if resource.raw.kind == FUNCTION => of_function(resource),
        _ => return Vec::new(),
    };
    let judged = policies.iter().filter(|(_, policy)| !policy.is_null());
    let mut out: Vec<Subject> = judged
        .filter_map(|(name, policy)| identity_policy(context, here, name, policy))
        .collect();
    if resource.kind.name != "identity_policy" {
        out.extend(attachments(context, here));
    }
    out
}

/// The policies that a function of AWS SAM holds. Templates of AWS SAM are none of ECR.
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html>
fn of_function(function: &Resource) -> Vec<(Value, Value)> {
    let policies = elements(&listed(function)).into_iter();
    policies
        .filter(|p| p.get("Statement").is_some())
        .map(|p| (Value::null(p.place.span), p))
        .collect()
}

/// AWS SAM takes the name of a managed policy of AWS for its ARN.
fn by_name(policy: &mut Value) {
    let name = policy.as_str().filter(|n| !n.contains(':'));
    if let Some(arn) = name.map(|n| format!("arn:aws:iam::aws:policy/{n}")) {
        policy.kind = Kind::String(Text::plain(arn));
    }
}

/// What a function of AWS SAM lists as its policies; one alone may stand for the list.
fn listed(function: &Resource) -> Value {
    let given = function.raw.attributes.get("Policies");
    let given = given.unwrap_or_else(|| Value::null(function.raw.span));
    match &given.kind {
        Kind::Mapping { .. } | Kind::String(_) => list(vec![given.clone()], &given.place),
        _ => given,
    }
}

/// A policy that allows, or may allow, some action of ECR.
fn identity_policy(
    context: &Context<'_>,
    here: (usize, &Resource),
    name: &Value,
    policy: &Value,
) -> Option<Subject> {
    let (document, _) = Document::read(policy, PolicyKind::Identity);
    let allows = Allows::of(&document);
    if allows.open.is_none() && allows.statements.is_empty() {
        return None;
    }
    let (wildcard, at) = wildcard(&allows, &policy.place);
    let entries = vec![
        ("name", name.clone()),
        ("wildcard", flag(wildcard, &at)),
        (
            "changes_trust",
            changes_trust(&document, &allows, &policy.place),
        ),
    ];
    let variables = vec![("policy", entries)];
    context.subject("identity_policy", here, &policy.place, variables)
}

/// The statements of a document that allow something, or may, and speak of ECR, or may.
struct Allows<'a> {
    statements: Vec<Actions<'a>>,
    /// Why there may be others.
    open: Option<Arc<Unknown>>,
}

/// The actions of a statement, made ready.
struct Actions<'a> {
    statement: &'a Statement,
    negated: bool,
    globs: Vec<(&'a Word, Glob)>,
    /// Why it may name others.
    open: Option<Arc<Unknown>>,
}

impl<'a> Allows<'a> {
    fn of(document: &'a Document) -> Self {
        let may_allow = |s: &&Statement| s.effect != Effect::Deny;
        let statements = document.statements.iter().filter(may_allow);
        let speaks = |a: &Actions<'_>| {
            let mut all = action::all().iter();
            a.open.is_some() || all.any(|known| a.takes(&known.name).may())
        };
        Allows {
            statements: statements.map(Actions::of).filter(speaks).collect(),
            open: document.unknown.first().cloned(),
        }
    }
}

impl<'a> Actions<'a> {
    fn of(statement: &'a Statement) -> Self {
        let element = statement.actions.as_ref();
        let words = element.iter().flat_map(|e| &e.words);
        let binding = Binding::default();
        let glob = |w: &'a Word| (w, Glob::action_text(&w.text, &binding));
        Actions {
            statement,
            negated: element.is_some_and(|e| e.negated),
            globs: words.filter(|w| may_name_ecr(w)).map(glob).collect(),
            open: match element {
                None => statement.rest.clone(),
                Some(_) => None,
            },
        }
    }

    /// Whether it names an action.
    fn takes(&self, action: &str) -> Tri {
        if self.open.is_some() {
            return Tri::Unknown;
        }
        let facts = Facts::default();
        let fits = self.globs.iter().map(|(_, g)| g.fits(action, &facts));
        let named = match self.statement.actions {
            Some(_) => Tri::any(fits).flip(self.negated),
            None => Tri::False,
        };
        match self.statement.effect {
            Effect::Unknown(_) => named.and(Tri::Unknown),
            Effect::Allow | Effect::Deny => named,
        }
    }

    /// Why it is not known which actions it names.
    fn why(&self) -> Arc<Unknown> {
        let hole = self.globs.iter().find_map(|(w, _)| w.text.first_hole());
        let open = self.open.as_deref().or(hole).map(about);
        open.unwrap_or_else(|| match &self.statement.effect {
            Effect::Unknown(reason) => Arc::new(Unknown::because(reason.clone())),
            _ => Arc::new(Unknown::because(
                "it cannot be told which actions are meant",
            )),
        })
    }

    /// The place of a word that is `ecr:*`, surely or perhaps.
    fn every(&self, sure: impl Fn(Tri) -> bool) -> Option<Place> {
        if self.open.is_some() {
            return sure(Tri::Unknown).then(|| self.statement.place.clone());
        }
        let facts = Facts::default();
        let all = |service: &str, glob: &Glob| {
            let mut all = action::all().iter().filter(|a| a.name.starts_with(service));
            all.all(|a| sure(glob.fits(&a.name, &facts)))
        };
        let ours = |w: &Word| names_ecr(w) || w.text.first_hole().is_some();
        let mut words = self.globs.iter().filter(|(w, _)| ours(w));
        let found = words.find(|(_, g)| all("ecr:", g) || all("ecr-public:", g));
        found.map(|(w, _)| w.place.clone())
    }

    /// The word that names an action, else the whole element.
    fn place_of(&self, action: &str) -> Place {
        let facts = Facts::default();
        let element = self.statement.actions.as_ref();
        let whole = element.map_or(&self.statement.place, |e| &e.place);
        let mut words = self.globs.iter().filter(|_| !self.negated);
        let word = words.find(|(_, g)| g.fits(action, &facts).must());
        word.map_or(whole, |(w, _)| &w.place).clone()
    }
}

/// Whether a word may be an action of ECR: what names another service is passed over.
fn may_name_ecr(word: &Word) -> bool {
    let prefix = word.text.known_prefix().to_ascii_lowercase();
    match prefix.split_once(':') {
        Some((service, _)) => {
            service.contains(['*', '?']) || service == "ecr" || service == "ecr-public"
        }
        None => true,
    }
}

/// Whether a word names ECR itself, and not only every service.
fn names_ecr(word: &Word) -> bool {
    let prefix = word.text.known_prefix().to_ascii_lowercase();
    prefix.starts_with("ecr:") || prefix.starts_with("ecr*") || prefix.starts_with("ecr-public:")
}

/// Whether it allows every action of ECR on every repository, by naming ECR.
fn wildcard(allows: &Allows<'_>, place: &Place) -> (Result<bool, Arc<Unknown>>, Place) {
    let mut doubt = allows
        .open
        .as_deref()
        .map(|why| (about(why), place.clone()));
    for actions in allows.statements.iter().filter(|a| !a.negated) {
        let (sure, at) = match (actions.every(Tri::must), actions.every(Tri::may)) {
            (Some(at), _) => (actions.statement.effect == Effect::Allow, at),
            (None, Some(at)) => (false, at),
            (None, None) => continue,
        };
        match facts::every_repository(actions.statement, &Default::default()) {
            Tri::True if sure => return (Ok(true), at),
            Tri::False => {}
            Tri::True => doubt = doubt.or_else(|| Some((actions.why(), at))),
            Tri::Unknown => doubt = doubt.or_else(|| Some((which(actions.statement), at))),
        }
    }
    match doubt {
        Some((why, at)) => (Err(why), at),
        None => (Ok(false), place.clone()),
    }
}

/// Why it cannot be told which repositories a statement is about.
fn which(statement: &Statement) -> Arc<Unknown> {
    let words = statement.resources.iter().flat_map(|r| &r.words);
    let hole = words.into_iter().find_map(|w| w.text.first_hole());
    let otherwise = || Unknown::because("it cannot be told which repositories are meant");
    hole.map_or_else(|| Arc::new(otherwise()), about)
}

/// The actions of [`TRUST`] that it allows; what it denies of everything, without any condition, does not count.
fn changes_trust(document: &Document, allows: &Allows<'_>, place: &Place) -> Value {
    let everything = |s: &Statement| {
        let words = s.resources.iter().filter(|r| !r.negated);
        let mut words = words.flat_map(|r| &r.words);
        s.effect == Effect::Deny
            && s.conditions.is_empty()
            && s.unknown.is_none()
            && words.any(|w| w.known() == Some("*"))
    };
    let denials: Vec<Actions<'_>> = (document.statements.iter().filter(|s| everything(s)))
        .map(Actions::of)
        .collect();
    let mut found: Vec<(&str, Place)> = Vec::new();
    let mut doubt = allows.open.as_deref().map(about);
    for trust in TRUST {
        if denials.iter().any(|d| d.takes(trust).must()) {
            continue;
        }
        let by = |sure: bool| {
            let mut all = allows.statements.iter();
            all.find(|a| {
                if sure {
                    a.takes(trust).must()
                } else {
                    a.takes(trust).may()
                }
            })
        };
        match (by(true), by(false)) {
            (Some(actions), _) => found.push((trust, actions.place_of(trust))),
            (None, Some(actions)) => doubt = doubt.or_else(|| Some(actions.why())),
            (None, None) => {}
        }
    }
    let at = found.first().map_or(place, |(_, at)| at).clone();
    match (found.is_empty(), doubt) {
        (true, Some(why)) => placed(Kind::Unknown(why), &at),
        _ => list(found.iter().map(|(a, p)| text(*a, p)).collect(), &at),
    }
}

/// Each managed policy that is attached.
fn attachments(context: &Context<'_>, here: (usize, &Resource)) -> Vec<Subject> {
    let mut all = elements(&here.1.field("policies"));
    all.push(here.1.field("policy"));
    if here.1.raw.kind == FUNCTION {
        all = elements(&listed(here.1));
        all.retain(|p| p.as_text().is_some() || p.as_unknown().is_some());
        all.iter_mut().for_each(by_name);
    }
    let subject = |policy: Value| {
        let place = policy.place.clone();
        let variables = vec![("attachment", vec![("policy", policy)])];
        context.subject("managed_policy_attachment", here, &place, variables)
    };
    (all.into_iter().filter(|p| !p.is_null()))
        .filter_map(|p| arn(context, here.1, p))
        .filter_map(subject)
        .collect()
}

/// The ARN of a managed policy, as far as it is known; `None` where it is one of the code whose name AWS makes up, which nobody
/// can have named.
fn arn(context: &Context<'_>, of: &Resource, policy: Value) -> Option<Value> {
    let hole = match &policy.kind {
        Kind::Unknown(why) => Some(why.clone()),
        Kind::String(text) => match text.parts().last() {
            Some(Part::Hole(hole)) => Some(hole.clone()),
            _ => None,
        },
        _ => None,
    };
    let Some(hole) = hole else {
        return Some(policy);
    };
    let source = hole
        .source
        .as_ref()
        .map(|(address, attribute)| (&**address, &**attribute));
    let Some((address, _)) = source
        .or_else(|| policy.place.references().next())
        .filter(|(_, attribute)| IDENTIFYING.contains(&attribute.to_ascii_lowercase().as_str()))
    else {
        return Some(policy);
    };
    let own = context.inventory.of_kind("identity_policy");
    let mut own = own.filter(|(_, r)| r.root == of.root && r.raw.address == address);
    let Some((_, resource)) = own.next() else {
        return Some(policy);
    };
    match &name(resource).kind {
        Kind::Null(_) => None,
        Kind::String(name) => {
            let begin = Text::hole(hole);
            let text = Text::of([&begin, &Text::plain("/"), name].map(Piece::Text));
            Some(placed(Kind::String(text), &policy.place))
        }
        _ => Some(policy),
    }
}

/// The name of a policy: managed ones of CloudFormation have a property of their own for it.
fn name(policy: &Resource) -> Value {
    let managed = ["ManagedPolicyName", "managed_policy_name"];
    let mut managed = managed.iter().filter_map(|n| policy.raw.attributes.get(n));
    managed.next().unwrap_or_else(|| policy.field("name"))
}
