//! Names of repositories.
//! Sources: the patterns and lengths of RepositoryName in the ECR and ECR Public APIs and of AWS::ECR::Repository,
//! AWS::ECR::PublicRepository. Where they differ, the widest counts.

use super::grammar::{self, Grammar, Outcome, Refusal};
use super::problem::Verdict;
use super::symbols::text_of;
use crate::value::{Type, Value};

const START: u8 = 0;
const WORD: u8 = 1;
const DOT: u8 = 2;
const UNDERSCORE: u8 = 3;
const DASH: u8 = 4;

/// Words of lower-case letters and digits with `.`, `_`, `__` or dashes between them; `/` between parts.
pub(super) const PRIVATE: Grammar = Grammar {
    step: |state, c| match (state, c) {
        (_, 'a'..='z' | '0'..='9') => Some(WORD),
        (WORD, '/') => Some(START),
        (WORD, '.') | (UNDERSCORE, '_') => Some(DOT), // a word must follow
        (WORD, '_') => Some(UNDERSCORE),
        (WORD | DASH, '-') => Some(DASH),
        _ => None,
    },
    ends: |state| state == WORD,
    alphabet: "a/._-",
    length: 2..=256,
};

/// Whether ECR would take the name of a repository in a private registry. A name that is left out is made up by AWS.
pub fn repository_name(value: &Value) -> Verdict {
    name(&PRIVATE, value)
}

fn name(grammar: &Grammar, value: &Value) -> Verdict {
    if let Some(unknown) = value.as_unknown() {
        if let Some(verdict) = cases(grammar, &unknown.either) {
            return verdict;
        }
        if !matches!(unknown.ty, Type::Dynamic | Type::String | Type::Number) {
            return Verdict::Unknown(std::sync::Arc::new(unknown.clone()));
        }
    }
    if value.is_null() {
        return Verdict::Valid;
    }
    let Some(text) = text_of(value) else {
        return Verdict::Invalid("it is not a text".into());
    };
    match grammar::run(grammar, &text) {
        Outcome::Taken => Verdict::Valid,
        Outcome::Unknown(hole) => Verdict::Unknown(hole),
        Outcome::Refused(refusal) => Verdict::Invalid(why(refusal)),
    }
}

/// The verdict on all of the possible values, where they are known and it is the same for all.
fn cases(grammar: &Grammar, either: &[Option<Value>]) -> Option<Verdict> {
    if either.iter().flatten().any(|v| v.as_unknown().is_some()) {
        return None;
    }
    let verdicts: Vec<Verdict> = (either.iter())
        .map(|v| v.as_ref().map_or(Verdict::Valid, |v| name(grammar, v)))
        .collect();
    let all = |is: fn(&Verdict) -> bool| !verdicts.is_empty() && verdicts.iter().all(is);
    let same = all(|v| matches!(v, Verdict::Valid)) || all(|v| matches!(v, Verdict::Invalid(_)));
    verdicts.into_iter().next().filter(|_| same)
}

fn why(refusal: Refusal) -> String {
    let of = "lower-case letters, digits, `.`, `_`, `-` and `/`";
    match refusal {
        Refusal::Char(c, _) if c.is_uppercase() => {
            format!("`{c}` is an upper-case letter; a name has {of} only")
        }
        Refusal::Char(c, before) if ".-_/".contains(c) => match before {
            None => format!("it begins with `{c}` instead of a letter or digit"),
            Some('/') => format!("`/{c}`: each part begins with a letter or digit"),
            Some(b) => format!("`{b}{c}`: a letter or digit must stand between them"),
        },
        Refusal::Char(c, _) => format!("`{c}` is not allowed; a name has {of} only"),
        Refusal::End(None) => "it is empty".into(),
        Refusal::End(Some(c)) => format!("it ends with `{c}` instead of a letter or digit"),
        Refusal::Short => "it is shorter than 2 characters".into(),
        Refusal::Long => "it is longer than 256 characters".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::testing::{at, value};
    use crate::value::Unknown;
    use proptest::prelude::*;

    fn said(verdict: &Verdict) -> String {
        match verdict {
            Verdict::Valid => "valid".into(),
            Verdict::Invalid(why) => why.clone(),
            Verdict::Unknown(u) => format!("unknown: {}", u.reason),
        }
    }

    #[test]
    fn names_are_judged_by_what_is_known() {
        let long = "a".repeat(256);
        let longer = "a".repeat(257);
        let part = format!("{longer}${{x}}");
        let cases = [
            ("app", "valid"),
            ("9a/b.c_d__e---f/0", "valid"),
            (&long, "valid"),
            ("null", "valid"),
            ("team-${account}", "valid"),
            ("${account}/${region}", "valid"),
            ("App", "`A` is an upper-case letter"),
            ("${x}-Prod", "`P` is an upper-case letter"),
            ("a//b", "`//`"),
            ("/a", "it begins with `/`"),
            ("a/", "it ends with `/`"),
            ("a.", "it ends with `.`"),
            ("a..b", "`..`"),
            ("a___b", "`__`"),
            ("a._b", "`._`"),
            ("a b", "` ` is not allowed"),
            ("a:b", "`:` is not allowed"),
            ("a", "it is shorter"),
            ("", "it is empty"),
            (&longer, "it is longer"),
            (&part, "it is longer"),
            ("a${x}", "unknown: `x` has no value"),
            ("${x}", "unknown"),
            ("${x}//${y}", "`//`"),
            ("${x}/", "it ends with `/`"),
            ("${account}--${region}", "valid"),
            ("${account}-", "it ends with `-`"),
        ];
        for (name, expected) in cases {
            let said = said(&repository_name(&value(name)));
            assert!(said.contains(expected), "{name}: {said}");
        }
        assert_eq!(
            said(&repository_name(&Value::bool(true, at()))),
            "it is not a text"
        );
    }

    #[test]
    fn each_of_the_possible_names_counts() {
        let one_of = |names: &[&str]| {
            let unknown = Unknown {
                either: names.iter().map(|n| Some(value(n))).collect(),
                ..Unknown::because("it hangs on a condition")
            };
            said(&repository_name(&Value::unknown(unknown, at())))
        };
        assert_eq!(one_of(&["a1", "b1"]), "valid");
        assert!(one_of(&["A", "B"]).contains("upper-case"));
        assert!(one_of(&["a1", "B"]).contains("unknown"));
    }

    proptest! {
        #[test]
        fn known_names_agree_with_the_pattern(name in "[aA0._/-]{0,7}") {
            let pattern = regex::Regex::new(
                r"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$",
            ).unwrap();
            let expected = pattern.is_match(&name) && name.len() >= 2;
            let verdict = repository_name(&value(&name));
            prop_assert_eq!(matches!(verdict, Verdict::Valid), expected);
        }

        #[test]
        fn a_hole_never_decides_against_one_of_its_values(
            a in "[a0._/-]{0,4}", x in "[a0._/A-]{0,4}", b in "[a0._/-]{0,4}",
        ) {
            let whole = repository_name(&value(&format!("{a}{x}{b}")));
            match repository_name(&value(&format!("{a}${{x}}{b}"))) {
                Verdict::Valid => prop_assert!(matches!(whole, Verdict::Valid)),
                Verdict::Invalid(_) => prop_assert!(matches!(whole, Verdict::Invalid(_))),
                Verdict::Unknown(_) => {}
            }
        }
    }
}
