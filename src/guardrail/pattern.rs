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

/// Whether some text matches both patterns' texts.
pub fn overlap(a: &str, b: &str) -> bool {
    let (a, b) = (tokens(a), tokens(b));
    let many = |p: &[Token], i: usize| p.get(i) == Some(&Token::Many);
    let mut reached = vec![false; (a.len() + 1) * (b.len() + 1)];
    let at = |i: usize, j: usize| i * (b.len() + 1) + j;
    let mut open = vec![(0, 0)];
    while let Some((i, j)) = open.pop() {
        let Some(seen) = reached.get_mut(at(i, j)) else {
            continue;
        };
        if std::mem::replace(seen, true) {
            continue;
        }
        if many(&a, i) {
            open.push((i + 1, j));
        }
        if many(&b, j) {
            open.push((i, j + 1));
        }
        let same = match (a.get(i), b.get(j)) {
            (None, _) | (_, None) => continue,
            (Some(Token::One(x)), Some(Token::One(y))) => x == y,
            _ => true,
        };
        if same {
            // a star stays where it is
            open.push((i + usize::from(!many(&a, i)), j + usize::from(!many(&b, j))));
        }
    }
    reached.last().copied().unwrap_or(false)
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
    fn patterns_overlap_where_a_text_matches_both() {
        for (a, b, want) in [
            ("", "", true),
            ("a", "b", false),
            ("*", "v1", true),
            ("v*", "*-rc", true),
            ("v*", "w*", false),
            ("v?", "v", false),
            ("a*b", "ab", true),
            ("a*b*", "*c*", true),
            ("prod*", "*prod", true),
            ("release-*", "rel", false),
        ] {
            assert_eq!(overlap(a, b), want, "{a} {b}");
            assert_eq!(overlap(b, a), want, "{b} {a}");
        }
    }

    #[test]
    fn many_stars_take_no_long_time() {
        assert!(!glob(&"*a".repeat(30), &"aaab".repeat(5000)));
    }
}
