use super::*;
use crate::iam::can::value;
use crate::iam::document::PolicyKind;
use crate::span::{Files, Span};
use serde_json::{Value as Json, json};

mod abroad;
mod bounds;
mod domains;
mod laws;
mod pairs;
mod parties;
mod random;
mod spelled;
mod table;

pub(super) fn document(json: &Json, kind: PolicyKind) -> Arc<Document> {
    let files = Files::default();
    let span = Span::new(files.add("policy", ""), 0, 0);
    Arc::new(Document::read(&value(json, span, 0), kind).0)
}

pub(super) fn attached(json: &Json, kind: PolicyKind) -> Attached {
    Attached {
        name: kind.words().into(),
        document: document(json, kind),
        scope: Scope::V2,
    }
}

/// The scene of the recorded cases: repository `app` of account 111122223333 in us-east-1.
pub(super) fn scene(policy: &Json) -> Scene {
    Scene {
        account: Some("111122223333".into()),
        region: Some("us-east-1".into()),
        partition: Some("aws".into()),
        organization: Some("o-trusted0001".into()),
        repository: Repository::Named(Text::plain("app")),
        policies: vec![attached(policy, PolicyKind::Repository)],
        ..Scene::default()
    }
}

pub(super) fn trusted() -> Trusted {
    Trusted {
        organization: Some("o-trusted0001".into()),
        accounts: Some(accounts(&["111122223333", "444455556666"])),
        trusted_accounts: BTreeSet::new(),
    }
}

pub(super) fn accounts(ids: &[&str]) -> Arc<BTreeSet<String>> {
    Arc::new(ids.iter().map(|id| (*id).to_owned()).collect())
}

pub(super) fn word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Yes(_) => "yes",
        Answer::No => "no",
        Answer::Unknown(_) => "unknown",
    }
}

fn recorded() -> Option<Vec<Json>> {
    let folder = std::env::var("ECR_GUARD_ORACLE").ok()?;
    let text = std::fs::read_to_string(format!("{folder}/iam/cases/labelled-dev.jsonl")).unwrap();
    Some(
        text.lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect(),
    )
}

fn recorded_scene(case: &Json) -> Scene {
    let mut scene = scene(&case["policy"]);
    if !case["registryPolicy"].is_null() {
        let mut registry = attached(&case["registryPolicy"], PolicyKind::Registry);
        if case["scope"] == "V1" {
            registry.scope = Scope::V1;
        }
        scene.policies.push(registry);
    }
    scene
}

/// The policies with verdicts by hand, where the environment names their folder.
#[test]
fn recorded_verdicts() {
    let Some(cases) = recorded() else { return };
    let mut wrong = Vec::new();
    for case in &cases {
        let scene = recorded_scene(case);
        let label = |b: &Json| if b == &json!(true) { "yes" } else { "no" };
        for (question, answer) in [
            ("public", public(&scene)),
            ("outside", outside(&scene, &trusted())),
        ] {
            let want = label(&case["expect"][question]);
            if word(&answer) != want {
                wrong.push(format!(
                    "{} {} {question}: want {want}, here {answer:?}\n   {}",
                    case["id"], case["trap"], case["policy"]
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        2 * cases.len(),
        wrong.join("\n")
    );
    assert!(cases.len() > 100);
}

/// Who pulls and pushes, where the environment names the folder.
#[test]
fn recorded_pullers() {
    let Some(cases) = recorded() else { return };
    let mut wrong = Vec::new();
    let accounts = [
        ("S", "444455556666"),
        ("P", "999999999999"),
        ("L", "888888888888"),
    ];
    for case in &cases {
        let scene = recorded_scene(case);
        for (what, actions) in [
            ("pull", crate::iam::action::PULL),
            ("push", crate::iam::action::PUSH),
        ] {
            for (letter, id) in accounts {
                let want = case["expect"][what].as_str().unwrap().contains(letter);
                let answer = account(&scene, &trusted(), id, actions, true);
                // the labels know the organisation of each account and its path; the scene does not
                let open = case["policy"].to_string().contains("Org");
                // nor do the labels know federated users, whose ARN is one of STS: a pattern of IAM's ARNs misses them
                let federated = format!("{answer:?}").contains(":federated-user/");
                let told = if want {
                    !answer.is_no()
                } else {
                    open || federated || !answer.is_yes()
                };
                if !told {
                    wrong.push(format!(
                        "{} {} {what} {letter}: want {want}, here {answer:?}\n   {}",
                        case["id"], case["trap"], case["policy"]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
