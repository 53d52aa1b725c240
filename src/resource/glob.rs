//! Patterns with `*` against texts with holes.

use super::symbols::{Symbol, may_hold, symbols};
use crate::value::Text;

/// Whether a pattern, in which `*` stands for any characters, matches the whole text; `None`: it hangs on a hole.
pub fn matches(pattern: &str, text: &Text) -> Option<bool> {
    let pattern: Vec<char> = pattern.chars().collect();
    let symbols = symbols(text);
    if run(&pattern, &symbols, Holes::Any) {
        return Some(true);
    }
    if run(&pattern, &symbols, Holes::Some) {
        return None;
    }
    Some(false)
}

/// What a hole counts as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holes {
    /// Any value: only a `*` takes it in.
    Any,
    /// Some value that suits the pattern.
    Some,
}

/// Whether a text has this part; `None`: it hangs on a hole.
pub(super) fn contains(part: &str, text: &Text) -> Option<bool> {
    matches(&format!("*{part}*"), text)
}

/// Simulates the pattern: whether it matches for any or for some values of the holes.
fn run(pattern: &[char], symbols: &[Symbol<'_>], holes: Holes) -> bool {
    let mut at = vec![false; pattern.len() + 1];
    set(&mut at, 0);
    close(pattern, &mut at);
    for symbol in symbols {
        let mut next = match (symbol, holes) {
            (Symbol::Char(c), _) => step(pattern, &at, *c),
            (Symbol::Hole(_), Holes::Any) => spread(pattern, &at, |_| false),
            (Symbol::Hole(hole), Holes::Some) => spread(pattern, &at, |c| may_hold(hole, c)),
        };
        if matches!(symbol, Symbol::Hole(h) if h.role.is_none() && holes == Holes::Some) {
            positions(&at).for_each(|i| set(&mut next, i)); // it may be empty
        }
        close(pattern, &mut next);
        at = next;
    }
    at.last().copied().unwrap_or(false)
}

/// Positions after one known character.
fn step(pattern: &[char], at: &[bool], c: char) -> Vec<bool> {
    let mut next = vec![false; at.len()];
    for i in positions(at) {
        match pattern.get(i) {
            Some('*') => set(&mut next, i),
            Some(p) if *p == c => set(&mut next, i + 1),
            _ => {}
        }
    }
    next
}

/// Positions after characters of a hole, at least one.
fn spread(pattern: &[char], at: &[bool], holds: impl Fn(char) -> bool) -> Vec<bool> {
    let mut next = vec![false; at.len()];
    let mut on = false;
    for (i, c) in pattern.iter().enumerate() {
        on |= at.get(i) == Some(&true);
        if on && *c == '*' {
            set(&mut next, i);
        }
        on &= *c == '*' || holds(*c);
        if on && *c != '*' {
            set(&mut next, i + 1);
        }
    }
    next
}

/// A `*` may also stand for nothing.
fn close(pattern: &[char], at: &mut [bool]) {
    for (i, c) in pattern.iter().enumerate() {
        if *c == '*' && at.get(i) == Some(&true) {
            set(at, i + 1);
        }
    }
}

fn positions(at: &[bool]) -> impl Iterator<Item = usize> {
    at.iter().enumerate().filter(|(_, on)| **on).map(|(i, _)| i)
}

fn set(at: &mut [bool], i: usize) {
    if let Some(slot) = at.get_mut(i) {
        *slot = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::testing::text;
    use proptest::prelude::*;

    #[test]
    fn holes_are_taken_in_by_stars_only() {
        let cases = [
            ("app", "app", Some(true)),
            ("app", "apps", Some(false)),
            ("*", "", Some(true)),
            ("*", "${x}", Some(true)),
            ("a*", "a${x}", Some(true)),
            ("a*", "b${x}", Some(false)),
            ("a*", "${x}", None),
            ("a*b", "a${x}", None),
            ("a", "a${x}", None),
            ("", "${x}", None),
            ("", "${account}", Some(false)),
            ("prod*", "${account}", Some(false)),
            ("1*", "${account}", None),
            ("*-*", "${account}", Some(false)),
            ("*.azurecr.io", "x.azurecr.io", Some(true)),
            ("*.azurecr.io", "azurecr.io", Some(false)),
        ];
        for (pattern, value, expected) in cases {
            assert_eq!(
                matches(pattern, &text(value)),
                expected,
                "{pattern} {value}"
            );
        }
        assert_eq!(contains("prod", &text("a/prod/${x}")), Some(true));
        assert_eq!(contains("prod", &text("a/${x}")), None);
        assert_eq!(contains("prod", &text("app-${account}")), Some(false));
        assert_eq!(contains("p-1", &text("app-${account}")), None);
    }

    proptest! {
        #[test]
        fn known_texts_agree_with_a_regular_expression(p in "[ab*]{0,6}", t in "[ab]{0,6}") {
            let re = regex::Regex::new(&format!("^{}$", p.replace('*', ".*"))).unwrap();
            prop_assert_eq!(matches(&p, &text(&t)), Some(re.is_match(&t)));
        }

        #[test]
        fn a_hole_never_decides_against_one_of_its_values(
            p in "[ab*]{0,6}", a in "[ab]{0,3}", x in "[ab]{0,3}", b in "[ab]{0,3}",
        ) {
            let whole = matches(&p, &text(&format!("{a}{x}{b}")));
            let part = matches(&p, &text(&format!("{a}${{x}}{b}")));
            prop_assert!(part.is_none() || part == whole);
        }
    }
}
