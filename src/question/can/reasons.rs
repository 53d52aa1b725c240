//! Why a request cannot be decided: the unknown parts of the statements that may match it.

use crate::iam::condition::{Clause, Quantifier};
use crate::iam::evaluate::{Request, matching};
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Fact, Glob};
use crate::iam::principal::Who;
use crate::iam::rule::{Element, Policy, Rule, Scope};
use crate::value::Reason;

const A2: &str = "A2: whether NotPrincipal in a Deny that lists an account beside a role or user of it spares the account's other principals is not documented";

/// The reasons, in the order of the policies.
pub(super) fn of(policies: &[Policy], request: &Request) -> Vec<Reason> {
    let mut out = Vec::new();
    for policy in policies {
        for (rule, tri) in matching(policy, request) {
            if tri == Tri::Unknown {
                out.extend(rule_reasons(rule, request));
            }
        }
    }
    out
}

fn rule_reasons(rule: &Rule, request: &Request) -> Vec<Reason> {
    let mut out: Vec<Reason> = rule.doubt.iter().cloned().collect();
    if rule.action(&request.action) == Tri::Unknown {
        out.extend(holes(rule.actions.as_ref()));
        if let Scope::Unknown(reason) = &rule.scope {
            out.push(reason.clone());
        }
    }
    if rule.caller(&request.caller, &request.context).any() == Tri::Unknown {
        let who = rule.principals.iter().flat_map(|p| &p.who);
        let open = who.filter_map(|w| match w {
            Who::Open { unknown, .. } => Some(unknown.reason.clone()),
            _ => None,
        });
        let open: Vec<Reason> = open.collect();
        if open.is_empty() && request.context.view.bounded == Tri::False {
            out.push(A2.into());
        }
        out.extend(open);
    }
    if rule.resource(&request.resource, &request.context) == Tri::Unknown {
        out.extend(holes(rule.resources.as_ref()));
    }
    for clause in &rule.clauses {
        if clause.holds(&request.context) == Tri::Unknown {
            out.extend(clause_reasons(clause, request));
        }
    }
    out
}

fn clause_reasons(clause: &Clause, request: &Request) -> Vec<Reason> {
    let Some(operator) = clause.operator else {
        return vec!["a condition operator is not known".into()];
    };
    let mut out: Vec<Reason> = (clause.values.iter().flat_map(Glob::holes))
        .map(|u| u.reason.clone())
        .collect();
    match request.context.facts.get(&clause.key) {
        Some(Fact::Unknown(reason)) => out.push(reason.clone()),
        None if operator.quantifier == Some(Quantifier::Any) && operator.if_exists => {
            out.push("A4: what ForAnyValue with IfExists says about a key that is absent is not documented".into());
        }
        _ => {}
    }
    out
}

fn holes(element: Option<&Element>) -> Vec<Reason> {
    let globs = element.into_iter().flat_map(|e| &e.globs);
    globs
        .flat_map(Glob::holes)
        .map(|u| u.reason.clone())
        .collect()
}
