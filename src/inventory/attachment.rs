//! Which policies of an organisation are attached where: to an account, a root or an organisational unit.
//! Sources: aws_organizations_policy_attachment; `TargetIds` of AWS::Organizations::Policy.

use super::{Inventory, Link};
use crate::iam::kleene::Tri;
use crate::value::{Kind, Part, Role, Unknown, Value};

impl Inventory {
    /// What a policy of an organisation is attached to in the input: an account's id, a root's (`r-…`), a unit's (`ou-…`).
    pub fn targets(&self, policy: usize) -> Vec<Value> {
        let Some(resource) = self.resources.get(policy) else {
            return Vec::new();
        };
        let listed = resource.field("targets");
        let mut out = listed.items();
        let more = match &listed.kind {
            Kind::Unknown(why) => Some(why),
            _ => listed.more(),
        };
        out.extend(more.map(|why| Value::new(Kind::Unknown(why.clone()), listed.place.span)));
        for (position, attachment) in self.in_root(resource.root, "organization_policy_attachment")
        {
            let target = attachment.field("target");
            let unknown = |why| Value::new(Kind::Unknown(why), target.place.span);
            match self.link(position) {
                Some(Link::To(to)) if to.contains(&policy) => match &attachment.raw.doubt {
                    None => out.push(target),
                    Some(doubt) => out.push(unknown(doubt.why.clone())),
                },
                Some(Link::Perhaps(to, why)) if to.contains(&policy) => {
                    out.push(unknown(why.clone()));
                }
                _ => {}
            }
        }
        out
    }
}

/// Whether one of the targets holds an account of the organisation. `own`: it is the one that the code is deployed to, whose id
/// may not be known.
pub fn holds(targets: &[Value], account: Option<&str>, own: bool) -> Tri {
    Tri::any(targets.iter().map(|target| held(target, account, own)))
}

fn held(target: &Value, account: Option<&str>, own: bool) -> Tri {
    if let Some(id) = target.as_str() {
        return match account {
            _ if id.starts_with("r-") => Tri::True,
            _ if id.starts_with("ou-") => Tri::Unknown,
            Some(account) => (account == id).into(),
            None => Tri::Unknown,
        };
    }
    let lone = |text: &crate::value::Text| match text.parts() {
        [Part::Hole(hole)] => Some(hole.clone()),
        _ => None,
    };
    let unknown = match &target.kind {
        Kind::Unknown(unknown) => Some(unknown.clone()),
        Kind::String(text) => lone(text),
        _ => None,
    };
    let is = |of: &dyn Fn(&Unknown) -> bool| unknown.as_deref().is_some_and(of);
    let root = |u: &Unknown| {
        let source = u.source.as_ref();
        source.is_some_and(|(address, attribute)| {
            address.contains("aws_organizations_organization.") && attribute.starts_with("roots")
        })
    };
    if is(&root) || (own && is(&|u| u.role == Some(Role::Account))) {
        return Tri::True;
    }
    Tri::Unknown
}
