//! Answers pairs of policies for `tests/oracle/pairs.py`, which asks a solver the same.

use super::*;
use crate::iam::action::on_repository;

fn answer(line: &str) -> Json {
    let pair: Json = serde_json::from_str(line).unwrap();
    let side = |name: &str| scene(&json!({"Version": "2012-10-17", "Statement": pair[name]}));
    let (base, head) = (side("base"), side("head"));
    let actions = on_repository(Service::Ecr);
    let found = gained(&base, &head, &trusted(), &actions, false).unwrap();
    let sure = found.iter().find_map(|h| h.answer.witness());
    // somebody of that account gets in, wherever the account may be
    let somewhere = found.iter().any(|h| match &h.answer {
        Answer::Unknown(reasons) => reasons.iter().any(|r| r.contains("in which organisation")),
        _ => false,
    });
    let new = match (sure, somewhere, found.is_empty()) {
        (Some(_), ..) | (_, true, _) => "yes",
        (None, false, false) => "unknown",
        (None, false, true) => "no",
    };
    let outside = outside(&head, &trusted());
    json!({"id": pair["id"], "new": new, "new_by": sure, "outside": word(&outside), "outside_by": outside.witness()})
}

/// Where the environment names a file of pairs.
#[test]
fn pairs() {
    let Ok(path) = std::env::var("ECR_GUARD_PAIRS") else {
        return;
    };
    let text = std::fs::read_to_string(&path).unwrap();
    let answers: Vec<String> = text.lines().map(|l| answer(l).to_string()).collect();
    std::fs::write(format!("{path}.answers"), answers.join("\n")).unwrap();
}
