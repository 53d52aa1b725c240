//! The questions, and who they are about.

use super::ground::Ground;
use super::solve::{Dimension, Found, Part, Search};
use super::{
    Answer, CONFIRMED, Scene, Trusted, Witness, callers, networks, reasons, resources, values,
    variables,
};
use crate::iam::action;
use crate::iam::automaton::Exhausted;
use crate::iam::condition::spelling;
use crate::iam::document::PolicyKind;
use crate::iam::evaluate::{Policies, Request, Verdict, decide, granted};
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Context, Fact, View};
use crate::iam::principal::Caller;
use crate::iam::rule::Policy;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whom a question is about.
pub(super) enum Question<'a> {
    /// Principals of accounts and organisations, from networks, that no policy names.
    Public,
    /// Principals outside the trusted accounts and organisation.
    Outside(&'a Trusted),
    /// Principals of any account but the owner's.
    Others,
    /// Principals of the deploying account, with resources of an account and organisation that no policy names.
    Abroad,
    /// Principals of one account.
    Account(&'a str, &'a Trusted),
    /// A service that acts for an account that no policy names, or does not disclose it.
    Service(&'a str),
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

type Asked = Option<(Tri, Option<Arc<str>>)>;

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

    /// The account that the question itself names.
    pub(super) fn account(&self) -> Option<&str> {
        match self {
            Question::Account(a, _) | Question::AnyRole(a) => Some(a),
            _ => None,
        }
    }

    /// Whether what the policies name by unknown parts is none of what is asked about.
    fn unnamed(&self) -> bool {
        matches!(self, Question::Public)
    }

    /// Whether the networks that the policies name are none of what is asked about.
    pub(super) fn is_from_anywhere(&self) -> bool {
        matches!(self, Question::Public | Question::Everyone(_, false))
    }

    /// Whether the question is about a caller.
    pub(super) fn asks(&self, ground: &Ground, profile: &Profile<'_>) -> Asked {
        let sure = |b: bool| Some((Tri::from(b), None));
        let named = profile.account.is_some_and(|a| ground.names_account(a));
        let organization = profile
            .organization
            .is_some_and(|o| names_organization(ground, o));
        let identity = profile.service.is_none();
        match self {
            Question::Everyone(..) => None,
            Question::Public => sure(identity && !named && !organization),
            Question::Abroad => deploying(ground, profile),
            Question::Others => sure(identity && profile.account != Some(&ground.account)),
            Question::Outside(trusted) => outside(ground, trusted, profile),
            Question::AnyRole(account) => {
                sure(identity && profile.plain && profile.account == Some(account))
            }
            Question::Service(service) => {
                sure(profile.service == Some(service) && !named && !organization && !profile.hidden)
            }
            Question::Account(account, trusted) => {
                if !identity || profile.account != Some(account) {
                    return sure(false);
                }
                let certain = match trust(ground, trusted, profile.account, None) {
                    Tri::True => true,
                    _ => !organization,
                };
                if certain {
                    return sure(true);
                }
                let reason =
                    format!("whether account {account} is in the organisation is not known");
                Some((Tri::Unknown, Some(reason.into())))
            }
        }
    }
}

/// Whether a caller is of the account that the code is deployed to.
fn deploying(ground: &Ground, profile: &Profile<'_>) -> Asked {
    let unknown = |what: &str| {
        let reason = format!("the {what} that this is deployed to is not known");
        Some((Tri::Unknown, Some(reason.into())))
    };
    let (account, organization) = ground.home;
    let named = profile
        .account
        .is_some_and(|a| ground.names_account(a) && a != ground.account);
    if profile.service.is_some() || profile.organization == Some(&ground.organization) {
        return Some((Tri::False, None));
    }
    if profile.account != Some(&ground.deployer) {
        return match named && !account {
            true => unknown("account"),
            false => Some((Tri::False, None)),
        };
    }
    if !organization && profile.organization != ground.binding.organization.as_deref() {
        return unknown("organisation of the account");
    }
    Some((Tri::True, None))
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
    if let Some(account) = account {
        let listed = trusted
            .accounts
            .as_ref()
            .is_some_and(|a| a.contains(account));
        if account == ground.account || listed || trusted.trusted_accounts.contains(account) {
            return Tri::True;
        }
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

fn outside(ground: &Ground, trusted: &Trusted, profile: &Profile<'_>) -> Asked {
    if profile.hidden {
        let reason = "the ARN in aws:SourceArn does not tell whose resource it is";
        return Some((Tri::Unknown, Some(reason.into())));
    }
    let trust = trust(ground, trusted, profile.account, profile.organization);
    let reason = (trust == Tri::Unknown).then(|| {
        let named = profile.account.filter(|a| ground.names_account(a));
        match named {
            Some(account) if trusted.accounts.is_none() => format!(
                "whether account {account} is in the organisation is not known: organization.accounts is not set"
            ),
            _ => format!(
                "whether {} is the organisation is not known: organization.id is not set",
                profile.organization.unwrap_or("it")
            ),
        }
    });
    Some((trust.negate(), reason.map(Arc::from)))
}

/// Whether a caller is in an organisation that a policy names.
pub(super) fn in_named(ground: &Ground, part: &Part) -> bool {
    part.facts.iter().any(|(key, fact)| {
        matches!(fact, Fact::One(id) if key == "aws:principalorgid" && names_organization(ground, id))
    })
}

/// Whether a caller of an account can be what the part says, for all that is known of the account: the owner trusts it, or it need
/// not be in an organisation that a policy names.
pub(super) fn is_member(ground: &Ground, trusted: &Trusted, account: &str, part: &Part) -> bool {
    trust(ground, trusted, Some(account), None) == Tri::True || !in_named(ground, part)
}

/// Answers a question.
pub(super) fn ask(scene: &Scene, question: &Question<'_>, need: &Need) -> Answer {
    let ground = Ground::of(scene, matches!(question, Question::Abroad));
    let tied = ground.variables();
    if !tied.is_empty()
        && let Ok(Some(answer)) = concrete(scene, &ground, question, need, &tied)
    {
        return answer;
    }
    let view = View {
        relax: !tied.is_empty(),
        unnamed: question.unnamed(),
        cautious: true,
    };
    let found = dimensions(scene, &ground, question, need)
        .and_then(|d| Search::new(&ground, view, copies(need)).run(d));
    match found {
        Ok(Found::Nothing) => Answer::No,
        Ok(Found::Must(part)) => match confirm(&ground, &part, need, view) {
            Some(witness) => Answer::Yes(Box::new(witness)),
            None => Answer::Unknown(vec!["the request found could not be confirmed".into()]),
        },
        Ok(Found::May(part)) => Answer::Unknown(reasons::of(scene, &ground, &part, need, view)),
        Err(Exhausted) => Answer::Unknown(vec![super::INTRICATE.into()]),
    }
}

/// Looks for a request with values for all policy variables.
fn concrete(
    scene: &Scene,
    ground: &Ground,
    question: &Question<'_>,
    need: &Need,
    tied: &[std::collections::BTreeSet<String>],
) -> Result<Option<Answer>, Exhausted> {
    let view = View {
        relax: false,
        unnamed: question.unnamed(),
        cautious: true,
    };
    let dimensions = tied_dimensions(scene, ground, question, need, tied)?;
    let found = Search::new(ground, view, copies(need)).run(dimensions)?;
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
    tied: &[std::collections::BTreeSet<String>],
) -> Result<Vec<Dimension>, Exhausted> {
    let mut out = dimensions(scene, ground, question, need)?;
    variables::tie(ground, &mut out, tied)?;
    Ok(out)
}

pub(super) fn copies(need: &Need) -> &[&'static str] {
    match need {
        Need::All(actions) => actions,
        _ => &[],
    }
}

pub(super) fn dimensions(
    scene: &Scene,
    ground: &Ground,
    question: &Question<'_>,
    need: &Need,
) -> Result<Vec<Dimension>, Exhausted> {
    let mut out = vec![
        resources::dimension(ground, scene)?,
        callers::dimension(ground, question)?,
        networks::dimension(ground, question)?,
    ];
    let actions = match need {
        Need::All(_) => Vec::new(),
        Need::OneOf(actions) => actions.clone(),
        Need::AnyAction => action::on_repository(scene.service),
    };
    if !matches!(need, Need::All(_)) {
        let part = |a: &&'static str| Part {
            action: Some(a),
            ..Part::default()
        };
        out.push(Dimension {
            parts: actions.iter().map(part).collect(),
            ..Dimension::default()
        });
    }
    out.extend(values::dimensions(ground, question, &out)?);
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

/// Whether policies let a request pass whose caller's own policies allow everything.
pub(super) fn passes(policies: &[Policy], request: &Request) -> Tri {
    let granted = granted(policies, request);
    let whole = Policies {
        resource: policies.to_vec(),
        identity: vec![Policy::everything(
            "the caller's own policies",
            PolicyKind::Identity,
        )],
        ..Policies::default()
    };
    match decide(request, &whole).verdict {
        CONFIRMED => granted,
        Verdict::Unknown => granted.and(Tri::Unknown),
        Verdict::Deny => Tri::False,
    }
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
    for key in ground.used() {
        match request.context.facts.get(&key) {
            Some(Fact::One(value)) => {
                context.insert(spelling(&key), value.clone());
            }
            Some(Fact::Many(values)) => {
                context.insert(spelling(&key), values.join(", "));
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
