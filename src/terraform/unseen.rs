//! What is given to modules that cannot be read: their resources may be attached to it.

use super::expand::Each;
use super::run::{Instance, Run, Scope};
use crate::raw::Unseen;
use crate::syntax::hcl::Block;
use crate::value::Unknown;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Arguments of a call that are no variables of the module.
pub(super) const META: [&str; 6] = [
    "source",
    "version",
    "count",
    "for_each",
    "providers",
    "depends_on",
];

/// Calls of modules that cannot be read, as they are met.
#[derive(Default)]
pub(super) struct Calls(RefCell<Vec<Rc<Call>>>);

struct Call {
    instance: Rc<Instance>,
    block: Rc<Block>,
    why: Arc<Unknown>,
}

impl Calls {
    /// Notes a call.
    pub(super) fn note(&self, instance: &Rc<Instance>, block: &Rc<Block>, why: Arc<Unknown>) {
        self.0.borrow_mut().push(Rc::new(Call {
            instance: instance.clone(),
            block: block.clone(),
            why,
        }));
    }

    /// The call of a number; working out what one is given may find further ones.
    fn get(&self, number: usize) -> Option<Rc<Call>> {
        self.0.borrow().get(number).cloned()
    }
}

impl Run<'_> {
    /// What these calls are given: worked out last, when nothing waits for a call any more.
    pub(super) fn unseen(&self) -> Vec<Unseen> {
        let calls = (0..).map_while(|number| self.unseen.get(number));
        calls.map(|call| self.given_to(&call)).collect()
    }

    fn given_to(&self, call: &Call) -> Unseen {
        let mut given = Vec::new();
        for each in self.each_of(&call.instance, &call.block) {
            let scope = || Scope::of(&call.instance, &each);
            let arguments = call.block.body.attributes.iter();
            let arguments = arguments.filter(|a| !META.contains(&&*a.name.text));
            given.extend(arguments.filter_map(|a| self.eval(&a.expr, scope()).ok()));
        }
        Unseen {
            why: call.why.clone(),
            given,
        }
    }

    /// What `count` and `each` are in each instance of a call.
    fn each_of(&self, instance: &Rc<Instance>, block: &Block) -> Vec<Each> {
        let name = block.label(0).cloned().unwrap_or_default();
        let holder = format!("call of {}", instance.inside(&format!("module.{name}")));
        let each = Each::default();
        let expansion = self.expansion(&block.body, &holder, Scope::of(instance, &each));
        expansion
            .items
            .into_iter()
            .map(|single| single.each)
            .collect()
    }
}
