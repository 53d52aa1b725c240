//! The search by tables says what the search of everything spelled out says, to the last part of the request.

use super::random::{Dice, policy, whole};
use super::*;
use crate::iam::action::{PULL, PUSH};
use crate::iam::pattern::View;
use crate::iam::reach::ground::Foreign;
use crate::iam::reach::question::{Need, Question, copies, dimensions};
use crate::iam::reach::ready::Ready;
use crate::iam::reach::solve::{Found, Search};
use crate::iam::reach::spelled::Spelled;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

fn shown(found: Result<Found, crate::iam::automaton::Exhausted>) -> String {
    match found {
        Ok(Found::Must(part)) => format!("must {part:?}"),
        Ok(Found::May(part)) => format!("may {part:?}"),
        Ok(Found::Nothing) => "nothing".to_owned(),
        Err(_) => "exhausted".to_owned(),
    }
}

/// Every question, some of them about several.
fn every<'a>(trusted: &'a Trusted, foreign: &'a [Foreign; 2]) -> Vec<Question<'a>> {
    let [nobody, named] = foreign;
    let all = vec![
        Question::Public,
        Question::Outside(trusted),
        Question::Others,
        Question::Abroad(nobody),
        Question::Abroad(named),
        Question::Stranger(nobody),
        Question::Stranger(named),
        Question::Account("999999999999", trusted),
        Question::Account("123412341234", trusted),
        Question::AnyRole("444455556666"),
        Question::Service("lambda.amazonaws.com"),
        Question::AnyService,
        Question::Everyone(trusted, false),
        Question::Everyone(trusted, true),
    ];
    // one that is added does not compile here, and is to be added above
    for question in &all {
        match question {
            Question::Public
            | Question::Outside(_)
            | Question::Others
            | Question::Abroad(_)
            | Question::Stranger(_)
            | Question::Account(..)
            | Question::Service(_)
            | Question::AnyService
            | Question::AnyRole(_)
            | Question::Everyone(..) => {}
        }
    }
    all
}

fn agree(scene: &Scene) -> Result<(), TestCaseError> {
    let trusted = trusted();
    let named = Foreign {
        account: Some("999999999999".to_owned()),
        organization: None,
    };
    let foreign = [Foreign::default(), named];
    for question in every(&trusted, &foreign) {
        let ready = Ready::of(scene, question.foreign());
        for need in [
            Need::AnyAction,
            Need::OneOf(PUSH.to_vec()),
            Need::All(PULL.to_vec()),
        ] {
            let view = View {
                relax: !ready.ground.tied.is_empty(),
                unnamed: question.unnamed(),
                cautious: true,
                ..View::default()
            };
            let table = ready.table(scene, view).unwrap();
            let search = Search {
                scene,
                ground: &ready.ground,
                table: &table,
                question: &question,
                need: &need,
            };
            let spelled = Spelled::new(&ready.ground, view, copies(&need));
            let all = || dimensions(scene, &ready.ground, &question, &need).unwrap();
            prop_assert_eq!(shown(search.run()), shown(spelled.run(all())));
            let reached = search.each().unwrap();
            let sure = reached.hits.iter().filter(|(_, _, must)| *must);
            let sure: Vec<String> = sure
                .map(|(class, _, _)| {
                    let (key, _) = reached.crowd.spelled(*class).unwrap();
                    key.clone()
                })
                .collect();
            let want = spelled.each(all()).unwrap();
            let want: Vec<String> = want
                .iter()
                .map(crate::iam::reach::census::caller_key)
                .collect();
            prop_assert_eq!(sure, want);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn tables_say_what_is_spelled_out(seed in any::<u64>()) {
        let mut d = Dice(seed | 1);
        agree(&scene(&whole(&policy(&mut d))))?;
    }
}

/// What random policies do not have: variables, unknown operators, unique ids, principals and services by conditions, resources.
#[test]
fn tables_say_what_is_spelled_out_of_rare_policies() {
    let allow = |more: Json| {
        let mut out = json!({"Effect": "Allow", "Principal": "*", "Action": "ecr:*"});
        for (key, value) in more.as_object().unwrap() {
            out[key] = value.clone();
        }
        out
    };
    for statements in [
        vec![allow(
            json!({"Condition": {"StringEquals": {"aws:PrincipalTag/t": "${aws:username}"}}}),
        )],
        vec![allow(
            json!({"Condition": {"StringLike": {"aws:userid": "AROAEXAMPLEEXAMPLE12:*"}}}),
        )],
        vec![allow(
            json!({"Condition": {"StringLike": {"aws:username": "b*"}}}),
        )],
        vec![allow(
            json!({"Condition": {"Wrong": {"aws:username": "b"}}}),
        )],
        vec![allow(
            json!({"Condition": {"StringLike": {"aws:PrincipalServiceName": "*.amazonaws.com"}}}),
        )],
        vec![allow(
            json!({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}}),
        )],
        vec![
            allow(json!({"Principal": {"AWS": "999999999999"}, "Action": "ecr:B*"})),
            json!({"Effect": "Deny", "NotPrincipal": {"AWS": ["arn:aws:iam::999999999999:role/ci"]}, "Action": "*"}),
        ],
        vec![
            allow(json!({"NotResource": "arn:aws:ecr:*:*:repository/b*"})),
            json!({"Effect": "Deny", "Principal": "*", "NotAction": "ecr:Get*", "Resource": "*"}),
        ],
    ] {
        agree(&scene(&whole(&statements))).unwrap();
    }
}
