//! Sets of characters.

/// A set of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Set {
    /// One character.
    Char(char),
    /// One character in either case.
    Fold(char),
    /// Every character.
    Any,
    /// All but `:`.
    NotColon,
    /// All but `/` and `:`.
    NotSlash,
    /// `0`–`9`
    Digit,
    /// Lower-case letters, digits and `-`, `_`, `.`, `/`: names of repositories, Regions and networks.
    Lower,
    /// Lower-case letters and digits: the ids of organisations.
    Id,
    /// The characters of the names of roles and users.
    Name,
    /// Letters.
    Letter,
    /// Printable characters of ASCII but the blank and `:`: the paths of roles and users (A5).
    Path,
}

impl Set {
    /// Whether it holds a character.
    pub fn has(self, c: char) -> bool {
        match self {
            Set::Char(x) => x == c,
            Set::Fold(x) if x.is_ascii() && c.is_ascii() => x.eq_ignore_ascii_case(&c),
            Set::Fold(x) => x == c || x.to_lowercase().eq(c.to_lowercase()),
            Set::Any => true,
            Set::NotColon => c != ':',
            Set::NotSlash => c != ':' && c != '/',
            Set::Digit => c.is_ascii_digit(),
            Set::Lower => Set::Id.has(c) || matches!(c, '-' | '_' | '.' | '/'),
            Set::Id => c.is_ascii_lowercase() || c.is_ascii_digit(),
            Set::Name => c.is_ascii_alphanumeric() || "_+=,.@-".contains(c),
            Set::Letter => c.is_ascii_alphabetic(),
            Set::Path => c.is_ascii_graphic() && c != ':',
        }
    }
}
