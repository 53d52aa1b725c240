//! Who can do what, and what a change changes about it.

use super::*;
use crate::iam::kleene::Tri;

fn shown(found: &Result<Vec<Holder>, &'static str>) -> String {
    let line = |h: &Holder| {
        let party = match &h.party {
            Party::Anyone => "anyone".to_owned(),
            Party::Organization(id) => format!("organisation {id}"),
            Party::Account(id) => format!("account {id}"),
            Party::Principal(arn) => arn.clone(),
            Party::Service { name, source } => format!("{name} for {source:?}"),
        };
        let inside = match h.inside {
            Tri::True => "inside",
            Tri::False => "outside",
            Tri::Unknown => "perhaps inside",
        };
        let how = match &h.answer {
            Answer::Yes(w) => format!("by {} {}", w.policy, w.statement),
            Answer::Unknown(reasons) => {
                let reasons: Vec<&str> = reasons.iter().map(|r| &**r).collect();
                format!("perhaps: {}", reasons.join("; "))
            }
            Answer::No => "no".to_owned(),
        };
        let more = [
            h.network.then(|| " from a named network".to_owned()),
            h.covered.then(|| " (as anyone)".to_owned()),
            h.before.map(|(p, s)| format!(" denied before by {p}/{s}")),
        ];
        let more: String = more.into_iter().flatten().collect();
        format!("{party} [{inside}] {how}{more}")
    };
    match found {
        Ok(all) => all.iter().map(line).collect::<Vec<_>>().join("\n"),
        Err(why) => (*why).to_owned(),
    }
}

fn policy(statements: Json) -> Json {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn pullers(statements: Json) -> String {
    let (actions, all) = Ability::Pull.actions();
    shown(&holders(
        &scene(&policy(statements)),
        &trusted(),
        &actions,
        all,
    ))
}

fn gains(base: Json, head: Json) -> String {
    let both = |p: Json| scene(&policy(p));
    let (actions, _) = Ability::Pull.actions();
    shown(&gained(
        &both(base),
        &both(head),
        &trusted(),
        &actions,
        false,
    ))
}

fn allow(principal: Json, condition: Json) -> Json {
    json!({"Effect": "Allow", "Principal": principal, "Action": "ecr:*", "Condition": condition})
}

#[test]
fn who_pulls() {
    let cases = [
        json!([allow(json!("*"), json!({}))]),
        json!([allow(
            json!("*"),
            json!({"StringEquals": {"aws:PrincipalOrgID": "o-trusted0001"}})
        )]),
        json!([allow(
            json!({"AWS": ["444455556666", "arn:aws:iam::999999999999:role/ci", "arn:aws:sts::888888888888:assumed-role/ci/s"]}),
            json!({})
        )]),
        json!([allow(
            json!({"AWS": "999999999999"}),
            json!({"StringEquals": {"aws:PrincipalOrgID": "o-foreign0002"}})
        )]),
        json!([allow(
            json!("*"),
            json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
        )]),
        json!([allow(
            json!({"Service": "lambda.amazonaws.com"}),
            json!({"StringEquals": {"aws:SourceAccount": "999999999999"}})
        )]),
        json!([allow(json!({"Service": "lambda.amazonaws.com"}), json!({}))]),
        json!([allow(json!({"AWS": "999999999999"}), json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci-*"}})),
               {"Effect": "Deny", "Principal": {"AWS": "444455556666"}, "Action": "ecr:GetDownloadUrlForLayer"}, allow(json!({"AWS": "444455556666"}), json!({}))]),
        json!([allow(
            json!("*"),
            json!({"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}", "aws:PrincipalAccount": ["444455556666"]}})
        )]),
        json!([allow(
            json!({"AWS": "444455556666"}),
            json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-trusted0001/r-ab12/ou-ab12-prod/*"}})
        )]),
    ];
    let shown: Vec<String> = cases.into_iter().map(pullers).collect();
    insta::assert_snapshot!(shown.join("\n---\n"));
}

#[test]
fn who_gains() {
    let org = json!({"StringEquals": {"aws:PrincipalOrgID": "o-trusted0001"}});
    let tag = json!({"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}});
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-trusted0001"}}});
    let cases = [
        (
            json!([allow(json!("*"), org.clone())]),
            json!([allow(json!("*"), json!({}))]),
        ),
        (
            json!([allow(json!("*"), json!({}))]),
            json!([allow(json!("*"), org.clone())]),
        ),
        (
            json!([allow(json!("*"), json!({})), deny.clone()]),
            json!([allow(json!("*"), json!({}))]),
        ),
        (
            json!([allow(json!("*"), json!({})), deny.clone()]),
            json!([allow(json!("*"), org)]),
        ),
        (
            json!([]),
            json!([allow(json!({"AWS": "999999999999"}), json!({}))]),
        ),
        (
            json!([allow(json!("*"), tag.clone())]),
            json!([
                allow(json!("*"), tag.clone()),
                allow(json!({"AWS": "444455556666"}), json!({}))
            ]),
        ),
        (
            json!([allow(json!("*"), tag.clone())]),
            json!([allow(json!("*"), tag)]),
        ),
    ];
    let shown: Vec<String> = cases.into_iter().map(|(a, b)| gains(a, b)).collect();
    insta::assert_snapshot!(shown.join("\n---\n"));
}

#[test]
fn what_v2_changes() {
    let registry = |statements: Json, scope: Scope| {
        let mut out = scene(&policy(json!([allow(
            json!({"AWS": "444455556666"}),
            json!({})
        )])));
        let mut attached = attached(&policy(statements), PolicyKind::Registry);
        attached.scope = scope;
        out.policies.push(attached);
        out
    };
    let statements = json!([
        {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "ecr:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "ecr:PutImage", "Resource": "*"},
    ]);
    let v1 = registry(statements.clone(), Scope::V1);
    let v2 = registry(statements, Scope::V2);
    let mut out = Vec::new();
    for ability in Ability::ALL {
        let (actions, all) = ability.actions();
        let (v1, v2) = (with_own_identities(&v1), with_own_identities(&v2));
        for (what, base, head) in [("adds", &v1, &v2), ("takes", &v2, &v1)] {
            let found = shown(&gained(base, head, &trusted(), &actions, all));
            out.push(format!("{what} {}: {found}", ability.word()));
        }
    }
    insta::assert_snapshot!(out.join("\n"));
}
