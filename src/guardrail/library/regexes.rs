//! Parameters that conditions take for regular expressions: one that is none is a mistake of the config, not a doubt.

use super::Rule;
use crate::guardrail::check::Part;
use crate::guardrail::evaluate::{Machine, ParameterValue, Val};
use crate::guardrail::expression::{Each, Expr, Function};
use std::collections::BTreeMap;

/// The values of parameters by their names.
type Parameters = BTreeMap<String, ParameterValue>;

/// The parameters with these values that are taken for regular expressions and are none: each with what is wrong.
pub(in crate::guardrail) fn faults(
    rule: &Rule,
    parameters: &Parameters,
) -> BTreeMap<String, String> {
    let mut search = Search {
        parameters,
        lists: Vec::new(),
        found: BTreeMap::new(),
    };
    let conditions = rule.when.iter().chain([&rule.require]);
    let texts = (rule.message.iter())
        .chain(rule.label.iter().flatten())
        .chain(rule.fix.iter().flatten());
    let holes = texts.filter_map(|part| match part {
        Part::Hole(e) => Some(e),
        Part::Text(_) => None,
    });
    let adjust = rule.adjust.iter().map(|(e, _)| e);
    for e in conditions.chain(adjust).chain(holes) {
        search.look(e);
    }
    search.found
}

struct Search<'a> {
    parameters: &'a Parameters,
    /// Of each macro around: the parameter that it goes through.
    lists: Vec<Option<&'a str>>,
    found: BTreeMap<String, String>,
}

impl<'a> Search<'a> {
    fn look(&mut self, e: &'a Expr) {
        if let Expr::Call(Function::Matches, operands) = e
            && let Some(pattern) = operands.last()
        {
            self.pattern(pattern);
        }
        if let Expr::Each(_, list, body) = e {
            self.look(list);
            self.lists.push(through(list));
            self.look(body);
            self.lists.pop();
            return;
        }
        for child in e.children() {
            self.look(child);
        }
    }

    /// A pattern that is made of parameters and known texts only, or one of a list of them.
    fn pattern(&mut self, pattern: &'a Expr) {
        if let Expr::Local(at) = pattern {
            let list = self.lists.get(*at).copied().flatten();
            if let Some((name, ParameterValue::Texts(texts))) =
                list.and_then(|name| self.parameters.get_key_value(name))
            {
                for text in texts {
                    self.text(name, text);
                }
            }
            return;
        }
        let (mut name, mut closed): (Option<String>, bool) = (None, true);
        pattern.visit(&mut |e| match e {
            Expr::Parameter(parameter) => {
                name.get_or_insert_with(|| parameter.clone());
            }
            Expr::Local(_) | Expr::Variable(_) => closed = false,
            _ => {}
        });
        let none = BTreeMap::new();
        let mut machine = Machine::new(&none, &none, self.parameters);
        if let (true, Some(name), Ok(Val::Text(text))) = (closed, name, machine.eval(pattern)) {
            self.text(&name, &text);
        }
    }

    fn text(&mut self, name: &str, text: &str) {
        if let Err(error) = regex::Regex::new(text) {
            let said = error.to_string();
            let said = said.lines().last().unwrap_or_default();
            let said = said.strip_prefix("error: ").unwrap_or(said);
            let message = format!("parameter `{name}` is no regular expression: {said}");
            self.found.entry(name.to_owned()).or_insert(message);
        }
    }
}

/// The parameter whose elements a macro goes through, as they are or those that a filter keeps.
fn through(list: &Expr) -> Option<&str> {
    match list {
        Expr::Parameter(name) => Some(name),
        Expr::Each(Each::Filter, list, _) => through(list),
        _ => None,
    }
}
