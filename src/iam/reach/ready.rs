//! A scene made ready for questions: its ground, and what its rules say of each class.

use super::ground::{Foreign, Ground};
use super::table::Table;
use super::{Attached, Repository, Scene};
use crate::iam::automaton::Exhausted;
use crate::iam::pattern::View;
use crate::value::Part;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// A table, or that there would be too much in it.
type Found = Result<Rc<Table>, Exhausted>;

/// A scene made ready.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) ground: Ground,
    /// One for each way to read the policies.
    tables: RefCell<Vec<(View, Found)>>,
}

/// Scenes that a thread keeps ready: questions about a policy are asked between those about its statements.
const KEPT: usize = 4;

/// A scene with whose registry it is about, made ready.
type Kept = (Scene, Option<Foreign>, Rc<Ready>);

thread_local! {
    /// The scenes that were asked about last, the latest first.
    static LAST: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

impl Ready {
    /// As [`Ready::new`], made once for questions about one scene that follow each other; `foreign`: the resources are
    /// these others'.
    pub(super) fn of(scene: &Scene, foreign: Option<&Foreign>) -> Rc<Self> {
        LAST.with_borrow_mut(|last| {
            let known = |(of, way, _): &Kept| way.as_ref() == foreign && same(of, scene);
            if let Some(at) = last.iter().position(known)
                && let Some(front) = last.get_mut(..=at)
            {
                front.rotate_right(1);
            } else {
                let ready = Rc::new(Self::new(Ground::new(scene, foreign)));
                last.insert(0, (scene.clone(), foreign.cloned(), ready));
                last.truncate(KEPT);
            }
            match last.first() {
                Some((_, _, ready)) => ready.clone(),
                None => Rc::new(Self::new(Ground::new(scene, foreign))),
            }
        })
    }

    pub(super) fn new(ground: Ground) -> Self {
        Ready {
            ground,
            tables: RefCell::default(),
        }
    }

    /// What the rules say, read in one way.
    pub(super) fn table(&self, scene: &Scene, view: View) -> Found {
        // without unknown parts nothing is named by one
        let view = View {
            unnamed: view.unnamed && self.ground.open_ended,
            ..view
        };
        let known =
            (self.tables.borrow().iter()).find_map(|(v, t)| (*v == view).then(|| t.clone()));
        known.unwrap_or_else(|| {
            let table = Table::new(&self.ground, scene, view).map(Rc::new);
            self.tables.borrow_mut().push((view, table.clone()));
            table
        })
    }
}

/// Whether two scenes are one.
fn same(a: &Scene, b: &Scene) -> bool {
    let policy = |a: &Attached, b: &Attached| {
        Arc::ptr_eq(&a.document, &b.document) && a.name == b.name && a.scope == b.scope
    };
    let Scene {
        service,
        account,
        region,
        partition,
        organization,
        known,
        repository,
        policies,
    } = a;
    *service == b.service
        && (account, region) == (&b.account, &b.region)
        && (partition, organization) == (&b.partition, &b.organization)
        && *known == b.known
        && same_repository(repository, &b.repository)
        && policies.len() == b.policies.len()
        && (policies.iter().zip(&b.policies)).all(|(a, b)| policy(a, b))
}

fn same_repository(a: &Repository, b: &Repository) -> bool {
    let part = |(a, b): (&Part, &Part)| match (a, b) {
        (Part::Lit(a), Part::Lit(b)) => a.text == b.text,
        (Part::Hole(a), Part::Hole(b)) => Arc::ptr_eq(a, b),
        _ => false,
    };
    match (a, b) {
        (Repository::Any, Repository::Any) => true,
        (Repository::Except(a), Repository::Except(b)) => a == b,
        (Repository::Named(a), Repository::Named(b)) => {
            a.parts().len() == b.parts().len() && a.parts().iter().zip(b.parts()).all(part)
        }
        _ => false,
    }
}
