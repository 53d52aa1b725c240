//! What statements and conditions are for, by meaning: what no request matches, what decides nothing, what keeps nobody out.

use super::super::about;
use super::{Entry, Policy, flag, list, placed, reach, text};
use crate::iam::action::{self, Service};
use crate::iam::condition::{can_be_present, meant, spelling};
use crate::iam::document::{Condition, Effect, PolicyKind, Statement, Version, Word};
use crate::iam::kleene::Tri;
use crate::iam::reach::{Answer, Role, Worth};
use crate::value::{Kind, Place, Unknown, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the statements of a policy are for.
pub(super) struct Meaning {
    roles: Result<BTreeMap<usize, Role>, &'static str>,
    /// For each statement what its conditions are worth.
    worth: BTreeMap<usize, Vec<Worth>>,
}

impl Meaning {
    pub(super) fn of(policy: &Policy<'_>) -> Self {
        if policy.document.kind == PolicyKind::VpcEndpoint {
            return Meaning {
                roles: Ok(BTreeMap::new()),
                worth: BTreeMap::new(),
            };
        }
        let scene = &policy.scene;
        let statements = policy.document.statements.iter();
        let worth = statements
            .filter(|s| !s.conditions.is_empty())
            .map(|s| (s.index, reach::worth(scene, 0, s)));
        Meaning {
            worth: worth.collect(),
            roles: reach::roles(scene, 0),
        }
    }

    /// The fields of a statement.
    pub(super) fn of_statement(&self, policy: &Policy<'_>, statement: &Statement) -> Vec<Entry> {
        let place = &statement.place;
        let role = match &self.roles {
            Ok(roles) => roles.get(&statement.index).copied(),
            Err(_) => None,
        };
        let own = first_open(statement).or_else(|| policy.document.first_open().map(about));
        let doubtful = |tri: Tri| match (tri, &own) {
            (Tri::True, _) => Ok(true),
            (Tri::Unknown, Some(why)) => Err(why.clone()),
            _ => Ok(false),
        };
        let without = without_effect(policy, statement);
        // what makes it dead is said of the condition or of the actions
        let said = !without.is_empty()
            || (self.worth.get(&statement.index).into_iter().flatten())
                .any(|w| w.never_matches.must());
        let dead = role.map_or(Tri::False, |r| r.dead);
        let dead = match dead {
            _ if said => Tri::False,
            // whoever is named by what is not known is somebody
            Tri::Unknown => reach::matches_if_anyone(&policy.scene, 0, statement).negate(),
            known => known,
        };
        let shadowed = role.map_or(Tri::False, |r| r.shadowed);
        let at = without.first().map_or(place, |w| &w.place);
        vec![
            ("dead", flag(doubtful(dead), place)),
            ("shadowed", flag(doubtful(shadowed), place)),
            ("without_effect", self::without(&without, statement, at)),
        ]
    }

    /// Each condition of a statement: where it stands and its fields.
    pub(super) fn conditions(
        &self,
        policy: &Policy<'_>,
        statement: &Statement,
    ) -> Vec<(Place, Vec<Entry>)> {
        let worth = self.worth.get(&statement.index);
        let each = statement.conditions.iter().enumerate();
        each.map(|(i, condition)| {
            let worth = worth.and_then(|w| w.get(i)).copied();
            let fields = fields(policy, statement, condition, worth);
            (condition.place.clone(), fields)
        })
        .collect()
    }
}

/// Why a part of a statement that is no account, region or the like is not known.
fn first_open(statement: &Statement) -> Option<Arc<Unknown>> {
    let mut holes = statement.words().filter_map(|w| w.text.first_hole());
    let open = holes.find(|u| u.role.is_none()).map(about);
    open.or_else(|| statement.unknown.clone())
}

fn fields(
    policy: &Policy<'_>,
    statement: &Statement,
    condition: &Condition,
    worth: Option<Worth>,
) -> Vec<Entry> {
    let place = &condition.place;
    let values: Vec<Value> = (condition.values.iter())
        .map(|w| placed(Kind::String(w.text.clone()), &w.place))
        .collect();
    let hole = condition
        .values
        .iter()
        .find_map(|w| w.text.first_hole())
        .map(about);
    let known = |tri: Option<Tri>| match (tri, &hole) {
        (Some(Tri::True), _) => Ok(true),
        (Some(Tri::Unknown), Some(why)) => Err(why.clone()),
        _ => Ok(false),
    };
    // whatever an unknown value is, somebody has it; but an address that no request has
    let never = worth.map(|w| w.never_matches);
    let address = condition.key.eq_ignore_ascii_case("aws:SourceIp");
    let never = never.filter(|t| *t != Tri::Unknown || address);
    vec![
        (
            "operator",
            text(condition.operator.clone(), &condition.operator_place),
        ),
        ("key", text(condition.key.clone(), place)),
        ("values", list(values, place)),
        (
            "keeps_nobody_out",
            flag(known(worth.map(|w| w.keeps_nobody_out)), place),
        ),
        ("never_matches", flag(known(never), place)),
        ("why_useless", text(hollow(condition), place)),
        (
            "why_never",
            text(never_words(policy, statement, condition), place),
        ),
    ]
}

/// Why a condition keeps nobody out, in words.
fn hollow(condition: &Condition) -> String {
    let operator = condition.operator.to_ascii_lowercase();
    let key = condition.key.to_lowercase();
    let name = spelling(&key);
    let own = format!("${{{key}}}");
    let mut known = condition.values.iter().filter_map(Word::known);
    if operator.starts_with("forallvalues:") {
        return format!(
            "`{}` holds for a request without `{name}`",
            condition.operator
        );
    }
    if operator.ends_with("ifexists") {
        return format!(
            "`{}` holds for a request without `{name}`",
            condition.operator
        );
    }
    if key.starts_with("aws:resource") {
        return format!("`{name}` tells whose the repository is, not who calls");
    }
    if key.starts_with("aws:principaltag/") || key == "aws:username" {
        return format!("whoever calls decides about `{name}`");
    }
    if ["aws:useragent", "aws:referer"].contains(&key.as_str()) {
        return format!("whoever calls writes `{name}`");
    }
    if known.clone().any(|v| v.eq_ignore_ascii_case(&own)) {
        return format!("`{name}` is compared with itself");
    }
    if known.any(|v| !v.is_empty() && v.bytes().all(|b| b == b'*')) {
        return format!("`*` takes every value of `{name}`");
    }
    format!("anyone can meet it: `{name}` takes in values of accounts that nobody names")
}

/// Why a condition never matches, in words.
fn never_words(policy: &Policy<'_>, statement: &Statement, condition: &Condition) -> String {
    let key = condition.key.to_lowercase();
    let name = spelling(&key);
    if can_be_present(&key) == Tri::False {
        let meant = meant(&key).map_or_else(String::new, |m| format!("; `{m}` is meant, perhaps"));
        return format!("no request to ECR has the key `{}`{meant}", condition.key);
    }
    let variable = |w: &Word| w.known().is_some_and(|v| v.contains("${"));
    if policy.document.version == Version::V2008 && condition.values.iter().any(variable) {
        return "in policies of version 2008-10-17, which is also what a policy without Version has, `${…}` is plain text".to_owned();
    }
    if key == "aws:sourceip" {
        return "no request has such a `aws:SourceIp`: it is the public address, and absent where a VPC endpoint is used".to_owned();
    }
    if key.starts_with("aws:resource") || key == "aws:requestedregion" {
        return format!("`{name}` of the repository has none of these values");
    }
    let services = statement.principals.iter().filter(|p| !p.negated);
    let only_services = services
        .flat_map(|p| &p.words)
        .all(|(sort, _)| *sort == crate::iam::principal::Sort::Service);
    match (
        statement.principals.is_some() && only_services,
        key.starts_with("aws:source"),
    ) {
        (true, _) => format!("requests of AWS services do not have these values of `{name}`"),
        (false, true) => format!("`{name}` is in requests of AWS services only"),
        _ => format!("no request that the statement speaks of has one of these values of `{name}`"),
    }
}

/// The actions of a statement that a policy of its kind cannot give or take.
fn without_effect(policy: &Policy<'_>, statement: &Statement) -> Vec<Word> {
    let kind = policy.document.kind;
    let (service, repository) = match kind {
        PolicyKind::PublicRepository => (Service::EcrPublic, true),
        PolicyKind::Repository | PolicyKind::CreationTemplate => (Service::Ecr, true),
        _ => (Service::Ecr, false),
    };
    let works = |pattern: &str| {
        let found = action::expand(pattern);
        let mut actions = found.iter();
        actions.any(|a| a.service == service && (a.on_repository || !repository))
    };
    let words = statement.actions.iter().filter(|a| !a.negated);
    words
        .flat_map(|a| &a.words)
        .filter(|w| w.known().is_some_and(|known| !works(known)))
        .cloned()
        .collect()
}

fn without(found: &[Word], statement: &Statement, place: &Place) -> Value {
    let words = statement.actions.iter().filter(|a| !a.negated);
    let hole = words
        .flat_map(|a| &a.words)
        .find_map(|w| w.text.first_hole());
    match (found.is_empty(), hole) {
        (true, Some(why)) => flag(Err(about(why)), place),
        _ => list(
            (found.iter())
                .map(|w| placed(Kind::String(w.text.clone()), &w.place))
                .collect(),
            place,
        ),
    }
}

/// Actions that a policy allows and that nobody can do, at the Deny that takes them back.
pub(super) fn denied_to_all(policy: &Policy<'_>) -> Value {
    let statements = &policy.document.statements;
    let some = |effect: &Effect| statements.iter().find(|s| s.effect == *effect);
    let none = list(Vec::new(), &policy.place);
    let (Some(_), Some(deny)) = (some(&Effect::Allow), some(&Effect::Deny)) else {
        return none;
    };
    let denied = match reach::denied_to_all(&policy.scene, 0) {
        Ok(denied) => denied,
        Err(why) => return flag(Err(Arc::new(Unknown::because(why))), &policy.place),
    };
    let open = (statements.iter())
        .filter(|s| s.effect == Effect::Deny)
        .find_map(first_open);
    match (denied.as_slice(), open) {
        ([], Some(why)) => flag(Err(why), &deny.place),
        ([], None) => none,
        (found, _) => list(
            found.iter().map(|a| text(*a, &deny.place)).collect(),
            &deny.place,
        ),
    }
}

/// Whether an outsider can change who may use the repository, and who, in words.
pub(super) fn rewrite(policy: &Policy<'_>, outside: &Answer) -> (Answer, Vec<Entry>) {
    let answer = match outside {
        Answer::No => Answer::No,
        _ => reach::rewrite_by_outsider(&policy.scene, &policy.trusted()),
    };
    let words = answer.witness().map(|w| {
        let ask = |scene: &super::Scene| reach::rewrite_by_outsider(scene, &policy.trusted());
        policy.words(w, false) + &super::blocked::words(policy, None, ask).unwrap_or_default()
    });
    let place = policy.place_of(&answer);
    let entries = vec![
        ("rewritable", policy.answer(&answer)),
        ("rewritable_by", text(words.unwrap_or_default(), &place)),
    ];
    (answer, entries)
}
