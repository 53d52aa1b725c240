//! Settings of the registry, replication and pull-through cache rules as targets.

use super::{
    Context, Entry, account, coverage, elements, flag, null, number, part, placed, problems, text,
    why,
};
use crate::diagnostic::Diagnostic;
use crate::guardrail::vocabulary::Subject;
use crate::inventory::Resource;
use crate::resource::arn::{self, Account, Split};
use crate::resource::host::EcrHost;
use crate::resource::problem::Problem;
use crate::resource::{pull_through, replication};
use crate::value::{Kind, Place, Role, Unknown, Value};
use crate::world::region;
use std::sync::Arc;

pub(super) fn subjects(
    context: &Context<'_>,
    resource: &Resource,
    position: usize,
) -> Vec<Subject> {
    let here = (position, resource);
    let mut out: Vec<Subject> = coverage::setting(context, here).into_iter().collect();
    out.extend(of_kind(context, here));
    out
}

fn of_kind(context: &Context<'_>, here: (usize, &Resource)) -> Vec<Subject> {
    let resource = here.1;
    let place = &resource.raw.attributes.place;
    match resource.kind.name {
        "account_setting" => {
            let entries = vec![
                ("name", resource.field("name")),
                ("value", resource.field("value")),
            ];
            (context.subject("account_setting", here, place, vec![("setting", entries)]))
                .into_iter()
                .collect()
        }
        "registry_scanning" => {
            let rules = elements(&resource.field("rules"));
            let frequency = |r: &Value| part(r, "frequency");
            let entries = vec![
                ("scan_type", resource.field("scan_type")),
                (
                    "frequencies",
                    super::list(rules.iter().map(frequency).collect(), place),
                ),
            ];
            (context.subject(
                "registry_scanning",
                here,
                place,
                vec![("scanning", entries)],
            ))
            .into_iter()
            .collect()
        }
        "signing" => signing_rules(context, here),
        "replication" => replication_rules(context, here),
        "pull_through_rule" => pull_through_rule(context, here).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn checked(resource: &Resource) -> replication::Checked {
    let own = replication::Own {
        account: resource.raw.account.as_str(),
        region: resource.raw.region.as_str(),
    };
    replication::replication_problems(&resource.fields, own)
}

/// Limits that some sources know and others do not: ECR may refuse what goes beyond them.
pub(super) fn disputed(resource: &Resource) -> Vec<Diagnostic> {
    let doubts = checked(resource).doubts.into_iter();
    let diagnostic = |doubt: Problem| {
        Diagnostic::warning("replication-limit", doubt.message)
            .at(doubt.place.primary())
            .help("ask for the quota of the registry before this is deployed")
    };
    doubts.map(|(_, doubt)| diagnostic(doubt)).collect()
}

fn replication_rules(context: &Context<'_>, here: (usize, &Resource)) -> Vec<Subject> {
    let (_, resource) = here;
    let rules = resource.field("rules");
    let checked = checked(resource);
    let mut out = Vec::new();
    for (index, rule) in elements(&rules).into_iter().enumerate() {
        let found: Vec<_> = (checked.problems.iter())
            .filter(|(i, _)| *i == index)
            .map(|(_, p)| p.clone())
            .collect();
        let doubts: Vec<_> = (checked.unknown.iter())
            .filter(|(i, _)| *i == index)
            .map(|(_, u)| u.clone())
            .collect();
        let filters = part(&rule, "filters");
        let entries = || {
            vec![
                ("number", number(index + 1, &rule.place)),
                ("filters", filters.clone()),
                ("problems", problems(&found, &doubts, &rule.place)),
                (
                    "carried",
                    flag(coverage::is_carried(context, resource, &rule), &rule.place),
                ),
            ]
        };
        let variables = vec![("rule", entries())];
        out.extend(context.subject("replication_rule", here, &rule.place, variables));
        for destination in elements(&part(&rule, "destinations")) {
            let variables = vec![
                (
                    "destination",
                    destination_of(context, resource, &destination),
                ),
                ("rule", entries()),
            ];
            out.extend(context.subject(
                "replication_destination",
                here,
                &destination.place,
                variables,
            ));
        }
    }
    out
}

fn signing_rules(context: &Context<'_>, here: (usize, &Resource)) -> Vec<Subject> {
    let rules = elements(&here.1.field("rules"));
    let subject = |rule: Value| {
        let profile = part(&rule, "profile");
        let owner = match profile.as_text().map(arn::parse) {
            Some(Split::Arn(arn)) => arn::account(&arn.account),
            Some(Split::Unknown(why)) => Account::Unknown(why),
            _ => account(&profile),
        };
        let inside = match (&owner, profile.as_unknown()) {
            // a profile that the same code makes is of the account that it is deployed to
            (Account::Unknown(_), Some(u)) if u.source.is_some() => Ok(true),
            _ => context.is_inside(here.1, &owner, &profile.place),
        };
        let entries = vec![
            ("account", account_text(&owner, &profile.place)),
            ("inside", flag(inside, &profile.place)),
            ("profile", profile),
        ];
        context.subject("signing_rule", here, &rule.place, vec![("rule", entries)])
    };
    rules.into_iter().filter_map(subject).collect()
}

fn destination_of(context: &Context<'_>, resource: &Resource, destination: &Value) -> Vec<Entry> {
    let (to_account, to) = (part(destination, "account"), part(destination, "region"));
    let inside = context.is_inside(resource, &account(&to_account), &to_account.place);
    let known = to.as_str().map(region::is_known_region);
    let known = known.ok_or_else(|| why(&to, "the region is not known"));
    vec![
        ("inside", flag(inside, &to_account.place)),
        ("known_region", flag(known, &to.place)),
        (
            "same_partition",
            flag(same_partition(context, resource, &to), &to.place),
        ),
        ("account", to_account),
        ("region", to),
    ]
}

/// Whether a region is in the partition that the resource is deployed to: that of its region, of the target, or of the
/// organisation, which lies in one. A region that nobody knows is none of another partition: another check is about it.
fn same_partition(
    context: &Context<'_>,
    resource: &Resource,
    to: &Value,
) -> Result<bool, Arc<Unknown>> {
    let Some(there) = to.as_str() else {
        return Err(why(to, "the region is not known"));
    };
    let from = resource.raw.region.as_str().and_then(region::partition_of);
    let from = from.or(context.world.target.partition.as_deref());
    let from = from.or_else(|| organization_partition(context, resource));
    match (from, region::partition_of(there)) {
        (_, None) => Ok(true),
        (Some(from), Some(there)) => Ok(from == there),
        (None, Some(_)) => Err(why(
            &resource.raw.region,
            "the partition of the deployment is not known",
        )),
    }
}

/// The partition that the organisation is of, as the config says, or as all of its regions are.
fn organization_partition<'a>(context: &'a Context<'_>, resource: &Resource) -> Option<&'a str> {
    let organization = context.organization_of(resource)?;
    if let Some(partition) = &organization.partition {
        return Some(partition);
    }
    let regions = organization.regions.as_deref().unwrap_or_default();
    let mut partitions = regions.iter().map(|r| region::partition_of(r));
    let first = partitions.next()??;
    partitions.all(|p| p == Some(first)).then_some(first)
}

fn pull_through_rule(context: &Context<'_>, here: (usize, &Resource)) -> Option<Subject> {
    let (_, resource) = here;
    let url = resource.field("upstream_url");
    let upstream = pull_through::upstream(&url, &resource.field("upstream_kind"));
    let place = upstream.host.place.clone();
    let (account, inside) = match &upstream.ecr {
        Some(ecr) => (
            account_text(&ecr.account, &place),
            flag(upstream_inside(context, resource, ecr, &place), &place),
        ),
        None => (null(&place), null(&place)),
    };
    let given = |name: &str| {
        let field = resource.field(name);
        match &field.kind {
            Kind::Unknown(unknown) if !unknown.not_null => Err(unknown.clone()),
            _ => Ok(!field.is_null()),
        }
    };
    let has_credentials = match (given("credential"), given("role")) {
        (Ok(true), _) | (_, Ok(true)) => Ok(true),
        (Err(why), _) | (_, Err(why)) => Err(why),
        (Ok(false), Ok(false)) => Ok(false),
    };
    let entries: Vec<Entry> = vec![
        (
            "needs_credentials",
            flag(needs_credentials(context, resource, &upstream), &place),
        ),
        (
            "has_template",
            flag(
                coverage::has_template(
                    context,
                    resource,
                    &resource.field("prefix"),
                    "PULL_THROUGH_CACHE",
                ),
                &resource.field("prefix").place,
            ),
        ),
        ("prefix", resource.field("prefix")),
        (
            "allowed",
            flag(is_allowed(context, resource, &upstream), &place),
        ),
        ("upstream_account", account),
        ("upstream_inside", inside),
        ("upstream", upstream.host),
        ("has_credentials", flag(has_credentials, &place)),
    ];
    let at = &resource.raw.attributes.place;
    context.subject("pull_through_rule", here, at, vec![("rule", entries)])
}

/// Whether ECR takes the upstream with credentials or a role only: an ECR upstream where it is of another account.
fn needs_credentials(
    context: &Context<'_>,
    resource: &Resource,
    upstream: &pull_through::Upstream,
) -> Result<bool, Arc<Unknown>> {
    let open = || why(&upstream.host, "the upstream is not known");
    let Some(ecr) = &upstream.ecr else {
        return upstream.needs_credentials().ok_or_else(open);
    };
    let own = resource.raw.account.as_str();
    let own = own.or(context.world.target.account.as_deref());
    match &ecr.account {
        Account::Own => Ok(false),
        Account::Known(id) => match own {
            Some(own) => Ok(id != own),
            None => Err(why(
                &resource.raw.account,
                "the deploying account is not known",
            )),
        },
        _ => Err(open()),
    }
}

fn account_text(account: &Account, place: &Place) -> Value {
    match account {
        Account::Known(id) | Account::Other(id) => text(id.clone(), place),
        Account::Own => placed(
            Kind::Unknown(Arc::new(
                Unknown::because("the account is not known").role(Role::Account),
            )),
            place,
        ),
        Account::Unknown(why) => placed(Kind::Unknown(why.clone()), place),
        Account::Absent => null(place),
    }
}

fn upstream_inside(
    context: &Context<'_>,
    resource: &Resource,
    ecr: &EcrHost,
    place: &Place,
) -> Result<bool, Arc<Unknown>> {
    let inside = context.is_inside(resource, &ecr.account, place)?;
    let from = resource.raw.region.as_str().and_then(region::partition_of);
    let other = matches!((from, ecr.partition), (Some(a), Some(b)) if a != b);
    Ok(inside && !other)
}

/// Whether the organisation allows the upstream: an ECR upstream by its account and partition, any other by its host.
fn is_allowed(
    context: &Context<'_>,
    resource: &Resource,
    upstream: &pull_through::Upstream,
) -> Result<bool, Arc<Unknown>> {
    let organization = context.organization_of(resource);
    let listed = organization.and_then(|o| o.upstream_registries.as_ref());
    let by_host = match listed {
        Some(list) => pull_through::allowed(&upstream.host, list)
            .ok_or_else(|| why(&upstream.host, "the upstream is not known")),
        None => Err(Arc::new(
            Unknown::because("organization.upstream_registries is not set")
                .settle("set it in ecr-guard.yaml"),
        )),
    };
    match &upstream.ecr {
        Some(ecr) => match (
            upstream_inside(context, resource, ecr, &upstream.host.place),
            by_host,
        ) {
            (Ok(true), _) | (_, Ok(true)) => Ok(true),
            (inside, _) => inside,
        },
        None => by_host,
    }
}
