//! The ARNs that `aws:SourceArn` can hold: what a service's resources are called.

use super::ground::Ground;
use super::organizations::{some, spelled};
use crate::iam::automaton::{Exhausted, Look, classes};
use crate::iam::pattern::{Glob, Set, Tok};
use std::collections::BTreeSet;

/// How the ARNs of a service go on after the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tail {
    /// `type/name`, with `:revision` at most: `project/x`, `build/x:0a1b`.
    Path,
    /// `type:name`, with `:qualifier` at most: `function:x`, `function:x:live`.
    Parts,
}

const COLON: [Tok; 1] = [Tok::One(Set::Char(':'))];

impl Tail {
    /// Every text that it may be, and more: a type begins with a letter, and a name holds no colon.
    fn shapes(self) -> [Vec<Tok>; 2] {
        let separator = match self {
            Tail::Path => '/',
            Tail::Parts => ':',
        };
        let mut short = vec![Tok::One(Set::Letter), Tok::Star(Set::NotSlash)];
        short.push(Tok::One(Set::Char(separator)));
        short.extend(some(Set::NotColon));
        let long = [short.clone(), COLON.to_vec(), some(Set::NotColon)].concat();
        [short, long]
    }
}

/// Services of whose ARNs the rest after the account is known not to hold whatever an account writes there. In `StringLike` a `*`
/// runs over colons, so that `arn:aws:lambda:*:111122223333:function:*` would also match an ARN of another account that had
/// `:111122223333:function:` in it. A function's name and alias have no colons, so none has. The names of alarms, log streams,
/// placement groups or Glue jobs may hold nearly every character: the ARNs of services that are not listed here can be anything.
/// Sources: resource types in the Service Authorization Reference; the patterns of names in each service's API reference.
const SHAPED: &[(&str, Tail)] = &[
    ("apprunner", Tail::Path),
    ("batch", Tail::Path),
    ("codebuild", Tail::Path),
    ("ecr", Tail::Path),
    ("ecs", Tail::Path),
    ("events", Tail::Path),
    ("imagebuilder", Tail::Path),
    ("lambda", Tail::Parts),
    ("sagemaker", Tail::Path),
    ("scheduler", Tail::Path),
];

/// A service of [`SHAPED`], by an ARN of it.
fn shaped(arn: &str) -> Option<&'static (&'static str, Tail)> {
    let service = arn.split(':').nth(2)?;
    SHAPED.iter().find(|(name, _)| *name == service)
}

/// ARNs of an account, or of none (buckets), that the policies can tell apart.
pub(super) fn arns(ground: &Ground, account: Option<&str>) -> Result<Vec<String>, Exhausted> {
    let (literals, wild) = ground.patterns("aws:sourcearn");
    let of_account = |arn: &&String| arn.split(':').nth(4) == Some(account.unwrap_or(""));
    let mut out: Vec<String> = literals.iter().filter(of_account).cloned().collect();
    let toks: Vec<&[Tok]> = wild.iter().map(Glob::toks).collect();
    let partition = &ground.partition;
    if toks.is_empty() {
        let region = &ground.region;
        let any = match account {
            Some(a) => format!("arn:{partition}:lambda:{region}:{a}:function:any"),
            None => format!("arn:{partition}:s3:::any"),
        };
        out.push(any);
        return Ok(out);
    }
    let literal = |found: &str| literals.contains(found).then(|| spelled(found));
    let avoid: String = out.concat();
    let look = |named| Look {
        patterns: &toks,
        avoid: &avoid,
        named,
        work: &ground.work,
    };
    let head = |service: &[Tok]| [&spelled(&format!("arn:{partition}:")), service, &COLON].concat();
    // `region:account:`
    let mut middle = vec![Tok::Star(Set::Lower), COLON[0].clone()];
    middle.extend(spelled(account.unwrap_or("")));
    middle.extend(COLON);
    let of_shaped = |found: &str| {
        let (service, _) = shaped(found)?;
        Some([head(&spelled(service)), vec![Tok::Star(Set::Any)]].concat())
    };
    let apart = |found: &str| literal(found).or_else(|| of_shaped(found));
    let any = [head(&some(Set::Lower)), middle.clone(), some(Set::Any)].concat();
    let mut met = BTreeSet::new();
    for arn in classes(&look(&apart), &any)? {
        match shaped(&arn) {
            Some(service) => met.extend(account.map(|_| service)), // they always tell an account
            None => out.push(arn),
        }
    }
    for (service, tail) in met {
        for tail in tail.shapes() {
            let shape = [head(&spelled(service)), middle.clone(), tail].concat();
            out.extend(classes(&look(&literal), &shape)?);
        }
    }
    Ok(out)
}
