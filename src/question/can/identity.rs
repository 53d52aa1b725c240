//! The principal's own policies as the input has them: inline and attached ones of the role or user, of its groups, and its
//! permissions boundary.

use super::super::estate::{Estate, Policy as Held, doubt_all};
use super::Asking;
use super::levels::Attached;
use super::managed;
use super::principal::Principal;
use super::target::Target;
use crate::iam::document::{Document, PolicyKind};
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Binding, Context, Glob, Style};
use crate::iam::rule::Scope;
use crate::inventory::Resource;
use crate::resource::arn;
use crate::value::{Kind, Part, Text, Unknown, Value};
use std::sync::Arc;

/// What a policy may be written for: the keys by which resources name it, and its name.
struct Identity {
    /// Attributes of policies and attachments that name it.
    keys: &'static [&'static str],
    /// The attributes that hold the name of the resource that it is.
    own: &'static [&'static str],
    /// What the type of that resource ends with.
    kind: &'static str,
    /// `None`: a group whose name is not known.
    name: Option<String>,
    /// Whether the principal is it, or of it.
    sure: Tri,
}

const ROLE: (&[&str], &[&str], &str) = (
    &["role", "role_name", "roles", "RoleName", "Roles"],
    &["name", "RoleName", "role_name"],
    "role",
);
const USER: (&[&str], &[&str], &str) = (
    &["user", "user_name", "users", "UserName", "Users"],
    &["name", "UserName", "user_name"],
    "user",
);
const GROUP: (&[&str], &[&str], &str) = (
    &["group", "group_name", "groups", "GroupName", "Groups"],
    &["name", "GroupName", "group_name"],
    "group",
);

impl Identity {
    fn new(
        (keys, own, kind): (
            &'static [&'static str],
            &'static [&'static str],
            &'static str,
        ),
        name: Option<String>,
        sure: Tri,
    ) -> Self {
        Identity {
            keys,
            own,
            kind,
            name,
            sure,
        }
    }

    /// Whether one of the texts of a value is its name.
    fn is(&self, value: &Value) -> Tri {
        let Some(name) = &self.name else {
            return Tri::Unknown;
        };
        let mut all = value.items();
        all.push(value.clone());
        let more = match value.more() {
            Some(_) => Tri::Unknown,
            None => Tri::False,
        };
        Tri::any(all.iter().map(|v| is_text(v, name))).or(more)
    }

    /// Whether a resource names it by one of these attributes.
    fn named(&self, resource: &Resource, keys: &[&str]) -> Tri {
        let attributes = &resource.raw.attributes;
        let values = keys.iter().filter_map(|k| attributes.get(k));
        let fits = Tri::any(values.map(|v| self.is(&v)));
        match resource.raw.exists {
            Some(true) => fits.and(self.sure),
            _ => fits.and(self.sure).and(Tri::Unknown),
        }
    }
}

fn is_text(value: &Value, name: &str) -> Tri {
    let text = match &value.kind {
        Kind::String(text) => text.clone(),
        Kind::Unknown(why) => Text::hole(why.clone()),
        _ => return Tri::False,
    };
    Glob::of(&text, Style::default(), &Binding::default()).fits(name, &Context::default())
}

/// The policies, each as sure as it is that the principal has it.
pub(super) fn of_input(estate: &Estate, principal: &Principal, target: &Target) -> Vec<Asking> {
    let Some((sort, name)) = &principal.name else {
        return Vec::new();
    };
    let own = match *sort {
        "role" => ROLE,
        _ => USER,
    };
    let mut all = vec![Identity::new(own, Some(name.clone()), Tri::True)];
    if *sort == "user" {
        all.extend(groups(estate, &all));
    }
    let mut out = Vec::new();
    for (position, resource) in estate.inventory.resources.iter().enumerate() {
        if resource.is_gone() || is_other_account(resource, principal, target) {
            continue;
        }
        let case = in_case(estate, resource, target);
        let of = |keys: fn(&Identity) -> &'static [&'static str]| {
            Tri::any(all.iter().map(|i| i.named(resource, keys(i)))).and(case)
        };
        match resource.kind.name {
            "identity_policy" => {
                let held = estate
                    .policies
                    .iter()
                    .find(|p| p.resource == Some(position));
                let sure = of(|i| i.keys);
                out.extend(held.and_then(|h| asking(&h.name, &h.document, sure)));
            }
            "managed_policies" => out.extend(attached(estate, resource, of(|i| i.keys))),
            "identity" => {
                let kind = resource.raw.kind.to_ascii_lowercase();
                let its = all.iter().filter(|i| kind.ends_with(i.kind));
                let sure = Tri::any(its.map(|i| i.named(resource, i.own))).and(case);
                out.extend(attached(estate, resource, sure));
                out.extend(inline(resource, sure));
                if !kind.ends_with("group") {
                    out.extend(boundary(estate, resource, sure));
                }
            }
            _ => {}
        }
    }
    out
}

/// Whether a resource is of another account than the principal; where nobody says which, it is of the repository's.
fn is_other_account(resource: &Resource, principal: &Principal, target: &Target) -> bool {
    let own = resource.raw.account.as_str();
    Some(own.unwrap_or(&target.account)) != principal.account()
}

/// Whether a resource is there in the case of a template's undecided conditions that the question is about.
fn in_case(estate: &Estate, resource: &Resource, target: &Target) -> Tri {
    let root = estate.inventory.roots.get(resource.root);
    match (root.and_then(|r| r.case.as_ref()), &target.when) {
        (None, _) => Tri::True,
        (Some(own), Some(asked)) => (own == asked).into(),
        (Some(_), None) => Tri::Unknown,
    }
}

/// The groups that a user is of. Source: aws_iam_user_group_membership, aws_iam_group_membership; `Groups` of AWS::IAM::User,
/// AWS::IAM::UserToGroupAddition.
fn groups(estate: &Estate, user: &[Identity]) -> Vec<Identity> {
    let mut out = Vec::new();
    for resource in &estate.inventory.resources {
        if !["group_membership", "identity"].contains(&resource.kind.name) {
            continue;
        }
        let sure = Tri::any(user.iter().map(|u| match resource.kind.name {
            "identity" => u.named(resource, u.own),
            _ => u.named(resource, u.keys),
        }));
        if !sure.may() {
            continue;
        }
        let attributes = &resource.raw.attributes;
        let values = GROUP.0.iter().filter_map(|k| attributes.get(k));
        for value in values {
            let mut all = value.items();
            all.push(value.clone());
            for one in all {
                match (one.as_str(), &one.kind) {
                    (Some(name), _) => {
                        out.push(Identity::new(GROUP, Some(name.to_owned()), sure));
                    }
                    (None, Kind::Unknown(_) | Kind::String(_)) => {
                        out.push(Identity::new(GROUP, None, Tri::Unknown));
                    }
                    _ => {}
                }
            }
        }
    }
    out
}

fn asking(name: &str, document: &Arc<Document>, sure: Tri) -> Option<Asking> {
    let document = match sure {
        Tri::True => document.clone(),
        Tri::False => return None,
        Tri::Unknown => {
            let why = format!("whether `{name}` is a policy of the principal is not known");
            let mut doubtful = Document::clone(document);
            doubt_all(&mut doubtful, &Arc::new(Unknown::because(why)));
            Arc::new(doubtful)
        }
    };
    Some(Asking {
        name: name.into(),
        document,
        scope: Scope::V2,
        placed: true,
        sure: sure.must(),
        attached: Attached::default(),
    })
}

/// The elements of a list; one unknown element more where there may be more than are known.
fn elements(list: &Value) -> Vec<Value> {
    let mut out = list.items();
    let more = match &list.kind {
        Kind::Unknown(why) => Some(why),
        _ => list.more(),
    };
    out.extend(more.map(|why| Value::new(Kind::Unknown(why.clone()), list.place.span)));
    out
}

/// The policies that stand in a role, a user or a group.
fn inline(resource: &Resource, sure: Tri) -> Vec<Asking> {
    let policies = elements(&resource.field("inline"));
    let read = |policy: &Value| {
        let whole = policy.get("policy").unwrap_or_else(|| policy.clone());
        let (document, _) = Document::read(&whole, PolicyKind::Identity);
        let name = policy
            .get("name")
            .and_then(|n| n.as_str().map(str::to_owned));
        let name = match name {
            Some(name) => format!("{name} of {}", resource.raw.address),
            None => resource.raw.address.clone(),
        };
        asking(&name, &Arc::new(document), sure)
    };
    (policies
        .iter()
        .filter(|p| p.get("policy").is_none_or(|v| !v.is_null())))
    .filter_map(read)
    .collect()
}

/// The managed policies that a resource attaches.
fn attached(estate: &Estate, resource: &Resource, sure: Tri) -> Vec<Asking> {
    if !sure.may() {
        return Vec::new();
    }
    let mut all = elements(&resource.field("policies"));
    all.push(resource.field("policy"));
    (all.iter().filter(|arn| !arn.is_null()))
        .filter_map(|arn| named(estate, resource, arn, sure, PolicyKind::Identity))
        .collect()
}

/// The policy that bounds what all others of a role or user allow.
fn boundary(estate: &Estate, resource: &Resource, sure: Tri) -> Option<Asking> {
    let arn = resource.field("boundary");
    if arn.is_null() || !sure.may() {
        return None;
    }
    named(estate, resource, &arn, sure, PolicyKind::Boundary)
}

/// The managed policy of an ARN: of the input, of AWS, or one that nobody sees.
fn named(
    estate: &Estate,
    by: &Resource,
    arn: &Value,
    sure: Tri,
    kind: PolicyKind,
) -> Option<Asking> {
    let of_kind = |document: &Arc<Document>| match kind {
        PolicyKind::Identity => document.clone(),
        kind => Arc::new(Document {
            kind,
            ..Document::clone(document)
        }),
    };
    if let Some(held) = of_estate(estate, by, arn) {
        return asking(&held.name, &of_kind(&held.document), sure);
    }
    let known = arn.as_text().and_then(|t| t.parts().last());
    let last = match known {
        Some(Part::Lit(lit)) => lit
            .text
            .rsplit_once(":iam::aws:policy/")
            .map(|(_, n)| n.to_owned()),
        _ => None,
    };
    if let Some(text) = last.as_deref().and_then(managed::document) {
        let name = last.unwrap_or_default();
        let (document, _) =
            Document::read(&Value::text(text, arn.place.span), PolicyKind::Identity);
        let mut found = asking(&name, &of_kind(&Arc::new(document)), sure)?;
        found.placed = false;
        return Some(found);
    }
    let name = match arn.as_str() {
        Some(arn) => arn.to_owned(),
        None => format!("what {} attaches", by.raw.address),
    };
    let why = match arn.first_unknown() {
        Some(unknown) => unknown.reason.to_string(),
        None => format!("the policy `{name}` is not in the input"),
    };
    Some(Asking {
        document: Arc::new(Document {
            kind,
            ..Document::clone(&unseen(&why, arn))
        }),
        name: name.into(),
        scope: Scope::V2,
        placed: false,
        sure: sure.must(),
        attached: Attached::default(),
    })
}

/// A policy of which nobody sees anything.
fn unseen(why: &str, at: &Value) -> Document {
    let unknown = Value::unknown(Unknown::because(why), at.place.span);
    Document::read(&unknown, PolicyKind::Identity).0
}

/// The policy of the input that an ARN is of: by reference, else by its name.
fn of_estate<'a>(estate: &'a Estate, by: &Resource, arn: &Value) -> Option<&'a Held> {
    let hole = match arn.as_text().map(Text::parts) {
        Some([.., Part::Hole(hole)]) => Some(hole.clone()),
        _ => None,
    };
    let unknown = arn.as_unknown().or(hole.as_deref());
    let source = unknown.and_then(|u| u.source.as_ref());
    let mut addresses: Vec<&str> = source.map(|(a, _)| &**a).into_iter().collect();
    addresses.extend(arn.place.references().map(|(address, _)| address));
    let all = || {
        let own = estate.inventory.of_kind("identity_policy");
        own.filter(|(_, r)| r.root == by.root)
    };
    let position = (all().find(|(_, r)| addresses.contains(&r.raw.address.as_str())))
        .or_else(|| all().find(|(_, r)| arn::is_policy(arn, &r.field("name"))))?
        .0;
    estate
        .policies
        .iter()
        .find(|p| p.resource == Some(position))
}
