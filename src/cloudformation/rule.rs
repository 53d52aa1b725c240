//! `Rules`: what a template demands of its parameters before anything is made. A case that a rule refuses is none; values
//! that a rule refuses are told.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html>

use super::condition::{Condition, Judge};
use super::scope::{Scope, as_text};
use super::stack::Stack;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::tree::{Node, Tree};
use crate::value::{Text, Value, Via};

/// Functions of rules that speak of values which only a deployment knows, or of lists.
const OF_RULES: [&str; 6] = [
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "RefAll",
    "ValueOf",
    "ValueOfAll",
];

/// A rule.
pub(super) struct Rule {
    name: String,
    span: Span,
    /// Its assertions hold, or its condition does not.
    holds: Condition,
    /// What its assertions say about themselves.
    description: Option<String>,
}

impl Stack<'_> {
    /// Reads the rules of the template.
    pub(super) fn read_rules(&self) -> Vec<Rule> {
        let rule = |(key, tree): &(Tree, Tree)| {
            let assertions = tree.get("Assertions").map_or(&[][..], Tree::items);
            let asserted = assertions.iter().filter_map(|a| a.get("Assert"));
            let mut parts: Vec<Condition> = asserted.map(|t| self.rule_condition(t)).collect();
            let holds = match parts.len() {
                1 => parts.remove(0),
                _ => Condition::And(parts),
            };
            let only_where = tree.get("RuleCondition");
            let holds = match only_where.map(|t| self.rule_condition(t)) {
                Some(applies) => Condition::Or(vec![Condition::Not(Box::new(applies)), holds]),
                None => holds,
            };
            let mut said = assertions
                .iter()
                .filter_map(|a| a.get("AssertDescription")?.str());
            Some(Rule {
                name: key.str()?.to_owned(),
                span: key.span,
                holds,
                description: said.next().map(str::to_owned),
            })
        };
        let section = self.template.section("Rules").iter();
        section.filter_map(rule).collect()
    }

    /// What the rules demand.
    pub(super) fn demands(&self) -> impl Iterator<Item = &Condition> {
        self.rules.iter().map(|rule| &rule.holds)
    }

    /// Tells rules that the values of the parameters break. With defaults that is no mistake yet: somebody may give others.
    pub(super) fn check_rules(&self) {
        let mut judge = Judge::new(&self.conditions, &self.assumption);
        for rule in &self.rules {
            if judge.truth(&rule.holds) != Some(false) {
                continue;
            }
            let given = |value: &Value| {
                let mut steps = value.place.steps();
                steps.any(|s| matches!(s.via, Via::Input(_) | Via::Argument(_)))
            };
            let mut values = self.parameters.values().filter_map(|p| p.value.as_ref());
            let said = match &rule.description {
                Some(said) => format!(": {said}"),
                None => String::new(),
            };
            let name = &rule.name;
            let problem = if values.any(given) {
                let message = format!("rule `{name}` refuses the parameters{said}");
                Diagnostic::error("parameter-rule", message)
            } else {
                let message = format!("rule `{name}` refuses the parameters' defaults{said}");
                Diagnostic::warning("parameter-rule", message).help("pass --parameters FILE")
            };
            self.run.tell(problem.at(rule.span));
        }
    }

    fn rule_condition(&self, tree: &Tree) -> Condition {
        let open = || Condition::Open(format!("rule {}", self.text(tree)));
        let Some((name, arg)) = function(tree) else {
            return open();
        };
        let parts = || -> Vec<Condition> {
            let items = arg.items().iter();
            items.map(|t| self.rule_condition(t)).collect()
        };
        match (name, arg.items()) {
            ("And", _) => Condition::And(parts()),
            ("Or", _) => Condition::Or(parts()),
            ("Not", [inner]) => Condition::Not(Box::new(self.rule_condition(inner))),
            ("Equals", [left, right]) if !is_of_rules(left) && !is_of_rules(right) => {
                self.same(left, right, &Scope::default())
            }
            ("Contains", [list, value]) if !is_of_rules(list) && !is_of_rules(value) => {
                self.contains(list, value).unwrap_or_else(open)
            }
            ("EachMemberIn", [these, those]) if !is_of_rules(these) && !is_of_rules(those) => {
                let all_in = || {
                    let those = self.texts(those)?;
                    Some(self.texts(these)?.iter().all(|t| those.contains(t)))
                };
                all_in().map_or_else(open, Condition::Known)
            }
            ("EachMemberEquals", [these, one]) if !is_of_rules(these) && !is_of_rules(one) => {
                let all_are = || {
                    let one = as_text(&self.value(one, &Scope::default())?)?;
                    let one = one.known()?;
                    Some(self.texts(these)?.iter().all(|t| t == one))
                };
                all_are().map_or_else(open, Condition::Known)
            }
            _ => open(),
        }
    }

    /// `Fn::Contains`: the value is one of the list; `None` where the list is not known.
    fn contains(&self, list: &Tree, value: &Tree) -> Option<Condition> {
        let Node::Sequence(items) = &list.node else {
            return None;
        };
        let same = |item: &Tree| self.same(item, value, &Scope::default());
        Some(Condition::Or(items.iter().map(same).collect()))
    }

    /// The texts of a list, all known.
    fn texts(&self, list: &Tree) -> Option<Vec<String>> {
        let value = self.value(list, &Scope::default())?;
        if value.more().is_some() || !matches!(value.kind, crate::value::Kind::Sequence { .. }) {
            return None;
        }
        let text = |v: &Value| as_text(v).as_ref().and_then(Text::known).map(str::to_owned);
        value.items().iter().map(text).collect()
    }

    fn text(&self, tree: &Tree) -> String {
        self.run.files.text(tree.full_span())
    }
}

/// A function and its argument in either spelling, the name without `Fn::`.
fn function(tree: &Tree) -> Option<(&str, &Tree)> {
    if let Some(tag) = &tree.tag {
        return Some((tag.name.strip_prefix('!')?, tree));
    }
    let [(key, arg)] = tree.entries() else {
        return None;
    };
    Some((key.str()?.strip_prefix("Fn::")?, arg))
}

/// Whether a function of rules stands somewhere in a node.
fn is_of_rules(tree: &Tree) -> bool {
    function(tree).is_some_and(|(name, _)| OF_RULES.contains(&name))
        || tree.items().iter().any(is_of_rules)
        || tree.entries().iter().any(|(_, value)| is_of_rules(value))
}
