//! Instances of resources and data sources, and the list of all of them.

use super::Demand;
use super::computed;
use super::data;
use super::expand::{Expanded, Single};
use super::module::Declared;
use super::provider;
use super::run::{Instance, Run, Scope};
use super::schema;
use crate::diagnostic::Diagnostic;
use crate::raw::{Form, Mode, RawResource, Root};
use crate::syntax::hcl::Block;
use crate::value::{Kind, Type, Unknown, Value};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// An instance of a resource, worked out.
pub(super) struct Made {
    /// What stands in the code.
    pub(super) raw: RawResource,
    /// All attributes, once somebody asks.
    full: OnceCell<Value>,
}

impl Run<'_> {
    /// An instance of a resource.
    pub(super) fn made(&self, expanded: &Rc<Expanded>, single: &Single) -> Rc<Made> {
        let instance = &expanded.instance;
        let own = format!("{}{}", expanded.declared.address(), single.key.text());
        let address: Arc<str> = instance.inside(&own).into();
        let cycle = || {
            let unknown = self.cycle(&own, expanded.declared.header());
            let raw = self.raw(expanded, single, &address, unknown.clone());
            let full = OnceCell::from(unknown);
            Rc::new(Made { raw, full })
        };
        self.once(&instance.made, &address, cycle, || {
            let declared = &expanded.declared;
            let block = declared.block(self.files);
            let scope = Scope::of(instance, &single.each);
            let schema = schema::of(declared.mode, &declared.kind);
            let attributes = self.decode(&block.body, block.header, schema, true, scope);
            let raw = self.raw(expanded, single, &address, attributes);
            let full = OnceCell::new();
            Rc::new(Made { raw, full })
        })
    }

    /// All attributes of an instance: what references see.
    pub(super) fn full<'m>(&self, made: &'m Made) -> &'m Value {
        made.full.get_or_init(|| self.filled(&made.raw))
    }

    fn raw(
        &self,
        expanded: &Expanded,
        single: &Single,
        address: &str,
        mut attributes: Value,
    ) -> RawResource {
        let declared = &expanded.declared;
        let block = declared.block(self.files);
        let provider = self.provider_of(&expanded.instance, &declared.kind, block);
        let provider = provider::with_region(&provider, &attributes);
        let schema = schema::of(declared.mode, &declared.kind);
        provider::with_tags(schema, &provider, &mut attributes);
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

    fn filled(&self, raw: &RawResource) -> Value {
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
        let outputs = match self.demand {
            Demand::Everything => self.list_outputs(root),
            Demand::Resources(_) => BTreeMap::new(),
        };
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

    fn list_outputs(&self, root: &Rc<Instance>) -> BTreeMap<String, Value> {
        let output = |(name, block): (&Arc<str>, &Block)| {
            let value = self.settle(self.output(root, name, block.header), block.header);
            if infinite(&value) {
                let message = format!("output `{name}` holds an infinite number");
                self.tell(Diagnostic::error("terraform-evaluation", message).at(block.header));
            }
            (name.to_string(), value)
        };
        root.module.outputs.iter().map(output).collect()
    }

    /// Whether a resource is asked for, whoever refers to it.
    fn demands(&self, declared: &Declared) -> bool {
        match self.demand {
            Demand::Everything => true,
            Demand::Resources(of) => declared.mode == Mode::Managed && of(&declared.kind),
        }
    }

    fn list_instance(&self, instance: &Rc<Instance>, out: &mut Vec<RawResource>) {
        let module = &instance.module;
        let demanded = module.resources.iter().filter(|d| self.demands(d));
        let demanded: Vec<&Rc<Declared>> = demanded.collect();
        if instance.caller.is_none() || !demanded.is_empty() || !module.calls.is_empty() {
            let mut refused = false;
            for (name, block) in &module.variables {
                if let Ok(value) = self.variable(instance, name, block.header) {
                    refused |= self.validate(instance, name, block, &value);
                }
            }
            if refused {
                instance.forget();
            }
        }
        if matches!(self.demand, Demand::Everything) {
            for (name, attribute) in &module.locals {
                let _ = self.local(instance, name, attribute.name.span);
            }
            self.output_preconditions(instance);
        }
        for declared in demanded {
            let name = (declared.mode, declared.kind.clone(), declared.name.clone());
            let Ok(expanded) = self.expanded(instance, &name, declared.header()) else {
                continue;
            };
            for single in &expanded.expansion.items {
                let made = self.made(&expanded, single);
                if made.raw.mode == Mode::Data {
                    self.full(&made); // what cannot be rendered is told
                }
                out.push(made.raw.clone());
                self.demands_of(&expanded, single, &made);
            }
        }
        for (name, block) in &module.calls {
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
