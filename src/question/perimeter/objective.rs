//! The six objectives.

use super::super::estate::Estate;
use super::exempt::{self, Exempt, is_about_ecr};
use super::stage::{self, Stage};
use super::{By, Control, Judged, Status};
use crate::iam::condition::network;
use crate::iam::document::{Condition, Effect, PolicyKind, Statement};
use crate::iam::reach::{self, Answer, Scene};
use serde_json::{Value as Json, json};

/// An objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// Only trusted identities can access my resources: a resource control policy.
    IdentityOnResource,
    /// Only trusted identities are allowed from my network: the policies of VPC endpoints.
    IdentityOnNetwork,
    /// My identities can access only trusted resources: a service control policy.
    ResourceOnIdentity,
    /// Only trusted resources can be accessed from my network: the policies of VPC endpoints.
    ResourceOnNetwork,
    /// My identities can access resources only from expected networks: a service control policy.
    NetworkOnIdentity,
    /// My resources can be accessed only from expected networks: a resource control policy.
    NetworkOnResource,
}

impl Objective {
    /// All, in the order of the guidance.
    pub const ALL: &[Objective] = &[
        Objective::IdentityOnResource,
        Objective::IdentityOnNetwork,
        Objective::ResourceOnIdentity,
        Objective::ResourceOnNetwork,
        Objective::NetworkOnIdentity,
        Objective::NetworkOnResource,
    ];

    /// Its name: the perimeter, and what the control is applied on.
    pub fn id(self) -> &'static str {
        match self {
            Objective::IdentityOnResource => "identity-on-resource",
            Objective::IdentityOnNetwork => "identity-on-network",
            Objective::ResourceOnIdentity => "resource-on-identity",
            Objective::ResourceOnNetwork => "resource-on-network",
            Objective::NetworkOnIdentity => "network-on-identity",
            Objective::NetworkOnResource => "network-on-resource",
        }
    }

    /// What it demands.
    pub fn title(self) -> &'static str {
        match self {
            Objective::IdentityOnResource => "only trusted identities reach our repositories",
            Objective::IdentityOnNetwork => "only trusted identities use our VPC endpoints",
            Objective::ResourceOnIdentity => "our identities reach trusted registries only",
            Objective::ResourceOnNetwork => {
                "through our VPC endpoints only trusted registries are reached"
            }
            Objective::NetworkOnIdentity => "our identities come from expected networks only",
            Objective::NetworkOnResource => {
                "our repositories are reached from expected networks only"
            }
        }
    }

    fn kind(self) -> PolicyKind {
        match self {
            Objective::IdentityOnResource | Objective::NetworkOnResource => {
                PolicyKind::ResourceControl
            }
            Objective::ResourceOnIdentity | Objective::NetworkOnIdentity => {
                PolicyKind::ServiceControl
            }
            Objective::IdentityOnNetwork | Objective::ResourceOnNetwork => PolicyKind::VpcEndpoint,
        }
    }

    /// The condition keys by which a control serves it.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Objective::IdentityOnResource | Objective::IdentityOnNetwork => &[
                "aws:principalorgid",
                "aws:principalorgpaths",
                "aws:principalaccount",
            ],
            Objective::ResourceOnIdentity | Objective::ResourceOnNetwork => &[
                "aws:resourceorgid",
                "aws:resourceorgpaths",
                "aws:resourceaccount",
            ],
            Objective::NetworkOnIdentity | Objective::NetworkOnResource => NETWORK,
        }
    }

    /// Whether a statement serves it.
    fn is_served(self, statement: &Statement) -> bool {
        let keyed = |c: &Condition| self.keys().contains(&c.key.to_lowercase().as_str());
        is_about_ecr(statement) && statement.conditions.iter().any(keyed)
    }

    /// The condition keys by which somebody of the organisation exempts somebody or something. What an outsider sets himself
    /// (the tags of his principals, of his repositories) exempts nobody.
    fn exempts(self, key: &str) -> bool {
        let principal = key.starts_with("aws:principaltag/") || key == "aws:principalarn";
        let resource = key.starts_with("aws:resourcetag/") || key.starts_with("ecr:resourcetag/");
        let via = key == "aws:viaawsservice";
        match self {
            Objective::IdentityOnResource => resource,
            Objective::IdentityOnNetwork => false,
            Objective::ResourceOnIdentity | Objective::ResourceOnNetwork => principal,
            Objective::NetworkOnIdentity => principal || via,
            Objective::NetworkOnResource => principal || resource || via,
        }
    }
}

const NETWORK: &[&str] = &[
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcevpcarn",
    "aws:vpcsourceip",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:vpceaccount",
];

/// Judges an objective by controls; `input`: by what else the input holds, too.
pub(super) fn judge(
    estate: &Estate,
    objective: Objective,
    controls: &[Control],
    input: bool,
) -> Judged {
    let mut out = Judged::new(objective.id(), objective.title(), Status::Absent);
    let kind = objective.kind();
    let ours: Vec<&Control> = (controls.iter())
        .filter(|c| c.document.kind == kind)
        .collect();
    if kind == PolicyKind::VpcEndpoint {
        endpoints(estate, objective, &ours, input, &mut out);
        return out;
    }
    if ours.is_empty() {
        out.notes.push(format!("there is no {}", kind.words()));
        return out;
    }
    let stage = Stage::new(estate, &ours);
    let exempt = exempt::of(&ours, |s| objective.is_served(s), |k| objective.exempts(k));
    answer(&stage, objective, &ours, &exempt, &mut out);
    out.by = by(objective, &ours);
    if out.status != Status::Met && out.by.is_empty() {
        let words = format!("no {} says so", kind.words());
        out = Judged::new(objective.id(), objective.title(), Status::Absent);
        out.notes.push(words);
        return out;
    }
    said(&mut out, exempt, &ours);
    if objective == Objective::IdentityOnResource && out.status == Status::Met {
        services(&stage, &ours, &mut out);
    }
    if input {
        unattached(estate, &ours, &mut out);
    }
    out
}

/// What there is to know besides.
fn said(out: &mut Judged, exempt: Exempt, controls: &[&Control]) {
    if controls.iter().any(|c| c.document.sensitive) {
        out.witness = None; // it may show what is sensitive
    }
    if out.status == Status::Met && !exempt.only_for.is_empty() {
        out.status = Status::Partly;
    }
    out.only_for = exempt.only_for;
    out.except = exempt.except;
    for control in controls {
        let names: Vec<String> = (control.placeholders.iter())
            .map(|n| format!("<{n}>"))
            .collect();
        if !names.is_empty() && is_by(out, control) {
            let note = format!(
                "placeholders of {} are not filled in: {}",
                control.name,
                names.join(", ")
            );
            out.notes.push(note);
        }
    }
}

/// Somebody whom the control should stop. Where the control spares everybody there is nobody left to ask about: that is no
/// control.
fn answer(
    stage: &Stage<'_>,
    objective: Objective,
    controls: &[&Control],
    exempt: &Exempt,
    out: &mut Judged,
) {
    out.answered(asked(stage, objective, controls, exempt));
    if out.status == Status::Met && !anybody(stage, objective, controls, exempt) {
        out.status = Status::Missed;
        let words = "what the control spares is everybody";
        out.notes.push(words.to_owned());
    }
}

/// Whether somebody is left whom the question is about, were there no control.
fn anybody(
    stage: &Stage<'_>,
    objective: Objective,
    controls: &[&Control],
    exempt: &Exempt,
) -> bool {
    let mut spared = exempt.spared.clone();
    if objective.keys() == NETWORK {
        spared.extend(expected(stage, controls));
    }
    let scene = stage.scene(&[], true, &spared);
    match objective {
        Objective::ResourceOnIdentity | Objective::ResourceOnNetwork => reach::abroad(&scene),
        Objective::IdentityOnResource | Objective::IdentityOnNetwork => {
            reach::outside(&scene, &stage.trusted)
        }
        Objective::NetworkOnIdentity | Objective::NetworkOnResource => {
            reach::any_role_of(&scene, &stage.account)
        }
    }
    .is_yes()
}

/// Somebody whom the control should stop.
fn asked(
    stage: &Stage<'_>,
    objective: Objective,
    controls: &[&Control],
    exempt: &Exempt,
) -> Answer {
    let mut spared = exempt.spared.clone();
    let services = json!({"Bool": {"aws:PrincipalIsAWSService": "true"}});
    match objective {
        Objective::IdentityOnResource => {
            spared.push(services);
            reach::outside(&stage.scene(controls, true, &spared), &stage.trusted)
        }
        Objective::IdentityOnNetwork => {
            spared.push(services);
            let scene = stage.scene(controls, false, &spared);
            or_stranger(reach::outside(&scene, &stage.trusted), &scene)
        }
        Objective::ResourceOnIdentity => {
            reach::abroad_untrusted(&stage.scene(controls, true, &spared))
        }
        Objective::ResourceOnNetwork => {
            spared.push(services);
            let scene = stage.scene(controls, false, &spared);
            or_stranger(reach::abroad_untrusted(&scene), &scene)
        }
        Objective::NetworkOnIdentity | Objective::NetworkOnResource => {
            spared.extend(expected(stage, controls));
            reach::any_role_of(&stage.scene(controls, true, &spared), &stage.account)
        }
    }
}

/// An answer about what is ours, or somebody else with credentials and a registry of his own.
fn or_stranger(ours: Answer, scene: &Scene) -> Answer {
    if ours.is_yes() {
        return ours;
    }
    match reach::stranger_untrusted(scene) {
        Answer::No => ours,
        theirs => theirs,
    }
}

/// Requests from expected networks: those of the config; what it does not say, as the controls say, where that is no more than
/// a part of the internet.
fn expected(stage: &Stage<'_>, controls: &[&Control]) -> Vec<Json> {
    let networks = stage
        .organization
        .map(|o| o.networks.clone())
        .unwrap_or_default();
    let or_named = |given: Vec<String>, key: &str| match given.is_empty() {
        true => exempt::values(controls, key),
        false => given,
    };
    let narrow = |text: &String| {
        let wide = |n: ipnet::IpNet| n.prefix_len() < if n.addr().is_ipv4() { 8 } else { 32 };
        network(text).is_some_and(|n| !wide(n))
    };
    let mut out = Vec::new();
    let mut put = |operator: &str, key: &str, values: Vec<String>| {
        if !values.is_empty() {
            out.push(json!({operator: {key: values}}));
        }
    };
    let mut cidrs = or_named(networks.cidrs, "aws:SourceIp");
    cidrs.retain(narrow);
    put("IpAddress", "aws:SourceIp", cidrs);
    put(
        "StringEquals",
        "aws:SourceVpc",
        or_named(networks.vpcs, "aws:SourceVpc"),
    );
    put(
        "StringEquals",
        "aws:SourceVpce",
        or_named(networks.vpc_endpoints, "aws:SourceVpce"),
    );
    put(
        "StringEquals",
        "aws:VpceOrgID",
        stage.id.iter().map(|i| i.to_string()).collect(),
    );
    let mut accounts: Vec<String> = vec![stage.account.to_string()];
    let listed = stage.trusted.accounts.iter().flat_map(|a| a.iter());
    accounts.extend(listed.cloned());
    accounts.extend(stage.trusted.trusted_accounts.iter().cloned());
    put("StringEquals", "aws:VpceAccount", accounts);
    out
}

/// The statements that a control serves an objective by.
fn by(objective: Objective, controls: &[&Control]) -> Vec<By> {
    let serves = |s: &&Statement| objective.is_served(s);
    let mut out = Vec::new();
    for control in controls {
        let statements = control.document.statements.iter().filter(serves);
        out.extend(
            statements
                .filter_map(|s| control.located(s.index))
                .map(By::from),
        );
    }
    out
}

/// Whether a statement of a control says so.
fn is_by(judged: &Judged, control: &Control) -> bool {
    let end = format!("of {}", control.name);
    judged.by.iter().any(|b| b.words.ends_with(&end))
}

/// Whether services act for the organisation only.
fn services(stage: &Stage<'_>, controls: &[&Control], out: &mut Judged) {
    let own = Objective::IdentityOnResource;
    let exempt = exempt::of(
        controls,
        |s| own.is_served(s) || is_about_ecr(s),
        |k| own.exempts(k),
    );
    let mut spared = exempt.spared;
    spared.push(json!({"Bool": {"aws:PrincipalIsAWSService": "false"}}));
    // a service that does not say for whom it acts cannot be told from others
    spared.push(json!({"Null": {"aws:SourceAccount": "true"}}));
    match reach::outside(&stage.scene(controls, true, &spared), &stage.trusted) {
        Answer::Yes(w) => {
            out.status = Status::Partly;
            out.only_for
                .push("no AWS service acts for an outside account".to_owned());
            out.notes.push(format!(
                "{} is let in, whomever it acts for: condition aws:SourceOrgID",
                w.principal
            ));
        }
        Answer::No => {}
        Answer::Unknown(_) => out
            .notes
            .push("whether AWS services act for an outside account cannot be told".to_owned()),
    }
}

/// Says of policies that nothing in the input attaches.
fn unattached(estate: &Estate, controls: &[&Control], out: &mut Judged) {
    for control in controls {
        let resource = estate.policies.get(control.policy).and_then(|p| p.resource);
        let unattached = resource.is_some_and(|r| estate.inventory.targets(r).is_empty());
        if unattached && is_by(out, control) {
            out.notes.push(format!(
                "{} is not attached to anything in this input",
                control.name
            ));
        }
    }
}

/// Every endpoint for ECR has to hold by itself.
fn endpoints(
    estate: &Estate,
    objective: Objective,
    controls: &[&Control],
    input: bool,
    out: &mut Judged,
) {
    let mut parts: Vec<Judged> = Vec::new();
    for control in controls {
        let alone = [*control];
        let stage = Stage::new(estate, &alone);
        let exempt = exempt::of(&alone, is_about_ecr, |k| objective.exempts(k));
        let mut part = Judged::new(out.id, out.title, Status::Absent);
        answer(&stage, objective, &alone, &exempt, &mut part);
        part.by = by(objective, &alone);
        said(&mut part, exempt, &alone);
        parts.push(part);
    }
    if input {
        let held = |position: usize| {
            let of = |c: &&Control| {
                let resource = estate.policies.get(c.policy).and_then(|p| p.resource);
                resource.is_some_and(|r| stage::is_of(estate, r, position))
            };
            controls.iter().any(of)
        };
        for (position, endpoint) in stage::endpoints(estate) {
            if !held(position) {
                let mut part = Judged::new(out.id, out.title, Status::Missed);
                let words = format!(
                    "{} has no policy of its own: everything passes",
                    endpoint.raw.address
                );
                part.by.push(By {
                    words,
                    span: Some(endpoint.raw.span),
                });
                parts.push(part);
            }
        }
    }
    if parts.is_empty() {
        out.notes
            .push("there is no VPC endpoint for ECR".to_owned());
    }
    for part in parts {
        merge(out, part);
    }
}

/// The worst counts.
fn merge(out: &mut Judged, part: Judged) {
    let rank = |s: Status| match s {
        Status::Absent => 0,
        Status::Met => 1,
        Status::Partly => 2,
        Status::Unknown => 3,
        Status::Missed => 4,
    };
    if rank(part.status) > rank(out.status) {
        out.status = part.status;
    }
    out.by.extend(part.by);
    out.witness = out.witness.take().or(part.witness);
    for (own, new) in [
        (&mut out.only_for, part.only_for),
        (&mut out.except, part.except),
        (&mut out.notes, part.notes),
    ] {
        for words in new {
            if !own.contains(&words) {
                own.push(words);
            }
        }
    }
    out.because.extend(part.because);
}

/// Whether a statement denies.
pub(super) fn denies(statement: &Statement) -> bool {
    statement.effect == Effect::Deny
}
