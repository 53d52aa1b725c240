//! What holds of all policies: more Allows let in more, more Denies less, and how a policy is written does not matter.

use super::random::{Dice, policy, rank, statement, whole};
use super::*;
use crate::iam::principal::Sort;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

type Checked = Result<(), TestCaseError>;

fn ranks(statements: &[Json]) -> [usize; 2] {
    let scene = scene(&whole(statements));
    [rank(&public(&scene)), rank(&outside(&scene, &trusted()))]
}

/// An Allow never narrows.
fn allow_widens(d: &mut Dice) -> Checked {
    let mut statements = policy(d);
    let before = ranks(&statements);
    statements.push(statement(d, "Allow"));
    let after = ranks(&statements);
    for (before, after) in before.iter().zip(after) {
        prop_assert!(after >= *before, "an Allow narrows: {}", whole(&statements));
    }
    Ok(())
}

/// The order of statements does not matter.
fn order(d: &mut Dice) -> Checked {
    let mut statements = policy(d);
    let before = ranks(&statements);
    statements.reverse();
    let n = d.roll(statements.len());
    statements.rotate_left(n);
    prop_assert_eq!(before, ranks(&statements), "{}", whole(&statements));
    Ok(())
}

/// The same policy in other words: lists for single values, sorted, operators in lower case, keys in upper case.
fn spelled_out(statement: &Json) -> Json {
    let listed = |v: &Json| {
        let mut all = match v {
            Json::Array(items) => items.clone(),
            one => vec![one.clone()],
        };
        all.sort_by_key(Json::to_string);
        all.dedup();
        Json::Array(all)
    };
    let mut out = json!({"Effect": statement["Effect"]});
    for element in ["Action", "NotAction", "Resource", "NotResource"] {
        if let Some(value) = statement.get(element) {
            out[element] = listed(value);
        }
    }
    for element in ["Principal", "NotPrincipal"] {
        match statement.get(element) {
            Some(Json::Object(sorts)) => {
                for (sort, words) in sorts {
                    out[element][sort] = listed(words);
                }
            }
            Some(everyone) => out[element] = json!({ "AWS": [everyone] }),
            None => {}
        }
    }
    for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
        for (key, values) in keys.as_object().into_iter().flatten() {
            out["Condition"][operator.to_lowercase()][key.to_uppercase().replace("/T", "/t")] =
                listed(values);
        }
    }
    out
}

fn normal(d: &mut Dice) -> Checked {
    let statements = policy(d);
    let normal: Vec<Json> = statements.iter().map(spelled_out).collect();
    prop_assert_eq!(ranks(&statements), ranks(&normal), "{}", whole(&statements));
    Ok(())
}

/// A statement beside all Denies of its policy says the same as one beside those that may take something back, and other
/// principals of the statement do not matter.
fn alone(d: &mut Dice) -> Checked {
    let (account, service) = ("999999999999", "lambda.amazonaws.com");
    let mut statements = policy(d);
    statements.push(statement(d, "Deny"));
    statements[0]["Principal"] =
        json!({"AWS": [account, "arn:aws:iam::444455556666:role/ci"], "Service": service});
    statements[0]
        .as_object_mut()
        .unwrap()
        .remove("NotPrincipal");
    let whole_scene = scene(&whole(&statements));
    let document = whole_scene.policies[0].document.clone();
    let alone = Alone::new(&whole_scene, 0, &document.statements[0]);
    let mut beside = vec![statements[0].clone()];
    beside.extend(
        statements
            .iter()
            .skip(1)
            .filter(|s| s["Effect"] == "Deny")
            .cloned(),
    );
    let told = |answer: Answer| match answer {
        Answer::Yes(_) => Ok(true),
        Answer::No => Ok(false),
        Answer::Unknown(_) => Err(()),
    };
    for (sort, principal) in [(Sort::Aws, account), (Sort::Service, service)] {
        beside[0]["Principal"] = match sort {
            Sort::Aws => json!({ "AWS": principal }),
            _ => json!({ "Service": principal }),
        };
        let spelled = scene(&whole(&beside));
        let (want, here) = match sort {
            Sort::Aws => (
                any_role_of(&spelled, principal),
                vec![
                    alone.any_role_of(sort, principal, true),
                    Alone::new(&whole_scene, 0, &document.statements[0])
                        .any_role_of(sort, principal, false),
                ],
            ),
            _ => (
                service_for_anyone(&spelled, principal),
                vec![alone.service_for_anyone(sort, principal)],
            ),
        };
        let want = told(want);
        for here in here {
            prop_assert_eq!(here.map_err(|_| ()), want, "{}", whole(&statements));
        }
    }
    Ok(())
}

fn yes(found: &[Holder]) -> Vec<&Party> {
    let sure = found.iter().filter(|h| h.answer.is_yes());
    sure.map(|h| &h.party).collect()
}

/// What a change lets in: nothing where nothing changes or a Deny is added, and everybody where there was nothing before.
fn changes(d: &mut Dice) -> Checked {
    let statements = policy(d);
    let scene_of = |s: &[Json]| scene(&whole(s));
    let (actions, trusted) = (["ecr:BatchGetImage", "ecr:PutImage"], trusted());
    let gain = |a: &[Json], b: &[Json]| {
        gained(&scene_of(a), &scene_of(b), &trusted, &actions, false).unwrap()
    };
    let same = gain(&statements, &statements);
    prop_assert!(same.is_empty(), "no change: {}", whole(&statements));
    let mut denied = statements.clone();
    denied.push(statement(d, "Deny"));
    let narrower = gain(&statements, &denied);
    prop_assert!(narrower.is_empty(), "a Deny lets in: {}", whole(&denied));
    let all = holders(&scene_of(&statements), &trusted, &actions, false).unwrap();
    let new = gain(&[], &statements);
    prop_assert_eq!(yes(&all), yes(&new), "{}", whole(&statements));
    let anyone = |h: &&Holder| h.party == Party::Anyone && h.answer.is_yes() && !h.network;
    prop_assert_eq!(
        all.iter().any(|h| anyone(&h)),
        public_with(&scene_of(&statements), &actions).is_yes(),
        "{}",
        whole(&statements)
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_allow_never_narrows(seed in any::<u64>()) {
        allow_widens(&mut Dice(seed | 1))?;
    }

    #[test]
    fn the_order_of_statements_does_not_matter(seed in any::<u64>()) {
        order(&mut Dice(seed | 1))?;
    }

    #[test]
    fn how_a_policy_is_written_does_not_matter(seed in any::<u64>()) {
        normal(&mut Dice(seed | 1))?;
    }

    #[test]
    fn a_statement_alone_is_what_it_is_beside_all_denies(seed in any::<u64>()) {
        alone(&mut Dice(seed | 1))?;
    }

    #[test]
    fn changes_let_in_who_was_not_in(seed in any::<u64>()) {
        changes(&mut Dice(seed | 1))?;
    }
}
