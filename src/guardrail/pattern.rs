//! Patterns with `*` (any characters, none included) and `?` (one character).

/// A piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// This character.
    One(char),
    /// Any one character.
    Any,
    /// Any characters.
    Many,
}

/// The pieces of a pattern's text.
pub fn tokens(pattern: &str) -> Vec<Token> {
    (pattern.chars())
        .map(|c| match c {
            '*' => Token::Many,
            '?' => Token::Any,
            c => Token::One(c),
        })
        .collect()
}

/// Whether the whole text matches. Time is bounded by the product of the lengths.
pub fn matches(pattern: &[Token], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(c) = text.get(t) {
        match pattern.get(p) {
            Some(Token::Many) => {
                retry = Some((p, t));
                p += 1;
            }
            Some(Token::Any) => (p, t) = (p + 1, t + 1),
            Some(Token::One(want)) if want == c => (p, t) = (p + 1, t + 1),
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    (p, t) = (star + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    let rest = pattern.get(p..).unwrap_or_default();
    rest.iter().all(|token| *token == Token::Many)
}

/// Whether the whole text matches a pattern's text.
pub fn glob(pattern: &str, text: &str) -> bool {
    matches(&tokens(pattern), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text, want) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*c", "abcbc", true),
            ("a*c", "abcb", false),
            ("a?c", "aéc", true),
            ("a?c", "ac", false),
            ("*ab*ab", "abab", true),
            ("*ab*ab", "aab", false),
            ("a**b", "ab", true),
            ("policy-*", "policy-public-access", true),
        ] {
            assert_eq!(glob(pattern, text), want, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_long_time() {
        assert!(!glob(&"*a".repeat(30), &"aaab".repeat(5000)));
    }
}
