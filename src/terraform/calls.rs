//! Calls of modules: where the module is, its instances, and whether it is called rightly.

use super::expand::{Each, Expansion, Shape};
use super::expression::reason_of;
use super::installed::Found;
use super::run::{Caller, Failure, Instance, Outcome, Run, Scope};
use super::unseen::META;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::hcl::Block;
use crate::value::Unknown;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

/// Modules nested deeper than this are not looked at.
const MAX_MODULES: usize = 32;

/// A module call with its instances.
pub(super) struct Calls {
    pub(super) expansion: Expansion,
    pub(super) instances: Vec<Rc<Instance>>,
    /// Why nothing is known about it.
    pub(super) missing: Option<Arc<Unknown>>,
}

impl Run<'_> {
    /// A module call's instances. `Err`: it is declared nowhere.
    pub(super) fn calls(
        &self,
        instance: &Rc<Instance>,
        name: &Arc<str>,
        span: Span,
    ) -> Outcome<Rc<Calls>> {
        let Some(block) = instance.module.calls.get(name) else {
            return Err(Failure::undeclared(span, &format!("module.{name}")));
        };
        Ok(self.once(
            &instance.calls,
            name,
            || {
                let value = self.cycle(&format!("module.{name}"), block.header);
                Rc::new(missing(reason_of(&value)))
            },
            || Rc::new(self.make_calls(instance, name, block)),
        ))
    }

    fn make_calls(&self, instance: &Rc<Instance>, name: &Arc<str>, block: &Rc<Block>) -> Calls {
        let path = match instance.path.as_str() {
            "" => name.to_string(),
            outer => format!("{outer}.{name}"),
        };
        let address = instance.inside(&format!("module.{name}"));
        let (dir, shown) = match self.find_module(instance, block, &path, &address) {
            Ok(found) => found,
            Err(unknown) => {
                let known = Arc::new((*unknown).clone());
                self.unseen.note(instance, block, known.clone());
                self.blind_spots.borrow_mut().push(known);
                return missing(*unknown);
            }
        };
        let module = match self.module(&dir, &shown) {
            Ok(module) => module,
            Err(e) => {
                let message = format!("cannot read module `{name}` in `{shown}`: {e}");
                self.tell(Diagnostic::error("module-missing", message.clone()).at(block.header));
                let unknown = Unknown::because(message);
                let known = Arc::new(unknown.clone());
                self.unseen.note(instance, block, known.clone());
                self.blind_spots.borrow_mut().push(known);
                return missing(unknown);
            }
        };
        let holder = format!("call of {address}");
        let each = Each::default();
        let scope = Scope::of(instance, &each);
        let expansion = self.expansion(&block.body, &holder, scope);
        self.check_arguments(block, &module);
        let instances = (expansion.items.iter())
            .map(|single| {
                let own = format!("{address}{}", single.key.text());
                Rc::new(Instance {
                    path: path.clone(),
                    doubt: expansion.doubt(single, &own, instance.doubt.as_ref()),
                    address: own,
                    depth: instance.depth + 1,
                    caller: Some(Caller {
                        instance: instance.clone(),
                        block: block.clone(),
                        each: single.each.clone(),
                    }),
                    ..Instance::new(module.clone(), dir.clone())
                })
            })
            .collect();
        Calls {
            expansion,
            instances,
            missing: None,
        }
    }

    /// The directory of a called module and its name for the user.
    fn find_module(
        &self,
        instance: &Instance,
        block: &Block,
        path: &str,
        address: &str,
    ) -> Result<(PathBuf, String), Box<Unknown>> {
        let name = block.label(0).cloned().unwrap_or_default();
        let fail = |message: String| {
            self.tell(Diagnostic::error("terraform-evaluation", message.clone()).at(block.header));
            Box::new(Unknown::because(message))
        };
        if instance.depth >= MAX_MODULES {
            let message = format!("`{name}` is nested more than {MAX_MODULES} levels deep");
            return Err(fail(message));
        }
        let Some(source) = block.body.attribute("source") else {
            return Err(fail(format!("module `{name}` has no source")));
        };
        let literal = source.expr.as_literal();
        if let Some(local) = literal.filter(|s| s.starts_with("./") || s.starts_with("../")) {
            let dir = super::run::normal(&instance.dir.join(local));
            if instance.is_within(&dir) {
                return Err(fail(format!("module `{name}` calls itself")));
            }
            return Ok((dir, super::installed::shown(&instance.module.shown, local)));
        }
        let version = block.body.attribute("version");
        let version = version.and_then(|v| v.expr.as_literal());
        let other = match self.installed.find(path, literal, version) {
            Found::Directory(found) => {
                let dir = super::run::normal(&self.dir.join(found));
                return Ok((dir, super::module::join(&self.shown, found)));
            }
            Found::Other(other) => format!(" ({other})"),
            Found::Nothing => String::new(),
        };
        let unknown = Unknown::because(format!("module `{address}` is not installed"))
            .settle("run terraform init");
        let message = format!(
            "module `{name}` is not installed{other}: its resources and outputs are unknown"
        );
        self.tell(
            Diagnostic::warning("module-not-installed", message)
                .at(source.expr.span)
                .help("run terraform init"),
        );
        Err(Box::new(unknown))
    }

    /// Arguments that the module does not know, and required ones that are missing.
    fn check_arguments(&self, block: &Block, module: &super::module::Module) {
        for attribute in &block.body.attributes {
            let name = &attribute.name.text;
            if !META.contains(&&**name) && !module.variables.contains_key(name) {
                let message = format!(
                    "module `{}` has no variable `{name}`",
                    block.label(0).map_or("", |l| l)
                );
                self.tell(
                    Diagnostic::error("terraform-evaluation", message).at(attribute.name.span),
                );
            }
        }
        for (name, variable) in &module.variables {
            if variable.body.attribute("default").is_none() && block.body.attribute(name).is_none()
            {
                let message = format!(
                    "module `{}` lacks its argument `{name}`",
                    block.label(0).map_or("", |l| l)
                );
                self.tell(Diagnostic::error("terraform-evaluation", message).at(block.header));
            }
        }
    }
}

fn missing(unknown: Unknown) -> Calls {
    Calls {
        expansion: Expansion::of(Shape::Single, [], None),
        instances: Vec::new(),
        missing: Some(Arc::new(unknown)),
    }
}
