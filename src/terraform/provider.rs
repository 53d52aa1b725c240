//! Which account and region a resource is deployed to, as its provider says.
//! <https://developer.hashicorp.com/terraform/language/providers/configuration>

use super::convert::convert;
use super::expand::Each;
use super::expression::reason_of;
use super::module::alias_of;
use super::run::{Instance, Run, Scope};
use super::schema::Schema;
use crate::span::Span;
use crate::syntax::hcl::{Block, Body, Expr, ExprKind, Step};
use crate::value::{Entries, Kind, Part, Role, Type, Unknown, Value};
use crate::world::is_account;
use std::rc::Rc;
use std::sync::Arc;

/// Where a provider deploys to.
#[derive(Clone)]
pub(super) struct Provider {
    pub(super) account: Value,
    pub(super) region: Value,
    /// The tags that it gives to whatever can have tags: a mapping, or unknown.
    pub(super) tags: Option<Value>,
}

/// Blocks of a provider that say which role it assumes; the later kind builds on the earlier one.
const ROLES: [&str; 2] = ["assume_role_with_web_identity", "assume_role"];

/// A provider's local name and alias.
pub(super) type Reference = (Arc<str>, Option<Arc<str>>);

impl Run<'_> {
    /// The provider of a resource.
    pub(super) fn provider_of(
        &self,
        instance: &Rc<Instance>,
        kind: &str,
        block: &Block,
    ) -> Rc<Provider> {
        let default = || (kind.split('_').next().unwrap_or(kind).into(), None);
        let reference = match block.body.attribute("provider") {
            None => Some(default()),
            Some(attribute) => reference(&attribute.expr),
        };
        match reference {
            Some(reference) => self.provider(instance, &reference, block.header),
            None => {
                let reason = "its provider is chosen by an expression";
                Rc::new(self.unclear(instance, reason, block.header))
            }
        }
    }

    fn provider(&self, instance: &Rc<Instance>, reference: &Reference, at: Span) -> Rc<Provider> {
        let make = || {
            let (name, alias) = reference;
            let same = |b: &&Block| b.label(0) == Some(name) && alias_of(b) == alias.as_deref();
            if let Some(block) = instance.module.providers.iter().find(same) {
                return Rc::new(self.configured(instance, block, alias.is_some()));
            }
            let Some(caller) = &instance.caller else {
                return Rc::new(match alias {
                    None => self.target(at),
                    Some(alias) => {
                        let reason = format!("provider `{name}.{alias}` is configured nowhere");
                        self.unclear(instance, &reason, at)
                    }
                });
            };
            match passed(&caller.block, reference) {
                Passed::As(outer) => self.provider(&caller.instance, &outer, at),
                Passed::Nothing if alias.is_none() => {
                    self.provider(&caller.instance, reference, at)
                }
                _ => {
                    let reason = format!("no provider is passed for `{name}`");
                    Rc::new(self.unclear(&caller.instance, &reason, at))
                }
            }
        };
        let cycle = || Rc::new(self.hidden("its provider depends on itself", at));
        self.once(&instance.providers, reference, cycle, make)
    }

    /// Nothing is said: the deployment's own account and region.
    fn target(&self, at: Span) -> Provider {
        let target = &self.world.target;
        Provider {
            account: known_or(target.account.as_deref(), Role::Account, at),
            region: known_or(target.region.as_deref(), Role::Region, at),
            tags: None,
        }
    }

    fn hidden(&self, reason: &str, at: Span) -> Provider {
        let value = Value::unknown(Unknown::because(reason).of(Type::String), at);
        Provider {
            account: value.clone(),
            region: value,
            tags: None,
        }
    }

    /// One of those that are configured in a module or in those that call it: nobody knows which.
    fn unclear(&self, instance: &Rc<Instance>, reason: &str, at: Span) -> Provider {
        let callers = |i: &Rc<Instance>| i.caller.as_ref().map(|c| c.instance.clone());
        let mut instances = std::iter::successors(Some(instance.clone()), callers);
        let tagged = instances.any(|i| i.module.providers.iter().any(gives_tags));
        let tags = || Value::unknown(Unknown::because(reason), at);
        Provider {
            tags: tagged.then(tags),
            ..self.hidden(reason, at)
        }
    }

    fn configured(&self, instance: &Rc<Instance>, block: &Block, aliased: bool) -> Provider {
        let target = self.target(block.header);
        let several = block.body.attribute("for_each").is_some();
        let reason = "its provider has instances";
        let each = match several {
            true => any_instance(reason, block.header),
            false => Each::default(),
        };
        let scope = Scope::of(instance, &each);
        let argument = |block: &Block, name: &str| {
            let attribute = block.body.attribute(name)?;
            let value = self.settle(self.eval(&attribute.expr, scope), attribute.expr.span);
            (!value.is_null()).then_some(value)
        };
        if several {
            return Provider {
                tags: self.default_tags(block, scope),
                ..self.hidden(reason, block.header)
            };
        }
        let region = argument(block, "region").unwrap_or(target.region);
        let tags = self.default_tags(block, scope);
        let role = match self.assumed(block, scope) {
            Ok(role) => role,
            Err(why) => {
                return Provider {
                    account: *why,
                    region,
                    tags,
                };
            }
        };
        let account = match (role, argument(block, "allowed_account_ids")) {
            (Some(role), _) => account_of(&role),
            (None, Some(allowed)) => match allowed.items().as_slice() {
                [one] if allowed.more().is_none() => {
                    convert(one, &Type::String).unwrap_or(target.account)
                }
                _ => target.account,
            },
            (None, None)
                if aliased
                    && ["profile", "access_key"]
                        .iter()
                        .any(|a| block.body.attribute(a).is_some()) =>
            {
                let reason = "the account of its provider's credentials is not in the code";
                Value::unknown(Unknown::because(reason).of(Type::String), block.header)
            }
            (None, None) => target.account,
        };
        Provider {
            account,
            region,
            tags,
        }
    }

    /// The tags of a provider's `default_tags`.
    fn default_tags(&self, block: &Block, scope: Scope) -> Option<Value> {
        let made = self.blocks_of(block, &["default_tags"], scope);
        let made = made.get("default_tags")?;
        let one = made.items().into_iter().next();
        match (one, made.more()) {
            (Some(one), _) => one.get("tags").filter(|tags| !tags.is_null()),
            (None, Some(more)) => Some(Value::unknown((**more).clone(), made.place.span)),
            (None, None) => None,
        }
    }

    /// The blocks of these kinds in a provider, `dynamic` ones included.
    fn blocks_of(&self, block: &Block, kinds: &[&str], scope: Scope) -> Value {
        let kind = |b: &Block| match &*b.kind.text {
            "dynamic" => b.label(0).cloned().unwrap_or_default(),
            _ => b.kind.text.clone(),
        };
        let blocks = (block.body.blocks.iter()).filter(|b| kinds.contains(&&*kind(b)));
        let body = Body {
            attributes: Vec::new(),
            blocks: blocks.cloned().collect(),
        };
        self.decode(&body, block.header, None, &|_| true, scope)
    }

    /// The role that a provider assumes, where it assumes one. `Err`: it may assume one, for this reason.
    fn assumed(&self, block: &Block, scope: Scope) -> Result<Option<Value>, Box<Value>> {
        let decoded = self.blocks_of(block, &ROLES, scope);
        let mut role = None;
        for name in ROLES {
            let Some(made) = decoded.get(name) else {
                continue;
            };
            if let Some(more) = made.more() {
                let reason = format!("its provider may assume a role: {}", more.reason);
                let unknown = Unknown {
                    settle: more.settle.clone(),
                    ..Unknown::because(reason).of(Type::String)
                };
                return Err(Box::new(Value::unknown(unknown, made.place.span)));
            }
            // roles may be assumed one after the other: the last one counts
            let arns = made.items().into_iter().rev();
            let arn = arns
                .filter_map(|b| b.get("role_arn"))
                .find(|a| !a.is_null());
            role = arn.or(role);
        }
        Ok(role)
    }
}

/// What `each` stands for in a provider that has instances.
fn any_instance(reason: &str, at: Span) -> Each {
    let part = |ty| Some(Value::unknown(Unknown::because(reason).of(ty), at));
    Each {
        key: part(Type::String),
        value: part(Type::Dynamic),
        index: None,
    }
}

/// Whether a provider has `default_tags`, perhaps by a `dynamic` block.
fn gives_tags(provider: &Block) -> bool {
    let is = |b: &Block| &*b.kind.text == "default_tags";
    let dynamic = |b: &Block| b.label(0).is_some_and(|l| &**l == "default_tags");
    provider.body.blocks.iter().any(|b| is(b) || dynamic(b))
}

/// What a module call passes for a provider.
enum Passed {
    As(Reference),
    Nothing,
    Unclear,
}

fn passed(call: &Block, wanted: &Reference) -> Passed {
    let Some(providers) = call.body.attribute("providers") else {
        return Passed::Nothing;
    };
    let ExprKind::Object(items) = &providers.expr.kind else {
        return Passed::Unclear;
    };
    let is = |expr: &Expr| match (expr.as_literal(), reference(expr)) {
        (Some(text), _) => match text.split_once('.') {
            Some((name, alias)) => (name, Some(alias)) == (&*wanted.0, wanted.1.as_deref()),
            None => (text, None) == (&*wanted.0, wanted.1.as_deref()),
        },
        (None, found) => found.as_ref() == Some(wanted),
    };
    match items.iter().find(|item| is(&item.key)) {
        Some(item) => reference(&item.value).map_or(Passed::Unclear, Passed::As),
        None => Passed::Nothing,
    }
}

/// `aws`, `aws.dr`, also in quotes, or an instance of it (OpenTofu): `aws.by[each.key]`.
fn reference(expr: &Expr) -> Option<Reference> {
    match &expr.kind {
        ExprKind::Variable(name) => Some((name.clone(), None)),
        ExprKind::Traverse(root, steps) => match (&root.kind, steps.as_slice()) {
            (
                ExprKind::Variable(name),
                [Step::Attr(alias)] | [Step::Attr(alias), Step::Index(..)],
            ) => Some((name.clone(), Some(alias.text.clone()))),
            _ => None,
        },
        ExprKind::Parens(inner) | ExprKind::Wrap(inner) => reference(inner),
        ExprKind::Literal(_) => {
            let text = expr.as_literal()?;
            Some(match text.split_once('.') {
                Some((name, alias)) => (name.into(), Some(alias.into())),
                None => (text.into(), None),
            })
        }
        _ => None,
    }
}

fn known_or(known: Option<&str>, role: Role, at: Span) -> Value {
    match known {
        Some(known) => Value::text(known, at),
        None => hole(role, at),
    }
}

/// What stands for a part of the deployment that is not known.
pub(super) fn hole(role: Role, at: Span) -> Value {
    let (what, settle) = match role {
        Role::Account => ("account", "set target.account"),
        Role::Region => ("region", "set target.region"),
        Role::Partition => ("partition", "set target.partition"),
        Role::UrlSuffix => ("URL suffix", "set target.region"),
        Role::Organization => ("organisation", "set organization.id"),
    };
    let unknown = Unknown::because(format!("the {what} of the deployment is not known"));
    Value::unknown(unknown.settle(settle).role(role), at)
}

/// The account in a role's ARN.
fn account_of(role: &Value) -> Value {
    let opaque = || {
        let unknown = Unknown {
            ty: Type::String,
            ..reason_of(role)
        };
        Value {
            place: role.place.clone(),
            ..Value::unknown(unknown, role.place.span)
        }
    };
    let Kind::String(text) = &role.kind else {
        return opaque();
    };
    let mut before = String::new();
    for part in text.parts() {
        match part {
            Part::Lit(lit) => before.push_str(&lit.text),
            Part::Hole(hole) if before.matches(':').count() == 4 && before.ends_with(':') => {
                return Value {
                    place: role.place.clone(),
                    ..Value::new(Kind::Unknown(hole.clone()), role.place.span)
                };
            }
            Part::Hole(_) if before.matches(':').count() > 4 => break,
            Part::Hole(_) => before.push('?'),
        }
    }
    match before.split(':').nth(4) {
        Some(account) if is_account(account) => Value {
            place: role.place.clone(),
            ..Value::text(account, role.place.span)
        },
        _ => Value::unknown(
            Unknown::because("the role of its provider names no account").of(Type::String),
            role.place.span,
        ),
    }
}

/// The provider of a resource with its own region, where it sets one.
pub(super) fn with_region(provider: &Provider, attributes: &Value) -> Provider {
    let own = attributes.get("region").filter(|v| !v.is_null());
    Provider {
        account: provider.account.clone(),
        region: own.unwrap_or_else(|| provider.region.clone()),
        tags: provider.tags.clone(),
    }
}

/// Adds `tags_all`: the provider's tags and the resource's own, which count before them, where the provider gives any.
pub(super) fn with_tags(schema: Option<&Schema>, provider: &Provider, attributes: &mut Value) {
    let tagged = schema.is_some_and(|s| s.attributes.contains_key("tags_all"));
    let Some(given) = provider.tags.as_ref().filter(|_| tagged) else {
        return;
    };
    let own = attributes.get("tags").filter(|tags| !tags.is_null());
    let mut all = given.clone();
    match (&mut all.kind, own.as_ref().map(|own| &own.kind)) {
        (_, None) => {}
        (
            Kind::Mapping { entries, more, .. },
            Some(Kind::Mapping {
                entries: own,
                more: others,
                ..
            }),
        ) => {
            if let Some(others) = others {
                hide(entries, others);
            }
            entries.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
            *more = others.clone().or_else(|| more.take());
        }
        (Kind::Mapping { entries, more, .. }, Some(Kind::Unknown(others))) => {
            hide(entries, others);
            *more = Some(others.clone());
        }
        (Kind::Unknown(given), Some(Kind::Mapping { .. })) => {
            let given = given.clone();
            all = own.unwrap_or(all);
            if let Kind::Mapping { more, .. } = &mut all.kind {
                *more = Some(given);
            }
        }
        _ => {}
    }
    if let Kind::Mapping { entries, .. } = &mut attributes.kind {
        entries.insert("tags_all".into(), all);
    }
}

/// What may have been replaced by something unknown; the keys stay.
fn hide(entries: &mut Entries, by: &Arc<Unknown>) {
    for value in entries.values_mut() {
        value.kind = Kind::Unknown(by.clone());
    }
}
