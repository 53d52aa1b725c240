//! Random policies and requests: the judge of all requests against the judge of one.

use super::*;
use crate::iam::evaluate::{Request, granted};
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Binding, Context, Fact};
use crate::iam::principal::Caller;
use crate::iam::rule::{Policy, Setting};
use proptest::prelude::*;

pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    pub(super) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }

    fn some(&mut self, from: &[&str]) -> Json {
        let n = 1 + self.roll(2);
        (0..n).map(|_| json!(self.pick(from))).collect()
    }
}

const ACCOUNTS: &[&str] = &["111122223333", "444455556666", "999999999999"];
const ORGS: &[&str] = &[
    "o-trusted0001",
    "o-foreign0002",
    "o-trusted*",
    "o-*",
    "o-trusted000?",
];
const ACTIONS: &[&str] = &[
    "ecr:BatchGetImage",
    "ecr:PutImage",
    "ecr:*",
    "ecr:Batch*",
    "*",
    "ecr:GetDownloadUrlForLayer",
];
const ARNS: &[&str] = &[
    "arn:aws:iam::*:role/ci",
    "arn:aws:iam::999999999999:role/*",
    "arn:aws:iam::444455556666:*",
    "arn:aws:iam::*:user/b?b",
    "*999999999999*",
    "*ci",
    "arn:aws:iam::4444*:role/team/*",
    "arn:aws:iam::999999999999:role/ci",
];
const PATHS: &[&str] = &[
    "o-trusted0001/*",
    "o-trusted0001/r-ab12/ou-ab12-prod/*",
    "o-trusted*",
    "*",
];
const NETS: &[&str] = &[
    "203.0.113.0/24",
    "0.0.0.0/0",
    "10.0.0.0/8",
    "0.0.0.0/1",
    "2001:db8::/32",
];

fn principal(d: &mut Dice) -> Json {
    let a = d.pick(ACCOUNTS);
    match d.roll(8) {
        0..=2 => json!("*"),
        3 => json!({"AWS": a}),
        4 => json!({"AWS": format!("arn:aws:iam::{a}:role/ci")}),
        5 => json!({"AWS": ["*"], "Service": "lambda.amazonaws.com"}),
        6 => json!({"Service": "lambda.amazonaws.com"}),
        _ => {
            json!({"AWS": [format!("arn:aws:iam::{a}:user/bob"), format!("arn:aws:iam::{a}:role/team/ci")]})
        }
    }
}

fn condition(d: &mut Dice) -> (String, &'static str, Json) {
    let exists = d.pick(&["", "", "", "IfExists"]);
    let string = d.pick(&[
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
    ]);
    match d.roll(11) {
        0 | 1 => (
            format!("{string}{exists}"),
            "aws:PrincipalOrgID",
            d.some(ORGS),
        ),
        2 => (
            format!("{string}{exists}"),
            "aws:PrincipalAccount",
            d.some(&["111122223333", "999999999999", "4444*"]),
        ),
        3 => {
            let arn = d.pick(&[
                "ArnLike",
                "ArnNotLike",
                "ArnEquals",
                "StringLike",
                "StringNotEquals",
            ]);
            (format!("{arn}{exists}"), "aws:PrincipalArn", d.some(ARNS))
        }
        4 => {
            let set = d.pick(&["ForAnyValue:", "ForAllValues:"]);
            (
                format!("{set}{string}"),
                "aws:PrincipalOrgPaths",
                d.some(PATHS),
            )
        }
        5 => (
            format!("{}{exists}", d.pick(&["IpAddress", "NotIpAddress"])),
            "aws:SourceIp",
            d.some(NETS),
        ),
        6 => (
            format!("{string}{exists}"),
            "aws:SourceVpce",
            d.some(&["vpce-0a", "vpce-0b", "vpce-*", "vpce-0a*"]),
        ),
        7 => (
            "Bool".to_owned(),
            d.pick(&["aws:SecureTransport", "aws:PrincipalIsAWSService"]),
            json!(d.pick(&["true", "false"])),
        ),
        8 => (
            "Null".to_owned(),
            d.pick(&[
                "aws:PrincipalOrgID",
                "aws:SourceVpce",
                "aws:SourceAccount",
                "aws:PrincipalTag/t",
            ]),
            json!(d.pick(&["true", "false"])),
        ),
        9 => (
            format!("{string}{exists}"),
            "aws:PrincipalTag/t",
            d.some(&["a", "b", "a*", "*a"]),
        ),
        _ => (
            format!("{string}{exists}"),
            "aws:SourceAccount",
            d.some(ACCOUNTS),
        ),
    }
}

pub(super) fn statement(d: &mut Dice, effect: &str) -> Json {
    let mut conditions = json!({});
    for _ in 0..d.roll(3) {
        let (operator, key, values) = condition(d);
        conditions[operator][key] = values;
    }
    let element = d.pick(&["Action", "Action", "Action", "Action", "NotAction"]);
    let who = d.pick(&[
        "Principal",
        "Principal",
        "Principal",
        "Principal",
        "Principal",
        "Principal",
        "NotPrincipal",
    ]);
    let mut out = json!({"Effect": effect, "Condition": conditions});
    out[element] = d.some(ACTIONS);
    out[who] = principal(d);
    if d.roll(4) == 0 {
        let resource = d.pick(&[
            "*",
            "arn:aws:ecr:*:111122223333:repository/a*",
            "arn:aws:ecr:us-east-1:111122223333:repository/other",
        ]);
        out["Resource"] = json!(resource);
    }
    out
}

pub(super) fn policy(d: &mut Dice) -> Vec<Json> {
    let mut out = vec![statement(d, "Allow")];
    for _ in 0..d.roll(3) {
        let effect = d.pick(&["Allow", "Deny", "Deny"]);
        out.push(statement(d, effect));
    }
    out
}

pub(super) fn whole(statements: &[Json]) -> Json {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A request and whether its caller is outside.
fn request(d: &mut Dice) -> (Request, bool) {
    let mut facts = std::collections::BTreeMap::new();
    let mut put =
        |key: &str, value: &str| facts.insert(key.to_owned(), Fact::One(value.to_owned()));
    put("aws:securetransport", d.pick(&["true", "false"]));
    put("aws:resourceaccount", "111122223333");
    put("aws:resourceorgid", "o-trusted0001");
    put("aws:requestedregion", "us-east-1");
    match d.roll(3) {
        0 => {
            put(
                "aws:sourcevpce",
                d.pick(&["vpce-0a", "vpce-0c", "vpce-0aa"]),
            );
            put("aws:sourcevpc", "vpc-1")
        }
        _ => put(
            "aws:sourceip",
            d.pick(&[
                "203.0.113.7",
                "8.8.8.8",
                "200.1.1.1",
                "2001:db8::1",
                "2600::5",
            ]),
        ),
    };
    let service = d.roll(6) == 0;
    let account = d.pick(&[
        "444455556666",
        "999999999999",
        "888888888888",
        "444400000000",
    ]);
    let inside = account == "444455556666";
    let org = match (inside, d.roll(3)) {
        (true, _) => Some("o-trusted0001"),
        (false, 0) => None,
        (false, 1) => Some("o-foreign0002"),
        _ => Some("o-trusted0009"),
    };
    let caller = if service {
        put("aws:principalisawsservice", "true");
        if d.roll(2) == 0 {
            put("aws:sourceaccount", account);
        }
        d.pick(&["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"])
            .to_owned()
    } else {
        put("aws:principalisawsservice", "false");
        put("aws:principalaccount", account);
        let name = d.pick(&[
            "role/ci",
            "user/bob",
            "role/team/ci",
            "role/x999999999999",
            "role/zz",
        ]);
        put(
            "aws:principalarn",
            &format!("arn:aws:iam::{account}:{name}"),
        );
        if d.roll(2) == 0 {
            put("aws:principaltag/t", d.pick(&["a", "b", "ba", "c"]));
        }
        if let Some(org) = org {
            put("aws:principalorgid", org);
            let unit = d.pick(&["prod", "dev"]);
            let path = format!("{org}/r-ab12/ou-ab12-{unit}/");
            facts.insert("aws:principalorgpaths".to_owned(), Fact::Many(vec![path]));
        }
        match name.split_once('/') {
            Some(("role", role)) => {
                let role = role.rsplit('/').next().unwrap();
                format!("arn:aws:sts::{account}:assumed-role/{role}/s")
            }
            _ => format!("arn:aws:iam::{account}:{name}"),
        }
    };
    let undisclosed = service && !facts.contains_key("aws:sourceaccount");
    let request = Request {
        caller: Caller::parse(&caller),
        action: d
            .pick(&[
                "ecr:BatchGetImage",
                "ecr:PutImage",
                "ecr:SetRepositoryPolicy",
            ])
            .to_owned(),
        resource: "arn:aws:ecr:us-east-1:111122223333:repository/app".to_owned(),
        owner: "111122223333".to_owned(),
        context: Context {
            facts,
            ..Context::default()
        },
    };
    (request, !inside || undisclosed)
}

pub(super) fn rank(answer: &Answer) -> usize {
    match answer {
        Answer::No => 0,
        Answer::Unknown(_) => 1,
        Answer::Yes(_) => 2,
    }
}

fn check(seed: u64) -> Result<(), TestCaseError> {
    let mut d = Dice(seed | 1);
    let statements = policy(&mut d);
    let scene = scene(&whole(&statements));
    let outside = outside(&scene, &trusted());
    let public = public(&scene);
    prop_assert!(
        rank(&public) <= rank(&outside),
        "public, not outside: {public:?} {outside:?}"
    );
    // one request of an outsider that passes
    let setting = Setting {
        binding: Binding::default(),
        scope: Scope::V2,
    };
    let ready = [Policy::new("p", &scene.policies[0].document, &setting)];
    for _ in 0..60 {
        let (request, stranger) = request(&mut d);
        if stranger && granted(&ready, &request) == Tri::True {
            prop_assert!(
                !outside.is_no(),
                "wrong no: {}\n{request:?}",
                whole(&statements)
            );
        }
    }
    // a Deny never widens
    let mut denied = statements.clone();
    denied.push(statement(&mut d, "Deny"));
    let narrower = super::scene(&whole(&denied));
    for (before, after) in [
        (public, super::public(&narrower)),
        (outside, super::outside(&narrower, &trusted())),
    ] {
        prop_assert!(
            rank(&after) <= rank(&before),
            "a Deny widens: {}\n{before:?}\n{after:?}",
            whole(&denied)
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn all_requests_agree_with_each_request(seed in any::<u64>()) {
        check(seed)?;
    }
}

/// More of the same, where the environment says how many.
#[test]
fn soak() {
    let count = std::env::var("ECR_GUARD_SOAK")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(0u64);
    for seed in 0..count {
        check(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1).unwrap();
    }
}
