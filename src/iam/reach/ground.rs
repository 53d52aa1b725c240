//! A scene made ready: its typed holes are filled in, by stand-ins that nobody names where the world does not say, and everything
//! that the policies name is gathered.

use super::goal::Side;
use super::identities::Told;
use super::{Attached, OWN_ORGANIZATION, OWNER, Scene, Trusted};
use crate::iam::automaton::Work;
use crate::iam::condition::{Base, Clause, MULTIVALUED, Operator, network};
use crate::iam::document::Document;
use crate::iam::pattern::{Binding, Fact, Glob, Set, Tok, known};
use crate::iam::principal::Who;
use crate::iam::rule::{Policy, Rule, Setting};
use crate::value::{Part as TextPart, Reason, SENSITIVE};
use crate::world::is_account;
use crate::world::region::url_suffix;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the policies name.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Twelve digits that stand anywhere in them.
    pub(super) accounts: BTreeSet<String>,
    /// `o-…`
    pub(super) organizations: BTreeSet<String>,
    /// Public networks that are not too wide to be a name.
    pub(super) networks: Vec<ipnet::IpNet>,
    /// Every known leaf, as it stands and in lower case.
    pub(super) words: BTreeSet<String>,
}

/// Whose registry it is, where it is not the owner's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Foreign {
    /// The account; `None`: one that nobody names.
    pub(super) account: Option<String>,
    /// Its organisation; `None`: one that nobody names.
    pub(super) organization: Option<String>,
}

/// A scene made ready.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    pub(super) policies: Vec<Policy>,
    pub(super) binding: Binding,
    /// The account that owns the resource.
    pub(super) account: String,
    /// Whether that account is known, and no stand-in.
    pub(super) given: bool,
    /// The account that the code is deployed to: the owner's, but where a question is about resources of others.
    pub(super) deployer: String,
    /// Whether the world says which account and which organisation that is.
    pub(super) home: (bool, bool),
    pub(super) region: String,
    pub(super) partition: String,
    pub(super) organization: String,
    /// Keys whose value follows from the scene.
    pub(super) fixed: BTreeMap<String, String>,
    /// Those of them that are stand-ins, with the reason.
    pub(super) open: BTreeMap<String, Reason>,
    pub(super) names: Names,
    /// What the searches for classes may take.
    pub(super) work: Work,
    /// Whom the owner names beside the policies.
    known: Trusted,
    /// Keys that the clauses ask about, those of policy variables included.
    pub(super) used: BTreeSet<String>,
    /// For each clause and resource with variables: the keys that it ties together.
    pub(super) tied: Vec<BTreeSet<String>>,
    /// Whether some part of the policies is not known.
    pub(super) open_ended: bool,
    /// What the policies tell identities apart by.
    pub(super) told: Told,
    /// Of a comparison: the side of each rule, in the order of [`Ground::rules`].
    pub(super) sides: Vec<Side>,
    /// What the rules of the base of a comparison say.
    pub(super) old: BTreeSet<String>,
    /// Whether a policy is sensitive: no reason quotes what the policies name.
    secret: bool,
}

/// An account id that nobody names.
pub(super) fn fresh_account(taken: impl Fn(&str) -> bool) -> String {
    let repeated = ('2'..='9').map(|d| d.to_string().repeat(12));
    let counted = (0..1000).map(|n| format!("7{n:011}"));
    repeated
        .chain(counted)
        .find(|a| !taken(a))
        .unwrap_or_default()
}

/// The account that stands for the owner's.
fn owner(names: &Names, known: &Trusted) -> String {
    match names.accounts.contains(OWNER) {
        true => fresh_account(|a| names.accounts.contains(a) || known.lists(a)),
        false => OWNER.to_owned(),
    }
}

impl Ground {
    /// Something that a policy may name, as a reason quotes it.
    pub(super) fn said<'t>(&self, text: &'t str) -> &'t str {
        if self.secret { SENSITIVE } else { text }
    }

    /// `foreign`: the resources are not the owner's, but these others'.
    pub(super) fn new(scene: &Scene, foreign: Option<&Foreign>) -> Self {
        let documents = || scene.policies.iter().map(|p| &*p.document);
        let first = names(documents(), &Binding::default());
        let own = |given: &Arc<str>| given.to_string();
        let partition = (scene.partition.as_ref()).map_or_else(|| partition_of(&first), own);
        let stand_in =
            |given: &Option<Arc<str>>, other: &str| given.as_deref().unwrap_or(other).to_owned();
        let account = stand_in(&scene.account, &owner(&first, &scene.known));
        let region = stand_in(&scene.region, "region-0");
        let organization = stand_in(&scene.organization, OWN_ORGANIZATION);
        let binding = Binding {
            account: Some(account.clone()),
            region: Some(region.clone()),
            partition: Some(partition.clone()),
            url_suffix: Some(url_suffix(&partition).unwrap_or("amazonaws.com").to_owned()),
            organization: Some(organization.clone()),
        };
        let typed = documents().any(|d| d.words().any(|w| w.text.known().is_none()));
        let mut ground = Ground {
            policies: Vec::new(),
            sides: Vec::new(),
            old: BTreeSet::new(),
            secret: documents().any(|d| d.sensitive),
            used: BTreeSet::new(),
            tied: Vec::new(),
            open_ended: false,
            told: Told::default(),
            names: match typed {
                true => names(documents(), &binding),
                false => first,
            },
            known: scene.known.clone(),
            work: Work::default(),
            binding,
            fixed: BTreeMap::new(),
            open: BTreeMap::new(),
            given: scene.account.is_some(),
            deployer: account.clone(),
            home: (scene.account.is_some(), scene.organization.is_some()),
            region,
            partition,
            organization,
            account,
        };
        let mut organization_given = scene.organization.is_some();
        if let Some(foreign) = foreign {
            let (account, organization) = (foreign.account.clone(), foreign.organization.clone());
            ground.account = account.unwrap_or_else(|| fresh_account(|a| ground.is_spoken_for(a)));
            ground.organization = organization.unwrap_or_else(|| "o-abroad0000".to_owned());
            (ground.given, organization_given) = (true, true);
        }
        ground.fix(scene, organization_given);
        ground.read(&scene.policies);
        ground.gather();
        ground
    }

    /// Gathers what the policies ask about.
    fn gather(&mut self) {
        self.tied = self.variables();
        self.used = self.clauses().map(|c| c.key.clone()).collect();
        self.used.extend(self.tied.iter().flatten().cloned());
        self.open_ended = self.has_holes();
        self.told = Told::new(self);
    }

    /// Reads the policies, with what is known of the deployment put in.
    fn read(&mut self, policies: &[Attached]) {
        for attached in policies {
            let setting = Setting {
                binding: self.binding.clone(),
                scope: attached.scope.clone(),
            };
            let mut policy = Policy::new(attached.name.clone(), &attached.document, &setting);
            for rule in &mut policy.rules {
                self.fix_variables(rule);
            }
            self.policies.push(policy);
        }
    }

    fn fix(&mut self, scene: &Scene, organization: bool) {
        let mut put = |key: &str, value: &str, given: bool, what: &str| {
            self.fixed.insert(key.to_owned(), value.to_owned());
            if !given {
                let reason = format!("the {what} that this is deployed to is not known");
                self.open.insert(key.to_owned(), reason.into());
            }
        };
        put("aws:resourceaccount", &self.account, self.given, "account");
        put(
            "aws:requestedregion",
            &self.region,
            scene.region.is_some(),
            "region",
        );
        put(
            "aws:resourceorgid",
            &self.organization,
            organization,
            "organisation of the account",
        );
    }

    /// Puts fixed values in the place of variables, and turns `fixed key = ${other}` round into `other = fixed value`.
    fn fix_variables(&self, rule: &mut Rule) {
        let resources = rule.resources.iter_mut().flat_map(|e| &mut e.globs);
        for glob in resources {
            glob.fix(&self.fixed);
        }
        for clause in &mut rule.clauses {
            if let Some(turned) = self.turned(clause) {
                *clause = turned;
            }
            for glob in &mut clause.values {
                glob.fix(&self.fixed);
            }
        }
    }

    fn turned(&self, clause: &Clause) -> Option<Clause> {
        let operator = clause.operator.filter(|o| o.base == Base::Equals)?;
        let value = self.fixed.get(&clause.key)?;
        let [glob] = clause.values.as_slice() else {
            return None;
        };
        let [Tok::Variable(variable)] = glob.toks() else {
            return None;
        };
        let plain = operator.quantifier.is_none() && variable.default.is_none();
        let single = !MULTIVALUED.contains(&variable.key.as_str());
        let other = !self.fixed.contains_key(&variable.key);
        (plain && single && other).then(|| Clause {
            // what is fixed is there: `IfExists` says nothing of the other
            operator: Some(Operator {
                if_exists: false,
                ..operator
            }),
            key: variable.key.clone(),
            values: vec![Glob::from_toks(
                value.chars().map(|c| Tok::One(Set::Char(c))).collect(),
            )],
        })
    }

    /// All rules, each with the policy that it is of.
    pub(super) fn rules(&self) -> Vec<(usize, &Rule)> {
        let policies = self.policies.iter().enumerate();
        policies
            .flat_map(|(i, p)| p.rules.iter().map(move |r| (i, r)))
            .collect()
    }

    /// All clauses.
    pub(super) fn clauses(&self) -> impl Iterator<Item = &Clause> {
        self.policies
            .iter()
            .flat_map(|p| &p.rules)
            .flat_map(|r| &r.clauses)
    }

    /// The patterns that clauses on a key hold, those without wildcards and unknown parts apart: texts and patterns.
    pub(super) fn patterns(&self, key: &str) -> (BTreeSet<String>, Vec<Glob>) {
        let mut literals = BTreeSet::new();
        let mut wild = Vec::new();
        for clause in self.clauses().filter(|c| c.key == key) {
            let arn = clause.operator.is_some_and(|o| o.base == Base::Arn);
            for glob in &clause.values {
                match glob.literal() {
                    Some(text) => {
                        literals.insert(text.to_owned());
                    }
                    None if arn && !glob.toks().iter().any(is_open) => {
                        wild.push(glob.in_components())
                    }
                    None => wild.push(glob.clone()),
                }
            }
        }
        (literals, wild)
    }

    /// Whether some principal or value is not known.
    fn has_holes(&self) -> bool {
        let open = |rule: &Rule| {
            let who = rule.principals.iter().flat_map(|p| &p.who);
            let values = rule.clauses.iter().flat_map(|c| &c.values);
            who.into_iter().any(|w| matches!(w, Who::Open { .. }))
                || values.into_iter().any(|g| g.holes().next().is_some())
        };
        self.policies.iter().flat_map(|p| &p.rules).any(open)
    }

    /// For each clause and resource with variables: the keys that it ties together.
    fn variables(&self) -> Vec<BTreeSet<String>> {
        let mut out = Vec::new();
        for rule in self.policies.iter().flat_map(|p| &p.rules) {
            for glob in rule.resources.iter().flat_map(|e| &e.globs) {
                let keys: BTreeSet<String> = glob.variables().map(|v| v.key.clone()).collect();
                if !keys.is_empty() {
                    out.push(keys);
                }
            }
            for clause in &rule.clauses {
                let variables = clause.values.iter().flat_map(Glob::variables);
                let mut keys: BTreeSet<String> = variables.map(|v| v.key.clone()).collect();
                if !keys.is_empty() {
                    keys.insert(clause.key.clone());
                    out.push(keys);
                }
            }
        }
        out
    }

    /// The context that every request of the scene has.
    pub(super) fn context(&self) -> BTreeMap<String, Fact> {
        let one = |(k, v): (&String, &String)| (k.clone(), Fact::One(v.clone()));
        self.fixed.iter().map(one).collect()
    }

    /// Whether a policy or the owner names an account: it stands for no other.
    pub(super) fn is_spoken_for(&self, account: &str) -> bool {
        self.names_account(account) || self.known.lists(account)
    }

    /// Whether a policy names an account.
    pub(super) fn names_account(&self, account: &str) -> bool {
        self.names.accounts.contains(account) || account == self.account
    }
}

fn is_open(tok: &Tok) -> bool {
    matches!(tok, Tok::Hole(_) | Tok::Variable(_))
}

/// The partition of the ARNs that the policies name; `aws` where they name none.
fn partition_of(names: &Names) -> String {
    let named = names.words.iter().find_map(|w| {
        let partition = w.strip_prefix("arn:")?.split(':').next()?;
        partition.starts_with("aws").then(|| partition.to_owned())
    });
    named
        .filter(|p| !p.contains(['*', '?', '$']))
        .unwrap_or_else(|| "aws".into())
}

fn names<'a>(documents: impl Iterator<Item = &'a Document>, binding: &Binding) -> Names {
    let mut names = Names::default();
    for document in documents {
        for word in document.words() {
            if let Some(word) = known(&word.text, binding) {
                networks_of(&word, &mut names);
                names.words.insert(word.to_ascii_lowercase());
                names.words.insert(word);
            }
            for part in word.text.parts() {
                if let TextPart::Lit(lit) = part {
                    tokens(&lit.text, &mut names);
                }
            }
        }
    }
    names
}

fn networks_of(word: &str, names: &mut Names) {
    if let Some(net) = network(word) {
        let wide = if net.addr().is_ipv4() { 8 } else { 32 };
        if net.prefix_len() >= wide {
            names.networks.push(net);
        }
    }
}

/// Finds account and organisation ids in a text: organisations in any case, as operators that do not regard it may name them.
fn tokens(text: &str, names: &mut Names) {
    let text = text.to_ascii_lowercase();
    for run in text.split(|c: char| !c.is_ascii_digit()) {
        if is_account(run) {
            names.accounts.insert(run.to_owned());
        }
    }
    for run in text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')) {
        if is_organization(run) {
            names.organizations.insert(run.to_owned());
        }
    }
}

/// Whether a text is an organisation's id.
pub(super) fn is_organization(text: &str) -> bool {
    text.strip_prefix("o-").is_some_and(|id| {
        !id.is_empty()
            && id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}
