//! Policies made to take long: they are answered in time, or it is said that they are not.

use super::*;
use crate::iam::principal::Sort;

fn account_id(n: usize) -> String {
    format!("{:012}", 100_000_000_000_u64 + n as u64 * 7919)
}

fn policy(statements: Vec<Json>) -> Scene {
    scene(&json!({"Version": "2012-10-17", "Statement": statements}))
}

/// What is asked about the policy as a whole, and of a grant.
fn all(scene: &Scene) -> Vec<Answer> {
    vec![
        public(scene),
        outside(scene, &trusted()),
        any_role_of(scene, &account_id(0)),
    ]
}

#[test]
fn patterns_that_blow_up_are_left_undecided() {
    let accounts: Vec<String> = (0..100).map(account_id).collect();
    let mut patterns: Vec<String> = (0..60)
        .map(|n| format!("arn:aws:iam::*:role/*x{n}*"))
        .collect();
    patterns.push(format!("arn:aws:iam::*:role/*a{}b*", "?".repeat(16)));
    let scene = policy(vec![
        json!({"Effect": "Allow", "Principal": {"AWS": accounts}, "Action": "ecr:*", "Condition": {"ArnLike": {"aws:PrincipalArn": patterns}}}),
    ]);
    for answer in all(&scene) {
        let Answer::Unknown(reasons) = &answer else {
            panic!("{answer:?}")
        };
        assert_eq!(&*reasons[0], INTRICATE);
    }
}

#[test]
fn stars_and_accounts_in_numbers_take_no_long_time() {
    let star = "*a".repeat(4900);
    for action in ["ecr:".to_owned() + &"*".repeat(9000), "ecr:*".to_owned()] {
        let scene = policy(vec![
            json!({"Effect": "Allow", "Principal": "*", "Action": action, "Condition": {"StringLike": {"aws:PrincipalTag/t": star}}}),
        ]);
        assert_eq!(word(&public(&scene)), "yes");
    }
    let deny = |n| json!({"Effect": "Deny", "Principal": {"AWS": account_id(n)}, "Action": "*"});
    let mut statements: Vec<Json> = (0..600).map(deny).collect();
    statements.push(json!({"Effect": "Allow", "Principal": {"AWS": account_id(0)}, "Action": "*"}));
    statements
        .push(json!({"Effect": "Allow", "Principal": {"AWS": account_id(700)}, "Action": "*"}));
    let scene = policy(statements);
    assert_eq!(word(&public(&scene)), "no");
    let read = &scene.policies[0].document.statements;
    // of the Denies those count that are about whom the statement gives something
    for (at, reached) in [(0, false), (600, false), (601, true)] {
        let alone = Alone::new(&scene, 0, &read[at]);
        let account = account_id(if at == 601 { 700 } else { 0 });
        let found = alone.any_role_of(Sort::Aws, &account, true);
        assert_eq!(found, Ok(reached), "{at}");
    }
}
