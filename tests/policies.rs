//! Policies with one trap each, and who gets in by them: decided by hand, after the IAM User Guide. `testdata/policies/traps.jsonl`
//! has one a line: `public`, `outside`, and which of four accounts have a role that can pull (`null`: not asked).
//!
//! The repository `app` is of O, 111122223333, of the organisation o-trusted0001; S, 444455556666, is of the same; P, 999999999999,
//! of another one; L, 888888888888, of none. O, S and o-trusted0001 are trusted. `partition`: where it is not `aws`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use ecr_guard::iam::action::PULL;
use ecr_guard::iam::document::{Document, PolicyKind};
use ecr_guard::iam::reach::{self, Answer, Attached, Repository, Scene, Trusted};
use ecr_guard::iam::rule::Scope;
use ecr_guard::span::{Files, Span};
use ecr_guard::value::{Text, Value};
use std::sync::Arc;

const ACCOUNTS: [(char, &str); 4] = [
    ('O', "111122223333"),
    ('S', "444455556666"),
    ('P', "999999999999"),
    ('L', "888888888888"),
];

fn scene(case: &serde_json::Value) -> Scene {
    let partition = case["partition"].as_str().unwrap_or("aws");
    let region = match partition {
        "aws-us-gov" => "us-gov-west-1",
        "aws-cn" => "cn-north-1",
        _ => "us-east-1",
    };
    let text = case["policy"].to_string();
    let span = Span::new(Files::default().add("policy", text.clone()), 0, text.len());
    let (document, _) = Document::read(&Value::text(text, span), PolicyKind::Repository);
    Scene {
        account: Some("111122223333".into()),
        region: Some(region.into()),
        partition: Some(partition.into()),
        organization: Some("o-trusted0001".into()),
        repository: Repository::Named(Text::plain("app")),
        policies: vec![Attached {
            name: "policy".into(),
            document: Arc::new(document),
            scope: Scope::V2,
        }],
        ..Scene::default()
    }
}

fn trusted() -> Trusted {
    Trusted {
        organization: Some("o-trusted0001".into()),
        accounts: Some(Arc::new(
            ["111122223333", "444455556666"].map(str::to_owned).into(),
        )),
        ..Trusted::default()
    }
}

fn word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Yes(_) => "yes",
        Answer::No => "no",
        Answer::Unknown(_) => "cannot tell",
    }
}

/// What is wrong about a case.
fn faults(case: &serde_json::Value) -> Vec<String> {
    let (scene, trusted) = (scene(case), trusted());
    let mut out = Vec::new();
    for (name, answer) in [
        ("public", reach::public(&scene)),
        ("outside", reach::outside(&scene, &trusted)),
    ] {
        let wanted = match case[name].as_bool().unwrap() {
            true => "yes",
            false => "no",
        };
        if word(&answer) != wanted {
            out.push(format!(
                "{name}: {}, not {wanted}: {answer:?}",
                word(&answer)
            ));
        }
    }
    let Some(pull) = case["pull"].as_str() else {
        return out;
    };
    for (letter, account) in ACCOUNTS {
        let answer = reach::account(&scene, &trusted, account, PULL, true);
        // nobody has said which organisation the others are of
        let of_organization = case["policy"].to_string().contains("Org");
        if "PL".contains(letter) && of_organization {
            continue;
        }
        // an account of its own needs no policy: only a Deny keeps it out
        let kept_out = letter == 'O' && !pull.contains('O');
        let wrong = match letter {
            'O' => kept_out && answer.is_yes(),
            _ => answer.is_yes() != pull.contains(letter),
        };
        if wrong {
            out.push(format!(
                "{letter} pulls: {}, wanted {pull}: {answer:?}",
                word(&answer)
            ));
        }
    }
    out
}

#[test]
fn every_trap_is_seen() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/policies/traps.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let faults = faults(&case);
        if !faults.is_empty() {
            wrong.push(format!("{}\n    {}", case["name"], faults.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
