//! Why a question cannot be answered: the unknown parts that a request which nobody can exclude hangs on.

use super::Scene;
use super::ground::Ground;
use super::question::{Need, request};
use super::solve::{Part, resource};
use crate::iam::condition::{Clause, Quantifier};
use crate::iam::evaluate::Request;
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Context, Fact, Glob, View, known};
use crate::iam::principal::{Level, Who};
use crate::iam::rule::{Element, Policy, Rule, Scope};
use crate::value::Reason;

fn matches(rule: &Rule, request: &Request) -> Tri {
    let level: Level = rule.caller(&request.caller, &request.context);
    if level.any() == Tri::False {
        return Tri::False;
    }
    let action = level.any().and(rule.action(&request.action));
    if action == Tri::False {
        return Tri::False;
    }
    action
        .and(rule.resource(&request.resource, &request.context))
        .and(rule.conditions(&request.context))
        .and(rule.certain())
}

/// Which policy and statement allow a request, of the rules that are chosen.
pub(super) fn allows(
    policies: &[Policy],
    request: &Request,
    chosen: impl Fn(&Rule) -> bool,
) -> Option<(usize, usize)> {
    first(policies, |r| {
        !r.deny && matches(r, request).must() && chosen(r)
    })
}

/// Which policy and statement deny a request.
pub(super) fn denies(policies: &[Policy], request: &Request) -> Option<(usize, usize)> {
    first(policies, |r| r.deny && matches(r, request).must())
}

fn first(policies: &[Policy], chosen: impl Fn(&Rule) -> bool) -> Option<(usize, usize)> {
    let mut all =
        (policies.iter().enumerate()).flat_map(|(i, p)| p.rules.iter().map(move |r| (i, r)));
    all.find(|(_, r)| chosen(r)).map(|(i, r)| (i, r.index))
}

/// The reasons why it cannot be told whether a request passes, without repetition.
pub(super) fn of(
    scene: &Scene,
    ground: &Ground,
    part: &Part,
    need: &Need,
    view: View,
) -> Vec<Reason> {
    let mut out: Vec<Reason> = Vec::new();
    if let Some((Tri::Unknown, Some(reason))) = &part.asked {
        out.push(reason.clone());
    }
    let actions: Vec<&str> = match need {
        Need::All(actions) => actions.clone(),
        _ => part.action.into_iter().collect(),
    };
    let lookup = Lookup {
        scene,
        ground,
        view,
    };
    for action in actions {
        let mut request = request(ground, part, action, view);
        request.context.view.relax = view.relax;
        let resources = part
            .resources
            .as_ref()
            .map(|r| r.to_vec())
            .unwrap_or_default();
        let mut grants = Vec::new();
        let mut granted = false;
        let mut denies = Vec::new();
        for (_, rule) in ground.rules() {
            let (fits, reasons) = lookup.rule(rule, &request, &resources);
            match (fits, rule.deny) {
                (Tri::True, false) => granted = true,
                (Tri::Unknown, false) => grants.extend(reasons),
                (Tri::Unknown, true) => denies.extend(reasons),
                _ => {}
            }
        }
        out.extend(if granted { Vec::new() } else { grants });
        out.extend(denies);
    }
    let mut seen = Vec::new();
    out.retain(|r| {
        let new = !seen.contains(r);
        seen.push(r.clone());
        new
    });
    if out.is_empty() {
        out.push("what the policies say together cannot be told".into());
    }
    out
}

struct Lookup<'a> {
    scene: &'a Scene,
    ground: &'a Ground,
    view: View,
}

impl Lookup<'_> {
    /// How a rule matches, and what is unknown about that.
    fn rule(&self, rule: &Rule, request: &Request, resources: &[String]) -> (Tri, Vec<Reason>) {
        let mut out: Vec<Reason> = rule.doubt.iter().cloned().collect();
        let context = &request.context;
        let action = rule.action(&request.action);
        if action == Tri::Unknown {
            out.extend(element(self.ground, rule.actions.as_ref()));
            if let Scope::Unknown(reason) = &rule.scope {
                out.push(reason.clone());
            }
        }
        let caller = rule.caller(&request.caller, context).any();
        if caller == Tri::Unknown {
            out.extend(self.caller(rule));
        }
        let at = resource(rule, resources, context);
        if at == Tri::Unknown {
            out.extend(self.resource(rule));
        }
        let mut holds = Tri::True;
        for clause in &rule.clauses {
            let fits = match self.ground.open.get(&clause.key) {
                Some(_) => clause.holds(context).and(Tri::Unknown),
                None => clause.holds(context),
            };
            if fits == Tri::Unknown {
                out.extend(self.clause(clause, context));
            }
            holds = holds.and(fits);
        }
        let fits = Tri::all([rule.certain(), action, caller, at, holds]);
        (fits, out)
    }

    fn caller(&self, rule: &Rule) -> Vec<Reason> {
        let who = rule.principals.iter().flat_map(|p| &p.who);
        let open: Vec<Reason> = who
            .filter_map(|w| match w {
                Who::Open { unknown, .. } => Some(unknown.reason.clone()),
                _ => None,
            })
            .collect();
        if open.is_empty() {
            let a2 = "A2: whether NotPrincipal in a Deny spares other principals of an account of which only a role or user is listed is not documented";
            return vec![a2.into()];
        }
        open
    }

    fn resource(&self, rule: &Rule) -> Vec<Reason> {
        let mut out = element(self.ground, rule.resources.as_ref());
        if out.is_empty() {
            let whole = [
                ("account", &self.scene.account),
                ("region", &self.scene.region),
            ];
            let unknown = whole.iter().filter(|(_, given)| given.is_none());
            out.extend(unknown.map(|(what, _)| {
                Reason::from(format!("the {what} that this is deployed to is not known"))
            }));
            if let super::Repository::Named(name) = &self.scene.repository
                && known(name, &self.ground.binding).is_none()
            {
                out.extend(name.first_hole().map(|u| u.reason.clone()));
            }
        }
        out
    }

    fn clause(&self, clause: &Clause, context: &Context) -> Vec<Reason> {
        if let Some(reason) = self.ground.open.get(&clause.key) {
            return vec![reason.clone()];
        }
        let Some(operator) = clause.operator else {
            return vec!["a condition operator is not known".into()];
        };
        let holes = clause.values.iter().flat_map(Glob::holes);
        let mut out: Vec<Reason> = holes.map(|u| u.reason.clone()).collect();
        match context.facts.get(&clause.key) {
            Some(Fact::Unknown(reason)) => out.push(reason.clone()),
            Some(Fact::Many(_)) if operator.quantifier.is_none() => out.push(
                "A3: what a multivalued key without ForAllValues or ForAnyValue matches is not documented".into(),
            ),
            None if operator.quantifier == Some(Quantifier::Any) && operator.if_exists => out.push(
                "A4: what ForAnyValue with IfExists says about a key that is absent is not documented".into(),
            ),
            _ => {}
        }
        if out.is_empty() && self.view.relax {
            let variables = clause.values.iter().flat_map(Glob::variables);
            out.extend(variables.map(|v| {
                Reason::from(format!(
                    "the policy variable `${{{}}}` may have any value",
                    self.ground.said(&v.key)
                ))
            }));
        }
        out
    }
}

fn element(ground: &Ground, element: Option<&Element>) -> Vec<Reason> {
    let globs = element.into_iter().flat_map(|e| &e.globs);
    let mut out = Vec::new();
    for glob in globs {
        out.extend(glob.holes().map(|u| u.reason.clone()));
        out.extend(glob.variables().map(|v| {
            Reason::from(format!(
                "the policy variable `${{{}}}` may have any value",
                ground.said(&v.key)
            ))
        }));
    }
    out
}
