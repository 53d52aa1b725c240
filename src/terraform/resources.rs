//! Instances of resources and data sources, and the list of all of them.

use super::computed;
use super::data;
use super::expand::{Expanded, Single};
use super::run::{Instance, Run, Scope};
use super::schema;
use crate::diagnostic::Diagnostic;
use crate::raw::{Form, Mode, RawResource, Root};
use crate::value::{Kind, Type, Unknown, Value};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// An instance of a resource, worked out.
pub(super) struct Made {
    /// What stands in the code.
    pub(super) raw: RawResource,
    /// All attributes: what references see.
    pub(super) full: Value,
}

impl Run<'_> {
    /// An instance of a resource.
    pub(super) fn made(&self, expanded: &Rc<Expanded>, single: &Single) -> Rc<Made> {
        let instance = &expanded.instance;
        let own = format!("{}{}", expanded.declared.address(), single.key.text());
        let address: Arc<str> = instance.inside(&own).into();
        let cycle = || {
            let unknown = self.cycle(&own, expanded.declared.block.header);
            let raw = self.raw(expanded, single, &address, unknown.clone());
            Rc::new(Made { raw, full: unknown })
        };
        self.once(&instance.made, &address, cycle, || {
            let declared = &expanded.declared;
            let block = &declared.block;
            let scope = Scope::of(instance, &single.each);
            let schema = schema::of(declared.mode, &declared.kind);
            let attributes = self.decode(&block.body, block.header, schema, true, scope);
            let raw = self.raw(expanded, single, &address, attributes);
            let full = self.full(&raw);
            Rc::new(Made { raw, full })
        })
    }

    fn raw(
        &self,
        expanded: &Expanded,
        single: &Single,
        address: &str,
        attributes: Value,
    ) -> RawResource {
        let declared = &expanded.declared;
        let block = &declared.block;
        let provider = self.provider_of(&expanded.instance, &declared.kind, block);
        let provider = computed::with_region(&provider, &attributes);
        let outer = expanded.instance.doubt.as_ref();
        let doubt = expanded.expansion.doubt(single, address, outer);
        RawResource {
            address: address.to_owned(),
            mode: declared.mode,
            kind: declared.kind.to_string(),
            exists: doubt.is_none().then_some(true),
            doubt,
            span: block.header,
            extent: block.span,
            attributes,
            account: provider.account,
            region: provider.region,
            change: None,
            meta: BTreeMap::new(),
        }
    }

    fn full(&self, raw: &RawResource) -> Value {
        let mut rendered = BTreeMap::new();
        if raw.mode == Mode::Data {
            match data::attribute_values(&raw.kind, &raw.attributes, raw.span) {
                None => {}
                Some(Ok(values)) => rendered = values,
                Some(Err(diagnostics)) => {
                    let reason = diagnostics.first().map_or("it is wrong", |d| &d.message);
                    let unknown =
                        Unknown::because(format!("`{}` cannot be rendered: {reason}", raw.address));
                    for name in ["json", "minified_json"] {
                        let unknown = unknown.clone().of(Type::String);
                        rendered.insert(name.into(), Value::unknown(unknown, raw.span));
                    }
                    diagnostics.into_iter().for_each(|d| self.tell(d));
                }
            }
        }
        computed::complete(raw, rendered, self.world)
    }

    /// Everything that the root module deploys.
    pub(super) fn list(&self, root: &Rc<Instance>) -> Root {
        let mut resources = Vec::new();
        self.list_instance(root, &mut resources);
        let outputs = (root.module.outputs.iter())
            .map(|(name, block)| {
                let value = self.settle(self.output(root, name, block.header), block.header);
                if infinite(&value) {
                    let message = format!("output `{name}` holds an infinite number");
                    self.tell(Diagnostic::error("terraform-evaluation", message).at(block.header));
                }
                (name.to_string(), value)
            })
            .collect();
        let unseen = self.unseen();
        Root {
            name: self.shown.clone(),
            form: Form::Terraform,
            case: None,
            resources,
            outputs,
            blind_spots: self.blind_spots.borrow().clone(),
            unseen,
            ..Root::default()
        }
    }

    fn list_instance(&self, instance: &Rc<Instance>, out: &mut Vec<RawResource>) {
        for (name, block) in &instance.module.variables {
            if let Ok(value) = self.variable(instance, name, block.header) {
                self.validate(instance, name, block, &value);
            }
        }
        for (name, attribute) in &instance.module.locals {
            let _ = self.local(instance, name, attribute.name.span);
        }
        for declared in &instance.module.resources {
            let name = (declared.mode, declared.kind.clone(), declared.name.clone());
            let Ok(expanded) = self.expanded(instance, &name, declared.block.header) else {
                continue;
            };
            for single in &expanded.expansion.items {
                out.push(self.made(&expanded, single).raw.clone());
                self.preconditions(&expanded, single);
            }
        }
        for (name, block) in &instance.module.calls {
            if let Ok(calls) = self.calls(instance, name, block.header) {
                for child in &calls.instances {
                    self.list_instance(child, out);
                }
            }
        }
    }
}

/// Whether a number in it is one that no plan can hold.
fn infinite(value: &Value) -> bool {
    match &value.kind {
        Kind::Number(n) => !n.is_finite(),
        Kind::Sequence { items, .. } => items.iter().any(infinite),
        Kind::Mapping { entries, .. } => entries.values().any(infinite),
        _ => false,
    }
}
