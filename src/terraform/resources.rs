//! Instances of resources and data sources, and the list of all of them.

use super::Demand;
use super::blocks::META;
use super::computed;
use super::data;
use super::expand::{Expanded, Single};
use super::memo::Memo;
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

/// Arguments that others follow from: where a resource is deployed to, its ARN.
const SHAPING: [&str; 8] = [
    "name",
    "path",
    "region",
    "registry_id",
    "repository",
    "repository_name",
    "tags",
    "tags_all",
];

/// An instance of a resource, worked out.
pub(super) struct Made {
    /// What stands in the code.
    pub(super) raw: RawResource,
    /// What follows from the code and the surroundings, once somebody asks.
    known: OnceCell<computed::Values>,
    /// All attributes, once somebody asks.
    full: OnceCell<Value>,
}

impl Made {
    fn new(raw: RawResource) -> Self {
        Made {
            raw,
            known: OnceCell::new(),
            full: OnceCell::new(),
        }
    }
}

impl Run<'_> {
    /// An instance of a resource.
    pub(super) fn made(&self, expanded: &Rc<Expanded>, single: &Single) -> Rc<Made> {
        self.make(&expanded.made, expanded, single, &|_| true)
    }

    /// An instance of a resource, of whose arguments and blocks only those count that are asked for.
    fn listed(&self, expanded: &Rc<Expanded>, single: &Single) -> Rc<Made> {
        match self.demand {
            Demand::Resources(wanted) if expanded.declared.mode == Mode::Managed => {
                let kind = &*expanded.declared.kind;
                let wants = |name: &str| SHAPING.contains(&name) || (wanted.attributes)(kind, name);
                self.make(&expanded.listed, expanded, single, &wants)
            }
            _ => self.made(expanded, single),
        }
    }

    /// An instance of a resource in which an attribute is what it is: as it is listed, where the code says nothing of the
    /// attribute or it is asked for anyway.
    pub(super) fn made_for(
        &self,
        expanded: &Rc<Expanded>,
        single: &Single,
        attribute: &str,
    ) -> Rc<Made> {
        let Demand::Resources(wanted) = self.demand else {
            return self.made(expanded, single);
        };
        let declared = &expanded.declared;
        let body = &declared.block(self.files).body;
        let written = body.attribute(attribute).is_some()
            || body.blocks(attribute).next().is_some()
            || body
                .blocks("dynamic")
                .any(|b| b.label(0).is_some_and(|l| **l == *attribute));
        match written && !(wanted.attributes)(&declared.kind, attribute) {
            true => self.made(expanded, single),
            false => self.listed(expanded, single),
        }
    }

    fn make(
        &self,
        memo: &Memo<usize, Rc<Made>>,
        expanded: &Rc<Expanded>,
        single: &Single,
        wants: &dyn Fn(&str) -> bool,
    ) -> Rc<Made> {
        let instance = &expanded.instance;
        let cycle = || {
            let own = format!("{}{}", expanded.declared.address(), single.key.text());
            let unknown = self.cycle(&own, expanded.declared.header());
            let raw = self.raw(expanded, single, unknown.clone());
            let full = OnceCell::from(unknown);
            let known = OnceCell::new();
            Rc::new(Made { raw, known, full })
        };
        self.once(memo, &single.index, cycle, || {
            let declared = &expanded.declared;
            let block = declared.block(self.files);
            let scope = Scope::of(instance, &single.each);
            let schema = schema::of(declared.mode, &declared.kind);
            let wants = |name: &str| !META.contains(&name) && wants(name);
            let attributes = self.decode(&block.body, block.header, schema, &wants, scope);
            Rc::new(Made::new(self.raw(expanded, single, attributes)))
        })
    }

    /// An attribute of an instance as [`full`](Self::full) has it, where that can be had without the others.
    pub(super) fn computed(&self, made: &Made, name: &str) -> Option<Value> {
        if made.full.get().is_some() {
            return None;
        }
        computed::attribute(&made.raw, self.known(made), name)
    }

    /// All attributes of an instance: what references see.
    pub(super) fn full<'m>(&self, made: &'m Made) -> &'m Value {
        let fill = || computed::complete(&made.raw, self.known(made).clone());
        made.full.get_or_init(fill)
    }

    /// What follows from the arguments of an instance and its surroundings. What cannot be rendered is told.
    fn known<'m>(&self, made: &'m Made) -> &'m computed::Values {
        made.known.get_or_init(|| {
            let mut known = computed::known(&made.raw, self.world);
            known.extend(self.rendered(&made.raw));
            known
        })
    }

    fn raw(&self, expanded: &Expanded, single: &Single, mut attributes: Value) -> RawResource {
        let declared = &expanded.declared;
        let block = declared.block(self.files);
        let provider = self.provider_of(&expanded.instance, &declared.kind, block);
        let provider = provider::with_region(&provider, &attributes);
        let schema = schema::of(declared.mode, &declared.kind);
        provider::with_tags(schema, &provider, &mut attributes);
        let address = expanded.address_of(&single.key);
        let outer = expanded.instance.doubt.as_ref();
        let doubt = expanded.expansion.doubt(single, &address, outer);
        RawResource {
            address: address.to_string(),
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

    /// What a data source renders of its arguments.
    fn rendered(&self, raw: &RawResource) -> computed::Values {
        if raw.mode != Mode::Data {
            return BTreeMap::new();
        }
        match data::attribute_values(&raw.kind, &raw.attributes, raw.span) {
            None => BTreeMap::new(),
            Some(Ok(values)) => values,
            Some(Err(diagnostics)) => {
                let reason = diagnostics.first().map_or("it is wrong", |d| &d.message);
                let unknown =
                    Unknown::because(format!("`{}` cannot be rendered: {reason}", raw.address));
                let unknown = unknown.of(Type::String);
                diagnostics.into_iter().for_each(|d| self.tell(d));
                ["json", "minified_json"]
                    .map(|name| (name.into(), Value::unknown(unknown.clone(), raw.span)))
                    .into()
            }
        }
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
            Demand::Resources(wanted) => {
                declared.mode == Mode::Managed && (wanted.types)(&declared.kind)
            }
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
                let made = self.listed(&expanded, single);
                if made.raw.mode == Mode::Data {
                    self.full(&made); // what cannot be rendered is told
                }
                out.push(made.raw.clone());
                self.demands_of(&expanded, single);
            }
        }
        self.hush(instance);
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
