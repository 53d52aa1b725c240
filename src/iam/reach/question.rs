//! The questions, and who they are about.

use super::census::Reach;
use super::ground::{Foreign, Ground};
use super::ready::Ready;
use super::solve::{Dimension, Found, Part, Search};
use super::spelled::Spelled;
use super::{
    Answer, Scene, Trusted, Witness, callers, networks, reasons, resources, table, values,
    variables,
};
use crate::iam::action;
use crate::iam::automaton::Exhausted;
use crate::iam::condition::spelling;
use crate::iam::evaluate::{Request, passes};
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Context, Fact, View};
use crate::iam::principal::Caller;
use crate::iam::rule::Policy;
use crate::value::Reason;
use std::collections::BTreeMap;

/// Whom a question is about.
pub(super) enum Question<'a> {
    /// Principals of accounts and organisations, from networks, that no policy names.
    Public,
    /// Principals outside the trusted accounts and organisation.
    Outside(&'a Trusted),
    /// Principals of any account but the owner's.
    Others,
    /// Principals of the deploying account, with resources of others.
    Abroad(&'a Foreign),
    /// Principals of another account, with its own resources.
    Stranger(&'a Foreign),
    /// Principals of one account.
    Account(&'a str, &'a Trusted),
    /// A service that acts for an account that no policy names, or does not disclose it.
    Service(&'a str),
    /// Any service that does.
    AnyService,
    /// A role that no policy names, of one account.
    AnyRole(&'a str),
    /// Everybody, from a network that no policy names or (`true`) from any.
    Everyone(&'a Trusted, bool),
}

/// Which actions a question is about.
pub(super) enum Need {
    /// Any action on repositories.
    AnyAction,
    /// Any of these.
    OneOf(Vec<&'static str>),
    /// All of these by the same caller.
    All(Vec<&'static str>),
}

/// What a question needs to know of a caller.
pub(super) struct Profile<'a> {
    /// The service's name.
    pub(super) service: Option<&'a str>,
    /// The caller's account, or the account that the service acts for.
    pub(super) account: Option<&'a str>,
    /// The organisation of that account.
    pub(super) organization: Option<&'a str>,
    /// A role that no policy names.
    pub(super) plain: bool,
    /// The service acts for a resource whose ARN tells no account.
    pub(super) hidden: bool,
}

/// Whether a question is about something, with the reason where that cannot be told; `None`: certainly.
pub(super) type Concern = Option<(Tri, Option<Reason>)>;

impl Question<'_> {
    /// The organisation that the question itself names.
    pub(super) fn organization(&self) -> Option<&str> {
        match self {
            Question::Outside(t) | Question::Account(_, t) | Question::Everyone(t, _) => {
                t.organization.as_deref()
            }
            _ => None,
        }
    }

    /// Whether what the policies name by unknown parts is none of what is asked about.
    pub(super) fn unnamed(&self) -> bool {
        match self {
            Question::Stranger(foreign) => foreign.account.is_none(),
            _ => matches!(self, Question::Public),
        }
    }

    /// Whose resources it is about, where they are not the owner's.
    pub(super) fn foreign(&self) -> Option<&Foreign> {
        match self {
            Question::Abroad(foreign) | Question::Stranger(foreign) => Some(foreign),
            _ => None,
        }
    }

    /// Whether the networks that the policies name are none of what is asked about.
    pub(super) fn is_from_anywhere(&self) -> bool {
        matches!(self, Question::Public | Question::Everyone(_, false))
    }

    /// Whether the question is about a caller.
    pub(super) fn concerns(&self, ground: &Ground, profile: &Profile<'_>) -> Tri {
        let named = || profile.account.is_some_and(|a| ground.names_account(a));
        let organization = || (profile.organization).is_some_and(|o| names_organization(ground, o));
        let identity = profile.service.is_none();
        match self {
            Question::Everyone(..) => Tri::True,
            Question::Public => (identity && !named() && !organization()).into(),
            Question::Abroad(_) => deploying(ground, profile).0,
            Question::Stranger(_) => (identity && profile.account == Some(&ground.account)).into(),
            Question::Others => (identity && profile.account != Some(&ground.account)).into(),
            Question::Outside(_) if profile.hidden => Tri::Unknown,
            Question::Outside(trusted) => {
                // an account that no policy names stands for all such, whatever the config says of that one
                let account = profile.account.filter(|a| ground.names_account(a));
                trust(ground, trusted, account, profile.organization).negate()
            }
            Question::AnyRole(account) => {
                (identity && profile.plain && profile.account == Some(account)).into()
            }
            Question::Service(_) | Question::AnyService => {
                let asked = match self {
                    Question::Service(service) => profile.service == Some(service),
                    _ => !identity,
                };
                (asked && !named() && !organization() && !profile.hidden).into()
            }
            Question::Account(account, trusted) => {
                if !identity || profile.account != Some(account) {
                    return Tri::False;
                }
                let trusted = || trust(ground, trusted, profile.account, None) == Tri::True;
                match !organization() || trusted() {
                    true => Tri::True,
                    false => Tri::Unknown,
                }
            }
        }
    }

    /// As [`Question::concerns`], with the reason where it cannot be told.
    pub(super) fn asks(&self, ground: &Ground, profile: &Profile<'_>) -> Concern {
        let tri = self.concerns(ground, profile);
        let reason = match self {
            _ if tri != Tri::Unknown => None,
            Question::Abroad(_) => deploying(ground, profile)
                .1
                .map(|what| format!("the {what} that this is deployed to is not known")),
            Question::Outside(trusted) => Some(untold(ground, trusted, profile)),
            Question::Account(account, _) => Some(format!(
                "whether account {} is in the organisation is not known",
                ground.said(account)
            )),
            _ => None,
        };
        match self {
            Question::Everyone(..) => None,
            _ => Some((tri, reason.map(Reason::from))),
        }
    }
}

/// Whether a caller is of the account that the code is deployed to, and what is not known where that cannot be told.
fn deploying(ground: &Ground, profile: &Profile<'_>) -> (Tri, Option<&'static str>) {
    let (account, organization) = ground.home;
    let named = profile
        .account
        .is_some_and(|a| ground.names_account(a) && a != ground.account);
    if profile.service.is_some() || profile.organization == Some(&ground.organization) {
        return (Tri::False, None);
    }
    if profile.account != Some(&ground.deployer) {
        return match named && !account {
            true => (Tri::Unknown, Some("account")),
            false => (Tri::False, None),
        };
    }
    if !organization && profile.organization != ground.binding.organization.as_deref() {
        return (Tri::Unknown, Some("organisation of the account"));
    }
    (Tri::True, None)
}

/// Whether an organisation is named or the owner's.
pub(super) fn names_organization(ground: &Ground, id: &str) -> bool {
    ground.names.organizations.contains(id)
        || ground.names.words.contains(id)
        || ground.organization == id
}

/// Whether the owner trusts principals of an account in an organisation.
pub(super) fn trust(
    ground: &Ground,
    trusted: &Trusted,
    account: Option<&str>,
    organization: Option<&str>,
) -> Tri {
    if let Some(account) = account
        && (account == ground.account || trusted.lists(account))
    {
        return Tri::True;
    }
    if let Some(id) = organization {
        if trusted.organization.as_deref() == Some(id) || ground.organization == id {
            return Tri::True;
        }
        if trusted.organization.is_none() && names_organization(ground, id) {
            return Tri::Unknown;
        }
    }
    let named = account.is_some_and(|a| ground.names_account(a));
    if named && trusted.accounts.is_none() {
        return Tri::Unknown;
    }
    Tri::False
}

/// Why it cannot be told whether somebody is outside.
fn untold(ground: &Ground, trusted: &Trusted, profile: &Profile<'_>) -> String {
    if profile.hidden {
        return "the ARN in aws:SourceArn does not tell whose resource it is".to_owned();
    }
    match profile.account.filter(|a| ground.names_account(a)) {
        Some(account) if trusted.accounts.is_none() => format!(
            "whether account {} is in the organisation is not known: organization.accounts is not set",
            ground.said(account)
        ),
        _ => format!(
            "whether {} is the organisation is not known: organization.id is not set",
            profile.organization.map_or("it", |id| ground.said(id))
        ),
    }
}

/// Whether a caller is in an organisation that a policy names.
pub(super) fn in_named(ground: &Ground, reach: &Reach) -> bool {
    (reach.organization()).is_some_and(|id| names_organization(ground, id))
}

/// Whether a caller of an account can be what a class says, for all that is known of the account: the owner trusts it, or it need
/// not be in an organisation that a policy names.
pub(super) fn is_member(ground: &Ground, trusted: &Trusted, account: &str, reach: &Reach) -> bool {
    trust(ground, trusted, Some(account), None) == Tri::True || !in_named(ground, reach)
}

/// Answers a question.
pub(super) fn ask(scene: &Scene, question: &Question<'_>, need: &Need) -> Answer {
    let ready = Ready::of(scene, question.foreign());
    let ground = &ready.ground;
    let view = View {
        relax: !ground.tied.is_empty(),
        unnamed: question.unnamed(),
        cautious: true,
        ..View::default()
    };
    if view.relax
        && let Ok(Some(answer)) = concrete(scene, &ready, question, need)
    {
        return answer;
    }
    let found = ready.table(scene, view).and_then(|table| {
        let search = Search {
            scene,
            ground,
            table: &table,
            question,
            need,
        };
        search.run()
    });
    match found {
        Ok(Found::Nothing) => Answer::No,
        Ok(Found::Must(part)) => match confirm(ground, &part, need, view) {
            Some(witness) => Answer::Yes(Box::new(witness)),
            None => Answer::Unknown(vec!["the request found could not be confirmed".into()]),
        },
        Ok(Found::May(part)) => Answer::Unknown(reasons::of(scene, ground, &part, need, view)),
        Err(Exhausted) => Answer::Unknown(vec![super::INTRICATE.into()]),
    }
}

/// Looks for a request with values for all policy variables.
fn concrete(
    scene: &Scene,
    ready: &Ready,
    question: &Question<'_>,
    need: &Need,
) -> Result<Option<Answer>, Exhausted> {
    let view = View {
        relax: false,
        unnamed: question.unnamed(),
        cautious: true,
        ..View::default()
    };
    let ground = &ready.ground;
    let dimensions = tied_dimensions(scene, ground, question, need)?;
    let found = Spelled::new(ground, view, copies(need)).run(dimensions)?;
    Ok(match found {
        Found::Must(part) => confirm(ground, &part, need, view).map(|w| Answer::Yes(Box::new(w))),
        _ => None,
    })
}

/// The dimensions, with those joined that policy variables tie together.
pub(super) fn tied_dimensions(
    scene: &Scene,
    ground: &Ground,
    question: &Question<'_>,
    need: &Need,
) -> Result<Vec<Dimension>, Exhausted> {
    let mut out = dimensions(scene, ground, question, need)?;
    variables::tie(ground, &mut out, &ground.tied)?;
    Ok(out)
}

pub(super) fn copies(need: &Need) -> &[&'static str] {
    match need {
        Need::All(actions) => actions,
        _ => &[],
    }
}

/// All dimensions, spelled out.
pub(super) fn dimensions(
    scene: &Scene,
    ground: &Ground,
    question: &Question<'_>,
    need: &Need,
) -> Result<Vec<Dimension>, Exhausted> {
    let concerned = |mut dimension: Dimension| {
        for part in &mut dimension.parts {
            part.asked = table::asked(ground, question, part);
        }
        dimension
    };
    let mut out = vec![
        resources::dimension(ground, scene)?,
        callers::dimension(ground, question)?,
        concerned(networks::dimension(ground)?),
    ];
    let actions = match need {
        Need::All(_) => None,
        Need::OneOf(actions) => Some(actions.clone()),
        Need::AnyAction => Some(action::on_repository(scene.service)),
    };
    out.extend(actions.map(|actions| {
        let part = |a: &'static str| Part {
            action: Some(a),
            ..Part::default()
        };
        Dimension {
            parts: actions.into_iter().map(part).collect(),
            ..Dimension::default()
        }
    }));
    out.extend(values::dimensions(ground)?.into_iter().map(concerned));
    Ok(out)
}

/// The request of a part, for one action.
pub(super) fn request(ground: &Ground, part: &Part, action: &str, view: View) -> Request {
    let mut context = Context {
        facts: ground.context(),
        view: View {
            relax: false,
            ..view
        },
    };
    context.facts.extend(part.facts.iter().cloned());
    let resources = part.resources.as_ref().and_then(|r| r.first());
    Request {
        caller: part.caller.clone().unwrap_or(Caller::Anonymous),
        action: action.to_owned(),
        resource: resources.cloned().unwrap_or_default(),
        owner: ground.account.clone(),
        context,
    }
}

/// The requests of a part: one for each action that is needed.
pub(super) fn requests(ground: &Ground, part: &Part, need: &Need, view: View) -> Vec<Request> {
    let actions: Vec<&str> = match need {
        Need::All(actions) => actions.clone(),
        _ => part.action.into_iter().collect(),
    };
    (actions.iter())
        .map(|action| request(ground, part, action, view))
        .collect()
}

/// The witness of a part, where the evaluator of single requests agrees for every action needed.
fn confirm(ground: &Ground, part: &Part, need: &Need, view: View) -> Option<Witness> {
    let requests = requests(ground, part, need, view);
    let confirmed = requests.iter().all(|r| passes(&ground.policies, r).must());
    debug_assert!(confirmed, "not confirmed: {requests:?}");
    let first = requests.first().filter(|_| confirmed)?;
    let by = reasons::allows(&ground.policies, first, |_| true);
    Some(witness(ground, &ground.policies, first, by))
}

/// What is shown of a request; `by`: the policy and statement that allow it.
pub(super) fn witness(
    ground: &Ground,
    policies: &[Policy],
    request: &Request,
    by: Option<(usize, usize)>,
) -> Witness {
    let (index, statement) = by.unwrap_or_default();
    let fact = |key: &str| match request.context.facts.get(key) {
        Some(Fact::One(value)) => Some(value.clone()),
        _ => None,
    };
    let mut context = BTreeMap::new();
    for key in &ground.used {
        match request.context.facts.get(key) {
            Some(Fact::One(value)) => {
                context.insert(spelling(key), value.clone());
            }
            Some(Fact::Many(values)) => {
                context.insert(spelling(key), values.join(", "));
            }
            _ => {}
        }
    }
    Witness {
        principal: request.caller.words().to_owned(),
        account: (request.caller.account().map(str::to_owned))
            .or_else(|| fact("aws:sourceaccount")),
        organization: fact("aws:principalorgid").or_else(|| fact("aws:sourceorgid")),
        action: request.action.clone(),
        resource: request.resource.clone(),
        context,
        policy: policies
            .get(index)
            .map_or_else(|| "".into(), |p| p.name.clone()),
        policy_index: index,
        statement,
    }
}
