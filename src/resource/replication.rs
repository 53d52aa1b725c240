//! Replication of images to other regions and accounts.
//! Sources: AWS::ECR::ReplicationConfiguration; Terraform's aws_ecr_replication_configuration; the shapes ReplicationRule,
//! ReplicationDestination and RepositoryFilter of the ECR API; the ECR user guide's page on replication.

use super::arn::{Account, account};
use super::grammar::{self, Grammar, Outcome, Refusal};
use super::problem::Problem;
use super::symbols::{first_unknown, text_of};
use super::{Default, Field, Kind, Shape};
use crate::value::{Kind as ValueKind, Part, Role, Unknown, Value};
use std::sync::Arc;

/// The kinds of this room.
pub const KINDS: &[Kind] = &[Kind {
    name: "replication",
    terraform: &["aws_ecr_replication_configuration"],
    cloudformation: &["AWS::ECR::ReplicationConfiguration"],
    fields: REPLICATION,
}];

const REPLICATION: &[Field] = &[Field::new(
    "rules",
    Shape::List(RULE),
    [
        "replication_configuration.rule",
        "ReplicationConfiguration.Rules",
    ],
    Default::Empty,
    "its rules",
)];

const RULE: &[Field] = &[
    Field::new(
        "destinations",
        Shape::List(DESTINATION),
        ["destination", "Destinations"],
        Default::Empty,
        "where images go",
    ),
    Field::new(
        "filters",
        Shape::List(FILTER),
        ["repository_filter", "RepositoryFilters"],
        Default::Empty,
        "which repositories; none: every one",
    ),
];

const DESTINATION: &[Field] = &[
    Field::new(
        "region",
        Shape::Text,
        ["region", "Region"],
        Default::Null,
        "the destination region",
    ),
    Field::new(
        "account",
        Shape::Text,
        ["registry_id", "RegistryId"],
        Default::Null,
        "the destination account",
    ),
];

const FILTER: &[Field] = &[
    Field::new(
        "filter",
        Shape::Text,
        ["filter", "Filter"],
        Default::Null,
        "a prefix of the name",
    ),
    Field::new(
        "type",
        Shape::Text,
        ["filter_type", "FilterType"],
        Default::Null,
        "PREFIX_MATCH",
    ),
];

/// Rules: at most 25 by the API, CloudFormation and the newer guide; 10 by Terraform's provider and the quota page.
const RULES: (usize, usize) = (25, 10);
/// Destinations of a rule: at most 100 by the API and CloudFormation; 25 by Terraform's provider.
const DESTINATIONS: (usize, usize) = (100, 25);
/// Different destinations of all rules: at most 25 by the guide; the API allows 100 in a single rule.
const UNIQUE_DESTINATIONS: usize = 25;
/// Filters of a rule: at most 100 by all.
const FILTERS: usize = 100;

/// The deploying account and region, as far as they are known.
#[derive(Clone, Copy, Debug, std::default::Default)]
pub struct Own<'a> {
    /// Twelve digits.
    pub account: Option<&'a str>,
    /// e.g. `us-east-1`.
    pub region: Option<&'a str>,
}

/// What is wrong with a replication configuration; each with the position of its rule, from 0.
#[derive(Clone, Debug, std::default::Default)]
pub struct Checked {
    /// What ECR would refuse.
    pub problems: Vec<(usize, Problem)>,
    /// What some sources say is refused and others that it is not.
    pub doubts: Vec<(usize, Problem)>,
    /// What the verdict on a rule without problems hangs on.
    pub unknown: Vec<(usize, Arc<Unknown>)>,
}

/// Checks a replication configuration (our fields of kind `replication`): grammar, limits, duplicate destinations and the
/// registry itself as a destination.
pub fn replication_problems(fields: &Value, own: Own<'_>) -> Checked {
    let mut out = Checked::default();
    let Some(rules) = fields.get("rules") else {
        return out;
    };
    let items = rules.items();
    limit(&mut out, &items, RULES, "rules");
    for (number, rule) in items.iter().enumerate() {
        check_rule(&mut out, number, rule, own);
    }
    unique_destinations(&mut out, &items, own);
    if let Some(unknown) = first_open(&rules) {
        out.unknown.push((items.len().saturating_sub(1), unknown));
    }
    out
}

/// Why there may be more elements than are known.
fn first_open(list: &Value) -> Option<Arc<Unknown>> {
    match &list.kind {
        ValueKind::Unknown(unknown) => Some(unknown.clone()),
        _ => list.more().cloned(),
    }
}

/// The first rule beyond a limit.
fn limit(out: &mut Checked, rules: &[Value], (most, least): (usize, usize), what: &str) {
    if let Some(rule) = rules.get(most) {
        let message = format!("{} {what}; ECR takes at most {most}", rules.len());
        out.problems
            .push((most, Problem::new(message, &rule.place)));
    } else if let Some(rule) = rules.get(least) {
        let message = format!("{} {what}; some sources say at most {least}", rules.len());
        out.doubts.push((least, Problem::new(message, &rule.place)));
    }
}

fn check_rule(out: &mut Checked, number: usize, rule: &Value, own: Own<'_>) {
    if let ValueKind::Unknown(unknown) = &rule.kind {
        out.unknown.push((number, unknown.clone()));
        return;
    }
    let part = |name: &str| {
        rule.get(name)
            .unwrap_or_else(|| Value::null(rule.place.span))
    };
    let (destinations, filters) = (part("destinations"), part("filters"));
    for list in [&destinations, &filters] {
        out.unknown.extend(first_open(list).map(|u| (number, u)));
    }
    let items = destinations.items();
    if items.is_empty() && first_open(&destinations).is_none() {
        let problem = Problem::new("the rule has no destination", &rule.place);
        out.problems.push((number, problem));
    }
    count(out, number, &items, DESTINATIONS, "destinations");
    count(out, number, &filters.items(), (FILTERS, FILTERS), "filters");
    for destination in &items {
        check_destination(out, number, destination, own);
    }
    duplicates(out, number, &items, own);
    for filter in filters.items() {
        check_filter(out, number, &filter);
    }
}

/// The first element beyond a limit of one rule.
fn count(
    out: &mut Checked,
    number: usize,
    items: &[Value],
    (most, least): (usize, usize),
    what: &str,
) {
    if let Some(item) = items.get(most) {
        let message = format!("{} {what} in a rule; ECR takes at most {most}", items.len());
        out.problems
            .push((number, Problem::new(message, &item.place)));
    } else if let Some(item) = items.get(least) {
        let message = format!(
            "{} {what} in a rule; some sources say at most {least}",
            items.len()
        );
        out.doubts
            .push((number, Problem::new(message, &item.place)));
    }
}

/// A destination as it is compared.
struct Destination {
    account: Account,
    region: Region,
}

/// A region, as far as it is known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Region {
    Known(String),
    Own,
    Unknown,
}

impl Destination {
    fn read(value: &Value, own: Own<'_>) -> Self {
        let part = |name: &str| {
            value
                .get(name)
                .and_then(|v| text_of(&v))
                .unwrap_or_default()
        };
        let (region, account_text) = (part("region"), part("account"));
        let account = match (account(&account_text), own.account) {
            (Account::Own, Some(id)) => Account::Known(id.to_owned()),
            (account, _) => account,
        };
        let region = match (region.known(), region.parts(), own.region) {
            (Some(known), ..) => Region::Known(known.to_owned()),
            (None, [Part::Hole(h)], own) if h.role == Some(Role::Region) => {
                own.map_or(Region::Own, |o| Region::Known(o.to_owned()))
            }
            _ => Region::Unknown,
        };
        Destination { account, region }
    }

    /// Whether both are surely the same.
    fn same(&self, other: &Destination) -> bool {
        self.region != Region::Unknown
            && self.region == other.region
            && self.account.same(&other.account, None) == Some(true)
    }

    /// Whether it is surely the registry itself.
    fn is_own(&self, own: Own<'_>) -> bool {
        let registry = Destination {
            account: own
                .account
                .map_or(Account::Own, |a| Account::Known(a.to_owned())),
            region: own
                .region
                .map_or(Region::Own, |r| Region::Known(r.to_owned())),
        };
        self.same(&registry)
    }
}

fn check_destination(out: &mut Checked, number: usize, destination: &Value, own: Own<'_>) {
    if let ValueKind::Unknown(unknown) = &destination.kind {
        out.unknown.push((number, unknown.clone()));
        return;
    }
    let part =
        |name: &str| (destination.get(name)).unwrap_or_else(|| Value::null(destination.place.span));
    let (region, registry) = (part("region"), part("account"));
    let mut refuse = |message: String, at: &Value| {
        out.problems
            .push((number, Problem::new(message, &at.place)));
    };
    match text_of(&region).map(|t| grammar::run(&REGION, &t)) {
        None => refuse("the destination names no region".into(), &region),
        Some(Outcome::Refused(_)) => {
            let name = region.as_str().unwrap_or("…");
            refuse(format!("`{name}` is no name of a region"), &region);
        }
        Some(Outcome::Taken) => {}
        Some(Outcome::Unknown(hole)) => out.unknown.push((number, hole)),
    }
    let mut refuse = |message: String, at: &Value| {
        out.problems
            .push((number, Problem::new(message, &at.place)));
    };
    match text_of(&registry).map(|t| account(&t)) {
        None | Some(Account::Absent) => {
            refuse("the destination names no account".into(), &registry)
        }
        Some(Account::Other(text)) => {
            refuse(
                format!("`{text}` is no account id of twelve digits"),
                &registry,
            );
        }
        Some(Account::Unknown(hole)) => out.unknown.push((number, hole)),
        Some(Account::Known(_) | Account::Own) => {}
    }
    if Destination::read(destination, own).is_own(own) {
        refuse_own(out, number, destination);
    }
}

fn refuse_own(out: &mut Checked, number: usize, destination: &Value) {
    let message = "the destination is the registry itself: same account, same region";
    out.problems
        .push((number, Problem::new(message, &destination.place)));
}

/// The second of two destinations of a rule that are surely the same.
fn duplicates(out: &mut Checked, number: usize, destinations: &[Value], own: Own<'_>) {
    let mut seen: Vec<Destination> = Vec::new();
    for value in destinations.iter().take(DESTINATIONS.0) {
        let destination = Destination::read(value, own);
        if seen.iter().any(|s| s.same(&destination)) {
            let message = "the rule names this destination twice";
            out.problems
                .push((number, Problem::new(message, &value.place)));
        }
        seen.push(destination);
    }
}

fn unique_destinations(out: &mut Checked, rules: &[Value], own: Own<'_>) {
    let mut seen: Vec<Destination> = Vec::new();
    for (number, rule) in rules.iter().enumerate().take(RULES.0) {
        let destinations = rule
            .get("destinations")
            .map(|d| d.items())
            .unwrap_or_default();
        for value in destinations.iter().take(DESTINATIONS.0) {
            let destination = Destination::read(value, own);
            let known = destination.same(&destination);
            if !known || seen.iter().any(|s| s.same(&destination)) {
                continue;
            }
            seen.push(destination);
            if seen.len() > UNIQUE_DESTINATIONS {
                let message =
                    "more than 25 different destinations in all rules; some sources say at most 25";
                out.doubts
                    .push((number, Problem::new(message, &value.place)));
                return;
            }
        }
    }
}

fn check_filter(out: &mut Checked, number: usize, filter: &Value) {
    if let ValueKind::Unknown(unknown) = &filter.kind {
        out.unknown.push((number, unknown.clone()));
        return;
    }
    let part = |name: &str| {
        filter
            .get(name)
            .unwrap_or_else(|| Value::null(filter.place.span))
    };
    let (text, kind) = (part("filter"), part("type"));
    let mut refuse = |message: String, at: &Value| {
        out.problems
            .push((number, Problem::new(message, &at.place)));
    };
    match kind.as_str() {
        Some("PREFIX_MATCH") => {}
        Some(other) => refuse(
            format!("`{other}` is no type of filter; `PREFIX_MATCH` is"),
            &kind,
        ),
        None if kind.is_null() => refuse("the filter names no type".into(), &kind),
        None => {}
    }
    let outcome = text_of(&text).map(|t| grammar::run(&FILTER_TEXT, &t));
    match outcome {
        None => refuse("the filter names no prefix".into(), &text),
        Some(Outcome::Refused(refusal)) => refuse(why(refusal), &text),
        Some(Outcome::Unknown(hole)) => out.unknown.push((number, hole)),
        Some(Outcome::Taken) => {}
    }
    out.unknown
        .extend(first_unknown(&kind).map(|u| (number, u)));
}

fn why(refusal: Refusal) -> String {
    match refusal {
        Refusal::Char('*', _) => {
            "`*` is not allowed: the filter is a prefix of the name, not a pattern".into()
        }
        Refusal::Char(c, None | Some('/')) if ".-_/".contains(c) => {
            format!("`{c}` is not allowed there: each part of a name begins with a letter or digit")
        }
        Refusal::Char(c, _) => format!("`{c}` is not allowed in the prefix of a name"),
        Refusal::End(_) | Refusal::Short => "the filter is shorter than 2 characters".into(),
        Refusal::Long => "the filter is longer than 256 characters".into(),
    }
}

/// Parts of letters, digits and separators; all but the last begin with a letter or digit.
const FILTER_TEXT: Grammar = Grammar {
    step: |state, c| match (state, c) {
        (0, 'a'..='z' | '0'..='9') => Some(1),
        (0, '.' | '_' | '-') => Some(2),
        (1, '/') => Some(0),
        (s, 'a'..='z' | '0'..='9' | '.' | '_' | '-') => Some(s),
        _ => None,
    },
    ends: |_| true,
    alphabet: "a/.",
    length: 2..=256,
};

const REGION: Grammar = Grammar {
    step: |_, c| matches!(c, 'a'..='z' | '0'..='9' | '-').then_some(0),
    ends: |_| true,
    alphabet: "a",
    length: 2..=25,
};

#[cfg(test)]
mod tests;
