//! Registries of others: who reaches them, through what is ours.

use super::ground::Foreign;
use super::question::{Need, Question, ask};
use super::ready::Ready;
use super::{Answer, INTRICATE, Repository, Scene, public};
use crate::value::Reason;

/// Named accounts and organisations that are looked at.
const NAMED: usize = 64;

/// Whether some identity of the deploying account can do some action with a registry of an account and organisation that no
/// policy names.
pub fn abroad(scene: &Scene) -> Answer {
    reaches(scene, &Question::Abroad(&Foreign::default()))
}

/// Whether some identity of an account and organisation that no policy names can do some action with the registry of that account:
/// its own credentials, brought along, move what is ours to where it is not.
pub fn stranger(scene: &Scene) -> Answer {
    reaches(scene, &Question::Stranger(&Foreign::default()))
}

/// Whether a VPC endpoint's policy lets any identity in, to our registry or to its own, or lets the deploying account out to any
/// registry.
pub fn endpoint_open(scene: &Scene) -> Answer {
    let open = Scene {
        repository: Repository::Any,
        ..scene.clone()
    };
    worst([public, stranger, abroad].iter().map(|ask| ask(&open)))
}

/// As [`abroad`], or with a registry that the policies name and the owner does not trust.
pub fn abroad_untrusted(scene: &Scene) -> Answer {
    with_named(scene, abroad(scene), |f| Question::Abroad(f))
}

/// As [`stranger`], or an identity that the policies name and the owner does not trust.
pub fn stranger_untrusted(scene: &Scene) -> Answer {
    with_named(scene, stranger(scene), |f| Question::Stranger(f))
}

fn reaches(scene: &Scene, question: &Question<'_>) -> Answer {
    let open = Scene {
        repository: Repository::Any,
        ..scene.clone()
    };
    ask(&open, question, &Need::AnyAction)
}

/// A yes before what cannot be told before a no; nothing is asked after a yes.
fn worst(answers: impl Iterator<Item = Answer>) -> Answer {
    let mut out = Answer::No;
    for answer in answers {
        match (&answer, &out) {
            (Answer::Yes(_), _) => return answer,
            (Answer::Unknown(_), Answer::No) => out = answer,
            _ => {}
        }
    }
    out
}

/// Asks about those whom the policies name, too, unless the owner trusts them.
fn with_named(
    scene: &Scene,
    anyone: Answer,
    question: impl Fn(&Foreign) -> Question<'_>,
) -> Answer {
    if anyone.is_yes() {
        return anyone;
    }
    let others = named(scene);
    let rest = (others.len() > NAMED).then(|| Answer::Unknown(vec![INTRICATE.into()]));
    let asked = others.iter().take(NAMED).map(|(foreign, doubt)| {
        match (reaches(scene, &question(foreign)), doubt) {
            (Answer::Yes(_), Some(doubt)) => Answer::Unknown(vec![doubt.clone()]),
            (answer, _) => answer,
        }
    });
    worst(std::iter::once(anyone).chain(asked).chain(rest))
}

/// The accounts and organisations that the policies name and the owner does not, each with the reason where it may be the owner's
/// for all that is known.
fn named(scene: &Scene) -> Vec<(Foreign, Option<Reason>)> {
    let ready = Ready::of(scene, None);
    let (ground, known) = (&ready.ground, &scene.known);
    let own = known
        .organization
        .as_deref()
        .or(scene.organization.as_deref());
    let organizations = ground.names.organizations.iter();
    let others = organizations.filter(|o| own != Some(o.as_str()) && ground.organization != **o);
    let mut out: Vec<(Foreign, Option<Reason>)> = Vec::new();
    for id in others.clone() {
        let foreign = Foreign {
            account: None,
            organization: Some(id.clone()),
        };
        let doubt = own.is_none().then(|| {
            let id = ground.said(id);
            format!("whether {id} is the organisation is not known: organization.id is not set")
                .into()
        });
        out.push((foreign, doubt));
    }
    for account in &ground.names.accounts {
        if *account == ground.account || known.lists(account) {
            continue;
        }
        let doubt = known.accounts.is_none().then(|| {
            let account = ground.said(account);
            format!(
                "whether account {account} is in the organisation is not known: organization.accounts is not set"
            )
            .into()
        });
        // of an organisation that nobody names, or of one that the policies name
        for organization in std::iter::once(None).chain(others.clone().map(Some)) {
            let foreign = Foreign {
                account: Some(account.clone()),
                organization: organization.cloned(),
            };
            out.push((foreign, doubt.clone()));
        }
    }
    // what is certain first
    out.sort_by_key(|(_, doubt)| doubt.is_some());
    out
}
