//! The four considerations of the guidance that go beyond the objectives.

use super::super::access::is_inside;
use super::super::estate::Estate;
use super::exempt::{self, is_about_ecr};
use super::objective::denies;
use super::stage::Stage;
use super::{By, Control, Judged, Status};
use crate::iam::condition::Operator;
use crate::iam::document::{PolicyKind, Statement};
use crate::iam::facts;
use crate::iam::reach;
use crate::inventory::Resource;
use crate::resource::arn::{self, Account, Split};
use crate::value::{Kind, Role, SENSITIVE, Value};

/// A consideration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consideration {
    /// Layers of repositories that AWS services own can be fetched.
    ServiceOwnedLayers,
    /// Images of repositories that AWS services own can be pulled.
    ServiceOwnedImages,
    /// Presigned URLs of layers, which are valid from any network, are confined.
    PresignedLayers,
    /// Replication goes to registries of the organisation.
    ReplicationDestinations,
}

impl Consideration {
    /// All, in the order of the guidance.
    pub const ALL: &[Consideration] = &[
        Consideration::ServiceOwnedLayers,
        Consideration::ServiceOwnedImages,
        Consideration::PresignedLayers,
        Consideration::ReplicationDestinations,
    ];

    /// Its name.
    pub fn id(self) -> &'static str {
        match self {
            Consideration::ServiceOwnedLayers => "service-owned-layers",
            Consideration::ServiceOwnedImages => "service-owned-images",
            Consideration::PresignedLayers => "presigned-layers",
            Consideration::ReplicationDestinations => "replication-destinations",
        }
    }

    /// What it demands.
    pub fn title(self) -> &'static str {
        match self {
            Consideration::ServiceOwnedLayers => {
                "layers of repositories that AWS services own can still be fetched (GetDownloadUrlForLayer)"
            }
            Consideration::ServiceOwnedImages => {
                "images of repositories that AWS services own can still be pulled (BatchGetImage)"
            }
            Consideration::PresignedLayers => {
                "who gets presigned URLs of layers, which work from any network, is confined"
            }
            Consideration::ReplicationDestinations => {
                "replication goes to registries of the organisation only; no policy sees it"
            }
        }
    }
}

pub(super) fn judge(
    estate: &Estate,
    consideration: Consideration,
    controls: &[Control],
    objectives: &[Judged],
) -> Judged {
    let mut out = Judged::new(consideration.id(), consideration.title(), Status::Absent);
    match consideration {
        Consideration::ServiceOwnedLayers => {
            service_owned("ecr:GetDownloadUrlForLayer", controls, objectives, &mut out);
        }
        Consideration::ServiceOwnedImages => {
            service_owned("ecr:BatchGetImage", controls, objectives, &mut out);
        }
        Consideration::PresignedLayers => presigned(estate, controls, &mut out),
        Consideration::ReplicationDestinations => replication(estate, &mut out),
    }
    out
}

/// Where registries of others are out of reach, those of services need a way.
fn service_owned(action: &str, controls: &[Control], objectives: &[Judged], out: &mut Judged) {
    let walled = |id: &str, kind: PolicyKind| {
        let held = |j: &&Judged| j.id == id && matches!(j.status, Status::Met | Status::Partly);
        objectives.iter().any(|j| held(&j)).then_some(kind)
    };
    let kinds: Vec<PolicyKind> = [
        walled("resource-on-identity", PolicyKind::ServiceControl),
        walled("resource-on-network", PolicyKind::VpcEndpoint),
    ]
    .into_iter()
    .flatten()
    .collect();
    if kinds.is_empty() {
        out.notes
            .push("no resource perimeter in this input stands in the way".to_owned());
        return;
    }
    for kind in kinds {
        let mut ways = Vec::new();
        for control in controls.iter().filter(|c| c.document.kind == kind) {
            let statements = control.document.statements.iter();
            let speaks = |s: &&Statement| facts::actions(s).iter().any(|a| a.name == action);
            for statement in statements.filter(speaks).filter(|s| leaves_a_way(s)) {
                ways.extend(control.located(statement.index).map(By::from));
            }
        }
        if ways.is_empty() {
            let words = kind.words();
            out.notes.push(format!("the {words} leaves no way to the accounts of AWS services (EKS add-ons, GuardDuty agent, SageMaker images)"));
            out.status = Status::Missed;
        } else if out.status == Status::Absent {
            out.status = Status::Met;
            out.notes.push(
                "whether the accounts that are spared are those of AWS services is not known here"
                    .to_owned(),
            );
        }
        out.by.extend(ways);
    }
}

/// Whether a statement spares (Deny) or takes in (Allow) accounts that it names.
fn leaves_a_way(statement: &Statement) -> bool {
    let deny = denies(statement);
    let by_key = statement.conditions.iter().any(|c| {
        let negated = Operator::parse(&c.operator).is_some_and(|o| o.negated);
        c.key.eq_ignore_ascii_case("aws:ResourceAccount") && negated == deny
    });
    let by_arn = statement.resources.as_ref().is_some_and(|r| {
        let named = |text| match arn::parse(text) {
            Split::Arn(arn) => {
                let account = arn.account.known().unwrap_or("*");
                arn.service.known() == Some("ecr") && !account.is_empty() && account != "*"
            }
            _ => false,
        };
        r.negated == deny && r.words.iter().any(|w| named(&w.text))
    });
    by_key || by_arn
}

/// Whether a role without a tag or name that is spared gets no presigned URL, from wherever it asks.
fn presigned(estate: &Estate, controls: &[Control], out: &mut Judged) {
    const ACTION: &str = "ecr:GetDownloadUrlForLayer";
    let kind = PolicyKind::ServiceControl;
    let ours: Vec<&Control> = (controls.iter())
        .filter(|c| c.document.kind == kind)
        .collect();
    let speaks = |s: &&Statement| {
        denies(s) && is_about_ecr(s) && facts::actions(s).iter().any(|a| a.name == ACTION)
    };
    let stage = Stage::new(estate, &ours);
    let keys = |k: &str| k.starts_with("aws:principaltag/") || k == "aws:principalarn";
    let exempt = exempt::of(&ours, |s| speaks(&s), keys);
    if !ours.is_empty() {
        let gets = |controls: &[&Control]| {
            let scene = stage.scene(controls, true, &exempt.spared);
            reach::account(&scene, &stage.trusted, &stage.account, &[ACTION], false)
        };
        // where everybody is spared nobody is confined
        if gets(&[]).is_yes() {
            out.answered(gets(&ours));
        }
    }
    if out.status == Status::Met || out.status == Status::Unknown {
        for control in ours {
            let statements = control.document.statements.iter().filter(speaks);
            out.by.extend(
                statements
                    .filter_map(|s| control.located(s.index))
                    .map(By::from),
            );
        }
    }
    if out.status == Status::Met {
        if !exempt.only_for.is_empty() {
            out.status = Status::Partly;
        }
        out.only_for = exempt.only_for;
        out.except = exempt.except;
        out.notes.push(
            "nobody else can pull an image: layers cannot be fetched without this action"
                .to_owned(),
        );
    } else if out.status == Status::Missed {
        out.status = Status::Absent;
        out.witness = None;
        out.notes.push("no service control policy confines ecr:GetDownloadUrlForLayer; --emit eventbridge watches it".to_owned());
    } else if out.status == Status::Absent {
        out.notes.push("there is no service control policy; --emit eventbridge watches ecr:GetDownloadUrlForLayer".to_owned());
    }
}

/// The copy is made by a service-linked role, which no service control policy stops.
fn replication(estate: &Estate, out: &mut Judged) {
    let mut worst = None;
    for (_, resource) in estate.inventory.of_kind("replication") {
        for rule in resource.field("rules").items() {
            let destinations = rule.get("destinations").map(|d| d.items());
            for destination in destinations.unwrap_or_default() {
                let inside = destination_inside(estate, resource, &destination);
                let account = destination.get("account");
                let account = match account.as_ref().and_then(Value::as_str) {
                    Some(_) if destination.has_sensitive() => SENSITIVE,
                    Some(account) => account,
                    None => "an account that is not known",
                };
                let words = match inside {
                    Some(true) => format!(
                        "{} copies to {account}, of the organisation",
                        resource.raw.address
                    ),
                    Some(false) => format!(
                        "{} copies to {account}, OUTSIDE the organisation",
                        resource.raw.address
                    ),
                    None => format!("{} copies to {account}", resource.raw.address),
                };
                out.by.push(By {
                    words,
                    span: Some(destination.place.primary()),
                });
                worst = Some(match (worst, inside) {
                    (Some(Status::Missed), _) | (_, Some(false)) => Status::Missed,
                    (Some(Status::Unknown), _) | (_, None) => Status::Unknown,
                    _ => Status::Met,
                });
            }
        }
    }
    match worst {
        Some(status) => out.status = status,
        None => out
            .notes
            .push("there is no replication in this input".to_owned()),
    }
    if worst == Some(Status::Unknown) {
        out.because.push("whether the account belongs to the organisation is not known: list organization.accounts in ecr-guard.yaml".into());
    }
}

fn destination_inside(estate: &Estate, resource: &Resource, destination: &Value) -> Option<bool> {
    let account = destination.get("account")?;
    match (&account.kind, account.as_text().map(arn::account)) {
        (_, Some(Account::Own)) => Some(true),
        (_, Some(Account::Known(id))) => is_inside(estate, resource, &id),
        (Kind::Unknown(u), _) if u.role == Some(Role::Account) => Some(true),
        _ => None,
    }
}
