//! What each statement and condition of a policy is for: whether a request can match it at all, whether it ever decides, whether
//! a condition keeps anybody out, and whether the policy leaves an action to nobody.

use super::content::{self, Key, Memory};
use super::mask::{self, Mask, place};
use super::question::{Need, Question};
use super::ready::Ready;
use super::solve::Search;
use super::{Answer, Attached, Scene, Trusted, ask};
use crate::iam::action;
use crate::iam::automaton::Exhausted;
use crate::iam::condition::{Base, Operator, Quantifier};
use crate::iam::document::{Condition, Effect, PrincipalElement, Statement, Word};
use crate::iam::kleene::Tri;
use crate::iam::pattern::View;
use crate::iam::principal::Sort;
use crate::iam::rule::Rule;
use crate::value::Text;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    /// No request matches it.
    pub dead: Tri,
    /// Some request may match it, and for each of them another statement decides the same.
    pub shadowed: Tri,
}

/// The role of each statement of a policy of a scene, by its position; `Err`: nothing can be told. A statement without an effect on
/// repositories is dead; of statements that say the same the last ones are shadowed.
pub fn roles(scene: &Scene, policy: usize) -> Result<BTreeMap<usize, Role>, &'static str> {
    let ready = Ready::of(scene, None);
    let masks = masks(scene, &ready, &Need::AnyAction).map_err(|Exhausted| super::INTRICATE)?;
    let rules = ready.ground.rules();
    let mut kept = Kept::new(&rules);
    let mut out: BTreeMap<usize, Role> = BTreeMap::new();
    for (at, (of, rule)) in rules.iter().enumerate().rev() {
        if *of != policy {
            continue;
        }
        let role = role(rule, &kept, &masks, at);
        if role.shadowed.must() {
            kept.drop(at);
        }
        // a statement of unknown effect is two rules
        let whole = out.entry(rule.index).or_insert(role);
        whole.dead = whole.dead.and(role.dead);
        whole.shadowed = whole.shadowed.and(role.shadowed);
    }
    Ok(out)
}

/// The rules of each effect, without those that are shadowed by others.
struct Kept {
    allows: Mask,
    denies: Mask,
}

impl Kept {
    fn new(rules: &[(usize, &Rule)]) -> Self {
        let of = |deny: bool| {
            let mut mask = Mask::from_elem(0, 1 + mask::width(rules.len()));
            for (i, _) in rules
                .iter()
                .enumerate()
                .filter(|(_, (_, r))| r.deny == deny)
            {
                mask::put(&mut mask, place(i), true, true);
            }
            mask
        };
        Kept {
            allows: of(false),
            denies: of(true),
        }
    }

    fn drop(&mut self, at: usize) {
        let mut own = Mask::new();
        mask::put(&mut own, place(at), true, true);
        mask::clear(&mut self.allows, &own, Tri::False);
        mask::clear(&mut self.denies, &own, Tri::False);
    }

    /// Whether a rule of an effect matches, but for one.
    fn others(&self, mask: &Mask, deny: bool, may: bool, but: usize) -> bool {
        let set = if deny { &self.denies } else { &self.allows };
        mask::meet(mask, set, may, Some(place(but)))
    }
}

fn role(rule: &Rule, kept: &Kept, masks: &[Mask], at: usize) -> Role {
    let own = rule.deny;
    // whether it decides: for certain, or as far as anybody can tell
    let decides = |mask: &Mask, sure: bool| {
        !kept.others(mask, own, sure, at) && (own || !kept.others(mask, true, sure, at))
    };
    let reached = |may: bool| masks.iter().filter(move |m| bit(m, at, may));
    let tri = |may: bool, must: bool| match (may, must) {
        (_, true) => Tri::True,
        (true, false) => Tri::Unknown,
        (false, false) => Tri::False,
    };
    let matched = tri(
        reached(true).next().is_some(),
        reached(false).next().is_some(),
    );
    let deciding = tri(
        reached(true).any(|m| decides(m, false)),
        reached(true).any(|m| decides(m, true)),
    );
    Role {
        dead: matched.negate(),
        shadowed: deciding.negate().and(matched.may().into()),
    }
}

/// Whether a rule matches: certainly, or (`may`) perhaps.
fn bit(mask: &Mask, rule: usize, may: bool) -> bool {
    mask::bit(mask, place(rule), may)
}

/// The sets of statements that a request of anybody can match together.
fn masks(scene: &Scene, ready: &Ready, need: &Need) -> Result<Vec<Mask>, Exhausted> {
    let trusted = Trusted::default();
    let view = View {
        relax: !ready.ground.tied.is_empty(),
        unnamed: false,
        cautious: true,
        ..View::default()
    };
    let search = Search {
        scene,
        ground: &ready.ground,
        table: &*ready.table(scene, view)?,
        question: &Question::Everyone(&trusted, true),
        need,
    };
    search.all()
}

/// Actions that a policy allows to somebody and that nobody can do by it, the owner's principals included: a Deny takes back every
/// request. Left out where a statement names the action for a Deny without any condition, and the Allows take it in by a wildcard
/// only: that is how one action is kept from everybody on purpose.
pub fn denied_to_all(scene: &Scene, policy: usize) -> Result<Vec<&'static str>, &'static str> {
    let scene = super::with_own_identities(scene);
    let ready = Ready::of(&scene, None);
    let rules = ready.ground.rules();
    let of = |chosen: &dyn Fn(usize, &Rule) -> bool| {
        let mut mask = Mask::new();
        for (i, _) in (rules.iter().enumerate()).filter(|(_, (of, r))| chosen(*of, r)) {
            mask::put(&mut mask, place(i), true, true);
        }
        mask
    };
    let granting = of(&|of, r| of == policy && !r.deny);
    let (allows, denies) = (of(&|_, r| !r.deny), of(&|_, r| r.deny));
    let own = rules.iter().filter(|(of, _)| *of == policy);
    let own: Vec<&Rule> = own.map(|(_, r)| *r).collect();
    let mut known: BTreeMap<Mask, bool> = BTreeMap::new();
    let mut out = Vec::new();
    for action in action::on_repository(scene.service) {
        let allowed = |r: &Rule| !r.deny && r.action(action).must();
        let denied = rules.iter().any(|(_, r)| r.deny && r.action(action).may());
        if !denied || !own.iter().any(|r| allowed(r)) || on_purpose(&own, action) {
            continue;
        }
        // actions of which all rules say the same are alike
        let says = mask::of_rules(rules.iter().map(|(_, r)| r.action(action)));
        let taken = match known.get(&says) {
            Some(taken) => *taken,
            None => {
                let masks = masks(&scene, &ready, &Need::OneOf(vec![action]));
                let masks = masks.map_err(|Exhausted| super::INTRICATE)?;
                let any = |m: &Mask, set: &Mask, may: bool| mask::meet(m, set, may, None);
                let granted = masks.iter().any(|m| any(m, &granting, false));
                // where nobody says whose the repository is, whoever is not denied may be the owner
                let allowed = |m: &Mask| !ready.ground.given || any(m, &allows, true);
                let passes = (masks.iter()).any(|m| allowed(m) && !any(m, &denies, false));
                granted && !passes
            }
        };
        known.insert(says, taken);
        if taken {
            out.push(action);
        }
    }
    Ok(out)
}

/// Whether an action is denied to everybody by its name, and allowed by a wildcard only.
fn on_purpose(rules: &[&Rule], action: &str) -> bool {
    let named = |r: &Rule| {
        let globs = r
            .actions
            .iter()
            .filter(|e| !e.negated)
            .flat_map(|e| &e.globs);
        globs
            .into_iter()
            .any(|g| !g.sample('*').contains('*') && g.fits(action, &Default::default()).must())
    };
    let plain = |r: &Rule| r.clauses.is_empty() && r.principals.as_ref().is_none_or(|p| !p.negated);
    let denied = rules.iter().any(|r| r.deny && plain(r) && named(r));
    let mut allows = rules.iter().filter(|r| !r.deny && r.action(action).may());
    denied && allows.all(|r| !named(r))
}

/// What a condition is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// A principal whom no policy names meets it, and the statement lets it in: the condition keeps nobody out.
    pub keeps_nobody_out: Tri,
    /// Nothing that the statement speaks of has one of its values.
    pub never_matches: Tri,
}

/// What each condition of a statement is worth, in order.
pub fn worth(scene: &Scene, policy: usize, statement: &Statement) -> Vec<Worth> {
    let Some(attached) = scene.policies.get(policy) else {
        return Vec::new();
    };
    let key = Key::of_statement(scene, attached, statement);
    content::remembered(&WORTH, key, || judged(scene, attached, statement))
}

thread_local! {
    static WORTH: Memory<Vec<Worth>> = Memory::default();
    static MATCHES: Memory<Tri> = Memory::default();
}

fn judged(scene: &Scene, attached: &Attached, statement: &Statement) -> Vec<Worth> {
    let open = |s: Statement| only(scene, attached, s);
    let bare = Statement {
        conditions: Vec::new(),
        ..statement.clone()
    };
    let possible = can_match(&open(bare.clone())).may();
    let lets_in = match statement.effect {
        Effect::Allow => tri(&super::public(&open(statement.clone()))),
        _ => Tri::False,
    };
    let each = statement.conditions.iter().map(|condition| {
        let mut out = Worth {
            keeps_nobody_out: Tri::False,
            never_matches: Tri::False,
        };
        let Some(operator) = Operator::parse(&condition.operator).filter(|o| o.base != Base::Null)
        else {
            return out;
        };
        if possible {
            let positive = Condition {
                operator: spell(operator).into(),
                ..condition.clone()
            };
            let mut with = bare.clone();
            with.conditions = vec![positive];
            out.never_matches = can_match(&open(with)).negate();
        }
        let key = condition.key.to_lowercase();
        let confines = RESTRICTING.contains(&key.as_str()) || key.starts_with("aws:principaltag/");
        if confines && !operator.negated && lets_in.may() {
            let mut alone = anyone(&bare);
            alone.conditions = vec![condition.clone()];
            out.keeps_nobody_out = lets_in.and(tri(&super::public(&open(alone))));
        }
        out
    });
    each.collect()
}

fn tri(answer: &Answer) -> Tri {
    match answer {
        Answer::Yes(_) => Tri::True,
        Answer::No => Tri::False,
        Answer::Unknown(_) => Tri::Unknown,
    }
}

/// Keys that a statement is meant to be confined by: who calls, from where, for whom, and whose the resource is.
const RESTRICTING: &[&str] = &[
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:userid",
    "aws:username",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:vpcsourceip",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "aws:useragent",
    "aws:referer",
];

/// The operator that compares the same, without negation, IfExists and vacuous truth.
fn spell(operator: Operator) -> String {
    let comparison = |c: crate::iam::condition::Comparison| {
        use crate::iam::condition::Comparison as C;
        match c {
            C::Equals => "Equals",
            C::Less => "LessThan",
            C::LessOrEqual => "LessThanEquals",
            C::Greater => "GreaterThan",
            C::GreaterOrEqual => "GreaterThanEquals",
        }
    };
    let base = match operator.base {
        Base::Equals => "StringEquals".to_owned(),
        Base::EqualsIgnoreCase => "StringEqualsIgnoreCase".to_owned(),
        Base::Like => "StringLike".to_owned(),
        Base::Arn => "ArnLike".to_owned(),
        Base::Bool => "Bool".to_owned(),
        Base::Binary => "BinaryEquals".to_owned(),
        Base::Ip => "IpAddress".to_owned(),
        Base::Numeric(c) => format!("Numeric{}", comparison(c)),
        Base::Date(c) => format!("Date{}", comparison(c)),
        Base::Null => "Null".to_owned(),
    };
    match operator.quantifier {
        Some(Quantifier::All | Quantifier::Any) => format!("ForAnyValue:{base}"),
        None => base,
    }
}

/// Whether some request matches a policy of one statement.
fn can_match(scene: &Scene) -> Tri {
    let ready = Ready::of(scene, None);
    let Ok(masks) = masks(scene, &ready, &Need::AnyAction) else {
        return Tri::Unknown;
    };
    let rules = ready.ground.rules().len();
    let reached = |may: bool| masks.iter().any(|m| (0..rules).any(|i| bit(m, i, may)));
    match (reached(true), reached(false)) {
        (_, true) => Tri::True,
        (true, false) => Tri::Unknown,
        (false, false) => Tri::False,
    }
}

/// The scene of nothing but one statement, taken for an Allow.
fn only(scene: &Scene, attached: &Attached, statement: Statement) -> Scene {
    let statement = Statement {
        effect: Effect::Allow,
        ..statement
    };
    Scene {
        policies: vec![Attached {
            document: Arc::new(attached.document.of(vec![statement])),
            ..attached.clone()
        }],
        ..around(scene)
    }
}

/// The scene without its policies.
pub(super) fn around(scene: &Scene) -> Scene {
    Scene {
        service: scene.service,
        account: scene.account.clone(),
        region: scene.region.clone(),
        partition: scene.partition.clone(),
        organization: scene.organization.clone(),
        known: scene.known.clone(),
        repository: scene.repository.clone(),
        policies: Vec::new(),
    }
}

/// The statement for anyone.
fn anyone(statement: &Statement) -> Statement {
    let place = statement.place.clone();
    let word = Word {
        text: Text::plain("*"),
        place: place.clone(),
    };
    Statement {
        principals: Some(PrincipalElement {
            negated: false,
            words: vec![(Sort::Aws, word)],
            place,
        }),
        ..statement.clone()
    }
}

/// Whether a request would match a statement of a policy if it named everybody.
pub fn matches_if_anyone(scene: &Scene, policy: usize, statement: &Statement) -> Tri {
    match scene.policies.get(policy) {
        Some(attached) => {
            let statement = anyone(statement);
            let key = Key::of_statement(scene, attached, &statement);
            content::remembered(&MATCHES, key, || {
                can_match(&only(scene, attached, statement))
            })
        }
        None => Tri::Unknown,
    }
}

/// Whether somebody outside can change who may use the repository: set or delete its policy, or, where a condition asks for tags of the
/// repository, its tags.
pub fn rewrite_by_outsider(scene: &Scene, trusted: &Trusted) -> Answer {
    let conditions = (scene.policies.iter())
        .flat_map(|p| &p.document.statements)
        .flat_map(|s| &s.conditions);
    let by_tags = conditions
        .into_iter()
        .any(|c| c.key.to_lowercase().contains(":resourcetag/"));
    let mut actions = vec!["ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy"];
    if by_tags {
        actions.extend(["ecr:TagResource", "ecr:UntagResource"]);
    }
    let here = |name: &&str| action::in_service(name, scene.service);
    let actions = actions.iter().filter_map(here).collect();
    ask(scene, &Question::Outside(trusted), &Need::OneOf(actions))
}
