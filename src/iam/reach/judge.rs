//! Holds the rules of a ground against single facts: what they say of a request is what they say of all its facts together.

use super::ground::Ground;
use super::mask::{self, Mask, put};
use super::principals::Principals;
use super::solve::{Dimension, Part, open, resource};
use crate::iam::condition::{Clause, Operator};
use crate::iam::kleene::Tri;
use crate::iam::pattern::{Context, Fact, View};
use crate::iam::principal::Caller;
use crate::iam::rule::Rule;
use std::collections::{BTreeMap, HashMap};

/// A clause, by its rule and its position there, and the rules that have it.
#[derive(Debug)]
struct Posed {
    clause: (usize, usize),
    rules: Mask,
}

/// What the rules of a ground ask about, sorted.
#[derive(Debug)]
pub(super) struct Docket {
    /// What every request has in its context, as far as the rules ask about it.
    context: Context,
    keys: BTreeMap<String, Vec<Posed>>,
    all: Mask,
    principals: Principals,
}

impl Docket {
    pub(super) fn new(ground: &Ground, view: View) -> Self {
        let rules = ground.rules();
        let mut facts = ground.context();
        facts.retain(|key, _| ground.used.contains(key));
        let none = Mask::from_elem(0, mask::width(rules.len()));
        let mut keys: BTreeMap<String, Vec<Posed>> = BTreeMap::new();
        let mut same: HashMap<Literals<'_>, usize> = HashMap::new();
        for (i, (_, rule)) in rules.iter().enumerate() {
            for (n, clause) in rule.clauses.iter().enumerate() {
                if !keys.contains_key(&clause.key) {
                    keys.insert(clause.key.clone(), Vec::new());
                }
                let Some(posed) = keys.get_mut(&clause.key) else {
                    continue;
                };
                let next = posed.len();
                let at = literals(clause).map_or(next, |l| *same.entry(l).or_insert(next));
                if at == next {
                    posed.push(Posed {
                        clause: (i, n),
                        rules: none.clone(),
                    });
                }
                if let Some(posed) = posed.get_mut(at) {
                    put(&mut posed.rules, i, true, true);
                }
            }
        }
        Docket {
            all: mask::of_rules(rules.iter().map(|_| Tri::True)),
            principals: Principals::new(&rules),
            context: Context { facts, view },
            keys,
        }
    }
}

/// The rules, held against facts.
pub(super) struct Judge<'a> {
    ground: &'a Ground,
    rules: Vec<(usize, &'a Rule)>,
    docket: &'a Docket,
}

impl<'a> Judge<'a> {
    pub(super) fn new(ground: &'a Ground, docket: &'a Docket) -> Self {
        Judge {
            rules: ground.rules(),
            ground,
            docket,
        }
    }

    fn clause(&self, posed: &Posed) -> Option<&'a Clause> {
        let (rule, clause) = posed.clause;
        self.rules.get(rule)?.1.clauses.get(clause)
    }

    /// What a clause says; one that cannot be found says nothing.
    fn says(&self, posed: &Posed, fact: Option<&Fact>) -> Tri {
        self.clause(posed)
            .map_or(Tri::Unknown, |c| c.says(fact, &self.docket.context))
    }

    /// The rules that speak of a caller.
    pub(super) fn caller(&self, caller: &Caller) -> Mask {
        self.docket.principals.of(caller, &self.docket.context)
    }

    /// Every rule.
    pub(super) fn all(&self) -> Mask {
        self.docket.all.clone()
    }

    /// Takes from a mask the rules that a value of a key, or its absence, does not fit.
    pub(super) fn put(&self, mask: &mut Mask, key: &str, fact: Option<&Fact>) {
        for posed in self.docket.keys.get(key).into_iter().flatten() {
            mask::clear(mask, &posed.rules, self.says(posed, fact));
        }
    }

    /// As [`Judge::put`], of a text.
    pub(super) fn narrow(&self, mask: &mut Mask, key: &str, value: Option<&str>) {
        if self.docket.keys.contains_key(key) {
            let fact = value.map(|v| Fact::One(v.to_owned()));
            self.put(mask, key, fact.as_ref());
        }
    }

    /// As [`Judge::put`], of keys and their values.
    pub(super) fn facts(&self, mask: &mut Mask, keys: &[&str], facts: &[(String, Fact)]) {
        for key in keys.iter().filter(|k| self.docket.keys.contains_key(**k)) {
            let fact = facts.iter().find(|(k, _)| k == key).map(|(_, f)| f);
            self.put(mask, key, fact);
        }
    }

    /// What the absence of all keys but some is worth.
    pub(super) fn absent(&self, keys: &[&str], but: &[&[&str]]) -> Mask {
        let mut mask = self.all();
        for key in keys {
            if !but.iter().any(|b| b.contains(key)) {
                self.put(&mut mask, key, None);
            }
        }
        mask
    }

    /// What the rules say of an action.
    pub(super) fn action(&self, action: &str) -> Mask {
        mask::of_rules(self.rules.iter().map(|(_, r)| r.action(action)))
    }

    /// What the rules say of each part of a dimension.
    pub(super) fn masks(&self, dimension: &Dimension) -> Vec<Mask> {
        let keys: Vec<&str> = dimension.keys.iter().map(String::as_str).collect();
        let of = |part: &Part| {
            let mut mask = self.all();
            self.facts(&mut mask, &keys, &part.facts);
            if let Some(resources) = &part.resources {
                let fits = |(_, r): &(usize, &Rule)| match r.resources {
                    Some(_) => resource(r, resources, &self.docket.context),
                    None => Tri::True,
                };
                mask::keep(&mut mask, &mask::of_rules(self.rules.iter().map(fits)));
            }
            mask
        };
        dimension.parts.iter().map(of).collect()
    }

    /// What the rules say that is the same for every request: all clauses whose keys no dimension covers.
    pub(super) fn constants(&self, covered: &[&str]) -> Mask {
        let mut mask = mask::of_rules(self.rules.iter().map(|(_, r)| r.certain()));
        let keys = self.docket.keys.iter();
        for (key, posed) in keys.filter(|(k, _)| !covered.contains(&k.as_str())) {
            let stands_in = self.ground.open.contains_key(key);
            for posed in posed {
                let tri = match (stands_in, self.clause(posed)) {
                    (true, Some(clause)) => open(clause, &self.docket.context),
                    _ => self.says(posed, self.docket.context.facts.get(key)),
                };
                mask::clear(&mut mask, &posed.rules, tri);
            }
        }
        mask
    }
}

/// What tells clauses apart whose values are nothing but characters.
type Literals<'a> = (Option<Operator>, &'a str, Vec<&'a str>);

fn literals(clause: &Clause) -> Option<Literals<'_>> {
    let values: Option<Vec<&str>> = clause.values.iter().map(|g| g.literal()).collect();
    Some((clause.operator, clause.key.as_str(), values?))
}
